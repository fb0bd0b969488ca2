//! What the script said of a machine, as readings. It comes from elsewhere: of every line only what has the form of
//! what was asked for is taken.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

use crate::catalog::{Catalog, Runtime};
use crate::model::{Form, Kind, Reading, Syntax};
use crate::read::Output;
use crate::source::docker::container::{Container, image_id};
use crate::syntax::At;

/// How far a clock may be off, in seconds: nobody's is exact.
const CLOCK: i64 = 2;

/// An answer.
pub(super) struct Told<'t> {
    /// Its parts, by their names.
    parts: HashMap<&'t str, &'t str>,
    /// What an engine says of the containers that run, and of their images.
    containers: Value,
    images: Value,
}

impl<'t> Told<'t> {
    /// Takes an answer apart at its marks. None where it is not whole.
    pub(super) fn parse(printed: &'t [u8], mark: &str) -> Option<Told<'t>> {
        let text = std::str::from_utf8(printed).ok()?;
        let parts: HashMap<&str, &str> =
            text.split(&format!("\n{mark} ")).skip(1).map(|part| part.split_once('\n').unwrap_or((part, ""))).map(|(name, said)| (name, said.trim())).collect();
        let json = |name: &str| parts.get(name).and_then(|said| serde_json::from_str(said).ok()).unwrap_or_default();
        let (containers, images) = (json("containers"), json("images"));
        parts.contains_key("end").then_some(Told { parts, containers, images })
    }

    /// Whether one of these tools is there and does not tell its version, by whatever name it is called.
    pub(super) fn has_silent_tool(&self, tools: &[String]) -> bool {
        let known = |part: &str, command: &str| self.parts.contains_key(format!("{part} {command}").as_str());
        let is_silent = |tool: &Runtime| {
            let has = |part: &str| tool.version_commands().any(|command| known(part, &command));
            has("failed") && !has("tool")
        };
        tools.iter().filter_map(|name| Catalog::get().runtime(name)).any(is_silent)
    }

    /// Hands over what the machine is, and which versions of these tools it has; `now` is the time here, which is
    /// compared where it is known how long the answer took.
    pub(super) fn machine(&self, tools: &[String], now: i64, took: Option<Duration>, at: At, out: &mut Output) {
        for line in self.parts.get("host").copied().unwrap_or_default().lines() {
            if let Some((name, value)) = line.split_once('=').and_then(|(name, value)| property(name, value.trim())) {
                out.push(Reading::new(Kind::Host, name, value, Form::Property, at));
            }
        }
        let clock = self.parts.get("clock").and_then(|said| said.parse::<i64>().ok());
        if let (Some(clock), Some(took)) = (clock, took) {
            self::clock(clock.saturating_sub(now), took, at, out);
        }
        for tool in tools.iter().filter_map(|name| Catalog::get().runtime(name)) {
            let said = tool.version_commands().find_map(|command| self.parts.get(format!("tool {command}").as_str()));
            if let Some(version) = said.and_then(|said| version(said)) {
                out.push(Reading::new(Kind::Runtime, tool.name.as_str(), version, Form::Version(Syntax::Prefix), at).workload(Some("machine")));
            }
        }
    }

    /// The containers that run there, where they were asked for and there is an engine.
    pub(super) fn containers(&self) -> Result<Vec<Container<'_>>, &'static str> {
        const UNASKED: &str = "its container engine does not answer this user";
        if !self.parts.contains_key("containers") {
            return if self.parts.contains_key("unasked") { Err(UNASKED) } else { Ok(Vec::new()) };
        }
        let (Some(all), Some(images)) = (self.containers.as_array(), self.images.as_array()) else { return Err(UNASKED) };
        let image = |container: &Value| {
            let id = image_id(container)?;
            images.iter().find(|image| image.get("Id").and_then(Value::as_str) == Some(id))
        };
        Ok(all.iter().filter_map(|container| Container::of(container, image(container))).collect())
    }
}

/// Hands over how far a clock is off, in seconds, as far as that is known of an answer that took so long.
pub(super) fn clock(offset: i64, took: Duration, at: At, out: &mut Output) {
    out.push(Reading::new(Kind::Host, "clock", step(offset, took), Form::Property, at));
}

/// A property of a machine, with its name. What has not the form of its values is none.
fn property<'v>(name: &str, value: &'v str) -> Option<(&'static str, &'v str)> {
    let sound = !value.is_empty() && value.len() <= 64 && value.chars().all(|c| c.is_ascii_alphanumeric() || " ._-+/:@".contains(c));
    // No limit is none.
    let known = Catalog::get().hosts.iter().find(|property| property.from.as_ref().unwrap_or(&property.name) == name);
    known.filter(|_| sound && !value.starts_with("max")).map(|property| (property.name.as_str(), value))
}

