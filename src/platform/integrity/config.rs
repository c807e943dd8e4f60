//! The part of the scenario on holds.

use crate::config;

config! {
    /// Holding what too many people hide or report, and bonuses for newcomers who look like nobody new.
    pub struct IntegrityConfig {
        /// Whether items are held at all.
        holds: bool = true, "-";
        /// How many times the usual share of hides and reports an item may have.
        hide_ratio: f64 = 3.0, "-", 1.0..=1000.0;
        /// Uses before which nothing is concluded.
        fewest_uses: u32 = 200, "uses", 1..=1_000_000;
        /// Standard errors by which an item must exceed what is allowed.
        evidence: f64 = 5.0, "-", 0.0..=100.0;
        /// Days an item is held; then it is offered again and judged anew.
        hold_days: f64 = 3.0, "days", 0.01..=10_000.0;
        /// Score from which on a bonus for a newcomer is held for as long, then judged anew, and paid or refused; 0 holds none.
        referral_threshold: f64 = 0.0, "-", 0.0..=1.0;
    }
}

impl IntegrityConfig {
    /// Nothing is held.
    pub const NULL: Self = Self {
        holds: false,
        ..Self::BASELINE
    };
}
