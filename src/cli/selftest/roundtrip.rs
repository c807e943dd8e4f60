//! What is read from a recording is what was recorded: every shipped city, at every level, tick by tick.

use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use super::city;
use super::listed;
use crate::cli::CommandError;
use crate::events::behavior::{Event, EventKind, NO_OFFER, NO_SPACE, Surface};
use crate::events::bus::{EventBus, OfferBus};
use crate::events::log::writer::{LogStorage, SyncWrite};
use crate::events::offer::Slate;
use crate::lab::metrics::book::Book;
use crate::lab::recording::{Detail, Recording, Seen, Tour, Trip};
use crate::lab::summary::RunSummary;
use crate::scenario::load::Loaded;
use crate::scenario::run::progress::Run;
use crate::scenario::run::recording::Wanted;
use crate::scenario::source::SHIPPED;
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR};
use crate::society::avatars::avatar::{Activity, Avatars};

/// Residents of each city.
const RESIDENTS: u32 = 150;

/// A file in memory.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    /// Returns a copy of what was written.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl SyncWrite for Memory {
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl LogStorage for Memory {
    fn create(&self, _path: &Path) -> io::Result<Box<dyn SyncWrite>> {
        Ok(Box::new(self.clone()))
    }
}

/// What happened in a tick, as the city itself tells it.
pub struct Happened {
    /// Hash of the state.
    pub hash: u64,
    /// Who was awake.
    pub awake: Vec<Seen>,
    /// What everybody did.
    pub events: Vec<Event>,
    /// What was offered.
    pub slates: Vec<Slate>,
    /// Events so far.
    pub n_events: u64,
}

/// A run, what it says of itself, and its recording.
pub struct Kept {
    /// Tick by tick.
    pub ticks: Vec<Happened>,
    /// At the end.
    pub summary: RunSummary,
    /// The recording.
    pub bytes: Vec<u8>,
}

/// Opens a recording in memory.
///
/// # Errors
/// As [`Recording::read`].
pub fn open(bytes: Vec<u8>) -> Result<Recording, CommandError> {
    let len = bytes.len() as u64;
    Ok(Recording::read(
        Box::new(Cursor::new(bytes)),
        len,
        "memory",
    )?)
}

/// Runs a city for so many ticks, with its recorder on; `steer` is called before each tick.
///
/// # Errors
/// [`CommandError`] if it cannot be founded or recorded.
pub fn record(
    loaded: &Loaded,
    ticks: u32,
    detail: Detail,
    tour: Option<Tour>,
    mut steer: impl FnMut(&mut Run) -> Result<(), CommandError>,
) -> Result<Kept, CommandError> {
    let mut run = Run::begin(loaded, 1, None)?;
    let file = Memory::default();
    let wanted = Wanted {
        path: PathBuf::from("memory"),
        detail,
        tour,
    };
    run.record(&wanted, &file)?;
    let mut all = Vec::new();
    for _ in 0..ticks {
        steer(&mut run)?;
        run.step()?;
        let hash = run.sim.state_hash();
        let world = run.sim.world();
        all.push(Happened {
            hash,
            awake: look(world.resource::<Avatars>()),
            events: world.resource::<EventBus>().current.clone(),
            slates: world.resource::<OfferBus>().slates.clone(),
            n_events: world.resource::<Book>().n_events,
        });
    }
    let (summary, _) = run.leave(String::new(), 1.0)?;
    Ok(Kept {
        ticks: all,
        summary,
        bytes: file.bytes(),
    })
}

/// Looks who is awake, without help of what is to be proven.
fn look(avatars: &Avatars) -> Vec<Seen> {
    let mut all = Vec::new();
    for id in &avatars.awake {
        let a = avatars.get(*id);
        let mut seen = Seen {
            id: *id,
            activity: a.activity,
            space: a.space,
            trip: None,
        };
        if a.activity == Activity::Traveling {
            seen.trip = Some(Trip {
                to: a.destination,
                arrives: a.busy_until,
            });
        }
        all.push(seen);
    }
    all
}

/// Returns what a demo keeps of what happened.
fn in_a_demo(events: &[Event]) -> Vec<Event> {
    let shown_anyway = [
        EventKind::SessionStart,
        EventKind::SessionEnd,
        EventKind::Move,
        EventKind::Browse,
    ];
    let kept = events.iter().filter(|e| !shown_anyway.contains(&e.kind));
    kept.map(|e| {
        let is_billboard = e.kind == EventKind::AdImpression && e.surface == Surface::None;
        let has_place = is_billboard || e.kind == EventKind::LiveAttend;
        Event {
            offer: NO_OFFER,
            space: if has_place { e.space } else { NO_SPACE },
            ..*e
        }
    })
    .collect()
}

