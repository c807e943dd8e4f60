//! The rules of interest evolution: viewers whose interests move with what they watch, and whose patience good videos prolong.
//!
//! A viewer has an interest in [-1, 1] in each of 20 topics and 200 minutes of patience. Each step shows 3 of 10 fresh videos;
//! the viewer watches at most one. Watching brings up to 4 minutes and costs as many minutes of patience, of which good quality
//! gives back up to nine tenths and bad quality takes as much again; watching nothing costs half a minute. What was watched
//! moves the interest in its topic. Trashy topics are many, good ones few: who shows what is liked now, wears patience out.
//!
//! # Source
//! RecSim's `interest_evolution` with `UtilityModelUserSampler` and `UtilityModelVideoSampler` (Ie et al. 2019,
//! arXiv 1909.04847), as SlateQ is evaluated on (Ie et al. 2019, IJCAI, section 6), restated.

use crate::platform::models::slate::choice::Choice;
use crate::sim::rng::{Purpose, RngStream};

/// Topics.
pub const TOPICS: usize = 20;
/// Videos to choose a slate from.
pub const VIDEOS: usize = 10;
/// Videos on a slate.
pub const SLATE: usize = 3;
/// Patience of a viewer who has just come, in minutes.
pub const PATIENCE: f64 = 200.0;
/// Length of a video, in minutes.
pub const MINUTES: f64 = 4.0;
/// Patience that watching nothing costs, in minutes.
const IDLE_COST: f64 = 0.5;
/// Share of a video's minutes that one unit of quality gives back: nine tenths of a range of 3.4.
pub const QUALITY_GAIN: f64 = 0.9 / 3.4;
/// Deviation of the quality of videos of a topic.
const QUALITY_DEVIATION: f64 = 0.1;
/// Score of watching nothing, on the scale of interests.
const NOTHING_SCORE: f64 = 1.0;
/// Lowest score there is.
const LOWEST_SCORE: f64 = -1.0;

/// Returns the mean quality of a topic: 14 trashy ones from -3 to 0, then 6 good ones from 0 to 3.
#[must_use]
pub fn mean_quality(topic: usize) -> f64 {
    if topic < 14 {
        -3.0 + 3.0 * topic as f64 / 13.0
    } else {
        3.0 * (topic - 14) as f64 / 5.0
    }
}

/// A viewer, as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Viewer {
    /// Interest in each topic, in [-1, 1].
    pub interests: [f64; TOPICS],
    /// Minutes it will still stay; it has left once this is 0 or less.
    pub patience: f64,
}

/// Topics of the videos there are to choose from.
pub type Videos = [usize; VIDEOS];

/// What came of a slate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Watched {
    /// Which video of the ten; `None` if none.
    pub video: Option<usize>,
    /// Minutes watched.
    pub minutes: f64,
    /// Quality of what was watched; 0 if nothing was.
    pub quality: f64,
}

impl Viewer {
    /// Draws the viewer of a number.
    #[must_use]
    pub fn draw(seed: u64, viewer: u64) -> Self {
        let mut rng = RngStream::new(seed, Purpose::Interests, viewer, 0);
        Self {
            interests: std::array::from_fn(|_| rng.range(-1.0, 1.0)),
            patience: PATIENCE,
        }
    }

    /// Says whether the viewer is still there.
    #[must_use]
    pub fn stays(&self) -> bool {
        self.patience > 0.0
    }

    /// Returns the weights with which the videos, and nothing, are watched.
    #[must_use]
    pub fn weights(&self, choice: Choice, videos: &Videos) -> ([f64; VIDEOS], f64) {
        let of = |score| choice.weight(score, LOWEST_SCORE);
        (videos.map(|t| of(self.interests[t])), of(NOTHING_SCORE))
    }

    /// Lets the viewer answer a slate and be moved by it.
    pub fn watch(
        &mut self,
        choice: Choice,
        videos: &Videos,
        slate: &[usize],
        rng: &mut RngStream,
    ) -> Watched {
        let (all, nothing) = self.weights(choice, videos);
        let mut weights: Vec<f64> = slate.iter().map(|i| all[*i]).collect();
        weights.push(nothing);
        let drawn = rng.weighted(&weights);
        let Some(video) = drawn.and_then(|place| slate.get(place).copied()) else {
            self.patience -= IDLE_COST;
            return Watched {
                video: None,
                minutes: 0.0,
                quality: 0.0,
            };
        };
        let topic = videos[video];
        let minutes = self.patience.min(MINUTES);
        let quality = mean_quality(topic) + QUALITY_DEVIATION * rng.normal();
        let interest = self.interests[topic];
        let change = (0.3 - 0.3 * interest.abs()) * (1.0 - interest);
        let rises = rng.chance(f64::midpoint(interest, 1.0));
        let moved = if rises {
            interest + change
        } else {
            interest - change
        };
        self.interests[topic] = moved.clamp(-1.0, 1.0);
        self.patience -= minutes - QUALITY_GAIN * minutes * quality;
        Watched {
            video: Some(video),
            minutes,
            quality,
        }
    }
}

