//! Recordings are damaged at random places: what is left says what is wrong, and everything it still shows is right.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;

use super::city;
use super::listed;
use super::roundtrip::{Kept, differs, open, record};
use crate::cli::CommandError;
use crate::cli::run::wall_clock;
use crate::lab::recording::{Caption, Detail, Look, Numbers, Recording, Tour};
use crate::scenario::run::progress::Run;
use crate::scenario::steer::order::Command;
use crate::sim::rng::{Purpose, RngStream, mix};
use crate::sim::units::Tick;

/// Ticks of the recording that is damaged: four chunks and some ticks, over the end of no day.
const TICKS: u32 = 4 * 60 + 17;

/// Ticks that are looked at in each damaged recording, beside the last.
const LOOKS: usize = 6;

/// Longest that one may take, in seconds; a busy machine has time to spare.
const LONGEST: f64 = 10.0;

/// What the proof found.
#[derive(Debug, Default, Serialize)]
pub struct Shown {
    /// Damaged recordings.
    pub places: u32,
    /// Of which so many were refused.
    pub refused: u32,
    /// Of which so many were opened, shorter than they were.
    pub shorter: u32,
    /// Of which so many were opened with every tick.
    pub whole: u32,
    /// Ticks that were read from them and compared.
    pub ticks: u64,
    /// Longest time for one, in seconds.
    pub slowest_seconds: f64,
    /// Bytes of the recording.
    pub bytes: usize,
    /// What went wrong.
    pub violations: Vec<String>,
}

impl Shown {
    /// Says it in a line.
    #[must_use]
    pub fn line(&self) -> String {
        let text = format!(
            "{} damaged copies of a recording of {} bytes: {} refused, {} shorter, {} whole but for what is said of them; {} ticks compared, slowest {:.3} s, {} violations",
            self.places,
            self.bytes,
            self.refused,
            self.shorter,
            self.whole,
            self.ticks,
            self.slowest_seconds,
            self.violations.len()
        );
        listed(text, &self.violations)
    }
}

/// Steers a city a little, so that its recording has commands.
fn steer(run: &mut Run) -> Result<(), CommandError> {
    if run.ticks == 70 {
        run.command(Command::SetPolicy {
            key: "platform.ads.load".to_owned(),
            value: toml::Value::Float(0.3),
        })?;
    }
    Ok(())
}

/// Makes the recording that is damaged.
///
/// # Errors
/// [`CommandError`] if its city cannot be founded.
pub fn sample(detail: Detail, ticks: u32) -> Result<Kept, CommandError> {
    let tour = Tour {
        title: "A test".to_owned(),
        text: "Nothing else.".to_owned(),
        captions: vec![Caption {
            tick: 60,
            title: "An hour".to_owned(),
            text: String::new(),
            look: Look::City,
            speed: None,
            zoom: Some(2.0),
        }],
    };
    record(
        &city::busy(120, 3, "item_knn")?,
        ticks,
        detail,
        Some(tour),
        steer,
    )
}

/// How a file is damaged.
fn spoil(bytes: &mut Vec<u8>, rng: &mut RngStream) -> String {
    match rng.below(4) {
        0 => {
            let n = rng.below(bytes.len());
            bytes.truncate(n);
            format!("cut to {n} bytes")
        }
        1 => {
            let (at, bit) = (rng.below(bytes.len()), rng.below(8));
            bytes[at] ^= 1 << bit;
            format!("bit {bit} of byte {at} flipped")
        }
        2 => {
            let (at, n) = (rng.below(bytes.len()), 1 + rng.below(64));
            let end = bytes.len().min(at + n);
            for b in &mut bytes[at..end] {
                *b = rng.below(256) as u8;
            }
            format!("bytes {at} to {end} overwritten")
        }
        _ => {
            let n = 1 + rng.below(8);
            let places: Vec<usize> = (0..n).map(|_| rng.below(bytes.len())).collect();
            for at in &places {
                bytes[*at] ^= 1 << rng.below(8);
            }
            format!("a bit of each of the bytes {places:?} flipped")
        }
    }
}

