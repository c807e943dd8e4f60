//! Ads: whether an avatar clicks what it is shown, what that leaves behind, and the billboards it passes.

use bevy::ecs::prelude::*;

use super::agency::makes_own_choices;
use super::avatar::{Avatar, Avatars};
use super::choice::examination;
use super::config::ChoiceConfig;
use super::creative_taste::{Regard, SeenCreatives};
use super::satisfaction::annoy;
use crate::events::behavior::{Event, EventKind, NO_POSITION, Surface, ThingKind};
use crate::events::bus::{EventBus, OfferBus};
use crate::events::offer::{AdSlot, Slate};
use crate::events::sign::SignBus;
use crate::sim::ids::AvatarId;
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::units::Tick;
use crate::society::config::SocietyRules;
use crate::society::referrals::joiners::Referrals;
use crate::society::walk_in::state::WalkIns;

/// Most ads below the first one of a slate.
pub(super) const MOST_BELOW: usize = 3;

/// Sets the streams of ads below the first apart.
const BELOW: u64 = 1 << 33;

/// How much a billboard annoys, relative to an ad on a screen: one can look away.
const BILLBOARD_ANNOYANCE: f64 = 0.25;

/// Sets the streams of billboards apart from those of slates.
const BILLBOARD: u64 = 1 << 32;

/// Sets the streams of signs apart from those of ads and billboards, and after it those of further kinds of signs.
const SIGN: u64 = 1 << 40;

/// What an avatar does with an ad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AdReaction {
    /// There was none.
    #[default]
    None,
    /// Saw it.
    Seen,
    /// Clicked it.
    Clicked,
}

/// What an avatar does with the ads of a slate, from the top.
pub type AdReactions = [AdReaction; 1 + MOST_BELOW];

/// Returns how much an avatar cares for the topic of an ad.
pub(super) fn interest_in(a: &Avatar, topic: u8) -> f64 {
    f64::from(a.interests.get(usize::from(topic)).copied().unwrap_or(0.0))
}

/// Returns the true probability that an avatar clicks an ad about a topic; `is_video` for a rewarded video among games.
#[must_use]
pub fn click_probability(a: &Avatar, topic: u8, is_video: bool, choice: &ChoiceConfig) -> f64 {
    regarded(a, topic, is_video, Regard::PLAIN, choice)
}

/// Returns the same for an ad that the avatar looks at in a way of its own.
#[must_use]
pub fn regarded(
    a: &Avatar,
    topic: u8,
    is_video: bool,
    regard: Regard,
    choice: &ChoiceConfig,
) -> f64 {
    let interest = interest_in(a, topic);
    // Every ad of a session makes the next one easier to overlook.
    let seen = f64::from(a.ads_seen.min(60)) * regard.blindness;
    let blindness = math::pow(0.93, seen);
    let p = if is_video {
        choice.rewarded_rate * (0.7 + 0.8 * interest) * blindness
    } else {
        choice.ad_click_rate * (0.25 + 1.6 * interest) * blindness * f64::from(a.ad_tolerance)
    };
    (p * regard.liking).clamp(0.0, 1.0)
}

/// Draws what an avatar does with an ad that it looks at with probability `examined`.
pub(super) fn react(
    a: &Avatar,
    ad: &AdSlot,
    surface: Surface,
    examined: f64,
    regard: Regard,
    choice: &ChoiceConfig,
    rng: &mut RngStream,
) -> AdReaction {
    let is_video = ad.rewarded && surface == Surface::Games;
    if rng.chance(examined * regarded(a, ad.face.topic(), is_video, regard, choice)) {
        AdReaction::Clicked
    } else {
        AdReaction::Seen
    }
}

/// Draws what an avatar does with the ads of a slate; those below the first are looked at as things in the same places are.
pub(super) fn react_to_all(
    id: AvatarId,
    a: &Avatar,
    slate: &Slate,
    seed: u64,
    now: Tick,
    seen: Option<&SeenCreatives>,
    choice: &ChoiceConfig,
) -> AdReactions {
    let mut out = AdReactions::default();
    let ads = slate.ad.iter().chain(&slate.ads_below);
    for (k, (ad, reaction)) in ads.zip(&mut out).enumerate() {
        let stream = u64::from(id.0) + BELOW * k as u64;
        let mut rng = RngStream::new(seed, Purpose::AdClick, stream, now.0);
        let examined = examination(k, choice.position_exponent);
        let regard = seen.map_or(Regard::PLAIN, |s| s.regard(seed, id, a, ad, choice));
        *reaction = react(a, ad, slate.surface, examined, regard, choice, &mut rng);
    }
    out
}

