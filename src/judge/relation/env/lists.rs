//! Who gives what: what code requires against what a set-up gives, one environment's list of a process
//! against the others', what a file offers against what reaches a process.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Outcome;
use super::{Case, Failures, are_kin, are_twins, copes, facts, is_required};
use crate::align::List;
use crate::catalog::Variables;
use crate::files::{folder, within};
use crate::model::{Environment, Fact, Scope, Shape, Stance, Variable};

/// Formats whose lists an image or a file beside adds to.
const IMAGE: &str = "dockerfile";

/// Whether a list, what its image sets, or the env file it is laid over gives a variable.
pub(super) fn is_available(case: &Case<'_, '_>, list: &List<'_>) -> bool {
    let name = case.name();
    let beside = |other: &&List<'_>| {
        let image = other.format == IMAGE && other.environment == list.environment;
        // Loaders lay `.env.production` over `.env`; a stack reads the `.env` beside it, but forwards
        // only what it names.
        let base = list.offered && other.offered && folder(other.setup) == folder(list.setup) && crate::files::file_name(other.setup) == ".env";
        // On a developer's machine a process finds the file in the folder that is mounted into it.
        let mounted = list.live && other.offered && other.environment == list.environment && !list.environment.is_deployed();
        image || base || mounted
    };
    // What a template has in a comment is there for whoever needs it.
    let mentioned = || case.matrix.variables.documented(name).any(|fact| fact.value.variable.as_deref().is_some_and(|v| v.stance == Stance::Mentioned));
    list.gives(name) || mentioned() || case.matrix.variables.lists_of_component(&case.row.component).filter(beside).any(|other| other.gives(name))
}

/// The lists that surely hold all that their process gets: closed ones, and env files that are copies
/// of their siblings.
fn full<'c, 'f>(case: &Case<'c, 'f>) -> Vec<&'c List<'f>> {
    let all: Vec<&'c List<'f>> =
        case.matrix.variables.lists_of_component(&case.row.component).filter(|list| list.own && case.knows(list.environment)).collect();
    let twin = |list: &List<'_>| list.offered && !list.open && all.iter().any(|other| other.offered && other.setup != list.setup && are_twins(list, other));
    all.iter().copied().filter(|list| list.is_closed() || twin(list)).collect()
}

/// What code cannot do without is given; and so is what it does not cope without, where every other
/// environment gives it.
pub(super) fn given<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let reads = case.reads();
    if reads.is_empty() || case.is_provided() || case.matrix.variables.reads_of(case.name()).any(is_optional) {
        return None;
    }
    let variables = &case.matrix.variables;
    // A platform adds secrets and addresses to an env file; what another file of the same environment has
    // is not added.
    let is_secret = case.catalog.variables.is_secret(case.name());
    let told = |list: &List<'_>| {
        !list.offered
            || !is_secret
                && !lacks_in_others(case, list)
                && variables.given(case.name()).any(|fact| fact.environment == *list.environment && fact.format == list.format)
    };
    if let Some(unbuilt) = never_built_with(case, &reads) {
        return Some(vec![unbuilt]);
    }
    let lists: Vec<&List<'_>> = full(case).into_iter().filter(|list| told(list)).collect();
    let (having, mut lacking): (Vec<&List<'_>>, Vec<&List<'_>>) = lists.iter().partition(|list| is_available(case, list));
    lacking.retain(|list| !never_has(case, list) && !is_loaded(case, list));
    if lacking.is_empty() {
        return (!having.is_empty()).then(Vec::new);
    }
    let environments = |lists: &[&List<'_>]| lists.iter().map(|list| list.environment.clone()).collect::<BTreeSet<Environment>>();
    let without = environments(&lacking);
    let with: BTreeSet<Environment> = case.matrix.variables.given(case.name()).map(|fact| fact.environment.clone()).collect();
    let stated = !with.is_empty() || case.of(Stance::Offered).next().is_some();
    let required = is_required(&reads) && stated;
    // Nobody says that it is required, but everybody else found that it is.
    let missed = with.len() >= 2 && without.iter().all(|environment| !with.contains(environment)) && !copes(&reads);
    if !required && !missed {
        return Some(Vec::new());
    }
    let mut disagreeing = facts(&reads);
    disagreeing.extend(case.set().map(|(fact, _)| fact));
    // What none of its containers has, the service has not.
    let whole = |list: &List<'_>| lists.iter().filter(|other| other.is_replica_of(list)).all(|other| lacking.iter().any(|also| also.number == other.number));
    let titles: BTreeSet<String> = lacking.iter().map(|list| if whole(list) { list.title_of_service() } else { list.title() }).collect();
    let odd = if without.len() == 1 { without.first().cloned() } else { None };
    let grave = required && without.contains(&Environment::prod());
    // What a developer's machine alone goes without, and code asks for without a word of what happens then.
    let slight = !required && without.iter().all(|environment| environment.name() == "local");
    let lowered = usize::from(!grave) + usize::from(slight);
    let mut outcome = case.fails(disagreeing, odd, titles.into_iter().collect::<Vec<_>>().join("; "), lowered);
    outcome.beside = case.elsewhere();
    Some(vec![outcome])
}

