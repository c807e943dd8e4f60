//! The book of a run: everything the lab has counted, event by event.

use std::collections::BTreeMap;

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::ads::AdBook;
use super::calibration::CalibrationCounts;
use super::cohorts::Cohorts;
use super::oracle::Witness;
use super::reached::Reached;
use super::trading::Trades;
use crate::events::behavior::{Event, EventKind, Surface, ThingKind};
use crate::lab::report::DayRow;
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::units::{TICKS_PER_DAY, Tick};
use crate::society::content::catalogue::Catalogue;
use crate::society::content::truth::ItemTruths;
use crate::society::spaces::space::Spaces;

/// Gaps kept to judge their distribution.
const MAX_GAPS: usize = 400_000;

/// Session lengths kept.
pub const MAX_SESSIONS: usize = 2_000_000;

/// Never active.
const NEVER: u32 = u32::MAX;

/// Counts of one surface.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SurfaceCounts {
    /// Slates served.
    pub slates: u64,
    /// Slates something was taken from.
    pub taken: u64,
    /// Sum of true utilities of what was taken, of sampled slates; and how many.
    pub utility: (f64, u64),
    /// Items shown at least once.
    pub shown: Vec<bool>,
}

/// Sums of one day.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Today {
    /// Avatars active.
    pub active: u64,
    /// Arrivals.
    pub newcomers: u64,
    /// Sessions begun.
    pub sessions: u64,
    /// Minutes of sessions that ended.
    pub minutes: f64,
    /// Sum of satisfaction at the ends of sessions.
    pub satisfaction: f64,
    /// Sessions ended.
    pub ended: u64,
    /// Attraction shown and best, weighted by attention.
    pub efficiency: (f64, f64),
    /// Ads.
    pub impressions: u64,
    /// Clicks.
    pub clicks: u64,
    /// Paid by advertisers.
    pub ad_revenue: f64,
    /// Pushes sent.
    pub pushes: u64,
    /// Pushes opened.
    pub opened: u64,
    /// Seconds by domain.
    pub domain_secs: [f64; 6],
}

/// Sums of one hour of the simulation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct HourRow {
    /// Hour since the start, from 0.
    pub hour: u32,
    /// Sum over its ticks of avatars awake.
    pub awake_ticks: u64,
    /// Arrivals.
    pub newcomers: u64,
    /// Sessions begun.
    pub sessions: u64,
    /// Events.
    pub events: u64,
    /// Slates served.
    pub slates: u64,
    /// Seconds spent on things and people.
    pub dwell_secs: u64,
}

/// Minutes of the sessions that ended so far, over everybody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Minutes {
    /// All.
    pub all: f64,
    /// Those that would not be spent again.
    pub regretted: f64,
    /// Those between midnight and five of the avatar's own day.
    pub night: f64,
}

/// Everything counted so far.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Book {
    /// Rows of finished days.
    pub days: Vec<DayRow>,
    /// Minutes by domain of finished days.
    pub domain_minutes: [Vec<f64>; 6],
    /// The day that runs.
    pub today: Today,
    /// Rows of finished hours.
    pub hours_run: Vec<HourRow>,
    /// The hour that runs.
    pub this_hour: HourRow,
    /// Minutes up to the end of the last finished day.
    pub minutes_before: Minutes,
    /// Visits by space.
    pub visits: Vec<u64>,
    /// Retention by cohort.
    pub cohorts: Cohorts,
    /// Last active day by avatar.
    pub last_active: Vec<u32>,
    /// Tick of the last session's begin by avatar, to measure gaps.
    last_start: Vec<u32>,
    /// Minutes in the city by avatar.
    pub minutes_of: Vec<f32>,
    /// Gaps between sessions, in days.
    pub gaps: Vec<f64>,
    /// Lengths of sessions, in minutes.
    pub lengths: Vec<f32>,
    /// Uses of items.
    pub uses: Vec<u32>,
    /// Events by hour of the city's clock.
    pub hours: [f64; 24],
    /// Display ads shown and clicked.
    pub display: (u64, u64),
    /// Rewarded ads shown and watched.
    pub rewarded: (u64, u64),
    /// Outside money paid by avatar.
    pub paid: BTreeMap<AvatarId, f64>,
    /// Enrolments and completions by course.
    pub courses: BTreeMap<ItemId, (u64, u64)>,
    /// Seconds by kind of space.
    pub space_secs: [f64; 5],
    /// By surface.
    pub surfaces: Vec<SurfaceCounts>,
    /// Predicted attraction and what was taken, by surface.
    pub calibration: [CalibrationCounts; 10],
    /// The truth about requests to be answered in the next tick.
    pub witnesses: Vec<Witness>,
    /// Attraction shown and best over the whole run, weighted by attention.
    pub efficiency: (f64, f64),
    /// Consumption by topic, by avatar; empty if not kept.
    pub topics_of: Vec<[f32; 32]>,
    /// The platform's sum of λ and its count when the last day ended.
    pub lambdas: (f64, u64),
    /// Sum over ticks of avatars awake.
    pub active_ticks: u64,
    /// Items held for complaints so far.
    pub n_holds: u64,
    /// Events so far.
    pub n_events: u64,
    /// Lessons' quiz answers: right and all.
    pub quizzes: (u64, u64),
    /// Live events attended, invitations accepted.
    pub gatherings: (u64, u64),
    /// Bonuses, pushes and invitations.
    pub reached: Reached,
    /// Items published by avatars, and with the generator's help.
    pub published: (u64, u64),
    /// Sales of assets.
    pub trades: Trades,
    /// Everybody's wealth after the first week, by avatar; empty before.
    pub first_wealth: Vec<f64>,
    /// Ads.
    pub ads: AdBook,
}

