//! Re-ranking: maximal marginal relevance, then exploration with logged propensities.

use crate::sim::math;
use crate::sim::rng::RngStream;

/// Orders candidates by `λ·relevance − (1 − λ)·max similarity to what is chosen`, and keeps `k`.
///
/// `relevance` is scaled to [0, 1] over the candidates; `vectors` are unit vectors; returns positions.
///
/// # Source
/// Carbonell and Goldstein (1998).
#[must_use]
pub fn diversify(relevance: &[f32], vectors: &[&[f32]], lambda: f64, k: usize) -> Vec<usize> {
    let n = relevance.len();
    let (low, high) = relevance
        .iter()
        .fold((f32::MAX, f32::MIN), |(l, h), r| (l.min(*r), h.max(*r)));
    let span = (high - low).max(1e-9);
    let mut worst = vec![0.0f32; n];
    let mut used = vec![false; n];
    let mut order = Vec::with_capacity(k);
    while order.len() < k.min(n) {
        let mut best: Option<(f64, usize)> = None;
        for i in 0..n {
            if used[i] {
                continue;
            }
            let rel = f64::from((relevance[i] - low) / span);
            let value = lambda * rel - (1.0 - lambda) * f64::from(worst[i]);
            if best.is_none_or(|(b, _)| value > b) {
                best = Some((value, i));
            }
        }
        let Some((_, chosen)) = best else { break };
        used[chosen] = true;
        order.push(chosen);
        if lambda < 1.0 {
            for i in 0..n {
                if !used[i] {
                    worst[i] = worst[i].max(math::dot(vectors[i], vectors[chosen]));
                }
            }
        }
    }
    order
}

/// Whether a slot explores, and with which probability the policy put what stands in it there.
///
/// Each slot is replaced, with chance ε, by a uniform draw from `n` things; the propensity of what stands there is
/// `(1 − ε)·[is greedy] + ε / n`.
#[must_use]
pub fn explore(epsilon: f64, n: usize, rng: &mut RngStream) -> (Option<usize>, [f32; 2]) {
    let uniform = epsilon / n.max(1) as f64;
    let propensities = [(1.0 - epsilon + uniform) as f32, uniform as f32];
    if n > 0 && epsilon > 0.0 && rng.chance(epsilon) {
        (Some(rng.below(n)), propensities)
    } else {
        (None, propensities)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Purpose;

    #[test]
    fn the_second_slot_avoids_what_resembles_the_first() {
        let (a, b) = ([1.0f32, 0.0], [0.0f32, 1.0]);
        let vectors: [&[f32]; 3] = [&a, &a, &b];
        assert_eq!(diversify(&[1.0, 0.9, 0.5], &vectors, 1.0, 2), [0, 1]);
        assert_eq!(diversify(&[1.0, 0.9, 0.5], &vectors, 0.5, 2), [0, 2]);
    }

    #[test]
    fn propensities_of_a_policy_sum_to_one() {
        // One greedy thing and n − 1 others.
        let n = 40;
        let mut r = RngStream::new(1, Purpose::Test, 0, 0);
        let (_, [greedy, other]) = explore(0.1, n, &mut r);
        assert!((f64::from(greedy) + (n - 1) as f64 * f64::from(other) - 1.0).abs() < 1e-6);
    }
}
