//! Invitations: friends of those who come, and everybody in the city for live events.

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::events::behavior::{Event, EventKind};
use crate::events::bus::{EventBus, OfferBus};
use crate::events::offer::Invitation;
use crate::platform::config::PlatformRules;
use crate::platform::engage::config::{EngageConfig, LiveEventPolicy};
use crate::platform::engage::live_hour::{Gathered, draw_of};
use crate::platform::privacy::observation::Observations;
use crate::platform::trace::book::{Traces, Why};
use crate::platform::trace::reach::{InvitationTrace, Rule};
use crate::sim::ids::{AvatarId, SpaceId};
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::state_hash::{RowHash, StateHash, StateHasher};
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR, Tick};
use crate::society::avatars::profile::Profiles;
use crate::society::spaces::space::{SpaceKind, Spaces};
use crate::society::ties::graph::SocialGraph;

/// Friends looked at for an invitation.
const LOOKED_AT: u8 = 5;

/// Who was invited last when, who is in the city, and how many invitations there were.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct InvitePlan {
    last: Vec<u32>,
    present: std::collections::BTreeMap<AvatarId, SpaceId>,
    gathered: Gathered,
    hour_today: u32,
    /// Invitations by friends sent so far.
    pub n_by_friends: u64,
    /// Live events held so far.
    pub n_live_events: u64,
}

impl StateHash for InvitePlan {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.n_by_friends);
        h.u64(self.n_live_events);
        h.u32(self.hour_today);
        self.gathered.hash_row(&mut h);
        for (a, s) in &self.present {
            h.u64(u64::from(a.0) << 32 | u64::from(s.0));
        }
        h.finish()
    }
}

/// Follows who is where, from the events of the previous tick.
fn follow(plan: &mut InvitePlan, events: &[Event]) {
    for e in events {
        match e.kind {
            EventKind::SessionEnd => {
                plan.present.remove(&e.avatar);
            }
            EventKind::Move | EventKind::LiveAttend => {
                plan.present.insert(e.avatar, e.space);
            }
            _ => {}
        }
    }
}

/// Invites absent friends of those who have just come to a space.
pub fn invite_friends(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<PlatformRules>,
    events: Res<EventBus>,
    graph: Res<SocialGraph>,
    profiles: Res<Profiles>,
    mut plan: ResMut<InvitePlan>,
    mut offers: ResMut<OfferBus>,
    mut traces: ResMut<Traces>,
) {
    let config = &rules.0.engage;
    if !config.invitations && !config.live_events {
        return;
    }
    follow(&mut plan, &events.previous);
    if !config.invitations {
        return;
    }
    let gap = (config.invitation_gap_days * f64::from(TICKS_PER_DAY)) as u32;
    for e in events.previous.iter().filter(|e| e.kind == EventKind::Move) {
        let mut rng = RngStream::new(seed.0, Purpose::Invite, u64::from(e.avatar.0), clock.now.0);
        // An arrival is one of a few moves of a session.
        if !rng.chance(0.4 * config.invitation_rate) {
            continue;
        }
        let friends = graph.of(e.avatar);
        if friends.is_empty() {
            continue;
        }
        // The strongest of a few ties.
        let mut best: Option<(f32, AvatarId)> = None;
        let mut n_barred = 0;
        for _ in 0..LOOKED_AT {
            let (other, strength) = friends[rng.below(friends.len())];
            let other = AvatarId(other);
            let last = plan.last.get(other.idx()).copied().unwrap_or(0);
            let rested = last == 0 || clock.now.since(Tick(last)) >= gap;
            let reachable = profiles.get(other).push_allowed && !plan.present.contains_key(&other);
            if !(rested && reachable) {
                n_barred += 1;
                let rule = if reachable {
                    Rule::InvitationGap
                } else {
                    Rule::NotReachable
                };
                traces.withhold(other, clock.now, rule);
            }
            if rested && reachable && best.is_none_or(|(s, _)| strength > s) {
                best = Some((strength, other));
            }
        }
        let Some((strength, avatar)) = best else {
            continue;
        };
        if plan.last.len() <= avatar.idx() {
            plan.last.resize(profiles.table.len(), 0);
        }
        plan.last[avatar.idx()] = clock.now.0;
        plan.n_by_friends += 1;
        let offer = offers.number();
        let why = InvitationTrace::Friend {
            from: e.avatar,
            space: e.space,
            strength,
            looked_at: (LOOKED_AT, n_barred),
            gap_days: config.invitation_gap_days,
        };
        traces.record(offer, avatar, clock.now, Why::Invitation(why));
        offers.invitations.push(Invitation {
            offer,
            avatar,
            from: Some(e.avatar),
            space: e.space,
            tick: clock.now,
        });
    }
}

