//! What a recording holds beside its ticks: what it says of itself, registers, metrics, commands, captions, how it ended.

use std::ops::Range;

use super::channel::Channel;
use super::error::{Fault, RecordingError};
use super::header::Header;
use super::lots::Ground;
use super::numbers::{Numbers, Series, curves};
use super::reading::Recording;
use super::register::{ItemNote, Person, SpaceNote};
use super::tour::Tour;
use crate::lab::summary::RunSummary;
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR, Tick};

impl Recording {
    /// Returns the name of the file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Returns what the recording says of itself.
    ///
    /// # Panics
    /// Never: a recording without a header is not opened.
    #[must_use]
    pub fn header(&self) -> &Header {
        self.told
            .header
            .as_ref()
            .expect("a recording without a header is not opened")
    }

    /// Returns what is wrong with the file, if anything is; what could be read is right.
    #[must_use]
    pub fn damage(&self) -> Option<&str> {
        self.damage.as_deref()
    }

    /// Returns the ticks that are recorded.
    #[must_use]
    pub fn ticks(&self) -> Range<u32> {
        let first = self
            .spans
            .first()
            .map_or(self.header().first_tick, |s| s.first);
        first..self.spans.last().map_or(first, |s| s.end)
    }

    /// Returns the ground of the city; nothing at level `metrics`.
    #[must_use]
    pub fn ground(&self) -> Option<&Ground> {
        self.told.ground.as_ref()
    }

    /// Returns everybody who was ever in the city, by number.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        &self.told.register.people
    }

    /// Returns everything that was ever published, by number.
    #[must_use]
    pub fn items(&self) -> &[ItemNote] {
        &self.told.register.items
    }

    /// Returns all spaces, by number.
    #[must_use]
    pub fn spaces(&self) -> &[SpaceNote] {
        &self.told.register.spaces
    }

    /// Returns what each campaign advertises.
    #[must_use]
    pub fn campaigns(&self) -> &[u8] {
        &self.told.register.campaigns
    }

    /// Returns metrics by the hour, each with its last tick.
    #[must_use]
    pub fn hours(&self) -> &[(Tick, Numbers)] {
        &self.told.hours
    }

    /// Returns metrics by the day, each with its last tick.
    #[must_use]
    pub fn days(&self) -> &[(Tick, Numbers)] {
        &self.told.days
    }

    /// Returns all metrics as curves: those by the hour, then those by the day.
    #[must_use]
    pub fn series(&self) -> Vec<Series> {
        let mut all = curves(&self.told.hours, TICKS_PER_HOUR);
        all.extend(curves(&self.told.days, TICKS_PER_DAY));
        all
    }

    /// Returns headline metrics as they were last told, and after which tick: at the end, or after the last whole day.
    #[must_use]
    pub fn headline(&self) -> Option<(Tick, &Numbers)> {
        self.told.headline.as_ref().map(|(t, n)| (*t, n))
    }

    /// Returns the commands that steered the city, as lines of JSON, each with the tick before which it was applied.
    #[must_use]
    pub fn commands(&self) -> &[(u32, String)] {
        &self.told.commands
    }

    /// Returns the captions.
    #[must_use]
    pub fn tour(&self) -> Option<&Tour> {
        self.tour.as_ref()
    }

    /// Returns `run.json` of the run as it was written, if the run ended.
    #[must_use]
    pub fn summary_text(&self) -> Option<&str> {
        self.told.summary.as_deref()
    }

    /// Returns the summary of the run, if it ended; its metrics and facts have every bit that they had.
    ///
    /// # Errors
    /// [`RecordingError::Damaged`] if it cannot be read.
    pub fn summary(&self) -> Result<Option<RunSummary>, RecordingError> {
        let Some(text) = &self.told.summary else {
            return Ok(None);
        };
        let mut summary: RunSummary = serde_json::from_str(text)
            .map_err(|e| Fault::new(Channel::Summary.topic(), e.to_string()).of(&self.file))?;
        // A reader of JSON may miss the last bit of a number.
        if let Some((_, metrics)) = &self.told.headline {
            summary.metrics.clone_from(metrics);
        }
        if let Some(facts) = &self.told.facts {
            summary.realism.facts.clone_from(facts);
        }
        Ok(Some(summary))
    }
}
