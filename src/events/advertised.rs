//! What advertisers sell, as anybody in the world outside knows it.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::sim::ids::CampaignId;
use crate::sim::state_hash::{StateHash, StateHasher};

/// What one campaign advertises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Good {
    /// The campaign.
    pub campaign: CampaignId,
    /// What it is about.
    pub topic: u8,
}

/// Everything that is advertised today.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct Advertised {
    /// In campaign order.
    pub goods: Vec<Good>,
}

impl StateHash for Advertised {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for g in &self.goods {
            h.u64(u64::from(g.campaign.0) << 8 | u64::from(g.topic));
        }
        h.finish()
    }
}

impl Advertised {
    /// Returns what a campaign is about; `None` if it does not run.
    #[must_use]
    pub fn topic(&self, campaign: CampaignId) -> Option<u8> {
        let at = self.goods.binary_search_by_key(&campaign, |g| g.campaign);
        at.ok().map(|i| self.goods[i].topic)
    }
}
