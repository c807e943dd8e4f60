//! What is due is looked at once, when there are coins for it, then held, refused or paid: in the order in which it came due, within
//! the budget.
//!
//! A hold is one of [`holds`](crate::platform::integrity::holds): it lasts as long, ends by itself, and what was held is then judged
//! anew, by all that was seen until then. Somebody who goes on coming, uses things and knows people is paid; whoever looks as
//! before is refused. Nobody is held who does not consent to be known: nothing was seen of it.

use bevy::ecs::prelude::*;

use super::book::{Referral, ReferralBook, Stage};
use crate::events::bus::{OfferBus, Reward, RewardKind};
use crate::platform::config::{PlatformConfig, PlatformRules};
use crate::platform::integrity::referral_score::{Parts, Seen};
use crate::sim::ids::AvatarId;
use crate::sim::schedule::SimClock;
use crate::sim::units::{Coins, TICKS_PER_DAY, Tick};
use crate::society::avatars::profile::{DataPurpose, Profiles};
use crate::society::ties::graph::SocialGraph;

/// Holds, refuses or pays what is due.
pub fn pay_referrals(
    clock: Res<SimClock>,
    rules: Res<PlatformRules>,
    profiles: Res<Profiles>,
    graph: Res<SocialGraph>,
    book: Option<ResMut<ReferralBook>>,
    mut offers: ResMut<OfferBus>,
) {
    let Some(mut book) = book else { return };
    let n_avatars = profiles.table.len();
    let score = |book: &ReferralBook, id: AvatarId| score(book, id, &profiles, &graph);
    for reward in settle(&mut book, clock.now, &rules.0, n_avatars, score) {
        offers.rewards.push(reward);
    }
}

/// Returns how much a newcomer looks like a second account; `None` if it does not consent to be known.
fn score(
    book: &ReferralBook,
    id: AvatarId,
    profiles: &Profiles,
    graph: &SocialGraph,
) -> Option<f64> {
    let known = |id: AvatarId| profiles.get(id).consent.allows(DataPurpose::Recommendation);
    let r = book.all.get(id).filter(|_| known(id))?;
    let inviter = book.inviters.get(r.inviter);
    let others: Vec<Seen> = inviter
        .iter()
        .flat_map(|i| &i.newcomers)
        .filter(|o| **o != id && known(**o))
        .filter_map(|o| book.all.get(*o).map(|r| r.seen))
        .collect();
    Some(Parts::of(&r.seen, &others, graph.of(id).len()).score())
}

/// Decides about everything that is due or has been held for long enough, and returns what is to be paid.
pub(super) fn settle(
    book: &mut ReferralBook,
    now: Tick,
    rules: &PlatformConfig,
    n_avatars: usize,
    score: impl Fn(&ReferralBook, AvatarId) -> Option<f64>,
) -> Vec<Reward> {
    let mut rewards = Vec::new();
    release(book, now, rules, &score);
    if now.minute_of_day() == 0 {
        save(book, rules, n_avatars);
    }
    while let Some(id) = book.due.front().copied() {
        if let Some(r) = book.all.get(id).copied() {
            let (stage, held_by) = decide(book, id, &r, now, rules, &score);
            match stage {
                // Nobody is served before who came first, however small the bonus.
                Stage::Due => break,
                Stage::Held { .. } => book.held.push(id),
                Stage::Paid { .. } => pay(book, id, &r, &mut rewards),
                Stage::Open | Stage::Capped | Stage::Refused => {}
            }
            if let Some(r) = book.all.get_mut(id) {
                (r.stage, r.held_by) = (stage, held_by);
            }
        }
        book.due.pop_front();
    }
    rewards
}

/// Adds the coins of a day to those that may be spent; no more is kept than those of two days, or than one bonus takes.
fn save(book: &mut ReferralBook, rules: &PlatformConfig, n_avatars: usize) {
    let config = &rules.incentives;
    let today = config.referral_budget_per_1000 * n_avatars as f64 / 1_000.0;
    // A budget of less than half a bonus a day pays one now and then.
    let most = Coins::from_f64((2.0 * today).max(config.referral));
    // What was promised when somebody joined may be more than what is promised now, and all others wait behind it.
    let first = book.due.front().and_then(|id| book.all.get(*id));
    let most = first.map_or(most, |r| most.max(r.terms.amount));
    book.spendable = Coins::from_f64(book.spendable.as_f64() + today).min(most);
}

/// Judges anew what has been held for long enough.
fn release(
    book: &mut ReferralBook,
    now: Tick,
    rules: &PlatformConfig,
    score: impl Fn(&ReferralBook, AvatarId) -> Option<f64>,
) {
    let threshold = rules.integrity.referral_threshold;
    let mut held = std::mem::take(&mut book.held);
    held.retain(|id| {
        let stage = book.all.get(*id).map(|r| r.stage);
        let Some(Stage::Held { until }) = stage else {
            return false;
        };
        if until > now {
            return true;
        }
        let is_as_before = threshold > 0.0 && score(book, *id).is_some_and(|s| s >= threshold);
        if let Some(r) = book.all.get_mut(*id) {
            r.stage = if is_as_before {
                Stage::Refused
            } else {
                Stage::Due
            };
        }
        if !is_as_before {
            book.due.push_back(*id);
        }
        false
    });
    book.held = held;
}

/// Decides about what is due, and returns also the score by which it is or was held.
fn decide(
    book: &ReferralBook,
    id: AvatarId,
    r: &Referral,
    now: Tick,
    rules: &PlatformConfig,
    score: impl Fn(&ReferralBook, AvatarId) -> Option<f64>,
) -> (Stage, Option<f64>) {
    if book.n_paid(r.inviter) >= r.terms.cap {
        return (Stage::Capped, r.held_by);
    }
    // What only waits for coins is not looked at until they are there: it would be looked at again and again.
    if r.terms.amount > book.spendable {
        return (Stage::Due, r.held_by);
    }
    let threshold = rules.integrity.referral_threshold;
    if threshold > 0.0
        && r.held_by.is_none()
        && let Some(score) = score(book, id).filter(|s| *s >= threshold)
    {
        let days = rules.integrity.hold_days;
        let ticks = (days * f64::from(TICKS_PER_DAY)).round().max(1.0) as u32;
        let until = now.after(ticks);
        return (Stage::Held { until }, Some(score));
    }
    (Stage::Paid { at: now }, r.held_by)
}

/// Pays both sides; what they get together is the amount, to the micro-coin.
fn pay(book: &mut ReferralBook, id: AvatarId, r: &Referral, rewards: &mut Vec<Reward>) {
    book.spendable -= r.terms.amount;
    book.inviters.row_mut(r.inviter).n_paid += 1;
    let inviter = (r.inviter, r.terms.to_inviter(), RewardKind::Referral);
    let newcomer = (id, r.terms.to_newcomer, RewardKind::Welcome);
    for (avatar, amount, kind) in [inviter, newcomer] {
        // The inviter is told even where all of it goes to the newcomer.
        if amount.is_positive() || kind == RewardKind::Referral {
            rewards.push(Reward {
                offer: r.offer,
                avatar,
                amount,
                kind,
            });
        }
    }
}
