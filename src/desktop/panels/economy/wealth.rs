//! Rows about who has how much.

use crate::desktop::panels::kit::lorenz::Lorenz;
use crate::desktop::view::sight::City;
use crate::economy::land::registry::LandRegistry;
use crate::economy::ledger::{Currency, Ledger};
use crate::economy::market::titles::AssetMarket;
use crate::sim::ids::AvatarId;
use crate::sim::units::Coins;
use crate::society::avatars::avatar::Avatars;

/// Avatars listed.
const RICHEST: usize = 20;

/// What an avatar has.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Holding {
    /// Coins in its wallet.
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
    let wallets = city.get::<Ledger>().wallets(Currency::Coins).iter();
    let mut has: Vec<Holding> = wallets
        .map(|micros| Holding {
            coins: Coins::from_micros(*micros).as_f64(),
            ..Holding::default()
        })
        .collect();
    has.resize(avatars.table.len(), Holding::default());
    let give = |has: &mut Vec<Holding>, owner: Option<AvatarId>, add: &dyn Fn(&mut Holding)| {
        if let Some(h) = owner.and_then(|o| has.get_mut(o.idx())) {
            add(h);
        }
    };
    for (_, t) in city.get::<AssetMarket>().titles() {
        give(&mut has, t.owner, &|h| h.assets += t.last_price.as_f64());
    }
    for lot in city.get::<LandRegistry>().lots.rows() {
        give(&mut has, lot.owner, &|h| h.land += lot.last_price.as_f64());
    }
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
