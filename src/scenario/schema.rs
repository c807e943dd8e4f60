//! Everything a scenario can say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::economy::config::EconomyConfig;
use crate::lab::config::LabConfig;
use crate::platform::config::PlatformConfig;
use crate::sim::config::{ConfigPart, ValueDoc, Violation};
use crate::sim::state_hash::StateHasher;
use crate::society::config::SocietyConfig;

use super::workload::config::WorkloadConfig;

/// A world and how long to watch it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it is about, in one sentence.
    pub description: String,
    /// Simulated days.
    pub days: u32,
    /// Seed of the world.
    pub seed: u64,
    /// Folder of an imported world, relative to the scenario file; empty for none.
    pub world: String,
    /// Digest of the imported world's files; empty for none.
    pub world_digest: String,
    /// What is true.
    pub society: SocietyConfig,
    /// Money, goods and land.
    pub economy: EconomyConfig,
    /// What the operator does.
    pub platform: PlatformConfig,
    /// What is measured.
    pub lab: LabConfig,
    /// A world of declared vectors instead of a city.
    pub workload: WorkloadConfig,
    /// Variants of the scenario, by name.
    #[serde(skip)]
    pub arms: BTreeMap<String, Arm>,
    /// What a run must show.
    #[serde(skip)]
    pub expect: Vec<Expectation>,
}

/// A variant of a scenario.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Arm {
    /// What it is, in a few words.
    pub description: String,
    /// Values that differ, as leaves: key, value, line.
    pub values: Vec<super::leaves::Leaf>,
}

/// What a scenario promises about a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// Name of the headline metric.
    pub metric: String,
    /// What must hold.
    pub rule: Rule,
}

/// A promise about a metric.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// It lies between these.
    Within(f64, f64),
    /// It is lower in the first arm than in the second.
    Lower(String, String),
}

/// Longest run, in days; ticks fit 32 bits with room to spare.
const MOST_DAYS: f64 = 36_500.0;

impl Scenario {
    /// Documents every value.
    #[must_use]
    pub fn describe() -> Vec<ValueDoc> {
        let mut docs = vec![
            ValueDoc {
                key: "days".to_owned(),
                kind: "integer",
                unit: "days",
                allowed: format!("1 to {MOST_DAYS}"),
                default: "30".to_owned(),
                help: "Simulated days.".to_owned(),
            },
            ValueDoc {
                key: "seed".to_owned(),
                kind: "integer",
                unit: "-",
                allowed: "0 to 9223372036854775807".to_owned(),
                default: "1".to_owned(),
                help: "Seed of the world: the same seed gives the same world, bit for bit."
                    .to_owned(),
            },
        ];
        SocietyConfig::describe("society", &mut docs);
        EconomyConfig::describe("economy", &mut docs);
        PlatformConfig::describe("platform", &mut docs);
        LabConfig::describe("lab", &mut docs);
        WorkloadConfig::describe("workload", &mut docs);
        docs
    }

    /// Lists values outside their range.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        let mut found = Vec::new();
        if self.days == 0 || f64::from(self.days) > MOST_DAYS {
            found.push(Violation {
                key: "days".to_owned(),
                value: self.days.to_string(),
                allowed: format!("1 to {MOST_DAYS}"),
            });
        }
        self.society.check("society", &mut found);
        self.economy.check("economy", &mut found);
        self.platform.check("platform", &mut found);
        self.lab.check("lab", &mut found);
        self.workload.check("workload", &mut found);
        found
    }

    /// Returns the scenario as resolved, in TOML; reading it gives the same scenario.
    #[must_use]
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("scenario values are numbers, words and tables")
    }

    /// Hashes what the scenario resolves to: of an imported world its contents, not where they lie.
    #[must_use]
    pub fn hash(&self) -> u64 {
        let mut h = StateHasher::default();
        let mut placeless = self.clone();
        placeless.world.clear();
        h.text(&placeless.to_toml());
        h.finish()
    }
}
