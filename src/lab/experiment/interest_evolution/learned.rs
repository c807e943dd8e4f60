//! `SlateQ` as the one who chooses: what it may see, and how it is trained.
//!
//! It sees what RecSim shows to its agents before a slate is chosen: the viewer's interests and the topic of every video. It
//! never sees quality or patience. With [`Sight::Own`] it also keeps count of what it has itself seen of the visit: how
//! often each topic was watched, and how many slates were passed over. From these counts patience can be learned.

use std::ops::ControlFlow;

use rayon::prelude::*;

use super::trial::{Chooser, visit};
use super::world::{TOPICS, Videos, Viewer, Watched};
use crate::config;
use crate::config_choice;
use crate::platform::models::params::ModelError;
use crate::platform::models::slate::choice::Choice;
use crate::platform::models::slate::q_learning::config::SlateQConfig;
use crate::platform::models::slate::q_learning::learner::SlateQ;
use crate::platform::models::slate::q_learning::memory::{Shape, Situation, Step};
use crate::sim::math;
use crate::sim::rng::RngStream;

/// Numbers of training viewers begin here, so that none of them is judged on.
const FIRST_TRAINING_VIEWER: u64 = 1 << 32;

config_choice! {
    /// What the learner sees.
    pub enum Sight {
        /// Interests and topics, as the published agents.
        Published = "published",
        /// These, and counts of what it saw of the visit so far.
        Own = "own",
    }
}

config! {
    /// How `SlateQ` is trained on interest evolution.
    pub struct TrainingConfig {
        /// Viewers it is trained on.
        viewers: u32 = 6_000, "viewers", 1..=10_000_000;
        /// Rounds: in each, a share of the viewers is shown slates, then it learns.
        rounds: u32 = 60, "rounds", 1..=100_000;
        /// Batches it learns from in each round.
        batches: u32 = 500, "batches", 1..=1_000_000;
        /// Share of slates drawn at random in the first round; falls evenly to the last.
        first_exploration: f64 = 0.5, "-", 0.0..=1.0;
        /// Share of slates drawn at random in the last round.
        last_exploration: f64 = 0.05, "-", 0.0..=1.0;
        /// Learning rate of the last round as a share of the first's; falls evenly on a logarithmic axis.
        last_pace: f64 = 0.1, "-", 0.000_001..=1.0;
    }
}

/// A round of training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Round {
    /// Rounds done.
    pub round: u32,
    /// Rounds there will be.
    pub of: u32,
    /// Minutes watched by the round's viewers on average, explored slates included.
    pub minutes: f64,
    /// Root of the mean squared error of worths, in minutes.
    pub error: f64,
}

/// What the learner has seen of a visit.
#[derive(Debug, Clone, Default)]
struct Seen {
    watched: [f32; TOPICS],
    passed: f32,
}

impl Sight {
    /// Returns how many numbers describe a situation.
    #[must_use]
    pub const fn shape(self) -> Shape {
        Shape {
            state: match self {
                Self::Published => TOPICS,
                Self::Own => 2 * TOPICS + 1,
            },
            columns: 3 * TOPICS,
            active: 3,
        }
    }

    /// Describes a situation: interests and counts; of each video its topic, and by topic the interest and its square.
    fn situation(self, choice: Choice, viewer: &Viewer, videos: &Videos, seen: &Seen) -> Situation {
        let (weights, nothing_weight) = viewer.weights(choice, videos);
        let mut state: Vec<f32> = viewer.interests.iter().map(|x| *x as f32).collect();
        if self == Self::Own {
            // Scaled so that counts are about as large as interests.
            state.extend(seen.watched.iter().map(|n| 0.1 * n));
            state.push(0.02 * seen.passed);
        }
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        for topic in videos {
            let interest = viewer.interests[*topic] as f32;
            for (block, value) in [1.0, interest, interest * interest].into_iter().enumerate() {
                columns.push((block * TOPICS + topic) as u16);
                values.push(value);
            }
        }
        Situation {
            state,
            weights: weights.to_vec(),
            nothing_weight,
            columns,
            values,
        }
    }
}

