//! Flows by day, trades and the bank, collected while the city runs.

use std::collections::VecDeque;

use crate::desktop::view::sight::City;
use crate::economy::controller::CentralBank;
use crate::economy::ledger::{Account, Currency, Ledger};
use crate::economy::market::titles::{AssetMarket, AssetSale};
use crate::economy::purpose::Purpose;
use crate::sim::units::{Coins, Tick};

/// Trades kept.
const TRADES: usize = 50;

/// Purposes there are.
pub(super) const PURPOSES: usize = Purpose::ALL.len();

/// How things stood when a day began.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DayBreak {
    /// The day that began.
    pub(super) day: u32,
    /// What had flowed until then, by purpose.
    pub(super) totals: [Coins; PURPOSES],
    /// What the treasury held.
    pub(super) treasury: Coins,
    /// Coins in existence.
    pub(super) supply: Coins,
    /// Factor on rewards that the bank set for the day.
    pub(super) reward_factor: f64,
}

/// What the panel collects.
#[derive(Debug, Default)]
pub struct EconomyWatch {
    /// Beginnings of days, oldest first.
    pub(super) breaks: Vec<DayBreak>,
    /// The newest trades, oldest first.
    pub(super) trades: VecDeque<AssetSale>,
    /// Sales of assets there were at the last look.
    n_sales: Option<usize>,
    taken_at: Option<Tick>,
}

impl EconomyWatch {
    /// Collects after the tick that has just run.
    pub(super) fn collect(&mut self, city: &City<'_>) {
        let now = city.now();
        let Some(ran) = now.0.checked_sub(1).map(Tick) else {
            return;
        };
        if self.taken_at == Some(now) {
            return;
        }
        self.taken_at = Some(now);
        if ran.minute_of_day() == 0 {
            self.begin_day(ran.day(), city);
        }
        self.follow_assets(city);
    }

    fn begin_day(&mut self, day: u32, city: &City<'_>) {
        let ledger = city.get::<Ledger>();
        let mut totals = [Coins::ZERO; PURPOSES];
        for (total, purpose) in totals.iter_mut().zip(Purpose::ALL) {
            // What flowed at midnight to close the old day belongs to it; what flowed since then is today's.
            *total = ledger.flow(*purpose).before_today();
        }
        self.breaks.push(DayBreak {
            day,
            totals,
            treasury: ledger.balance(Currency::Coins, Account::Treasury),
            supply: ledger.books(Currency::Coins).held,
            reward_factor: city.get::<CentralBank>().reward_factor,
        });
    }

    /// Takes the sales since the last look; those of before the first are not news.
    fn follow_assets(&mut self, city: &City<'_>) {
        let sales = &city.get::<AssetMarket>().sales;
        let seen = self.n_sales.replace(sales.len()).unwrap_or(sales.len());
        for s in sales.iter().skip(seen) {
            if self.trades.len() == TRADES {
                self.trades.pop_front();
            }
            self.trades.push_back(*s);
        }
    }

    /// Returns what flowed on each finished day, oldest first: day and amount by purpose.
    pub(super) fn days(&self) -> impl Iterator<Item = (u32, [Coins; PURPOSES])> + '_ {
        self.breaks.windows(2).map(|pair| {
            let mut flowed = pair[1].totals;
            for (f, before) in flowed.iter_mut().zip(&pair[0].totals) {
                *f -= *before;
            }
            (pair[0].day, flowed)
        })
    }
}