/// Whether the env file of another component, of the same environment, lacks it as well though its code
/// reads it: then it comes from somewhere else.
fn lacks_in_others(case: &Case<'_, '_>, list: &List<'_>) -> bool {
    let variables = &case.matrix.variables;
    let readers: BTreeSet<&str> = variables.reads_of(case.name()).filter(|fact| fact.scope != Scope::Aside).map(|fact| fact.component.as_str()).collect();
    let others = readers.into_iter().filter(|component| *component != list.component);
    others
        .flat_map(|component| variables.lists_of_component(component))
        .any(|other| other.offered && other.environment == list.environment && !is_available(case, other))
}

/// Whether the code loads an env file by itself that offers the variable, where developers run it.
fn is_loaded(case: &Case<'_, '_>, list: &List<'_>) -> bool {
    let variables = &case.matrix.variables;
    let beside = |path: &str| within(&case.row.component, folder(path)) && crate::files::file_name(path).starts_with(".env");
    let offers = |fact: &Fact| {
        let offered = fact.value.variable.as_deref().is_some_and(|variable| variable.stance == Stance::Offered);
        offered && beside(fact.place.path.as_str()) && (fact.environment.rank() == 0 || fact.environment == *list.environment)
    };
    !list.environment.is_deployed()
        && variables.loads_files(&case.row.component)
        && variables.documented(case.name()).chain(variables.given(case.name())).any(offers)
}

/// Whether a process goes without the variable wherever it runs, in two environments or more, while another
/// process of its component has it: it does not run the code that asks.
fn never_has(case: &Case<'_, '_>, list: &List<'_>) -> bool {
    let all = || case.matrix.variables.lists_of_component(&case.row.component).filter(|other| !other.offered);
    let own: Vec<&List<'_>> = all().filter(|other| other.workload == list.workload).collect();
    let environments: BTreeSet<&Environment> = own.iter().map(|other| other.environment).collect();
    let sibling = || all().any(|other| other.workload != list.workload && other.environment == list.environment && other.gives(case.name()));
    list.workload.is_some() && environments.len() >= 2 && own.iter().all(|other| !is_available(case, other)) && sibling()
}

/// A required variable of a bundle that no build of the repository gives, though builds give others of
/// their kind.
fn never_built_with<'f>(case: &Case<'_, 'f>, reads: &[(&'f Fact, &'f Variable)]) -> Option<Outcome<'f>> {
    let variables = &case.matrix.variables;
    let words = &case.catalog.variables;
    let builds = |fact: &Fact| fact.is_of_pipeline() || matches!(fact.format, "dockerfile" | "compose");
    if !is_required(reads) || !words.is_bundled(case.name()) || variables.given(case.name()).any(builds) {
        return None;
    }
    let others = variables.names_given().filter(|name| words.is_bundled(name) && variables.given(name).any(|fact| fact.is_of_pipeline())).count();
    let offers: Vec<&'f Fact> = case.of(Stance::Offered).map(|(fact, _)| fact).collect();
    if others < 3 || offers.is_empty() {
        return None;
    }
    let mut all = facts(reads);
    all.extend(offers);
    Some(case.fails(all, None, "any build of this repository".to_owned(), 1))
}

