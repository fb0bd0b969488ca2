//! The flow from a view to a verdict: discover, collect, read, seal, align, judge. Everything that
//! `evenkeel check` does between its options and its report.

use std::collections::BTreeSet;

use crate::align::{Matrix, align};
use crate::catalog::Catalog;
use crate::config::Config;
use crate::discover::{Plan, Source, plan, rank};
use crate::files::{Components, Documents, FileView};
use crate::judge::{Verdict, judge, rules};
use crate::model::{Environment, Fact, Gap, Kind};
use crate::parallel;
use crate::read::{Input, Output};
use crate::seal;
use crate::syntax::At;

/// What is asked for.
#[derive(Debug, Default)]
pub struct Scope {
    /// Only these environments; empty for all.
    pub environments: Vec<String>,
    /// Only these kinds; empty for all.
    pub kinds: Vec<Kind>,
}

/// What was found in a view, before it is judged.
#[derive(Debug, Default)]
pub struct Survey {
    /// Who is what.
    pub plan: Plan,
    /// The facts.
    pub facts: Vec<Fact>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// What was left out on purpose, by reason and file.
    pub notes: Vec<(&'static str, String)>,
    /// How many files were opened.
    pub files_read: usize,
}

/// Looks at a view: which environments it has and what they say.
pub fn survey(view: &dyn FileView, config: &Config, scope: &Scope) -> Survey {
    let catalog = Catalog::get();
    let listing = view.list();
    let documents = Documents::new(view, &listing);
    let mut plan = plan(&documents, &listing, config, catalog);
    let mut survey = Survey { gaps: std::mem::take(&mut plan.gaps), ..Survey::default() };
    for part in parallel::map(&plan.sources, |source| read(source, &documents, &plan.components, catalog)) {
        survey.facts.extend(part.facts);
        survey.gaps.extend(part.gaps);
        survey.notes.extend(part.notes);
    }
    // A document may name an environment that no file stands for.
    let named: BTreeSet<&Environment> = survey.facts.iter().map(|fact| &fact.environment).filter(|e| !plan.environments.contains(e)).collect();
    plan.environments.extend(named.into_iter().cloned().collect::<Vec<_>>());
    plan.environments.sort_by_key(|environment| rank(environment, config));
    if !scope.environments.is_empty() {
        // Only now: a file of one environment may speak of another.
        let wanted = |environment: &Environment| environment.rank() == 0 || scope.environments.iter().any(|name| name == environment.name());
        plan.sources.retain(|source| wanted(&source.environment));
        plan.environments.retain(wanted);
        survey.facts.retain(|fact| wanted(&fact.environment));
        survey.gaps.retain(|gap| gap.environment.as_ref().is_none_or(wanted));
    }
    if !scope.kinds.is_empty() {
        survey.facts.retain(|fact| scope.kinds.contains(&fact.kind));
    }
    survey.gaps.sort();
    survey.gaps.dedup();
    survey.notes.sort();
    survey.notes.dedup();
    survey.files_read = documents.count();
    survey.plan = plan;
    survey
}

/// What one source says.
fn read(source: &Source, documents: &Documents<'_>, components: &Components, catalog: &Catalog) -> Survey {
    let mut survey = Survey::default();
    let Some((first, layers)) = source.files.split_first() else { return survey };
    let mut opened = Vec::new();
    for path in std::iter::once(first).chain(layers) {
        match documents.open(path) {
            Ok(document) => opened.push(document),
            Err(reason) => {
                survey.gaps.push(Gap {
                    environment: Some(source.environment.clone()),
                    ..crate::discover::unreadable(path, source.format.name, reason.phrase(), true)
                });
                return survey;
            }
        }
    }
    let document = opened.remove(0);
    let input = Input {
        document,
        layers: opened,
        documents,
        catalog,
        components,
        variables: &source.variables,
        target: source.target.as_deref(),
        started: &source.started,
    };
    let mut output = Output::default();
    (source.format.read)(&input, &mut output);
    let seal = |reading| Fact { format: source.format.name, ..seal::seal(reading, &source.environment, &source.component, first, documents, catalog) };
    survey.facts.extend(output.readings.iter().map(seal));
    let place = |at: &At| documents.by_id(at.file).map_or_else(|| first.clone(), |document| document.path.to_string());
    let gaps = output.gaps.iter().map(|gap| (gap, true)).chain(output.missing.iter().map(|gap| (gap, false)));
    for ((at, reason), required) in gaps {
        survey.gaps.push(Gap {
            environment: Some(source.environment.clone()),
            source: seal::word(source.format.name),
            path: seal::path(&place(at)),
            line: at.line,
            reason,
            required,
        });
    }
    survey.notes.extend(output.notes.iter().map(|(at, reason)| (*reason, place(at))));
    survey
}

/// Lines a survey's facts up.
pub fn matrix(survey: &Survey) -> Matrix<'_> {
    align(&survey.facts, &survey.gaps, &survey.plan.environments, Catalog::get())
}

/// Judges a matrix by the compiled-in rules.
pub fn verdict<'f>(matrix: &Matrix<'f>, config: &Config) -> Verdict<'f> {
    judge(matrix, rules(), &config.rules, Catalog::get())
}
