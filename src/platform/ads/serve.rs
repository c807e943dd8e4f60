//! Placing ads: some of the slates served in a tick, and some of the ways that ended in the last one, get an ad.
//!
//! Whether a slate has a slot is drawn from the stream of its avatar and tick, which name it: an avatar that sees an ad at a low
//! load sees one at a high load too. On the games surface the ad is a rewarded video.

use bevy::ecs::prelude::*;
use bevy::ecs::system::SystemParam;

use super::campaign::Campaigns;
use super::click_model::{ClickModel, Format};
use super::config::AdsConfig;
use super::conversion_model::ConversionModel;
use super::creatives::{Before, Creatives, Picked};
use super::floor::Floor;
use super::frequency::FrequencyCaps;
use super::learn::{Shown, ShownAds};
use super::lot::{Audience, Lot, Rules, Sale};
use super::reserve::LearnedReserves;
use super::shades::Shades;
use super::targeting::{Clue, may_learn, may_target};
use crate::events::behavior::{EventKind, NO_SPACE, Surface};
use crate::events::bus::{EventBus, OfferBus};
use crate::events::offer::{AdFace, AdSlot};
use crate::events::sign::SignKind;
use crate::platform::config::PlatformRules;
use crate::platform::privacy::observation::Observations;
use crate::platform::trace::ad::{AdOutcome, AdTrace, AuctionTrace, CreativeTrace, Targeting};
use crate::platform::trace::book::{Traces, Why};
use crate::sim::ids::{AvatarId, OfferId, SpaceId};
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::society::avatars::profile::{DataPurpose, Profile, Profiles};
use crate::society::content::creative::words;
use crate::society::spaces::space::Spaces;

/// Sets the streams of billboards apart from those of slates.
const BILLBOARD: u64 = 1 << 32;

/// Everything that selling a slot needs.
#[derive(SystemParam)]
pub struct AdDesk<'w> {
    pub(super) clock: Res<'w, SimClock>,
    pub(super) seed: Res<'w, Seed>,
    pub(super) rules: Res<'w, PlatformRules>,
    pub(super) profiles: Res<'w, Profiles>,
    observations: Res<'w, Observations>,
    pub(super) spaces: Res<'w, Spaces>,
    model: Res<'w, ClickModel>,
    conversions: Res<'w, ConversionModel>,
    creatives: Option<ResMut<'w, Creatives>>,
    reserves: ResMut<'w, LearnedReserves>,
    shades: ResMut<'w, Shades>,
    pub(super) floor: ResMut<'w, Floor>,
    pub(super) campaigns: ResMut<'w, Campaigns>,
    pub(super) caps: ResMut<'w, FrequencyCaps>,
    shown: ResMut<'w, ShownAds>,
    traces: ResMut<'w, Traces>,
}

/// What may be known before an avatar in a place.
pub(super) struct Knowledge {
    pub(super) place: Clue,
    /// Its observed interests, where it may be targeted by them.
    pub(super) interests: Option<Clue>,
    /// Whether its answers may be learned from.
    pub(super) learns: bool,
}

/// Where a slot is.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub(super) space: SpaceId,
    pub(super) format: Format,
    /// In which slate; `None` for a billboard.
    slate: Option<OfferId>,
    surface: Surface,
    /// How many slots.
    slots: u32,
    /// On what kind of sign, if on one.
    sign: Option<SignKind>,
}

impl Spot {
    /// Returns a display ad outside slates: a billboard, or a sign of a kind.
    pub(super) const fn outside(space: SpaceId, sign: Option<SignKind>) -> Self {
        Self {
            space,
            format: Format::Display,
            slate: None,
            surface: Surface::None,
            slots: 1,
            sign,
        }
    }
}

