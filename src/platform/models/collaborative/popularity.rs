//! Kind `popularity`: how many met an item, the same for everybody.

use crate::config;

use super::super::interaction_log::InteractionLog;
use super::super::model::{About, FitReport, Model, Part, Person, Tensors, Watch};
use super::super::params::{ModelError, refuse_rest};
use super::super::popularity::Popularity;
use super::serving::{Size, matrix_of};
use super::stored;

config! {
    /// Counts have nothing to set.
    pub struct PopularityConfig {}
}

/// Counts of users as a model.
#[derive(Debug, Clone, Default)]
pub struct PopularityModel {
    size: Size,
    counts: Vec<f32>,
}

impl PopularityModel {
    /// Makes one that has counted nothing.
    #[must_use]
    pub fn new(_: PopularityConfig) -> Self {
        Self::default()
    }
}

impl Model for PopularityModel {
    fn name(&self) -> &'static str {
        "popularity"
    }

    fn fit(&mut self, log: &InteractionLog, _: &mut Watch<'_>) -> Result<FitReport, ModelError> {
        let x = matrix_of(log)?;
        self.counts = Popularity::fit(&x).scores().to_vec();
        self.size = Size::of(log);
        Ok(FitReport {
            n_rows: x.len() as u64,
            n_parameters: log.n_items as u64,
            curve: Vec::new(),
        })
    }

    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        self.size.score_each(people, scores, |_, row| {
            row.copy_from_slice(&self.counts);
            Ok(())
        })
    }

    fn explain(&self, person: &Person<'_>, item: u32) -> Result<Vec<Part>, ModelError> {
        self.size.check_both(person, item)?;
        let (about, value) = (About::Popularity, self.counts[item as usize]);
        Ok(vec![Part { about, value }])
    }

    fn save(&self) -> Result<Tensors, ModelError> {
        let mut tensors = Tensors::new();
        let counts = self.counts.clone();
        stored::put(&mut tensors, "counts", &[counts.len()], counts);
        Ok(tensors)
    }

    fn load(&mut self, stored: &Tensors, log: &InteractionLog) -> Result<(), ModelError> {
        let mut rest = stored.clone();
        let counts = stored::take_finite(&mut rest, "counts", &[Some(log.n_items)])?;
        refuse_rest(&rest)?;
        self.counts = counts;
        self.size = Size::of(log);
        Ok(())
    }
}
