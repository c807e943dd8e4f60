//! The rows of the event stream that match what is asked for.

use std::fmt::Write as _;

use super::groups::readable;
use super::query::Query;
use crate::desktop::view::recent::Recent;
use crate::desktop::view::sight::Ask;
use crate::desktop::view::subject::Subject;
use crate::events::behavior::{Event, EventKind, NO_OFFER, NO_POSITION, Surface};
use crate::sim::ids::{AvatarId, SpaceId};
use crate::sim::units::{Coins, Tick};
use crate::society::spaces::space::SpaceKind;

/// Rows shown at most.
pub(super) const MOST_ROWS: usize = 500;

/// One event as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    /// When.
    pub tick: Tick,
    /// Who.
    pub who: AvatarId,
    /// What.
    pub kind: EventKind,
    /// Whom or which.
    pub what: Option<Subject>,
    /// Where in the city, and what kind of place it is.
    pub place: Option<(SpaceId, &'static str)>,
    /// Where on the screen, with the position from 1 if it answers a slot.
    pub surface: Option<String>,
    /// How long, in seconds; 0 for what takes no time.
    pub dwell_secs: u32,
    /// At what price; coins, but outside money for ads and top-ups.
    pub amount: Coins,
    /// Answering which offer.
    pub offer: Option<u64>,
}

/// The rows of the panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventsView {
    /// The newest that match, newest first, at most [`MOST_ROWS`].
    pub rows: Vec<EventRow>,
    /// Whether more match than are shown.
    pub has_more: bool,
    /// Events kept, and searched.
    pub kept: usize,
    /// Events since the run began.
    pub total: u64,
    /// Events of the last simulated minute.
    pub in_last_tick: u64,
    /// The tick that runs next.
    pub now: Tick,
    /// Events kept by kind, in the order of the kinds.
    pub of_kind: Vec<u32>,
    /// The search that these rows answer.
    pub search: String,
    /// The kinds they leave out.
    pub hidden: Vec<String>,
}

/// Fills the rows; `kinds` says what each space is.
pub(super) fn fill(recent: &Recent, kinds: &[SpaceKind], now: Tick, ask: &Ask) -> EventsView {
    let query = Query::new(&ask.event_search, &ask.hidden_events);
    let mut found = recent.newest_first().filter(|e| query.matches(e, kinds));
    let rows: Vec<EventRow> = found
        .by_ref()
        .take(MOST_ROWS)
        .map(|e| row(e, kinds))
        .collect();
    EventsView {
        has_more: rows.len() == MOST_ROWS && found.next().is_some(),
        rows,
        kept: recent.len(),
        total: recent.total,
        in_last_tick: recent.in_last_tick,
        now,
        of_kind: EventKind::ALL.iter().map(|k| recent.count(*k)).collect(),
        search: ask.event_search.clone(),
        hidden: ask.hidden_events.clone(),
    }
}

fn row(e: &Event, kinds: &[SpaceKind]) -> EventRow {
    EventRow {
        tick: e.tick,
        who: e.avatar,
        kind: e.kind,
        what: Subject::of(e.thing),
        place: place(e, kinds),
        surface: (e.surface != Surface::None).then(|| match e.position {
            NO_POSITION => e.surface.word().replace('_', " "),
            at => format!(
                "{} #{}",
                e.surface.word().replace('_', " "),
                u32::from(at) + 1
            ),
        }),
        dwell_secs: e.dwell_secs,
        amount: e.amount,
        offer: (e.offer != NO_OFFER).then_some(e.offer.0),
    }
}

fn place(e: &Event, kinds: &[SpaceKind]) -> Option<(SpaceId, &'static str)> {
    let kind = kinds.get(e.space.idx())?;
    Some((e.space, kind.word()))
}

/// Says whether the price of an event is in outside money.
fn is_outside_money(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::TopUp | EventKind::AdImpression | EventKind::AdClick | EventKind::AdConvert
    )
}

/// Writes a price with its unit; empty for nothing.
pub(super) fn price(kind: EventKind, amount: Coins) -> String {
    if amount == Coins::ZERO {
        String::new()
    } else if is_outside_money(kind) {
        format!("{:.4} outside money", amount.as_f64())
    } else {
        format!("{:.2} coins", amount.as_f64())
    }
}

/// Writes an event as one line, in lower case.
pub(super) fn line(e: &Event, kinds: &[SpaceKind]) -> String {
    let mut text = format!("{} avatar {} {}", e.tick, e.avatar, readable(e.kind));
    let mut add = |part: std::fmt::Arguments<'_>| {
        text.write_fmt(part).expect("writing to a text cannot fail");
    };
    if let Some(what) = Subject::of(e.thing) {
        add(format_args!(" {}", what.label()));
    }
    if let Some((id, kind)) = place(e, kinds) {
        add(format_args!(" in {} {id}", kind.replace('_', " ")));
    }
    if e.surface != Surface::None {
        add(format_args!(" on {}", e.surface.word().replace('_', " ")));
    }
    if e.position != NO_POSITION {
        add(format_args!(" #{}", u32::from(e.position) + 1));
    }
    if e.dwell_secs > 0 {
        add(format_args!(" for {} s", e.dwell_secs));
    }
    if e.amount != Coins::ZERO {
        add(format_args!(" at {}", price(e.kind, e.amount)));
    }
    if e.offer != NO_OFFER {
        add(format_args!(" answering offer {}", e.offer.0));
    }
    text
}
