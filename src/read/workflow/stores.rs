//! What a workflow takes out of GitHub's stores: `secrets.X` and `vars.X`, wherever an expression
//! stands. Source: GitHub Docs, "Contexts reference", `secrets` and `vars`.

use std::ops::Range;

use super::jobs::{Job, Walk};
use crate::model::{Content, Form, Kind, Need, Reading, Stance};
use crate::read::traced::Placed;
use crate::syntax::dotenv::is_name;
use crate::syntax::{Node, Value};

/// The contexts that hold what a repository's settings keep.
const STORES: &[&str] = &["secrets", "vars"];

/// One use of a store.
struct Use<'t> {
    /// The name and its bytes; none where an expression makes it, or the whole store is taken.
    name: Option<(&'t str, Range<usize>)>,
    /// `secrets.X`, and its bytes.
    range: Range<usize>,
    /// Whether all that the store holds is handed on: `toJSON(secrets)`.
    whole: bool,
    /// What stands behind `||`: none, something, or one literal.
    otherwise: Option<Option<&'t str>>,
}

/// How the first value from a store that a text uses is called: `secrets.X`.
pub(super) fn first(text: &str) -> Option<&str> {
    expressions(text).into_iter().flat_map(|range| uses(text, range)).find(|found| found.name.is_some()).and_then(|found| text.get(found.range))
}

impl Walk<'_> {
    /// Hands over every use of a store in a part of the document but below the keys of `but`.
    pub(super) fn stores(&mut self, node: &Node, but: &[&str], job: &Job) {
        match node.value() {
            Value::Null => {}
            Value::Scalar(text, _) if STORES.iter().any(|store| text.contains(store)) => {
                self.uses(node, expressions(text), job);
            }
            Value::Scalar(..) => {}
            Value::List(items) => items.iter().for_each(|item| self.stores(item, &[], job)),
            Value::Map(entries) => {
                for (key, value) in entries.iter().filter(|(key, _)| !but.contains(&&*key.text)) {
                    match value.text() {
                        // A condition is an expression without its braces.
                        Some(text) if &*key.text == "if" && !text.contains("${{") => self.uses(value, vec![Range { start: 0, end: text.len() }], job),
                        _ => self.stores(value, &[], job),
                    }
                }
            }
        }
    }

    fn uses(&mut self, node: &Node, expressions: Vec<Range<usize>>, job: &Job) {
        let Some(placed) = Placed::scalar(node, self.input.documents) else { return };
        let found: Vec<Use<'_>> = expressions.into_iter().flat_map(|range| uses(placed.text(), range)).collect();
        for one in found {
            let (need, content, default) = match one.otherwise {
                None => (Need::Bare, Content::Nothing, ""),
                Some(None) => (Need::Optional, Content::Nothing, ""),
                Some(Some(default)) => (Need::Optional, Content::Default, default),
            };
            let (stance, name, range) = match (one.name, one.whole) {
                (Some((name, range)), _) => (Stance::Used, name, range),
                (None, true) => (Stance::Open, "*", one.range),
                (None, false) => (Stance::Dynamic, "*", one.range),
            };
            let reading = Reading::new(Kind::Env, name, default, Form::Variable(stance, need, content), placed.at(range)).scope(job.scope);
            self.say(job, |out| out.push(reading));
        }
    }
}

/// The insides of `${{ … }}`.
fn expressions(text: &str) -> Vec<Range<usize>> {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(open) = text.get(at..).and_then(|rest| rest.find("${{")).map(|i| at + i + 3) {
        let Some(close) = text.get(open..).and_then(|rest| rest.find("}}")).map(|i| open + i) else { break };
        out.push(open..close);
        at = close + 2;
    }
    out
}

/// The uses of stores in one expression.
fn uses(text: &str, range: Range<usize>) -> Vec<Use<'_>> {
    let Some(inside) = text.get(range.clone()) else { return Vec::new() };
    let mut out = Vec::new();
    for store in STORES {
        for (at, _) in inside.match_indices(store) {
            let before = inside.get(..at).unwrap_or("");
            let goes_on = before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
            if goes_on || before.matches('\'').count() % 2 == 1 {
                continue;
            }
            let rest = inside.get(at + store.len()..).unwrap_or("");
            let start = range.start + at;
            let after = start + store.len();
            let of_name = |from: usize, name: &str, end: usize| (Some(from..from + name.len()), end);
            let (name, end) = match rest.chars().next() {
                Some('.') => {
                    let body = rest.get(1..).unwrap_or("");
                    let name = body.get(..body.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(body.len())).unwrap_or("");
                    of_name(after + 1, name, after + 1 + name.len())
                }
                Some('[') => match rest.get(1..).and_then(|body| body.trim_start().strip_prefix('\'')).and_then(|body| body.split_once('\'')) {
                    Some((name, behind)) if behind.trim_start().starts_with(']') => {
                        let from = after + (rest.len() - behind.len()) - 1 - name.len();
                        of_name(from, name, range.end - behind.trim_start().len() + 1)
                    }
                    _ => (None, after),
                },
                // `secrets-manager` is another word.
                Some(c) if c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '/') => continue,
                _ => (None, after),
            };
            let whole = name.is_none() && !rest.starts_with('[');
            let name = name.and_then(|range| Some((text.get(range.clone())?, range)));
            if name.as_ref().is_some_and(|(name, _)| !is_name(name)) {
                continue;
            }
            let behind = text.get(end..range.end).unwrap_or("").trim();
            let otherwise = behind.strip_prefix("||").map(|other| {
                let literal = other.trim().strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
                literal.filter(|literal| !literal.contains('\''))
            });
            out.push(Use { name, range: start..end.max(after), whole, otherwise });
        }
    }
    out.sort_by_key(|found| found.range.start);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<String> {
        let all = expressions(text).into_iter().flat_map(|range| uses(text, range));
        all.map(|found| match found {
            Use { name: Some((name, range)), otherwise, .. } => {
                assert_eq!(text.get(range), Some(name));
                format!("{name} {otherwise:?}")
            }
            Use { whole, range, .. } => format!("{} {whole}", text.get(range).unwrap_or("?")),
        })
        .collect()
    }

    #[test]
    fn stores_are_found_in_expressions_alone() {
        assert_eq!(said("${{ secrets.A_B }}:${{vars['C']}}"), ["A_B None", "C None"]);
        assert_eq!(said("${{ secrets.A || 'd' }} ${{ secrets.B || vars.C }}"), ["A Some(Some(\"d\"))", "B Some(None)", "C None"]);
        assert_eq!(said("${{ toJSON(secrets) }} ${{ secrets[format('X_{0}', matrix.a)] }}"), ["secrets true", "secrets false"]);
        for nothing in [
            "secrets.A",
            "${{ inputs.secrets.A }}",
            "${{ 'secrets.A' }}",
            "${{ my-secrets.A }}",
            "${{ secrets.",
            "${{ secrets. }}",
            "${{ vars['",
            "{{ secrets.A }}",
        ] {
            assert_eq!(said(nothing), Vec::<String>::new(), "{nothing}");
        }
    }

    #[test]
    fn the_first_names_a_value() {
        assert_eq!(first("postgres://${{ secrets.USER }}@${{ vars.HOST }}"), Some("secrets.USER"));
        assert_eq!(first("${{ vars['X'] }}"), Some("vars['X']"));
        assert_eq!(first("${{ github.ref }}"), None);
    }
}
