//! Laws of families of configuration files: what an environment is called, in which order and syntax its
//! file is written, and what all files say alike changes no verdict. Also: which files are a family.
#![allow(clippy::expect_used, clippy::indexing_slicing, missing_docs, reason = "a test")]

#[path = "common/files.rs"]
mod files;

use std::collections::BTreeMap;

use evenkeel::check::{Scope, matrix, survey, verdict};
use evenkeel::config::Config;
use files::Files;
use proptest::prelude::*;

fn view<const N: usize>(files: [(&str, &str); N]) -> Files {
    Files(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

/// What is found: rule, level, subjects, the odd one out.
fn told(view: &Files) -> Vec<String> {
    let survey = survey(view, &Config::default(), &Scope::default());
    assert!(survey.gaps.is_empty(), "{:?}", survey.gaps);
    let matrix = matrix(&survey);
    let verdict = verdict(&matrix, &Config::default());
    let odd = |f: &evenkeel::judge::Finding<'_>| f.odd_one_out.as_ref().map_or("-".to_owned(), |odd| odd.to_string());
    let mut told: Vec<String> = verdict.findings.iter().map(|f| format!("{} {:?} {:?} {}", f.rule.id, f.level, f.subjects, odd(f))).collect();
    told.sort();
    told
}

/// The families of a view: label, members in order, whether they are full copies.
fn families(view: &Files) -> Vec<(String, Vec<String>, bool)> {
    let survey = survey(view, &Config::default(), &Scope::default());
    let members = |family: &evenkeel::model::Family| family.members.iter().map(|member| member.environment.to_string()).collect();
    survey.families.iter().map(|family| (family.label.to_string(), members(family), family.are_twins())).collect()
}

const ENVIRONMENTS: &[&str] = &["demo", "staging", "production"];

/// Values; `@` stands for the name of an environment.
const VALUES: &[&str] =
    &["20", "true", "https://api.@.acme.io/v1", "https://api.acme.io", "uploads-@", "/assets/*", "eu-west-1", "plain text", "uploads-demo", ""];

const KEYS: &[&str] = &["cache.ttl", "cache.host", "store.bucket", "store.region", "mail.sender-name", "mail.senderName", "mail.tls", "assets"];

/// One environment's file: by key, the number of the value.
type Said = BTreeMap<usize, usize>;

fn said() -> impl Strategy<Value = Vec<Said>> {
    prop::collection::vec(prop::collection::btree_map(0..KEYS.len(), 0..VALUES.len(), 0..KEYS.len()), 4)
}

/// What files are written in.
#[derive(Clone, Copy, PartialEq)]
enum Syntax {
    Yaml,
    Json,
    Hjson,
}

/// How files are written.
#[derive(Clone, Copy)]
struct Manner {
    syntax: Syntax,
    turned: bool,
    indent: usize,
    more: bool,
}

const PLAIN: Manner = Manner { syntax: Syntax::Yaml, turned: false, indent: 2, more: false };

/// Files of four environments, the fourth called as is said; all have twelve keys alike.
fn written(said: &[Said], fourth: &str, manner: Manner) -> Files {
    let mut out = BTreeMap::new();
    for (number, said) in said.iter().enumerate() {
        let environment = ENVIRONMENTS.get(number).copied().unwrap_or(fourth);
        let value = |value: usize| match VALUES[value] {
            // A value that names the fourth environment is renamed with it.
            "uploads-demo" => format!("uploads-{fourth}"),
            text => text.replace('@', environment),
        };
        let mut tree: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
        for (key, text) in said {
            let (block, name) = KEYS[*key].split_once('.').unwrap_or(("top", KEYS[*key]));
            tree.entry(block).or_default().push((name.to_owned(), value(*text)));
        }
        tree.entry("fixed").or_default().extend((0..12).map(|n| (format!("key{n}"), format!("{n}"))));
        if manner.more {
            tree.entry("fixed").or_default().push(("one-more".to_owned(), "same".to_owned()));
        }
        let blocks: Vec<(&str, Vec<(String, String)>)> =
            if manner.turned { tree.into_iter().rev().map(|(b, v)| (b, v.into_iter().rev().collect())).collect() } else { tree.into_iter().collect() };
        let (extension, text) = match manner.syntax {
            Syntax::Json => {
                let block = |(name, entries): &(&str, Vec<(String, String)>)| {
                    let entries: Vec<String> = entries.iter().map(|(key, value)| format!("\"{key}\": \"{value}\"")).collect();
                    format!("\"{name}\": {{{}}}", entries.join(",\n "))
                };
                ("json", format!("{{{}}}\n", blocks.iter().map(block).collect::<Vec<_>>().join(",\n")))
            }
            Syntax::Hjson => {
                let value = |value: &str| if value.is_empty() { "\'\'".to_owned() } else { value.to_owned() };
                let block = |(name, entries): &(&str, Vec<(String, String)>)| {
                    let entries: Vec<String> = entries.iter().map(|(key, text)| format!("  {key}: {}\n", value(text))).collect();
                    format!("{name}: {{ # of it\n{}}}\n", entries.concat())
                };
                ("hjson", blocks.iter().map(block).collect())
            }
            Syntax::Yaml => {
                let block = |(name, entries): &(&str, Vec<(String, String)>)| {
                    let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{}{key}: \"{value}\"\n", " ".repeat(manner.indent))).collect();
                    format!("{name}:\n{}", entries.concat())
                };
                ("yml", blocks.iter().map(block).collect())
            }
        };
        out.insert(format!("config/{environment}.{extension}"), text);
    }
    Files(out)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_an_environment_is_called_changes_no_verdict(said in said()) {
        let renamed: Vec<String> = told(&written(&said, "qa", PLAIN)).iter().map(|line| line.replace(" qa", " perf")).collect();
        prop_assert_eq!(renamed, told(&written(&said, "perf", PLAIN)));
    }

    #[test]
    fn order_and_indentation_change_no_verdict(said in said()) {
        prop_assert_eq!(told(&written(&said, "qa", PLAIN)), told(&written(&said, "qa", Manner { turned: true, indent: 4, ..PLAIN })));
    }

    #[test]
    fn another_syntax_changes_no_verdict(said in said()) {
        for syntax in [Syntax::Json, Syntax::Hjson] {
            prop_assert_eq!(told(&written(&said, "qa", PLAIN)), told(&written(&said, "qa", Manner { syntax, ..PLAIN })));
        }
    }

    #[test]
    fn an_equal_key_in_all_changes_no_verdict(said in said()) {
        prop_assert_eq!(told(&written(&said, "qa", PLAIN)), told(&written(&said, "qa", Manner { more: true, ..PLAIN })));
    }

    #[test]
    fn files_that_say_the_same_are_silent(said in said()) {
        let one = said.first().cloned().unwrap_or_default();
        let alike: Vec<Said> = std::iter::repeat_n(one.into_iter().filter(|(_, value)| VALUES[*value] != "uploads-demo").collect(), 4).collect();
        prop_assert_eq!(told(&written(&alike, "qa", PLAIN)), Vec::<String>::new());
    }
}

