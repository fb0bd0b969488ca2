//! Work shared between threads, its results in the order of the input. The one place that decides how
//! many threads there are. They are started once: a check shares work some twenty times, most of it for
//! a millisecond or less.

use std::cmp::Ordering;
use std::sync::LazyLock;

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// More threads than this only wait for the disk.
const THREADS: usize = 8;

/// How many items a thread takes at once: few enough that who is done early finds more, for a folder of large files
/// lies together in a listing.
const SHARE: usize = 64;

/// A thread that waits for its own part takes up another one meanwhile, on the same stack.
const STACK: usize = 8 * 1024 * 1024;

/// How many threads work.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |n| n.get().min(THREADS))
}

/// The threads; none where there is one alone, or the system gives no more.
static POOL: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    let threads = Some(threads()).filter(|threads| *threads > 1)?;
    ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build().ok()
});

/// Does two things at a time.
pub(crate) fn both<A: Send, B: Send>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> (A, B) {
    match &*POOL {
        Some(pool) => pool.join(one, other),
        None => (one(), other()),
    }
}

/// Sorts; what is equal keeps its order.
pub(crate) fn sort_by<T: Send>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering + Sync) {
    match &*POOL {
        Some(pool) => pool.install(|| items.par_sort_by(&compare)),
        None => items.sort_by(compare),
    }
}

/// Calls `work` for every item; the results come in the order of the items.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    map_with(items, || (), |(), item| work(item))
}

/// The same, with something that is made for a run of items.
pub(crate) fn map_with<T: Sync, R: Send, S>(items: &[T], make: impl Fn() -> S + Sync, work: impl Fn(&mut S, &T) -> R + Sync) -> Vec<R> {
    match POOL.as_ref().filter(|_| items.len() > 1) {
        Some(pool) => {
            let share = SHARE.min(items.len() / (pool.current_num_threads() * 16)).max(1);
            pool.install(|| items.par_iter().with_max_len(share).map_init(&make, &work).collect())
        }
        None => {
            let mut own = make();
            items.iter().map(|item| work(&mut own, item)).collect()
        }
    }
}
