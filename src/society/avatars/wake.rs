//! Sessions begin: the calendar wakes avatars, newcomers arrive.

use bevy::ecs::prelude::*;

use super::avatar::{Activity, Avatars};
use super::bonus::{Quests, minutes_for};
use super::diurnal::DiurnalCurve;
use super::persuasion::Persuasion;
use super::satisfaction::recover;
use super::session;
use crate::events::behavior::{Event, EventKind, NO_POSITION, NO_SPACE, Surface};
use crate::events::bus::EventBus;
use crate::sim::calendar::Calendar;
use crate::sim::ids::{AvatarId, SessionId};
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::units::{TICKS_PER_DAY, Tick};
use crate::society::config::SocietyRules;
use crate::society::population::Newborn;
use crate::society::referrals::joiners::Referrals;

/// The common curve of a day, for arrivals and returns.
#[derive(Resource, Debug, Clone)]
pub struct DayCurve(pub DiurnalCurve);

/// Hour of the city's clock at which most newcomers arrive.
const ARRIVAL_PEAK: u32 = 20;

/// Lets newcomers arrive: a Poisson process that follows the day. Their first session begins at once.
pub fn welcome_newcomers(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<SocietyRules>,
    curve: Res<DayCurve>,
    mut population: Newborn<'_>,
    mut calendar: ResMut<Calendar>,
    mut events: ResMut<EventBus>,
) {
    let p = &rules.0.population;
    let per_day = p.newcomers_per_1000 * f64::from(p.residents) / 1_000.0;
    let hour = clock.now.hour() + 24 - ARRIVAL_PEAK;
    let mean = per_day / f64::from(TICKS_PER_DAY) * curve.0.at(hour);
    if mean <= 0.0 {
        return;
    }
    let n = RngStream::new(seed.0, Purpose::Arrival, 0, clock.now.0).poisson(mean);
    for _ in 0..n {
        let id = population.bear(seed.0, clock.now, &rules.0);
        events.push(Event::new(clock.now, id, EventKind::Arrive).valued(clock.now.day() as f32));
        calendar.schedule(id.0, clock.now);
    }
}

/// Wakes whoever is due and begins their sessions.
pub fn begin_sessions(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<SocietyRules>,
    mut calendar: ResMut<Calendar>,
    mut avatars: ResMut<Avatars>,
    mut events: ResMut<EventBus>,
    mut quests: ResMut<Quests>,
    mut truth: ResMut<Persuasion>,
    referrals: Option<Res<Referrals>>,
    mut due: Local<Vec<u32>>,
    mut newly: Local<Vec<AvatarId>>,
) {
    due.clear();
    newly.clear();
    calendar.wake(clock.now, &mut due);
    for id in due.iter().map(|id| AvatarId(*id)) {
        if avatars.get(id).is_awake() {
            continue;
        }
        // The second account of somebody comes for as long as it must, and then no more.
        let second = referrals.as_ref().and_then(|r| r.visit_of(id));
        if second == Some(0) {
            continue;
        }
        let number = avatars.n_sessions;
        avatars.n_sessions += 1;
        let a = avatars.get_mut(id);
        let mut rng = RngStream::new(seed.0, Purpose::Session, u64::from(id.0), clock.now.0);
        let minutes = session::intended_minutes(a, &rules.0.sessions, &mut rng);
        let (mut minutes, mut bound) = (minutes, 0);
        if let Some(asked) = second {
            minutes = asked;
        } else if let Some(quest) = quests.take(id, clock.now) {
            let (react, choice) = (&rules.0.reactions, &rules.0.choice);
            let meant = minutes;
            (minutes, bound) = minutes_for(seed.0, id, a, &quest, meant, clock.now, react, choice);
            if !quest.is_moved {
                truth.minutes_longer += u64::from(minutes.saturating_sub(meant));
            }
        }
        recover(a, clock.now, &rules.0.choice);
        let today = clock.now.day();
        a.streak_days = if a.last_day == u32::MAX || a.last_day + 1 < today {
            1
        } else if a.last_day + 1 == today {
            a.streak_days.saturating_add(1)
        } else {
            a.streak_days
        };
        a.last_day = today;
        a.session = SessionId(number);
        a.session_began = clock.now;
        a.session_ends = clock.now.after(minutes);
        a.stays_until = if bound > 0 {
            clock.now.after(bound)
        } else {
            Tick(0)
        };
        a.n_sessions += 1;
        a.activity = Activity::Idle;
        a.busy_until = clock.now;
        a.space = NO_SPACE;
        a.pending = None;
        a.left_home = false;
        a.has_left = false;
        a.ads_seen = 0;
        events.push(
            Event::new(clock.now, id, EventKind::SessionStart)
                .answering(Surface::None, NO_POSITION, a.woken_offer)
                .valued(f32::from(a.woken_by)),
        );
        a.woken_by = 0;
        a.woken_offer = crate::events::behavior::NO_OFFER;
        newly.push(id);
    }
    avatars.wake(&newly);
}
