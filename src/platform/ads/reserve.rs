//! The lowest price of a slot: none, that of the scenario, or one learned each night from the bids of the day.
//!
//! What is learned from is what each bid that was compared would be for an ad that is clicked as often as is usual, of each
//! format apart: bids as they came, whatever campaigns make of their values before they bid. Up to a few thousand of a day are
//! kept, each as likely as any other.

use bevy::ecs::prelude::*;

use super::auction::{Quality, Score, score};
use super::click_model::Format;
use super::config::{AdsConfig, ReserveKind};
use super::floor::{quality, worth};
use super::mechanism::reserve_price::LearnedReserve;
use crate::platform::config::PlatformRules;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::SimClock;
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::Coins;

/// Bids of a day that are kept.
const MOST: usize = 8_000;

/// Bids of a day below which nothing is learned.
const FEWEST: usize = 50;

/// The bids of a day of one format, and what was learned from those of the day before.
#[derive(Debug, Clone, Default, PartialEq)]
struct Sample {
    bids: Vec<f64>,
    n_seen: u64,
    /// Of all bids kept, in order: so that hashing them costs nothing.
    digest: u64,
    price: Option<Coins>,
}

impl Sample {
    fn take(&mut self, seed: u64, format: Format, bid: f64) {
        self.n_seen += 1;
        let at = if self.bids.len() < MOST {
            self.bids.push(0.0);
            self.bids.len() - 1
        } else {
            let id = self.n_seen << 1 | format as u64;
            let at = RngStream::new(seed, Purpose::BidSample, id, 0).below(self.n_seen as usize);
            if at >= MOST {
                return;
            }
            at
        };
        self.bids[at] = bid;
        let mut h = StateHasher::default();
        h.u64(self.digest);
        h.u64(at as u64);
        h.f64(bid);
        self.digest = h.finish();
    }

    fn learn(&mut self) {
        if self.bids.len() >= FEWEST {
            let learned = LearnedReserve::learn(&self.bids).ok();
            self.price = learned.map(|l| Coins::from_f64(l.price)).or(self.price);
        }
        self.bids.clear();
        self.n_seen = 0;
    }
}

/// What was learned of the lowest prices that earn most.
#[derive(Resource, Debug, Default)]
pub struct LearnedReserves {
    by_format: [Sample; 2],
}

impl StateHash for LearnedReserves {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for s in &self.by_format {
            h.u64(s.n_seen);
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
            ReserveKind::Learned => self.learned(format).unwrap_or_else(fixed),
        };
        let usual = quality(format.usual_rate(), config);
        (price, score(price, usual))
    }

    /// Takes a bid down.
    pub(super) fn observe(
        &mut self,
        seed: u64,
        format: Format,
        per_click: Coins,
        own: Quality,
        config: &AdsConfig,
    ) {
        let usual = quality(format.usual_rate(), config).per_thousand_million();
        let ratio = f64::from(own.per_thousand_million()) / f64::from(usual.max(1));
        self.by_format[format as usize].take(seed, format, per_click.as_f64() * ratio);
    }
}

/// Learns the reserves at midnight.
pub fn learn_reserves(
    clock: Res<SimClock>,
    rules: Res<PlatformRules>,
    mut reserves: ResMut<LearnedReserves>,
) {
    let config = &rules.0.ads;
    let is_due = clock.now.minute_of_day() == 0 && config.reserve == ReserveKind::Learned;
    if config.enabled && is_due {
        reserves.by_format.iter_mut().for_each(Sample::learn);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniform_bids_teach_a_reserve_of_a_half_and_a_few_teach_nothing() {
        let config = AdsConfig {
            reserve: ReserveKind::Learned,
            ..AdsConfig::BASELINE
        };
        let mut reserves = LearnedReserves::default();
        let usual = quality(Format::Display.usual_rate(), &config);
        let before = reserves.price(Format::Display, &config);
        assert_eq!(before.0, Coins::from_f64(config.reserve_price));
        for id in 0..20_000 {
            let u = RngStream::new(1, Purpose::Test, id, 0).uniform();
            reserves.observe(1, Format::Display, Coins::from_f64(u), usual, &config);
            if id < 10 {
                reserves.observe(1, Format::Rewarded, Coins::from_f64(u), usual, &config);
            }
        }
        reserves.by_format.iter_mut().for_each(Sample::learn);
        let price = reserves.price(Format::Display, &config).0.as_f64();
        // p (1 − p) is flat at its peak: within .1 of it a hundredth of revenue is at stake.
        assert!((price - 0.5).abs() < 0.1, "{price}");
        assert_eq!(reserves.learned(Format::Rewarded), None);
    }
}
