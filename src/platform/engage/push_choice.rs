//! Whether to push somebody, and at which hour: the best worth that its budget and its quiet hours leave.
//!
//! Every hour ahead is looked at: what the push is worth then (the uplift times how well that hour is answered, less the
//! hazard of opting out), and whether it may be sent then. The best is taken, the earliest of equals, if it is worth more
//! than the least that is asked. Pure, so that the same facts always lead to the same choice.

use super::push_budget::{PushBucket, PushBudgetConfig};
use super::push_hour::HourAnswers;
use super::push_value::PushWorthConfig;
use crate::sim::math;
use crate::sim::units::{TICKS_PER_HOUR, Tick};

/// Local hours at which pushes may be sent: from the first up to, but not including, the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AwakeHours {
    /// First hour, `0..24`.
    pub from: u32,
    /// First hour of quiet, `1..=24`.
    pub until: u32,
}

impl AwakeHours {
    /// Says whether pushes may be sent at a local hour.
    pub fn contains(self, local_hour: u32) -> bool {
        (self.from..self.until).contains(&local_hour)
    }
}

/// What is known of somebody who could be pushed.
#[derive(Debug, Clone, Copy)]
pub struct PushCase<'a> {
    /// Predicted uplift of the chance to return, in [−1, 1].
    pub uplift: f64,
    /// Chance that it opts out.
    pub hazard: f64,
    /// Worth of being allowed to push it.
    pub channel_worth: f64,
    /// Hours by which its day is ahead of the city's.
    pub timezone: i8,
    /// What it may still get.
    pub bucket: PushBucket,
    /// Its own answers by hour.
    pub own: &'a HourAnswers,
    /// Everybody's.
    pub everybody: &'a HourAnswers,
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PushChoice {
    /// Push at this tick, for this worth.
    Send {
        /// When: now, or the beginning of an hour.
        at: Tick,
        /// What it is worth then.
        worth: f64,
    },
    /// No hour ahead is worth a push.
    NotWorthIt {
        /// The most it would be worth.
        best: f64,
    },
    /// No hour ahead may be used: quiet, or the budget is spent for longer.
    NotAllowed,
}

/// Chooses an hour within the next `horizon_hours`, or none.
pub fn choose_push(
    case: &PushCase<'_>,
    now: Tick,
    horizon_hours: u32,
    awake: AwakeHours,
    worth: &PushWorthConfig,
    budget: &PushBudgetConfig,
) -> PushChoice {
    let wait = case.bucket.wait(now, budget);
    let mut best: Option<(f64, Tick)> = None;
    for hours in 0..=horizon_hours {
        let into_hour = now.minute_of_day() % TICKS_PER_HOUR;
        let at = if hours == 0 {
            now
        } else {
            now.after(hours * TICKS_PER_HOUR - into_hour)
        };
        let local = (at.hour().cast_signed() + i32::from(case.timezone)).rem_euclid(24);
        let local = local.cast_unsigned();
        if at.since(now) < wait || !awake.contains(local) {
            continue;
        }
        let factor = case.own.factor_among(case.everybody, local);
        let patience = math::pow(worth.hourly_patience, f64::from(hours));
        let uplift = case.uplift * factor * patience;
        let value = worth.push_worth(uplift, case.hazard, case.channel_worth);
        if best.is_none_or(|b| value > b.0) {
            best = Some((value, at));
        }
    }
    match best {
        Some((worth_then, at)) if worth_then > worth.least_worth => PushChoice::Send {
            at,
            worth: worth_then,
        },
        Some((best, _)) => PushChoice::NotWorthIt { best },
        None => PushChoice::NotAllowed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::engage::push_hour::Response;
    use crate::sim::rng::{Purpose, RngStream};

    const AWAKE: AwakeHours = AwakeHours { from: 9, until: 22 };

    fn case(own: &HourAnswers) -> PushCase<'_> {
        PushCase {
            uplift: 0.1,
            hazard: 0.004,
            channel_worth: 10.0,
            timezone: 0,
            bucket: PushBucket::default(),
            own,
            everybody: own,
        }
    }

    fn choose(case: &PushCase<'_>, now: Tick) -> PushChoice {
        let (worth, budget) = (PushWorthConfig::BASELINE, PushBudgetConfig::BASELINE);
        choose_push(case, now, 24, AWAKE, &worth, &budget)
    }

    #[test]
    fn prop_a_push_is_never_in_quiet_hours_nor_over_budget() {
        let mut own = HourAnswers::default();
        for i in 0..500 {
            let mut rng = RngStream::new(1, Purpose::Test, i, 0);
            let hour = rng.below(24) as u32;
            own.observe(hour, Response::Came);
        }
        let budget = PushBudgetConfig::BASELINE;
        for seed in 0..300 {
            let mut rng = RngStream::new(seed, Purpose::Test, 0, 1);
            let mut one = case(&own);
            one.timezone = rng.below(24) as i8 - 12;
            one.uplift = rng.range(-0.1, 0.3);
            let now = Tick(rng.below(100_000) as u32);
            for _ in 0..rng.below(3) {
                assert!(one.bucket.take(now, &budget));
            }
            match choose(&one, now) {
                PushChoice::Send { at, worth } => {
                    let local = at.hour().cast_signed() + i32::from(one.timezone);
                    assert!(AWAKE.contains(local.rem_euclid(24).cast_unsigned()));
                    assert!(one.bucket.take(at, &budget) && worth > 0.0, "seed {seed}");
                }
                PushChoice::NotWorthIt { best } => assert!(best <= 0.0),
                PushChoice::NotAllowed => assert!(one.bucket.wait(now, &budget) > 600),
            }
        }
    }

    #[test]
    fn a_good_hour_is_waited_for_but_not_for_ever() {
        let mut own = HourAnswers::default();
        for h in 0..24 {
            for i in 0..400 {
                let came = i < if h == 20 { 60 } else { 20 };
                let response = if came {
                    Response::Came
                } else {
                    Response::StayedAway
                };
                own.observe(h, response);
            }
        }
        let at_ten = Tick(10 * 60 + 30);
        let PushChoice::Send { at, .. } = choose(&case(&own), at_ten) else {
            panic!("worth sending");
        };
        assert_eq!(at, Tick(20 * 60));
        let hasty = PushWorthConfig {
            hourly_patience: 0.8,
            ..PushWorthConfig::BASELINE
        };
        let budget = PushBudgetConfig::BASELINE;
        let now = choose_push(&case(&own), at_ten, 24, AWAKE, &hasty, &budget);
        assert!(
            matches!(now, PushChoice::Send { at, .. } if at == at_ten),
            "{now:?}"
        );
    }

    #[test]
    fn those_who_would_come_anyway_or_leave_for_good_are_left_alone() {
        let own = HourAnswers::default();
        let sure = PushCase {
            uplift: 0.0,
            ..case(&own)
        };
        let noon = Tick(12 * 60);
        assert!(matches!(choose(&sure, noon), PushChoice::NotWorthIt { .. }));
        let annoyed = PushCase {
            hazard: 0.2,
            ..case(&own)
        };
        assert!(matches!(choose(&annoyed, noon), PushChoice::NotWorthIt { best } if best < 0.0));
        let never = AwakeHours { from: 9, until: 9 };
        let (worth, budget) = (PushWorthConfig::BASELINE, PushBudgetConfig::BASELINE);
        let choice = choose_push(&case(&own), noon, 48, never, &worth, &budget);
        assert_eq!(choice, PushChoice::NotAllowed);
    }
}
