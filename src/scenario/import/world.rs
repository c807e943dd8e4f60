//! The folder of an imported world, written whole or not at all.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `scenario.toml` | the scenario that asks for this world |
//! | `items.parquet` | catalogue: `id`, `title`, `quality`, `topics` and `tags` (32 numbers each) |
//! | `avatars.parquet` | audience: `id`, `sessions_per_day`, `interests` (32 numbers) |
//! | `past.parquet` | observations, oldest first: `avatar`, `item` (row numbers), `stars` (0 for none) |
//! | `import.json` | where it is from, counts, what was skipped, topics, checksums |

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{
    ArrayRef, FixedSizeListArray, Float32Array, RecordBatch, StringArray, UInt32Array,
};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use serde::{Deserialize, Serialize};

use super::error::ImportError;
use super::fit::Fitted;
use super::log::Log;
use crate::sim::state_hash::StateHasher;
use crate::society::avatars::avatar::MAX_TOPICS;

/// The scenario.
pub const SCENARIO: &str = "scenario.toml";
/// The catalogue.
pub const ITEMS: &str = "items.parquet";
/// The audience.
pub const AVATARS: &str = "avatars.parquet";
/// The past.
pub const PAST: &str = "past.parquet";
/// The note about it all.
pub const NOTE: &str = "import.json";

/// Files whose contents make the world.
pub const DATA: [&str; 3] = [ITEMS, AVATARS, PAST];

/// Version of the folder's format.
pub const FORMAT: u32 = 1;

/// One slate in so many is compared with the oracle: denser than in the city, because an audience is small.
const ORACLE_EVERY: u32 = 4;

/// Days of the scenario.
const DAYS: u32 = 14;

/// What `import.json` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Version of the folder's format.
    pub format: u32,
    /// Version of the program that wrote it.
    pub agora_version: String,
    /// Name of the world.
    pub name: String,
    /// Name of the file or folder it was made from.
    pub source: String,
    /// Rows read.
    pub rows: u64,
    /// People.
    pub people: u64,
    /// Items.
    pub items: u64,
    /// Interactions.
    pub interactions: u64,
    /// Whether the log had ratings.
    pub has_ratings: bool,
    /// Whether the log had times.
    pub has_times: bool,
    /// What was skipped, with the reason.
    pub skipped: Vec<String>,
    /// Names of the topics.
    pub topics: Vec<String>,
    /// Columns of hidden tastes after them.
    pub hidden_tastes: u64,
    /// Checksums of the files that make the world.
    pub checksums: BTreeMap<String, String>,
}

