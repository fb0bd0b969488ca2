//! A program that prints what an environment has: a snapshot (`evenkeel snapshot prod -o -` somewhere else), env
//! lines (`heroku config --shell`, `vercel env pull`), or JSON of names and values. Its words are taken apart as a
//! shell would, but no shell runs them.

use serde_json::Value;

use super::run::{Program, Ran, run};
use super::{Ask, Collect, Source, facts, gap};
use crate::model::{Fact, Gap, Reading, Stance};
use crate::store::Snapshot;
use crate::syntax::FileId;
use crate::syntax::dotenv::{self, Dialect, Token};

/// A program.
pub(super) static SOURCE: Source = Source {
    name: "command",
    address: ":LINE",
    about: "what a program prints: env lines, JSON or a snapshot",
    has_images: false,
    accepts,
    collect: Collect::Facts(collect),
};

/// What JSON calls a variable and what it is, in lists of both.
const PAIR: [(&str, &str); 3] = [("name", "value"), ("Name", "Value"), ("key", "value")];

fn accepts(address: &str) -> Result<(), &'static str> {
    match shlex::split(address) {
        None => Err("is no command line: a quote is not closed"),
        Some(words) if words.first().is_none_or(String::is_empty) => Err("is missing: the program to run"),
        Some(_) => Ok(()),
    }
}

fn collect(ask: &Ask) -> (Vec<Fact>, Vec<Gap>) {
    let words = shlex::split(&ask.address).unwrap_or_default();
    let Some((program, arguments)) = words.split_first() else { return (Vec::new(), Vec::new()) };
    // What it is called, without what it is given: that may hold a password.
    let place = format!("command://{}", program.rsplit(['/', '\\']).next().unwrap_or(program));
    let refuse = |reason| (Vec::new(), vec![gap(&SOURCE, ask, &place, reason)]);
    // One of the repository's own is meant from its root, wherever evenkeel was started.
    let path = if program.contains('/') { ask.root.join(program) } else { program.into() };
    let printed = match run(&Program { path: &path, arguments, folder: &ask.root, input: b"", without: &[] }, ask.limit) {
        Ran::Ended(status, printed, _) if status.success() => printed,
        Ran::Ended(..) => return refuse("the command ended with an error"),
        Ran::Absent => return refuse("there is no such program, or it may not be run"),
        Ran::Late => return refuse("no answer within the time limit (--live-timeout)"),
        Ran::Endless => return refuse("it prints more than the limit of 16 MiB"),
    };
    let Ok(text) = String::from_utf8(printed) else { return refuse("it prints what is no text") };
    match told(&text) {
        Ok(Told::State(snapshot)) => (snapshot.facts, snapshot.gaps),
        Ok(Told::Variables(variables)) if variables.is_empty() => refuse("it prints no variable"),
        Ok(Told::Variables(variables)) => {
            let read = |at, out: &mut crate::read::Output| {
                for (name, value) in &variables {
                    out.push(Reading::variable(Stance::Given, name.as_str(), value.as_str(), at).workload(Some("program")));
                }
            };
            (facts(&SOURCE, ask, &place, &place, |_, at, out| read(at, out)), Vec::new())
        }
        Err(reason) => refuse(reason),
    }
}

/// What a program printed.
enum Told {
    /// A snapshot.
    State(Box<Snapshot>),
    /// Variables and their values.
    Variables(Vec<(String, String)>),
}

fn told(text: &str) -> Result<Told, &'static str> {
    if !text.trim_start().starts_with(['{', '[']) {
        return lines(text).map(Told::Variables);
    }
    let tree: Value = serde_json::from_str(text).map_err(|_| "it prints JSON that is broken")?;
    if tree.get("schema").is_some() {
        return Snapshot::parse(text.as_bytes()).map(|snapshot| Told::State(Box::new(snapshot)));
    }
    variables(&tree).map(Told::Variables).ok_or("it prints JSON that is neither a snapshot nor names with values")
}

/// Variables as env lines, quoted as for a shell. One line that is none could be a piece of another's value: then
/// none is trusted.
fn lines(text: &str) -> Result<Vec<(String, String)>, &'static str> {
    // So a shell's quotes hold a quote: whoever writes that quotes all else for a shell as well.
    if text.contains(r"'\''") {
        let words = shlex::split(text).into_iter().flatten().filter(|word| word != "export");
        let pairs: Option<Vec<(String, String)>> = words.map(|word| word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))).collect();
        return pairs.filter(|pairs| pairs.iter().all(|(name, _)| dotenv::is_name(name))).ok_or("it prints lines that are no variables");
    }
    let lines = dotenv::tokens(FileId(0), text);
    if lines.iter().any(|line| line.token == Token::Malformed) {
        return Err("it prints lines that are no variables");
    }
    Ok(dotenv::read(&lines, Dialect::Shell).into_iter().filter_map(|entry| Some((entry.key, entry.value?))).collect())
}

/// Variables as JSON: an object of names and values, or a list of both.
fn variables(tree: &Value) -> Option<Vec<(String, String)>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null => Some(String::new()),
        _ => None,
    };
    let pair = |item: &Value| PAIR.iter().find_map(|(name, value)| Some((item.get(name)?.as_str()?.to_owned(), text(item.get(value)?)?)));
    match tree {
        Value::Object(all) => all.iter().map(|(name, value)| Some((name.clone(), text(value)?))).collect(),
        Value::Array(all) => all.iter().map(pair).collect(),
        _ => None,
    }
}

/// The place of a program for tests of what it prints.
#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, &'static str> {
        told(text).map(|told| if let Told::Variables(variables) = told { variables } else { Vec::new() })
    }

    #[test]
    fn variables_are_printed_in_many_ways() {
        let pairs = |pairs: &[(&str, &str)]| Ok(pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>());
        assert_eq!(read("# of the shop\nPORT=8080\nGREETING='it'\\''s'\nexport EMPTY=\n"), pairs(&[("PORT", "8080"), ("GREETING", "it's"), ("EMPTY", "")]));
        assert_eq!(read("{\"PORT\": 8080, \"ON\": true}"), pairs(&[("ON", "true"), ("PORT", "8080")]));
        assert_eq!(read("[{\"name\": \"PORT\", \"value\": \"1\"}]"), pairs(&[("PORT", "1")]));
        for wrong in ["{\"a\": {\"b\": 1}}", "[1]", "{", "=== shop Config Vars\nPORT: 8080\n", "{\"schema\": \"evenkeel.snapshot/9\"}"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
