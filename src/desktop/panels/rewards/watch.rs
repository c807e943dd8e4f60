//! What was given for what, by day, while the city runs.

use crate::desktop::view::sight::City;
use crate::economy::ledger::Ledger;
use crate::economy::purpose::Purpose;
use crate::sim::units::{Coins, Tick};

/// What coins are given to avatars for, in the order in which it is shown.
pub(super) const GIVEN: [Purpose; 6] = [
    Purpose::LoginReward,
    Purpose::QuestReward,
    Purpose::WatchReward,
    Purpose::BonusReward,
    Purpose::Referral,
    Purpose::CreatorPayout,
];

/// What the panel collects.
#[derive(Debug, Default)]
pub struct RewardsWatch {
    /// Days that began, oldest first, with what had been given until then.
    breaks: Vec<(u32, [Coins; GIVEN.len()])>,
    taken_at: Option<Tick>,
}

impl RewardsWatch {
    /// Collects after the tick that has just run.
    pub(super) fn collect(&mut self, city: &City<'_>) {
        let now = city.now();
        let Some(ran) = now.0.checked_sub(1).map(Tick) else {
            return;
        };
        if self.taken_at == Some(now) {
            return;
        }
        self.taken_at = Some(now);
        if ran.minute_of_day() == 0 {
            let ledger = city.get::<Ledger>();
            // What flowed at midnight to close the old day belongs to it.
            let until = GIVEN.map(|purpose| ledger.flow(purpose).before_today());
            self.breaks.push((ran.day(), until));
        }
    }

    /// Returns what was given on each finished day, oldest first.
    pub(super) fn days(&self) -> Vec<(u32, [f64; GIVEN.len()])> {
        let pairs = self.breaks.windows(2);
        pairs
            .map(|pair| {
                let mut given = [0.0; GIVEN.len()];
                for (i, g) in given.iter_mut().enumerate() {
                    *g = (pair[1].1[i] - pair[0].1[i]).as_f64();
                }
                (pair[0].0, given)
            })
            .collect()
    }
}
