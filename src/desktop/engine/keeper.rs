//! The loop of the city's thread.

use std::sync::PoisonError;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use super::frame::{Frame, Stage, Status};
use super::handle::Slot;
use super::pace::Pace;
use super::readers::Readers;
use super::request::{Opening, Request};
use crate::desktop::command::Speed;
use crate::desktop::view::sight::PolicyMark;
use crate::desktop::wall;
use crate::lab::metrics::book::Book;
use crate::platform::trace::book::Traces;
use crate::scenario::run::error::RunError;
use crate::scenario::run::progress::Run;
use crate::scenario::steer::order::Command;
use crate::sim::phase_clock::PhaseClock;
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// Offers whose reasons are kept, over all avatars.
const REASONS_KEPT: usize = 20_000;

/// Longest wait for a wish while nothing is due.
const NAP: Duration = Duration::from_millis(50);

/// One change of a policy value, for taking it back.
#[derive(Debug, Clone)]
struct Change {
    key: String,
    from: toml::Value,
    to: toml::Value,
}

/// What the thread knows while the city lives.
struct Living {
    run: Run,
    readers: Readers,
    command: String,
    began: Instant,
}

/// The thread's own state.
pub(super) struct Keeper {
    inbox: Receiver<Request>,
    out: Slot,
    status: Status,
    pace: Pace,
    until: Option<u32>,
    must_answer: bool,
    changes: Vec<Change>,
    undone: Vec<Change>,
    rate: Rate,
}

/// Counts ticks and events over about a second.
struct Rate {
    since: Instant,
    tick: u32,
    events: u64,
}

impl Keeper {
    pub(super) fn new(inbox: Receiver<Request>, out: Slot) -> Self {
        let now = wall::now();
        Self {
            inbox,
            out,
            status: Status::default(),
            pace: Pace::new(Speed::X10, now),
            until: None,
            must_answer: true,
            changes: Vec::new(),
            undone: Vec::new(),
            rate: Rate {
                since: now,
                tick: 0,
                events: 0,
            },
        }
    }

    /// Founds the city and keeps it until it is closed or the window is gone.
    pub(super) fn keep(mut self, opening: Opening) {
        self.status.days = opening.loaded.scenario.days;
        self.status.folder.clone_from(&opening.folder);
        self.put(Frame {
            status: self.status.clone(),
            ..Frame::default()
        });
        let mut living = match found(opening) {
            Ok(living) => living,
            Err(e) => return self.fail(&e),
        };
        self.status.stage = Stage::Living;
        loop {
            match self.next_request() {
                Ok(Some(Request::Close)) | Err(()) => break,
                Ok(Some(request)) => self.obey(request, &mut living),
                Ok(None) if self.is_due() => {
                    if let Err(e) = self.tick(&mut living) {
                        return self.fail(&e);
                    }
                }
                Ok(None) => {}
            }
            if self.must_answer {
                self.must_answer = false;
                self.answer(&mut living);
            }
        }
        self.close(living);
    }

