//! Bonuses: whether an avatar comes, or stays longer, for coins that it is offered while it is away.
//!
//! The worth of the coins is what a price of as many would hurt: more for those who look at prices, less for those whose
//! purse is full. Against it stands the trouble: of a visit that was not planned, more the further off the next one is, or
//! of the minutes beyond what was meant. Who would have come in time anyway is not moved, and takes the coins if it stays
//! for long enough.

use std::collections::BTreeMap;

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::agency::makes_own_choices;
use super::avatar::{Avatar, Avatars};
use super::config::{ChoiceConfig, ReactionsConfig};
use super::diurnal::DiurnalCurve;
use super::persuasion::Persuasion;
use super::reach_out::DEAF;
use super::utility::price_cost;
use super::wake::DayCurve;
use crate::events::bus::OfferBus;
use crate::events::offer::Bonus;
use crate::sim::calendar::Calendar;
use crate::sim::ids::{AvatarId, OfferId};
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::{Coins, TICKS_PER_DAY, TICKS_PER_HOUR, Tick};
use crate::society::config::SocietyRules;
use crate::society::referrals::joiners::Referrals;
use crate::society::walk_in::state::WalkIns;

/// Days after which the next visit of somebody who has left for good is reckoned.
const GONE_DAYS: f64 = 60.0;

/// What woke an avatar that came for a bonus.
pub const BY_BONUS: u8 = 4;

/// A bonus that an avatar has in mind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quest {
    /// Which.
    pub offer: OfferId,
    /// For how much.
    pub amount: Coins,
    /// For a visit of how many minutes.
    pub minutes: u32,
    /// By when.
    pub until: Tick,
    /// Whether it comes because of it.
    pub is_moved: bool,
}

/// Who has which bonus in mind.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct Quests {
    open: BTreeMap<AvatarId, Quest>,
}

impl StateHash for Quests {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for (id, q) in &self.open {
            h.u64(u64::from(id.0) << 32 | u64::from(q.until.0));
            h.u64(u64::from(q.minutes) << 1 | u64::from(q.is_moved));
            h.i64(q.amount.micros());
            h.u64(q.offer.0);
        }
        h.finish()
    }
}

impl Quests {
    /// Takes the bonus out of an avatar's mind that it can still earn with a visit beginning now.
    pub fn take(&mut self, id: AvatarId, now: Tick) -> Option<Quest> {
        let quest = self.open.remove(&id)?;
        (now.after(quest.minutes) <= quest.until).then_some(quest)
    }
}

/// Returns what coins are worth to an avatar, against the trouble of earning them, in utility.
#[must_use]
pub fn worth(a: &Avatar, amount: Coins, react: &ReactionsConfig, choice: &ChoiceConfig) -> f64 {
    react.bonus_weight * price_cost(a, amount, choice)
}

/// Trouble of coming when the next visit is planned for `next`.
fn trouble(a: &Avatar, next: Option<Tick>, now: Tick, react: &ReactionsConfig) -> f64 {
    if a.is_farmer {
        return 0.0;
    }
    let days = next.map_or(GONE_DAYS, |at| {
        (f64::from(at.since(now)) / f64::from(TICKS_PER_DAY)).min(GONE_DAYS)
    });
    react.bonus_effort * (1.0 + react.bonus_distance * math::ln(1.0 + days))
}

/// Draws when an avatar comes that has made up its mind: at an hour it likes, in time.
fn hour_to_come(a: &Avatar, bonus: &Bonus, curve: &DiurnalCurve, rng: &mut RngStream) -> Tick {
    let last = bonus.until.0.saturating_sub(bonus.minutes);
    let span = last.saturating_sub(bonus.tick.0 + 1);
    let hours = (span / TICKS_PER_HOUR).max(1);
    let weights: Vec<f64> = (0..hours)
        .map(|h| {
            let local = a.local_hour(bonus.tick.after(h * TICKS_PER_HOUR));
            curve.at(local + 24 - u32::from(a.peak_hour))
        })
        .collect();
    let hour = rng.weighted(&weights).unwrap_or(0) as u32;
    let minute = rng.below(TICKS_PER_HOUR as usize) as u32;
    let at = bonus.tick.0 + 1 + hour * TICKS_PER_HOUR + minute;
    Tick(at.min(last.max(bonus.tick.0 + 1)))
}

