//! A_i: the share of somebody's available time that goes to the platform's contents, estimated from its engagements.
//!
//! `A = (a0 + Σ_e q_e d 2^(−(t − t_e)/h)) / (a0 + b0 + Σ_days T 2^(−(t − day)/h))`, clipped to [0, 1]: a posterior mean whose
//! prior a0/(a0 + b0) is the population's level and as strong as two hours. A log of engagements knows no dwell, so
//! each stands for the same time d, times its weight (at most 1) for q. Days count from the first engagement,
//! both sums look back four weeks, and what comes after t does not count.

use crate::sim::math;

use super::super::interaction_log::{Interaction, InteractionLog};

const DAY: i64 = 86_400;
/// How far back is looked, in days.
const WINDOW_DAYS: i64 = 28;
/// Strength of the prior in seconds.
const PRIOR_SECONDS: f64 = 7_200.0;
/// Level where nobody has engaged with anything yet.
const UNKNOWN: f64 = 0.5;

/// How time is counted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttentionConfig {
    /// Days after which an engagement, and a day, counts half.
    pub half_life_days: f64,
    /// Hours of a day that somebody could give, above 0.
    pub available_hours: f64,
    /// Minutes that an engagement of weight 1 takes.
    pub engagement_minutes: f64,
}

/// Seconds given, and seconds that could have been given, both faded.
fn given_and_available(past: &[Interaction], now: i64, config: AttentionConfig) -> (f64, f64) {
    let begin = now.saturating_sub(WINDOW_DAYS * DAY);
    let kept = |seconds: i64| math::pow(0.5, seconds as f64 / DAY as f64 / config.half_life_days);
    let known = past.iter().filter(|i| i.time <= now);
    let given = known
        .clone()
        .filter(|i| i.time > begin)
        .map(|i| f64::from(i.weight.min(1.0)) * kept(now.saturating_sub(i.time)))
        .sum::<f64>();
    let first = known.map(|i| i.time).min();
    let n_days = first.map_or(0, |first| (now - first.max(begin)) / DAY + 1);
    let days: f64 = (0..n_days.min(WINDOW_DAYS)).map(|d| kept(d * DAY)).sum();
    (
        given * config.engagement_minutes * 60.0,
        days * config.available_hours * 3_600.0,
    )
}

/// Returns the level of everybody together at the end of a log, in [0, 1].
#[must_use]
pub fn of_population(log: &InteractionLog, config: AttentionConfig) -> f32 {
    let end = log.end();
    let (mut given, mut available) = (0.0, 0.0);
    for past in log.by_user() {
        let (g, a) = given_and_available(&past, end, config);
        given += g;
        available += a;
    }
    let level = if available > 0.0 {
        given / available
    } else {
        UNKNOWN
    };
    level.clamp(0.0, 1.0) as f32
}

/// Returns somebody's level at a time, in [0, 1]; that of the population for who did nothing yet.
#[must_use]
pub fn of_person(
    past: &[Interaction],
    now: i64,
    of_population: f32,
    config: AttentionConfig,
) -> f64 {
    let (given, available) = given_and_available(past, now, config);
    let prior = f64::from(of_population) * PRIOR_SECONDS;
    ((prior + given) / (PRIOR_SECONDS + available)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: AttentionConfig = AttentionConfig {
        half_life_days: 7.0,
        available_hours: 4.0,
        engagement_minutes: 10.0,
    };

    fn at(days: i64, weight: f32) -> Interaction {
        Interaction {
            user: 0,
            item: 0,
            time: days * DAY,
            weight,
        }
    }

    #[test]
    fn levels_are_those_worked_by_hand() {
        assert_eq!(of_person(&[], 0, 0.25, CONFIG), 0.25);
        // Today: 600 s given of 4 h, on top of a prior of 1800 s of 7200 s.
        let today = of_person(&[at(0, 1.0)], 0, 0.25, CONFIG);
        assert!((today - 2_400.0 / 21_600.0).abs() < 1e-12, "{today}");
        // A weight above 1 is 1, and the future does not count.
        assert_eq!(of_person(&[at(0, 5.0), at(1, 1.0)], 0, 0.25, CONFIG), today);
        // A week later half of it is left, and there were eight days, faded.
        let days: f64 = (0..8).map(|d| 0.5f64.powf(f64::from(d) / 7.0)).sum();
        let later = of_person(&[at(0, 1.0)], 7 * DAY, 0.25, CONFIG);
        let expected = (1_800.0 + 300.0) / (7_200.0 + days * 14_400.0);
        assert!((later - expected).abs() < 1e-12, "{later}");
        // Beyond the window an engagement is forgotten, but not the 28 days.
        let days: f64 = (0..28).map(|d| 0.5f64.powf(f64::from(d) / 7.0)).sum();
        let long_after = of_person(&[at(0, 1.0)], 90 * DAY, 0.25, CONFIG);
        let expected = 1_800.0 / (7_200.0 + days * 14_400.0);
        assert!((long_after - expected).abs() < 1e-12, "{long_after}");
    }

    #[test]
    fn the_population_is_given_over_available_and_half_where_nothing_is_known() {
        let log = InteractionLog {
            n_users: 2,
            n_items: 1,
            interactions: vec![at(0, 1.0), at(0, 0.5)],
            ..InteractionLog::default()
        };
        let level = of_population(&log, CONFIG);
        assert!((f64::from(level) - 900.0 / 14_400.0).abs() < 1e-7);
        assert_eq!(of_population(&InteractionLog::default(), CONFIG), 0.5);
    }
}
