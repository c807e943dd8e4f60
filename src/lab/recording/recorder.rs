//! Writes a recording while a city runs.
//!
//! One chunk holds what happens within an hour, and is on disk when the hour is over; behind it stands a small one with the
//! metrics of the hour and what is new in the registers. A chunk can be read alone: its first tick is told from nothing.
//! What is written depends on the city alone, so that two recordings of one run are equal byte for byte.

use std::collections::BTreeMap;
use std::io::BufWriter;
use std::path::Path;

use bevy::ecs::world::World;
use mcap::records::MessageHeader;
use mcap::write::{Metadata, NoSeek};
use mcap::{Attachment, McapError, WriteOptions, Writer};

use super::channel::{Channel, Described};
use super::counters::Counters;
use super::crowd::{self, Seen};
use super::deeds;
use super::error::RecordingError;
use super::header::Header;
use super::level::Detail;
use super::link::Link;
use super::lots::{self, Ground, LotNote, Told};
use super::numbers::{self, Numbers};
use super::offers;
use super::postings;
use super::register::Registrar;
use super::tour::Tour;
use super::wire::Out;
use crate::events::bus::{EventBus, OfferBus};
use crate::events::log::writer::SyncWrite;
use crate::events::money::MoneyRow;
use crate::lab::metrics::book::Book;
use crate::lab::metrics::facts::Ending;
use crate::lab::metrics::headline::headline;
use crate::sim::ids::CampaignId;
use crate::sim::schedule::Simulation;
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR};
use crate::society::avatars::avatar::Avatars;
use crate::society::config::SocietyRules;
use crate::society::spaces::space::Spaces;

/// Name of a recording in a run folder.
pub const NAME: &str = "recording.mcap";

/// Profile of the format that recordings follow.
pub(super) const PROFILE: &str = "agora";

/// Name of the attachment with the captions.
pub(super) const CAPTIONS: &str = "captions.json";

/// Nanoseconds of simulated time in a tick.
pub(super) const NANOS_PER_TICK: u64 = 60_000_000_000;

/// Most bytes of a message: a chunk that is nearly full and then gets all those of a tick is still one that readers take.
pub(super) const MOST_MESSAGE: usize = 3 << 20;

/// Bytes of a chunk beyond which it is closed before its hour is over.
const FULL_CHUNK: usize = 2 << 20;

/// How hard chunks are compressed: harder takes longer and saves little.
const LEVEL: u32 = 6;

/// What the next tick is told against.
#[derive(Debug, Default)]
struct Before {
    link: Link,
    counters: Counters,
    crowd: Vec<Seen>,
}

/// A recording being written.
pub struct Recorder {
    pub(super) file: String,
    out: Writer<NoSeek<BufWriter<Box<dyn SyncWrite>>>>,
    pub(super) detail: Detail,
    pub(super) sequences: [u32; Channel::ALL.len()],
    before: Before,
    is_fresh: bool,
    n_in_chunk: usize,
    base: Option<(u32, Vec<LotNote>)>,
    pub(super) boards: Vec<Option<CampaignId>>,
    pub(super) registrar: Registrar,
    pub(super) n_hours: usize,
    pub(super) n_days: usize,
    commands: Vec<(u32, String)>,
    pub(super) last: u32,
}

impl Recorder {
    /// Begins a recording of a city as it is now; `out` is the file of that path, empty.
    ///
    /// # Errors
    /// [`RecordingError`] if the file cannot be written.
    pub fn begin(
        path: &Path,
        out: Box<dyn SyncWrite>,
        header: &Header,
        world: &World,
        tour: Option<&Tour>,
    ) -> Result<Self, RecordingError> {
        let mut recorder = Self::open(path, out, header)?;
        let book = world.resource::<Book>();
        recorder.n_hours = book.hours_run.len();
        recorder.n_days = book.days.len();
        let tick = header.first_tick;
        let json = serde_json::to_vec(header).map_err(|e| recorder.format(&e.to_string()))?;
        recorder.put(Channel::Header, tick, &json)?;
        if recorder.detail.shows_city() {
            let road_every = world.resource::<SocietyRules>().0.spaces.road_every;
            let ground = Ground::look(world, road_every).write();
            recorder.put(Channel::Ground, tick, &ground)?;
            recorder.put_rows(world, tick)?;
        }
        recorder.put_front(header, tour)?;
        Ok(recorder)
    }

