//! `composer.json` (Composer's schema): `require.php` is what the code demands, `config.platform.php`
//! the PHP that its dependencies are chosen for.

use super::declared::{self, Text};
use super::{Claim, Format, Home, Input, Links, Output, never};
use crate::files::{file_name, folder};
use crate::model::Syntax;

/// Composer's manifest.
pub(super) static FORMAT: Format = Format { name: "composer_json", claims, sniff: never, scan: None, home: Home::Contract, links: Links::None, read };

fn claims(path: &str) -> Claim {
    if file_name(path) == "composer.json" { Claim::Yes } else { Claim::No }
}

fn read(input: &Input<'_>, out: &mut Output) {
    let Some(tree) = declared::tree(input, out) else { return };
    let Some(php) = input.catalog.runtime("php") else { return };
    // A library in a folder of its own demands what its users' PHP must satisfy.
    let library = tree.text_of("type").is_some_and(|kind| kind == "library") && !folder(&input.document.path).is_empty();
    if let Some(version) = tree.path(&["require", "php"]).and_then(Text::of).filter(|_| !library) {
        declared::runtime(input, out, php, version, Syntax::Composer);
    }
    if let Some(version) = tree.path(&["config", "platform", "php"]).and_then(Text::of) {
        declared::runtime(input, out, php, version, Syntax::Prefix);
    }
}
