//! Whether another account is worth the trouble: the coins it is expected to bring, against what must be done for them.

use super::config::ReferralsConfig;
use crate::events::referral::ReferralTerms;
use crate::sim::ids::AvatarId;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::units::Coins;
use crate::society::avatars::avatar::Avatar;
use crate::society::avatars::bonus::worth;
use crate::society::avatars::config::{ChoiceConfig, ReactionsConfig};

/// Says whether an avatar is one of those who would open a second account where that pays.
#[must_use]
pub fn would(seed: u64, id: AvatarId, config: &ReferralsConfig) -> bool {
    RngStream::new(seed, Purpose::SelfReferral, u64::from(id.0), 0).chance(config.self_referral)
}

/// Returns the trouble of a second account that does what is asked for, in utility.
#[must_use]
pub fn trouble(terms: &ReferralTerms, config: &ReferralsConfig) -> f64 {
    config.account_effort
        + config.visit_effort * f64::from(terms.days)
        + config.minute_effort * f64::from(terms.minutes)
}

/// Returns what a second account gains its owner, in utility: the worth of the coins of both sides times the chance of being paid
/// as it believes, less the trouble. It opens one where this is above zero.
#[must_use]
pub fn gain(
    owner: &Avatar,
    terms: &ReferralTerms,
    believed: f64,
    config: &ReferralsConfig,
    react: &ReactionsConfig,
    choice: &ChoiceConfig,
) -> f64 {
    let expected = Coins::from_f64(terms.amount.as_f64() * believed);
    worth(owner, expected, react, choice) - trouble(terms, config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::society::avatars::birth::newcomer;

    fn terms(coins: f64, days: u32, minutes: u32) -> ReferralTerms {
        ReferralTerms {
            amount: Coins::from_f64(coins),
            to_newcomer: Coins::ZERO,
            days,
            minutes,
            cap: 5,
        }
    }

    #[test]
    fn abuse_pays_only_beyond_the_trouble() {
        let (react, choice) = (ReactionsConfig::BASELINE, ChoiceConfig::BASELINE);
        let config = ReferralsConfig::BASELINE;
        let mut owner = newcomer(1);
        (owner.price_sensitivity, owner.purse) = (1.0, Coins::ZERO);
        // 1 + 0.3 · 3 + 0.05 · 10.
        assert!((trouble(&terms(1.0, 3, 10), &config) - 2.4).abs() < 1e-12);
        // 3 · 0.7 · ln(1 + c) = 2.4 at c = e^(8/7) − 1 = 2.1357.
        let gain = |coins, days, minutes, believed| {
            let t = terms(coins, days, minutes);
            gain(&owner, &t, believed, &config, &react, &choice)
        };
        assert!(gain(2.13, 3, 10, 1.0) < 0.0 && gain(2.14, 3, 10, 1.0) > 0.0);
        // A stricter condition, or half a chance of being paid, takes the same bonus below it.
        assert!(gain(2.14, 4, 10, 1.0) < 0.0 && gain(2.14, 3, 20, 1.0) < 0.0);
        assert!(gain(2.14, 3, 10, 0.5) < 0.0);
        assert!(gain(0.0, 0, 0, 1.0) < 0.0, "nothing is promised");
    }

    #[test]
    fn nobody_would_where_the_share_is_zero_and_everybody_where_it_is_one() {
        let with = |self_referral| ReferralsConfig {
            self_referral,
            ..ReferralsConfig::BASELINE
        };
        let n = |share| {
            (0..1_000)
                .filter(|i| would(1, AvatarId(*i), &with(share)))
                .count()
        };
        assert_eq!((n(0.0), n(1.0)), (0, 1_000));
        // Standard deviation 12.6.
        assert!((130..=270).contains(&n(0.2)));
    }
}
