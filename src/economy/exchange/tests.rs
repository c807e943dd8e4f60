//! The rules of the book, one by one.

use super::book::{FoundingError, OrderBook, Rules, SelfTrade};
use super::breaker::Band;
use super::fees::Fees;
use super::order::{DropCause, Fate, OrderId, Refusal, Request, Side, Terms};
use super::report::{Held, Release, Report};
use super::workload::{Mix, apply, draw};
use crate::sim::ids::AvatarId;
use crate::sim::state_hash::StateHash;
use crate::sim::units::{Coins, Tick};

pub(super) const PLAIN: Rules = Rules {
    tick_size: Coins::from_micros(10),
    fees: Fees::NONE,
    self_trade: SelfTrade::CancelNewest,
    band: None,
};

fn at(ticks: i64) -> Coins {
    Coins::from_micros(ticks * 10)
}

/// A thick market of few owners on few levels, so that everything that can happen happens often.
pub(super) const DENSE: Mix = Mix {
    n_owners: 8,
    tick_size: Coins::from_micros(10),
    price_ticks: 100,
    spread_ticks: 5.0,
    quantity: 9,
    n_open: 50,
    cancel: 0.25,
    replace: 0.15,
    terms: [0.08, 0.1, 0.1, 0.15],
};

#[test]
fn equal_streams_give_equal_hashes_and_other_streams_others() {
    let run = |seed| {
        let mut book = OrderBook::new(PLAIN).unwrap();
        let operations = draw(seed, 4_000, &DENSE);
        let (mut ids, mut reports) = (Vec::new(), Vec::new());
        let tally = apply(&mut book, &operations, 100, &mut ids, &mut reports);
        assert!(tally.fills > 500 && tally.open > 10);
        tally
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1).state_hash, run(2).state_hash);
}

#[test]
fn the_hash_follows_every_order() {
    let mut a = OrderBook::new(PLAIN).unwrap();
    let (first, mut reports) = (a.digest(), Vec::new());
    let placed = a.place(&order(1, Side::Buy, 5, Terms::Limit(at(10))), &mut reports);
    let second = a.digest();
    assert_ne!(first, second);
    let id = placed.unwrap().order;
    a.replace(id, AvatarId(1), at(10), 4, &mut reports).unwrap();
    assert_ne!(a.digest(), second);
    let mut b = OrderBook::new(PLAIN).unwrap();
    b.place(&order(1, Side::Buy, 5, Terms::Limit(at(10))), &mut reports)
        .unwrap();
    assert_eq!(b.digest(), second);
}

fn order(owner: u32, side: Side, quantity: u32, terms: Terms) -> Request {
    Request {
        owner: AvatarId(owner),
        side,
        quantity,
        terms,
    }
}

/// A book with sell orders at 10 (avatar 1: 3 units, avatar 2: 4 units) and 12 (avatar 3: 5 units).
fn offered(rules: Rules) -> (OrderBook, Vec<OrderId>) {
    let mut book = OrderBook::new(rules).unwrap();
    let mut reports = Vec::new();
    let ids = [(1, 3, 10), (2, 4, 10), (3, 5, 12)].map(|(owner, quantity, price)| {
        let request = order(owner, Side::Sell, quantity, Terms::Limit(at(price)));
        book.place(&request, &mut reports).unwrap().order
    });
    (book, ids.to_vec())
}

fn fills(reports: &[Report]) -> Vec<(u32, u32, i64)> {
    let traded = reports.iter().filter_map(|r| match r {
        Report::Traded(f) => Some((f.maker_owner.0, f.quantity, f.price.micros() / 10)),
        _ => None,
    });
    traded.collect()
}

#[test]
fn the_earlier_order_at_a_price_trades_first() {
    let (mut book, _) = offered(PLAIN);
    let mut reports = Vec::new();
    let request = order(9, Side::Buy, 8, Terms::Limit(at(12)));
    let placed = book.place(&request, &mut reports).unwrap();
    assert_eq!(placed.fate, Fate::Filled);
    assert_eq!(fills(&reports), [(1, 3, 10), (2, 4, 10), (3, 1, 12)]);
    // What it reserved is what it paid: 7 · 10 + 1 · 12 ticks.
    let reserved = Report::Reserved {
        order: placed.order,
        owner: AvatarId(9),
        held: Held::Coins(at(82)),
    };
    assert_eq!(reports[0], reserved);
}

#[test]
fn only_a_smaller_quantity_keeps_the_place_in_the_queue() {
    let (mut book, ids) = offered(PLAIN);
    let mut reports = Vec::new();
    book.replace(ids[0], AvatarId(1), at(10), 2, &mut reports)
        .unwrap();
    let released = Report::Released {
        order: ids[0],
        owner: AvatarId(1),
        held: Held::Units(1),
        why: Release::Replaced,
    };
    assert_eq!(reports, [released]);
    let first = |book: &OrderBook| book.orders(Side::Sell).next().map(|o| o.order);
    assert_eq!(first(&book), Some(ids[0]));
    book.replace(ids[0], AvatarId(1), at(10), 3, &mut reports)
        .unwrap();
    assert_eq!(first(&book), Some(ids[1]));
    // The id stays its own.
    assert_eq!(book.order(ids[0]).map(|o| o.open), Some(3));
}