/// Draws the videos of a viewer's step, each topic as likely as another.
#[must_use]
pub fn draw_videos(seed: u64, viewer: u64, step: u32) -> Videos {
    let mut rng = RngStream::new(seed, Purpose::Candidates, viewer, step);
    std::array::from_fn(|_| rng.below(TOPICS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewer(interest: f64) -> Viewer {
        Viewer {
            interests: [interest; TOPICS],
            patience: PATIENCE,
        }
    }

    #[test]
    fn topics_have_the_qualities_of_two_even_grids() {
        // numpy: linspace(-3, 0, 14)[1] = -2.769230769230769, linspace(0, 3, 6)[4] = 2.4
        assert_eq!(mean_quality(0), -3.0);
        assert!((mean_quality(1) + 2.769_230_769_230_769).abs() < 1e-15);
        assert_eq!(mean_quality(13), 0.0);
        assert_eq!(mean_quality(14), 0.0);
        assert!((mean_quality(18) - 2.4).abs() < 1e-15);
        assert_eq!(mean_quality(19), 3.0);
    }

    #[test]
    fn watching_nothing_costs_half_a_minute_and_moves_nothing() {
        // With the proportional choice and lowest interest every video has weight 0.
        let mut v = viewer(-1.0);
        let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
        let w = v.watch(Choice::Proportional, &[3; VIDEOS], &[0, 1, 2], &mut rng);
        assert_eq!((w.video, w.minutes), (None, 0.0));
        assert_eq!(v.patience, 199.5);
        assert_eq!(v.interests, [-1.0; TOPICS]);
    }

    #[test]
    fn watching_moves_interest_and_patience_as_computed_by_hand() {
        for id in 0..200 {
            let mut v = viewer(0.5);
            let mut rng = RngStream::new(1, Purpose::Test, id, 0);
            let w = v.watch(Choice::Logit, &[19; VIDEOS], &[4, 5, 6], &mut rng);
            if w.video.is_none() {
                continue;
            }
            // 0.3 − 0.3·0.5 = 0.15, times 1 − 0.5.
            let moved = (v.interests[19] - 0.5).abs();
            assert!((moved - 0.075).abs() < 1e-15);
            assert!((w.quality - 3.0).abs() < 0.6);
            let expected = 200.0 - 4.0 + 0.9 / 3.4 * 4.0 * w.quality;
            assert!((v.patience - expected).abs() < 1e-12);
            assert_eq!(v.interests[..19], [0.5; 19]);
        }
    }

    #[test]
    fn interests_rise_and_choices_fall_as_often_as_their_probabilities() {
        let (mut n, mut watched, mut rose) = (0.0, 0.0, 0.0);
        for id in 0..20_000 {
            let mut v = viewer(0.2);
            let mut rng = RngStream::new(2, Purpose::Test, id, 0);
            let w = v.watch(Choice::Logit, &[7; VIDEOS], &[0, 1, 2], &mut rng);
            n += 1.0;
            if w.video.is_some() {
                watched += 1.0;
                rose += f64::from(u8::from(v.interests[7] > 0.2));
            }
        }
        // 3e^0.2 / (3e^0.2 + e) = 0.5741; (0.2 + 1) / 2 = 0.6. Four standard errors: 0.014 and 0.0183.
        assert!((watched / n - 0.574_1f64).abs() < 0.014);
        assert!((rose / watched - 0.6f64).abs() < 0.018_3);
    }

    #[test]
    fn the_last_video_is_no_longer_than_the_patience() {
        let mut v = viewer(1.0);
        v.patience = 1.5;
        let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
        let w = loop {
            let w = v.watch(Choice::Logit, &[0; VIDEOS], &[0, 1, 2], &mut rng);
            if w.video.is_some() {
                break w;
            }
        };
        assert!(w.minutes <= 1.5 && !v.stays());
    }
}
