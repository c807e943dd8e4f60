//! The headline numbers of `run.json` and of a report.

use std::collections::BTreeMap;

use super::book::Book;
use super::creatives::CreativeBook;
use super::drift::response;
use super::facts::Ending;
use super::inventory::Inventory;
use super::measure::minutes_of;
use super::referral::judge;
use super::trading::{put_exchange, put_land, put_offers};
use super::wealth;
use crate::economy::purpose::Purpose;
use crate::sim::math;
use crate::sim::units::TICKS_PER_DAY;

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0u64);
    for v in values {
        sum += v;
        n += 1;
    }
    (n > 0).then(|| sum / n as f64)
}

/// Returns the headline numbers; `None` where the run was too short to observe them.
#[must_use]
pub fn headline(book: &Book, end: &Ending<'_>) -> BTreeMap<String, Option<f64>> {
    let mut out: BTreeMap<String, Option<f64>> = BTreeMap::new();
    let mut put = |key: &str, value: Option<f64>| {
        out.insert(key.to_owned(), value.filter(|v| v.is_finite()));
    };
    let days = &book.days;
    let ratio = |a: f64, b: f64| (b > 0.0).then(|| a / b);
    put(
        "attention_efficiency",
        ratio(book.efficiency.0, book.efficiency.1),
    );
    for n in [1, 7, 30] {
        let share = book.cohorts.classic_retention(n).map(|r| r.0);
        put(&format!("d{n}"), share);
    }
    put(
        "satisfaction",
        mean(days.iter().filter_map(|d| d.satisfaction)),
    );
    put("ad_revenue", Some(days.iter().map(|d| d.ad_revenue).sum()));
    put(
        "ad_impressions",
        Some(days.iter().map(|d| d.ad_impressions as f64).sum()),
    );
    put("dau", mean(days.iter().map(|d| d.active as f64)));
    put("mau", days.last().map(|d| d.mau as f64));
    put(
        "sessions_per_day",
        mean(days.iter().map(|d| d.sessions as f64)),
    );
    put("minutes_per_dau", {
        let minutes: f64 = days.iter().map(|d| d.minutes).sum();
        let active: f64 = days.iter().map(|d| d.active as f64).sum();
        ratio(minutes, active)
    });
    let feed = &book.surfaces[0];
    put(
        "feed_take_rate",
        ratio(feed.taken as f64, feed.slates as f64),
    );
    put(
        "consumed_utility",
        ratio(feed.utility.0, feed.utility.1 as f64),
    );
    put("consumption_breadth", breadth(book));
    put("price_level", days.last().map(|d| d.coin_price_index));
    put("coins_supply", days.last().map(|d| d.coins_supply));
    put(
        "outside_revenue",
        Some(book.paid.values().sum::<f64>() + days.iter().map(|d| d.ad_revenue).sum::<f64>()),
    );
    let minutes = minutes_of(end.avatars);
    put("regret_share", ratio(minutes.regretted, minutes.all));
    put("night_share", ratio(minutes.night, minutes.all));
    put("land_sales", Some(end.land.sales.len() as f64));
    put("asset_sales", Some(end.market.n_sales as f64));
    put("ties", Some(end.graph.n_ties() as f64));
    let (sent, opened) = days.iter().fold((0u64, 0u64), |t, d| {
        (t.0 + d.pushes_sent, t.1 + d.pushes_opened)
    });
    put("pushes_sent", Some(sent as f64));
    put("push_open_rate", ratio(opened as f64, sent as f64));
    put("items_held", Some(book.n_holds as f64));
    put("live_attendance", Some(book.gatherings.0 as f64));
    put("published", Some(book.published.0 as f64));
    let alarms: Vec<f64> = end
        .drift
        .alarms()
        .iter()
        .map(|a| f64::from(a.tick.0) / f64::from(TICKS_PER_DAY))
        .collect();
    let efficiency: Vec<Option<f64>> = days.iter().map(|d| d.attention_efficiency).collect();
    let shifted = end.shift_day.map(|day| response(day, &alarms, &efficiency));
    for (key, value) in book.reached.headline(end) {
        put(key, value);
    }
    if let (Some(joined), Some(paid)) = (end.referrals, end.referral_book) {
        for (key, value) in judge(joined, paid).headline() {
            put(key, value);
        }
    }
    put("drift_alarms", Some(alarms.len() as f64));
    put("drift_delay_hours", shifted.and_then(|r| r.delay_hours));
    put(
        "drift_recovery_days",
        shifted.and_then(|r| r.recovery_days).map(f64::from),
    );
    book.trades.put(&mut put);
    put_offers(end, &mut put);
    let paid_out = end.ledger.flow(Purpose::CashOutPayment).total.as_f64();
    put("outside_paid_out", Some(paid_out));
    wealth::put(book, end, &mut put);
    put_land(end, &mut put);
    if let Some(deeds) = end.deeds {
        deeds.put(end, &mut put);
    }
    put_exchange(end.exchange, &mut put);
    let ads = &book.ads;
    put("ad_fill", ratio(ads.slots.1 as f64, ads.slots.0 as f64));
    let (shown, clicked) = book.display;
    put("ad_ctr", ratio(clicked as f64, shown as f64));
    put("ad_cpc", ratio(ads.display_revenue, clicked as f64));
    put("ad_conversions", Some(ads.conversions as f64));
    put("ad_welfare", Some(ads.welfare));
    put("ad_surplus", Some(ads.welfare - ads.revenue));
    put("ad_pacing_error", ads.pacing_error());
    let lift = ads.lift().and_then(|l| l.difference());
    let claimed = ratio(ads.claimed(end.attribution_days) as f64, ads.n_met() as f64);
    put("ad_lift", lift);
    put("ad_claimed", claimed);
    put("ad_overclaimed", lift.and_then(|l| claimed.map(|c| c - l)));
    for kind in [Inventory::Placement, Inventory::Sponsorship] {
        let of = end.inventory.map(|book| book.of(kind));
        let word = kind.word();
        put(&format!("ad_{word}_looks"), of.map(|y| y.looks as f64));
        put(&format!("ad_{word}_reach"), of.map(|y| y.reach() as f64));
        put(&format!("ad_{word}_revenue"), of.map(|y| y.revenue));
    }
    let creatives = end.creatives;
    put(
        "ad_creative_regret",
        creatives.and_then(CreativeBook::regret),
    );
    put(
        "ad_creative_best_share",
        creatives.and_then(CreativeBook::best_share),
    );
    out
}

/// Mean over avatars of the effective number of topics they consumed: the exponential of Shannon's entropy.
#[must_use]
pub fn breadth(book: &Book) -> Option<f64> {
    mean(book.topics_of.iter().filter_map(|row| {
        let total: f64 = row.iter().map(|x| f64::from(*x)).sum();
        if total < 10.0 {
            return None;
        }
        let entropy: f64 = row
            .iter()
            .filter(|x| **x > 0.0)
            .map(|x| {
                let p = f64::from(*x) / total;
                -p * math::ln(p)
            })
            .sum();
        Some(math::exp(entropy))
    }))
}
