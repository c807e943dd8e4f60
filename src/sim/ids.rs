//! Stable ids: dense, small, ordered, and the same in every run of a seed.
//!
//! An [`AvatarId`] is never a Bevy `Entity`: it is what is logged, sorted, hashed and shown.

use serde::{Deserialize, Serialize};

/// Declares a dense integer id.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// Returns the id as an index into a table of its kind.
            #[must_use]
            pub const fn idx(self) -> usize {
                self.0 as usize
            }

            /// Makes the id of the row at `idx`.
            ///
            /// # Panics
            /// If `idx` does not fit 32 bits; tables are checked against that when a scenario is loaded.
            #[must_use]
            pub fn from_idx(idx: usize) -> Self {
                Self(u32::try_from(idx).expect("tables hold fewer than 2^32 rows"))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

id!(
    /// A person of the city.
    AvatarId
);
id!(
    /// A thing that can be offered: a post, game, asset, parcel for sale, course, …
    ItemId
);
id!(
    /// A place avatars can be in.
    SpaceId
);
id!(
    /// A cell of the land grid.
    ParcelId
);
id!(
    /// A group of avatars around a topic.
    CommunityId
);
id!(
    /// An advertiser's campaign.
    CampaignId
);

/// Numbers sessions over the whole run, in the order in which they began.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SessionId(pub u64);

/// Numbers offers (slates, pushes, invitations, ads, rewards) over the whole run.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct OfferId(pub u64);
