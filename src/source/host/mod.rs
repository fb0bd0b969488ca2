//! Machines: this one, or one that the system's `ssh` reaches. The same script says there what it is, which
//! versions of the tools it has that the repository names, and over `ssh` what its containers run. The script only
//! reads, and nothing is installed for it. This machine's own clock is held against a time server where one is named.

mod ntp;
mod told;

use std::path::Path;

use super::docker::container::Container;
use super::docker::replicas;
use super::run::{Program, Ran, run};
use super::{Ask, Collect, Source, facts, gap};
use crate::catalog::{Catalog, Runtime};
use crate::model::{Fact, Gap};
use crate::seal;
use ntp::Server;
use told::Told;

/// This machine.
pub(super) static HOST: Source = Source {
    name: "host",
    address: "[:SERVER[:PORT]]",
    about: "this machine: its system, limits and tools, and its clock against a time server",
    has_images: false,
    accepts: is_server,
    collect: Collect::Facts(this),
};

/// Another machine.
pub(super) static SSH: Source = Source {
    name: "ssh",
    address: ":[USER@]HOST[:PORT]",
    about: "another machine, and the containers of its engine",
    has_images: false,
    accepts,
    collect: Collect::Facts(other),
};

/// What is run there (POSIX, Shell Command Language).
const SCRIPT: &[u8] = include_bytes!("script.sh");

fn is_server(address: &str) -> Result<(), &'static str> {
    if address.is_empty() { Ok(()) } else { Server::parse(address).map(|_| ()) }
}

fn accepts(address: &str) -> Result<(), &'static str> {
    Destination::parse(address).map(|_| ())
}

/// A machine as ssh is told of it. What its own configuration says of the host counts as well.
struct Destination<'a> {
    user_and_host: &'a str,
    port: Option<u16>,
}

impl<'a> Destination<'a> {
    /// Reads `[USER@]HOST[:PORT]`. Nothing that ssh could take for an option comes through.
    fn parse(text: &'a str) -> Result<Destination<'a>, &'static str> {
        let (user_and_host, port) = match text.rsplit_once(':') {
            Some((before, port)) => (before, Some(port.parse().map_err(|_| "has a port that is no number")?)),
            None => (text, None),
        };
        let word = |text: &str| !text.is_empty() && !text.starts_with('-') && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        let sound = user_and_host.split_once('@').map_or_else(|| word(user_and_host), |(user, host)| word(user) && word(host));
        if sound { Ok(Destination { user_and_host, port }) } else { Err("is none that ssh reaches: [USER@]HOST[:PORT]") }
    }

    fn host(&self) -> &str {
        self.user_and_host.rsplit('@').next().unwrap_or(self.user_and_host)
    }
}

/// What ssh would hand over of this machine's own.
const LOCALE: [&str; 15] = [
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_ADDRESS",
    "LC_COLLATE",
    "LC_CTYPE",
    "LC_IDENTIFICATION",
    "LC_MEASUREMENT",
    "LC_MESSAGES",
    "LC_MONETARY",
    "LC_NAME",
    "LC_NUMERIC",
    "LC_PAPER",
    "LC_TELEPHONE",
    "LC_TIME",
];

/// The command line that runs the script. `here` is a folder whose file system is asked about.
fn words(ask: &Ask, mark: &str, containers: &str, here: &str) -> Vec<String> {
    let tools = ask.tools.iter().filter_map(|name| Catalog::get().runtime(name)).flat_map(Runtime::version_commands);
    ["-s", "--", mark, containers, here].map(str::to_owned).into_iter().chain(tools).collect()
}

fn this(ask: &Ask) -> (Vec<Fact>, Vec<Gap>) {
    let look = Look { source: &HOST, ask, place: "host://self".to_owned(), elsewhere: false };
    let Some(mark) = seal::key::make() else { return look.gap(RANDOM) };
    // Tools obey what lies in the folder that they are run in: a checkout could make them run anything.
    let words = words(ask, &mark, "-", &ask.root.to_string_lossy());
    std::thread::scope(|scope| {
        let clock = scope.spawn(|| clock(ask));
        let ran = run(&Program { path: Path::new("sh"), arguments: &words, folder: Path::new("/"), input: SCRIPT, without: &[] }, ask.limit);
        let (mut all, mut gaps) = look.at(ran, &mark, "there is no shell (sh) to ask");
        let (more, lacking) = clock.join().unwrap_or_else(|_| look.gap("could not be asked"));
        all.extend(more);
        gaps.extend(lacking);
        (all, gaps)
    })
}

