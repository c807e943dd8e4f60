//! The reserve that earns most, learned from bids seen: from one bidder alone, or beside rivals.

use serde::{Deserialize, Serialize};

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

/// A slot as it was bid for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Contest {
    /// The bid that gets it.
    pub own: f64,
    /// The next bid, which is the price without a reserve; at most the bid itself, 0 for none.
    pub next: f64,
    /// How much the slot counts.
    pub weight: f64,
}

/// Returns the reserve that would have earned most at second prices, Σ w · max(next, r) over contests with own ≥ r; `None` if
/// nothing was bid. Of reserves that earn the same, the lowest.
///
/// Without rivals it is the reserve of one bidder alone, as [`LearnedReserve::learn`] finds it; with many of them it is seldom much
/// above none. Bids that are not finite or not above zero take no part.
///
/// # Source
/// The reserve of highest revenue on a sample, as in Mohri and Medina (2014), "Learning theory and algorithms for revenue
/// optimization in second price auctions with reserve".
#[must_use]
pub fn best_in_contests(contests: &[Contest]) -> Option<f64> {
    let counts = |c: &&Contest| c.own.is_finite() && c.own > 0.0 && c.weight > 0.0;
    let kept = || contests.iter().filter(counts);
    let mut owns: Vec<(f64, f64)> = kept().map(|c| (c.own, c.weight)).collect();
    let mut nexts: Vec<(f64, f64)> = kept().map(|c| (c.next.min(c.own), c.weight)).collect();
    for list in [&mut owns, &mut nexts] {
        list.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
    }
    // From the highest reserve down: contests that are sold, and of those the ones whose price the next bid makes.
    let (mut sold, mut priced, mut paid, mut at) = (0.0, 0.0, 0.0, 0);
    let mut best: Option<(f64, f64)> = None;
    for (i, (reserve, weight)) in owns.iter().enumerate() {
        sold += weight;
        if owns.get(i + 1).is_some_and(|o| o.0 == *reserve) {
            continue;
        }
        while let Some((next, weight)) = nexts.get(at).filter(|n| n.0 >= *reserve) {
            priced += weight;
            paid += next * weight;
            at += 1;
        }
        let revenue = paid + reserve * (sold - priced);
        if best.is_none_or(|b| revenue >= b.1) {
            best = Some((*reserve, revenue));
        }
    }
    best.map(|b| b.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::dose::dose;
    use crate::sim::rng::{Purpose, RngStream};

    fn learned(n: u64, seed: u64, draw: impl Fn(&mut RngStream) -> f64) -> LearnedReserve {
        let one = |id| draw(&mut RngStream::new(seed, Purpose::Test, id, 0));
        let values: Vec<f64> = (0..n).map(one).collect();
        LearnedReserve::learn(&values).expect("there are values")
    }

    #[test]
    fn prop_no_reserve_earns_more_in_the_contests_seen() {
        for instance in 0..dose(2_000) {
            let mut rng = RngStream::new(41, Purpose::Test, instance, 0);
            let alone = rng.chance(0.3);
            let contests: Vec<Contest> = (0..=rng.below(12))
                .map(|_| {
                    let own = (1 + rng.below(20)) as f64;
                    let next = if alone { 0 } else { rng.below(20) };
                    Contest {
                        own,
                        next: (next as f64).min(own),
                        weight: if alone {
                            1.0
                        } else {
                            (1 + rng.below(4)) as f64
                        },
                    }
                })
                .collect();
            let revenue = |r: f64| -> f64 {
                let sold = contests.iter().filter(|c| c.own >= r);
                sold.map(|c| c.weight * c.next.max(r)).sum()
            };
            let best = best_in_contests(&contests).unwrap();
            for r in 0..=21 {
                assert!(revenue(f64::from(r)) <= revenue(best), "{instance}: {r}");
            }
            if alone {
                let values: Vec<f64> = contests.iter().map(|c| c.own).collect();
                let learned = LearnedReserve::learn(&values).unwrap();
                // Prices that earn the same may be told apart by rounding.
                let off = (revenue(learned.price) - revenue(best)).abs();
                assert!(off < 1e-9, "instance {instance}: {off}");
            }
        }
        assert_eq!(best_in_contests(&[]), None);
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
