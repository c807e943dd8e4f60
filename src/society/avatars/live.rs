//! The system of [`SimSystems::Choose`](crate::sim::schedule::SimSystems): everybody decides, then everybody acts.

use bevy::ecs::prelude::*;
use bevy::ecs::system::SystemParam;

use super::act::Hands;
use super::avatar::Avatars;
use super::creative_taste::SeenCreatives;
use super::decide::{Decision, View, decide};
use super::likings::Likings;
use super::wake::DayCurve;
use crate::events::bus::{EventBus, OfferBus, WishBus};
use crate::sim::calendar::Calendar;
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::workers::Workers;
use crate::society::config::SocietyRules;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::generate::ItemMaker;
use crate::society::content::truth::ItemTruths;
use crate::society::referrals::joiners::Referrals;
use crate::society::spaces::field::FootfallField;
use crate::society::spaces::map::CityMap;
use crate::society::spaces::presence::Presence;
use crate::society::spaces::space::Spaces;
use crate::society::spaces::travel::Memories;
use crate::society::ties::communities::Communities;
use crate::society::ties::graph::SocialGraph;
use crate::society::walk_in::state::WalkIns;

/// The whole of society.
#[derive(SystemParam)]
pub struct City<'w> {
    clock: Res<'w, SimClock>,
    seed: Res<'w, Seed>,
    workers: Res<'w, Workers>,
    rules: Res<'w, SocietyRules>,
    curve: Res<'w, DayCurve>,
    maker: Res<'w, ItemMaker>,
    map: Res<'w, CityMap>,
    field: Res<'w, FootfallField>,
    presence: Res<'w, Presence>,
    memories: ResMut<'w, Memories>,
    avatars: ResMut<'w, Avatars>,
    catalogue: ResMut<'w, Catalogue>,
    truths: ResMut<'w, ItemTruths>,
    spaces: ResMut<'w, Spaces>,
    graph: ResMut<'w, SocialGraph>,
    communities: ResMut<'w, Communities>,
    calendar: ResMut<'w, Calendar>,
    events: ResMut<'w, EventBus>,
    wishes: ResMut<'w, WishBus>,
    offers: ResMut<'w, OfferBus>,
    walk_ins: ResMut<'w, WalkIns>,
    likings: ResMut<'w, Likings>,
    seen_creatives: Option<ResMut<'w, SeenCreatives>>,
    referrals: Option<Res<'w, Referrals>>,
}

/// Lets everybody who is awake decide on what it sees, then act in id order.
pub fn live(mut city: City<'_>) {
    let c = &mut city;
    let decisions: Vec<Decision> = {
        let view = View {
            now: c.clock.now,
            seed: c.seed.0,
            rules: &c.rules.0,
            avatars: &c.avatars,
            catalogue: &c.catalogue,
            truths: &c.truths,
            map: &c.map,
            spaces: &c.spaces,
            field: &c.field,
            memories: &c.memories,
            graph: &c.graph,
            communities: &c.communities,
            presence: &c.presence,
            slates: &c.offers.slates,
            walk_ins: &c.walk_ins,
            seen_creatives: c.seen_creatives.as_deref(),
            referrals: c.referrals.as_deref(),
        };
        c.workers.map(&c.avatars.awake, |id| decide(*id, &view))
    };
    let awake = std::mem::take(&mut c.avatars.awake);
    let offers = &mut *c.offers;
    offers.requests.clear();
    let mut hands = Hands {
        now: c.clock.now,
        seed: c.seed.0,
        rules: &c.rules.0,
        avatars: &mut c.avatars,
        catalogue: &mut c.catalogue,
        truths: &mut c.truths,
        maker: &c.maker,
        map: &c.map,
        spaces: &mut c.spaces,
        field: &c.field,
        graph: &mut c.graph,
        communities: &mut c.communities,
        calendar: &mut c.calendar,
        curve: &c.curve.0,
        events: &mut c.events,
        wishes: &mut c.wishes,
        requests: &mut offers.requests,
        slates: &offers.slates,
        walk_ins: &mut c.walk_ins,
        likings: &mut c.likings,
        seen_creatives: c.seen_creatives.as_deref_mut(),
    };
    for (id, decision) in awake.iter().zip(&decisions) {
        hands.act(*id, *decision);
    }
    let mut awake = awake;
    awake.retain(|id| c.avatars.get(*id).is_awake());
    c.avatars.awake = awake;
}
