//! Many auctions in a row, in batches after which bidders learn.

use super::bidder::{Bidder, Bidding, Seen};
use super::world::{ADVERTISERS, Catalogue, Offer, draw_participants, draw_viewer};
use crate::platform::ads::mechanism::slot_auction::{Auctioneer, Bid, Format, Rules};
use crate::platform::models::params::ModelError;
use crate::sim::rng::{Purpose, RngStream};

/// What is sold how, and to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// How winners pay.
    pub format: Format,
    /// Advertisers that take part in an auction, of six.
    pub participants: usize,
    /// How they bid.
    pub bidding: Bidding,
}

/// How long a season is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// Batches, after each of which bidders learn.
    pub batches: u32,
    /// Auctions of a batch.
    pub auctions: u32,
}

/// What came of a batch, as means over its auctions.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Batch {
    /// What clicks were worth to those who won them.
    pub welfare: f64,
    /// That, less what they paid.
    pub surplus: f64,
    /// What they paid.
    pub revenue: f64,
    /// Share of a look's worth that was bid, on average over bids.
    pub share: f64,
}

/// Holds a season of auctions for one slot each and returns its batches.
///
/// Viewers, participants and luck of an auction are those of (seed, run, batch, auction), so that settings share them: with more
/// participants, those of fewer are among them.
///
/// # Errors
/// [`ModelError`] from bidders that learn.
pub fn season(
    catalogue: &Catalogue,
    setting: Setting,
    length: Length,
    seed: u64,
    run: u32,
) -> Result<Vec<Batch>, ModelError> {
    let mut bidders: [Bidder; ADVERTISERS] = std::array::from_fn(|_| Bidder::new(setting.bidding));
    let rules = Rules::eager(setting.format);
    let (mut auctioneer, mut awards) = (Auctioneer::default(), Vec::new());
    let mut entries: Vec<(usize, Offer, f64)> = Vec::with_capacity(ADVERTISERS);
    let mut bids = Vec::with_capacity(ADVERTISERS);
    let mut batches = Vec::new();
    for batch in 0..length.batches {
        let key = u64::from(run) << 32 | u64::from(batch);
        let (mut sum, mut n_bids) = (Batch::default(), 0.0);
        for auction in 0..length.auctions {
            let mut rng = RngStream::new(seed, Purpose::Candidates, key, auction);
            let mut whim = RngStream::new(seed, Purpose::Exploration, key, auction);
            let viewer = draw_viewer(&mut rng);
            entries.clear();
            bids.clear();
            for advertiser in draw_participants(setting.participants, &mut rng) {
                let offer = catalogue.best(advertiser, &viewer);
                let share = bidders[advertiser].share(&offer, &mut whim);
                entries.push((advertiser, offer, share));
                bids.push(Bid::plain(share * offer.expected()));
                sum.share += share;
                n_bids += 1.0;
            }
            auctioneer.clear(rules, &bids, &[1.0], &mut awards);
            let award = awards.first();
            for (at, (advertiser, offer, share)) in entries.iter().enumerate() {
                let won = award.is_some_and(|a| a.bidder as usize == at);
                let (offer, share) = (*offer, *share);
                bidders[*advertiser].see(Seen { offer, share, won });
            }
            if let Some(award) = award {
                let offer = entries[award.bidder as usize].1;
                let mut luck = RngStream::new(seed, Purpose::AdClick, key, auction);
                let gain = if luck.chance(offer.rate) {
                    offer.value
                } else {
                    0.0
                };
                sum.welfare += gain;
                sum.revenue += award.expected;
            }
        }
        for bidder in &mut bidders {
            bidder.learn()?;
        }
        let n = f64::from(length.auctions.max(1));
        batches.push(Batch {
            welfare: sum.welfare / n,
            surplus: (sum.welfare - sum.revenue) / n,
            revenue: sum.revenue / n,
            share: sum.share / f64::max(n_bids, 1.0),
        });
    }
    Ok(batches)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(format: Format, participants: usize, bidding: Bidding, n: u32) -> Batch {
        let catalogue = Catalogue::published().expect("the table is whole");
        let setting = Setting {
            format,
            participants,
            bidding,
        };
        let length = Length {
            batches: 1,
            auctions: n,
        };
        season(&catalogue, setting, length, 3, 0).expect("nobody learns")[0]
    }

    #[test]
    fn truthful_seasons_show_what_the_restatement_shows() {
        // auctiongym_oracle.py, seed0_second_price and seed0_first_price_truthful_k2.
        let known = [
            (Format::GeneralizedSecond, 2, 0.718_6, 0.410_9),
            (Format::GeneralizedSecond, 4, 0.858_2, 0.629_0),
            (Format::GeneralizedSecond, 6, 0.936_0, 0.727_2),
            (Format::FirstPrice, 2, 0.716_4, 0.717_4),
        ];
        for (format, participants, welfare, revenue) in known {
            let found = one(format, participants, Bidding::Truthful, 20_000);
            // A click is worth .6 more or less, a price .4: four standard errors of 20 000.
            assert!((found.welfare - welfare).abs() < 0.018, "{found:?}");
            assert!((found.revenue - revenue).abs() < 0.012, "{found:?}");
            assert_eq!(found.share, 1.0);
        }
    }

    #[test]
    fn settings_share_their_luck() {
        let second = one(Format::GeneralizedSecond, 3, Bidding::Truthful, 500);
        let first = one(Format::FirstPrice, 3, Bidding::Truthful, 500);
        assert_eq!(second.welfare, first.welfare);
        assert!(second.revenue < first.revenue);
        let vcg = one(Format::Vcg, 3, Bidding::Truthful, 500);
        assert_eq!(vcg, second, "with one slot they are the same rule");
    }

    #[test]
    fn nobody_or_too_many_participants_are_no_trouble() {
        let none = one(Format::FirstPrice, 0, Bidding::Truthful, 10);
        assert_eq!(none, Batch::default());
        let all = one(Format::FirstPrice, 6, Bidding::Truthful, 50);
        assert_eq!(one(Format::FirstPrice, 60, Bidding::Truthful, 50), all);
    }
}
