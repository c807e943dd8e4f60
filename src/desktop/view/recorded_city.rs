//! City and crowd of a recording: the same rows as of a living city, filled from what was recorded.

use std::sync::Arc;

use super::city::{
    ATTENTION_EVERY, ATTENTION_HALF_LIFE, Board, CityRows, CityView, GroundRows, LotRow,
};
use super::crowd::{CrowdMaker, CrowdView, Figure, HomeRow, MOST_HOMES};
use super::place::Grid;
use crate::desktop::command::Overlay;
use crate::events::behavior::{Event, NO_SPACE};
use crate::lab::recording::{LotNote, Person, Picture, Recording};
use crate::sim::ids::{AvatarId, CampaignId, SpaceId};
use crate::sim::units::{TICKS_PER_HOUR, Tick};
use crate::society::avatars::avatar::Activity;

/// Fills city and crowd from a recording; lives on the projector's thread as long as it is shown.
#[derive(Default)]
pub struct RecordedMaker {
    people: CrowdMaker,
    view: CityView,
    lots: Arc<Vec<LotNote>>,
    /// The hour that the rows were made in, and how many people had joined by then.
    counted: (u32, usize),
    boards: Vec<Option<CampaignId>>,
    minutes: Vec<f32>,
    attention_tick: Option<u32>,
}

impl RecordedMaker {
    /// Forgets what went before, for another moment of the recording.
    pub fn forget(&mut self) {
        self.people.forget();
        self.minutes.clear();
        self.attention_tick = None;
    }

    /// Collects after every tick that is passed: signs, conversations, and where attention goes.
    pub fn see(&mut self, picture: &Picture, deeds: &[Event]) {
        self.people.see(deeds);
        let keep = 0.5f32.powf(1.0 / ATTENTION_HALF_LIFE);
        for m in &mut self.minutes {
            *m *= keep;
        }
        for s in &picture.awake {
            let attends = matches!(
                s.activity,
                Activity::Consuming | Activity::Playing | Activity::Studying | Activity::Talking
            );
            if attends && s.space != NO_SPACE {
                let i = s.space.idx();
                if self.minutes.len() <= i
                    && i < picture.boards.len().max(self.view.rows.spaces.len())
                {
                    self.minutes.resize(i + 1, 0.0);
                }
                if let Some(m) = self.minutes.get_mut(i) {
                    *m += 1.0;
                }
            }
        }
    }

    /// Returns the city as it was; what has not changed is shared with what was returned before.
    pub fn city(&mut self, recording: &Recording, picture: &Picture) -> CityView {
        let people = joined_by(recording.people(), picture.tick);
        // Newcomers' houses are looked for once an hour, as in a living city: the scene is built anew for them.
        let counted = (picture.tick.0 / TICKS_PER_HOUR, people.len());
        let has_newcomers = self.counted.0 != counted.0 && self.counted.1 != counted.1;
        let is_new = !Arc::ptr_eq(&self.lots, &picture.lots) && self.lots != picture.lots;
        if self.view.rows.version == 0 || is_new || has_newcomers {
            self.lots = Arc::clone(&picture.lots);
            self.counted = counted;
            self.view.rows = Arc::new(self.rows(recording, people));
        }
        if self.boards != picture.boards {
            self.boards.clone_from(&picture.boards);
            self.view.boards = Arc::new(self.shown(recording));
            self.view.boards_version += 1;
        }
        let turn = picture.tick.0 / ATTENTION_EVERY;
        if self.attention_tick != Some(turn) {
            self.attention_tick = Some(turn);
            self.view.attention = Arc::new(self.minutes.clone());
            self.view.attention_version += 1;
        }
        self.view.clone()
    }

    fn rows(&self, recording: &Recording, people: &[Person]) -> CityRows {
        let Some(ground) = recording.ground() else {
            // Nothing but numbers was recorded: no ground, no city.
            let none = std::iter::empty();
            let version = self.view.rows.version + 1;
            return CityRows::of(version, GroundRows::default(), Vec::new(), none);
        };
        let mut homes = vec![0u16; ground.cells.len()];
        for p in people {
            if let Some(n) = homes.get_mut(p.home.idx()) {
                *n = n.saturating_add(1);
            }
        }
        let lot = |(i, homes): (usize, u16)| {
            let lot = self.lots.get(i).copied().unwrap_or_default();
            LotRow {
                homes,
                is_owned: lot.is_owned,
                is_built: lot.is_built,
                is_on_sale: lot.is_on_sale,
                price: lot.price.as_f64() as f32,
                footfall: lot.footfall_tenths as f32 / 10.0,
                worth: 0.0,
            }
        };
        let lots = homes.into_iter().enumerate().map(lot).collect();
        let ground = GroundRows {
            grid: Grid {
                side: ground.side,
                road_every: ground.road_every,
            },
            cells: ground.cells.clone(),
            district: ground.districts.clone(),
        };
        let spaces = recording.spaces().iter();
        let spaces = spaces.map(|s| (s.kind, s.parcel, usize::from(s.topic)));
        CityRows::of(self.view.rows.version + 1, ground, lots, spaces)
    }

    fn shown(&self, recording: &Recording) -> Vec<Board> {
        let topics = recording.campaigns();
        let won = self.boards.iter().enumerate();
        won.filter_map(|(i, campaign)| {
            let campaign = (*campaign)?;
            let row = self.view.rows.spaces.get(i)?;
            let topic = topics.get(campaign.idx())?;
            Some(Board::of(SpaceId::from_idx(i), row, campaign, *topic))
        })
        .collect()
    }

    /// Returns everybody as they were after the tick of a picture; ways begin where the last crowd's ended.
    pub fn crowd(&mut self, recording: &Recording, picture: &Picture) -> CrowdView {
        let people = recording.people();
        let rows = Arc::clone(&self.view.rows);
        self.look_home(&rows, joined_by(people, picture.tick), picture.tick);
        let figures = picture.awake.iter().filter_map(|s| {
            let person = people.get(s.id.idx())?;
            Some(Figure {
                id: s.id,
                role: person.role,
                home: person.home,
                activity: s.activity,
                space: s.space,
                destination: s.trip.map_or(NO_SPACE, |t| t.to),
                arrives: s.trip.map_or(Tick(0), |t| t.arrives),
                shade: None,
            })
        });
        self.people
            .draw(figures, &rows, Overlay::None, picture.tick)
    }

    /// Looks once an hour who lives where.
    fn look_home(&mut self, rows: &CityRows, people: &[Person], ran: Tick) {
        let stamp = (ran.0 / TICKS_PER_HOUR, people.len(), Overlay::None, false);
        if self.people.homes_stamp == Some(stamp) {
            return;
        }
        self.people.homes_stamp = Some(stamp);
        let every = people.len().div_ceil(MOST_HOMES).max(1);
        let homes = people.iter().enumerate().step_by(every);
        let here = homes.filter(|(_, p)| p.left.is_none_or(|t| t > ran));
        let home =
            |(i, p): (usize, &Person)| HomeRow::of(rows, AvatarId::from_idx(i), p.home, p.role);
        self.people.homes = Arc::new(here.map(home).collect());
    }
}

/// Returns those who had joined by a tick: people are numbered in the order in which they come.
#[must_use]
pub fn joined_by(people: &[Person], tick: Tick) -> &[Person] {
    &people[..people.partition_point(|p| p.joined <= tick)]
}
