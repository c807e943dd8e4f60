//! Markov attribution: what share of conversions would be missing if a channel were taken away.
//!
//! Journeys are walks from a start over channels to a conversion or to nothing; the chance of a step depends on the last
//! channel alone. The chance that the walk converts solves (I − Q) x = r, with Q the steps between channels and r those to
//! the conversion. Taking channel i away sends every step into it to nothing; its removal effect is 1 − P₋ᵢ / P. Conversions
//! are divided in proportion to removal effects.
//!
//! # Source
//! Anderl, Becker, von Wangenheim and Schumann (2016), "Mapping the customer journey".

use super::credit::{WHOLE, divide};
use super::journey::{AttributionError, Journey, check};
use super::shapley::attributable;

/// Chances of the steps of a walk over channels.
#[derive(Debug, Clone, PartialEq)]
pub struct Walk {
    n_channels: usize,
    /// From the start to each channel.
    start: Vec<f64>,
    /// From channel to channel, by rows.
    steps: Vec<f64>,
    /// From each channel to the conversion.
    converts: Vec<f64>,
}

impl Walk {
    /// Counts the steps of journeys; those without a touch are left out.
    ///
    /// # Errors
    /// [`AttributionError`] if there are too many channels, or a journey touches one that there is not.
    pub fn of(journeys: &[Journey], n_channels: usize) -> Result<Self, AttributionError> {
        check(journeys, n_channels)?;
        let n = n_channels;
        let mut walk = Self {
            n_channels,
            start: vec![0.0; n],
            steps: vec![0.0; n * n],
            converts: vec![0.0; n],
        };
        let mut left = vec![0.0; n];
        let mut begun = 0.0;
        for j in journeys {
            let (Some(first), Some(last)) = (j.touches.first(), j.touches.last()) else {
                continue;
            };
            begun += 1.0;
            walk.start[first.channel.idx()] += 1.0;
            for pair in j.touches.windows(2) {
                walk.steps[pair[0].channel.idx() * n + pair[1].channel.idx()] += 1.0;
            }
            for touch in &j.touches {
                left[touch.channel.idx()] += 1.0;
            }
            if j.is_converted() {
                walk.converts[last.channel.idx()] += 1.0;
            }
        }
        for (i, left) in left.into_iter().enumerate() {
            // A channel that was touched was left as often, and somebody began.
            if left > 0.0 {
                walk.start[i] /= begun;
                walk.converts[i] /= left;
                for step in &mut walk.steps[i * n..(i + 1) * n] {
                    *step /= left;
                }
            }
        }
        Ok(walk)
    }

    /// Returns the chance that a walk converts if one channel is taken away, or none.
    pub fn p_converts(&self, without: Option<usize>) -> f64 {
        let n = self.n_channels;
        let is_gone = |i: usize| Some(i) == without;
        let mut a = vec![0.0; n * n];
        let mut x = vec![0.0; n];
        for i in 0..n {
            a[i * n + i] = 1.0;
            if is_gone(i) {
                continue;
            }
            x[i] = self.converts[i];
            for j in (0..n).filter(|j| !is_gone(*j)) {
                a[i * n + j] -= self.steps[i * n + j];
            }
        }
        solve(&mut a, &mut x);
        self.start.iter().zip(&x).map(|(s, x)| s * x).sum()
    }

    /// Returns the removal effect of each channel, in [0, 1]; 0 for all if nothing ever converts.
    pub fn removal_effects(&self) -> Vec<f64> {
        let all = self.p_converts(None);
        let effect = |i| {
            if all > 0.0 {
                (1.0 - self.p_converts(Some(i)) / all).clamp(0.0, 1.0)
            } else {
                0.0
            }
        };
        (0..self.n_channels).map(effect).collect()
    }
}

/// Solves a x = b in place, b becoming x, by elimination with row exchanges.
///
/// Every channel that was touched leads to an end in the journeys themselves, so I − Q has an inverse; a pivot that rounding
/// took to 0 leaves its row at 0.
fn solve(a: &mut [f64], b: &mut [f64]) {
    let n = b.len();
    for column in 0..n {
        let at = |row: usize| row * n + column;
        let mut pivot = column;
        for row in column + 1..n {
            if a[at(row)].abs() > a[at(pivot)].abs() {
                pivot = row;
            }
        }
        for k in 0..n {
            a.swap(column * n + k, pivot * n + k);
        }
        b.swap(column, pivot);
        if a[at(column)] == 0.0 {
            continue;
        }
        for row in column + 1..n {
            let factor = a[at(row)] / a[at(column)];
            for k in column..n {
                a[row * n + k] -= factor * a[column * n + k];
            }
            b[row] -= factor * b[column];
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|k| a[row * n + k] * b[k]).sum();
        let pivot = a[row * n + row];
        b[row] = if pivot == 0.0 {
            0.0
        } else {
            (b[row] - known) / pivot
        };
    }
}

