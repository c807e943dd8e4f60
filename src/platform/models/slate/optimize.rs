//! The best slate when at most one thing of it is taken, in proportion to its weight.
//!
//! With weights v and worths q of n things, and v₀, q₀ for taking nothing, a slate A is worth
//! (v₀q₀ + Σ_A v q) / (v₀ + Σ_A v). The best of all slates of a size is found by Dinkelbach's method: for a guess λ of the best
//! worth, the slate that maximizes Σ_A v (q − λ) is simply the first few by that product; its own worth is the next guess.
//! The guesses rise to the optimum, faster than linearly, in practice within a handful of rounds.
//!
//! # Source
//! Ie et al. (2019), SlateQ, section 5 (top-k, greedy, optimal by a linear program); Dinkelbach (1967) for the fraction.

use super::super::params::ModelError;

/// Rounds after which the search gives up; never needed, since no slate is guessed twice.
const MOST_ROUNDS: u32 = 64;

/// What can be put on a slate.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// Weight of each thing, at least 0.
    pub weights: &'a [f64],
    /// Worth of each thing, if taken.
    pub worths: &'a [f64],
    /// Weight of taking nothing, at least 0.
    pub nothing_weight: f64,
    /// Worth of taking nothing.
    pub nothing_worth: f64,
}

/// A slate and what it is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Slate {
    /// Indices of the things, best first by the rule that found it.
    pub items: Vec<usize>,
    /// Worth of the slate.
    pub value: f64,
    /// Rounds the search took.
    pub rounds: u32,
}

impl Offer<'_> {
    /// Returns what a slate is worth; the worth of nothing if nobody can take anything.
    ///
    /// # Panics
    /// If an index is outside the offer.
    #[must_use]
    pub fn value(&self, items: &[usize]) -> f64 {
        let mut weight = self.nothing_weight;
        let mut worth = self.nothing_weight * self.nothing_worth;
        for i in items {
            weight += self.weights[*i];
            worth += self.weights[*i] * self.worths[*i];
        }
        if weight > 0.0 {
            worth / weight
        } else {
            self.nothing_worth
        }
    }

    /// Refuses weights and worths that do not belong together or are not finite.
    ///
    /// # Errors
    /// [`ModelError::Length`] or [`ModelError::Value`].
    pub fn check(&self) -> Result<(), ModelError> {
        if self.weights.len() != self.worths.len() {
            return Err(ModelError::Length {
                what: "worths",
                found: self.worths.len(),
                expected: self.weights.len(),
            });
        }
        let weights = self.weights.iter().chain([&self.nothing_weight]);
        let bad_weight = weights.copied().find(|w| !(w.is_finite() && *w >= 0.0));
        let worths = self.worths.iter().chain([&self.nothing_worth]);
        let bad_worth = worths.copied().find(|q| !q.is_finite());
        let refuse = |what: &str, found: f64, allowed: &str| ModelError::Value {
            what: what.to_owned(),
            found: found.to_string(),
            allowed: allowed.to_owned(),
        };
        match (bad_weight, bad_worth) {
            (None, None) => Ok(()),
            (Some(w), _) => Err(refuse("weight", w, "a finite number of at least 0")),
            (None, Some(q)) => Err(refuse("worth", q, "a finite number")),
        }
    }

    fn slate(&self, items: Vec<usize>, rounds: u32) -> Slate {
        let value = self.value(&items);
        Slate {
            items,
            value,
            rounds,
        }
    }
}

/// Returns the indices of the `k` highest keys, highest first; of equal keys the lower index first.
#[must_use]
pub fn highest(keys: &[f64], k: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|a, b| keys[*b].total_cmp(&keys[*a]).then(a.cmp(b)));
    order.truncate(k);
    order
}

/// Puts the `k` things of highest weight times worth on the slate (the paper's TS); all, if there are fewer.
#[must_use]
pub fn top(offer: &Offer<'_>, k: usize) -> Slate {
    let keys = products(offer, 0.0);
    offer.slate(highest(&keys, k), 1)
}

/// Fills the slate place by place with what makes it worth most so far (the paper's GS); all, if there are fewer than `k`.
#[must_use]
pub fn greedy(offer: &Offer<'_>, k: usize) -> Slate {
    let mut items: Vec<usize> = Vec::with_capacity(k);
    while items.len() < k.min(offer.weights.len()) {
        let mut best: Option<(usize, f64)> = None;
        for i in 0..offer.weights.len() {
            if items.contains(&i) {
                continue;
            }
            items.push(i);
            let value = offer.value(&items);
            items.pop();
            if best.is_none_or(|(_, v)| value > v) {
                best = Some((i, value));
            }
        }
        let (i, _) =
            best.expect("something is left as long as the slate is shorter than the offer");
        items.push(i);
    }
    offer.slate(items, 1)
}

/// Finds the slate of `k` things that is worth most (the paper's OS); all, if there are fewer.
#[must_use]
pub fn exact(offer: &Offer<'_>, k: usize) -> Slate {
    // From the slate that looks best to the short-sighted: any slate will do, a good one saves rounds.
    let mut best = top(offer, k);
    for round in 2..=MOST_ROUNDS {
        let next = offer.slate(highest(&products(offer, best.value), k), round);
        if next.value <= best.value {
            best.rounds = round;
            return best;
        }
        best = next;
    }
    best
}

