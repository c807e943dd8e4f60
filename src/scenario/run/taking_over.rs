//! The recording of a run that goes on or branches off: it goes on from where the city does, or it is said why not.
//!
//! A file called as the recording of a run is, is of all of it: one with which nobody goes on gets another name. The old one keeps its
//! place until the new one, which ends where the city goes on, is durable.

use std::fs;
use std::path::Path;

use super::checkpoints::Plan;
use super::error::RunError;
use super::folder;
use super::recording::{Recorded, Wanted, header};
use super::resume::Kept;
use crate::events::log::writer::Disk;
use crate::lab::recording::{Detail, NAME, RecordingError, Stopped};
use crate::scenario::load::Loaded;

/// What a recording with which nobody goes on is called once its run goes on.
const STOPPED: &str = "recording-stopped.mcap";

/// Looks at the recording of a run folder; `None` if the run was not to be recorded, or nothing can be read of its recording, of which
/// `notes` hears.
///
/// # Errors
/// [`RunError`] if it is that of another run or of a later program, or the file system refuses.
pub(super) fn look(
    dir: &Path,
    plan: Option<&Plan>,
    loaded: &Loaded,
    notes: &mut Vec<String>,
) -> Result<Option<Stopped>, RunError> {
    let path = dir.join(NAME);
    let wanted = plan.and_then(|plan| plan.recording.as_ref());
    let Some(wanted) = wanted.filter(|_| path.is_file()) else {
        return Ok(None);
    };
    match Stopped::open(&path) {
        Ok(stopped) => {
            refuse_others(&stopped, loaded, wanted.detail)?;
            Ok(Some(stopped))
        }
        Err(e @ (RecordingError::Io { .. } | RecordingError::Version { .. })) => Err(e.into()),
        // Such as that of a run that was killed as it began.
        Err(e) => {
            notes.push(e.to_string());
            Ok(None)
        }
    }
}

/// Looks at the recording of a run that is branched off; `None` if it is not such as the fork is to have.
pub(super) fn of_parent(dir: &Path, plan: &Plan, loaded: &Loaded) -> Option<Stopped> {
    let wanted = plan.recording.as_ref()?;
    let stopped = Stopped::open(&dir.join(NAME)).ok()?;
    let is_alike = refuse_others(&stopped, loaded, wanted.detail).is_ok();
    is_alike.then_some(stopped)
}

fn refuse_others(stopped: &Stopped, loaded: &Loaded, detail: Detail) -> Result<(), RecordingError> {
    stopped.is_of(&header(&loaded.scenario, detail, 0, Vec::new()))
}

/// Lets a recording go on where a city does, in the file `into`, which is to be called `wanted.path`; `hashes` are those of the ticks so
/// far. `None` if it cannot, of which `notes` hears.
///
/// # Errors
/// [`RunError`] if it is that of another run, or the file system refuses.
pub(super) fn go_on(
    wanted: &Wanted,
    into: &Path,
    loaded: &Loaded,
    kept: &mut Kept,
    stopped: Stopped,
    hashes: &[u64],
    notes: &mut Vec<String>,
) -> Result<Option<Recorded>, RunError> {
    let (scenario, sim) = (&loaded.scenario, &mut kept.sim);
    let taken = Recorded::go_on(wanted, into, &Disk, scenario, stopped, hashes, sim);
    let durable = taken.and_then(|recorded| folder::make_durable(into).map(|()| recorded));
    match durable {
        Ok(recorded) => Ok(Some(recorded)),
        Err(e) => {
            // It is of no use, and the disk may be full; if it cannot be removed, the first error says more.
            let _removed = folder::remove(into).is_ok();
            match e {
                RunError::Recording(e @ RecordingError::Damaged { .. }) => {
                    notes.push(e.to_string());
                    Ok(None)
                }
                e => Err(e),
            }
        }
    }
}

/// Gives the recording of a run that goes on without it another name, so that it is not taken for one of the whole run. Returns what
/// whoever resumes it should know of that.
pub(super) fn set_aside(dir: &Path, plan: Option<&Plan>) -> Result<Option<String>, RunError> {
    let (whole, stopped) = (dir.join(NAME), dir.join(STOPPED));
    let wanted = plan.and_then(|plan| Some((plan, plan.recording.as_ref()?)));
    let again = wanted.map_or_else(String::new, |(plan, wanted)| {
        format!(
            "; {} --record={} records the run from its beginning",
            plan.command,
            wanted.detail.word()
        )
    });
    if whole.is_file() {
        fs::rename(&whole, &stopped).map_err(RunError::file(&whole))?;
        Ok(Some(format!(
            "{}: the run is not recorded as it goes on; what there is of its recording is now called {STOPPED}{again}",
            whole.display()
        )))
    } else if wanted.is_some() {
        Ok(Some(format!(
            "{}: is not there; the run is not recorded as it goes on{again}",
            whole.display()
        )))
    } else {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load::{Overrides, load};
    use crate::scenario::run::recording::RecordingPlan;

    fn plan() -> Plan {
        Plan {
            every_days: 1,
            leaves_all: false,
            command: "agora run x".to_owned(),
            parent: None,
            recording: Some(RecordingPlan::default()),
        }
    }

    #[test]
    fn a_recording_with_which_nobody_goes_on_is_not_left_as_if_it_were_of_the_whole_run() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        assert_eq!(set_aside(dir, None).unwrap(), None);
        let plan = plan();
        let said = set_aside(dir, Some(&plan)).unwrap().unwrap();
        assert!(
            said.contains("is not there; the run is not recorded"),
            "{said}"
        );
        fs::write(dir.join(NAME), "ticks").unwrap();
        let said = set_aside(dir, Some(&plan)).unwrap().unwrap();
        assert!(
            said.contains("now called recording-stopped.mcap; agora run x --record=demo"),
            "{said}"
        );
        assert!(!dir.join(NAME).exists());
        assert_eq!(fs::read_to_string(dir.join(STOPPED)).unwrap(), "ticks");
    }

    #[test]
    fn a_file_that_is_no_recording_is_told_of_and_not_gone_on_with() {
        let dir = tempfile::tempdir().unwrap();
        let loaded = load("quickstart", &Overrides::default()).unwrap();
        let plan = plan();
        let mut notes = Vec::new();
        let looked = |notes: &mut Vec<String>| {
            look(dir.path(), Some(&plan), &loaded, notes)
                .unwrap()
                .is_some()
        };
        assert!(!looked(&mut notes) && notes.is_empty());
        fs::write(dir.path().join(NAME), "torn").unwrap();
        assert!(!looked(&mut notes));
        assert!(notes[0].contains("is not a recording"), "{notes:?}");
    }
}
