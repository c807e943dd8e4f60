//! The thread's end of the way to the window: wishes in, frames out.

use std::sync::PoisonError;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::Duration;

use super::frame::{Frame, Stage, Status};
use super::handle::Slot;
use super::request::Request;

/// Longest wait for a wish while nothing is due.
pub(super) const NAP: Duration = Duration::from_millis(50);

/// Where wishes come from and frames go to.
pub(super) struct Post {
    inbox: Receiver<Request>,
    out: Slot,
}

/// The window is gone.
pub(super) struct Gone;

impl Post {
    pub(super) const fn new(inbox: Receiver<Request>, out: Slot) -> Self {
        Self { inbox, out }
    }

    /// Returns a wish; `None` if none came in time.
    pub(super) fn next(&self, wait: Duration) -> Result<Option<Request>, Gone> {
        if wait.is_zero() {
            return match self.inbox.try_recv() {
                Ok(r) => Ok(Some(r)),
                Err(TryRecvError::Empty) => Ok(None),
                Err(TryRecvError::Disconnected) => Err(Gone),
            };
        }
        match self.inbox.recv_timeout(wait) {
            Ok(r) => Ok(Some(r)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Gone),
        }
    }

    /// Sends a frame; one that was not taken yet is replaced.
    pub(super) fn put(&self, frame: Frame) {
        *self.out.lock().unwrap_or_else(PoisonError::into_inner) = Some(frame);
    }

    /// Sends a frame of nothing but how the thread is doing.
    pub(super) fn put_status(&self, status: &Status) {
        self.put(Frame {
            status: status.clone(),
            ..Frame::default()
        });
    }

    /// Says why the thread cannot go on, as often as the window asks, until it closes.
    pub(super) fn fail(self, mut status: Status, why: String) {
        status.stage = Stage::Failed(why);
        status.is_playing = false;
        self.put_status(&status);
        while let Ok(request) = self.inbox.recv() {
            match request {
                Request::Close => break,
                Request::Look => self.put_status(&status),
                _ => {}
            }
        }
    }
}
