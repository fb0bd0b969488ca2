//! Which services a command of Docker Compose names. Source: the reference of the docker compose
//! command line, `up`, `run`, `create`, `start`, `build`, `watch`.

use super::docker::{Flag, options};
use crate::read::Started;
use crate::read::traced::Traced;

/// Options of compose's `up`, `create`, `start`, `build`, `watch` and `run` that take no value.
const START_SWITCHES: &[&str] = &[
    "abort-on-container-exit",
    "abort-on-container-failure",
    "always-recreate-deps",
    "build",
    "check",
    "compress",
    "detach",
    "dry-run",
    "force-recreate",
    "force-rm",
    "help",
    "interactive",
    "menu",
    "no-build",
    "no-cache",
    "no-color",
    "no-deps",
    "no-log-prefix",
    "no-recreate",
    "no-rm",
    "no-start",
    "no-tty",
    "no-TTY",
    "no-up",
    "parallel",
    "print",
    "prune",
    "pull-always",
    "push",
    "quiet",
    "quiet-build",
    "quiet-pull",
    "remove-orphans",
    "renew-anon-volumes",
    "rm",
    "service-ports",
    "timestamps",
    "tty",
    "use-aliases",
    "wait",
    "watch",
    "with-dependencies",
    "yes",
];

/// What `-t` and its like are for `run`: switches.
const RUN_SHORT: &str = "dhiqtTPy";

/// The options of `compose run`, and what stands behind them.
pub(super) fn run_options(words: &[Option<Traced>]) -> Option<(Vec<Flag>, &[Option<Traced>])> {
    options(words, START_SWITCHES, RUN_SHORT)
}

/// The services that a command names. None where some of them cannot be told.
pub(super) fn started(verb: &str, words: &[Option<Traced>]) -> Option<Started> {
    // `-t` is a terminal of `run` and a timeout of `up`, `-p` a port of `run`.
    let short = if verb == "run" { RUN_SHORT } else { "dhqVwy" };
    // `--pull` takes a value where nothing is built.
    let switches: Vec<&str> = START_SWITCHES.iter().copied().chain((verb == "build").then_some("pull")).collect();
    let (mut services, mut alone, mut words) = (Vec::new(), verb == "build", words);
    loop {
        let (flags, rest) = options(words, &switches, short)?;
        let has = |name: &str| flags.iter().any(|(flag, _)| flag == name);
        alone = (alone || has("no-deps")) && !has("with-dependencies");
        let Some((service, rest)) = rest.split_first() else { break };
        services.push(service.as_ref()?.text().to_owned());
        words = rest;
        // Behind its one service stands the command that runs in it.
        if verb == "run" {
            break;
        }
    }
    Some(Started { alone: alone && !services.is_empty(), services })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{At, FileId};

    fn of(line: &str) -> Option<(String, bool)> {
        let words: Vec<Option<Traced>> = line.split(' ').map(|word| (word != "?").then(|| Traced::literal(word, At::file(FileId(0))))).collect();
        let (verb, rest) = words.split_first()?;
        started(verb.as_ref()?.text(), rest).map(|started| (started.services.join(" "), started.alone))
    }

    #[test]
    fn services_stand_among_the_options() {
        let some = |services: &str, alone: bool| Some((services.to_owned(), alone));
        for (line, expected) in [
            ("up -d", some("", false)),
            ("up -d --wait db cache", some("db cache", false)),
            ("up db -d --wait-timeout 60 cache", some("db cache", false)),
            ("up -t 10 --scale web=2 --no-deps web", some("web", true)),
            ("up --no-deps", some("", false)),
            ("run --rm -T -e CI=1 -v .:/app web pytest db", some("web", false)),
            ("run --no-deps --entrypoint sh web -c true", some("web", true)),
            ("build --pull --build-arg A=1 web", some("web", true)),
            ("build --with-dependencies web", some("web", false)),
            ("build", some("", false)),
            ("up -d ?", None),
            ("run --rm ? pytest", None),
        ] {
            assert_eq!(of(line), expected, "{line}");
        }
    }
}
