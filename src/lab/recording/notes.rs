//! What a recording says that does not belong to one tick: read once, when it is opened.

use super::channel::Channel;
use super::container::Chunk;
use super::error::Fault;
use super::header::{FORMAT, Header, Lead};
use super::lots::Ground;
use super::numbers::{self, Numbers};
use super::picture::{place, tick_of};
use super::register::Register;
use crate::sim::units::Tick;

/// Everything that is read when a recording is opened.
#[derive(Default)]
pub(super) struct Notes {
    /// Its format.
    pub(super) format: Option<u32>,
    /// What it says of itself.
    pub(super) header: Option<Header>,
    /// The ground.
    pub(super) ground: Option<Ground>,
    /// People, items, spaces, campaigns.
    pub(super) register: Register,
    /// Metrics by the hour.
    pub(super) hours: Vec<(Tick, Numbers)>,
    /// Metrics by the day.
    pub(super) days: Vec<(Tick, Numbers)>,
    /// The last headline metrics.
    pub(super) headline: Option<(Tick, Numbers)>,
    /// The facts of the scorecard.
    pub(super) facts: Option<Numbers>,
    /// Commands, each with the tick before which it was applied.
    pub(super) commands: Vec<(u32, String)>,
    /// The text of `run.json`.
    pub(super) summary: Option<String>,
    /// The next number of each channel's messages.
    sequences: [u32; Channel::ALL.len()],
}

/// Channels that are read tick by tick; messages of all others are read when a recording is opened.
pub(super) const BY_TICK: u64 = (1 << Channel::Lots.id())
    | (1 << Channel::Tick.id())
    | (1 << Channel::Offers.id())
    | (1 << Channel::Postings.id());

impl Notes {
    /// Reads what a chunk says that does not belong to one tick; `end` is the tick after the last one so far.
    pub(super) fn hear(&mut self, chunk: &Chunk, end: Option<u32>) -> Result<(), Fault> {
        for m in &chunk.messages {
            let Some(channel) = Channel::ALL.get(usize::from(m.channel)).copied() else {
                continue;
            };
            let tick = tick_of(m.time)
                .ok_or_else(|| Fault::new(channel.topic(), "it has a message of no tick's time"))?;
            let body = chunk.body(m);
            let name = place(tick, channel);
            let wrong = Fault::wire(&name);
            let text = || {
                std::str::from_utf8(body)
                    .map(str::to_owned)
                    .map_err(|e| Fault::new(&name, format!("not UTF-8 text ({e})")))
            };
            match channel {
                Channel::Header => {
                    let json = |e: serde_json::Error| Fault::new(&name, e.to_string());
                    let Lead { format } = serde_json::from_slice(body).map_err(json)?;
                    self.format.get_or_insert(format);
                    if format > FORMAT {
                        return Err(Fault::new(&name, format!("its format is {format}")));
                    }
                    let header = serde_json::from_slice(body).map_err(json)?;
                    self.header.get_or_insert(header);
                }
                Channel::Ground => self.ground = Some(Ground::read(body).map_err(wrong)?),
                Channel::Register => self.register.read(body, Tick(tick)).map_err(wrong)?,
                Channel::Hour => add(&mut self.hours, tick, end, body, &name)?,
                Channel::Day => add(&mut self.days, tick, end, body, &name)?,
                Channel::Headline => {
                    self.headline = Some((Tick(tick), numbers::read(body).map_err(wrong)?));
                }
                Channel::Facts => self.facts = Some(numbers::read(body).map_err(wrong)?),
                Channel::Command => self.commands.push((tick, text()?)),
                Channel::Summary => self.summary = Some(text()?),
                Channel::Lots | Channel::Tick | Channel::Offers | Channel::Postings => {}
            }
        }
        Ok(())
    }

    /// Checks that no message is missing before or within a chunk.
    pub(super) fn count(&mut self, chunk: &Chunk) -> Result<(), String> {
        for m in &chunk.messages {
            let Some(next) = self.sequences.get_mut(usize::from(m.channel)) else {
                continue;
            };
            if m.sequence != *next {
                return Err(format!(
                    "message {} of channel {} stands where message {next} should",
                    m.sequence, m.channel
                ));
            }
            *next = next.wrapping_add(1);
        }
        Ok(())
    }
}

/// Adds the numbers of an hour or day, which must be over with the last tick so far: a file has no more of them than its ticks
/// account for.
fn add(
    rows: &mut Vec<(Tick, Numbers)>,
    tick: u32,
    end: Option<u32>,
    body: &[u8],
    name: &str,
) -> Result<(), Fault> {
    let is_next = end == Some(tick + 1) && rows.last().is_none_or(|(t, _)| t.0 < tick);
    if !is_next {
        return Err(Fault::new(name, "it does not stand behind its last tick"));
    }
    let numbers = numbers::read(body).map_err(Fault::wire(name))?;
    rows.push((Tick(tick), numbers));
    Ok(())
}