/// Reacts to the bonuses of this tick.
pub fn answer_bonuses(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<SocietyRules>,
    curve: Res<DayCurve>,
    offers: Res<OfferBus>,
    walk_ins: Res<WalkIns>,
    referrals: Option<Res<Referrals>>,
    mut quests: ResMut<Quests>,
    mut avatars: ResMut<Avatars>,
    mut calendar: ResMut<Calendar>,
    mut truth: ResMut<Persuasion>,
) {
    if offers.bonuses.is_empty() {
        return;
    }
    let now = clock.now;
    quests.open.retain(|_, q| q.until > now);
    let (react, choice) = (&rules.0.reactions, &rules.0.choice);
    for bonus in &offers.bonuses {
        let id = bonus.avatar;
        let a = avatars.get(id);
        if a.is_awake() {
            continue;
        }
        // Coming for it would be a choice; who makes none lets it lapse.
        if !makes_own_choices(id, &walk_ins, referrals.as_deref()) {
            truth.bonuses_unseen += 1;
            continue;
        }
        let key = u64::from(id.0);
        let mut rng = RngStream::new(seed.0, Purpose::BonusAnswer, key, now.0);
        let deaf = if a.has_left { DEAF } else { 1.0 };
        let notices = rng.chance(react.bonus_notice * deaf) || a.is_farmer;
        if !notices {
            truth.bonuses_unseen += 1;
            continue;
        }
        let next = calendar.next(key as u32);
        let in_time = next.is_some_and(|at| at.after(bonus.minutes) <= bonus.until);
        let gain = worth(a, bonus.amount, react, choice) - trouble(a, next, now, react);
        let is_moved = !in_time && rng.chance(math::sigmoid(gain));
        if is_moved {
            truth.bonuses_moved += 1;
            let at = hour_to_come(a, bonus, &curve.0, &mut rng);
            calendar.schedule(id.0, at);
            let a = avatars.get_mut(id);
            a.woken_by = BY_BONUS;
            a.woken_offer = bonus.offer;
        } else if in_time {
            truth.bonuses_anyway += 1;
        } else {
            truth.bonuses_declined += 1;
            continue;
        }
        let quest = Quest {
            offer: bonus.offer,
            amount: bonus.amount,
            minutes: bonus.minutes,
            until: bonus.until,
            is_moved,
        };
        quests.open.insert(id, quest);
    }
}

/// Decides how long a visit is to last for which a bonus is offered, `minutes` being what was meant without.
///
/// Returns the minutes meant now, and those during which nothing makes the avatar leave.
pub fn minutes_for(
    seed: u64,
    id: AvatarId,
    a: &Avatar,
    quest: &Quest,
    minutes: u32,
    now: Tick,
    react: &ReactionsConfig,
    choice: &ChoiceConfig,
) -> (u32, u32) {
    if a.is_farmer {
        return (quest.minutes, quest.minutes);
    }
    let longer = quest.minutes.saturating_sub(minutes);
    // Who comes for the coins does not leave without them.
    let stays = quest.is_moved || {
        let pain = react.bonus_minute_effort * f64::from(longer);
        let gain = worth(a, quest.amount, react, choice) - pain;
        let key = u64::from(id.0) | 1 << 32;
        RngStream::new(seed, Purpose::BonusAnswer, key, now.0).chance(math::sigmoid(gain))
    };
    if stays {
        (minutes.max(quest.minutes), quest.minutes)
    } else {
        (minutes, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::society::avatars::birth::newcomer;

    fn quest(is_moved: bool) -> Quest {
        Quest {
            offer: OfferId(1),
            amount: Coins::from_whole(4),
            minutes: 10,
            until: Tick(1_440),
            is_moved,
        }
    }

    #[test]
    fn coins_are_worth_less_to_a_full_purse_and_more_trouble_far_from_the_next_visit() {
        let (react, choice) = (ReactionsConfig::BASELINE, ChoiceConfig::BASELINE);
        let mut a = newcomer(1);
        let amount = Coins::from_whole(3);
        let poor = worth(&a, amount, &react, &choice);
        a.purse = Coins::from_whole(200);
        assert!(worth(&a, amount, &react, &choice) < poor);
        let now = Tick(0);
        let near = trouble(&a, Some(Tick(2_000)), now, &react);
        let far = trouble(&a, Some(Tick(20_000)), now, &react);
        assert!(near < far && far < trouble(&a, None, now, &react));
        a.is_farmer = true;
        assert_eq!(trouble(&a, None, now, &react), 0.0);
    }

    #[test]
    fn who_comes_for_the_coins_stays_for_them_and_a_farmer_not_a_minute_longer() {
        let (react, choice) = (ReactionsConfig::BASELINE, ChoiceConfig::BASELINE);
        let mut a = newcomer(1);
        let stay = |a: &Avatar, q: &Quest, minutes| {
            minutes_for(1, AvatarId(1), a, q, minutes, Tick(0), &react, &choice)
        };
        assert_eq!(stay(&a, &quest(true), 3), (10, 10));
        assert_eq!(stay(&a, &quest(true), 25), (25, 10));
        a.is_farmer = true;
        assert_eq!(stay(&a, &quest(false), 25), (10, 10));
    }

    #[test]
    fn a_visit_for_a_bonus_is_in_time() {
        let curve = DiurnalCurve::new(3.0);
        let bonus = Bonus {
            offer: OfferId(1),
            avatar: AvatarId(1),
            tick: Tick(480),
            minutes: 10,
            until: Tick(480 + 1_440),
            amount: Coins::from_whole(1),
        };
        let a = newcomer(1);
        for i in 0..500 {
            let mut rng = RngStream::new(1, Purpose::Test, i, 0);
            let at = hour_to_come(&a, &bonus, &curve, &mut rng);
            assert!(at > bonus.tick && at.after(10) <= bonus.until, "{at}");
        }
        let mut quests = Quests::default();
        quests.open.insert(AvatarId(1), quest(false));
        assert!(quests.take(AvatarId(1), Tick(1_431)).is_none(), "too late");
    }
}
