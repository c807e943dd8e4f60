//! When an avatar comes back: a Poisson process whose rate follows its day.

use crate::sim::math;
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR, Tick};

/// Hourly weights of a day, normalised to mean 1.
#[derive(Debug, Clone, PartialEq)]
pub struct DiurnalCurve {
    weights: [f64; 24],
}

impl DiurnalCurve {
    /// Makes a curve that peaks at hour 0 (the avatar's peak hour), `log_amplitude` being ln(busiest / quietest).
    ///
    /// One harmonic on the log scale; deep nights and a broad evening come out of the exponential.
    #[must_use]
    pub fn new(log_amplitude: f64) -> Self {
        let mut weights = [0.0; 24];
        let mut total = 0.0;
        for (h, w) in weights.iter_mut().enumerate() {
            *w =
                math::exp(0.5 * log_amplitude * math::cos(std::f64::consts::TAU * h as f64 / 24.0));
            total += *w;
        }
        for w in &mut weights {
            *w *= 24.0 / total;
        }
        Self { weights }
    }

    /// Returns the rate at an hour after the peak, relative to the mean.
    #[must_use]
    pub fn at(&self, hours_after_peak: u32) -> f64 {
        self.weights[(hours_after_peak % 24) as usize]
    }

    /// Returns the days since the start, each counted by the share of its visits that lies behind, for somebody whose peak is at
    /// `peak_hour` of the clock.
    #[must_use]
    pub fn lived(&self, now: Tick, peak_hour: u32) -> f64 {
        let rate = |hour: u32| self.at(hour + 24 - peak_hour % 24) / 24.0;
        let whole: f64 = (0..now.hour()).map(rate).sum();
        let minute = f64::from(now.0 % TICKS_PER_HOUR) / f64::from(TICKS_PER_HOUR);
        f64::from(now.day()) + whole + rate(now.hour()) * minute
    }

    /// Returns when a process of `per_day` mean events a day, whose peak is at `peak_hour` of the clock, has used up `budget` (an Exp(1) draw).
    ///
    /// Whole days are skipped at once, hours walked. Never earlier than the next tick; `None` if it lies beyond the clock.
    #[must_use]
    pub fn next_after(&self, now: Tick, per_day: f64, peak_hour: u32, budget: f64) -> Option<Tick> {
        if !(per_day > 0.0 && budget.is_finite()) {
            return None;
        }
        let days = (budget / per_day).floor();
        if days > 100_000.0 {
            return None;
        }
        let mut left = budget - days * per_day;
        let mut t = u64::from(now.0) + days as u64 * u64::from(TICKS_PER_DAY);
        for _ in 0..26 {
            let minute = (t % u64::from(TICKS_PER_HOUR)) as u32;
            let hour = ((t / u64::from(TICKS_PER_HOUR)) % 24) as u32;
            let rate = per_day / 24.0 * self.at(hour + 24 - peak_hour % 24);
            let span = f64::from(TICKS_PER_HOUR - minute) / f64::from(TICKS_PER_HOUR);
            if left < rate * span {
                let at = t + (left / rate * f64::from(TICKS_PER_HOUR)) as u64;
                return u32::try_from(at.max(u64::from(now.0) + 1)).ok().map(Tick);
            }
            left -= rate * span;
            t += u64::from(TICKS_PER_HOUR - minute);
        }
        u32::try_from(t).ok().map(Tick)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn curve_has_mean_one_and_the_asked_ratio() {
        let c = DiurnalCurve::new(2.0);
        let mean: f64 = (0..24).map(|h| c.at(h)).sum::<f64>() / 24.0;
        assert!((mean - 1.0).abs() < 1e-12);
        assert!((c.at(0) / c.at(12) - math::exp(2.0)).abs() < 1e-9);
    }

    #[test]
    fn a_day_is_lived_by_its_visits() {
        let c = DiurnalCurve::new(2.0);
        for (now, peak) in [(Tick(0), 20), (Tick(725), 3), (Tick(5_000), 11)] {
            let (from, to) = (c.lived(now, peak), c.lived(Tick(now.0 + 2_000), peak));
            let at = c.next_after(now, 1.0, peak, to - from).unwrap();
            assert!(at.0.abs_diff(now.0 + 2_000) <= 1, "{at:?}");
        }
        assert!((c.lived(Tick(3 * TICKS_PER_DAY), 7) - 3.0).abs() < 1e-12);
    }

    #[test]
    fn process_keeps_its_rate_and_follows_the_hours() {
        let c = DiurnalCurve::new(3.0);
        let (mut now, mut n, mut at_peak, mut at_night) = (Tick(0), 0u32, 0u32, 0u32);
        while now.day() < 4_000 {
            let mut r = RngStream::new(3, Purpose::Test, 1, now.0);
            now = c.next_after(now, 2.0, 20, r.exponential(1.0)).unwrap();
            n += 1;
            at_peak += u32::from(now.hour() == 20);
            at_night += u32::from(now.hour() == 8);
        }
        // 8 000 expected, standard error 90.
        assert!((f64::from(n) - 8_000.0).abs() < 360.0, "{n}");
        assert!(at_peak > 8 * at_night, "{at_peak} {at_night}");
    }
}
