//! What a view holds before it is judged: the plan's sources are read and sealed, then the source code,
//! which is searched for the names that the rest of the repository knows.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::config::Config;
use crate::discover::{Plan, Source, plan, rank};
use crate::files::{Components, Documents, FileView, Listing};
use crate::known::Known;
use crate::model::{Environment, Fact, Family, Gap, Kind, Stance};
use crate::read::{Claim, FORMATS, Format, Home, Input, Output, Started};
use crate::seal;
use crate::syntax::At;
use crate::{discover, model, parallel, read};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Only these environments; empty for all.
    pub environments: Vec<String>,
    /// Only these kinds; empty for all.
    pub kinds: Vec<Kind>,
    /// Whether settings are wanted that say the same in every environment.
    pub alike: bool,
}

impl Scope {
    /// The whole of which this is a part.
    pub fn whole(&self) -> Scope {
        Scope { environments: Vec::new(), kinds: Vec::new(), ..*self }
    }

    /// Whether any of these kinds is asked for.
    pub fn has(&self, kinds: &[Kind]) -> bool {
        self.kinds.is_empty() || kinds.iter().any(|kind| self.kinds.contains(kind))
    }
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
    /// Files that are one configuration in several environments.
    pub families: Vec<Family>,
    /// What the projects are called that stacks are started as, and where.
    pub projects: BTreeSet<(Environment, String)>,
    /// How many files were opened.
    pub files_read: usize,
}

impl Survey {
    fn add(&mut self, parts: Vec<Survey>) {
        self.facts.reserve_exact(parts.iter().map(|part| part.facts.len()).sum());
        for part in parts {
            self.facts.extend(part.facts);
            self.gaps.extend(part.gaps);
            self.notes.extend(part.notes);
            self.families.extend(part.families);
            self.projects.extend(part.projects);
        }
    }

    /// Keeps what was asked for. Only at the end: a file of one environment may speak of another, and what runs is
    /// told from others by what it is given.
    pub fn narrow(&mut self, scope: &Scope) {
        if !scope.environments.is_empty() {
            let wanted = |environment: &Environment| environment.rank() == 0 || scope.environments.iter().any(|name| name == environment.name());
            self.plan.sources.retain(|source| wanted(&source.environment));
            self.plan.environments.retain(wanted);
            self.facts.retain(|fact| wanted(&fact.environment));
            self.gaps.retain(|gap| gap.environment.as_ref().is_none_or(wanted));
        }
        if !scope.kinds.is_empty() {
            self.facts.retain(|fact| scope.kinds.contains(&fact.kind));
        }
    }
}

/// Looks at a view: which environments it has and what they say.
pub fn survey(view: &dyn FileView, config: &Config, scope: &Scope) -> Survey {
    // The catalogue is made ready meanwhile.
    let (listing, _) = parallel::both(|| view.list(), Catalog::get);
    survey_of(&Documents::new(view, &listing), &listing, config, scope)
}

/// Looks at the documents of a view; those that are open already are not opened again.
pub fn survey_of(documents: &Documents<'_>, listing: &Listing, config: &Config, scope: &Scope) -> Survey {
    let catalog = Catalog::get();
    let mut plan = plan(documents, listing, config, catalog);
    let mut survey = Survey { gaps: std::mem::take(&mut plan.gaps), ..Survey::default() };
    survey.add(parallel::map(&plan.sources, |source| read(source, documents, &plan.components, catalog)));
    if scope.has(&[Kind::Config]) {
        // Parsing is what takes time: it is done file by file, not family by family.
        let parsed: Vec<&str> = plan.families.iter().flat_map(discover::Family::parsed).collect();
        parallel::map(&parsed, |path| documents.open(path).map(|document| document.trees().is_ok()).unwrap_or(false));
        survey.add(parallel::map(&plan.families, |family| settings(family, documents, scope, catalog)));
    }
    if scope.has(&[Kind::Env]) {
        code(&plan, documents, catalog, &mut survey);
        survey.facts.extend(crate::loaders::loaders(&plan, documents, catalog));
    }
    survey.facts.extend(awaited(&plan, documents, catalog));
    let replaced = crate::profiles::replaced(&plan, documents, catalog, &survey.facts);
    survey.facts.extend(replaced);
    let misspelt = crate::overrides::misspelt(&plan, documents, catalog, &survey.facts);
    survey.facts.extend(misspelt);
    // A document may name an environment that no file stands for.
    let named: BTreeSet<&Environment> = survey.facts.iter().map(|fact| &fact.environment).filter(|e| !plan.environments.contains(e)).collect();
    plan.environments.extend(named.into_iter().cloned().collect::<Vec<_>>());
    plan.environments.sort_by_key(|environment| rank(environment, config));
    survey.plan = plan;
    survey.narrow(scope);
    survey.gaps.sort();
    survey.gaps.dedup();
    survey.notes.sort();
    survey.notes.dedup();
    survey.files_read = documents.count();
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
    let output = source.said.clone().unwrap_or_else(|| {
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
        std::sync::Arc::new(output)
    });
    let setup = source.setup().unwrap_or(first);
    let seal = |reading| Fact { format: source.format.name, ..seal::seal(reading, &source.environment, &source.component, setup, documents, catalog) };
    survey.facts.extend(output.readings.iter().map(seal).filter(is_told));
    if source.optional {
        survey.facts.retain(|fact| fact.kind == Kind::Env);
        survey.facts.iter_mut().for_each(|fact| fact.scope = model::Scope::Aside);
        return survey;
    }
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
    survey.projects.extend(output.project.iter().map(|name| (source.environment.clone(), name.clone())));
    survey.notes.extend(output.notes.iter().map(|(at, reason)| (*reason, place(at))));
    survey
}

