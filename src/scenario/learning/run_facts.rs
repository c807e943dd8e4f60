//! What a run leaves about its items and people: what is public, and what was consented to.
//!
//! The event log holds numbers only. These two tables say what the numbers mean, for people with a notebook and for
//! `agora evaluate`: cards and media of every item ever published, and who let behaviour be used for recommendation.

use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Int8Type, Int64Type, UInt8Type, UInt32Type};
use arrow_array::{
    ArrayRef, BooleanArray, FixedSizeListArray, Float32Array, Int8Array, Int64Array, RecordBatch,
    StringArray, UInt8Array, UInt32Array,
};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::events::log::contain::contained;
use crate::events::log::error::LogError;
use crate::lab::explain::names::Names;
use crate::sim::ids::ItemId;
use crate::sim::schedule::{Seed, Simulation};
use crate::society::avatars::profile::{DataPurpose, Profiles};
use crate::society::content::catalogue::Catalogue;
use crate::society::content::item::TOPIC_DIM;
use crate::society::content::media::MEDIA_DIM;
use crate::society::content::words::description;

/// Items of a run.
pub const ITEMS: &str = "items.parquet";

/// People of a run.
pub const PEOPLE: &str = "people.parquet";

/// A column of one of the tables.
type ColumnDoc = (&'static str, DataType, &'static str);

fn numbers(n: usize) -> DataType {
    DataType::FixedSizeList(value_field(), n as i32)
}

fn value_field() -> Arc<Field> {
    Arc::new(Field::new("value", DataType::Float32, false))
}

fn item_columns() -> Vec<ColumnDoc> {
    vec![
        ("item", DataType::UInt32, "its number, as in the event log"),
        (
            "kind",
            DataType::UInt8,
            "0 post, 1 news, 2 video, 3 game, 4 game item, 5 asset, 6 course, 7 textbook",
        ),
        (
            "creator",
            DataType::UInt32,
            "number of the avatar that made it; 4294967295 for what came with the city",
        ),
        ("born", DataType::UInt32, "tick at which it was published"),
        ("price", DataType::Int64, "price in micro-coins; 0 is free"),
        ("title", DataType::Utf8, "its title"),
        (
            "description",
            DataType::Utf8,
            "a dozen words; empty for imported items",
        ),
        (
            "tags",
            numbers(TOPIC_DIM),
            "public topics, a unit vector of 32 numbers",
        ),
        (
            "media",
            numbers(MEDIA_DIM),
            "features of text, picture, sound and motion, 8 numbers each",
        ),
    ]
}

fn people_columns() -> Vec<ColumnDoc> {
    vec![
        (
            "avatar",
            DataType::UInt32,
            "its number, as in the event log",
        ),
        ("joined", DataType::UInt32, "tick at which it joined"),
        (
            "recommendation",
            DataType::Boolean,
            "whether its behaviour may be used for recommendation, as of the end of the run",
        ),
        (
            "timezone",
            DataType::Int8,
            "hours east of the city's clock; 0 without that consent",
        ),
    ]
}

fn schema(columns: Vec<ColumnDoc>) -> Arc<Schema> {
    let fields = columns
        .into_iter()
        .map(|(name, kind, _)| Field::new(name, kind, false));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

fn vectors<'a>(rows: impl Iterator<Item = &'a [f32]>, n: usize) -> ArrayRef {
    let flat = Float32Array::from_iter_values(rows.flatten().copied());
    Arc::new(FixedSizeListArray::new(
        value_field(),
        n as i32,
        Arc::new(flat),
        None,
    ))
}

fn table(schema: Arc<Schema>, columns: Vec<ArrayRef>) -> Result<Vec<u8>, ParquetError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_created_by(concat!("agora ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let batch = RecordBatch::try_new(schema.clone(), columns)?;
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties))?;
    writer.write(&batch)?;
    writer.into_inner()
}

/// Writes the table of items.
///
/// # Errors
/// If the Parquet library refuses.
pub fn items_parquet(sim: &Simulation) -> Result<Vec<u8>, ParquetError> {
    let w = sim.world();
    let catalogue = w.resource::<Catalogue>();
    let (names, seed) = (Names::of_world(w), w.resource::<Seed>().0);
    let ids: Vec<ItemId> = (0..catalogue.len()).map(ItemId::from_idx).collect();
    let cards = || ids.iter().map(|i| catalogue.card(*i));
    let about = |id: &ItemId| {
        let imported = catalogue.imported_titles.get(id.idx());
        if imported.is_some_and(|t| !t.is_empty()) {
            String::new()
        } else {
            description(seed, *id, catalogue.tags(*id))
        }
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from_iter_values(ids.iter().map(|i| i.0))),
        Arc::new(UInt8Array::from_iter_values(cards().map(|c| c.kind.code()))),
        Arc::new(UInt32Array::from_iter_values(cards().map(|c| c.creator.0))),
        Arc::new(UInt32Array::from_iter_values(cards().map(|c| c.born.0))),
        Arc::new(Int64Array::from_iter_values(
            cards().map(|c| c.price.micros()),
        )),
        Arc::new(StringArray::from_iter_values(
            ids.iter().map(|i| names.title(*i)),
        )),
        Arc::new(StringArray::from_iter_values(ids.iter().map(about))),
        vectors(ids.iter().map(|i| catalogue.tags(*i).as_slice()), TOPIC_DIM),
        vectors(ids.iter().map(|i| catalogue.media(*i)), MEDIA_DIM),
    ];
    table(schema(item_columns()), columns)
}