/// Returns the checksum of a file's bytes; notices changes, does not resist forgery.
#[must_use]
pub fn checksum(bytes: &[u8]) -> u64 {
    let mut h = StateHasher::default();
    h.u64(bytes.len() as u64);
    for chunk in bytes.chunks(8) {
        let mut word = [0u8; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        h.u64(u64::from_le_bytes(word));
    }
    h.finish()
}

fn vectors(rows: impl Iterator<Item = [f32; MAX_TOPICS]>) -> ArrayRef {
    let flat = Float32Array::from_iter_values(rows.flatten());
    Arc::new(FixedSizeListArray::new(
        vector_field(),
        MAX_TOPICS as i32,
        Arc::new(flat),
        None,
    ))
}

fn vector_field() -> Arc<Field> {
    Arc::new(Field::new("value", DataType::Float32, false))
}

fn vector_type() -> DataType {
    DataType::FixedSizeList(vector_field(), MAX_TOPICS as i32)
}

/// Returns the columns of one of the files.
#[must_use]
pub fn schema(file: &str) -> Arc<Schema> {
    let columns = match file {
        ITEMS => vec![
            ("id", DataType::Utf8),
            ("title", DataType::Utf8),
            ("quality", DataType::Float32),
            ("topics", vector_type()),
            ("tags", vector_type()),
        ],
        AVATARS => vec![
            ("id", DataType::Utf8),
            ("sessions_per_day", DataType::Float32),
            ("interests", vector_type()),
        ],
        _ => vec![
            ("avatar", DataType::UInt32),
            ("item", DataType::UInt32),
            ("stars", DataType::Float32),
        ],
    };
    let field = |(name, kind)| Field::new(name, kind, false);
    Arc::new(Schema::new(
        columns.into_iter().map(field).collect::<Vec<_>>(),
    ))
}

fn table(file: &str, columns: Vec<ArrayRef>) -> Result<Vec<u8>, ImportError> {
    let path = Path::new(file);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_created_by(concat!("agora ", env!("CARGO_PKG_VERSION")).to_owned())
        .build();
    let batch = RecordBatch::try_new(schema(file), columns).map_err(ImportError::writing(path))?;
    let mut writer = ArrowWriter::try_new(Vec::new(), schema(file), Some(properties))
        .map_err(ImportError::writing(path))?;
    writer.write(&batch).map_err(ImportError::writing(path))?;
    writer.into_inner().map_err(ImportError::writing(path))
}

fn data(log: &Log, fitted: &Fitted) -> Result<[Vec<u8>; 3], ImportError> {
    let items = vec![
        Arc::new(StringArray::from_iter_values(
            log.items.iter().map(|i| i.id.as_str()),
        )) as ArrayRef,
        Arc::new(StringArray::from_iter_values(
            fitted.items.iter().map(|i| i.title.as_str()),
        )),
        Arc::new(Float32Array::from_iter_values(
            fitted.items.iter().map(|i| i.quality),
        )),
        vectors(fitted.items.iter().map(|i| i.topics)),
        vectors(fitted.items.iter().map(|i| i.tags)),
    ];
    let avatars = vec![
        Arc::new(StringArray::from_iter_values(log.users.iter())) as ArrayRef,
        Arc::new(Float32Array::from_iter_values(
            fitted.avatars.iter().map(|a| a.sessions_per_day),
        )),
        vectors(fitted.avatars.iter().map(|a| a.interests)),
    ];
    let past = vec![
        Arc::new(UInt32Array::from_iter_values(
            fitted.past.iter().map(|m| m.avatar),
        )) as ArrayRef,
        Arc::new(UInt32Array::from_iter_values(
            fitted.past.iter().map(|m| m.item),
        )),
        Arc::new(Float32Array::from_iter_values(
            fitted.past.iter().map(|m| m.stars),
        )),
    ];
    Ok([
        table(ITEMS, items)?,
        table(AVATARS, avatars)?,
        table(PAST, past)?,
    ])
}

/// Returns the scenario of a world.
fn scenario(name: &str, source: &str, log: &Log, fitted: &Fitted) -> String {
    let quoted = |s: &str| toml::Value::String(s.to_owned()).to_string();
    let description = format!(
        "A city of {} people who want what those in {source} wanted, among {} items.",
        log.users.len(),
        log.items.len()
    );
    format!(
        "# Made by `agora import`; see import.json for what it was made from.\n\
         name = {}\n\
         description = {}\n\
         extends = \"baseline\"\n\
         world = \".\"\n\
         days = {DAYS}\n\
         \n\
         [society.population]\n\
         residents = {}\n\
         # Genres; the columns after them are hidden tastes that no tag tells.\n\
         topics = {}\n\
         \n\
         # The feed holds the imported items and nothing else: none are made, none are published.\n\
         [society.content]\n\
         posts_per_1000 = 0.0\n\
         min_posts = 0\n\
         \n\
         [society.sessions]\n\
         create_weight = 0.0\n\
         \n\
         [lab]\n\
         oracle_every = {ORACLE_EVERY}\n",
        quoted(name),
        quoted(&description),
        log.users.len(),
        fitted.topics.len()
    )
}

fn put(path: &Path, content: &[u8]) -> Result<(), ImportError> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(ImportError::writing(path))
}

