//! The signs above people's heads in a picture of the city: what of what happened is shown, and for how long.

use crate::events::behavior::{Event, EventKind};

/// Ticks for which a sign stays above a head.
pub const MARK_TICKS: u32 = 4;

/// A sign above somebody's head.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Mark {
    /// None.
    #[default]
    None = 0,
    /// Liked something, or made a tie.
    Heart = 1,
    /// Talks.
    Bubble = 2,
    /// Bought something.
    Bag = 3,
    /// Received coins.
    Coin = 4,
}

impl Mark {
    /// Returns the sign of what happened.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        match event.kind {
            EventKind::Like | EventKind::TieAccept => Self::Heart,
            EventKind::Talk => Self::Bubble,
            EventKind::Buy | EventKind::ParcelBuy => Self::Bag,
            EventKind::RewardClaim | EventKind::QuestDone | EventKind::Drop => Self::Coin,
            _ => Self::None,
        }
    }
}
