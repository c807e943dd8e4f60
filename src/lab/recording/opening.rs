//! Opens a recording: finds its chunks and ticks, and reads everything that does not belong to one tick.
//!
//! Where the checksum of the whole file is right, chunks that hold nothing but ticks are passed over; else every chunk is read,
//! and the recording ends before the first that is not right.

use std::fs::File;
use std::path::Path;

use super::container::{self, Source, Walk};
use super::error::{Fault, RecordingError};
use super::header::FORMAT;
use super::notes::BY_TICK;
use super::picture::{span, tick_of};
use super::reading::{Recording, Span};
use super::tour::Tour;
use crate::sim::units::TICKS_PER_HOUR;

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
        let damage = fault.map(|f| f.to_string());
        let mut recording = Self::of_chunks(file, source, chunks, damage);
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
            self.check_format()?;
            if let Err(fault) = heard {
                if is_sound || self.told.header.is_none() {
                    return Err(fault.of(&self.file));
                }
                self.spoiled(&fault);
                self.chunks.truncate(i);
                self.spans.retain(|s| s.chunk < i);
                break;
            }
            if self.told.header.is_none() {
                let why = "it has no header".to_owned();
                let file = self.file.clone();
                return Err(RecordingError::Foreign { file, why });
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
                let end = self.spans.last().map(|s| s.end);
                self.told.hear(&chunk, end)
            });
        Ok(heard)
    }

    /// Refuses a later format, whatever else is wrong: what it tells need not be what this one reads.
    fn check_format(&self) -> Result<(), RecordingError> {
        match self.told.format {
            Some(found) if found > FORMAT => Err(RecordingError::Version {
                file: self.file.clone(),
                found,
                known: FORMAT,
            }),
            _ => Ok(()),
        }
    }

    fn spoiled(&mut self, fault: &Fault) {
        let more = fault.to_string();
        self.damage = Some(match self.damage.take() {
            None => more,
            Some(known) => format!("{known}; {more}"),
        });
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
