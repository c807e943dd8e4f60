//! A mixed stream of operations to measure a book with: additions, cancellations, replacements, trades.
//!
//! The stream is drawn first, so that a measurement of [`apply`] measures the book and not the dice. The mean price wanders, so
//! levels open and close. What is canceled or replaced is open nearly always: a book follows the drawing, so that few operations come
//! to nothing. After a warm-up [`apply`] allocates nothing but what `reports` and `ids` lack.

use super::book::{OrderBook, Rules, SelfTrade};
use super::fees::Fees;
use super::order::{OrderId, Request, Side, Terms};
use super::report::Report;
use crate::sim::ids::AvatarId;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::state_hash::StateHash;
use crate::sim::units::Coins;

/// Something to do to a book. `of` numbers the placed orders of the stream from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Places an order.
    Place(Request),
    /// Cancels one.
    Cancel {
        /// Which.
        of: u32,
        /// Whose.
        by: AvatarId,
    },
    /// Replaces one.
    Replace {
        /// Which.
        of: u32,
        /// Whose.
        by: AvatarId,
        /// At which price.
        price: Coins,
        /// Units.
        quantity: u32,
    },
}

/// What a stream should be like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mix {
    /// Owners.
    pub n_owners: u32,
    /// Step between prices.
    pub tick_size: Coins,
    /// Price the stream begins at, in ticks.
    pub price_ticks: i64,
    /// Mean distance of a limit from the mean price, in ticks.
    pub spread_ticks: f64,
    /// Largest quantity.
    pub quantity: u32,
    /// Open orders below which nothing is canceled: the book fills up to it and stays there.
    pub n_open: usize,
    /// Share of cancellations.
    pub cancel: f64,
    /// Share of replacements.
    pub replace: f64,
    /// Of the placed orders, share of each of: market, immediate or cancel, fill or kill, post-only. The rest are limits.
    pub terms: [f64; 4],
}

impl Mix {
    /// Ten thousand open orders on two hundred levels; six operations in ten place, three cancel, one replaces.
    pub const USUAL: Self = Self {
        n_owners: 1_000,
        tick_size: Coins::from_micros(10_000),
        price_ticks: 10_000,
        spread_ticks: 12.0,
        quantity: 50,
        n_open: 10_000,
        cancel: 0.4,
        replace: 0.1,
        terms: [0.08, 0.06, 0.02, 0.1],
    };
}

/// What a stream came to; equal streams come to equal sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Operations.
    pub operations: u64,
    /// Trades.
    pub fills: u64,
    /// Reports.
    pub reports: u64,
    /// Operations that were refused.
    pub refused: u64,
    /// Orders that wait at the end.
    pub open: u64,
    /// Hash of the book at the end.
    pub state_hash: u64,
}

/// One cancellation or replacement in so many is drawn without a look whether its order is open still.
const ONE_IN_STALE: usize = 32;

/// Draws `n` operations.
#[must_use]
pub fn draw(seed: u64, n: usize, mix: &Mix) -> Vec<Operation> {
    let mut drawing = Drawing {
        rng: RngStream::new(seed, Purpose::Workload, 0, 0),
        open: Vec::new(),
        mean: mix.price_ticks as f64,
    };
    let rules = Rules {
        tick_size: Coins::from_micros(mix.tick_size.micros().max(1)),
        fees: Fees::NONE,
        self_trade: SelfTrade::CancelNewest,
        band: None,
    };
    let mut book = OrderBook::new(rules).expect("the tick size is positive and moderate");
    let (mut ids, mut reports) = (Vec::new(), Vec::new());
    let mut operations = Vec::with_capacity(n);
    for _ in 0..n {
        let operation = drawing.next(&book, &ids, mix);
        operate(&mut book, operation, &mut ids, &mut reports);
        reports.clear();
        operations.push(operation);
    }
    operations
}

/// What drawing a stream remembers.
struct Drawing {
    rng: RngStream,
    /// Orders that may be open still, with their owners and sides.
    open: Vec<(u32, AvatarId, Side)>,
    /// Mean price, in ticks.
    mean: f64,
}

