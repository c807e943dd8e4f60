//! Recordings that were forged: every checksum is right, and messages say what no city ever did. Readers answer, and do not panic.

use std::borrow::Cow;
use std::io::Cursor;

use mcap::{McapError, Message, MessageStream, WriteOptions};
use serde::Serialize;

use super::city;
use super::listed;
use super::recording::{in_a_line, timed};
use super::roundtrip::{open, record};
use crate::cli::CommandError;
use crate::lab::recording::Detail;
use crate::sim::rng::{Purpose, RngStream, mix};

/// Ticks of the recording that is forged; so few that a forgery takes a moment.
const TICKS: u32 = 4;

/// What the proof found.
#[derive(Debug, Default, Serialize)]
pub struct Shown {
    /// Forgeries that were read.
    pub forgeries: u32,
    /// Of which so many were refused when they were opened.
    pub refused: u32,
    /// Of which so many were opened, and refused when their ticks were read.
    pub refused_later: u32,
    /// Longest time for one, in seconds.
    pub slowest_seconds: f64,
    /// What went wrong.
    pub violations: Vec<String>,
}

impl Shown {
    /// Says it in a line.
    #[must_use]
    pub fn line(&self) -> String {
        let text = format!(
            "{} forged recordings: {} refused, {} refused when their ticks were read; slowest {:.3} s, {} violations",
            self.forgeries,
            self.refused,
            self.refused_later,
            self.slowest_seconds,
            self.violations.len()
        );
        listed(text, &self.violations)
    }
}

/// Forges so many recordings.
///
/// # Errors
/// [`CommandError`] if there is nothing to forge.
pub fn forge(n: u32, seed: u64) -> Result<Shown, CommandError> {
    let kept = record(
        &city::busy(30, 3, "item_knn")?,
        TICKS,
        Detail::Full,
        None,
        |_| Ok(()),
    )?;
    let failed = |e: McapError| CommandError::Failed(format!("cannot forge: {e}"));
    let messages = MessageStream::new(&kept.bytes)
        .and_then(Iterator::collect::<Result<Vec<Message>, _>>)
        .map_err(failed)?;
    let mut shown = Shown::default();
    for i in 0..n {
        let mut rng = RngStream::new(mix(seed), Purpose::Map, u64::from(i), 8);
        let bytes = forged(&messages, &mut rng).map_err(failed)?;
        let (seconds, judged) = timed(|| read(bytes, &mut shown));
        shown.forgeries += 1;
        shown.slowest_seconds = shown.slowest_seconds.max(seconds);
        if let Err(why) = judged {
            let again = format!("--seed {seed} --n {}", i + 1);
            shown
                .violations
                .push(format!("forgery {i} ({again}): {why}"));
        }
    }
    Ok(shown)
}

/// Writes the messages again, one to three of them changed.
fn forged(messages: &[Message<'_>], rng: &mut RngStream) -> Result<Vec<u8>, McapError> {
    let changed: Vec<usize> = (0..=rng.below(3))
        .map(|_| rng.below(messages.len()))
        .collect();
    rewritten(messages, |i, message| {
        if changed.contains(&i) {
            let mut body = message.data.to_vec();
            change(&mut body, rng);
            message.data = Cow::Owned(body);
        }
        if changed.first() == Some(&i) && rng.below(20) == 0 {
            message.log_time = rng.bits();
        }
    })
}

/// Writes messages into a file of their own, each as `change` leaves it; every checksum is right.
///
/// # Errors
/// [`McapError`] if they cannot be written.
pub fn rewritten<'a>(
    messages: &[Message<'a>],
    mut change: impl FnMut(usize, &mut Message<'a>),
) -> Result<Vec<u8>, McapError> {
    let mut file = Cursor::new(Vec::new());
    let mut out = WriteOptions::new()
        .profile("agora")
        .compression(None)
        .create(&mut file)?;
    for (i, message) in messages.iter().enumerate() {
        let mut message = message.clone();
        change(i, &mut message);
        out.write(&message)?;
    }
    out.finish()?;
    drop(out);
    Ok(file.into_inner())
}

/// Changes the body of a message.
fn change(body: &mut Vec<u8>, rng: &mut RngStream) {
    if body.is_empty() {
        body.push(rng.below(256) as u8);
        return;
    }
    let at = rng.below(body.len());
    match rng.below(6) {
        0 => body[at] ^= 1 << rng.below(8),
        1 => body.truncate(at),
        2 => body.insert(at, rng.below(256) as u8),
        3 => {
            body.remove(at);
        }
        4 => {
            // Numbers as large as they get.
            let end = body.len().min(at + 9);
            body[at..end].fill(0xFF);
        }
        _ => {
            let end = body.len().min(at + 1 + rng.below(40));
            let part = body[at..end].to_vec();
            body.splice(at..at, part);
        }
    }
}

/// Reads everything a forgery says.
fn read(bytes: Vec<u8>, shown: &mut Shown) -> Result<(), String> {
    let mut recording = match open(bytes) {
        Ok(recording) => recording,
        Err(e) => {
            shown.refused += 1;
            return in_a_line(&e);
        }
    };
    let ticks = recording.ticks();
    let all = recording
        .check()
        .and_then(|()| recording.deeds(ticks.clone()).map(|_| ()))
        .and_then(|()| recording.links(ticks).map(|_| ()))
        .and_then(|()| recording.summary().map(|_| ()));
    let _curves = recording.series().len();
    if let Err(e) = all {
        shown.refused_later += 1;
        return in_a_line(&e.into());
    }
    Ok(())
}
