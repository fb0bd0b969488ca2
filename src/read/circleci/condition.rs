//! Conditions of workflows and steps, as far as they are certain. Source: CircleCI docs, "Configuration
//! reference", logic statements.

use std::rc::Rc;

use super::frame::{Frame, Value};
use crate::files::Documents;
use crate::limits;
use crate::syntax::Node;

/// Whether a condition holds, where that is certain. What a pipeline's parameter usually holds is not.
pub(super) fn holds(node: &Node, frame: &Rc<Frame>, documents: &Documents<'_>) -> Option<bool> {
    statement(node, frame, documents, 0)
}

fn statement(node: &Node, frame: &Rc<Frame>, documents: &Documents<'_>, depth: usize) -> Option<bool> {
    if depth > limits::REFERENCE_DEPTH {
        return None;
    }
    if node.entries().is_empty() {
        return match frame.value(node, documents) {
            Value::Text(text) => Some(!matches!(text.text().trim(), "" | "false" | "0" | "null")),
            _ => None,
        };
    }
    let (key, operand) = node.entries().first()?;
    let mut parts = operand.items().iter().map(|part| statement(part, frame, documents, depth + 1));
    match &*key.text {
        "not" => statement(operand, frame, documents, depth + 1).map(|truth| !truth),
        // One part decides, whatever the others are.
        "and" => parts.try_fold(Some(true), |all, part| if part == Some(false) { Err(()) } else { Ok(part.and(all)) }).unwrap_or(Some(false)),
        "or" => parts.try_fold(Some(false), |all, part| if part == Some(true) { Err(()) } else { Ok(part.and(all)) }).unwrap_or(Some(true)),
        "equal" => {
            let texts = operand.items().iter().map(|item| match frame.value(item, documents) {
                Value::Text(text) => Some(text.text().to_owned()),
                _ => None,
            });
            let texts: Option<Vec<String>> = texts.collect();
            texts.map(|texts| texts.windows(2).all(|pair| pair.first() == pair.last()))
        }
        _ => None,
    }
}
