//! Joins the lab into the tick.

use bevy::app::{App, Plugin};
use bevy::ecs::prelude::*;

use super::config::{LabConfig, LabRules};
use super::metrics::book::Book;
use super::metrics::creatives::{CreativeBook, measure_creatives};
use super::metrics::inventory::{InventoryBook, measure_inventory};
use super::metrics::land::{LandDeeds, follow_land};
use super::metrics::measure::measure;
use crate::events::sign::SignBus;
use crate::platform::ads::creatives::Creatives;
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
        // What a city does not have is not counted, and no part of its checkpoints.
        if app.world().contains_resource::<SignBus>() {
            app.insert_observed(
                "inventory book",
                "what the lab counts; nobody in the loop reads it",
                InventoryBook::default(),
            )
            .add_systems(SimTick, measure_inventory.in_set(SimSystems::Measure));
        }
        if app.world().contains_resource::<Creatives>() {
            app.insert_observed(
                "creative book",
                "what the lab counts; nobody in the loop reads it",
                CreativeBook::default(),
            )
            .add_systems(SimTick, measure_creatives.in_set(SimSystems::Measure));
        }
        // What is not asked for is no part of the city's checkpoints.
        if self.config.land_sales {
            app.insert_observed(
                "land deeds",
                "what the lab counts; nobody in the loop reads it",
                LandDeeds::default(),
            )
            .add_systems(SimTick, follow_land.in_set(SimSystems::Measure));
        }
    }
}