    /// Opens the file; nothing is written to it yet but what its channels are.
    pub(super) fn open(
        path: &Path,
        out: Box<dyn SyncWrite>,
        header: &Header,
    ) -> Result<Self, RecordingError> {
        let file = path.display().to_string();
        let program = concat!("agora ", env!("CARGO_PKG_VERSION"));
        let options = WriteOptions::library(WriteOptions::new(), program)
            .profile(PROFILE)
            // Chunks end with an hour, not by size, and the file is written from front to back.
            .chunk_size(None)
            .disable_seeking(true)
            .compression_level(LEVEL)
            .compression_threads(0);
        let mut out = options
            .create(NoSeek::new(BufWriter::new(out)))
            .map_err(failed(&file))?;
        for channel in Channel::ALL {
            declare(&mut out, channel).map_err(failed(&file))?;
        }
        Ok(Self {
            file,
            out,
            detail: header.detail,
            sequences: [0; Channel::ALL.len()],
            before: Before::default(),
            is_fresh: true,
            n_in_chunk: 0,
            base: None,
            boards: Vec::new(),
            registrar: Registrar::default(),
            n_hours: 0,
            n_days: 0,
            commands: Vec::new(),
            last: header.first_tick,
        })
    }

    /// Ends the chunk before the first tick, and writes what stands behind it: what other programs are told of the recording, and the
    /// captions.
    pub(super) fn put_front(
        &mut self,
        header: &Header,
        tour: Option<&Tour>,
    ) -> Result<(), RecordingError> {
        self.flush()?;
        let metadata = Metadata {
            name: PROFILE.to_owned(),
            metadata: BTreeMap::from(
                [
                    ("format", header.format.to_string()),
                    ("agora", header.agora.clone()),
                    ("scenario", header.scenario.clone()),
                    ("scenario_hash", header.scenario_hash.clone()),
                    ("seed", header.seed.to_string()),
                    ("detail", header.detail.word().to_owned()),
                ]
                .map(|(k, v)| (k.to_owned(), v)),
            ),
        };
        self.out
            .write_metadata(&metadata)
            .map_err(failed(&self.file))?;
        if let Some(tour) = tour {
            let json = serde_json::to_vec(tour).map_err(|e| self.format(&e.to_string()))?;
            let time = u64::from(header.first_tick) * NANOS_PER_TICK;
            let attachment = Attachment {
                log_time: time,
                create_time: time,
                name: CAPTIONS.to_owned(),
                media_type: "application/json".to_owned(),
                data: json.into(),
            };
            self.out.attach(&attachment).map_err(failed(&self.file))?;
        }
        self.out.flush().map_err(failed(&self.file))
    }

    /// Takes down a command, as a line of JSON, and before which tick it was applied: the next one, or for a recording that begins
    /// in the middle of a run any before it.
    pub fn command(&mut self, tick: u32, line: String) {
        self.commands.push((tick, line));
    }

    /// Says whether postings are asked for.
    #[must_use]
    pub fn keeps_postings(&self) -> bool {
        self.detail == Detail::Full
    }

