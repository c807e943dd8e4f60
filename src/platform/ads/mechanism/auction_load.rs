//! A fixed amount of auctions, to measure how fast they are. It reads no clock: whoever calls it does.

use super::slot_auction::{Auctioneer, Award, Bid, Format, Rules};
use crate::sim::rng::{Purpose, RngStream};

/// Viewers that rates of clicks are drawn for; rounds draw from them.
const VIEWERS: usize = 64;

/// How much is auctioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuctionLoad {
    /// Bidders in an auction.
    pub bidders: u32,
    /// Ads of a bidder, of which it enters the one that is worth most; with 1 there is nothing to choose.
    pub ads: u32,
    /// Slots in an auction; each is looked at 0.7 times as often as the one above.
    pub slots: u32,
    /// Auctions.
    pub rounds: u64,
    /// How winners pay.
    pub format: Format,
    /// Seed of values, rates and viewers.
    pub seed: u64,
}

/// What came of it, so that the work cannot be left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoadDone {
    /// Auctions held.
    pub auctions: u64,
    /// Slots sold.
    pub sold: u64,
    /// What they are expected to bring.
    pub revenue: f64,
}

/// A prepared load.
#[derive(Debug, Clone)]
pub struct PreparedLoad {
    load: AuctionLoad,
    /// What a click is worth, by bidder and ad.
    values: Vec<f64>,
    /// How likely a click is, by viewer, bidder and ad.
    rates: Vec<f64>,
    slots: Vec<f64>,
}

impl AuctionLoad {
    /// Draws values and rates, which is not part of what is measured.
    #[must_use]
    pub fn prepare(self) -> PreparedLoad {
        let n_ads = self.bidders as usize * self.ads as usize;
        let mut rng = RngStream::new(self.seed, Purpose::Workload, 0, 0);
        let mut exposure = 1.0 / 0.7;
        PreparedLoad {
            load: self,
            values: (0..n_ads).map(|_| rng.log_normal(0.1, 0.2)).collect(),
            rates: (0..VIEWERS * n_ads).map(|_| rng.uniform()).collect(),
            slots: (0..self.slots)
                .map(|_| {
                    exposure *= 0.7;
                    exposure
                })
                .collect(),
        }
    }
}

/// Returns the ad worth most, and that: expected value of a look.
fn best_ad(values: &[f64], rates: &[f64]) -> (usize, f64) {
    let (mut best, mut most) = (0, 0.0);
    for (ad, (value, rate)) in values.iter().zip(rates).enumerate() {
        if value * rate > most {
            (best, most) = (ad, value * rate);
        }
    }
    (best, most)
}

impl PreparedLoad {
    /// Holds all auctions on the thread that calls: a viewer is drawn, every bidder chooses its ad, and the slots are sold.
    ///
    /// The same load gives the same answer.
    #[must_use]
    pub fn run(&self) -> LoadDone {
        let ads = self.load.ads as usize;
        let rules = Rules::eager(self.load.format);
        let mut rng = RngStream::new(self.load.seed, Purpose::Workload, 1, 0);
        let mut auctioneer = Auctioneer::default();
        let mut bids: Vec<Bid> = Vec::with_capacity(self.load.bidders as usize);
        let mut awards: Vec<Award> = Vec::with_capacity(self.slots.len());
        let mut done = LoadDone {
            auctions: self.load.rounds,
            sold: 0,
            revenue: 0.0,
        };
        for _ in 0..self.load.rounds {
            let rates = &self.rates[rng.below(VIEWERS) * self.values.len()..];
            bids.clear();
            let of_bidders = self.values.chunks_exact(ads.max(1));
            for (values, rates) in of_bidders.zip(rates.chunks_exact(ads.max(1))) {
                let (ad, _) = best_ad(values, rates);
                bids.push(Bid {
                    per_click: values[ad],
                    quality: rates[ad],
                    reserve: 0.05,
                });
            }
            auctioneer.clear(rules, &bids, &self.slots, &mut awards);
            done.sold += awards.len() as u64;
            done.revenue += awards.iter().map(|a| a.expected).sum::<f64>();
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_sells_every_slot_of_every_auction_and_repeats_itself() {
        for format in [Format::GeneralizedSecond, Format::Vcg, Format::FirstPrice] {
            let load = AuctionLoad {
                bidders: 10,
                ads: 4,
                slots: 3,
                rounds: 500,
                format,
                seed: 5,
            };
            let done = load.prepare().run();
            assert_eq!((done.auctions, done.sold), (500, 1_500));
            // Three slots of exposure 2.19 in all, values about 1 and the best of four rates: more than half is paid for each.
            assert!(done.revenue > 500.0 * 2.19 * 0.5, "{done:?}");
            assert_eq!(done, load.prepare().run());
        }
    }

    #[test]
    fn a_load_without_bidders_or_slots_sells_nothing() {
        let load = AuctionLoad {
            bidders: 0,
            ads: 0,
            slots: 2,
            rounds: 10,
            format: Format::Vcg,
            seed: 5,
        };
        assert_eq!(load.prepare().run().sold, 0);
        let load = AuctionLoad {
            bidders: 3,
            ads: 1,
            slots: 0,
            ..load
        };
        assert_eq!(load.prepare().run().sold, 0);
    }
}
