//! What avatars did in a tick: events, column by column, with only the fields that say something.

use super::crowd::Seen;
use super::level::Detail;
use super::wire::{Column, Fields, Out, WireError, folded, unfolded};
use crate::events::behavior::{
    Event, EventKind, NO_OFFER, NO_POSITION, NO_SPACE, Surface, Thing, ThingKind,
};
use crate::sim::ids::{AvatarId, OfferId, SpaceId};
use crate::sim::units::{Coins, Tick};

/// Field of what happened.
pub(super) const KIND: u32 = 11;
/// Field of which other fields are told.
pub(super) const TOLD: u32 = 12;
/// Field of who did it.
pub(super) const AVATAR: u32 = 13;
/// Field of the place on the screen.
pub(super) const PLACE: u32 = 14;
/// Field of whom or which.
pub(super) const THING: u32 = 15;
/// Field of how long.
pub(super) const DWELL: u32 = 16;
/// Field of at what price.
pub(super) const AMOUNT: u32 = 17;
/// Field of the value.
pub(super) const VALUE: u32 = 18;
/// Field of where in the city.
pub(super) const WHERE: u32 = 19;
/// Field of the offer it answers.
pub(super) const OFFER: u32 = 20;
/// Field of those who did something and are not in the city any more, or not yet.
pub(super) const ELSEWHERE: u32 = 22;

/// Bits of [`TOLD`] that hold the kind of the thing.
const THING_BITS: u64 = 0b111;
const HAS_DWELL: u64 = 1 << 3;
const HAS_PLACE: u64 = 1 << 4;
const HAS_AMOUNT: u64 = 1 << 5;
const HAS_VALUE: u64 = 1 << 6;
const HAS_WHERE: u64 = 1 << 7;
const HAS_OFFER: u64 = 1 << 8;

/// Returns which other fields are mostly told of a kind of event; what is written is in what way an event differs from that.
const fn usual(kind: EventKind) -> u64 {
    use ThingKind as T;
    match kind {
        EventKind::Consume | EventKind::Play => T::Item as u64 | HAS_DWELL | HAS_PLACE,
        EventKind::Pass => HAS_DWELL | HAS_PLACE,
        EventKind::Like | EventKind::Hide | EventKind::Enroll => T::Item as u64 | HAS_PLACE,
        EventKind::Rate => T::Item as u64 | HAS_PLACE | HAS_VALUE,
        EventKind::Talk => T::Avatar as u64 | HAS_DWELL,
        EventKind::TieRequest | EventKind::TieAccept => T::Avatar as u64 | HAS_PLACE,
        EventKind::CommunityJoin | EventKind::CommunityLeave => T::Community as u64 | HAS_PLACE,
        EventKind::Create => T::Item as u64 | HAS_DWELL,
        EventKind::Study => T::Item as u64 | HAS_DWELL | HAS_VALUE,
        EventKind::Quiz => T::Item as u64 | HAS_VALUE,
        EventKind::Buy => T::Item as u64 | HAS_PLACE | HAS_AMOUNT,
        EventKind::LiveAttend => T::Space as u64 | HAS_DWELL | HAS_WHERE,
        EventKind::AdImpression => T::Campaign as u64 | HAS_PLACE,
        EventKind::AdClick => T::Campaign as u64 | HAS_PLACE | HAS_AMOUNT | HAS_VALUE,
        EventKind::AdConvert => T::Campaign as u64,
        EventKind::RewardClaim | EventKind::QuestDone | EventKind::Drop => HAS_AMOUNT,
        EventKind::Survey => HAS_VALUE,
        _ => 0,
    }
}

/// Lists the kinds of which something is usual.
pub(super) fn usual_of_all() -> impl Iterator<Item = (EventKind, u64)> {
    let all = EventKind::ALL.iter().map(|k| (*k, usual(*k)));
    all.filter(|(_, told)| *told > 0)
}

/// Says whether the pictures of a recording tell by themselves that this happened.
const fn is_seen_anyway(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::SessionStart | EventKind::SessionEnd | EventKind::Move | EventKind::Browse
    )
}

/// Says whether it may happen elsewhere than where its avatar is shown.
const fn has_place_of_its_own(event: &Event) -> bool {
    matches!(
        (event.kind, event.surface),
        (EventKind::AdImpression, Surface::None) | (EventKind::LiveAttend, _)
    )
}

