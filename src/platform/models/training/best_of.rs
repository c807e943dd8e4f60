//! What a search was worth: the best score to be expected of n tries, and how much of it is left on rows nobody chose by.

/// Returns the expected best of 1, 2, …, N tries drawn with replacement from N scores, higher is better.
///
/// `scores` are of tries whose settings were drawn independently, in any order, all finite.
///
/// # Source
/// Dodge, Gururangan, Card, Schwartz and Smith (2019), equation 5: with v₁ ≤ … ≤ v_N,
/// E[best of n] = Σᵢ vᵢ·((i/N)ⁿ − ((i − 1)/N)ⁿ).
#[must_use]
pub fn best_of_n(scores: &[f64]) -> Vec<f64> {
    let mut sorted = scores.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    // (i/N)ⁿ for i from 0 to N, one factor more with every n.
    let mut power = vec![1.0; sorted.len() + 1];
    let curve = scores.iter().map(|_| {
        for (i, p) in power.iter_mut().enumerate() {
            *p *= i as f64 / count;
        }
        let steps = power.windows(2).map(|w| w[1] - w[0]);
        sorted.iter().zip(steps).map(|(v, p)| v * p).sum()
    });
    curve.collect()
}

/// How a chosen candidate does on rows that nobody chose by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drop {
    /// Mean score over the folds of the search; the best of many, hence flattered.
    pub validation: f64,
    /// Score on the rows set aside.
    pub test: f64,
}

impl Drop {
    /// Returns validation minus test: what choosing has flattered, plus what differs between the rows.
    #[must_use]
    pub fn absolute(&self) -> f64 {
        self.validation - self.test
    }

    /// Returns the drop as a share of the validation score; `None` if that is 0.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.validation != 0.0).then(|| self.absolute() / self.validation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn the_curve_is_the_one_computed_by_hand() {
        // One of 1, 2, 4: 7/3. Best of two out of nine pairs: one is 1, three are 2, five are 4, hence 27/9.
        // Best of three out of 27: one is 1, seven are 2, nineteen are 4, hence 91/27.
        let curve = best_of_n(&[4.0, 1.0, 2.0]);
        for (found, expected) in curve.iter().zip([7.0 / 3.0, 3.0, 91.0 / 27.0]) {
            assert!((found - expected).abs() < 1e-12, "{curve:?}");
        }
        assert_eq!(best_of_n(&[0.5]), [0.5]);
        assert_eq!(best_of_n(&[]), [0.0; 0]);
    }

    #[test]
    fn prop_the_curve_begins_at_the_mean_and_climbs_towards_the_best() {
        for seed in 0..50 {
            let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
            let scores: Vec<f64> = (0..=rng.below(30)).map(|_| rng.uniform()).collect();
            let curve = best_of_n(&scores);
            let mean = scores.iter().sum::<f64>() / scores.len() as f64;
            let best = scores.iter().copied().fold(0.0, f64::max);
            assert!((curve[0] - mean).abs() < 1e-12);
            assert!(curve.windows(2).all(|w| w[1] >= w[0] - 1e-12));
            assert!(curve.iter().all(|x| *x <= best + 1e-12));
        }
    }

    #[test]
    fn a_drop_is_what_the_test_takes_away() {
        let drop = Drop {
            validation: 0.5,
            test: 0.375,
        };
        assert_eq!((drop.absolute(), drop.share()), (0.125, Some(0.25)));
        let nothing = Drop {
            validation: 0.0,
            test: 0.0,
        };
        assert_eq!(nothing.share(), None);
    }
}
