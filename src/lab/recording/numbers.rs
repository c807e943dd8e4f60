//! Named numbers at a moment: metrics by the hour, by the day, at the end. Every bit of them is kept.

use std::collections::BTreeMap;

use super::shape::{Kind, Shape};
use super::wire::{Fields, Out, WireError};
use crate::economy::ledger::{Currency, Ledger};
use crate::economy::market::index::PriceIndex;
use crate::economy::purpose::Purpose;
use crate::lab::metrics::book::{Book, HourRow};
use crate::lab::report::DayRow;
use crate::sim::units::{TICKS_PER_HOUR, Tick};
use crate::society::content::item::Domain;
use bevy::ecs::world::World;

/// The message.
pub(super) const SHAPE: Shape = Shape {
    name: "Numbers",
    help: "Named numbers at a moment, such as the metrics of an hour or a day.",
    fields: &[
        (1, "name", Kind::Text, "their names, one a line"),
        (
            2,
            "value",
            Kind::Doubles,
            "their values; no number where there was nothing to observe",
        ),
    ],
};

/// Most numbers at one moment; programs write about eighty.
const MOST_NUMBERS: usize = 1_024;

/// Named numbers; `None` where there was nothing to observe.
pub type Numbers = BTreeMap<String, Option<f64>>;

/// A curve: one number over the time of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What it shows.
    pub name: String,
    /// In which unit.
    pub unit: &'static str,
    /// Ticks from one point to the next.
    pub every: u32,
    /// The last tick of each hour or day, and the value; `None` where there was nothing to observe.
    pub points: Vec<(Tick, Option<f64>)>,
}

/// Writes numbers.
pub(super) fn write(numbers: &Numbers) -> Vec<u8> {
    let names: Vec<&str> = numbers.keys().map(String::as_str).collect();
    let mut out = Out::default();
    out.bytes(1, names.join("\n").as_bytes());
    out.doubles(2, numbers.values().map(|v| v.unwrap_or(f64::NAN)));
    out.finish()
}

/// Reads numbers.
pub(super) fn read(bytes: &[u8]) -> Result<Numbers, WireError> {
    let fields = Fields::read(bytes)?;
    let values = fields.doubles(2)?;
    if values.len() > MOST_NUMBERS {
        return Err(WireError::Many(values.len(), MOST_NUMBERS));
    }
    let mut names = fields.text(1)?.split('\n');
    let mut numbers = Numbers::new();
    for v in values {
        let name = names.next().ok_or(WireError::Short(1))?;
        numbers.insert(name.to_owned(), (!v.is_nan()).then_some(v));
    }
    Ok(numbers)
}

/// Returns the numbers of an hour that has just ended.
pub(super) fn of_hour(world: &World, hour: &HourRow) -> Numbers {
    let book = world.resource::<Book>();
    let ledger = world.resource::<Ledger>();
    let mut numbers: Numbers = [
        ("awake", hour.awake_ticks as f64 / f64::from(TICKS_PER_HOUR)),
        ("newcomers", hour.newcomers as f64),
        ("sessions", hour.sessions as f64),
        ("events", hour.events as f64),
        ("slates", hour.slates as f64),
        ("minutes", hour.dwell_secs as f64 / 60.0),
        ("price_level", world.resource::<PriceIndex>().level),
        ("coins_supply", ledger.books(Currency::Coins).held.as_f64()),
        ("ad_revenue", ad_revenue(book)),
    ]
    .map(|(name, v)| (name.to_owned(), Some(v)))
    .into();
    for p in Purpose::ALL {
        let flow = ledger.flow(*p);
        if flow.count > 0 {
            numbers.insert(format!("flow.{}.count", p.word()), Some(flow.count as f64));
            numbers.insert(
                format!("flow.{}.total", p.word()),
                Some(flow.total.as_f64()),
            );
        }
    }
    numbers
}

/// What advertisers paid so far.
fn ad_revenue(book: &Book) -> f64 {
    book.days.iter().map(|d| d.ad_revenue).sum::<f64>() + book.today.ad_revenue
}

