//! What can be pointed at, named and inspected.

use serde::{Deserialize, Serialize};

use crate::events::behavior::{Thing, ThingKind};
use crate::sim::ids::{AvatarId, CampaignId, CommunityId, ItemId, ParcelId, SpaceId};

/// Somebody or something in the city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// A person.
    Avatar(AvatarId),
    /// A building people meet in.
    Space(SpaceId),
    /// A piece of land.
    Parcel(ParcelId),
    /// Something of the catalogue.
    Item(ItemId),
    /// An advertising campaign.
    Campaign(CampaignId),
    /// A community.
    Community(CommunityId),
}

impl Subject {
    /// Returns the subject that a record of the log names; `None` for no thing.
    #[must_use]
    pub fn of(thing: Thing) -> Option<Self> {
        Some(match thing.kind {
            ThingKind::None => return None,
            ThingKind::Item => Self::Item(ItemId(thing.id)),
            ThingKind::Avatar => Self::Avatar(AvatarId(thing.id)),
            ThingKind::Community => Self::Community(CommunityId(thing.id)),
            ThingKind::Space => Self::Space(SpaceId(thing.id)),
            ThingKind::Parcel => Self::Parcel(ParcelId(thing.id)),
            ThingKind::Campaign => Self::Campaign(CampaignId(thing.id)),
        })
    }

    /// Returns what kind of thing it is, in one word.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Avatar(_) => "avatar",
            Self::Space(_) => "space",
            Self::Parcel(_) => "parcel",
            Self::Item(_) => "item",
            Self::Campaign(_) => "campaign",
            Self::Community(_) => "community",
        }
    }

    /// Returns its number.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Avatar(id) => id.0,
            Self::Space(id) => id.0,
            Self::Parcel(id) => id.0,
            Self::Item(id) => id.0,
            Self::Campaign(id) => id.0,
            Self::Community(id) => id.0,
        }
    }

    /// Returns how it is called where it has no name: its kind and number.
    #[must_use]
    pub fn label(self) -> String {
        format!("{} {}", self.kind(), self.number())
    }
}
