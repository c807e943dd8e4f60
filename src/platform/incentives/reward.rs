//! Rewards: for coming back, for quests, for games won, for watching.

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::events::behavior::EventKind;
use crate::events::bus::{EventBus, OfferBus, Reward, RewardKind};
use crate::platform::config::PlatformRules;
use crate::platform::trace::book::{Traces, Why};
use crate::platform::trace::reach::RewardTrace;
use crate::sim::ids::AvatarId;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};
use crate::sim::units::Coins;
use crate::society::avatars::profile::Profiles;

/// Never seen.
const NEVER: u32 = u32::MAX;

/// Longest streak that still adds to the reward, in days.
const LONGEST_STREAK: u16 = 7;

/// What an avatar has done towards its rewards.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Progress {
    last_day: u32,
    streak: u16,
    actions: u16,
    quest_day: u32,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            last_day: NEVER,
            streak: 0,
            actions: 0,
            quest_day: NEVER,
        }
    }
}

impl RowHash for Progress {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u64(u64::from(self.last_day) << 32 | u64::from(self.quest_day));
        h.u64(u64::from(self.streak) << 16 | u64::from(self.actions));
    }
}

/// Everybody's progress.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct RewardBook {
    table: Table<Progress>,
    /// Coins granted so far, before the central bank's factor.
    pub granted: f64,
}

impl RewardBook {
    /// Counts avatars by the streak they are on: those that came today or yesterday, for one day in a row, two, and so on; the
    /// last count is of all that came for a week or longer.
    #[must_use]
    pub fn streaks(&self, today: u32) -> [u64; LONGEST_STREAK as usize] {
        let mut counts = [0; LONGEST_STREAK as usize];
        for p in self.table.rows() {
            let goes_on = p.last_day != NEVER && p.last_day + 1 >= today;
            if goes_on && p.streak > 0 {
                counts[usize::from(p.streak.min(LONGEST_STREAK)) - 1] += 1;
            }
        }
        counts
    }
}

impl StateHash for RewardBook {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.table.digest());
        h.f64(self.granted);
        h.finish()
    }
}

/// How an amount comes about.
#[derive(Clone, Copy)]
struct Rule {
    base: f64,
    streak: u16,
    chance: f64,
}

impl Rule {
    /// So many coins, for sure and without a bonus.
    const fn due(base: f64) -> Self {
        Self {
            base,
            streak: 0,
            chance: 1.0,
        }
    }
}

/// Grants what the events of the previous tick have earned.
pub fn grant_rewards(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<PlatformRules>,
    profiles: Res<Profiles>,
    events: Res<EventBus>,
    mut book: ResMut<RewardBook>,
    mut offers: ResMut<OfferBus>,
    mut traces: ResMut<Traces>,
) {
    let config = &rules.0.incentives;
    while book.table.len() < profiles.table.len() {
        book.table.push(Progress::default());
    }
    let book = &mut *book;
    let mut give = |avatar: AvatarId, coins: f64, kind, rule: Rule| {
        if coins > 0.0 {
            let offer = offers.number();
            book.granted += coins;
            let amount = Coins::from_f64(coins);
            let why = RewardTrace {
                kind,
                amount,
                base: rule.base,
                streak: rule.streak,
                chance: rule.chance,
            };
            traces.record(offer, avatar, clock.now, Why::Reward(why));
            offers.rewards.push(Reward {
                offer,
                avatar,
                amount,
                kind,
            });
        }
    };
    let today = clock.now.day();
    for e in &events.previous {
        match e.kind {
            EventKind::SessionStart if config.login => {
                let p = book.table.row_mut(e.avatar.idx());
                if p.last_day == today {
                    continue;
                }
                p.streak = if p.last_day != NEVER && p.last_day + 1 == today {
                    p.streak.saturating_add(1)
                } else {
                    1
                };
                p.last_day = today;
                let days = f64::from(p.streak.min(LONGEST_STREAK) - 1);
                let coins = config.login_reward * (1.0 + config.streak_bonus * days);
                let rule = Rule {
                    streak: p.streak.min(LONGEST_STREAK),
                    ..Rule::due(config.login_reward)
                };
                give(e.avatar, coins, RewardKind::Login, rule);
            }
            EventKind::Consume | EventKind::Play | EventKind::Talk | EventKind::Study
                if config.quests =>
            {
                let p = book.table.row_mut(e.avatar.idx());
                if p.quest_day == today {
                    continue;
                }
                p.actions += 1;
                if u32::from(p.actions) >= config.quest_length {
                    p.actions = 0;
                    p.quest_day = today;
                    let rule = Rule::due(config.quest_reward);
                    give(e.avatar, config.quest_reward, RewardKind::Quest, rule);
                }
            }
            _ => {}
        }
        if e.kind == EventKind::Play && e.value > 0.5 && config.drops {
            let key = u64::from(e.avatar.0);
            let mut rng = RngStream::new(seed.0, Purpose::Reward, key, clock.now.0);
            if rng.chance(config.drop_rate) {
                let rule = Rule {
                    chance: config.drop_rate,
                    ..Rule::due(config.drop_value)
                };
                give(e.avatar, config.drop_value, RewardKind::Drop, rule);
            }
        }
        if e.kind == EventKind::AdClick && e.value > 0.5 {
            let rule = Rule::due(config.watch_reward);
            give(e.avatar, config.watch_reward, RewardKind::Watching, rule);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_streak_goes_on_until_a_day_is_left_out() {
        let mut book = RewardBook::default();
        assert_eq!(book.streaks(0), [0; 7]);
        for (last_day, streak) in [(NEVER, 0), (5, 1), (4, 3), (3, 9), (5, 12)] {
            book.table.push(Progress {
                last_day,
                streak,
                ..Progress::default()
            });
        }
        // On day 5 the one that last came on day 3 has broken its streak.
        assert_eq!(book.streaks(5), [1, 0, 1, 0, 0, 0, 1]);
    }
}
