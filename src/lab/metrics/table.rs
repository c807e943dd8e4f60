//! The metrics of a run as Parquet tables: one row per simulated day, one per simulated hour.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::book::{Book, HourRow};
use crate::lab::report::DayRow;
use crate::sim::units::TICKS_PER_HOUR;
use crate::society::content::item::Domain;

/// The values of a column, one per row.
enum Values {
    Count(Vec<u64>),
    Number(Vec<Option<f64>>),
    Text(Vec<String>),
}

/// A column and what it holds.
struct Column {
    name: String,
    help: &'static str,
    values: Values,
}

impl Column {
    fn kind(&self) -> DataType {
        match self.values {
            Values::Count(_) => DataType::UInt64,
            Values::Number(_) => DataType::Float64,
            Values::Text(_) => DataType::Utf8,
        }
    }
}

fn day_columns(book: &Book) -> Vec<Column> {
    let rows = &book.days;
    let count = |name: &str, help, f: fn(&DayRow) -> u64| Column {
        name: name.to_owned(),
        help,
        values: Values::Count(rows.iter().map(f).collect()),
    };
    let number = |name: &str, help, f: fn(&DayRow) -> Option<f64>| Column {
        name: name.to_owned(),
        help,
        values: Values::Number(rows.iter().map(f).collect()),
    };
    let mut columns = vec![
        count("day", "day since the start, from 0", |d| u64::from(d.day)),
        count("active", "avatars active on the day (DAU)", |d| d.active),
        count("wau", "avatars active in the 7 days up to this one", |d| {
            d.wau
        }),
        count("mau", "avatars active in the 30 days up to this one", |d| {
            d.mau
        }),
        count("newcomers", "avatars that arrived", |d| d.newcomers),
        count("sessions", "sessions begun", |d| d.sessions),
        number(
            "minutes",
            "minutes of the sessions that ended on the day",
            |d| Some(d.minutes),
        ),
        number(
            "satisfaction",
            "mean true satisfaction at the ends of sessions, 0 to 1; null where none ended",
            |d| d.satisfaction,
        ),
        number(
            "regret_share",
            "minutes that would not be spent again over all minutes, 0 to 1; null where no session ended",
            |d| d.regret_share,
        ),
        number(
            "night_share",
            "minutes between midnight and five of the avatar's own day over all minutes, 0 to 1; null where no session ended",
            |d| d.night_share,
        ),
        number(
            "attention_efficiency",
            "attraction shown over the most attainable, 0 to 1; null where the oracle looked at no slate",
            |d| d.attention_efficiency,
        ),
        number(
            "attention_price",
            "mean dual price of attention, value per minute; null where none was set",
            |d| d.attention_price,
        ),
        number("ad_revenue", "paid by advertisers, in outside money", |d| {
            Some(d.ad_revenue)
        }),
        count("ad_impressions", "ads shown", |d| d.ad_impressions),
        count("ad_clicks", "ads clicked", |d| d.ad_clicks),
        count("pushes_sent", "push messages sent", |d| d.pushes_sent),
        count("pushes_opened", "push messages opened", |d| d.pushes_opened),
        number(
            "coins_supply",
            "coins in existence at the end of the day",
            |d| Some(d.coins_supply),
        ),
        number("minted", "coins minted", |d| Some(d.minted)),
        number("burned", "coins burned", |d| Some(d.burned)),
        number(
            "coin_price_index",
            "price level, 1 on the first day; 0 before anything was traded",
            |d| Some(d.coin_price_index),
        ),
        Column {
            name: "model".to_owned(),
            help: "ranking model of the scenario",
            values: Values::Text(rows.iter().map(|d| d.model.clone()).collect()),
        },
    ];
    for (domain, minutes) in Domain::ALL.iter().zip(&book.domain_minutes) {
        columns.push(Column {
            name: format!("minutes_{}", domain.word()),
            help: "minutes of attention to this domain",
            values: Values::Number(minutes.iter().map(|m| Some(*m)).collect()),
        });
    }
    columns
}

