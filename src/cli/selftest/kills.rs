//! Runs are killed at random moments: no finished day is lost, no file under a final name is half written.

use std::path::Path;
use std::process::Command;

use serde::Serialize;

use super::city;
use super::killing::{LeftAlone, kill_after, tidy};
use super::listed;
use super::remains::{Reference, inspect};
use crate::cli::CommandError;
use crate::cli::run::wall_clock;
use crate::sim::rng::{Purpose, RngStream};

/// Residents of the city whose runs are killed.
const RESIDENTS: u32 = 25;

/// Days of its runs: many, so that many kills fall on the end of one.
const DAYS: u32 = 12;

/// One kill in so many is followed by `agora verify`; all are compared with the reference's hashes.
const VERIFY_EVERY: u32 = 10;

/// What killing runs showed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Killed {
    /// Runs killed.
    pub kills: u32,
    /// Of these, before their folder held a scenario.
    pub before_the_scenario: u32,
    /// Of these, after the last day was finished.
    pub after_the_end: u32,
    /// Days of a run that is left alone.
    pub reference_days: usize,
    /// Finished days found, all equal to the reference's.
    pub finished_days: u64,
    /// Ticks found in chains of hashes, all equal to the reference's.
    pub ticks: u64,
    /// Kills that tore the last tick of the chain or left a day under its temporary name.
    pub torn: u32,
    /// Runs verified by running them again.
    pub verified: u32,
    /// Wall time.
    pub wall_seconds: f64,
    /// What may not be.
    pub violations: Vec<String>,
}

impl Killed {
    /// Sums up in words.
    #[must_use]
    pub fn line(&self) -> String {
        let text = format!(
            "{} kills of a run of {} days ({} before it had a scenario, {} after its end): {} finished days and {} ticks found and equal, {} torn tails, {} verified again, {} violations, {:.1} s",
            self.kills,
            self.reference_days,
            self.before_the_scenario,
            self.after_the_end,
            self.finished_days,
            self.ticks,
            self.torn,
            self.verified,
            self.violations.len(),
            self.wall_seconds
        );
        listed(text, &self.violations)
    }
}

/// Kills `n` runs of `binary` in `folder`, at moments drawn with `seed`.
///
/// # Errors
/// [`CommandError`] if runs cannot be started or the reference run fails; what is found amiss is in the answer.
pub fn kill(binary: &Path, folder: &Path, n: u32, seed: u64) -> Result<Killed, CommandError> {
    let clock = wall_clock();
    std::fs::create_dir_all(folder).map_err(CommandError::file(folder))?;
    let city = city::small(RESIDENTS, DAYS, 1, "popularity")?;
    let alone = LeftAlone::live(binary, folder, "city", &city.scenario, &[])?;
    let reference = Reference::read(&alone.run)?;
    let mut shown = Killed {
        reference_days: reference.days(),
        ..Killed::default()
    };
    for i in 0..n {
        let out = folder.join(format!("kill-{i}"));
        let mut rng = RngStream::new(seed, Purpose::Test, u64::from(i), 0);
        let after = alone.moment(i as usize, &mut rng);
        let mut child = alone.start_another(binary, &out)?;
        kill_after(&mut child, binary, after)?;
        shown.kills += 1;
        let remains = inspect(&out, &reference);
        shown.before_the_scenario += u32::from(!remains.has_scenario);
        shown.after_the_end += u32::from(remains.days == reference.days());
        shown.finished_days += remains.days as u64;
        shown.ticks += remains.ticks as u64;
        shown.torn += u32::from(remains.is_torn);
        let mut amiss = remains.violations;
        if i.is_multiple_of(VERIFY_EVERY) && remains.ticks > 0 {
            shown.verified += 1;
            amiss.extend(verify(binary, &out)?);
        }
        let name = format!("kill {i} after {after:.3} s");
        tidy(&out, &name, &amiss, &mut shown.violations)?;
    }
    shown.wall_seconds = clock.elapsed().as_secs_f64();
    Ok(shown)
}

/// Runs `agora verify` and returns its complaint, if any.
fn verify(binary: &Path, run: &Path) -> Result<Option<String>, CommandError> {
    let done = Command::new(binary)
        .args(["verify".as_ref(), run.as_os_str(), "--quiet".as_ref()])
        .output()
        .map_err(CommandError::file(binary))?;
    let said = String::from_utf8_lossy(&done.stderr);
    Ok((!done.status.success()).then(|| format!("verify: {}: {}", done.status, said.trim())))
}
