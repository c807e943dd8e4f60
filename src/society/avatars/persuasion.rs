//! What offers truly changed: who would have come without them, as nobody but the lab can know.
//!
//! An avatar whose next visit is planned within a day would have come anyway; everybody else who comes has been moved.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::sim::units::{TICKS_PER_DAY, Tick};

/// Counts of what offers changed.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Persuasion {
    /// Pushes opened by avatars that would have come within a day anyway.
    pub pushes_anyway: u64,
    /// Pushes opened by avatars that would not have come within a day.
    pub pushes_moved: u64,
    /// Bonuses offered to avatars that took no notice.
    pub bonuses_unseen: u64,
    /// Bonuses offered to avatars that would have come in time anyway.
    pub bonuses_anyway: u64,
    /// Bonuses that made somebody come.
    pub bonuses_moved: u64,
    /// Bonuses that were seen and not worth the trouble.
    pub bonuses_declined: u64,
    /// Minutes that avatars who had come anyway meant to stay longer for a bonus.
    pub minutes_longer: u64,
}

/// Says whether a visit planned for `next` is one within a day of `now`.
#[must_use]
pub fn comes_anyway(next: Option<Tick>, now: Tick) -> bool {
    next.is_some_and(|at| at.since(now) <= TICKS_PER_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_within_a_day_would_have_happened_anyway() {
        let now = Tick(500);
        assert!(comes_anyway(Some(Tick(500 + TICKS_PER_DAY)), now));
        assert!(!comes_anyway(Some(Tick(501 + TICKS_PER_DAY)), now));
        assert!(!comes_anyway(None, now), "it has left for good");
    }
}
