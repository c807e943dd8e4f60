//! What is promised for inviting somebody to join, as anybody in the city may read it.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::Coins;

/// The promise: coins for each newcomer who stays, up to a number of them.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ReferralTerms {
    /// Coins for both together; zero where nothing is promised.
    pub amount: Coins,
    /// Of these, for the newcomer.
    pub to_newcomer: Coins,
    /// Days on which the newcomer must have come.
    pub days: u32,
    /// Minutes it must have stayed, over all of its visits.
    pub minutes: u32,
    /// Newcomers for whom one avatar is paid, at most.
    pub cap: u32,
}

impl ReferralTerms {
    /// Returns what who invited gets; with what the newcomer gets it is the amount, to the micro-coin.
    #[must_use]
    pub fn to_inviter(&self) -> Coins {
        self.amount - self.to_newcomer
    }

    /// Says whether a newcomer that came on so many days, for so many minutes together, has stayed.
    #[must_use]
    pub const fn are_met(&self, days: u32, minutes: u32) -> bool {
        days >= self.days && minutes >= self.minutes
    }
}

impl StateHash for ReferralTerms {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.i64(self.amount.micros());
        h.i64(self.to_newcomer.micros());
        h.u64(u64::from(self.days) << 32 | u64::from(self.minutes));
        h.u32(self.cap);
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_condition_is_met_at_its_boundary_and_not_before() {
        let terms = ReferralTerms {
            amount: Coins::from_micros(3_000_001),
            to_newcomer: Coins::from_micros(1_000_000),
            days: 3,
            minutes: 10,
            cap: 5,
        };
        assert!(terms.are_met(3, 10) && terms.are_met(4, 11));
        assert!(!terms.are_met(2, 500) && !terms.are_met(30, 9));
        assert_eq!(terms.to_inviter() + terms.to_newcomer, terms.amount);
    }
}
