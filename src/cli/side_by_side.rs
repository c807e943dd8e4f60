//! Whole cities side by side, each on a thread of its own.
//!
//! Not on a pool of workers: a city waits for its own workers, and a worker of a pool that waits begins the next task on top of
//! the one it is in, city upon city, until its stack is full.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Does tasks `0..n`, `threads` at a time (0: one per core), and returns what came of each, in order.
///
/// # Errors
/// That of the first task that failed; no further task is begun after one has.
pub(super) fn side_by_side<T: Send, E: Send>(
    n: usize,
    threads: usize,
    task: impl Fn(usize) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let n_threads = match threads {
        0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
        n => n,
    }
    .min(n);
    let next = AtomicUsize::new(0);
    let has_failed = AtomicBool::new(false);
    let work = || {
        let mut done = Vec::new();
        while !has_failed.load(Ordering::Relaxed) {
            let i = next.fetch_add(1, Ordering::Relaxed);
            if i >= n {
                break;
            }
            let outcome = task(i);
            has_failed.fetch_or(outcome.is_err(), Ordering::Relaxed);
            done.push((i, outcome));
        }
        done
    };
    let mut outcomes: Vec<(usize, Result<T, E>)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..n_threads).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .flat_map(|t| t.join().unwrap_or_else(|p| std::panic::resume_unwind(p)))
            .collect()
    });
    outcomes.sort_by_key(|(i, _)| *i);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_the_first_failure_counts() {
        let double = |i| Ok::<_, usize>(2 * i);
        assert_eq!(side_by_side(5, 3, double), Ok(vec![0, 2, 4, 6, 8]));
        assert_eq!(side_by_side(0, 3, double), Ok(vec![]));
        let fails = |i| if i == 3 { Err(i) } else { Ok(i) };
        assert_eq!(side_by_side(9, 2, fails), Err(3));
    }
}
