//! A recording at a moment, as those who fill the window's rows see it.

use std::sync::Arc;

use super::recent::Recent;
use super::sight::mark_texts;
use crate::events::offer::Slate;
use crate::lab::recording::{Picture, Recording, Seen, Series, Tour};
use crate::lab::summary::PolicyChange;
use crate::sim::ids::{AvatarId, SpaceId};
use crate::sim::units::Tick;

/// What of a recording stays the same while it is played; cheap to share.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reel {
    /// Name of the scenario.
    pub scenario: String,
    /// What the scenario says of itself.
    pub description: String,
    /// Facts about the file: name, value, what it means.
    pub facts: Vec<[String; 3]>,
    /// What is missing of a file that was cut or damaged.
    pub damage: Option<String>,
    /// Whether it shows where everybody is, and not only numbers.
    pub shows_city: bool,
    /// The first and the last moment: the ticks that run next there.
    pub span: (Tick, Tick),
    /// Its captions; empty if it has none.
    pub tour: Tour,
}

impl Reel {
    /// Returns the caption that belongs to a moment: the last one that has come by then.
    #[must_use]
    pub fn caption_at(&self, now: Tick) -> Option<usize> {
        let captions = &self.tour.captions;
        captions
            .partition_point(|c| self.moment(c.tick) <= now)
            .checked_sub(1)
    }

    /// Returns the moment of a tick: the tick itself, or the nearest that was recorded.
    #[must_use]
    pub fn moment(&self, tick: u32) -> Tick {
        Tick(tick.clamp(self.span.0.0, self.span.1.0.max(self.span.0.0)))
    }
}

/// A recording at a moment.
pub struct Recorded<'a> {
    /// The recording.
    pub recording: &'a Recording,
    /// What stays the same.
    pub reel: &'a Arc<Reel>,
    /// The curves it holds, whole.
    pub series: &'a [Series],
    /// The city after the tick before this moment.
    pub picture: &'a Picture,
    /// The tick that runs next.
    pub now: Tick,
    /// What happened today, as far as it was read yet.
    pub recent: &'a Recent,
    /// Who came to each space today, as far as it was read yet.
    pub visits: &'a [u32],
    /// How many sessions had begun before today; of a day in which the recording began, before it did.
    pub sessions_before: i64,
    /// Since when today was read; it is read backwards to midnight while nothing else is due.
    pub read_since: Tick,
    /// What the inspected avatar was offered lately, newest first; kept only in full recordings.
    pub slates: &'a [Slate],
    /// Policy values changed in all of the recording, oldest first.
    pub changes: &'a [PolicyChange],
}

impl Recorded<'_> {
    /// Returns the tick that ran last.
    #[must_use]
    pub const fn ran(&self) -> Tick {
        self.picture.tick
    }

    /// Returns somebody who is in the city.
    #[must_use]
    pub fn seen(&self, id: AvatarId) -> Option<&Seen> {
        let awake = &self.picture.awake;
        let i = awake.binary_search_by_key(&id, |s| s.id).ok()?;
        awake.get(i)
    }

    /// Lists who is in a space, by id; those on their way elsewhere have left it.
    pub fn in_space(&self, space: SpaceId) -> impl Iterator<Item = AvatarId> {
        let awake = self.picture.awake.iter();
        awake
            .filter(move |s| s.space == space && s.trip.is_none())
            .map(|s| s.id)
    }

    /// Returns policy changes as charts mark them: in days, with what became what.
    #[must_use]
    pub fn mark_texts(&self) -> Vec<(f64, String)> {
        mark_texts(self.changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::panels::testing::caption;

    #[test]
    fn a_caption_lasts_until_the_next_and_none_comes_before_the_first() {
        let reel = Reel {
            span: (Tick(1), Tick(1_000)),
            tour: Tour {
                captions: [60, 200, 5_000].map(|t| caption(t, "A title")).to_vec(),
                ..Tour::default()
            },
            ..Reel::default()
        };
        assert_eq!(reel.caption_at(Tick(59)), None);
        assert_eq!(reel.caption_at(Tick(60)), Some(0));
        assert_eq!(reel.caption_at(Tick(199)), Some(0));
        assert_eq!(reel.caption_at(Tick(200)), Some(1));
        // A caption beyond the end of a recording that was cut belongs to its end.
        assert_eq!(reel.caption_at(Tick(1_000)), Some(2));
        assert_eq!(Reel::default().caption_at(Tick(5)), None);
    }
}
