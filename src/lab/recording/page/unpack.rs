//! Reads a packed reel back, as the page's script does: what is written must be all that is needed to read it.

use super::pack::MAGIC;
use super::reel::{Curve, Hall, Moment, Place, Reel, Site, Step, Stop, Turn, Unit};
use crate::lab::mark::Mark;
use crate::lab::recording::Look;
use crate::sim::ids::{AvatarId, ParcelId, SpaceId};
use crate::society::avatars::avatar::Activity;
use crate::society::spaces::map::Cell;
use crate::society::spaces::space::SpaceKind;

struct Eye<'a>(&'a [u8]);

impl<'a> Eye<'a> {
    fn bytes(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    fn byte(&mut self) -> Option<u8> {
        Some(self.bytes(1)?[0])
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Some(value);
            }
        }
        None
    }

    fn short(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }

    fn text(&mut self) -> Option<String> {
        let n = usize::try_from(self.number()?).ok()?;
        String::from_utf8(self.bytes(n)?.to_vec()).ok()
    }

    fn float(&mut self) -> Option<f32> {
        Some(f32::from_le_bytes(self.bytes(4)?.try_into().ok()?))
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let n = self.number()?;
        (0..n).map(|_| one(self)).collect()
    }

    fn runs(&mut self, n: usize) -> Option<Vec<u8>> {
        let mut all = Vec::new();
        while all.len() < n {
            let long = usize::try_from(self.number()?).ok()?;
            let byte = self.byte()?;
            all.resize(all.len() + long, byte);
        }
        (all.len() == n).then_some(all)
    }

    fn place(&mut self) -> Option<Place> {
        let code = self.short()?;
        Some(if code % 2 == 0 {
            Place::Space(SpaceId(code / 2))
        } else {
            Place::Home(ParcelId(code / 2))
        })
    }

    fn step(&mut self) -> Option<Step> {
        let code = self.byte()?;
        let high = code >> 3;
        Some(match code & 7 {
            0 => Step::Wake(self.place()?, activity(high)?),
            1 => Step::Sleep,
            2 => Step::Go(self.place()?, self.short()?),
            3 => Step::Be(self.place()?, activity(high)?),
            4 => Step::Do(activity(high)?),
            5 => Step::Show(
                *[Mark::Heart, Mark::Bubble, Mark::Bag, Mark::Coin]
                    .get(usize::from(high).checked_sub(1)?)?,
            ),
            6 => Step::Meet(high),
            _ => return None,
        })
    }
}

fn activity(code: u8) -> Option<Activity> {
    use Activity::{Asleep, Consuming, Idle, Playing, Studying, Talking, Traveling, Waiting};
    [
        Asleep, Idle, Waiting, Consuming, Traveling, Talking, Playing, Studying,
    ]
    .into_iter()
    .find(|a| *a as u8 == code)
}

/// Reads a reel; `None` if the bytes are not one.
pub(super) fn unpack(bytes: &[u8]) -> Option<Reel> {
    let mut eye = Eye(bytes);
    if eye.bytes(4)? != MAGIC {
        return None;
    }
    let [title, description, scenario, seed] = [eye.text()?, eye.text()?, eye.text()?, eye.text()?];
    let [first, last, side, road_every] = [eye.short()?, eye.short()?, eye.short()?, eye.short()?];
    let n = (side * side) as usize;
    let cells = eye.runs(n)?.into_iter().map(|c| {
        [Cell::Road, Cell::Plaza, Cell::Land]
            .get(usize::from(c))
            .copied()
    });
    let cells = cells.collect::<Option<_>>()?;
    let [districts, homes, worth] = [eye.runs(n)?, eye.runs(n)?, eye.runs(n)?];
    let spaces = eye.list(|e| {
        Some(Hall {
            kind: SpaceKind::from_code(e.byte()?)?,
            parcel: ParcelId(e.short()?),
            topic: e.text()?,
        })
    })?;
    let topics = eye.list(Eye::text)?;
    let curves = eye.list(|e| {
        Some(Curve {
            key: e.text()?,
            title: e.text()?,
            unit: *[
                Unit::Count,
                Unit::Share,
                Unit::Index,
                Unit::Coins,
                Unit::Money,
                Unit::Minutes,
            ]
            .get(usize::from(e.byte()?))?,
            first: e.short()?,
            step: e.short()?,
            values: e.list(|e| e.float().map(|v| (!v.is_nan()).then_some(v)))?,
        })
    })?;
    let mut tick = 0;
    let turns = eye.list(|e| {
        tick += e.short()?;
        Some(Turn {
            tick,
            text: e.text()?,
        })
    })?;
    let stops = eye.list(|e| {
        Some(Stop {
            tick: e.short()?,
            title: e.text()?,
            text: e.text()?,
            look: look(e)?,
            speed: e.float()?,
            zoom: e.float()?,
            curve: e.text()?,
        })
    })?;
    let mut tick = 0;
    let moments = eye.list(|e| {
        tick += e.short()?;
        let mut avatar = 0;
        let steps = e.list(|e| {
            avatar += e.short()?;
            Some((AvatarId(avatar), e.step()?))
        })?;
        Some(Moment { tick, steps })
    })?;
    eye.0.is_empty().then_some(Reel {
        title,
        description,
        scenario,
        seed: seed.parse().ok()?,
        first,
        last,
        site: Site {
            side,
            road_every,
            cells,
            districts,
            homes,
            worth,
            spaces,
        },
        topics,
        curves,
        turns,
        stops,
        moments,
    })
}

fn look(eye: &mut Eye<'_>) -> Option<Look> {
    Some(match eye.byte()? {
        0 => Look::City,
        1 => Look::Space(SpaceId(eye.short()?)),
        2 => Look::Parcel(ParcelId(eye.short()?)),
        3 => Look::Avatar(AvatarId(eye.short()?)),
        _ => return None,
    })
}
