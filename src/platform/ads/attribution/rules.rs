//! Attribution by rule: last, first, linear, and time decay.
//!
//! Each conversion is one whole credit, a million parts, divided among the touches that came before it. A conversion
//! without a touch credits nobody.

use super::credit::{WHOLE, divide};
use super::journey::{AttributionError, Journey, check};
use crate::sim::math;
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// How a conversion is divided among the ads that came before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// All to the last.
    Last,
    /// All to the first.
    First,
    /// The same to each.
    Linear,
    /// Half as much to a touch for each half-life it came earlier.
    TimeDecay {
        /// The half-life; 7 days are usual. Not above 0 is as good as `Last`.
        half_life_days: f64,
    },
}

/// Divides every conversion by a rule and returns the credit of each channel, in parts per million of a conversion.
///
/// The credits sum to a million times the conversions that had a touch.
///
/// # Errors
/// [`AttributionError`] if there are too many channels, or a journey touches one that there is not.
pub fn by_rule(
    rule: Rule,
    journeys: &[Journey],
    n_channels: usize,
) -> Result<Vec<u64>, AttributionError> {
    check(journeys, n_channels)?;
    let mut credits = vec![0; n_channels];
    for j in journeys {
        if !j.is_converted() {
            continue;
        }
        for (touch, part) in j.touches.iter().zip(divide(WHOLE, &weights(rule, j))) {
            credits[touch.channel.idx()] += part;
        }
    }
    Ok(credits)
}

/// Returns the weight of each touch of a journey.
pub fn weights(rule: Rule, j: &Journey) -> Vec<f64> {
    let n = j.touches.len();
    let only = |place: usize| (0..n).map(|i| f64::from(i == place)).collect();
    match rule {
        Rule::First => only(0),
        Rule::Linear => vec![1.0; n],
        Rule::TimeDecay { half_life_days } if half_life_days > 0.0 => {
            // Relative to the last touch, so that touches long ago do not vanish together.
            let last = j.touches.last().map_or(Tick(0), |t| t.at);
            j.touches
                .iter()
                .map(|t| {
                    let days = f64::from(last.since(t.at)) / f64::from(TICKS_PER_DAY);
                    math::pow(0.5, days / half_life_days)
                })
                .collect()
        }
        Rule::Last | Rule::TimeDecay { .. } => only(n.wrapping_sub(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::journey::testing::{Converts, journey};
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn rules_are_those_computed_by_hand() {
        // Channels 0, 1, 1, 2 a day apart, then a conversion; and one journey that leads nowhere.
        let two = [
            journey(&[0, 1, 1, 2], Converts::Yes),
            journey(&[2, 0], Converts::No),
        ];
        let credit = |rule| by_rule(rule, &two, 3).unwrap();
        assert_eq!(credit(Rule::Last), [0, 0, 1_000_000]);
        assert_eq!(credit(Rule::First), [1_000_000, 0, 0]);
        assert_eq!(credit(Rule::Linear), [250_000, 500_000, 250_000]);
        // A half-life of a day: 1/8, 1/4, 1/2, 1, which sum to 15/8: 1/15, 6/15, 8/15.
        let decayed = credit(Rule::TimeDecay {
            half_life_days: 1.0,
        });
        assert_eq!(decayed, [66_667, 400_000, 533_333]);
    }

    #[test]
    fn decay_is_linear_for_a_long_half_life_and_last_for_a_short_one() {
        let one = [journey(&[0, 1, 2], Converts::Yes)];
        let decay = |half_life_days| by_rule(Rule::TimeDecay { half_life_days }, &one, 3).unwrap();
        assert_eq!(decay(1e15), by_rule(Rule::Linear, &one, 3).unwrap());
        assert_eq!(decay(1e-3), [0, 0, 1_000_000]);
        assert_eq!(decay(0.0), [0, 0, 1_000_000]);
    }

    #[test]
    fn prop_every_rule_gives_out_each_conversion_once() {
        for seed in 0..200 {
            let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
            let journeys: Vec<Journey> = (0..20)
                .map(|_| {
                    let n = rng.below(9);
                    let path: Vec<u8> = (0..n).map(|_| rng.below(5) as u8).collect();
                    let converts = if rng.chance(0.5) {
                        Converts::Yes
                    } else {
                        Converts::No
                    };
                    journey(&path, converts)
                })
                .collect();
            let due = journeys
                .iter()
                .filter(|j| j.is_converted() && !j.touches.is_empty());
            let due = due.count() as u64 * WHOLE;
            let half_life_days = 7.0;
            for rule in [
                Rule::Last,
                Rule::First,
                Rule::Linear,
                Rule::TimeDecay { half_life_days },
            ] {
                let credits = by_rule(rule, &journeys, 5).unwrap();
                assert_eq!(credits.iter().sum::<u64>(), due, "seed {seed}: {rule:?}");
            }
        }
    }

    #[test]
    fn channels_that_there_are_not_are_named() {
        let one = [journey(&[0, 7], Converts::Yes)];
        let error = by_rule(Rule::Last, &one, 3).unwrap_err();
        assert_eq!(
            error.to_string(),
            "journey 0 touches channel 7, there are 3"
        );
        assert!(by_rule(Rule::Last, &[], 17).is_err());
    }
}