fn is_optional(fact: &Fact) -> bool {
    fact.scope != Scope::Aside && fact.value.variable.as_deref().is_some_and(|variable| variable.need == crate::model::Need::Optional)
}

/// The lists of the processes that have this variable in some environment, by process.
fn processes<'c, 'f>(case: &Case<'c, 'f>) -> BTreeMap<(&'f str, &'static str), Vec<&'c List<'f>>> {
    let mut all: BTreeMap<(&'f str, &'static str), Vec<&'c List<'f>>> = BTreeMap::new();
    for list in case.matrix.variables.lists_of_component(&case.row.component).filter(|list| !list.offered && case.knows(list.environment)) {
        if let Some(workload) = list.workload {
            all.entry((workload, family(list.format))).or_default().push(list);
        }
    }
    all.retain(|_, lists| lists.iter().any(|list| list.given.contains_key(case.name())));
    all
}

/// Formats that speak of one sort of deployment.
fn family(format: &'static str) -> &'static str {
    match format {
        "kustomization" | "helm_values" => "kubernetes",
        other => other,
    }
}

/// What most environments give a process, the others give it too.
pub(super) fn alike<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let mut failures = Vec::new();
    let mut compared = false;
    for ((workload, format), lists) in processes(case) {
        let by_environment: BTreeMap<&Environment, Vec<&List<'_>>> = lists.iter().fold(BTreeMap::new(), |mut map, list| {
            map.entry(list.environment).or_insert_with(Vec::new).push(*list);
            map
        });
        if by_environment.len() < 2 || by_environment.values().flatten().any(|list| list.open) && format == "compose" {
            continue;
        }
        compared = true;
        let outcome = match format {
            "kubernetes" => deployed(case, workload, &by_environment),
            "compose" => copies(case, &by_environment),
            _ => None,
        };
        failures.extend(outcome);
    }
    failures.extend(env_files(case, &mut compared));
    compared.then_some(failures)
}

/// Deployed environments of one workload: one lacks what the others have.
fn deployed<'f>(case: &Case<'_, 'f>, workload: &str, lists: &BTreeMap<&Environment, Vec<&List<'f>>>) -> Option<Outcome<'f>> {
    let name = case.name();
    let (with, without): (Vec<&Environment>, Vec<&Environment>) =
        lists.keys().copied().partition(|environment| lists.get(environment).is_some_and(|all| all.iter().any(|list| list.gives(name))));
    if without.is_empty() {
        return None;
    }
    let given: Vec<&'f Fact> = lists.values().flatten().filter_map(|list| list.given.get(name).copied()).collect();
    let prints = |kin: bool| {
        let print = |fact: &&'f Fact| fact.value.variable.as_deref().and_then(|v| if kin { v.print_kin } else { v.print });
        given.iter().map(print).collect::<BTreeSet<_>>().len() == 1
    };
    let has = |name: &str| with.iter().any(|environment| environment.name() == name);
    let lacks = |name: &str| without.iter().any(|environment| environment.name() == name);
    let lone = without.len() == 1 && with.len() >= 3;
    // A switch that is rolled out step by step, a number that is tuned, or what a whole group of processes goes without: meant.
    let switch = given.iter().all(|fact| fact.value.variable.as_deref().is_some_and(|v| matches!(v.shape, Some(Shape::Boolean | Shape::Number))));
    let systematic = lone && without.iter().any(|environment| lacks_all_over(case, environment, workload));
    // What production has and its rehearsal lacks is never tried; what a sibling has in both is forgotten.
    let untried = has("prod") && lacks("staging");
    let forgotten = if untried { sibling_facts(case, workload) } else { Vec::new() };
    let untried_by_others = untried && processes_alike(case, workload) >= 2;
    // What all rehearsals have and production lacks is missed with the next release, if code cannot go without it.
    let reads = case.reads();
    let withheld = without.len() == 1 && lacks("prod") && with.len() == 2;
    let lowered = if withheld {
        usize::from(switch || systematic || reads.is_empty() || copes(&reads))
    } else if (switch || systematic) && lone || untried_by_others {
        1
    } else if lone && (prints(false) || prints(true) || lacks("prod")) || !forgotten.is_empty() {
        0
    } else if lone || untried || with.len() == 1 && has("prod") {
        1
    } else {
        return None;
    };
    let odd = if let [one] = without.as_slice() { Some((*one).clone()) } else { None };
    let names = without.iter().map(|environment| environment.name()).collect::<Vec<_>>().join(", ");
    let read = if withheld { facts(&reads) } else { Vec::new() };
    let mut outcome = case.fails(given.into_iter().chain(read).collect(), odd, format!("{workload} in {names}"), lowered);
    outcome.beside = forgotten;
    Some(outcome)
}

