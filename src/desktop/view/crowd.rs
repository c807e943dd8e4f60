//! The crowd's rows: everybody who is awake, where from and where to it moves in this tick, and what it shows.
//!
//! The simulation knows in which space somebody is and until when it travels. Where it stood a tick ago, on which seat it
//! stands, and whom it talks with is remembered here, from one tick to the next.

use std::sync::Arc;

use super::city::CityRows;
use super::crowd_memory::Memory;
use super::overlay::{Shades, is_of_people};
use super::place::{self, Ground, Spot, WAY, Way, gap};
use super::sight::{Ask, City};
use crate::desktop::command::Overlay;
use crate::events::behavior::{Event, EventKind, ThingKind};
use crate::events::bus::EventBus;
use crate::sim::ids::{AvatarId, ParcelId, SpaceId};
use crate::sim::schedule::SimClock;
use crate::sim::units::{TICKS_PER_HOUR, Tick};
use crate::society::avatars::avatar::{Activity, Avatar, Avatars, Role};

pub use crate::lab::mark::{MARK_TICKS, Mark};

/// Farther than this nobody gets within a tick but by teleport, in metres; it is shown to be there at once.
const FARTHEST_STEP: f32 = 60.0;

/// Somebody who is awake.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrowdRow {
    /// Who.
    pub id: AvatarId,
    /// The way of this tick.
    pub way: Way,
    /// Towards where it looks while it stands, in radians; 0 is south.
    pub facing: f32,
    /// What it is doing.
    pub activity: Activity,
    /// Its role.
    pub role: Role,
    /// Whether it was not here a tick ago.
    pub appears: bool,
    /// How much attention it gives, `[0, 1]`.
    pub glow: f32,
    /// Sign above its head.
    pub mark: Mark,
    /// Ticks since the sign appeared.
    pub mark_age: u8,
    /// Colour of the overlay; `None` for its own.
    pub shade: Option<[u8; 3]>,
}

impl CrowdRow {
    /// Returns where it is at a share of the tick.
    #[must_use]
    pub fn at(&self, share: f32) -> Ground {
        place::along(&self.way, share)
    }

    /// Says whether it moves in this tick.
    #[must_use]
    pub fn walks(&self) -> bool {
        gap(self.way[0], self.way[WAY - 1]) > 0.05
    }
}

/// Somebody's place at home, taken while it sleeps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HomeRow {
    /// Who.
    pub id: AvatarId,
    /// Where.
    pub at: Ground,
    /// Towards where it looks, in radians; 0 is south.
    pub facing: f32,
    /// Its role.
    pub role: Role,
    /// Colour of the overlay; `None` for its own.
    pub shade: Option<[u8; 3]>,
}

impl HomeRow {
    /// Places somebody at home.
    #[must_use]
    pub fn of(rows: &CityRows, id: AvatarId, home: ParcelId, role: Role) -> Self {
        let (at, facing) = rows.grid.seat(Spot::House(home), id.0 % 6);
        Self {
            id,
            at,
            facing,
            role,
            shade: None,
        }
    }
}

/// What is known of somebody who is awake, whether it lives or was recorded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// Who.
    pub id: AvatarId,
    /// Its role.
    pub role: Role,
    /// Where it lives.
    pub home: ParcelId,
    /// What it is doing.
    pub activity: Activity,
    /// In which space it is.
    pub space: SpaceId,
    /// To which space it goes; only while it travels.
    pub destination: SpaceId,
    /// When it arrives there; only while it travels.
    pub arrives: Tick,
    /// Colour of the overlay; `None` for its own.
    pub shade: Option<[u8; 3]>,
}

/// Everybody who is awake, by id, and where everybody is at home.
#[derive(Debug, Clone, Default)]
pub struct CrowdView {
    /// After which tick.
    pub tick: Tick,
    /// Counts the views of a city; a new one has new ways.
    pub version: u64,
    /// Whether anybody's colour is of an overlay.
    pub overlay: Overlay,
    /// Who, by id.
    pub rows: Vec<CrowdRow>,
    /// Places at home, by id; of a very large city only some.
    pub homes: Arc<Vec<HomeRow>>,
}

