//! Clears ad auctions: generalised second prices, Vickrey–Clarke–Groves or first prices, with a reserve that is met before
//! anything else.
//!
//! Pure arithmetic in integers. Budgets and pacing are applied to bids before they get here, see [`pacing`](super::pacing);
//! frequency caps decide who bids at all, see [`frequency`](super::frequency).

use std::cmp::Ordering;

use crate::sim::ids::CampaignId;
use crate::sim::units::Coins;

/// Looks in which [`Quality`] counts clicks.
const LOOKS: u32 = 1_000_000_000;

/// How often an ad is clicked, in clicks per thousand million looks, so that scores are integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quality(u32);

impl Quality {
    /// Every look is a click; with it for everybody, bids alone decide.
    pub const ONE: Self = Self(LOOKS);

    /// Returns clicks per thousand million looks.
    #[must_use]
    pub const fn per_thousand_million(self) -> u32 {
        self.0
    }

    /// Rounds a probability of a click.
    #[must_use]
    pub fn from_probability(p: f64) -> Self {
        Self((p.clamp(0.0, 1.0) * f64::from(LOOKS)).round() as u32)
    }
}

/// What a click is offered for, times how likely it is: money per thousand million looks, in micro-units.
pub type Score = u128;

/// Returns the score of a price per click; what is not above zero scores nothing.
#[must_use]
pub fn score(per_click: Coins, quality: Quality) -> Score {
    u128::try_from(per_click.micros()).unwrap_or(0) * u128::from(quality.0)
}

/// A bid in an auction. A campaign bids at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bid {
    /// Whose.
    pub campaign: CampaignId,
    /// Most that is paid for a click.
    pub per_click: Coins,
    /// How often it is clicked.
    pub quality: Quality,
}

impl Bid {
    fn score(&self) -> Score {
        score(self.per_click, self.quality)
    }
}

/// A slot won.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Award {
    /// By whom.
    pub campaign: CampaignId,
    /// What a click costs.
    pub per_click: Coins,
}

pub use super::mechanism::slot_auction::Format as Pricing;

/// Higher scores first, of equal ones the lower campaign.
fn rank(a: &Bid, b: &Bid) -> Ordering {
    b.score().cmp(&a.score()).then(a.campaign.cmp(&b.campaign))
}

/// Moves the bids that reach the reserve to the front and returns how many they are.
fn admit(bids: &mut [Bid], reserve: Score) -> usize {
    let mut n = 0;
    for i in 0..bids.len() {
        if bids[i].score() >= reserve.max(1) {
            bids.swap(n, i);
            n += 1;
        }
    }
    n
}

/// Sells `slots` to `bids`: the k-th award is for the k-th slot.
///
/// `slots` are clicks that a usual ad gets in each, best first, in any unit; a slot said to be better than the one above it
/// counts as its equal, one without clicks is not sold. Bids below `reserve` take no part. The order of `bids` is changed;
/// `awards` is overwritten, and nothing is allocated once it is large enough.
///
/// # Units
/// Prices are money per click; rounded up, so that they cover the next score, and never above the bid.
///
/// # Source
/// Edelman, Ostrovsky and Schwarz (2007); with one slot the first two rules are Vickrey's (1961).
pub fn clear(
    pricing: Pricing,
    bids: &mut [Bid],
    slots: &[u32],
    reserve: Score,
    awards: &mut Vec<Award>,
) {
    awards.clear();
    let n = admit(bids, reserve);
    let bids = &mut bids[..n];
    // Only the winners and the best loser matter, so only they are sorted.
    let ranked = n.min(slots.len() + 1);
    if ranked < n {
        bids.select_nth_unstable_by(ranked, rank);
    }
    bids[..ranked].sort_unstable_by(rank);
    let next = |k: usize| bids[..ranked].get(k).map_or(reserve, Bid::score);
    let mut clicks = u32::MAX;
    for (k, slot) in slots.iter().enumerate().take(ranked) {
        clicks = clicks.min(*slot);
        if clicks == 0 {
            break;
        }
        let (due, looks) = match pricing {
            Pricing::GeneralizedSecond => (next(k + 1), 1),
            Pricing::Vcg => (harm(slots, clicks, k, next), u128::from(clicks)),
            Pricing::FirstPrice => (next(k), 1),
        };
        let price = due.div_ceil(looks * u128::from(bids[k].quality.0));
        awards.push(Award {
            campaign: bids[k].campaign,
            // The price is at most the bid, which fits.
            per_click: Coins::from_micros(i64::try_from(price).unwrap_or(i64::MAX)),
        });
    }
}

