//! Choosing from a slate: multinomial logit with an outside option and position bias.

use crate::sim::math;
use crate::sim::rng::RngStream;

/// Longest slate whose weights are kept while choosing.
const SHORT: usize = 16;

/// How much attention a position gets, relative to the first.
#[must_use]
pub fn examination(position: usize, exponent: f64) -> f64 {
    math::pow((position + 1) as f64, -exponent)
}

/// Draws what is chosen: `Some(position)`, or `None` for the outside option.
///
/// `P(k) ∝ θ_k·exp(u_k)`, `P(nothing) ∝ exp(outside)`, θ_k the examination of position k.
///
/// # Source
/// McFadden (1974) for the logit; position-based examination as in science annex A7.
pub fn choose(
    utilities: &[f64],
    outside: f64,
    position_exponent: f64,
    rng: &mut RngStream,
) -> Option<usize> {
    let top = utilities.iter().copied().fold(outside, f64::max);
    let nothing = math::exp(outside - top);
    let weight = |k: usize| examination(k, position_exponent) * math::exp(utilities[k] - top);
    // Slates are short: their weights are kept, so that each is worked out once.
    let mut kept = [0.0; SHORT];
    for (k, w) in kept.iter_mut().enumerate().take(utilities.len()) {
        *w = weight(k);
    }
    let weight = |k: usize| kept.get(k).copied().unwrap_or_else(|| weight(k));
    let total: f64 = nothing + (0..utilities.len()).map(weight).sum::<f64>();
    let mut x = rng.uniform() * total - nothing;
    if x < 0.0 {
        return None;
    }
    for k in 0..utilities.len() {
        let w = weight(k);
        if x < w {
            return Some(k);
        }
        x -= w;
    }
    utilities.len().checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Purpose;

    #[test]
    fn shares_follow_the_logit() {
        let (mut none, mut first) = (0, 0);
        let n = 20_000;
        for id in 0..n {
            let mut r = RngStream::new(5, Purpose::Test, id, 0);
            match choose(&[1.0, 0.0], 0.0, 0.0, &mut r) {
                None => none += 1,
                Some(0) => first += 1,
                Some(_) => {}
            }
        }
        let z = 2.0 + math::exp(1.0);
        // Standard error of a share is at most 0.0035.
        assert!((f64::from(none) / n as f64 - 1.0 / z).abs() < 0.014);
        assert!((f64::from(first) / n as f64 - math::exp(1.0) / z).abs() < 0.014);
    }

    #[test]
    fn an_empty_slate_leaves_only_the_outside_option() {
        let mut r = RngStream::new(5, Purpose::Test, 0, 0);
        assert_eq!(choose(&[], 0.0, 1.0, &mut r), None);
    }

    #[test]
    fn lower_positions_are_examined_less() {
        assert!(examination(3, 0.6) < examination(0, 0.6));
        assert_eq!(examination(5, 0.0), 1.0);
    }
}
