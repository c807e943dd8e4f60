//! Who trades materials, and how: everybody who found or needs some, by zero intelligence within their means, and the traders by role,
//! each by a policy of its own.
//!
//! Like the owners of land, who build when it pays, they follow standing rules that need what only the books tell: the wishes they
//! come to are granted with all others.

use super::materials::{Exchange, NAMES};
use super::order::{Side, Terms};
use crate::economy::settle::Desk;
use crate::economy::traders::fundamentalist::Fundamentalist;
use crate::economy::traders::market_maker::MarketMaker;
use crate::economy::traders::trend::TrendFollower;
use crate::economy::traders::view::{View, Wish as Quote};
use crate::economy::traders::zero_intelligence::{Mind, quote};
use crate::events::behavior::{NO_OFFER, NO_POSITION, NO_SPACE, Surface};
use crate::events::bus::{Wish, WishBus, WishKind};
use crate::sim::ids::AvatarId;
use crate::sim::rng::{Purpose as Luck, RngStream};
use crate::sim::units::{Coins, TICKS_PER_HOUR};
use crate::society::avatars::avatar::Role;

use bevy::ecs::prelude::*;

/// Price that is thought of where nothing was ever traded or wanted, in coins.
const FIRST_GUESS: f64 = 2.0;

/// Highest price anybody quotes, as a multiple of the present one.
const HIGHEST: f64 = 3.0;

/// Deviation of the logarithm of what fundamentalists hold a material to be worth.
const BELIEF_SIGMA: f64 = 0.2;

/// Units a trader ventures at once, and holds at most.
const VENTURE: (u32, u32) = (2, 10);

/// How somebody trades.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Policy {
    /// Buys what it would use and sells what it would not, at random prices within its means.
    User,
    Fundamentalist(f64),
    Trend,
    Maker,
}

/// A wish that answers no offer.
pub(super) fn look(avatar: AvatarId) -> Wish {
    Wish {
        avatar,
        kind: WishKind::Open,
        space: NO_SPACE,
        surface: Surface::None,
        position: NO_POSITION,
        offer: NO_OFFER,
    }
}

/// Drops materials, and lets those awake who look at the exchange wish for orders.
pub(in crate::economy) fn trade_materials(mut desk: Desk<'_>, mut wishes: ResMut<WishBus>) {
    if !desk.exchange.is_open() {
        return;
    }
    let (seed, now) = (desk.seed.0, desk.clock.now);
    for book in &mut desk.exchange.books {
        book.begin_tick(now);
    }
    if now.0.is_multiple_of(TICKS_PER_HOUR) {
        desk.exchange.note_hour();
    }
    desk.drop_materials();
    let rate = desk.rules.0.exchange.looks_per_hour / f64::from(TICKS_PER_HOUR);
    for who in &desk.avatars.awake {
        let mut rng = RngStream::new(seed, Luck::Exchange, u64::from(who.0), now.0);
        if rng.chance(rate) {
            let material = rng.below(NAMES.len()) as u8;
            reconsider(&desk, *who, material, &mut rng, &mut wishes.wishes);
        }
    }
}

fn policy(desk: &Desk<'_>, who: AvatarId) -> Policy {
    if desk.avatars.get(who).role != Role::Trader {
        return Policy::User;
    }
    let rules = &desk.rules.0.exchange;
    let mut rng = RngStream::new(desk.seed.0, Luck::Exchange, u64::from(who.0), u32::MAX);
    let lot = rng.uniform();
    let trend = rules.fundamentalists + rules.trend_followers;
    if lot < rules.fundamentalists {
        Policy::Fundamentalist(rng.log_normal(0.0, BELIEF_SIGMA))
    } else if lot < trend {
        Policy::Trend
    } else if lot < trend + rules.market_makers {
        Policy::Maker
    } else {
        Policy::User
    }
}

/// Takes its orders for a material back and thinks anew.
fn reconsider(
    desk: &Desk<'_>,
    who: AvatarId,
    material: u8,
    rng: &mut RngStream,
    wishes: &mut Vec<Wish>,
) {
    let m = usize::from(material);
    let exchange: &Exchange = &desk.exchange;
    let open = exchange.open.get(&(who, material)).into_iter().flatten();
    for (order, _) in open {
        let kind = WishKind::CancelOrder(material, *order);
        wishes.push(Wish { kind, ..look(who) });
    }
    let view = View::of(&exchange.books[m], &exchange.prices[m]);
    let store = exchange.store(who);
    let has = store.free[m] + store.held[m];
    let mut place = |quote: Quote| {
        let kind = WishKind::PlaceOrder(material, quote.of(who));
        wishes.push(Wish { kind, ..look(who) });
    };
    let value = exchange.values[m];
    match policy(desk, who) {
        Policy::User => {
            if let Some(quote) = use_or_sell(desk, who, material, has, &view, rng) {
                place(quote);
            }
        }
        Policy::Fundamentalist(belief) => {
            let mind = Fundamentalist {
                value: value * belief,
                margin: 0.05,
                eagerness: 1.0,
                most: VENTURE.0,
            };
            let wish = mind.decide(&view, rng);
            if let Some(quote) = wish.and_then(|q| within(q, has)) {
                place(quote);
            }
        }
        Policy::Trend => {
            let mind = TrendFollower {
                lookback: 6,
                horizon: 6.0,
                margin: 0.02,
                quantity: VENTURE.0,
            };
            if let Some(quote) = mind.decide(&view).and_then(|q| within(q, has)) {
                place(quote);
            }
        }
        Policy::Maker => {
            let price = view.price().unwrap_or(FIRST_GUESS);
            let mind = MarketMaker {
                risk_aversion: 0.1 / price.max(0.01),
                volatility: 0.01 * price,
                horizon_ticks: 240.0,
                decay: 20.0 / price.max(0.01),
                quantity: VENTURE.0,
                most: VENTURE.1,
            };
            let quotes = mind.decide(&view, i64::from(has)).into_iter().flatten();
            for quote in quotes.filter_map(|q| within(q, has)) {
                place(quote);
            }
        }
    }
}

/// Cuts an order down to what its owner has, or may have.
fn within(quote: Quote, has: u32) -> Option<Quote> {
    let room = match quote.side {
        Side::Sell => has,
        Side::Buy => VENTURE.1.saturating_sub(has),
    };
    let quantity = quote.quantity.min(room);
    (quantity > 0).then_some(Quote { quantity, ..quote })
}

/// Bids for a unit it would use, or offers what it would not.
fn use_or_sell(
    desk: &Desk<'_>,
    who: AvatarId,
    material: u8,
    has: u32,
    view: &View<'_>,
    rng: &mut RngStream,
) -> Option<Quote> {
    let exchange: &Exchange = &desk.exchange;
    let wants = exchange.wants.get(&(who, material));
    let wants: &[f64] = wants.map_or(&[], Vec::as_slice);
    let price = view.price().unwrap_or(FIRST_GUESS);
    let highest = Coins::from_f64(HIGHEST * price);
    let (side, worth, quantity) = match wants.get(has as usize) {
        Some(next) => {
            let purse = desk.avatars.get(who).purse;
            (Side::Buy, Coins::from_f64(*next).min(purse), 1)
        }
        // What is beyond its own use is worth nothing to it but its price.
        None if has as usize > wants.len() => {
            let spare = has - wants.len() as u32;
            (Side::Sell, Coins::ZERO, spare.min(VENTURE.0))
        }
        None => return None,
    };
    let price = quote(Mind::Constrained, side, worth, highest, view.tick_size, rng)?;
    Some(Quote {
        side,
        quantity,
        terms: Terms::Limit(price),
    })
}
