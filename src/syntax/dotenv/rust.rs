//! The dialect of Rust programs is their loader itself, dotenvy, given one logical line at a time.
//!
//! dotenvy fills variables in from the environment of the process first, and the values read here
//! must never depend on where evenkeel runs. So it never sees a `$`: another sign stands for it, which
//! is turned back afterwards. Its errors hold the line they are about and are dropped for that.

use super::line::Assignment;
use super::take::Taken;

/// Stands for `$`: no character that a text may hold (a noncharacter of Unicode's).
const STAND_IN: char = '\u{fdd0}';

/// What dotenvy makes of an assignment; the value still has its variables.
pub(super) fn take(one: &Assignment<'_>) -> Result<String, Taken> {
    let hidden = if one.quote == Some('\'') { one.text.to_owned() } else { one.text.replace("\\$", "$") };
    let line = format!("{}\n", hidden.replace('$', STAND_IN.encode_utf8(&mut [0; 4])));
    match dotenvy::Iter::new(line.as_bytes()).next() {
        Some(Ok((key, value))) if key == one.key => Ok(value.replace(STAND_IN, "$")),
        Some(Ok(_)) => Err(Taken::Elsewhere),
        Some(Err(_)) => Err(Taken::Refused),
        None => Err(Taken::Dropped),
    }
}