    /// Records the tick that has just run, with its hash and those of the components.
    ///
    /// # Errors
    /// [`RecordingError`] if it cannot be written, or tells more than a recording can hold.
    pub fn tick(
        &mut self,
        sim: &Simulation,
        tick: u32,
        hash: u64,
        parts: &[(&str, u64)],
        postings: &[MoneyRow],
    ) -> Result<(), RecordingError> {
        let world = sim.world();
        self.last = tick;
        self.put_commands()?;
        let events = &world.resource::<EventBus>().current;
        if self.detail.shows_city() {
            let n_spaces = world.resource::<Spaces>().table.len();
            self.boards.resize(n_spaces, None);
            lots::watch_boards(&mut self.boards, events);
            if self.is_fresh {
                self.put_lots(world, tick)?;
            }
        }
        let bits = self.detail.hash_bits();
        let link = Link::of(hash, parts, bits);
        let counters = Counters::look(world, tick);
        let mut out = Out::default();
        link.write(&self.before.link, bits, &mut out);
        counters.write(&self.before.counters, &mut out);
        let mut crowd = Vec::new();
        if self.detail.shows_city() {
            crowd = crowd::look(world.resource::<Avatars>());
            crowd::write(&self.before.crowd, &crowd, tick, &mut out);
            deeds::write(events, &crowd, self.detail, &mut out);
        }
        self.put(Channel::Tick, tick, &out.finish())?;
        if self.detail == Detail::Full {
            let slates = &world.resource::<OfferBus>().slates;
            if !slates.is_empty() {
                self.put(Channel::Offers, tick, &offers::write(slates))?;
            }
            if !postings.is_empty() {
                self.put(Channel::Postings, tick, &postings::write(postings))?;
            }
        }
        self.before = Before {
            link,
            counters,
            crowd,
        };
        self.is_fresh = false;
        let is_hour_over = (tick + 1).is_multiple_of(TICKS_PER_HOUR);
        if is_hour_over || self.n_in_chunk >= FULL_CHUNK {
            self.flush()?;
        }
        if is_hour_over {
            self.end_hour(sim, tick)?;
        }
        Ok(())
    }

    /// Writes the metrics of an hour that is over, and what is new in the registers.
    fn end_hour(&mut self, sim: &Simulation, tick: u32) -> Result<(), RecordingError> {
        let world = sim.world();
        let book = world.resource::<Book>();
        for hour in book.hours_run.get(self.n_hours..).unwrap_or_default() {
            let numbers = numbers::write(&numbers::of_hour(world, hour));
            self.put(Channel::Hour, tick, &numbers)?;
        }
        self.n_hours = book.hours_run.len();
        for (i, day) in book.days.iter().enumerate().skip(self.n_days) {
            let minutes: Vec<f64> = book
                .domain_minutes
                .iter()
                .map(|m| m.get(i).copied().unwrap_or(0.0))
                .collect();
            let numbers = numbers::write(&numbers::of_day(day, &minutes));
            self.put(Channel::Day, tick, &numbers)?;
        }
        if book.days.len() > self.n_days {
            self.n_days = book.days.len();
            let numbers = headline(book, &Ending::of(sim));
            self.put(Channel::Headline, tick, &numbers::write(&numbers))?;
        }
        if self.detail.shows_city() {
            self.put_rows(world, tick)?;
        }
        self.flush()
    }

