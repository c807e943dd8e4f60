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
    /// What it shows, as anybody who looks at it sees.
    pub face: AdFace,
}

/// Most creatives a campaign may have.
pub const MOST_CREATIVES: usize = 8;

/// What an ad shows: what it is about, and which of its campaign's creatives it is.
///
/// One byte, five bits of topic below three of creative: the face of a campaign's first creative is its topic, so that cities
/// without further ones are written and hashed as they were before there were any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AdFace(u8);

impl AdFace {
    /// Bits of the topic.
    const TOPIC_BITS: u32 = 5;

    /// Names a creative, from 0, of a campaign about a topic, `0..32`; both are taken modulo what there is room for.
    #[must_use]
    pub const fn new(topic: u8, creative: u8) -> Self {
        Self(topic & ((1 << Self::TOPIC_BITS) - 1) | creative << Self::TOPIC_BITS)
    }

    /// Returns the face of a byte of a log.
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        Self(code)
    }

    /// Returns the byte written to logs.
    #[must_use]
    pub const fn code(self) -> u8 {
        self.0
    }

    /// Returns what the ad is about.
    #[must_use]
    pub const fn topic(self) -> u8 {
        self.0 & ((1 << Self::TOPIC_BITS) - 1)
    }

    /// Returns which of its campaign's creatives it is, from 0.
    #[must_use]
    pub const fn creative(self) -> u8 {
        self.0 >> Self::TOPIC_BITS
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_tells_topic_and_creative_and_that_of_the_first_is_the_topic() {
        for topic in 0..32 {
            assert_eq!(AdFace::new(topic, 0).code(), topic);
            for creative in 0..MOST_CREATIVES as u8 {
                let face = AdFace::new(topic, creative);
                assert_eq!((face.topic(), face.creative()), (topic, creative));
                assert_eq!(AdFace::from_code(face.code()), face);
            }
        }
    }
}
