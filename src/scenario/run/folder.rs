//! The run folder: complete and self-describing.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::error::RunError;
use crate::scenario::schema::Scenario;

/// Makes an empty run folder; an existing one is refused, or emptied if that is asked for.
///
/// # Errors
/// [`RunError`] if there is one already, if what is there is no run folder, or the file system refuses.
pub fn create(path: &Path, force: bool) -> Result<(), RunError> {
    if path.as_os_str().is_empty() {
        return Err(RunError::NoFolder);
    }
    if path.exists() {
        let refuse = |why| RunError::Folder {
            path: path.to_path_buf(),
            why,
        };
        if !path.is_dir() {
            return Err(refuse(
                "exists already and is not a folder; choose another name",
            ));
        }
        let content = names_in(path)?;
        if !content.is_empty() {
            if !force {
                return Err(refuse(
                    "exists already; choose another folder or add --force to overwrite it",
                ));
            }
            if !is_run(&content) {
                return Err(refuse(
                    "is not a run folder (it lacks scenario.toml or hashes.bin); it is not overwritten even with --force",
                ));
            }
            if encloses_working_folder(path) {
                return Err(refuse(
                    "is or encloses the working folder; it is not overwritten even with --force",
                ));
            }
            fs::remove_dir_all(path).map_err(RunError::file(path))?;
        }
    }
    fs::create_dir_all(path).map_err(RunError::file(path))
}

/// Makes the folder of a run that is to begin: empty but for its mark, what `first` leaves there, and the scenario as it was founded.
///
/// The scenario is last: with it a folder is a run that can be resumed, and how it is kept and recorded has to be known by then.
///
/// # Errors
/// As [`create`], and those of `first`.
pub(super) fn prepare(
    path: &Path,
    force: bool,
    scenario: &Scenario,
    first: impl FnOnce() -> Result<(), RunError>,
) -> Result<(), RunError> {
    create(path, force)?;
    // The mark of a run folder, before the scenario: what a kill leaves from here on may be overwritten with --force.
    let events = path.join("events");
    fs::create_dir(&events).map_err(RunError::file(&events))?;
    first()?;
    write(&path.join("scenario.toml"), scenario.to_toml().as_bytes())
}

/// Returns where a run goes when nothing else is said.
#[must_use]
pub fn default_path(scenario: &Scenario, arm: Option<&str>) -> PathBuf {
    let arm = arm.map_or_else(String::new, |a| format!("-{a}"));
    let name = format!("{}{arm}-{}", scenario.name, scenario.seed);
    // A name is text in a file that somebody else may have written; it must not lead out of the folder.
    let name: String = name
        .chars()
        .map(|c| match c {
            '/' | '\\' | ':' => '-',
            c if c.is_control() => '-',
            c => c,
        })
        .collect();
    PathBuf::from("runs").join(name)
}

/// What a run, or a fork, has made by the time its hashes are there.
const STILLBORN: [&str; 6] = [
    "checkpoint",
    "events",
    "recording.mcap",
    "scenario.toml",
    "scenario.toml.tmp",
    "hashes.bin.tmp",
];

fn names_in(path: &Path) -> Result<Vec<OsString>, RunError> {
    fs::read_dir(path)
        .and_then(|entries| entries.map(|e| e.map(|e| e.file_name())).collect())
        .map_err(RunError::file(path))
}

/// Says whether a folder's content is that of a run or a comparison: a scenario and what came of it, or what is there of a
/// run that was killed before its city was founded. A folder with a scenario that somebody wrote is not.
fn is_run(content: &[OsString]) -> bool {
    let has = |name: &str| content.iter().any(|n| n == name);
    let came_of_it = has("hashes.bin") || has("compare.json");
    let is_stillborn = has("events")
        && content
            .iter()
            .all(|n| STILLBORN.iter().any(|known| n == *known));
    has("scenario.toml") && came_of_it || is_stillborn
}

fn encloses_working_folder(path: &Path) -> bool {
    let (Ok(path), Ok(here)) = (path.canonicalize(), std::env::current_dir()) else {
        return false;
    };
    here.canonicalize().unwrap_or(here).starts_with(path)
}

/// Reads a file of a run folder that is JSON; `None` if it is not there.
///
/// # Errors
/// [`RunError`] if it cannot be read or is something else.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, RunError> {
    if !path.is_file() {
        return Ok(None);
    }
    let text = fs::read(path).map_err(RunError::file(path))?;
    let read = serde_json::from_slice(&text);
    read.map(Some).map_err(RunError::format(path))
}

/// Removes a file, if it is there.
///
/// # Errors
/// [`RunError::File`] as the file system says.
pub(super) fn remove(path: &Path) -> Result<(), RunError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(RunError::file(path)(e)),
        _ => Ok(()),
    }
}

/// Writes a file whole or not at all: to a temporary name, made durable, renamed.
///
/// # Errors
/// [`RunError::File`] as the file system says.
pub fn write(path: &Path, content: &[u8]) -> Result<(), RunError> {
    whole(path, |temporary| fs::write(temporary, content)).map_err(RunError::file(path))
}

/// Copies a file whole or not at all, as [`write`] writes one.
///
/// # Errors
/// [`RunError::File`] as the file system says.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), RunError> {
    whole(to, |temporary| fs::copy(from, temporary).map(drop)).map_err(RunError::file(to))
}

/// Makes what was written of a file so far durable.
///
/// # Errors
/// [`RunError::File`] as the file system says.
pub(super) fn make_durable(path: &Path) -> Result<(), RunError> {
    let synced = fs::File::open(path).and_then(|file| file.sync_all());
    synced
        .and_then(|()| sync_folder(path))
        .map_err(RunError::file(path))
}

/// Gives a file that was made under its [temporary] name its own, in which it takes the place of one that is there, once it is durable.
///
/// # Errors
/// [`RunError::File`] as the file system says.
pub(super) fn put_in_place(path: &Path) -> Result<(), RunError> {
    whole(path, |_| Ok(())).map_err(RunError::file(path))
}

/// Returns the name that a file has until it is whole.
pub(super) fn temporary(path: &Path) -> PathBuf {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".tmp");
    PathBuf::from(temporary)
}

fn whole(path: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let temporary = temporary(path);
    fill(&temporary)?;
    fs::File::open(&temporary)?.sync_all()?;
    fs::rename(&temporary, path)?;
    sync_folder(path)
}

/// Makes the entry of a file in its folder durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_its_scenario_last_and_none_if_what_comes_first_fails() {
        let dir = tempfile::tempdir().unwrap();
        let scenario = Scenario::default();
        let names = |run: &Path| {
            let mut names = names_in(run).unwrap();
            names.sort();
            names
        };
        let whole = dir.path().join("whole");
        let mut seen = Vec::new();
        let first = || {
            seen = names(&whole);
            Ok(())
        };
        prepare(&whole, false, &scenario, first).unwrap();
        assert_eq!(seen, ["events"]);
        assert_eq!(names(&whole), ["events", "scenario.toml"]);
        let broken = dir.path().join("broken");
        let refused = prepare(&broken, false, &scenario, || Err(RunError::NoFolder));
        assert!(refused.is_err());
        assert_eq!(names(&broken), ["events"]);
        // What a kill leaves before the scenario may be overwritten.
        prepare(&broken, true, &scenario, || Ok(())).unwrap();
    }
}
