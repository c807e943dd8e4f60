//! What each campaign has learned of how its bids win, display ads and rewarded videos apart.
//!
//! Bids are compared as what they would be for an ad that is clicked as often as is usual, so that one curve serves every
//! avatar. A campaign learns from the auctions that it took part in, and from nothing else.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::auction::Quality;
use super::bidder::shading::{Sale, Shading, ShadingConfig};
use super::click_model::Format;
use super::config::AdsConfig;
use super::lot::{Lot, Rules, quality, worth};
use crate::sim::ids::CampaignId;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};
use crate::sim::units::Coins;

/// What one campaign knows.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Known([Option<Shading>; 2]);

impl RowHash for Known {
    fn hash_row(&self, h: &mut StateHasher) {
        for shading in &self.0 {
            h.u64(u64::from(shading.is_some()));
            if let Some(s) = shading {
                s.hash_row(h);
            }
        }
    }
}

/// What all campaigns know; empty while nobody shades.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Shades {
    table: Table<Known>,
}

impl StateHash for Shades {
    fn digest(&mut self) -> u64 {
        self.table.digest()
    }
}

impl Shades {
    /// Returns what a campaign bids for something worth `value`; `usual` is what that is worth to it usually.
    pub(super) fn bid(
        &mut self,
        campaign: CampaignId,
        format: Format,
        usual: Coins,
        value: Coins,
        config: &ShadingConfig,
        rng: &mut RngStream,
    ) -> Coins {
        while self.table.len() <= campaign.idx() {
            self.table.push(Known::default());
        }
        if self.table.row(campaign.idx()).0[format as usize].is_none() {
            self.table.row_mut(campaign.idx()).0[format as usize] = Some(Shading::new(usual));
        }
        self.table.row(campaign.idx()).0[format as usize]
            .map_or(value, |known| known.bid(value, config, rng))
    }

    /// Learns what came of a bid.
    pub(super) fn learn(
        &mut self,
        campaign: CampaignId,
        format: Format,
        bid: Coins,
        sale: Sale,
        config: &ShadingConfig,
    ) {
        if let Some(known) = &mut self.table.row_mut(campaign.idx()).0[format as usize] {
            known.learn(bid, sale, config);
        }
    }
}

/// Returns the quality of an ad that is clicked as often as is usual.
pub(super) fn usual_quality(lot: Lot<'_>, config: &AdsConfig) -> Quality {
    quality(lot.format.usual_rate(), config)
}

/// Returns `price · a / b`.
pub(super) fn times(price: Coins, a: Quality, b: Quality) -> Coins {
    let [a, b] = [a, b].map(|q| f64::from(q.per_thousand_million().max(1)));
    Coins::from_f64(price.as_f64() * (a / b))
}

/// Returns what a campaign bids for a click that it would pay `most` for.
pub(super) fn shaded(
    id: CampaignId,
    most: Coins,
    own: Quality,
    lot: Lot<'_>,
    rules: &Rules<'_>,
    shades: &mut Shades,
) -> Coins {
    let usual = usual_quality(lot, rules.config);
    let value = rules.campaigns.get(id).value;
    let value = value.scaled_ppm(worth(lot.format, rules.config));
    let pair = u64::from(id.0) << 32 | lot.audience.key();
    let mut rng = RngStream::new(rules.seed, Purpose::BidShading, pair, rules.now.0);
    let here = times(most, own, usual);
    let bid = shades.bid(
        id,
        lot.format,
        value,
        here,
        &rules.config.shading(),
        &mut rng,
    );
    times(bid, usual, own).min(most)
}
