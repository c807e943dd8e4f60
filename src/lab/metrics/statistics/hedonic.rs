//! Hedonic regression: what each property of a thing adds to its price, with fixed effects of periods.
//!
//! ln P = β₀ + Σ βₖ xₖ + δ(period) + ε by ordinary least squares with HC1 errors, see [`regression`](super::regression). The
//! effects of the periods are a price index of things of equal quality.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::regression::{Regression, RegressionError};
use super::student::{student_cdf, student_quantile};
use crate::sim::math;

/// Why no prices were explained.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum HedonicError {
    /// A price has no logarithm.
    #[error("price {price} in row {row} is not above 0")]
    Price {
        /// Row, from 0.
        row: usize,
        /// The price.
        price: f64,
    },
    /// There is a period too few or too many.
    #[error("{periods} periods for {prices} prices")]
    Periods {
        /// Periods given.
        periods: usize,
        /// Prices given.
        prices: usize,
    },
    /// A property does not vary, or follows from those before it.
    #[error("{name} is a combination of the intercept and what stands before it")]
    Collinear {
        /// Its name.
        name: String,
    },
    /// The regression failed; properties are counted first, then periods.
    #[error(transparent)]
    Regression(RegressionError),
}

/// What one property does to the logarithm of the price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// Its name; `intercept` and `period N` for those that are not properties.
    pub name: String,
    /// Change of ln P for one unit more: about the relative change of the price.
    pub coefficient: f64,
    /// HC1 standard error.
    pub standard_error: f64,
    /// Coefficient over standard error.
    pub t: f64,
    /// Two-sided p value, by the t distribution with n − k degrees of freedom.
    pub p: f64,
    /// Ends of the 95 % interval.
    pub interval: (f64, f64),
}

/// Prices explained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hedonic {
    /// The intercept, the properties as given, then the periods but the first, ascending.
    pub effects: Vec<Effect>,
    /// Period and price level, that of the first period being 1; empty without periods.
    pub price_index: Vec<(u32, f64)>,
    /// Share of the variance of ln P explained.
    pub r_squared: f64,
    /// The same, less what that many effects explain by luck.
    pub adjusted_r_squared: f64,
    /// Sales.
    pub n: usize,
}

impl Hedonic {
    /// Explains prices (above 0) by named properties, and by the period of each sale if there are `periods`.
    ///
    /// # Source
    /// Rosen (1974); the time-dummy index is that of Court (1939).
    pub fn fit(
        prices: &[f64],
        properties: &[(&str, &[f64])],
        periods: Option<&[u32]>,
    ) -> Result<Self, HedonicError> {
        if let Some(row) = prices.iter().position(|p| !(*p > 0.0 && p.is_finite())) {
            let price = prices[row];
            return Err(HedonicError::Price { row, price });
        }
        let each = periods.unwrap_or_default();
        if periods.is_some() && each.len() != prices.len() {
            return Err(HedonicError::Periods {
                periods: each.len(),
                prices: prices.len(),
            });
        }
        let all: BTreeSet<u32> = each.iter().copied().collect();
        let dummies: Vec<(u32, Vec<f64>)> = all
            .iter()
            .skip(1)
            .map(|p| {
                (
                    *p,
                    each.iter().map(|e| f64::from(u8::from(e == p))).collect(),
                )
            })
            .collect();
        let mut names: Vec<String> = properties.iter().map(|(n, _)| (*n).to_owned()).collect();
        names.extend(dummies.iter().map(|(p, _)| format!("period {p}")));
        let mut columns: Vec<&[f64]> = properties.iter().map(|(_, x)| *x).collect();
        columns.extend(dummies.iter().map(|(_, x)| x.as_slice()));
        let logs: Vec<f64> = prices.iter().map(|p| math::ln(*p)).collect();
        let fit = Regression::fit(&columns, &logs).map_err(|e| match e {
            RegressionError::Collinear { column } => HedonicError::Collinear {
                name: names[column].clone(),
            },
            other => HedonicError::Regression(other),
        })?;
        let freedom = (fit.n - fit.coefficients.len()) as f64;
        let reach = student_quantile(0.975, freedom);
        let named = std::iter::once("intercept".to_owned()).chain(names);
        let effects: Vec<Effect> = named
            .zip(fit.coefficients.iter().zip(&fit.standard_errors))
            .map(|(name, (b, se))| Effect {
                name,
                coefficient: *b,
                standard_error: *se,
                t: b / se,
                p: (2.0 * student_cdf(-(b / se).abs(), freedom)).min(1.0),
                interval: (b - reach * se, b + reach * se),
            })
            .collect();
        let levels = effects[1 + properties.len()..].iter();
        let levels = levels.map(|e| math::exp(e.coefficient));
        let price_index = all.iter().copied().zip(std::iter::once(1.0).chain(levels));
        Ok(Self {
            price_index: price_index.collect(),
            effects,
            r_squared: fit.r_squared,
            adjusted_r_squared: fit.adjusted_r_squared,
            n: fit.n,
        })
    }

