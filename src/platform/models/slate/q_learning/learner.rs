//! `SlateQ`: chooses slates by long-run worth, explores, remembers, and learns from replayed steps.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::config::{Follow, SlateQConfig};
use super::memory::{Memory, Shape, Situation, Step};
use super::network::{Adam, Gradient, Network};
use crate::platform::models::params::{ModelError, Values};
use crate::platform::models::slate::optimize::{Offer, Slate, exact};
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::state_hash::StateHasher;

/// Steps of a batch whose gradients are added by one thread; part of the definition of the sum.
const ROWS_A_TASK: usize = 64;

/// Long-run worths of things on slates, and the slates that follow from them.
#[derive(Debug)]
pub struct SlateQ {
    config: SlateQConfig,
    shape: Shape,
    seed: u64,
    /// The network that learns.
    fast: Network,
    /// The network that values what follows and chooses slates: the running mean of the fast one.
    slow: Network,
    adam: Adam,
    memory: Memory,
    n_batches: u32,
}

impl SlateQ {
    /// Makes one that has learned nothing.
    ///
    /// # Errors
    /// [`ModelError::Value`] for settings outside their ranges.
    pub fn new(config: SlateQConfig, shape: Shape, seed: u64) -> Result<Self, ModelError> {
        config.validate()?;
        let fast = Network::new(shape, config.hidden as usize, seed)?;
        Ok(Self {
            slow: fast.copy()?,
            adam: Adam::new(&fast),
            memory: Memory::new(config.memory as usize),
            fast,
            config,
            shape,
            seed,
            n_batches: 0,
        })
    }

    /// Returns the long-run worth of each thing of a situation if taken, and of taking nothing, in units of the reward.
    ///
    /// # Errors
    /// [`ModelError`] if the situation has another shape.
    pub fn worths(&self, situation: &Situation) -> Result<(Vec<f64>, f64), ModelError> {
        situation.check(self.shape)?;
        let (mut worths, mut nothing) = worths(&self.slow, situation);
        for worth in &mut worths {
            *worth *= self.config.scale;
        }
        nothing *= self.config.scale;
        Ok((worths, nothing))
    }

    /// Chooses the slate that is worth most in the long run.
    ///
    /// # Errors
    /// [`ModelError`] if the situation has another shape or impossible weights.
    pub fn choose(&self, situation: &Situation) -> Result<Slate, ModelError> {
        let (worths, nothing_worth) = self.worths(situation)?;
        let offer = Offer {
            weights: &situation.weights,
            worths: &worths,
            nothing_weight: situation.nothing_weight,
            nothing_worth,
        };
        offer.check()?;
        Ok(exact(&offer, self.config.slate as usize))
    }

    /// Chooses like [`SlateQ::choose`], but with probability `epsilon` draws a slate, each as likely as another.
    ///
    /// # Errors
    /// Those of [`SlateQ::choose`].
    pub fn explore(
        &self,
        situation: &Situation,
        epsilon: f64,
        rng: &mut RngStream,
    ) -> Result<Vec<usize>, ModelError> {
        if !rng.chance(epsilon) {
            return Ok(self.choose(situation)?.items);
        }
        let mut items: Vec<usize> = (0..situation.weights.len()).collect();
        let k = items.len().min(self.config.slate as usize);
        for i in 0..k {
            let j = i + rng.below(items.len() - i);
            items.swap(i, j);
        }
        items.truncate(k);
        Ok(items)
    }

    /// Remembers an episode that has ended.
    ///
    /// # Errors
    /// [`ModelError`] if a step has another shape, or names things that were not there; nothing is remembered then.
    pub fn remember(&mut self, episode: Vec<Step>) -> Result<(), ModelError> {
        for step in &episode {
            step.situation.check(self.shape)?;
            let n = step.situation.weights.len();
            let unknown = step.slate.iter().chain(&step.taken).find(|i| **i >= n);
            if let Some(i) = unknown {
                return Err(ModelError::Index {
                    what: "thing of a slate",
                    found: *i,
                    below: n,
                });
            }
        }
        self.memory.push(episode);
        Ok(())
    }

