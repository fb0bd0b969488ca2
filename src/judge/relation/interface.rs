//! Relations of interfaces: what a caller passes is what the callee declares, and the other way round.

use std::collections::BTreeSet;

use super::{Outcome, failure, nothing_to_compare, passed};
use crate::align::Row;
use crate::judge::Rule;
use crate::judge::rule::Passing;
use crate::model::{Callee, Environment, Fact, Form, Side};

/// How many callers that do it right are shown.
const EXAMPLES: usize = 4;

/// Holds a demand against one input of one callee.
pub(super) fn hold<'f>(rule: &Rule, passing: Passing, row: &Row<'f>) -> Vec<Outcome<'f>> {
    let of = |wanted: Side| row.facts().filter(move |fact| matches!(fact.form, Form::Interface(_, side) if side == wanted)).collect::<Vec<&'f Fact>>();
    let (declared, given) = (of(Side::Declared), of(Side::Passed));
    let (wrong, right) = match passing {
        Passing::Passed => (of(Side::Lacking), [declared.clone(), given.iter().copied().take(EXAMPLES).collect()].concat()),
        Passing::Declared if declared.is_empty() => (given.clone(), of(Side::Instead)),
        Passing::Declared => (Vec::new(), Vec::new()),
    };
    if wrong.is_empty() {
        return if given.is_empty() { nothing_to_compare(row) } else { passed(row) };
    }
    let callers = wrong.iter().map(|fact| fact.place.path.as_str()).collect::<BTreeSet<&str>>().into_iter().collect::<Vec<_>>().join(", ");
    let environments: BTreeSet<&Environment> = wrong.iter().map(|fact| &fact.environment).collect();
    let odd = environments.first().filter(|_| environments.len() == 1).map(|environment| (*environment).clone());
    let callee = wrong.iter().find_map(|fact| if let Form::Interface(callee, _) = fact.form { Some(callee) } else { None });
    let (speaks_of, lowered) = match callee {
        // The platform starts an action all the same, whatever is required.
        Some(Callee::Action) => (format!("{callers} calls {}", row.component), 2),
        Some(Callee::Build) => (format!("{callers} builds {}", row.component), 0),
        // A process can listen on a port that it does not declare, but none is found by a name that nothing bears.
        Some(Callee::Process) => (callers, usize::from(row.name.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok()))),
        // Where an engine keeps nothing, all is lost with the container; developers may do without.
        Some(Callee::Engine) => (callers, usize::from(environments.iter().all(|environment| super::is_lenient(rule, environment)))),
        Some(Callee::Profiles | Callee::Settings) => (callers, 0),
        _ => (format!("{callers} calls {}", row.component), 0),
    };
    let named = if callee == Some(Callee::Engine) { &wrong } else { &right };
    let instead: BTreeSet<&str> = named.iter().map(|fact| fact.value.text.as_str()).collect();
    let groups = if callee == Some(Callee::Profiles) { row.component.clone() } else { instead.into_iter().collect::<Vec<_>>().join(", ") };
    vec![Outcome { groups, speaks_of, ..failure(row, [wrong, right].concat(), odd, lowered) }]
}
