//! Who is where at a tick, followed through a reel step by step.

use std::collections::BTreeMap;

use super::super::page::reel::{Moment, Place, Reel, Step};
use crate::lab::mark::{MARK_TICKS, Mark};
use crate::lab::place::{self, CELL, Grid, Ground, Spot};
use crate::sim::ids::{AvatarId, ParcelId};
use crate::sim::rng::mix;
use crate::society::avatars::avatar::Activity;

/// Somebody who is awake.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Actor {
    at: Place,
    activity: Activity,
    /// Where a walk began and in which tick, and in which it ends.
    walk: Option<(Ground, u32, u32)>,
    mark: Option<(Mark, u32)>,
}

/// Somebody as it is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figure {
    /// Where, in parcels east and south.
    pub(super) at: [f32; 2],
    /// What it does.
    pub(super) activity: Activity,
    /// The sign above its head.
    pub(super) mark: Option<Mark>,
    /// The space it is in, unless it is on the way or at home.
    pub(super) space: Option<usize>,
}

/// Follows a reel.
pub(super) struct Cast<'a> {
    moments: std::iter::Peekable<std::slice::Iter<'a, Moment>>,
    pub(super) grid: Grid,
    /// Where people of each space are.
    pub(super) spots: Vec<Spot>,
    actors: BTreeMap<AvatarId, Actor>,
}

impl<'a> Cast<'a> {
    /// Begins before the first tick.
    pub(super) fn new(reel: &'a Reel) -> Self {
        let site = &reel.site;
        let grid = Grid {
            side: site.side,
            road_every: site.road_every,
        };
        let spaces = site.spaces.iter();
        Self {
            moments: reel.moments.iter().peekable(),
            grid,
            spots: spaces
                .map(|hall| grid.spot(&site.cells, hall.kind, hall.parcel))
                .collect(),
            actors: BTreeMap::new(),
        }
    }

    /// Returns where somebody stands at a place: always on the same seat.
    fn seat(&self, id: AvatarId, at: Place) -> Ground {
        let spot = match at {
            Place::Space(space) => self.spots.get(space.idx()).copied(),
            Place::Home(parcel) => Some(Spot::House(parcel)),
        };
        let spot = spot.unwrap_or(Spot::House(ParcelId(0)));
        let n = self.grid.seats(spot).max(1);
        self.grid
            .seat(spot, (mix(u64::from(id.0)) % u64::from(n)) as u32)
            .0
    }

    /// Goes on to a tick; ticks are asked for in their order.
    pub(super) fn go_to(&mut self, tick: u32) {
        while let Some(moment) = self.moments.next_if(|m| m.tick <= tick) {
            for (id, step) in &moment.steps {
                self.take(*id, *step, moment.tick);
            }
        }
    }

    fn take(&mut self, id: AvatarId, step: Step, tick: u32) {
        if let Step::Wake(at, activity) = step {
            let actor = Actor {
                at,
                activity,
                walk: None,
                mark: None,
            };
            self.actors.insert(id, actor);
            return;
        }
        let Some(known) = self.actors.get(&id).copied() else {
            return;
        };
        let from = self.ground(id, &known, tick as f32);
        let Some(actor) = self.actors.get_mut(&id) else {
            return;
        };
        match step {
            Step::Wake(..) | Step::Meet(_) => {}
            Step::Sleep => {
                self.actors.remove(&id);
            }
            Step::Go(to, ticks) => {
                actor.at = to;
                actor.activity = Activity::Traveling;
                actor.walk = Some((from, tick, tick + ticks.max(1)));
            }
            Step::Be(at, activity) => {
                actor.at = at;
                actor.activity = activity;
                actor.walk = None;
            }
            Step::Do(activity) => {
                actor.activity = activity;
                actor.walk = None;
            }
            Step::Show(mark) => actor.mark = Some((mark, tick)),
        }
    }

    /// Returns where somebody is, in metres.
    fn ground(&self, id: AvatarId, actor: &Actor, tick: f32) -> Ground {
        let seat = self.seat(id, actor.at);
        match actor.walk {
            Some((from, departs, arrives)) if tick < arrives as f32 => {
                let share = (tick - departs as f32) / (arrives - departs).max(1) as f32;
                place::along(&self.grid.walk(from, seat), share)
            }
            _ => seat,
        }
    }

    /// Lists everybody at a tick that was gone to.
    pub(super) fn figures(&self, tick: f32) -> Vec<Figure> {
        let all = self.actors.iter();
        all.map(|(id, actor)| {
            let walks = actor
                .walk
                .is_some_and(|(_, _, arrives)| tick < arrives as f32);
            let activity =
                if actor.walk.is_some() && !walks && actor.activity == Activity::Traveling {
                    Activity::Idle
                } else {
                    actor.activity
                };
            let fresh = |(_, since): &(Mark, u32)| tick - (*since as f32) < MARK_TICKS as f32;
            let space = match actor.at {
                Place::Space(space) if !walks => Some(space.idx()),
                Place::Space(_) | Place::Home(_) => None,
            };
            Figure {
                at: self.ground(*id, actor, tick).map(|v| v / CELL),
                activity,
                mark: actor.mark.filter(fresh).map(|(mark, _)| mark),
                space,
            }
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::recording::page::example::small;

    #[test]
    fn a_cast_follows_its_reel() {
        let reel = small();
        let mut cast = Cast::new(&reel);
        cast.go_to(10);
        assert!(cast.figures(10.0).is_empty());
        cast.go_to(11);
        let begins = cast.figures(11.0);
        assert_eq!(begins.len(), 2);
        assert_eq!(
            (begins[0].activity, begins[0].space),
            (Activity::Traveling, None)
        );
        assert_eq!(
            (begins[1].activity, begins[1].mark),
            (Activity::Playing, Some(Mark::Coin))
        );
        let halfway = cast.figures(12.5);
        assert_ne!(halfway[0].at, begins[0].at);
        cast.go_to(14);
        let there = cast.figures(14.0);
        assert_eq!(
            (there[0].activity, there[0].space),
            (Activity::Idle, Some(0))
        );
        let [x, y] = there[0].at;
        assert!(
            (x - 8.5).abs() < 1.0 && (y - 12.5).abs() < 1.0,
            "stands at the classroom: {x} {y}"
        );
        assert_eq!(cast.figures(15.0)[1].mark, None, "signs go after a while");
        cast.go_to(1_500);
        let last = cast.figures(1_500.0);
        assert_eq!((last.len(), last[0].activity), (1, Activity::Talking));
    }
}
