//! The N-way alignment: facts become rows, one a subject and component, one cell an environment.
//! Pure; it compares nothing.

mod alike;
mod list;
mod order;
mod settings;
mod variables;

pub use list::List;
pub use order::Neighbours;
pub use settings::Settings;
pub use variables::Variables;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::catalog::Catalog;
use crate::model::{Callee, Environment, Fact, Family, Form, Gap, Inside, Install, Kind, Part, Scope};
use crate::parallel;

/// The format of files that a tool itself obeys, in every folder below.
const TOOLCHAIN: &str = "toolchain_file";

/// What is lined up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Axis {
    /// One subject: the runtime `node`, the service `postgres`, the image `acme/shop`.
    Subject,
    /// All engines of one kin: `redis` and `valkey`.
    Kin,
    /// What one workload runs, by the last name of its image.
    Workload,
    /// What one workload is declared to run, and what it runs.
    Running,
    /// One tag of an image, where something is known of its bits.
    Tag,
    /// That a workload is deployed at all.
    Presence,
    /// One subject over all components of the repository.
    Repository,
    /// One input of a root of infrastructure: whether it is declared, and which environments set it.
    RootInput,
    /// One environment variable of one component: who reads, declares, offers and gives it.
    Variable,
    /// One key of a configuration that several environments have.
    Setting,
    /// One input of what is called: who declares and who passes it.
    Input,
    /// One build argument of an image.
    BuildArgument,
    /// One port of a process.
    Port,
    /// Where the volumes of one backing service are mounted.
    Mount,
    /// How it is found out whether a process is well.
    Health,
    /// One option that a process is started with.
    Option,
    /// One term that the containers of a workload run on.
    Term,
    /// The settings of one tool in one folder.
    Tool,
    /// One profile of an application.
    Profile,
    /// One key that variables override.
    Override,
    /// How one package manager is told to install.
    Lock,
    /// One package that something installs by its name.
    Install,
    /// What installed packages demand of one runtime.
    Demand,
    /// One path inside images, that should not be there.
    Content,
    /// One package of an application: what images have, and what the lock file says.
    Library,
    /// Whom one workload runs as.
    User,
    /// One package of the operating system of one workload's image.
    System,
}

/// What an environment says of a subject.
#[derive(Debug, Default, Clone)]
pub struct Cell<'f> {
    /// Its facts, in the order of their places. Empty: absent, or unknown.
    pub facts: Vec<&'f Fact>,
    /// Whether something that defines this environment could not be read.
    pub unknown: bool,
}

/// One subject across all environments.
#[derive(Debug, Clone)]
pub struct Row<'f> {
    /// What is lined up.
    pub axis: Axis,
    /// The kind of the subject.
    pub kind: Kind,
    /// The subject's name.
    pub name: String,
    /// The component's folder; empty for the repository as a whole.
    pub component: String,
    /// A cell for each environment, in order.
    pub cells: Vec<(Environment, Cell<'f>)>,
}

impl<'f> Row<'f> {
    /// Every fact of the row, by environment.
    pub fn facts(&self) -> impl Iterator<Item = &'f Fact> + '_ {
        self.cells.iter().flat_map(|(_, cell)| cell.facts.iter().copied())
    }
}

/// All rows, and what environments hold as a whole.
#[derive(Debug, Default)]
pub struct Matrix<'f> {
    /// The rows.
    pub rows: Vec<Row<'f>>,
    /// The data services of every set-up (a stack, a workflow) of an environment.
    pub setups: BTreeMap<(Environment, String), BTreeSet<String>>,
    /// Who gives and who reads environment variables.
    pub variables: Variables<'f>,
    /// The configurations that several environments have.
    pub settings: Settings<'f>,
    /// The workloads that an environment deploys of a component.
    pub deployed: BTreeMap<String, BTreeMap<Environment, BTreeSet<String>>>,
    /// Where the processes of one name are started that run the same thing, and where with an option.
    pub started: BTreeMap<(&'f str, &'f str), Vec<&'f Fact>>,
    /// The set-ups that declare a workload of an environment.
    pub stacks: BTreeMap<(&'f Environment, &'f str), BTreeSet<&'f str>>,
    /// The terms that files state for the workloads of their set-ups, and what runs there says, under no set-up.
    pub terms: BTreeMap<(&'f Environment, Option<&'f str>, &'f str), BTreeMap<&'f str, &'f str>>,
}

/// Which environments are not fully known.
#[derive(Debug)]
pub(crate) struct Unknown<'g> {
    environments: BTreeSet<&'g Environment>,
    /// A file whose environment only its text would have told may have spoken of any of them.
    anybody: bool,
}

impl Unknown<'_> {
    fn holds(&self, environment: &Environment) -> bool {
        self.anybody || self.environments.contains(environment)
    }
}

fn unknown(gaps: &[Gap]) -> Unknown<'_> {
    let required = || gaps.iter().filter(|gap| gap.required);
    Unknown { environments: required().filter_map(|gap| gap.environment.as_ref()).collect(), anybody: required().any(|gap| gap.environment.is_none()) }
}