/// Whether other processes of the component that are given the variable elsewhere lack it in this
/// environment as well: several, or one where nobody is given it there.
fn lacks_all_over(case: &Case<'_, '_>, environment: &Environment, workload: &str) -> bool {
    let name = case.name();
    let all = || case.matrix.variables.lists_of_component(&case.row.component).filter(|list| !list.offered);
    let nobody = !all().filter(|list| list.environment == environment).any(|list| list.gives(name));
    let others = || all().filter(|list| list.workload.is_some_and(|other| other != workload));
    let elsewhere: BTreeSet<&str> = others().filter(|list| list.gives(name)).filter_map(|list| list.workload).collect();
    let here = others().filter(|list| list.environment == environment && !list.gives(name)).filter_map(|list| list.workload);
    let alike = here.filter(|workload| elsewhere.contains(workload)).collect::<BTreeSet<&str>>().len();
    alike >= 2 || nobody && alike >= 1
}

/// How many other processes of the component have the variable in production and lack it in staging.
fn processes_alike(case: &Case<'_, '_>, workload: &str) -> usize {
    let lists = |environment: Environment| {
        case.matrix.variables.lists_of_component(&case.row.component).filter(move |list| *list.environment == environment && !list.offered)
    };
    let staging: BTreeSet<&str> = lists(Environment::staging()).filter(|list| !list.gives(case.name())).filter_map(|list| list.workload).collect();
    let prod = lists(Environment::prod()).filter(|list| list.gives(case.name())).filter_map(|list| list.workload);
    prod.filter(|other| *other != workload && staging.contains(other)).collect::<BTreeSet<&str>>().len()
}

/// What another process is given under the same name in production and in staging.
fn sibling_facts<'f>(case: &Case<'_, 'f>, workload: &str) -> Vec<&'f Fact> {
    let here: BTreeSet<&str> = case
        .set()
        .filter(|(fact, _)| fact.workload.as_ref().is_some_and(|w| w.as_str() == workload))
        .map(|(f, _)| folder(folder(f.place.path.as_str())))
        .collect();
    let group = |fact: &&Fact| here.contains(folder(folder(fact.place.path.as_str())));
    let all = case.matrix.variables.given(case.name()).filter(|fact| fact.workload.as_ref().is_some_and(|w| w.as_str() != workload)).filter(group);
    let mut by_workload: BTreeMap<&str, Vec<&'f Fact>> = BTreeMap::new();
    for fact in all.filter(|fact| matches!(fact.environment.name(), "prod" | "staging")) {
        by_workload.entry(fact.workload.as_ref().map_or("", |w| w.as_str())).or_default().push(fact);
    }
    by_workload.into_values().find(|facts| facts.iter().map(|fact| &fact.environment).collect::<BTreeSet<_>>().len() == 2).unwrap_or_default()
}

