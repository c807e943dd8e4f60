//! Whether an avatar asks a friend outside the city to join, and whether the friend comes.
//!
//! Word of mouth is there without any coins: who is satisfied speaks well of the city. What is promised is weighed like any
//! coins, against the trouble of asking. The same luck decides with the promise and without it, so that it is known of each
//! newcomer whether the promise brought it.

use super::config::ReferralsConfig;
use super::joiners::How;
use crate::events::referral::ReferralTerms;
use crate::sim::math;
use crate::sim::rng::RngStream;
use crate::sim::units::Coins;
use crate::society::avatars::avatar::Avatar;
use crate::society::avatars::bonus::worth;
use crate::society::avatars::config::{ChoiceConfig, ReactionsConfig};

/// Returns the chance that an avatar asks a friend after a visit, where it expects so many coins from it.
#[must_use]
pub fn asks(
    a: &Avatar,
    expected: Coins,
    config: &ReferralsConfig,
    react: &ReactionsConfig,
    choice: &ChoiceConfig,
) -> f64 {
    let coins = worth(a, expected, react, choice);
    let gain = f64::from(a.satisfaction) + coins - config.asking_effort;
    config.word_of_mouth * math::sigmoid(gain)
}

/// Returns the chance that a friend who is asked joins, where so many coins are promised to it.
///
/// The coins multiply the odds by what they are worth to somebody with an empty purse and middling regard for prices.
#[must_use]
pub fn joins(coins: Coins, config: &ReferralsConfig, choice: &ChoiceConfig) -> f64 {
    let pull = choice.price_weight * math::ln(1.0 + coins.as_f64().max(0.0));
    let odds = config.join_share * math::exp(pull);
    odds / (1.0 - config.join_share + odds)
}

/// Draws whether a friend joins because an avatar had a visit, and whether it would have without any promise.
///
/// Returns why it comes, if it does. `is_paid` says whether there are coins for it at all: where who asks is a minor, or was paid as
/// often as it can be, neither gets any.
pub fn draw(
    a: &Avatar,
    terms: &ReferralTerms,
    is_paid: bool,
    config: &ReferralsConfig,
    react: &ReactionsConfig,
    choice: &ChoiceConfig,
    rng: &mut RngStream,
) -> Option<How> {
    let (to_inviter, to_newcomer) = if is_paid {
        (terms.to_inviter(), terms.to_newcomer)
    } else {
        (Coins::ZERO, Coins::ZERO)
    };
    let joins_anyway = joins(Coins::ZERO, config, choice);
    let joins_now = joins(to_newcomer, config, choice);
    let expected = Coins::from_f64(to_inviter.as_f64() * joins_now);
    let asks_anyway = asks(a, Coins::ZERO, config, react, choice);
    let asks_now = asks(a, expected, config, react, choice);
    let (will, luck) = (rng.uniform(), rng.uniform());
    if will >= asks_now || luck >= joins_now {
        return None;
    }
    let comes_anyway = will < asks_anyway && luck < joins_anyway;
    Some(if comes_anyway {
        How::Anyway
    } else {
        How::Moved
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Purpose;
    use crate::society::avatars::birth::newcomer;

    const CONFIG: ReferralsConfig = ReferralsConfig {
        word_of_mouth: 0.5,
        ..ReferralsConfig::BASELINE
    };

    fn terms(coins: i64, to_newcomer: i64) -> ReferralTerms {
        ReferralTerms {
            amount: Coins::from_whole(coins),
            to_newcomer: Coins::from_whole(to_newcomer),
            days: 3,
            minutes: 10,
            cap: 5,
        }
    }

    /// Who comes anyway, and who is moved, of so many visits.
    fn came(terms: &ReferralTerms, is_paid: bool) -> (u32, u32) {
        let (react, choice) = (ReactionsConfig::BASELINE, ChoiceConfig::BASELINE);
        let a = newcomer(1);
        let mut n = (0, 0);
        for i in 0..4_000 {
            let mut rng = RngStream::new(1, Purpose::Test, i, 0);
            match draw(&a, terms, is_paid, &CONFIG, &react, &choice, &mut rng) {
                Some(How::Anyway) => n.0 += 1,
                Some(How::Moved) => n.1 += 1,
                Some(How::Second) | None => {}
            }
        }
        n
    }

    #[test]
    fn coins_multiply_the_odds_of_joining() {
        let choice = ChoiceConfig::BASELINE;
        assert!((joins(Coins::ZERO, &CONFIG, &choice) - CONFIG.join_share).abs() < 1e-12);
        let one = ChoiceConfig {
            price_weight: 1.0,
            ..choice
        };
        // Odds 3 : 7 times 2 are 6 : 7.
        assert!((joins(Coins::from_whole(1), &CONFIG, &one) - 6.0 / 13.0).abs() < 1e-12);
    }

    #[test]
    fn who_comes_anyway_is_the_same_with_a_promise_and_without() {
        let (anyway, moved) = came(&terms(0, 0), true);
        assert!(anyway > 0 && moved == 0, "{anyway} {moved}");
        let (still, more) = came(&terms(6, 2), true);
        assert_eq!(still, anyway);
        assert!(more > 0);
        // A promise that nobody can earn any more moves nobody.
        assert_eq!(came(&terms(6, 0), false), (anyway, 0));
        assert_eq!(came(&terms(6, 2), false), (anyway, 0));
    }
}
