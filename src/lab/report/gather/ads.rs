//! Rows about ads: how slots sold, how budgets were spent, and what ads changed.

use crate::events::behavior::Surface;
use crate::lab::metrics::ads::{AdBook, Lift};
use crate::lab::metrics::creatives::{Answers, CreativeBook};
use crate::lab::metrics::inventory::{Inventory, InventoryBook};
use crate::lab::report::data::{
    AdRows, CreativeRow, CreativeRows, CreditRow, InventoryRow, LiftRow,
};
use crate::platform::ads::config::{AdsConfig, Attribution};
use crate::sim::config::ConfigValue;
use crate::society::avatars::wants::Cause;

use super::fill::Sight;

/// Running shares of a sum, one a value; empty if it sums to nothing.
fn cumulated(values: &[f64]) -> Vec<f64> {
    let total: f64 = values.iter().sum();
    if total <= 0.0 {
        return Vec::new();
    }
    let mut sum = 0.0;
    let running = values.iter().map(|x| {
        sum += x;
        sum / total
    });
    running.collect()
}

fn word(by: Attribution) -> String {
    by.show().replace('"', "")
}

fn lift_row(lift: &Lift) -> Option<LiftRow> {
    let difference = lift.difference()?;
    let margin = lift.margin();
    Some(LiftRow {
        shown: lift.shown.0,
        shown_converted: lift.shown.1,
        held_out: lift.held_out.0,
        held_out_converted: lift.held_out.1,
        difference,
        low: difference - margin,
        high: difference + margin,
    })
}

fn credits(book: &AdBook, window_days: u32) -> Vec<CreditRow> {
    let surfaces = |conversions: [f64; Surface::ALL.len()]| {
        let rows = Surface::ALL.iter().zip(conversions);
        rows.filter(|(_, n)| *n > 0.0)
            .map(|(surface, n)| {
                let name = match surface {
                    Surface::None => "billboard",
                    other => other.word(),
                };
                (name.to_owned(), n)
            })
            .collect()
    };
    let rows = book.credits(window_days).into_iter();
    rows.map(|c| CreditRow {
        by: word(c.by),
        surfaces: surfaces(c.conversions),
    })
    .collect()
}

fn inventory(book: &InventoryBook) -> Vec<InventoryRow> {
    let rows = Inventory::ALL
        .iter()
        .map(|kind| (kind.word(), book.of(*kind)));
    rows.map(|(word, y)| InventoryRow {
        kind: word.to_owned(),
        looks: y.looks,
        reach: y.reach(),
        clicks: y.clicks,
        revenue: y.revenue,
    })
    .collect()
}

fn creatives(book: &CreativeBook, config: &AdsConfig) -> CreativeRows {
    let rows = |all: &[Answers], credits: Option<Vec<f64>>| -> Vec<CreativeRow> {
        let looks: u64 = all.iter().map(|a| a.looks).sum();
        let n = all.iter().rposition(|a| a.looks > 0).map_or(0, |i| i + 1);
        let rows = all[..n].iter().enumerate();
        rows.map(|(k, a)| CreativeRow {
            looks: a.looks,
            share: a.looks as f64 / looks.max(1) as f64,
            ctr: a.ctr(),
            conversions: credits.as_ref().and_then(|c| c.get(k).copied()),
        })
        .collect()
    };
    let credits = book.credits(config.attribution, config.attribution_days);
    CreativeRows {
        choice: config.creative_choice.show().replace('"', ""),
        by_number: rows(&book.by_number, Some(credits)),
        by_rank: rows(&book.by_rank, None),
        regret: book.regret(),
    }
}

/// Fills the rows; all at nothing where there were no ads.
pub(super) fn ads(s: &Sight<'_>) -> AdRows {
    let book = &s.book.ads;
    let config = &s.platform.0.ads;
    let ratio = |a: f64, b: f64| (b > 0.0).then(|| a / b);
    AdRows {
        auction: config.auction.show().replace('"', ""),
        auctions: book.auctions,
        slots: book.slots.0,
        sold: book.slots.1,
        bids: ratio(book.bids as f64, book.auctions as f64),
        price_per_click: ratio(book.display_revenue, s.book.display.1 as f64),
        welfare: book.welfare,
        revenue: book.revenue,
        pacing_error: book.pacing_error(),
        spending: cumulated(&book.curves.0),
        traffic: cumulated(&book.curves.1),
        reserves: book.reserves.clone(),
        conversions: book.conversions,
        caused: s.wants.n_done(Cause::Click),
        met: book.n_met(),
        claimed: book.claimed(config.attribution_days),
        rule: word(config.attribution),
        credits: credits(book, config.attribution_days),
        lift: book.lift().as_ref().and_then(lift_row),
        inventory: s.ending.inventory.map(inventory).unwrap_or_default(),
        creatives: s
            .ending
            .creatives
            .map_or_else(CreativeRows::default, |c| creatives(c, config)),
    }
}
