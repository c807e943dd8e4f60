//! Wealth: who has how much, how unequally, and whether those who were rich still are.

use super::book::Book;
use super::facts::Ending;
use super::statistics::gini::gini;
use super::statistics::mobility::{Transitions, rank_correlation};
use crate::economy::land::registry::LandRegistry;
use crate::economy::ledger::{Account, Currency, Ledger};
use crate::economy::market::titles::AssetMarket;
use crate::sim::ids::AvatarId;
use crate::sim::units::MICROS_PER_COIN;

/// Days after which wealth is taken down, to be compared with the end.
pub const FIRST_DAYS: u32 = 7;

/// Points of a Lorenz curve.
const POINTS: usize = 50;

/// Returns everybody's coins, assets and land at their last price, by avatar, in coins.
#[must_use]
pub fn holdings(ledger: &Ledger, market: &AssetMarket, land: &LandRegistry) -> Vec<f64> {
    let mut wealth: Vec<f64> = ledger
        .wallets(Currency::Coins)
        .iter()
        .enumerate()
        .map(|(i, w)| {
            // What is set aside for bids and orders is still its own.
            let aside = Account::Escrow(AvatarId::from_idx(i));
            let aside = ledger.balance(Currency::Coins, aside).as_f64();
            *w as f64 / MICROS_PER_COIN as f64 + aside
        })
        .collect();
    for (_, t) in market.titles() {
        if let Some(owner) = t.owner {
            wealth[owner.idx()] += t.last_price.as_f64();
        }
    }
    for lot in land.lots.rows() {
        if let Some(owner) = lot.owner {
            wealth[owner.idx()] += lot.last_price.as_f64();
        }
    }
    wealth
}

/// Returns the wealth of everybody who has ever come.
#[must_use]
pub fn of_the_seen(end: &Ending<'_>) -> Vec<f64> {
    holdings(end.ledger, end.market, end.land)
        .into_iter()
        .zip(end.avatars.table.rows())
        .filter(|(_, a)| a.n_sessions > 0)
        .map(|(w, _)| w.max(0.0))
        .collect()
}

/// Returns the Lorenz curve: the poorest share of people, and the share of all wealth that they have. Empty where there is none.
///
/// # Source
/// Lorenz (1905).
#[must_use]
pub fn lorenz(mut wealth: Vec<f64>) -> Vec<(f64, f64)> {
    wealth.sort_by(f64::total_cmp);
    let total: f64 = wealth.iter().sum();
    if total <= 0.0 {
        return Vec::new();
    }
    let n = wealth.len();
    let mut curve = vec![(0.0, 0.0)];
    let (mut sum, mut next) = (0.0, 1);
    for (i, w) in wealth.iter().enumerate() {
        sum += w;
        if (i + 1) * POINTS >= next * n {
            curve.push(((i + 1) as f64 / n as f64, sum / total));
            next = (i + 1) * POINTS / n + 1;
        }
    }
    curve
}

/// Wealth after the first week and now, of those who were there then and have come.
fn before_and_after(book: &Book, end: &Ending<'_>) -> (Vec<f64>, Vec<f64>) {
    let now = holdings(end.ledger, end.market, end.land);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lorenz_curve_ends_at_all_and_lies_on_the_diagonal_where_all_are_equal() {
        let equal = lorenz(vec![2.0; 200]);
        assert_eq!((equal.len(), equal[0]), (51, (0.0, 0.0)));
        assert!(equal.iter().all(|(x, y)| (x - y).abs() < 1e-12));
        let one = lorenz(vec![0.0, 0.0, 0.0, 5.0]);
        assert_eq!(
            one,
            [(0.0, 0.0), (0.25, 0.0), (0.5, 0.0), (0.75, 0.0), (1.0, 1.0)]
        );
        assert!(lorenz(vec![0.0; 3]).is_empty());
    }
}
