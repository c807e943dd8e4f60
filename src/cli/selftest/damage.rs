//! Checkpoints are damaged at random places: a flipped bit or a missing end is an error that names the file, whatever it hits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde::Serialize;

use super::city;
use super::determinism::found;
use crate::cli::CommandError;
use crate::cli::run::wall_clock;
use crate::scenario::run::error::RunError;
use crate::sim::checkpoint::error::CheckpointError;
use crate::sim::checkpoint::read::parse;
use crate::sim::checkpoint::state::{Beside, keep};
use crate::sim::rng::{Purpose, RngStream};

/// Residents of the city that is kept.
const RESIDENTS: u32 = 25;

/// Ticks it lives before.
const TICKS: u32 = 300;

/// Name by which errors call the file.
const NAME: &str = "damaged.agora";

/// What damaging showed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Damaged {
    /// Bytes of the checkpoint.
    pub bytes: u64,
    /// Flipped bits, one at a time.
    pub flips: u32,
    /// Missing ends.
    pub cuts: u32,
    /// Runs of other bytes in the middle.
    pub overwritten: u32,
    /// Wall time.
    pub wall_seconds: f64,
    /// What may not be.
    pub violations: Vec<String>,
}

impl Damaged {
    /// Sums up in words.
    #[must_use]
    pub fn line(&self) -> String {
        let mut text = format!(
            "a checkpoint of {} bytes, damaged in {} places ({} flipped bits, {} missing ends, {} overwritten): {} violations, {:.1} s",
            self.bytes,
            self.flips + self.cuts + self.overwritten,
            self.flips,
            self.cuts,
            self.overwritten,
            self.violations.len(),
            self.wall_seconds
        );
        for v in &self.violations {
            text.push('\n');
            text.push_str(v);
        }
        text
    }
}

/// Reads a checkpoint and everything in it.
fn read_whole(bytes: Vec<u8>) -> Result<(), CheckpointError> {
    let from = parse(Path::new(NAME), bytes)?;
    for part in &from.header.parts {
        from.part(part)?;
    }
    Ok(())
}

/// Damages a checkpoint of a small city in `places` places, drawn with `seed`; it is kept in `folder`.
///
/// # Errors
/// [`CommandError`] if the city cannot be founded or kept; what is found amiss is in the answer.
pub fn damage(folder: &Path, places: u32, seed: u64) -> Result<Damaged, CommandError> {
    let clock = wall_clock();
    std::fs::create_dir_all(folder).map_err(CommandError::file(folder))?;
    let scenario = city::busy(RESIDENTS, 1, "two_tower")?.scenario;
    let mut sim = found(&scenario, 1)?;
    for _ in 0..TICKS {
        sim.step();
    }
    let path = folder.join(NAME);
    let beside = Beside {
        scenario: &scenario.name,
        scenario_hash: scenario.hash(),
        chained: 0,
        own: ("run", b"nothing"),
    };
    keep(&mut sim, &path, &beside).map_err(RunError::from)?;
    let whole = std::fs::read(&path).map_err(CommandError::file(&path))?;
    let mut shown = Damaged {
        bytes: whole.len() as u64,
        ..Damaged::default()
    };
    if let Err(e) = read_whole(whole.clone()) {
        shown.violations.push(format!("undamaged: {e}"));
    }
    for i in 0..places {
        let mut rng = RngStream::new(seed, Purpose::Test, u64::from(i), 0);
        let at = rng.below(whole.len());
        let mut bytes = whole.clone();
        let what = match i % 3 {
            0 => {
                bytes[at] ^= 1 << rng.below(8);
                shown.flips += 1;
                format!("a bit of byte {at} flipped")
            }
            1 => {
                bytes.truncate(at);
                shown.cuts += 1;
                format!("cut after {at} bytes")
            }
            _ => {
                let end = (at + 1 + rng.below(64)).min(whole.len());
                for byte in &mut bytes[at..end] {
                    *byte = rng.below(256) as u8;
                }
                shown.overwritten += 1;
                format!("bytes {at} to {end} overwritten")
            }
        };
        if bytes == whole {
            continue;
        }
        let read = catch_unwind(AssertUnwindSafe(|| read_whole(bytes)));
        let amiss = match read {
            Err(_) => Some("panicked".to_owned()),
            Ok(Ok(())) => Some("read as if nothing had happened".to_owned()),
            Ok(Err(e)) => {
                let text = e.to_string();
                let is_clear = text.starts_with(NAME) && !text.contains('\n');
                (!is_clear).then(|| format!("unclear error {text:?}"))
            }
        };
        shown
            .violations
            .extend(amiss.map(|amiss| format!("{what}: {amiss}")));
    }
    shown.wall_seconds = clock.elapsed().as_secs_f64();
    Ok(shown)
}