impl Matrix<'_> {
    /// Whether an environment deploys a component as the others do: half of its workloads or more. What
    /// runs a few of them only is a place for those few.
    pub fn deploys(&self, environment: &Environment, component: &str) -> bool {
        let Some(environments) = self.deployed.get(component) else { return false };
        let most = environments.values().map(BTreeSet::len).max().unwrap_or(0);
        environments.get(environment).is_some_and(|workloads| workloads.len() * 2 >= most)
    }
}

/// Lines up facts. The order of `facts` does not matter.
pub fn align<'f>(facts: &'f [Fact], families: &'f [Family], gaps: &[Gap], environments: &[Environment], catalog: &Catalog) -> Matrix<'f> {
    let unknown = unknown(gaps);
    let of_variables = || {
        let variables = Variables::of(facts);
        (variables.rows(environments, &unknown), variables)
    };
    let of_others = || {
        let settings = Settings::of(facts, families);
        (rows(facts, &unknown, environments, catalog), settings.rows(environments, &unknown), settings)
    };
    let ((rows_of_variables, variables), (rows, rows_of_settings, settings)) = parallel::both(of_variables, of_others);
    let mut matrix = Matrix { rows, variables, settings, ..Matrix::default() };
    matrix.rows.extend(rows_of_variables.into_iter().chain(rows_of_settings));
    for fact in facts {
        if matches!(fact.form, Form::Started(Part::Process | Part::Option)) {
            matrix.started.entry((fact.component.as_str(), fact.name.as_str())).or_default().push(fact);
        } else if let (Form::Started(Part::Health), false) = (fact.form, fact.is_live()) {
            matrix.stacks.entry((&fact.environment, fact.name.as_str())).or_default().insert(fact.setup.as_str());
        } else if let (Form::Started(Part::Term), Some((workload, term))) = (fact.form, fact.name.as_str().rsplit_once(' ')) {
            let setup = Some(fact.setup.as_str()).filter(|_| !fact.is_live());
            matrix.terms.entry((&fact.environment, setup, workload)).or_default().insert(term, fact.value.text.as_str());
        } else if is_presence(fact) {
            let component = matrix.deployed.entry(fact.component.as_str().to_owned()).or_default();
            component.entry(fact.environment.clone()).or_default().insert(fact.name.as_str().to_owned());
        } else if fact.kind == Kind::Service && !matches!(fact.scope, Scope::Aside | Scope::Theirs) && fact.is_started() {
            matrix.setups.entry((fact.environment.clone(), fact.setup.as_str().to_owned())).or_default().insert(fact.name.as_str().to_owned());
        }
    }
    matrix
}

/// Whether a fact only says that a workload is there.
fn is_presence(fact: &Fact) -> bool {
    fact.kind == Kind::Service
        && fact.value.spec.is_none()
        && fact.value.image.is_none()
        && fact.workload.is_some()
        && !matches!(fact.form, Form::Interface(..))
}

fn rows<'f>(facts: &'f [Fact], unknown: &Unknown<'_>, environments: &[Environment], catalog: &Catalog) -> Vec<Row<'f>> {
    let mut groups: BTreeMap<(Axis, Kind, String), Vec<&'f Fact>> = BTreeMap::new();
    let live = facts.iter().any(Fact::is_live);
    for fact in facts.iter().filter(|fact| fact.kind != Kind::Env && !settings::is_setting(fact)) {
        for (axis, name) in axes(fact, catalog) {
            groups.entry((axis, fact.kind, name)).or_default().push(fact);
        }
        if let Some(workload) = fact.workload.as_ref().filter(|_| live && fact.value.image.is_some()) {
            groups.entry((Axis::Running, fact.kind, workload.as_str().to_owned())).or_default().push(fact);
        }
        if let Some(tag) = fact.bits.as_ref().and_then(|_| fact.value.image.as_ref()?.by_tag()) {
            groups.entry((Axis::Tag, fact.kind, format!("{}:{}", tag.name(), tag.tag().unwrap_or("")))).or_default().push(fact);
        }
    }
    let mut rows = Vec::new();
    for ((axis, kind, name), mut group) in groups {
        group.sort_by(|a, b| order(a).cmp(&order(b)));
        // One place read twice (an action that two workflows use) counts once, as what it is first.
        let mut seen = BTreeSet::new();
        let bits = |fact: &'f Fact| fact.bits.as_ref().map(|bits| bits.short());
        group.retain(|fact| {
            seen.insert((&fact.environment, fact.place.key(), fact.value.text.as_str(), fact.component.as_str(), fact.workload.as_ref(), bits(fact)))
        });
        let components: BTreeSet<&str> = group.iter().map(|fact| component_of(axis, fact)).collect();
        let mut said: HashMap<(&Environment, &str), Vec<&'f Fact>> = HashMap::new();
        for fact in &group {
            said.entry((&fact.environment, component_of(axis, fact))).or_default().push(fact);
        }
        for component in components {
            let cells = environments.iter().map(|environment| {
                let mut told = asked(kind, component).filter_map(|folder| said.get(&(environment, folder)));
                let mut facts = told.next().cloned().unwrap_or_default();
                // Tools obey the nearest file of their own, whatever manifests stand below it.
                if environment.rank() == 0 && !facts.iter().any(|fact| fact.format == TOOLCHAIN) {
                    facts.extend(told.find_map(|above| above.iter().copied().find(|fact| fact.format == TOOLCHAIN)));
                }
                (environment.clone(), Cell { facts, unknown: unknown.holds(environment) })
            });
            rows.push(Row { axis, kind, name: name.clone(), component: component.to_owned(), cells: cells.collect() });
        }
    }
    rows
}

