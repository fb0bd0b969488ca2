//! A snapshot: what one environment said at one time, sealed, as a JSON document of the schema
//! `evenkeel.snapshot/1` (`rules/snapshot.schema.json`). Equal states give equal bytes but for the time. What
//! is read back is refused unless it is whole, of this schema and as it was written.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::check::Survey;
use crate::discover::Plan;
use crate::model::terms::{NONE, STATE};
use crate::model::{Bits, Environment, Fact, Form, Gap, Inside, Kind, Part, Place, Role, Scope, Shown, Value};
use crate::{read, seal, source};

/// The schema that is written.
pub const SCHEMA: &str = "evenkeel.snapshot/1";

/// How the names of all schemas of snapshots begin.
const FAMILY: &str = "evenkeel.snapshot/";

/// One environment at one time.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The environment.
    pub environment: Environment,
    /// When it was taken.
    pub taken: Timestamp,
    /// The id of the key under which hidden values can be compared; none where only their presence is known.
    pub key: Option<String>,
    /// Whether that key is the project's own in this run.
    pub comparable: bool,
    /// What was found.
    pub facts: Vec<Fact>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// The digest of all that but the time: equal for equal states.
    pub state: String,
}

/// The document, as it is read.
#[derive(Deserialize)]
struct Document {
    environment: String,
    taken: Timestamp,
    key: Option<String>,
    state: String,
    signature: Option<String>,
    facts: Vec<Item>,
    gaps: Vec<Lack>,
}

/// What of a document is looked at first: what else an unknown schema holds is not ours to judge.
#[derive(Deserialize)]
struct Head {
    schema: Option<String>,
}

/// The same as it is written: what a later version adds is part of the state as well.
#[derive(Deserialize)]
struct Tree {
    facts: Vec<serde_json::Value>,
    gaps: Vec<serde_json::Value>,
}

/// A fact in it.
#[derive(Serialize, Deserialize)]
struct Item {
    kind: Kind,
    name: Shown,
    #[serde(skip_serializing_if = "is_empty", default = "empty")]
    component: Shown,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    workload: Option<Shown>,
    #[serde(skip_serializing_if = "is_empty", default = "empty")]
    setup: Shown,
    #[serde(skip_serializing_if = "String::is_empty", default)]
    format: String,
    form: Form,
    role: Role,
    scope: Scope,
    value: Value,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    bits: Option<Arc<Bits>>,
    path: Shown,
    line: u32,
    column: u32,
}

/// A gap in it.
#[derive(Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Lack {
    source: Shown,
    path: Shown,
    line: u32,
    reason: Shown,
    required: bool,
}

fn empty() -> Shown {
    seal::word("")
}

fn is_empty(text: &Shown) -> bool {
    text.as_str().is_empty()
}

impl Snapshot {
    /// Takes what is known of one environment: what its subjects are, not what files say of each other.
    pub fn of(environment: &Environment, facts: &[Fact], gaps: &[Gap], taken: Timestamp) -> Snapshot {
        let key = seal::key::id();
        let own = facts.iter().filter(|fact| fact.environment == *environment && is_state(fact)).cloned();
        let mut facts: Vec<Fact> = own.collect();
        if key.is_none() {
            facts.iter_mut().for_each(without_prints);
        }
        let gaps: Vec<Gap> = gaps.iter().filter(|gap| gap.environment.as_ref().is_none_or(|of| of == environment)).cloned().collect();
        // To the second: nothing is as exact as its clock.
        let taken = Timestamp::from_second(taken.as_second()).unwrap_or(taken);
        let state = state(environment.name(), key.as_deref(), &trees(&items(&facts)), &trees(&lacks(&gaps)));
        Snapshot { environment: environment.clone(), taken, comparable: key.is_some(), key, facts, gaps, state }
    }

    /// The snapshot as something that was looked at.
    pub fn survey(&self) -> Survey {
        let plan = Plan { environments: vec![self.environment.clone()], ..Plan::default() };
        Survey { plan, facts: self.facts.clone(), gaps: self.gaps.clone(), ..Survey::default() }
    }

    /// The document, every fact in a line of its own, so that a diff of two files shows what changed.
    pub fn to_json(&self) -> String {
        let of_key = |key: &String| Some(format!(",\n  \"key\": {}", serde_json::to_string(key).ok()?));
        let signature = seal::key::signature(&signed(&self.state, self.taken)).filter(|_| self.key.is_some());
        let signature = signature.map(|signature| format!(",\n  \"signature\": \"{signature}\"")).unwrap_or_default();
        let lines = |lines: Vec<String>| if lines.is_empty() { "[]".to_owned() } else { format!("[\n    {}\n  ]", lines.join(",\n    ")) };
        format!(
            "{{\n  \"schema\": \"{SCHEMA}\",\n  \"environment\": {},\n  \"taken\": \"{}\"{},\n  \"state\": \"{}\"{signature},\n  \"facts\": {},\n  \"gaps\": {}\n}}\n",
            text(&self.environment),
            self.taken,
            self.key.as_ref().and_then(of_key).unwrap_or_default(),
            self.state,
            lines(trees(&items(&self.facts)).iter().map(text).collect()),
            lines(trees(&lacks(&self.gaps)).iter().map(text).collect()),
        )
    }

