//! A reel as compact bytes, which the page's script reads.
//!
//! Numbers are written seven bits a byte, the lowest first, with the eighth set on all but the last. A text is its length in
//! bytes and UTF-8. Lists begin with how many things they hold. In this order:
//!
//! | what | as |
//! | --- | --- |
//! | `AGR1` | four bytes |
//! | title, description, scenario, seed | texts |
//! | first tick, the tick after the last, side, `road_every` | numbers |
//! | cells, districts, homes, worth | runs: how many parcels, and the byte they have |
//! | spaces | list: kind (byte), parcel, topic (text) |
//! | topics | list of texts |
//! | curves | list: key, title (texts), unit (byte), first, step, list of 32-bit floats, no number where nothing was observed |
//! | rules | list: ticks since the one before, text |
//! | captions | list: tick, title, text, look (byte: 0 city, 1 space, 2 parcel, 3 avatar) and its id unless it is the city, speed, zoom (floats), key of a curve |
//! | moments | list: ticks since the one before, list of steps |
//!
//! A step is the distance from the avatar before it in its moment, a byte whose three low bits say what it is and whose high
//! ones what goes with it, and numbers. A place is twice the id of a space, or twice the parcel of a home and 1.
//!
//! | low bits | step | high bits | numbers |
//! | --- | --- | --- | --- |
//! | 0 | comes to the city | activity | place |
//! | 1 | leaves it | | |
//! | 2 | sets out | | place, ticks |
//! | 3 | is elsewhere | activity | place |
//! | 4 | does something else | activity | |
//! | 5 | shows a sign | sign | |
//! | 6 | looks at something | topic | |

use super::reel::{Curve, Moment, Place, Reel, Step, Stop};
use crate::lab::recording::Look;
use crate::society::spaces::map::Cell;

/// The first bytes: the name of the layout and its version.
pub(super) const MAGIC: &[u8; 4] = b"AGR1";

/// Bytes that are written one after the other.
#[derive(Default)]
struct Pen(Vec<u8>);