/// Copies of one stack, kept by hand: one has grown, the other has not.
fn copies<'f>(case: &Case<'_, 'f>, lists: &BTreeMap<&Environment, Vec<&List<'f>>>) -> Option<Outcome<'f>> {
    const LAG: usize = 5;
    let name = case.name();
    let grown = lists.get(&Environment::prod())?.iter().find(|list| list.given.contains_key(name) && list.own)?;
    let stale = lists.iter().filter(|(environment, _)| ***environment != Environment::prod()).flat_map(|(_, lists)| lists);
    let lags = |list: &&&List<'_>| {
        let common = list.common(grown);
        !list.gives(name) && common >= 2 * LAG && common * 10 >= list.given.len() * 8 && grown.given.len() >= common + LAG
    };
    let stale = stale.filter(lags).min_by_key(|list| list.setup)?;
    let fact = grown.given.get(name)?;
    Some(case.fails(vec![*fact], Some(stale.environment.clone()), stale.title(), 0))
}

/// Env files of one folder that are copies of each other: a variable that production's lacks, or only
/// production's has.
fn env_files<'f>(case: &Case<'_, 'f>, compared: &mut bool) -> Vec<Outcome<'f>> {
    let all: Vec<&List<'f>> =
        case.matrix.variables.lists_of_component(&case.row.component).filter(|list| list.offered && case.knows(list.environment)).collect();
    let prod = all.iter().filter(|list| *list.environment == Environment::prod());
    let mut failures = Vec::new();
    for prod in prod {
        let twins: Vec<&List<'f>> = all
            .iter()
            .copied()
            .filter(|list| folder(list.setup) == folder(prod.setup) && list.environment != prod.environment && are_kin(list, prod))
            .collect();
        if twins.is_empty() {
            continue;
        }
        *compared = true;
        let name = case.name();
        let with: Vec<&&List<'f>> = twins.iter().filter(|list| list.given.contains_key(name)).collect();
        let outcome = match prod.given.get(name) {
            None if !with.is_empty() && !is_available(case, prod) => {
                let given = with.iter().filter_map(|list| list.given.get(name).copied()).collect();
                case.fails(given, Some(Environment::prod()), prod.setup.to_owned(), 1)
            }
            Some(fact) if with.is_empty() && twins.iter().all(|list| !is_available(case, list)) => {
                let names: Vec<&str> = twins.iter().map(|list| list.setup).collect();
                case.fails(vec![*fact], None, names.join(", "), 1)
            }
            _ => continue,
        };
        failures.push(Outcome { beside: case.elsewhere(), ..outcome });
    }
    failures
}

/// Templates side by side offer the same.
pub(super) fn templates_alike<'f>(case: &Case<'_, 'f>) -> Failures<'f> {
    let templates: Vec<&List<'f>> = case.matrix.variables.templates_of(&case.row.component).collect();
    let (mut failures, mut compared) = (Vec::new(), false);
    let name = case.name();
    for (i, a) in templates.iter().enumerate() {
        for b in templates.iter().skip(i + 1).filter(|b| folder(a.setup) == folder(b.setup) && are_twins(a, b)) {
            compared = true;
            let (fact, lacking) = match (a.given.get(name), b.given.get(name)) {
                (Some(fact), None) => (*fact, b),
                (None, Some(fact)) => (*fact, a),
                _ => continue,
            };
            let mentioned = case.of(Stance::Mentioned).any(|(fact, _)| fact.setup.as_str() == lacking.setup);
            if mentioned {
                continue;
            }
            // Two for one target are rivals; one for another purpose may well offer less.
            let (names, words) = (&case.catalog.names, &case.catalog.variables);
            let rivals =
                names.environment_of_path(a.setup, false) == names.environment_of_path(b.setup, false) && plain(a.setup, words) && plain(b.setup, words);
            failures.push(case.fails(vec![fact], None, format!("{} and {}", a.setup, b.setup), usize::from(!rivals)));
        }
    }
    compared.then_some(failures)
}

/// Whether the name of a template says no more than that it is one.
fn plain(path: &str, words: &Variables) -> bool {
    crate::catalog::words(crate::files::file_name(path)).all(|word| word == "env" || words.is_template_word(&word))
}
