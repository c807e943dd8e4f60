//! Units: money in integers, probabilities in their range, ticks and days apart.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

/// Micro-coins in a coin.
pub const MICROS_PER_COIN: i64 = 1_000_000;

/// An amount of money in micro-coins (or micro-units of outside money); no float ever holds money.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Coins(i64);

impl Coins {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Makes an amount from micro-coins.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Makes an amount from whole coins, saturating.
    #[must_use]
    pub const fn from_whole(coins: i64) -> Self {
        Self(coins.saturating_mul(MICROS_PER_COIN))
    }

    /// Rounds a real number of coins to the nearest micro-coin; what is not finite becomes zero.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`as` saturates, which is what is wanted"
    )]
    pub fn from_f64(coins: f64) -> Self {
        if coins.is_finite() {
            Self((coins * MICROS_PER_COIN as f64).round() as i64)
        } else {
            Self::ZERO
        }
    }

    /// Returns the amount in micro-coins.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Returns the amount in coins, for metrics and for choices; never to be turned back into money.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / MICROS_PER_COIN as f64
    }

    /// Adds, or says that the sum does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(v) => Some(Self(v)),
            None => None,
        }
    }

    /// Returns `self · per_million / 1 000 000`, rounded towards zero, without intermediate overflow.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "clamped to i64 first")]
    pub fn scaled_ppm(self, per_million: u32) -> Self {
        let wide = i128::from(self.0) * i128::from(per_million) / 1_000_000;
        Self(wide.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }

    /// Says whether the amount is above zero.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }
}

impl fmt::Display for Coins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let abs = self.0.unsigned_abs();
        let per = MICROS_PER_COIN.unsigned_abs();
        write!(f, "{sign}{}.{:06}", abs / per, abs % per)
    }
}

impl Add for Coins {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}
impl Sub for Coins {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}
impl Neg for Coins {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}
impl AddAssign for Coins {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}
impl SubAssign for Coins {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}
impl Sum for Coins {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// A simulated minute since the run began (a scenario may choose another length).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Tick(pub u32);

/// Ticks in a simulated day.
pub const TICKS_PER_DAY: u32 = 1_440;

/// Ticks in a simulated hour.
pub const TICKS_PER_HOUR: u32 = 60;

impl Tick {
    /// Returns the simulated day, counted from 0.
    #[must_use]
    pub const fn day(self) -> u32 {
        self.0 / TICKS_PER_DAY
    }

    /// Returns the minute of the simulated day, `0..1440`.
    #[must_use]
    pub const fn minute_of_day(self) -> u32 {
        self.0 % TICKS_PER_DAY
    }

    /// Returns the hour of the simulated day, `0..24`.
    #[must_use]
    pub const fn hour(self) -> u32 {
        self.minute_of_day() / TICKS_PER_HOUR
    }

    /// Returns the tick `n` later, saturating.
    #[must_use]
    pub const fn after(self, n: u32) -> Self {
        Self(self.0.saturating_add(n))
    }

    /// Returns how many ticks passed since `earlier`, 0 if it lies ahead.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Tick {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let m = self.minute_of_day();
        write!(f, "day {} {:02}:{:02}", self.day(), m / 60, m % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coins_print_with_their_micros() {
        assert_eq!(Coins::from_micros(-1_500_000).to_string(), "-1.500000");
        assert_eq!(Coins::from_f64(0.1).micros(), 100_000);
        assert_eq!(Coins::from_f64(f64::NAN), Coins::ZERO);
        assert_eq!(Coins::from_whole(3).scaled_ppm(25_000).micros(), 75_000);
    }

    #[test]
    fn ticks_know_their_day_and_hour() {
        assert_eq!(Tick(1_440 + 61).to_string(), "day 1 01:01");
        assert_eq!(Tick(2 * 1_440 - 1).hour(), 23);
    }
}
