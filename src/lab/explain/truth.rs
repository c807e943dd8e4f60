//! What the avatar would really make of an offer, which no platform sees.
//!
//! Utilities are those of the moment of asking, not of the moment of the offer: boredom, purse and skill have moved on since.
//! Asked in the tick of the offer they differ only by what that tick itself did.

use bevy::ecs::prelude::World;
use serde::Serialize;

use super::names::Names;
use crate::events::behavior::{Surface, Thing, ThingKind};
use crate::events::bus::OfferBus;
use crate::events::offer::AdFace;
use crate::platform::ads::click_model::Format;
use crate::platform::trace::book::{Traces, Why};
use crate::platform::trace::reach::InvitationTrace;
use crate::platform::trace::slate::SlateTrace;
use crate::sim::ids::{AvatarId, OfferId};
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::units::Coins;
use crate::society::avatars::ads::regarded;
use crate::society::avatars::avatar::Avatars;
use crate::society::avatars::creative_taste::{Regard, liking};
use crate::society::avatars::decide::{View, slot_utility};
use crate::society::avatars::utility::attraction;
use crate::society::config::SocietyRules;

/// The truth about a thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TruthRow {
    /// Its name.
    pub name: String,
    /// The platform's score; `None` where it gave none.
    pub score: Option<f64>,
    /// The probability that the platform predicts: attraction, or a click; `None` where it predicts none.
    pub predicted: Option<f64>,
    /// True utility; `None` for an ad.
    pub utility: Option<f64>,
    /// True probability: that it would be taken if nothing else were offered, or that the ad is clicked.
    pub probability: f64,
    /// Place among what was shown if the truth had ranked it, from 1.
    pub place: u32,
}

/// The truth about an offer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// As of when, in words.
    pub as_of: String,
    /// Ticks since the offer.
    pub ticks_since: u32,
    /// Utility of choosing nothing.
    pub outside_option: f64,
    /// What was offered, in the order in which it was.
    pub rows: Vec<TruthRow>,
}

/// Tells the truth about an offer; `None` if it is not remembered or there is nothing to like about it.
#[must_use]
pub fn truth(world: &World, offer: OfferId) -> Option<Truth> {
    let trace = world.get_resource::<Traces>()?.get(offer)?;
    let names = Names::of_world(world);
    let now = world.resource::<SimClock>().now;
    let choice = &world.resource::<SocietyRules>().0.choice;
    let about = |thing: Thing, price: Coins, score: Option<f32>, predicted: Option<f64>| {
        let utility = utility(world, trace.avatar, thing, price);
        TruthRow {
            name: names.thing(thing),
            score: score.map(f64::from),
            predicted,
            utility: Some(utility),
            probability: attraction(utility, choice),
            place: 0,
        }
    };
    let slots = |s: &SlateTrace, n: usize| {
        let shown = s.slots.iter().take(n);
        shown
            .map(|x| {
                let predicted = x.allotment.map(|a| f64::from(a.attraction));
                about(x.thing, x.asked, Some(x.score), predicted)
            })
            .collect()
    };
    let mut rows: Vec<TruthRow> = match &trace.why {
        Why::Slate(s) => slots(s, usize::MAX),
        Why::Push(p) => vec![about(
            Thing::new(ThingKind::Item, p.item.0),
            Coins::ZERO,
            Some(p.score),
            Some(p.attraction),
        )],
        Why::Invitation(
            InvitationTrace::Friend { space, .. } | InvitationTrace::Live { space, .. },
        ) => vec![about(
            Thing::new(ThingKind::Space, space.0),
            Coins::ZERO,
            None,
            None,
        )],
        Why::Ad(ad) => {
            let avatar = world.resource::<Avatars>().get(trace.avatar);
            let is_video = ad.auction.format == Format::Rewarded && ad.surface == Surface::Games;
            let seed = world.resource::<Seed>().0;
            // Of those that did not win nobody chose a creative: the first stands for them.
            let regard = |campaign, topic| {
                let won = ad.auction.sold.is_some_and(|s| s.campaign == campaign);
                let shown = ad.creative.as_ref().filter(|_| won);
                shown.map_or(Regard::PLAIN, |c| {
                    let face = AdFace::new(topic, c.number);
                    Regard {
                        liking: liking(seed, trace.avatar, avatar, campaign, face, choice),
                        ..Regard::PLAIN
                    }
                })
            };
            let bids = ad.auction.bids.iter();
            bids.map(|b| {
                let regard = regard(b.campaign, b.topic);
                TruthRow {
                    name: names.campaign(b.campaign),
                    score: None,
                    predicted: Some(b.p_click),
                    utility: None,
                    probability: regarded(avatar, b.topic, is_video, regard, choice),
                    place: 0,
                }
            })
            .collect()
        }
        Why::Reward(_) => return None,
    };
    let all: Vec<f64> = rows.iter().map(|r| r.probability).collect();
    for row in &mut rows {
        row.place = 1 + all.iter().filter(|p| **p > row.probability).count() as u32;
    }
    Some(Truth {
        as_of: now.to_string(),
        ticks_since: now.since(trace.tick),
        outside_option: choice.outside_option,
        rows,
    })
}

/// Returns the true utility of a thing for an avatar now.
fn utility(w: &World, avatar: AvatarId, thing: Thing, price: Coins) -> f64 {
    let view = View {
        now: w.resource::<SimClock>().now,
        seed: w.resource::<Seed>().0,
        rules: &w.resource::<SocietyRules>().0,
        avatars: w.resource(),
        catalogue: w.resource(),
        truths: w.resource(),
        map: w.resource(),
        spaces: w.resource(),
        field: w.resource(),
        memories: w.resource(),
        graph: w.resource(),
        communities: w.resource(),
        presence: w.resource(),
        walk_ins: w.resource(),
        seen_creatives: w.get_resource(),
        referrals: w.get_resource(),
        slates: &w.resource::<OfferBus>().slates,
    };
    slot_utility(avatar, view.avatars.get(avatar), thing, price, &view)
}