impl CrowdView {
    /// Lists those who are at home, by id.
    pub fn sleepers(&self) -> impl Iterator<Item = &HomeRow> {
        let mut awake = self.rows.iter().peekable();
        self.homes.iter().filter(move |h| {
            while awake.next_if(|r| r.id < h.id).is_some() {}
            awake.peek().is_none_or(|r| r.id != h.id)
        })
    }

    /// Returns where somebody is at a share of the tick, awake or at home.
    #[must_use]
    pub fn place(&self, id: AvatarId, share: f32) -> Option<Ground> {
        if let Some(row) = self.row(id) {
            return Some(row.at(share));
        }
        let i = self.homes.binary_search_by_key(&id, |h| h.id).ok()?;
        self.homes.get(i).map(|h| h.at)
    }

    /// Returns somebody's row.
    #[must_use]
    pub fn row(&self, id: AvatarId) -> Option<&CrowdRow> {
        let i = self.rows.binary_search_by_key(&id, |r| r.id).ok()?;
        self.rows.get(i)
    }
}

impl CrowdView {
    /// Makes a crowd that nobody simulates: `n` people who stand or walk all over the ground of a city.
    #[must_use]
    pub fn parade(rows: &CityRows, n: u32) -> Self {
        const ACTIVITIES: [Activity; 6] = [
            Activity::Idle,
            Activity::Traveling,
            Activity::Talking,
            Activity::Playing,
            Activity::Studying,
            Activity::Consuming,
        ];
        let extent = rows.grid.extent();
        let along = (f64::from(n.max(1)).sqrt().ceil()) as u32;
        let step = extent / along as f32;
        let row = |i: u32| {
            let at = [
                (i % along) as f32 * step + 0.5 * step,
                (i / along) as f32 * step + 0.5 * step,
            ];
            let activity = ACTIVITIES[i as usize % ACTIVITIES.len()];
            let walks = activity == Activity::Traveling;
            let to = if walks { [at[0] + 2.0, at[1]] } else { at };
            CrowdRow {
                id: AvatarId(i),
                way: [at, to, to, to, to],
                facing: i as f32,
                activity,
                role: Role::Ordinary,
                appears: false,
                glow: 0.3,
                mark: Mark::None,
                mark_age: 0,
                shade: None,
            }
        };
        Self {
            tick: Tick(0),
            // No maker counts that far.
            version: u64::MAX - u64::from(n),
            overlay: Overlay::None,
            rows: (0..n).map(row).collect(),
            homes: Arc::default(),
        }
    }
}

/// Fills [`CrowdView`]; lives on the city's thread as long as the city.
#[derive(Debug, Default)]
pub struct CrowdMaker {
    pub(super) memory: Memory,
    shades: Shades,
    version: u64,
    last: Option<Tick>,
    pub(super) homes: Arc<Vec<HomeRow>>,
    pub(super) homes_stamp: Option<(u32, usize, Overlay, bool)>,
}

/// Most places at home that are shown; of more people, every second, third, … is.
pub(super) const MOST_HOMES: usize = 20_000;

impl CrowdMaker {
    /// Looks once an hour, and whenever other colours are asked for, who lives where.
    fn look_home(
        &mut self,
        city: &City<'_>,
        rows: &CityRows,
        ask: &Ask,
        overlay: Overlay,
        ran: Tick,
    ) {
        let people = city.get::<Avatars>().table.rows();
        let stamp = (
            ran.0 / TICKS_PER_HOUR,
            people.len(),
            overlay,
            ask.shows_truth,
        );
        if self.homes_stamp == Some(stamp) {
            return;
        }
        self.homes_stamp = Some(stamp);
        let every = people.len().div_ceil(MOST_HOMES).max(1);
        let row = |(i, a): (usize, &Avatar)| {
            let id = AvatarId::from_idx(i);
            HomeRow {
                shade: if is_of_people(overlay) {
                    self.shades.of(city, id, a, ask, overlay)
                } else {
                    None
                },
                ..HomeRow::of(rows, id, a.home, a.role)
            }
        };
        let homes = people.iter().enumerate().step_by(every);
        self.homes = Arc::new(homes.filter(|(_, a)| !a.has_left).map(row).collect());
    }