impl AdDesk<'_> {
    /// Sells the slots before an avatar in a space, numbers the ads and takes them down; they are given in the order of slots.
    fn sell(
        &mut self,
        avatar: AvatarId,
        spot: Spot,
        mut number: impl FnMut() -> OfferId,
    ) -> Vec<AdSlot> {
        let Spot { space, format, .. } = spot;
        let personal = spot.slate.is_some();
        let config = &self.rules.0.ads;
        let profile = self.profiles.get(avatar);
        let place = Clue::of_place(self.spaces.table.rows().get(space.idx()));
        let targets = personal && config.targeting && may_target(profile);
        let interests = self
            .observations
            .table
            .rows()
            .get(avatar.idx())
            .filter(|_| targets)
            .and_then(Clue::of_interests);
        let clue = interests.unwrap_or(place);
        let targeting = match interests {
            Some(_) => Targeting::Interests,
            None if !personal => Targeting::Billboard,
            None => why_not(config, *profile),
        };
        let learns = may_learn(profile);
        let lot = Lot {
            audience: Audience::One(avatar),
            day: self.clock.now.day(),
            place: spot.surface,
            format,
            clue: &clue,
            slots: spot.slots,
        };
        let (sales, auctions) = self.hold(lot, targeting);
        let knowledge = Knowledge {
            place,
            interests,
            learns,
        };
        if sales.is_empty()
            && let (Some(auction), Some(slate)) = (auctions.first(), spot.slate)
        {
            let outcome = AdOutcome::Unsold(Box::new(auction.clone()));
            self.traces.settle_ad(slate, outcome);
        }
        let mut auctions = auctions.into_iter();
        sales
            .iter()
            .enumerate()
            .map(|(k, sale)| {
                let offer = number();
                self.show(avatar, spot, k, sale, offer, &knowledge, auctions.next())
            })
            .collect()
    }

    /// Holds an auction, and takes it down where somebody wants to read it later: one for each slot sold, or that of the first.
    pub(super) fn hold(
        &mut self,
        lot: Lot<'_>,
        targeting: Targeting,
    ) -> (Vec<Sale>, Vec<AuctionTrace>) {
        let rules = Rules {
            seed: self.seed.0,
            now: self.clock.now,
            model: &self.model,
            conversions: &self.conversions,
            campaigns: &self.campaigns,
            caps: &self.caps,
            config: &self.rules.0.ads,
        };
        let sales = self
            .floor
            .sell(lot, &rules, &mut self.reserves, &mut self.shades)
            .to_vec();
        let auctions = if self.traces.is_on() {
            let (floor, reserves) = (&self.floor, &self.reserves);
            (0..sales.len().max(1))
                .map(|k| floor.take_down(k, lot, targeting, &rules, reserves))
                .collect()
        } else {
            Vec::new()
        };
        (sales, auctions)
    }

    /// Shows the ad of a sale, counts it and takes it down.
    pub(super) fn show(
        &mut self,
        avatar: AvatarId,
        spot: Spot,
        k: usize,
        sale: &Sale,
        offer: OfferId,
        knowledge: &Knowledge,
        auction: Option<AuctionTrace>,
    ) -> AdSlot {
        let format = spot.format;
        self.caps.count(avatar, sale.campaign, self.clock.now.day());
        self.campaigns.get_mut(sale.campaign).committed += sale.due();
        let (picked, why) = self.pick(avatar, sale, format, knowledge, auction.is_some());
        if let Some(auction) = auction {
            self.explain(offer, avatar, spot, k == 0, auction, why);
        }
        if knowledge.learns {
            self.shown.ads.push(Shown {
                offer,
                campaign: sale.campaign,
                format,
                cell: sale.cell,
                place: knowledge.place.cell(usize::from(sale.topic)),
                p_click: sale.p_click,
                is_first: k == 0,
            });
            if let (Some(creatives), Some(picked), 0) = (&mut self.creatives, picked, k) {
                creatives.await_answer(offer, sale.campaign, picked, format);
            }
        }
        ad_slot(sale, picked.map_or(0, |p| p.creative), offer, format)
    }

    /// Picks the creative of a sale, where campaigns have several, and says why if that is wanted.
    fn pick(
        &mut self,
        avatar: AvatarId,
        sale: &Sale,
        format: Format,
        knowledge: &Knowledge,
        is_traced: bool,
    ) -> (Option<Picked>, Option<CreativeTrace>) {
        let Some(creatives) = &mut self.creatives else {
            return (None, None);
        };
        let config = &self.rules.0.ads;
        let before = Before {
            avatar,
            interests: knowledge.interests.as_ref(),
            format,
            now: self.clock.now,
        };
        let picked = creatives.pick(self.seed.0, sale, before, config);
        let why = is_traced.then(|| {
            let face = AdFace::new(sale.topic, picked.creative);
            CreativeTrace {
                number: picked.creative,
                n_creatives: config.creatives,
                words: words(self.seed.0, sale.campaign, face),
                choice: config.creative_choice,
                segment: picked.segment,
                counts: creatives.counts(sale.campaign, picked, format),
            }
        });
        (Some(picked), why)
    }

    /// Takes down why an ad was shown.
    fn explain(
        &mut self,
        offer: OfferId,
        avatar: AvatarId,
        spot: Spot,
        is_first: bool,
        auction: AuctionTrace,
        creative: Option<CreativeTrace>,
    ) {
        let config = &self.rules.0.ads;
        let ad = AdTrace {
            slate: spot.slate,
            surface: spot.surface,
            space: spot.space,
            sign: spot.sign,
            caps: (config.cap_per_day, config.cap_per_week),
            auction,
            creative,
        };
        let why = Why::Ad(Box::new(ad));
        self.traces.record(offer, avatar, self.clock.now, why);
        if let Some(slate) = spot.slate.filter(|_| is_first) {
            self.traces.settle_ad(slate, AdOutcome::Sold(offer));
        }
    }

    fn has_slot(&self, stream: u64, share: f64) -> bool {
        RngStream::new(self.seed.0, Purpose::AdBid, stream, self.clock.now.0).chance(share)
    }
}