/// Returns what each thing adds to Σ v (q − λ).
fn products(offer: &Offer<'_>, lambda: f64) -> Vec<f64> {
    let pairs = offer.weights.iter().zip(offer.worths);
    pairs.map(|(v, q)| v * (q - lambda)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    struct Drawn {
        weights: Vec<f64>,
        worths: Vec<f64>,
        nothing: (f64, f64),
    }

    impl Drawn {
        fn new(id: u64, n: usize) -> Self {
            let mut rng = RngStream::new(11, Purpose::Test, id, 0);
            Self {
                weights: (0..n).map(|_| rng.log_normal(0.0, 1.0)).collect(),
                worths: (0..n).map(|_| 5.0 * rng.normal()).collect(),
                nothing: (rng.log_normal(0.5, 1.0), rng.normal()),
            }
        }

        fn offer(&self) -> Offer<'_> {
            Offer {
                weights: &self.weights,
                worths: &self.worths,
                nothing_weight: self.nothing.0,
                nothing_worth: self.nothing.1,
            }
        }
    }

    /// Best of all C(n, 3) slates.
    fn brute_force(offer: &Offer<'_>) -> f64 {
        let n = offer.weights.len();
        let mut best = f64::NEG_INFINITY;
        for a in 0..n {
            for b in a + 1..n {
                for c in b + 1..n {
                    best = best.max(offer.value(&[a, b, c]));
                }
            }
        }
        best
    }

    #[test]
    fn a_slate_is_worth_what_it_is_by_hand() {
        let offer = Offer {
            weights: &[1.0, 2.0, 4.0],
            worths: &[10.0, 4.0, 3.0],
            nothing_weight: 1.0,
            nothing_worth: 2.0,
        };
        // (1·2 + 1·10 + 2·4) / (1 + 1 + 2) = 5; with the third instead of the second (2 + 10 + 12) / 6 = 4.
        assert_eq!(offer.value(&[0, 1]), 5.0);
        assert_eq!(offer.value(&[0, 2]), 4.0);
        assert_eq!(exact(&offer, 2).items, [0, 1]);
        // Products 10, 8, 12: the first of the list are the third and the first.
        assert_eq!(top(&offer, 2).items, [2, 0]);
        assert_eq!(greedy(&offer, 2).items, [0, 1]);
    }

    #[test]
    fn the_exact_slate_is_the_best_of_all_120_on_a_thousand_offers_in_under_ten_rounds() {
        let mut better_than_greedy = 0;
        for id in 0..1_000 {
            let drawn = Drawn::new(id, 10);
            let offer = drawn.offer();
            let found = exact(&offer, 3);
            let best = brute_force(&offer);
            assert!((found.value - best).abs() < 1e-12, "{} {best}", found.value);
            assert!(found.rounds < 10, "{} rounds", found.rounds);
            better_than_greedy += u32::from(greedy(&offer, 3).value < best - 1e-12);
        }
        assert!(better_than_greedy > 0, "greed is not always best");
    }

    #[test]
    fn prop_no_rule_beats_the_exact_one() {
        for id in 0..500 {
            let drawn = Drawn::new(id, 3 + (id % 30) as usize);
            let offer = drawn.offer();
            let k = 1 + (id % 6) as usize;
            let best = exact(&offer, k);
            assert!(best.value >= greedy(&offer, k).value - 1e-12);
            assert!(best.value >= top(&offer, k).value - 1e-12);
            assert_eq!(best.items.len(), k.min(offer.weights.len()));
        }
    }

    #[test]
    fn prop_adding_to_all_worths_adds_to_the_value_and_keeps_the_slate() {
        for id in 0..200 {
            let drawn = Drawn::new(id, 10);
            let mut moved = Drawn::new(id, 10);
            for worth in &mut moved.worths {
                *worth += 100.0;
            }
            moved.nothing.1 += 100.0;
            let (a, b) = (exact(&drawn.offer(), 3), exact(&moved.offer(), 3));
            assert!((a.value + 100.0 - b.value).abs() < 1e-9);
            let sorted = |s: &Slate| {
                let mut items = s.items.clone();
                items.sort_unstable();
                items
            };
            assert_eq!(sorted(&a), sorted(&b));
        }
    }

    #[test]
    fn empty_and_impossible_offers_are_answered_without_panic() {
        let empty = Offer {
            weights: &[],
            worths: &[],
            nothing_weight: 0.0,
            nothing_worth: 7.0,
        };
        assert_eq!(exact(&empty, 3).value, 7.0);
        assert!(greedy(&empty, 3).items.is_empty());
        assert!(empty.check().is_ok());
        let bad = Offer {
            weights: &[f64::NAN],
            worths: &[1.0],
            ..empty
        };
        assert!(bad.check().is_err());
        let longer = Offer {
            weights: &[1.0, 2.0],
            worths: &[1.0],
            ..empty
        };
        let message = longer.check().err().map(|e| e.to_string());
        assert_eq!(message.as_deref(), Some("worths has length 1, expected 2"));
    }
}
