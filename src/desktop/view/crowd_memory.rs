//! What the crowd's rows remember from tick to tick: where everybody was, who holds which seat, signs and conversations.

use std::collections::BTreeMap;

use super::city::CityRows;
use super::crowd::{MARK_TICKS, Mark};
use super::place::{Grid, Ground, Spot, along};
use crate::sim::ids::{AvatarId, SpaceId};
use crate::sim::rng::mix;
use crate::sim::units::Tick;
use crate::society::avatars::avatar::Activity;

/// Somebody who stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Standing {
    /// In which space; `None` at home.
    pub(super) place: Option<SpaceId>,
    /// On which seat.
    pub(super) seat: u32,
    /// Where that is.
    pub(super) at: Ground,
    /// Where it looks.
    pub(super) facing: f32,
}

/// Somebody who walks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Walk {
    /// Where it set out.
    pub(super) begins: Ground,
    /// Where it goes.
    pub(super) ends: Ground,
    /// To which space.
    pub(super) to: SpaceId,
    /// To which seat.
    pub(super) seat: u32,
    /// In which tick it set out.
    pub(super) departs: Tick,
    /// When it arrives.
    pub(super) arrives: Tick,
    /// Share of the way done so far.
    pub(super) done: f32,
}

impl Walk {
    /// Returns where it is.
    pub(super) fn at(&self, grid: Grid) -> Ground {
        along(&grid.walk(self.begins, self.ends), self.done)
    }
}

/// Where somebody was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Here {
    /// It stood.
    Stands(Standing),
    /// It walked.
    Walks(Walk),
}

/// Everything remembered; rows are by id, as the awake are.
#[derive(Debug, Default)]
pub(super) struct Memory {
    before: Vec<(AvatarId, Here)>,
    cursor: usize,
    after: Vec<(AvatarId, Here)>,
    seats: Vec<Vec<u64>>,
    marks: BTreeMap<AvatarId, (Mark, Tick)>,
    talks: BTreeMap<AvatarId, (AvatarId, Tick)>,
    asides: BTreeMap<AvatarId, Ground>,
}

impl Memory {
    pub(super) fn mark(&mut self, id: AvatarId, mark: Mark, tick: Tick) {
        self.marks.insert(id, (mark, tick));
    }

    pub(super) fn talk(&mut self, id: AvatarId, with: AvatarId, tick: Tick) {
        self.talks.insert(id, (with, tick));
    }

    /// Begins a view: people are asked for in the order of their ids.
    pub(super) fn begin(&mut self, ran: Tick, n_spaces: usize) {
        self.cursor = 0;
        self.after.clear();
        self.seats
            .resize_with(n_spaces.max(self.seats.len()), Vec::new);
        self.marks.retain(|_, (_, t)| ran.since(*t) < MARK_TICKS);
        self.talks.retain(|_, (_, t)| ran.since(*t) < 60);
    }

    /// Returns where somebody was in the last view; frees the seats of those who are skipped, because they have gone.
    pub(super) fn before(&mut self, id: AvatarId) -> Option<Here> {
        while let Some((other, here)) = self.before.get(self.cursor).copied() {
            if other > id {
                return None;
            }
            self.cursor += 1;
            if other == id {
                return Some(here);
            }
            self.free(here);
            self.asides.remove(&other);
        }
        None
    }

    /// Remembers where somebody is now; must follow [`Memory::before`] of the same id.
    pub(super) fn put(&mut self, id: AvatarId, here: Here) {
        let old = self
            .cursor
            .checked_sub(1)
            .and_then(|i| self.before.get(i))
            .copied();
        if let Some((other, old)) = old
            && other == id
            && seat_of(old) != seat_of(here)
        {
            self.free(old);
        }
        self.after.push((id, here));
    }

    /// Ends a view.
    pub(super) fn end(&mut self) {
        while let Some((id, here)) = self.before.get(self.cursor).copied() {
            self.free(here);
            self.asides.remove(&id);
            self.cursor += 1;
        }
        std::mem::swap(&mut self.before, &mut self.after);
    }

    /// Takes a free seat; always the same one for somebody if it is free. Where all are taken, seats are shared.
    pub(super) fn take_seat(
        &mut self,
        rows: &CityRows,
        spot: Spot,
        place: Option<SpaceId>,
        id: AvatarId,
    ) -> u32 {
        let grid: Grid = rows.grid;
        let n = grid.seats(spot).max(1);
        let favorite = (mix(u64::from(id.0)) % u64::from(n)) as u32;
        let Some(taken) = place.and_then(|p| self.seats.get_mut(p.idx())) else {
            return favorite;
        };
        taken.resize(n.div_ceil(64) as usize, 0);
        for k in 0..n {
            let seat = (favorite + k) % n;
            let (word, bit) = ((seat / 64) as usize, 1u64 << (seat % 64));
            if taken[word] & bit == 0 {
                taken[word] |= bit;
                return seat;
            }
        }
        favorite
    }

    fn free(&mut self, here: Here) {
        if let Some((place, seat)) = seat_of(here)
            && let Some(word) = self
                .seats
                .get_mut(place.idx())
                .and_then(|s| s.get_mut((seat / 64) as usize))
        {
            *word &= !(1u64 << (seat % 64));
        }
    }

    /// Returns somebody's sign and its age in ticks.
    pub(super) fn marked(&self, id: AvatarId, ran: Tick) -> (Mark, u8) {
        self.marks
            .get(&id)
            .map_or((Mark::None, 0), |(m, t)| (*m, ran.since(*t).min(255) as u8))
    }

    /// Returns with whom somebody talks.
    pub(super) fn talks_with(
        &self,
        id: AvatarId,
        activity: Activity,
        ran: Tick,
    ) -> Option<AvatarId> {
        let (with, since) = *self.talks.get(&id)?;
        (activity == Activity::Talking || ran == since).then_some(with)
    }

    /// Returns where somebody stands aside of its seat.
    pub(super) fn aside(&self, id: AvatarId) -> Option<Ground> {
        self.asides.get(&id).copied()
    }

    pub(super) fn set_aside(&mut self, id: AvatarId, at: Option<Ground>) {
        match at {
            Some(at) => {
                self.asides.insert(id, at);
            }
            None => {
                self.asides.remove(&id);
            }
        }
    }
}

fn seat_of(here: Here) -> Option<(SpaceId, u32)> {
    match here {
        Here::Stands(s) => s.place.map(|p| (p, s.seat)),
        Here::Walks(w) => Some((w.to, w.seat)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ids::ParcelId;

    #[test]
    fn seats_are_free_again_when_their_holders_go() {
        let rows = CityRows {
            grid: Grid {
                side: 16,
                road_every: 8,
            },
            ..CityRows::default()
        };
        let spot = Spot::House(ParcelId(20));
        let place = Some(SpaceId(0));
        let mut m = Memory::default();
        m.begin(Tick(0), 1);
        for id in 0..6 {
            let id = AvatarId(id);
            assert_eq!(m.before(id), None);
            let seat = m.take_seat(&rows, spot, place, id);
            let standing = Standing {
                place,
                seat,
                at: [0.0; 2],
                facing: 0.0,
            };
            m.put(id, Here::Stands(standing));
        }
        m.end();
        assert_eq!(m.seats[0][0].count_ones(), 6);
        m.begin(Tick(1), 1);
        let stays = m.before(AvatarId(3)).unwrap();
        m.put(AvatarId(3), stays);
        m.end();
        assert_eq!(m.seats[0][0].count_ones(), 1);
    }
}