    /// Returns a wish; `None` if a tick is due first or nothing was wished for; an error if the window is gone.
    fn next_request(&self) -> Result<Option<Request>, ()> {
        let wait = if self.status.is_playing {
            self.pace.wait(wall::now()).min(NAP)
        } else {
            NAP
        };
        if wait.is_zero() {
            return match self.inbox.try_recv() {
                Ok(r) => Ok(Some(r)),
                Err(TryRecvError::Empty) => Ok(None),
                Err(TryRecvError::Disconnected) => Err(()),
            };
        }
        match self.inbox.recv_timeout(wait) {
            Ok(r) => Ok(Some(r)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(()),
        }
    }

    fn is_due(&self) -> bool {
        self.status.is_playing && self.pace.wait(wall::now()).is_zero()
    }

    fn obey(&mut self, request: Request, living: &mut Living) {
        match request {
            Request::Play => self.play(None),
            Request::PlayUntil(tick) => self.play(Some(tick)),
            Request::Pause => self.status.is_playing = false,
            Request::Step => {
                let next = living.run.ticks + 1;
                self.play(Some(next));
            }
            Request::Speed(speed) => {
                self.status.speed = speed;
                self.pace.restart(speed, wall::now());
            }
            Request::Watch(panels, ask) => living.readers.watch(panels, ask),
            Request::Look => self.must_answer = true,
            Request::Recall(tick) => {
                living.readers.recall(tick);
                self.must_answer = true;
            }
            Request::Steer(command) => {
                if self.steer(command, living) {
                    self.undone.clear();
                }
                self.must_answer = true;
            }
            Request::Undo => {
                if let Some(change) = self.changes.pop() {
                    if self.set(&change.key, &change.from, living) {
                        self.changes.pop();
                        self.undone.push(change);
                    } else {
                        self.changes.push(change);
                    }
                }
                self.must_answer = true;
            }
            Request::Redo => {
                if let Some(change) = self.undone.pop() {
                    self.set(&change.key, &change.to, living);
                }
                self.must_answer = true;
            }
            Request::Close => {}
        }
    }

    fn play(&mut self, until: Option<u32>) {
        self.until = until;
        self.status.is_playing = true;
        self.pace.restart(self.status.speed, wall::now());
        let now = wall::now();
        self.rate.since = now;
    }

    fn set(&mut self, key: &str, value: &toml::Value, living: &mut Living) -> bool {
        let command = Command::SetPolicy {
            key: key.to_owned(),
            value: value.clone(),
        };
        self.steer(command, living)
    }

    /// Applies a command before the next tick; says whether it was accepted.
    fn steer(&mut self, command: Command, living: &mut Living) -> bool {
        let known = living.run.policy_changes().len();
        match living.run.command(command) {
            Ok(()) => {
                for change in living.run.policy_changes()[known..].iter().cloned() {
                    self.changes.push(Change {
                        key: change.key.clone(),
                        from: change.from.clone(),
                        to: change.to.clone(),
                    });
                    living.readers.mark(PolicyMark {
                        tick: Tick(change.tick),
                        key: change.key,
                        from: change.from.to_string(),
                        to: change.to.to_string(),
                    });
                }
                true
            }
            Err(e) => {
                self.refuse(&e.to_string());
                false
            }
        }
    }

    fn refuse(&mut self, why: &str) {
        self.status.refused = Some(why.to_owned());
        self.status.n_refused += 1;
    }

    fn tick(&mut self, living: &mut Living) -> Result<(), RunError> {
        self.pace.ticked(wall::now());
        living.run.step()?;
        living.readers.ticked(&living.run);
        let done = living.run.ticks;
        if self.until.is_some_and(|t| done >= t) {
            self.status.is_playing = false;
            self.until = None;
        }
        if done == self.status.days * TICKS_PER_DAY {
            self.status.stage = Stage::Finished;
            self.status.is_playing = false;
        }
        Ok(())
    }

    fn answer(&mut self, living: &mut Living) {
        let world = living.run.sim.world();
        let now = wall::now();
        let seconds = now.duration_since(self.rate.since).as_secs_f64();
        let events = world.resource::<Book>().n_events;
        if seconds >= 0.5 || !self.status.is_playing {
            let is_measured = self.status.is_playing && seconds > 0.0;
            let per = |n: f64| if is_measured { n / seconds } else { 0.0 };
            self.status.ticks_per_second = per(f64::from(living.run.ticks - self.rate.tick));
            self.status.events_per_second = per((events - self.rate.events) as f64);
            self.rate = Rate {
                since: now,
                tick: living.run.ticks,
                events,
            };
        }
        self.status.tick = Tick(living.run.ticks);
        self.status.phase_nanos = world.resource::<PhaseClock>().nanos();
        self.status.chained = living.run.chained;
        self.status.can_undo = (!self.changes.is_empty(), !self.undone.is_empty());
        let frame = living.readers.frame(&living.run, self.status.clone());
        self.put(frame);
    }

    fn put(&self, frame: Frame) {
        *self.out.lock().unwrap_or_else(PoisonError::into_inner) = Some(frame);
    }

    fn fail(mut self, why: &RunError) {
        self.status.stage = Stage::Failed(why.to_string());
        self.status.is_playing = false;
        self.put(Frame {
            status: self.status.clone(),
            ..Frame::default()
        });
        // The window may still ask; it is told until it closes.
        while let Ok(request) = self.inbox.recv() {
            match request {
                Request::Close => break,
                Request::Look => self.put(Frame {
                    status: self.status.clone(),
                    ..Frame::default()
                }),
                _ => {}
            }
        }
    }

    fn close(mut self, mut living: Living) {
        let wall_seconds = living.began.elapsed().as_secs_f64();
        let command = std::mem::take(&mut living.command);
        self.status.is_playing = false;
        self.status.stage = match living.run.leave(command, wall_seconds) {
            Ok(_) => Stage::Closed,
            Err(e) => Stage::Failed(e.to_string()),
        };
        self.status.tick = Tick(living.run.ticks);
        self.status.chained = living.run.chained;
        let frame = living.readers.frame(&living.run, self.status.clone());
        self.put(frame);
    }
}

fn found(opening: Opening) -> Result<Living, RunError> {
    let began = wall::now();
    let mut run = match &opening.folder {
        Some(dir) => Run::begin_in(dir, opening.overwrites, &opening.loaded, opening.threads)?,
        None => Run::begin(&opening.loaded, opening.threads, None)?,
    };
    let world = run.sim.world_mut();
    world.resource_mut::<PhaseClock>().read = Some(wall::nanos);
    *world.resource_mut::<Traces>() = Traces::on(REASONS_KEPT);
    let readers = Readers::new(&run, opening.command.clone());
    Ok(Living {
        run,
        readers,
        command: opening.command,
        began,
    })
}
