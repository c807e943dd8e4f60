//! The futures of a city: forks of it that live on beside it, in memory, on threads of their own.
//!
//! The city itself is looked at once, when a fork begins, and knows nothing of its futures.

use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use super::future::{Course, Future, Shared};
use super::history::History;
use crate::desktop::view::futures::{Difference, ForkCurve, ForkRow, ForkStage};
use crate::desktop::view::sight::days_of;
use crate::desktop::wall;
use crate::scenario::load::Loaded;
use crate::scenario::run::abreast::{Abreast, Side};
use crate::scenario::run::error::RunError;
use crate::scenario::run::pair::Columns;
use crate::scenario::run::progress::Run;
use crate::scenario::steer::order::Command;
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR, Tick};
use crate::sim::workers::Workers;

/// Forks that are kept; the oldest is let go for a new one.
const MOST: usize = 4;

/// Looks at the headline numbers of a future, at most, beside those at the ends of days.
const MOST_LOOKS: u32 = 120;

/// Fewest ticks between two looks.
const LEAST_EVERY: u32 = 6 * TICKS_PER_HOUR;

/// Shortest time between two readings of what is under way.
const READ_EVERY: Duration = Duration::from_millis(200);

/// The rows of all forks, oldest first.
pub(super) type ForkRows = Arc<Vec<Arc<ForkRow>>>;

/// A moment of a run: two that are equal are followed by the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Moment {
    ticks: u32,
    chained: u64,
    n_commands: u32,
}

impl Moment {
    fn of(run: &Run) -> Self {
        Self {
            ticks: run.ticks,
            chained: run.chained,
            n_commands: run.n_commands(),
        }
    }
}

/// What is asked of a fork, checked.
pub(super) struct Wish {
    /// What the second future is told.
    pub(super) commands: Vec<Command>,
    /// The same as it is shown.
    pub(super) changes: Vec<Difference>,
    /// The tick before which both end.
    pub(super) until: u32,
}

/// A fork.
struct Fork {
    id: u32,
    moment: Moment,
    wish: Wish,
    n_changes_before: usize,
    before: History,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    row: Option<Arc<ForkRow>>,
    /// Whether the row tells how it ended.
    is_told: bool,
}

impl Drop for Fork {
    fn drop(&mut self) {
        // Nobody waits for the threads: they hold nothing but memory, and end after the tick they are in.
        self.shared.stop();
    }
}

/// All forks of a city that are kept.
#[derive(Default)]
pub(super) struct Futures {
    forks: Vec<Fork>,
    n_begun: u32,
    rows: ForkRows,
    read: Option<Instant>,
}

impl Futures {
    /// Begins a fork of a run as it is now.
    ///
    /// # Errors
    /// [`RunError`] if the run cannot be kept in memory; [`RunError::File`] if the system gives no thread.
    pub(super) fn begin(
        &mut self,
        run: &mut Run,
        loaded: &Arc<Loaded>,
        wish: Wish,
        before: History,
    ) -> Result<(), RunError> {
        let snapshot = Arc::new(run.snapshot()?);
        let workers = run.sim.world().resource::<Workers>().threads();
        let moment = Moment::of(run);
        let names = run.sim.state_parts();
        let names = names.iter().map(|(name, _)| (*name).to_owned()).collect();
        let shared = Arc::new(Shared::new(Abreast::new(moment.ticks, names)));
        let mut fork = Fork {
            id: self.n_begun,
            moment,
            n_changes_before: run.policy_changes().len(),
            before,
            shared: Arc::clone(&shared),
            threads: Vec::new(),
            row: None,
            is_told: false,
            wish,
        };
        for side in Side::BOTH {
            let future = Future {
                side,
                snapshot: Arc::clone(&snapshot),
                loaded: Arc::clone(loaded),
                threads: share_of_workers(workers),
                commands: match side {
                    Side::A => Vec::new(),
                    Side::B => fork.wish.commands.clone(),
                },
                until: fork.wish.until,
                every: every(moment.ticks, fork.wish.until),
                shared: Arc::clone(&shared),
            };
            fork.threads.push(spawn(future)?);
        }
        self.n_begun += 1;
        if self.forks.len() >= MOST {
            self.forks.remove(0);
        }
        self.forks.push(fork);
        self.read = None;
        Ok(())
    }