    /// Writes what is new in the registers.
    fn put_rows(&mut self, world: &World, tick: u32) -> Result<(), RecordingError> {
        while let Some(rows) = self.registrar.write(world) {
            self.put(Channel::Register, tick, &rows)?;
            if self.n_in_chunk >= FULL_CHUNK {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Ends the recording of a run that is over or was stopped: `summary` is the text of its `run.json`. What of an hour that is not over
    /// is new in the registers stands beside it.
    ///
    /// # Errors
    /// [`RecordingError`] if it cannot be written or made durable.
    pub fn finish(
        mut self,
        sim: &Simulation,
        summary: &str,
        metrics: &Numbers,
        facts: &Numbers,
    ) -> Result<(), RecordingError> {
        self.flush()?;
        self.put_commands()?;
        if self.detail.shows_city() {
            self.put_rows(sim.world(), self.last)?;
        }
        self.put(Channel::Headline, self.last, &numbers::write(metrics))?;
        self.put(Channel::Facts, self.last, &numbers::write(facts))?;
        self.put(Channel::Summary, self.last, summary.as_bytes())?;
        self.out.finish().map_err(failed(&self.file))?;
        let path = Path::new(&self.file);
        let mut file = self
            .out
            .into_inner()
            .into_inner()
            .into_inner()
            .map_err(|e| RecordingError::io(path)(e.into_error()))?;
        file.sync().map_err(RecordingError::io(path))
    }

    /// Writes the commands that were taken down.
    fn put_commands(&mut self) -> Result<(), RecordingError> {
        for (tick, line) in std::mem::take(&mut self.commands) {
            self.put(Channel::Command, tick, line.as_bytes())?;
        }
        Ok(())
    }

    /// Writes lots and billboards at the head of a chunk.
    fn put_lots(&mut self, world: &World, tick: u32) -> Result<(), RecordingError> {
        let lots = lots::look(world);
        let day = tick / TICKS_PER_DAY;
        let base = self.base.take().filter(|(t, _)| t / TICKS_PER_DAY == day);
        let told = Told {
            base: base.as_ref().map_or(tick, |b| b.0),
            lots,
            boards: self.boards.clone(),
        };
        let bytes = lots::write(&told, base.as_ref().map(|b| b.1.as_slice()));
        self.base = base.or(Some((tick, told.lots)));
        self.put(Channel::Lots, tick, &bytes)
    }

    /// Writes a message.
    pub(super) fn put(
        &mut self,
        channel: Channel,
        tick: u32,
        bytes: &[u8],
    ) -> Result<(), RecordingError> {
        if bytes.len() > MOST_MESSAGE {
            return Err(RecordingError::TooMuch {
                file: self.file.clone(),
                tick,
                bytes: bytes.len(),
                most: MOST_MESSAGE,
            });
        }
        let sequence = &mut self.sequences[usize::from(channel.id())];
        let time = u64::from(tick) * NANOS_PER_TICK;
        let header = MessageHeader {
            channel_id: channel.id(),
            sequence: *sequence,
            log_time: time,
            publish_time: time,
        };
        *sequence = sequence.wrapping_add(1);
        self.n_in_chunk += bytes.len();
        self.out
            .write_to_known_channel(&header, bytes)
            .map_err(failed(&self.file))
    }

    /// Closes the chunk that is being written; the next tick is told from nothing.
    pub(super) fn flush(&mut self) -> Result<(), RecordingError> {
        self.is_fresh = true;
        self.n_in_chunk = 0;
        self.before = Before::default();
        self.out.flush().map_err(failed(&self.file))
    }

    fn format(&self, cause: &str) -> RecordingError {
        RecordingError::Format {
            file: self.file.clone(),
            cause: cause.to_owned(),
        }
    }
}

/// Wraps an error of the library.
fn failed(file: &str) -> impl Fn(McapError) -> RecordingError {
    let file = file.to_owned();
    move |e| match e {
        McapError::Io(cause) => RecordingError::Io {
            file: file.clone(),
            cause,
        },
        other => RecordingError::Format {
            file: file.clone(),
            cause: other.to_string(),
        },
    }
}

/// Writes a channel and its schema.
fn declare<W: std::io::Write + std::io::Seek>(
    out: &mut Writer<W>,
    channel: Channel,
) -> Result<(), McapError> {
    let (schema, encoding) = match channel.described() {
        Described::Json(name, schema) => {
            let id = out.add_schema(name, "jsonschema", schema.as_bytes())?;
            (id, "json")
        }
        Described::Wire(shape) => {
            let id = out.add_schema(&shape.full_name(), "protobuf", &shape.descriptor())?;
            (id, "protobuf")
        }
    };
    let nothing = BTreeMap::new();
    out.add_channel_with_id(channel.id(), schema, channel.topic(), encoding, &nothing)?;
    Ok(())
}