/// How this machine's clock goes, by the time server that was named.
fn clock(ask: &Ask) -> (Vec<Fact>, Vec<Gap>) {
    let Ok(server) = Server::parse(&ask.address) else { return (Vec::new(), Vec::new()) };
    let place = server.place();
    match server.ask(ask.limit) {
        Err(reason) => (Vec::new(), vec![gap(&HOST, ask, &place, reason)]),
        // It is ours that may be wrong.
        Ok(offset) => (facts(&HOST, ask, &place, &place, |_, at, out| told::clock(offset.seconds.saturating_neg(), offset.delay, at, out)), Vec::new()),
    }
}

fn other(ask: &Ask) -> (Vec<Fact>, Vec<Gap>) {
    let to = Destination::parse(&ask.address);
    let place = to.as_ref().map_or_else(|_| SSH.name.to_owned(), |to| format!("ssh://{}", to.host()));
    let look = Look { source: &SSH, ask, place, elsewhere: true };
    let Ok(to) = to else { return look.gap("no host to reach") };
    let Some(mark) = seal::key::make() else { return look.gap(RANDOM) };
    let script = words(ask, &mark, "containers", "");
    let Ok(line) = shlex::try_join(std::iter::once("sh").chain(script.iter().map(String::as_str))) else { return look.gap("could not be asked") };
    // Without a question to anybody: about a host that is not known yet, and for a password, ssh itself is to be asked.
    let mut words = vec!["-T".to_owned(), "-oBatchMode=yes".to_owned(), format!("-oConnectTimeout={}", ask.limit.as_secs().max(1))];
    words.extend(to.port.map(|port| format!("-p{port}")));
    words.extend(["--".to_owned(), to.user_and_host.to_owned(), line]);
    let ran = run(&Program { path: Path::new("ssh"), arguments: &words, folder: Path::new("/"), input: SCRIPT, without: &LOCALE }, ask.limit);
    look.at(ran, &mark, "there is no ssh here")
}

const RANDOM: &str = "this system gives no random numbers";

/// A look at a machine.
struct Look<'a> {
    source: &'static Source,
    ask: &'a Ask,
    place: String,
    /// Whether it is another machine than this one.
    elsewhere: bool,
}

impl Look<'_> {
    fn gap(&self, reason: &'static str) -> (Vec<Fact>, Vec<Gap>) {
        (Vec::new(), vec![gap(self.source, self.ask, &self.place, reason)])
    }

    /// What the script said, or why it said nothing.
    fn at(&self, ran: Ran, mark: &str, absent: &'static str) -> (Vec<Fact>, Vec<Gap>) {
        let (printed, took) = match ran {
            // What the script's last command came to says nothing; that it got to its end is said by its last mark.
            Ran::Ended(status, printed, took) if status.code() != Some(255) => (printed, took),
            Ran::Ended(..) => return self.gap("ssh does not get there: does `ssh` alone, without a question?"),
            Ran::Absent => return self.gap(absent),
            Ran::Late => return self.gap("no answer within the time limit (--live-timeout)"),
            Ran::Endless => return self.gap("its answer is larger than the limit of 16 MiB"),
        };
        let Some(told) = Told::parse(&printed, mark) else { return self.gap("its answer broke off") };
        let (place, took) = (&self.place, Some(took).filter(|_| self.elsewhere));
        let mut all = facts(self.source, self.ask, place, place, |_, at, out| told.machine(&self.ask.tools, self.ask.now, took, at, out));
        let mut gaps = Vec::new();
        if told.has_silent_tool(&self.ask.tools) {
            gaps.push(Gap { required: false, ..gap(self.source, self.ask, place, "a tool there does not tell its version") });
        }
        match told.containers() {
            Err(reason) => {
                gaps.extend(self.gap(reason).1);
                (all, gaps)
            }
            Ok(containers) => {
                // Whose they are, another machine's folders do not say.
                let own = |container: &Container<'_>| container.place().replacen("docker://", &format!("{place}/"), 1);
                all.extend(replicas::facts(self.source, self.ask, &containers, own));
                (all, gaps)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_an_option_is_a_host() {
        assert!(is_server("").is_ok() && is_server("time.mill.test:1123").is_ok() && is_server("-x").is_err());
        for good in ["box", "deploy@box.mill.test", "box:2222", "a@b:22"] {
            assert!(accepts(good).is_ok(), "{good}");
        }
        for bad in ["", "-oProxyCommand=x", "a@-b", "a b", "a;b", "box:ssh", "@b", "a@"] {
            assert!(accepts(bad).is_err(), "{bad}");
        }
    }
}
