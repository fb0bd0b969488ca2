//! Every rule runs its own examples: rows written in the rule's file, sealed like any reading.
#![allow(clippy::expect_used, clippy::panic, missing_docs, reason = "a test")]

mod common;

use common::Nothing;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use evenkeel::align::{Axis, align};
use evenkeel::catalog::Catalog;
use evenkeel::files::{Documents, Listing};
use evenkeel::judge::{Example, ExampleState, Relation, Rule, State, judge, rules};
use evenkeel::model::{
    Bits, Build, Callee, Content, Digest, Ecosystem, Environment, Fact, Family, Form, Gap, ImageRef, Inside, Install, Kind, Member, Need, Part, Place,
    Platform, Reading, Role, Scope, Setting, Shape, Side, Stance, Syntax,
};
use evenkeel::read::{FORMATS, settings};
use evenkeel::seal;
use evenkeel::syntax::{At, FileId};

/// `FILES [index DIGEST] [commit COMMIT] [on PLATFORM] [homemade]`: what is known of an image's bits.
fn bits(text: &str) -> Bits {
    let mut words = text.split(' ');
    let files = words.next().expect("files");
    let mut build = Build { platform: Platform::of("linux", "amd64", ""), files: Build::files([files].into_iter()), ..Build::default() };
    let mut digests = BTreeSet::from([Digest::of(files.as_bytes())]);
    while let Some(word) = words.next() {
        match word {
            "index" => digests = BTreeSet::from([Digest::parse(words.next().expect("a digest")).expect("a digest")]),
            "commit" => build.revision = words.next().and_then(Build::revision),
            "on" => build.platform = Some(words.next().expect("a platform").to_owned().try_into().expect("a platform")),
            "homemade" => digests = BTreeSet::new(),
            other => panic!("nothing is known as {other}"),
        }
    }
    Bits { digests, id: None, builds: vec![build] }
}

/// `[build|matrix|aside|theirs|other|demanded] [live] VALUE [in SET-UP] [as WORKLOAD] [is BITS]`; `other` is of
/// another subject.
fn fact(rule: &Rule, subject: &str, environment: &str, text: &str, line: u32) -> Fact {
    let catalog = Catalog::get();
    let (text, known) = text.split_once(" is ").map_or((text, None), |(text, known)| (text, Some(bits(known))));
    let (text, workload) = text.split_once(" as ").map_or((text, None), |(text, workload)| (text, Some(workload)));
    let (text, setup) = text.split_once(" in ").unwrap_or((text, "file"));
    let (scope, text) = match text.split_once(' ') {
        Some(("build", rest)) => (Scope::Build, rest),
        Some(("matrix", rest)) => (Scope::Matrix, rest),
        Some(("aside", rest)) => (Scope::Aside, rest),
        Some(("theirs", rest)) => (Scope::Theirs, rest),
        Some(("other", rest)) => (Scope::Run, rest),
        _ => (Scope::Run, text),
    };
    let (live, text) = text.strip_prefix("live ").map_or((false, text), |rest| (true, rest));
    // `of NAME VALUE` is of another subject on the same row, `NAME: VALUE` of another row.
    let (subject, text) = text.strip_prefix("of ").and_then(|rest| rest.split_once(' ')).or_else(|| text.split_once(": ")).unwrap_or((subject, text));
    let image = ImageRef::parse(text);
    let kinds = &rule.select.kind;
    let input = || match text {
        "set" => Role::Pin,
        "default" => Role::Default,
        _ => Role::Placeholder,
    };
    let (kind, name, form, value) = if kinds == &[Kind::Config] {
        (Kind::Config, subject.to_owned(), Form::Input(input()), "")
    } else if kinds == &[Kind::Host] {
        (Kind::Host, subject.to_owned(), Form::Property, text)
    } else if text == "here" {
        (Kind::Service, subject.to_owned(), Form::Presence, "")
    } else if let Some(service) = image.as_ref().filter(|_| kinds.contains(&Kind::Service)).and_then(|image| catalog.service_of_image(image)) {
        (Kind::Service, service.name.clone(), Form::Image, text)
    } else if text.contains(['/', ':', '@']) && !text.starts_with("lts") && text.chars().any(|c| c.is_ascii_alphabetic()) {
        (if kinds.contains(&Kind::Image) { Kind::Image } else { Kind::Runtime }, subject.to_owned(), Form::Image, text)
    } else {
        (*kinds.first().expect("a kind"), subject.to_owned(), Form::Version(Syntax::Prefix), text)
    };
    let (form, value) = value.strip_prefix("demanded ").map_or((form, value), |range| (Form::Demanded, range));
    let at = At { file: FileId(0), line, column: 1, width: 1 };
    let component = setup.rsplit_once('/').map_or("", |(folder, _)| folder);
    let workload = workload.or((text == "here").then_some(subject));
    let reading = Reading::new(kind, name, value, form, at).scope(scope).workload(workload);
    let listing = Listing::default();
    let documents = Documents::new(&Nothing, &listing);
    let sealed = seal::seal(&reading, &Environment::new(environment), if setup.starts_with('.') { "" } else { component }, setup, &documents, catalog);
    let sealed = Fact { bits: known.map(Arc::new), ..sealed };
    if live { runs(sealed) } else { sealed }
}