    /// Says whether one is under way.
    pub(super) fn is_living(&self) -> bool {
        self.forks.iter().any(Fork::is_living)
    }

    /// Returns the share of what is under way that is done; `None` if nothing is.
    pub(super) fn share(&self) -> Option<f32> {
        let fork = self.forks.iter().find(|f| f.is_living())?;
        let course = fork.shared.course();
        let done = Side::BOTH.map(|s| course.abreast.done(s));
        let all = fork.wish.until.saturating_sub(fork.moment.ticks).max(1);
        Some(done[0].min(done[1]) as f32 / all as f32)
    }

    /// Stops a fork; what it has come to stays.
    pub(super) fn stop(&self, id: u32) {
        if let Some(fork) = self.forks.iter().find(|f| f.id == id) {
            fork.shared.stop();
        }
    }

    /// Stops a fork and forgets it.
    pub(super) fn dismiss(&mut self, id: u32) {
        self.forks.retain(|f| f.id != id);
        self.read = None;
    }

    /// Returns what the second future of a fork was told and where it ends, if the run still stands where the fork began: only then
    /// the same commands make the run that future.
    pub(super) fn followed(&self, id: u32, run: &Run) -> Option<(Vec<Command>, u32)> {
        let fork = self.forks.iter().find(|f| f.id == id)?;
        (fork.moment == Moment::of(run)).then(|| (fork.wish.commands.clone(), fork.wish.until))
    }

    /// Returns the rows; those of what is under way are read anew if somebody looks at them and some time has passed.
    pub(super) fn rows(&mut self, is_seen: bool) -> &ForkRows {
        let is_due = self.read.is_none_or(|t| t.elapsed() >= READ_EVERY);
        let is_old = self.forks.len() != self.rows.len() || self.forks.iter().any(|f| !f.is_told);
        if is_seen && is_due && is_old {
            self.rows = Arc::new(self.forks.iter_mut().map(Fork::read).collect());
            self.read = Some(wall::now());
        }
        &self.rows
    }
}

/// Returns the workers of one future: both together have as many as the city, which rests meanwhile.
fn share_of_workers(workers: usize) -> usize {
    (workers / 2).max(1)
}

/// Returns the ticks between two looks at the numbers of a future.
fn every(from: u32, until: u32) -> u32 {
    let every = until.saturating_sub(from).div_ceil(MOST_LOOKS);
    every.next_multiple_of(TICKS_PER_HOUR).max(LEAST_EVERY)
}

fn spawn(future: Future) -> Result<JoinHandle<()>, RunError> {
    let name = match future.side {
        Side::A => "future without",
        Side::B => "future with",
    };
    Builder::new()
        .name(name.to_owned())
        // As the city's own thread.
        .stack_size(8 << 20)
        .spawn(move || future.live())
        .map_err(|cause: io::Error| RunError::File {
            path: name.to_owned(),
            cause,
        })
}

impl Fork {
    fn is_living(&self) -> bool {
        self.threads.iter().any(|t| !t.is_finished())
    }

    /// Reads how both futures are doing.
    fn read(&mut self) -> Arc<ForkRow> {
        if let (true, Some(row)) = (self.is_told, &self.row) {
            return Arc::clone(row);
        }
        // Asked before the course is read, so that a last row is of the end.
        self.is_told = !self.is_living();
        let row = Arc::new(self.row_of(&self.shared.course()));
        self.row = Some(Arc::clone(&row));
        row
    }

    fn row_of(&self, course: &Course) -> ForkRow {
        let abreast = &course.abreast;
        let done = Side::BOTH.map(|s| abreast.done(s));
        let (compared_at, effects) = abreast.effects().unwrap_or_default();
        ForkRow {
            id: self.id,
            at: Tick(self.moment.ticks),
            until: Tick(self.wish.until),
            changes: self.wish.changes.clone(),
            n_changes_before: self.n_changes_before,
            stage: self.stage(course),
            done,
            seconds_left: self.seconds_left(course),
            chained: [course.going[0].chained, course.going[1].chained],
            curves: self.curves(abreast),
            effects,
            compared_at: Tick(compared_at),
            parting: abreast.parting().cloned(),
            affected: abreast.affected(),
        }
    }

