//! Rows of the overview.

use crate::desktop::view::sight::City;
use crate::economy::ledger::{Currency, Ledger};
use crate::economy::market::index::PriceIndex;
use crate::lab::metrics::book::{Book, HourRow};
use crate::lab::report::DayRow;
use crate::sim::ids::AvatarId;
use crate::sim::units::{Coins, Tick};
use crate::society::avatars::avatar::Avatars;
use crate::society::content::item::Domain;

/// How many of the richest are listed.
const RICHEST: usize = 5;

/// Finished hours shown.
const HOURS: usize = 7 * 24;

/// The day that runs, so far.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TodayRow {
    /// Avatars active.
    pub active: u64,
    /// Arrivals.
    pub newcomers: u64,
    /// Sessions begun.
    pub sessions: u64,
    /// Minutes of sessions that ended.
    pub minutes: f64,
    /// Mean satisfaction at the ends of sessions, from 0 to 1.
    pub satisfaction: Option<f64>,
    /// Ads shown.
    pub impressions: u64,
    /// Ads clicked.
    pub clicks: u64,
    /// Paid by advertisers, in outside money.
    pub ad_revenue: f64,
    /// Pushes sent and opened.
    pub pushes: (u64, u64),
}

/// Rows of the panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OverviewView {
    /// People who ever joined.
    pub avatars: u64,
    /// People in the city now.
    pub awake: u64,
    /// When it is.
    pub now: Option<Tick>,
    /// Finished days; of a recording also those to come.
    pub days: Vec<DayRow>,
    /// How many of them are over by now.
    pub n_over: usize,
    /// Finished hours of the last week; of a recording all.
    pub hours: Vec<HourRow>,
    /// The day that runs.
    pub today: TodayRow,
    /// Classic retention of day 1, 7 and 30.
    pub retention: [Option<f64>; 3],
    /// Coins in existence.
    pub supply: Option<f64>,
    /// Price level now, 1 in the first week.
    pub price_level: Option<f64>,
    /// Minutes of attention by domain.
    pub attention: Vec<(String, f64)>,
    /// Of which finished day; `None` for today so far.
    pub attention_of: Option<u32>,
    /// Who holds most coins; `None` where nobody knows.
    pub richest: Option<Vec<(AvatarId, Coins)>>,
    /// Policy changes.
    pub marks: Vec<(f64, String)>,
}

/// Fills the rows.
pub(super) fn view(city: &City<'_>) -> OverviewView {
    let avatars = city.get::<Avatars>();
    let book = city.get::<Book>();
    let ledger = city.get::<Ledger>();
    let t = &book.today;
    let days = book.hours_run.len().saturating_sub(HOURS);
    let retention = ["d1", "d7", "d30"].map(|key| city.headline(key));
    OverviewView {
        avatars: avatars.table.len() as u64,
        awake: avatars.awake.len() as u64,
        now: Some(city.now()),
        days: book.days.clone(),
        n_over: book.days.len(),
        hours: book.hours_run[days..].to_vec(),
        today: TodayRow {
            active: t.active,
            newcomers: t.newcomers,
            sessions: t.sessions,
            minutes: t.minutes,
            satisfaction: (t.ended > 0).then(|| 0.5 + 0.5 * t.satisfaction / t.ended as f64),
            impressions: t.impressions,
            clicks: t.clicks,
            ad_revenue: t.ad_revenue,
            pushes: (t.pushes, t.opened),
        },
        retention,
        supply: Some(ledger.books(Currency::Coins).held.as_f64()),
        price_level: Some(city.get::<PriceIndex>().level),
        attention: Domain::ALL
            .iter()
            .zip(t.domain_secs)
            .map(|(domain, secs)| (domain.word().to_owned(), secs / 60.0))
            .collect(),
        attention_of: None,
        richest: Some(richest(
            ledger.wallets(Currency::Coins),
            avatars.table.len(),
        )),
        marks: city.mark_texts(),
    }
}

/// Lists who holds most; who came first goes first among equals.
fn richest(wallets: &[i64], n: usize) -> Vec<(AvatarId, Coins)> {
    let mut top: Vec<(i64, usize)> = Vec::with_capacity(RICHEST + 1);
    for (i, held) in wallets.iter().take(n).enumerate() {
        if top.len() == RICHEST && top.last().is_some_and(|(least, _)| held <= least) {
            continue;
        }
        let at = top.partition_point(|(other, _)| other >= held);
        top.insert(at, (*held, i));
        top.truncate(RICHEST);
    }
    top.into_iter()
        .map(|(held, i)| (AvatarId::from_idx(i), Coins::from_micros(held)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_richest_come_in_order_and_ties_by_age() {
        let ids = |wallets: &[i64]| -> Vec<u32> {
            let top = richest(wallets, wallets.len());
            top.into_iter().map(|(id, _)| id.0).collect()
        };
        assert_eq!(ids(&[1, 5, 5, 9, 0, 3, 2]), [3, 1, 2, 5, 6]);
        assert_eq!(ids(&[4]), [0]);
        assert!(ids(&[]).is_empty());
    }
}
