//! What changed from one picture to the next.

use std::collections::BTreeMap;

use super::reel::{Moment, Place, Step};
use crate::events::behavior::{Event, EventKind, NO_SPACE, ThingKind};
use crate::lab::mark::Mark;
use crate::lab::recording::Seen;
use crate::sim::ids::{AvatarId, ItemId, ParcelId};
use crate::sim::units::Tick;
use crate::society::avatars::avatar::Activity;

/// Compares pictures, tick by tick.
#[derive(Debug, Default)]
pub(super) struct Steps {
    before: Vec<Seen>,
    topics: BTreeMap<AvatarId, u8>,
}

/// Where somebody is, or where it goes.
fn place(seen: &Seen, home: ParcelId) -> Place {
    let space = seen.trip.map_or(seen.space, |trip| trip.to);
    if space == NO_SPACE {
        Place::Home(home)
    } else {
        Place::Space(space)
    }
}

impl Steps {
    /// Looks at the picture after a tick and at what was done in it; returns what changed, if anything did.
    ///
    /// `awake` is by growing avatar; `home` tells where somebody lives, `topic` what an item is about.
    pub(super) fn look(
        &mut self,
        tick: u32,
        awake: &[Seen],
        deeds: &[Event],
        home: impl Fn(AvatarId) -> ParcelId,
        topic: impl Fn(ItemId) -> Option<u8>,
    ) -> Option<Moment> {
        let mut steps = Vec::new();
        let mut old = self.before.iter().peekable();
        for now in awake {
            while let Some(gone) = old.next_if(|o| o.id < now.id) {
                steps.push((gone.id, Step::Sleep));
                self.topics.remove(&gone.id);
            }
            let was = old.next_if(|o| o.id == now.id);
            for step in between(tick, was, now, home(now.id)).into_iter().flatten() {
                steps.push((now.id, step));
            }
        }
        for gone in old {
            steps.push((gone.id, Step::Sleep));
            self.topics.remove(&gone.id);
        }
        for deed in deeds {
            if awake.binary_search_by_key(&deed.avatar, |s| s.id).is_err() {
                continue;
            }
            let looks = matches!(
                deed.kind,
                EventKind::Consume | EventKind::Play | EventKind::Study
            ) && deed.thing.kind == ThingKind::Item;
            if let Some(about) = looks.then(|| topic(ItemId(deed.thing.id))).flatten()
                && self.topics.insert(deed.avatar, about) != Some(about)
            {
                steps.push((deed.avatar, Step::Meet(about)));
            }
            let mark = Mark::of(deed);
            if mark != Mark::None {
                steps.push((deed.avatar, Step::Show(mark)));
            }
        }
        self.before.clear();
        self.before.extend_from_slice(awake);
        // Stable: of one avatar, changes stay before what it met and showed.
        steps.sort_by_key(|(id, _)| *id);
        (!steps.is_empty()).then_some(Moment { tick, steps })
    }
}

