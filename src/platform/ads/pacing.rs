//! Adaptive pacing: how much a campaign shades its bids, so that its budget lasts.
//!
//! A campaign with value v bids `v / (1 + μ)`. After each auction `μ ← [μ − ε(ρ − z)]₊`, z what it spent and ρ what it can
//! afford to spend in an auction; μ is the price of its own budget. With ε = T^{−½} the regret against the best fixed μ in hindsight
//! vanishes as T grows.
//!
//! In the city z is what a slot is expected to cost, not what a click did cost, so that one lucky click does not silence a
//! campaign at once; ρ is what is left of the deposit for the auctions ahead, so that what clicks really cost is made up for.
//!
//! # Source
//! Balseiro and Gur (2019), "Learning in repeated auctions with budgets".

use serde::{Deserialize, Serialize};

use crate::sim::units::Coins;

/// Largest multiplier; a campaign that bids a thousandth is as good as absent.
const MOST: f64 = 1_000.0;

/// How much a campaign shades its bids.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Pacer {
    mu: f64,
}

impl Pacer {
    /// Returns the multiplier μ, at least 0.
    #[must_use]
    pub fn multiplier(&self) -> f64 {
        self.mu
    }

    /// Returns the bid for something worth `value`, rounded towards zero.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "at most the value, which fits; not money that is paid, prices come from the auction"
    )]
    pub fn bid(&self, value: Coins) -> Coins {
        if self.mu == 0.0 {
            return value;
        }
        Coins::from_micros((value.micros() as f64 / (1.0 + self.mu)) as i64)
    }

    /// Learns from one or more auctions in which `spent` was spent where `target` could be afforded; both as multiples of the value.
    pub fn learn(&mut self, step: f64, target: f64, spent: f64) {
        self.mu = (self.mu - step * (target - spent)).clamp(0.0, MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::ads::auction::{Bid, Pricing, Quality, clear};
    use crate::sim::ids::CampaignId;
    use crate::sim::rng::{Purpose, RngStream};

    /// Auctions of the reference run.
    const T: u32 = 20_000;

    /// What can be spent in an auction.
    const RHO: f64 = 0.1;

    fn draws() -> Vec<(f64, f64)> {
        (0..T)
            .map(|t| {
                let mut rng = RngStream::new(5, Purpose::Test, u64::from(t), 0);
                (rng.uniform(), rng.uniform())
            })
            .collect()
    }

    #[test]
    fn multiplier_spend_and_value_are_those_of_theory() {
        // Value and highest rival bid from U[0,1]². A bid a = 1/(1+μ) spends E[d; d < a·v] = a²/6, so that ρ = a²/6 and
        // μ = √(1/.6) − 1 = .2910. The reference run (T = 20 000): mean μ .283, spend rate .09996, value 98.06 % of hindsight.
        let step = 1.0 / f64::from(T).sqrt();
        let mut pacer = Pacer::default();
        let budget = RHO * f64::from(T);
        let (mut spent, mut value, mut mean) = (0.0, 0.0, 0.0);
        let mut awards = Vec::new();
        for (v, d) in draws() {
            mean += pacer.multiplier() / f64::from(T);
            let own = pacer.bid(Coins::from_f64(v));
            let bids = [own, Coins::from_f64(d)];
            let mut bids: Vec<Bid> = bids
                .iter()
                .zip(0..)
                .map(|(b, c)| Bid {
                    campaign: CampaignId(c),
                    per_click: *b,
                    quality: Quality::ONE,
                })
                .collect();
            clear(Pricing::GeneralizedSecond, &mut bids, &[1], 0, &mut awards);
            let paid = match awards.first() {
                Some(a) if a.campaign.0 == 0 && spent + a.per_click.as_f64() <= budget => {
                    value += v;
                    a.per_click.as_f64()
                }
                _ => 0.0,
            };
            spent += paid;
            pacer.learn(step, RHO, paid);
        }
        // μ wanders around its fixed point with a deviation of about √(ε/2)·σ_z / √slope ≈ 0.02 over a relaxation time of
        // about √T auctions; it starts at 0, which takes about 0.002 off the mean. Three deviations of the mean are 0.02.
        assert!((mean - 0.287).abs() < 0.02, "mean multiplier {mean}");
        // What is spent differs from ρT by μ_T/ε: |rate − ρ| ≤ .4·√T/T = .0028.
        let rate = spent / f64::from(T);
        assert!((rate - RHO).abs() < 0.0028, "spend rate {rate}");
        // Hindsight: the best fixed multiplier is the knapsack's; take by value for money until the budget is gone.
        let mut by_density = draws();
        by_density.sort_by(|a, b| (b.0 / b.1).total_cmp(&(a.0 / a.1)));
        let (mut left, mut best) = (budget, 0.0);
        for (v, d) in by_density {
            if d > left {
                break;
            }
            left -= d;
            best += v;
        }
        // The share's deviation over seeds is below half a percent.
        let share = value / best;
        assert!((0.965..=1.0).contains(&share), "value {share}");
    }

    #[test]
    fn a_budget_that_is_not_binding_leaves_bids_alone() {
        let mut pacer = Pacer::default();
        for _ in 0..100 {
            pacer.learn(0.01, 1.0, 0.2);
        }
        assert_eq!(pacer.bid(Coins::from_whole(3)), Coins::from_whole(3));
    }

    #[test]
    fn a_spent_budget_shades_bids_until_they_fit() {
        let mut pacer = Pacer::default();
        pacer.learn(0.01, 0.0, 100.0);
        assert_eq!(pacer.bid(Coins::from_whole(4)), Coins::from_whole(2));
    }
}
