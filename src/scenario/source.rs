//! Where scenarios come from: files, and those shipped inside the program.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::error::{Place, ScenarioError};

/// The scenarios inside the program, in the order in which they are listed.
pub const SHIPPED: [(&str, &str); 21] = [
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
        "ad-load-month",
        include_str!("../../scenarios/ad-load-month.toml"),
    ),
    (
        "filter-bubble",
        include_str!("../../scenarios/filter-bubble.toml"),
    ),
    ("inflation", include_str!("../../scenarios/inflation.toml")),
    (
        "tight-money",
        include_str!("../../scenarios/tight-money.toml"),
    ),
    ("trading", include_str!("../../scenarios/trading.toml")),
    (
        "land-formats",
        include_str!("../../scenarios/land-formats.toml"),
    ),
    ("exchange", include_str!("../../scenarios/exchange.toml")),
    (
        "interest-shift",
        include_str!("../../scenarios/interest-shift.toml"),
    ),
    ("auctions", include_str!("../../scenarios/auctions.toml")),
    ("creatives", include_str!("../../scenarios/creatives.toml")),
    ("holdout", include_str!("../../scenarios/holdout.toml")),
    ("rewards", include_str!("../../scenarios/rewards.toml")),
    ("referral", include_str!("../../scenarios/referral.toml")),
    ("push", include_str!("../../scenarios/push.toml")),
    ("models", include_str!("../../scenarios/models.toml")),
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

/// Most bytes of a scenario file: far more than every value written out, far less than would hurt.
const LARGEST: u64 = 1 << 20;

fn read(path: &Path) -> Result<Source, ScenarioError> {
    let mut bytes = Vec::new();
    // Bounded, as a path may lead to a device that never ends.
    File::open(path)
        .and_then(|f| f.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|cause| ScenarioError::Unreadable {
            path: path.to_path_buf(),
            cause,
        })?;
    if bytes.len() as u64 > LARGEST {
        return Err(ScenarioError::TooLarge {
            path: path.to_path_buf(),
            most: LARGEST,
        });
    }
    let file = path.display().to_string();
    let text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        let line = e.as_bytes()[..at].split(|b| *b == b'\n').count();
        ScenarioError::NotText {
            place: Place::Line(file.clone(), line),
            at,
        }
    })?;
    Ok(Source {
        file,
        text,
        folder: path.parent().map(Path::to_path_buf),
    })
}

fn shipped(name: &str) -> Option<Source> {
    SHIPPED
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(n, text)| Source {
            file: format!("{n}.toml (shipped)"),
            text: (*text).to_owned(),
            folder: None,
        })
}

fn no_such(asked: String) -> ScenarioError {
    ScenarioError::NoSuchScenario {
        asked,
        shipped: SHIPPED.map(|(n, _)| n).join(", "),
    }
}

/// Finds the scenario that the command line names: a file, a folder with a `scenario.toml`, or a shipped name.
///
/// # Errors
/// [`ScenarioError`] if there is none, or it cannot be read.
pub fn find(name: &str) -> Result<Source, ScenarioError> {
    let asked = if name.is_empty() {
        "\"\"".to_owned()
    } else {
        name.to_owned()
    };
    search(name, asked, &[PathBuf::from(name)])
}

/// Finds the scenario that `child` extends: beside it, or as the command line would; a shipped one extends a shipped one,
/// whatever lies in the working folder.
///
/// # Errors
/// As [`find`]; the message begins with the line that says so.
pub fn find_parent(name: &str, child: &Source, place: &Place) -> Result<Source, ScenarioError> {
    let asked = format!("{place}: extends = {name:?}");
    let Some(folder) = &child.folder else {
        return shipped(name).ok_or_else(|| no_such(asked));
    };
    let candidates = [
        folder.join(format!("{name}.toml")),
        folder.join(name),
        PathBuf::from(name),
    ];
    search(name, asked, &candidates)
}

fn search(name: &str, asked: String, candidates: &[PathBuf]) -> Result<Source, ScenarioError> {
    let mut has_folder = false;
    for path in candidates.iter().filter(|_| !name.is_empty()) {
        if path.is_dir() {
            let inside = path.join("scenario.toml");
            if inside.is_file() {
                return read(&inside);
            }
            has_folder = true;
        } else if path.exists() {
            return read(path);
        }
    }
    shipped(name).ok_or_else(|| {
        if has_folder {
            ScenarioError::EmptyFolder { asked }
        } else {
            no_such(asked)
        }
    })
}
