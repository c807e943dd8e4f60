//! Arms without contexts: UCB1, ε-greedy, and Thompson sampling of yes or no.

use super::linear::best;
use crate::sim::math;
use crate::sim::rng::RngStream;
use crate::sim::state_hash::StateHasher;

/// How an arm is chosen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Strategy {
    /// Highest mean and √(2 ln t / n), every arm tried once first (Auer, Cesa-Bianchi and Fischer 2002).
    Ucb1,
    /// Highest mean, but with this probability an arm drawn at random.
    EpsilonGreedy(f64),
    /// Highest draw from Beta(`won` + successes, `lost` + failures), for rewards of 0 or 1 (Thompson 1933).
    Thompson {
        /// Successes taken for granted.
        won: f64,
        /// Failures taken for granted.
        lost: f64,
    },
}

/// What is known of one arm.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Arm {
    /// How often it was tried.
    pub n: u64,
    /// Sum of its rewards.
    pub sum: f64,
}

impl Arm {
    fn mean(self) -> f64 {
        if self.n == 0 {
            0.0
        } else {
            self.sum / self.n as f64
        }
    }
}

/// Some arms and how one is chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Arms {
    strategy: Strategy,
    arms: Vec<Arm>,
}

impl Arms {
    /// Makes arms that were never tried.
    #[must_use]
    pub fn new(n_arms: usize, strategy: Strategy) -> Self {
        let arms = vec![Arm::default(); n_arms];
        Self { strategy, arms }
    }

    /// Chooses an arm; `None` without arms.
    pub fn choose(&self, rng: &mut RngStream) -> Option<usize> {
        match self.strategy {
            Strategy::Ucb1 => self.ucb1(),
            Strategy::EpsilonGreedy(epsilon) => {
                if !self.arms.is_empty() && rng.chance(epsilon) {
                    return Some(rng.below(self.arms.len()));
                }
                best(self.arms.iter().map(|a| a.mean()))
            }
            Strategy::Thompson { won, lost } => best(self.arms.iter().map(|a| {
                let failures = a.n as f64 - a.sum;
                rng.beta((won + a.sum).max(1e-9), (lost + failures).max(1e-9))
            })),
        }
    }

    fn ucb1(&self) -> Option<usize> {
        if let Some(untried) = self.arms.iter().position(|a| a.n == 0) {
            return Some(untried);
        }
        let tries: u64 = self.arms.iter().map(|a| a.n).sum();
        let log = 2.0 * math::ln(tries.max(1) as f64);
        let bound = |a: &Arm| a.mean() + libm::sqrt(log / a.n as f64);
        best(self.arms.iter().map(bound))
    }

    /// Learns what an arm brought; unknown arms and rewards that are not finite teach nothing.
    pub fn observe(&mut self, arm: usize, reward: f64) {
        if let (Some(arm), true) = (self.arms.get_mut(arm), reward.is_finite()) {
            arm.n += 1;
            arm.sum += reward;
        }
    }

    /// Returns what is known of every arm.
    #[must_use]
    pub fn arms(&self) -> &[Arm] {
        &self.arms
    }

    /// Adds what is known of every arm.
    pub fn add_to(&self, h: &mut StateHasher) {
        for arm in &self.arms {
            h.u64(arm.n);
            h.f64(arm.sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Purpose;

    const MEANS: [f64; 4] = [0.2, 0.3, 0.5, 0.25];

    fn regret(strategy: Strategy, rounds: u32) -> f64 {
        let mut sum = 0.0;
        for seed in 0..5 {
            let mut arms = Arms::new(MEANS.len(), strategy);
            for round in 0..rounds {
                let mut rng = RngStream::new(seed, Purpose::Test, 0, round);
                let arm = arms.choose(&mut rng).unwrap();
                let reward = f64::from(u8::from(rng.chance(MEANS[arm])));
                arms.observe(arm, reward);
                sum += (0.5 - MEANS[arm]) / 5.0;
            }
        }
        sum
    }

    #[test]
    fn ucb1_chooses_by_the_bound_computed_by_hand() {
        let mut arms = Arms::new(2, Strategy::Ucb1);
        let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
        assert_eq!(arms.choose(&mut rng), Some(0));
        arms.observe(0, 1.0);
        assert_eq!(arms.choose(&mut rng), Some(1));
        (0..3).for_each(|_| arms.observe(0, 1.0));
        arms.observe(1, 0.0);
        // 1 + √(2 ln 5 / 4) = 1.897 against 0 + √(2 ln 5 / 1) = 1.794; one try more and it is 1.847 against 1.893.
        assert_eq!(arms.choose(&mut rng), Some(0));
        arms.observe(0, 1.0);
        assert_eq!(arms.choose(&mut rng), Some(1));
    }

    #[test]
    fn thompson_loses_least_and_the_greedy_lose_for_ever() {
        let thompson = Strategy::Thompson {
            won: 1.0,
            lost: 1.0,
        };
        let (t, u) = (regret(thompson, 4_000), regret(Strategy::Ucb1, 4_000));
        let e = regret(Strategy::EpsilonGreedy(0.1), 4_000);
        assert!(t < u && t < e, "{t} {u} {e}");
        let growth = |s| regret(s, 4_000) / regret(s, 1_000);
        assert!(growth(Strategy::EpsilonGreedy(0.1)) > 2.5);
        assert!(growth(thompson) < 2.5);
    }

    #[test]
    fn no_arms_give_no_choice_and_nonsense_teaches_nothing() {
        let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
        for s in [Strategy::Ucb1, Strategy::EpsilonGreedy(1.0)] {
            assert_eq!(Arms::new(0, s).choose(&mut rng), None);
        }
        let mut arms = Arms::new(1, Strategy::Ucb1);
        arms.observe(7, 1.0);
        arms.observe(0, f64::NAN);
        assert_eq!(arms.arms(), [Arm::default()]);
    }
}
