//! When the next tick is due.

use std::time::{Duration, Instant};

use crate::desktop::command::Speed;

/// Ticks that may be made up for after a slow one, in seconds of the chosen speed.
const MOST_LATENESS: Duration = Duration::from_millis(250);

/// Paces ticks by the wall clock.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    speed: Speed,
    due: Instant,
}

impl Pace {
    pub(super) const fn new(speed: Speed, now: Instant) -> Self {
        Self { speed, due: now }
    }

    /// Starts anew: the next tick is due now.
    pub(super) fn restart(&mut self, speed: Speed, now: Instant) {
        *self = Self::new(speed, now);
    }

    /// Returns how long to wait for the next tick; zero if it is due.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        match self.speed.ticks_per_second() {
            None => Duration::ZERO,
            Some(_) => self.due.saturating_duration_since(now),
        }
    }

    /// Notes that a tick has begun at `now`. Lateness is made up for, but not more than a little: after a long training the
    /// city goes on at its speed instead of racing.
    pub(super) fn ticked(&mut self, now: Instant) {
        if let Some(rate) = self.speed.ticks_per_second() {
            let earliest = now.checked_sub(MOST_LATENESS).unwrap_or(now);
            self.due = self.due.max(earliest) + Duration::from_secs_f64(1.0 / rate);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::wall;

    #[test]
    fn ticks_come_at_their_speed_and_lateness_is_made_up_for_only_a_little() {
        let start = wall::now();
        let mut pace = Pace::new(Speed::X10, start);
        assert_eq!(pace.wait(start), Duration::ZERO);
        pace.ticked(start);
        assert_eq!(pace.wait(start), Duration::from_millis(100));
        // A tick that took ten seconds: two or three ticks are made up for, not a hundred.
        let late = start + Duration::from_secs(10);
        let mut made_up = 0;
        while pace.wait(late).is_zero() {
            pace.ticked(late);
            made_up += 1;
        }
        assert!((2..=4).contains(&made_up), "{made_up}");
    }

    #[test]
    fn at_most_speed_the_next_tick_is_always_due() {
        let start = wall::now();
        let mut pace = Pace::new(Speed::MAX, start);
        pace.ticked(start);
        assert_eq!(pace.wait(start), Duration::ZERO);
    }
}