/// Refuses a target that may not be overwritten; returns whether something is there.
///
/// # Errors
/// [`ImportError::Target`] saying what to do.
pub fn check_target(out: &Path, force: bool) -> Result<bool, ImportError> {
    let refuse = |cause: &str| ImportError::Target {
        path: out.to_path_buf(),
        cause: cause.to_owned(),
    };
    if out.file_name().is_none() {
        return Err(refuse("is no name for a folder"));
    }
    if !out.exists() {
        return Ok(false);
    }
    if !out.is_dir() {
        return Err(refuse("is a file; a folder is expected"));
    }
    let mut entries = fs::read_dir(out).map_err(ImportError::reading(out))?;
    if entries.next().is_none() {
        return Ok(true);
    }
    if !out.join(NOTE).is_file() {
        return Err(refuse(
            "is not empty and not an imported world (it has no import.json); it is not overwritten even with --force",
        ));
    }
    if !force {
        return Err(refuse(
            "holds an imported world already; choose another folder or add --force to overwrite it",
        ));
    }
    Ok(true)
}

/// Puts a word before the last name of a path.
fn beside(out: &Path, word: &str) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!(".{name}.{word}"))
}

/// Writes a world: into a folder beside `out`, made durable, then renamed. What was there goes last.
///
/// # Errors
/// [`ImportError`] if `out` may not be overwritten or cannot be written; then what was there is unharmed.
pub fn write(
    out: &Path,
    name: &str,
    source: &str,
    log: &Log,
    fitted: &Fitted,
    force: bool,
) -> Result<Note, ImportError> {
    let is_there = check_target(out, force)?;
    let files = data(log, fitted)?;
    let checksums = DATA
        .iter()
        .zip(&files)
        .map(|(name, bytes)| ((*name).to_owned(), format!("{:016x}", checksum(bytes))))
        .collect();
    let note = Note {
        format: FORMAT,
        agora_version: env!("CARGO_PKG_VERSION").to_owned(),
        name: name.to_owned(),
        source: source.to_owned(),
        rows: log.n_rows,
        people: log.users.len() as u64,
        items: log.items.len() as u64,
        interactions: log.interactions.len() as u64,
        has_ratings: log.has_ratings,
        has_times: log.has_times,
        skipped: log.skipped.sentences(),
        topics: fitted.topics.clone(),
        hidden_tastes: fitted.n_hidden as u64,
        checksums,
    };
    let json = serde_json::to_string_pretty(&note).map_err(ImportError::writing(out))?;
    let (fresh, old) = (beside(out, "importing"), beside(out, "replaced"));
    for leftover in [&fresh, &old] {
        if leftover.exists() {
            // Left by an import that was killed.
            fs::remove_dir_all(leftover).map_err(ImportError::writing(leftover))?;
        }
    }
    fs::create_dir_all(&fresh).map_err(ImportError::writing(&fresh))?;
    let text = scenario(name, source, log, fitted);
    let mut done = Ok(());
    for (file, bytes) in DATA.iter().zip(&files) {
        done = done.and_then(|()| put(&fresh.join(file), bytes));
    }
    done = done
        .and_then(|()| put(&fresh.join(SCENARIO), text.as_bytes()))
        .and_then(|()| put(&fresh.join(NOTE), json.as_bytes()))
        .and_then(|()| settle(&fresh))
        .and_then(|()| exchange(&fresh, out, &old, is_there));
    if done.is_err() && fs::remove_dir_all(&fresh).is_err() {
        // The next import removes it.
    }
    done.map(|()| note)
}

/// Makes the names in a folder durable.
fn settle(folder: &Path) -> Result<(), ImportError> {
    File::open(folder)
        .and_then(|f| f.sync_all())
        .map_err(ImportError::writing(folder))
}

fn exchange(fresh: &Path, out: &Path, old: &Path, is_there: bool) -> Result<(), ImportError> {
    if is_there {
        fs::rename(out, old).map_err(ImportError::writing(out))?;
    }
    if let Err(e) = fs::rename(fresh, out) {
        if is_there {
            fs::rename(old, out).map_err(ImportError::writing(old))?;
        }
        return Err(ImportError::writing(out)(e));
    }
    if is_there {
        fs::remove_dir_all(old).map_err(ImportError::writing(old))?;
    }
    Ok(())
}