impl Pen {
    fn number(&mut self, mut value: u64) {
        while value >= 128 {
            self.0.push((value & 127) as u8 | 128);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn count(&mut self, n: usize) {
        self.number(n as u64);
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn float(&mut self, value: f32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn runs(&mut self, bytes: impl Iterator<Item = u8>) {
        let mut run: Option<(u8, u64)> = None;
        for byte in bytes {
            match &mut run {
                Some((same, n)) if *same == byte => *n += 1,
                other => {
                    if let Some((old, n)) = other.replace((byte, 1)) {
                        self.number(n);
                        self.0.push(old);
                    }
                }
            }
        }
        if let Some((last, n)) = run {
            self.number(n);
            self.0.push(last);
        }
    }

    fn place(&mut self, place: Place) {
        self.number(match place {
            Place::Space(id) => 2 * u64::from(id.0),
            Place::Home(parcel) => 2 * u64::from(parcel.0) + 1,
        });
    }

    fn step(&mut self, step: Step) {
        let mut code = |low: u8, high: u8| self.0.push(low | high << 3);
        match step {
            Step::Wake(place, activity) => {
                code(0, activity as u8);
                self.place(place);
            }
            Step::Sleep => code(1, 0),
            Step::Go(place, ticks) => {
                code(2, 0);
                self.place(place);
                self.number(u64::from(ticks));
            }
            Step::Be(place, activity) => {
                code(3, activity as u8);
                self.place(place);
            }
            Step::Do(activity) => code(4, activity as u8),
            Step::Show(mark) => code(5, mark as u8),
            Step::Meet(topic) => code(6, topic),
        }
    }

    fn curve(&mut self, curve: &Curve) {
        self.text(&curve.key);
        self.text(&curve.title);
        self.0.push(curve.unit as u8);
        self.number(u64::from(curve.first));
        self.number(u64::from(curve.step));
        self.count(curve.values.len());
        for value in &curve.values {
            self.float(value.unwrap_or(f32::NAN));
        }
    }

    fn stop(&mut self, stop: &Stop) {
        self.number(u64::from(stop.tick));
        self.text(&stop.title);
        self.text(&stop.text);
        let (look, id) = match stop.look {
            Look::City => (0, None),
            Look::Space(id) => (1, Some(id.0)),
            Look::Parcel(id) => (2, Some(id.0)),
            Look::Avatar(id) => (3, Some(id.0)),
        };
        self.0.push(look);
        if let Some(id) = id {
            self.number(u64::from(id));
        }
        self.float(stop.speed);
        self.float(stop.zoom);
        self.text(&stop.curve);
    }

    fn moments(&mut self, moments: &[Moment]) {
        self.count(moments.len());
        let mut tick = 0;
        for moment in moments {
            self.number(u64::from(moment.tick - tick));
            tick = moment.tick;
            self.count(moment.steps.len());
            let mut avatar = 0;
            for (id, step) in &moment.steps {
                self.number(u64::from(id.0 - avatar));
                avatar = id.0;
                self.step(*step);
            }
        }
    }
}

/// Writes a reel; its moments and rules are in the order of their ticks, steps in the order of avatars.
#[must_use]
pub fn pack(reel: &Reel) -> Vec<u8> {
    let mut pen = Pen(MAGIC.to_vec());
    for text in [
        &reel.title,
        &reel.description,
        &reel.scenario,
        &reel.seed.to_string(),
    ] {
        pen.text(text);
    }
    let site = &reel.site;
    for number in [reel.first, reel.last, site.side, site.road_every] {
        pen.number(u64::from(number));
    }
    pen.runs(site.cells.iter().map(|cell| match cell {
        Cell::Road => 0,
        Cell::Plaza => 1,
        Cell::Land => 2,
    }));
    for column in [&site.districts, &site.homes, &site.worth] {
        pen.runs(column.iter().copied());
    }
    pen.count(site.spaces.len());
    for hall in &site.spaces {
        pen.0.push(hall.kind.code());
        pen.number(u64::from(hall.parcel.0));
        pen.text(&hall.topic);
    }
    pen.count(reel.topics.len());
    for topic in &reel.topics {
        pen.text(topic);
    }
    pen.count(reel.curves.len());
    for curve in &reel.curves {
        pen.curve(curve);
    }
    pen.count(reel.turns.len());
    let mut tick = 0;
    for turn in &reel.turns {
        pen.number(u64::from(turn.tick - tick));
        tick = turn.tick;
        pen.text(&turn.text);
    }
    pen.count(reel.stops.len());
    for stop in &reel.stops {
        pen.stop(stop);
    }
    pen.moments(&reel.moments);
    pen.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::example::small;
    use super::super::unpack::unpack;
    use super::*;
    use crate::lab::mark::Mark;
    use crate::sim::ids::{AvatarId, ParcelId, SpaceId};
    use crate::society::avatars::avatar::Activity;

    #[test]
    fn a_reel_comes_back_as_it_was() {
        let reel = small();
        assert_eq!(unpack(&pack(&reel)).unwrap(), reel);
        assert_eq!(pack(&reel), pack(&reel));
    }

    #[test]
    fn what_is_cut_off_is_missed() {
        let bytes = pack(&small());
        for n in 0..bytes.len() {
            assert!(
                unpack(&bytes[..n]).is_none(),
                "{n} of {} bytes",
                bytes.len()
            );
        }
        let mut more = bytes;
        more.push(0);
        assert!(unpack(&more).is_none());
    }

    #[test]
    fn a_city_takes_little_more_room_than_what_differs_in_it() {
        let mut reel = small();
        let before = pack(&reel).len();
        for moment in &mut reel.moments {
            moment.steps.push((AvatarId(900), Step::Do(Activity::Idle)));
        }
        assert_eq!(
            pack(&reel).len(),
            before + 4,
            "a step of known avatars has two bytes"
        );
    }

    proptest! {
        #[test]
        fn prop_any_steps_come_back(steps in prop::collection::vec((0u32..70_000, 0u32..9, 0u32..40_000, 0u32..6), 0..200)) {
            let activities = [Activity::Idle, Activity::Waiting, Activity::Consuming, Activity::Traveling, Activity::Talking, Activity::Playing];
            let marks = [Mark::Heart, Mark::Bubble, Mark::Bag, Mark::Coin];
            let mut reel = small();
            reel.moments.clear();
            let mut tick = reel.first;
            for chunk in steps.chunks(7) {
                tick += 1 + chunk[0].2;
                let mut rows: Vec<_> = chunk.iter().map(|(avatar, kind, id, small)| {
                    let place = if *small % 2 == 0 { Place::Space(SpaceId(*id)) } else { Place::Home(ParcelId(*id)) };
                    let activity = activities[*small as usize];
                    let step = match kind {
                        0 => Step::Wake(place, activity),
                        1 => Step::Sleep,
                        2 => Step::Go(place, *id),
                        3 => Step::Be(place, activity),
                        4 => Step::Do(activity),
                        5 => Step::Show(marks[(*small % 4) as usize]),
                        _ => Step::Meet((*id % 32) as u8),
                    };
                    (AvatarId(*avatar), step)
                }).collect();
                rows.sort_by_key(|r| r.0);
                reel.moments.push(Moment { tick, steps: rows });
            }
            prop_assert_eq!(unpack(&pack(&reel)), Some(reel));
        }
    }
}
