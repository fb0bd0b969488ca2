//! Environment variables that a configuration gives to what it runs: maps of names to values, lists of
//! names and values, blocks of either.

use super::blocks::places;
use super::module::{Frame, Walk};
use super::scope::Bound;
use crate::model::{Content, Need, Reading, Stance};
use crate::syntax::dotenv::is_name;
use crate::syntax::hcl::{EXPRESSION, OPEN};
use crate::syntax::{At, Key, Node, Value};

/// What a value may stand under in a list of names and values.
const VALUES: &[&str] = &["value", "value_from", "valueFrom", "value_source"];

/// Reads what stands under a key that holds variables; whether it was that.
pub(super) fn read(walk: &mut Walk<'_, '_>, frame: &Frame<'_>, workload: &str, key: &Key, value: &Node, secret: bool) -> bool {
    let Some(known) = frame.scope.resolve(value) else {
        // `environment = var.environment` is the name of one.
        let plain = matches!(&*key.text, "environment" | "env" | "secrets");
        if !plain {
            open(walk, frame, workload, value.at());
        }
        return true;
    };
    Reader { walk, frame, workload, secret }.all(&known, 0)
}

fn open(walk: &mut Walk<'_, '_>, frame: &Frame<'_>, workload: &str, at: At) {
    let reading = Reading::variable_without(Stance::Open, Need::Bare, Content::Nothing, "*", at);
    walk.push(reading.via(frame.via.to_vec()).workload(Some(workload)), workload);
}

struct Reader<'r, 'w, 'i> {
    walk: &'r mut Walk<'w, 'i>,
    frame: &'r Frame<'r>,
    workload: &'r str,
    secret: bool,
}

impl Reader<'_, '_, '_> {
    fn all(&mut self, whole: &Bound, depth: usize) -> bool {
        if depth > 2 || !self.walk.pays() {
            return false;
        }
        match whole.node.value() {
            Value::List(items) => {
                let mut any = items.is_empty();
                for item in items {
                    any |= match item.tag() {
                        Some(EXPRESSION) => {
                            open(self.walk, self.frame, self.workload, item.at());
                            true
                        }
                        _ => self.all(&whole.part(item), depth + 1),
                    };
                }
                any
            }
            Value::Map(entries) => self.map(whole, entries, depth),
            Value::Null => true,
            Value::Scalar(..) => false,
        }
    }

    fn map(&mut self, whole: &Bound, entries: &[(Key, Node)], depth: usize) -> bool {
        // The variables of a function stand in a map of their own.
        if let Some(inner) = whole.node.get("variables") {
            return self.frame.scope.inside(whole, inner).is_some_and(|inner| self.all(&inner, depth + 1));
        }
        if let (Some(name), Some(value)) = (whole.node.get("name"), VALUES.iter().find_map(|key| whole.node.get(key))) {
            let elsewhere = whole.node.get("value").is_none();
            if let Some(text) = name.text().filter(|text| name.tag().is_none() && is_name(text)) {
                self.give(whole, text, name.at(), value, elsewhere);
            }
            return true;
        }
        let mut any = entries.is_empty();
        if whole.node.tag() == Some(OPEN) {
            open(self.walk, self.frame, self.workload, whole.node.at());
            any = true;
        }
        for (key, value) in entries {
            // A key in small letters may be a setting of what gives the variables.
            if is_name(&key.text) && !key.text.chars().any(|c| c.is_ascii_lowercase()) {
                self.give(whole, &key.text, key.at, value, false);
                any = true;
            }
        }
        any
    }

    /// One variable. A value that only a run knows stands elsewhere; `null` takes the variable away.
    fn give(&mut self, whole: &Bound, name: &str, at: At, value: &Node, elsewhere: bool) {
        if may_be_null(value) {
            return open(self.walk, self.frame, self.workload, at);
        }
        let known = self.frame.scope.inside(whole, value).filter(|_| !elsewhere && !self.secret);
        let reading = match known.as_ref().map(|known| (known, known.node.value())) {
            Some((_, Value::Null)) => return,
            Some((known, Value::Scalar(text, _))) => {
                let mut via = places(self.frame, known);
                let stands = known.node.at();
                let place = if stands.file == at.file { at } else { stands };
                via.retain(|used| *used != place);
                Reading::variable(Stance::Given, name, &**text, place).via(via)
            }
            _ => Reading::variable_without(Stance::Given, Need::Bare, Content::Reference, name, at).via(places(self.frame, whole)),
        };
        self.walk.push(reading.workload(Some(self.workload)), &format!("{} {name}", self.workload));
    }
}

/// Whether a condition decides if there is a value at all: `var.on ? "x" : null`.
fn may_be_null(value: &Node) -> bool {
    let text = value.text().filter(|_| value.tag() == Some(EXPRESSION)).unwrap_or("");
    text.trim_end().strip_suffix("null").is_some_and(|before| before.trim_end().ends_with(':')) || text.contains("? null :")
}
