//! What an avatar would pay for an asset that it did not take at the price shown, and what it offers.
//!
//! Choices are those of a logit, as in [`super::likings`]: of somebody who looked at a thing and left it is known that having it at
//! that price is worse than nothing, μ + ε < 0, and such a difference is drawn here. At no price the thing may be better than
//! nothing all the same, and then there is a lower price at which it would have been taken. A slate has several things; only the one
//! that would be liked best at no price is thought of, as if it had been looked at alone.
//!
//! # Source
//! Small and Rosen (1981) for the price at which a thing is no better than nothing; Myerson and Satterthwaite (1983) for why both
//! sides keep something for themselves: who says what it is worth to it pays all of that.

use super::avatar::Avatar;
use super::config::ChoiceConfig;
use super::likings::given_chosen;
use super::utility::{of_item, price_cost, reservation_price};
use crate::sim::ids::ItemId;
use crate::sim::math;
use crate::sim::rng::RngStream;
use crate::sim::units::{Coins, Tick};
use crate::society::config::SocietyConfig;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::truth::ItemTruths;

/// What there is, and what is true of it.
#[derive(Clone, Copy)]
pub struct Goods<'a> {
    /// The tick.
    pub now: Tick,
    /// How people value.
    pub society: &'a SocietyConfig,
    /// Things.
    pub catalogue: &'a Catalogue,
    /// What is true of them.
    pub truths: &'a ItemTruths,
}

impl Goods<'_> {
    /// By how much having an item at no price is better than nothing as a rule, in utility; below zero where it is worse.
    #[must_use]
    pub fn as_a_rule(&self, a: &Avatar, item: ItemId) -> f64 {
        let (card, truth) = (self.catalogue.card(item), self.truths.get(item));
        let (choice, content) = (&self.society.choice, &self.society.content);
        of_item(a, card, truth, Coins::ZERO, self.now, choice, content) - choice.outside_option
    }

    /// Draws the same in the mood of the moment, which is logistic; nobody has to keep a thing, so that it is never worse.
    #[must_use]
    pub fn in_a_mood(&self, a: &Avatar, item: ItemId, rng: &mut RngStream) -> f64 {
        let u = rng.uniform().max(f64::MIN_POSITIVE);
        (self.as_a_rule(a, item) + math::ln(u / (1.0 - u))).max(0.0)
    }
}

/// Draws by how much something is better than nothing that was left although it is so by `mu` as a rule; below zero.
#[must_use]
pub fn given_left(mu: f64, rng: &mut RngStream) -> f64 {
    // The logistic distribution is symmetric.
    -given_chosen(-mu, rng)
}

/// Draws what a thing is worth at no price, in utility, to somebody who left it at `price` although it is worth `rule` as a rule.
#[must_use]
pub fn worth_of_what_was_left(
    a: &Avatar,
    rule: f64,
    price: Coins,
    choice: &ChoiceConfig,
    rng: &mut RngStream,
) -> f64 {
    let cost = price_cost(a, price, choice);
    cost + given_left(rule - cost, rng)
}

/// Returns what somebody offers for a thing that is worth `free` to it, in utility at no price: a share of the price at which it
/// would be no better than nothing, as far as its purse goes.
#[must_use]
pub fn offer(a: &Avatar, free: f64, share: f64, choice: &ChoiceConfig) -> Coins {
    let most = reservation_price(a, a.purse, free, choice).min(a.purse);
    Coins::from_f64(most.as_f64() * share).min(a.purse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Purpose;

    #[test]
    fn what_was_left_is_worse_than_nothing_at_its_price_by_a_truncated_logistic() {
        // E[d | d < 0] = −ln(1 + e^−μ) / σ(−μ), the mirror image of what was chosen.
        for mu in [-3.0, 0.0, 2.0] {
            let n = 40_000;
            let (mut sum, mut square) = (0.0, 0.0);
            for i in 0..n {
                let d = given_left(mu, &mut RngStream::new(1, Purpose::Test, i, 0));
                assert!(d <= 0.0 && d.is_finite());
                sum += d;
                square += d * d;
            }
            let n = n as f64;
            let mean = sum / n;
            let error = ((square / n - mean * mean) / n).sqrt();
            let sigmoid = math::sigmoid(-mu);
            let expected = -math::ln(1.0 + math::exp(-mu)) / sigmoid;
            assert!(
                (mean - expected).abs() < 4.0 * error,
                "{mu}: {mean} {expected}"
            );
        }
    }
}