fn ad_slot(sale: &Sale, creative: u8, offer: OfferId, format: Format) -> AdSlot {
    AdSlot {
        campaign: sale.campaign,
        price_per_click: sale.price_per_click,
        price_per_look: sale.price_per_look,
        p_click: sale.p_click as f32,
        offer,
        rewarded: format == Format::Rewarded,
        face: AdFace::new(sale.topic, creative),
    }
}

/// Says why an ad is not chosen by observed interests.
fn why_not(config: &AdsConfig, profile: Profile) -> Targeting {
    if !config.targeting {
        Targeting::Off
    } else if profile.is_minor {
        Targeting::Minor
    } else if !may_learn(&profile) {
        Targeting::NoAdConsent
    } else if !profile.consent.allows(DataPurpose::Recommendation) {
        Targeting::NoObservation
    } else {
        Targeting::HardlyKnown
    }
}

/// Puts ads into some of the slates of this tick.
pub fn place_ads(mut desk: AdDesk<'_>, mut offers: ResMut<OfferBus>) {
    let config = desk.rules.0.ads.clone();
    if !config.enabled {
        return;
    }
    desk.caps.grow(desk.profiles.table.len());
    let mut slates = std::mem::take(&mut offers.slates);
    for (i, slate) in slates.iter_mut().enumerate() {
        if slate.slots.is_empty() || !desk.has_slot(u64::from(slate.avatar.0), config.load) {
            continue;
        }
        let format = if config.rewarded && slate.surface == Surface::Games {
            Format::Rewarded
        } else {
            Format::Display
        };
        // Slates stand in the order of the requests.
        let space = match offers.requests.get(i) {
            Some(request) if request.avatar == slate.avatar => request.space,
            _ => NO_SPACE,
        };
        let spot = Spot {
            space,
            format,
            slate: Some(slate.offer),
            surface: slate.surface,
            slots: match format {
                Format::Display => config.slots,
                Format::Rewarded => 1,
            },
            sign: None,
        };
        let mut ads = desk
            .sell(slate.avatar, spot, || offers.number())
            .into_iter();
        slate.ad = ads.next();
        slate.ads_below.extend(ads);
    }
    offers.slates = slates;
}

/// Shows billboards to some of those who arrived somewhere in the last tick; a billboard knows only where it stands.
pub fn place_billboards(events: Res<EventBus>, mut desk: AdDesk<'_>, mut offers: ResMut<OfferBus>) {
    let config = desk.rules.0.ads.clone();
    if !config.enabled || !config.billboards {
        return;
    }
    for e in events.previous.iter().filter(|e| e.kind == EventKind::Move) {
        let stream = u64::from(e.avatar.0) | BILLBOARD;
        if !desk.has_slot(stream, config.billboard_share) {
            continue;
        }
        let spot = Spot::outside(e.space, None);
        let ads = desk.sell(e.avatar, spot, || offers.number());
        offers
            .billboards
            .extend(ads.into_iter().map(|ad| (e.avatar, ad)));
    }
}
