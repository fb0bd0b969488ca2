//! Machines: this one, or one that the system's `ssh` reaches. The same script says there what it is, which
//! versions of the tools it has that the repository names, and over `ssh` what its containers run. The script only
//! reads, and nothing is installed for it.

mod told;

use std::process::Command;
use std::time::Instant;

use super::run::{Ran, run};
use super::{Ask, Collect, Source, facts, gap};
use crate::catalog::Catalog;
use crate::model::{Fact, Gap};
use crate::seal;
use told::Told;

/// This machine.
pub(super) static HOST: Source = Source { name: "host", accepts: is_nothing, collect: Collect::Facts(this) };

/// Another machine.
pub(super) static SSH: Source = Source { name: "ssh", accepts, collect: Collect::Facts(other) };

/// What is run there (POSIX, Shell Command Language).
const SCRIPT: &[u8] = include_bytes!("script.sh");

fn is_nothing(address: &str) -> Result<(), &'static str> {
    if address.is_empty() { Ok(()) } else { Err("is none: it is this machine (ssh:HOST is another)") }
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

/// What the script is given.
fn words(ask: &Ask, mark: &str, containers: &str) -> Vec<String> {
    let tools = ask.tools.iter().filter_map(|name| Catalog::get().runtime(name)).flat_map(|tool| tool.version_commands());
    [mark.to_owned(), containers.to_owned()].into_iter().chain(tools).collect()
}

fn this(ask: &Ask) -> (Vec<Fact>, Vec<Gap>) {
    let Some(mark) = seal::key::make() else { return (Vec::new(), vec![gap(&HOST, ask, "host://self", "this system gives no random numbers")]) };
    let mut command = Command::new("sh");
    command.args(["-s", "--"]).args(words(ask, &mark, "-")).current_dir(&ask.root);
    let ran = run(command, SCRIPT, ask.limit);
    look(&HOST, ask, "host://self", &mark, ran, "there is no shell (sh) to ask", None)
}

fn other(ask: &Ask) -> (Vec<Fact>, Vec<Gap>) {
    let refuse = |reason| (Vec::new(), vec![gap(&SSH, ask, SSH.name, reason)]);
    let Ok(to) = Destination::parse(&ask.address) else { return refuse("no host to reach") };
    let Some(mark) = seal::key::make() else { return refuse("this system gives no random numbers") };
    let words = words(ask, &mark, "containers");
    let Ok(line) = shlex::try_join(["sh", "-s", "--"].into_iter().chain(words.iter().map(String::as_str))) else { return refuse("could not be asked") };
    let mut command = Command::new("ssh");
    // Without a question to anybody: of a host that is not known yet and of a password a person is asked by ssh itself.
    command.args(["-T", "-o", "BatchMode=yes", "-o"]).arg(format!("ConnectTimeout={}", ask.limit.as_secs().max(1)));
    if let Some(port) = to.port {
        command.args(["-p", &port.to_string()]);
    }
    command.args(["--", to.user_and_host, &line]);
    let start = Instant::now();
    let ran = run(command, SCRIPT, ask.limit);
    look(&SSH, ask, &format!("ssh://{}", to.host()), &mark, ran, "there is no ssh here", Some(start.elapsed()))
}

/// What the script said, or why it said nothing.
fn look(
    source: &'static Source,
    ask: &Ask,
    place: &str,
    mark: &str,
    ran: Ran,
    absent: &'static str,
    took: Option<std::time::Duration>,
) -> (Vec<Fact>, Vec<Gap>) {
    let refuse = |reason| (Vec::new(), vec![gap(source, ask, place, reason)]);
    let printed = match ran {
        // What the script's last command came to says nothing; that it got to its end is said by its last mark.
        Ran::Ended(status, printed) if status.code() != Some(255) => printed,
        Ran::Ended(..) => return refuse("ssh does not get there: does `ssh` alone, without a question?"),
        Ran::Absent => return refuse(absent),
        Ran::Late => return refuse("no answer within the time limit (--live-timeout)"),
        Ran::Endless => return refuse("its answer is larger than the limit of 16 MiB"),
    };
    let Some(told) = Told::parse(&printed, mark) else { return refuse("its answer broke off") };
    let mut all = facts(source, ask, place, place, |_, at, out| told.machine(&ask.tools, ask.now, took, at, out));
    let mut gaps = Vec::new();
    match told.containers() {
        Err(reason) => gaps.push(gap(source, ask, place, reason)),
        Ok(containers) => {
            for container in containers {
                let own = container.place().replacen("docker://", &format!("{place}/"), 1);
                all.extend(container.facts(source, ask, &own));
            }
        }
    }
    (all, gaps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_an_option_is_a_host() {
        for good in ["box", "deploy@box.mill.test", "box:2222", "a@b:22"] {
            assert!(accepts(good).is_ok(), "{good}");
        }
        for bad in ["", "-oProxyCommand=x", "a@-b", "a b", "a;b", "box:ssh", "@b", "a@"] {
            assert!(accepts(bad).is_err(), "{bad}");
        }
    }
}