    /// Learns from batches of remembered steps and returns the mean squared error, in squared units of the reward.
    ///
    /// `pace` multiplies the learning rate, so that who calls can let it fade.
    ///
    /// # Errors
    /// [`ModelError::NoPairs`] if nothing is remembered; [`ModelError::Diverged`] if the error is not finite.
    pub fn learn(&mut self, n_batches: u32, pace: f64) -> Result<f64, ModelError> {
        if self.memory.is_empty() {
            return Err(ModelError::NoPairs);
        }
        let n = self.config.batch_size as usize;
        let rate = self.config.learning_rate * pace;
        let mut squares = 0.0;
        for _ in 0..n_batches {
            let mut rng = RngStream::new(self.seed, Purpose::ModelBatch, 0, self.n_batches);
            let batch: Vec<_> = (0..n).filter_map(|_| self.memory.draw(&mut rng)).collect();
            let tasks: Vec<(Gradient, f64)> = batch
                .par_chunks(ROWS_A_TASK)
                .map(|rows| self.gradient(rows))
                .collect();
            let mut tasks = tasks.into_iter();
            let (mut gradient, mut square) = tasks.next().expect("a batch has a step");
            for (other, error) in tasks {
                square += error;
                let all = gradient.iter_mut().flatten();
                all.zip(other.iter().flatten()).for_each(|(g, o)| *g += o);
            }
            let share = 1.0 / n as f32;
            gradient.iter_mut().flatten().for_each(|g| *g *= share);
            self.adam.step(&mut self.fast, &gradient, rate)?;
            self.slow
                .approach(&self.fast, self.config.follow_rate as f32)?;
            self.n_batches += 1;
            squares += square / n as f64;
            if !square.is_finite() {
                return Err(ModelError::Diverged {
                    step: self.n_batches,
                    loss: square,
                });
            }
        }
        let scale = self.config.scale;
        Ok(squares / f64::from(n_batches.max(1)) * scale * scale)
    }

    /// Adds up gradients and squared errors of some steps.
    fn gradient(&self, rows: &[(&Step, Option<&Step>)]) -> (Gradient, f64) {
        let mut gradient = self.fast.zeros();
        let mut squares = 0.0;
        for (step, next) in rows {
            let target = self.target(step, *next) as f32;
            let s = &step.situation;
            let thing = step.taken.map(|i| self.fast.thing(s, i));
            let error = self
                .fast
                .add_gradient(&s.state, thing, target, &mut gradient);
            squares += f64::from(error) * f64::from(error);
        }
        (gradient, squares)
    }

    /// Returns what a step was worth: its reward, and the worth of the next slate; in units of the scale.
    fn target(&self, step: &Step, next: Option<&Step>) -> f64 {
        let reward = f64::from(step.reward) / self.config.scale;
        let Some(next) = next else { return reward };
        let s = &next.situation;
        let (worths, nothing_worth) = worths(&self.slow, s);
        let offer = Offer {
            weights: &s.weights,
            worths: &worths,
            nothing_weight: s.nothing_weight,
            nothing_worth,
        };
        let value = match self.config.follow {
            Follow::Sarsa => offer.value(&next.slate),
            Follow::Best => exact(&offer, self.config.slate as usize).value,
        };
        reward + self.config.discount * value
    }

    /// Returns how many steps are remembered.
    #[must_use]
    pub fn n_remembered(&self) -> usize {
        self.memory.len()
    }

    /// Returns how many numbers are learned.
    #[must_use]
    pub fn n_parameters(&self) -> usize {
        self.fast.zeros().iter().map(Vec::len).sum()
    }

    /// Adds the bits of both networks and how much was learned.
    pub fn add_to(&self, h: &mut StateHasher) {
        h.u32(self.n_batches);
        self.fast.params().add_to(h);
        self.slow.params().add_to(h);
    }

    /// Returns the network that chooses, for storing.
    #[must_use]
    pub fn save(&self) -> BTreeMap<String, Values> {
        self.slow.params().tensors()
    }

    /// Takes the network that chooses from a store that [`SlateQ::save`] filled; learning starts anew from it.
    ///
    /// # Errors
    /// [`ModelError::StoredTensor`] if one is missing or has another shape.
    pub fn load(&mut self, stored: &BTreeMap<String, Values>) -> Result<(), ModelError> {
        self.slow.params_mut().restore(&mut stored.clone())?;
        self.fast = self.slow.copy()?;
        self.adam = Adam::new(&self.fast);
        Ok(())
    }
}

/// Returns Q̄ of each thing and of taking nothing, in units of the scale.
fn worths(network: &Network, s: &Situation) -> (Vec<f64>, f64) {
    let part = network.state_part(&s.state);
    let of = |i| f64::from(network.worth(&part, Some(network.thing(s, i))));
    let worths = (0..s.weights.len()).map(of).collect();
    (worths, f64::from(network.worth(&part, None)))
}
