//! The guided tour of a recording: from caption to caption, staying at each as long as it takes to read.

use std::time::{Duration, Instant};

use crate::desktop::view::recorded::Reel;
use crate::lab::recording::Caption;
use crate::sim::units::Tick;

/// Shortest and longest stay at a caption.
const STAY: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(14));

/// Before anybody begins to read.
const SETTLING: Duration = Duration::from_millis(1_500);

/// A character of text: two hundred words a minute.
const PER_CHARACTER: Duration = Duration::from_millis(55);

/// What a tour asks of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing: wait or go on as it is.
    Stay,
    /// Stop at this caption, look where it looks, and stay.
    Arrive(usize),
    /// Go on from this caption, up to the next if there is one.
    Leave(usize),
    /// The tour is over.
    End,
}

/// A stay at a caption.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Dwelling {
    since: Instant,
    until: Instant,
}

/// Where a tour is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tour {
    /// The caption it has come to; `None` while no tour goes on.
    at: Option<usize>,
    dwelling: Option<Dwelling>,
    /// The caption that was closed.
    hidden: Option<usize>,
}

/// Returns how long a caption is stayed at.
fn stay(caption: &Caption) -> Duration {
    let characters = (caption.title.chars().count() + caption.text.chars().count()) as u32;
    (SETTLING + PER_CHARACTER * characters).clamp(STAY.0, STAY.1)
}

impl Tour {
    /// Says whether a tour goes on.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.at.is_some()
    }

    /// Returns the share of a stay that is over; `None` while time runs.
    #[must_use]
    pub fn stayed(&self, now: Instant) -> Option<f32> {
        let d = self.dwelling?;
        let whole = d.until.duration_since(d.since).as_secs_f32();
        Some((now.saturating_duration_since(d.since).as_secs_f32() / whole.max(1e-3)).min(1.0))
    }

    /// Stays at a caption from now on.
    pub(super) fn arrive(&mut self, i: usize, reel: &Reel, now: Instant) {
        let Some(caption) = reel.tour.captions.get(i) else {
            return self.end();
        };
        self.at = Some(i);
        self.hidden = None;
        self.dwelling = Some(Dwelling {
            since: now,
            until: now + stay(caption),
        });
    }

    /// Ends a tour where it is.
    pub(super) fn end(&mut self) {
        self.at = None;
        self.dwelling = None;
    }

    /// Ends a stay before its time.
    pub(super) fn hurry(&mut self, now: Instant) {
        if let Some(d) = &mut self.dwelling {
            d.until = now;
        }
    }

    /// Says whether it stays at a caption.
    pub(super) const fn stays(&self) -> bool {
        self.dwelling.is_some()
    }

    /// Returns what is to be done at a moment of the recording.
    pub(super) fn step(&mut self, reel: &Reel, shown: Tick, now: Instant) -> Step {
        let Some(at) = self.at else {
            return Step::Stay;
        };
        if let Some(d) = self.dwelling {
            if now < d.until {
                return Step::Stay;
            }
            self.dwelling = None;
            let is_last = at + 1 >= reel.tour.captions.len();
            // At the end there is nothing to go on to; playing would begin again.
            return if is_last && shown >= reel.span.1 {
                Step::End
            } else {
                Step::Leave(at)
            };
        }
        let next = at + 1;
        match reel.tour.captions.get(next) {
            Some(c) if shown >= reel.moment(c.tick) => Step::Arrive(next),
            None if shown >= reel.span.1 => Step::End,
            _ => Step::Stay,
        }
    }

    /// Returns the caption to show at a moment: the one that belongs to it, unless it was closed.
    #[must_use]
    pub fn shown(&self, reel: &Reel, shown: Tick) -> Option<usize> {
        // While a tour stays, its caption stands even if two belong to one moment.
        let i = match (self.at, self.dwelling) {
            (Some(at), Some(_)) => Some(at),
            _ => reel.caption_at(shown),
        };
        i.filter(|i| self.hidden != Some(*i))
    }

    /// Hides a caption, or shows again the one that was hidden.
    pub(super) fn toggle(&mut self, reel: &Reel, shown: Tick) {
        self.hidden = self.shown(reel, shown);
    }

    /// Shows captions again.
    pub(super) const fn unhide(&mut self) {
        self.hidden = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::panels::testing::caption;
    use crate::desktop::wall;
    use crate::lab::recording::Tour as Captions;

    fn reel(ticks: &[u32]) -> Reel {
        Reel {
            span: (Tick(1), Tick(1_000)),
            tour: Captions {
                captions: ticks.iter().map(|t| caption(*t, "A title")).collect(),
                ..Captions::default()
            },
            ..Reel::default()
        }
    }

    #[test]
    fn a_tour_stays_leaves_arrives_and_ends() {
        let reel = reel(&[60, 200]);
        let start = wall::now();
        let mut tour = Tour::default();
        assert_eq!(tour.step(&reel, Tick(60), start), Step::Stay);
        tour.arrive(0, &reel, start);
        assert!(tour.is_on() && tour.stays());
        assert_eq!(tour.step(&reel, Tick(60), start), Step::Stay);
        let later = start + STAY.1;
        assert_eq!(tour.stayed(later), Some(1.0));
        assert_eq!(tour.step(&reel, Tick(60), later), Step::Leave(0));
        assert_eq!(tour.step(&reel, Tick(199), later), Step::Stay);
        assert_eq!(tour.step(&reel, Tick(200), later), Step::Arrive(1));
        tour.arrive(1, &reel, later);
        tour.hurry(later);
        assert_eq!(tour.step(&reel, Tick(200), later), Step::Leave(1));
        assert_eq!(tour.step(&reel, Tick(900), later), Step::Stay);
        assert_eq!(tour.step(&reel, Tick(1_000), later), Step::End);
    }

    #[test]
    fn two_captions_of_one_moment_are_shown_one_after_the_other() {
        let reel = reel(&[60, 60]);
        let start = wall::now();
        let mut tour = Tour::default();
        tour.arrive(0, &reel, start);
        assert_eq!(tour.shown(&reel, Tick(60)), Some(0));
        tour.hurry(start);
        assert_eq!(tour.step(&reel, Tick(60), start), Step::Leave(0));
        assert_eq!(tour.step(&reel, Tick(60), start), Step::Arrive(1));
    }

    #[test]
    fn a_tour_whose_last_caption_stands_at_the_end_ends_there() {
        let reel = reel(&[60, 5_000]);
        let start = wall::now();
        let mut tour = Tour::default();
        tour.arrive(1, &reel, start);
        assert_eq!(tour.step(&reel, Tick(1_000), start), Step::Stay);
        assert_eq!(tour.step(&reel, Tick(1_000), start + STAY.1), Step::End);
    }

    #[test]
    fn a_caption_that_was_closed_stays_closed_and_can_be_shown_again() {
        let reel = reel(&[60, 200]);
        let mut tour = Tour::default();
        tour.toggle(&reel, Tick(70));
        assert_eq!(tour.shown(&reel, Tick(80)), None);
        assert_eq!(tour.shown(&reel, Tick(200)), Some(1));
        tour.toggle(&reel, Tick(80));
        assert_eq!(tour.shown(&reel, Tick(80)), Some(0));
    }

    #[test]
    fn longer_captions_are_stayed_at_longer_within_bounds() {
        let mut c = reel(&[0]).tour.captions[0].clone();
        let short = stay(&c);
        c.text = "x".repeat(150);
        assert!(stay(&c) > short);
        c.text = "x".repeat(1_000);
        assert_eq!(stay(&c), STAY.1);
    }
}
