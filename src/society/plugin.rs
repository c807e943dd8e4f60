//! Joins society into the tick.

use bevy::app::{App, Plugin};
use bevy::ecs::prelude::*;

use super::avatars::ads::see_billboards;
use super::avatars::bonus::{Quests, answer_bonuses};
use super::avatars::creative_taste::SeenCreatives;
use super::avatars::diurnal::DiurnalCurve;
use super::avatars::likings::Likings;
use super::avatars::live::live;
use super::avatars::persuasion::Persuasion;
use super::avatars::reach_out::{answer_invitations, answer_pushes, claim_rewards};
use super::avatars::shocks::{follow_fashion, shift_interests};
use super::avatars::wake::{DayCurve, begin_sessions, welcome_newcomers};
use super::avatars::wants::{Wants, pursue_wants};
use super::config::{SocietyConfig, SocietyRules};
use super::content::catalogue::Catalogue;
use super::content::generate::{ItemMaker, SeedItem};
use super::content::item::ItemKind;
use super::content::reach::{Reach, encourage_creators};
use super::content::truth::ItemTruths;
use super::population::{PlantedAvatar, Population};
use super::referrals::join::join_by_invitation;
use super::referrals::joiners::Referrals;
use super::spaces::field::FootfallField;
use super::spaces::map::CityMap;
use super::spaces::movement::{count_footfall, move_avatars, open_estates};
use super::spaces::presence::Presence;
use super::spaces::space::Spaces;
use super::ties::communities::Communities;
use super::walk_in::state::WalkIns;
use crate::events::advertised::Advertised;
use crate::events::behavior::Event;
use crate::events::bus::{EventBus, OfferBus, WishBus};
use crate::events::referral::ReferralTerms;
use crate::sim::schedule::{Seed, SimAppExt, SimSystems, SimTick};
use crate::sim::workers::Workers;

/// What a world is founded on beside its rules.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plantings {
    /// Items given, not drawn; they take the place of drawn videos.
    pub items: Vec<SeedItem>,
    /// People fitted to real ones.
    pub avatars: Vec<PlantedAvatar>,
    /// What they did before the city began, oldest first; for the platform, as far as they consent.
    pub past: Vec<Event>,
}

/// How many creatives campaigns have: people make something of them only where there are several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Creatives {
    /// One; an ad is like any other about its topic.
    One,
    /// Several.
    Several,
}

/// Everything that is true in the city.
pub struct SocietyPlugin {
    /// Its part of the scenario.
    pub config: SocietyConfig,
    /// What was imported, if anything.
    pub plantings: Plantings,
    /// What ads there are to look at.
    pub creatives: Creatives,
}

impl Plugin for SocietyPlugin {
    fn build(&self, app: &mut App) {
        let seed = app.world().resource::<Seed>().0;
        let rules = &self.config;
        let n = rules.population.residents as usize;
        let n_topics = rules.population.topics as usize;
        let curve = DiurnalCurve::new(rules.returns.diurnal_log_amplitude);
        let map = CityMap::generate(seed, &rules.spaces);
        let spaces = Spaces::build(seed, &map, n, n_topics, &rules.spaces);
        let maker = ItemMaker::new(seed, n_topics, &rules.content);
        let (mut catalogue, mut truths) = (Catalogue::default(), ItemTruths::default());
        for item in &self.plantings.items {
            maker.plant(ItemKind::Video, item, &mut catalogue, &mut truths);
        }
        maker.stock(n, &mut catalogue, &mut truths);
        let n_communities = (rules.ties.communities_per_1000 * n as f64 / 1_000.0).ceil() as usize;
        let population = Population::new(seed, rules, &map, self.plantings.avatars.clone());
        let founded = population.found(seed, rules, &curve, app.world().resource::<Workers>());
        app.insert_unhashed(
            "society rules",
            "the scenario, hashed with the run; changes are commands, recorded with it",
            SocietyRules(rules.clone()),
        )
        .insert_unhashed("day curve", "a constant of the scenario", DayCurve(curve))
        .insert_unhashed("item maker", "a constant of the scenario", maker)
        .insert_unhashed(
            "presence",
            "an index of the avatars, made anew each tick",
            Presence::default(),
        )
        .insert_state("map", map)
        .insert_state("spaces", spaces)
        .insert_state("footfall", FootfallField::default())
        .insert_state("catalogue", catalogue)
        .insert_state("truths", truths)
        .insert_state("reach", Reach::default())
        .insert_state(
            "communities",
            Communities::found(seed, n_communities, n_topics),
        )
        .insert_state("population", population)
        .insert_state("avatars", founded.avatars)
        .insert_state("profiles", founded.profiles)
        .insert_state("memories", founded.memories)
        .insert_state("ties", founded.graph)
        .insert_state("calendar", founded.calendar)
        .insert_state("events", EventBus::default())
        .insert_state("offers", OfferBus::default())
        .insert_state("wishes", WishBus::default())
        .insert_state("walk-ins", WalkIns::default())
        .insert_state("advertised", Advertised::default())
        .insert_state("wants", Wants::default())
        .insert_state("quests", Quests::default())
        .insert_observed(
            "persuasion",
            "what the lab may read later; nobody in the loop reads it",
            Persuasion::default(),
        )
        .insert_observed(
            "likings",
            "what the lab may read later; what was bid and answered by them is hashed",
            Likings::default(),
        );
        // What a city does not have is no part of its hash and of its checkpoints.
        if self.creatives == Creatives::Several {
            app.insert_state("seen creatives", SeenCreatives::default());
        }
        // Where nobody joins by invitation it is no part of the city's hash and of its checkpoints.
        if rules.referrals.is_on() {
            app.insert_state("referrals", Referrals::default())
                .insert_state("referral terms", ReferralTerms::default());
        }
        app.add_systems(
            SimTick,
            (
                open_tick,
                follow_fashion,
                shift_interests,
                encourage_creators,
                open_estates,
                count_footfall,
                welcome_newcomers,
                join_by_invitation,
                begin_sessions,
            )
                .chain()
                .in_set(SimSystems::Wake),
        )
        .add_systems(SimTick, move_avatars.in_set(SimSystems::Move))
        .add_systems(
            SimTick,
            (
                claim_rewards,
                answer_bonuses,
                answer_pushes,
                answer_invitations,
                see_billboards,
                live,
                pursue_wants,
            )
                .chain()
                .in_set(SimSystems::Choose),
        );
    }
}

/// Puts changed rules into force from the next tick on, and renews what was made from them when the city was founded.
///
/// Nothing is undone: who was born and what was published under the old rules stays as it is.
pub fn follow_rules(world: &mut World, rules: &SocietyConfig) {
    let seed = world.resource::<Seed>().0;
    let old = world.resource::<SocietyRules>().0.clone();
    if old.returns.diurnal_log_amplitude != rules.returns.diurnal_log_amplitude {
        let curve = DiurnalCurve::new(rules.returns.diurnal_log_amplitude);
        *world.resource_mut::<DayCurve>() = DayCurve(curve);
    }
    if old.content != rules.content {
        let n_topics = world.resource::<Population>().n_topics;
        *world.resource_mut::<ItemMaker>() = ItemMaker::new(seed, n_topics, &rules.content);
    }
    world.resource_mut::<SocietyRules>().0 = rules.clone();
}

/// Opens a tick: the events of the last one become what the platform reads, its offers are gone.
fn open_tick(
    mut events: ResMut<EventBus>,
    mut offers: ResMut<OfferBus>,
    mut wishes: ResMut<WishBus>,
) {
    events.turn();
    offers.clear_offers();
    wishes.wishes.clear();
}
