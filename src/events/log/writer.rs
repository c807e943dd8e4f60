//! Writing the log: one folder per simulated day, closed safely.
//!
//! A day is written under a temporary name, closed, synced and renamed, and its folder synced: a killed run leaves
//! every finished day readable and never half a file under a final name.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float32Array, Int64Array, UInt8Array, UInt32Array, UInt64Array};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;

use super::error::LogError;
use super::schema::{event_schema, money_schema, offer_schema};
use super::sums::{self, Sum, Sums};
use crate::events::behavior::Event;
use crate::events::journal::Journal;
use crate::events::money::Holder;
use crate::events::offer::Slate;
use crate::sim::summed::Summed;

/// Rows gathered before they are encoded; bounds the memory of the log.
const BATCH: usize = 131_072;

/// How the numbers of a table are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    /// Values that recur are written once.
    Dictionaries,
    /// Each value as its distance from the one before: for whole numbers only, and several times as fast.
    Deltas,
}

/// Opens the files of a log; tests put one here that fails.
pub trait LogStorage: Send + Sync {
    /// Creates a file for writing.
    ///
    /// # Errors
    /// As the file system says.
    fn create(&self, path: &Path) -> io::Result<Box<dyn SyncWrite>>;
}

/// A file that can be made durable.
pub trait SyncWrite: Write + Send + Sync {
    /// Makes what was written durable.
    ///
    /// # Errors
    /// As the file system says.
    fn sync(&mut self) -> io::Result<()>;
}

/// The file system.
pub struct Disk;

impl SyncWrite for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

impl LogStorage for Disk {
    fn create(&self, path: &Path) -> io::Result<Box<dyn SyncWrite>> {
        Ok(Box::new(File::create(path)?))
    }
}

/// A table being written.
struct TableWriter {
    temporary: PathBuf,
    target: PathBuf,
    schema: Arc<Schema>,
    writer: SerializedFileWriter<BufWriter<Summed<Box<dyn SyncWrite>>>>,
    factory: ArrowRowGroupWriterFactory,
    groups: usize,
}

/// Takes a column out of rows.
type Column<R> = fn(&[R]) -> ArrayRef;

impl TableWriter {
    /// Opens a table.
    fn create(
        storage: &dyn LogStorage,
        day: &Path,
        name: &str,
        schema: Arc<Schema>,
        packing: Packing,
    ) -> Result<Self, LogError> {
        let target = day.join(format!("{name}.parquet"));
        let temporary = day.join(format!(".{name}.parquet.tmp"));
        let file = storage
            .create(&temporary)
            .map_err(LogError::io(&temporary))?;
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_created_by(concat!("agora ", env!("CARGO_PKG_VERSION")).to_owned());
        if packing == Packing::Deltas {
            properties = properties
                .set_dictionary_enabled(false)
                .set_encoding(Encoding::DELTA_BINARY_PACKED);
        }
        let properties = properties.build();
        let (writer, factory) = ArrowWriter::try_new(
            BufWriter::new(Summed::new(file)),
            schema.clone(),
            Some(properties),
        )
        .and_then(ArrowWriter::into_serialized_writer)
        .map_err(LogError::format(&temporary))?;
        Ok(Self {
            temporary,
            target,
            schema,
            writer,
            factory,
            groups: 0,
        })
    }

    /// Writes rows as a group of their own.
    ///
    /// Columns do not concern each other: called by a worker, they are encoded by all of them, to the same bytes.
    fn write<R: Sync>(&mut self, rows: &[R], columns: &[Column<R>]) -> Result<(), LogError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.write_columns(|i| columns[i](rows))
    }

    /// Writes columns as a group of rows; `column` gives them by their number.
    fn write_columns(&mut self, column: impl Fn(usize) -> ArrayRef + Sync) -> Result<(), LogError> {
        self.write_group(column)
            .map_err(LogError::format(&self.temporary))
    }

    fn write_group(
        &mut self,
        column: impl Fn(usize) -> ArrayRef + Sync,
    ) -> Result<(), ParquetError> {
        let writers = self.factory.create_column_writers(self.groups)?;
        let fields = &self.schema.fields;
        let chunks: Result<Vec<ArrowColumnChunk>, ParquetError> =
            if rayon::current_thread_index().is_some() {
                let work = writers.into_par_iter().zip(&fields[..]).enumerate();
                work.with_max_len(1)
                    .map(|(i, (writer, field))| encode(writer, &column(i), field))
                    .collect()
            } else {
                let work = writers.into_iter().zip(fields).enumerate();
                work.map(|(i, (writer, field))| encode(writer, &column(i), field))
                    .collect()
            };
        let mut group = self.writer.next_row_group()?;
        for chunk in chunks? {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
        self.groups += 1;
        Ok(())
    }

    /// Makes the table durable under its temporary name.
    fn close(self) -> Result<Closed, LogError> {
        let buffered = self
            .writer
            .into_inner()
            .map_err(LogError::format(&self.temporary))?;
        let file = buffered.into_inner().map_err(|e| LogError::Io {
            path: self.temporary.clone(),
            cause: e.into_error(),
        })?;
        let sum = sums::close(file).map_err(LogError::io(&self.temporary))?;
        Ok(Closed {
            temporary: self.temporary,
            target: self.target,
            sum,
        })
    }
}