/// A learner that chooses slates, and remembers what it showed while it is trained.
#[derive(Debug)]
pub struct Learned<'a> {
    learner: &'a SlateQ,
    sight: Sight,
    choice: Choice,
    /// Share of slates drawn at random.
    exploration: f64,
    seen: Seen,
    /// The steps of the visit; `None` if nobody will learn from them.
    steps: Option<Vec<Step>>,
}

impl<'a> Learned<'a> {
    /// Makes one that always chooses what it takes for best.
    #[must_use]
    pub fn new(learner: &'a SlateQ, sight: Sight, choice: Choice) -> Self {
        Self {
            learner,
            sight,
            choice,
            exploration: 0.0,
            seen: Seen::default(),
            steps: None,
        }
    }
}

impl Chooser for Learned<'_> {
    fn choose(
        &mut self,
        viewer: &Viewer,
        videos: &Videos,
        rng: &mut RngStream,
    ) -> Result<Vec<usize>, ModelError> {
        let situation = self
            .sight
            .situation(self.choice, viewer, videos, &self.seen);
        let slate = self.learner.explore(&situation, self.exploration, rng)?;
        if let Some(steps) = &mut self.steps {
            steps.push(Step {
                situation,
                slate: slate.clone(),
                taken: None,
                reward: 0.0,
            });
        }
        Ok(slate)
    }

    fn see(&mut self, videos: &Videos, watched: &Watched) {
        match watched.video {
            Some(video) => self.seen.watched[videos[video]] += 1.0,
            None => self.seen.passed += 1.0,
        }
        if let Some(step) = self.steps.as_mut().and_then(|s| s.last_mut()) {
            step.taken = watched.video;
            step.reward = watched.minutes as f32;
        }
    }
}

/// Trains a learner on viewers of its own; `watch` is told about every round and may end the training after it.
///
/// # Errors
/// [`ModelError`] for settings outside their ranges, or if training left the finite numbers.
pub fn train(
    choice: Choice,
    sight: Sight,
    config: SlateQConfig,
    training: &TrainingConfig,
    seed: u64,
    watch: &mut dyn FnMut(Round) -> ControlFlow<()>,
) -> Result<SlateQ, ModelError> {
    let mut learner = SlateQ::new(config, sight.shape(), seed)?;
    let rounds = training.rounds.max(1);
    for round in 0..rounds {
        let done = f64::from(round) / f64::from(rounds.saturating_sub(1).max(1));
        let exploration = training.first_exploration
            + done * (training.last_exploration - training.first_exploration);
        // Shares that add up to all viewers, however they divide.
        let share = |r: u32| u64::from(training.viewers) * u64::from(r) / u64::from(rounds);
        let visits: Result<Vec<(f64, Vec<Step>)>, ModelError> = (share(round)..share(round + 1))
            .into_par_iter()
            .map(|number| {
                let mut chooser = Learned::new(&learner, sight, choice);
                chooser.exploration = exploration;
                chooser.steps = Some(Vec::new());
                let done = visit(choice, seed, FIRST_TRAINING_VIEWER + number, &mut chooser)?;
                Ok((done.minutes, chooser.steps.unwrap_or_default()))
            })
            .collect();
        let visits = visits?;
        let n = visits.len().max(1) as f64;
        let minutes = visits.iter().map(|(m, _)| m).sum::<f64>() / n;
        for (_, steps) in visits {
            learner.remember(steps)?;
        }
        let pace = math::pow(training.last_pace, done);
        let error = libm::sqrt(learner.learn(training.batches, pace)?);
        let told = Round {
            round: round + 1,
            of: rounds,
            minutes,
            error,
        };
        if watch(told).is_break() {
            break;
        }
    }
    Ok(learner)
}
