//! Which numbers of a recording are drawn beside the city, under which names; and how wide people's choices are.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::reel::{Curve, MOST_TOPICS, Unit};
use crate::lab::recording::Numbers;
use crate::sim::ids::AvatarId;
use crate::sim::math;
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR, Tick};

/// Days from which on numbers of days tell more than those of hours.
const DAYS_TELL_FROM: usize = 4;

/// Most curves beside a city.
const MOST_CURVES: usize = 9;

/// A number worth drawing: its name in the recording, its name for people, in what it is counted.
type Choice = (&'static str, &'static str, Unit);

/// Numbers of an hour, the most telling first.
const HOURLY: [Choice; 8] = [
    ("awake", "Awake, by the hour", Unit::Count),
    ("sessions", "Sessions an hour", Unit::Count),
    ("minutes", "Minutes given an hour", Unit::Minutes),
    ("slates", "Slates an hour", Unit::Count),
    ("ad_revenue", "Ad revenue so far", Unit::Money),
    ("coins_supply", "Coins in existence", Unit::Coins),
    ("price_level", "Price level", Unit::Index),
    ("newcomers", "Newcomers an hour", Unit::Count),
];

/// Numbers of a day, the most telling first.
const DAILY: [Choice; 10] = [
    ("active", "Active a day", Unit::Count),
    ("satisfaction", "Satisfaction", Unit::Share),
    ("attention_efficiency", "Attention efficiency", Unit::Share),
    ("coin_price_index", "Price level", Unit::Index),
    ("coins_supply", "Coins in existence", Unit::Coins),
    ("minted", "Coins made a day", Unit::Coins),
    ("burned", "Coins destroyed a day", Unit::Coins),
    ("ad_revenue", "Ad revenue a day", Unit::Money),
    ("minutes", "Minutes given a day", Unit::Minutes),
    ("regret_share", "Minutes regretted", Unit::Share),
];

/// The number that counts what the city was founded with on its first day: beside that no other day would be seen.
const FOUNDED_WITH: &str = "minted";

/// Chooses what is drawn of a recording's metrics by the hour and by the day; numbers that never move say nothing and are
/// left out.
pub(super) fn choose(hours: &[(Tick, Numbers)], days: &[(Tick, Numbers)]) -> Vec<Curve> {
    let curves = |choices: &[Choice], rows: &[(Tick, Numbers)], step| -> Vec<Curve> {
        let all = choices.iter().filter_map(|c| {
            let begins_at_founding = rows.first().is_some_and(|(tick, _)| tick.0 < TICKS_PER_DAY);
            let rows = if c.0 == FOUNDED_WITH && begins_at_founding {
                &rows[1..]
            } else {
                rows
            };
            curve(*c, rows, step)
        });
        all.filter(moves).take(MOST_CURVES).collect()
    };
    if days.len() >= DAYS_TELL_FROM {
        curves(&DAILY, days, TICKS_PER_DAY)
    } else {
        curves(&HOURLY, hours, TICKS_PER_HOUR)
    }
}

/// Draws a number of rows, which may have gaps.
fn curve((key, title, unit): Choice, rows: &[(Tick, Numbers)], step: u32) -> Option<Curve> {
    // A row's tick is the last that it counts: it is known with the next.
    let first = rows.first()?.0.0.checked_add(1)?;
    let mut values = Vec::new();
    for (tick, numbers) in rows {
        let at = tick.0.checked_sub(first - 1)? / step;
        // Rows are in order; a gap holds nothing.
        if at as usize >= values.len() {
            values.resize(at as usize + 1, None);
        }
        let value = numbers.get(key).copied().flatten();
        values[at as usize] = value.map(|v| v as f32).filter(|v| v.is_finite());
    }
    Some(Curve {
        key: key.to_owned(),
        title: title.to_owned(),
        unit,
        first,
        step,
        values,
    })
}

/// Says whether a curve has two values that differ.
fn moves(curve: &Curve) -> bool {
    let mut known = curve.values.iter().flatten();
    known
        .next()
        .is_some_and(|first| known.any(|value| value != first))
}

/// Things looked back at to say how wide somebody's choices are, and the fewest that say anything.
const LOOKS_BACK: usize = 20;
const LEAST_LOOKS: usize = 10;

/// How many topics people choose among: for each who took something on a day the effective number of topics of the last
/// twenty things it took, then the mean over people.
///
/// # Source
/// Effective number: the exponential of Shannon's entropy, as in `consumption_breadth`, but of what was taken last: it can
/// narrow and widen within a run.
#[derive(Debug, Default)]
pub(super) struct Breadth {
    taken: BTreeMap<AvatarId, VecDeque<u8>>,
    today: BTreeSet<AvatarId>,
    days: Vec<Option<f32>>,
}

impl Breadth {
    /// Notes that somebody took something of a topic.
    pub(super) fn took(&mut self, who: AvatarId, topic: u8) {
        let last = self.taken.entry(who).or_default();
        if last.len() == LOOKS_BACK {
            last.pop_front();
        }
        last.push_back(topic);
        self.today.insert(who);
    }

