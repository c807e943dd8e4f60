//! Goes on with a recording whose run was stopped: what it tells of the time before a tick is written anew, and the recorder then
//! stands where it stood at that tick.
//!
//! Messages go through the recorder chunk by chunk, in the order in which they were written, so that the file becomes that of a run
//! that was never stopped, to the byte. Whatever is taken over was held against the run before: the hash of every tick, the hours and
//! days by their number, the registers by their rows.
//! A city is kept at the end of a day only, where a chunk ends: no tick is then told from the one before, and no lots from earlier ones.

use std::path::Path;

use super::channel::Channel;
use super::container::Chunk;
use super::error::{Fault, RecordingError};
use super::header::Header;
use super::link::TOTAL;
use super::picture::{place, span, tick_of};
use super::reading::Recording;
use super::recorder::Recorder;
use super::register::{Register, Registrar};
use super::tour::Tour;
use super::wire::Fields;
use crate::events::log::writer::SyncWrite;
use crate::lab::metrics::book::Book;
use crate::sim::checkpoint::format::hex;
use crate::sim::schedule::Simulation;
use crate::sim::units::Tick;
use crate::society::spaces::space::Spaces;

/// A recording whose run was stopped.
pub struct Stopped {
    recording: Recording,
}

/// The run that goes on, as it is there.
pub struct Here<'a> {
    /// What its recording would say of itself if it began now.
    pub header: &'a Header,
    /// The captions.
    pub tour: Option<&'a Tour>,
    /// The city.
    pub sim: &'a Simulation,
    /// Hash of the whole state after each tick so far.
    pub hashes: &'a [u64],
}

/// What was taken over so far.
#[derive(Default)]
struct Taken {
    ticks: u32,
    n_hours: usize,
    n_days: usize,
    register: Register,
}

impl Stopped {
    /// Opens it, as far as it is whole.
    ///
    /// # Errors
    /// As [`Recording::open`].
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        Recording::open(path).map(|recording| Self { recording })
    }

    /// Complains if what it says of itself is not what a recording of the run would say that goes on with it, but for the components of
    /// its state, which only a city can name.
    ///
    /// # Errors
    /// [`RecordingError::OtherRun`] naming what differs.
    pub fn is_of(&self, header: &Header) -> Result<(), RecordingError> {
        let own = self.recording.header();
        let format = |h: &Header| h.format.to_string();
        let hash = |h: &Header| h.scenario_hash.clone();
        let seed = |h: &Header| h.seed.to_string();
        let level = |h: &Header| h.detail.word().to_owned();
        let begins = |h: &Header| h.first_tick.to_string();
        let told: [(&str, &dyn Fn(&Header) -> String); 5] = [
            ("its format", &format),
            ("the hash of its scenario", &hash),
            ("its seed", &seed),
            ("its level", &level),
            ("its first tick", &begins),
        ];
        for (what, tell) in told {
            let (found, expected) = (tell(own), tell(header));
            if found != expected {
                return Err(self.other(what, found, expected));
            }
        }
        Ok(())
    }

    /// Returns how many ticks it reaches: those up to the end of the last hour of which everything was written.
    #[must_use]
    pub fn reach(&self) -> u32 {
        let hours = self.recording.hours();
        hours.last().map_or(0, |(last, _)| last.0 + 1)
    }

    fn other(&self, what: impl Into<String>, found: String, expected: String) -> RecordingError {
        RecordingError::OtherRun {
            file: self.recording.file().to_owned(),
            what: what.into(),
            found,
            expected,
        }
    }

    /// Reads the hash of a tick and compares it with what the run had.
    fn check_hash(&self, tick: u32, body: &[u8], expected: u64) -> Result<(), RecordingError> {
        let fields = Fields::read(body).and_then(|fields| fields.uint(TOTAL));
        let found = fields
            .map_err(|e| Fault::wire(&place(tick, Channel::Tick))(e).of(self.recording.file()))?;
        if found == expected {
            return Ok(());
        }
        let what = format!("the state hash of tick {tick}");
        Err(self.other(what, hex(found), hex(expected)))
    }
}

