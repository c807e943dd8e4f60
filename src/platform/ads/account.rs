//! Takes down an auction, with everybody who bid and everybody who did not; runs only where somebody wants to read it later.

use super::auction::{Pricing, Score, score};
use super::config::{AdsConfig, Bidding, PacingKind};
use super::floor::{Floor, Hope};
use super::goal::Goal;
use super::lot::{Lot, Rules, worth};
use super::reserve::LearnedReserves;
use crate::platform::trace::ad::{AuctionTrace, BidTrace, LeftOut, NAMED, SoldTrace, Targeting};
use crate::sim::ids::CampaignId;
use crate::sim::units::Coins;

/// Returns by how much a bid lies below the worth of what is bid for: worth over bid, less one.
fn held_back(hope: &Hope, value: Coins, per_click: Coins, config: &AdsConfig) -> f64 {
    match (config.bidding, config.pacing) {
        (Bidding::Truthful, PacingKind::Off | PacingKind::Throttling) => 0.0,
        (Bidding::Truthful, _) if hope.is_short => {
            value.as_f64() / hope.wanted.as_f64().max(1e-6) - 1.0
        }
        _ => value.as_f64() / per_click.as_f64().max(1e-6) - 1.0,
    }
}

impl Floor {
    /// Takes down the auction that was just held, for the ad in the `place`-th slot; the caps are those it was held under.
    pub(super) fn take_down(
        &self,
        place: usize,
        lot: Lot<'_>,
        targeting: Targeting,
        rules: &Rules<'_>,
        reserves: &LearnedReserves,
    ) -> AuctionTrace {
        let config = rules.config;
        let (reserve_price, reserve) = reserves.price(lot.format, config);
        let mut bids: Vec<BidTrace> = self
            .hopes
            .iter()
            .filter_map(|hope| self.bid_trace(hope, lot, rules, reserve))
            .collect();
        bids.sort_by(|a, b| b.score.cmp(&a.score).then(a.campaign.cmp(&b.campaign)));
        let sold = self.awards.get(place).map(|award| {
            let next = bids.get(place + 1).filter(|b| b.is_admitted);
            let (due, set_by) = match config.auction {
                Pricing::GeneralizedSecond => {
                    (next.map_or(reserve, |b| b.score), next.map(|b| b.campaign))
                }
                Pricing::Vcg if lot.slots == 1 => {
                    (next.map_or(reserve, |b| b.score), next.map(|b| b.campaign))
                }
                // What the others lose is nobody's bid alone.
                Pricing::Vcg => {
                    let own = bids.get(place).map_or(0, |b| b.quality);
                    let price = u128::try_from(award.per_click.micros()).unwrap_or(0);
                    (price * u128::from(own), None)
                }
                Pricing::FirstPrice => (
                    bids.get(place).map_or(reserve, |b| b.score),
                    Some(award.campaign),
                ),
            };
            SoldTrace {
                campaign: award.campaign,
                price: award.per_click,
                due,
                set_by,
            }
        });
        let (left_out, n_left_out) = self.left_out(lot, rules);
        AuctionTrace {
            pricing: config.auction,
            format: lot.format,
            targeting,
            bids,
            left_out,
            n_left_out,
            reserve_price,
            reserve,
            sold,
        }
    }

    fn bid_trace(
        &self,
        hope: &Hope,
        lot: Lot<'_>,
        rules: &Rules<'_>,
        reserve: Score,
    ) -> Option<BidTrace> {
        let config = rules.config;
        let bid = self.bids.iter().find(|b| b.campaign == hope.campaign)?;
        let campaign = rules.campaigns.get(hope.campaign);
        let own = score(bid.per_click, bid.quality);
        let value = match hope.goal {
            Goal::Clicks | Goal::Reach => campaign.value.scaled_ppm(worth(lot.format, config)),
            Goal::Conversions => hope.wanted,
        };
        Some(BidTrace {
            campaign: hope.campaign,
            topic: hope.topic,
            value,
            multiplier: if config.bidding == Bidding::Truthful
                && config.pacing == PacingKind::Adaptive
            {
                campaign.pacer.multiplier()
            } else {
                held_back(hope, value, bid.per_click, config)
            },
            is_short: hope.is_short,
            per_click: bid.per_click,
            fits: hope.p_click / hope.appeal,
            appeal: hope.appeal,
            p_click: hope.p_click,
            quality: bid.quality.per_thousand_million(),
            score: own,
            is_admitted: own >= reserve.max(1),
        })
    }

    /// Says why each campaign that runs and did not bid did not.
    fn left_out(
        &self,
        lot: Lot<'_>,
        rules: &Rules<'_>,
    ) -> (Vec<(CampaignId, LeftOut)>, [u32; LeftOut::ALL.len()]) {
        let config = rules.config;
        let mut named = Vec::new();
        let mut counts = [0u32; LeftOut::ALL.len()];
        for id in rules.campaigns.running() {
            if self.hopes.iter().any(|h| h.campaign == id) {
                continue;
            }
            let campaign = rules.campaigns.get(id);
            let avatar = lot.audience.avatar();
            let is_capped = avatar.is_some_and(|a| !rules.caps.allows(a, id, lot.day, config));
            let was_seen = avatar.is_some_and(|a| rules.caps.has_seen(a, id, lot.day));
            let why = if !self.stands(lot.format, id, campaign) {
                LeftOut::NoMoney
            } else if is_capped {
                LeftOut::FrequencyCap
            } else if self.withheld.contains(&id) {
                LeftOut::HeldOut
            } else if campaign.goal == Goal::Reach && was_seen {
                LeftOut::Reached
            } else if config.pacing == PacingKind::Throttling {
                LeftOut::BehindOrThrottled
            } else {
                LeftOut::BehindTwo
            };
            counts[why as usize] += 1;
            if named.len() < NAMED {
                named.push((id, why));
            }
        }
        (named, counts)
    }
}
