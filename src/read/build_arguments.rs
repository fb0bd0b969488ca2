//! Build arguments: what a build passes against the `ARG`s of the Dockerfile that it builds. Source:
//! Docker's Dockerfile reference, "ARG", "Predefined ARGs"; BuildKit's documentation, "Build arguments".

use super::{Input, Link, Output, Target, dockerfile};
use crate::model::{Callee, Form, Kind, Reading, Side};

/// Arguments that need no `ARG`, and how the names of more of them begin. The last two are meant for the
/// client, by mistake or habit, and never for the image.
const PREDEFINED: &[&str] =
    &["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY", "SOURCE_DATE_EPOCH", "DOCKER_BUILDKIT", "COMPOSE_DOCKER_CLI_BUILD"];
const FAMILIES: &[&str] = &["BUILDKIT_", "TARGET", "BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT"];

/// Says of every image that is built from a file of the repository which arguments are passed, and which of
/// them the file declares.
pub(super) fn build_arguments(input: &Input<'_>, links: &[Link], out: &mut Output) {
    for link in links {
        let Target::Dockerfile { path, variables, .. } = &link.to else { continue };
        if variables.is_empty() || !input.documents.exists(path) {
            continue;
        }
        let Some(declared) = input.documents.open(path).ok().and_then(|document| dockerfile::arguments(&document)) else { continue };
        let mut say = |side: Side, name: &str, text: &str, at| {
            let reading = Reading::new(Kind::Config, name, text, Form::Interface(Callee::Build, side), at);
            out.push(reading.component(Some(path)).environment(link.environment.clone()));
        };
        for variable in variables.iter().filter(|variable| !is_predefined(&variable.name)) {
            say(Side::Passed, &variable.name, "passed", variable.value.at());
            if let Some((name, at)) = declared.iter().find(|(name, _)| *name == variable.name) {
                say(Side::Declared, name, "declared", *at);
            }
        }
    }
}

fn is_predefined(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    PREDEFINED.contains(&upper.as_str()) || FAMILIES.iter().any(|family| upper.starts_with(family))
}
