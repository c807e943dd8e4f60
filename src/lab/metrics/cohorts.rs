//! Cohorts: of those who arrived on a day, how many are active how many days later.
//!
//! Fed once per arrival and once per avatar and active day; costs four bytes an avatar and two counters.
//! Who counts as active is for the caller to say. Avatars that were there from the start
//! (residents) never arrive here and belong to no cohort.

use serde::{Deserialize, Serialize};

use super::statistics::interval::{Interval, wilson};
use super::statistics::loglog::PowerLaw;
use crate::sim::ids::AvatarId;

/// Marks avatars that never arrived.
const RESIDENT: u32 = u32::MAX;

/// Last of the days over which the retention curve is fitted.
const LAST_FITTED_DAY: u32 = 30;

/// One row of the cohort matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CohortRow {
    /// Day of arrival, from 0.
    pub day: u32,
    /// Avatars that arrived.
    pub n_arrived: u32,
    /// Avatars active by days since arrival, from 0 to the last completed day.
    pub n_active: Vec<u32>,
}

/// Counts arrivals and returns by cohort.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cohorts {
    /// Day of arrival by avatar, or [`RESIDENT`].
    arrival_day: Vec<u32>,
    /// Arrivals by day.
    arrivals: Vec<u32>,
    /// Active avatars by day of arrival, then by days since.
    active: Vec<Vec<u32>>,
    /// Days over: the run has completed days `0..n_completed`.
    n_completed: u32,
}

impl Cohorts {
    /// Makes room for avatars that are expected, so that arrivals need not.
    #[must_use]
    pub fn with_capacity(n_avatars: usize) -> Self {
        Self {
            arrival_day: Vec::with_capacity(n_avatars),
            ..Self::default()
        }
    }

    /// Puts an avatar into the cohort of `day`; does nothing if it has arrived before.
    pub fn arrive(&mut self, avatar: AvatarId, day: u32) {
        if self.arrival_day.len() <= avatar.idx() {
            self.arrival_day.resize(avatar.idx() + 1, RESIDENT);
        }
        let arrival = &mut self.arrival_day[avatar.idx()];
        if *arrival == RESIDENT {
            *arrival = day;
            bump(&mut self.arrivals, day);
        }
    }

    /// Counts an avatar as active on `day`; to be called at most once per avatar and day.
    ///
    /// Does nothing for residents and for days before the arrival.
    pub fn active(&mut self, avatar: AvatarId, day: u32) {
        let arrival = self.arrival_day.get(avatar.idx()).copied();
        let Some(arrival) = arrival.filter(|a| *a != RESIDENT) else {
            return;
        };
        let Some(since) = day.checked_sub(arrival) else {
            return;
        };
        let row = arrival as usize;
        if self.active.len() <= row {
            self.active.resize(row + 1, Vec::new());
        }
        bump(&mut self.active[row], since);
    }

    /// Returns the day on which an avatar arrived; `None` for residents.
    #[must_use]
    pub fn arrival_of(&self, avatar: AvatarId) -> Option<u32> {
        let day = self.arrival_day.get(avatar.idx()).copied();
        day.filter(|d| *d != RESIDENT)
    }

    /// Says that `day` is over; days that are not over count for nothing below.
    pub fn complete(&mut self, day: u32) {
        self.n_completed = self.n_completed.max(day + 1);
    }

    /// Returns the last day that is over; `None` before the first is.
    #[must_use]
    pub fn last_completed_day(&self) -> Option<u32> {
        self.n_completed.checked_sub(1)
    }

    /// Returns the share of arrivals that were active exactly `n` days later, and the arrivals it rests on.
    ///
    /// Pooled over all cohorts whose `n`-th day is over; `None` if nobody has been here that long.
    ///
    /// # Source
    /// Classic (exact-day) retention: the day itself, not "on that day or later".
    #[must_use]
    pub fn classic_retention(&self, n: u32) -> Option<(f64, u64)> {
        let (returned, arrived) = self.pooled(n);
        (arrived > 0).then(|| (returned as f64 / arrived as f64, arrived))
    }

    /// Returns [`Self::classic_retention`] with its Wilson interval.
    #[must_use]
    pub fn retention_interval(&self, n: u32, level: f64) -> Option<Interval> {
        let (returned, arrived) = self.pooled(n);
        wilson(returned, arrived, level)
    }

    /// Returns the retention of days 1, 2, … for as long as some cohort is old enough.
    #[must_use]
    pub fn curve(&self) -> Vec<f64> {
        (1..self.n_completed)
            .map_while(|n| self.classic_retention(n))
            .map(|(share, _)| share)
            .collect()
    }

    /// Fits retention r(n) = a n⁻ᵇ over days 1 to 30; `None` until a cohort has completed its 30th day.
    ///
    /// Days on which nobody came back have no logarithm and are left out.
    #[must_use]
    pub fn power_law(&self) -> Option<PowerLaw> {
        let points: Vec<(f64, f64)> = (1..=LAST_FITTED_DAY)
            .map(|n| Some((f64::from(n), self.classic_retention(n)?.0)))
            .collect::<Option<_>>()?;
        PowerLaw::fit(&points)
    }

    /// Returns b of [`Self::power_law`]: how fast a cohort thins out.
    #[must_use]
    pub fn exponent(&self) -> Option<f64> {
        self.power_law().map(|law| law.exponent)
    }

