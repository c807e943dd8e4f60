//! What candidates are given more or less of: passes over the data, or people to learn from.

use std::borrow::Cow;

use crate::sim::config::ValueDoc;

use super::folds::Fold;

/// Settings that say how long a fit goes on, in the order in which they are looked for.
const LENGTHS: [&str; 3] = ["epochs", "iterations", "steps"];

/// Into how many parts people are divided where a model has no such setting: three halvings by three.
const PARTS: u32 = 27;

/// What a search gives out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// A setting that says how long a fit goes on; a unit is a unit of the setting.
    Setting {
        /// Its key.
        key: String,
        /// What a finished model is given.
        most: u32,
    },
    /// People to learn from; a unit is one of 27 parts of them.
    People,
}

impl Resource {
    /// Finds what a kind of model can be given more of; `fixed` holds values that were set by hand.
    #[must_use]
    pub fn of(docs: &[ValueDoc], fixed: &toml::Table) -> Self {
        let found = LENGTHS.iter().find_map(|key| {
            let doc = docs.iter().find(|d| d.key == *key && d.kind == "integer")?;
            let by_hand = fixed.get(*key).and_then(toml::Value::as_integer);
            let most = match by_hand {
                Some(n) => u32::try_from(n).ok()?,
                None => doc.default.parse().ok()?,
            };
            (most > 0).then(|| Self::Setting {
                key: (*key).to_owned(),
                most,
            })
        });
        found.unwrap_or(Self::People)
    }

    /// Returns the key of the setting that is given out, which is not searched.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Setting { key, .. } => Some(key),
            Self::People => None,
        }
    }

    /// Returns what a finished model is given, in units.
    #[must_use]
    pub const fn most(&self) -> u32 {
        match self {
            Self::Setting { most, .. } => *most,
            Self::People => PARTS,
        }
    }

    /// Returns settings and fold of a candidate that is given so many units.
    pub(super) fn give<'f>(
        &self,
        units: u32,
        settings: &toml::Table,
        fold: &'f Fold,
        seed: u64,
    ) -> (toml::Table, Cow<'f, Fold>) {
        let mut settings = settings.clone();
        match self {
            Self::Setting { key, .. } => {
                settings.insert(key.clone(), i64::from(units).into());
                (settings, Cow::Borrowed(fold))
            }
            Self::People if units >= PARTS => (settings, Cow::Borrowed(fold)),
            Self::People => {
                let share = f64::from(units) / f64::from(PARTS);
                (settings, Cow::Owned(fold.shrunk(share, seed)))
            }
        }
    }
}

impl std::fmt::Display for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Setting { key, most } => write!(f, "{key} up to {most}"),
            Self::People => write!(f, "parts of the people up to {PARTS}"),
        }
    }
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macro makes public structs")]
mod tests {
    use super::*;
    use crate::platform::models::training::folds::{FoldPlan, tests::drawn};
    use crate::sim::config::ConfigPart;

    crate::config! {
        /// A model with passes.
        pub struct Passes {
            /// Passes over the data.
            iterations: u32 = 15, "passes", 1..=1000;
            /// Not what is given out: a number.
            epochs: f64 = 3.0, "passes", 1.0..=10.0;
        }
    }

    fn docs() -> Vec<ValueDoc> {
        let mut docs = Vec::new();
        Passes::describe("", &mut docs);
        for d in &mut docs {
            d.key = d.key.trim_start_matches('.').to_owned();
        }
        docs
    }

    #[test]
    fn a_length_is_given_out_if_there_is_one_and_people_otherwise() {
        let length = Resource::of(&docs(), &toml::Table::new());
        assert_eq!((length.key(), length.most()), (Some("iterations"), 15));
        let fixed: toml::Table = toml::from_str("iterations = 40").unwrap();
        assert_eq!(Resource::of(&docs(), &fixed).most(), 40);
        let people = Resource::of(&[], &fixed);
        assert_eq!((people.key(), people.most()), (None, 27));
    }

    #[test]
    fn units_go_into_the_setting_or_into_the_people() {
        let log = drawn(3, 54, 30, 900);
        let fold = &FoldPlan::Time(2).folds(&log, 5).unwrap()[1];
        let settings = toml::Table::new();
        let length = Resource::of(&docs(), &settings);
        let (given, same) = length.give(5, &settings, fold, 1);
        assert_eq!(given["iterations"].as_integer(), Some(5));
        assert_eq!(same.train, fold.train);
        let (given, fewer) = Resource::People.give(9, &settings, fold, 1);
        assert!(given.is_empty());
        let people = |f: &Fold| f.train.by_user().iter().filter(|r| !r.is_empty()).count();
        assert_eq!(people(&fewer), (people(fold) as f64 / 3.0).round() as usize);
        let (_, all) = Resource::People.give(27, &settings, fold, 1);
        assert_eq!(all.train, fold.train);
    }
}
