//! The central bank: steers rewards so that prices stay where they should.

use bevy::ecs::prelude::Resource;

use super::config::{ControllerConfig, ControllerKind};
use crate::sim::math;
use crate::sim::state_hash::{StateHash, StateHasher};

/// Smallest and largest factor on rewards.
const CLAMP: (f64, f64) = (0.02, 3.0);

/// The controller's state.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct CentralBank {
    integral: f64,
    /// Factor on every reward.
    pub reward_factor: f64,
}

impl Default for CentralBank {
    fn default() -> Self {
        Self {
            integral: 0.0,
            reward_factor: 1.0,
        }
    }
}

impl CentralBank {
    /// Reads the price level of the day and sets the factor for the next.
    ///
    /// With e = ln(level / target): the rule sets `exp(−gain·e)`, the PI controller `exp(−gain·e − integral·Σe)`, with the
    /// integral frozen while the factor is at its clamp.
    pub fn steer(&mut self, level: f64, config: &ControllerConfig) {
        let error = math::ln((level / config.target).max(1e-9));
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
        h.f64(self.reward_factor);
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewards_fall_while_prices_are_too_high() {
        let mut bank = CentralBank::default();
        let config = ControllerConfig::BASELINE;
        bank.steer(1.2, &config);
        let first = bank.reward_factor;
        assert!(first < 1.0);
        bank.steer(1.2, &config);
        assert!(bank.reward_factor < first, "the integral adds up");
        let off = ControllerConfig {
            kind: ControllerKind::Off,
            ..config
        };
        bank.steer(5.0, &off);
        assert_eq!(bank.reward_factor, 1.0);
    }
}