    /// Lists all cohorts by day of arrival, up to the last completed day; days without arrivals are empty rows.
    #[must_use]
    pub fn matrix(&self) -> Vec<CohortRow> {
        (0..self.n_completed)
            .map(|day| CohortRow {
                day,
                n_arrived: self.arrived_on(day),
                n_active: (0..self.n_completed - day)
                    .map(|since| self.active_after(day, since))
                    .collect(),
            })
            .collect()
    }

    /// Sums returns after `n` days and arrivals over the cohorts that are old enough.
    fn pooled(&self, n: u32) -> (u64, u64) {
        (0..self.n_completed.saturating_sub(n)).fold((0, 0), |(returned, arrived), day| {
            (
                returned + u64::from(self.active_after(day, n)),
                arrived + u64::from(self.arrived_on(day)),
            )
        })
    }

    fn arrived_on(&self, day: u32) -> u32 {
        self.arrivals.get(day as usize).copied().unwrap_or(0)
    }

    fn active_after(&self, day: u32, since: u32) -> u32 {
        let row = self.active.get(day as usize);
        row.and_then(|r| r.get(since as usize))
            .copied()
            .unwrap_or(0)
    }
}

/// Adds one to a counter that may not exist yet.
fn bump(counts: &mut Vec<u32>, at: u32) {
    let at = at as usize;
    if counts.len() <= at {
        counts.resize(at + 1, 0);
    }
    counts[at] += 1;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::math;
    use crate::sim::rng::{Purpose, RngStream};

    /// Two arrive on day 0 (ids 5 and 6), one on day 2 (id 9); three days are over, a fourth is running.
    fn small() -> Cohorts {
        let mut c = Cohorts::with_capacity(10);
        c.arrive(AvatarId(5), 0);
        c.arrive(AvatarId(6), 0);
        c.arrive(AvatarId(9), 2);
        for (avatar, day) in [
            (5, 0),
            (5, 1),
            (6, 0),
            (9, 2),
            (6, 2),
            (1, 1),
            (9, 3),
            (5, 3),
        ] {
            c.active(AvatarId(avatar), day);
        }
        c.complete(0);
        c.complete(2);
        c
    }

    #[test]
    fn retention_matches_the_hand() {
        let c = small();
        // Day 1: 5 came back of 5 and 6; the cohort of day 2 is not old enough.
        assert_eq!(c.classic_retention(1), Some((0.5, 2)));
        assert_eq!(c.classic_retention(2), Some((0.5, 2)));
        assert_eq!(c.classic_retention(3), None);
        assert_eq!(c.curve(), [0.5, 0.5]);
        assert_eq!(c.exponent(), None);
        let i = c.retention_interval(1, 0.95).expect("two arrivals");
        assert!(i.low < 0.5 && i.high > 0.5 && i.n == 2);
    }

    #[test]
    fn the_matrix_stops_at_the_last_completed_day() {
        let rows = small().matrix();
        let shape: Vec<(u32, Vec<u32>)> = rows
            .into_iter()
            .map(|r| (r.n_arrived, r.n_active))
            .collect();
        assert_eq!(shape, [(2, vec![2, 1, 1]), (0, vec![0, 0]), (1, vec![1])]);
    }

    #[test]
    fn residents_and_second_arrivals_belong_to_no_new_cohort() {
        let mut c = small();
        let before = c.clone();
        c.arrive(AvatarId(5), 2);
        c.active(AvatarId(3), 2);
        c.active(AvatarId(1_000), 2);
        c.active(AvatarId(9), 1);
        assert_eq!(c, before);
        assert_eq!(Cohorts::default().last_completed_day(), None);
        assert_eq!(Cohorts::default().classic_retention(1), None);
    }

    #[test]
    fn a_day_that_is_complete_counts_those_who_did_not_return() {
        let mut c = small();
        c.complete(3);
        // Now 9 is old enough for day 1, and came back.
        assert_eq!(c.classic_retention(1), Some((2.0 / 3.0, 3)));
        c.complete(4);
        assert_eq!(c.classic_retention(2), Some((1.0 / 3.0, 3)));
    }

    #[test]
    fn a_simulated_power_law_is_recovered() {
        let (days, per_day) = (60u32, 300u32);
        let mut c = Cohorts::default();
        for id in 0..days * per_day {
            let (avatar, arrival) = (AvatarId(id), id / per_day);
            c.arrive(avatar, arrival);
            c.active(avatar, arrival);
            let mut rng = RngStream::new(11, Purpose::Test, u64::from(id), 0);
            for day in arrival + 1..days {
                if rng.chance(0.448 * math::pow(f64::from(day - arrival), -0.45)) {
                    c.active(avatar, day);
                }
            }
        }
        c.complete(days - 1);
        let (d1, n) = c.classic_retention(1).expect("old enough");
        assert_eq!(n, u64::from((days - 1) * per_day));
        // Four standard errors of √(0.448 · 0.552 / 17700) = 0.0037.
        assert!((d1 - 0.448).abs() < 0.015, "{d1}");
        let law = c.power_law().expect("30 days");
        // Each day's ln r has an error below √(0.9 / 0.097 / 9000) = 0.032; over 30 days the slope's is below 0.008.
        assert!((law.exponent - 0.45).abs() < 0.032, "{law:?}");
        assert_eq!(law.n_points, 30);
        assert!(law.r_squared > 0.97, "{law:?}");
    }
}
