//! What anybody may know of an avatar, and what it lets the platform know.
//!
//! This and the catalogue's cards are all that the platform can import from society.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::sim::ids::AvatarId;
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};
use crate::sim::units::Tick;

/// A purpose of data use that is consented to or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum DataPurpose {
    /// Recommendation from behaviour.
    Recommendation = 1,
    /// Ads chosen by behaviour.
    Ads = 2,
    /// Research.
    Research = 4,
}

/// The purposes an avatar consents to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Consent(u8);

impl Consent {
    /// Consents to nothing.
    pub const NOTHING: Self = Self(0);
    /// Consents to everything.
    pub const ALL: Self = Self(7);
    /// Adds a purpose.
    #[must_use]
    pub const fn with(self, purpose: DataPurpose) -> Self {
        Self(self.0 | purpose as u8)
    }
    /// Takes a purpose back.
    #[must_use]
    pub const fn without(self, purpose: DataPurpose) -> Self {
        Self(self.0 & !(purpose as u8))
    }
    /// Says whether a purpose is consented to.
    #[must_use]
    pub const fn allows(self, purpose: DataPurpose) -> bool {
        self.0 & purpose as u8 != 0
    }
    /// Returns the bitmap that is logged.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }
}

/// The public card of an avatar, with what it consented to share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// When it joined.
    pub joined: Tick,
    /// What its data may be used for.
    pub consent: Consent,
    /// Whether it allows pushes.
    pub push_allowed: bool,
    /// Hours east of the city's clock; shared with the consent to recommendation.
    pub timezone: i8,
    /// Whether it is under age; shared, because the platform must not target it.
    pub is_minor: bool,
}

impl RowHash for Profile {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u64(
            u64::from(self.joined.0)
                | u64::from(self.consent.bits()) << 32
                | u64::from(self.push_allowed) << 40
                | u64::from(self.is_minor) << 41
                | u64::from(self.timezone.cast_unsigned()) << 48,
        );
    }
}

/// All profiles.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Profiles {
    /// One each, by [`AvatarId`].
    pub table: Table<Profile>,
}

impl Profiles {
    /// Returns a profile.
    #[must_use]
    pub fn get(&self, id: AvatarId) -> &Profile {
        self.table.row(id.idx())
    }
}

impl StateHash for Profiles {
    fn digest(&mut self) -> u64 {
        self.table.digest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consent_is_given_and_taken_by_purpose() {
        let c = Consent::NOTHING.with(DataPurpose::Ads);
        assert!(c.allows(DataPurpose::Ads) && !c.allows(DataPurpose::Recommendation));
        assert_eq!(c.without(DataPurpose::Ads), Consent::NOTHING);
    }
}
