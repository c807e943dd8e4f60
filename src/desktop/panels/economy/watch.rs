//! Flows by day, trades and the bank, collected while the city runs.

use std::collections::VecDeque;

use crate::desktop::view::flow_days::FlowDays;
use crate::desktop::view::sight::City;
use crate::economy::controller::CentralBank;
use crate::economy::ledger::{Account, Currency, Ledger};
use crate::economy::market::titles::{AssetMarket, AssetSale};
use crate::sim::units::Coins;

/// Trades kept.
const TRADES: usize = 50;

/// How things stood when a day began.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DayBreak {
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
    /// What flowed, by day.
    pub(super) flows: FlowDays,
    /// Beginnings of those days, oldest first.
    pub(super) breaks: Vec<DayBreak>,
    /// The newest trades, oldest first.
    pub(super) trades: VecDeque<AssetSale>,
    /// Sales of assets there were at the last look.
    n_sales: Option<usize>,
}

impl EconomyWatch {
    /// Collects after the tick that has just run.
    pub(super) fn collect(&mut self, city: &City<'_>) {
        let Some(ran) = city.ran() else { return };
        let ledger = city.get::<Ledger>();
        if self.flows.collect(ran, ledger) {
            self.breaks.push(DayBreak {
                treasury: ledger.balance(Currency::Coins, Account::Treasury),
                supply: ledger.books(Currency::Coins).held,
                reward_factor: city.get::<CentralBank>().reward_factor,
            });
        }
        self.follow_assets(city);
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
}
