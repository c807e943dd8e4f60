//! What a recording says of one tick: everything it takes to draw the city as it was.

use std::sync::Arc;

use super::channel::Channel;
use super::container::{Chunk, Message};
use super::counters::Counters;
use super::crowd::{self, Seen};
use super::deeds;
use super::error::Fault;
use super::link::Link;
use super::lots::{LotNote, watch_boards};
use super::recorder::NANOS_PER_TICK;
use super::wire::Fields;
use crate::sim::ids::CampaignId;
use crate::sim::units::{TICKS_PER_HOUR, Tick};

/// Most people in a city that a recording is read of.
const MOST_AWAKE: usize = 1 << 20;

/// The city after a tick.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Picture {
    /// After which tick.
    pub tick: Tick,
    /// Its hashes.
    pub link: Link,
    /// Its counters.
    pub counters: Counters,
    /// Everybody in the city, by id.
    pub awake: Vec<Seen>,
    /// By space, whose ad the billboard beside it showed last.
    pub boards: Vec<Option<CampaignId>>,
    /// Lots, by parcel, as they were when the chunk began: at most an hour before.
    pub lots: Arc<Vec<LotNote>>,
}

/// Returns the tick of a time.
pub(super) fn tick_of(time: u64) -> Option<u32> {
    let tick = u32::try_from(time / NANOS_PER_TICK).ok()?;
    (time.is_multiple_of(NANOS_PER_TICK) && tick < u32::MAX).then_some(tick)
}

/// Checks that a chunk tells of ticks without a gap, and returns the first and the one after the last; nothing if it tells of none.
pub(super) fn span(chunk: &Chunk) -> Result<Option<(u32, u32)>, String> {
    let mut span: Option<(u32, u32)> = None;
    for m in &chunk.messages {
        if m.channel != Channel::Tick.id() {
            continue;
        }
        let tick = tick_of(m.time).ok_or("it has a message of no tick's time")?;
        span = match span {
            None => Some((tick, tick + 1)),
            Some((first, end)) if end == tick => Some((first, end + 1)),
            Some((_, end)) => {
                return Err(format!("tick {tick} stands where tick {end} should"));
            }
        };
    }
    match span {
        Some((first, end)) if end - first > TICKS_PER_HOUR => {
            Err(format!("it has {} ticks, more than an hour", end - first))
        }
        span => Ok(span),
    }
}

/// Names a message in errors.
pub(super) fn place(tick: u32, channel: Channel) -> String {
    format!("tick {tick}, {}", channel.topic())
}

/// Lists the messages of a channel with their ticks.
pub(super) fn of_channel(chunk: &Chunk, channel: Channel) -> impl Iterator<Item = (u32, &Message)> {
    chunk
        .messages
        .iter()
        .filter(move |m| m.channel == channel.id())
        .filter_map(|m| tick_of(m.time).map(|t| (t, m)))
}

impl Picture {
    /// Moves on by a tick.
    pub(super) fn advance(
        &mut self,
        chunk: &Chunk,
        message: &Message,
        hash_bits: u32,
    ) -> Result<(), Fault> {
        let tick = tick_of(message.time).unwrap_or(0);
        let name = place(tick, Channel::Tick);
        let wrong = Fault::wire(&name);
        let fields = Fields::read(chunk.body(message)).map_err(&wrong)?;
        self.link = Link::read(&fields, &self.link, hash_bits).map_err(&wrong)?;
        self.counters = Counters::read(&fields, &self.counters).map_err(&wrong)?;
        self.awake = crowd::read(&fields, &self.awake, tick).map_err(&wrong)?;
        if self.awake.len() > MOST_AWAKE {
            let what = format!(
                "{} people are in the city, {MOST_AWAKE} are allowed",
                self.awake.len()
            );
            return Err(Fault::new(name.clone(), what));
        }
        // Lots come with the billboards of the chunk's first tick; what follows is told by what people were shown.
        let boards = &mut self.boards;
        let awake = &self.awake;
        deeds::read(&fields, awake, Tick(tick), |e| watch_boards(boards, &[e])).map_err(&wrong)?;
        self.tick = Tick(tick);
        Ok(())
    }
}
