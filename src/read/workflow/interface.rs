//! What a caller passes against what a reusable workflow or an action of the repository declares.
//! Sources: GitHub Docs, "Workflow syntax", `on.workflow_call.inputs`, `jobs.<id>.with` and `.secrets`;
//! "Metadata syntax", `inputs`.

use super::jobs::{Job, Walk};
use crate::model::key::letters;
use crate::model::{Callee, Form, Kind, Reading, Side};
use crate::read::Output;
use crate::syntax::{At, Key, Node};

/// Inputs that an action in a container has without declaring them.
const CONTAINER: &[&str] = &["args", "entrypoint"];

/// What of a call goes together: a prefix for the names, what is declared, what is given, and whether more
/// is given than stands there.
type Part<'n> = (&'static str, Option<&'n Node>, Option<&'n Node>, bool);

impl Walk<'_> {
    /// A job that calls a workflow.
    pub(super) fn calls_workflow(&mut self, job: &Job, node: &Node, at: At, (path, tree): (&str, &Node)) {
        // Without the trigger it cannot be called at all.
        let Some(trigger) = tree.get("on").filter(|on| is_callable(on)) else { return };
        let declared = |key: &str| trigger.path(&["workflow_call", key]);
        let inherits = node.text_of("secrets") == Some("inherit");
        let parts = [("", declared("inputs"), node.get("with"), false), ("secrets.", declared("secrets"), node.get("secrets"), inherits)];
        self.say(job, |out| parts.iter().for_each(|part| compare(Callee::Workflow, path, *part, at, out)));
    }

    /// A step that uses an action.
    pub(super) fn calls_action(&mut self, job: &Job, step: &Node, at: At, (path, tree): (&str, &Node)) {
        let part = ("", tree.get("inputs"), step.get("with"), false);
        self.say(job, |out| compare(Callee::Action, path, part, at, out));
    }

    /// A step that names a workflow where only an action can stand: what its author meant to call passes
    /// what the others pass.
    pub(super) fn means_workflow(&mut self, job: &Job, path: &str) -> bool {
        let Ok(document) = self.input.documents.open(path) else { return false };
        let Some(jobs) = document.tree().ok().and_then(|tree| tree.get("jobs")) else { return false };
        for (_, node) in jobs.entries() {
            let Some((called, text)) = node.get("uses").and_then(|called| Some((called, called.text()?))) else { continue };
            let Some(callee) = text.strip_prefix("./").and_then(|text| crate::files::resolve("", text)) else { continue };
            if let Ok(workflow) = self.input.documents.open(&callee)
                && let Ok(tree) = workflow.tree()
            {
                self.calls_workflow(job, node, called.at(), (&callee, tree));
            }
        }
        true
    }
}

/// Whether a workflow can be called.
fn is_callable(triggers: &Node) -> bool {
    let name = "workflow_call";
    triggers.text() == Some(name) || triggers.get(name).is_some() || triggers.items().iter().any(|item| item.text() == Some(name))
}

/// Both ends of what one call passes.
fn compare(callee: Callee, path: &str, (prefix, declared, given, open): Part<'_>, call: At, out: &mut Output) {
    let declared = declared.map(Node::entries).unwrap_or_default();
    let given = given.map(Node::entries).unwrap_or_default();
    let mut say = |side: Side, name: &str, text: &str, at: At| {
        let form = Form::Interface(callee, side);
        out.push(Reading::new(Kind::Config, format!("{prefix}{name}"), text, form, at).component(Some(path)));
    };
    let find = |all: &[(Key, Node)], name: &str| all.iter().find(|(key, _)| key.text.eq_ignore_ascii_case(name)).map(|(key, _)| key.at);
    for (key, input) in declared {
        let required = input.text_of("required") == Some("true") && input.get("default").is_none();
        let passed = find(given, &key.text);
        if passed.is_none() && (!required || open) {
            continue;
        }
        say(Side::Declared, &key.text, if required { "required" } else { "optional" }, key.at);
        match passed {
            Some(at) => say(Side::Passed, &key.text, "passed", at),
            None => say(Side::Lacking, &key.text, "not passed", call),
        }
    }
    for (key, _) in given.iter().filter(|(key, _)| find(declared, &key.text).is_none()) {
        if callee == Callee::Action && CONTAINER.contains(&&*key.text) {
            continue;
        }
        say(Side::Passed, &key.text, "passed", key.at);
        if let Some((near, _)) = declared.iter().find(|(other, _)| is_alike(&other.text, &key.text)) {
            say(Side::Instead, &key.text, &near.text, near.at);
        }
    }
}

/// Whether one name may be meant by the other: the same letters, or one is the beginning or end of the other.
fn is_alike(a: &str, b: &str) -> bool {
    let (a, b) = (letters(a), letters(b));
    let holds = |long: &str, short: &str| short.len() >= 4 && (long.starts_with(short) || long.ends_with(short));
    a == b || holds(&a, &b) || holds(&b, &a)
}
