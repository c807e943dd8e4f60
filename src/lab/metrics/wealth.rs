//! Wealth: who has how much, how unequally, and whether those who were rich still are.

use super::book::Book;
use super::facts::Ending;
use super::statistics::gini::gini;
use super::statistics::mobility::{Transitions, rank_correlation};
use crate::economy::land::registry::LandRegistry;
use crate::economy::ledger::{Account, Currency, Ledger};
use crate::economy::market::titles::AssetMarket;
use crate::sim::ids::AvatarId;

/// Days after which wealth is taken down, to be compared with the end.
pub const FIRST_DAYS: u32 = 7;

/// What an avatar has.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Holding {
    /// Its coins, those set aside for bids and orders included.
    pub coins: f64,
    /// Its assets at their last prices, in coins.
    pub assets: f64,
    /// Its parcels at their last prices, in coins.
    pub land: f64,
}

impl Holding {
    /// Returns all of it, in coins.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.coins + self.assets + self.land
    }
}

/// Returns what everybody has, by avatar.
#[must_use]
pub fn holdings(ledger: &Ledger, market: &AssetMarket, land: &LandRegistry) -> Vec<Holding> {
    let coins = |account| ledger.balance(Currency::Coins, account).as_f64();
    let mut has: Vec<Holding> = (0..ledger.wallets(Currency::Coins).len())
        .map(AvatarId::from_idx)
        .map(|id| Holding {
            coins: coins(Account::Wallet(id)) + coins(Account::Escrow(id)),
            ..Holding::default()
        })
        .collect();
    for (_, t) in market.titles() {
        if let Some(owner) = t.owner {
            has[owner.idx()].assets += t.last_price.as_f64();
        }
    }
    for lot in land.lots.rows() {
        if let Some(owner) = lot.owner {
            has[owner.idx()].land += lot.last_price.as_f64();
        }
    }
    has
}

/// Returns everybody's wealth, by avatar, in coins.
#[must_use]
pub fn wealth(ledger: &Ledger, market: &AssetMarket, land: &LandRegistry) -> Vec<f64> {
    let has = holdings(ledger, market, land);
    has.iter().map(Holding::total).collect()
}

/// Returns the wealth of everybody who has ever come.
#[must_use]
pub fn of_the_seen(end: &Ending<'_>) -> Vec<f64> {
    wealth(end.ledger, end.market, end.land)
        .into_iter()
        .zip(end.avatars.table.rows())
        .filter(|(_, a)| a.n_sessions > 0)
        .map(|(w, _)| w.max(0.0))
        .collect()
}

/// Wealth after the first week and now, of those who were there then and have come.
fn before_and_after(book: &Book, end: &Ending<'_>) -> (Vec<f64>, Vec<f64>) {
    let now = wealth(end.ledger, end.market, end.land);
    let both = book.first_wealth.iter().zip(now);
    let seen = both.zip(end.avatars.table.rows());
    seen.filter(|(_, a)| a.n_sessions > 0)
        .map(|((before, after), _)| (*before, after))
        .unzip()
}

/// Returns how people moved between quintiles since the first week.
#[must_use]
pub fn moves(book: &Book, end: &Ending<'_>) -> Option<Transitions> {
    let (before, after) = before_and_after(book, end);
    Transitions::of(&before, &after, 5)
}

/// Puts the numbers.
pub fn put(book: &Book, end: &Ending<'_>, put: &mut impl FnMut(&str, Option<f64>)) {
    put("wealth_gini", gini(&of_the_seen(end)));
    let (before, after) = before_and_after(book, end);
    put("wealth_rank_correlation", rank_correlation(&before, &after));
    let moved = moves(book, end).and_then(|t| t.shorrocks());
    put("wealth_mobility", moved);
}
