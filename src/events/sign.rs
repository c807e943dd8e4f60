//! Signs: brands in public places, shown to everybody who comes there for as long as they were sold for.
//!
//! It is state only where a scenario has such signs: other cities do not have it.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::behavior::coded;
use super::bus::hash_ad;
use super::offer::AdSlot;
use crate::sim::ids::{AvatarId, SpaceId};
use crate::sim::state_hash::{StateHash, StateHasher};

coded! {
    /// What kind of sign it is.
    SignKind {
        /// A brand placed in a room for a day.
        Placement = 0, "placement";
        /// The sponsor of a live event.
        Sponsorship = 1, "sponsorship";
    }
}

/// A sign before an avatar.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SignView {
    /// Who comes by it.
    pub avatar: AvatarId,
    /// Where; whoever has gone on does not see it.
    pub space: SpaceId,
    /// What kind of sign it is.
    pub kind: SignKind,
    /// What it shows.
    pub ad: AdSlot,
}

/// Signs that are seen in this tick.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct SignBus {
    /// In the order of their offers.
    pub views: Vec<SignView>,
}

impl StateHash for SignBus {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for v in &self.views {
            h.u64(u64::from(v.avatar.0) << 32 | u64::from(v.space.0));
            h.u32(u32::from(v.kind.code()));
            hash_ad(&mut h, &v.ad);
        }
        h.finish()
    }
}
