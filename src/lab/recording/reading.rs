//! A recording as it is read: opened once, then asked for any tick.

use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::channel::Channel;
use super::container::{self, Chunk, Message, Place, Source, Walk};
use super::deeds;
use super::error::{Fault, RecordingError};
use super::header::FORMAT;
use super::link::Link;
use super::lots::{self, LotNote};
use super::notes::{BY_TICK, Notes};
use super::offers;
use super::picture::{Picture, of_channel, place, span, tick_of};
use super::postings;
use super::recorder::MOST_MESSAGE;
use super::tour::Tour;
use super::wire::Fields;
use crate::events::behavior::Event;
use crate::events::money::MoneyRow;
use crate::events::offer::Slate;
use crate::sim::units::{TICKS_PER_HOUR, Tick};

/// Ticks of a chunk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    chunk: usize,
    pub(super) first: u32,
    pub(super) end: u32,
}

/// The chunk that was read last, and how far.
struct Opened {
    span: usize,
    chunk: Chunk,
    /// The tick messages, in order.
    ticks: Vec<Message>,
    /// How many of them the picture has heard.
    heard: usize,
    picture: Picture,
    begins: Picture,
}

/// A recording that was opened.
pub struct Recording {
    pub(super) file: String,
    source: Box<dyn Source>,
    chunks: Vec<Place>,
    pub(super) spans: Vec<Span>,
    pub(super) told: Notes,
    pub(super) tour: Option<Tour>,
    pub(super) damage: Option<String>,
    opened: Option<Opened>,
    base: Option<(u32, Arc<Vec<LotNote>>)>,
}

