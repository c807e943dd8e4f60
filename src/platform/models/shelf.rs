//! What can be recommended on each item surface, refreshed every hour: the items, what is popular, what is new.

use serde::{Deserialize, Serialize};

use crate::events::behavior::Surface;
use crate::sim::ids::ItemId;
use crate::sim::units::Tick;
use crate::society::content::catalogue::Catalogue;

use super::decayed_popularity::DecayedPopularity;

/// Items kept in the lists of what is popular and what is new.
const SHORT_LIST: usize = 64;

/// The items of one surface.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Shelf {
    /// All items on offer.
    pub items: Vec<ItemId>,
    /// ln(1 + popularity), by position in `items`.
    pub log_popularity: Vec<f32>,
    /// Positions of the most popular, best first.
    pub popular: Vec<u32>,
    /// Positions of the newest, newest first.
    pub fresh: Vec<u32>,
}

impl Shelf {
    /// Fills the shelf of a surface with what `keep` lets through.
    pub fn refresh(
        &mut self,
        surface: Surface,
        catalogue: &Catalogue,
        popularity: &DecayedPopularity,
        now: Tick,
        half_life_days: f64,
        keep: impl Fn(ItemId) -> bool,
    ) {
        self.items.clear();
        self.items
            .extend(catalogue.live_on(surface).filter(|i| keep(*i)));
        self.log_popularity.clear();
        self.log_popularity.extend(self.items.iter().map(|i| {
            let count = popularity.get(i.idx(), now, half_life_days);
            crate::sim::math::ln(1.0 + f64::from(count)) as f32
        }));
        let n = self.items.len() as u32;
        self.popular = (0..n).collect();
        let pop = &self.log_popularity;
        self.popular
            .sort_unstable_by(|a, b| pop[*b as usize].total_cmp(&pop[*a as usize]).then(a.cmp(b)));
        self.popular.truncate(SHORT_LIST);
        self.fresh = (0..n).collect();
        let born = |p: &u32| catalogue.card(self.items[*p as usize]).born;
        self.fresh
            .sort_unstable_by(|a, b| born(b).cmp(&born(a)).then(b.cmp(a)));
        self.fresh.truncate(SHORT_LIST);
    }
}
