//! The loop of the city's thread.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use super::frame::{Frame, Stage, Status};
use super::futures::{Futures, Wish};
use super::handle::Slot;
use super::pace::Pace;
use super::post::{Gone, NAP, Post};
use super::readers::Readers;
use super::request::{Opening, Request, WhatIf};
use crate::desktop::command::Speed;
use crate::desktop::panels::PanelKind;
use crate::desktop::view::futures::Difference;
use crate::desktop::wall;
use crate::events::log::writer::Disk;
use crate::lab::metrics::book::Book;
use crate::lab::summary::PolicyChange;
use crate::platform::trace::book::{Traces, USUAL_CAPACITY};
use crate::scenario::error::Place;
use crate::scenario::load::{Loaded, Overrides};
use crate::scenario::run::command_line::command_line;
use crate::scenario::run::error::RunError;
use crate::scenario::run::progress::Run;
use crate::scenario::run::recording::Wanted;
use crate::scenario::schema::Scenario;
use crate::scenario::steer::apply::changed;
use crate::scenario::steer::file;
use crate::scenario::steer::order::Command;
use crate::scenario::steer::policy::value_of;
use crate::sim::phase_clock::PhaseClock;
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// What the thread knows while the city lives.
struct Living {
    run: Run,
    readers: Readers,
    loaded: Arc<Loaded>,
    name: String,
    changed: Overrides,
    began: Instant,
}

