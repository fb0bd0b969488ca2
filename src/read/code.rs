//! Source code: every environment variable that it asks for. How it does is the business of
//! `crate::code`; a component asks every environment for it.

use super::{Claim, Format, Home, Input, Links, Output};
use crate::code;
use crate::model::{Content, Form, Kind, Reading, Scope, Stance};
use crate::syntax::Lines;

/// Source code.
pub(super) static FORMAT: Format = Format { name: "code", claims, sniff, scan: Some(code::may_read), home: Home::Code, links: Links::None, read };

fn claims(path: &str) -> Claim {
    if code::is_source(path) { Claim::Maybe } else { Claim::No }
}

/// A head tells nothing of what stands below it; the scan looks at the whole.
fn sniff(_: &str) -> bool {
    true
}

fn read(input: &Input<'_>, out: &mut Output) {
    let document = &input.document;
    let lines = Lines::new(document.id, document.text());
    let component = input.components.of(&document.path);
    let scope = if input.catalog.reads.is_test(&document.path) { Scope::Aside } else { Scope::Run };
    for found in code::reads(&document.path, document.text()) {
        let written = if found.stance == Stance::Awaited { Content::Literal } else { Content::Default };
        let (text, content) = found.default.map_or((String::new(), Content::Nothing), |default| (default, written));
        let form = Form::Variable(found.stance, found.need, content);
        out.push(Reading::new(Kind::Env, found.name, text, form, lines.at(found.range)).scope(scope).component(Some(component)));
    }
}
