//! What a killed run may leave: a prefix of what it would have written, every file whole.

use std::path::{Path, PathBuf};

use crate::cli::CommandError;
use crate::events::behavior::Event;
use crate::events::log::reader::{count_rows, days, read_day};
use crate::scenario::chain::{self, Chain};
use crate::sim::units::TICKS_PER_DAY;

/// A run that was left alone.
pub struct Reference {
    run: PathBuf,
    scenario: Vec<u8>,
    chain: Chain,
    events: Vec<Vec<Event>>,
}

impl Reference {
    /// Reads a whole run.
    ///
    /// # Errors
    /// [`CommandError`] if a file of it cannot be read.
    pub fn read(run: &Path) -> Result<Self, CommandError> {
        let read = |name: &str| {
            let path = run.join(name);
            std::fs::read(&path).map_err(CommandError::file(&path))
        };
        let hashes = run.join("hashes.bin");
        Ok(Self {
            run: run.to_path_buf(),
            scenario: read("scenario.toml")?,
            chain: chain::read(&hashes).map_err(CommandError::file(&hashes))?,
            events: days(run)?
                .iter()
                .map(|day| read_day(run, *day))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Returns how many days it has.
    #[must_use]
    pub fn days(&self) -> usize {
        self.events.len()
    }
}

/// What was found of a killed run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remains {
    /// Whether its scenario is there.
    pub has_scenario: bool,
    /// Finished days.
    pub days: usize,
    /// Ticks in its chain.
    pub ticks: usize,
    /// Whether something is there that was not finished.
    pub is_torn: bool,
    /// What may not be.
    pub violations: Vec<String>,
}

/// Looks at what a killed run has left.
#[must_use]
pub fn inspect(run: &Path, reference: &Reference) -> Remains {
    let mut found = Remains::default();
    let mut files = Vec::new();
    if run.exists()
        && let Err(e) = list(run, &mut files)
    {
        found.violations.push(e.to_string());
    }
    let is_left = |name: &str| files.iter().any(|f| f == &run.join(name));
    found.has_scenario = is_left("scenario.toml");
    found.is_torn = files.iter().any(|f| is_temporary(f));
    if found.has_scenario {
        if !std::fs::read(run.join("scenario.toml")).is_ok_and(|s| s == reference.scenario) {
            let text = "scenario.toml is not the reference's".to_owned();
            found.violations.push(text);
        }
    } else if files.iter().any(|f| !is_temporary(f)) {
        let text = "there are files, but no scenario.toml".to_owned();
        found.violations.push(text);
    }
    if is_left("hashes.bin") {
        look_at_chain(run, reference, &mut found);
    }
    look_at_days(run, reference, &mut found);
    for file in &files {
        look_at_file(run, file, reference, &mut found);
    }
    found
}

fn is_temporary(file: &Path) -> bool {
    file.extension().is_some_and(|e| e == "tmp")
}

fn list(folder: &Path, into: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, into)?;
        } else {
            into.push(path);
        }
    }
    Ok(())
}

fn look_at_chain(run: &Path, reference: &Reference, found: &mut Remains) {
    match chain::read(&run.join("hashes.bin")) {
        Err(e) => found.violations.push(format!("hashes.bin: {e}")),
        Ok(chain) => {
            found.ticks = chain.links.len();
            found.is_torn |= chain.torn_bytes > 0;
            let is_prefix = chain.names == reference.chain.names
                && reference.chain.links.starts_with(&chain.links);
            if !is_prefix {
                let text = "hashes.bin is no prefix of the reference's".to_owned();
                found.violations.push(text);
            }
        }
    }
}

fn look_at_days(run: &Path, reference: &Reference, found: &mut Remains) {
    if !run.join("events").is_dir() {
        return;
    }
    let finished = match days(run) {
        Ok(days) => days,
        Err(e) => {
            found.violations.push(e.to_string());
            return;
        }
    };
    found.days = finished.len();
    if !finished.iter().copied().eq(0..finished.len() as u32) {
        let text = format!("finished days are {finished:?}, with a gap");
        found.violations.push(text);
    }
    if found.ticks < finished.len() * TICKS_PER_DAY as usize {
        let text = format!(
            "{} days are finished, but the chain has only {} ticks",
            finished.len(),
            found.ticks
        );
        found.violations.push(text);
    }
    for day in finished {
        match read_day(run, day) {
            Err(e) => found.violations.push(e.to_string()),
            Ok(rows) => {
                if reference.events.get(day as usize) != Some(&rows) {
                    let text = format!("events of day {day} are not the reference's");
                    found.violations.push(text);
                }
            }
        }
    }
}

/// Opens a file that has its final name; tables must be the reference's to the last byte.
fn look_at_file(run: &Path, file: &Path, reference: &Reference, found: &mut Remains) {
    let complaint = match file.extension().and_then(|e| e.to_str()) {
        Some("parquet") => {
            let same = file
                .strip_prefix(run)
                .ok()
                .and_then(|f| std::fs::read(reference.run.join(f)).ok());
            match count_rows(file) {
                Err(e) => Some(e.to_string()),
                Ok(_) if std::fs::read(file).ok() != same => {
                    Some(format!("{} is not the reference's", file.display()))
                }
                Ok(_) => None,
            }
        }
        Some("json") => std::fs::read(file)
            .map_err(|e| e.to_string())
            .and_then(|b| {
                serde_json::from_slice::<serde_json::Value>(&b).map_err(|e| e.to_string())
            })
            .err()
            .map(|e| format!("{}: {e}", file.display())),
        _ => None,
    };
    found.violations.extend(complaint);
}
