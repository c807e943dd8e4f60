//! What many panels ask a city for: marks of policy changes, days of ticks, names of items.

use crate::desktop::view::sight::City;
use crate::sim::ids::ItemId;
use crate::sim::schedule::Seed;
use crate::sim::units::{TICKS_PER_DAY, Tick};
use crate::society::content::catalogue::Catalogue;
use crate::society::content::words;

/// Returns a tick in days since the start.
#[must_use]
pub fn days_of(tick: Tick) -> f64 {
    f64::from(tick.0) / f64::from(TICKS_PER_DAY)
}

/// Lists the policy changes so far for charts over days: when, and what changed from what to what.
#[must_use]
pub fn policy_marks(city: &City<'_>) -> Vec<(f64, String)> {
    let marks = city.marks.iter();
    marks
        .map(|m| (days_of(m.tick), format!("{} {} → {}", m.key, m.from, m.to)))
        .collect()
}

/// Returns the title of an item; its number where there is no such item.
#[must_use]
pub fn item_title(city: &City<'_>, item: ItemId) -> String {
    let catalogue = city.get::<Catalogue>();
    if item.idx() >= catalogue.len() {
        return format!("item {}", item.0);
    }
    if let Some(title) = catalogue.imported_titles.get(item.idx()) {
        return title.clone();
    }
    let card = catalogue.card(item);
    words::title(city.get::<Seed>().0, item, card.kind, &card.tags)
}
