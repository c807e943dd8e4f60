//! The catalogue: everything public about everything on offer.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::item::{ItemCard, ItemKind, TOPIC_DIM};
use super::media::MEDIA_DIM;
use crate::events::behavior::Surface;
use crate::sim::ids::ItemId;
use crate::sim::math;
use crate::sim::state_hash::{StateHash, Table};
use crate::sim::units::{TICKS_PER_HOUR, Tick};

/// Cards and media features of all items ever published, and which are on offer.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Catalogue {
    /// One card each, by [`ItemId`].
    pub table: Table<ItemCard>,
    media: Vec<f32>,
    live: [Vec<ItemId>; 8],
    /// Titles of imported items; empty where the grammar makes them.
    pub imported_titles: Vec<String>,
}

impl Catalogue {
    /// Returns a card.
    #[must_use]
    pub fn card(&self, id: ItemId) -> &ItemCard {
        self.table.row(id.idx())
    }

    /// Returns how many items were ever published.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Says whether nothing was ever published.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Returns text, picture, sound and motion features, `MEDIA_DIM` of them.
    #[must_use]
    pub fn media(&self, id: ItemId) -> &[f32] {
        &self.media[id.idx() * MEDIA_DIM..(id.idx() + 1) * MEDIA_DIM]
    }

    /// Returns the tags of an item, a unit vector over topics.
    #[must_use]
    pub fn tags(&self, id: ItemId) -> &[f32; TOPIC_DIM] {
        &self.card(id).tags
    }

    /// Lists the items of a kind on offer, in order of publication.
    #[must_use]
    pub fn live(&self, kind: ItemKind) -> &[ItemId] {
        &self.live[kind as usize]
    }

    /// Lists the items on offer on a surface, by kind, then in order of publication.
    pub fn live_on(&self, surface: Surface) -> impl Iterator<Item = ItemId> + '_ {
        ItemKind::ALL
            .iter()
            .filter(move |k| k.surface() == surface)
            .flat_map(|k| self.live[*k as usize].iter().copied())
    }

    /// Publishes an item.
    pub fn publish(&mut self, card: ItemCard, media: &[f32; MEDIA_DIM]) -> ItemId {
        let kind = card.kind;
        let id = ItemId::from_idx(self.table.push(card));
        self.media.extend_from_slice(media);
        self.live[kind as usize].push(id);
        id
    }

    /// Takes the oldest items of a kind off offer until `max` are left.
    pub fn retire_oldest(&mut self, kind: ItemKind, max: usize) {
        let excess = self.live[kind as usize].len().saturating_sub(max);
        for id in self.live[kind as usize].drain(..excess) {
            self.table.row_mut(id.idx()).live = false;
        }
    }

    /// Takes one item off offer.
    pub fn retire(&mut self, id: ItemId) {
        let kind = self.card(id).kind;
        self.live[kind as usize].retain(|x| *x != id);
        self.table.row_mut(id.idx()).live = false;
    }

    /// Counts a use of an item.
    pub fn count_use(&mut self, id: ItemId) {
        self.table.row_mut(id.idx()).uses += 1;
    }

    /// Counts a like of an item.
    pub fn count_like(&mut self, id: ItemId) {
        self.table.row_mut(id.idx()).likes += 1;
    }
}

/// Returns how fresh something born at `born` is: 1 when new, ½ after the half-life.
#[must_use]
pub fn freshness(born: Tick, now: Tick, half_life_hours: f64) -> f64 {
    let hours = f64::from(now.since(born)) / f64::from(TICKS_PER_HOUR);
    math::pow(0.5, hours / half_life_hours)
}

impl StateHash for Catalogue {
    fn digest(&mut self) -> u64 {
        self.table.digest()
    }
}
