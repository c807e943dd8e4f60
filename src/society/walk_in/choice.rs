//! What can be chosen for an avatar that was taken over.

use serde::{Deserialize, Serialize};

use crate::events::behavior::Surface;
use crate::sim::ids::SpaceId;
use crate::society::avatars::session::Intent;

/// A choice made for an avatar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    /// Begin a session now.
    Wake,
    /// Open a surface; the avatar first goes where that surface is, if it is elsewhere.
    Look {
        /// Which.
        surface: Surface,
    },
    /// Take what stands in a slot of the open slate.
    Pick {
        /// Which, from 0.
        slot: u8,
    },
    /// Take nothing of the open slate.
    PassBy,
    /// Click the ad of the open slate, and take nothing else of it.
    ClickAd,
    /// Go to a space.
    Go {
        /// Which.
        space: SpaceId,
    },
    /// Talk with somebody who is here; the avatar goes out first, if it is at home.
    Talk,
    /// Look for a game, where games are.
    Play,
    /// Take the next lesson of its course, or look for a course, where lessons are given.
    Study,
    /// End the session, as soon as the avatar is free.
    Leave,
}

impl Choice {
    /// Returns its word, as command files spell it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Wake => "wake",
            Self::Look { .. } => "look",
            Self::Pick { .. } => "pick",
            Self::PassBy => "pass_by",
            Self::ClickAd => "click_ad",
            Self::Go { .. } => "go",
            Self::Talk => "talk",
            Self::Play => "play",
            Self::Study => "study",
            Self::Leave => "leave",
        }
    }

    /// Returns the choice as a number, for hashing.
    pub(super) fn code(self) -> u64 {
        match self {
            Self::Wake => 1,
            Self::Look { surface } => 2 | u64::from(surface.code()) << 8,
            Self::Pick { slot } => 3 | u64::from(slot) << 8,
            Self::PassBy => 4,
            Self::ClickAd => 5,
            Self::Go { space } => 6 | u64::from(space.0) << 8,
            Self::Talk => 7,
            Self::Play => 8,
            Self::Study => 9,
            Self::Leave => 10,
        }
    }

    /// Says whether it answers a slate that is open.
    #[must_use]
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::Pick { .. } | Self::PassBy | Self::ClickAd)
    }
}

/// Returns what an avatar means to do on a surface; `None` for what is no surface of slates.
#[must_use]
pub const fn intent_on(surface: Surface) -> Option<Intent> {
    match surface {
        Surface::Feed => Some(Intent::Feed),
        Surface::People => Some(Intent::MeetPeople),
        Surface::Communities => Some(Intent::FindCommunity),
        Surface::Games => Some(Intent::Play),
        Surface::GameItems => Some(Intent::GameItems),
        Surface::Assets => Some(Intent::Assets),
        Surface::Parcels => Some(Intent::Land),
        Surface::Courses => Some(Intent::Study),
        Surface::Spaces => Some(Intent::Travel),
        Surface::None => None,
    }
}