    /// Ends a day.
    pub(super) fn end_day(&mut self) {
        let (mut sum, mut n) = (0.0, 0u32);
        for who in std::mem::take(&mut self.today) {
            let last = &self.taken[&who];
            if last.len() >= LEAST_LOOKS {
                sum += effective(last);
                n += 1;
            }
        }
        self.days.push((n > 0).then(|| (sum / f64::from(n)) as f32));
    }

    /// Returns the curve, if enough days were seen; `first` is the tick at which the first of them was over.
    pub(super) fn curve(self, first: u32) -> Option<Curve> {
        let curve = Curve {
            key: "topics_of_one_person".to_owned(),
            title: "Topics of one person".to_owned(),
            unit: Unit::Index,
            first,
            step: TICKS_PER_DAY,
            values: self.days,
        };
        (curve.values.len() >= DAYS_TELL_FROM && moves(&curve)).then_some(curve)
    }
}

/// Returns the effective number of topics.
fn effective(topics: &VecDeque<u8>) -> f64 {
    let mut counts = [0u32; MOST_TOPICS];
    for topic in topics {
        counts[usize::from(*topic) % MOST_TOPICS] += 1;
    }
    let total = topics.len() as f64;
    let entropy: f64 = counts
        .iter()
        .filter(|n| **n > 0)
        .map(|n| f64::from(*n) / total)
        .map(|p| -p * math::ln(p))
        .sum();
    math::exp(entropy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(tick: u32, values: &[(&str, Option<f64>)]) -> (Tick, Numbers) {
        let numbers = values.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect();
        (Tick(tick), numbers)
    }

    #[test]
    fn a_short_recording_shows_hours_and_a_long_one_days() {
        let hours: Vec<_> = (0..100)
            .map(|h| row(60 * h + 59, &[("awake", Some(f64::from(h)))]))
            .collect();
        let days: Vec<_> = (0..4)
            .map(|d| row(1440 * d + 1439, &[("active", Some(f64::from(d)))]))
            .collect();
        let short = choose(&hours, &days[..3]);
        assert_eq!(
            (
                short.len(),
                short[0].key.as_str(),
                short[0].first,
                short[0].step
            ),
            (1, "awake", 60, 60)
        );
        let long = choose(&hours, &days);
        assert_eq!(
            (
                long.len(),
                long[0].key.as_str(),
                long[0].first,
                long[0].step
            ),
            (1, "active", 1440, 1440)
        );
        assert_eq!(long[0].values, [Some(0.0), Some(1.0), Some(2.0), Some(3.0)]);
        assert!(choose(&[], &[]).is_empty());
    }

    #[test]
    fn numbers_that_never_move_are_left_out_and_gaps_stay_gaps() {
        let rows = [
            row(
                59,
                &[
                    ("awake", Some(1.0)),
                    ("slates", Some(5.0)),
                    ("minutes", None),
                ],
            ),
            row(
                119,
                &[("awake", None), ("slates", Some(5.0)), ("minutes", None)],
            ),
            row(
                239,
                &[
                    ("awake", Some(2.0)),
                    ("slates", Some(5.0)),
                    ("minutes", Some(f64::NAN)),
                ],
            ),
        ];
        let curves = choose(&rows, &[]);
        assert_eq!(curves.len(), 1);
        assert_eq!(curves[0].values, [Some(1.0), None, None, Some(2.0)]);
    }

    #[test]
    fn what_a_city_is_founded_with_is_not_made_on_its_first_day() {
        let made = [90_000.0, 30.0, 10.0, 20.0];
        let day = |d: u32| row(1440 * d + 1439, &[("minted", Some(made[d as usize]))]);
        let curves = choose(&[], &(0..4).map(day).collect::<Vec<_>>());
        assert_eq!(curves[0].first, 2 * 1440);
        assert_eq!(curves[0].values, [Some(30.0), Some(10.0), Some(20.0)]);
    }

    #[test]
    fn breadth_narrows_and_widens() {
        let mut breadth = Breadth::default();
        for day in 0..6u8 {
            for k in 0..40 {
                // Four topics by turns, then one, then four again.
                breadth.took(AvatarId(1), if (2..4).contains(&day) { 7 } else { k % 4 });
            }
            // Too few things to say anything.
            breadth.took(AvatarId(u32::from(day) + 2), 9);
            breadth.end_day();
        }
        let curve = breadth.curve(1440).unwrap();
        let values: Vec<f32> = curve.values.iter().map(|v| v.unwrap()).collect();
        for (value, expected) in values.iter().zip([4.0, 4.0, 1.0, 1.0, 4.0, 4.0]) {
            assert!((value - expected).abs() < 1e-5, "{values:?}");
        }
        let mut short = Breadth::default();
        short.end_day();
        assert_eq!(short.curve(1440), None);
    }
}
