//! A job's matrix, spread into legs. Source: GitHub Docs, "Workflow syntax", `strategy.matrix` with
//! `include` and `exclude`.

use super::frame::Frame;
use super::value::Value;
use crate::limits;
use crate::syntax::{At, Node, Value as Shape};

type Leg = Vec<(String, Value)>;

/// The legs of a matrix.
pub(super) struct Matrix {
    legs: Vec<Leg>,
    /// Whether some of it is only known at run time: a key that is not here may still be set.
    open: bool,
    /// Whether there were more legs than the limit.
    pub(super) cut: bool,
}

impl Matrix {
    /// The matrix of a job.
    pub(super) fn of(node: &Node, frame: &Frame<'_>) -> Matrix {
        let Value::Tree(tree, ..) = frame.value(node) else { return Matrix { legs: vec![Vec::new()], open: true, cut: false } };
        let (mut legs, mut open, mut cut): (Vec<Leg>, bool, bool) = (vec![Vec::new()], false, false);
        let mut own: Vec<String> = Vec::new();
        for (key, node) in tree.entries().iter().filter(|(key, _)| !matches!(&*key.text, "include" | "exclude")) {
            let values = match frame.value(node) {
                Value::Tree(list, via, _) if !list.is_map() => list.items().iter().map(|item| item_value(item, &via, frame)).collect(),
                other => vec![other],
            };
            own.push(key.text.to_string());
            let mut next = Vec::new();
            for leg in &legs {
                for value in &values {
                    if next.len() >= limits::MATRIX_LEGS {
                        cut = true;
                        break;
                    }
                    next.push(leg.iter().cloned().chain([(key.text.to_string(), value.clone())]).collect());
                }
            }
            legs = next;
        }
        let mut entries = |key: &str| -> Vec<Leg> {
            let Some(node) = tree.get(key) else { return Vec::new() };
            match frame.value(node) {
                Value::Tree(list, via, _) => {
                    list.items().iter().map(|item| item.entries().iter().map(|(k, v)| (k.text.to_string(), item_value(v, &via, frame))).collect()).collect()
                }
                _ => {
                    open = true;
                    Vec::new()
                }
            }
        };
        let (excluded, included) = (entries("exclude"), entries("include"));
        legs.retain(|leg| !excluded.iter().any(|entry| !entry.is_empty() && entry.iter().all(|(key, value)| same(leg, key, value))));
        if own.is_empty() {
            legs.clear();
        }
        let originals = legs.len();
        for entry in included {
            let mut taken = false;
            for leg in legs.iter_mut().take(originals) {
                if entry.iter().filter(|(key, _)| own.contains(key)).all(|(key, value)| same(leg, key, value)) {
                    taken = true;
                    for (key, value) in entry.iter().filter(|(key, _)| !own.contains(key)) {
                        leg.retain(|(k, _)| k != key);
                        leg.push((key.clone(), value.clone()));
                    }
                }
            }
            if !taken && legs.len() >= limits::MATRIX_LEGS {
                cut = true;
            } else if !taken {
                legs.push(entry);
            }
        }
        if legs.is_empty() {
            legs.push(Vec::new());
            open |= !own.is_empty() || tree.entries().is_empty();
        }
        Matrix { legs, open, cut }
    }

    /// How many legs there are; at least one.
    pub(super) fn len(&self) -> usize {
        self.legs.len()
    }

    /// The value under a path of keys in a leg. It varies where another leg has another one.
    pub(super) fn value(&self, leg: usize, path: &[String]) -> Value {
        let at = |leg: &Leg, varies: bool| self.dig(leg, path, varies);
        let Some(own) = self.legs.get(leg) else { return Value::Open(Vec::new()) };
        let mine = print(&at(own, false));
        let varies = self.legs.iter().any(|leg| print(&at(leg, false)) != mine);
        at(own, varies)
    }

    fn dig(&self, leg: &Leg, path: &[String], varies: bool) -> Value {
        let Some((first, rest)) = path.split_first() else { return Value::Open(Vec::new()) };
        let Some((_, value)) = leg.iter().find(|(key, _)| key.eq_ignore_ascii_case(first)) else {
            return if self.open { Value::Open(Vec::new()) } else { Value::Null { varies } };
        };
        match value.clone() {
            Value::Tree(node, via, _) => {
                let found = rest.iter().try_fold(&node, |node, key| {
                    let index = key.parse::<usize>().ok();
                    node.get(key).or_else(|| index.and_then(|i| node.items().get(i)))
                });
                found.map_or(Value::Null { varies }, |node| Value::of(node, &via, varies))
            }
            _ if !rest.is_empty() => Value::Null { varies },
            Value::Text(mut text) => {
                text.varies |= varies;
                Value::Text(text)
            }
            Value::Truth(truth, mut text) => {
                text.varies |= varies;
                Value::Truth(truth, text)
            }
            other => other,
        }
    }
}

fn item_value(item: &Node, via: &[At], frame: &Frame<'_>) -> Value {
    match item.text() {
        Some(text) if text.contains("${{") => via.iter().fold(frame.value(item), |value, at| value.used(*at)),
        _ => Value::of(item, via, false),
    }
}

fn same(leg: &Leg, key: &str, value: &Value) -> bool {
    leg.iter().any(|(k, v)| k == key && print(v) == print(value))
}

/// A text that is equal for equal values.
fn print(value: &Value) -> String {
    match value {
        Value::Text(text) | Value::Truth(_, text) => text.text().to_owned(),
        Value::Null { .. } => String::new(),
        Value::Tree(node, ..) => {
            let mut out = String::new();
            print_node(node, &mut out);
            out
        }
        Value::Open(texts) => texts.iter().map(|text| text.text()).collect::<Vec<_>>().join("\n"),
    }
}

fn print_node(node: &Node, out: &mut String) {
    if out.len() > limits::INTERPOLATED_BYTES {
        return;
    }
    match node.value() {
        Shape::Null => out.push('~'),
        Shape::Scalar(text, _) => out.push_str(text),
        Shape::List(items) => items.iter().for_each(|item| {
            out.push('-');
            print_node(item, out);
        }),
        Shape::Map(entries) => entries.iter().for_each(|(key, value)| {
            out.push_str(&key.text);
            out.push(':');
            print_node(value, out);
            out.push(';');
        }),
    }
}
