//! The sealed first-price sale: the highest bid wins and pays what it bid.

use super::Bid;
use crate::sim::ids::AvatarId;
use crate::sim::math;
use crate::sim::units::Coins;

/// Clears a first-price sale: winner and price, if anybody bids the reserve. Of equal bids the lower id wins; of several bids of
/// one avatar the highest counts.
#[must_use]
pub fn first_price(bids: &[Bid], reserve: Coins) -> Option<(AvatarId, Coins)> {
    bids.iter()
        .filter(|b| b.most >= reserve)
        .min_by_key(|b| (-b.most, b.bidder))
        .map(|b| (b.bidder, b.most))
}

/// Returns what to bid in a first-price sale when every one of `n_bidders` bids so and values are uniform from 0 to `highest`;
/// 0 for a value below the reserve.
///
/// All are in the same unit; the bid lies between the reserve and the value.
///
/// # Source
/// Riley and Samuelson (1981): b(v) = v − ∫ᵣᵛ F(x)ⁿ⁻¹ dx / F(v)ⁿ⁻¹, here v − (vⁿ − rⁿ) / (n vⁿ⁻¹).
#[must_use]
pub fn shaded_bid(value: f64, n_bidders: u32, reserve: f64, highest: f64) -> f64 {
    if !(value >= reserve && value > 0.0 && highest > 0.0) {
        return 0.0;
    }
    let n = f64::from(n_bidders.max(1));
    // Beyond the support everybody is beaten by the bid of the highest value.
    let v = value.min(highest);
    let r = reserve.max(0.0).min(v);
    v - (v - r * math::pow(r / v, n - 1.0)) / n
}

#[cfg(test)]
mod tests {
    use super::super::second_price;
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    fn bid(bidder: u32, coins: f64) -> Bid {
        Bid {
            bidder: AvatarId(bidder),
            most: Coins::from_f64(coins),
        }
    }

    #[test]
    fn the_winner_pays_its_own_bid() {
        let reserve = Coins::from_whole(2);
        let bids = [bid(4, 7.0), bid(1, 10.0), bid(0, 10.0), bid(3, 1.0)];
        let expected = Some((AvatarId(0), Coins::from_whole(10)));
        assert_eq!(first_price(&bids, reserve), expected);
        assert_eq!(first_price(&bids[3..], reserve), None);
    }

    #[test]
    fn a_bid_is_shaded_by_one_share_in_n() {
        // (n − 1) v / n without a reserve; with one: 0.8 − (0.8² − 0.5²) / (2 · 0.8) = 0.55625.
        assert!((shaded_bid(0.9, 3, 0.0, 1.0) - 0.6).abs() < 1e-15);
        assert!((shaded_bid(0.8, 2, 0.5, 1.0) - 0.556_25).abs() < 1e-15);
        assert!((shaded_bid(0.5, 2, 0.5, 1.0) - 0.5).abs() < 1e-15);
        assert!((shaded_bid(1.0, 1, 0.5, 1.0) - 0.5).abs() < 1e-15);
        assert_eq!(shaded_bid(0.4, 2, 0.5, 1.0), 0.0);
    }

    #[test]
    fn first_and_second_price_bring_the_same_revenue_which_is_the_closed_form() {
        // misc_oracle.json, SPA_U01_revenue: values uniform on [0, 1], n bidders, reserve r.
        let expected = [
            (1, 0.5, 0.25),
            (2, 0.0, 0.333_333_333_333_333_26),
            (2, 0.5, 0.416_666_666_666_666_5),
            (3, 0.0, 0.5),
            (3, 0.5, 0.531_250_000_000_000_1),
            (5, 0.0, 0.666_666_666_666_666_5),
            (10, 0.5, 0.818_270_596_590_909),
        ];
        let n_sales = 20_000;
        for (n, r, revenue) in expected {
            let reserve = Coins::from_f64(r);
            let (mut first, mut second) = (0.0, 0.0);
            for sale in 0..n_sales {
                let mut rng = RngStream::new(11, Purpose::Test, sale, n);
                let values: Vec<f64> = (0..n).map(|_| rng.uniform()).collect();
                let rows = || values.iter().enumerate();
                let truthful: Vec<Bid> = rows().map(|(i, v)| bid(i as u32, *v)).collect();
                let shaded: Vec<Bid> = rows()
                    .map(|(i, v)| bid(i as u32, shaded_bid(*v, n, r, 1.0)))
                    .collect();
                first += first_price(&shaded, reserve).map_or(0.0, |s| s.1.as_f64());
                second += second_price(&truthful, reserve).map_or(0.0, |s| s.1.as_f64());
            }
            // The deviation of one sale is below 0.3: four standard errors are 0.0085.
            for mean in [first, second].map(|sum| sum / n_sales as f64) {
                assert!((mean - revenue).abs() < 0.0085, "{n} bidders, {r}: {mean}");
            }
        }
    }
}