#[test]
fn a_key_that_one_full_copy_lacks_is_missing_and_one_that_an_overlay_lacks_is_not() {
    let full = |more: &str| format!("a: 1\nb: 2\nc: 3\nd: 4\n{more}");
    let copies = Files(BTreeMap::from([
        ("conf/qa.yaml".to_owned(), full("e: 5\n")),
        ("conf/demo.yaml".to_owned(), full("e: 5\n")),
        ("conf/staging.yaml".to_owned(), full("")),
        ("conf/prod.yaml".to_owned(), full("e: 5\n")),
    ]));
    assert_eq!(told(&copies), ["config-key-missing Warning [\"e\"] staging"]);
    let layers = view([
        ("values.yaml", "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\n"),
        ("values-qa.yaml", "a: 2\n"),
        ("values-staging.yaml", "b: 3\n"),
        ("values-prod.yaml", "a: 3\nb: 5\n"),
    ]);
    assert_eq!(told(&layers), Vec::<String>::new());
}

#[test]
fn a_copy_of_a_block_that_lacks_a_key_is_told_though_the_files_are_no_copies() {
    let file = |own: &str, block: &str| format!("{own}\nmodule \"mail\" {{\n  source = \"../shared/mail\"\n  name = \"mail\"\n  zone = \"acme\"\n{block}}}\n");
    let (own, subdomain) = (|n: usize| (0..12).map(|key| format!("own_{n}_{key} = {key}\n")).collect::<String>(), "  subdomain = \"mail\"\n");
    let with = |lacking: &str| {
        view([
            ("terraform/demo/main.tf", &file(&own(1), subdomain)),
            ("terraform/sandbox/main.tf", &file(&own(2), lacking)),
            ("terraform/staging/main.tf", &file(&own(3), subdomain)),
            ("terraform/production/main.tf", &file(&own(4), subdomain)),
        ])
    };
    assert_eq!(told(&with("")), ["config-key-missing Info [\"module.mail.subdomain\"] sandbox"]);
    assert!(told(&with(subdomain)).is_empty());
    // What has keys of its own is called in another way.
    assert!(told(&with("  space = \"mail\"\n")).is_empty());
}