fn hour_columns(book: &Book) -> Vec<Column> {
    let rows = &book.hours_run;
    let count = |name: &str, help, f: fn(&HourRow) -> u64| Column {
        name: name.to_owned(),
        help,
        values: Values::Count(rows.iter().map(f).collect()),
    };
    let number = |name: &str, help, f: fn(&HourRow) -> f64| Column {
        name: name.to_owned(),
        help,
        values: Values::Number(rows.iter().map(|r| Some(f(r))).collect()),
    };
    vec![
        count("hour", "hour since the start, from 0", |h| {
            u64::from(h.hour)
        }),
        number(
            "awake",
            "mean number of avatars in the city over the hour",
            |h| h.awake_ticks as f64 / f64::from(TICKS_PER_HOUR),
        ),
        count("newcomers", "avatars that arrived", |h| h.newcomers),
        count("sessions", "sessions begun", |h| h.sessions),
        count("events", "behaviour events", |h| h.events),
        count("slates", "slates served", |h| h.slates),
        number(
            "minutes",
            "minutes spent on things and people, counted when they end",
            |h| h.dwell_secs as f64 / 60.0,
        ),
    ]
}

/// Writes columns of equal length as one Parquet file.
fn parquet(columns: Vec<Column>) -> Result<Vec<u8>, ParquetError> {
    let fields: Vec<Field> = columns
        .iter()
        .map(|c| {
            let is_nullable = matches!(c.values, Values::Number(_));
            Field::new(&c.name, c.kind(), is_nullable)
        })
        .collect();
    let arrays = columns
        .into_iter()
        .map(|c| match c.values {
            Values::Count(v) => Arc::new(UInt64Array::from(v)) as ArrayRef,
            Values::Number(v) => Arc::new(Float64Array::from(v)) as ArrayRef,
            Values::Text(v) => Arc::new(StringArray::from(v)) as ArrayRef,
        })
        .collect();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), arrays)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(concat!("agora ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, Some(properties))?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(bytes)
}

/// Returns `metrics.parquet`: one row per finished day.
///
/// # Errors
/// As the Parquet writer says.
pub fn days_parquet(book: &Book) -> Result<Vec<u8>, ParquetError> {
    parquet(day_columns(book))
}

/// Returns `metrics-hourly.parquet`: one row per finished hour.
///
/// # Errors
/// As the Parquet writer says.
pub fn hours_parquet(book: &Book) -> Result<Vec<u8>, ParquetError> {
    parquet(hour_columns(book))
}

/// Documents the columns of both tables, for `docs/run-folder.md`.
#[must_use]
pub fn columns_markdown() -> String {
    use std::fmt::Write as _;
    let book = Book::new();
    let mut out = String::new();
    for (title, columns) in [
        ("metrics.parquet", day_columns(&book)),
        ("metrics-hourly.parquet", hour_columns(&book)),
    ] {
        let _infallible = write!(
            out,
            "\n## {title}\n\n| column | type | meaning |\n| --- | --- | --- |\n"
        );
        for c in columns {
            let _infallible = writeln!(out, "| `{}` | {} | {} |", c.name, c.kind(), c.help);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    fn rows_of(name: &str, bytes: &[u8]) -> (usize, usize) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let file = std::fs::File::open(&path).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let n_columns = reader.schema().fields().len();
        let rows = reader.build().unwrap().map(|b| b.unwrap().num_rows()).sum();
        (rows, n_columns)
    }

    #[test]
    fn a_run_without_a_finished_day_has_tables_without_rows() {
        let book = Book::new();
        assert_eq!(rows_of("days", &days_parquet(&book).unwrap()), (0, 28));
        assert_eq!(rows_of("hours", &hours_parquet(&book).unwrap()), (0, 7));
    }

    #[test]
    fn finished_hours_are_rows() {
        let mut book = Book::new();
        for hour in 0..30 {
            book.hours_run.push(HourRow {
                hour,
                awake_ticks: 90,
                ..HourRow::default()
            });
        }
        assert_eq!(rows_of("hours", &hours_parquet(&book).unwrap()), (30, 7));
    }
}