/// Damages a recording at so many places.
///
/// # Errors
/// [`CommandError`] if the recording cannot be made.
pub fn damage(places: u32, seed: u64) -> Result<Shown, CommandError> {
    let kept = sample(Detail::Full, TICKS)?;
    let whole = open(kept.bytes.clone())?;
    let mut shown = Shown {
        bytes: kept.bytes.len(),
        ..Shown::default()
    };
    for place in 0..places {
        let mut rng = RngStream::new(mix(seed), Purpose::Map, u64::from(place), 7);
        let mut bytes = kept.bytes.clone();
        let how = spoil(&mut bytes, &mut rng);
        if bytes == kept.bytes {
            continue;
        }
        let (seconds, judged) = timed(|| judge(bytes, &kept, &whole, &mut rng, &mut shown));
        shown.places += 1;
        shown.slowest_seconds = shown.slowest_seconds.max(seconds);
        if let Err(why) = judged {
            shown.violations.push(format!("{how}: {why}"));
        }
    }
    Ok(shown)
}

/// Reads a file that is not as it was written; returns the seconds that took and what is wrong with the answer.
pub(super) fn timed(read: impl FnOnce() -> Result<(), String>) -> (f64, Result<(), String>) {
    let clock = wall_clock();
    let judged = catch_unwind(AssertUnwindSafe(read));
    let seconds = clock.elapsed().as_secs_f64();
    let judged = match judged {
        Ok(Ok(())) if seconds > LONGEST => Err(format!("it took {seconds:.1} s")),
        Ok(judged) => judged,
        Err(_) => Err("the reader panicked".to_owned()),
    };
    (seconds, judged)
}

/// Complains of an error that tells nothing, or takes more than a line for it.
pub(super) fn in_a_line(e: &CommandError) -> Result<(), String> {
    let text = e.to_string();
    if text.contains('\n') || text.len() < 10 {
        Err(format!("it says {text:?}"))
    } else {
        Ok(())
    }
}

/// Reads a damaged recording and compares what it shows.
fn judge(
    bytes: Vec<u8>,
    kept: &Kept,
    whole: &Recording,
    rng: &mut RngStream,
    shown: &mut Shown,
) -> Result<(), String> {
    let mut found = match open(bytes) {
        Ok(found) => found,
        Err(e) => {
            shown.refused += 1;
            return in_a_line(&e);
        }
    };
    if found.damage().is_none() {
        return Err("it says nothing of its damage".to_owned());
    }
    if found.header() != whole.header() {
        return Err("its header is another".to_owned());
    }
    let ticks = found.ticks();
    if ticks.start != 0 || ticks.end as usize > kept.ticks.len() {
        return Err(format!("it holds ticks {ticks:?}"));
    }
    if ticks.end as usize == kept.ticks.len() {
        shown.whole += 1;
    } else {
        shown.shorter += 1;
    }
    if !ticks.is_empty() {
        let n = ticks.len();
        let mut looks: Vec<u32> = (0..LOOKS).map(|_| rng.below(n) as u32).collect();
        looks.push(ticks.end - 1);
        for tick in looks {
            let happened = &kept.ticks[tick as usize];
            match differs(&mut found, tick, happened) {
                Ok(None) => shown.ticks += 1,
                Ok(Some(what)) => return Err(format!("tick {tick} differs in {what}")),
                Err(e) => return Err(format!("tick {tick}: {e}")),
            }
        }
    }
    beside(&found, whole)
}

/// Compares what does not belong to one tick.
fn beside(found: &Recording, whole: &Recording) -> Result<(), String> {
    let begins = |a: &[(Tick, Numbers)], b: &[(Tick, Numbers)]| b.starts_with(a);
    if !begins(found.hours(), whole.hours()) || !begins(found.days(), whole.days()) {
        return Err("its metrics are others".to_owned());
    }
    if !whole.commands().starts_with(found.commands()) {
        return Err("its commands are others".to_owned());
    }
    // Who left is told later.
    let people = |r: &Recording| -> Vec<_> {
        let rows = r.people().iter();
        rows.map(|p| (p.role, p.home, p.joined)).collect()
    };
    let is_as_it_was = people(whole).starts_with(&people(found))
        && whole.items().starts_with(found.items())
        && whole.spaces().starts_with(found.spaces())
        && whole.campaigns().starts_with(found.campaigns());
    if !is_as_it_was {
        return Err("its registers are others".to_owned());
    }
    if found.tour().is_some() && found.tour() != whole.tour() {
        return Err("its captions are others".to_owned());
    }
    if found.summary_text().is_some() && found.summary_text() != whole.summary_text() {
        return Err("its summary is another".to_owned());
    }
    Ok(())
}
