//! A small made-up reel for the tests: one of everything.

use super::reel::{Curve, Hall, Moment, Place, Reel, Site, Step, Stop, Turn, Unit};
use crate::lab::mark::Mark;
use crate::lab::recording::Look;
use crate::sim::ids::{AvatarId, ParcelId, SpaceId};
use crate::society::avatars::avatar::Activity;
use crate::society::spaces::map::Cell;
use crate::society::spaces::space::SpaceKind;

/// Makes it.
pub(in crate::lab::recording) fn small() -> Reel {
    let n = 16 * 16;
    Reel {
        title: "Tag für Tag – “all”".to_owned(),
        description: "Two words.".to_owned(),
        scenario: "quickstart".to_owned(),
        seed: u64::MAX,
        first: 10,
        last: 2_000,
        site: Site {
            side: 16,
            road_every: 8,
            cells: (0..n)
                .map(|i| if i % 8 == 0 { Cell::Road } else { Cell::Land })
                .collect(),
            districts: (0..n).map(|i| (i / 100) as u8).collect(),
            homes: (0..n).map(|i| (i % 3) as u8).collect(),
            worth: vec![7; n],
            spaces: vec![Hall {
                kind: SpaceKind::Classroom,
                parcel: ParcelId(200),
                topic: "science".to_owned(),
            }],
        },
        topics: vec!["film".to_owned(), "music".to_owned()],
        curves: vec![Curve {
            key: "awake".to_owned(),
            title: "Awake".to_owned(),
            unit: Unit::Minutes,
            first: 60,
            step: 60,
            values: vec![Some(1.5), None, Some(-0.0)],
        }],
        turns: vec![Turn {
            tick: 700,
            text: "load = 0.2".to_owned(),
        }],
        stops: [
            Look::City,
            Look::Space(SpaceId(0)),
            Look::Parcel(ParcelId(130)),
            Look::Avatar(AvatarId(9)),
        ]
        .into_iter()
        .map(|look| Stop {
            tick: 300,
            title: "Here".to_owned(),
            text: String::new(),
            look,
            speed: 0.5,
            zoom: 0.0,
            curve: "awake".to_owned(),
        })
        .collect(),
        moments: vec![
            Moment {
                tick: 11,
                steps: vec![
                    (
                        AvatarId(3),
                        Step::Wake(Place::Home(ParcelId(9)), Activity::Idle),
                    ),
                    (AvatarId(3), Step::Go(Place::Space(SpaceId(0)), 3)),
                    (
                        AvatarId(900),
                        Step::Wake(Place::Space(SpaceId(0)), Activity::Playing),
                    ),
                    (AvatarId(900), Step::Show(Mark::Coin)),
                ],
            },
            Moment {
                tick: 1_500,
                steps: vec![
                    (AvatarId(0), Step::Do(Activity::Studying)),
                    (AvatarId(3), Step::Meet(31)),
                    (
                        AvatarId(3),
                        Step::Be(Place::Space(SpaceId(0)), Activity::Talking),
                    ),
                    (AvatarId(900), Step::Sleep),
                ],
            },
        ],
    }
}
