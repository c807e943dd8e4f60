//! Traders together: each kind moves the measure that theory says, in the direction theory says.

use super::fundamentalist::Fundamentalist;
use super::market_maker::MarketMaker;
use super::trend::TrendFollower;
use super::view::{View, Wish};
use crate::economy::exchange::book::{OrderBook, Rules, SelfTrade};
use crate::economy::exchange::fees::Fees;
use crate::economy::exchange::order::{OrderId, Side, Terms};
use crate::economy::exchange::report::Report;
use crate::sim::ids::AvatarId;
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::units::Coins;

const VALUE: f64 = 100.0;
const TICKS: u32 = 600;

/// Who is there besides twelve traders who quote at random around the price.
#[derive(Clone, Copy, Default)]
struct Crowd {
    n_fundamentalists: u32,
    n_followers: u32,
    has_maker: bool,
}

/// What a market of a crowd is like.
#[derive(Debug, Clone, Copy, Default)]
struct Climate {
    /// Mean distance of the price from the value, as a share.
    error: f64,
    /// Deviation of logarithmic returns over five ticks.
    volatility: f64,
    /// Mean distance of the best two prices, in coins.
    spread: f64,
}

struct Market {
    book: OrderBook,
    prices: Vec<f64>,
    waiting: Vec<(u32, OrderId, AvatarId)>,
    inventory: i64,
    reports: Vec<Report>,
}

const MAKER: AvatarId = AvatarId(1_000);

impl Market {
    fn wish(&mut self, tick: u32, owner: AvatarId, wish: Wish) {
        self.reports.clear();
        let placed = self.book.place(&wish.of(owner), &mut self.reports);
        for report in &self.reports {
            if let Report::Traded(fill) = report {
                let units = i64::from(fill.quantity);
                self.inventory += if fill.buyer() == MAKER { units } else { 0 };
                self.inventory -= if fill.seller() == MAKER { units } else { 0 };
            }
        }
        if let Ok(placed) = placed
            && placed.open > 0
        {
            self.waiting.push((tick, placed.order, owner));
        }
    }

    /// Cancels what waits for twenty ticks, and what the market maker has there.
    fn tidy(&mut self, tick: u32) {
        let (book, reports) = (&mut self.book, &mut self.reports);
        self.waiting.retain(|(since, order, owner)| {
            let is_stale = tick - since > 20 || *owner == MAKER;
            if is_stale {
                book.cancel(*order, *owner, reports).ok();
            }
            !is_stale
        });
    }
}

fn live(crowd: Crowd, seed: u64, first_price: f64) -> Climate {
    let rules = Rules {
        tick_size: Coins::from_micros(10_000),
        fees: Fees::NONE,
        self_trade: SelfTrade::CancelNewest,
        band: None,
    };
    let mut m = Market {
        book: OrderBook::new(rules).unwrap(),
        prices: vec![first_price],
        waiting: Vec::new(),
        inventory: 0,
        reports: Vec::new(),
    };
    let mut climate = Climate::default();
    let mut n_spreads = 0.0;
    for tick in 0..TICKS {
        m.tidy(tick);
        let mut rng = RngStream::new(seed, Purpose::Test, 0, tick);
        let prices = m.prices.clone();
        let view = |m: &Market| View::of(&m.book, &prices);
        if crowd.has_maker {
            let maker = MarketMaker {
                risk_aversion: 0.01,
                volatility: 0.5,
                horizon_ticks: 20.0,
                decay: 4.0,
                quantity: 5,
                most: 60,
            };
            for wish in maker.decide(&view(&m), m.inventory).into_iter().flatten() {
                m.wish(tick, MAKER, wish);
            }
        }
        for i in 0..12 {
            let side = Side::ALL[rng.below(2)];
            let last = prices[prices.len() - 1];
            let Some(price) = view(&m).on_grid(side, last * rng.range(0.96, 1.04)) else {
                continue;
            };
            let wish = Wish {
                side,
                quantity: 1 + rng.below(2) as u32,
                terms: Terms::Limit(price),
            };
            m.wish(tick, AvatarId(i), wish);
        }
        for i in 0..crowd.n_fundamentalists {
            let trader = Fundamentalist {
                value: VALUE
                    * RngStream::new(seed, Purpose::Test, u64::from(i), 0).range(0.97, 1.03),
                margin: 0.01,
                eagerness: 3.0,
                most: 6,
            };
            if let Some(wish) = trader.decide(&view(&m), &mut rng) {
                m.wish(tick, AvatarId(100 + i), wish);
            }
        }
        for i in 0..crowd.n_followers {
            let trader = TrendFollower {
                lookback: 3 + i as usize % 5,
                horizon: 8.0,
                margin: 0.005,
                quantity: 4,
            };
            if let Some(wish) = trader.decide(&view(&m)) {
                m.wish(tick, AvatarId(200 + i), wish);
            }
        }
        let price = m.book.last_price().map_or(first_price, Coins::as_f64);
        m.prices.push(price);
        climate.error += (price / VALUE - 1.0).abs() / f64::from(TICKS);
        if let [Some(buy), Some(sell)] = view(&m).best {
            climate.spread += sell.as_f64() - buy.as_f64();
            n_spreads += 1.0;
        }
    }
    climate.spread /= n_spreads;
    let returns = m.prices.windows(6).map(|w| math::ln(w[5] / w[0]));
    let squares: f64 = returns.map(|r| r * r).sum();
    climate.volatility = libm::sqrt(squares / f64::from(TICKS - 4));
    climate
}

fn mean(crowd: Crowd, first_price: f64) -> Climate {
    let n = 6;
    let all = (0..n).map(|seed| live(crowd, seed, first_price));
    all.fold(Climate::default(), |t, c| Climate {
        error: t.error + c.error / n as f64,
        volatility: t.volatility + c.volatility / n as f64,
        spread: t.spread + c.spread / n as f64,
    })
}

#[test]
fn fundamentalists_bring_the_price_to_the_value_and_keep_it_there() {
    let noise = mean(Crowd::default(), 130.0);
    let with = mean(
        Crowd {
            n_fundamentalists: 8,
            ..Crowd::default()
        },
        130.0,
    );
    assert!(
        with.error < 0.05 && with.error < 0.5 * noise.error,
        "{with:?}, {noise:?}"
    );
}

#[test]
fn trend_followers_make_the_price_move_more() {
    let calm = Crowd {
        n_fundamentalists: 4,
        ..Crowd::default()
    };
    let before = mean(calm, VALUE);
    let after = mean(
        Crowd {
            n_followers: 10,
            ..calm
        },
        VALUE,
    );
    assert!(
        after.volatility > 1.1 * before.volatility,
        "{after:?}, {before:?}"
    );
}

#[test]
fn a_market_maker_narrows_the_spread() {
    let before = mean(Crowd::default(), VALUE);
    let after = mean(
        Crowd {
            has_maker: true,
            ..Crowd::default()
        },
        VALUE,
    );
    assert!(after.spread < 0.9 * before.spread, "{after:?}, {before:?}");
}
