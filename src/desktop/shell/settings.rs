//! What is remembered between starts.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::layout::Pane;
use crate::desktop::scene::camera::Pose;
use crate::scenario::run::error::RunError;
use crate::scenario::run::folder;

/// Scenarios and recordings remembered, of each.
const MOST_RECENT: usize = 8;

/// Smallest and largest scale of text.
pub const TEXT_SCALE: (f32, f32) = (0.75, 2.0);

/// A view of the city worth coming back to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bookmark {
    /// Its name.
    pub name: String,
    /// Where the camera was.
    pub pose: Pose,
}

/// What a person has chosen, in one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Whether the theme is dark.
    pub is_dark: bool,
    /// Scale of text and panels.
    pub text_scale: f32,
    /// Whether the truth is shown.
    pub shows_truth: bool,
    /// Scenarios opened, newest first.
    pub recent: Vec<String>,
    /// Recordings opened, newest first.
    pub recordings: Vec<String>,
    /// Where the panels are.
    pub panes: Option<egui_tiles::Tree<Pane>>,
    /// Where the panels of recordings are.
    pub replay_panes: Option<egui_tiles::Tree<Pane>>,
    /// Where the camera was, by scenario.
    pub bookmarks: BTreeMap<String, Vec<Bookmark>>,
    /// Size of the window, in points.
    pub window: Option<[f32; 2]>,
    #[serde(skip)]
    path: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            is_dark: true,
            text_scale: 1.0,
            shows_truth: false,
            recent: Vec::new(),
            recordings: Vec::new(),
            panes: None,
            replay_panes: None,
            bookmarks: BTreeMap::new(),
            window: None,
            path: None,
        }
    }
}

impl Settings {
    /// Reads the settings of the person who runs the program; what cannot be read is as at the first start.
    #[must_use]
    pub fn load(path: Option<PathBuf>) -> Self {
        let read = |p: &Path| -> Option<Self> {
            let text = fs::read_to_string(p).ok()?;
            serde_json::from_str(&text).ok()
        };
        let mut settings: Self = path.as_deref().and_then(read).unwrap_or_default();
        let scale = settings.text_scale;
        settings.text_scale = if scale.is_finite() {
            scale.clamp(TEXT_SCALE.0, TEXT_SCALE.1)
        } else {
            1.0
        };
        settings.path = path;
        settings
    }

    /// Writes them, whole or not at all. A machine that lets nothing be written forgets.
    pub fn save(&self) {
        let Some(path) = &self.path else { return };
        let Ok(text) = serde_json::to_string_pretty(self) else {
            return;
        };
        let write = || -> Result<(), RunError> {
            if let Some(dir) = path.parent() {
                fs::create_dir_all(dir).map_err(RunError::file(dir))?;
            }
            folder::write(path, text.as_bytes())
        };
        let _remembered = write().is_ok();
    }

    /// Puts a scenario in front of those opened before.
    pub fn opened(&mut self, name: &str) {
        put_first(&mut self.recent, name);
    }

    /// Puts a recording in front of those opened before.
    pub fn opened_recording(&mut self, file: &str) {
        put_first(&mut self.recordings, file);
    }
}

fn put_first(names: &mut Vec<String>, name: &str) {
    names.retain(|n| n != name);
    names.insert(0, name.to_owned());
    names.truncate(MOST_RECENT);
}

/// Returns where the settings of the person who runs the program are kept, as their system has it.
#[must_use]
pub fn home() -> Option<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty());
    let base = if cfg!(windows) {
        PathBuf::from(var("APPDATA")?)
    } else if cfg!(target_os = "macos") {
        PathBuf::from(var("HOME")?).join("Library/Application Support")
    } else if let Some(config) = var("XDG_CONFIG_HOME") {
        PathBuf::from(config)
    } else {
        PathBuf::from(var("HOME")?).join(".config")
    };
    Some(base.join("agora").join("desktop.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_a_restart_and_a_broken_file_is_a_first_start() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/desktop.json");
        let mut s = Settings::load(Some(path.clone()));
        assert_eq!(s.text_scale, 1.0);
        s.opened("quickstart");
        s.opened("baseline");
        s.opened("quickstart");
        s.opened_recording("runs/a/recording.mcap");
        s.text_scale = 1.5;
        s.panes = Some(crate::desktop::shell::layout::first());
        s.save();
        let again = Settings::load(Some(path.clone()));
        assert_eq!(again.recent, ["quickstart", "baseline"]);
        assert_eq!(again.recordings, ["runs/a/recording.mcap"]);
        assert_eq!(again.text_scale, 1.5);
        assert!(again.panes.is_some());
        fs::write(&path, "{ not json").unwrap();
        assert!(Settings::load(Some(path.clone())).recent.is_empty());
        fs::write(&path, r#"{"text_scale": 1e9}"#).unwrap();
        assert_eq!(Settings::load(Some(path)).text_scale, 2.0);
    }
}
