//! Shapley values: each channel's contribution, averaged over all orders in which channels could have come.
//!
//! With v(S) the worth of a set of channels, φᵢ = Σ_{S ∌ i} |S|! (n − |S| − 1)! / n! · (v(S ∪ {i}) − v(S)). Exact: all
//! 2ⁿ sets are looked at, n · 2ⁿ steps. The worth of a set sums what was observed of journeys that touched no channel
//! outside of it.
//!
//! # Source
//! Shapley (1953); for ads, Dalessandro et al. (2012) and Zhao, Mahboobi and Bagheri (2018).

use super::credit::{WHOLE, divide};
use super::journey::{AttributionError, Journey, MOST_CHANNELS, check};

/// What a set of channels is worth by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coalition {
    /// The conversions of journeys that touched exactly these channels.
    Conversions,
    /// The share of such journeys that converted: rare sets count as much as common ones.
    Rates,
}

/// Returns the worth of each set of channels, by bits: the sum over its subsets of what those were seen to do.
///
/// The empty set is worth 0: nobody is credited for conversions without a touch.
///
/// # Errors
/// [`AttributionError`] if there are too many channels, or a journey touches one that there is not.
pub fn worths(
    coalition: Coalition,
    journeys: &[Journey],
    n_channels: usize,
) -> Result<Vec<f64>, AttributionError> {
    check(journeys, n_channels)?;
    let mut seen = vec![(0u64, 0u64); 1 << n_channels];
    for j in journeys {
        let (n, converted) = &mut seen[j.channels()];
        *n += 1;
        *converted += u64::from(j.is_converted());
    }
    let own = |(n, converted): &(u64, u64)| match coalition {
        Coalition::Conversions => *converted as f64,
        Coalition::Rates if *n == 0 => 0.0,
        Coalition::Rates => *converted as f64 / *n as f64,
    };
    let mut v: Vec<f64> = seen.iter().map(own).collect();
    v[0] = 0.0;
    for channel in 0..n_channels {
        let bit = 1 << channel;
        for set in 0..v.len() {
            if set & bit != 0 {
                v[set] += v[set ^ bit];
            }
        }
    }
    Ok(v)
}

/// Returns the Shapley value of each player, from the worth of each set of them by bits.
///
/// They sum to the worth of everybody minus that of nobody.
///
/// # Errors
/// [`AttributionError`] if there are more than [`MOST_CHANNELS`] players or not 2ⁿ worths.
pub fn shapley(worths: &[f64], n_players: usize) -> Result<Vec<f64>, AttributionError> {
    if n_players > MOST_CHANNELS {
        return Err(AttributionError::TooManyChannels { found: n_players });
    }
    if worths.len() != 1 << n_players {
        return Err(AttributionError::Worths {
            found: worths.len(),
            expected: 1 << n_players,
        });
    }
    // s! (n − s − 1)! / n! = 1 / (n · C(n − 1, s)).
    let mut weights = vec![0.0; n_players];
    let mut choose = 1.0;
    for (s, w) in weights.iter_mut().enumerate() {
        *w = 1.0 / (n_players as f64 * choose);
        choose = choose * (n_players - 1 - s) as f64 / (s + 1) as f64;
    }
    let value = |i: usize| {
        let bit = 1 << i;
        let without = (0..worths.len()).filter(|set| set & bit == 0);
        without
            .map(|set| weights[set.count_ones() as usize] * (worths[set | bit] - worths[set]))
            .sum()
    };
    Ok((0..n_players).map(value).collect())
}

/// Divides all conversions that had a touch by Shapley value; credits are parts per million of a conversion and sum exactly.
///
/// # Errors
/// As [`worths`].
pub fn by_shapley(
    coalition: Coalition,
    journeys: &[Journey],
    n_channels: usize,
) -> Result<Vec<u64>, AttributionError> {
    let values = shapley(&worths(coalition, journeys, n_channels)?, n_channels)?;
    Ok(divide(WHOLE * attributable(journeys), &values))
}

/// Counts conversions that had a touch.
pub(super) fn attributable(journeys: &[Journey]) -> u64 {
    let due = |j: &&Journey| j.is_converted() && !j.touches.is_empty();
    journeys.iter().filter(due).count() as u64
}

#[cfg(test)]
mod tests {
    use super::super::journey::testing::{Converts, journey};
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn three_players_are_those_computed_by_hand() {
        // The glove game: players 0 and 1 hold a left glove, 2 the right one; a pair is worth 1. φ = 1/6, 1/6, 4/6.
        let worth = |set: usize| f64::from(set & 4 != 0 && set & 3 != 0);
        let v: Vec<f64> = (0..8).map(worth).collect();
        let phi = shapley(&v, 3).unwrap();
        for (found, sixths) in phi.iter().zip([1.0, 1.0, 4.0]) {
            assert!((found - sixths / 6.0).abs() < 1e-15, "{phi:?}");
        }
    }

