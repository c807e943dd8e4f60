//! Every slate of a tick with its scores and propensities, for recordings in full.

use super::shape::{Kind, Shape};
use super::wire::{Column, Fields, Out, WireError};
use crate::events::behavior::{Surface, Thing, ThingKind};
use crate::events::offer::{AdFace, AdSlot, Slate, Slot, Source};
use crate::sim::ids::{AvatarId, CampaignId, OfferId};
use crate::sim::units::{Coins, Tick};

/// The message.
pub(super) const SHAPE: Shape = Shape {
    name: "Offers",
    help: "Every slate served in a tick, in the order of the requests; its slots and ads follow each other in columns of their own.",
    fields: &[
        (
            1,
            "offer",
            Kind::Signed,
            "number of the slate, as the distance from the one before",
        ),
        (
            2,
            "avatar",
            Kind::Signed,
            "to whom, as the distance from the one before",
        ),
        (3, "surface", Kind::Numbers, "code of the surface"),
        (4, "model", Kind::Numbers, "number of the ranking model"),
        (5, "slots", Kind::Numbers, "how many slots it has"),
        (
            6,
            "ads",
            Kind::Numbers,
            "how many ads it has; the first stands in the slate, the others below it",
        ),
        (
            7,
            "thing",
            Kind::Numbers,
            "what is offered: its number times 8, plus the code of its kind",
        ),
        (8, "score", Kind::Floats, "predicted attraction"),
        (
            9,
            "propensity",
            Kind::Floats,
            "probability with which it was put there",
        ),
        (10, "source", Kind::Numbers, "code of the candidate source"),
        (11, "price", Kind::Signed, "price shown, in micro-coins"),
        (12, "campaign", Kind::Numbers, "whose ad"),
        (
            13,
            "ad_offer",
            Kind::Signed,
            "number of the ad's offer, as the distance from the one before",
        ),
        (
            14,
            "price_per_click",
            Kind::Signed,
            "what a click costs, in micro-units of outside money",
        ),
        (
            15,
            "price_per_look",
            Kind::Signed,
            "what being shown costs, in the same",
        ),
        (16, "p_click", Kind::Floats, "predicted click probability"),
        (
            17,
            "topic",
            Kind::Numbers,
            "what it is about, plus 32 for each creative of its campaign before it, times 2, plus 1 if watching it is rewarded",
        ),
    ],
};

/// Writes the slates of a tick.
pub(super) fn write(slates: &[Slate]) -> Vec<u8> {
    let mut columns: [Column; 18] = std::array::from_fn(|_| Column::default());
    let (mut last_offer, mut last_ad, mut last_avatar) = (0u64, 0u64, 0i64);
    let apart = |at: &mut u64, now: u64| {
        let gap = now.wrapping_sub(*at).cast_signed();
        *at = now;
        gap
    };
    for s in slates {
        columns[1].put_signed(apart(&mut last_offer, s.offer.0));
        columns[2].put_signed(i64::from(s.avatar.0) - last_avatar);
        last_avatar = i64::from(s.avatar.0);
        columns[3].put(u64::from(s.surface.code()));
        columns[4].put(u64::from(s.model));
        columns[5].put(s.slots.len() as u64);
        columns[6].put((s.ad.iter().len() + s.ads_below.len()) as u64);
        for slot in &s.slots {
            columns[7].put(u64::from(slot.thing.id) << 3 | u64::from(slot.thing.kind.code()));
            columns[10].put(u64::from(slot.source.code()));
            columns[11].put_signed(slot.price.micros());
        }
        for ad in s.ad.iter().chain(&s.ads_below) {
            columns[12].put(u64::from(ad.campaign.0));
            columns[13].put_signed(apart(&mut last_ad, ad.offer.0));
            columns[14].put_signed(ad.price_per_click.micros());
            columns[15].put_signed(ad.price_per_look.micros());
            columns[17].put(u64::from(ad.face.code()) << 1 | u64::from(ad.rewarded));
        }
    }
    let mut out = Out::default();
    for (field, column) in (0..).zip(&columns) {
        out.column(field, column);
    }
    let slots = || slates.iter().flat_map(|s| &s.slots);
    out.floats(8, slots().map(|s| s.score));
    out.floats(9, slots().map(|s| s.propensity));
    let ads = slates.iter().flat_map(|s| s.ad.iter().chain(&s.ads_below));
    out.floats(16, ads.map(|ad| ad.p_click));
    out.finish()
}

