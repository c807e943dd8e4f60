//! The book and its explanation, fed the same random streams, with accounts that know nothing but reports.

use std::collections::BTreeMap;

use super::book::{Depth, OrderBook, Rules, SelfTrade};
use super::breaker::Band;
use super::fees::Fees;
use super::naive::{NaiveBook, Trade};
use super::order::{Fate, OrderId, Placed, Refusal, Request, Side, Terms};
use super::report::{Held, Report};
use super::tests::{DENSE, PLAIN};
use super::workload::{Mix, Operation, draw};
use crate::sim::dose::dose;
use crate::sim::ids::AvatarId;
use crate::sim::units::{Coins, Tick};

/// Operations of the normal dose; a heavy run multiplies it.
const OPERATIONS: usize = 50_000;

/// Accounts as a ledger would keep them, fed by reports alone.
#[derive(Default)]
struct Accounts {
    /// Coins and units outside escrow, by owner; all begin at zero and may be negative.
    free: BTreeMap<AvatarId, [i64; 2]>,
    /// Coins and units in escrow, by order.
    escrow: BTreeMap<OrderId, [i64; 2]>,
    house: i64,
}

impl Accounts {
    fn set_aside(&mut self, order: OrderId, owner: AvatarId, held: Held, sign: i64) {
        let (kind, amount) = match held {
            Held::Coins(c) => (0, c.micros()),
            Held::Units(n) => (1, i64::from(n)),
        };
        assert!(amount > 0, "an empty report");
        self.free.entry(owner).or_default()[kind] -= sign * amount;
        let left = &mut self.escrow.entry(order).or_default()[kind];
        *left += sign * amount;
        assert!(*left >= 0, "escrow of {order} is overdrawn by {left}");
    }

    fn post(&mut self, reports: &[Report]) {
        for report in reports {
            match *report {
                Report::Reserved { order, owner, held } => {
                    self.set_aside(order, owner, held, 1);
                }
                Report::Released {
                    order, owner, held, ..
                } => self.set_aside(order, owner, held, -1),
                Report::Traded(fill) => {
                    assert_eq!(fill.buyer_pays(), fill.seller_gets() + fill.house_gets());
                    assert!(fill.house_gets() >= Coins::ZERO && fill.seller_gets() >= Coins::ZERO);
                    let (buys, sells) = match fill.taker_side {
                        Side::Buy => (fill.taker, fill.maker),
                        Side::Sell => (fill.maker, fill.taker),
                    };
                    let units = i64::from(fill.quantity);
                    let coins = &mut self.escrow.get_mut(&buys).unwrap()[0];
                    *coins -= fill.buyer_pays().micros();
                    assert!(*coins >= 0, "escrow of {buys} is overdrawn");
                    let given = &mut self.escrow.get_mut(&sells).unwrap()[1];
                    *given -= units;
                    assert!(*given >= 0, "escrow of {sells} is overdrawn");
                    self.free.entry(fill.seller()).or_default()[0] += fill.seller_gets().micros();
                    self.free.entry(fill.buyer()).or_default()[1] += units;
                    self.house += fill.house_gets().micros();
                }
                Report::Halted { .. } => {}
            }
        }
        self.escrow.retain(|_, held| *held != [0, 0]);
    }

    /// Returns all coins and units there are.
    fn total(&self) -> [i64; 2] {
        let all = self.free.values().chain(self.escrow.values());
        all.fold([self.house, 0], |t, a| [t[0] + a[0], t[1] + a[1]])
    }
}

/// Both books, and the names that join them.
struct Pair {
    book: OrderBook,
    naive: NaiveBook,
    ids: Vec<Option<OrderId>>,
    names: BTreeMap<OrderId, usize>,
    accounts: Accounts,
    reports: Vec<Report>,
    trades: Vec<Trade>,
    n_trades: usize,
}

impl Pair {
    fn new(rules: Rules) -> Self {
        Self {
            book: OrderBook::new(rules).unwrap(),
            naive: NaiveBook::new(rules),
            ids: Vec::new(),
            names: BTreeMap::new(),
            accounts: Accounts::default(),
            reports: Vec::new(),
            trades: Vec::new(),
            n_trades: 0,
        }
    }

    fn name(&mut self, placed: Result<Placed, Refusal>) -> Option<(u32, u32, Fate)> {
        let name = self.ids.len();
        self.ids.push(placed.ok().map(|p| p.order));
        let p = placed.ok()?;
        self.names.insert(p.order, name);
        Some((p.filled, p.open, p.fate))
    }

