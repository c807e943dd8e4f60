//! Reading the log back.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int64Type, UInt8Type, UInt32Type, UInt64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::contain::contained;
use super::error::LogError;
use super::schema::event_schema;
use super::sums;
use crate::events::behavior::{Event, EventKind, Surface, Thing, ThingKind};
use crate::sim::ids::{AvatarId, OfferId, SpaceId};
use crate::sim::units::{Coins, Tick};

/// Lists the finished days of a run, in order.
///
/// # Errors
/// [`LogError`] if the folder cannot be read.
pub fn days(run: &Path) -> Result<Vec<u32>, LogError> {
    let root = run.join("events");
    let mut days = Vec::new();
    for entry in fs::read_dir(&root).map_err(LogError::io(&root))? {
        let entry = entry.map_err(LogError::io(&root))?;
        let name = entry.file_name();
        let Some(day) = name
            .to_str()
            .and_then(|n| n.strip_prefix("day="))
            .and_then(|n| n.parse().ok())
        else {
            continue;
        };
        if entry.path().join("events.parquet").is_file() {
            days.push(day);
        }
    }
    days.sort_unstable();
    Ok(days)
}

/// Reads the events of a finished day.
///
/// # Errors
/// [`LogError`] if the file is missing, truncated, or not of this log.
pub fn read_day(run: &Path, day: u32) -> Result<Vec<Event>, LogError> {
    read_events(&day_file(run, day, "events"))
}

/// Returns where a table of a day is.
pub(super) fn day_file(run: &Path, day: u32, name: &str) -> PathBuf {
    run.join("events")
        .join(format!("day={day:03}"))
        .join(format!("{name}.parquet"))
}

/// Opens a Parquet file after checking that it is what was written, and that everything its footer promises lies within it: the library trusts the footer.
pub(super) fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, LogError> {
    sums::check(path)?;
    let file = File::open(path).map_err(LogError::io(path))?;
    let size = file.metadata().map_err(LogError::io(path))?.len();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(LogError::format(path))?;
    for group in builder.metadata().row_groups() {
        for column in group.columns() {
            let start = column
                .dictionary_page_offset()
                .unwrap_or_else(|| column.data_page_offset());
            let end = start.checked_add(column.compressed_size());
            let is_within = start >= 0
                && column.compressed_size() >= 0
                && end.is_some_and(|e| u64::try_from(e).is_ok_and(|e| e <= size));
            if !is_within || group.num_rows() < 0 || column.num_values() < 0 {
                return Err(LogError::format(path)("its footer points outside the file"));
            }
        }
    }
    Ok(builder)
}

/// Decodes every row of a Parquet file of the log, whatever its columns, and counts them.
///
/// # Errors
/// [`LogError`] if the file is missing or truncated.
pub fn count_rows(path: &Path) -> Result<usize, LogError> {
    contained(|| count_rows_of(path)).map_err(LogError::format(path))?
}

fn count_rows_of(path: &Path) -> Result<usize, LogError> {
    let reader = open(path)?.build().map_err(LogError::format(path))?;
    let mut n = 0;
    for batch in reader {
        n += batch.map_err(LogError::format(path))?.num_rows();
    }
    Ok(n)
}

/// Reads a file of events.
///
/// # Errors
/// As [`read_day`].
pub fn read_events(path: &Path) -> Result<Vec<Event>, LogError> {
    contained(|| read_events_of(path)).map_err(LogError::format(path))?
}

fn read_events_of(path: &Path) -> Result<Vec<Event>, LogError> {
    let builder = open(path)?;
    if builder.schema().fields() != event_schema().fields() {
        return Err(LogError::format(path)(
            "its columns are not those of an event log",
        ));
    }
    let reader = builder.build().map_err(LogError::format(path))?;
    let mut events = Vec::new();
    for batch in reader {
        let b = batch.map_err(LogError::format(path))?;
        macro_rules! column {
            ($i:literal, $t:ty) => {
                b.column($i).as_primitive::<$t>().values()
            };
        }
        let (tick, kind, avatar) = (
            column!(0, UInt32Type),
            column!(1, UInt8Type),
            column!(2, UInt32Type),
        );
        let (thing_kind, thing) = (column!(3, UInt8Type), column!(4, UInt32Type));
        let (space, surface, position) = (
            column!(5, UInt32Type),
            column!(6, UInt8Type),
            column!(7, UInt8Type),
        );
        let (dwell, amount) = (column!(8, UInt32Type), column!(9, Int64Type));
        let (offer, value) = (column!(10, UInt64Type), column!(11, Float32Type));
        for i in 0..b.num_rows() {
            let bad = |what: &str, code: u8| {
                LogError::format(path)(format!("unknown {what} {code} in row {i}"))
            };
            events.push(Event {
                tick: Tick(tick[i]),
                kind: EventKind::from_code(kind[i]).ok_or_else(|| bad("kind", kind[i]))?,
                avatar: AvatarId(avatar[i]),
                thing: Thing::new(
                    ThingKind::from_code(thing_kind[i])
                        .ok_or_else(|| bad("thing kind", thing_kind[i]))?,
                    thing[i],
                ),
                space: SpaceId(space[i]),
                surface: Surface::from_code(surface[i])
                    .ok_or_else(|| bad("surface", surface[i]))?,
                position: position[i],
                dwell_secs: dwell[i],
                amount: Coins::from_micros(amount[i]),
                offer: OfferId(offer[i]),
                value: value[i],
            });
        }
    }
    Ok(events)
}
