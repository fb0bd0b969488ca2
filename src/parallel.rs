//! Work shared between threads, its results in the order of the input. The one place that decides how
//! many threads there are.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// More threads than this only wait for the disk.
const THREADS: usize = 8;

/// How many items a thread takes at once.
const SHARE: usize = 64;

/// How many threads work.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |n| n.get().min(THREADS))
}

/// Does one thing while another thread makes ready what is wanted next.
pub(crate) fn beside<R>(ready: impl FnOnce() + Send, work: impl FnOnce() -> R) -> R {
    std::thread::scope(|scope| {
        scope.spawn(ready);
        work()
    })
}

/// Calls `work` for every item; the results come in the order of the items.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    map_with(items, || (), |(), item| work(item))
}

/// The same, with something that each thread makes once and uses for all of its items.
pub(crate) fn map_with<T: Sync, R: Send, S>(items: &[T], make: impl Fn() -> S + Sync, work: impl Fn(&mut S, &T) -> R + Sync) -> Vec<R> {
    if items.len() < 2 || threads() == 1 {
        let mut own = make();
        return items.iter().map(|item| work(&mut own, item)).collect();
    }
    let share = SHARE.min(items.len().div_ceil(threads() * 16)).max(1);
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads() {
            scope.spawn(|| {
                let (mut mine, mut own) = (Vec::new(), make());
                loop {
                    let start = next.fetch_add(share, Ordering::Relaxed);
                    let Some(part) = items.get(start..items.len().min(start.saturating_add(share))).filter(|part| !part.is_empty()) else { break };
                    mine.push((start, part.iter().map(|item| work(&mut own, item)).collect::<Vec<R>>()));
                }
                if let Ok(mut done) = done.lock() {
                    done.extend(mine);
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(start, _)| *start);
    done.into_iter().flat_map(|(_, part)| part).collect()
}
