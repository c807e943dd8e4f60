//! Takes down an auction, with everybody who bid and everybody who did not; runs only where somebody wants to read it later.

use super::auction::{Pricing, score};
use super::campaign::Campaigns;
use super::config::AdsConfig;
use super::floor::{Floor, Lot, quality, worth};
use super::frequency::FrequencyCaps;
use crate::platform::trace::ad::{AuctionTrace, BidTrace, LeftOut, NAMED, SoldTrace, Targeting};
use crate::sim::ids::CampaignId;
use crate::sim::units::Coins;

impl Floor {
    /// Takes down the auction that was just held; the caps are those it was held under.
    pub(super) fn take_down(
        &self,
        lot: Lot<'_>,
        targeting: Targeting,
        campaigns: &Campaigns,
        caps: &FrequencyCaps,
        config: &AdsConfig,
    ) -> AuctionTrace {
        let share = worth(lot.format, config);
        let reserve_price = Coins::from_f64(config.reserve_price).scaled_ppm(share);
        let usual = quality(lot.format.usual_rate(), config);
        let reserve = score(reserve_price, usual);
        let mut bids: Vec<BidTrace> = self
            .hopes
            .iter()
            .filter_map(|hope| {
                let bid = self.bids.iter().find(|b| b.campaign == hope.campaign)?;
                let campaign = campaigns.get(hope.campaign);
                let own = score(bid.per_click, bid.quality);
                let appeal = if config.quality_weighting {
                    campaign.appeal()
                } else {
                    1.0
                };
                let value = campaign.value.scaled_ppm(share);
                let wanted = if config.pacing {
                    campaign.pacer.bid(value)
                } else {
                    value
                };
                Some(BidTrace {
                    campaign: hope.campaign,
                    topic: hope.topic,
                    value,
                    multiplier: if config.pacing {
                        campaign.pacer.multiplier()
                    } else {
                        0.0
                    },
                    is_short: bid.per_click < wanted,
                    per_click: bid.per_click,
                    fits: hope.p_click / appeal,
                    appeal,
                    p_click: hope.p_click,
                    quality: bid.quality.per_thousand_million(),
                    score: own,
                    is_admitted: own >= reserve.max(1),
                })
            })
            .collect();
        bids.sort_by(|a, b| b.score.cmp(&a.score).then(a.campaign.cmp(&b.campaign)));
        let sold = self.awards.first().map(|award| {
            let next = bids.get(1).filter(|b| b.is_admitted);
            SoldTrace {
                campaign: award.campaign,
                price: award.per_click,
                due: next.map_or(reserve, |b| b.score),
                set_by: next.map(|b| b.campaign),
            }
        });
        let (left_out, n_left_out) = self.left_out(lot, campaigns, caps, config);
        AuctionTrace {
            pricing: Pricing::GeneralizedSecond,
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

    /// Says why each campaign that runs and did not bid did not.
    fn left_out(
        &self,
        lot: Lot<'_>,
        campaigns: &Campaigns,
        caps: &FrequencyCaps,
        config: &AdsConfig,
    ) -> (Vec<(CampaignId, LeftOut)>, [u32; 3]) {
        let by_topic = &self.standing[lot.format as usize];
        let mut named = Vec::new();
        let mut counts = [0u32; 3];
        for id in campaigns.running() {
            if self.hopes.iter().any(|h| h.campaign == id) {
                continue;
            }
            let topic = usize::from(campaigns.get(id).topic);
            let stands = by_topic
                .get(topic)
                .is_some_and(|list| list.iter().any(|s| s.campaign == id));
            let why = if !stands {
                LeftOut::NoMoney
            } else if !caps.allows(lot.avatar, id, lot.day, config) {
                LeftOut::FrequencyCap
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