/// Divides all conversions that had a touch by removal effect; credits are parts per million of a conversion and sum exactly.
///
/// # Errors
/// As [`Walk::of`].
pub fn by_removal(journeys: &[Journey], n_channels: usize) -> Result<Vec<u64>, AttributionError> {
    let effects = Walk::of(journeys, n_channels)?.removal_effects();
    Ok(divide(WHOLE * attributable(journeys), &effects))
}

#[cfg(test)]
mod tests {
    use super::super::journey::testing::{Converts, journey};
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn three_channels_are_those_solved_by_hand() {
        // 0 → 1 → 2 → conversion, 0 → nothing, 1 → 2 → nothing. From the start 2/3 to 0 and 1/3 to 1; 0 goes on to 1 in 1/2;
        // 1 always to 2; 2 converts in 1/2. P = (2/3 · 1/2 + 1/3) · 1/2 = 1/3. Without 0: 1/3 · 1/2 = 1/6, effect 1/2; without
        // 1 or 2 nothing converts, effect 1. Credits 1/5, 2/5, 2/5.
        let journeys = [
            journey(&[0, 1, 2], Converts::Yes),
            journey(&[0], Converts::No),
            journey(&[1, 2], Converts::No),
        ];
        let walk = Walk::of(&journeys, 3).unwrap();
        assert!((walk.p_converts(None) - 1.0 / 3.0).abs() < 1e-15);
        assert!((walk.p_converts(Some(0)) - 1.0 / 6.0).abs() < 1e-15);
        let effects = walk.removal_effects();
        assert!((effects[0] - 0.5).abs() < 1e-15 && effects[1..] == [1.0, 1.0]);
        let credits = by_removal(&journeys, 3).unwrap();
        assert_eq!(credits, [200_000, 400_000, 400_000]);
    }

    #[test]
    fn a_channel_that_leads_to_itself_is_solved_by_hand_too() {
        // 0 → 0 → conversion, 0 → 1 → nothing, 1 → conversion. Of three steps from 0 one leads to 0, one to 1, one converts;
        // 1 converts in 1/2. x₀ = (1/3 + 1/6) / (2/3) = 3/4, P = 2/3 · 3/4 + 1/3 · 1/2 = 2/3.
        let journeys = [
            journey(&[0, 0], Converts::Yes),
            journey(&[0, 1], Converts::No),
            journey(&[1], Converts::Yes),
        ];
        let walk = Walk::of(&journeys, 2).unwrap();
        assert!((walk.p_converts(None) - 2.0 / 3.0).abs() < 1e-15);
        // Without 1: x₀ = 1/3 / (2/3) = 1/2, P = 1/3. Without 0: P = 1/6.
        assert!((walk.p_converts(Some(1)) - 1.0 / 3.0).abs() < 1e-15);
        assert!((walk.p_converts(Some(0)) - 1.0 / 6.0).abs() < 1e-15);
    }

    #[test]
    fn prop_solution_is_where_a_walk_step_by_step_ends() {
        for seed in 0..40 {
            let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
            let n = 2 + rng.below(5);
            let journeys: Vec<Journey> = (0..60)
                .map(|_| {
                    let path: Vec<u8> = (0..rng.below(7)).map(|_| rng.below(n) as u8).collect();
                    let converts = if rng.chance(0.3) {
                        Converts::Yes
                    } else {
                        Converts::No
                    };
                    journey(&path, converts)
                })
                .collect();
            let walk = Walk::of(&journeys, n).unwrap();
            let (mut at, mut converted) = (walk.start.clone(), 0.0);
            for _ in 0..400 {
                converted += at
                    .iter()
                    .zip(&walk.converts)
                    .map(|(p, c)| p * c)
                    .sum::<f64>();
                at = (0..n)
                    .map(|j| (0..n).map(|i| at[i] * walk.steps[i * n + j]).sum())
                    .collect();
            }
            let p = walk.p_converts(None);
            assert!((p - converted).abs() < 1e-9, "seed {seed}");
            // First-order walks that are complete convert as often as the journeys did.
            let begun = journeys.iter().filter(|j| !j.touches.is_empty()).count();
            let share = attributable(&journeys) as f64 / begun as f64;
            assert!((p - share).abs() < 1e-9, "seed {seed}: {p} {share}");
            let credits = by_removal(&journeys, n).unwrap();
            let due = WHOLE * attributable(&journeys);
            assert_eq!(credits.iter().sum::<u64>(), due, "seed {seed}");
        }
    }

    #[test]
    fn channels_nobody_saw_and_journeys_without_a_conversion_get_nothing() {
        let none = [journey(&[0, 1], Converts::No), journey(&[], Converts::Yes)];
        assert_eq!(by_removal(&none, 3).unwrap(), [0, 0, 0]);
        let one = [journey(&[1], Converts::Yes)];
        assert_eq!(by_removal(&one, 3).unwrap(), [0, 1_000_000, 0]);
    }
}