/// Returns the hour of the city's clock at which live events begin on this day.
#[must_use]
pub fn hour_of_day(config: &EngageConfig, plan: &InvitePlan, seed: u64, now: Tick) -> u32 {
    match config.live_event_policy {
        LiveEventPolicy::Fixed => config.live_event_hour,
        LiveEventPolicy::Random => {
            let mut rng = RngStream::new(seed, Purpose::LiveTrial, u64::MAX, now.day());
            let n = config.quiet_from.saturating_sub(config.quiet_until).max(1);
            config.quiet_until + rng.below(n as usize) as u32
        }
        LiveEventPolicy::Best => plan.hour_today,
    }
}

/// Holds live events: each in the space that promises the most attention for its seats, for whoever is in the city.
pub fn hold_live_events(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<PlatformRules>,
    spaces: Res<Spaces>,
    profiles: Res<Profiles>,
    observations: Res<Observations>,
    mut plan: ResMut<InvitePlan>,
    mut offers: ResMut<OfferBus>,
    mut traces: ResMut<Traces>,
) {
    let config = &rules.0.engage;
    if !config.live_events || !clock.now.0.is_multiple_of(TICKS_PER_HOUR) {
        return;
    }
    if config.live_event_policy == LiveEventPolicy::Best {
        // By what was known at midnight: what is seen today cannot move today's event.
        if clock.now.hour() == 0 {
            let best = plan.gathered.best_hour();
            plan.hour_today = best.unwrap_or(config.live_event_hour);
        }
        let n_present = plan.present.len();
        plan.gathered.observe(clock.now.hour(), n_present);
    }
    if clock.now.hour() != hour_of_day(config, &plan, seed.0, clock.now) {
        return;
    }
    let n = profiles.table.len() as f64 / 1_000.0;
    let wanted = (config.live_events_per_1000 * n).ceil() as usize;
    let mut venues: Vec<SpaceId> = spaces.of_kind(SpaceKind::Plaza).to_vec();
    let rank = |s: &SpaceId| {
        let mut rng = RngStream::new(seed.0, Purpose::LiveEvent, u64::from(s.0), clock.now.day());
        let space = spaces.get(*s);
        f64::from(space.capacity.saturating_sub(space.present)) * rng.range(0.5, 1.5)
    };
    let draw = |s: &SpaceId| {
        let space = spaces.get(*s);
        let known = plan
            .present
            .keys()
            .filter(|a| a.idx() < observations.table.len());
        let matches =
            known.map(|a| f64::from(math::dot(&observations.of(*a).profile, &space.topics)));
        draw_of(
            matches,
            f64::from(space.capacity.saturating_sub(space.present)),
        )
    };
    let lot = |s: &SpaceId| {
        RngStream::new(seed.0, Purpose::LiveTrial, u64::from(s.0), clock.now.day()).uniform()
    };
    let mut ranked: Vec<(f64, SpaceId)> = venues
        .iter()
        .map(|s| match config.live_event_policy {
            LiveEventPolicy::Fixed => (rank(s), *s),
            LiveEventPolicy::Random => (lot(s), *s),
            LiveEventPolicy::Best => (draw(s), *s),
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    venues = ranked.into_iter().map(|(_, s)| s).collect();
    venues.truncate(wanted);
    if venues.is_empty() {
        return;
    }
    plan.n_live_events += venues.len() as u64;
    // Everybody goes where its observed interests fit best, while seats last: a price rises as they fill.
    let mut seats: Vec<(f64, f64)> = venues
        .iter()
        .map(|s| {
            let space = spaces.get(*s);
            (
                f64::from(space.capacity.saturating_sub(space.present)).max(1.0),
                0.0,
            )
        })
        .collect();
    for (avatar, here) in plan.present.clone() {
        // Surplus, venue, match, price.
        let mut best: Option<(f64, usize, f64, f64)> = None;
        for (i, venue) in venues.iter().enumerate() {
            if *venue == here {
                continue;
            }
            let w = if avatar.idx() < observations.table.len() {
                f64::from(math::dot(
                    &observations.of(avatar).profile,
                    &spaces.get(*venue).topics,
                ))
            } else {
                0.0
            };
            let price = 4.0 * seats[i].1 / seats[i].0;
            if best.is_none_or(|b| w - price > b.0) {
                best = Some((w - price, i, w, price));
            }
        }
        let Some((_, i, interest, price)) = best else {
            continue;
        };
        // Not everybody who is invited comes.
        seats[i].1 += 0.25;
        if seats[i].1 > seats[i].0 {
            traces.withhold(avatar, clock.now, Rule::SeatsTaken);
            continue;
        }
        let offer = offers.number();
        let why = InvitationTrace::Live {
            space: venues[i],
            interest,
            price,
            seats: (seats[i].1, seats[i].0),
            n_others: venues.len() as u32 - 1,
        };
        traces.record(offer, avatar, clock.now, Why::Invitation(why));
        offers.invitations.push(Invitation {
            offer,
            avatar,
            from: None,
            space: venues[i],
            tick: clock.now,
        });
    }
}