/// A table that is durable and has yet to be given its final name.
struct Closed {
    temporary: PathBuf,
    target: PathBuf,
    sum: Sum,
}

impl Closed {
    fn publish(self) -> Result<(), LogError> {
        fs::rename(&self.temporary, &self.target).map_err(LogError::io(&self.target))
    }
}

fn encode(
    mut writer: ArrowColumnWriter,
    column: &ArrayRef,
    field: &Field,
) -> Result<ArrowColumnChunk, ParquetError> {
    for leaf in compute_leaves(field, column)? {
        writer.write(&leaf)?;
    }
    writer.close()
}

/// The log of a run.
pub struct EventLog {
    root: PathBuf,
    storage: Box<dyn LogStorage>,
    events: Vec<Event>,
    slates: Vec<SlotRow>,
    money: Journal,
    open: Option<Day>,
    keeps: Keep,
}

struct Day {
    folder: PathBuf,
    events: TableWriter,
    offers: Option<TableWriter>,
    money: Option<TableWriter>,
}

/// A slot as it is logged.
#[derive(Clone, Copy)]
struct SlotRow {
    tick: u32,
    offer: u64,
    avatar: u32,
    surface: u8,
    position: u8,
    thing_kind: u8,
    thing: u32,
    score: f32,
    propensity: f32,
    source: u8,
    model: u8,
}

/// What is logged beside the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keep {
    /// The slates.
    pub offers: bool,
    /// Every posting of the ledger.
    pub money: bool,
}

impl EventLog {
    /// Makes a log under `run/events`.
    ///
    /// # Errors
    /// [`LogError`] if the folder cannot be made.
    pub fn create(run: &Path, storage: Box<dyn LogStorage>, keeps: Keep) -> Result<Self, LogError> {
        let root = run.join("events");
        fs::create_dir_all(&root).map_err(LogError::io(&root))?;
        Ok(Self {
            root,
            storage,
            events: Vec::with_capacity(BATCH),
            slates: Vec::with_capacity(BATCH),
            money: Journal::default(),
            open: None,
            keeps,
        })
    }

    fn day(&mut self, day: u32) -> Result<&mut Day, LogError> {
        if self.open.is_none() {
            let folder = self.root.join(format!("day={day:03}"));
            fs::create_dir_all(&folder).map_err(LogError::io(&folder))?;
            let storage = self.storage.as_ref();
            let create = |name, schema, packing| {
                TableWriter::create(storage, &folder, name, schema, packing)
            };
            let events = create("events", event_schema(), Packing::Dictionaries)?;
            let offers = self
                .keeps
                .offers
                .then(|| create("offers", offer_schema(), Packing::Dictionaries))
                .transpose()?;
            let money = self
                .keeps
                .money
                .then(|| create("money", money_schema(), Packing::Deltas))
                .transpose()?;
            self.open = Some(Day {
                folder,
                events,
                offers,
                money,
            });
        }
        Ok(self.open.as_mut().expect("opened above"))
    }

    /// Adds the events and slates of a tick of `day`.
    ///
    /// # Errors
    /// [`LogError`] if they cannot be written.
    pub fn append(&mut self, day: u32, events: &[Event], slates: &[Slate]) -> Result<(), LogError> {
        self.events.extend_from_slice(events);
        if self.keeps.offers {
            for s in slates {
                for (position, slot) in s.slots.iter().enumerate() {
                    self.slates.push(SlotRow {
                        tick: s.tick.0,
                        offer: s.offer.0,
                        avatar: s.avatar.0,
                        surface: s.surface.code(),
                        position: position as u8,
                        thing_kind: slot.thing.kind.code(),
                        thing: slot.thing.id,
                        score: slot.score,
                        propensity: slot.propensity,
                        source: slot.source.code(),
                        model: s.model,
                    });
                }
            }
        }
        if self.events.len() >= BATCH {
            self.flush_events(day)?;
        }
        if self.slates.len() >= BATCH {
            self.flush_slates(day)?;
        }
        Ok(())
    }

    /// Adds what moved on the books in a tick of `day`: `add` puts it at the end of what waits to be written.
    ///
    /// # Errors
    /// [`LogError`] if it cannot be written.
    pub fn append_money(
        &mut self,
        day: u32,
        add: impl FnOnce(&mut Journal),
    ) -> Result<(), LogError> {
        if self.keeps.money {
            add(&mut self.money);
        }
        if self.money.len() >= BATCH {
            self.flush_money(day)?;
        }
        Ok(())
    }

