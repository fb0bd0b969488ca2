//! Families of configuration files: what their members say, key by key. Handed over is what is not the
//! same everywhere; what is, is only counted. Frameworks' layers as `rules/catalog/families.toml`
//! has them.

mod blocks;
mod flatten;
mod foreign;
mod near;
mod own_words;
mod tables;
mod text;

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::catalog::Catalog;
use crate::discover;
use crate::files::{Document, Documents};
use crate::limits;
use crate::model::{Content, Environment, Family, Form, Kind, Member, Reading, Setting};
use crate::syntax::assignments::{self, Language};
use crate::syntax::{Key, Node, Problem};
use crate::{parallel, seal};
use flatten::{Leaf, Manner, flatten};
pub(crate) use near::is_close;
use own_words::same;
use std::sync::Arc;

/// What facts of it say they were read from.
pub const NAME: &str = "settings";

/// What was read of a family.
#[derive(Debug, Default)]
pub struct Settings {
    /// What is known of it as a whole; none where it turned out to be none.
    pub family: Option<Family>,
    /// What differs, with the environment that says it.
    pub readings: Vec<Reading>,
    /// Files that could not be read: the environment, the path, the problem.
    pub gaps: Vec<(Option<Environment>, String, Problem)>,
}

/// One environment's settings.
struct Own<'f> {
    environment: &'f Environment,
    word: &'f str,
    path: &'f str,
    leaves: Vec<Leaf>,
}

/// Reads a family. With `all`, what is the same everywhere is handed over too.
pub fn read(family: &discover::Family, documents: &Documents<'_>, catalog: &Catalog, all: bool) -> Settings {
    let mut out = Settings::default();
    let folded = family.framework.is_some_and(|framework| framework.folded);
    let leaves = |trees: &[Node], stream: bool, word: &str| flatten(&trees.iter().collect::<Vec<_>>(), Manner { folded, stream, word });
    let open = |path: &str, environment: Option<&Environment>, out: &mut Settings| {
        let opened = documents.open(path).map_err(|reason| Problem::whole(reason.phrase()));
        opened.and_then(Roots::of).map_err(|problem| out.gaps.push((environment.cloned(), path.to_owned(), problem))).ok()
    };
    if family.text {
        lines(family, documents, catalog, all, &mut out);
        return out;
    }
    let base_trees = family.base.as_deref().and_then(|path| open(path, None, &mut out));
    if family.tables {
        // Only a file whose tables are environments is a family; what else is wrong with it is not asked.
        out.gaps.clear();
        let found = base_trees.as_ref().and_then(|roots| roots.trees().first()).and_then(|tree| tables::inside(tree, catalog));
        let Some(found) = found else { return out };
        let path = family.base.as_deref().unwrap_or("");
        let own = found
            .members
            .iter()
            .map(|(environment, word, node)| Own { environment, word, path, leaves: leaves(std::slice::from_ref(node), false, word) })
            .collect();
        let base = found.base.as_ref().map(|node| leaves(std::slice::from_ref(node), false, ""));
        compare(family, base, own, catalog, all, &mut out);
        return out;
    }
    let opened: Vec<(&discover::Member, Roots)> =
        family.members.iter().filter_map(|member| Some((member, open(&member.path, Some(&member.environment), &mut out)?))).collect();
    let stream = opened.iter().map(|(_, roots)| roots).chain(&base_trees).any(|roots| roots.trees().len() > 1);
    let much = opened.iter().map(|(_, roots)| roots.length()).sum::<usize>() > MUCH;
    let of_member = |(member, roots): &(&discover::Member, Roots)| {
        let place = foreign::Place { path: &member.path, word: &member.word };
        let mut misled = Vec::new();
        roots.trees().iter().for_each(|tree| foreign::find(tree, &place, documents, catalog, &mut misled));
        (misled, leaves(roots.trees(), stream, &member.word))
    };
    let mut own = Vec::new();
    for ((member, _), (misled, leaves)) in opened.iter().zip(each(&opened, much, of_member)) {
        out.readings.extend(misled.into_iter().map(|reading| reading.environment(Some(member.environment.clone())).component(Some(&family.component))));
        own.push(Own { environment: &member.environment, word: &member.word, path: &member.path, leaves });
    }
    let any = family.framework.is_some_and(|framework| framework.any);
    let own = if any { own } else { only_kin(own, catalog) };
    let base = base_trees.as_ref().map(|roots| leaves(roots.trees(), stream, ""));
    compare(family, base, own, catalog, all, &mut out);
    out
}

/// The keys of the tables of a file that stand for environments; none where it has none.
pub(crate) fn table_keys(document: &Document, catalog: &Catalog) -> Vec<Key> {
    document.tree().ok().and_then(|tree| tables::inside(tree, catalog)).map_or_else(Vec::new, |found| found.keys)
}

