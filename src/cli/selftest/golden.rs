//! One chained hash of a small city: equal in debug and release, today and tomorrow, here and elsewhere.
//!
//! A city with neighbours as its model is all integers, tables and our own elementary functions. The one with the two-tower
//! model adds the matrix products of a library, which may order its sums by what the processor can do.

use std::collections::BTreeMap;

use super::city;
use crate::cli::CommandError;
use crate::scenario::run::progress::Run;

/// Ticks of a golden run: models are trained three times.
const TICKS: u32 = 240;

/// Seed of a golden run.
const SEED: u64 = 7;

/// Runs the city with a ranking model and returns its chained hash in hexadecimal.
///
/// # Errors
/// [`CommandError`] if it cannot be founded.
pub fn chained(model: &str, threads: usize) -> Result<String, CommandError> {
    let mut run = Run::begin(&city::busy(200, SEED, model)?, threads, None)?;
    for _ in 0..TICKS {
        run.step()?;
    }
    Ok(format!("{:016x}", run.chained))
}

/// Returns the hash of each golden city, by its ranking model.
///
/// # Errors
/// As [`chained`].
pub fn all() -> Result<BTreeMap<&'static str, String>, CommandError> {
    ["item_knn", "two_tower"]
        .into_iter()
        .map(|model| Ok((model, chained(model, 2)?)))
        .collect()
}