/// How far a clock is from ours. The answer was under way for a while: by as much it may be off.
fn step(offset: i64, took: Duration) -> String {
    let doubt = i64::try_from(took.as_secs()).unwrap_or(i64::MAX).saturating_add(CLOCK);
    match offset {
        _ if offset.saturating_abs() <= doubt => "in step".to_owned(),
        1.. => format!("{offset} s ahead"),
        _ => format!("{} s behind", offset.saturating_neg()),
    }
}

/// The version in what a tool says of itself: the first number that begins a word, with what belongs to it
/// (`go1.22.1`, `v20.11.1`, `"1.8.0_392"`).
fn version(said: &str) -> Option<&str> {
    let words = said.split(|c: char| c.is_whitespace() || "\"'(),".contains(c));
    let mut numbers = words.filter_map(|word| {
        let number = word.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_end_matches('.');
        let sound = number.starts_with(|c: char| c.is_ascii_digit()) && number.len() <= 40 && word.len() - number.len() <= 4;
        (sound && number.chars().all(|c| c.is_ascii_alphanumeric() || ".-_+".contains(c))).then_some(number)
    });
    numbers.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_say_their_version_in_many_ways() {
        for (said, expected) in [
            ("v20.11.1", "20.11.1"),
            ("Python 3.11.7", "3.11.7"),
            ("go version go1.22.1 linux/amd64", "1.22.1"),
            ("openjdk 21 2023-09-19\nOpenJDK Runtime Environment (build 21+35-2513)", "21"),
            ("java version \"1.8.0_392\"", "1.8.0_392"),
            ("ruby 3.2.2 (2023-03-30 revision e51014f9c0) [x86_64-linux]", "3.2.2"),
            ("Terraform v1.7.0\non linux_amd64", "1.7.0"),
            ("PHP 8.2.7 (cli) (built: Jun  9 2023)", "8.2.7"),
            ("\n------------\nGradle 8.5\n------------", "8.5"),
        ] {
            assert_eq!(version(said), Some(expected), "{said}");
        }
        assert_eq!(version("command not found"), None);
    }

    #[test]
    fn an_answer_is_whole_or_none() {
        let said = b"\nM host\narchitecture=x86_64\nlibc=\nmemory.max=max\n\nM clock\n100\n\nM end\n";
        assert!(Told::parse(said, "M").is_some());
        assert!(Told::parse(&said[..40], "M").is_none());
        let tools = ["python".to_owned()];
        let silent = |said: &str| Told::parse(said.as_bytes(), "M").map(|told| told.has_silent_tool(&tools));
        assert_eq!(silent("\nM failed python3 --version\n\nM end\n"), Some(true));
        // What is called otherwise and told it has said enough.
        assert_eq!(silent("\nM tool python3 --version\nPython 3.11.7\n\nM failed python --version\n\nM end\n"), Some(false));
        assert_eq!(silent("\nM end\n"), Some(false));
        assert_eq!(property("libc", ""), None);
        assert_eq!(property("memory.max", "1024"), Some(("memory-limit", "1024")));
        assert_eq!(property("hostname", "x"), None);
        assert_eq!(property("os", "debian\u{1b}[2J"), None);
    }

    #[test]
    fn clocks_are_never_exact() {
        let (short, long) = (Duration::from_millis(300), Duration::from_secs(9));
        assert_eq!([step(1, short), step(-2, short), step(10, long)], ["in step", "in step", "in step"]);
        assert_eq!([step(40, short), step(-40, long)], ["40 s ahead", "40 s behind"]);
    }
}
