//! Bidding what a chance is worth: the best there is where the winner pays the second price.

use crate::sim::units::Coins;

/// Returns the worth of a look that leads to something worth `value` with probability `p`, rounded towards zero.
///
/// # Source
/// Vickrey (1961): no other bid does better, whatever others bid.
pub fn truthful_bid(value: Coins, p: f64) -> Coins {
    let p = if p.is_nan() { 0.0 } else { p.clamp(0.0, 1.0) };
    let micros = value.max(Coins::ZERO).micros() as f64 * p;
    Coins::from_micros(micros as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::ads::auction::{Bid, Pricing, Quality, clear};
    use crate::sim::ids::CampaignId;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn prop_no_other_bid_does_better_at_second_prices() {
        for seed in 0..200 {
            let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
            let (value, p) = (Coins::from_whole(1 + rng.below(40) as i64), rng.uniform());
            let others: Vec<Coins> = (0..3)
                .map(|_| Coins::from_micros(rng.below(20_000_000) as i64))
                .collect();
            let worth = truthful_bid(value, p);
            let surplus = |mine: Coins| {
                let bids = std::iter::once(&mine).chain(&others).zip(0..);
                let mut bids: Vec<Bid> = bids
                    .map(|(per_click, c)| Bid {
                        campaign: CampaignId(c),
                        per_click: *per_click,
                        quality: Quality::ONE,
                    })
                    .collect();
                let mut awards = vec![];
                clear(Pricing::GeneralizedSecond, &mut bids, &[1], 0, &mut awards);
                match awards.first() {
                    Some(a) if a.campaign.0 == 0 => worth - a.per_click,
                    _ => Coins::ZERO,
                }
            };
            let honest = surplus(worth);
            for k in 0..=60 {
                let other = Coins::from_micros(k * 700_000);
                assert!(surplus(other) <= honest, "seed {seed}: {other}");
            }
        }
    }

    #[test]
    fn what_is_no_chance_is_worth_nothing() {
        assert_eq!(
            truthful_bid(Coins::from_whole(4), 0.25),
            Coins::from_whole(1)
        );
        assert_eq!(truthful_bid(Coins::from_whole(4), f64::NAN), Coins::ZERO);
        assert_eq!(truthful_bid(Coins::from_whole(-4), 0.5), Coins::ZERO);
        assert_eq!(
            truthful_bid(Coins::from_whole(4), 7.0),
            Coins::from_whole(4)
        );
    }
}