/// What is called an environment only because it stands beside some is one if it says what they say.
fn only_kin<'f>(own: Vec<Own<'f>>, catalog: &Catalog) -> Vec<Own<'f>> {
    let (known, taught): (Vec<Own<'f>>, Vec<Own<'f>>) =
        own.into_iter().partition(|member| member.word.split(['-', '_']).any(|word| own_words::meaning(word, catalog).is_some()));
    let keys: HashSet<Arc<str>> = known.iter().flat_map(|member| &member.leaves).map(|leaf| leaf.key.clone()).collect();
    let kin = taught
        .into_iter()
        .filter(|member| member.leaves.iter().filter(|leaf| keys.contains(&leaf.key)).count() * 2 >= member.leaves.len().max(1) && is_kind(member, &known));
    let mut all = kin.collect::<Vec<_>>();
    all.extend(known);
    all.sort_by(|a, b| (a.environment.rank(), a.environment).cmp(&(b.environment.rank(), b.environment)));
    all
}

/// Whether a Kubernetes object is of the kind that the others are.
fn is_kind(member: &Own<'_>, known: &[Own<'_>]) -> bool {
    let kind = |own: &Own<'_>| own.leaves.iter().find(|leaf| &*leaf.name == "kind").map(|leaf| leaf.text.clone());
    let own = kind(member);
    known.iter().any(|other| kind(other) == own)
}

/// Reads the files of a family as text.
fn lines(family: &discover::Family, documents: &Documents<'_>, catalog: &Catalog, all: bool, out: &mut Settings) {
    let mut opened = Vec::new();
    for member in &family.members {
        match documents.open(&member.path) {
            Ok(document) => opened.push((member, document)),
            Err(reason) => out.gaps.push((Some(member.environment.clone()), member.path.clone(), Problem::whole(reason.phrase()))),
        }
    }
    let texts: Vec<text::Text<'_>> =
        opened.iter().map(|(member, document)| text::Text { file: document.id, text: document.text(), word: &member.word }).collect();
    let own = opened.iter().zip(text::leaves(&texts)).map(|((member, _), leaves)| Own {
        environment: &member.environment,
        word: &member.word,
        path: &member.path,
        leaves,
    });
    compare(family, None, own.collect(), catalog, all, out);
}

/// The language of configuration that is written as code.
pub(crate) fn language(path: &str) -> Option<Language> {
    match path.rsplit_once('.')?.1 {
        "py" => Some(Language::Python),
        "rb" => Some(Language::Ruby),
        "exs" => Some(Language::Elixir),
        _ => None,
    }
}

/// The documents of a file: its own trees, or what was made of its code.
enum Roots {
    Trees(Arc<Document>),
    Made(Vec<Node>),
}

impl Roots {
    /// # Errors
    /// The problem that kept the file from being parsed. A template of another language has no tree of its own.
    fn of(document: Arc<Document>) -> Result<Roots, Problem> {
        if let Some(language) = language(&document.path) {
            return Ok(Roots::Made(vec![assignments::parse(document.id, document.text(), language)]));
        }
        match document.trees() {
            // An alias may stand for any number of nodes.
            Ok(trees) if trees.iter().try_fold(limits::SETTING_NODES, |left, tree| counted(tree, left)).is_none() => {
                Err(Problem::whole("more settings than are looked at"))
            }
            Ok(_) => Ok(Roots::Trees(document)),
            Err(_) if document.is_template() => Ok(Roots::Made(Vec::new())),
            Err(problem) => Err(problem),
        }
    }

    /// How long the text is that has trees of its own, in bytes.
    fn length(&self) -> usize {
        if let Roots::Trees(document) = self { document.text().len() } else { 0 }
    }

    fn trees(&self) -> &[Node] {
        match self {
            Roots::Trees(document) => document.trees().unwrap_or_default(),
            Roots::Made(trees) => trees,
        }
    }
}

/// How many nodes may still be looked at behind a tree.
fn counted(node: &Node, left: usize) -> Option<usize> {
    let left = node.entries().iter().try_fold(left.checked_sub(1)?, |left, (_, child)| counted(child, left))?;
    node.items().iter().try_fold(left, |left, item| counted(item, left))
}

