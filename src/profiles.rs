//! Profiles of Spring that a deployment takes away: `SPRING_PROFILES_ACTIVE` does not add to the profiles that an
//! application's own file switches on, it replaces them. Source: Spring Boot's reference, "Profiles" and
//! "Externalized Configuration".

use crate::catalog::Catalog;
use crate::discover::Plan;
use crate::files::{Document, Documents, file_name, folder};
use crate::model::{Callee, Content, Fact, Form, Kind, Reading, Side, Stance, Value};
use crate::seal;
use crate::syntax::{At, Lines, Node};

/// The variable that replaces what a file says.
const VARIABLE: &str = "SPRING_PROFILES_ACTIVE";

/// Where an application's own file lies, and what it may be called.
const RESOURCES: &str = "src/main/resources";
const OWN: &[&str] = &["application.yml", "application.yaml", "application.properties"];

/// How many source files of one component are looked through for a profile.
const SOURCES: usize = 4_000;

/// A profile that an application's own file switches on.
struct Active {
    name: String,
    at: At,
}

/// What is lost where the variable is given: for each profile where it is switched on, used and replaced.
pub(crate) fn replaced(plan: &Plan, documents: &Documents<'_>, catalog: &Catalog, facts: &[Fact]) -> Vec<Fact> {
    let given: Vec<&Fact> = facts.iter().filter(|fact| is_given(fact)).collect();
    if given.is_empty() {
        return Vec::new();
    }
    let is_own = |path: &&str| OWN.contains(&file_name(path)) && folder(path).ends_with(RESOURCES);
    let own: Vec<(&str, &str)> = documents.below("").filter(is_own).map(|path| (path, plan.components.of(path))).collect();
    let mut out = Vec::new();
    for (path, component) in &own {
        let Ok(document) = documents.open(path) else { continue };
        for active in actives(&document) {
            let without: Vec<&&Fact> = given
                .iter()
                .filter(|fact| !fact.value.text.as_str().split([',', ' ']).any(|name| name == active.name) && starts(fact, component, &own))
                .collect();
            let Some(used) = (!without.is_empty()).then(|| used(path, component, &active.name, documents)).flatten() else { continue };
            for fact in without {
                let say = |side: Side, text: &str, at: At| {
                    let reading = Reading::new(Kind::Config, active.name.as_str(), text, Form::Interface(Callee::Profiles, side), at);
                    Fact { format: "code", ..seal::seal(&reading, &fact.environment, component, path, documents, catalog) }
                };
                out.push(say(Side::Declared, "active", active.at));
                out.push(say(Side::Passed, "used", used));
                let value = Value { text: fact.value.text.clone(), spec: None, image: None, variable: None };
                let form = Form::Interface(Callee::Profiles, Side::Lacking);
                let (name, component) = (seal::name(&active.name), seal::path(component));
                out.push(Fact { kind: Kind::Config, name, component, form, value, ..(**fact).clone() });
            }
        }
    }
    out
}

/// Whether a process is given the variable, with a value that is known.
fn is_given(fact: &Fact) -> bool {
    let known = |content| matches!(content, Content::Literal | Content::Default);
    let variable = fact.value.variable.as_deref().filter(|_| fact.kind == Kind::Env && fact.name.as_str() == VARIABLE);
    variable.is_some_and(|variable| variable.stance == Stance::Given && known(variable.content)) && !seal::is_masked(&fact.value.text)
}

/// Whether what a process is given is for a component: its own, one of its name, or an image's that is no
/// component's and so built for all of them.
fn starts(fact: &Fact, component: &str, own: &[(&str, &str)]) -> bool {
    let workload = fact.workload.as_ref().map_or("", |workload| workload.as_str());
    let named = !workload.is_empty() && file_name(component).ends_with(workload);
    let common = fact.format == "dockerfile" && !own.iter().any(|(_, other)| *other == fact.component.as_str());
    fact.component.as_str() == component || named || common
}

/// The profiles that a file switches on, whatever else is given.
fn actives(document: &Document) -> Vec<Active> {
    if document.path.ends_with(".properties") {
        let lines = Lines::new(document.id, document.text());
        let mut end = 0;
        for line in document.text().split_inclusive('\n') {
            let start = end;
            end += line.len();
            if let Some(value) = line.trim().strip_prefix("spring.profiles.active").and_then(|rest| rest.trim_start().strip_prefix(['=', ':'])) {
                return names(value, lines.at(start..end));
            }
        }
        return Vec::new();
    }
    let always = |tree: &&Node| tree.path(&["spring", "config", "activate"]).is_none();
    let found = document.trees().unwrap_or_default().iter().filter(always).find_map(|tree| {
        let nested = || tree.path(&["spring", "profiles", "active"]).or_else(|| tree.path(&["spring", "profiles.active"]));
        tree.get("spring.profiles.active").or_else(nested)
    });
    found.map(|node| node.one_or_many().into_iter().flat_map(|item| names(item.text().unwrap_or(""), item.at())).collect()).unwrap_or_default()
}

/// The names in a list; what a variable decides is not known.
fn names(value: &str, at: At) -> Vec<Active> {
    let known = |name: &&str| !name.is_empty() && !name.contains(['$', '@', '{']);
    value.split(',').map(str::trim).filter(known).map(|name| Active { name: name.to_owned(), at }).collect()
}

/// Where something of a component depends on a profile: a file of its own, or a class.
fn used(own: &str, component: &str, profile: &str, documents: &Documents<'_>) -> Option<At> {
    let beside = ["yml", "yaml", "properties"].iter().map(|extension| format!("{}/application-{profile}.{extension}", folder(own)));
    if let Some(document) = beside.filter(|path| documents.exists(path)).find_map(|path| documents.open(&path).ok()) {
        return Some(At { line: 1, ..At::file(document.id) });
    }
    let quoted = format!("\"{profile}\"");
    let sources = documents.below(component).filter(|path| [".java", ".kt"].iter().any(|end| path.ends_with(end)) && path.contains("src/main/"));
    let holds = |bytes: &[u8]| memchr::memmem::find(bytes, b"@Profile").is_some();
    let mut buffer = Vec::new();
    for path in sources.take(SOURCES) {
        let Ok(Some(document)) = documents.open_if(path, &mut buffer, holds) else { continue };
        let lines = Lines::new(document.id, document.text());
        for (start, _) in document.text().match_indices("@Profile") {
            let rest = document.text().get(start..).unwrap_or("");
            let annotation = rest.find(')').and_then(|end| rest.get(..end)).unwrap_or("");
            if annotation.contains(&quoted) {
                return Some(lines.at(start..start + annotation.len()));
            }
        }
    }
    None
}