#[test]
fn fill_or_kill_does_all_or_nothing() {
    let (mut book, _) = offered(PLAIN);
    let mut reports = Vec::new();
    let killed = order(9, Side::Buy, 8, Terms::FillOrKill(at(10)));
    let placed = book.place(&killed, &mut reports).unwrap();
    assert_eq!(placed.fate, Fate::Dropped(DropCause::Killed));
    assert_eq!((reports.len(), book.n_open()), (0, 3));
    let filled = order(9, Side::Buy, 7, Terms::FillOrKill(at(10)));
    assert_eq!(book.place(&filled, &mut reports).unwrap().filled, 7);
}

#[test]
fn post_only_never_takes_not_even_when_replaced() {
    let (mut book, _) = offered(PLAIN);
    let mut reports = Vec::new();
    let request = |price| order(9, Side::Buy, 2, Terms::PostOnly(at(price)));
    let refusal = Refusal::WouldTake {
        price: at(10),
        best: at(10),
    };
    assert_eq!(book.place(&request(10), &mut reports), Err(refusal));
    let id = book.place(&request(9), &mut reports).unwrap().order;
    let before = book.digest();
    let replaced = book.replace(id, AvatarId(9), at(10), 2, &mut reports);
    assert_eq!(replaced, Err(refusal));
    assert_eq!(book.digest(), before);
}

#[test]
fn a_trade_with_oneself_is_prevented_as_the_rule_says() {
    let taking = order(1, Side::Buy, 5, Terms::Limit(at(10)));
    let run = |self_trade| {
        let (mut book, _) = offered(Rules {
            self_trade,
            ..PLAIN
        });
        let mut reports = Vec::new();
        let placed = book.place(&taking, &mut reports).unwrap();
        (placed.filled, placed.fate, fills(&reports))
    };
    let dropped = Fate::Dropped(DropCause::SelfTrade);
    assert_eq!(run(SelfTrade::CancelNewest), (0, dropped, vec![]));
    let expected = (4, Fate::Rests, vec![(2, 4, 10)]);
    assert_eq!(run(SelfTrade::CancelOldest), expected);
    let expected = (5, Fate::Filled, vec![(1, 3, 10), (2, 2, 10)]);
    assert_eq!(run(SelfTrade::Allow), expected);
}

#[test]
fn a_price_beyond_the_band_halts_the_book_and_only_cancels_pass() {
    let band = Some(Band {
        width_bps: 1_000,
        window_ticks: 10,
        halt_ticks: 5,
    });
    let (mut book, ids) = offered(Rules { band, ..PLAIN });
    let mut reports = Vec::new();
    let request = order(9, Side::Buy, 9, Terms::Market);
    // 10 is the first price, 12 lies 20 % above it; the quote knows.
    assert_eq!(book.need(&request), Ok(Held::Coins(at(70))));
    let placed = book.place(&request, &mut reports).unwrap();
    assert_eq!(placed.fate, Fate::Dropped(DropCause::Halted));
    assert_eq!(fills(&reports), [(1, 3, 10), (2, 4, 10)]);
    let halted = Report::Halted {
        price: at(12),
        until: Tick(5),
    };
    assert_eq!(reports.last(), Some(&halted));
    assert_eq!(
        book.place(&request, &mut reports),
        Err(Refusal::Halted(Tick(5)))
    );
    book.replace(ids[2], AvatarId(3), at(12), 4, &mut reports)
        .unwrap();
    book.begin_tick(Tick(5));
    assert_eq!(book.place(&request, &mut reports).unwrap().filled, 4);
}

#[test]
fn what_is_out_of_range_or_foreign_is_refused_and_named() {
    let (mut book, ids) = offered(PLAIN);
    let mut reports = Vec::new();
    let mut refuse = |request| book.place(&request, &mut reports).unwrap_err();
    let off_grid = Terms::Limit(Coins::from_micros(15));
    let text = refuse(order(1, Side::Buy, 1, off_grid)).to_string();
    assert_eq!(
        text,
        "price 0.000015 is not a multiple of 0.000010 from 0.000010 to 1000000.000000"
    );
    for price in [at(0), at(-1), Coins::from_whole(2_000_000)] {
        let refusal = refuse(order(1, Side::Buy, 1, Terms::Limit(price)));
        assert!(matches!(refusal, Refusal::Price { .. }));
    }
    assert_eq!(
        refuse(order(1, Side::Buy, 0, Terms::Market)),
        Refusal::Quantity(0)
    );
    let foreign = book.cancel(ids[0], AvatarId(7), &mut reports);
    assert!(matches!(foreign, Err(Refusal::Foreign { .. })));
    book.cancel(ids[0], AvatarId(1), &mut reports).unwrap();
    let again = book.cancel(ids[0], AvatarId(1), &mut reports);
    assert_eq!(again, Err(Refusal::Unknown(ids[0])));
    let rules = Rules {
        tick_size: Coins::ZERO,
        ..PLAIN
    };
    assert_eq!(
        OrderBook::new(rules).err(),
        Some(FoundingError::TickSize(Coins::ZERO))
    );
}
