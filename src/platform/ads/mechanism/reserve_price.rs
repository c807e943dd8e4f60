//! The reserve that earns most from one bidder, learned from values seen.

/// Why no reserve was learned.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReserveError {
    /// There are no values.
    #[error("0 values are not enough to learn a reserve from (at least 1)")]
    NoValues,
    /// A value is negative or not finite.
    #[error("value {at} is {found}, allowed is any finite number from 0")]
    Value {
        /// Place in the list.
        at: usize,
        /// What is there.
        found: f64,
    },
}

/// A take-it-or-leave-it price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearnedReserve {
    /// The price, which is one of the values seen.
    pub price: f64,
    /// Share of the values that reach it.
    pub sold: f64,
}

impl LearnedReserve {
    /// Returns what the price earns from one bidder alone, on average over the values seen.
    #[must_use]
    pub fn revenue(&self) -> f64 {
        self.price * self.sold
    }

    /// Finds the price p that maximises p · (1 − F(p)), where 1 − F(p) is the share of `values` that are p or more.
    ///
    /// That is Myerson's reserve r − (1 − F(r)) / f(r) = 0 of the distribution the values came from, once there are enough of
    /// them, if p · (1 − F(p)) has one peak. Of prices that earn the same, the lowest is returned, which sells most. For
    /// distributions with tails so heavy that the peak lies at infinity the highest value seen may win by luck: look at `sold`.
    ///
    /// # Errors
    /// [`ReserveError`] without values, or with one that is negative or not finite.
    ///
    /// # Source
    /// Myerson (1981); empirical maximisation after Dhangwatnotai, Roughgarden and Yan (2015).
    pub fn learn(values: &[f64]) -> Result<Self, ReserveError> {
        let is_bad = |v: &f64| !v.is_finite() || *v < 0.0;
        if let Some(at) = values.iter().position(is_bad) {
            let found = values[at];
            return Err(ReserveError::Value { at, found });
        }
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let n = sorted.len();
        let mut best: Option<Self> = None;
        for (at, price) in sorted.iter().enumerate() {
            // Of equal values the first counts them all.
            let found = Self {
                price: *price,
                sold: (n - at) as f64 / n as f64,
            };
            if best.is_none_or(|b| found.revenue() > b.revenue()) {
                best = Some(found);
            }
        }
        best.ok_or(ReserveError::NoValues)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    fn learned(n: u64, seed: u64, draw: impl Fn(&mut RngStream) -> f64) -> LearnedReserve {
        let one = |id| draw(&mut RngStream::new(seed, Purpose::Test, id, 0));
        let values: Vec<f64> = (0..n).map(one).collect();
        LearnedReserve::learn(&values).expect("there are values")
    }

    #[test]
    fn four_values_are_solved_by_hand() {
        // 1 · 1, 2 · ¾, 2 · ¾ once more, 5 · ¼.
        let found = LearnedReserve::learn(&[5.0, 2.0, 1.0, 2.0]).expect("there are values");
        assert_eq!((found.price, found.sold), (2.0, 0.75));
        // 1 and 2 earn the same; the lower sells more.
        let found = LearnedReserve::learn(&[2.0, 1.0]).expect("there are values");
        assert_eq!((found.price, found.sold), (1.0, 1.0));
    }

    #[test]
    fn reserves_of_known_distributions_are_found() {
        // U[0, 1]: r = ½, earning ¼. Exponential with mean 2: r = 2, earning 2 / e.
        // The peak is flat: a price off by d costs d² of ¼, and an empirical F off by 1 / √n moves the peak by about n^(−1/3).
        let n = 100_000;
        let uniform = learned(n, 1, RngStream::uniform);
        assert!((uniform.price - 0.5).abs() < 0.05, "{uniform:?}");
        assert!((uniform.revenue() - 0.25).abs() < 0.004, "{uniform:?}");
        let exponential = learned(n, 2, |rng| rng.exponential(2.0));
        assert!((exponential.price - 2.0).abs() < 0.2, "{exponential:?}");
        let earned = 2.0 / std::f64::consts::E;
        assert!((exponential.revenue() - earned).abs() < 0.015, "{earned}");
    }

    #[test]
    fn prop_no_price_earns_more_from_the_values_seen() {
        for seed in 0..200 {
            let n = 1 + seed % 40;
            let draw = |id| {
                let mut rng = RngStream::new(seed, Purpose::Test, id, 1);
                (8.0 * rng.uniform()).round() / 4.0
            };
            let values: Vec<f64> = (0..n).map(draw).collect();
            let found = LearnedReserve::learn(&values).expect("there are values");
            for price in (0..=220).map(|i| f64::from(i) / 100.0) {
                let sold = values.iter().filter(|v| **v >= price).count() as f64 / n as f64;
                assert!(price * sold <= found.revenue() + 1e-12, "{seed}: {price}");
            }
        }
    }

    #[test]
    fn values_that_cannot_be_are_named() {
        assert_eq!(LearnedReserve::learn(&[]), Err(ReserveError::NoValues));
        let error = LearnedReserve::learn(&[1.0, -0.5]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "value 1 is -0.5, allowed is any finite number from 0"
        );
        assert!(LearnedReserve::learn(&[f64::NAN]).is_err());
    }
}
