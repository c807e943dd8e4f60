//! The hour of an avatar's own day at which a push is answered best.
//!
//! Answers are counted by local hour, for everybody and for each avatar. Both are drawn towards what is known without
//! them: an hour of everybody's towards the mean over all hours, an avatar's hour towards everybody's.

use serde::{Deserialize, Serialize};

use crate::sim::state_hash::{RowHash, StateHasher};

/// Hours of a day.
const HOURS: usize = 24;

/// Pushes that the mean over all hours counts as in an hour of which little was seen.
const PRIOR_OF_HOUR: f64 = 50.0;

/// Pushes that everybody's answers count as against an avatar's own.
const PRIOR_OF_AVATAR: f64 = 8.0;

/// Share of pushes that are answered, before anything was seen.
const USUAL_RATE: f64 = 0.05;

/// Pushes sent and answered by local hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HourAnswers {
    sent: [u32; HOURS],
    answered: [u32; HOURS],
}

/// Whether somebody came when it was pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response {
    /// It came.
    Came,
    /// It stayed away.
    StayedAway,
}

impl HourAnswers {
    /// Counts a push sent at a local hour, `0..24` (taken modulo 24).
    pub fn observe(&mut self, local_hour: u32, response: Response) {
        let h = local_hour as usize % HOURS;
        self.sent[h] = self.sent[h].saturating_add(1);
        if response == Response::Came {
            self.answered[h] = self.answered[h].saturating_add(1);
        }
    }

    fn share(&self, h: usize, prior: f64, strength: f64) -> f64 {
        (f64::from(self.answered[h]) + strength * prior) / (f64::from(self.sent[h]) + strength)
    }

    /// Returns the share of pushes answered over all hours.
    pub fn mean_rate(&self) -> f64 {
        let sum = |counts: &[u32; HOURS]| counts.iter().map(|c| f64::from(*c)).sum::<f64>();
        (sum(&self.answered) + PRIOR_OF_HOUR * USUAL_RATE) / (sum(&self.sent) + PRIOR_OF_HOUR)
    }

    /// Returns the share of pushes answered at a local hour.
    pub fn rate(&self, local_hour: u32) -> f64 {
        let h = local_hour as usize % HOURS;
        self.share(h, self.mean_rate(), PRIOR_OF_HOUR)
    }

    /// Returns the share that an avatar with these answers gives at a local hour, `everybody` standing in for what it has not
    /// shown.
    pub fn rate_among(&self, everybody: &Self, local_hour: u32) -> f64 {
        let h = local_hour as usize % HOURS;
        self.share(h, everybody.rate(local_hour), PRIOR_OF_AVATAR)
    }

    /// Returns how much better than at a usual hour an avatar answers at this one; 1 for the same.
    pub fn factor_among(&self, everybody: &Self, local_hour: u32) -> f64 {
        let mean = (0..HOURS as u32)
            .map(|h| self.rate_among(everybody, h))
            .sum::<f64>()
            / HOURS as f64;
        self.rate_among(everybody, local_hour) / mean
    }
}

impl RowHash for HourAnswers {
    fn hash_row(&self, h: &mut StateHasher) {
        for (s, a) in self.sent.iter().zip(&self.answered) {
            h.u64(u64::from(*s) << 32 | u64::from(*a));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    fn response(came: bool) -> Response {
        if came {
            Response::Came
        } else {
            Response::StayedAway
        }
    }

    #[test]
    fn everybodys_best_hour_is_found_and_an_avatars_own_after_a_while() {
        let mut everybody = HourAnswers::default();
        for i in 0..24_000u64 {
            let hour = (i % 24) as u32;
            let truth = if hour == 19 { 0.15 } else { 0.05 };
            let came = RngStream::new(1, Purpose::Test, i, 0).chance(truth);
            everybody.observe(hour, response(came));
        }
        let best = |own: &HourAnswers| {
            (0..24)
                .max_by(|a, b| {
                    let rate = |h| own.rate_among(&everybody, h);
                    rate(*a).total_cmp(&rate(*b))
                })
                .unwrap()
        };
        let mut own = HourAnswers::default();
        assert_eq!(best(&own), 19);
        assert!((own.rate_among(&everybody, 19) - 0.15).abs() < 0.04);
        for _ in 0..6 {
            own.observe(7, Response::Came);
        }
        assert_eq!(
            best(&own),
            7,
            "six answers of six weigh more than everybody"
        );
        assert!(own.factor_among(&everybody, 7) > 2.0);
    }

    #[test]
    fn without_any_answer_all_hours_are_alike() {
        let nobody = HourAnswers::default();
        for h in 0..24 {
            assert!((nobody.rate(h) - USUAL_RATE).abs() < 1e-12);
            assert!((nobody.factor_among(&nobody, h) - 1.0).abs() < 1e-12);
        }
    }
}