/// Scores lost to those below the k-th winner: `Σ_{j>k} (α_{j−1} − α_j)·s_j`, where nobody bids the reserve is lost.
fn harm(slots: &[u32], clicks: u32, k: usize, next: impl Fn(usize) -> Score) -> Score {
    let mut above = clicks;
    let mut lost = 0;
    for j in k + 1..=slots.len() {
        let here = slots.get(j).copied().unwrap_or(0).min(above);
        lost += u128::from(above - here) * next(j);
        above = here;
    }
    lost
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::dose::dose;
    use crate::sim::rng::{Purpose, RngStream};

    fn bid(campaign: u32, per_click: i64) -> Bid {
        Bid {
            campaign: CampaignId(campaign),
            per_click: Coins::from_whole(per_click),
            quality: Quality::ONE,
        }
    }

    fn cleared(pricing: Pricing, bids: &[Bid], slots: &[u32], reserve: Score) -> Vec<Award> {
        let (mut bids, mut awards) = (bids.to_vec(), Vec::new());
        clear(pricing, &mut bids, slots, reserve, &mut awards);
        awards
    }

    #[test]
    fn published_example_of_two_slots_is_reproduced() {
        // Edelman, Ostrovsky and Schwarz (2007): values 10, 4, 2, slots with 200 and 100 clicks.
        let bids = [bid(0, 10), bid(1, 4), bid(2, 2)];
        let totals = |pricing| -> Vec<i64> {
            cleared(pricing, &bids, &[200, 100], 0)
                .iter()
                .zip([200, 100])
                .map(|(a, clicks)| a.per_click.micros() * clicks / 1_000_000)
                .collect()
        };
        assert_eq!(totals(Pricing::GeneralizedSecond), [800, 200]);
        assert_eq!(totals(Pricing::Vcg), [600, 200]);
    }

    #[test]
    fn reserve_raises_the_revenue_of_a_second_price_auction_as_theory_says() {
        // Two values from U[0,1]: 1/3 without a reserve, 5/12 with ½ (Myerson 1981).
        let n = 200_000u32;
        let mean = |reserve: f64| {
            let r = score(Coins::from_f64(reserve), Quality::ONE);
            let mut total = 0.0;
            for i in 0..n {
                let mut rng = RngStream::new(3, Purpose::Test, u64::from(i), 0);
                let bids = [0, 1].map(|c| Bid {
                    campaign: CampaignId(c),
                    per_click: Coins::from_f64(rng.uniform()),
                    quality: Quality::ONE,
                });
                let awards = cleared(Pricing::GeneralizedSecond, &bids, &[1], r);
                total += awards.first().map_or(0.0, |a| a.per_click.as_f64());
            }
            total / f64::from(n)
        };
        // The deviation of one price is below 0.26, of the mean of 200 000 below 0.0006; four of them.
        assert!((mean(0.0) - 1.0 / 3.0).abs() < 0.0024);
        assert!((mean(0.5) - 5.0 / 12.0).abs() < 0.0024);
    }

    #[test]
    fn equal_scores_go_to_the_lower_campaign_and_pay_the_bid() {
        let awards = cleared(Pricing::GeneralizedSecond, &[bid(7, 3), bid(2, 3)], &[1], 0);
        let won = Award {
            campaign: CampaignId(2),
            per_click: Coins::from_whole(3),
        };
        assert_eq!(awards, [won]);
    }

    #[test]
    fn reserve_above_all_bids_leaves_the_slot_empty() {
        let reserve = score(Coins::from_whole(11), Quality::ONE);
        assert!(cleared(Pricing::Vcg, &[bid(0, 10), bid(1, 4)], &[1], reserve).is_empty());
    }

    /// The rules as they are written down, without a thought for speed; prices as fractions of scores.
    fn naive(pricing: Pricing, bids: &[Bid], slots: &[u32], reserve: Score) -> Vec<(u32, f64)> {
        let mut b: Vec<&Bid> = bids.iter().filter(|b| b.score() >= reserve).collect();
        b.retain(|x| x.score() > 0);
        b.sort_by_key(|x| (std::cmp::Reverse(x.score()), x.campaign));
        let s = |j: usize| b.get(j).map_or(reserve, |x| x.score()) as f64;
        let alpha = |j: usize| f64::from(slots.get(j).copied().unwrap_or(0));
        (0..b.len().min(slots.len()))
            .map(|k| {
                let vcg_due: f64 = (k + 1..=slots.len())
                    .map(|j| (alpha(j - 1) - alpha(j)) * s(j))
                    .sum();
                let due = match pricing {
                    Pricing::GeneralizedSecond => s(k + 1),
                    Pricing::Vcg => vcg_due / alpha(k),
                    Pricing::FirstPrice => s(k),
                };
                (b[k].campaign.0, due / f64::from(b[k].quality.0))
            })
            .collect()
    }

    #[test]
    fn prop_clearing_equals_the_naive_rules_and_nobody_pays_more_than_it_bid() {
        for instance in 0..dose(10_000) {
            let mut rng = RngStream::new(11, Purpose::Test, instance, 0);
            let n = rng.below(12);
            // Few distinct values, so that ties are common.
            let bids: Vec<Bid> = (0..n)
                .map(|c| Bid {
                    campaign: CampaignId(c as u32),
                    per_click: Coins::from_micros(rng.below(40) as i64 * 1_003),
                    quality: Quality::from_probability(0.001 * (1 + rng.below(9)) as f64),
                })
                .collect();
            let mut slots: Vec<u32> = (0..rng.below(5))
                .map(|_| 1 + rng.below(90) as u32)
                .collect();
            slots.sort_unstable_by(|a, b| b.cmp(a));
            let floor = Coins::from_micros(rng.below(20_000) as i64);
            let reserve = score(floor, Quality::from_probability(0.004));
            for pricing in [
                Pricing::GeneralizedSecond,
                Pricing::Vcg,
                Pricing::FirstPrice,
            ] {
                let awards = cleared(pricing, &bids, &slots, reserve);
                let expected = naive(pricing, &bids, &slots, reserve);
                assert_eq!(awards.len(), expected.len(), "instance {instance}");
                for (award, (campaign, price)) in awards.iter().zip(&expected) {
                    assert_eq!(award.campaign.0, *campaign, "instance {instance}");
                    let own = bids[award.campaign.idx()];
                    let paid = award.per_click;
                    assert!(paid <= own.per_click, "instance {instance}");
                    assert!(score(paid, own.quality) >= reserve, "instance {instance}");
                    // Rounded up to a micro-unit; the reference is exact to a few of 2⁵³.
                    let over = paid.micros() as f64 - price;
                    assert!((-1e-6..=1.000_001).contains(&over), "{instance}: {over}");
                }
                let winners: Vec<u32> = awards.iter().map(|a| a.campaign.0).collect();
                let mut once = winners.clone();
                once.sort_unstable();
                once.dedup();
                assert_eq!(once.len(), winners.len(), "instance {instance}: won twice");
            }
        }
    }

    #[test]
    fn prop_vcg_never_charges_more_than_second_prices_at_equal_bids() {
        for instance in 0..dose(2_000) {
            let mut rng = RngStream::new(12, Purpose::Test, instance, 0);
            let bids: Vec<Bid> = (0..6).map(|c| bid(c, 1 + rng.below(50) as i64)).collect();
            let slots = [100, 60, 25];
            let gsp = cleared(Pricing::GeneralizedSecond, &bids, &slots, 0);
            let vcg = cleared(Pricing::Vcg, &bids, &slots, 0);
            for (g, v) in gsp.iter().zip(&vcg) {
                assert!(v.per_click <= g.per_click, "instance {instance}");
            }
        }
    }

    #[test]
    fn prop_no_other_bid_than_the_value_pays_more_under_vcg() {
        let slots = [100u32, 60, 25];
        for instance in 0..dose(2_000) {
            let mut rng = RngStream::new(13, Purpose::Test, instance, 0);
            let mut bids: Vec<Bid> = (0..5u32)
                .map(|c| Bid {
                    quality: Quality::from_probability(0.1 * (1 + rng.below(9)) as f64),
                    ..bid(c, 1 + rng.below(30) as i64)
                })
                .collect();
            let floor = Coins::from_whole(rng.below(12) as i64);
            let reserve = score(floor, Quality::from_probability(0.5));
            let honest = bids[0];
            let mut surplus = |mine: i64| -> f64 {
                bids[0].per_click = Coins::from_whole(mine);
                let sold = cleared(Pricing::Vcg, &bids, &slots, reserve);
                let own = sold.iter().zip(slots).find(|(a, _)| a.campaign.0 == 0);
                own.map_or(0.0, |(a, clicks)| {
                    f64::from(clicks) * (honest.per_click - a.per_click).micros() as f64
                })
            };
            let truth = surplus(honest.per_click.micros() / 1_000_000);
            for other in 0..=32 {
                // Prices are rounded up by less than a micro-unit for each of 100 clicks.
                assert!(
                    surplus(other) <= truth + 100.0,
                    "instance {instance}: {other}"
                );
            }
        }
    }
}
