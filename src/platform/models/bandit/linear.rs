//! Bandits whose rewards are linear in a context: LinUCB and linear Thompson sampling.

use super::ridge::{Ridge, dot};
use crate::platform::models::params::ModelError;
use crate::sim::math;
use crate::sim::rng::RngStream;

/// Returns the α with which the bound of LinUCB holds with probability 1 − δ: 1 + √(ln(2/δ) / 2).
///
/// # Source
/// Li et al. (2010), below equation 4.
#[must_use]
pub fn alpha_for(delta: f64) -> f64 {
    1.0 + libm::sqrt(math::ln(2.0 / delta) / 2.0)
}

/// Returns the index of the highest value, the first of equals; `None` if there is none that is a number.
pub(super) fn best(values: impl Iterator<Item = f64>) -> Option<usize> {
    let mut found: Option<(usize, f64)> = None;
    for (i, value) in values.enumerate() {
        if !value.is_nan() && found.is_none_or(|(_, v)| value > v) {
            found = Some((i, value));
        }
    }
    found.map(|(i, _)| i)
}

/// LinUCB with one regression an arm: arms have nothing in common but the context.
///
/// # Source
/// Li, Chu, Langford and Schapire (2010), algorithm 1.
#[derive(Debug, Clone)]
pub struct DisjointLinUcb {
    /// Deviations that are added to the expected reward.
    pub alpha: f64,
    arms: Vec<Ridge>,
}

impl DisjointLinUcb {
    /// Makes one that has seen nothing.
    ///
    /// # Errors
    /// [`ModelError::Value`] if λ is not above 0.
    pub fn new(
        n_arms: usize,
        n_features: usize,
        alpha: f64,
        lambda: f64,
    ) -> Result<Self, ModelError> {
        let arms = vec![Ridge::new(n_features, lambda)?; n_arms];
        Ok(Self { alpha, arms })
    }

    /// Returns the bound on the reward of an arm: expected reward and α widths.
    ///
    /// # Panics
    /// If there is no such arm.
    #[must_use]
    pub fn bound(&self, arm: usize, x: &[f64]) -> f64 {
        let arm = &self.arms[arm];
        arm.mean(x) + self.alpha * arm.width(x)
    }

    /// Chooses the arm of highest bound; `None` without arms.
    #[must_use]
    pub fn choose(&self, x: &[f64]) -> Option<usize> {
        best((0..self.arms.len()).map(|arm| self.bound(arm, x)))
    }

    /// Learns what an arm brought.
    ///
    /// # Panics
    /// If there is no such arm.
    pub fn observe(&mut self, arm: usize, x: &[f64], reward: f64) {
        self.arms[arm].observe(x, reward, 1.0);
    }

    /// Returns the regression of an arm.
    ///
    /// # Panics
    /// If there is no such arm.
    #[must_use]
    pub fn arm(&self, arm: usize) -> &Ridge {
        &self.arms[arm]
    }
}

/// How a bandit with one regression for all arms pays for what it does not know.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Curiosity {
    /// Not at all.
    None,
    /// LinUCB: adds this many widths to the expected reward.
    Bound(f64),
    /// Thompson sampling: draws coefficients from N(θ̂, v² A⁻¹), with this v.
    Draw(f64),
}

/// A bandit with one regression for all arms, each described by a context of its own.
///
/// # Source
/// Li et al. (2010) with shared features only, also Chu et al. (2011); Agrawal and Goyal (2013) for Thompson sampling.
#[derive(Debug, Clone)]
pub struct SharedLinear {
    /// How it explores.
    pub curiosity: Curiosity,
    ridge: Ridge,
}

impl SharedLinear {
    /// Makes one that has seen nothing.
    ///
    /// # Errors
    /// [`ModelError::Value`] if λ is not above 0.
    pub fn new(n_features: usize, curiosity: Curiosity, lambda: f64) -> Result<Self, ModelError> {
        let ridge = Ridge::new(n_features, lambda)?;
        Ok(Self { curiosity, ridge })
    }