/// Compares a tick of a recording with what happened; returns what differs.
///
/// # Errors
/// As the recording says.
pub fn differs(
    recording: &mut Recording,
    tick: u32,
    happened: &Happened,
) -> Result<Option<&'static str>, CommandError> {
    let detail = recording.header().detail;
    let picture = recording.at(tick)?;
    let events = recording.deeds(tick..tick + 1)?;
    let is_as_it_was = match detail {
        Detail::Metrics => events.is_empty() && picture.awake.is_empty(),
        Detail::Demo => events == in_a_demo(&happened.events) && picture.awake == happened.awake,
        Detail::Full => events == happened.events && picture.awake == happened.awake,
    };
    let slates = recording.slates(tick..tick + 1)?;
    let wants_slates = detail == Detail::Full;
    Ok(
        if picture.tick.0 != tick || picture.link.total != happened.hash {
            Some("the state hash")
        } else if picture.counters.events.cast_unsigned() != happened.n_events
            || picture.counters.awake != happened.awake.len() as i64
        {
            Some("the counters")
        } else if !is_as_it_was {
            Some("the city")
        } else if wants_slates && slates != happened.slates || !wants_slates && !slates.is_empty() {
            Some("the slates")
        } else {
            None
        },
    )
}

/// What the proof found.
#[derive(Debug, Default, Serialize)]
pub struct Shown {
    /// Recordings made.
    pub recordings: u32,
    /// Ticks compared.
    pub ticks: u64,
    /// Events recorded in full and compared.
    pub events: u64,
    /// Bytes of all recordings.
    pub bytes: u64,
    /// What was not as it was.
    pub violations: Vec<String>,
}

impl Shown {
    /// Says it in a line.
    #[must_use]
    pub fn line(&self) -> String {
        let text = format!(
            "{} recordings of {} bytes; {} ticks and {} events read as they were: {} violations",
            self.recordings,
            self.bytes,
            self.ticks,
            self.events,
            self.violations.len()
        );
        listed(text, &self.violations)
    }
}

/// Records every shipped city for so many hours, at every level.
///
/// # Errors
/// [`CommandError`] if a city cannot be founded.
pub fn all(hours: u32) -> Result<Shown, CommandError> {
    let mut shown = Shown::default();
    let ticks = hours.saturating_mul(TICKS_PER_HOUR);
    for (name, _) in SHIPPED {
        let loaded = city::shrunk(name, RESIDENTS, ticks.div_ceil(TICKS_PER_DAY))?;
        if loaded.scenario.workload.users > 0 {
            continue;
        }
        for detail in Detail::ALL {
            let kept = record(&loaded, ticks, detail, None, |_| Ok(()))?;
            if let Err(what) = compare(&kept, ticks, &mut shown)? {
                let level = detail.word();
                shown.violations.push(format!("{name} ({level}): {what}"));
            }
        }
    }
    Ok(shown)
}

/// Compares a recording with its run.
fn compare(kept: &Kept, ticks: u32, shown: &mut Shown) -> Result<Result<(), String>, CommandError> {
    let mut recording = open(kept.bytes.clone())?;
    shown.recordings += 1;
    shown.bytes += kept.bytes.len() as u64;
    if recording.ticks() != (0..ticks) || recording.damage().is_some() {
        let (held, damage) = (recording.ticks(), recording.damage());
        return Ok(Err(format!("it holds ticks {held:?} ({damage:?})")));
    }
    // Backwards, so that nothing follows from what was read before.
    for (tick, happened) in kept.ticks.iter().enumerate().rev() {
        if let Some(what) = differs(&mut recording, tick as u32, happened)? {
            return Ok(Err(format!("tick {tick} differs in {what}")));
        }
        shown.ticks += 1;
        if recording.header().detail == Detail::Full {
            shown.events += happened.events.len() as u64;
        }
    }
    let links = recording.links(0..ticks)?;
    let hashes = links.iter().map(|(_, l)| l.total);
    if !hashes.eq(kept.ticks.iter().map(|t| t.hash)) {
        return Ok(Err("the chain of hashes differs".to_owned()));
    }
    let same = recording.summary()?.as_ref() == Some(&kept.summary);
    Ok(if same {
        Ok(())
    } else {
        Err("the summary differs".to_owned())
    })
}
