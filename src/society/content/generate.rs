//! Making items: the catalogue a city starts with, and what creators publish.

use super::catalogue::Catalogue;
use super::config::ContentConfig;
use super::item::{ItemCard, ItemKind, STUDIO, TOPIC_DIM};
use super::media::MediaProjections;
use super::truth::{ItemTruth, ItemTruths};
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::units::{Coins, Tick};

/// What an item is made from, when it is not drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct SeedItem {
    /// Title.
    pub title: String,
    /// True topics and hidden tastes; need not have length 1.
    pub topics: [f32; TOPIC_DIM],
    /// Public tags; need not have length 1.
    pub tags: [f32; TOPIC_DIM],
    /// Quality.
    pub quality: f32,
}

/// Makes items of one world.
#[derive(Debug, Clone, bevy::ecs::prelude::Resource)]
pub struct ItemMaker {
    seed: u64,
    n_topics: usize,
    config: ContentConfig,
    projections: MediaProjections,
}

fn unit(mut v: [f32; TOPIC_DIM]) -> [f32; TOPIC_DIM] {
    let norm = math::dot(&v, &v).sqrt();
    if norm > 0.0 {
        for x in &mut v {
            *x /= norm;
        }
    }
    v
}

impl ItemMaker {
    /// Prepares to make items over `n_topics` topics.
    #[must_use]
    pub fn new(seed: u64, n_topics: usize, config: &ContentConfig) -> Self {
        Self {
            seed,
            n_topics: n_topics.min(TOPIC_DIM),
            config: config.clone(),
            projections: MediaProjections::new(seed),
        }
    }

    /// Makes an item of a kind and publishes it. `lean` is what its creator cares about, or nothing.
    pub fn make(
        &self,
        kind: ItemKind,
        creator: AvatarId,
        lean: Option<&[f32; TOPIC_DIM]>,
        born: Tick,
        catalogue: &mut Catalogue,
        truths: &mut ItemTruths,
    ) -> ItemId {
        let id = ItemId::from_idx(catalogue.len());
        let mut rng = RngStream::new(self.seed, Purpose::Catalogue, u64::from(id.0), 0);
        let mut topics = [0.0f32; TOPIC_DIM];
        for (k, t) in topics.iter_mut().take(self.n_topics).enumerate() {
            let base = lean.map_or_else(
                || 1.0 / math::pow(k as f64 + 3.0, 0.4),
                |l| 0.05 + 3.0 * f64::from(l[k]),
            );
            *t = rng.gamma((self.config.topic_concentration * base).max(0.01)) as f32;
        }
        let topics = if math::dot(&topics, &topics) > 0.0 {
            unit(topics)
        } else {
            let mut one = [0.0; TOPIC_DIM];
            one[rng.below(self.n_topics)] = 1.0;
            one
        };
        let quality = (self.config.quality_sigma * rng.normal()) as f32;
        let generated =
            creator != STUDIO && self.config.generator && rng.chance(self.config.generator_share);
        let tags = self.tags(&topics, &mut rng);
        self.publish(
            kind, creator, topics, tags, quality, generated, born, &mut rng, catalogue, truths,
        )
    }

    /// Publishes an item that was given, not drawn.
    pub fn plant(
        &self,
        kind: ItemKind,
        item: &SeedItem,
        catalogue: &mut Catalogue,
        truths: &mut ItemTruths,
    ) -> ItemId {
        let id = ItemId::from_idx(catalogue.len());
        let mut rng = RngStream::new(self.seed, Purpose::Catalogue, u64::from(id.0), 0);
        catalogue
            .imported_titles
            .resize(id.idx() + 1, String::new());
        catalogue.imported_titles[id.idx()].clone_from(&item.title);
        let (topics, tags) = (unit(item.topics), unit(item.tags));
        self.publish(
            kind,
            STUDIO,
            topics,
            tags,
            item.quality,
            false,
            Tick(0),
            &mut rng,
            catalogue,
            truths,
        )
    }

