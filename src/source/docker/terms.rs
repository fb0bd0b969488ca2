//! The terms that a container runs on, and how it is doing (Docker Engine API, `ContainerInspect`: `HostConfig`,
//! `State`; `ImageInspect`).

use serde_json::Value;

use super::container::text;
use crate::model::Platform;
use crate::model::terms::{self, CPUS, MEMORY, NONE, PIDS, PLATFORM, RESTART, STATE};
use crate::read::Output;
use crate::read::started::Process;

/// The time that a quota of processors is of where nobody says so, in microseconds (Linux, CFS).
const PERIOD: u64 = 100_000;

/// What is wrong with a container that does not run: it has ended with an error, or though it is to be started
/// whenever it ends, or was never started. With a task that was done, and with what somebody interrupted who had
/// started it by hand, nothing is.
pub(super) fn ended(container: &Value) -> Option<&'static str> {
    let is_kept = text(container, "/HostConfig/RestartPolicy/Name").is_some_and(terms::is_kept);
    if container.pointer("/State/Running").and_then(Value::as_bool) != Some(false) {
        return None;
    }
    let is_new = matches!(text(container, "/State/Status"), Some("created" | "configured" | "initialized"));
    match container.pointer("/State/ExitCode").and_then(Value::as_i64)? {
        // What signals make of it (128 and their number).
        0 | 130 | 137 | 143 if is_new => Some("was created and never started"),
        0 | 130 | 137 | 143 => Some(if is_kept { "is stopped" } else { NONE }),
        _ => Some("has ended with an error"),
    }
}

/// Hands over the terms of a container. That a swarm starts its tasks again, no container says.
pub(super) fn tell(container: &Value, image: &Value, in_swarm: bool, process: &Process<'_>, out: &mut Output) {
    let at = process.at;
    if let Some(host) = container.get("HostConfig").filter(|host| host.is_object()) {
        let number = |name: &str| host.get(name).and_then(Value::as_i64).unwrap_or(0);
        let amount = |name: &str| u64::try_from(number(name)).unwrap_or(0);
        process.term(MEMORY, &terms::memory(amount("Memory")), at, out);
        let period = Some(amount("CpuPeriod")).filter(|period| *period > 0).unwrap_or(PERIOD);
        let quota = amount("CpuQuota").saturating_mul(1_000_000_000).checked_div(period).unwrap_or(0);
        process.term(CPUS, &terms::cpus(Some(amount("NanoCpus")).filter(|nano| *nano > 0).unwrap_or(quota)), at, out);
        process.term(PIDS, &terms::pids(number("PidsLimit")), at, out);
        if let Some(policy) = terms::restart(text(host, "/RestartPolicy/Name").unwrap_or("")).filter(|_| !in_swarm) {
            process.term(RESTART, policy, at, out);
        }
    }
    let of = |pointer: &str| text(image, pointer).unwrap_or("");
    if let Some(platform) = Platform::of(of("/Os"), of("/Architecture"), of("/Variant")) {
        process.term(PLATFORM, &String::from(platform), at, out);
    }
    let is = |pointer: &str| container.pointer(pointer).and_then(Value::as_bool) == Some(true);
    let state = match text(container, "/State/Health/Status") {
        _ if is("/State/Restarting") => "keeps restarting",
        _ if is("/State/Paused") => "is paused",
        Some("unhealthy") => "is unhealthy",
        _ => NONE,
    };
    // A machine of a swarm knows of some services only: what runs on it tells nothing of those that do not.
    if !in_swarm || state != NONE {
        process.term(STATE, state, at, out);
    }
}