/// Lines the members up and hands over what differs.
fn compare(family: &discover::Family, base: Option<Vec<Leaf>>, own: Vec<Own<'_>>, catalog: &Catalog, all: bool, out: &mut Settings) {
    let layered = family.framework.is_some_and(|framework| framework.layered);
    if own.len() < 2 && !(base.is_some() && layered && !own.is_empty()) {
        return;
    }
    let base_keys: HashMap<&str, &Leaf> = base.iter().flatten().map(|leaf| (&*leaf.key, leaf)).collect();
    let rows = lined_up(base.as_deref().unwrap_or_default(), &own);
    let members: Vec<Member> = own
        .iter()
        .map(|member| Member {
            environment: member.environment.clone(),
            path: seal::path(member.path),
            keys: member.leaves.len(),
            of_base: member.leaves.iter().filter(|leaf| base_keys.contains_key(&*leaf.key)).count(),
        })
        .collect();
    let mut shape = Family { label: seal::path(&family.label), members, base: base.as_ref().map(Vec::len), common: 0, alike: 0 };
    let full: HashSet<usize> = shape.numbered_full().map(|(number, _)| number).collect();
    shape.common = rows.iter().filter(|(_, said)| said.iter().filter(|(number, _)| full.contains(number)).count() == full.len()).count();
    let near = near::keys(&rows, &base_keys);
    let lacking: BTreeMap<&str, blocks::Lack<'_>> =
        if base.is_none() && !shape.are_twins() { blocks::lacking(&rows).into_iter().map(|lack| (lack.key, lack)).collect() } else { BTreeMap::new() };
    let is_alike = |(key, said): &Row<'_>| match base_keys.get(key) {
        // What only the base says holds for everybody alike.
        Some(_) if said.is_empty() => true,
        Some(leaf) => said.iter().all(|(number, own_leaf)| same(own_leaf, word(&own, *number), leaf, "", catalog)),
        None => {
            own.len() > 1
                && said.len() == own.len()
                && said.windows(2).all(|two| matches!(two, [(i, a), (j, b)] if same(a, word(&own, *i), b, word(&own, *j), catalog)))
        }
    };
    let alike = each(&rows, rows.len() > MANY_KEYS, is_alike);
    for ((key, said), alike) in rows.into_iter().zip(alike) {
        let from_base = base_keys.get(key).copied();
        if alike {
            shape.alike += 1;
            if !all && !near.contains(key) {
                continue;
            }
        }
        // Spelt in different ways that count as one, it is called as it is spelt first.
        let name = from_base.or_else(|| said.first().map(|(_, leaf)| *leaf)).map_or(key, |leaf| &*leaf.name);
        let reading = |leaf: &Leaf, environment: Environment, inherited: bool| {
            let form = Form::Setting(Setting { inherited, ..leaf.setting });
            Reading::new(Kind::Config, name, &*leaf.text, form, leaf.at)
                .value_at(leaf.value_at)
                .environment(Some(environment))
                .component(Some(&family.component))
        };
        if let Some(leaf) = from_base {
            out.readings.push(reading(leaf, Environment::contract(), false));
        }
        for (number, member) in own.iter().enumerate() {
            let leaf = said.iter().find(|(other, _)| *other == number).map(|(_, leaf)| *leaf);
            match (leaf, from_base) {
                (Some(leaf), _) => out.readings.push(reading(leaf, member.environment.clone(), false)),
                (None, Some(leaf)) if !near.contains(key) => out.readings.push(reading(leaf, member.environment.clone(), true)),
                (None, _) => {}
            }
        }
        if let Some((lack, member)) = lacking.get(key).and_then(|lack| Some((lack, own.get(lack.member)?))) {
            let form = Form::Setting(Setting { content: Content::Unset, composite: None, inherited: true, foreign: false });
            let reading = Reading::new(Kind::Config, name, "", form, lack.first.at).environment(Some(member.environment.clone()));
            out.readings.push(reading.component(Some(&family.component)));
        }
        // Production needs no file of its own where the base is always there.
        if let Some(leaf) = from_base.filter(|_| layered && !own.iter().any(|member| *member.environment == Environment::prod())) {
            out.readings.push(reading(leaf, Environment::prod(), true));
        }
    }
    out.family = Some(shape);
}

/// One key, and the members that say it, by their numbers.
type Row<'k> = (&'k str, Vec<(usize, &'k Leaf)>);

/// From how many bytes of its files and how many keys on the work on a family is shared between threads.
const MUCH: usize = 256 * 1024;
const MANY_KEYS: usize = 2_000;

/// The keys in order, each with those who say it.
fn lined_up<'k>(base: &'k [Leaf], own: &'k [Own<'_>]) -> Vec<Row<'k>> {
    let mut places: HashMap<&'k str, usize> = HashMap::new();
    let mut rows: Vec<Row<'k>> = Vec::new();
    let mut of = |key: &'k str| {
        *places.entry(key).or_insert_with(|| {
            rows.push((key, Vec::with_capacity(own.len())));
            rows.len() - 1
        })
    };
    let mut said: Vec<(usize, usize, &'k Leaf)> = Vec::new();
    base.iter().for_each(|leaf| _ = of(&leaf.key));
    for (number, member) in own.iter().enumerate() {
        said.extend(member.leaves.iter().map(|leaf| (of(&leaf.key), number, leaf)));
    }
    for (place, number, leaf) in said {
        if let Some((_, said)) = rows.get_mut(place) {
            said.push((number, leaf));
        }
    }
    rows.sort_unstable_by_key(|(key, _)| *key);
    rows
}

/// Does something for every item, shared between threads where it is much.
fn each<T: Sync, R: Send>(items: &[T], much: bool, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    if much { parallel::map(items, work) } else { items.iter().map(work).collect() }
}

fn word<'o>(own: &'o [Own<'_>], number: usize) -> &'o str {
    own.get(number).map_or("", |member| member.word)
}