    fn stage(&self, course: &Course) -> ForkStage {
        if let Some(why) = &course.failure {
            return ForkStage::Failed(why.clone());
        }
        let all = self.wish.until.saturating_sub(self.moment.ticks);
        if Side::BOTH.iter().all(|s| course.abreast.done(*s) == all) {
            return ForkStage::Over;
        }
        if !self.is_told {
            return if course.going.iter().any(|g| g.began.is_some()) {
                ForkStage::Living
            } else {
                ForkStage::Beginning
            };
        }
        ForkStage::Stopped
    }

    /// Returns how long the slower future will take, at the pace it had so far.
    fn seconds_left(&self, course: &Course) -> Option<f64> {
        let all = self.wish.until.saturating_sub(self.moment.ticks);
        let mut longest: f64 = 0.0;
        for side in Side::BOTH {
            let done = course.abreast.done(side);
            let spent = course.going[side as usize].began?.elapsed().as_secs_f64();
            if done == 0 {
                return None;
            }
            let left = f64::from(all.saturating_sub(done));
            longest = longest.max(spent / f64::from(done) * left);
        }
        Some(longest)
    }

    fn curves(&self, abreast: &Abreast) -> Vec<ForkCurve> {
        let mut curves = self.headline_curves(abreast);
        curves.extend(daily_curves(self.moment.ticks, abreast));
        curves.retain(|c| {
            let mut points = c.before.iter().chain(&c.without).chain(&c.with);
            points.any(|p| p[1].is_finite())
        });
        curves
    }

    fn headline_curves(&self, abreast: &Abreast) -> Vec<ForkCurve> {
        let Some(first) = abreast.samples(Side::A).first() else {
            return Vec::new();
        };
        let curve = |name: &String| {
            let [without, with] = Side::BOTH.map(|side| {
                let samples = abreast.samples(side).iter();
                let value = samples.map(|s| {
                    let value = s.headline.get(name).copied().flatten();
                    [days_of(Tick(s.tick)), value.unwrap_or(f64::NAN)]
                });
                value.collect::<Vec<_>>()
            });
            // What was ends where the futures begin.
            let mut before = self.before.of(name, Tick(self.moment.ticks));
            before.extend(without.first());
            ForkCurve {
                name: name.clone(),
                is_daily: false,
                before,
                without,
                with,
            }
        };
        first.headline.keys().map(curve).collect()
    }
}

/// Makes curves of the numbers of days. A point is about the day that ends there; the day in which the fork begins is of the futures.
fn daily_curves(from: u32, abreast: &Abreast) -> Vec<ForkCurve> {
    let n_before = (from / TICKS_PER_DAY) as usize;
    let points = |days: &Columns, name: &str| -> Vec<[f64; 2]> {
        let values = days.get(name).map_or(&[][..], Vec::as_slice);
        let values = values.iter().zip(1u32..);
        values
            .map(|(value, end)| [f64::from(end), value.unwrap_or(f64::NAN)])
            .collect()
    };
    let [a, b] = Side::BOTH.map(|s| abreast.days(s));
    let curve = |name: &String| {
        let (mut before, with) = (points(a, name), points(b, name));
        // Both futures begin with the last day that they have in common.
        let first = n_before.saturating_sub(1);
        let future = |all: &[[f64; 2]]| all.get(first..).unwrap_or_default().to_vec();
        let (without, with) = (future(&before), future(&with));
        before.truncate(n_before);
        ForkCurve {
            name: name.clone(),
            is_daily: true,
            before,
            without,
            with,
        }
    };
    a.keys()
        .filter(|name| b.contains_key(*name))
        .map(curve)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_looked_at_every_six_hours_or_a_hundred_and_twenty_times() {
        assert_eq!(every(777, 777 + 7 * TICKS_PER_DAY), 360);
        let long = every(0, 365 * TICKS_PER_DAY);
        assert!(long.is_multiple_of(TICKS_PER_HOUR) && 365 * TICKS_PER_DAY / long <= MOST_LOOKS);
    }

    #[test]
    fn both_futures_share_the_workers_of_the_city() {
        assert_eq!([1, 2, 3, 8].map(share_of_workers), [1, 1, 1, 4]);
        assert!(share_of_workers(0) >= 1);
    }
}
