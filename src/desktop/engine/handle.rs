//! The window's end of the city's thread.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::frame::{Frame, Stage};
use super::keeper::Keeper;
use super::projector::Projector;
use super::request::{Opening, Request};
use crate::desktop::wall;

/// How long a window waits for a frame as of now.
const MOMENT: Duration = Duration::from_millis(10);

/// Where the thread puts the newest frame.
pub(super) type Slot = Arc<Mutex<Option<Frame>>>;

/// A city that lives on a thread of its own.
pub struct Engine {
    requests: Sender<Request>,
    slot: Slot,
    thread: Option<JoinHandle<()>>,
    is_looking: bool,
}

impl Engine {
    /// Starts the thread and founds the city on it.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(opening: Opening) -> std::io::Result<Self> {
        Self::spawn("city", move |inbox, out| {
            Keeper::new(inbox, out).keep(opening);
        })
    }

    /// Starts the thread and opens a recording on it; nothing is simulated.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn project(file: PathBuf) -> std::io::Result<Self> {
        Self::spawn("projector", move |inbox, out| {
            Projector::new(inbox, out).project(&file);
        })
    }

    fn spawn(
        name: &str,
        lives: impl FnOnce(Receiver<Request>, Slot) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (requests, inbox) = channel();
        let slot = Slot::default();
        let out = Arc::clone(&slot);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            // As deep as the main thread's: founding a large city recurses no deeper than a headless run does.
            .stack_size(8 << 20)
            .spawn(move || lives(inbox, out))?;
        Ok(Self {
            requests,
            slot,
            thread: Some(thread),
            is_looking: false,
        })
    }

    /// Sends a wish. A thread that has ended hears none.
    pub fn send(&self, request: Request) {
        // The thread ends only after a failure or a close that the frame tells of.
        let _heard = self.requests.send(request).is_ok();
    }

    /// Returns the newest frame if there is one, and asks for the next.
    pub fn frame(&mut self) -> Option<Frame> {
        let frame = self.take();
        if !self.is_looking {
            self.is_looking = true;
            self.send(Request::Look);
        }
        if frame.is_none() && self.has_died() {
            // A panic inside a city is a defect; the window must say so instead of waiting for ever.
            let mut last = Frame::default();
            last.status.stage = Stage::Failed(
                "the city stopped unexpectedly; its run folder, if it has one, holds all finished days".to_owned(),
            );
            self.thread = None;
            return Some(last);
        }
        frame
    }

    /// Asks for a frame as of now and waits a moment for it; for a window that draws so rarely that the one it asked for when
    /// it drew last is old. Returns what [`Engine::frame`] would if it does not come in time.
    pub fn frame_of_now(&mut self) -> Option<Frame> {
        let old = self.take();
        self.is_looking = true;
        self.send(Request::Look);
        let began = wall::now();
        while began.elapsed() < MOMENT {
            if let Some(frame) = self.take() {
                return Some(frame);
            }
            std::thread::sleep(MOMENT / 20);
        }
        old.or_else(|| self.frame())
    }

    /// Takes what has come; what was asked for is then no longer on its way.
    fn take(&mut self) -> Option<Frame> {
        let frame = self
            .slot
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        self.is_looking &= frame.is_none();
        frame
    }

    fn has_died(&self) -> bool {
        self.thread.as_ref().is_some_and(JoinHandle::is_finished)
    }

    /// Closes the run and waits until its files are written.
    ///
    /// Returns the last frame.
    pub fn close(mut self) -> Option<Frame> {
        self.send(Request::Close);
        if let Some(thread) = self.thread.take() {
            let _ended = thread.join().is_ok();
        }
        self.take()
    }
}