    /// Chooses one of the arms by their contexts; only Thompson sampling draws. `None` without arms.
    pub fn choose(&self, contexts: &[Vec<f64>], rng: &mut RngStream) -> Option<usize> {
        match self.curiosity {
            Curiosity::None => best(contexts.iter().map(|x| self.ridge.mean(x))),
            Curiosity::Bound(alpha) => {
                let bound = |x| self.ridge.mean(x) + alpha * self.ridge.width(x);
                best(contexts.iter().map(|x| bound(x)))
            }
            Curiosity::Draw(v) => {
                let theta = draw(&self.ridge, v, rng);
                best(contexts.iter().map(|x| dot(&theta, x)))
            }
        }
    }

    /// Learns what an arm of this context brought.
    pub fn observe(&mut self, x: &[f64], reward: f64) {
        self.ridge.observe(x, reward, 1.0);
    }

    /// Returns the regression.
    #[must_use]
    pub const fn ridge(&self) -> &Ridge {
        &self.ridge
    }
}

/// Draws coefficients from N(θ̂, v² A⁻¹); θ̂ itself if rounding has eaten the inverse up. d³/6 steps.
pub fn draw(ridge: &Ridge, v: f64, rng: &mut RngStream) -> Vec<f64> {
    let mut theta = ridge.theta().to_vec();
    if let Ok(factor) = ridge.factor() {
        let z: Vec<f64> = theta.iter().map(|_| rng.normal()).collect();
        let rows = factor.chunks_exact(z.len().max(1));
        for (t, row) in theta.iter_mut().zip(rows) {
            *t += v * dot(row, &z);
        }
    }
    theta
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Purpose;

    const D: usize = 5;
    const ARMS: usize = 10;

    /// Unit contexts of all arms in a round.
    fn contexts(seed: u64, round: u32) -> Vec<Vec<f64>> {
        let mut rng = RngStream::new(seed, Purpose::Test, 1, round);
        let arm = |_| {
            let x: Vec<f64> = (0..D).map(|_| rng.normal()).collect();
            let norm = libm::sqrt(x.iter().map(|v| v * v).sum());
            x.iter().map(|v| v / norm).collect()
        };
        (0..ARMS).map(arm).collect()
    }

    /// Plays `rounds` rounds in a linear world with noise of 0.5; returns the regret after each of `marks`.
    fn regret(
        seed: u64,
        marks: &[u32],
        mut choose: impl FnMut(&[Vec<f64>], u32, Option<(&[f64], f64)>) -> usize,
    ) -> Vec<f64> {
        let theta = [0.6, -0.4, 0.5, 0.3, -0.36];
        let (mut sum, mut at) = (0.0, Vec::new());
        let mut last: Option<(Vec<f64>, f64)> = None;
        for round in 1..=*marks.last().unwrap() {
            let arms = contexts(seed, round);
            let told = last.as_ref().map(|(x, r)| (x.as_slice(), *r));
            let arm = choose(&arms, round, told);
            let mean = |x: &[f64]| dot(&theta, x);
            let top = arms.iter().map(|x| mean(x)).fold(f64::MIN, f64::max);
            sum += top - mean(&arms[arm]);
            let mut rng = RngStream::new(seed, Purpose::Test, 2, round);
            last = Some((arms[arm].clone(), mean(&arms[arm]) + 0.5 * rng.normal()));
            if marks.contains(&round) {
                at.push(sum);
            }
        }
        at
    }

    fn play(seed: u64, marks: &[u32], curiosity: Curiosity, epsilon: f64) -> Vec<f64> {
        let mut bandit = SharedLinear::new(D, curiosity, 1.0).unwrap();
        regret(seed, marks, |arms, round, told| {
            if let Some((x, reward)) = told {
                bandit.observe(x, reward);
            }
            let mut rng = RngStream::new(seed, Purpose::Test, 3, round);
            if rng.chance(epsilon) {
                return rng.below(ARMS);
            }
            bandit.choose(arms, &mut rng).unwrap()
        })
    }

    fn mean_over_seeds(marks: &[u32], curiosity: Curiosity, epsilon: f64) -> Vec<f64> {
        let mut sum = vec![0.0; marks.len()];
        for seed in 0..8 {
            for (s, r) in sum.iter_mut().zip(play(seed, marks, curiosity, epsilon)) {
                *s += r / 8.0;
            }
        }
        sum
    }

    #[test]
    fn alpha_is_that_of_the_paper() {
        // 1 + √(ln(40) / 2) = 2.3581015…
        assert!((alpha_for(0.05) - 2.358_101_515_740_619_5).abs() < 1e-12);
    }

    #[test]
    fn the_bound_of_an_arm_is_the_one_computed_by_hand() {
        let mut bandit = DisjointLinUcb::new(2, 2, 2.0, 1.0).unwrap();
        bandit.observe(0, &[1.0, 2.0], 3.0);
        // θ = (1/2, 1), A⁻¹ = [[5, -2], [-2, 2]] / 6: 0.5 + 2 √(5/6); an arm never tried: 0 + 2 · 1.
        let bound = 0.5 + 2.0 * (5.0f64 / 6.0).sqrt();
        assert!((bandit.bound(0, &[1.0, 0.0]) - bound).abs() < 1e-14);
        assert_eq!(bandit.bound(1, &[1.0, 0.0]), 2.0);
        assert_eq!(bandit.choose(&[1.0, 0.0]), Some(0));
        assert_eq!(bandit.arm(1).n_rows(), 0);
    }

    #[test]
    fn regret_grows_no_faster_than_about_the_root_of_time_and_stays_below_that_of_epsilon_greed() {
        let marks = [500, 4_000];
        let slope = |r: &[f64]| math::ln(r[1] / r[0]) / math::ln(8.0);
        let bound = mean_over_seeds(&marks, Curiosity::Bound(alpha_for(0.5)), 0.0);
        let drawn = mean_over_seeds(&marks, Curiosity::Draw(0.5), 0.0);
        let epsilon = mean_over_seeds(&marks, Curiosity::None, 0.1);
        // Upper bounds say √T up to logarithms; an ε of 0.1 loses a tenth for ever, which is linear.
        assert!(slope(&bound) < 0.6, "{bound:?}");
        assert!(slope(&drawn) < 0.6, "{drawn:?}");
        assert!(slope(&epsilon) > 0.85, "{epsilon:?}");
        assert!(bound[1] < 0.5 * epsilon[1], "{bound:?} {epsilon:?}");
        assert!(drawn[1] < 0.5 * epsilon[1], "{drawn:?} {epsilon:?}");
    }

    #[test]
    fn disjoint_regressions_learn_which_arm_suits_whom() {
        let mut bandit = DisjointLinUcb::new(3, 2, 1.0, 1.0).unwrap();
        let theta = [[1.0, 0.0], [0.0, 1.0], [0.4, 0.4]];
        let mut late_mistakes = 0;
        for round in 0..2_000 {
            let mut rng = RngStream::new(9, Purpose::Test, 4, round);
            let x = [rng.uniform(), rng.uniform()];
            let mean = |arm: usize| theta[arm][0] * x[0] + theta[arm][1] * x[1];
            let arm = bandit.choose(&x).unwrap();
            let top = best((0..3).map(mean)).unwrap();
            late_mistakes += u32::from(round >= 1_000 && mean(top) - mean(arm) > 0.1);
            bandit.observe(arm, &x, mean(arm) + 0.1 * rng.normal());
        }
        assert!(late_mistakes < 20, "{late_mistakes} of 1000");
    }

    #[test]
    fn draws_have_the_mean_and_the_covariance_of_the_posterior() {
        let mut ridge = Ridge::new(2, 1.0).unwrap();
        ridge.observe(&[1.0, 2.0], 3.0, 1.0);
        let n = 20_000;
        let (mut mean, mut square, mut cross) = ([0.0; 2], [0.0; 2], 0.0);
        for id in 0..n {
            let mut rng = RngStream::new(3, Purpose::Test, id, 0);
            let theta = draw(&ridge, 0.5, &mut rng);
            let d = [theta[0] - 0.5, theta[1] - 1.0];
            (0..2).for_each(|i| mean[i] += d[i] / n as f64);
            (0..2).for_each(|i| square[i] += d[i] * d[i] / n as f64);
            cross += d[0] * d[1] / n as f64;
        }
        // v² A⁻¹ = [[5, -2], [-2, 2]] / 24; four standard errors of means 0.013, of squares 0.0084.
        assert!(mean.iter().all(|m| m.abs() < 0.013), "{mean:?}");
        assert!((square[0] - 5.0 / 24.0).abs() < 0.008_4, "{square:?}");
        assert!((square[1] - 2.0 / 24.0).abs() < 0.004, "{square:?}");
        assert!((cross + 2.0 / 24.0).abs() < 0.005, "{cross}");
    }
}