/// A real number that is short if it is a small whole one.
fn from_value(x: f32) -> u64 {
    if (0.0..1_048_576.0).contains(&x) && x.fract() == 0.0 && x.to_bits() != (-0.0f32).to_bits() {
        (x as u64) << 1
    } else {
        u64::from(x.to_bits()) << 1 | 1
    }
}

fn to_value(x: u64) -> Option<f32> {
    let half = x >> 1;
    if x & 1 == 1 {
        u32::try_from(half).ok().map(f32::from_bits)
    } else if half < 1_048_576 {
        Some(half as f32)
    } else {
        None
    }
}

/// Writes what happened in a tick after which `crowd` is in the city.
pub(super) fn write(events: &[Event], crowd: &[Seen], detail: Detail, out: &mut Out) {
    let [
        mut kind,
        mut told,
        mut avatar,
        mut place,
        mut thing,
        mut dwell,
        mut amount,
        mut value,
        mut space,
        mut offer,
        mut elsewhere,
    ] = std::array::from_fn::<Column, 11, _>(|_| Column::default());
    let is_full = detail == Detail::Full;
    let (mut last_place, mut last_offer) = (0i64, 0u64);
    for e in events {
        if !is_full && is_seen_anyway(e.kind) {
            continue;
        }
        let mut flags = u64::from(e.thing.kind.code());
        kind.put(u64::from(e.kind.code()));
        if let Ok(i) = crowd.binary_search_by_key(&e.avatar, |s| s.id) {
            avatar.put(folded(i as i64 - last_place) + 1);
            last_place = i as i64;
        } else {
            avatar.put(0);
            elsewhere.put(u64::from(e.avatar.0));
        }
        if e.thing.kind != ThingKind::None {
            thing.put(u64::from(e.thing.id));
        }
        if e.dwell_secs != 0 {
            flags |= HAS_DWELL;
            dwell.put(u64::from(e.dwell_secs));
        }
        if e.surface != Surface::None || e.position != NO_POSITION {
            flags |= HAS_PLACE;
            let position = u64::from(e.position.wrapping_add(1));
            place.put(position << 4 | u64::from(e.surface.code()));
        }
        if e.amount != Coins::ZERO {
            flags |= HAS_AMOUNT;
            amount.put_signed(e.amount.micros());
        }
        if e.value.to_bits() != 0 {
            flags |= HAS_VALUE;
            value.put(from_value(e.value));
        }
        if e.space != NO_SPACE && (is_full || has_place_of_its_own(e)) {
            flags |= HAS_WHERE;
            space.put(u64::from(e.space.0));
        }
        if is_full && e.offer != NO_OFFER {
            flags |= HAS_OFFER;
            offer.put_signed(e.offer.0.wrapping_sub(last_offer).cast_signed());
            last_offer = e.offer.0;
        }
        told.put(flags ^ usual(e.kind));
    }
    for (field, column) in [
        (KIND, &kind),
        (TOLD, &told),
        (AVATAR, &avatar),
        (PLACE, &place),
        (THING, &thing),
        (DWELL, &dwell),
        (AMOUNT, &amount),
        (VALUE, &value),
        (WHERE, &space),
        (OFFER, &offer),
        (ELSEWHERE, &elsewhere),
    ] {
        out.column(field, column);
    }
}

