//! All models by name, each made from its settings and a seed.

use crate::sim::config::{ConfigPart, ValueDoc, Violation};

use super::fusion::config::FusionConfig;
use super::fusion::model::Fusion;
use super::model::Model;
use super::params::ModelError;
use super::random::{Random, RandomConfig};
use super::sequence::config::SasRecConfig;
use super::sequence::model::SasRec;
use super::two_tower_model::config::TwoTowerModelConfig;
use super::two_tower_model::model::TwoTowerModel;

/// A kind of model.
pub struct Kind {
    /// Name by which scenarios and commands call it.
    pub name: &'static str,
    /// What it is, in one sentence without a full stop.
    pub summary: &'static str,
    make: fn(&toml::Table, u64) -> Result<Box<dyn Model>, SettingsError>,
    describe: fn(&mut Vec<ValueDoc>),
}

/// Why no model can be made of settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// There is no model of that name.
    #[error("model is {found}, allowed are {allowed}")]
    Unknown {
        /// What was asked for.
        found: String,
        /// All names.
        allowed: String,
    },
    /// A key is unknown or its value is of another type.
    #[error("settings of {model}: {message}")]
    Shape {
        /// Name of the model.
        model: &'static str,
        /// What the reader says.
        message: String,
    },
    /// A value is outside its range.
    #[error("{key} of {model} is {value}, allowed is {allowed}")]
    Range {
        /// Name of the model.
        model: &'static str,
        /// Name of the value.
        key: String,
        /// What it is.
        value: String,
        /// What it may be.
        allowed: String,
    },
    /// The model itself refuses.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl Kind {
    /// Makes a model that has learned nothing yet.
    ///
    /// `settings` holds values by the keys that [`Kind::describe`] lists; those left out take their default.
    ///
    /// # Errors
    /// [`SettingsError`] if a key is unknown or a value is not allowed.
    pub fn make(&self, settings: &toml::Table, seed: u64) -> Result<Box<dyn Model>, SettingsError> {
        (self.make)(settings, seed)
    }

    /// Documents its settings, by key without a prefix.
    #[must_use]
    pub fn describe(&self) -> Vec<ValueDoc> {
        let mut docs = Vec::new();
        (self.describe)(&mut docs);
        for doc in &mut docs {
            doc.key = doc.key.trim_start_matches('.').to_owned();
        }
        docs
    }
}

fn read<C: ConfigPart + serde::de::DeserializeOwned>(
    model: &'static str,
    settings: &toml::Table,
) -> Result<C, SettingsError> {
    let config: C =
        settings
            .clone()
            .try_into()
            .map_err(|e: toml::de::Error| SettingsError::Shape {
                model,
                message: e.message().to_owned(),
            })?;
    let mut violations: Vec<Violation> = Vec::new();
    config.check("", &mut violations);
    match violations.into_iter().next() {
        None => Ok(config),
        Some(v) => Err(SettingsError::Range {
            model,
            key: v.key.trim_start_matches('.').to_owned(),
            value: v.value,
            allowed: v.allowed,
        }),
    }
}

/// Lists kinds: `"name", "summary", Config, |config, seed| model;`, where making the model may fail with a [`ModelError`].
macro_rules! kinds {
    ($($name:literal, $summary:literal, $config:ty, $make:expr;)*) => {
        &[$(Kind {
            name: $name,
            summary: $summary,
            make: |settings, seed| {
                let make: fn($config, u64) -> Result<Box<dyn Model>, ModelError> = $make;
                Ok(make(read::<$config>($name, settings)?, seed)?)
            },
            describe: |into| <$config as ConfigPart>::describe("", into),
        },)*]
    };
}

/// All kinds, simplest first.
pub const KINDS: &[Kind] = kinds! {
    "random", "a score drawn at random for every person and item, the floor of every comparison",
        RandomConfig, |_, seed| Ok(Box::new(Random::new(seed)));
    "sasrec", "self-attention over what somebody met last, in its order (Kang and McAuley 2018)",
        SasRecConfig, |config, seed| Ok(Box::new(SasRec::new(config, seed)?));
    "fusion", "text, picture, sound, motion, other facts and behaviour, fused into one vector an item",
        FusionConfig, |config, seed| Ok(Box::new(Fusion::new(config, seed)?));
    "two_tower", "one network for people and one for items, near each other where they meet (Yi et al. 2019)",
        TwoTowerModelConfig, |config, seed| Ok(Box::new(TwoTowerModel::new(config, seed)?));
};

/// Finds a kind by its name.
///
/// # Errors
/// [`SettingsError::Unknown`] with all names.
pub fn find(name: &str) -> Result<&'static Kind, SettingsError> {
    let found = KINDS.iter().find(|k| k.name == name);
    found.ok_or_else(|| SettingsError::Unknown {
        found: name.to_owned(),
        allowed: KINDS.iter().map(|k| k.name).collect::<Vec<_>>().join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_made_from_nothing_and_called_by_its_name() {
        for kind in KINDS {
            let made = kind.make(&toml::Table::new(), 1).unwrap();
            assert_eq!(made.name(), kind.name);
            for doc in kind.describe() {
                assert!(!doc.key.contains('.'), "{}: {}", kind.name, doc.key);
            }
        }
    }

    #[test]
    fn an_unknown_name_and_an_unknown_setting_are_refused_by_name() {
        let error = find("oracle").err().unwrap().to_string();
        assert!(error.starts_with("model is oracle, allowed are random"));
        let settings: toml::Table = toml::from_str("luck = 7").unwrap();
        let error = find("random").unwrap().make(&settings, 1).err().unwrap();
        assert!(error.to_string().contains("luck"), "{error}");
    }
}
