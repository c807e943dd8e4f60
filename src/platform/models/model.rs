//! The one trait behind which every model of attraction stands.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::interaction_log::{Interaction, InteractionLog};
use super::params::{ModelError, Values};

/// Somebody to be scored for: what a model may look at.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// Row in the log the model was fitted on; `None` for a newcomer.
    pub user: Option<u32>,
    /// What it engaged with, oldest first.
    pub past: &'a [Interaction],
    /// Now, on the clock of the log.
    pub now: i64,
}

impl Person<'_> {
    /// Lists the distinct items of the past, in the order in which they were first met.
    #[must_use]
    pub fn items(&self) -> Vec<u32> {
        let mut met = std::collections::BTreeSet::new();
        let all = self.past.iter().map(|i| i.item);
        all.filter(|item| met.insert(*item)).collect()
    }
}

/// How far a fit has come.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Passes (or iterations) done, from 1.
    pub epoch: u32,
    /// Passes there will be at most.
    pub of: u32,
    /// Mean training loss of the pass.
    pub loss: f64,
    /// Metric on what the fit itself held out, higher is better; `None` if it holds nothing out.
    pub held_out: Option<f64>,
}

/// Who is told about every pass, and may end the fit after it.
pub type Watch<'a> = dyn FnMut(Epoch) -> ControlFlow<()> + 'a;

/// What came of a fit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FitReport {
    /// Rows it learned from.
    pub n_rows: u64,
    /// Numbers that were learned.
    pub n_parameters: u64,
    /// Every pass, in order; empty for models in closed form.
    pub curve: Vec<Epoch>,
}

/// What a part of a score is about.
#[derive(Debug, Clone, PartialEq)]
pub enum About {
    /// What is the same for everybody and everything.
    Bias,
    /// How popular the item is.
    Popularity,
    /// An item of the past.
    Past(u32),
    /// A named feature.
    Feature(String),
    /// A modality.
    Modality(String),
    /// What does not split further, with its name.
    Rest(&'static str),
}

/// What something adds to a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// What.
    pub about: About,
    /// How much, in units of the score.
    pub value: f32,
}

/// What is stored of a model: tensors by name.
pub type Tensors = BTreeMap<String, Values>;

/// A model of attraction: what it learned from a log, how attracted somebody is to every item, and why.
///
/// A fit is decided by its data, its configuration and its seed, to the bit; the number of threads does not matter.
pub trait Model: Send + Sync {
    /// Returns the name by which scenarios and commands call it.
    fn name(&self) -> &'static str;

    /// Learns from a log, anew.
    ///
    /// # Errors
    /// [`ModelError`] if the log is empty where that is no basis, the configuration is outside its ranges, or training
    /// left the finite numbers.
    fn fit(&mut self, log: &InteractionLog, watch: &mut Watch<'_>)
    -> Result<FitReport, ModelError>;

    /// Writes one score a person and item into `scores`, `[people.len(), n_items]` row-major, higher is better.
    ///
    /// Scores are comparable within a person, not across models. Items of the past are scored too.
    ///
    /// # Errors
    /// [`ModelError::Length`] if `scores` has another length; [`ModelError::Index`] for an unknown user or item.
    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError>;

    /// Returns the means to score a few items at a fraction of the cost of all, if the model has them.
    fn ranks(&self) -> Option<&dyn Ranks> {
        None
    }

    /// Splits the score of an item into parts that add up to it (to 10⁻⁴ of the largest part).
    ///
    /// # Errors
    /// Those of [`Model::score`].
    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError>;

    /// Returns everything that was learned.
    ///
    /// # Errors
    /// [`ModelError::Tensor`] if the tensor library refuses to give the values out.
    fn save(&self) -> Result<Tensors, ModelError>;

    /// Takes what was learned from a store that [`Model::save`] filled; afterwards all scores are the same to the bit.
    ///
    /// `log` gives the facts about items and users that the model was fitted with; its rows are not learned from.
    ///
    /// # Errors
    /// [`ModelError::StoredTensor`] if tensors are missing, too many, or of another shape.
    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError>;
}

/// A model whose cost is by the pair, so that it should only be asked about candidates.
pub trait Ranks {
    /// Writes the scores of some items for a person, in the order of `items`; up to rounding those of [`Model::score`].
    ///
    /// # Errors
    /// Those of [`Model::score`].
    fn rank(
        &self,
        person: &Person<'_>,
        items: &[u32],
        scores: &mut [f32],
    ) -> Result<(), ModelError>;
}
