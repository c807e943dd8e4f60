//! The search itself: draws candidates, judges them on the folds, lets the better ones go on.
//!
//! The first candidate of the first ladder has the defaults, so that a search never ends with less than them. All models
//! of a search have the same seed: candidates differ in their settings only. Trials follow one another, folds of a trial
//! run side by side and are put together in order.

use std::ops::ControlFlow;

use rayon::prelude::*;

use super::super::catalog::SettingsError;
use super::super::model::{Epoch, FitReport, Model};
use super::super::params::ModelError;
use super::checkpoint::{Checkpoint, CheckpointError, Pass, Record};
use super::early_stopping::Patience;
use super::folds::Fold;
use super::halving::Rung;
use super::held_out::ndcg_10;
use super::resource::Resource;
use super::space::Space;
use crate::sim::rng::{Purpose, RngStream};

/// Makes a model from settings and a seed.
pub type Make<'a> = dyn Fn(&toml::Table, u64) -> Result<Box<dyn Model>, SettingsError> + Sync + 'a;

/// Who is told after every trial, and may stop the search.
pub type Told<'a> = dyn FnMut(&Checkpoint) -> ControlFlow<()> + 'a;

/// Why a search has no result.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The chosen candidate cannot be made.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The chosen candidate cannot be fitted or judged.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Trials cannot be written or gone on from.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Nothing that was tried could be judged.
    #[error("all {n_trials} trials failed; the first said: {first}")]
    AllFailed {
        /// How many.
        n_trials: usize,
        /// What the first one said.
        first: String,
    },
}

/// What is searched, where, how, and with how much.
pub struct Search<'a> {
    /// Makes the candidates.
    pub make: &'a Make<'a>,
    /// What they are judged by.
    pub folds: &'a [Fold],
    /// What is tried.
    pub space: &'a Space,
    /// Ladders.
    pub brackets: &'a [Vec<Rung>],
    /// What is given out.
    pub resource: &'a Resource,
    /// Passes without improvement after which a fit ends.
    pub patience: Option<u32>,
    /// Seed of the draws and of every model.
    pub seed: u64,
}

/// How a search ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ended {
    /// All trials are done.
    Done,
    /// It was told to stop.
    Stopped,
}

/// A candidate fitted on all rows of the search and judged by the rows set aside.
pub struct Refitted {
    /// The model.
    pub model: Box<dyn Model>,
    /// What came of its fit.
    pub report: FitReport,
    /// Its score on the rows set aside.
    pub test: f64,
}

#[derive(Clone)]
struct Candidate {
    trial: u32,
    settings: toml::Table,
    score: Option<f64>,
}

