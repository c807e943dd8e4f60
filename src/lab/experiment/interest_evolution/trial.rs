//! Many viewers under one policy, and what they watched.

use rayon::prelude::*;

use super::world::{Videos, Viewer, Watched, draw_videos};
use crate::lab::metrics::statistics::interval::{Interval, mean_interval};
use crate::platform::models::params::ModelError;
use crate::platform::models::slate::choice::Choice;
use crate::sim::rng::{Purpose, RngStream};

/// Steps after which a viewer is taken for one who never leaves; the longest seen is near 250.
const MOST_STEPS: u32 = 10_000;

/// What one viewer watched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Visit {
    /// Minutes watched: the return.
    pub minutes: f64,
    /// Sum of the qualities watched.
    pub quality: f64,
    /// Videos watched.
    pub n_watched: u32,
    /// Slates shown.
    pub n_slates: u32,
}

/// What all viewers of a policy watched.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Every viewer, by number.
    pub visits: Vec<Visit>,
}

impl Trial {
    /// Returns the minutes watched by every viewer.
    #[must_use]
    pub fn minutes(&self) -> Vec<f64> {
        self.visits.iter().map(|v| v.minutes).collect()
    }

    /// Returns the mean of minutes watched with its 95 % interval; `None` for fewer than two viewers.
    #[must_use]
    pub fn mean(&self) -> Option<Interval> {
        mean_interval(&self.minutes(), 0.95)
    }

    /// Returns the mean quality of all videos watched; 0 if there are none.
    #[must_use]
    pub fn quality(&self) -> f64 {
        let n: f64 = self.visits.iter().map(|v| f64::from(v.n_watched)).sum();
        let sum: f64 = self.visits.iter().map(|v| v.quality).sum();
        if n > 0.0 { sum / n } else { 0.0 }
    }
}

/// Who chooses slates for one viewer at a time, and sees what comes of them.
pub trait Chooser {
    /// Chooses a slate from the videos.
    ///
    /// # Errors
    /// [`ModelError`] from whatever it chooses by.
    fn choose(
        &mut self,
        viewer: &Viewer,
        videos: &Videos,
        rng: &mut RngStream,
    ) -> Result<Vec<usize>, ModelError>;

    /// Is told what came of the slate.
    fn see(&mut self, _: &Videos, _: &Watched) {}
}

/// Shows one viewer slates until it leaves.
///
/// Viewer, videos and luck of each step have streams of their own, so that policies share them.
///
/// # Errors
/// Those of the chooser.
pub fn visit(
    choice: Choice,
    seed: u64,
    number: u64,
    chooser: &mut impl Chooser,
) -> Result<Visit, ModelError> {
    let mut viewer = Viewer::draw(seed, number);
    let mut visit = Visit {
        minutes: 0.0,
        quality: 0.0,
        n_watched: 0,
        n_slates: 0,
    };
    while viewer.stays() && visit.n_slates < MOST_STEPS {
        let step = visit.n_slates;
        let videos = draw_videos(seed, number, step);
        let mut luck = RngStream::new(seed, Purpose::Exploration, number, step);
        let slate = chooser.choose(&viewer, &videos, &mut luck)?;
        let mut luck = RngStream::new(seed, Purpose::Choice, number, step);
        let watched = viewer.watch(choice, &videos, &slate, &mut luck);
        chooser.see(&videos, &watched);
        visit.minutes += watched.minutes;
        visit.quality += watched.quality;
        visit.n_watched += u32::from(watched.video.is_some());
        visit.n_slates += 1;
    }
    Ok(visit)
}

/// Shows viewers `0..n` slates until each leaves; every viewer gets a chooser of its own from `make`.
///
/// # Errors
/// That of the first viewer whose chooser fails.
pub fn trial<C: Chooser>(
    choice: Choice,
    seed: u64,
    n: u32,
    make: impl Fn() -> C + Sync,
    on_visit: impl Fn() + Sync,
) -> Result<Trial, ModelError> {
    let visits: Result<Vec<Visit>, ModelError> = (0..n)
        .into_par_iter()
        .map(|number| {
            let done = visit(choice, seed, u64::from(number), &mut make());
            on_visit();
            done
        })
        .collect();
    Ok(Trial { visits: visits? })
}