/// Reads the slates of a tick.
pub(super) fn read(bytes: &[u8], tick: Tick) -> Result<Vec<Slate>, WireError> {
    let fields = Fields::read(bytes)?;
    let mut c = Vec::with_capacity(18);
    for field in 0..18 {
        // Those of real numbers are read on their own.
        let is_real = [8, 9, 16].contains(&field);
        c.push(fields.column(if is_real { 0 } else { field })?);
    }
    let mut scores = fields.floats(8)?.into_iter();
    let mut propensities = fields.floats(9)?.into_iter();
    let mut p_clicks = fields.floats(16)?.into_iter();
    let (mut last_offer, mut last_ad, mut last_avatar) = (0u64, 0u64, 0u32);
    let mut slates = Vec::new();
    while !c[1].is_done() {
        last_offer = last_offer.wrapping_add(c[1].next_signed()?.cast_unsigned());
        last_avatar = c[2].next_from(last_avatar)?;
        let surface = c[3].next8()?;
        let surface = Surface::from_code(surface).ok_or_else(|| c[3].wrong(u64::from(surface)))?;
        let model = c[4].next8()?;
        let (n_slots, n_ads) = (c[5].next()?, c[6].next()?);
        let mut slots = Vec::new();
        for _ in 0..n_slots {
            let thing = c[7].next()?;
            let kind = ThingKind::from_code((thing & 7) as u8);
            let id = u32::try_from(thing >> 3).ok();
            let (Some(kind), Some(id)) = (kind, id) else {
                return Err(c[7].wrong(thing));
            };
            let source = c[10].next8()?;
            slots.push(Slot {
                thing: Thing::new(kind, id),
                score: scores.next().ok_or(WireError::Short(8))?,
                propensity: propensities.next().ok_or(WireError::Short(9))?,
                source: Source::from_code(source).ok_or_else(|| c[10].wrong(u64::from(source)))?,
                price: Coins::from_micros(c[11].next_signed()?),
            });
        }
        let mut ads = Vec::new();
        for _ in 0..n_ads {
            let campaign = CampaignId(c[12].next32()?);
            last_ad = last_ad.wrapping_add(c[13].next_signed()?.cast_unsigned());
            let topic = c[17].next()?;
            ads.push(AdSlot {
                campaign,
                price_per_click: Coins::from_micros(c[14].next_signed()?),
                price_per_look: Coins::from_micros(c[15].next_signed()?),
                p_click: p_clicks.next().ok_or(WireError::Short(16))?,
                offer: OfferId(last_ad),
                rewarded: topic & 1 == 1,
                face: u8::try_from(topic >> 1)
                    .map(AdFace::from_code)
                    .ok()
                    .ok_or(WireError::Value(17, topic))?,
            });
        }
        let mut ads = ads.into_iter();
        slates.push(Slate {
            offer: OfferId(last_offer),
            avatar: AvatarId(last_avatar),
            tick,
            surface,
            model,
            slots,
            ad: ads.next(),
            ads_below: ads.collect(),
        });
    }
    for column in &c {
        column.end()?;
    }
    Ok(slates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slates_read_back() {
        let slot = |id, score| Slot {
            thing: Thing::new(ThingKind::Item, id),
            score,
            propensity: 0.25,
            source: Source::Explore,
            price: Coins::from_micros(id.into()),
        };
        let ad = |campaign, offer| AdSlot {
            campaign: CampaignId(campaign),
            price_per_click: Coins::from_micros(80_000),
            price_per_look: Coins::ZERO,
            p_click: 0.013,
            offer: OfferId(offer),
            rewarded: campaign == 2,
            face: AdFace::new(23, 5),
        };
        let slate = |avatar, offer, slots, ads: Vec<AdSlot>| {
            let mut ads = ads.into_iter();
            Slate {
                offer: OfferId(offer),
                avatar: AvatarId(avatar),
                tick: Tick(5),
                surface: Surface::Games,
                model: 6,
                slots,
                ad: ads.next(),
                ads_below: ads.collect(),
            }
        };
        let slates = vec![
            slate(
                4,
                1_000,
                vec![slot(7, 0.5), slot(0, -1.5)],
                vec![ad(2, 1_001), ad(9, 1_002)],
            ),
            slate(90, 1_003, Vec::new(), Vec::new()),
            slate(
                91,
                1_004,
                vec![slot(4_000_000, f32::MAX)],
                vec![ad(0, 1_005)],
            ),
        ];
        let bytes = write(&slates);
        assert_eq!(read(&bytes, Tick(5)), Ok(slates));
        for n in 0..bytes.len() {
            let _no_panic = read(&bytes[..n], Tick(5)).is_ok();
        }
    }
}