/// The component that a fact counts for on an axis.
fn component_of(axis: Axis, fact: &Fact) -> &str {
    if matches!(axis, Axis::Repository | Axis::Mount | Axis::Running | Axis::Tag | Axis::Term | Axis::Content | Axis::User | Axis::System) {
        ""
    } else {
        fact.component.as_str()
    }
}

/// What holds for a component: what its own folder says, else the nearest folder above that says
/// anything, as version files are looked up. The folders to ask, in that order.
fn above(component: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(component), |folder| (!folder.is_empty()).then(|| crate::files::folder(folder)))
}

/// The folders that speak for a component. What a component depends on, and what it is told, is its own
/// affair.
fn asked(kind: Kind, component: &str) -> impl Iterator<Item = &str> {
    above(component).take(if matches!(kind, Kind::Dependency | Kind::Config) { 1 } else { usize::MAX })
}

/// The fixed order of facts, whatever order they came in.
pub(crate) fn order(fact: &Fact) -> impl Ord + '_ {
    (
        fact.place.key(),
        &fact.environment,
        fact.scope,
        fact.name.as_str(),
        fact.value.text.as_str(),
        fact.component.as_str(),
        fact.setup.as_str(),
        fact.workload.as_ref(),
        fact.role,
    )
}

/// The rows that a fact takes part in.
fn axes(fact: &Fact, catalog: &Catalog) -> Vec<(Axis, String)> {
    let name = fact.name.as_str();
    let repository = || fact.value.image.as_ref().map(|image| image.repository().strip_prefix("library/").unwrap_or(image.repository()).to_owned());
    if is_presence(fact) {
        return vec![(Axis::Presence, name.to_owned())];
    }
    if let Form::Interface(callee, _) = fact.form {
        let axis = match callee {
            Callee::Workflow | Callee::Action => Axis::Input,
            Callee::Build => Axis::BuildArgument,
            Callee::Process => Axis::Port,
            Callee::Engine => Axis::Mount,
            Callee::Profiles => Axis::Profile,
            Callee::Settings => Axis::Override,
        };
        return vec![(axis, name.to_owned())];
    }
    if let Form::ToolSetting(_) = fact.form {
        return vec![(Axis::Tool, name.to_owned())];
    }
    if let Form::Install(install) = fact.form {
        let axis = if matches!(install, Install::Locked | Install::Unlocked) { Axis::Lock } else { Axis::Install };
        return vec![(axis, name.to_owned())];
    }
    if let Form::Inside(inside) = fact.form {
        let workload = fact.workload.as_ref().map_or("", |workload| workload.as_str());
        return match inside {
            Inside::Secret | Inside::Buried | Inside::Written | Inside::History | Inside::Maps => vec![(Axis::Content, name.to_owned())],
            Inside::Library(_) | Inside::Locked(_) => vec![(Axis::Library, name.to_owned())],
            Inside::User => vec![(Axis::User, name.to_owned())],
            Inside::System | Inside::Summary => vec![(Axis::System, format!("{workload} {name}"))],
        };
    }
    if fact.form == Form::Demanded {
        return vec![(Axis::Demand, name.to_owned())];
    }
    if let Form::Started(part) = fact.form {
        return match part {
            Part::Process => Vec::new(),
            Part::Health => vec![(Axis::Health, name.to_owned())],
            Part::Option => vec![(Axis::Option, name.to_owned())],
            Part::Term => vec![(Axis::Term, name.to_owned())],
        };
    }
    match fact.kind {
        Kind::Image => {
            let mut axes: Vec<(Axis, String)> = repository().map(|name| (Axis::Repository, name)).into_iter().collect();
            if let (Some(workload), Some(image)) = (&fact.workload, &fact.value.image) {
                axes.push((Axis::Workload, format!("{workload} {}", image.base_name())));
            }
            axes
        }
        Kind::Service => {
            let kin = catalog.service(name).map_or(name, |service| service.kin());
            vec![(Axis::Subject, name.to_owned()), (Axis::Kin, kin.to_owned())]
        }
        Kind::Host => vec![(Axis::Subject, name.to_owned())],
        Kind::Config => vec![(Axis::RootInput, name.to_owned())],
        // What a name of the configuration's own stands for: `provider "cloud"`.
        Kind::Dependency => {
            let local = fact.workload.as_ref().map(|local| (Axis::Kin, local.as_str().to_owned()));
            [(Axis::Subject, name.to_owned()), (Axis::Repository, name.to_owned())].into_iter().chain(local).collect()
        }
        _ => vec![(Axis::Subject, name.to_owned()), (Axis::Repository, name.to_owned())],
    }
}