/// Writes the table of people.
///
/// # Errors
/// If the Parquet library refuses.
pub fn people_parquet(sim: &Simulation) -> Result<Vec<u8>, ParquetError> {
    let profiles = sim.world().resource::<Profiles>();
    let all = || (0..profiles.table.len()).map(|i| profiles.table.row(i));
    let allows = |p: &crate::society::avatars::profile::Profile| {
        p.consent.allows(DataPurpose::Recommendation)
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from_iter_values(
            0..profiles.table.len() as u32,
        )),
        Arc::new(UInt32Array::from_iter_values(all().map(|p| p.joined.0))),
        Arc::new(all().map(|p| Some(allows(p))).collect::<BooleanArray>()),
        Arc::new(Int8Array::from_iter_values(
            all().map(|p| if allows(p) { p.timezone } else { 0 }),
        )),
    ];
    table(schema(people_columns()), columns)
}

/// An item of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemFact {
    /// Its number.
    pub item: u32,
    /// Code of its kind.
    pub kind: u8,
    /// Tick at which it was published.
    pub born: u32,
    /// Price in micro-coins.
    pub price: i64,
    /// Title and description.
    pub words: String,
    /// Public topics.
    pub tags: Vec<f32>,
    /// Features in four modalities.
    pub media: Vec<f32>,
}

/// A person of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonFact {
    /// Its number.
    pub avatar: u32,
    /// Whether its behaviour may be used for recommendation.
    pub recommendation: bool,
    /// Hours east of the city's clock.
    pub timezone: i8,
}

fn batches(path: &Path, schema: Arc<Schema>) -> Result<Vec<RecordBatch>, LogError> {
    let file = std::fs::File::open(path).map_err(LogError::io(path))?;
    let read = || -> Result<Vec<RecordBatch>, String> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| e.to_string())?;
        if builder.schema().fields() != schema.fields() {
            return Err("its columns are not those of a run".to_owned());
        }
        let reader = builder.build().map_err(|e| e.to_string())?;
        reader.collect::<Result<_, _>>().map_err(|e| e.to_string())
    };
    contained(read)
        .unwrap_or_else(Err)
        .map_err(LogError::format(path))
}

fn rows_of(batch: &RecordBatch, column: usize, n: usize) -> Vec<Vec<f32>> {
    let flat = batch.column(column).as_fixed_size_list().values();
    let flat = flat.as_primitive::<Float32Type>().values();
    flat.chunks_exact(n).map(<[f32]>::to_vec).collect()
}

/// Reads the table of items, in order.
///
/// # Errors
/// [`LogError`] if it is missing, damaged, or holds what is no number.
pub fn read_items(run: &Path) -> Result<Vec<ItemFact>, LogError> {
    let path = run.join(ITEMS);
    let mut items = Vec::new();
    for b in batches(&path, schema(item_columns()))? {
        let (titles, about) = (
            b.column(5).as_string::<i32>(),
            b.column(6).as_string::<i32>(),
        );
        let (tags, media) = (rows_of(&b, 7, TOPIC_DIM), rows_of(&b, 8, MEDIA_DIM));
        for (i, (tags, media)) in tags.into_iter().zip(media).enumerate() {
            if !tags.iter().chain(&media).all(|x| x.is_finite()) {
                return Err(LogError::format(&path)(format!(
                    "row {i}: a number is not finite"
                )));
            }
            let words = format!("{} {}", titles.value(i), about.value(i));
            items.push(ItemFact {
                item: b.column(0).as_primitive::<UInt32Type>().value(i),
                kind: b.column(1).as_primitive::<UInt8Type>().value(i),
                born: b.column(3).as_primitive::<UInt32Type>().value(i),
                price: b.column(4).as_primitive::<Int64Type>().value(i),
                words: words.trim().to_owned(),
                tags,
                media,
            });
        }
    }
    if let Some(at) = (0..items.len()).find(|i| items[*i].item as usize != *i) {
        return Err(LogError::format(&path)(format!(
            "row {at} is item {}",
            items[at].item
        )));
    }
    Ok(items)
}

/// Reads the table of people, in order.
///
/// # Errors
/// [`LogError`] if it is missing or damaged.
pub fn read_people(run: &Path) -> Result<Vec<PersonFact>, LogError> {
    let path = run.join(PEOPLE);
    let mut people = Vec::new();
    for b in batches(&path, schema(people_columns()))? {
        for i in 0..b.num_rows() {
            people.push(PersonFact {
                avatar: b.column(0).as_primitive::<UInt32Type>().value(i),
                recommendation: b.column(2).as_boolean().value(i),
                timezone: b.column(3).as_primitive::<Int8Type>().value(i),
            });
        }
    }
    if let Some(at) = (0..people.len()).find(|i| people[*i].avatar as usize != *i) {
        return Err(LogError::format(&path)(format!(
            "row {at} is avatar {}",
            people[at].avatar
        )));
    }
    Ok(people)
}

/// Documents the columns of both tables.
#[must_use]
pub fn columns_markdown() -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for (file, columns) in [(ITEMS, item_columns()), (PEOPLE, people_columns())] {
        let _infallible = write!(
            out,
            "\n## {file}\n\n| column | type | meaning |\n| --- | --- | --- |\n"
        );
        for (name, kind, help) in columns {
            let kind = match kind {
                DataType::FixedSizeList(_, n) => format!("list of {n} Float32"),
                kind => format!("{kind:?}"),
            };
            let _infallible = writeln!(out, "| `{name}` | {kind} | {help} |");
        }
    }
    out
}
