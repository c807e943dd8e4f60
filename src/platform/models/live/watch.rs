//! Watching for drift: whether what people do is still what the live model was made for.
//!
//! | stream | value | detector |
//! | --- | --- | --- |
//! | interests | topics of what was engaged with, a day against the week before | population stability index, alarm at 0.2 |
//! | surprise | log loss of the predicted probability that a slot is taken, mean of an hour | Page–Hinkley |
//! | take rate | whether anything of a slate was taken, in portions of 64 slates | ADWIN |
//!
//! Hours and portions are taken together so that the time of day, which moves single answers, does not count as drift.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::platform::models::drift::adwin::Adwin;
use crate::platform::models::drift::page_hinkley::PageHinkley;
use crate::platform::models::drift::signal::{Detector, Signal};
use crate::platform::models::drift::stability::{ALARM, stability_index};
use crate::platform::privacy::observation::PROFILE_DIM;
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// Days before the first alarm: a young city changes all the time.
const QUIET_DAYS: u32 = 4;

/// Days whose topics a day is compared with.
const WEEK: usize = 7;

/// Least engagements of a day to be compared; fewer would differ by chance.
const LEAST: u64 = 400;

/// Slates whose take rate is one value.
const PORTION: u32 = 64;

/// Least slots of an hour whose surprise is a value.
const LEAST_SLOTS: u32 = 50;

/// Page–Hinkley's δ and λ for the surprise of an hour, in nats.
const SURPRISE: (f64, f64) = (0.002, 0.25);

/// ADWIN's δ for the take rate.
const CONFIDENCE: f64 = 0.002;

/// What noticed drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stream {
    /// Topics of what was engaged with.
    Interests,
    /// Log loss of predictions.
    Surprise,
    /// Share of slates of which something was taken.
    TakeRate,
}

impl Stream {
    /// Returns what it is called.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Interests => "interests",
            Self::Surprise => "surprise",
            Self::TakeRate => "take rate",
        }
    }

    /// Returns the name of its detector.
    #[must_use]
    pub const fn detector(self) -> &'static str {
        match self {
            Self::Interests => "PSI",
            Self::Surprise => "Page-Hinkley",
            Self::TakeRate => "ADWIN",
        }
    }
}

/// Drift that was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// When.
    pub tick: Tick,
    /// By what.
    pub stream: Stream,
    /// The index, or the mean of the stream at the alarm.
    pub value: f64,
}

/// All streams and what they noticed.
#[derive(Resource, Debug, Serialize, Deserialize)]
pub struct DriftWatch {
    /// Engagements by topic: of today, and of the days before, newest last.
    today: [u64; PROFILE_DIM],
    before: Vec<[u64; PROFILE_DIM]>,
    has_compared: bool,
    surprise: PageHinkley,
    hour: (f64, u32),
    taken: Adwin,
    portion: (u32, u32),
    alarms: Vec<Alarm>,
    wants_refresh: bool,
}

impl Default for DriftWatch {
    fn default() -> Self {
        Self {
            today: [0; PROFILE_DIM],
            before: Vec::new(),
            has_compared: false,
            surprise: PageHinkley::new(SURPRISE.0, SURPRISE.1),
            hour: (0.0, 0),
            taken: Adwin::new(CONFIDENCE),
            portion: (0, 0),
            alarms: Vec::new(),
            wants_refresh: false,
        }
    }
}

impl DriftWatch {
    /// Lists everything noticed, oldest first.
    #[must_use]
    pub fn alarms(&self) -> &[Alarm] {
        &self.alarms
    }

    /// Returns whether drift was noticed since the last call.
    pub const fn take_refresh(&mut self) -> bool {
        std::mem::replace(&mut self.wants_refresh, false)
    }

    /// Counts an engagement with something of these topics.
    pub fn engage(&mut self, topics: &[f32]) {
        let best = topics
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        if let Some((topic, weight)) = best
            && *weight > 0.0
            && topic < PROFILE_DIM
        {
            self.today[topic] += 1;
        }
    }

    /// Takes the log loss of a slot's prediction.
    pub fn predict(&mut self, loss: f64) {
        self.hour.0 += loss;
        self.hour.1 += 1;
    }

    /// Takes whether anything of a slate was taken.
    pub fn answer(&mut self, is_taken: bool, now: Tick) {
        self.portion.0 += u32::from(is_taken);
        self.portion.1 += 1;
        if self.portion.1 < PORTION {
            return;
        }
        let rate = f64::from(self.portion.0) / f64::from(self.portion.1);
        self.portion = (0, 0);
        if self.taken.observe(rate) == Signal::Drift {
            self.raise(now, Stream::TakeRate, rate);
        }
    }

