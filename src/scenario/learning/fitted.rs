//! The folder of a fitted model: `model.safetensors`, `model.json`, `card.md`.

use std::fs;
use std::path::{Path, PathBuf};

use super::card::{FORMAT, FitCard};
use super::source::LearningError;
use crate::platform::models::catalog::{SettingsError, find};
use crate::platform::models::interaction_log::InteractionLog;
use crate::platform::models::model::{Model, Tensors};
use crate::platform::models::params::{ModelError, read_tensors, write_tensors};
use crate::scenario::import::world::checksum;
use crate::scenario::run::error::RunError;
use crate::scenario::run::folder;

/// The weights.
pub const WEIGHTS: &str = "model.safetensors";

/// The card, for programs.
pub const CARD: &str = "model.json";

/// The card, for people.
pub const PAGE: &str = "card.md";

/// Returns the bytes of the weights and their digest.
///
/// # Errors
/// [`ModelError`] if the tensors cannot be written.
pub fn bytes_of(tensors: &Tensors) -> Result<(Vec<u8>, String), ModelError> {
    let bytes = write_tensors(tensors)?;
    let digest = format!("{:016x}", checksum(&bytes));
    Ok((bytes, digest))
}

/// Says why a folder may not take a model; nothing if it may.
///
/// A folder may take one if it is not there, is empty, or holds a model and `force` is given.
#[must_use]
pub fn refusal(out: &Path, force: bool) -> Option<&'static str> {
    if !out.exists() {
        return None;
    }
    let Ok(entries) = fs::read_dir(out) else {
        return Some("is not a folder that can be read");
    };
    if entries.count() == 0 {
        return None;
    }
    if !out.join(CARD).is_file() {
        return Some(
            "is not empty and holds no fitted model (it has no model.json); it is not overwritten even with --force",
        );
    }
    (!force).then_some("holds a model already; choose another folder or add --force")
}

/// Writes the folder of a model, every file whole or not at all, the card last.
///
/// # Errors
/// [`RunError`] naming the file that could not be written.
pub fn write(out: &Path, weights: &[u8], card: &FitCard) -> Result<(), RunError> {
    fs::create_dir_all(out).map_err(RunError::file(out))?;
    let path = out.join(CARD);
    let json = serde_json::to_string_pretty(card).map_err(|e| RunError::Format {
        path: path.display().to_string(),
        cause: e.to_string(),
    })?;
    folder::write(&out.join(WEIGHTS), weights)?;
    folder::write(&out.join(PAGE), card.page().as_bytes())?;
    folder::write(&path, format!("{json}\n").as_bytes())
}

/// Reads the card of a model and checks that the weights beside it are those it speaks of.
///
/// # Errors
/// [`LearningError::Unusable`] naming the file and what is wrong.
pub fn read_card(folder: &Path) -> Result<FitCard, LearningError> {
    let path = folder.join(CARD);
    let bad = |path: &Path, cause: String| LearningError::unusable(path, cause);
    let json = fs::read_to_string(&path).map_err(|e| bad(&path, e.to_string()))?;
    let value: serde_json::Value =
        serde_json::from_str(&json).map_err(|e| bad(&path, format!("is no card ({e})")))?;
    let format = value.get("format").and_then(serde_json::Value::as_u64);
    if format != Some(u64::from(FORMAT)) {
        let found = format.map_or_else(|| "none".to_owned(), |f| f.to_string());
        return Err(bad(
            &path,
            format!("format is {found}, this program reads format {FORMAT}; fit the model again"),
        ));
    }
    let card: FitCard =
        serde_json::from_value(value).map_err(|e| bad(&path, format!("is no card ({e})")))?;
    let weights = folder.join(WEIGHTS);
    let bytes = fs::read(&weights).map_err(|e| bad(&weights, e.to_string()))?;
    let digest = format!("{:016x}", checksum(&bytes));
    if digest != card.digest {
        return Err(bad(
            &weights,
            format!(
                "digest is {digest}, {CARD} says {}; fit the model again",
                card.digest
            ),
        ));
    }
    Ok(card)
}

/// Loads a model for the facts of `log`, which must be of the data it was fitted on.
///
/// # Errors
/// [`LearningError`] if the folder is damaged, [`SettingsError`] if the model does not take what is stored.
pub fn load(
    folder: &Path,
    log: &InteractionLog,
) -> Result<(FitCard, Box<dyn Model>), LearningError> {
    let card = read_card(folder)?;
    let path = folder.join(WEIGHTS);
    let restore = || -> Result<Box<dyn Model>, SettingsError> {
        let mut model = find(&card.kind)?.make(&card.settings, card.seed)?;
        let bytes = fs::read(&path).unwrap_or_default();
        model.load(&read_tensors(&bytes)?, log)?;
        Ok(model)
    };
    let model = restore().map_err(|e| LearningError::unusable(&path, e.to_string()))?;
    Ok((card, model))
}

/// Lists the folders of fitted models: the folder itself, or those directly under it or its `models/`, by name.
///
/// # Errors
/// [`LearningError::Unusable`] if it cannot be read.
pub fn folders(folder: &Path) -> Result<Vec<PathBuf>, LearningError> {
    if folder.join(CARD).is_file() {
        return Ok(vec![folder.to_path_buf()]);
    }
    let mut found = Vec::new();
    let models = folder.join("models");
    let roots = [folder, models.as_path()];
    for root in roots.into_iter().filter(|r| *r == folder || r.is_dir()) {
        let unreadable = |e: std::io::Error| LearningError::unusable(root, e.to_string());
        for entry in fs::read_dir(root).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.join(CARD).is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
