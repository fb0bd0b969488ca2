//! A variable as a pod or a chart gives it: its name, its value or what stands for it, and where.

use crate::model::{Content, Form, Kind, Need, Reading, Stance};
use crate::syntax::{At, Node, Value};

/// One variable.
pub(super) struct Given {
    /// Its name; `*` where more come from a place that cannot be read.
    pub(super) name: String,
    pub(super) stance: Stance,
    pub(super) content: Content,
    /// The value, or how it is called where it stands.
    pub(super) text: String,
    pub(super) at: At,
    pub(super) via: Vec<At>,
}

impl Given {
    /// A variable with this value; none where the value is no text.
    pub(super) fn of(name: impl Into<String>, name_at: At, value: &Node) -> Option<Given> {
        let text = match value.value() {
            Value::Null => "",
            Value::Scalar(text, _) => text,
            Value::List(_) | Value::Map(_) => return None,
        };
        // What a layer changed stands in that layer, not where the name was first written.
        let at = if value.at().file == name_at.file { name_at } else { value.at() };
        Some(Given { name: name.into(), stance: Stance::Given, content: content(text), text: text.to_owned(), at, via: Vec::new() })
    }

    /// A variable whose value stands elsewhere.
    pub(super) fn reference(name: impl Into<String>, text: impl Into<String>, at: At) -> Given {
        Given { name: name.into(), stance: Stance::Given, content: Content::Reference, text: text.into(), at, via: Vec::new() }
    }

    /// That more come from what is named here.
    pub(super) fn open(at: At) -> Given {
        Given { name: "*".to_owned(), stance: Stance::Open, content: Content::Nothing, text: String::new(), at, via: Vec::new() }
    }

    /// The same, brought in through these places.
    pub(super) fn via(self, via: Vec<At>) -> Given {
        Given { via, ..self }
    }

    /// The reading of it.
    pub(super) fn reading(self) -> Reading {
        Reading::new(Kind::Env, self.name, self.text, Form::Variable(self.stance, Need::Bare, self.content), self.at).via(self.via)
    }
}

/// Whether a text is the value: what the deployment fills in, a chart's own expression, and what is
/// encrypted stand for one.
fn content(text: &str) -> Content {
    let trimmed = text.trim();
    let filled = trimmed.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).is_some_and(|name| !name.contains(['{', '}']));
    if filled || trimmed.contains("{{") || trimmed.starts_with("ENC[") { Content::Reference } else { Content::Literal }
}
