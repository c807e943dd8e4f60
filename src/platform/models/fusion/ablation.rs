//! What each modality is worth: all of them, each alone, and all but one.

use std::ops::ControlFlow;

use super::config::FusionConfig;
use super::model::Fusion;
use crate::platform::models::interaction_log::InteractionLog;
use crate::platform::models::model::Model;
use crate::platform::models::params::ModelError;

/// Which modalities a row of the table looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subset {
    /// Every one.
    All,
    /// One alone.
    Only(String),
    /// All but one.
    Without(String),
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Ablation {
    /// What is looked at.
    pub subset: Subset,
    /// The names of the modalities.
    pub modalities: Vec<String>,
    /// What the metric says.
    pub metric: f64,
}

/// Fits a model for all modalities, for each alone, and for all but each, with the same settings and seed, and measures it.
///
/// `metric` judges a fitted model, higher is better. With one modality there is one row, with two no row leaves one out,
/// since that would be the other alone.
///
/// # Errors
/// [`ModelError`] of the first fit or metric that fails.
pub fn ablate(
    config: &FusionConfig,
    seed: u64,
    log: &InteractionLog,
    metric: &mut dyn FnMut(&dyn Model) -> Result<f64, ModelError>,
) -> Result<Vec<Ablation>, ModelError> {
    let all = Fusion::new(config.clone(), seed)?.modalities(&log.items);
    let mut subsets = vec![(Subset::All, all.clone())];
    if all.len() > 1 {
        for name in &all {
            subsets.push((Subset::Only(name.clone()), vec![name.clone()]));
        }
    }
    if all.len() > 2 {
        for name in &all {
            let rest = all.iter().filter(|n| *n != name).cloned().collect();
            subsets.push((Subset::Without(name.clone()), rest));
        }
    }
    let mut table = Vec::with_capacity(subsets.len());
    for (subset, modalities) in subsets {
        let mut model = Fusion::with_modalities(config.clone(), seed, modalities.clone())?;
        model.fit(log, &mut |_| ControlFlow::Continue(()))?;
        table.push(Ablation {
            subset,
            modalities,
            metric: metric(&model)?,
        });
    }
    Ok(table)
}
