//! Made-up rows about trade and ads, for the example report.

use super::data::{AdRows, CreativeRow, CreativeRows, CreditRow, InventoryRow, LiftRow};
use super::trade::{BookRow, DealRow, EffectRow, TradeRows};
use crate::sim::math;

/// Land prices explained, wealth, one order book.
pub(super) fn trade() -> TradeRows {
    let effect = |name: &str, coefficient, standard_error| EffectRow {
        name: name.to_owned(),
        coefficient,
        standard_error,
        t: coefficient / standard_error,
        p: 0.01,
    };
    let steps = |from: f64, step: f64| -> Vec<(f64, u64)> {
        (0..6)
            .map(|i| (from + step * f64::from(i), 3 + i as u64 * 2))
            .collect()
    };
    TradeRows {
        hedonic: vec![
            effect("intercept", 0.4, 0.2),
            effect("ln(1 + footfall)", 0.9, 0.05),
            effect("distance to a road", -0.1, 0.04),
        ],
        hedonic_r2: Some(0.66),
        hedonic_sales: 420,
        land_index: vec![(0, 1.0), (1, 1.04), (2, 1.1), (3, 1.07)],
        lorenz: (0..=50)
            .map(|i| {
                let x = f64::from(i) / 50.0;
                (x, x * x * x)
            })
            .collect(),
        quintiles: (0..5)
            .map(|i| (0..5).map(|j| if i == j { 0.6 } else { 0.1 }).collect())
            .collect(),
        books: vec![BookRow {
            material: "timber".to_owned(),
            found_used: (320, 180),
            trades_units: (140, 201),
            buy: steps(2.4, -0.1),
            sell: steps(2.6, 0.15),
            prices: (0..100)
                .map(|i| 2.5 + 0.3 * math::cos(f64::from(i) / 9.0))
                .collect(),
        }],
        deals: [
            ("offers made", 310, None),
            ("offers taken", 84, Some(913.5)),
            ("offers refused", 121, None),
            ("offers that lapsed", 77, None),
            ("offers that stand", 28, Some(240.25)),
        ]
        .into_iter()
        .map(|(what, count, coins)| DealRow {
            what: what.to_owned(),
            count,
            coins,
        })
        .collect(),
    }
}

/// Ads of so many days, with a hold-out.
pub(super) fn ads(days: u32) -> AdRows {
    let hours = |f: fn(f64) -> f64| (1..=24).map(|h| f(f64::from(h) / 24.0)).collect();
    let credit = |by: &str, feed, billboard| CreditRow {
        by: by.to_owned(),
        surfaces: vec![
            ("feed".to_owned(), feed),
            ("billboard".to_owned(), billboard),
        ],
    };
    let inventory = |kind: &str, looks, reach, revenue| InventoryRow {
        kind: kind.to_owned(),
        looks,
        reach,
        clicks: looks / 250,
        revenue,
    };
    let creative = |looks, share, conversions| CreativeRow {
        looks,
        share,
        ctr: Some(0.004),
        conversions,
    };
    AdRows {
        auction: "gsp".to_owned(),
        auctions: 5_210,
        slots: 5_210,
        sold: 4_988,
        bids: Some(13.4),
        price_per_click: Some(0.31),
        welfare: 44.2,
        revenue: 21.9,
        pacing_error: Some(0.06),
        spending: hours(f64::sqrt),
        traffic: hours(|x| x),
        reserves: (0..days)
            .map(|d| [0.05 + 0.01 * f64::from(d), 0.003])
            .collect(),
        conversions: 61,
        caused: 18,
        met: 2_300,
        claimed: 37,
        rule: "last".to_owned(),
        credits: vec![credit("last", 29.0, 8.0), credit("shapley", 26.5, 10.5)],
        lift: Some(LiftRow {
            shown: 1_840,
            shown_converted: 30,
            held_out: 455,
            held_out_converted: 3,
            difference: 0.0097,
            low: -0.001,
            high: 0.02,
        }),
        creatives: CreativeRows {
            choice: "learned".to_owned(),
            by_number: vec![
                creative(2_600, 0.52, Some(21.0)),
                creative(2_388, 0.48, Some(16.0)),
            ],
            by_rank: vec![creative(3_100, 0.62, None), creative(1_888, 0.38, None)],
            regret: Some(0.11),
        },
        inventory: vec![
            inventory("slate", 4_100, 1_320, 17.2),
            inventory("placement", 610, 410, 3.1),
        ],
    }
}