impl Recorder {
    /// Goes on, at the tick that comes next in a city, with a recording of it that began with its first tick: `out`, an empty file, gets
    /// what belongs to the ticks before. `path` names it in errors.
    ///
    /// # Errors
    /// [`RecordingError::OtherRun`] if it is not of this run; [`RecordingError::Damaged`] if it does not reach so far or something of it
    /// is not whole; others if a file cannot be read or written.
    pub fn go_on(
        path: &Path,
        out: Box<dyn SyncWrite>,
        mut stopped: Stopped,
        here: &Here<'_>,
    ) -> Result<Self, RecordingError> {
        stopped.is_of(here.header)?;
        let header = stopped.recording.header().clone();
        if header.components != here.header.components {
            let (found, expected) = (&header.components, &here.header.components);
            let what = "the list of its components";
            return Err(stopped.other(what, found.join(", "), expected.join(", ")));
        }
        let mut recorder = Self::open(path, out, &header)?;
        let mut taken = Taken::default();
        let file = stopped.recording.file().to_owned();
        for i in 0..stopped.recording.chunks.len() {
            let at = format!("chunk at byte {}", stopped.recording.chunks[i].at);
            let wrong = |what: &str| Fault::new(&at, what).of(&file);
            let chunk = stopped.recording.unpack(i)?.map_err(|f| f.of(&file))?;
            let ticks = span(&chunk).map_err(|what| wrong(&what))?;
            let is_later = ticks.is_some_and(|(first, _)| first as usize >= here.hashes.len());
            // Whoever stops a run with Ctrl-C is told how it stood; a run that goes on ends otherwise.
            if is_later || is_end(&chunk) {
                break;
            }
            if let Some((first, end)) = ticks {
                if first != taken.ticks {
                    return Err(wrong("its ticks do not follow those before"));
                }
                if taken.ticks == 0 {
                    recorder.put_front(&header, here.tour)?;
                }
                taken.ticks = end;
            }
            recorder.take_over(&chunk, &stopped, here, &mut taken)?;
            recorder.flush()?;
        }
        recorder.stand_where(&mut stopped, here, &taken)?;
        Ok(recorder)
    }

    /// Writes the messages of a chunk as they are.
    fn take_over(
        &mut self,
        chunk: &Chunk,
        stopped: &Stopped,
        here: &Here<'_>,
        taken: &mut Taken,
    ) -> Result<(), RecordingError> {
        let file = stopped.recording.file();
        for m in &chunk.messages {
            let channel = Channel::ALL.get(usize::from(m.channel)).copied();
            let (Some(channel), Some(tick)) = (channel, tick_of(m.time)) else {
                let what = format!("a message of channel {} at {} ns", m.channel, m.time);
                return Err(Fault::new(what, "it is not known").of(file));
            };
            let name = place(tick, channel);
            let wrong = |what: &str| Fault::new(&name, what).of(file);
            if m.sequence != self.sequences[usize::from(channel.id())] {
                return Err(wrong("a message before it is missing"));
            }
            let Some(hash) = here.hashes.get(tick as usize) else {
                return Err(wrong("the run has not come to it yet"));
            };
            let body = chunk.body(m);
            match channel {
                Channel::Tick => stopped.check_hash(tick, body, *hash)?,
                Channel::Hour => taken.n_hours += 1,
                Channel::Day => taken.n_days += 1,
                Channel::Register => {
                    let read = taken.register.read(body, Tick(tick));
                    read.map_err(|e| Fault::wire(&name)(e).of(file))?;
                }
                Channel::Header
                | Channel::Ground
                | Channel::Lots
                | Channel::Offers
                | Channel::Postings
                | Channel::Headline
                | Channel::Command
                | Channel::Summary
                | Channel::Facts => {}
            }
            self.put(channel, tick, body)?;
        }
        Ok(())
    }

    /// Remembers what a recorder remembers at this tick, if all that it would have written was taken over.
    fn stand_where(
        &mut self,
        stopped: &mut Stopped,
        here: &Here<'_>,
        taken: &Taken,
    ) -> Result<(), RecordingError> {
        let world = here.sim.world();
        let book = world.resource::<Book>();
        let ticks = here.hashes.len() as u32;
        let registrar = Registrar::after(&taken.register);
        let reaches = ticks > 0
            && taken.ticks == ticks
            && taken.n_hours == book.hours_run.len()
            && taken.n_days == book.days.len()
            && (!self.detail.shows_city() || registrar.is_up_to_date(world));
        if !reaches {
            let what = format!(
                "it tells of {} ticks, {} hours and {} days whole, with their registers; the run is at tick {ticks}, with {} hours and {} days",
                taken.ticks,
                taken.n_hours,
                taken.n_days,
                book.hours_run.len(),
                book.days.len()
            );
            return Err(Fault::new("its end", what).of(stopped.recording.file()));
        }
        self.registrar = registrar;
        self.n_hours = book.hours_run.len();
        self.n_days = book.days.len();
        self.last = ticks - 1;
        if self.detail.shows_city() {
            self.boards = stopped.recording.at(self.last)?.boards;
            let n_spaces = world.resource::<Spaces>().table.len();
            self.boards.resize(n_spaces, None);
        }
        Ok(())
    }
}

/// Says whether a chunk tells how a run ended or stood when it was stopped.
fn is_end(chunk: &Chunk) -> bool {
    let ends = [Channel::Summary.id(), Channel::Facts.id()];
    chunk.messages.iter().any(|m| ends.contains(&m.channel))
}
