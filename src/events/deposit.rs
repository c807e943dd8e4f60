//! What advertisers ask of the bank: deposits of outside money, which ads are paid from.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::sim::ids::CampaignId;
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::Coins;

/// An advertiser wants its deposit to stand at a level: it pays in what is missing and takes out what is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepositRequest {
    /// Whose campaign.
    pub campaign: CampaignId,
    /// What the deposit shall be, in outside money.
    pub level: Coins,
}

/// Requests that are granted when the tick settles.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct DepositBus {
    /// What is asked, in campaign order.
    pub requests: Vec<DepositRequest>,
}

impl StateHash for DepositBus {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for r in &self.requests {
            h.u32(r.campaign.0);
            h.i64(r.level.micros());
        }
        h.finish()
    }
}