    /// Closes an hour, and with the last of a day the day.
    pub fn close_hour(&mut self, now: Tick) {
        let (sum, n) = self.hour;
        if n >= LEAST_SLOTS {
            self.hour = (0.0, 0);
            let mean = sum / f64::from(n);
            if self.surprise.observe(mean) == Signal::Drift {
                self.raise(now, Stream::Surprise, mean);
            }
        }
        self.compare(now);
        if now.0.is_multiple_of(TICKS_PER_DAY) {
            if self.before.len() == WEEK {
                self.before.remove(0);
            }
            self.before.push(self.today);
            self.today = [0; PROFILE_DIM];
            self.has_compared = false;
        }
    }

    /// Compares today with the days before, once there is enough of it.
    fn compare(&mut self, now: Tick) {
        let so_far: u64 = self.today.iter().sum();
        if self.has_compared || so_far < LEAST {
            return;
        }
        let mut reference = [0u64; PROFILE_DIM];
        for day in &self.before {
            for (sum, n) in reference.iter_mut().zip(day) {
                *sum += n;
            }
        }
        if reference.iter().sum::<u64>() < LEAST {
            return;
        }
        let is_over = now.0.is_multiple_of(TICKS_PER_DAY);
        let index = stability_index(&reference, &self.today);
        if index >= ALARM {
            self.raise(now, Stream::Interests, index);
            // The days before are no longer what today is like.
            self.before.clear();
            self.has_compared = true;
        } else if is_over {
            self.has_compared = true;
        }
    }

    fn raise(&mut self, tick: Tick, stream: Stream, value: f64) {
        if tick.day() < QUIET_DAYS {
            return;
        }
        self.alarms.push(Alarm {
            tick,
            stream,
            value,
        });
        self.wants_refresh = true;
    }
}

impl StateHash for DriftWatch {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for n in self.before.iter().flatten().chain(&self.today) {
            h.u64(*n);
        }
        self.surprise.add_to(&mut h);
        self.taken.add_to(&mut h);
        h.f64(self.hour.0);
        h.u64(u64::from(self.hour.1) << 32 | u64::from(self.portion.1));
        h.u64(self.alarms.len() as u64);
        h.u64(u64::from(self.wants_refresh));
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};
    use crate::sim::units::TICKS_PER_HOUR;

    fn live(watch: &mut DriftWatch, days: std::ops::Range<u32>, shift: usize, take_rate: f64) {
        for hour in days.start * 24..days.end * 24 {
            let now = Tick((hour + 1) * TICKS_PER_HOUR);
            let mut rng = RngStream::new(3, Purpose::Test, u64::from(hour), 0);
            for _ in 0..60 {
                let mut topics = [0.0; PROFILE_DIM];
                topics[(rng.below(4) + shift) % 8] = 1.0;
                watch.engage(&topics);
                watch.predict(0.3 + 0.1 * rng.uniform());
                watch.answer(rng.chance(take_rate), now);
            }
            watch.close_hour(now);
        }
    }

    #[test]
    fn a_steady_city_raises_no_alarm_in_a_month() {
        let mut watch = DriftWatch::default();
        live(&mut watch, 0..30, 0, 0.6);
        assert!(watch.alarms().is_empty(), "{:?}", watch.alarms());
        assert!(!watch.take_refresh());
    }

    #[test]
    fn a_shift_of_interests_is_noticed_within_a_day_and_asks_for_a_refresh_once() {
        let mut watch = DriftWatch::default();
        live(&mut watch, 0..10, 0, 0.6);
        live(&mut watch, 10..12, 2, 0.6);
        let first = watch.alarms()[0];
        assert_eq!(first.stream, Stream::Interests);
        assert!(first.tick < Tick(11 * TICKS_PER_DAY), "{first:?}");
        assert_eq!(watch.alarms().len(), 1, "{:?}", watch.alarms());
        assert!(watch.take_refresh());
        assert!(!watch.take_refresh());
    }

    #[test]
    fn fewer_takes_are_noticed_by_the_take_rate_alone() {
        let mut watch = DriftWatch::default();
        live(&mut watch, 0..10, 0, 0.6);
        live(&mut watch, 10..13, 0, 0.4);
        let streams: Vec<Stream> = watch.alarms().iter().map(|a| a.stream).collect();
        assert!(streams.contains(&Stream::TakeRate), "{streams:?}");
        assert!(!streams.contains(&Stream::Interests), "{streams:?}");
    }
}
