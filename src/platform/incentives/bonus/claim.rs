//! Following visits, and paying for those that lasted.

use bevy::ecs::prelude::*;

use super::book::{AWAY, BonusBook};
use crate::events::behavior::EventKind;
use crate::events::bus::{EventBus, OfferBus, Reward, RewardKind};
use crate::platform::config::PlatformRules;
use crate::platform::incentives::config::RewardArm;
use crate::platform::trace::book::{Traces, Why};
use crate::platform::trace::reach::RewardTrace;
use crate::sim::ids::AvatarId;
use crate::sim::schedule::SimClock;
use crate::sim::units::Tick;
use crate::society::avatars::profile::{DataPurpose, Profiles};

/// Follows visits and payments, from the events of the previous tick.
pub fn follow_visits(
    rules: Res<PlatformRules>,
    events: Res<EventBus>,
    profiles: Res<Profiles>,
    mut book: ResMut<BonusBook>,
) {
    let book = &mut *book;
    if rules.0.bonus.offer.arm == RewardArm::None {
        if book.opened.is_some() || !book.visiting.is_empty() {
            book.drop_day();
        }
        return;
    }
    book.grow(profiles.table.len());
    for e in &events.previous {
        let consents = profiles
            .get(e.avatar)
            .consent
            .allows(DataPurpose::Recommendation);
        if !consents {
            continue;
        }
        match e.kind {
            EventKind::SessionStart => {
                let a = book.accounts.row_mut(e.avatar.idx());
                a.since = e.tick.0;
                if a.given.is_some_and(|g| g.is_sent && !g.is_earned) {
                    book.visiting.insert(e.avatar);
                }
            }
            EventKind::SessionEnd => {
                let opened = book.opened;
                let a = book.accounts.row_mut(e.avatar.idx());
                let from = Tick(a.since).max(opened.unwrap_or_default());
                if a.since != AWAY {
                    a.minutes += e.tick.since(from);
                }
                a.since = AWAY;
                // It may have stayed just long enough and left in the same minute.
                if a.given.is_some_and(|g| e.dwell_secs < g.minutes * 60) {
                    book.visiting.remove(&e.avatar);
                }
            }
            _ => {}
        }
    }
}

/// Pays bonuses to those whose visit has lasted for long enough.
pub fn pay_bonuses(
    clock: Res<SimClock>,
    rules: Res<PlatformRules>,
    mut book: ResMut<BonusBook>,
    mut offers: ResMut<OfferBus>,
    mut traces: ResMut<Traces>,
) {
    let config = &rules.0.bonus.offer;
    if config.arm == RewardArm::None || book.visiting.is_empty() {
        return;
    }
    let book = &mut *book;
    let accounts = &mut book.accounts;
    book.visiting.retain(|id: &AvatarId| {
        let a = accounts.row(id.idx());
        let has_left = a.since == AWAY;
        let asked = a.given.map_or(config.minutes, |g| g.minutes);
        if !has_left && clock.now.since(Tick(a.since)) < asked {
            return true;
        }
        let a = accounts.row_mut(id.idx());
        let Some(g) = a.given.as_mut().filter(|g| !g.is_earned) else {
            return false;
        };
        g.is_earned = true;
        traces.record(
            g.offer,
            *id,
            clock.now,
            Why::Reward(RewardTrace {
                kind: RewardKind::Bonus,
                amount: g.amount,
                base: g.amount.as_f64(),
                streak: 0,
                chance: g.propensity,
            }),
        );
        offers.rewards.push(Reward {
            offer: g.offer,
            avatar: *id,
            amount: g.amount,
            kind: RewardKind::Bonus,
        });
        false
    });
}
