//! Points of a Poisson process that stay the same when its rate changes (thinning, Lewis and Shedler 1979).
//!
//! Every avatar has, for each purpose, points scattered evenly over time and rate: one a day, on average, for each rate of one a
//! day. A process of some rate happens at those points that lie below it. So two arms of an experiment whose avatars are
//! about as satisfied see them come back in the same minutes, however their days went before; drawing gaps between visits, the first
//! visit that ends a minute later would end what they have in common.

use crate::sim::rng::{Purpose, RngStream};
use crate::sim::units::TICKS_PER_DAY;

/// A rate above this many a day is this: nobody can come more than once a minute, and a day is not searched for longer.
const MOST_A_DAY: f64 = 4.0 * TICKS_PER_DAY as f64;

/// Returns the first point of a day that comes after a moment, of a process of `per_day` events a day, in days since the start.
///
/// Days are counted by how much of a day's visits lie behind: 3.5 is the moment of the fourth day at which half of its visits are over.
#[must_use]
pub(super) fn first_of_day(
    seed: u64,
    purpose: Purpose,
    id: u64,
    day: u32,
    after: f64,
    per_day: f64,
) -> Option<f64> {
    if per_day.is_nan() {
        return None;
    }
    let per_day = per_day.min(MOST_A_DAY);
    let mut rng = RngStream::new(seed, purpose, id, day);
    let mut first = None;
    let mut floor = 0.0;
    while floor < per_day {
        for _ in 0..rng.poisson(1.0) {
            let (at, rate) = (f64::from(day) + rng.uniform(), floor + rng.uniform());
            if rate < per_day && at > after && first.is_none_or(|first| at < first) {
                first = Some(at);
            }
        }
        floor += 1.0;
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first point after a moment, in whatever day before `until`.
    fn first_after(seed: u64, id: u64, after: f64, per_day: f64, until: u32) -> Option<f64> {
        let days = after as u32..until;
        days.into_iter()
            .find_map(|day| first_of_day(seed, Purpose::Test, id, day, after, per_day))
    }

    #[test]
    fn gaps_are_those_of_a_poisson_process() {
        for (rate, n) in [(0.3, 6_000), (2.6, 20_000)] {
            let (mut now, mut gaps) = (0.0, Vec::new());
            while gaps.len() < n {
                let next = first_after(7, 1, now, rate, 1_000_000).unwrap();
                gaps.push(next - now);
                now = next;
            }
            // Exponential: mean and standard deviation are 1 / rate, a share of e⁻¹ is longer than the mean.
            let mean = gaps.iter().sum::<f64>() / n as f64;
            let longer = gaps.iter().filter(|g| **g > 1.0 / rate).count() as f64 / n as f64;
            let square = gaps.iter().map(|g| g * g).sum::<f64>() / n as f64;
            let four = 4.0 / (n as f64).sqrt();
            assert!((mean * rate - 1.0).abs() < four, "{rate}: {mean}");
            assert!((longer - (-1.0f64).exp()).abs() < four, "{rate}: {longer}");
            assert!(
                (square * rate * rate - 2.0).abs() < 5.0 * four,
                "{rate}: {square}"
            );
        }
    }

    #[test]
    fn points_of_a_lower_rate_are_among_those_of_a_higher() {
        let all = |rate| {
            let (mut now, mut points) = (0.0, Vec::new());
            while let Some(next) = first_after(3, 9, now, rate, 400) {
                points.push(next.to_bits());
                now = next;
            }
            points
        };
        let (low, high) = (all(0.8), all(1.7));
        assert!(low.len() > 200 && high.len() > low.len() + 200);
        assert!(low.iter().all(|p| high.contains(p)));
    }

    #[test]
    fn no_rate_and_no_time_left_have_no_point() {
        for (rate, until) in [(0.0, 100), (-1.0, 100), (f64::NAN, 100), (5.0, 0)] {
            assert_eq!(first_after(1, 1, 0.0, rate, until), None, "{rate}");
        }
    }

    #[test]
    fn whoever_would_come_a_thousand_times_a_minute_comes_at_once() {
        for rate in [1e5, 1e9, f64::INFINITY] {
            let next = first_after(1, 1, 2.5, rate, 100).unwrap();
            assert!(
                next - 2.5 < 3.0 / f64::from(TICKS_PER_DAY),
                "{rate}: {next}"
            );
        }
    }
}
