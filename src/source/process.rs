//! The environment of a process: this one's, or that of another by its number (Linux, `proc(5)`). Of all that
//! a shell passes on, only what the repository speaks of is taken in; whoever joins it with the files sees to
//! that.

use super::{Ask, Collect, Source, facts, gap};
use crate::model::{Content, Fact, Form, Gap, Kind, Need, Reading, Stance};

/// A process.
pub(super) static SOURCE: Source = Source {
    name: "process",
    address: "[:NUMBER]",
    about: "the environment of a process, else of this one",
    has_images: false,
    accepts,
    collect: Collect::Facts(collect),
};

/// The largest environment that is read, in bytes.
const BYTES: u64 = 4 * 1024 * 1024;

fn accepts(address: &str) -> Result<(), &'static str> {
    let sound = address.is_empty() || address.parse::<u32>().is_ok_and(|number| number > 0);
    if sound { Ok(()) } else { Err("is no number of a process") }
}

fn collect(ask: &Ask) -> (Vec<Fact>, Vec<Gap>) {
    let place = if ask.address.is_empty() { "process://self".to_owned() } else { format!("process://{}", ask.address) };
    let given = match given(&ask.address) {
        Ok(given) => given,
        Err(reason) => return (Vec::new(), vec![gap(&SOURCE, ask, &place, reason)]),
    };
    let facts = facts(&SOURCE, ask, &place, &place, |_, at, out| {
        for (name, value) in given.iter().filter(|(name, _)| !name.is_empty()) {
            out.push(Reading::new(Kind::Env, name, value.as_str(), Form::Variable(Stance::Given, Need::Bare, Content::Literal), at).workload(Some("process")));
        }
    });
    (facts, Vec::new())
}

/// The variables of a process that are text.
fn given(number: &str) -> Result<Vec<(String, String)>, &'static str> {
    if number.is_empty() {
        return Ok(std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect());
    }
    let file = std::fs::File::open(format!("/proc/{number}/environ")).map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied => "the environment of the process may not be read",
        _ => "there is no such process, or this system does not tell of it",
    })?;
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(file, BYTES), &mut bytes).map_err(|_| "the environment of the process could not be read")?;
    let pairs = bytes.split(|byte| *byte == 0).filter_map(|pair| std::str::from_utf8(pair).ok()?.split_once('='));
    Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}