    /// Returns an effect by name.
    #[must_use]
    pub fn effect(&self, name: &str) -> Option<&Effect> {
        self.effects.iter().find(|e| e.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    const PRICES: [f64; 24] = [
        6.965_713, 4.590_551, 10.236_912, 2.627_414, 5.360_193, 14.111_64, 3.004_166, 6.334_431,
        8.810_992, 3.476_409, 9.025_013, 10.665_348, 5.165_49, 5.584_528, 3.161_353, 5.995_445,
        6.699_28, 4.854_956, 7.042_759, 9.097_503, 5.584_528, 4.371_036, 10.946_284, 6.501_286,
    ];

    /// Distance, footfall and month of the sales above.
    fn properties() -> (Vec<f64>, Vec<f64>, Vec<u32>) {
        let rows = || 0..24u32;
        (
            rows().map(|k| f64::from((7 * k) % 11 + 1)).collect(),
            rows().map(|k| f64::from((5 * k) % 13 + 2)).collect(),
            rows().map(|k| 5 + k % 3).collect(),
        )
    }

    #[test]
    fn effects_match_statsmodels() {
        // statsmodels 0.15.0, numpy 2.4.6: X = column_stack([distance, footfall, month == 6, month == 7]);
        // OLS(log(price), add_constant(X)).fit(cov_type="HC1", use_t=True): params, bse, pvalues, rsquared, rsquared_adj, conf_int()
        let (distance, footfall, months) = properties();
        let named: [(&str, &[f64]); 2] = [("distance", &distance), ("footfall", &footfall)];
        let fit = Hedonic::fit(&PRICES, &named, Some(&months)).unwrap();
        let expected = [
            (
                "intercept",
                1.991_573_604_450_541_2,
                0.036_616_721_983_093_674,
                2.541_165_452_779_632e-22,
            ),
            (
                "distance",
                -0.120_527_693_885_997_07,
                0.005_088_647_459_356_473,
                1.441_860_477_223_020_7e-15,
            ),
            (
                "footfall",
                0.051_703_214_682_320_48,
                0.003_483_484_834_128_419,
                6.626_975_356_786_702e-12,
            ),
            (
                "period 6",
                0.097_026_904_327_814_33,
                0.031_498_424_502_700_455,
                0.006_158_569_695_075_299,
            ),
            (
                "period 7",
                0.233_212_832_370_860_63,
                0.038_161_983_739_297_12,
                7.097_860_208_662_093e-6,
            ),
        ];
        assert_eq!(fit.effects.len(), expected.len());
        for (e, (name, b, se, p)) in fit.effects.iter().zip(expected) {
            assert_eq!(e.name, name);
            assert!(
                (e.coefficient - b).abs() < 1e-12,
                "{name}: {}",
                e.coefficient
            );
            assert!(
                (e.standard_error - se).abs() < 1e-12,
                "{name}: {}",
                e.standard_error
            );
            assert!((e.p / p - 1.0).abs() < 1e-8, "{name}: {}", e.p);
        }
        assert!((fit.r_squared - 0.982_040_928_197_196).abs() < 1e-12);
        assert!((fit.adjusted_r_squared - 0.978_260_070_975_553_1).abs() < 1e-12);
        let (low, high) = fit.effect("distance").unwrap().interval;
        assert!((low + 0.131_178_355_422_833_9).abs() < 1e-9);
        assert!((high + 0.109_877_032_349_160_24).abs() < 1e-9);
        assert_eq!(fit.price_index[0], (5, 1.0));
        let level = fit.price_index[2].1;
        assert!((level - math::exp(0.233_212_832_370_860_63)).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_explained_is_named() {
        let (distance, footfall, months) = properties();
        let fit = |prices: &[f64], columns: &[(&str, &[f64])], periods: Option<&[u32]>| {
            Hedonic::fit(prices, columns, periods).unwrap_err()
        };
        let named: [(&str, &[f64]); 1] = [("distance", &distance)];
        let mut free = PRICES;
        free[3] = 0.0;
        let expected = HedonicError::Price { row: 3, price: 0.0 };
        assert_eq!(fit(&free, &named, None), expected);
        let short = fit(&PRICES, &named, Some(&months[1..]));
        assert_eq!(short.to_string(), "23 periods for 24 prices");
        let twice: Vec<f64> = footfall.iter().map(|x| 2.0 * x - 1.0).collect();
        let named: [(&str, &[f64]); 2] = [("footfall", &footfall), ("shade", &twice)];
        let name = "shade".to_owned();
        assert_eq!(fit(&PRICES, &named, None), HedonicError::Collinear { name });
        assert!(matches!(
            fit(&PRICES[..2], &[("distance", &distance[..2])], None),
            HedonicError::Regression(RegressionError::TooFew { .. })
        ));
    }

    #[test]
    fn the_index_is_blind_to_better_things_being_sold_later() {
        // Prices per quality stand still while quality rises from period to period.
        let mut rng = RngStream::new(6, Purpose::Test, 0, 0);
        let periods: Vec<u32> = (0..600).map(|i| i / 100).collect();
        let quality: Vec<f64> = periods
            .iter()
            .map(|p| f64::from(*p) + 2.0 * rng.normal())
            .collect();
        let prices: Vec<f64> = quality
            .iter()
            .map(|q| math::exp(1.0 + 0.4 * q + 0.1 * rng.normal()))
            .collect();
        let fit = Hedonic::fit(&prices, &[("quality", &quality)], Some(&periods)).unwrap();
        // Four standard errors: .1 · √(2/100) · 4 = .057.
        assert!(
            fit.price_index
                .iter()
                .all(|(_, level)| (level - 1.0).abs() < 0.06)
        );
        assert!((fit.effect("quality").unwrap().coefficient - 0.4).abs() < 0.01);
        assert!(fit.effect("period 3").unwrap().p > 1e-4);
    }
}