/// What a family of configuration files says.
fn settings(family: &discover::Family, documents: &Documents<'_>, scope: &Scope, catalog: &Catalog) -> Survey {
    let read = read::settings::read(family, documents, catalog, scope.alike);
    let contract = Environment::contract();
    let seal = |reading: &_| Fact { format: read::settings::NAME, ..seal::seal(reading, &contract, &family.component, &family.label, documents, catalog) };
    let gap = |(environment, path, problem): (Option<Environment>, String, crate::syntax::Problem)| Gap {
        environment,
        source: seal::word(read::settings::NAME),
        path: seal::path(&path),
        line: problem.line,
        reason: problem.phrase,
        required: false,
    };
    Survey {
        facts: parallel::map(&read.readings, seal),
        gaps: read.gaps.into_iter().map(gap).collect(),
        families: read.family.into_iter().collect(),
        ..Survey::default()
    }
}

/// Files, and tables of files, that are loaded where a variable has their word as its value.
fn awaited(plan: &Plan, documents: &Documents<'_>, catalog: &Catalog) -> Vec<Fact> {
    let form = model::Form::Variable(Stance::Awaited, model::Need::Bare, model::Content::Literal);
    let mut facts = Vec::new();
    for family in &plan.families {
        let before = family.label.find("{env}").unwrap_or(0);
        for variable in catalog.families.selectors(&family.label) {
            let mut await_word = |path: &str, word: &str, at: At, format: &'static str| {
                let reading = model::Reading::new(Kind::Env, variable, word, form, at).component(Some(&family.component));
                facts.push(Fact { format, ..seal::seal(&reading, &Environment::contract(), &family.component, path, documents, catalog) });
            };
            for member in &family.members {
                // As it is spelt there: files are told apart by the case of their names.
                let word = member.path.get(before..before + member.word.len()).filter(|word| word.eq_ignore_ascii_case(&member.word));
                let (Some(word), Ok(document)) = (word, documents.open(&member.path)) else { continue };
                await_word(&member.path, word, At { line: 1, ..At::file(document.id) }, "code");
            }
            let table_keys = |path: &str| documents.open(path).map_or_else(|_| Vec::new(), |document| read::settings::table_keys(&document, catalog));
            let file = family.base.as_deref().filter(|_| family.tables);
            for (path, key) in file.iter().flat_map(|path| table_keys(path).into_iter().map(move |key| (path, key))) {
                await_word(path, &key.text, key.at, read::settings::NAME);
            }
        }
    }
    facts
}

/// Whether a fact has a subject: what stands in the place of a name and may not be shown is none.
pub(crate) fn is_told(fact: &Fact) -> bool {
    !matches!(fact.kind, Kind::Env | Kind::Config | Kind::Dependency) || !seal::is_masked(&fact.name)
}

/// What source code reads, and which of the names that others set it names at all.
fn code(plan: &Plan, documents: &Documents<'_>, catalog: &Catalog, survey: &mut Survey) {
    let known = Known::of(survey.facts.iter().filter(|fact| sets(fact)).map(|fact| fact.name.as_str()));
    let mut named: BTreeMap<&str, &str> = BTreeMap::new();
    let parts = parallel::map_with(&plan.code, Vec::new, |buffer, path| one_file(path, buffer, &known, plan, documents, catalog));
    let mut facts = Vec::with_capacity(parts.iter().map(|(part, _)| part.len()).sum());
    for (path, (part, names)) in plan.code.iter().zip(parts) {
        facts.extend(part);
        for name in names {
            named.entry(name).or_insert(path);
        }
    }
    facts.extend(named.iter().map(|(name, path)| seal::mention(name, path, catalog)));
    survey.facts.extend(facts);
}

/// Whether a fact says that a variable is set, offered or declared somewhere.
fn sets(fact: &Fact) -> bool {
    let stance = fact.value.variable.as_deref().map(|variable| variable.stance);
    matches!(stance, Some(Stance::Given | Stance::Offered | Stance::Mentioned | Stance::Declared)) && fact.name.as_str() != "*"
}

/// The reads of one file, and the known names that stand in it. It is opened once, and kept only as
/// long as it is read.
fn one_file<'n>(
    path: &str,
    buffer: &mut Vec<u8>,
    known: &Known<'n>,
    plan: &Plan,
    documents: &Documents<'_>,
    catalog: &Catalog,
) -> (Vec<Fact>, BTreeSet<&'n str>) {
    let format = FORMATS.iter().find(|format| format.home == Home::Code && (format.claims)(path) != Claim::No);
    let mut names = BTreeSet::new();
    let worth = |bytes: &[u8]| format.is_some_and(|format| format.scan.is_none_or(|scan| scan(path, bytes)));
    let opened = documents.open_if(path, buffer, |bytes| {
        names = known.find(bytes);
        worth(bytes)
    });
    let facts = match (opened, format) {
        (Ok(Some(document)), Some(format)) => {
            let facts = facts_of(format, document, documents, plan, catalog);
            documents.forget(path);
            facts
        }
        _ => Vec::new(),
    };
    for fact in &facts {
        names.remove(fact.name.as_str());
    }
    (facts, names)
}

fn facts_of(format: &Format, document: std::sync::Arc<crate::files::Document>, documents: &Documents<'_>, plan: &Plan, catalog: &Catalog) -> Vec<Fact> {
    let path = document.path.clone();
    let input =
        Input { document, layers: Vec::new(), documents, catalog, components: &plan.components, variables: &[], target: None, started: &Started::default() };
    let mut output = Output::default();
    (format.read)(&input, &mut output);
    let seal = |reading| Fact { format: format.name, ..seal::seal(reading, &Environment::contract(), plan.components.of(&path), &path, documents, catalog) };
    output.readings.iter().map(seal).filter(is_told).collect()
}