    /// Collects after every tick: signs and conversations.
    pub fn watch(&mut self, city: &City<'_>) {
        self.see(&city.get::<EventBus>().current);
    }

    /// Collects signs and conversations from what happened in a tick.
    pub fn see(&mut self, events: &[Event]) {
        for e in events {
            let mark = Mark::of(e);
            if mark != Mark::None {
                self.memory.mark(e.avatar, mark, e.tick);
                if e.kind == EventKind::Talk && e.thing.kind == ThingKind::Avatar {
                    self.memory.talk(e.avatar, AvatarId(e.thing.id), e.tick);
                }
            }
        }
    }

    /// Returns the crowd after the tick that ran last; ways begin where the last view ended.
    pub fn view(
        &mut self,
        city: &City<'_>,
        rows: &CityRows,
        ask: &Ask,
        overlay: Overlay,
    ) -> CrowdView {
        let avatars = city.get::<Avatars>();
        let now = city.get::<SimClock>().now;
        let ran = Tick(now.0.saturating_sub(1));
        let is_shaded = is_of_people(overlay);
        if is_shaded {
            self.shades.refresh(city, overlay);
        }
        self.look_home(city, rows, ask, overlay, ran);
        let shades = std::mem::take(&mut self.shades);
        let figures = avatars.awake.iter().map(|id| {
            let a = avatars.get(*id);
            Figure {
                id: *id,
                role: a.role,
                home: a.home,
                activity: a.activity,
                space: a.space,
                destination: a.destination,
                arrives: a.busy_until,
                shade: if is_shaded {
                    shades.of(city, *id, a, ask, overlay)
                } else {
                    None
                },
            }
        });
        let view = self.draw(figures, rows, overlay, ran);
        self.shades = shades;
        view
    }

    /// Returns the crowd of those who are awake after a tick, given by id.
    pub fn draw(
        &mut self,
        figures: impl Iterator<Item = Figure>,
        rows: &CityRows,
        overlay: Overlay,
        ran: Tick,
    ) -> CrowdView {
        // Going back in time, or to another city, forgets.
        if self.last.is_some_and(|last| last.0 > ran.0) {
            self.memory = Memory::default();
        }
        self.last = Some(ran);
        self.version += 1;
        self.memory.begin(ran, rows.spaces.len());
        let mut view = CrowdView {
            tick: ran,
            version: self.version,
            overlay,
            rows: Vec::with_capacity(figures.size_hint().0),
            homes: Arc::clone(&self.homes),
        };
        for f in figures {
            let (way, facing, appears) = self.step(&f, rows, ran);
            let (mark, age) = self.memory.marked(f.id, ran);
            view.rows.push(CrowdRow {
                id: f.id,
                way,
                facing,
                activity: f.activity,
                role: f.role,
                appears,
                glow: glow(f.activity),
                mark,
                mark_age: age,
                shade: f.shade,
            });
        }
        self.memory.end();
        self.pair_up(&mut view, ran);
        view
    }

    /// Forgets where everybody was, as for another moment of a recording.
    pub fn forget(&mut self) {
        self.memory = Memory::default();
        self.last = None;
    }
}

/// Returns how much attention somebody gives to what the city offers while it does something.
fn glow(activity: Activity) -> f32 {
    match activity {
        Activity::Consuming | Activity::Playing | Activity::Studying => 1.0,
        Activity::Waiting => 0.6,
        Activity::Talking => 0.35,
        Activity::Asleep | Activity::Idle | Activity::Traveling => 0.0,
    }
}

/// Says whether somebody can have gone so many metres within a tick.
pub(super) fn is_a_step(metres: f32) -> bool {
    metres < FARTHEST_STEP
}
