//! How fast slots are sold and orders are matched, on one core.

use serde_json::{Value, json};

use super::Report;
use crate::cli::CommandError;
use crate::cli::output;
use crate::cli::run::wall_clock;
use crate::economy::exchange::book::OrderBook;
use crate::economy::exchange::config::ExchangeConfig;
use crate::economy::exchange::workload::{Mix, apply, draw};
use crate::platform::ads::mechanism::auction_load::AuctionLoad;
use crate::platform::ads::mechanism::slot_auction::Format;

/// Rounds of each, of which the median counts.
const ROUNDS: usize = 5;

/// Operations on a book that count, and as many before them as make it what it is.
const OPERATIONS: usize = 3_000_000;
const WARM_UP: usize = 1_000_000;

/// Operations after which whoever posts reports takes them.
const BATCH: usize = 1_000;

/// Something that is done many times, and how often a second it must be at least.
pub(super) struct Bar {
    /// What is done.
    pub(super) name: &'static str,
    /// How often a second.
    pub(super) least: f64,
}

/// Auctions that are measured: bidders, ads of each, slots.
const AUCTIONS: [(Bar, u32, u32, u32); 2] = [
    (
        Bar {
            name: "auctions of 3 slots, 10 bidders",
            least: 1e6,
        },
        10,
        1,
        3,
    ),
    (
        Bar {
            name: "auctions of 1 slot, 48 bidders with 12 ads each",
            least: 5e5,
        },
        48,
        12,
        1,
    ),
];

/// The book that is measured.
const BOOK: Bar = Bar {
    name: "operations on a book of 10 000 orders",
    least: 5e6,
};

/// Measures auctions and the book, one after the other.
pub(super) fn measure() -> Result<Report, CommandError> {
    let mut found = Found::default();
    for (bar, bidders, ads, slots) in AUCTIONS {
        output::note(&format!("measuring {}", bar.name));
        let load = AuctionLoad {
            bidders,
            ads,
            slots,
            rounds: 2_000_000,
            format: Format::GeneralizedSecond,
            seed: 1,
        };
        let prepared = load.prepare();
        let mut sold = 0;
        let rate = median(|| {
            let clock = wall_clock();
            let done = prepared.run();
            sold = done.sold;
            done.auctions as f64 / clock.elapsed().as_secs_f64().max(1e-9)
        });
        found.add(&bar, rate, json!({ "slots_sold": sold }));
    }
    output::note(&format!("measuring {}", BOOK.name));
    let failed = |e: &dyn std::fmt::Display| CommandError::Failed(format!("order book: {e}"));
    let rules = ExchangeConfig::BASELINE.rules().map_err(|e| failed(&e))?;
    let operations = draw(1, WARM_UP + OPERATIONS, &Mix::USUAL);
    let mut rates = Vec::new();
    let mut fills = 0;
    for _ in 0..ROUNDS {
        let mut book = OrderBook::new(rules).map_err(|e| failed(&e))?;
        let (mut ids, mut reports) = (Vec::with_capacity(operations.len()), Vec::new());
        apply(
            &mut book,
            &operations[..WARM_UP],
            BATCH,
            &mut ids,
            &mut reports,
        );
        let clock = wall_clock();
        let done = apply(
            &mut book,
            &operations[WARM_UP..],
            BATCH,
            &mut ids,
            &mut reports,
        );
        rates.push(done.operations as f64 / clock.elapsed().as_secs_f64().max(1e-9));
        fills = done.fills;
    }
    rates.sort_unstable_by(f64::total_cmp);
    found.add(&BOOK, rates[ROUNDS / 2], json!({ "fills": fills }));
    Ok(found.report())
}

/// Measures some rounds and returns the median.
pub(super) fn median(mut once: impl FnMut() -> f64) -> f64 {
    let mut rates: Vec<f64> = (0..ROUNDS).map(|_| once()).collect();
    rates.sort_unstable_by(f64::total_cmp);
    rates[ROUNDS / 2]
}

/// What was found so far.
#[derive(Default)]
pub(super) struct Found {
    lines: Vec<String>,
    rows: Vec<Value>,
    broken: Vec<String>,
}

impl Found {
    /// Adds a rate and holds it to its bar.
    pub(super) fn add(&mut self, bar: &Bar, rate: f64, besides: Value) {
        let holds = rate >= bar.least;
        let (rate_m, least_m) = (rate / 1e6, bar.least / 1e6);
        let verdict = if holds { "holds" } else { "DOES NOT HOLD" };
        self.lines.push(format!(
            "{:<48} {rate_m:>6.2} M/s, at least {least_m} M/s: {verdict}",
            bar.name
        ));
        self.rows.push(json!({
            "what": bar.name,
            "per_second": rate,
            "bar": bar.least,
            "holds": holds,
            "besides": besides,
        }));
        if !holds {
            self.broken.push(format!("{}: {rate_m:.2} M/s", bar.name));
        }
    }

    /// Ends the measurement.
    pub(super) fn report(self) -> Report {
        Report {
            lines: self.lines,
            json: self.rows.into(),
            broken: self.broken,
        }
    }
}