/// What changed for somebody who is awake.
fn between(tick: u32, was: Option<&Seen>, now: &Seen, home: ParcelId) -> [Option<Step>; 2] {
    let goes = now.trip.map(|trip| {
        let ticks = trip.arrives.since(Tick(tick)).max(1);
        Step::Go(place(now, home), ticks)
    });
    let Some(was) = was else {
        // Whoever comes and sets out in the same tick comes from home.
        return match goes {
            Some(go) => [
                Some(Step::Wake(Place::Home(home), Activity::Idle)),
                Some(go),
            ],
            None => [Some(Step::Wake(place(now, home), now.activity)), None],
        };
    };
    if goes.is_some() {
        return [goes.filter(|_| was.trip != now.trip), None];
    }
    if place(was, home) != place(now, home) {
        return [Some(Step::Be(place(now, home), now.activity)), None];
    }
    // Whoever arrives when it should and does nothing yet need not be told of.
    let arrives = was.trip.is_some_and(|t| t.arrives.0 == tick) && now.activity == Activity::Idle;
    let changes = (was.activity != now.activity && !arrives).then_some(Step::Do(now.activity));
    [changes, None]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::recording::Trip;
    use crate::sim::ids::SpaceId;

    fn seen(id: u32, activity: Activity, space: SpaceId) -> Seen {
        Seen {
            id: AvatarId(id),
            activity,
            space,
            trip: None,
        }
    }

    fn look(steps: &mut Steps, tick: u32, awake: &[Seen], deeds: &[Event]) -> Vec<(u32, Step)> {
        let home = |id: AvatarId| ParcelId(100 + id.0);
        let topic = |item: ItemId| (item.0 < 50).then_some((item.0 % 7) as u8);
        let moment = steps.look(tick, awake, deeds, home, topic);
        moment.map_or_else(Vec::new, |m| {
            m.steps.into_iter().map(|(a, s)| (a.0, s)).collect()
        })
    }

    #[test]
    fn a_day_of_somebody_is_told_by_its_changes() {
        let steps = &mut Steps::default();
        let space = SpaceId(4);
        let idle = seen(2, Activity::Idle, NO_SPACE);
        let trip = Some(Trip {
            to: space,
            arrives: Tick(14),
        });
        let walks = Seen {
            activity: Activity::Traveling,
            trip,
            ..idle
        };
        let came = Step::Wake(Place::Home(ParcelId(102)), Activity::Idle);
        assert_eq!(look(steps, 10, &[idle], &[]), [(2, came)]);
        assert_eq!(
            look(steps, 11, &[walks], &[]),
            [(2, Step::Go(Place::Space(space), 3))]
        );
        assert_eq!(look(steps, 12, &[walks], &[]), []);
        assert_eq!(look(steps, 14, &[seen(2, Activity::Idle, space)], &[]), []);
        let reads = seen(2, Activity::Consuming, space);
        assert_eq!(
            look(steps, 15, &[reads], &[]),
            [(2, Step::Do(Activity::Consuming))]
        );
        let far = seen(2, Activity::Talking, SpaceId(9));
        assert_eq!(
            look(steps, 16, &[far], &[]),
            [(2, Step::Be(Place::Space(SpaceId(9)), Activity::Talking))]
        );
        assert_eq!(look(steps, 17, &[], &[]), [(2, Step::Sleep)]);
        assert_eq!(look(steps, 18, &[], &[]), []);
    }

    #[test]
    fn whoever_comes_on_the_way_comes_from_home_and_others_do_not_matter() {
        let steps = &mut Steps::default();
        let walks = Seen {
            activity: Activity::Traveling,
            trip: Some(Trip {
                to: SpaceId(1),
                arrives: Tick(9),
            }),
            ..seen(5, Activity::Traveling, NO_SPACE)
        };
        let others = [
            seen(1, Activity::Idle, NO_SPACE),
            walks,
            seen(8, Activity::Playing, SpaceId(2)),
        ];
        let told = look(steps, 4, &others, &[]);
        assert_eq!(
            told[1..3],
            [
                (5, Step::Wake(Place::Home(ParcelId(105)), Activity::Idle)),
                (5, Step::Go(Place::Space(SpaceId(1)), 5)),
            ]
        );
        let told = look(steps, 5, &others[1..2], &[]);
        assert_eq!(told, [(1, Step::Sleep), (8, Step::Sleep)]);
    }

    #[test]
    fn topics_are_told_when_they_change_and_signs_of_those_who_are_here() {
        let steps = &mut Steps::default();
        let here = [seen(3, Activity::Consuming, SpaceId(0))];
        let deed = |kind, item| Event {
            thing: crate::events::behavior::Thing {
                kind: ThingKind::Item,
                id: item,
            },
            ..Event::new(Tick(1), AvatarId(3), kind)
        };
        let away = Event {
            avatar: AvatarId(4),
            ..deed(EventKind::Like, 1)
        };
        let told = look(
            steps,
            1,
            &here,
            &[deed(EventKind::Consume, 8), deed(EventKind::Like, 8), away],
        );
        assert_eq!(
            told[1..],
            [(3, Step::Meet(1)), (3, Step::Show(Mark::Heart))]
        );
        assert_eq!(look(steps, 2, &here, &[deed(EventKind::Consume, 15)]), []);
        assert_eq!(
            look(
                steps,
                3,
                &here,
                &[deed(EventKind::Consume, 9), deed(EventKind::Consume, 99)]
            ),
            [(3, Step::Meet(2))]
        );
    }
}