#[test]
fn an_environment_is_called_as_the_files_are_that_it_loads() {
    let with = |name: &str| {
        let compose = format!("services:\n  web:\n    build: .\n    environment:\n      ASPNETCORE_ENVIRONMENT: {name}\n");
        view([
            ("appsettings.json", "{\"Cache\": {\"Ttl\": 20}}"),
            ("appsettings.Development.json", "{\"Cache\": {\"Ttl\": 10}}"),
            ("appsettings.Docker.json", "{\"Cache\": {\"Ttl\": 30}}"),
            ("Dockerfile", "FROM mcr.microsoft.com/dotnet/aspnet:8.0\n"),
            ("compose.yml", &compose),
        ])
    };
    let spelt = |view: &Files| told(view).into_iter().filter(|line| line.starts_with("env-environment-spelt")).collect::<Vec<_>>();
    assert!(spelt(&with("Docker")).is_empty());
    assert_eq!(spelt(&with("docker")), ["env-environment-spelt Warning [\"ASPNETCORE_ENVIRONMENT\"] -"]);
    assert!(spelt(&with("Elsewhere")).is_empty());
}

#[test]
fn a_table_of_a_file_is_called_as_an_environment_is() {
    let with = |path: &str, text: &str, compose: &str| {
        let view = view([(path, text), ("Dockerfile", "FROM ruby:3.4\n"), ("compose.yml", compose)]);
        told(&view).into_iter().filter(|line| line.starts_with("env-environment")).collect::<Vec<_>>()
    };
    let database = |name: &str| {
        let text = format!("default: &d\n  pool: 5\ndevelopment:\n  <<: *d\ntest:\n  <<: *d\n{name}:\n  <<: *d\n  user: x\n");
        with("config/database.yml", &text, "services:\n  web:\n    build: .\n")
    };
    for sound in ["production", "staging", "stage", "qa", "prd", "qa2", "training", "reporting", "legacy_production", "shared", "primary"] {
        assert!(database(sound).is_empty(), "{sound}");
    }
    for slip in ["prodution", "producton", "Prodution", "prodcution"] {
        assert_eq!(database(slip), ["env-environment-spelt Warning [\"RAILS_ENV\"] -"], "{slip}");
    }
    // Nothing says that there is a staging.
    assert_eq!(database("stagging"), ["env-environment-spelt Info [\"RAILS_ENV\"] -"]);
    let told_of = |name: &str| {
        let compose = format!("services:\n  web:\n    build: .\n    environment:\n      RAILS_ENV: {name}\n");
        with("config/database.yml", "development: { a: 1 }\nproduction: { a: 2 }\nstagging: { a: 3 }\n", &compose)
    };
    assert_eq!(told_of("staging"), ["env-environment-spelt Warning [\"RAILS_ENV\"] -"]);
    assert!(told_of("stagging").is_empty());
    let worker = "[env.staging]\nroute = \"a\"\n[env.preview]\nroute = \"b\"\n[env.produciton]\nroute = \"c\"\n";
    assert_eq!(with("wrangler.toml", worker, "services: {}\n"), ["env-environment-spelt Warning [\"CLOUDFLARE_ENV\"] -"]);
    // Beside one environment, words may be anything.
    assert!(with("wrangler.toml", "[env.staging]\nroute = \"a\"\n[env.produciton]\nroute = \"c\"\n", "services: {}\n").is_empty());
}

#[test]
fn a_full_copy_that_lacks_a_key_of_a_block_is_told_as_before() {
    let full = |more: &str| format!("a: 1\nb: 2\nblock:\n  c: 3\n  d: 4\n  f: 6\n{more}");
    let copies = Files(
        ["qa", "demo", "staging", "prod"]
            .into_iter()
            .map(|name| (format!("conf/{name}.yaml"), full(if name == "staging" { "" } else { "  e: 5\n" })))
            .collect(),
    );
    assert_eq!(told(&copies), ["config-key-missing Warning [\"block.e\"] staging"]);
}