impl Recording {
    /// Opens a recording. One that was cut short or damaged is opened as far as it is whole; [`Recording::damage`] says so.
    ///
    /// # Errors
    /// [`RecordingError`] if the file cannot be read, is no recording, or nothing of it is whole.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let file = File::open(path).map_err(RecordingError::io(path))?;
        let kind = file.metadata().map_err(RecordingError::io(path))?;
        let name = path.display().to_string();
        if !kind.is_file() {
            let why = "it is not a file".to_owned();
            return Err(RecordingError::Foreign { file: name, why });
        }
        Self::read(Box::new(file), kind.len(), &name)
    }

    /// Opens a recording of so many bytes from anything that can be read; `file` is named in errors.
    ///
    /// # Errors
    /// As [`Recording::open`].
    pub fn read(source: Box<dyn Source>, len: u64, file: &str) -> Result<Self, RecordingError> {
        let mut source = source;
        let io = |cause| RecordingError::Io {
            file: file.to_owned(),
            cause,
        };
        let walk = container::walk(&mut source, len).map_err(io)?;
        if walk.chunks.is_empty() {
            return Err(not_a_recording(file, walk));
        }
        let Walk {
            chunks,
            captions,
            captions_fault,
            fault,
            is_sound,
        } = walk;
        let mut recording = Self {
            file: file.to_owned(),
            source,
            chunks,
            spans: Vec::new(),
            told: Notes::default(),
            tour: None,
            damage: fault.map(|f| f.to_string()),
            opened: None,
            base: None,
        };
        recording.gather(is_sound)?;
        let tour = captions.map(|bytes| read_tour(&bytes)).transpose();
        match tour {
            Ok(tour) => recording.tour = tour,
            Err(fault) => recording.spoiled(&fault),
        }
        if let Some(fault) = captions_fault {
            recording.spoiled(&fault);
        }
        Ok(recording)
    }

    /// Reads everything that does not belong to one tick. What has no checksum is read whole, and ends where something is wrong.
    fn gather(&mut self, is_sound: bool) -> Result<(), RecordingError> {
        for i in 0..self.chunks.len() {
            let channels = self.chunks[i].channels;
            let heard = if is_sound && channels != 0 && channels & !BY_TICK == 0 {
                self.trust(i)
            } else {
                self.hear(i, is_sound)?
            };
            if let Err(fault) = heard {
                if is_sound || self.told.header.is_none() {
                    return Err(fault.of(&self.file));
                }
                self.spoiled(&fault);
                self.chunks.truncate(i);
                self.spans.retain(|s| s.chunk < i);
                break;
            }
            if i == 0 {
                self.check_header()?;
            }
        }
        Ok(())
    }

    /// Takes a chunk's ticks from its times.
    fn trust(&mut self, i: usize) -> Result<(), Fault> {
        let chunk = &self.chunks[i];
        let times = (tick_of(chunk.start), tick_of(chunk.end));
        let name = format!("chunk at byte {}", chunk.at);
        let (Some(first), Some(last)) = times else {
            return Err(Fault::new(name, "it has a message of no tick's time"));
        };
        if last < first || last - first >= TICKS_PER_HOUR {
            return Err(Fault::new(name, "it has more ticks than an hour"));
        }
        self.add_span(i, first, last + 1)
    }

    fn add_span(&mut self, chunk: usize, first: u32, end: u32) -> Result<(), Fault> {
        let expected = match (self.spans.last(), &self.told.header) {
            (Some(span), _) => span.end,
            (None, Some(header)) => header.first_tick,
            (None, None) => first,
        };
        if first != expected {
            let name = format!("chunk at byte {}", self.chunks[chunk].at);
            let what = format!("it begins with tick {first}, tick {expected} should come first");
            return Err(Fault::new(name, what));
        }
        self.spans.push(Span { chunk, first, end });
        Ok(())
    }

    /// Unpacks a chunk and reads it.
    fn hear(&mut self, i: usize, is_sound: bool) -> Result<Result<(), Fault>, RecordingError> {
        let chunk = match self.unpack(i)? {
            Ok(chunk) => chunk,
            Err(fault) => return Ok(Err(fault)),
        };
        let name = format!("chunk at byte {}", self.chunks[i].at);
        // Where all is sound, chunks were passed over, and so were their numbers.
        let counted = if is_sound {
            Ok(())
        } else {
            self.told.count(&chunk)
        };
        let heard = counted
            .and_then(|()| span(&chunk))
            .map_err(|what| Fault::new(name, what))
            .and_then(|ticks| {
                if let Some((first, end)) = ticks {
                    self.add_span(i, first, end)?;
                }
                self.told.hear(&chunk)
            });
        Ok(heard)
    }

    fn check_header(&self) -> Result<(), RecordingError> {
        let Some(header) = &self.told.header else {
            return Err(RecordingError::Foreign {
                file: self.file.clone(),
                why: "it has no header".to_owned(),
            });
        };
        if header.format > FORMAT {
            return Err(RecordingError::Version {
                file: self.file.clone(),
                found: header.format,
                known: FORMAT,
            });
        }
        Ok(())
    }

    fn spoiled(&mut self, fault: &Fault) {
        let more = fault.to_string();
        self.damage = Some(match self.damage.take() {
            None => more,
            Some(known) => format!("{known}; {more}"),
        });
    }

    fn unpack(&mut self, i: usize) -> Result<Result<Chunk, Fault>, RecordingError> {
        container::unpack(&mut self.source, &self.chunks[i]).map_err(|cause| RecordingError::Io {
            file: self.file.clone(),
            cause,
        })
    }

    /// Returns the city as it was after a tick.
    ///
    /// Ticks in a row cost one step each; any other costs at most an hour of them.
    ///
    /// # Errors
    /// [`RecordingError`] if the tick was not recorded, or the file is damaged there.
    pub fn at(&mut self, tick: u32) -> Result<Picture, RecordingError> {
        self.move_to(tick).map(|opened| opened.picture.clone())
    }

    /// Returns what happened in some ticks, in order; ticks that were not recorded are passed over.
    ///
    /// # Errors
    /// [`RecordingError`] if the file is damaged there.
    pub fn deeds(&mut self, ticks: Range<u32>) -> Result<Vec<Event>, RecordingError> {
        let held = self.ticks();
        let file = self.file.clone();
        let mut all = Vec::new();
        for tick in ticks.start.max(held.start)..ticks.end.min(held.end) {
            let opened = self.move_to(tick)?;
            let name = place(tick, Channel::Tick);
            let wrong = |e| Fault::wire(&name)(e).of(&file);
            let message = &opened.ticks[opened.heard - 1];
            let fields = Fields::read(opened.chunk.body(message)).map_err(wrong)?;
            let awake = &opened.picture.awake;
            deeds::read(&fields, awake, Tick(tick), |e| all.push(e)).map_err(wrong)?;
        }
        Ok(all)
    }

    /// Moves the picture to a tick.
    fn move_to(&mut self, tick: u32) -> Result<&Opened, RecordingError> {
        let i = self.span_of(tick)?;
        self.load(i)?;
        let mut opened = self.opened.take().expect("loaded above");
        let wanted = (tick - self.spans[i].first) as usize + 1;
        if wanted < opened.heard {
            opened.heard = 0;
            opened.picture.clone_from(&opened.begins);
        }
        while opened.heard < wanted {
            // Half a step is none: after a fault the next question begins anew.
            let message = &opened.ticks[opened.heard];
            opened
                .picture
                .advance(&opened.chunk, message)
                .map_err(|fault| fault.of(&self.file))?;
            opened.heard += 1;
        }
        Ok(self.opened.insert(opened))
    }

    /// Returns the slates of some ticks; only a recording in full has any.
    ///
    /// # Errors
    /// [`RecordingError`] if the file is damaged there.
    pub fn slates(&mut self, ticks: Range<u32>) -> Result<Vec<Slate>, RecordingError> {
        let mut all = Vec::new();
        self.each(ticks, Channel::Offers, |tick, body, name| {
            all.extend(offers::read(body, Tick(tick)).map_err(Fault::wire(name))?);
            Ok(())
        })?;
        Ok(all)
    }

    /// Returns the postings of some ticks; only a recording in full has any.
    ///
    /// # Errors
    /// [`RecordingError`] if the file is damaged there.
    pub fn postings(&mut self, ticks: Range<u32>) -> Result<Vec<MoneyRow>, RecordingError> {
        let mut all = Vec::new();
        self.each(ticks, Channel::Postings, |tick, body, name| {
            all.extend(postings::read(body, Tick(tick)).map_err(Fault::wire(name))?);
            Ok(())
        })?;
        Ok(all)
    }

    /// Returns the state hashes of some ticks.
    ///
    /// # Errors
    /// [`RecordingError`] if the file is damaged there.
    pub fn links(&mut self, ticks: Range<u32>) -> Result<Vec<(u32, Link)>, RecordingError> {
        let mut all: Vec<(u32, Link)> = Vec::new();
        // The hashes of a tick are told against those before it, back to the head of its chunk.
        let from = self.spans.partition_point(|s| s.end <= ticks.start);
        let first = self.spans.get(from).map_or(ticks.start, |s| s.first);
        let heads: Vec<u32> = self.spans.iter().map(|s| s.first).collect();
        self.each(first..ticks.end, Channel::Tick, |tick, body, name| {
            let wrong = Fault::wire(name);
            let fields = Fields::read(body).map_err(&wrong)?;
            let nothing = Link::default();
            let before = match all.last() {
                Some((_, link)) if heads.binary_search(&tick).is_err() => link,
                _ => &nothing,
            };
            let link = Link::read(&fields, before).map_err(&wrong)?;
            all.push((tick, link));
            Ok(())
        })?;
        all.retain(|(t, _)| ticks.contains(t));
        Ok(all)
    }

    /// Reads everything once: an error is the first thing that is wrong.
    ///
    /// # Errors
    /// [`RecordingError`] naming the tick and the channel.
    pub fn check(&mut self) -> Result<(), RecordingError> {
        for tick in self.ticks() {
            self.at(tick)?;
            self.slates(tick..tick + 1)?;
            self.postings(tick..tick + 1)?;
        }
        Ok(())
    }

    fn span_of(&self, tick: u32) -> Result<usize, RecordingError> {
        let i = self.spans.partition_point(|s| s.end <= tick);
        match self.spans.get(i) {
            Some(s) if s.first <= tick => Ok(i),
            _ => {
                let ticks = self.ticks();
                let held = if ticks.is_empty() {
                    "no ticks".to_owned()
                } else {
                    format!("{} to {}", ticks.start, ticks.end - 1)
                };
                Err(RecordingError::NoTick {
                    file: self.file.clone(),
                    tick,
                    held,
                })
            }
        }
    }

    /// Hands on the messages of a channel in some ticks.
    fn each(
        &mut self,
        ticks: Range<u32>,
        channel: Channel,
        mut hear: impl FnMut(u32, &[u8], &str) -> Result<(), Fault>,
    ) -> Result<(), RecordingError> {
        let from = self.spans.partition_point(|s| s.end <= ticks.start);
        for i in from..self.spans.len() {
            if self.spans[i].first >= ticks.end {
                break;
            }
            self.load(i)?;
            let Some(opened) = &self.opened else { continue };
            for (tick, m) in of_channel(&opened.chunk, channel) {
                if !ticks.contains(&tick) {
                    continue;
                }
                let (body, name) = (opened.chunk.body(m), place(tick, channel));
                if body.len() > MOST_MESSAGE {
                    let what = format!("it has {} bytes, {MOST_MESSAGE} are allowed", body.len());
                    return Err(Fault::new(name, what).of(&self.file));
                }
                hear(tick, body, &name).map_err(|fault| fault.of(&self.file))?;
            }
        }
        Ok(())
    }

    /// Reads the chunk of a span, unless it is the one that was read last.
    fn load(&mut self, i: usize) -> Result<(), RecordingError> {
        if self.opened.as_ref().is_some_and(|o| o.span == i) {
            return Ok(());
        }
        self.opened = None;
        let Span { chunk, first, end } = self.spans[i];
        let at = format!("chunk at byte {}", self.chunks[chunk].at);
        let file = self.file.clone();
        let opened = self.unpack(chunk)?.map_err(|fault| fault.of(&file))?;
        let found = span(&opened).map_err(|what| Fault::new(&at, what).of(&file))?;
        if found != Some((first, end)) {
            let what = "its ticks are not those that its times say";
            return Err(Fault::new(&at, what).of(&file));
        }
        let ticks = of_channel(&opened, Channel::Tick)
            .map(|(_, m)| m.clone())
            .collect();
        let begins = self.beginning(&opened)?;
        self.opened = Some(Opened {
            span: i,
            chunk: opened,
            ticks,
            heard: 0,
            picture: begins.clone(),
            begins,
        });
        Ok(())
    }

    /// Returns the picture before the first tick of a chunk: nobody is there, but lots and billboards are told.
    fn beginning(&mut self, chunk: &Chunk) -> Result<Picture, RecordingError> {
        let mut picture = Picture::default();
        let Some(ground) = &self.told.ground else {
            return Ok(picture);
        };
        let n_parcels = ground.cells.len();
        let n_spaces = self.told.register.spaces.len();
        let Some((tick, m)) = of_channel(chunk, Channel::Lots).next() else {
            return Ok(picture);
        };
        let file = self.file.clone();
        let name = place(tick, Channel::Lots);
        let wrong = |e| Fault::wire(&name)(e).of(&file);
        let body = chunk.body(m);
        let base = lots::base_of(body).map_err(wrong)?;
        let whole = if base == tick {
            None
        } else {
            Some(self.whole_lots(base, n_parcels)?)
        };
        let base_lots = whole.as_ref().map(|w| w.as_slice());
        let told = lots::read(body, base_lots, n_parcels, n_spaces).map_err(wrong)?;
        picture.lots = Arc::new(told.lots);
        picture.boards = told.boards;
        if base == tick {
            self.base = Some((tick, Arc::clone(&picture.lots)));
        }
        Ok(picture)
    }

    /// Returns the lots that others are told against.
    fn whole_lots(
        &mut self,
        tick: u32,
        n_parcels: usize,
    ) -> Result<Arc<Vec<LotNote>>, RecordingError> {
        if let Some((t, lots)) = &self.base
            && *t == tick
        {
            return Ok(Arc::clone(lots));
        }
        let i = self.span_of(tick)?;
        let file = self.file.clone();
        let chunk = self
            .unpack(self.spans[i].chunk)?
            .map_err(|fault| fault.of(&file))?;
        let name = place(tick, Channel::Lots);
        let wrong = |e| Fault::wire(&name)(e).of(&file);
        let found = of_channel(&chunk, Channel::Lots).find(|(t, _)| *t == tick);
        let body = found.map(|(_, m)| chunk.body(m)).unwrap_or_default();
        if lots::base_of(body).map_err(wrong)? != tick {
            return Err(Fault::new(&name, "it should tell all lots, and does not").of(&file));
        }
        let told = lots::read(body, None, n_parcels, 0).map_err(wrong)?;
        let lots = Arc::new(told.lots);
        self.base = Some((tick, Arc::clone(&lots)));
        Ok(lots)
    }
}

/// Reads the captions.
fn read_tour(bytes: &[u8]) -> Result<Tour, Fault> {
    let tour: Tour =
        serde_json::from_slice(bytes).map_err(|e| Fault::new("captions", e.to_string()))?;
    tour.check().map_err(|what| Fault::new("captions", what))?;
    Ok(tour)
}

/// Says why a file without a chunk cannot be opened.
fn not_a_recording(file: &str, walk: Walk) -> RecordingError {
    let why = walk
        .fault
        .map_or_else(|| "it is empty".to_owned(), |f| f.to_string());
    RecordingError::Foreign {
        file: file.to_owned(),
        why,
    }
}
