//! The central bank: steers rewards, and if it is told to, takings of land and fees, so that prices stay where they should.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::config::{ControllerConfig, ControllerKind, Instrument, Signal};
use crate::sim::math;
use crate::sim::state_hash::{StateHash, StateHasher};

/// Smallest and largest factor on rewards.
const CLAMP: (f64, f64) = (0.02, 3.0);

/// Highest fee to which the bank raises that of the scenario.
const HIGHEST_FEE: f64 = 0.3;

/// The controller's state.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CentralBank {
    integral: f64,
    /// Coins for each avatar at the end of the first day.
    first_money: Option<f64>,
    /// Factor on every reward.
    pub reward_factor: f64,
}

impl Default for CentralBank {
    fn default() -> Self {
        Self {
            integral: 0.0,
            first_money: None,
            reward_factor: 1.0,
        }
    }
}

impl CentralBank {
    /// Returns the factor on what passers-by leave on land.
    #[must_use]
    pub fn takings_factor(&self, config: &ControllerConfig) -> f64 {
        match config.instrument {
            Instrument::Rewards => 1.0,
            Instrument::RewardsAndTakings | Instrument::All => self.reward_factor,
        }
    }

    /// Returns the fee on a sale between avatars: as a share of the price, that of the scenario over the factor on rewards, but no
    /// more than [`HIGHEST_FEE`] if the scenario's is less.
    #[must_use]
    pub fn fee(&self, fee: f64, config: &ControllerConfig) -> f64 {
        match config.instrument {
            Instrument::Rewards | Instrument::RewardsAndTakings => fee,
            Instrument::All => (fee / self.reward_factor).min(fee.max(HIGHEST_FEE)),
        }
    }

    /// Reads the day's price level and coins for each avatar (`money`), and sets the factor for the next day.
    ///
    /// With e = ln(x / target), where x is the price level, the coins over those of the first day, or the product of the two: the rule sets `exp(−gain·e)`, the PI controller `exp(−gain·e − integral·Σe)`, with the
    /// integral frozen while the factor is at its clamp.
    ///
    /// Prices answer to coins weeks later, and what is in purses by then stays there; coins tell at once.
    ///
    /// # Source
    /// Steering by the quantity of money: Friedman (1960).
    pub fn steer(&mut self, level: f64, money: f64, config: &ControllerConfig) {
        let first = *self.first_money.get_or_insert(money);
        let coins = if first > 0.0 { money / first } else { 1.0 };
        let seen = match config.signal {
            Signal::Prices => level,
            Signal::Money => coins,
            Signal::PricesAndMoney => level * coins,
        };
        let error = math::ln((seen / config.target).max(1e-9));
        let exponent = match config.kind {
            ControllerKind::Off => {
                self.reward_factor = 1.0;
                return;
            }
            ControllerKind::Rule => -config.gain * error,
            ControllerKind::Pi => -config.gain * error - config.integral * (self.integral + error),
        };
        let factor = math::exp(exponent);
        self.reward_factor = factor.clamp(CLAMP.0, CLAMP.1);
        if factor == self.reward_factor {
            self.integral += error;
        }
    }
}

impl StateHash for CentralBank {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.f64(self.integral);
        h.f64(self.first_money.unwrap_or(-1.0));
        h.f64(self.reward_factor);
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coins_are_noticed_before_prices_are() {
        let by = |signal| {
            let config = ControllerConfig {
                signal,
                ..ControllerConfig::BASELINE
            };
            let mut bank = CentralBank::default();
            bank.steer(1.0, 40.0, &config);
            bank.steer(1.0, 60.0, &config);
            bank.reward_factor
        };
        assert_eq!(by(Signal::Prices), 1.0);
        assert!(by(Signal::Money) < 0.35);
        assert_eq!(by(Signal::PricesAndMoney), by(Signal::Money));
    }

    #[test]
    fn takings_fall_and_fees_rise_only_where_they_are_steered() {
        let bank = CentralBank {
            integral: 0.0,
            first_money: None,
            reward_factor: 0.25,
        };
        let told = |instrument| {
            let config = ControllerConfig {
                instrument,
                ..ControllerConfig::BASELINE
            };
            (bank.takings_factor(&config), bank.fee(0.05, &config))
        };
        assert_eq!(told(Instrument::Rewards), (1.0, 0.05));
        assert_eq!(told(Instrument::RewardsAndTakings), (0.25, 0.05));
        assert_eq!(told(Instrument::All), (0.25, 0.2));
        let tight = CentralBank {
            reward_factor: 0.02,
            ..bank
        };
        let all = ControllerConfig {
            instrument: Instrument::All,
            ..ControllerConfig::BASELINE
        };
        assert_eq!(tight.fee(0.05, &all), 0.3);
        assert_eq!(tight.fee(0.5, &all), 0.5);
    }

    #[test]
    fn rewards_fall_while_prices_are_too_high() {
        let mut bank = CentralBank::default();
        let config = ControllerConfig::BASELINE;
        bank.steer(1.2, 1.0, &config);
        let first = bank.reward_factor;
        assert!(first < 1.0);
        bank.steer(1.2, 1.0, &config);
        assert!(bank.reward_factor < first, "the integral adds up");
        let off = ControllerConfig {
            kind: ControllerKind::Off,
            ..config
        };
        bank.steer(5.0, 1.0, &off);
        assert_eq!(bank.reward_factor, 1.0);
    }
}
