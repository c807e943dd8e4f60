//! A model's scores and the cold ones, made one.

/// How a model and the cold scores (content and popularity) make one score: `trust · (shift + scale · s) + (1 − trust) · cold`
/// for an item that the model knows, `cold` for one that it does not.
///
/// The model's scores are put on the scale of the cold ones, for the same items: whatever model is live, scores mean much the
/// same to calibration, and items that were published since the fit stand beside the others.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Blend {
    /// How much the model is trusted: n / (n + cold start) after n engagements.
    pub trust: f32,
    /// Mean of the cold scores of the items that it knows, less that of its own, scaled.
    pub shift: f32,
    /// Deviation of the cold scores over that of its own.
    pub scale: f32,
}

/// Least deviation of a model's scores that says anything: of things that nobody took yet, models that learn vectors say next to
/// nothing, and what is left of rounding would rule over the cold scores on their own scale.
const LEAST_DEVIATION: f64 = 1e-9;

/// Least deviation of scores around a mean, in parts of it: scores are rounded to an `f32`, and those that differ by that alone are equal.
const LEAST_RELATIVE_DEVIATION: f64 = 4.0 * f32::EPSILON as f64;

impl Blend {
    /// Puts a model's scores on the scale of the cold ones, both of the same items, as pairs (its own, the cold one).
    pub(super) fn onto(known: impl Iterator<Item = (f32, f32)> + Clone, trust: f32) -> Self {
        let (mean, deviation) = mean_and_deviation(known.clone().map(|(s, _)| s));
        let (cold_mean, cold_deviation) = mean_and_deviation(known.map(|(_, cold)| cold));
        let least = LEAST_DEVIATION.max(LEAST_RELATIVE_DEVIATION * mean.abs());
        let scale = if deviation > least {
            cold_deviation / deviation
        } else {
            0.0
        };
        Self {
            trust,
            shift: (cold_mean - scale * mean) as f32,
            scale: scale as f32,
        }
    }

    /// Makes one score of a model's and the cold one.
    #[must_use]
    pub fn of(&self, score: f32, cold: f32) -> f32 {
        self.trust * (self.shift + self.scale * score) + (1.0 - self.trust) * cold
    }
}

fn mean_and_deviation(values: impl Iterator<Item = f32> + Clone) -> (f64, f64) {
    let n = values.clone().count().max(1) as f64;
    let mean = values.clone().map(f64::from).sum::<f64>() / n;
    let square = values
        .map(|x| (f64::from(x) - mean) * (f64::from(x) - mean))
        .sum::<f64>();
    (mean, (square / n).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLD: [f32; 4] = [0.1, 0.4, 0.2, 0.9];

    fn blended(own: [f32; 4]) -> [f32; 4] {
        let blend = Blend::onto(own.into_iter().zip(COLD), 0.5);
        std::array::from_fn(|i| blend.of(own[i], COLD[i]))
    }

    #[test]
    fn scores_of_any_size_are_put_on_the_scale_of_the_cold_ones() {
        let (small, large) = (
            blended([1e-6, 4e-6, 3e-6, 2e-6]),
            blended([1e6, 4e6, 3e6, 2e6]),
        );
        for (x, y) in small.into_iter().zip(large) {
            assert!((x - y).abs() < 1e-4, "{small:?} {large:?}");
        }
        assert!(small[1] > small[2] && small[3] > small[0]);
    }

    #[test]
    fn what_rounding_leaves_of_nothing_says_nothing() {
        for own in [
            [0.0; 4],
            [1e-41, 3e-41, 2e-41, 0.0],
            [1e-30, -2e-30, 0.0, 1e-31],
            // Steps of one rounding around scores that are all the same.
            [1000.0, 1000.0001, 999.99994, 1000.0],
        ] {
            let found = blended(own);
            assert!(found.iter().all(|s| s.is_finite()), "{own:?}: {found:?}");
            assert!(found[3] > found[1] && found[1] > found[2] && found[2] > found[0]);
        }
    }
}