    fn flush_events(&mut self, day: u32) -> Result<(), LogError> {
        let rows = std::mem::take(&mut self.events);
        macro_rules! column {
            ($array:ident, $f:expr) => {
                |rows| Arc::new($array::from_iter_values(rows.iter().map($f)))
            };
        }
        let columns: [Column<Event>; 12] = [
            column!(UInt32Array, |e| e.tick.0),
            column!(UInt8Array, |e| e.kind.code()),
            column!(UInt32Array, |e| e.avatar.0),
            column!(UInt8Array, |e| e.thing.kind.code()),
            column!(UInt32Array, |e| e.thing.id),
            column!(UInt32Array, |e| e.space.0),
            column!(UInt8Array, |e| e.surface.code()),
            column!(UInt8Array, |e| e.position),
            column!(UInt32Array, |e| e.dwell_secs),
            column!(Int64Array, |e| e.amount.micros()),
            column!(UInt64Array, |e| e.offer.0),
            column!(Float32Array, |e| e.value),
        ];
        self.day(day)?.events.write(&rows, &columns)?;
        self.events = rows;
        self.events.clear();
        Ok(())
    }

    fn flush_slates(&mut self, day: u32) -> Result<(), LogError> {
        let rows = std::mem::take(&mut self.slates);
        macro_rules! column {
            ($array:ident, $field:ident) => {
                |rows| Arc::new($array::from_iter_values(rows.iter().map(|r| r.$field)))
            };
        }
        let columns: [Column<SlotRow>; 11] = [
            column!(UInt32Array, tick),
            column!(UInt64Array, offer),
            column!(UInt32Array, avatar),
            column!(UInt8Array, surface),
            column!(UInt8Array, position),
            column!(UInt8Array, thing_kind),
            column!(UInt32Array, thing),
            column!(Float32Array, score),
            column!(Float32Array, propensity),
            column!(UInt8Array, source),
            column!(UInt8Array, model),
        ];
        if let Some(offers) = &mut self.day(day)?.offers {
            offers.write(&rows, &columns)?;
        }
        self.slates = rows;
        self.slates.clear();
        Ok(())
    }

    fn flush_money(&mut self, day: u32) -> Result<(), LogError> {
        if self.money.is_empty() {
            return self.day(day).map(|_| ());
        }
        // The columns become those of the file as they are; as many rows again are likely.
        let room = Journal::with_capacity(self.money.len());
        let rows = std::mem::replace(&mut self.money, room);
        let holders: Vec<u8> = rows.holders.into_iter().map(Holder::code).collect();
        let columns: [ArrayRef; 8] = [
            Arc::new(UInt32Array::from(rows.ticks)),
            Arc::new(UInt64Array::from(rows.transactions)),
            Arc::new(UInt8Array::from(rows.purposes)),
            Arc::new(UInt8Array::from(rows.currencies)),
            Arc::new(UInt64Array::from(rows.causes)),
            Arc::new(UInt8Array::from(holders)),
            Arc::new(UInt32Array::from(rows.numbers)),
            Arc::new(Int64Array::from(rows.amounts)),
        ];
        if let Some(money) = &mut self.day(day)?.money {
            money.write_columns(|i| columns[i].clone())?;
        }
        Ok(())
    }

    /// Closes a day: from now on it survives whatever happens.
    ///
    /// # Errors
    /// [`LogError`] if it cannot be made durable; the days before are unharmed.
    pub fn end_day(&mut self, day: u32) -> Result<(), LogError> {
        self.flush_events(day)?;
        if self.keeps.offers {
            self.flush_slates(day)?;
        }
        if self.keeps.money {
            self.flush_money(day)?;
        }
        let Some(Day {
            folder,
            events,
            offers,
            money,
        }) = self.open.take()
        else {
            return Ok(());
        };
        // Events last: a day counts as finished when its events have their final name, and by then its sums are there.
        let tables = [offers, money, Some(events)].into_iter().flatten();
        let closed = tables
            .map(TableWriter::close)
            .collect::<Result<Vec<_>, _>>()?;
        self.write_sums(&folder, &closed)?;
        for table in closed {
            table.publish()?;
        }
        for path in [folder.as_path(), self.root.as_path()] {
            File::open(path)
                .and_then(|d| d.sync_all())
                .map_err(LogError::io(path))?;
        }
        Ok(())
    }

    /// Writes the sums of a day's tables.
    fn write_sums(&self, folder: &Path, tables: &[Closed]) -> Result<(), LogError> {
        let (temporary, target) = (folder.join(".sums.json.tmp"), folder.join(sums::NAME));
        let sums: Sums = tables
            .iter()
            .filter_map(|t| Some((t.target.file_name()?.to_str()?.to_owned(), t.sum.clone())))
            .collect();
        let json = serde_json::to_vec(&sums).map_err(LogError::format(&target))?;
        let write = || -> io::Result<()> {
            let mut file = self.storage.create(&temporary)?;
            file.write_all(&json)?;
            file.flush()?;
            file.sync()
        };
        write().map_err(LogError::io(&temporary))?;
        fs::rename(&temporary, &target).map_err(LogError::io(&target))
    }
}