impl Search<'_> {
    /// Returns the units of resource that all trials together are given, of one fold.
    #[must_use]
    pub fn units(&self) -> u64 {
        let rungs = self.brackets.iter().flatten();
        rungs
            .map(|r| u64::from(r.n_candidates) * u64::from(r.resource))
            .sum()
    }

    /// Makes every trial that `done` does not have, and adds all to `into` in their order.
    ///
    /// # Errors
    /// [`SearchError::Checkpoint`] if a trial cannot be written. A candidate that fails is recorded and ranks last.
    pub fn run(
        &self,
        done: &Checkpoint,
        into: &mut Checkpoint,
        told: &mut Told<'_>,
    ) -> Result<Ended, SearchError> {
        let mut first_trial = 0;
        for (bracket, rungs) in (0u32..).zip(self.brackets) {
            let n = rungs.first().map_or(0, |r| r.n_candidates);
            let mut alive: Vec<Candidate> = (first_trial..first_trial + n)
                .map(|trial| self.candidate(trial))
                .collect();
            first_trial += n;
            for (rung, step) in (0u32..).zip(rungs) {
                if rung > 0 {
                    alive.retain(|c| c.score.is_some());
                }
                rank(&mut alive);
                alive.truncate(step.n_candidates as usize);
                alive.sort_by_key(|c| c.trial);
                for candidate in &mut alive {
                    let trial = candidate.trial;
                    let is_here = |r: &Record| r.is_at(bracket, rung, trial);
                    let known = done.records().iter().position(is_here);
                    if let Some(at) = known {
                        into.take_over(done, at);
                        candidate.score = done.records()[at].score;
                        continue;
                    }
                    let record = self.try_out(bracket, rung, step.resource, candidate);
                    candidate.score = into.add(&record)?.score;
                    if told(into).is_break() {
                        return Ok(Ended::Stopped);
                    }
                }
            }
        }
        Ok(Ended::Done)
    }

    fn candidate(&self, trial: u32) -> Candidate {
        let mut rng = RngStream::new(self.seed, Purpose::Exploration, u64::from(trial), 0);
        let settings = match trial {
            0 => self.space.fixed(),
            _ => self.space.draw(&mut rng),
        };
        Candidate {
            trial,
            settings,
            score: None,
        }
    }

    fn try_out(&self, bracket: u32, rung: u32, units: u32, candidate: &Candidate) -> Record {
        let judged: Result<Vec<(f64, Vec<Pass>)>, SearchError> = self
            .folds
            .par_iter()
            .map(|fold| {
                let (settings, fold) =
                    self.resource
                        .give(units, &candidate.settings, fold, self.seed);
                let (model, _, curve) = self.fit(&settings, &fold)?;
                let score = ndcg_10(model.as_ref(), &fold.held_out, fold.train.n_items)?;
                Ok((score, curve))
            })
            .collect();
        let (folds, failure) = match judged {
            Ok(folds) => (folds, None),
            Err(e) => (Vec::new(), Some(e.to_string())),
        };
        let (scores, curves): (Vec<f64>, Vec<Vec<Pass>>) = folds.into_iter().unzip();
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        Record {
            bracket,
            rung,
            trial: candidate.trial,
            resource: units,
            score: Some(mean).filter(|m| m.is_finite()),
            scores,
            settings: candidate.settings.clone(),
            curves,
            failure,
        }
    }

    fn fit(
        &self,
        settings: &toml::Table,
        fold: &Fold,
    ) -> Result<(Box<dyn Model>, FitReport, Vec<Pass>), SearchError> {
        let mut model = (self.make)(settings, self.seed)?;
        let mut curve = Vec::new();
        let mut patience = self.patience.map(|passes| Patience::new(passes, 0.0));
        let report = model.fit(&fold.train, &mut |epoch: Epoch| {
            curve.push(Pass::from(&epoch));
            let over = patience.as_mut().map(|p| p.watch(&epoch));
            over.unwrap_or(ControlFlow::Continue(()))
        })?;
        Ok((model, report, curve))
    }

    /// Returns the best trial; of equal scores the one that was given more, then the one with the smaller number.
    ///
    /// More passes can be too many, so that a trial on an early rung may win. Where people are given out, only trials that
    /// were given most are compared: a model that learned from fewer is none to keep.
    ///
    /// # Errors
    /// [`SearchError::AllFailed`] if no such trial could be judged.
    pub fn best<'c>(&self, trials: &'c Checkpoint) -> Result<&'c Record, SearchError> {
        let all = trials.records();
        let judged = || all.iter().filter(|r| r.score.is_some());
        let least = match self.resource {
            Resource::Setting { .. } => 0,
            Resource::People => judged().map(|r| r.resource).max().unwrap_or(0),
        };
        let finished = judged().filter(|r| r.resource >= least);
        let ahead = |a: &&Record, b: &&Record| {
            let by_score = a.score.unwrap_or(0.0).total_cmp(&b.score.unwrap_or(0.0));
            by_score
                .then(a.resource.cmp(&b.resource))
                .then(b.trial.cmp(&a.trial))
        };
        finished
            .max_by(ahead)
            .ok_or_else(|| SearchError::AllFailed {
                n_trials: all.len(),
                first: all
                    .iter()
                    .find_map(|r| r.failure.clone())
                    .unwrap_or_default(),
            })
    }

    /// Returns all settings of a trial, the passes it was given among them.
    #[must_use]
    pub fn settings_of(&self, trial: &Record) -> toml::Table {
        let mut settings = trial.settings.clone();
        if let Some(key) = self.resource.key() {
            settings.insert(key.to_owned(), i64::from(trial.resource).into());
        }
        settings
    }

    /// Returns the settings that nobody searched for: those that are fixed, with all passes there are to give.
    #[must_use]
    pub fn defaults(&self) -> toml::Table {
        let mut settings = self.space.fixed();
        if let Some(key) = self.resource.key() {
            settings.insert(key.to_owned(), i64::from(self.resource.most()).into());
        }
        settings
    }

    /// Fits settings on the whole training log of `test`, and judges by its held-out rows.
    ///
    /// # Errors
    /// [`SearchError`] if the model cannot be made, fitted or judged.
    pub fn refit(&self, settings: &toml::Table, test: &Fold) -> Result<Refitted, SearchError> {
        let (model, mut report, curve) = self.fit(settings, test)?;
        let score = ndcg_10(model.as_ref(), &test.held_out, test.train.n_items)?;
        if report.curve.is_empty() {
            // A model may leave its curve to whoever watches.
            report.curve = curve
                .iter()
                .map(|p| Epoch {
                    epoch: p.epoch,
                    of: curve.len() as u32,
                    loss: p.loss.unwrap_or(f64::NAN),
                    held_out: p.held_out,
                })
                .collect();
        }
        Ok(Refitted {
            model,
            report,
            test: score,
        })
    }
}

/// Sorts best first; those without a score come last, of equals the smaller number first.
fn rank(candidates: &mut [Candidate]) {
    let key = |c: &Candidate| c.score.unwrap_or(f64::NEG_INFINITY);
    candidates.sort_by(|a, b| key(b).total_cmp(&key(a)).then(a.trial.cmp(&b.trial)));
}

/// Lists the scores of independent draws that were given the same on the first rung of all ladders; the defaults were not drawn.
#[must_use]
pub fn drawn_scores(trials: &Checkpoint) -> Vec<f64> {
    let of_first = |r: &&Record| r.bracket == 0 && r.rung == 0 && r.trial > 0;
    trials
        .records()
        .iter()
        .filter(of_first)
        .filter_map(|r| r.score)
        .collect()
}
