//! A recording that was opened: asked for any tick, it reads one chunk and what the day's first picture of the lots takes.

use std::ops::Range;
use std::sync::Arc;

use super::channel::Channel;
use super::container::{self, Chunk, Message, Place, Source};
use super::deeds;
use super::error::{Fault, RecordingError};
use super::link::Link;
use super::lots::{self, LotNote};
use super::notes::Notes;
use super::offers;
use super::picture::{Picture, of_channel, place, span};
use super::postings;
use super::tour::Tour;
use super::wire::Fields;
use crate::events::behavior::Event;
use crate::events::money::MoneyRow;
use crate::events::offer::Slate;
use crate::sim::units::Tick;

/// Ticks of a chunk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) chunk: usize,
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
    pub(super) chunks: Vec<Place>,
    pub(super) spans: Vec<Span>,
    pub(super) told: Notes,
    pub(super) tour: Option<Tour>,
    pub(super) damage: Option<String>,
    opened: Option<Opened>,
    base: Option<(u32, Arc<Vec<LotNote>>)>,
}

impl Recording {
    /// Makes one of chunks that were found, before anything is read of them.
    pub(super) fn of_chunks(
        file: &str,
        source: Box<dyn Source>,
        chunks: Vec<Place>,
        damage: Option<String>,
    ) -> Self {
        Self {
            file: file.to_owned(),
            source,
            chunks,
            spans: Vec::new(),
            told: Notes::default(),
            tour: None,
            damage,
            opened: None,
            base: None,
        }
    }

    /// Unpacks a chunk.
    pub(super) fn unpack(&mut self, i: usize) -> Result<Result<Chunk, Fault>, RecordingError> {
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
        let bits = self.header().detail.hash_bits();
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
                .advance(&opened.chunk, message, bits)
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
        let bits = self.header().detail.hash_bits();
        self.each(first..ticks.end, Channel::Tick, |tick, body, name| {
            let wrong = Fault::wire(name);
            let fields = Fields::read(body).map_err(&wrong)?;
            let nothing = Link::default();
            let before = match all.last() {
                Some((_, link)) if heads.binary_search(&tick).is_err() => link,
                _ => &nothing,
            };
            let link = Link::read(&fields, before, bits).map_err(&wrong)?;
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
        for Span { first, end, .. } in self.spans.clone() {
            for tick in first..end {
                self.move_to(tick)?;
            }
            self.slates(first..end)?;
            self.postings(first..end)?;
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
                hear(tick, opened.chunk.body(m), &place(tick, channel))
                    .map_err(|fault| fault.of(&self.file))?;
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
