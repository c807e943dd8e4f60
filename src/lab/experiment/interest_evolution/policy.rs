//! Who chooses the slates: at random, by what is liked now, or by what is known of the topics.

use super::world::{MINUTES, QUALITY_GAIN, SLATE, VIDEOS, Videos, Viewer, mean_quality};
use crate::platform::models::slate::choice::Choice;
use crate::platform::models::slate::optimize::highest;
use crate::sim::rng::RngStream;

/// Minutes watched per minute of patience by the short-sighted: what a minute of patience is good for.
const MINUTES_PER_PATIENCE: f64 = 0.83;

/// A rule that learns nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Three videos drawn at random.
    Random,
    /// The three videos of highest interest: all videos being equally long, these bring most minutes now.
    Myopic,
    /// The three videos of highest weight times worth, where the worth of a video is its minutes and what its topic's mean
    /// quality does to patience, less a cost in minutes of crowding out what else could be watched.
    ///
    /// It knows what no platform knows: the mean quality of every topic.
    LongTerm {
        /// Minutes a video is worth less for taking the place of another.
        opportunity: f64,
    },
}

impl Rule {
    /// Chooses a slate.
    #[must_use]
    pub fn choose(
        self,
        choice: Choice,
        viewer: &Viewer,
        videos: &Videos,
        rng: &mut RngStream,
    ) -> Vec<usize> {
        let keys: [f64; VIDEOS] = match self {
            Self::Random => std::array::from_fn(|_| rng.uniform()),
            Self::Myopic => videos.map(|t| viewer.interests[t]),
            Self::LongTerm { opportunity } => {
                let (weights, _) = viewer.weights(choice, videos);
                std::array::from_fn(|i| {
                    let kept = MINUTES * (QUALITY_GAIN * mean_quality(videos[i]) - 1.0);
                    weights[i] * (MINUTES + MINUTES_PER_PATIENCE * kept - opportunity)
                })
            }
        };
        highest(&keys, SLATE)
    }
}