/// Returns the numbers of a day that has just ended, under the names of the columns of `metrics.parquet`.
pub(super) fn of_day(day: &DayRow, minutes: &[f64]) -> Numbers {
    let mut numbers: Numbers = [
        ("active", Some(day.active as f64)),
        ("wau", Some(day.wau as f64)),
        ("mau", Some(day.mau as f64)),
        ("newcomers", Some(day.newcomers as f64)),
        ("sessions", Some(day.sessions as f64)),
        ("minutes", Some(day.minutes)),
        ("satisfaction", day.satisfaction),
        ("regret_share", day.regret_share),
        ("night_share", day.night_share),
        ("attention_efficiency", day.attention_efficiency),
        ("attention_price", day.attention_price),
        ("ad_revenue", Some(day.ad_revenue)),
        ("ad_impressions", Some(day.ad_impressions as f64)),
        ("ad_clicks", Some(day.ad_clicks as f64)),
        ("pushes_sent", Some(day.pushes_sent as f64)),
        ("pushes_opened", Some(day.pushes_opened as f64)),
        ("coins_supply", Some(day.coins_supply)),
        ("minted", Some(day.minted)),
        ("burned", Some(day.burned)),
        ("coin_price_index", Some(day.coin_price_index)),
    ]
    .map(|(name, v)| (name.to_owned(), v))
    .into();
    for (domain, m) in Domain::ALL.iter().zip(minutes) {
        numbers.insert(format!("minutes_{}", domain.word()), Some(*m));
    }
    numbers
}

/// Returns the unit of a number.
fn unit_of(name: &str) -> &'static str {
    match name {
        "awake" | "active" | "wau" | "mau" | "newcomers" => "avatars",
        "sessions" => "sessions",
        "events" => "events",
        "slates" => "slates",
        "ad_revenue" => "outside money",
        "ad_impressions" => "ads",
        "ad_clicks" => "clicks",
        "pushes_sent" | "pushes_opened" => "pushes",
        "coins_supply" | "minted" | "burned" => "coins",
        "price_level" | "coin_price_index" => "first week = 1",
        "attention_price" => "value per minute",
        n if n.starts_with("minutes") => "minutes",
        n if n.ends_with("_share") || n == "satisfaction" || n == "attention_efficiency" => {
            "0 to 1"
        }
        _ => "",
    }
}

/// Turns rows of numbers into curves, by name; rows are `every` ticks apart.
#[must_use]
pub(super) fn curves(rows: &[(Tick, Numbers)], every: u32) -> Vec<Series> {
    let mut names: Vec<&str> = rows
        .iter()
        .flat_map(|(_, n)| n.keys().map(String::as_str))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|name| Series {
            name: name.to_owned(),
            unit: unit_of(name),
            every,
            points: rows
                .iter()
                .map(|(t, n)| (*t, n.get(name).copied().flatten()))
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_every_bit_and_what_was_not_observed() {
        let numbers: Numbers = [("a", Some(0.1 + 0.2)), ("b", None), ("c", Some(-1e-300))]
            .map(|(n, v)| (n.to_owned(), v))
            .into();
        let back = read(&write(&numbers)).unwrap();
        assert_eq!(back, numbers);
        assert_eq!(back["a"].map(f64::to_bits), Some((0.1f64 + 0.2).to_bits()));
        assert_eq!(read(&write(&Numbers::new())), Ok(Numbers::new()));
    }

    #[test]
    fn curves_have_a_point_a_row() {
        let row = |x| Numbers::from([("awake".to_owned(), Some(x))]);
        let mut rows = vec![(Tick(59), row(1.0)), (Tick(119), row(2.0))];
        rows[1].1.insert("flow.tip.count".to_owned(), Some(3.0));
        let curves = curves(&rows, 60);
        assert_eq!(curves.len(), 2);
        assert_eq!((curves[0].unit, curves[0].points.len()), ("avatars", 2));
        assert_eq!(curves[1].points, [(Tick(59), None), (Tick(119), Some(3.0))]);
    }
}