#[test]
fn a_variable_overrides_the_key_at_its_path_and_no_other() {
    let with = |name: &str| {
        let compose = format!("services:\n  web:\n    build: .\n    environment:\n      {name}: x\n");
        view([
            ("config/settings.yml", "mail:\n  sender_name: a\n  host: b\n"),
            ("config/settings/staging.yml", "mail:\n  host: c\n"),
            ("config/settings/production.yml", "mail:\n  host: d\n"),
            ("Dockerfile", "FROM ruby:3.4\n"),
            ("compose.yml", &compose),
        ])
    };
    let told = |view: &Files| told(view).into_iter().filter(|line| line.starts_with("config-override")).collect::<Vec<_>>();
    assert!(told(&with("SETTINGS__MAIL__SENDER_NAME")).is_empty());
    assert_eq!(told(&with("SETTINGS__MAIL__SENDR_NAME")), ["config-override-near-miss Warning [\"mail.sendr_name\"] local"]);
    assert!(told(&with("SETTINGS__MAIL__REPLY_TO")).is_empty());
}

#[test]
fn families_are_found_by_their_paths() {
    let found = |paths: &[&str]| {
        families(&Files(paths.iter().map(|path| ((*path).to_owned(), if path.ends_with("json") { "{\"a\": 1}" } else { "a: 1\n" }.to_owned())).collect()))
    };
    let one = |label: &str, members: &[&str]| vec![(label.to_owned(), members.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), false)];
    assert_eq!(found(&["config/default.json", "config/production.json", "config/test.json"]), one("config/{env}.json", &["ci", "prod"]));
    assert_eq!(found(&["config/default.hjson", "config/development.hjson", "config/production.hjson"]), one("config/{env}.hjson", &["local", "prod"]));
    assert_eq!(found(&["values.yaml", "values-staging.yaml", "values-prod.yaml"]), one("values-{env}.yaml", &["staging", "prod"]));
    assert_eq!(
        found(&["src/main/resources/application.yml", "src/main/resources/application-prod.yml"]),
        one("src/main/resources/application-{env}.yml", &["prod"])
    );
    assert_eq!(found(&["appsettings.json", "appsettings.Development.json", "appsettings.Docker.json"]), one("appsettings.{env}.json", &["local", "docker"]));
    assert_eq!(found(&["ops/staging/app.yml", "ops/production/app.yml"]), one("ops/{env}/app.yml", &["staging", "prod"]));
    // A name that nobody knows is an environment beside three that are known, if it says what they say.
    assert_eq!(found(&["s/qa.yml", "s/pen.yml", "s/staging.yml", "s/production.yml"]), one("s/{env}.yml", &["pen", "qa", "staging", "prod"]));
    for none in [
        &["locales/en.yml", "locales/de.yml"][..],
        &["config/production.json"],
        &[".github/workflows/staging.yml", ".github/workflows/production.yml"],
        &["docker-compose.staging.yml", "docker-compose.prod.yml"],
    ] {
        assert_eq!(found(none), vec![], "{none:?}");
    }
}

#[test]
fn environments_are_found_inside_of_a_file() {
    let view = view([
        ("config/database.yml", "default: &d\n  adapter: postgresql\n  pool: 5\ndevelopment:\n  <<: *d\ntest:\n  <<: *d\nproduction:\n  <<: *d\n  pool: 20\n"),
        ("wrangler.toml", "name = \"w\"\n[env.staging]\nroute = \"a\"\n[env.production]\nroute = \"b\"\n"),
        ("settings.toml", "[default]\na = 1\n[development]\na = 2\n[production]\na = 3\n"),
    ]);
    let labels: Vec<(String, Vec<String>)> = families(&view).into_iter().map(|(label, members, _)| (label, members)).collect();
    let of = |label: &str, members: &[&str]| (label.to_owned(), members.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    assert_eq!(
        labels,
        [of("config/database.yml", &["local", "ci", "prod"]), of("settings.toml", &["local", "prod"]), of("wrangler.toml", &["staging", "prod"])]
    );
}

#[test]
fn a_file_that_cannot_be_read_is_a_gap() {
    for (path, text) in
        [("config/staging.yml", "a: [1\n"), ("config/staging.json", "{\"a\": "), ("config/staging.toml", "a = \n"), ("config/staging.hjson", "a: [1\n")]
    {
        let extension = path.rsplit('.').next().expect("an extension");
        let whole = if extension == "json" {
            "{\"a\": 1}"
        } else if extension == "toml" {
            "a = 1\n"
        } else {
            "a: 1\n"
        };
        let (qa, production) = (format!("config/qa.{extension}"), format!("config/production.{extension}"));
        let view = view([(path, text), (&qa, whole), (&production, whole)]);
        let survey = survey(&view, &Config::default(), &Scope::default());
        assert_eq!(survey.gaps.iter().map(|gap| gap.path.to_string()).collect::<Vec<_>>(), [path]);
    }
}
