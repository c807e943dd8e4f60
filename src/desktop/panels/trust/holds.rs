//! Rows about what is held and what may be next.

use super::watch::TrustWatch;
use crate::desktop::view::sight::City;
use crate::lab::explain::names::Names;
use crate::platform::integrity::holds::{Complaints, Holds};
use crate::sim::ids::ItemId;
use crate::sim::units::Tick;

/// Items listed that may be held next.
const NEXT: usize = 15;

/// Items listed that are held.
const MOST_HELD: usize = 200;

/// An item and what people think of it.
#[derive(Debug, Clone, PartialEq)]
pub struct HoldRow {
    /// Which.
    pub item: ItemId,
    /// What it is called.
    pub title: String,
    /// Since when it is held; `None` if it is not, or began before the window watched.
    pub since: Option<Tick>,
    /// Until when it is held; `None` if it is not.
    pub until: Option<Tick>,
    /// Times it was used; when its hold began, or now.
    pub uses: u32,
    /// Times it was hidden or reported; when its hold began, or now.
    pub complaints: u32,
    /// Standard errors by which complaints exceed what is allowed now.
    pub excess: f64,
}

impl HoldRow {
    /// Returns complaints over uses.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.uses > 0).then(|| f64::from(self.complaints) / f64::from(self.uses))
    }
}

/// Rows about holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HoldRows {
    /// Whether items are held at all.
    pub enabled: bool,
    /// Holds so far.
    pub so_far: u64,
    /// Usual share of complaints among uses.
    pub usual: f64,
    /// Share allowed before an item is held.
    pub allowed: f64,
    /// Uses before which nothing is concluded.
    pub fewest_uses: u32,
    /// Standard errors that are evidence enough.
    pub evidence: f64,
    /// Days an item is held.
    pub days: f64,
    /// What is held.
    pub held: Vec<HoldRow>,
    /// Held items that are not listed.
    pub more_held: u64,
    /// Items with the strongest evidence that are not held.
    pub next: Vec<HoldRow>,
}

/// Fills the rows.
pub(super) fn fill(watch: &TrustWatch, city: &City<'_>) -> HoldRows {
    let holds = city.get::<Holds>();
    let config = &city.scenario.platform.integrity;
    let names = Names::of_world(city.world());
    let allowed = (config.hide_ratio * holds.usual()).min(1.0);
    let held = holds.held().take(MOST_HELD).map(|(item, until)| {
        let began = watch.held.get(&item);
        let evidence = began.map(|b| b.evidence).unwrap_or_default();
        HoldRow {
            item,
            title: names.item(item),
            since: began.and_then(|b| b.tick),
            until: Some(until),
            uses: evidence.uses,
            complaints: evidence.hides,
            excess: evidence.excess(allowed),
        }
    });
    let mut next: Vec<(f64, ItemId, Complaints)> = Vec::new();
    for (i, seen) in holds.complaints().iter().enumerate() {
        if seen.hides < 2 {
            continue;
        }
        let (item, excess) = (ItemId::from_idx(i), seen.excess(allowed));
        let is_full = next.len() == NEXT;
        if is_full && next.last().is_some_and(|l| l.0 >= excess) || holds.is_held(item) {
            continue;
        }
        let at = next.partition_point(|n| n.0 >= excess);
        if is_full {
            next.pop();
        }
        next.insert(at, (excess, item, *seen));
    }
    HoldRows {
        enabled: config.holds,
        so_far: holds.n_holds,
        usual: holds.usual(),
        allowed,
        fewest_uses: config.fewest_uses,
        evidence: config.evidence,
        days: config.hold_days,
        held: held.collect(),
        more_held: holds.n_held().saturating_sub(MOST_HELD) as u64,
        next: next
            .into_iter()
            .map(|(excess, item, seen)| HoldRow {
                item,
                title: names.item(item),
                since: None,
                until: None,
                uses: seen.uses,
                complaints: seen.hides,
                excess,
            })
            .collect(),
    }
}
