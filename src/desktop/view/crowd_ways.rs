//! The crowd's ways: how everybody moves within a tick, from where it was seen last, and how those who talk step up to
//! each other.

use super::city::CityRows;
use super::crowd::{CrowdMaker, CrowdView, Figure, is_a_step};
use super::crowd_memory::{Here, Standing, Walk};
use super::place::{self, Ground, Spot, WAY, Way, add, gap, heading};
use crate::sim::units::Tick;
use crate::society::avatars::avatar::Activity;

impl CrowdMaker {
    /// Moves one avatar on from where it was seen last; returns its way, where it looks, and whether it is new.
    pub(super) fn step(&mut self, f: &Figure, rows: &CityRows, ran: Tick) -> (Way, f32, bool) {
        let (id, home) = (f.id, Spot::House(f.home));
        let before = self.memory.before(id);
        if f.activity == Activity::Traveling {
            let (from, appears) = match before {
                Some(here) => (here.at(rows.grid), false),
                None => (rows.grid.seat(home, id.0 % 6).0, true),
            };
            let walk = match before {
                Some(Here::Walks(w)) if w.to == f.destination && w.arrives == f.arrives => w,
                _ => {
                    let spot = rows.spaces.get(f.destination.idx()).map(|s| s.spot);
                    let spot = spot.unwrap_or(home);
                    let seat = self.memory.take_seat(rows, spot, Some(f.destination), id);
                    Walk {
                        begins: from,
                        ends: rows.grid.seat(spot, seat).0,
                        to: f.destination,
                        seat,
                        departs: ran,
                        arrives: f.arrives,
                        done: 0.0,
                    }
                }
            };
            let way = rows.grid.walk(walk.begins, walk.ends);
            let whole = walk.arrives.since(walk.departs).max(1) as f32;
            let done = (ran.since(walk.departs) as f32 / whole).clamp(walk.done, 1.0);
            let part = place::cut(&way, walk.done, done);
            let walk = Walk { done, ..walk };
            self.memory.put(id, Here::Walks(walk));
            let facing = heading([walk.ends[0] - walk.begins[0], walk.ends[1] - walk.begins[1]]);
            return (part, facing, appears);
        }
        let space = rows.spaces.get(f.space.idx());
        let spot = space.map_or(home, |s| s.spot);
        let place = space.map(|_| f.space);
        match before {
            Some(Here::Walks(w)) if Some(w.to) == place => {
                let (at, facing) = rows.grid.seat(spot, w.seat);
                let way = rows.grid.walk(w.begins, w.ends);
                let part = place::cut(&way, w.done, 1.0);
                self.memory.put(
                    id,
                    Here::Stands(Standing {
                        place,
                        seat: w.seat,
                        at,
                        facing,
                    }),
                );
                (part, facing, false)
            }
            Some(Here::Stands(s)) if s.place == place => {
                self.memory.put(id, Here::Stands(s));
                ([s.at; WAY], s.facing, false)
            }
            other => {
                let seat = match place {
                    Some(_) => self.memory.take_seat(rows, spot, place, id),
                    None => id.0 % rows.grid.seats(spot),
                };
                let (at, facing) = rows.grid.seat(spot, seat);
                self.memory.put(
                    id,
                    Here::Stands(Standing {
                        place,
                        seat,
                        at,
                        facing,
                    }),
                );
                match other {
                    Some(here) if is_a_step(gap(here.at(rows.grid), at)) => (
                        place::cut(&rows.grid.walk(here.at(rows.grid), at), 0.0, 1.0),
                        facing,
                        false,
                    ),
                    _ => ([at; WAY], facing, true),
                }
            }
        }
    }

    /// Lets whoever talks step up to whom it talks with, and both look at each other.
    pub(super) fn pair_up(&mut self, view: &mut CrowdView, ran: Tick) {
        for i in 0..view.rows.len() {
            let row = view.rows[i];
            let partner = self.memory.talks_with(row.id, row.activity, ran);
            let old = self.memory.aside(row.id);
            let target = partner.and_then(|p| {
                let j = view.rows.binary_search_by_key(&p, |r| r.id).ok()?;
                let other = view.rows[j];
                (!other.walks() && other.activity != Activity::Traveling).then_some((j, other))
            });
            let Some((j, other)) = target else {
                // Steps back to its seat, unless it leaves from there anyway.
                if let Some(from) = old
                    && is_a_step(gap(from, row.way[0]))
                {
                    view.rows[i].way[0] = from;
                    self.memory.set_aside(row.id, None);
                }
                continue;
            };
            let stand = other.way[WAY - 1];
            let seat = row.way[WAY - 1];
            let d = gap(seat, stand);
            let toward = if d > 0.1 {
                [(seat[0] - stand[0]) / d, (seat[1] - stand[1]) / d]
            } else {
                [1.0, 0.0]
            };
            let near = add(stand, [0.85 * toward[0], 0.85 * toward[1]]);
            if is_a_step(d) {
                let from = old.unwrap_or(row.way[0]);
                view.rows[i].way = if row.walks() {
                    let mut way = row.way;
                    way[WAY - 1] = near;
                    way
                } else {
                    let mut way = [near; WAY];
                    way[0] = from;
                    way
                };
                self.memory.set_aside(row.id, Some(near));
            }
            view.rows[i].facing = heading([-toward[0], -toward[1]]);
            view.rows[j].facing = heading(toward);
        }
    }
}

impl Here {
    /// Returns where somebody was when it was seen last.
    fn at(&self, grid: place::Grid) -> Ground {
        match self {
            Self::Stands(s) => s.at,
            Self::Walks(w) => w.at(grid),
        }
    }
}
