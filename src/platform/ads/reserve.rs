//! The lowest price of a slot: none, that of the scenario, or one learned each night from the bids of the day.
//!
//! What is learned from is what each bid that was compared would be for an ad that is clicked as often as is usual, of each
//! format apart: bids as they came, whatever campaigns make of their values before they bid. Myerson's reserve asks what one
//! bidder alone would have paid, and is best for bidders who are alike; the competitive one asks what the auctions of the day
//! would have earned. Up to a few thousand cases of a day are kept, each as likely as any other.

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::auction::{Bid, Pricing, Score, score};
use super::click_model::Format;
use super::config::{AdsConfig, ReserveKind};
use super::lot::{quality, worth};
use super::mechanism::reserve_price::{Contest, best_in_contests};
use crate::platform::config::PlatformRules;
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::SimClock;
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::Coins;

/// Cases of a day that are kept.
const MOST: usize = 8_000;

/// Cases of a day below which nothing is learned.
const FEWEST: usize = 50;

/// Deviation of the logarithm by which cases are spread. Many bids are equal today, and a little lower or higher tomorrow as
/// predictions move: a reserve at the very bid that came most often would lose them all.
const SPREAD: f64 = 0.15;

/// The bids of a day of one format, and what was learned from those of the day before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Sample {
    cases: Vec<Contest>,
    n_seen: u64,
    /// Days learned from.
    day: u32,
    /// Of all cases kept, in order: so that hashing them costs nothing.
    digest: u64,
    price: Option<Coins>,
}

impl Sample {
    fn take(&mut self, seed: u64, format: Format, case: Contest) {
        self.n_seen += 1;
        let id = self.n_seen << 1 | format as u64;
        let mut rng = RngStream::new(seed, Purpose::BidSample, id, self.day);
        let factor = math::exp(SPREAD * rng.normal());
        let case = Contest {
            own: factor * case.own,
            next: factor * case.next,
            ..case
        };
        let at = if self.cases.len() < MOST {
            self.cases.push(case);
            self.cases.len() - 1
        } else {
            let at = rng.below(self.n_seen as usize);
            if at >= MOST {
                return;
            }
            at
        };
        self.cases[at] = case;
        let mut h = StateHasher::default();
        h.u64(self.digest);
        h.u64(at as u64);
        for x in [case.own, case.next, case.weight] {
            h.f64(x);
        }
        self.digest = h.finish();
    }

    fn learn(&mut self) {
        if self.cases.len() >= FEWEST {
            let learned = best_in_contests(&self.cases);
            self.price = learned.map(Coins::from_f64).or(self.price);
        }
        self.cases.clear();
        self.n_seen = 0;
        self.day += 1;
    }
}

/// What was learned of the lowest prices that earn most.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct LearnedReserves {
    by_format: [Sample; 2],
}

impl StateHash for LearnedReserves {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for s in &self.by_format {
            h.u64(s.n_seen);
            h.u32(s.day);
            h.u64(s.digest);
            h.i64(s.price.map_or(-1, Coins::micros));
        }
        h.finish()
    }
}

impl LearnedReserves {
    /// Returns the price learned for a format, of a click on an ad that is clicked as often as is usual.
    #[must_use]
    pub fn learned(&self, format: Format) -> Option<Coins> {
        self.by_format[format as usize].price
    }

    /// Returns the lowest price of a click on an ad that is clicked as often as is usual, and the score that is.
    #[must_use]
    pub fn price(&self, format: Format, config: &AdsConfig) -> (Coins, Score) {
        let fixed = || Coins::from_f64(config.reserve_price).scaled_ppm(worth(format, config));
        let price = match config.reserve {
            ReserveKind::Off => Coins::ZERO,
            ReserveKind::Fixed => fixed(),
            ReserveKind::Learned | ReserveKind::Competitive => {
                self.learned(format).unwrap_or_else(fixed)
            }
        };
        let usual = quality(format.usual_rate(), config);
        (price, score(price, usual))
    }

    /// Takes the bids of an auction down, of slots with the exposures `slots`.
    pub(super) fn observe(
        &mut self,
        seed: u64,
        format: Format,
        bids: &[Bid],
        slots: &[u32],
        config: &AdsConfig,
    ) {
        let usual = quality(format.usual_rate(), config).per_thousand_million();
        let as_usual = |bid: &Bid| {
            let ratio = f64::from(bid.quality.per_thousand_million()) / f64::from(usual.max(1));
            bid.per_click.as_f64() * ratio
        };
        let mut bids: Vec<f64> = bids.iter().map(as_usual).collect();
        let sample = &mut self.by_format[format as usize];
        if config.reserve == ReserveKind::Learned {
            for own in bids {
                let alone = Contest {
                    own,
                    next: 0.0,
                    weight: 1.0,
                };
                sample.take(seed, format, alone);
            }
            return;
        }
        bids.sort_unstable_by(|a, b| b.total_cmp(a));
        for (k, (own, slot)) in bids.iter().zip(slots).enumerate() {
            let next = match config.auction {
                Pricing::FirstPrice => *own,
                Pricing::GeneralizedSecond | Pricing::Vcg => {
                    bids.get(k + 1).copied().unwrap_or(0.0)
                }
            };
            let contest = Contest {
                own: *own,
                next,
                weight: f64::from(*slot),
            };
            sample.take(seed, format, contest);
        }
    }
}

/// Learns the reserves at midnight.
pub fn learn_reserves(
    clock: Res<SimClock>,
    rules: Res<PlatformRules>,
    mut reserves: ResMut<LearnedReserves>,
) {
    let config = &rules.0.ads;
    let learns = matches!(
        config.reserve,
        ReserveKind::Learned | ReserveKind::Competitive
    );
    if config.enabled && learns && clock.now.minute_of_day() == 0 {
        reserves.by_format.iter_mut().for_each(Sample::learn);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ids::CampaignId;

    fn learned(reserve: ReserveKind, n_bidders: u64) -> f64 {
        let config = AdsConfig {
            reserve,
            ..AdsConfig::BASELINE
        };
        let mut reserves = LearnedReserves::default();
        let usual = quality(Format::Display.usual_rate(), &config);
        let before = reserves.price(Format::Display, &config);
        assert_eq!(before.0, Coins::from_f64(config.reserve_price));
        for auction in 0..4_000 {
            let bids: Vec<Bid> = (0..n_bidders)
                .map(|c| {
                    let mut rng = RngStream::new(c, Purpose::Test, auction, 0);
                    Bid {
                        campaign: CampaignId(c as u32),
                        per_click: Coins::from_f64(rng.uniform()),
                        quality: usual,
                    }
                })
                .collect();
            reserves.observe(1, Format::Display, &bids, &[1], &config);
            if auction < 10 {
                reserves.observe(1, Format::Rewarded, &bids, &[1], &config);
            }
        }
        reserves.by_format.iter_mut().for_each(Sample::learn);
        assert_eq!(reserves.learned(Format::Rewarded), None);
        reserves.price(Format::Display, &config).0.as_f64()
    }

    #[test]
    fn uniform_bids_teach_a_reserve_of_a_half_and_a_few_teach_nothing() {
        // For bidders who are alike the best reserve is that of one alone, however many there are (Myerson 1981). Revenue is
        // flat at its peak: within .1 of it a hundredth is at stake.
        for kind in [ReserveKind::Learned, ReserveKind::Competitive] {
            let price = learned(kind, 2);
            assert!((price - 0.5).abs() < 0.1, "{kind:?}: {price}");
        }
    }
}
