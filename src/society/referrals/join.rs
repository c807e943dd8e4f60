//! Visits end, friends are asked, second accounts are opened, and newcomers arrive by invitation.
//!
//! Runs in [`SimSystems::Wake`](crate::sim::schedule::SimSystems), between those who arrive by themselves and those who wake: what
//! ended in the previous tick is what it looks at.

use bevy::ecs::prelude::*;

use super::asking;
use super::joiners::{How, Joined, Referrals};
use super::second::{gain, would};
use crate::events::behavior::{Event, EventKind, ThingKind};
use crate::events::bus::EventBus;
use crate::events::referral::ReferralTerms;
use crate::sim::calendar::Calendar;
use crate::sim::ids::AvatarId;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::units::{TICKS_PER_DAY, Tick};
use crate::society::config::{SocietyConfig, SocietyRules};
use crate::society::population::Newborn;

/// Decides after each visit whom it brings along, and lets those arrive whose time has come.
pub fn join_by_invitation(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<SocietyRules>,
    terms: Option<Res<ReferralTerms>>,
    referrals: Option<ResMut<Referrals>>,
    mut population: Newborn<'_>,
    mut calendar: ResMut<Calendar>,
    mut events: ResMut<EventBus>,
) {
    let (Some(terms), Some(mut referrals)) = (terms, referrals) else {
        return;
    };
    let (now, rules) = (clock.now, &rules.0);
    for e in &events.previous {
        if e.kind != EventKind::SessionEnd {
            continue;
        }
        if referrals.is_second(e.avatar) {
            let minutes = e.dwell_secs / 60;
            let began = Tick(e.tick.0.saturating_sub(minutes));
            referrals.end_visit(e.avatar, began.day(), minutes, now);
            // When it comes is its owner's to decide.
            calendar.cancel(e.avatar.0);
            continue;
        }
        // Its owner has just left, and comes again under another name.
        for second in referrals.to_visit(e.avatar, now.day()) {
            calendar.schedule(second.0, now);
        }
        bring_along(
            e.avatar,
            now,
            seed.0,
            rules,
            &terms,
            &population,
            &mut referrals,
        );
    }
    for joined in referrals.arrive(now) {
        let id = population.bear(seed.0, now, rules);
        let Joined { by, how } = joined;
        if how == How::Second {
            population.silence(id);
        } else {
            let mut rng = RngStream::new(seed.0, Purpose::WordOfMouth, u64::from(id.0), u32::MAX);
            if rng.chance(rules.referrals.tie_share) {
                population.befriend(id, by, rules.ties.max_ties);
            }
        }
        referrals.join(id, joined, *terms);
        events.push(
            Event::new(now, id, EventKind::Arrive)
                .thing(ThingKind::Avatar, by.0)
                .valued(now.day() as f32),
        );
        calendar.schedule(id.0, now);
    }
}

/// Decides whom an avatar whose visit has just ended brings along: a friend, a second account of its own, both or nobody.
fn bring_along(
    id: AvatarId,
    now: Tick,
    seed: u64,
    rules: &SocietyConfig,
    terms: &ReferralTerms,
    population: &Newborn<'_>,
    referrals: &mut Referrals,
) {
    let (config, react, choice) = (&rules.referrals, &rules.reactions, &rules.choice);
    let a = population.avatar(id);
    let is_paid = !a.is_minor && referrals.n_paid(id) < terms.cap;
    if config.word_of_mouth > 0.0 {
        let mut rng = RngStream::new(seed, Purpose::WordOfMouth, u64::from(id.0), now.0);
        let how = asking::draw(a, terms, is_paid, config, react, choice, &mut rng);
        if let Some(how) = how {
            let days = rng.exponential(config.join_days.max(1e-9));
            let wait = (days * f64::from(TICKS_PER_DAY)) as u32;
            referrals.expect(now.after(wait), Joined { by: id, how });
        }
    }
    let may = is_paid
        && would(seed, id, config)
        && !referrals.is_busy(id)
        && referrals.n_accounts(id) < terms.cap;
    if may && gain(a, terms, referrals.believed(id, now), config, react, choice) > 0.0 {
        let how = How::Second;
        referrals.expect(now, Joined { by: id, how });
    }
}