/// Leaves the events of a reaction, `base` being the record of who saw which ad where, and its annoyance.
pub(super) fn remember(
    a: &mut Avatar,
    base: Event,
    ad: &AdSlot,
    reaction: AdReaction,
    annoyance: f64,
    events: &mut EventBus,
) {
    if reaction == AdReaction::None {
        return;
    }
    let of_kind = |kind| Event { kind, ..base };
    let rewarded = f32::from(u8::from(ad.rewarded));
    let look = of_kind(EventKind::AdImpression).costing(ad.price_per_look);
    events.push(look.valued(rewarded));
    if reaction == AdReaction::Clicked {
        let click = of_kind(EventKind::AdClick).costing(ad.price_per_click);
        events.push(click.valued(rewarded));
    }
    a.ads_seen = a.ads_seen.saturating_add(1);
    if !(ad.rewarded && reaction != AdReaction::Seen) {
        annoy(a, annoyance / f64::from(a.ad_tolerance).max(0.2));
    }
}

/// Makes the record of an ad before an avatar, to be given to [`remember`].
pub(super) fn record(event: Event, ad: &AdSlot, surface: Surface) -> Event {
    event
        .thing(ThingKind::Campaign, ad.campaign.0)
        .answering(surface, NO_POSITION, ad.offer)
}

/// Lets those who have just arrived see the billboards they passed and the signs where they are. No slate is cluttered by them.
pub fn see_billboards(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<SocietyRules>,
    offers: Res<OfferBus>,
    walk_ins: Res<WalkIns>,
    referrals: Option<Res<Referrals>>,
    signs: Option<Res<SignBus>>,
    mut seen: Option<ResMut<SeenCreatives>>,
    mut avatars: ResMut<Avatars>,
    mut events: ResMut<EventBus>,
) {
    let choice = &rules.0.choice;
    let billboards = offers
        .billboards
        .iter()
        .map(|(id, ad)| (*id, ad, BILLBOARD));
    // Whoever has gone on since does not see a sign.
    let views = signs.iter().flat_map(|bus| &bus.views);
    let views = views.filter(|v| avatars.get(v.avatar).space == v.space);
    let views = views.map(|v| (v.avatar, &v.ad, SIGN << v.kind.code()));
    let views: Vec<(AvatarId, &AdSlot, u64)> = billboards.chain(views).collect();
    for (id, ad, place) in views {
        if !avatars.get(id).is_awake() {
            continue;
        }
        let stream = u64::from(id.0) | place;
        let mut rng = RngStream::new(seed.0, Purpose::AdClick, stream, clock.now.0);
        let a = avatars.get_mut(id);
        let reaction = if makes_own_choices(id, &walk_ins, referrals.as_deref()) {
            let regard = seen
                .as_ref()
                .map_or(Regard::PLAIN, |s| s.regard(seed.0, id, a, ad, choice));
            react(a, ad, Surface::None, 1.0, regard, choice, &mut rng)
        } else {
            // Clicking would be a choice, and nobody made it.
            AdReaction::Seen
        };
        if let Some(seen) = &mut seen {
            seen.remember(id, ad);
        }
        let look = Event::new(clock.now, id, EventKind::AdImpression).at(a.space);
        let annoyance = BILLBOARD_ANNOYANCE * choice.ad_annoyance;
        let base = record(look, ad, Surface::None);
        remember(a, base, ad, reaction, annoyance, &mut events);
    }
}

#[cfg(test)]
mod tests {
    use super::super::birth::newcomer;
    use super::*;

    #[test]
    fn relief_takes_away_its_share_of_what_earlier_ads_of_a_session_cost() {
        let mut a = newcomer(3);
        a.ads_seen = 10;
        let choice = ChoiceConfig::BASELINE;
        let p = |liking, blindness| {
            let regard = Regard { liking, blindness };
            regarded(&a, 1, false, regard, &choice)
        };
        let plain = click_probability(&a, 1, false, &choice);
        assert!(plain > 0.0);
        assert_eq!(p(1.0, 1.0), plain);
        // Ten ads weigh as five: .93⁵ instead of .93¹⁰.
        assert!((p(1.0, 0.5) / plain - math::pow(0.93, -5.0)).abs() < 1e-9);
        assert!((p(1.5, 1.0) / plain - 1.5).abs() < 1e-9);
    }
}
