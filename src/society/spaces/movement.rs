//! Travel: avatars whose way is over step into the space they went to.

use bevy::ecs::prelude::*;

use super::field::FootfallField;
use super::map::CityMap;
use super::presence::Presence;
use super::space::{SPACE_TOPICS, Space, SpaceKind, Spaces};
use super::travel::Memories;
use crate::events::behavior::{Event, EventKind, ThingKind};
use crate::events::bus::EventBus;
use crate::sim::ids::ParcelId;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::society::avatars::avatar::{Activity, Avatars};
use crate::society::config::SocietyRules;
use crate::society::population::Population;

/// Lets travelers arrive, and indexes who is where.
pub fn move_avatars(
    clock: Res<SimClock>,
    mut avatars: ResMut<Avatars>,
    mut spaces: ResMut<Spaces>,
    mut memories: ResMut<Memories>,
    mut presence: ResMut<Presence>,
    mut events: ResMut<EventBus>,
) {
    for i in 0..avatars.awake.len() {
        let id = avatars.awake[i];
        let a = avatars.get(id);
        if a.activity != Activity::Traveling || a.busy_until > clock.now {
            continue;
        }
        let to = a.destination;
        let a = avatars.get_mut(id);
        a.space = to;
        a.activity = Activity::Idle;
        a.left_home = true;
        spaces.enter(to);
        memories.table.row_mut(id.idx()).remember(to);
        events.push(
            Event::new(clock.now, id, EventKind::Move)
                .thing(ThingKind::Space, to.0)
                .at(to),
        );
    }
    let places = avatars.awake.iter().map(|id| (*id, avatars.get(*id).space));
    presence.index(spaces.table.len(), places);
}

/// Closes the day of all spaces and spreads their footfall over the land.
pub fn count_footfall(
    clock: Res<SimClock>,
    rules: Res<SocietyRules>,
    map: Res<CityMap>,
    mut spaces: ResMut<Spaces>,
    mut field: ResMut<FootfallField>,
) {
    if clock.now.minute_of_day() != 0 {
        return;
    }
    if clock.now.0 > 0 {
        spaces.roll_day(rules.0.spaces.footfall_half_life_days);
    }
    field.update(&map, &spaces);
}

/// Opens an estate where an owner has built.
pub fn open_estates(
    population: Res<Population>,
    seed: Res<Seed>,
    events: Res<EventBus>,
    mut spaces: ResMut<Spaces>,
) {
    for e in events
        .previous
        .iter()
        .filter(|e| e.kind == EventKind::Build)
    {
        let mut rng = RngStream::new(seed.0, Purpose::Map, u64::from(e.thing.id), 2);
        let mut topics = [0.0f32; SPACE_TOPICS];
        topics[rng.below(population.n_topics)] = 1.0;
        // What an owner puts up is something to visit: mostly clubs, sometimes a game room.
        let kind = if rng.chance(0.3) {
            SpaceKind::GameRoom
        } else {
            SpaceKind::Plaza
        };
        spaces.open(Space {
            kind,
            parcel: ParcelId(e.thing.id),
            capacity: 20,
            present: 0,
            footfall_today: 0,
            footfall: 0.0,
            opens: 0,
            closes: 0,
            topics,
        });
    }
}