/// The thread's own state.
pub(super) struct Keeper {
    post: Post,
    status: Status,
    pace: Pace,
    until: Option<u32>,
    must_answer: bool,
    changes: Vec<PolicyChange>,
    undone: Vec<PolicyChange>,
    futures: Futures,
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
            post: Post::new(inbox, out),
            status: Status::default(),
            pace: Pace::new(Speed::X10, now),
            until: None,
            must_answer: true,
            changes: Vec::new(),
            undone: Vec::new(),
            futures: Futures::default(),
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
        self.post.put_status(&self.status);
        let mut living = match found(opening) {
            Ok(living) => living,
            Err(e) => return self.post.fail(self.status, e.to_string()),
        };
        self.status.stage = Stage::Living;
        loop {
            match self.next_request() {
                Ok(Some(Request::Close)) | Err(Gone) => break,
                Ok(Some(request)) => self.obey(request, &mut living),
                Ok(None) if self.is_due() => {
                    if let Err(e) = self.tick(&mut living) {
                        self.futures = Futures::default();
                        return self.post.fail(self.status, e.to_string());
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

    /// Returns a wish; `None` if a tick is due first or nothing was wished for.
    fn next_request(&self) -> Result<Option<Request>, Gone> {
        let wait = if self.status.is_playing {
            self.pace.wait(wall::now()).min(NAP)
        } else {
            NAP
        };
        self.post.next(wait)
    }

    fn is_due(&self) -> bool {
        self.status.is_playing && self.pace.wait(wall::now()).is_zero()
    }

    fn obey(&mut self, request: Request, living: &mut Living) {
        match request {
            Request::Play => self.play(None, living),
            Request::PlayUntil(tick) => self.play(Some(tick), living),
            Request::Pause => self.status.is_playing = false,
            Request::Step => {
                let next = living.run.ticks + 1;
                self.play(Some(next), living);
            }
            Request::Speed(speed) => {
                self.status.speed = speed;
                self.pace.restart(speed, wall::now());
            }
            Request::Watch(panels, ask) => living.readers.watch(panels, ask),
            Request::Look => self.must_answer = true,
            Request::Record(wanted) => self.record(&wanted, living),
            Request::StopRecording => self.stop_recording(living),
            // A living city has no way but onward; what it remembers is recalled.
            Request::Seek(_) | Request::Close => {}
            Request::Recall(tick) => {
                living.readers.recall(tick);
                self.must_answer = true;
            }
            Request::Steer(command) => {
                let changes = self.steer(command, living).unwrap_or_default();
                if !changes.is_empty() {
                    self.changes.extend(changes);
                    self.undone.clear();
                }
                self.must_answer = true;
            }
            Request::Fork(what) => {
                match self.fork(&what, living) {
                    Ok(()) => {
                        // The city rests where both futures begin: there it can still become either.
                        self.status.is_playing = false;
                        self.until = None;
                    }
                    Err(why) => self.refuse(&why),
                }
                self.must_answer = true;
            }
            Request::StopFork(id) => self.futures.stop(id),
            Request::DismissFork(id) => {
                self.futures.dismiss(id);
                self.must_answer = true;
            }
            Request::GoOnWith(id) => {
                self.go_on_with(id, living);
                self.must_answer = true;
            }
            Request::Undo => {
                if let Some(change) = self.changes.pop() {
                    let is_done = self.set(&change.key, &change.from, living);
                    let to = if is_done {
                        &mut self.undone
                    } else {
                        &mut self.changes
                    };
                    to.push(change);
                }
                self.must_answer = true;
            }
            Request::Redo => {
                if let Some(change) = self.undone.pop() {
                    let is_done = self.set(&change.key, &change.to, living);
                    let to = if is_done {
                        &mut self.changes
                    } else {
                        &mut self.undone
                    };
                    to.push(change);
                }
                self.must_answer = true;
            }
        }
    }

    fn play(&mut self, until: Option<u32>, living: &Living) {
        if living.run.ticks >= living.run.asked_ticks() {
            // A run that went on would no longer be the one its scenario asks for.
            self.refuse(&format!(
                "all {} days are over; open the scenario with more days to see more",
                self.status.days
            ));
            self.must_answer = true;
            return;
        }
        let now = wall::now();
        self.until = until;
        self.status.is_playing = true;
        self.pace.restart(self.status.speed, now);
        self.rate.since = now;
    }

    fn set(&mut self, key: &str, value: &toml::Value, living: &mut Living) -> bool {
        let command = Command::SetPolicy {
            key: key.to_owned(),
            value: value.clone(),
        };
        self.steer(command, living).is_some()
    }

    /// Applies a command before the next tick; returns what it changed of the policy, or nothing if it was refused.
    fn steer(&mut self, command: Command, living: &mut Living) -> Option<Vec<PolicyChange>> {
        let known = living.run.policy_changes().len();
        if let Err(e) = living.run.command(command) {
            self.refuse(&e.to_string());
            return None;
        }
        living.readers.is_stale = true;
        Some(living.run.policy_changes()[known..].to_vec())
    }

    /// Begins a fork; says why not.
    fn fork(&mut self, what: &WhatIf, living: &mut Living) -> Result<(), String> {
        if self.futures.is_living() {
            return Err(
                "two futures are under way; stop them, or wait until they are over".to_owned(),
            );
        }
        let run = &mut living.run;
        let left = run.asked_ticks().saturating_sub(run.ticks);
        if left == 0 {
            return Err(format!(
                "all {} days are over; a fork needs days to come",
                self.status.days
            ));
        }
        let mut policy = run.policy().clone();
        let (mut commands, mut changes) = (Vec::new(), Vec::new());
        for (key, value) in &what.changes {
            let after = changed(&policy, key, value, &Place::Command).map_err(|e| e.to_string())?;
            let text = |s: &Scenario| value_of(s, key).map_or_else(String::new, |v| v.to_string());
            changes.push(Difference {
                key: key.clone(),
                from: text(&policy),
                to: text(&after),
            });
            commands.push(Command::SetPolicy {
                key: key.clone(),
                value: value.clone(),
            });
            policy = after;
        }
        let ticks = what.days.max(1).saturating_mul(TICKS_PER_DAY).min(left);
        let wish = Wish {
            commands,
            changes,
            until: run.ticks + ticks,
        };
        let before = living.readers.history();
        self.futures
            .begin(run, &living.loaded, wish, before)
            .map_err(|e| e.to_string())
    }

    /// Makes the city the second future of a fork: it is told the same and lives the same days, which are then its own, logged and
    /// recorded.
    fn go_on_with(&mut self, id: u32, living: &mut Living) {
        let Some((commands, until)) = self.futures.followed(id, &living.run) else {
            self.refuse("the city has lived on since the fork, and its past cannot be another; fork it again from here");
            return;
        };
        self.futures.stop(id);
        for command in commands {
            let Some(changes) = self.steer(command, living) else {
                return;
            };
            self.changes.extend(changes);
            self.undone.clear();
        }
        self.status.speed = Speed::MAX;
        self.play(Some(until), living);
    }

    /// Records the city from now on.
    fn record(&mut self, wanted: &Wanted, living: &mut Living) {
        if self.status.recorded_into.is_some() {
            self.stop_recording(living);
        }
        match living.run.record(wanted, &Disk) {
            Ok(()) => self.status.recorded_into = Some(wanted.path.clone()),
            Err(e) => self.refuse(&e.to_string()),
        }
        self.must_answer = true;
    }

    fn stop_recording(&mut self, living: &mut Living) {
        let wall_seconds = living.began.elapsed().as_secs_f64();
        if let Err(e) = living.run.stop_recording(wall_seconds) {
            self.refuse(&e.to_string());
        }
        self.status.recorded_into = None;
        self.must_answer = true;
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
        if done == living.run.asked_ticks() {
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
        self.status.forking = self.futures.share();
        let rows = self.futures.rows(living.readers.shows(PanelKind::Futures));
        let frame = living.readers.frame(&living.run, self.status.clone(), rows);
        self.post.put(frame);
    }

    fn close(mut self, mut living: Living) {
        // What they would come to nobody would see.
        self.futures = Futures::default();
        let wall_seconds = living.began.elapsed().as_secs_f64();
        let steered = living.run.n_commands() > 0;
        let commands = self.status.folder.as_ref().filter(|_| steered);
        let commands = commands.map(|dir| dir.join(file::NAME));
        let command = command_line(&living.name, &living.changed, commands.as_deref());
        self.status.is_playing = false;
        self.status.stage = match living.run.leave(command, wall_seconds) {
            Ok(_) => Stage::Closed,
            Err(e) => Stage::Failed(e.to_string()),
        };
        self.status.tick = Tick(living.run.ticks);
        self.status.chained = living.run.chained;
        // Nobody looks any more: how it ended is all there is to tell.
        self.post.put(Frame {
            status: self.status.clone(),
            changes: Arc::new(living.run.policy_changes().to_vec()),
            ..Frame::default()
        });
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
    *world.resource_mut::<Traces>() = Traces::on(USUAL_CAPACITY);
    let readers = Readers::new(&run);
    Ok(Living {
        run,
        readers,
        loaded: Arc::new(opening.loaded),
        name: opening.name,
        changed: opening.changed,
        began,
    })
}
