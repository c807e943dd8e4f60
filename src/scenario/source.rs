//! Where scenarios come from: files, and those shipped inside the program.

use std::path::{Path, PathBuf};

use super::error::ScenarioError;

/// The scenarios inside the program, in the order in which they are listed.
pub const SHIPPED: [(&str, &str); 8] = [
    (
        "quickstart",
        include_str!("../../scenarios/quickstart.toml"),
    ),
    ("baseline", include_str!("../../scenarios/baseline.toml")),
    (
        "metropolis",
        include_str!("../../scenarios/metropolis.toml"),
    ),
    ("quiet", include_str!("../../scenarios/quiet.toml")),
    ("ad-load", include_str!("../../scenarios/ad-load.toml")),
    (
        "filter-bubble",
        include_str!("../../scenarios/filter-bubble.toml"),
    ),
    ("inflation", include_str!("../../scenarios/inflation.toml")),
    (
        "workload-a",
        include_str!("../../scenarios/workload-a.toml"),
    ),
];

/// A scenario's text and where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Name to show in messages.
    pub file: String,
    /// Its text.
    pub text: String,
    /// Folder it stands in, for what it refers to; `None` for shipped ones.
    pub folder: Option<PathBuf>,
}

fn read(path: &Path) -> Result<Source, ScenarioError> {
    let bytes = std::fs::read(path).map_err(|cause| ScenarioError::Unreadable {
        path: path.to_path_buf(),
        cause,
    })?;
    let text = String::from_utf8(bytes).map_err(|e| ScenarioError::NotText {
        path: path.to_path_buf(),
        at: e.utf8_error().valid_up_to(),
    })?;
    Ok(Source {
        file: path.display().to_string(),
        text,
        folder: path.parent().map(Path::to_path_buf),
    })
}

/// Finds a scenario: a file, a folder with a `scenario.toml`, or a shipped name. `beside` is looked in first, if given.
///
/// # Errors
/// [`ScenarioError`] if there is none, or it cannot be read.
pub fn find(name: &str, beside: Option<&Path>) -> Result<Source, ScenarioError> {
    let mut candidates = Vec::new();
    if let Some(folder) = beside {
        candidates.push(folder.join(format!("{name}.toml")));
        candidates.push(folder.join(name));
    }
    candidates.push(PathBuf::from(name));
    for path in candidates {
        if path.is_dir() {
            let inside = path.join("scenario.toml");
            if inside.is_file() {
                return read(&inside);
            }
        } else if path.exists() {
            return read(&path);
        }
    }
    SHIPPED
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(n, text)| Source {
            file: format!("{n}.toml (shipped)"),
            text: (*text).to_owned(),
            folder: None,
        })
        .ok_or_else(|| ScenarioError::NoSuchScenario {
            name: name.to_owned(),
            shipped: SHIPPED.map(|(n, _)| n).join(", "),
        })
}
