//! The promise as it is told, and following newcomers until they have kept their side of it.
//!
//! Days and minutes are part of the promise and are counted of everybody who joined under it, as visits are for a reward for coming
//! back. What a newcomer did beside, which only scores for review are made of, is taken down of those who consent to be known.
//! When visits end is taken down of who has invited somebody, and consents; when the first of its newcomers joins, that is when it was
//! seen last.

use bevy::ecs::prelude::*;

use super::book::ReferralBook;
use crate::economy::settle::ppm;
use crate::events::behavior::{EventKind, ThingKind};
use crate::events::bus::{EventBus, OfferBus, RewardKind};
use crate::events::referral::ReferralTerms;
use crate::platform::config::PlatformRules;
use crate::platform::incentives::config::IncentivesConfig;
use crate::platform::integrity::referral_score::NEAR;
use crate::platform::privacy::observation::Observations;
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
    observations: Res<Observations>,
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
    let consents = |id| {
        let consent = profiles.get(id).consent;
        consent.allows(DataPurpose::Recommendation)
    };
    // Most events are of somebody who neither invited nor was invited: profiles are asked last.
    for e in &events.previous {
        let id = e.avatar;
        match e.kind {
            EventKind::Arrive => {
                let inviter = AvatarId(e.thing.id);
                let is_invited = e.thing.kind == ThingKind::Avatar && terms.amount.is_positive();
                // Nobody under age is paid to bring people along.
                if !is_invited || profiles.get(inviter).is_minor {
                    continue;
                }
                let offer = offers.number();
                let why = RewardTrace {
                    kind: RewardKind::Referral,
                    amount: terms.to_inviter(),
                    base: terms.to_inviter().as_f64(),
                    streak: 0,
                    chance: 1.0,
                };
                traces.record(offer, inviter, e.tick, Why::Reward(why));
                let is_first = !book.inviters.contains(inviter);
                book.open(id, inviter, offer, terms, e.tick);
                if is_first && consents(inviter) {
                    let seen = observations.table.rows().get(inviter.idx());
                    let left = seen.map(|o| o.last_seen).filter(|at| at.0 > 0);
                    book.inviters.row_mut(inviter).left = left;
                }
            }
            EventKind::SessionStart => {
                if let Some((seen, left)) = book.begin_visit(id, e.tick.day())
                    && consents(id)
                {
                    seen.visits += 1;
                    seen.near += u32::from(left.is_some_and(|at| e.tick.since(at) <= NEAR));
                }
            }
            EventKind::SessionEnd => {
                let minutes = e.dwell_secs / 60;
                if let Some(seen) = book.end_visit(id, minutes)
                    && consents(id)
                {
                    seen.minutes += minutes;
                }
                if let Some(inviter) = book.inviters.get_mut(id)
                    && consents(id)
                {
                    inviter.left = Some(e.tick);
                }
            }
            EventKind::Pass | EventKind::Browse => {
                if let Some(r) = book.all.get_mut(id)
                    && consents(id)
                {
                    r.seen.idle += 1;
                }
            }
            EventKind::Consume | EventKind::Play | EventKind::Study | EventKind::Talk => {
                if let Some(r) = book.all.get_mut(id)
                    && consents(id)
                {
                    r.seen.uses += 1;
                }
            }
            _ => {}
        }
    }
}