    /// Reads a document back.
    ///
    /// # Errors
    /// Why it is refused, in words that hold nothing of it.
    pub fn parse(bytes: &[u8]) -> Result<Snapshot, &'static str> {
        let head: Head =
            serde_json::from_slice(bytes).map_err(|error| if error.is_eof() { "a snapshot that is cut off" } else { "no snapshot, as it is no JSON" })?;
        match head.schema.as_deref() {
            Some(SCHEMA) => {}
            Some(other) if other.starts_with(FAMILY) => return Err("a snapshot of a schema that this version does not know; a later evenkeel does"),
            _ => return Err("no snapshot: it does not say that it is of the schema evenkeel.snapshot/1"),
        }
        let broken = "a snapshot that does not keep to its schema";
        let tree: Tree = serde_json::from_slice(bytes).map_err(|_| broken)?;
        let document: Document = serde_json::from_slice(bytes).map_err(|_| broken)?;
        if document.state != state(&document.environment, document.key.as_deref(), &tree.facts, &tree.gaps) {
            return Err("a snapshot that was changed after it was taken");
        }
        let own_key = document.key.is_some() && document.key == seal::key::id();
        if own_key && document.signature != seal::key::signature(&signed(&document.state, document.taken)) {
            return Err("a snapshot that was not signed with the project's key");
        }
        let environment = Environment::new(&seal::neutral(&document.environment));
        let mut facts: Vec<Fact> = document.facts.into_iter().map(|item| fact(item, &environment)).collect();
        if !own_key {
            // Prints of another key say nothing here.
            facts.iter_mut().for_each(without_prints);
        }
        let gaps = document.gaps.into_iter().map(|lack| gap(lack, &environment)).collect();
        Ok(Snapshot { environment, taken: document.taken, key: document.key, comparable: own_key, facts, gaps, state: document.state })
    }
}

/// Whether a fact is of an environment's state. What the two ends of an interface say of each other, how
/// something is started or installed and how loaders read a line is said of files.
fn is_state(fact: &Fact) -> bool {
    // Of packages inside images, hundreds each, one text tells whether any of them changed.
    if let Form::Inside(inside) = fact.form {
        return !matches!(inside, Inside::System | Inside::Library(_) | Inside::Locked(_));
    }
    // What a container runs on is its state; what is declared of that is said of files.
    if fact.form == Form::Started(Part::Term) {
        return fact.is_live() && !is_well(fact);
    }
    matches!(fact.form, Form::Version(_) | Form::Image | Form::Packaged | Form::Presence | Form::Variable(..) | Form::Setting(_) | Form::Property)
}

/// Whether a fact says of a container that nothing is wrong with it, be it that it is done and may be cleared away.
fn is_well(fact: &Fact) -> bool {
    fact.name.as_str().ends_with(STATE) && fact.value.text.as_str() == NONE
}

/// What is signed: the state, and the time.
fn signed(state: &str, taken: Timestamp) -> String {
    format!("{state}\0{taken}")
}

/// The digest of a state.
fn state(environment: &str, key: Option<&str>, facts: &[serde_json::Value], gaps: &[serde_json::Value]) -> String {
    let mut digest = Sha256::new();
    digest.update(format!("{SCHEMA}\0{environment}\0{}\0", key.unwrap_or("")));
    for list in [facts, gaps] {
        list.iter().for_each(|one| digest.update(format!("{one}\0")));
        digest.update("\0");
    }
    seal::key::hex(&digest.finalize())
}

/// Items as they are written, keys in order.
fn trees(items: &[impl Serialize]) -> Vec<serde_json::Value> {
    items.iter().map(|item| serde_json::to_value(item).unwrap_or_default()).collect()
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The facts of a document, in its order.
fn items(facts: &[Fact]) -> Vec<Item> {
    let item = |fact: &Fact| Item {
        kind: fact.kind,
        name: fact.name.clone(),
        component: fact.component.clone(),
        workload: fact.workload.clone(),
        setup: fact.setup.clone(),
        format: fact.format.to_owned(),
        form: fact.form,
        role: fact.role,
        scope: fact.scope,
        value: fact.value.clone(),
        bits: fact.bits.clone(),
        path: fact.place.path.clone(),
        line: fact.place.line,
        column: fact.place.column,
    };
    let mut items: Vec<(String, Item)> = facts.iter().map(item).map(|item| (text(&item), item)).collect();
    items.sort_by(|(a, x), (b, y)| (x.kind, &x.component, &x.name, a).cmp(&(y.kind, &y.component, &y.name, b)));
    items.dedup_by(|a, b| a.0 == b.0);
    items.into_iter().map(|(_, item)| item).collect()
}

/// The gaps of a document, in its order.
fn lacks(gaps: &[Gap]) -> Vec<Lack> {
    let lack = |gap: &Gap| Lack { source: gap.source.clone(), path: gap.path.clone(), line: gap.line, reason: seal::word(gap.reason), required: gap.required };
    let mut lacks: Vec<Lack> = gaps.iter().map(lack).collect();
    lacks.sort();
    lacks.dedup();
    lacks
}

fn fact(item: Item, environment: &Environment) -> Fact {
    Fact {
        environment: environment.clone(),
        kind: item.kind,
        name: item.name,
        component: item.component,
        workload: item.workload,
        setup: item.setup,
        format: source::known_name(&item.format).unwrap_or_else(|| read::format_name(&item.format)),
        form: item.form,
        value: item.value,
        bits: item.bits,
        role: item.role,
        scope: item.scope,
        place: Place { path: item.path, line: item.line, column: item.column, excerpt: None, comment: None },
        via: Vec::new(),
    }
}

fn gap(lack: Lack, environment: &Environment) -> Gap {
    let reason = "could not be read when the snapshot was taken";
    Gap { environment: Some(environment.clone()), source: lack.source, path: lack.path, line: lack.line, reason, required: lack.required }
}

/// Takes out what equal hidden values would be known by.
pub fn without_prints(fact: &mut Fact) {
    if let Some(variable) = fact.value.variable.as_mut() {
        variable.print = None;
        variable.print_kin = None;
        if let Some(address) = variable.address.as_mut() {
            address.tails.clear();
            address.path_kin = None;
        }
    }
}
