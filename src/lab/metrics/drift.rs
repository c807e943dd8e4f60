//! What a shift of interests did: how soon it was noticed, how deep attention efficiency fell, and when it was back.

/// Days before the shift whose mean is the level before.
const DAYS_BEFORE: usize = 5;

/// Days whose mean must be back: a single day may be back by luck.
const SMOOTHED: usize = 3;

/// Share of the level before that counts as back.
pub const BACK: f64 = 0.95;

/// What followed a shift.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Response {
    /// Hours from the shift to the first alarm after it; `None` if none was raised.
    pub delay_hours: Option<f64>,
    /// Mean attention efficiency of the five days before the shift, from 0 to 1; `None` if none of them was judged.
    pub before: Option<f64>,
    /// Lowest attention efficiency of a day since the shift; `None` if none was judged.
    pub lowest: Option<f64>,
    /// Days from the shift until a mean of three days was back at [`BACK`] of the level before; 0 if no day fell below that;
    /// `None` if it was not back within the run, or cannot be told.
    pub recovery_days: Option<u32>,
}

/// Judges what followed a shift at the beginning of day `shift_day`.
///
/// `alarms` are in days since the start; one at the very beginning of the day is about the days before it. `efficiency` has
/// one value a finished day, from day 0; `None` where the oracle looked at nothing. The three days of a mean are all since
/// the shift and all judged, so that it takes at least three days to be back.
#[must_use]
pub fn response(shift_day: u32, alarms: &[f64], efficiency: &[Option<f64>]) -> Response {
    let shift = shift_day as usize;
    let first = alarms
        .iter()
        .filter(|day| **day > f64::from(shift_day))
        .min_by(|a, b| a.total_cmp(b));
    let split = shift.min(efficiency.len());
    let (earlier, since) = efficiency.split_at(split);
    let near = &earlier[split.saturating_sub(DAYS_BEFORE)..];
    let before = (efficiency.len() > shift).then(|| mean_of(near)).flatten();
    let lowest = since.iter().flatten().copied().min_by(f64::total_cmp);
    Response {
        delay_hours: first.map(|day| 24.0 * (day - f64::from(shift_day))),
        before,
        lowest,
        recovery_days: before.and_then(|level| recovery(BACK * level, since)),
    }
}

/// Returns the mean of what is known.
fn mean_of(values: &[Option<f64>]) -> Option<f64> {
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
}

fn recovery(enough: f64, since: &[Option<f64>]) -> Option<u32> {
    let is_back = |w: &[Option<f64>]| {
        w.iter().all(Option::is_some) && mean_of(w).is_some_and(|mean| mean >= enough)
    };
    let first = since.windows(SMOOTHED).position(is_back)?;
    let has_fallen = since.iter().flatten().any(|x| *x < enough);
    Some(if has_fallen {
        (first + SMOOTHED) as u32
    } else {
        0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn a_fall_and_its_recovery_are_those_by_hand() {
        // Days 1 to 5 before the shift on day 6: (0.79 + 0.8 + 0.8 + 0.8 + 0.81) / 5 = 0.8, of which 95 % are 0.76.
        let days = known(&[
            0.1, 0.79, 0.8, 0.8, 0.8, 0.81, 0.5, 0.6, 0.7, 0.76, 0.78, 0.78,
        ]);
        let found = response(6, &[2.5, 6.25, 9.0], &days);
        assert_eq!(found.delay_hours, Some(6.0));
        assert!((found.before.unwrap() - 0.8).abs() < 1e-12);
        assert_eq!(found.lowest, Some(0.5));
        // Means of three: 0.6, 0.687, 0.747, 0.773; the last ends six days after the shift.
        assert_eq!(found.recovery_days, Some(6));
    }

    #[test]
    fn what_did_not_happen_within_the_run_is_not_known() {
        let days = known(&[0.8, 0.8, 0.4, 0.4, 0.4, 0.8]);
        let found = response(2, &[1.0, 2.0], &days);
        assert_eq!(found.delay_hours, None);
        assert_eq!((found.before, found.lowest), (Some(0.8), Some(0.4)));
        assert_eq!(found.recovery_days, None);
        assert_eq!(response(9, &[3.0], &days), Response::default());
        assert_eq!(response(6, &[], &days), Response::default());
        assert_eq!(response(2, &[], &[None; 8]), Response::default());
    }

    #[test]
    fn days_that_were_not_judged_are_left_out_before_and_not_trusted_after() {
        let (some, none) = (Some(0.5), None);
        let days = [none, some, none, Some(0.4), some, none, some, some, some];
        let found = response(3, &[], &days);
        assert_eq!(found.before, Some(0.5));
        // Days 6 to 8 are the first three in a row.
        assert_eq!(found.recovery_days, Some(6));
    }

    #[test]
    fn what_never_fell_needs_no_recovery() {
        let days = known(&[0.8, 0.8, 0.79, 0.77, 0.82]);
        assert_eq!(response(2, &[], &days).recovery_days, Some(0));
        assert_eq!(response(2, &[], &days[..4]).recovery_days, None);
    }
}