    #[test]
    fn conversions_by_set_are_divided_equally_among_its_channels() {
        // With subset sums of conversions each set is a game of unanimity, whose value is an equal share.
        let journeys = [
            journey(&[0], Converts::Yes),
            journey(&[0, 1], Converts::Yes),
            journey(&[1, 0, 1], Converts::Yes),
            journey(&[0, 1, 2], Converts::Yes),
            journey(&[2], Converts::No),
            journey(&[], Converts::Yes),
        ];
        let credits = by_shapley(Coalition::Conversions, &journeys, 3).unwrap();
        // 1 + 2/2 + 1/3, 2/2 + 1/3, 1/3; four conversions had a touch.
        assert_eq!(credits, [2_333_334, 1_333_333, 333_333]);
        // Rates: {0} 1, {0, 1} 1, {0, 1, 2} 1, {2} 0: 1 + 1/2 + 1/3, 1/2 + 1/3, 1/3 of 3, times 4 conversions.
        let credits = by_shapley(Coalition::Rates, &journeys, 3).unwrap();
        assert_eq!(credits, [2_444_445, 1_111_111, 444_444]);
    }

    /// All orders, one after the other.
    fn brute_force(v: &[f64], n: usize) -> Vec<f64> {
        fn orders(left: &mut Vec<usize>, set: usize, v: &[f64], phi: &mut [f64], n: &mut u32) {
            if left.is_empty() {
                *n += 1;
            }
            for k in 0..left.len() {
                let i = left.remove(k);
                let before = *n;
                orders(left, set | 1 << i, v, phi, n);
                phi[i] += f64::from(*n - before) * (v[set | 1 << i] - v[set]);
                left.insert(k, i);
            }
        }
        let (mut phi, mut count) = (vec![0.0; n], 0);
        orders(&mut (0..n).collect(), 0, v, &mut phi, &mut count);
        phi.iter().map(|p| p / f64::from(count)).collect()
    }

    fn random(seed: u64, n: usize) -> Vec<f64> {
        let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
        let mut v: Vec<f64> = (0..1 << n).map(|_| rng.range(-1.0, 3.0)).collect();
        v[0] = 0.0;
        v
    }

    #[test]
    fn prop_values_are_the_means_over_all_orders() {
        for seed in 0..60 {
            let n = 1 + seed as usize % 6;
            let v = random(seed, n);
            let (found, expected) = (shapley(&v, n).unwrap(), brute_force(&v, n));
            for (a, b) in found.iter().zip(&expected) {
                assert!((a - b).abs() < 1e-12, "seed {seed}");
            }
        }
    }

    #[test]
    fn prop_values_are_efficient_symmetric_additive_and_nothing_for_a_dummy() {
        for seed in 0..60 {
            let n = 2 + seed as usize % 9;
            let mut v = random(seed, n);
            // Player 0 adds nothing to anybody; players n − 2 and n − 1 may be exchanged.
            let swap = |set: usize| {
                let (a, b) = (set >> (n - 2) & 1, set >> (n - 1) & 1);
                set & !(3 << (n - 2)) | b << (n - 2) | a << (n - 1)
            };
            for set in 0..1 << n {
                v[set] = v[set.min(swap(set))];
            }
            if n > 2 {
                for set in 0..1 << n {
                    v[set] = v[set & !1];
                }
            }
            let phi = shapley(&v, n).unwrap();
            let total: f64 = phi.iter().sum();
            assert!(
                (total - v[(1 << n) - 1]).abs() < 1e-10,
                "seed {seed}: efficiency"
            );
            assert!(
                (phi[n - 2] - phi[n - 1]).abs() < 1e-10,
                "seed {seed}: symmetry"
            );
            assert!(n == 2 || phi[0] == 0.0, "seed {seed}: dummy");
            let w = random(seed + 1_000, n);
            let both: Vec<f64> = v.iter().zip(&w).map(|(a, b)| a + b).collect();
            let (of_w, of_both) = (shapley(&w, n).unwrap(), shapley(&both, n).unwrap());
            for i in 0..n {
                let apart = of_both[i] - phi[i] - of_w[i];
                assert!(apart.abs() < 1e-10, "seed {seed}: additivity");
            }
        }
    }

    #[test]
    fn twelve_channels_are_exact_and_sum_to_the_conversions() {
        let journeys: Vec<Journey> = (0..3_000)
            .map(|i| {
                let mut rng = RngStream::new(2, Purpose::Test, i, 0);
                let path: Vec<u8> = (0..=rng.below(6)).map(|_| rng.below(12) as u8).collect();
                let converts = if rng.chance(0.1) {
                    Converts::Yes
                } else {
                    Converts::No
                };
                journey(&path, converts)
            })
            .collect();
        for coalition in [Coalition::Conversions, Coalition::Rates] {
            let credits = by_shapley(coalition, &journeys, 12).unwrap();
            let due = WHOLE * attributable(&journeys);
            assert_eq!(credits.iter().sum::<u64>(), due);
        }
        assert!(shapley(&[0.0; 3], 2).is_err());
    }
}
