//! How likely a bid wins: a logistic curve over what the bidder knows when it bids.

use crate::platform::models::collaborative::normal_equations::{factorize, solve};
use crate::platform::models::params::ModelError;
use crate::sim::math;

/// Numbers that an auction is judged by, the constant among them.
pub const FEATURES: usize = 5;
/// Half of it times the squared weights is added to the loss, so that data that separate have an optimum.
const RIDGE: f64 = 1e-3;
/// Steps of Newton at most; ten are usual.
const STEPS: u32 = 100;
/// Halvings of a step at most.
const HALVINGS: usize = 40;
/// Change of a weight below which the optimum is reached.
const STILL: f64 = 1e-9;

/// What an auction is judged by.
pub type Features = [f64; FEATURES];

/// The weights of the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WinRate {
    /// One a feature.
    pub weights: Features,
}

/// The loss, and how it falls, at some weights.
struct Slope {
    gradient: Features,
    curvature: [f64; FEATURES * FEATURES],
}

fn dot(a: &Features, b: &Features) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn loss(rows: &[(Features, bool)], weights: &Features) -> f64 {
    let one = |(x, won): &(Features, bool)| {
        let f = dot(x, weights);
        let y = f64::from(u8::from(*won));
        f.max(0.0) + libm::log1p(math::exp(-f.abs())) - y * f
    };
    rows.iter().map(one).sum::<f64>() + 0.5 * RIDGE * dot(weights, weights)
}

fn slope(rows: &[(Features, bool)], weights: &Features) -> Slope {
    let mut gradient = weights.map(|w| RIDGE * w);
    let mut curvature = [0.0; FEATURES * FEATURES];
    for (x, won) in rows {
        let p = math::sigmoid(dot(x, weights));
        let error = p - f64::from(u8::from(*won));
        let bend = p * (1.0 - p);
        for (i, xi) in x.iter().enumerate() {
            gradient[i] += error * xi;
            for (j, xj) in x.iter().enumerate().take(i + 1) {
                curvature[i * FEATURES + j] += bend * xi * xj;
            }
        }
    }
    for i in 0..FEATURES {
        curvature[i * FEATURES + i] += RIDGE;
    }
    Slope {
        gradient,
        curvature,
    }
}

impl WinRate {
    /// Fits the curve to auctions and whether they were won, by Newton's method; without any it says ½.
    ///
    /// # Errors
    /// [`ModelError::Diverged`] if a feature or the loss is no finite number.
    pub fn fit(rows: &[(Features, bool)]) -> Result<Self, ModelError> {
        let mut weights = [0.0; FEATURES];
        let mut found = loss(rows, &weights);
        for step in 1..=STEPS {
            let Slope {
                gradient,
                mut curvature,
            } = slope(rows, &weights);
            let diverged = |loss| ModelError::Diverged { step, loss };
            factorize(&mut curvature, FEATURES).map_err(|e| diverged(e.pivot))?;
            let mut direction = gradient;
            solve(&curvature, &mut direction);
            let mut share = 1.0;
            let mut moved = 0.0f64;
            for _ in 0..HALVINGS {
                let tried: Features = std::array::from_fn(|i| weights[i] - share * direction[i]);
                let then = loss(rows, &tried);
                if then <= found {
                    moved = direction.iter().fold(0.0, |m, d| m.max((share * d).abs()));
                    (weights, found) = (tried, then);
                    break;
                }
                share *= 0.5;
            }
            if !found.is_finite() {
                return Err(diverged(found));
            }
            if moved < STILL {
                break;
            }
        }
        Ok(Self { weights })
    }

    /// Returns how likely a bid wins.
    #[must_use]
    pub fn predict(&self, features: &Features) -> f64 {
        math::sigmoid(dot(&self.weights, features))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    fn rows(n: u64, weights: &Features) -> Vec<(Features, bool)> {
        let one = |id| {
            let mut rng = RngStream::new(6, Purpose::Test, id, 0);
            let mut x: Features = std::array::from_fn(|_| rng.range(-1.0, 1.0));
            x[0] = 1.0;
            (x, rng.chance(math::sigmoid(dot(&x, weights))))
        };
        (0..n).map(one).collect()
    }

    #[test]
    fn weights_come_to_those_that_made_the_data() {
        let truth = [0.3, -1.0, 2.0, 0.0, 0.5];
        let fitted = WinRate::fit(&rows(40_000, &truth)).expect("finite");
        for (w, t) in fitted.weights.iter().zip(truth) {
            // A standard error is about 1 / √(40 000 · p(1 − p) · ⅓) = .022.
            assert!((w - t).abs() < 0.09, "{fitted:?}");
        }
    }

    #[test]
    fn loss_is_flat_at_the_optimum_and_slopes_are_finite_differences() {
        let rows = rows(300, &[0.3, -1.0, 2.0, 0.0, 0.5]);
        let fitted = WinRate::fit(&rows).expect("finite");
        let steep = |w: &Features| slope(&rows, w).gradient;
        assert!(steep(&fitted.weights).iter().all(|g| g.abs() < 1e-6));
        let at = [0.1, 0.2, -0.3, 0.4, -0.5];
        for i in 0..FEATURES {
            let (mut up, mut down) = (at, at);
            up[i] += 1e-5;
            down[i] -= 1e-5;
            let difference = (loss(&rows, &up) - loss(&rows, &down)) / 2e-5;
            assert!((steep(&at)[i] - difference).abs() < 1e-5, "{i}");
            let bend = (steep(&up)[i] - steep(&down)[i]) / 2e-5;
            let stated = slope(&rows, &at).curvature[i * FEATURES + i];
            assert!((stated - bend).abs() < 1e-5, "{i}");
        }
    }

    #[test]
    fn data_that_separate_or_are_not_there_have_an_answer_and_what_is_not_finite_has_none() {
        let separate = [
            ([1.0, 1.0, 0.0, 0.0, 0.0], true),
            ([1.0, 0.0, 0.0, 0.0, 0.0], false),
        ];
        let fitted = WinRate::fit(&separate).expect("the ridge bounds it");
        assert!(fitted.predict(&separate[0].0) > 0.95);
        assert!(fitted.predict(&separate[1].0) < 0.05);
        let nothing = WinRate::fit(&[]).expect("nothing to fit");
        assert_eq!(nothing.predict(&separate[0].0), 0.5);
        assert!(WinRate::fit(&[([f64::NAN; FEATURES], true)]).is_err());
    }
}
