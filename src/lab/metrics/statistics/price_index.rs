//! Price indices of a fixed basket: Laspeyres, Paasche and Fisher.
//!
//! The basket is a list of goods that are the same in both periods; a good that was not bought counts with quantity 0. (The
//! index that the running economy acts on leaves out what was not sold, and lives with the market.)

/// What a good cost and how much of it was bought in a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bought {
    /// Price of a unit.
    pub price: f64,
    /// Units.
    pub quantity: f64,
}

/// Why there is no index.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum IndexError {
    /// The baskets differ.
    #[error("{base} goods in the base period but {now} now")]
    Length {
        /// Goods in the base period.
        base: usize,
        /// Goods now.
        now: usize,
    },
    /// A price or quantity is negative or not finite.
    #[error("good {good} has price {price} and quantity {quantity}, which must be 0 or more")]
    Value {
        /// Position of the good, from 0.
        good: usize,
        /// Its price.
        price: f64,
        /// Its quantity.
        quantity: f64,
    },
    /// What was bought cost nothing in the base period.
    #[error("the basket costs nothing in the base period")]
    Free,
}

/// Returns what the basket of the base period costs now over what it cost then.
///
/// # Source
/// Laspeyres (1871): Σ p₁q₀ / Σ p₀q₀.
pub fn laspeyres(base: &[Bought], now: &[Bought]) -> Result<f64, IndexError> {
    ratio(base, now, |then, _| then.quantity)
}

/// Returns what the basket of now costs over what it would have cost in the base period.
///
/// # Source
/// Paasche (1874): Σ p₁q₁ / Σ p₀q₁.
pub fn paasche(base: &[Bought], now: &[Bought]) -> Result<f64, IndexError> {
    ratio(base, now, |_, now| now.quantity)
}

/// Returns the geometric mean of Laspeyres' and Paasche's index.
///
/// # Source
/// Fisher (1922).
pub fn fisher(base: &[Bought], now: &[Bought]) -> Result<f64, IndexError> {
    Ok(libm::sqrt(laspeyres(base, now)? * paasche(base, now)?))
}

fn ratio(
    base: &[Bought],
    now: &[Bought],
    quantity: impl Fn(&Bought, &Bought) -> f64,
) -> Result<f64, IndexError> {
    if base.len() != now.len() {
        return Err(IndexError::Length {
            base: base.len(),
            now: now.len(),
        });
    }
    let (mut above, mut below) = (0.0, 0.0);
    for (good, (b, n)) in base.iter().zip(now).enumerate() {
        for x in [b, n] {
            let (price, quantity) = (x.price, x.quantity);
            let is_amount = |v: f64| v.is_finite() && v >= 0.0;
            if !(is_amount(price) && is_amount(quantity)) {
                return Err(IndexError::Value {
                    good,
                    price,
                    quantity,
                });
            }
        }
        let q = quantity(b, n);
        above += n.price * q;
        below += b.price * q;
    }
    if below > 0.0 {
        Ok(above / below)
    } else {
        Err(IndexError::Free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    fn goods(rows: &[(f64, f64)]) -> Vec<Bought> {
        let rows = rows.iter();
        rows.map(|&(price, quantity)| Bought { price, quantity })
            .collect()
    }

    #[test]
    fn indices_match_numpy() {
        // numpy 2.4.6: (p1@q0)/(p0@q0), (p1@q1)/(p0@q1) and the root of their product.
        let base = goods(&[(2.5, 100.0), (10.0, 12.0), (0.8, 300.0), (40.0, 2.0)]);
        let now = goods(&[(3.0, 90.0), (9.0, 15.0), (1.1, 210.0), (44.0, 3.0)]);
        let close = |a: Result<f64, IndexError>, b: f64| assert!((a.unwrap() - b).abs() < 1e-14);
        close(laspeyres(&base, &now), 1.197_101_449_275_362_2);
        close(paasche(&base, &now), 1.158_371_040_723_982);
        close(fisher(&base, &now), 1.177_577_025_781_875_8);
    }

    #[test]
    fn prop_fisher_passes_the_tests_that_are_his() {
        for case in 0..200 {
            let mut rng = RngStream::new(7, Purpose::Test, case, 0);
            let mut draw = || {
                let rows: Vec<(f64, f64)> = (0..6)
                    .map(|_| (rng.range(0.1, 9.0), rng.range(0.0, 50.0)))
                    .collect();
                goods(&rows)
            };
            let (base, now) = (draw(), draw());
            let f = fisher(&base, &now).unwrap();
            // Backwards it is the inverse.
            assert!((f * fisher(&now, &base).unwrap() - 1.0).abs() < 1e-12);
            // With prices and quantities exchanged, the product is the change of the value.
            let turned = |x: &[Bought]| -> Vec<Bought> {
                let rows: Vec<_> = x.iter().map(|b| (b.quantity, b.price)).collect();
                goods(&rows)
            };
            let quantity = fisher(&turned(&base), &turned(&now)).unwrap();
            let value = |x: &[Bought]| -> f64 { x.iter().map(|b| b.price * b.quantity).sum() };
            assert!((f * quantity / (value(&now) / value(&base)) - 1.0).abs() < 1e-12);
            // Doubled prices double it.
            let dear: Vec<_> = now.iter().map(|b| (2.0 * b.price, b.quantity)).collect();
            assert!((fisher(&base, &goods(&dear)).unwrap() / f - 2.0).abs() < 1e-12);
        }
    }

    #[test]
    fn baskets_that_cannot_be_compared_are_refused() {
        let one = goods(&[(1.0, 1.0)]);
        let expected = IndexError::Length { base: 1, now: 0 };
        assert_eq!(laspeyres(&one, &[]), Err(expected));
        assert_eq!(
            laspeyres(&goods(&[(0.0, 1.0)]), &one),
            Err(IndexError::Free)
        );
        let debt = goods(&[(1.0, -2.0)]);
        assert!(matches!(
            paasche(&one, &debt),
            Err(IndexError::Value { good: 0, .. })
        ));
        assert_eq!(fisher(&[], &[]), Err(IndexError::Free));
    }
}