impl Drawing {
    fn next(&mut self, book: &OrderBook, ids: &[Option<OrderId>], mix: &Mix) -> Operation {
        self.mean += 0.05 * self.rng.normal();
        self.mean = self.mean.max(4.0 * mix.spread_ticks);
        let what = self.rng.uniform();
        let is_short = what < mix.cancel && book.n_open() < mix.n_open;
        if what < mix.cancel + mix.replace
            && !is_short
            && let Some(i) = self.pick(book, ids)
        {
            let (of, by, side) = self.open[i];
            if what < mix.cancel {
                self.open.swap_remove(i);
                return Operation::Cancel { of, by };
            }
            return Operation::Replace {
                of,
                by,
                price: self.limit(side, mix),
                quantity: self.quantity(mix),
            };
        }
        let owner = AvatarId(self.rng.below(mix.n_owners as usize) as u32);
        let side = Side::ALL[self.rng.below(2)];
        let price = self.limit(side, mix);
        let [market, ioc, fok, post] = mix.terms;
        let rest = 1.0 - mix.terms.iter().sum::<f64>();
        let terms = match self.rng.weighted(&[market, ioc, fok, post, rest]) {
            Some(0) => Terms::Market,
            Some(1) => Terms::ImmediateOrCancel(price),
            Some(2) => Terms::FillOrKill(price),
            Some(3) => Terms::PostOnly(price),
            _ => Terms::Limit(price),
        };
        if terms.waits() {
            self.open.push((ids.len() as u32, owner, side));
        }
        Operation::Place(Request {
            owner,
            side,
            quantity: self.quantity(mix),
            terms,
        })
    }

    /// Picks an order to cancel or replace, forgetting those that have ended.
    fn pick(&mut self, book: &OrderBook, ids: &[Option<OrderId>]) -> Option<usize> {
        while !self.open.is_empty() {
            let i = self.rng.below(self.open.len());
            let is_open = named(ids, self.open[i].0).is_some_and(|id| book.order(id).is_some());
            if is_open || self.rng.below(ONE_IN_STALE) == 0 {
                return Some(i);
            }
            self.open.swap_remove(i);
        }
        None
    }

    fn quantity(&mut self, mix: &Mix) -> u32 {
        1 + self.rng.below(mix.quantity as usize) as u32
    }

    /// Draws a price: usually behind the mean, one time in six beyond it, where it is likely to trade.
    fn limit(&mut self, side: Side, mix: &Mix) -> Coins {
        let behind = self.rng.exponential(mix.spread_ticks) - mix.spread_ticks * 0.18;
        let ticks = match side {
            Side::Buy => self.mean - behind,
            Side::Sell => self.mean + behind,
        };
        Coins::from_micros((ticks.round().max(1.0) as i64) * mix.tick_size.micros())
    }
}

/// Applies a stream. `ids` is filled with the ids of the placed orders; `reports` is emptied every `batch` operations, as
/// a caller does that posts them.
pub fn apply(
    book: &mut OrderBook,
    operations: &[Operation],
    batch: usize,
    ids: &mut Vec<Option<OrderId>>,
    reports: &mut Vec<Report>,
) -> Tally {
    let mut tally = Tally::default();
    let before = book.n_fills();
    for some in operations.chunks(batch.max(1)) {
        for operation in some {
            tally.refused += u64::from(!operate(book, *operation, ids, reports));
        }
        tally.operations += some.len() as u64;
        tally.reports += reports.len() as u64;
        reports.clear();
    }
    tally.fills = book.n_fills() - before;
    tally.open = book.n_open() as u64;
    tally.state_hash = book.digest();
    tally
}

/// Does one thing; says whether it was accepted.
fn operate(
    book: &mut OrderBook,
    operation: Operation,
    ids: &mut Vec<Option<OrderId>>,
    reports: &mut Vec<Report>,
) -> bool {
    match operation {
        Operation::Place(request) => {
            let placed = book.place(&request, reports);
            ids.push(placed.ok().map(|p| p.order));
            placed.is_ok()
        }
        Operation::Cancel { of, by } => {
            named(ids, of).is_some_and(|id| book.cancel(id, by, reports).is_ok())
        }
        Operation::Replace {
            of,
            by,
            price,
            quantity,
        } => {
            named(ids, of).is_some_and(|id| book.replace(id, by, price, quantity, reports).is_ok())
        }
    }
}

fn named(ids: &[Option<OrderId>], of: u32) -> Option<OrderId> {
    ids.get(of as usize).copied().flatten()
}