fn slot<T: Clone>(list: &mut Vec<T>, i: usize, empty: T) -> &mut T {
    if list.len() <= i {
        list.resize(i + 1, empty);
    }
    &mut list[i]
}

impl Book {
    /// Makes an empty book.
    #[must_use]
    pub fn new() -> Self {
        Self {
            surfaces: vec![SurfaceCounts::default(); 10],
            ..Self::default()
        }
    }

    fn is_active(&mut self, id: AvatarId, day: u32) {
        let last = slot(&mut self.last_active, id.idx(), NEVER);
        if *last != day {
            *last = day;
            self.today.active += 1;
            self.cohorts.active(id, day);
        }
    }

    /// Counts an event.
    pub fn count(
        &mut self,
        e: &Event,
        catalogue: &Catalogue,
        truths: &ItemTruths,
        spaces: &Spaces,
        keeps_topics: bool,
    ) {
        self.n_events += 1;
        self.this_hour.events += 1;
        self.hours[e.tick.hour() as usize] += 1.0;
        let day = e.tick.day();
        let i = e.avatar.idx();
        if e.dwell_secs > 0 && e.kind != EventKind::SessionEnd && e.space.idx() < spaces.table.len()
        {
            let kind = spaces.get(e.space).kind;
            self.space_secs[kind as usize] += f64::from(e.dwell_secs);
        }
        if e.kind != EventKind::SessionEnd {
            self.this_hour.dwell_secs += u64::from(e.dwell_secs);
        }
        match e.kind {
            EventKind::Arrive => {
                self.today.newcomers += 1;
                self.this_hour.newcomers += 1;
                self.cohorts.arrive(e.avatar, day);
            }
            EventKind::SessionStart => {
                self.today.sessions += 1;
                self.this_hour.sessions += 1;
                let last = slot(&mut self.last_start, i, NEVER);
                if *last != NEVER && self.gaps.len() < MAX_GAPS {
                    let gap = f64::from(e.tick.since(Tick(*last))) / f64::from(TICKS_PER_DAY);
                    if gap > 0.0 {
                        self.gaps.push(gap);
                    }
                }
                *slot(&mut self.last_start, i, NEVER) = e.tick.0;
            }
            EventKind::SessionEnd => {
                let minutes = e.dwell_secs as f32 / 60.0;
                self.today.minutes += f64::from(minutes);
                self.today.ended += 1;
                *slot(&mut self.minutes_of, i, 0.0) += minutes;
                if self.lengths.len() < MAX_SESSIONS {
                    self.lengths.push(minutes);
                }
            }
            // Active: at least one event, and it has left its spawn parcel.
            EventKind::Move | EventKind::LiveAttend => {
                self.is_active(e.avatar, day);
                if e.kind == EventKind::LiveAttend {
                    self.gatherings.0 += 1;
                } else if e.space.idx() < spaces.table.len() {
                    *slot(&mut self.visits, e.space.idx(), 0) += 1;
                }
            }
            EventKind::InviteAccept => self.gatherings.1 += 1,
            EventKind::Consume | EventKind::Play | EventKind::Study => {
                if e.thing.kind == ThingKind::Item {
                    let item = ItemId(e.thing.id);
                    *slot(&mut self.uses, item.idx(), 0) += 1;
                    let domain = catalogue.card(item).kind.domain() as usize;
                    self.today.domain_secs[domain] += f64::from(e.dwell_secs);
                    if keeps_topics && e.kind == EventKind::Consume {
                        let t = &truths.get(item).topics;
                        let row = slot(&mut self.topics_of, i, [0.0; 32]);
                        for (r, x) in row.iter_mut().zip(t) {
                            *r += x * x;
                        }
                    }
                } else if e.thing.kind == ThingKind::Parcel {
                    self.today.domain_secs[3] += f64::from(e.dwell_secs);
                }
                self.taken(e);
            }
            EventKind::Talk => self.today.domain_secs[5] += f64::from(e.dwell_secs),
            EventKind::TieRequest | EventKind::CommunityJoin => self.taken(e),
            EventKind::Enroll => self.courses.entry(ItemId(e.thing.id)).or_default().0 += 1,
            EventKind::CourseDone => self.courses.entry(ItemId(e.thing.id)).or_default().1 += 1,
            EventKind::Quiz => {
                self.quizzes.0 += u64::from(e.value > 0.5);
                self.quizzes.1 += 1;
            }
            EventKind::AdImpression => {
                self.today.impressions += 1;
                self.today.ad_revenue += e.amount.as_f64();
                if e.value > 0.5 {
                    self.rewarded.0 += 1;
                } else {
                    self.display.0 += 1;
                }
            }
            EventKind::AdClick => {
                self.today.clicks += 1;
                self.today.ad_revenue += e.amount.as_f64();
                if e.value > 0.5 {
                    self.rewarded.1 += 1;
                } else {
                    self.display.1 += 1;
                }
            }
            EventKind::PushOpen => self.today.opened += 1,
            EventKind::TopUp => *self.paid.entry(e.avatar).or_default() += e.amount.as_f64(),
            EventKind::Create => {
                self.published.0 += 1;
                self.published.1 += u64::from(e.value > 0.5);
            }
            _ => {}
        }
    }

    fn taken(&mut self, e: &Event) {
        if e.surface != Surface::None {
            self.surfaces[e.surface as usize].taken += 1;
        }
    }

    /// Counts avatars last active within `days` days up to `day`.
    #[must_use]
    pub fn active_within(&self, day: u32, days: u32) -> u64 {
        self.last_active
            .iter()
            .filter(|d| **d != NEVER && day - (**d).min(day) < days)
            .count() as u64
    }
}
