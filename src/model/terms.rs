//! The terms that a container runs on, each in one way of writing, whoever says it: what it may take of its
//! machine, when it is started again, what its image is made for (Compose Specification, "Specifying byte
//! values", `cpus`, `restart`, `platform`; Docker Engine API, `HostConfig`). No term is a word of its own.

use super::Platform;

/// How much memory it may take.
pub(crate) const MEMORY: &str = "memory-limit";
/// How many processors it may keep busy.
pub(crate) const CPUS: &str = "cpu-limit";
/// How many processes it may have.
pub(crate) const PIDS: &str = "pids-limit";
/// When it is started again.
pub(crate) const RESTART: &str = "restart";
/// What its image is made for.
pub(crate) const PLATFORM: &str = "platform";
/// What is wrong with it.
pub(crate) const STATE: &str = "state";

/// What is declared of it that is started only where somebody asks for it.
pub(crate) const ON_DEMAND: &str = "is started on demand";

/// That there is no such term.
pub(crate) const NONE: &str = "none";

const UNITS: &[(&str, u64)] = &[("t", 1 << 40), ("g", 1 << 30), ("m", 1 << 20), ("k", 1 << 10)];

/// An amount of memory in bytes, in the largest unit that divides it.
pub(crate) fn memory(bytes: u64) -> String {
    if bytes == 0 {
        return NONE.to_owned();
    }
    let unit = UNITS.iter().find(|(_, size)| bytes.is_multiple_of(*size));
    unit.map_or_else(|| format!("{bytes}b"), |(unit, size)| format!("{}{unit}", bytes / size))
}

/// Reads an amount of memory: `512m`, `0.5 GiB`, `536870912`.
pub(crate) fn bytes(text: &str) -> Option<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let end = lower.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(lower.len());
    let (number, unit) = lower.split_at_checked(end)?;
    let size = match unit.trim_start().trim_end_matches('b').trim_end_matches('i') {
        "" => 1,
        unit => UNITS.iter().find(|(known, _)| *known == unit)?.1,
    };
    scaled(number, size)
}

/// What a product may lack for want of exactness; engines cut off what is left behind the point.
const ROUNDING: f64 = 1e-3;

/// A number with a fraction, times a whole one.
fn scaled(number: &str, by: u64) -> Option<u64> {
    let value: f64 = number.parse().ok()?;
    // Beyond this, no whole number is exact, and no machine is as large.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the product is bounded and not negative")]
    let product = Some(value * by as f64).filter(|product| (0.0..9e15).contains(product)).map(|product| (product + ROUNDING) as u64);
    product
}

/// Processors, in billionths of one.
pub(crate) fn cpus(nano: u64) -> String {
    if nano == 0 {
        return NONE.to_owned();
    }
    let text = format!("{}.{:09}", nano / 1_000_000_000, nano % 1_000_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Reads a number of processors: `0.5`, `2`.
pub(crate) fn nano(text: &str) -> Option<u64> {
    scaled(text.trim(), 1_000_000_000)
}

/// A number of processes; none, zero and less are no limit.
pub(crate) fn pids(number: i64) -> String {
    if number > 0 { number.to_string() } else { NONE.to_owned() }
}

/// When it is started again, as Compose calls it: a swarm has words of its own, and how often is left out.
pub(crate) fn restart(text: &str) -> Option<&'static str> {
    Some(match text.split(':').next().unwrap_or(text) {
        "" | "no" | "none" => NONE,
        "always" | "any" => "always",
        "on-failure" => "on-failure",
        "unless-stopped" => "unless-stopped",
        _ => return None,
    })
}

/// Whether what is started again under a policy, as [`restart`] calls it, is to run for good.
pub(crate) fn is_kept(policy: &str) -> bool {
    matches!(policy, "always" | "unless-stopped")
}

/// What an image is made for, without what goes without saying.
pub(crate) fn platform(text: &str) -> Option<String> {
    Platform::try_from(text.to_owned()).ok().map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_amount_is_written_in_one_way() {
        for text in ["512m", "536870912", "0.5g", "512MB", "512 MiB", "524288k", "536870912b"] {
            assert_eq!(bytes(text).map(memory).as_deref(), Some("512m"), "{text}");
        }
        assert_eq!([memory(0), memory(1 << 30), memory(500_000_000)], ["none", "1g", "500000000b"]);
        for wrong in ["", "m", "-1", "1.2.3g", "12x", "1e300", "NaN", "infinity", "9999999999t"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
        assert_eq!(
            [nano("0.50").map(cpus), nano("2").map(cpus), nano("0").map(cpus), nano("x").map(cpus)].map(Option::unwrap_or_default),
            ["0.5", "2", "none", ""]
        );
    }

    #[test]
    fn words_of_compose_and_swarm_mean_the_same() {
        assert_eq!([restart("no"), restart("any"), restart("on-failure:5"), restart("eventually")], [Some(NONE), Some("always"), Some("on-failure"), None]);
        assert_eq!([platform("linux/arm64/v8"), platform("linux/amd64"), platform("amd64")].map(Option::unwrap_or_default), ["linux/arm64", "linux/amd64", ""]);
    }
}
