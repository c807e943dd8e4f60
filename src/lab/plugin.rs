//! Joins the lab into the tick.

use bevy::app::{App, Plugin};
use bevy::ecs::prelude::*;

use super::config::{LabConfig, LabRules};
use super::metrics::book::Book;
use super::metrics::measure::measure;
use crate::sim::schedule::{SimAppExt, SimSystems, SimTick};

/// Looks at both sides, changes neither.
pub struct LabPlugin {
    /// Its part of the scenario.
    pub config: LabConfig,
}

impl Plugin for LabPlugin {
    fn build(&self, app: &mut App) {
        app.insert_unhashed(
            "lab rules",
            "the scenario, hashed with the run",
            LabRules(self.config.clone()),
        )
        .insert_observed(
            "book",
            "what the lab counts; nobody in the loop reads it",
            Book::new(),
        )
        .add_systems(SimTick, measure.in_set(SimSystems::Measure));
    }
}
