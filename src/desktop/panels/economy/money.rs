//! Rows about supply, velocity, prices and flows.

use super::flows::{diagram, over};
use super::watch::{DayBreak, EconomyWatch};
use crate::desktop::panels::kit::sankey::Flow;
use crate::desktop::view::sight::City;
use crate::economy::controller::CentralBank;
use crate::economy::flows::{DayFlows, Holdings};
use crate::economy::ledger::{Account, Currency, Ledger};
use crate::economy::market::index::PriceIndex;
use crate::economy::purpose::Purpose;
use crate::sim::config::ConfigValue as _;
use crate::sim::units::Coins;

/// A finished day of money.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MoneyDay {
    /// Day.
    pub day: u32,
    /// Coins in existence at its end.
    pub supply: f64,
    /// Coins minted.
    pub minted: f64,
    /// Coins burned.
    pub burned: f64,
    /// Price level, 1 in the first week; `None` before anything was traded.
    pub level: Option<f64>,
    /// Change of the price level in the last seven days, as a share; `None` in the first week.
    pub inflation: Option<f64>,
}

/// What was watched of a finished day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FlowDay {
    /// Day.
    pub day: u32,
    /// Coins spent over coins in existence.
    pub velocity: Option<f64>,
    /// Coins taken by shops.
    pub takings: f64,
    /// Coins paid as rent.
    pub rents: f64,
    /// Factor on rewards in force.
    pub reward_factor: f64,
}

/// Rows about money.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MoneyRows {
    /// Coins in existence.
    pub supply: f64,
    /// Coins ever minted and ever burned.
    pub minted_burned: (f64, f64),
    /// Coins held by the treasury.
    pub treasury: f64,
    /// Price level, 1 in the first week.
    pub level: f64,
    /// Factor on every reward that the bank has set.
    pub reward_factor: f64,
    /// The price level the bank aims at.
    pub target: f64,
    /// How the bank steers: "off", "rule" or "pi".
    pub bank: String,
    /// Finished days.
    pub days: Vec<MoneyDay>,
    /// Finished days that were watched from their beginning.
    pub flow_days: Vec<FlowDay>,
    /// Flows since midnight.
    pub today: Vec<Flow>,
    /// Flows of the last finished day; empty before one was watched.
    pub yesterday: Vec<Flow>,
    /// Flows of the whole run.
    pub run: Vec<Flow>,
}

/// Fills the rows.
pub(super) fn fill(watch: &EconomyWatch, city: &City<'_>) -> MoneyRows {
    let ledger = city.get::<Ledger>();
    let books = ledger.books(Currency::Coins);
    let treasury = ledger.balance(Currency::Coins, Account::Treasury).as_f64();
    let bank = &city.scenario.economy.controller;
    // Where no midnight was watched, what the treasury took in is not known and left out.
    let growth_today = watch.breaks.last().map_or(Coins::ZERO, |b| {
        ledger.balance(Currency::Coins, Account::Treasury) - b.treasury
    });
    let begun = watch.breaks.last().map_or(Holdings::default(), held);
    let today = over(0, begun, growth_today, |p| ledger.flow(p).today);
    let whole_growth = ledger.balance(Currency::Coins, Account::Treasury);
    let run = over(0, Holdings::default(), whole_growth, |p| {
        ledger.flow(p).total
    });
    let finished = finished(watch);
    MoneyRows {
        supply: books.held.as_f64(),
        minted_burned: (books.minted.as_f64(), books.burned.as_f64()),
        treasury,
        level: city.get::<PriceIndex>().level,
        reward_factor: city.get::<CentralBank>().reward_factor,
        target: bank.target,
        bank: bank.kind.show().replace('"', ""),
        days: days(city),
        flow_days: flow_days(watch, &finished),
        today: diagram(&today),
        yesterday: finished.last().map(diagram).unwrap_or_default(),
        run: diagram(&run),
    }
}

fn days(city: &City<'_>) -> Vec<MoneyDay> {
    let rows = &city.report.days;
    let level = |i: usize| rows.get(i).map(|d| d.coin_price_index).filter(|l| *l > 0.0);
    rows.iter()
        .enumerate()
        .map(|(i, d)| {
            let before = i.checked_sub(7).and_then(level);
            MoneyDay {
                day: d.day,
                supply: d.coins_supply,
                minted: d.minted,
                burned: d.burned,
                level: level(i),
                inflation: before.zip(level(i)).map(|(b, now)| now / b - 1.0),
            }
        })
        .collect()
}

/// What was held when a day began.
fn held(b: &DayBreak) -> Holdings {
    Holdings {
        supply: b.supply,
        treasury: b.treasury,
    }
}

/// The flows of finished days, oldest first.
fn finished(watch: &EconomyWatch) -> Vec<DayFlows> {
    let days = watch.flows.days().zip(watch.breaks.windows(2));
    days.map(|((day, flowed), breaks)| {
        let growth = breaks[1].treasury - breaks[0].treasury;
        over(day, held(&breaks[0]), growth, |p| {
            flowed.get(p as usize).copied().unwrap_or(Coins::ZERO)
        })
    })
    .collect()
}

fn flow_days(watch: &EconomyWatch, finished: &[DayFlows]) -> Vec<FlowDay> {
    let days = finished.iter().zip(&watch.breaks);
    days.map(|(flows, begun)| FlowDay {
        day: flows.day,
        velocity: flows.velocity(),
        takings: flows.flowed(Purpose::ItemSale).as_f64(),
        rents: flows.flowed(Purpose::Rent).as_f64(),
        reward_factor: begun.reward_factor,
    })
    .collect()
}
