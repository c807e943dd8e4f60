//! The sale of a parcel: sealed bids, the highest wins and pays the second highest, or the reserve.

use serde::{Deserialize, Serialize};

use crate::sim::ids::AvatarId;
use crate::sim::units::Coins;

/// A sealed bid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LandBid {
    /// Who.
    pub bidder: AvatarId,
    /// At most how much.
    pub most: Coins,
}

/// Clears an auction: winner and price, if anybody bids the reserve. Of equal bids the lower id wins; of several bids of one avatar the highest counts.
///
/// # Source
/// Vickrey (1961).
#[must_use]
pub fn clear(bids: &[LandBid], reserve: Coins) -> Option<(AvatarId, Coins)> {
    let better =
        |a: &LandBid, b: &LandBid| a.most > b.most || (a.most == b.most && a.bidder < b.bidder);
    let mut best: Option<LandBid> = None;
    for b in bids.iter().filter(|b| b.most >= reserve) {
        if best.is_none_or(|x| better(b, &x)) {
            best = Some(*b);
        }
    }
    let best = best?;
    let second = bids
        .iter()
        .filter(|b| b.bidder != best.bidder && b.most >= reserve)
        .map(|b| b.most)
        .max()
        .unwrap_or(reserve);
    Some((best.bidder, second))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::dose::dose;
    use crate::sim::rng::{Purpose, RngStream};

    fn bid(bidder: u32, coins: i64) -> LandBid {
        LandBid {
            bidder: AvatarId(bidder),
            most: Coins::from_whole(coins),
        }
    }

    #[test]
    fn winner_pays_the_second_highest_bid_or_the_reserve() {
        let r = Coins::from_whole(2);
        assert_eq!(
            clear(&[bid(1, 10), bid(2, 7), bid(3, 1)], r),
            Some((AvatarId(1), Coins::from_whole(7)))
        );
        assert_eq!(clear(&[bid(1, 10), bid(1, 9)], r), Some((AvatarId(1), r)));
        assert_eq!(clear(&[bid(1, 1)], r), None);
    }

    #[test]
    fn no_bidder_gains_by_bidding_other_than_its_value() {
        let mut rng = RngStream::new(3, Purpose::Test, 0, 0);
        for _ in 0..dose(500) {
            let value = 1 + rng.below(20) as i64;
            let others: Vec<LandBid> = (1..4).map(|i| bid(i, rng.below(20) as i64)).collect();
            let gain = |own: i64| {
                let mut bids = others.clone();
                bids.push(bid(9, own));
                match clear(&bids, Coins::from_whole(2)) {
                    Some((AvatarId(9), price)) => Coins::from_whole(value) - price,
                    _ => Coins::ZERO,
                }
            };
            let truthful = gain(value);
            assert!((0..25).all(|own| gain(own) <= truthful));
        }
    }
}
