//! What an image's own configuration says (OCI Image Specification, `config`): which version of a runtime or
//! service it holds, by the variables that official images set, and whom its process runs as.

use serde_json::Value;

use super::container::{text, texts};
use crate::catalog::Catalog;
use crate::model::{Form, Inside, Kind, Reading, Syntax};
use crate::read::Output;
use crate::syntax::At;

/// Hands over the versions that an image says it holds.
pub(super) fn versions(image: &Value, workload: &str, at: At, catalog: &Catalog, out: &mut Output) {
    for (name, value) in texts(image, "/Config/Env").into_iter().filter_map(|entry| entry.split_once('=')) {
        let Some(known) = catalog.inside.version.iter().find(|known| known.variable == name) else { continue };
        let subject = known.runtime.as_deref().map(|name| (Kind::Runtime, name)).or_else(|| Some((Kind::Service, known.service.as_deref()?)));
        if let Some((kind, subject)) = subject.filter(|_| value.contains(|c: char| c.is_ascii_digit())) {
            out.push(Reading::new(kind, subject, value, Form::Version(Syntax::Prefix), at).workload(Some(workload)));
        }
    }
}

/// Hands over whom the process of a container runs as: an engine writes down there what the image says.
pub(super) fn user(container: &Value, workload: &str, at: At, out: &mut Output) {
    if container.pointer("/Config").is_some_and(Value::is_object) {
        let user = text(container, "/Config/User").unwrap_or("");
        out.push(Reading::new(Kind::Image, format!("{workload} user"), user, Form::Inside(Inside::User), at).workload(Some(workload)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn images_say_what_they_hold() {
        let image = json!({ "Config": { "Env": ["PATH=/bin", "NODE_VERSION=22.11.0", "JAVA_VERSION=jdk-21.0.4+7", "PG_MAJOR=16", "GOLANG_VERSION=", "X"] } });
        let mut out = Output::default();
        versions(&image, "web", At::file(crate::syntax::FileId(0)), Catalog::get(), &mut out);
        let kinds: Vec<Kind> = out.readings.iter().map(|reading| reading.kind).collect();
        assert_eq!(kinds, [Kind::Runtime, Kind::Runtime, Kind::Service]);
    }
}
