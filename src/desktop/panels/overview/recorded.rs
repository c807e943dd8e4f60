//! Rows of the overview from a recording.

use super::rows::{OverviewView, TodayRow};
use crate::desktop::view::recorded::Recorded;
use crate::desktop::view::recorded_city::joined_by;
use crate::lab::metrics::book::HourRow;
use crate::lab::recording::Series;
use crate::lab::report::DayRow;
use crate::sim::units::{Coins, TICKS_PER_DAY, TICKS_PER_HOUR, Tick};
use crate::society::content::item::Domain;

/// Units of money in one of it.
const MICROS: f64 = 1e6;

/// Fills the rows.
pub(super) fn view(r: &Recorded<'_>) -> OverviewView {
    let c = &r.picture.counters;
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    let days = days(r.series);
    let n_over = days.partition_point(|d| d.day < r.now.day());
    // Retention is told as of the end alone.
    let is_end = r.now >= r.reel.span.1;
    let headline = r.recording.headline().filter(|_| is_end);
    let retention = ["d1", "d7", "d30"].map(|key| *headline?.1.get(key)?);
    let attention_of = days[..n_over].last().map(|d| d.day);
    OverviewView {
        avatars: joined_by(r.recording.people(), r.ran()).len() as u64,
        awake: count(c.awake),
        now: Some(r.now),
        n_over,
        days,
        hours: hours(r.series),
        today: TodayRow {
            active: count(c.active),
            newcomers: count(c.newcomers),
            sessions: count(c.sessions.saturating_sub(r.sessions_before)),
            minutes: c.minutes_milli as f64 / 1e3,
            satisfaction: None,
            impressions: count(c.impressions),
            clicks: count(c.clicks),
            ad_revenue: c.ad_revenue_micros as f64 / MICROS,
            pushes: (count(c.pushes), count(c.opened)),
        },
        retention,
        supply: Some(Coins::from_micros(c.coins_supply_micros).as_f64()),
        price_level: latest(find(r.series, "price_level", TICKS_PER_HOUR), r.ran()),
        attention: attention_of.map_or_else(Vec::new, |day| attention(r.series, day)),
        attention_of,
        richest: None,
        marks: r.mark_texts(),
    }
}

fn find<'a>(series: &'a [Series], name: &str, every: u32) -> Option<&'a Series> {
    series.iter().find(|s| s.name == name && s.every == every)
}

/// Returns the last value by a tick.
fn latest(series: Option<&Series>, ran: Tick) -> Option<f64> {
    let points = &series?.points;
    let n = points.partition_point(|(tick, _)| *tick <= ran);
    points[..n].last()?.1
}

/// Puts the daily curves together to days; what is not in the recording is 0 or nothing.
fn days(series: &[Series]) -> Vec<DayRow> {
    let Some(first) = find(series, "active", TICKS_PER_DAY) else {
        return Vec::new();
    };
    let days = first.points.iter();
    days.map(|(tick, _)| {
        let value = |name: &str| {
            let points = &find(series, name, TICKS_PER_DAY)?.points;
            let i = points.binary_search_by_key(tick, |p| p.0).ok()?;
            points[i].1
        };
        let number = |name: &str| value(name).unwrap_or(0.0);
        let count = |name: &str| number(name) as u64;
        DayRow {
            day: tick.day(),
            active: count("active"),
            wau: count("wau"),
            mau: count("mau"),
            newcomers: count("newcomers"),
            sessions: count("sessions"),
            minutes: number("minutes"),
            satisfaction: value("satisfaction"),
            regret_share: value("regret_share"),
            night_share: value("night_share"),
            attention_efficiency: value("attention_efficiency"),
            attention_price: value("attention_price"),
            ad_revenue: number("ad_revenue"),
            ad_impressions: count("ad_impressions"),
            ad_clicks: count("ad_clicks"),
            pushes_sent: count("pushes_sent"),
            pushes_opened: count("pushes_opened"),
            coins_supply: number("coins_supply"),
            minted: number("minted"),
            burned: number("burned"),
            coin_price_index: number("coin_price_index"),
            model: String::new(),
        }
    })
    .collect()
}

/// Puts the hourly curves together to hours.
fn hours(series: &[Series]) -> Vec<HourRow> {
    let Some(awake) = find(series, "awake", TICKS_PER_HOUR) else {
        return Vec::new();
    };
    let points = awake.points.iter();
    points
        .filter_map(|(tick, value)| {
            Some(HourRow {
                hour: tick.0 / TICKS_PER_HOUR,
                awake_ticks: ((*value)? * f64::from(TICKS_PER_HOUR)).round() as u64,
                ..HourRow::default()
            })
        })
        .collect()
}

/// Returns minutes of attention on a day, by domain.
fn attention(series: &[Series], day: u32) -> Vec<(String, f64)> {
    let domains = Domain::ALL.iter();
    domains
        .filter_map(|domain| {
            let name = format!("minutes_{}", domain.word());
            let points = &find(series, &name, TICKS_PER_DAY)?.points;
            let value = points.iter().find(|(tick, _)| tick.day() == day)?.1?;
            Some((domain.word().to_owned(), value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str, every: u32, points: &[(u32, Option<f64>)]) -> Series {
        Series {
            name: name.to_owned(),
            unit: "",
            every,
            points: points.iter().map(|(t, v)| (Tick(*t), *v)).collect(),
        }
    }

    #[test]
    fn days_and_hours_are_put_together_from_their_curves() {
        let all = [
            series("active", 1_440, &[(1_439, Some(7.0)), (2_879, Some(9.0))]),
            series("satisfaction", 1_440, &[(1_439, None), (2_879, Some(0.5))]),
            series("awake", 60, &[(59, Some(1.5)), (119, None)]),
            series("minutes_posts", 1_440, &[(1_439, Some(30.0))]),
        ];
        let days = days(&all);
        assert_eq!(days.len(), 2);
        assert_eq!((days[0].day, days[0].active), (0, 7));
        assert_eq!(days[0].satisfaction, None);
        assert_eq!(days[1].satisfaction, Some(0.5));
        let hours = hours(&all);
        assert_eq!(hours.len(), 1);
        assert_eq!((hours[0].hour, hours[0].awake_ticks), (0, 90));
        assert_eq!(latest(all.first(), Tick(2_000)), Some(7.0));
        assert_eq!(latest(all.first(), Tick(3)), None);
    }
}
