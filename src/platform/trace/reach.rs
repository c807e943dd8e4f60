//! Why somebody was reached, or rewarded, and why somebody was not.

use super::slate::SlateTrace;
use crate::events::bus::RewardKind;
use crate::sim::ids::{AvatarId, ItemId, SpaceId};
use crate::sim::units::{Coins, Tick};

/// Why a push was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct PushTrace {
    /// What it advertises.
    pub item: ItemId,
    /// Its score.
    pub score: f32,
    /// Predicted attraction of that.
    pub attraction: f64,
    /// Pushes before this one that were not opened.
    pub in_vain: u8,
    /// Pushes in a row after which the avatar is left alone.
    pub limit: u32,
    /// Hours of the avatar's own day between which it may be pushed.
    pub awake_hours: (u32, u32),
    /// Its own hour now.
    pub local_hour: u32,
    /// Days until the next, if this one is in vain; `None` if there will be none.
    pub next_days: Option<f64>,
    /// How the item was found; the first slot is the item.
    pub slate: Option<Box<SlateTrace>>,
}

/// Why an invitation was sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum InvitationTrace {
    /// A friend has come.
    Friend {
        /// Who.
        from: AvatarId,
        /// Where.
        space: SpaceId,
        /// How strong the tie is.
        strength: f32,
        /// Friends looked at, and of those how many may not be reached now.
        looked_at: (u8, u8),
        /// Days between invitations, at least.
        gap_days: f64,
    },
    /// A live event is held.
    Live {
        /// Where.
        space: SpaceId,
        /// Match of observed interests and what the space is about.
        interest: f64,
        /// Price of a seat, in the same unit.
        price: f64,
        /// Seats expected to be taken, and all.
        seats: (f64, f64),
        /// Other venues that were weighed.
        n_others: u32,
    },
}

/// Why a reward was granted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RewardTrace {
    /// For what.
    pub kind: RewardKind,
    /// How much.
    pub amount: Coins,
    /// Coins of the rule before any bonus.
    pub base: f64,
    /// Days in a row that count towards the bonus; 0 where there is none.
    pub streak: u16,
    /// Chance of the reward where it is drawn; 1 where it is due.
    pub chance: f64,
}

/// Why somebody was not reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// It does not allow pushes.
    PushNotAllowed,
    /// There was nothing to tell it.
    NothingToTell,
    /// It was pushed in vain too often: this was the last.
    PushLimit,
    /// It was invited not long ago.
    InvitationGap,
    /// It is in the city already, or does not allow it.
    NotReachable,
    /// Its budget of pushes is spent.
    BudgetSpent,
    /// It was drawn to get none, so that others can be compared with it.
    HeldOut,
    /// All seats are taken.
    SeatsTaken,
}

/// Something that was not offered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Withheld {
    /// From whom.
    pub avatar: AvatarId,
    /// When.
    pub tick: Tick,
    /// Why.
    pub rule: Rule,
}
