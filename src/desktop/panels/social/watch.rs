//! Days, joins and young items, counted while the city runs.

use std::collections::BTreeMap;

use crate::desktop::view::sight::City;
use crate::events::behavior::{Event, EventKind, NO_POSITION, ThingKind};
use crate::events::bus::{EventBus, OfferBus};
use crate::events::offer::{Slate, Source};
use crate::lab::metrics::book::Book;
use crate::sim::ids::ItemId;
use crate::sim::units::{TICKS_PER_HOUR, Tick};
use crate::society::content::catalogue::Catalogue;
use crate::society::ties::graph::SocialGraph;

/// Hours for which the uptake of a new item is followed.
const YOUNG_HOURS: u32 = 72;

/// New items followed at a time; beyond that the newest are left out.
const MOST_YOUNG: usize = 20_000;

/// Sources there are.
pub(super) const SOURCES: usize = Source::ALL.len();

/// What people did with each other on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SocialDay {
    /// Which day.
    pub(super) day: u32,
    /// Ties at its end.
    pub(super) ties: u64,
    /// Avatars active on it, as the lab counts them.
    pub(super) active: u64,
    /// Ties asked for.
    pub(super) asked: u64,
    /// Ties made.
    pub(super) made: u64,
    /// Ties ended.
    pub(super) ended: u64,
    /// Talks begun.
    pub(super) talks: u64,
    /// Seconds of these.
    pub(super) talk_secs: u64,
    /// Communities joined.
    pub(super) joins: u64,
    /// Invitations in the name of friends.
    pub(super) invited: u64,
    /// Of these, accepted.
    pub(super) accepted: u64,
    /// Invitations to live events.
    pub(super) invited_live: u64,
    /// Live events attended.
    pub(super) attended: u64,
    /// Things taken from slates, by where the candidate came from.
    pub(super) taken: [u64; SOURCES],
}

/// How an item that was published while the window watched is taken up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Young {
    /// When it was published.
    pub(super) born: Tick,
    /// Uses so far, at every full hour since.
    pub(super) uses: Vec<u32>,
    /// Uses that came from a candidate that ties led to.
    pub(super) by_ties: u32,
}

/// What the panel collects.
#[derive(Debug, Default)]
pub struct SocialWatch {
    /// Finished days, oldest first.
    pub(super) days: Vec<SocialDay>,
    /// The day that runs.
    pub(super) today: SocialDay,
    /// Who joined which community today.
    pub(super) joins_today: Vec<u32>,
    /// New items.
    pub(super) young: BTreeMap<ItemId, Young>,
    has_begun: bool,
}

impl SocialWatch {
    /// Counts the tick that has just run.
    pub(super) fn collect(&mut self, city: &City<'_>) {
        let Some(ran) = city.ran() else { return };
        let now = city.now();
        if ran.day() != self.today.day {
            let done = std::mem::take(&mut self.today);
            // The day on which the window began to watch may be no first one.
            if self.has_begun {
                self.days.push(done);
            }
            self.today.day = ran.day();
            self.joins_today.clear();
        }
        self.has_begun = true;
        let (bus, offers) = (city.get::<EventBus>(), city.get::<OfferBus>());
        for invitation in &offers.invitations {
            match invitation.from {
                Some(_) => self.today.invited += 1,
                None => self.today.invited_live += 1,
            }
        }
        for e in &bus.current {
            self.count(e, &offers.slates);
        }
        self.today.ties = city.get::<SocialGraph>().n_ties();
        let book = city.get::<Book>();
        self.today.active = match book.days.last() {
            // The lab has just closed this day.
            Some(done) if done.day == ran.day() => done.active,
            _ => book.today.active,
        };
        if now.0.is_multiple_of(TICKS_PER_HOUR) {
            self.follow(now, city.get());
        }
    }

    fn count(&mut self, e: &Event, slates: &[Slate]) {
        let day = &mut self.today;
        match e.kind {
            EventKind::TieRequest => day.asked += 1,
            EventKind::TieAccept => day.made += 1,
            EventKind::TieEnd => day.ended += 1,
            EventKind::Talk => {
                day.talks += 1;
                day.talk_secs += u64::from(e.dwell_secs);
            }
            EventKind::InviteAccept => day.accepted += 1,
            EventKind::LiveAttend => day.attended += 1,
            EventKind::CommunityJoin if e.thing.kind == ThingKind::Community => {
                day.joins += 1;
                let i = e.thing.id as usize;
                if self.joins_today.len() <= i {
                    self.joins_today.resize(i + 1, 0);
                }
                self.joins_today[i] += 1;
            }
            EventKind::Create
                if e.thing.kind == ThingKind::Item && self.young.len() < MOST_YOUNG =>
            {
                let young = Young {
                    born: e.tick,
                    ..Young::default()
                };
                self.young.insert(ItemId(e.thing.id), young);
            }
            _ => {}
        }
        let takes = matches!(
            e.kind,
            EventKind::Consume
                | EventKind::Play
                | EventKind::Study
                | EventKind::TieRequest
                | EventKind::CommunityJoin
        );
        if !takes || e.position == NO_POSITION {
            return;
        }
        let Some(source) = source_of(e, slates) else {
            return;
        };
        if let Some(n) = self.today.taken.get_mut(source as usize) {
            *n += 1;
        }
        if source == Source::Social
            && e.thing.kind == ThingKind::Item
            && let Some(young) = self.young.get_mut(&ItemId(e.thing.id))
        {
            young.by_ties += 1;
        }
    }

    fn follow(&mut self, now: Tick, catalogue: &Catalogue) {
        let cards = catalogue.table.rows();
        self.young.retain(|id, young| {
            let Some(card) = cards.get(id.idx()) else {
                return false;
            };
            young.uses.push(card.uses);
            now.since(young.born) < YOUNG_HOURS * TICKS_PER_HOUR
        });
    }
}

/// Returns where the candidate of an answer came from; `None` if its slate is not of this tick.
fn source_of(e: &Event, slates: &[Slate]) -> Option<Source> {
    // Slates stand in avatar order.
    let at = slates.binary_search_by_key(&e.avatar, |s| s.avatar).ok()?;
    let slate = slates.get(at).filter(|s| s.offer == e.offer)?;
    slate.slots.get(usize::from(e.position)).map(|s| s.source)
}
