//! What the platform offered, with its reason, so that "why?" can be answered later.

use super::behavior::coded;
use super::behavior::{Surface, Thing};
use crate::sim::ids::{AvatarId, CampaignId, ItemId, OfferId, SpaceId};
use crate::sim::units::{Coins, Tick};
use serde::{Deserialize, Serialize};

coded! {
    /// Which candidate source put a thing into a slate.
    Source {
        /// A ranking model's own retrieval.
        Model = 0, "model";
        /// What is popular now.
        Popular = 1, "popular";
        /// What is new.
        Fresh = 2, "fresh";
        /// What ties lead to.
        Social = 3, "social";
        /// Near where the avatar is.
        Nearby = 4, "nearby";
        /// Uniformly random exploration.
        Explore = 5, "explore";
        /// Paid for.
        Ad = 6, "ad";
    }
}

/// One slot of a slate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// What is offered.
    pub thing: Thing,
    /// Predicted attraction.
    pub score: f32,
    /// Probability with which the logging policy put this thing here, in (0, 1].
    pub propensity: f32,
    /// Where the candidate came from.
    pub source: Source,
    /// The price shown; zero for what is free.
    pub price: Coins,
}

/// Most slots a slate can have.
pub const MAX_SLATE: usize = 12;

/// A ranked list offered on one surface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slate {
    /// Its number.
    pub offer: OfferId,
    /// To whom.
    pub avatar: AvatarId,
    /// When.
    pub tick: Tick,
    /// Where on the screen.
    pub surface: Surface,
    /// Name of the ranking model, as an index into the registry's names.
    pub model: u8,
    /// What, best first.
    pub slots: Vec<Slot>,
    /// The ad in this slate's slot, if one won it.
    pub ad: Option<AdSlot>,
    /// Further ads below that one, each looked at less.
    pub ads_below: Vec<AdSlot>,
}

/// An ad that won a slot.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AdSlot {
    /// Whose.
    pub campaign: CampaignId,
    /// What a click costs the advertiser.
    pub price_per_click: Coins,
    /// What being shown costs the advertiser; zero where clicks are paid for.
    pub price_per_look: Coins,
    /// Predicted click probability.
    pub p_click: f32,
    /// Its own offer number.
    pub offer: OfferId,
    /// Whether watching it is rewarded with coins.
    pub rewarded: bool,
    /// What it is about, as anybody who looks at it sees.
    pub topic: u8,
}

/// Why a push was sent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Push {
    /// Its number.
    pub offer: OfferId,
    /// To whom.
    pub avatar: AvatarId,
    /// When.
    pub tick: Tick,
    /// What it advertises.
    pub item: ItemId,
    /// Predicted attraction of that.
    pub score: f32,
}

/// A bonus for a visit: coins for somebody who comes within a time and stays for a while.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bonus {
    /// Its number.
    pub offer: OfferId,
    /// To whom.
    pub avatar: AvatarId,
    /// When it was offered; a visit that began before does not count.
    pub tick: Tick,
    /// How many minutes a single visit must last.
    pub minutes: u32,
    /// By when.
    pub until: Tick,
    /// What it then gets.
    pub amount: Coins,
}

/// An invitation to join friends or a live event.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Invitation {
    /// Its number.
    pub offer: OfferId,
    /// To whom.
    pub avatar: AvatarId,
    /// In whose name; `None` for the city's live event.
    pub from: Option<AvatarId>,
    /// Where to.
    pub space: SpaceId,
    /// When.
    pub tick: Tick,
}
