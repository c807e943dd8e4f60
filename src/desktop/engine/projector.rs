//! The projector: the loop of the thread that shows a recording. It answers as the city's thread does and simulates nothing.

use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use super::frame::{Stage, Status};
use super::handle::Slot;
use super::pace::Pace;
use super::post::{Gone, NAP, Post};
use super::request::Request;
use super::screening::Screening;
use crate::desktop::command::Speed;
use crate::desktop::wall;
use crate::lab::recording::RecordingError;
use crate::sim::units::Tick;

/// Most ticks passed in one go: between two goes wishes are heard.
const MOST_AT_ONCE: u32 = 50;

/// How far to look for the next tick that can be read, in ticks: past an hour that is damaged.
const LEAP: u32 = 60;

/// The thread's own state.
pub(super) struct Projector {
    post: Post,
    status: Status,
    pace: Pace,
    until: Option<u32>,
    must_answer: bool,
    /// Where to go next; of several wishes only the last counts.
    goal: Option<Tick>,
    rate: (Instant, u32),
}

impl Projector {
    pub(super) fn new(inbox: Receiver<Request>, out: Slot) -> Self {
        let now = wall::now();
        Self {
            post: Post::new(inbox, out),
            status: Status::default(),
            pace: Pace::new(Speed::X10, now),
            until: None,
            must_answer: true,
            goal: None,
            rate: (now, 0),
        }
    }

    /// Opens a recording and shows it until it is closed or the window is gone.
    pub(super) fn project(mut self, file: &Path) {
        self.post.put_status(&self.status);
        let mut screening = match Screening::open(file) {
            Ok(screening) => screening,
            Err(e) => return self.post.fail(self.status, e.to_string()),
        };
        self.status.stage = Stage::Living;
        self.status.days = screening.days();
        self.goal = Some(screening.span().0);
        while let Ok(true) = self.hear(&mut screening) {
            if let Some(goal) = self.goal.take() {
                let went = screening.seek(goal);
                self.went(went, goal, &mut screening);
                self.must_answer = true;
            } else if self.is_due() {
                self.play_on(&mut screening);
            }
            if self.must_answer {
                self.must_answer = false;
                self.answer(&mut screening);
            }
        }
        self.status.stage = Stage::Closed;
        self.status.is_playing = false;
        self.post.put_status(&self.status);
    }

    /// Waits for a wish or until a tick is due, and takes all wishes that have come; says whether to go on.
    fn hear(&mut self, screening: &mut Screening) -> Result<bool, Gone> {
        let mut wait = if self.status.is_playing {
            self.pace.wait(wall::now()).min(NAP)
        } else {
            NAP
        };
        if !wait.is_zero() && screening.read_back() {
            // The day was read on instead of waiting.
            wait = Duration::ZERO;
        }
        while let Some(request) = self.post.next(wait)? {
            wait = Duration::ZERO;
            if matches!(request, Request::Close) {
                return Ok(false);
            }
            self.obey(request, screening);
        }
        Ok(true)
    }

    fn is_due(&self) -> bool {
        self.status.is_playing && self.pace.wait(wall::now()).is_zero()
    }

    fn obey(&mut self, request: Request, screening: &mut Screening) {
        match request {
            Request::Play => self.play(None, screening),
            Request::PlayUntil(tick) => self.play(Some(tick), screening),
            Request::Pause => self.status.is_playing = false,
            Request::Step => {
                self.status.is_playing = false;
                let here = self.goal.unwrap_or(screening.now());
                self.goal = Some(Tick(here.0.saturating_add(1)));
            }
            Request::Speed(speed) => {
                self.status.speed = speed;
                self.pace.restart(speed, wall::now());
            }
            Request::Watch(panels, ask) => screening.watch(panels, ask),
            Request::Look => self.must_answer = true,
            Request::Seek(tick) | Request::Recall(Some(tick)) => self.goal = Some(tick),
            Request::Recall(None) | Request::Close => {}
            Request::Fork(_)
            | Request::StopFork(_)
            | Request::DismissFork(_)
            | Request::GoOnWith(_) => {
                self.refuse("a recording has no future; open its scenario to fork it");
            }
            Request::Steer(_)
            | Request::Undo
            | Request::Redo
            | Request::Record(_)
            | Request::StopRecording => {
                self.refuse("a recording shows what was; open its scenario to change anything");
                self.must_answer = true;
            }
        }
    }

    fn play(&mut self, until: Option<u32>, screening: &Screening) {
        let (first, last) = screening.span();
        let here = self.goal.unwrap_or(screening.now());
        if until.is_some_and(|until| here.0 >= until) {
            // There already: to begin again would pass by where it should stop.
            self.status.is_playing = false;
            return;
        }
        if here >= last {
            // At the end it begins again, as any player does.
            self.goal = Some(first);
        }
        let now = wall::now();
        self.until = until;
        self.status.is_playing = first < last;
        self.pace.restart(self.status.speed, now);
        self.rate = (now, here.0);
    }

    /// Lets as many ticks pass as are due.
    fn play_on(&mut self, screening: &mut Screening) {
        let mut n = 0;
        while n < MOST_AT_ONCE && self.is_due() {
            self.pace.ticked(wall::now());
            n += 1;
        }
        let here = screening.now().0;
        let left = self
            .until
            .map_or(n, |until| until.saturating_sub(here).min(n));
        let went = screening.advance(left);
        let next = screening.now().0.saturating_add(1);
        self.went(went, Tick(next), screening);
        let now = screening.now();
        if self.until.is_some_and(|until| now.0 >= until) {
            self.until = None;
            self.status.is_playing = false;
            self.must_answer = true;
        }
        if now >= screening.span().1 {
            self.status.is_playing = false;
            self.must_answer = true;
        }
    }

    /// If a moment could not be gone to: goes on behind the part of the file that cannot be read, and says what it was.
    fn went(&mut self, went: Result<(), RecordingError>, moment: Tick, screening: &mut Screening) {
        let Err(why) = went else { return };
        let end = screening.span().1.0;
        let mut next = moment.0;
        let mut is_behind = false;
        while !is_behind && next < end {
            next = next.saturating_add(LEAP).min(end);
            is_behind = screening.seek(Tick(next)).is_ok();
        }
        self.status.is_playing &= is_behind;
        let rest = if is_behind {
            "what comes after is shown"
        } else {
            "nothing after it can be read"
        };
        self.refuse(&format!("{why}; {rest}"));
    }

    fn refuse(&mut self, why: &str) {
        self.status.refused = Some(why.to_owned());
        self.status.n_refused += 1;
        self.must_answer = true;
    }

    fn answer(&mut self, screening: &mut Screening) {
        let now = wall::now();
        let (since, from) = self.rate;
        let seconds = now.duration_since(since).as_secs_f64();
        let here = screening.now();
        if !self.status.is_playing {
            self.status.ticks_per_second = 0.0;
        } else if seconds >= 0.5 {
            self.status.ticks_per_second = f64::from(here.0.saturating_sub(from)) / seconds;
            self.rate = (now, here.0);
        }
        self.status.tick = here;
        self.status.stage = if here >= screening.span().1 {
            Stage::Finished
        } else {
            Stage::Living
        };
        let frame = screening.frame(self.status.clone());
        self.post.put(frame);
    }
}
