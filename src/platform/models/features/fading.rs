//! Sums that fade: an amount counts for half after every half-life.

use crate::sim::math;

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// Half-lives of counts, in days.
pub const HALF_LIVES: [i64; 3] = [1, 7, 28];

/// Returns what is left of 1 after so many seconds, for a half-life in days; 1 for a time that has not come.
#[must_use]
pub fn left_after(seconds: i64, half_life_days: i64) -> f32 {
    if seconds <= 0 {
        return 1.0;
    }
    let periods = seconds as f64 / (half_life_days * DAY) as f64;
    math::exp(-std::f64::consts::LN_2 * periods) as f32
}

/// Returns ln(1 + x), which tames amounts with a heavy tail; negative amounts count as 0.
#[must_use]
pub fn tamed(x: f32) -> f32 {
    math::ln(1.0 + f64::from(x.max(0.0))) as f32
}

/// Returns the days between two times; 0 if the later one comes first.
#[must_use]
pub fn days_between(earlier: i64, later: i64) -> f32 {
    (later.saturating_sub(earlier).max(0) as f64 / DAY as f64) as f32
}

/// Returns the hour of the day of a time, 0 to 23.
#[must_use]
pub const fn hour_of(time: i64) -> usize {
    (time.rem_euclid(DAY) / 3_600) as usize
}

/// Counts that fade with each of the [`HALF_LIVES`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FadingCounts {
    values: [f32; 3],
    at: i64,
}

impl FadingCounts {
    /// Takes up counts as they stood at a time.
    #[must_use]
    pub const fn new(values: [f32; 3], at: i64) -> Self {
        Self { values, at }
    }

    /// Adds an amount.
    pub fn add(&mut self, amount: f32, time: i64) {
        self.values = self.at(time).map(|v| v + amount);
        self.at = time.max(self.at);
    }

    /// Returns the counts as they stand at a time; one before the last addition sees it undiminished.
    #[must_use]
    pub fn at(&self, time: i64) -> [f32; 3] {
        if self.values[2] == 0.0 {
            return [0.0; 3];
        }
        let mut values = self.values;
        for (v, days) in values.iter_mut().zip(HALF_LIVES) {
            *v *= left_after(time.saturating_sub(self.at), days);
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_halve_after_every_half_life() {
        let mut counts = FadingCounts::default();
        counts.add(4.0, 100);
        assert_eq!(counts.at(100), [4.0; 3]);
        let week = counts.at(100 + 7 * DAY);
        assert!((week[0] - 4.0 / 128.0).abs() < 1e-6);
        assert!((week[1] - 2.0).abs() < 1e-6);
        counts.add(1.0, 100 + 7 * DAY);
        assert!((counts.at(100 + 7 * DAY)[1] - 3.0).abs() < 1e-6);
        assert_eq!(counts.at(0), counts.at(100 + 7 * DAY));
    }

    #[test]
    fn hours_run_around_the_clock_before_the_beginning_as_well() {
        assert_eq!(hour_of(0), 0);
        assert_eq!(hour_of(3_600 * 25), 1);
        assert_eq!(hour_of(-1), 23);
    }
}
