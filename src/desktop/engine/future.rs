//! One of the two futures of a fork, on a thread of its own.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::desktop::wall;
use crate::scenario::load::Loaded;
use crate::scenario::run::abreast::{Abreast, Side, Teller};
use crate::scenario::run::error::RunError;
use crate::scenario::run::snapshot::Snapshot;
use crate::scenario::steer::order::Command;
use crate::sim::units::TICKS_PER_DAY;

/// How one future is doing.
#[derive(Debug, Clone, Default)]
pub(super) struct Going {
    /// When its first tick began; `None` while it is brought to life.
    pub(super) began: Option<Instant>,
    /// Hash of all its hashes so far.
    pub(super) chained: u64,
}

/// How both futures are doing.
pub(super) struct Course {
    /// What both have come to.
    pub(super) abreast: Abreast,
    /// Each of them.
    pub(super) going: [Going; 2],
    /// Why one of them could not go on.
    pub(super) failure: Option<String>,
}

/// What the threads of both futures and the city's thread share.
pub(super) struct Shared {
    course: Mutex<Course>,
    stops: AtomicBool,
}

impl Shared {
    pub(super) fn new(abreast: Abreast) -> Self {
        Self {
            course: Mutex::new(Course {
                abreast,
                going: <[Going; 2]>::default(),
                failure: None,
            }),
            stops: AtomicBool::new(false),
        }
    }

    /// Returns how both are doing; nobody holds this for longer than it takes to note or to copy.
    pub(super) fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets both end after the tick they are in.
    pub(super) fn stop(&self) {
        self.stops.store(true, Ordering::Relaxed);
    }

    /// Says whether somebody wants both to end.
    pub(super) fn is_stopped(&self) -> bool {
        self.stops.load(Ordering::Relaxed)
    }
}

/// Lets both futures end, and says why, if one of them panics: a panic inside a city is a defect, and who looks must hear of it
/// instead of waiting.
struct Unexpected(Arc<Shared>);

impl Drop for Unexpected {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let what = "a future stopped unexpectedly; the city is as it was";
            let mut course = self.0.course();
            course.failure.get_or_insert_with(|| what.to_owned());
            self.0.stop();
        }
    }
}

/// A future about to begin.
pub(super) struct Future {
    /// Which of the two it is.
    pub(super) side: Side,
    /// The city as it is when it begins.
    pub(super) snapshot: Arc<Snapshot>,
    /// The scenario that the city was founded with.
    pub(super) loaded: Arc<Loaded>,
    /// Worker threads.
    pub(super) threads: usize,
    /// What it is told before its first tick.
    pub(super) commands: Vec<Command>,
    /// The tick before which it ends.
    pub(super) until: u32,
    /// Ticks between two looks at its numbers; at the end of a day they are looked at in any case.
    pub(super) every: u32,
    /// Where it tells how it is doing.
    pub(super) shared: Arc<Shared>,
}

impl Future {
    /// Lives to the end, or until it is stopped. If one of two fails the other has nothing to be compared with, and ends as well.
    pub(super) fn live(self) {
        let shared = Arc::clone(&self.shared);
        let _watch = Unexpected(Arc::clone(&shared));
        if let Err(e) = self.lived() {
            shared.course().failure.get_or_insert(e.to_string());
            shared.stop();
        }
    }

    fn lived(self) -> Result<(), RunError> {
        let (side, shared) = (self.side, self.shared);
        let mut run = self.snapshot.revive(&self.loaded, self.threads)?;
        // The last of both to come to life frees what both came from.
        drop(self.snapshot);
        for command in self.commands {
            run.command(command)?;
        }
        let from = run.ticks;
        let mut teller = Teller::default();
        let told = teller.tell(&run);
        {
            let mut course = shared.course();
            course.abreast.tell(side, told);
            course.going[side as usize].began = Some(wall::now());
            course.going[side as usize].chained = run.chained;
        }
        while run.ticks < self.until && !shared.is_stopped() {
            run.step()?;
            let link = teller.tick(&run);
            let is_due = (run.ticks - from).is_multiple_of(self.every)
                || run.ticks.is_multiple_of(TICKS_PER_DAY)
                || run.ticks == self.until;
            let told = is_due.then(|| teller.tell(&run));
            let mut course = shared.course();
            course.going[side as usize].chained = run.chained;
            course.abreast.tick(side, link);
            if let Some(told) = told {
                course.abreast.tell(side, told);
            }
        }
        Ok(())
    }
}