    /// Does the same to both and compares what came of it.
    fn step(&mut self, operation: Operation) {
        self.reports.clear();
        self.trades.clear();
        match operation {
            Operation::Place(request) => {
                let need = self.book.need(&request);
                let placed = self.book.place(&request, &mut self.reports);
                let found = self.name(placed);
                let name = self.ids.len() - 1;
                let expected = self.naive.place(name, &request, &mut self.trades);
                assert_eq!(found, expected, "{request:?}");
                self.judge_need(&request, need, placed);
            }
            Operation::Cancel { of, by } => {
                let id = self.ids[of as usize];
                let done = id.is_some_and(|id| self.book.cancel(id, by, &mut self.reports).is_ok());
                assert_eq!(done, self.naive.cancel(of as usize));
            }
            Operation::Replace {
                of,
                by,
                price,
                quantity,
            } => {
                let reports = &mut self.reports;
                let placed = self.ids[of as usize]
                    .and_then(|id| self.book.replace(id, by, price, quantity, reports).ok());
                let naive = &mut self.naive;
                let expected = naive.replace(of as usize, price, quantity, &mut self.trades);
                assert_eq!(placed.map(|p| (p.filled, p.open, p.fate)), expected);
            }
        }
        let fills = self.reports.iter().filter_map(|r| match r {
            Report::Traded(f) => Some((
                self.names[&f.maker],
                self.names[&f.taker],
                f.quantity,
                f.price.micros(),
                f.maker_fee.micros(),
                f.taker_fee.micros(),
            )),
            _ => None,
        });
        let fills: Vec<Trade> = fills.collect();
        assert_eq!(fills, self.trades);
        self.n_trades += fills.len();
        self.accounts.post(&self.reports);
    }

    /// What was asked for in advance covers what was reserved, and a market order asks for exactly that.
    fn judge_need(
        &self,
        request: &Request,
        need: Result<Held, Refusal>,
        placed: Result<Placed, Refusal>,
    ) {
        let (Ok(need), Ok(placed)) = (need, placed) else {
            assert_eq!(need.err(), placed.err());
            return;
        };
        let reserved = self.reports.iter().find_map(|r| match r {
            Report::Reserved { order, held, .. } if *order == placed.order => Some(*held),
            _ => None,
        });
        let is_covered = match (reserved, need) {
            (None, _) => true,
            (Some(Held::Coins(a)), Held::Coins(b)) => a <= b,
            (Some(Held::Units(a)), Held::Units(b)) => a <= b,
            _ => false,
        };
        assert!(is_covered, "{request:?}: {need:?} but {reserved:?}");
        if request.terms == Terms::Market {
            assert_eq!(reserved.unwrap_or(need), need);
        }
    }

    /// Compares all that can be seen.
    fn compare(&self) {
        let mut held = BTreeMap::new();
        for side in Side::ALL {
            let queue = self.naive.queue(side);
            let found: Vec<_> = self.book.orders(side).collect();
            assert_eq!(found.len(), queue.len());
            let mut depth: Vec<Depth> = Vec::new();
            for (o, w) in found.iter().zip(&queue) {
                let name = self.names[&o.order];
                assert_eq!(
                    (name, o.owner, o.price.micros(), o.open, o.is_post_only),
                    (w.name, w.owner, w.price, w.open, w.is_post_only)
                );
                let escrow = self.naive.escrow(w);
                held.insert(
                    o.order,
                    if side == Side::Buy {
                        [escrow, 0]
                    } else {
                        [0, escrow]
                    },
                );
                match depth.last_mut() {
                    Some(d) if d.price == o.price => {
                        d.quantity += u64::from(o.open);
                        d.n_orders += 1;
                    }
                    _ => depth.push(Depth {
                        price: o.price,
                        quantity: u64::from(o.open),
                        n_orders: 1,
                    }),
                }
            }
            assert_eq!(self.book.depth(side).collect::<Vec<_>>(), depth);
        }
        assert_eq!(self.accounts.escrow, held, "escrow is not the open orders");
        assert_eq!(self.accounts.total(), [0, 0], "money or units from nowhere");
        if let (Some(buy), Some(sell)) = (self.book.best(Side::Buy), self.book.best(Side::Sell)) {
            assert!(buy < sell, "crossed: {buy} and {sell}");
        }
        let halted = self.book.breaker().halted_until().is_some();
        assert_eq!(halted, self.naive.is_halted());
    }
}

/// Runs a random stream through both books; returns trades and halts.
fn agree(seed: u64, n: usize, rules: Rules, mix: &Mix) -> (usize, u32) {
    let mut pair = Pair::new(rules);
    for (i, operation) in draw(seed, n, mix).into_iter().enumerate() {
        if i % 16 == 0 {
            let now = Tick(i as u32 / 16);
            pair.book.begin_tick(now);
            pair.naive.begin_tick(now);
        }
        pair.step(operation);
        if i % 32 == 0 {
            pair.compare();
        }
    }
    pair.compare();
    (pair.n_trades, pair.book.breaker().n_halts())
}

#[test]
fn prop_the_book_does_what_its_explanation_does() {
    let band = Some(Band {
        width_bps: 300,
        window_ticks: 8,
        halt_ticks: 2,
    });
    let policies = [
        SelfTrade::CancelNewest,
        SelfTrade::CancelOldest,
        SelfTrade::Allow,
    ];
    let n = dose(OPERATIONS as u64) as usize / 12;
    for (i, self_trade) in policies.into_iter().enumerate() {
        for (j, (maker, taker)) in [(0, 0), (13, 37), (-20, 30), (5_000, 5_000)]
            .into_iter()
            .enumerate()
        {
            let rules = Rules {
                fees: Fees::new(maker, taker).unwrap(),
                self_trade,
                band: if j % 2 == 0 { None } else { band },
                ..PLAIN
            };
            let seed = (i * 4 + j) as u64;
            let (n_trades, n_halts) = agree(seed, n, rules, &DENSE);
            assert!(n_trades > n / 8, "only {n_trades} trades with seed {seed}");
            assert_eq!(n_halts > 0, rules.band.is_some(), "seed {seed}");
        }
    }
}
