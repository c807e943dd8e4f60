//! From real prices to money.

use crate::sim::units::{Coins, MICROS_PER_COIN};

/// Returns the largest amount of money that is not above `price` coins, at least zero and at most the bid.
///
/// Prices of [`slot_auction`](super::slot_auction) are real numbers; this is the one place where they become money. It rounds
/// down, so that nobody pays more than the rule says and never more than its bid. What the seller loses is less than a
/// micro-coin a click. A reserve that is an amount of money itself is still met. The city's own
/// [`auction`](super::super::auction) never leaves the integers, and rounds up to cover the next score.
///
/// A price that is not a number is no reason to charge anything.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped between zero and the bid, which fits"
)]
pub fn charge(price: f64, bid: Coins) -> Coins {
    let most = bid.max(Coins::ZERO);
    if price >= most.as_f64() {
        return most;
    }
    if price.is_nan() || price <= 0.0 {
        return Coins::ZERO;
    }
    let near = (price * MICROS_PER_COIN as f64).floor() as i64;
    // The product is rounded: the amount wanted may be the next, or the one before.
    let not_above = |micros: &i64| Coins::from_micros(*micros).as_f64() <= price;
    let fits = [near.saturating_add(1), near, near - 1]
        .into_iter()
        .find(not_above);
    Coins::from_micros(fits.unwrap_or(0).max(0)).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn prices_are_rounded_down_and_stay_between_nothing_and_the_bid() {
        let bid = Coins::from_micros(500_000);
        let charged = |price| charge(price, bid).micros();
        assert_eq!(charged(0.123_456_9), 123_456);
        assert_eq!(charged(0.499_999_99), 499_999);
        assert_eq!(charged(0.5), 500_000);
        assert_eq!(charged(7.0), 500_000);
        assert_eq!(charged(f64::INFINITY), 500_000);
        for nothing in [0.0, -3.0, 9e-7, f64::NAN, f64::NEG_INFINITY] {
            assert_eq!(charged(nothing), 0);
        }
        assert_eq!(charge(1.0, Coins::from_micros(-4)), Coins::ZERO);
    }

    #[test]
    fn prop_amounts_of_money_survive_and_everything_else_loses_less_than_a_micro_coin() {
        let bid = Coins::from_micros(i64::MAX);
        for id in 0..20_000 {
            let mut rng = RngStream::new(21, Purpose::Test, id, 0);
            let n_bits = 1 + rng.below(44);
            let micros = rng.below(1 << n_bits) as i64;
            let amount = Coins::from_micros(micros);
            assert_eq!(charge(amount.as_f64(), bid), amount, "{micros}");
            let price = amount.as_f64() + 1e-6 * rng.uniform();
            let charged = charge(price, bid);
            let lost = price - charged.as_f64();
            assert!(charged >= amount && lost >= 0.0, "{micros}: {price}");
            // A micro-coin, and what reals of this size cannot tell apart.
            assert!(lost < 1e-6 + 2.0 * f64::EPSILON * price, "{micros}: {lost}");
        }
    }
}
