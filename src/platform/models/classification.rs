//! Metrics of yes-or-no predictions: area under the curve, log loss, Brier score.

use crate::sim::math;

/// Probabilities are kept this far from 0 and 1 in the log loss, so that one certain mistake is not infinite.
const CLIP: f64 = f64::EPSILON;

/// Returns the probability that a row that was taken scores above one that was not; ties count one half.
///
/// 0.5 if there are no rows of one of both kinds. Scores that are no numbers count as the lowest.
///
/// # Panics
/// If scores and outcomes have different lengths.
///
/// # Source
/// Mann and Whitney (1947): (Σ ranks of the taken − n₊(n₊ + 1)/2) / (n₊ n₋), with mean ranks for ties.
#[must_use]
pub fn auc(scores: &[f64], outcomes: &[bool]) -> f64 {
    assert_eq!(scores.len(), outcomes.len(), "an outcome a score");
    let key = |i: usize| {
        if scores[i].is_nan() {
            f64::NEG_INFINITY
        } else {
            scores[i]
        }
    };
    let mut order: Vec<usize> = (0..scores.len()).collect();
    // 0 and −0 are the same score.
    order.sort_by(|a, b| (key(*a) + 0.0).total_cmp(&(key(*b) + 0.0)));
    let (mut ranks, mut before) = (0.0, 0.0);
    for group in order.chunk_by(|a, b| key(*a) == key(*b)) {
        let n = group.len() as f64;
        let taken = group.iter().filter(|i| outcomes[**i]).count() as f64;
        ranks += taken * (before + f64::midpoint(n, 1.0));
        before += n;
    }
    let taken = outcomes.iter().filter(|o| **o).count() as f64;
    let not = before - taken;
    if taken == 0.0 || not == 0.0 {
        return 0.5;
    }
    (ranks - taken * (taken + 1.0) / 2.0) / (taken * not)
}

/// Returns the mean negative log likelihood of the outcomes, in nats; 0 without rows.
///
/// # Panics
/// If probabilities and outcomes have different lengths.
#[must_use]
pub fn log_loss(probabilities: &[f64], outcomes: &[bool]) -> f64 {
    assert_eq!(probabilities.len(), outcomes.len(), "an outcome a row");
    let rows = probabilities.iter().zip(outcomes);
    let sum: f64 = rows
        .map(|(p, y)| {
            let p = p.clamp(CLIP, 1.0 - CLIP);
            -math::ln(if *y { p } else { 1.0 - p })
        })
        .sum();
    sum / probabilities.len().max(1) as f64
}

/// Returns the mean (p − y)²; 0 without rows.
///
/// # Panics
/// If probabilities and outcomes have different lengths.
///
/// # Source
/// Brier (1950).
#[must_use]
pub fn brier_score(probabilities: &[f64], outcomes: &[bool]) -> f64 {
    assert_eq!(probabilities.len(), outcomes.len(), "an outcome a row");
    let rows = probabilities.iter().zip(outcomes);
    let sum: f64 = rows
        .map(|(p, y)| (p - f64::from(u8::from(*y))).powi(2))
        .sum();
    sum / probabilities.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    const S: [f64; 12] = [
        -2.0, -1.5, -1.0, -0.5, -0.2, 0.0, 0.3, 0.7, 1.1, 1.6, 2.2, 3.0,
    ];
    const T: [bool; 12] = [
        false, false, true, false, false, true, false, true, true, false, true, true,
    ];

    #[test]
    fn metrics_are_those_of_the_reference() {
        // sklearn 1.9.1: roc_auc_score(t, s), roc_auc_score(t, np.round(s)), log_loss(t, 1/(1+exp(-s)))
        assert!((auc(&S, &T) - 0.777_777_777_777_777_8).abs() < 1e-12);
        assert!((auc(&S.map(f64::round_ties_even), &T) - 0.75).abs() < 1e-12);
        let p = S.map(math::sigmoid);
        assert!((log_loss(&p, &T) - 0.574_117_836_780_481_9).abs() < 1e-12);
    }

    #[test]
    fn prop_the_rank_form_counts_pairs() {
        for seed in 0..50 {
            let mut r = RngStream::new(seed, Purpose::Test, 0, 0);
            let s: Vec<f64> = (0..40).map(|_| (3.0 * r.normal()).round()).collect();
            let y: Vec<bool> = (0..40).map(|_| r.chance(0.4)).collect();
            let (mut sum, mut n) = (0.0, 0.0);
            for i in (0..40).filter(|i| y[*i]) {
                for j in (0..40).filter(|j| !y[*j]) {
                    n += 1.0;
                    sum += if s[i] > s[j] {
                        1.0
                    } else if s[i] == s[j] {
                        0.5
                    } else {
                        0.0
                    };
                }
            }
            assert!((auc(&s, &y) - sum / n).abs() < 1e-12);
        }
    }

    #[test]
    fn one_kind_of_row_and_certain_mistakes_stay_finite() {
        assert_eq!(auc(&[1.0, 2.0], &[true, true]), 0.5);
        assert_eq!(auc(&[], &[]), 0.5);
        assert_eq!(auc(&[f64::NAN, 1.0], &[false, true]), 1.0);
        assert!(log_loss(&[0.0], &[true]) < 40.0);
        assert_eq!(brier_score(&[0.0, 1.0], &[true, true]), 0.5);
    }
}