/// Reads what happened in a tick after which `crowd` is in the city, and hands each event on.
pub(super) fn read(
    fields: &Fields<'_>,
    crowd: &[Seen],
    tick: Tick,
    mut each: impl FnMut(Event),
) -> Result<(), WireError> {
    let mut kind = fields.column(KIND)?;
    let mut told = fields.column(TOLD)?;
    let mut avatar = fields.column(AVATAR)?;
    let mut place = fields.column(PLACE)?;
    let mut thing = fields.column(THING)?;
    let mut dwell = fields.column(DWELL)?;
    let mut amount = fields.column(AMOUNT)?;
    let mut value = fields.column(VALUE)?;
    let mut space = fields.column(WHERE)?;
    let mut offer = fields.column(OFFER)?;
    let mut elsewhere = fields.column(ELSEWHERE)?;
    let (mut last_place, mut last_offer) = (0u32, 0u64);
    while !kind.is_done() {
        let code = kind.next8()?;
        let known = EventKind::from_code(code).ok_or_else(|| kind.wrong(u64::from(code)))?;
        let flags = told.next()? ^ usual(known);
        let place_code = avatar.next()?;
        let who = match place_code.checked_sub(1) {
            None => AvatarId(elsewhere.next32()?),
            Some(moved) => {
                let at = i64::from(last_place).wrapping_add(unfolded(moved));
                last_place = u32::try_from(at)
                    .ok()
                    .ok_or_else(|| avatar.wrong(place_code))?;
                let seen = crowd.get(last_place as usize);
                seen.ok_or_else(|| avatar.wrong(place_code))?.id
            }
        };
        let mut e = Event::new(tick, who, known);
        let of =
            ThingKind::from_code((flags & THING_BITS) as u8).ok_or_else(|| told.wrong(flags))?;
        if of != ThingKind::None {
            e.thing = Thing::new(of, thing.next32()?);
        }
        if flags & HAS_DWELL != 0 {
            e.dwell_secs = dwell.next32()?;
        }
        if flags & HAS_PLACE != 0 {
            let x = place.next32()?;
            e.surface =
                Surface::from_code((x & 0xF) as u8).ok_or_else(|| place.wrong(u64::from(x)))?;
            let position = u8::try_from(x >> 4).ok();
            e.position = position
                .ok_or_else(|| place.wrong(u64::from(x)))?
                .wrapping_sub(1);
        }
        if flags & HAS_AMOUNT != 0 {
            e.amount = Coins::from_micros(amount.next_signed()?);
        }
        if flags & HAS_VALUE != 0 {
            let x = value.next()?;
            e.value = to_value(x).ok_or_else(|| value.wrong(x))?;
        }
        if flags & HAS_WHERE != 0 {
            e.space = SpaceId(space.next32()?);
        }
        if flags & HAS_OFFER != 0 {
            last_offer = last_offer.wrapping_add(offer.next_signed()?.cast_unsigned());
            e.offer = OfferId(last_offer);
        }
        each(e);
    }
    for column in [
        &told, &avatar, &place, &thing, &dwell, &amount, &value, &space, &offer, &elsewhere,
    ] {
        column.end()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::society::avatars::avatar::Activity;

    fn events() -> Vec<Event> {
        let tick = Tick(77);
        let at = |id, kind| Event::new(tick, AvatarId(id), kind);
        vec![
            at(9, EventKind::SessionStart).valued(2.0),
            at(3, EventKind::Consume)
                .thing(ThingKind::Item, 4_711)
                .at(SpaceId(5))
                .answering(Surface::Feed, 11, OfferId(900))
                .lasting(75),
            at(900_000, EventKind::Rate).valued(4.0),
            at(2, EventKind::Study).valued(0.375).lasting(3),
            at(2, EventKind::AdImpression)
                .thing(ThingKind::Campaign, 0)
                .at(SpaceId(8))
                .costing(Coins::from_micros(-12)),
            at(1, EventKind::Browse),
            at(u32::MAX - 1, EventKind::Pass).answering(Surface::Courses, 0, OfferId(3)),
        ]
    }

    /// Some of them are in the city.
    fn crowd() -> Vec<Seen> {
        let seen = |id| Seen {
            id: AvatarId(id),
            activity: Activity::Idle,
            space: NO_SPACE,
            trip: None,
        };
        [0, 2, 3, 900_000].map(seen).into()
    }

    fn through(detail: Detail) -> Vec<Event> {
        let mut out = Out::default();
        write(&events(), &crowd(), detail, &mut out);
        let bytes = out.finish();
        let mut back = Vec::new();
        let fields = Fields::read(&bytes).unwrap();
        read(&fields, &crowd(), Tick(77), |e| back.push(e)).unwrap();
        back
    }

    #[test]
    fn everything_reads_back_in_full() {
        assert_eq!(through(Detail::Full), events());
    }

    #[test]
    fn a_demo_keeps_what_pictures_do_not_tell() {
        let back = through(Detail::Demo);
        let expected: Vec<Event> = events()
            .into_iter()
            .filter(|e| !is_seen_anyway(e.kind))
            .map(|e| Event {
                offer: NO_OFFER,
                space: if has_place_of_its_own(&e) {
                    e.space
                } else {
                    NO_SPACE
                },
                ..e
            })
            .collect();
        assert_eq!(back, expected);
        assert_eq!(back.len(), 5);
    }

    #[test]
    fn values_keep_every_bit() {
        for x in [
            0.0,
            -0.0,
            1.0,
            5.0,
            0.1,
            -3.0,
            1e30,
            f32::INFINITY,
            f32::MIN_POSITIVE,
        ] {
            assert_eq!(
                to_value(from_value(x)).map(f32::to_bits),
                Some(x.to_bits()),
                "{x}"
            );
        }
        assert!(from_value(5.0) < 128);
        assert_eq!(to_value(u64::MAX), None);
    }
}
