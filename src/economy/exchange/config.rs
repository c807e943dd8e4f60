//! The exchange's part of the scenario.

use super::book::{Rules, SelfTrade};
use super::breaker::Band;
use super::fees::{FeeError, Fees};
use crate::config;
use crate::sim::units::Coins;

config! {
    /// Order books for fungible items.
    pub struct ExchangeConfig {
        /// Whether fungible items are traded in order books.
        enabled: bool = false, "-";
        /// Step between prices.
        tick_size: f64 = 0.01, "coins", 0.000_001..=1_000.0;
        /// Fee of whoever was in the book already.
        maker_fee_bps: u32 = 10, "bp", 0..=5_000;
        /// Paid back to whoever was in the book already, out of the taker's fee; counts if the maker's fee is 0.
        maker_rebate_bps: u32 = 0, "bp", 0..=5_000;
        /// Fee of whoever takes.
        taker_fee_bps: u32 = 30, "bp", 0..=5_000;
        /// What happens when somebody would trade with itself.
        self_trade: SelfTrade = SelfTrade::CancelNewest, "-";
        /// Farthest a price may move from that of a window ago; 0 for no limit.
        band_bps: u32 = 2_000, "bp", 0..=9_999;
        /// Age of the price that the limit is counted from.
        band_window_ticks: u32 = 60, "ticks", 1..=10_080;
        /// How long trading halts when a price would pass the limit.
        halt_ticks: u32 = 30, "ticks", 1..=10_080;
        /// Chance that a game won drops a unit of a material.
        drop_rate: f64 = 0.3, "chance", 0.0..=1.0;
        /// Units of the material of its district that a building takes.
        building_units: u32 = 4, "units", 0..=1_000;
        /// Chance a day that a building needs a unit for its upkeep, or falls into ruin.
        upkeep: f64 = 0.05, "chance/day", 0.0..=1.0;
        /// How often somebody awake looks at the exchange, if it has a reason to.
        looks_per_hour: f64 = 3.0, "1/h", 0.0..=60.0;
        /// Share of the traders who trade towards what they hold a material to be worth.
        fundamentalists: f64 = 0.4, "share", 0.0..=1.0;
        /// Share of the traders who expect a price to go on as it went.
        trend_followers: f64 = 0.2, "share", 0.0..=1.0;
        /// Share of the traders who quote both sides.
        market_makers: f64 = 0.2, "share", 0.0..=1.0;
        /// How long an order may wait.
        order_days: u32 = 3, "days", 1..=365;
    }
}

impl ExchangeConfig {
    /// No order books.
    pub const NULL: Self = Self {
        enabled: false,
        maker_fee_bps: 0,
        taker_fee_bps: 0,
        band_bps: 0,
        drop_rate: 0.0,
        ..Self::BASELINE
    };

    /// Returns the rules of a book.
    ///
    /// # Errors
    /// [`FeeError`] if the rebate exceeds the taker's fee.
    pub fn rules(&self) -> Result<Rules, FeeError> {
        let maker = if self.maker_fee_bps == 0 {
            -i64::from(self.maker_rebate_bps)
        } else {
            i64::from(self.maker_fee_bps)
        };
        let band = Band {
            width_bps: self.band_bps,
            window_ticks: self.band_window_ticks,
            halt_ticks: self.halt_ticks,
        };
        Ok(Rules {
            tick_size: Coins::from_f64(self.tick_size),
            fees: Fees::new(maker as i32, self.taker_fee_bps)?,
            self_trade: self.self_trade,
            band: (self.band_bps > 0).then_some(band),
        })
    }
}

impl ExchangeConfig {
    /// Returns the rules of a book, with a rebate cut to what the taker pays.
    #[must_use]
    pub fn sound_rules(&self) -> Option<Rules> {
        let sound = Self {
            maker_rebate_bps: self.maker_rebate_bps.min(self.taker_fee_bps),
            ..self.clone()
        };
        sound.rules().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::config::ConfigPart;

    #[test]
    fn defaults_lie_in_their_ranges_and_make_rules() {
        let mut violations = Vec::new();
        ExchangeConfig::BASELINE.check("exchange", &mut violations);
        assert_eq!(violations, []);
        let rules = ExchangeConfig::BASELINE.rules().unwrap();
        assert_eq!(rules.tick_size.micros(), 10_000);
        assert!(ExchangeConfig::NULL.rules().unwrap().band.is_none());
        let generous = ExchangeConfig {
            maker_fee_bps: 0,
            maker_rebate_bps: 31,
            ..ExchangeConfig::BASELINE
        };
        assert!(matches!(generous.rules(), Err(FeeError::Rebate { .. })));
    }
}
