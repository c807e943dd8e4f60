//! The models' part of the scenario: the settings of every model of the catalog.

use crate::config_group;

config_group! {
    /// How each model of the catalog is made.
    pub struct ModelsConfig {
    }
}

impl ModelsConfig {
    /// Every model as its own defaults make it.
    pub const BASELINE: Self = Self {};

    /// Returns the settings of a model by its name in the catalog; nothing for a model without any.
    #[must_use]
    pub fn settings(&self, name: &str) -> toml::Table {
        let all = toml::Table::try_from(self).unwrap_or_default();
        match all.get(name) {
            Some(toml::Value::Table(settings)) => settings.clone(),
            _ => toml::Table::new(),
        }
    }
}