/// The same, as something that runs says it.
fn runs(fact: Fact) -> Fact {
    let path = seal::path(&format!("docker://mill/{}", fact.workload.as_ref().map_or("", |workload| workload.as_str())));
    Fact { format: "docker", setup: seal::path("docker:mill"), place: Place { path, line: 0, column: 0, excerpt: None, comment: None }, ..fact }
}

/// `[NAME: ][live ]STANCE [required|optional|default] [VALUE] [in SET-UP] [as WORKLOAD] [of FORMAT] [from FILE] [at LINE]
/// [container NAME]`: what one place says of a variable; of a service that has another container beside this one. A value may be `ref` (it stands elsewhere) or `unset`.
fn variable(subject: &str, environment: &str, text: &str, line: u32) -> Fact {
    let (name, text) = text.split_once(": ").filter(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_')).unwrap_or((subject, text));
    let (live, text) = text.strip_prefix("live ").map_or((false, text), |rest| (true, rest));
    let mut words = text.split(' ').peekable();
    let stance_word = words.next().expect("a stance");
    let stance = match stance_word {
        "given" => Stance::Given,
        "offered" => Stance::Offered,
        "mentioned" => Stance::Mentioned,
        "declared" => Stance::Declared,
        "read" => Stance::Read,
        "used" => Stance::Used,
        "open" => Stance::Open,
        "awaited" => Stance::Awaited,
        "conflict" => Stance::Conflict,
        "unreachable" => Stance::Unreachable,
        other => panic!("no stance: {other}"),
    };
    let (mut need, mut content, mut value) = (Need::Bare, Content::Literal, Vec::new());
    if matches!(stance, Stance::Read | Stance::Used | Stance::Mentioned | Stance::Declared | Stance::Open) {
        content = Content::Nothing;
    }
    let (mut setup, mut workload, mut format, mut from, mut at, mut container) = ("compose.yml", None, None, None, line, None);
    while let Some(word) = words.next() {
        match word {
            "required" => need = Need::Required,
            "optional" => need = Need::Optional,
            "default" => (need, content) = (Need::Optional, Content::Default),
            "ref" => content = Content::Reference,
            "unset" => content = Content::Unset,
            "in" => setup = words.next().expect("a set-up"),
            "as" => workload = words.next(),
            "container" => container = words.next(),
            "of" => format = words.next(),
            "from" => from = words.next(),
            "at" => at = words.next().and_then(|n| n.parse().ok()).expect("a line"),
            other => value.push(other),
        }
    }
    let by_stance = match stance {
        Stance::Awaited if setup.ends_with(".yml") => settings::NAME,
        Stance::Read | Stance::Awaited => "code",
        Stance::Offered | Stance::Mentioned | Stance::Conflict => "env_file",
        _ => "compose",
    };
    let setup = if matches!(stance, Stance::Read) && setup == "compose.yml" { "main.py" } else { setup };
    let place = At { file: FileId(0), line: at, column: 1, width: 1 };
    let reading = Reading::new(Kind::Env, if stance == Stance::Open { "*" } else { name }, value.join(" "), Form::Variable(stance, need, content), place)
        .workload(workload);
    let listing = Listing::default();
    let documents = Documents::new(&Nothing, &listing);
    let mut fact = seal::seal(&reading, &Environment::new(environment), "", setup, &documents, Catalog::get());
    fact.format = format.map_or(by_stance, |format| FORMATS.iter().map(|f| f.name).find(|name| *name == format).expect("a format"));
    fact.place.path = seal::path(from.unwrap_or(setup));
    let mut fact = if live { runs(fact) } else { fact };
    if let Some(name) = container {
        fact.setup = seal::path(&format!("{} (1 of 2 containers: {name})", fact.setup));
    }
    fact
}

/// `[inherited|foreign] [KEY: ]VALUE`, a list as `[a, b]`: what one member of a family says. `and N more` are
/// keys that every member has alike, of which nothing is told.
fn setting(subject: &str, environment: &str, text: &str, line: u32) -> Fact {
    let (inherited, text) = text.strip_prefix("inherited ").map_or((false, text), |rest| (true, rest));
    let (foreign, text) = text.strip_prefix("foreign ").map_or((false, text), |rest| (true, rest));
    let (name, value) = text.split_once(": ").unwrap_or((subject, text));
    let list = value.strip_prefix('[').and_then(|value| value.strip_suffix(']'));
    let composite = list.map(|_| Shape::List);
    let value = list.map_or(value.to_owned(), |list| list.replace(", ", "\n"));
    let held = Setting { content: Content::Literal, composite, inherited, foreign };
    let at = At { file: FileId(0), line, column: 1, width: 1 };
    let listing = Listing::default();
    let documents = Documents::new(&Nothing, &listing);
    let reading = Reading::new(Kind::Config, name, value, Form::Setting(held), at);
    let mut fact = seal::seal(&reading, &Environment::new(environment), "", FAMILY, &documents, Catalog::get());
    fact.format = settings::NAME;
    fact.place.path = seal::path(&FAMILY.replace("{env}", environment));
    fact
}

const FAMILY: &str = "config/{env}.yml";

/// The family that the facts of an example come from, `more` keys of each member left untold.
fn family(facts: &[Fact], more: &BTreeMap<String, usize>) -> Family {
    let of = |environment: &str| -> BTreeSet<String> {
        let own = facts.iter().filter(|fact| fact.environment.name() == environment && fact.role != Role::Default);
        let more = more.get(environment).copied().unwrap_or(0);
        own.map(|fact| fact.name.to_string()).chain((0..more).map(|n| format!("more-{n}"))).collect()
    };
    let names: BTreeSet<&str> =
        facts.iter().filter(|fact| fact.role != Role::Default).map(|fact| fact.environment.name()).filter(|name| *name != "contract").collect();
    let base = of("contract");
    let member = |name: &&str| Member {
        environment: Environment::new(name),
        path: seal::path(&FAMILY.replace("{env}", name)),
        keys: of(name).len(),
        of_base: of(name).intersection(&base).count(),
    };
    let common = names.iter().map(|name| of(name)).reduce(|a, b| a.intersection(&b).cloned().collect()).map_or(0, |common| common.len());
    Family { label: seal::path(FAMILY), members: names.iter().map(member).collect(), base: (!base.is_empty()).then_some(base.len()), common, alike: 0 }
}

/// `SIDE CALLEE [VALUE]`: one side of an interface.
fn interface(subject: &str, environment: &str, text: &str, line: u32) -> Fact {
    let mut words = text.split(' ');
    let side = match words.next().expect("a side") {
        "declared" => Side::Declared,
        "passed" => Side::Passed,
        "lacking" => Side::Lacking,
        "instead" => Side::Instead,
        other => panic!("no side: {other}"),
    };
    let callee = match words.next().expect("a callee") {
        "workflow" => Callee::Workflow,
        "action" => Callee::Action,
        "build" => Callee::Build,
        "process" => Callee::Process,
        "engine" => Callee::Engine,
        "profiles" => Callee::Profiles,
        "settings" => Callee::Settings,
        other => panic!("no callee: {other}"),
    };
    let at = At { file: FileId(0), line, column: 1, width: 1 };
    let kind = if callee == Callee::Engine { Kind::Service } else { Kind::Config };
    let reading = Reading::new(kind, subject, words.next().unwrap_or("x"), Form::Interface(callee, side), at).component(Some("callee.yml"));
    seal::seal(&reading, &Environment::new(environment), "", "file", &Documents::new(&Nothing, &Listing::default()), Catalog::get())
}

/// `health [COMMAND] in FILE`, `process in FILE`, `option NAME in FILE`: how a process is started there.
fn started(subject: &str, environment: &str, text: &str, line: u32) -> Fact {
    let (text, file) = text.split_once("in ").expect("a file");
    let (word, value) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let (part, name) = match word {
        "health" => (Part::Health, subject),
        "process" => (Part::Process, subject.split(' ').next().expect("a name")),
        "option" => (Part::Option, subject),
        other => panic!("no part: {other}"),
    };
    let at = At { file: FileId(0), line, column: 1, width: 1 };
    let reading = Reading::new(Kind::Config, name, value, Form::Started(part), at);
    let mut fact = seal::seal(&reading, &Environment::new(environment), "", file, &Documents::new(&Nothing, &Listing::default()), Catalog::get());
    fact.place.path = seal::path(file);
    fact
}

/// `[live] VALUE [in FILE]`: a term that the containers of a workload run on.
fn term(subject: &str, environment: &str, text: &str, line: u32) -> Fact {
    let (live, text) = text.strip_prefix("live ").map_or((false, text), |rest| (true, rest));
    let (value, file) = text.split_once(" in ").unwrap_or((text, "file"));
    let at = At { file: FileId(0), line, column: 1, width: 1 };
    let reading = Reading::new(Kind::Config, subject, value, Form::Started(Part::Term), at).workload(subject.split(' ').next());
    let mut fact = seal::seal(&reading, &Environment::new(environment), "", file, &Documents::new(&Nothing, &Listing::default()), Catalog::get());
    fact.place.path = seal::path(file);
    if live { runs(fact) } else { fact }
}

/// `[NAME: ]IMAGE in FILE`, `[NAME: ]TERM VALUE in FILE`, `[NAME: ]runs`: that a workload is declared, and on which
/// terms, or that it is there.
fn workload(rule: &Rule, subject: &str, environment: &str, text: &str, line: u32) -> Vec<Fact> {
    let (name, text) = text.split_once(": ").unwrap_or((subject, text));
    match text.split_once(' ') {
        None => vec![term(&format!("{name} state"), environment, "live none", line)],
        Some((image, file)) if image.contains('/') => {
            let setup = file.trim_start_matches("in ");
            let stated = fact(rule, image, environment, &format!("{image} as {name}"), line);
            vec![started(name, environment, &format!("health {file}"), line), Fact { setup: seal::path(setup), ..stated }]
        }
        Some((of, value)) => vec![term(&format!("{name} {of}"), environment, value, line)],
    }
}

/// `read|ignored NAME`: a setting of a tool.
fn tool_setting(subject: &str, environment: &str, text: &str, line: u32) -> Fact {
    let (word, name) = text.split_once(' ').expect("a name");
    let at = At { file: FileId(0), line, column: 1, width: 1 };
    let reading = Reading::new(Kind::Config, subject, name, Form::ToolSetting(word == "read"), at);
    seal::seal(&reading, &Environment::new(environment), "", "file", &Documents::new(&Nothing, &Listing::default()), Catalog::get())
}

/// `[build] locked|unlocked|named VALUE|listed VALUE in FILE`: how something is installed there.
fn installed(subject: &str, environment: &str, text: &str, line: u32) -> Fact {
    let (text, file) = text.split_once(" in ").expect("a file");
    let (scope, text) = text.strip_prefix("build ").map_or((Scope::Run, text), |rest| (Scope::Build, rest));
    let (word, value) = text.split_once(' ').unwrap_or((text, "install"));
    let install = match word {
        "locked" => Install::Locked,
        "unlocked" => Install::Unlocked,
        "named" => Install::Named,
        "bundled" => Install::Bundled,
        "listed" => Install::Listed,
        "tool" => Install::Tool,
        other => panic!("no installation: {other}"),
    };
    let at = At { file: FileId(0), line, column: 1, width: 1 };
    let reading = Reading::new(Kind::Dependency, subject, value, Form::Install(install), at).scope(scope);
    let mut fact = seal::seal(&reading, &Environment::new(environment), "", file, &Documents::new(&Nothing, &Listing::default()), Catalog::get());
    fact.format = if file.starts_with("Dockerfile") { "dockerfile" } else { "workflow" };
    fact.place.path = seal::path(file);
    fact
}

/// `secret WHAT`, `buried WHAT`, `written WHERE`, `history`, `maps COUNT`, `user NAME`, `library VERSION`, each `as WORKLOAD`; `locked VERSION in FILE`: what
/// lies inside an image, and what a lock file says of it.
fn inside(subject: &str, environment: &str, text: &str, line: u32) -> Fact {
    let (text, workload) = text.split_once(" as ").map_or((text, None), |(text, workload)| (text, Some(workload)));
    let (text, file) = text.split_once(" in ").map_or((text, None), |(text, file)| (text, Some(file)));
    let (word, value) = text.split_once(' ').unwrap_or((text, ""));
    let (kind, inside) = match word {
        "secret" => (Kind::Image, Inside::Secret),
        "buried" => (Kind::Image, Inside::Buried),
        "written" => (Kind::Image, Inside::Written),
        "history" => (Kind::Image, Inside::History),
        "maps" => (Kind::Image, Inside::Maps),
        "user" => (Kind::Image, Inside::User),
        "library" => (Kind::Dependency, Inside::Library(Ecosystem::Npm)),
        "locked" => (Kind::Dependency, Inside::Locked(Ecosystem::Npm)),
        other => panic!("nothing inside: {other}"),
    };
    let at = At { file: FileId(0), line, column: 1, width: 1 };
    let reading = Reading::new(kind, subject, value, Form::Inside(inside), at).workload(workload);
    let mut fact = seal::seal(&reading, &Environment::new(environment), "", "file", &Documents::new(&Nothing, &Listing::default()), Catalog::get());
    fact.place.path = seal::path(file.unwrap_or("docker://mill/web"));
    fact
}

/// Whether a rule looks at an example's subject at all, and what comes of it.
fn state(rule: &'static Rule, example: &Example) -> (bool, Vec<State>) {
    let (mut facts, mut gaps, mut line) = (Vec::new(), Vec::new(), 1);
    let mut more = BTreeMap::new();
    for (environment, values) in &example.cells {
        for value in values {
            line += 1;
            if value == "?" {
                gaps.push(Gap {
                    environment: Some(Environment::new(environment)),
                    source: seal::path("x"),
                    path: seal::path("x"),
                    line: 0,
                    reason: "broken",
                    required: true,
                });
            } else if rule.select.axis == Axis::Setting {
                match value.strip_prefix("and ").and_then(|rest| rest.strip_suffix(" more")) {
                    Some(count) => drop(more.insert(environment.clone(), count.parse().expect("a count"))),
                    None => facts.push(setting(&example.subject, environment, value, line)),
                }
            } else if rule.select.kind == [Kind::Env] {
                facts.push(variable(&example.subject, environment, value, line));
            } else if matches!(rule.relation, Relation::Interface(_)) {
                facts.push(interface(&example.subject, environment, value, line));
            } else if matches!(rule.relation, Relation::Install(_)) {
                facts.push(installed(&example.subject, environment, value, line));
            } else if matches!(rule.relation, Relation::Inside(_)) {
                facts.push(inside(&example.subject, environment, value, line));
            } else if rule.relation == Relation::Heeded {
                facts.push(tool_setting(&example.subject, environment, value, line));
            } else if matches!(rule.relation, Relation::Terms(_)) && rule.select.axis == Axis::Running {
                facts.extend(workload(rule, &example.subject, environment, value, line));
            } else if matches!(rule.relation, Relation::Terms(_)) {
                facts.push(term(&example.subject, environment, value, line));
            } else if matches!(rule.relation, Relation::StartedAlike(_)) {
                facts.push(started(&example.subject, environment, value, line));
            } else {
                facts.push(fact(rule, &example.subject, environment, value, line));
            }
        }
        // An environment that has none of the subject is there all the same.
        if rule.select.kind == [Kind::Env] || rule.select.axis == Axis::Setting {
            continue;
        }
        if values.is_empty() && example.subject != "mailer" {
            line += 1;
            facts.push(seal::seal(
                &Reading::new(Kind::Service, "mongodb", "mongo:7", Form::Image, At { file: FileId(0), line, column: 1, width: 1 }),
                &Environment::new(environment),
                "",
                "other",
                &Documents::new(&Nothing, &Listing::default()),
                Catalog::get(),
            ));
        } else if values.is_empty() {
            facts.push(fact(rule, "another", environment, "here", line));
        }
    }
    let mut environments: Vec<Environment> = example.cells.keys().map(|name| Environment::new(name)).collect();
    environments.sort_by_key(|environment| (environment.rank(), environment.name().to_owned()));
    let families: Vec<Family> = if rule.select.axis == Axis::Setting { vec![family(&facts, &more)] } else { Vec::new() };
    let matrix = align(&facts, &families, &gaps, &environments, Catalog::get());
    let verdict = judge(&matrix, std::slice::from_ref(rule), &BTreeMap::new(), Catalog::get());
    let meant = |name: &str| match rule.select.kind == [Kind::Env] || rule.select.axis == Axis::Setting {
        true => name == example.subject,
        false => !["mongodb", "another"].iter().any(|other| name.ends_with(other)),
    };
    let selected = matrix.rows.iter().any(|row| rule.selects(row, Catalog::get()) && meant(&row.name));
    let judged = verdict.judged.into_iter().filter(|judged| judged.meant.is_none() && meant(&judged.row));
    (selected, judged.map(|judged| judged.state).collect())
}

#[test]
fn every_rule_judges_its_examples_as_it_says() {
    let mut wrong = Vec::new();
    for rule in rules() {
        for example in &rule.example {
            let (selected, states) = state(rule, example);
            let right = match example.state {
                ExampleState::Fail => states.contains(&State::Fail),
                ExampleState::Pass => selected && states.iter().all(|state| *state == State::Pass),
                // Where nothing at all is known there is no row; what matters is that it never fails.
                ExampleState::Unknown => !states.contains(&State::Fail) && (states.contains(&State::Unknown) || states.is_empty()),
            };
            if !right {
                wrong.push(format!("{}: {:?} {:?} came to {states:?}", rule.id, example.state, example.cells));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_passing_a_failing_and_an_unknown_example() {
    for rule in rules() {
        for state in [ExampleState::Pass, ExampleState::Fail, ExampleState::Unknown] {
            assert!(rule.example.iter().any(|example| example.state == state), "{} has no {state:?} example", rule.id);
        }
    }
}

#[test]
fn a_rule_is_called_as_its_file() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut names: Vec<String> =
        std::fs::read_dir(folder).expect("rules/").flatten().filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".toml")?.to_owned())).collect();
    names.sort();
    let ids: Vec<&str> = rules().iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids, names);
    for rule in rules() {
        assert!(rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{} is not kebab-case", rule.id);
    }
}

#[test]
fn an_unknown_key_in_a_rule_is_an_error() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let text = std::fs::read_to_string(folder.join("ci-matrix-covers-prod.toml")).expect("a rule");
    toml::from_str::<Rule>(&text).expect("fits");
    let error = toml::from_str::<Rule>(&format!("nonsense = 1\n{text}")).expect_err("strict");
    assert!(error.message().contains("nonsense"), "{error}");
}

/// The digests of values are other ones in every run, and nothing may be ordered by them.
#[test]
fn what_one_place_says_twice_keeps_its_order() {
    let called = |name: &str, value: &str, line: u32| {
        let mut fact = variable(name, "prod", &format!("given {value}"), 7);
        fact.via = vec![Place { line, ..fact.place.clone() }];
        fact
    };
    let names: Vec<String> = ('A'..='Z').map(|letter| format!("TOKEN_{letter}")).collect();
    let facts: Vec<Fact> = names
        .iter()
        .flat_map(|name| [called(name, "first-value", 13), called(name, "second-value", 33), called(name, "first-value", 13), called(name, "first-value", 5)])
        .collect();
    let matrix = align(&facts, &[], &[], &[Environment::prod()], Catalog::get());
    let rows = matrix.rows.iter().filter(|row| row.axis == Axis::Variable);
    let via: Vec<Vec<u32>> = rows.map(|row| row.facts().map(|fact| fact.via.iter().map(|place| place.line).sum()).collect()).collect();
    assert_eq!(via, vec![vec![5, 33]; names.len()]);
}
