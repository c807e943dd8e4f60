//! Who bids the value, and who learns to bid less.
//!
//! A bid is a share of what a look is worth. A learner sees what a real bidder sees: its own offers, the shares it bid, and
//! which of them won. It does not see the bids of others, nor what it would have paid.

use super::win_rate::{Features, WinRate};
use super::world::Offer;
use crate::config_choice;
use crate::platform::models::params::ModelError;
use crate::sim::rng::RngStream;

/// Deviation of the shares around 1 that are bid before anything was learned.
const FIRST_DEVIATION: f64 = 0.02;
/// Lowest share a learner considers.
const LOWEST_SHARE: f64 = 0.1;
/// Shares a learner considers.
const CANDIDATES: usize = 128;
/// How often the curious bid a share at random.
const CURIOSITY: f64 = 0.1;

config_choice! {
    /// How bids are made.
    pub enum Bidding {
        /// The value is bid.
        Truthful = "truthful",
        /// The published learner: judges a share by rate, value and share, each by itself; adds to every auction one that it
        /// bid nothing in and lost; always bids what it takes for best.
        Published = "published",
        /// Judges a share by the amount bid as well, makes nothing up, and bids one share in ten at random.
        Curious = "curious",
    }
}

/// An auction taken part in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// What was offered to the viewer.
    pub offer: Offer,
    /// Share of its worth that was bid.
    pub share: f64,
    /// Whether it won.
    pub won: bool,
}

/// An advertiser as it bids.
#[derive(Debug, Clone, PartialEq)]
pub struct Bidder {
    bidding: Bidding,
    model: Option<WinRate>,
    /// Auctions since it last learned.
    seen: Vec<Seen>,
}

impl Bidding {
    /// Returns what a bid is judged by.
    fn features(self, offer: &Offer, share: f64) -> Features {
        let amount = match self {
            Self::Truthful | Self::Published => 0.0,
            Self::Curious => share * offer.expected(),
        };
        [1.0, offer.rate, offer.value, share, amount]
    }
}

/// Returns the `i`-th share considered, evenly from the lowest to 1.
fn candidate(i: usize) -> f64 {
    LOWEST_SHARE + (1.0 - LOWEST_SHARE) * i as f64 / (CANDIDATES - 1) as f64
}

impl Bidder {
    /// Makes one that has learned nothing.
    #[must_use]
    pub const fn new(bidding: Bidding) -> Self {
        Self {
            bidding,
            model: None,
            seen: Vec::new(),
        }
    }

    /// Returns the share of an offer's worth to bid.
    pub fn share(&self, offer: &Offer, rng: &mut RngStream) -> f64 {
        if self.bidding == Bidding::Truthful {
            return 1.0;
        }
        if self.bidding == Bidding::Curious && rng.chance(CURIOSITY) {
            return rng.range(LOWEST_SHARE, 1.0);
        }
        match &self.model {
            None => (1.0 + FIRST_DEVIATION * rng.normal()).max(0.0),
            Some(model) => self.best(model, offer),
        }
    }

    /// Returns the share considered that is expected to gain most: P(win) · (1 − share), in units of what a look is worth.
    ///
    /// Its logarithm is concave in the share, the amount being in proportion to it, so that one peak is looked for by halving.
    fn best(&self, model: &WinRate, offer: &Offer) -> f64 {
        let gain = |i: usize| {
            let share = candidate(i);
            model.predict(&self.bidding.features(offer, share)) * (1.0 - share)
        };
        let (mut low, mut high) = (0, CANDIDATES - 1);
        while low < high {
            let middle = usize::midpoint(low, high);
            if gain(middle) < gain(middle + 1) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        candidate(low)
    }

    /// Is told what came of an auction.
    pub fn see(&mut self, seen: Seen) {
        if self.bidding != Bidding::Truthful {
            self.seen.push(seen);
        }
    }

    /// Learns from the auctions since it last did, and forgets them. Who won none of them goes back to bidding the value.
    ///
    /// # Errors
    /// [`ModelError::Diverged`] if the curve left the finite numbers.
    pub fn learn(&mut self) -> Result<(), ModelError> {
        if self.seen.is_empty() {
            return Ok(());
        }
        let seen = std::mem::take(&mut self.seen);
        if seen.iter().all(|s| !s.won) {
            self.model = None;
            return Ok(());
        }
        let features = |s: &Seen, share| self.bidding.features(&s.offer, share);
        let mut rows: Vec<(Features, bool)> =
            seen.iter().map(|s| (features(s, s.share), s.won)).collect();
        if self.bidding == Bidding::Published {
            rows.extend(seen.iter().map(|s| (features(s, 0.0), false)));
        }
        self.model = Some(WinRate::fit(&rows)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Purpose;

    #[test]
    fn halving_finds_the_best_of_all_shares_considered() {
        for id in 0..2_000 {
            let mut rng = RngStream::new(8, Purpose::Test, id, 0);
            let scale = [1.0, 5.0, 30.0][rng.below(3)];
            let model = WinRate {
                weights: std::array::from_fn(|_| scale * rng.normal()),
            };
            let offer = Offer {
                rate: rng.uniform(),
                value: 2.0 * rng.uniform(),
            };
            let bidder = Bidder::new(Bidding::Curious);
            let gain = |share: f64| {
                let x = bidder.bidding.features(&offer, share);
                model.predict(&x) * (1.0 - share)
            };
            let most = (0..CANDIDATES).map(|i| gain(candidate(i)));
            let most = most.fold(0.0, f64::max);
            let found = gain(bidder.best(&model, &offer));
            assert!(found >= most * (1.0 - 1e-12), "{id}: {found}, not {most}");
        }
    }

    #[test]
    fn a_curious_bidder_finds_the_best_answer_to_a_uniform_rival() {
        // The rival bids from U[0, 1]: of a look worth 1, a share s wins with probability s and s (1 − s) is most at ½.
        let mut bidder = Bidder::new(Bidding::Curious);
        let offer = Offer {
            rate: 0.5,
            value: 2.0,
        };
        for batch in 0..4 {
            for id in 0..5_000 {
                let mut rng = RngStream::new(9, Purpose::Test, id, batch);
                let share = bidder.share(&offer, &mut rng);
                let won = share > rng.uniform();
                bidder.see(Seen { offer, share, won });
            }
            bidder.learn().expect("finite");
            assert!(bidder.seen.is_empty());
        }
        let model = bidder.model.expect("it has learned");
        let share = bidder.best(&model, &offer);
        // A logistic curve through a straight line bends: it is most at .47 to .53 by whichever part was seen most.
        assert!((share - 0.5).abs() < 0.07, "{share}");
    }

    #[test]
    fn who_wins_nothing_goes_back_to_the_value_and_the_truthful_learn_nothing() {
        let offer = Offer {
            rate: 0.1,
            value: 1.0,
        };
        let mut bidder = Bidder::new(Bidding::Published);
        let told = |won| Seen {
            offer,
            share: 1.0,
            won,
        };
        bidder.see(told(true));
        bidder.learn().expect("finite");
        assert!(bidder.model.is_some());
        bidder.learn().expect("nothing new");
        assert!(bidder.model.is_some(), "nothing seen changes nothing");
        bidder.see(told(false));
        bidder.learn().expect("finite");
        assert_eq!(bidder.model, None);
        let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
        let mut honest = Bidder::new(Bidding::Truthful);
        honest.see(told(true));
        honest.learn().expect("nothing to learn");
        assert_eq!(honest.share(&offer, &mut rng), 1.0);
        assert_eq!(honest, Bidder::new(Bidding::Truthful));
    }
}