    fn publish(
        &self,
        kind: ItemKind,
        creator: AvatarId,
        topics: [f32; TOPIC_DIM],
        tags: [f32; TOPIC_DIM],
        quality: f32,
        generated: bool,
        born: Tick,
        rng: &mut RngStream,
        catalogue: &mut Catalogue,
        truths: &mut ItemTruths,
    ) -> ItemId {
        let id = ItemId::from_idx(catalogue.len());
        let price = match kind {
            ItemKind::Asset => self.config.asset_price,
            ItemKind::GameItem => self.config.game_item_price,
            ItemKind::Textbook => self.config.textbook_price,
            _ => 0.0,
        };
        let price = if price > 0.0 {
            Coins::from_f64(
                rng.log_normal(math::ln(price), 0.7) * math::exp(0.3 * f64::from(quality)),
            )
        } else {
            Coins::ZERO
        };
        let lessons = if kind == ItemKind::Course {
            6 + rng.below(14) as u16
        } else {
            0
        };
        let media = self.projections.features(self.seed, id, &topics);
        let card = ItemCard {
            kind,
            creator,
            born,
            price,
            tags,
            difficulty: (1_200.0 + 220.0 * rng.normal()) as f32,
            lessons,
            generated,
            live: true,
            uses: 0,
            likes: 0,
        };
        truths.table.push(ItemTruth { topics, quality });
        catalogue.publish(card, &media)
    }

    /// Tags an item by its two strongest topics; some tags miss.
    fn tags(&self, topics: &[f32; TOPIC_DIM], rng: &mut RngStream) -> [f32; TOPIC_DIM] {
        let mut order: Vec<usize> = (0..self.n_topics).collect();
        order.sort_by(|a, b| topics[*b].total_cmp(&topics[*a]).then(a.cmp(b)));
        let mut tags = [0.0; TOPIC_DIM];
        for (rank, topic) in order.iter().take(2).enumerate() {
            let said = if rng.chance(self.config.tag_noise) {
                rng.below(self.n_topics)
            } else {
                *topic
            };
            tags[said] += if rank == 0 { 1.0 } else { 0.5 };
        }
        unit(tags)
    }

    /// Fills the catalogue a city of `n_avatars` starts with.
    pub fn stock(&self, n_avatars: usize, catalogue: &mut Catalogue, truths: &mut ItemTruths) {
        let c = &self.config;
        let posts = ((c.posts_per_1000 * n_avatars as f64 / 1_000.0) as u32)
            .clamp(c.min_posts.min(c.max_posts), c.max_posts);
        let mut make = |kind, n: u32| {
            for _ in 0..n {
                self.make(kind, STUDIO, None, Tick(0), catalogue, truths);
            }
        };
        make(ItemKind::Post, posts / 2);
        make(ItemKind::News, posts / 6);
        make(ItemKind::Video, posts - posts / 2 - posts / 6);
        make(ItemKind::Game, c.games);
        make(ItemKind::GameItem, c.game_items);
        make(ItemKind::Asset, c.assets);
        make(ItemKind::Course, c.courses);
        make(ItemKind::Textbook, c.courses / 2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stocked() -> (Catalogue, ItemTruths) {
        let (mut c, mut t) = (Catalogue::default(), ItemTruths::default());
        ItemMaker::new(1, 24, &ContentConfig::BASELINE).stock(2_000, &mut c, &mut t);
        (c, t)
    }

    #[test]
    fn tags_tell_most_of_the_truth_but_not_all() {
        let (c, t) = stocked();
        let mean: f64 = (0..c.len())
            .map(|i| {
                f64::from(math::dot(
                    c.tags(ItemId::from_idx(i)),
                    &t.get(ItemId::from_idx(i)).topics,
                ))
            })
            .sum::<f64>()
            / c.len() as f64;
        assert!(mean > 0.6 && mean < 0.95, "{mean}");
    }

    #[test]
    fn null_makes_nothing() {
        let (mut c, mut t) = (Catalogue::default(), ItemTruths::default());
        ItemMaker::new(1, 24, &ContentConfig::NULL).stock(2_000, &mut c, &mut t);
        assert!(c.is_empty());
    }

    #[test]
    fn retired_items_are_no_longer_on_offer() {
        let (mut c, _) = stocked();
        let oldest = c.live(ItemKind::Post)[0];
        c.retire_oldest(ItemKind::Post, 50);
        assert_eq!(c.live(ItemKind::Post).len(), 50);
        assert!(!c.card(oldest).live);
        assert!(!c.live_on(Surface::Feed).any(|i| i == oldest));
    }

    use crate::events::behavior::Surface;
}
