//! The worker threads that systems share, and how work is cut so that threads cannot change results.

use bevy::ecs::prelude::Resource;
use rayon::prelude::*;

/// A pool of worker threads.
#[derive(Resource)]
pub struct Workers {
    pool: rayon::ThreadPool,
    serial_below: usize,
    chunk: usize,
}

/// Items below which a loop stays on one thread: waking workers would cost more than it saves.
const SERIAL_BELOW: usize = 128;

/// Items handed to a worker at once.
const CHUNK: usize = 64;

impl Workers {
    /// Starts `threads` workers (0: one per core).
    ///
    /// # Errors
    /// If the system refuses to start threads.
    pub fn new(threads: usize) -> Result<Self, rayon::ThreadPoolBuildError> {
        Ok(Self {
            pool: rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()?,
            serial_below: SERIAL_BELOW,
            chunk: CHUNK,
        })
    }

    /// Starts `threads` workers that share even the smallest loop item by item: slow, but a small city then takes every
    /// parallel path a large one takes, which is what tests of determinism want.
    ///
    /// # Errors
    /// As [`Workers::new`].
    pub fn eager(threads: usize) -> Result<Self, rayon::ThreadPoolBuildError> {
        Ok(Self {
            serial_below: 2,
            chunk: 1,
            ..Self::new(threads)?
        })
    }

    /// Returns how many workers there are.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.pool.current_num_threads()
    }

    /// Maps `items` to results in the same order, whatever the number of threads.
    pub fn map<I: Sync, O: Send>(&self, items: &[I], f: impl Fn(&I) -> O + Sync + Send) -> Vec<O> {
        if items.len() < self.serial_below || self.threads() == 1 {
            return items.iter().map(f).collect();
        }
        self.pool
            .install(|| items.par_iter().with_min_len(self.chunk).map(f).collect())
    }

    /// Runs `f` inside the pool, so that libraries use these threads and no others.
    pub fn install<R: Send>(&self, f: impl FnOnce() -> R + Send) -> R {
        self.pool.install(f)
    }
}
