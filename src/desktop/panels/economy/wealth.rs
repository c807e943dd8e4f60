//! Rows about who has how much.

use crate::desktop::panels::kit::lorenz::Lorenz;
use crate::desktop::view::sight::City;
use crate::economy::land::registry::LandRegistry;
use crate::economy::ledger::Ledger;
use crate::economy::market::titles::AssetMarket;
use crate::lab::metrics::wealth::{Holding, holdings};
use crate::sim::ids::AvatarId;
use crate::society::avatars::avatar::Avatars;

/// Avatars listed.
const RICHEST: usize = 20;

/// One of the richest.
#[derive(Debug, Clone, PartialEq)]
pub struct RichRow {
    /// Who.
    pub avatar: AvatarId,
    /// Its part in the city's life, in one word.
    pub role: String,
    /// What it has.
    pub has: Holding,
}

/// Rows about wealth.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WealthRows {
    /// Wealth of everybody who has ever come.
    pub wealth: Lorenz,
    /// Coins of the same.
    pub coins: Lorenz,
    /// The richest, richest first.
    pub richest: Vec<RichRow>,
}

/// Fills the rows.
pub(super) fn fill(city: &City<'_>) -> WealthRows {
    let avatars = city.get::<Avatars>();
    let mut has = holdings(
        city.get::<Ledger>(),
        city.get::<AssetMarket>(),
        city.get::<LandRegistry>(),
    );
    has.resize(avatars.table.len(), Holding::default());
    let came = |i: usize| {
        avatars
            .table
            .rows()
            .get(i)
            .is_some_and(|a| a.n_sessions > 0)
    };
    let mut order: Vec<(usize, f64)> = has
        .iter()
        .enumerate()
        .filter(|(i, _)| came(*i))
        .map(|(i, h)| (i, h.total()))
        .collect();
    let wealth = Lorenz::of(order.iter().map(|(_, w)| *w).collect());
    let coins = order
        .iter()
        .filter_map(|(i, _)| has.get(*i))
        .map(|h| h.coins);
    let coins = Lorenz::of(coins.collect());
    let by_wealth = |a: &(usize, f64), b: &(usize, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if order.len() > RICHEST {
        order.select_nth_unstable_by(RICHEST, by_wealth);
        order.truncate(RICHEST);
    }
    order.sort_by(by_wealth);
    let richest = order.iter().filter_map(|(i, _)| {
        let avatar = avatars.table.rows().get(*i)?;
        Some(RichRow {
            avatar: AvatarId::from_idx(*i),
            role: format!("{:?}", avatar.role).to_lowercase(),
            has: *has.get(*i)?,
        })
    });
    WealthRows {
        wealth,
        coins,
        richest: richest.collect(),
    }
}
