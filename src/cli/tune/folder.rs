//! What a search leaves: `trials.jsonl`, `best.toml`, `best.safetensors`, `card.md`, `result.json`, `tensorboard/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::curves;
use crate::cli::CommandError;
use crate::platform::models::params::{Values, write_tensors};
use crate::platform::models::training::checkpoint::{Checkpoint, Description, Record};
use crate::scenario::run::folder::write;

/// The file that a search goes on from.
const TRIALS: &str = "trials.jsonl";

/// Files of a finished search.
const RESULTS: [&str; 4] = ["best.toml", "best.safetensors", "card.md", "result.json"];

/// A trial and all its settings.
type Best<'a> = (&'a Record, toml::Table);

/// The folder of a search.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Opens the folder of a search that begins anew, or goes on with what is in it.
    pub(super) fn open(path: &Path, resume: bool, force: bool) -> Result<Self, CommandError> {
        let is_begun = path.join(TRIALS).is_file();
        let is_empty = match fs::read_dir(path) {
            // A search that was killed while it wrote its first line has left this and nothing else.
            Ok(entries) => entries
                .flatten()
                .all(|e| e.file_name() == format!("{TRIALS}.tmp").as_str()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => true,
            Err(e) => return Err(CommandError::file(path)(e)),
        };
        let shown = path.display();
        if resume && !is_begun {
            return Err(CommandError::Usage(format!(
                "{shown}: there is no {TRIALS} to go on from; leave --resume away"
            )));
        }
        if !resume && is_begun && !force {
            return Err(CommandError::Usage(format!(
                "{shown}: holds a search already; add --resume to go on with it, --force to overwrite it, or choose another folder"
            )));
        }
        if !is_begun && !is_empty {
            return Err(CommandError::Usage(format!(
                "{shown}: exists and holds no search; choose another folder"
            )));
        }
        let folder = Self {
            path: path.to_path_buf(),
        };
        if is_begun && !resume {
            folder.clear()?;
        }
        fs::create_dir_all(path).map_err(CommandError::file(path))?;
        Ok(folder)
    }

    /// Takes away what a search has left, and nothing else.
    fn clear(&self) -> Result<(), CommandError> {
        let curves = self.path.join(curves::FOLDER);
        if curves.is_dir() {
            fs::remove_dir_all(&curves).map_err(CommandError::file(&curves))?;
        }
        for name in RESULTS.into_iter().chain([TRIALS]) {
            let file = self.path.join(name);
            if file.is_file() {
                fs::remove_file(&file).map_err(CommandError::file(&file))?;
            }
        }
        Ok(())
    }

    /// Returns the trials that are there, if they are those of the search described.
    pub(super) fn done(&self, what: &Description) -> Result<Checkpoint, CommandError> {
        let path = self.path.join(TRIALS);
        let usage = |e| CommandError::Usage(format!("{}: {e}", path.display()));
        if !path.is_file() {
            return Checkpoint::begin(what).map_err(usage);
        }
        let text = fs::read_to_string(&path).map_err(CommandError::file(&path))?;
        Checkpoint::read(&text, what).map_err(usage)
    }

    /// Keeps the trials made so far, the curves of the newest and the settings of the best.
    pub(super) fn keep(
        &self,
        what: &Description,
        trials: &Checkpoint,
        best: Option<&Best<'_>>,
    ) -> Result<(), CommandError> {
        self.write(TRIALS, trials.text().as_bytes())?;
        if let Some(newest) = trials.records().last() {
            let name = curves::path_of(newest.trial);
            self.write(&name, &curves::of_trial(trials.records(), newest.trial))?;
        }
        match best {
            Some(best) => self.write("best.toml", best_toml(what, best).as_bytes()),
            None => Ok(()),
        }
    }

    /// Keeps all trials, the curves of each and the settings of the best, whatever of it was there before.
    pub(super) fn finish(
        &self,
        what: &Description,
        trials: &Checkpoint,
        best: &Best<'_>,
    ) -> Result<(), CommandError> {
        self.keep(what, trials, Some(best))?;
        let candidates: BTreeSet<u32> = trials.records().iter().map(|r| r.trial).collect();
        for trial in candidates {
            let drawn = curves::of_trial(trials.records(), trial);
            self.write(&curves::path_of(trial), &drawn)?;
        }
        Ok(())
    }

    /// Keeps the weights of the best.
    pub(super) fn keep_weights(
        &self,
        tensors: &BTreeMap<String, Values>,
    ) -> Result<(), CommandError> {
        let bytes = write_tensors(tensors).map_err(|e| CommandError::Failed(e.to_string()))?;
        self.write("best.safetensors", &bytes)
    }

    /// Writes a file whole or not at all.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> Result<(), CommandError> {
        let path = self.path.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(CommandError::file(parent))?;
        }
        Ok(write(&path, content)?)
    }
}

/// Settings as a file, with what they are as comments.
fn best_toml(what: &Description, (best, settings): &Best<'_>) -> String {
    let score = best.score.unwrap_or(0.0);
    format!(
        "# Best settings of {} so far: trial {}, NDCG@10 {score:.4} on {}, given {} of {}.\n# {} candidates, seed {}.\n{}",
        what.model,
        best.trial,
        what.folds,
        best.resource,
        what.resource,
        what.search,
        what.seed,
        settings
    )
}
