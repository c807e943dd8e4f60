//! The values of a scenario as rows: what they are now, what the file said, what they may be.

use super::favourites::{FAVOURITES, nickname};
use crate::desktop::panels::kit::words::words;
use crate::lab::summary::PolicyChange;
use crate::scenario::schema::Scenario;
use crate::scenario::steer::liveness::{Liveness, is_live};
use crate::sim::config::ValueDoc;
use crate::sim::units::Tick;

/// Integers beyond this are not exact on a slider.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// How a value is set.
#[derive(Debug, Clone, PartialEq)]
pub enum Control {
    /// A number between two others.
    Number {
        /// Lowest.
        low: f64,
        /// Highest.
        high: f64,
        /// Whether only whole numbers are allowed.
        is_whole: bool,
    },
    /// On or off.
    Switch,
    /// One of these words.
    Choice(Vec<String>),
    /// It is only shown.
    Fixed,
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueRow {
    /// Dotted key.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// How it is set.
    pub control: Control,
    /// Unit; empty for none.
    pub unit: &'static str,
    /// What is allowed.
    pub allowed: String,
    /// What it does.
    pub help: String,
    /// What it is now, as TOML.
    pub value: String,
    /// What the scenario file says, as TOML.
    pub file: String,
    /// What it is in a file that says nothing, as TOML.
    pub default: String,
    /// Since when a change counts.
    pub liveness: Liveness,
}

impl ValueRow {
    /// Says whether it can change while the city runs.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !matches!(self.liveness, Liveness::AtFounding(_))
    }

    /// Says whether it is not what the file says.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        !same(&self.value, &self.file)
    }

    /// Says whether a search finds it: every word must occur in its key, its names or its help.
    #[must_use]
    pub fn is_found(&self, words: &[String]) -> bool {
        let text = format!(
            "{} {} {}",
            self.key.replace(['.', '_'], " "),
            self.title,
            self.help
        )
        .to_lowercase();
        words
            .iter()
            .all(|w| text.contains(w.as_str()) || self.key.contains(w.as_str()))
    }
}

/// A part of the scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct SectionRow {
    /// Dotted key of the part; empty for the top level.
    pub key: String,
    /// Its values.
    pub values: Vec<ValueRow>,
}

/// A change of a policy value.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeRow {
    /// When, in words.
    pub when: String,
    /// Which.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// What it was, as TOML.
    pub from: String,
    /// What it became, as TOML.
    pub to: String,
}

/// Rows of the policy desk.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PolicyView {
    /// What people reach for first.
    pub favourites: Vec<ValueRow>,
    /// All values by part.
    pub sections: Vec<SectionRow>,
    /// Changes so far, newest first.
    pub changes: Vec<ChangeRow>,
}

/// Changes that are listed.
const LISTED: usize = 50;

/// Says whether two TOML values are the same; numbers may be written differently.
#[must_use]
pub(super) fn same(a: &str, b: &str) -> bool {
    a == b || matches!((number(a), number(b)), (Some(x), Some(y)) if x == y)
}

/// Reads a TOML number.
#[must_use]
pub(super) fn number(toml: &str) -> Option<f64> {
    toml.replace('_', "")
        .parse::<f64>()
        .ok()
        .filter(|x| x.is_finite())
}

/// Shows a TOML value to people: words without quotes.
#[must_use]
pub(in crate::desktop) fn plain(toml: &str) -> String {
    match toml {
        "true" => "on".to_owned(),
        "false" => "off".to_owned(),
        other => other.trim_matches('"').replace('_', " "),
    }
}

/// Returns what people call a value.
#[must_use]
pub(in crate::desktop) fn title_of(key: &str) -> String {
    let last = key.rsplit('.').next().unwrap_or(key);
    nickname(key).map_or_else(|| words(last), str::to_owned)
}

/// Returns how a documented value is set.
fn control(doc: &ValueDoc) -> Control {
    match doc.kind {
        "boolean" => Control::Switch,
        "choice" => Control::Choice(
            doc.allowed
                .split(", ")
                .map(|w| w.trim_matches('"').to_owned())
                .collect(),
        ),
        kind => {
            let ends = doc.allowed.split_once(" to ");
            let ends = ends.and_then(|(low, high)| number(low).zip(number(high)));
            match ends {
                Some((low, high)) if high <= EXACT => Control::Number {
                    low,
                    high,
                    is_whole: kind == "integer",
                },
                _ => Control::Fixed,
            }
        }
    }
}

/// Parts in the order in which they are shown: what the operator decides comes first.
fn part_rank(key: &str) -> usize {
    const ORDER: [&str; 5] = ["platform", "economy", "society", "lab", "workload"];
    ORDER
        .iter()
        .position(|p| key.starts_with(p))
        .map_or(0, |at| at + 1)
}

/// Fills the rows.
pub(super) fn rows(scenario: &Scenario, changes: &[PolicyChange]) -> PolicyView {
    let now =
        toml::Value::try_from(scenario).unwrap_or_else(|_| toml::Value::Table(toml::Table::new()));
    let value_of = |key: &str| {
        let mut at = &now;
        for part in key.split('.') {
            at = at.get(part)?;
        }
        Some(at.to_string())
    };
    let mut sections: Vec<SectionRow> = Vec::new();
    for doc in Scenario::describe() {
        let control = control(&doc);
        let value = value_of(&doc.key).unwrap_or_else(|| doc.default.clone());
        // The first change says what the file said.
        let first = changes.iter().find(|m| m.key == doc.key);
        let part = doc.key.rsplit_once('.').map_or("", |(p, _)| p).to_owned();
        let row = ValueRow {
            title: title_of(&doc.key),
            liveness: is_live(&doc.key),
            file: first.map_or_else(|| value.clone(), |m| m.from.to_string()),
            unit: if doc.unit == "-" { "" } else { doc.unit },
            control,
            value,
            allowed: doc.allowed,
            help: doc.help,
            default: doc.default,
            key: doc.key,
        };
        match sections.iter_mut().find(|s| s.key == part) {
            Some(s) => s.values.push(row),
            None => sections.push(SectionRow {
                key: part,
                values: vec![row],
            }),
        }
    }
    sections.sort_by_key(|s| part_rank(&s.key));
    let find = |key: &str| {
        let mut all = sections.iter().flat_map(|s| &s.values);
        all.find(|v| v.key == key).cloned()
    };
    PolicyView {
        favourites: FAVOURITES.iter().filter_map(|(key, _)| find(key)).collect(),
        changes: changes
            .iter()
            .rev()
            .take(LISTED)
            .map(|m| ChangeRow {
                when: Tick(m.tick).to_string(),
                title: title_of(&m.key),
                key: m.key.clone(),
                from: m.from.to_string(),
                to: m.to.to_string(),
            })
            .collect(),
        sections,
    }
}
