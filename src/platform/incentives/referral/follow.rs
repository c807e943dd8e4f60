//! The promise as it is told, and following newcomers until they have kept their side of it.
//!
//! Days and minutes are part of the promise and are counted of everybody who joined under it, as visits are for a reward for coming
//! back. What a newcomer did beside, which only scores for review are made of, is taken down of those who consent to be known.

use bevy::ecs::prelude::*;

use super::book::ReferralBook;
use crate::economy::settle::ppm;
use crate::events::behavior::{EventKind, ThingKind};
use crate::events::bus::{EventBus, OfferBus, RewardKind};
use crate::events::referral::ReferralTerms;
use crate::platform::config::PlatformRules;
use crate::platform::incentives::config::IncentivesConfig;
use crate::platform::integrity::referral_score::NEAR;
use crate::platform::trace::book::{Traces, Why};
use crate::platform::trace::reach::RewardTrace;
use crate::sim::ids::AvatarId;
use crate::sim::units::Coins;
use crate::society::avatars::profile::{DataPurpose, Profiles};

/// Returns what the rules promise.
#[must_use]
pub fn terms_of(config: &IncentivesConfig) -> ReferralTerms {
    let amount = Coins::from_f64(config.referral);
    ReferralTerms {
        amount,
        to_newcomer: amount.scaled_ppm(ppm(config.referral_newcomer_share)),
        days: config.referral_days,
        minutes: config.referral_minutes,
        cap: config.referral_cap,
    }
}

/// Tells everybody what is promised.
pub fn announce_referrals(rules: Res<PlatformRules>, terms: Option<ResMut<ReferralTerms>>) {
    if let Some(mut terms) = terms {
        *terms = terms_of(&rules.0.incentives);
    }
}

/// Follows who joined by invitation under a promise, from the events of the previous tick.
pub fn follow_referrals(
    rules: Res<PlatformRules>,
    events: Res<EventBus>,
    profiles: Res<Profiles>,
    book: Option<ResMut<ReferralBook>>,
    mut offers: ResMut<OfferBus>,
    mut traces: ResMut<Traces>,
) {
    let Some(mut book) = book else { return };
    let terms = terms_of(&rules.0.incentives);
    if !terms.amount.is_positive() && book.all.is_empty() {
        return;
    }
    let book = &mut *book;
    for e in &events.previous {
        let id = e.avatar;
        let profile = profiles.get(id);
        let consents = profile.consent.allows(DataPurpose::Recommendation);
        if e.kind == EventKind::Arrive {
            let inviter = AvatarId(e.thing.id);
            let is_invited = e.thing.kind == ThingKind::Avatar && terms.amount.is_positive();
            // Nobody under age is paid to bring people along.
            if is_invited && !profiles.get(inviter).is_minor {
                let offer = offers.number();
                let why = RewardTrace {
                    kind: RewardKind::Referral,
                    amount: terms.to_inviter(),
                    base: terms.to_inviter().as_f64(),
                    streak: 0,
                    chance: 1.0,
                };
                traces.record(offer, inviter, e.tick, Why::Reward(why));
                book.open(id, inviter, offer, terms, e.tick);
            }
            continue;
        }
        match e.kind {
            EventKind::SessionStart => {
                book.begin_visit(id, e.tick.day());
                let near = book.all.get(&id).and_then(|r| book.end_of(r.inviter));
                if let Some(r) = book.all.get_mut(&id).filter(|_| consents) {
                    r.seen.visits += 1;
                    r.seen.near += u32::from(near.is_some_and(|end| e.tick.since(end) <= NEAR));
                }
            }
            EventKind::SessionEnd => {
                let minutes = e.dwell_secs / 60;
                if let Some(r) = book.all.get_mut(&id).filter(|_| consents) {
                    r.seen.minutes += minutes;
                }
                book.end_visit(id, minutes);
                if consents {
                    if book.ends.len() <= id.idx() {
                        book.ends.resize(id.idx() + 1, 0);
                    }
                    book.ends[id.idx()] = e.tick.0;
                }
            }
            EventKind::Pass | EventKind::Browse => {
                if let Some(r) = book.all.get_mut(&id).filter(|_| consents) {
                    r.seen.idle += 1;
                }
            }
            EventKind::Consume | EventKind::Play | EventKind::Study | EventKind::Talk => {
                if let Some(r) = book.all.get_mut(&id).filter(|_| consents) {
                    r.seen.uses += 1;
                }
            }
            _ => {}
        }
    }
}
