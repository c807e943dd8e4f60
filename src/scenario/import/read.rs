//! Reading the folder of an imported world back: checked against its note, so that a changed file is noticed.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, UInt32Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::factors::Vector;
use super::world::{AVATARS, DATA, FORMAT, ITEMS, NOTE, Note, PAST, checksum, schema};
use crate::events::behavior::{Event, EventKind, ThingKind};
use crate::sim::ids::AvatarId;
use crate::sim::state_hash::StateHasher;
use crate::sim::units::Tick;
use crate::society::avatars::avatar::MAX_TOPICS;
use crate::society::content::generate::SeedItem;
use crate::society::plugin::Plantings;
use crate::society::population::PlantedAvatar;

fn say(file: &str) -> impl Fn(&dyn std::fmt::Display) -> String {
    move |cause| format!("{file}: {cause}")
}

fn bytes(folder: &Path, file: &str) -> Result<Vec<u8>, String> {
    fs::read(folder.join(file)).map_err(|e| say(file)(&e))
}

/// Returns the digest of a world: of the three files that make it.
///
/// # Errors
/// A sentence if a file is missing, or is not the one that was imported.
pub fn digest(folder: &Path) -> Result<String, String> {
    let note = bytes(folder, NOTE)?;
    let note: Note = serde_json::from_slice(&note).map_err(|e| say(NOTE)(&e))?;
    if note.format != FORMAT {
        return Err(format!(
            "{NOTE}: format {} is unknown; this version reads format {FORMAT}",
            note.format
        ));
    }
    let mut h = StateHasher::default();
    for file in DATA {
        let sum = checksum(&bytes(folder, file)?);
        let expected = note.checksums.get(file).map_or("", String::as_str);
        if expected != format!("{sum:016x}") {
            return Err(format!(
                "{file} is not the file that was imported (checksum {sum:016x}, {NOTE} says {expected}); import again"
            ));
        }
        h.u64(sum);
    }
    Ok(format!("{:016x}", h.finish()))
}

fn batches(folder: &Path, file: &str) -> Result<Vec<RecordBatch>, String> {
    let content = fs::File::open(folder.join(file)).map_err(|e| say(file)(&e))?;
    let read = || -> Result<Vec<RecordBatch>, String> {
        let builder =
            ParquetRecordBatchReaderBuilder::try_new(content).map_err(|e| e.to_string())?;
        if builder.schema().fields() != schema(file).fields() {
            return Err("its columns are not those of an imported world".to_owned());
        }
        let reader = builder.build().map_err(|e| e.to_string())?;
        reader.collect::<Result<_, _>>().map_err(|e| e.to_string())
    };
    // The decoder may panic where bytes lie about sizes.
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err("the decoder gave up on its contents".to_owned()))
        .map_err(|e| say(file)(&e))
}

/// Reads a column of vectors.
fn vectors(batch: &RecordBatch, column: usize) -> Vec<Vector> {
    let flat = batch.column(column).as_fixed_size_list().values();
    let flat = flat.as_primitive::<Float32Type>().values();
    let vector = |row: &[f32]| {
        let mut v = [0.0; MAX_TOPICS];
        v.copy_from_slice(row);
        v
    };
    flat.chunks_exact(MAX_TOPICS).map(vector).collect()
}

fn finite(file: &str, row: usize, values: &[f32]) -> Result<(), String> {
    if values.iter().all(|x| x.is_finite()) {
        return Ok(());
    }
    Err(format!("{file}: row {}: a number is not finite", row + 1))
}

/// Reads a world for a city of `residents`; the past of people beyond them is left out.
///
/// # Errors
/// A sentence naming the file and what is wrong.
pub fn plantings(folder: &Path, residents: u32) -> Result<Plantings, String> {
    let mut planted = Plantings::default();
    for batch in batches(folder, ITEMS)? {
        let titles = batch.column(1).as_string::<i32>();
        let quality = batch.column(2).as_primitive::<Float32Type>().values();
        let both = vectors(&batch, 3).into_iter().zip(vectors(&batch, 4));
        for (i, (topics, tags)) in both.enumerate() {
            let row = planted.items.len();
            finite(ITEMS, row, &[quality[i]])?;
            finite(ITEMS, row, &topics)?;
            finite(ITEMS, row, &tags)?;
            planted.items.push(SeedItem {
                title: titles.value(i).to_owned(),
                topics,
                tags,
                quality: quality[i],
            });
        }
    }
    for batch in batches(folder, AVATARS)? {
        let rates = batch.column(1).as_primitive::<Float32Type>().values();
        for (i, interests) in vectors(&batch, 2).into_iter().enumerate() {
            let row = planted.avatars.len();
            finite(AVATARS, row, &interests)?;
            if !(rates[i] > 0.0 && rates[i] <= 48.0) {
                return Err(format!(
                    "{AVATARS}: row {}: sessions_per_day = {}: allowed is above 0 to 48",
                    row + 1,
                    rates[i]
                ));
            }
            planted.avatars.push(PlantedAvatar {
                interests,
                sessions_per_day: rates[i],
            });
        }
    }
    let people = planted.avatars.len().min(residents as usize);
    let mut row = 0;
    for batch in batches(folder, PAST)? {
        let avatars = batch.column(0).as_primitive::<UInt32Type>().values();
        let items = batch.column(1).as_primitive::<UInt32Type>().values();
        let stars = batch.column(2).as_primitive::<Float32Type>().values();
        for i in 0..batch.num_rows() {
            row += 1;
            let is_known = (avatars[i] as usize) < planted.avatars.len()
                && (items[i] as usize) < planted.items.len();
            if !is_known || !(0.0..=5.0).contains(&stars[i]) {
                return Err(format!(
                    "{PAST}: row {row}: avatar {}, item {}, stars {}: not of this world",
                    avatars[i], items[i], stars[i]
                ));
            }
            if (avatars[i] as usize) < people {
                planted.past.push(event(avatars[i], items[i], stars[i]));
            }
        }
    }
    Ok(planted)
}

/// What the platform would have seen: stars where there are ratings, a like where there are none.
fn event(avatar: u32, item: u32, stars: f32) -> Event {
    let kind = if stars > 0.0 {
        EventKind::Rate
    } else {
        EventKind::Like
    };
    // All of the past lies at the beginning: nothing of it has faded yet.
    Event::new(Tick(0), AvatarId(avatar), kind)
        .thing(ThingKind::Item, item)
        .valued(stars)
}
