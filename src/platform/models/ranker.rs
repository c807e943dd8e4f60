//! The live model of the city: learns on its cadence, scores all items of a surface for an avatar.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::calibration::Calibrator;
use super::columns::Columns;
use super::decayed_popularity::DecayedPopularity;
use super::ease::Ease;
use super::interactions::Interactions;
use super::item_knn::{ItemKnn, ItemKnnConfig};
use super::live::blend::Blend;
use super::live::challenger::Challenger;
use super::live::served::Served;
use super::registry::Registry;
use super::scorer::Scorer;
use super::seed_formulas;
use super::shelf::Shelf;
use super::tower_index::TowerIndex;
use super::two_tower::model::TwoTower;
use crate::platform::privacy::observation::{Observations, Observed};
use crate::platform::recommend::config::{ModelKind, RecommendConfig};
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::math;
use crate::sim::rng::mix;
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::Tick;
use crate::society::content::catalogue::Catalogue;

/// Item surfaces, in the order of the shelves: feed, games, game items, assets, courses.
pub const ITEM_SURFACES: usize = 5;

/// Weight of the logarithm of popularity beside a learned or content score.
pub(super) const POPULARITY_PRIOR: f32 = 0.15;

/// What was learned last.
#[derive(Debug, Default, Serialize, Deserialize)]
pub enum Learned {
    /// Nothing yet, or nothing to learn.
    #[default]
    Nothing,
    /// Neighbours.
    Knn(Columns, ItemKnn),
    /// Linear autoencoder.
    Ease(Columns, Ease),
    /// Two towers.
    Tower(Box<TowerIndex>),
    /// Any other model of the catalog.
    Served(Box<Served>),
}

/// The platform's ranking model and what surrounds it.
#[derive(Resource, Serialize, Deserialize)]
pub struct Ranker {
    /// Engagements by item.
    pub popularity: DecayedPopularity,
    /// What was learned.
    pub learned: Learned,
    /// Shelves of the item surfaces.
    pub shelves: [Shelf; ITEM_SURFACES],
    /// Calibration by surface.
    pub calibrators: [Calibrator; 10],
    /// Versions promoted so far.
    pub version: u32,
    /// Digest of the parameters.
    pub parameters: u64,
    /// The two-tower model in training.
    pub trainee: Option<TwoTower>,
    /// What was trained and what is live.
    pub registry: Registry,
    /// A model of the catalog in the shadow of the live one.
    pub challenger: Option<Challenger>,
    /// The last training that failed, and why; the model that was live went on serving.
    pub failure: Option<(Tick, String)>,
}

/// How much worse on newer data a retrained model may be and still go live.
const PROMOTION_TOLERANCE: f64 = 0.02;

impl Default for Ranker {
    fn default() -> Self {
        Self {
            popularity: DecayedPopularity::default(),
            learned: Learned::Nothing,
            shelves: Default::default(),
            calibrators: Default::default(),
            version: 0,
            parameters: 0,
            trainee: None,
            registry: Registry::new(PROMOTION_TOLERANCE).expect("the tolerance is positive"),
            challenger: None,
            failure: None,
        }
    }
}

/// Room for scores, reused.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Scores by position on the shelf.
    pub scores: Vec<f32>,
    columns: Vec<f32>,
    /// Columns of the history's items.
    pub(super) history: Vec<u32>,
    /// Weight of the collaborative score, and the highest of those; 0 where content and popularity speak alone.
    pub(super) trust: f32,
    pub(super) top: f32,
    /// How a model of the catalog and the cold scores make one; nothing if it has no say.
    pub(super) blend: Option<Blend>,
}

impl Ranker {
    /// Lets what was learned serve from now on.
    pub fn adopt(&mut self, learned: Learned) {
        self.parameters = learned.digest();
        self.learned = learned;
        self.version += 1;
    }

    /// Learns neighbours or autoencoder weights from the observed pairs.
    #[must_use]
    pub fn fit_neighbours(
        config: &RecommendConfig,
        observations: &Observations,
        catalogue: &Catalogue,
    ) -> Learned {
        let mut counts = vec![0u32; catalogue.len()];
        for p in &observations.pairs {
            counts[p.item.idx()] += 1;
        }
        let mut items: Vec<ItemId> = (0..catalogue.len())
            .map(ItemId::from_idx)
            .filter(|i| counts[i.idx()] > 0 && catalogue.card(*i).live)
            .collect();
        if config.model == ModelKind::Ease {
            items.sort_by_key(|i| (std::cmp::Reverse(counts[i.idx()]), *i));
            items.truncate(config.ease_items as usize);
            items.sort_unstable();
        }
        let columns = Columns::new(items);
        let pairs: Vec<(u32, u32)> = observations
            .pairs
            .iter()
            .filter_map(|p| Some((p.avatar.0, columns.of(p.item.0)?)))
            .collect();
        if pairs.is_empty() {
            return Learned::Nothing;
        }
        let n = columns.items().len();
        let Ok(x) = Interactions::from_pairs(observations.table.len(), n, pairs) else {
            return Learned::Nothing;
        };
        match config.model {
            ModelKind::Ease => Ease::fit(&x, config.ease_lambda)
                .map_or(Learned::Nothing, |e| Learned::Ease(columns, e)),
            ModelKind::ItemKnn | ModelKind::SeedCollaborative => {
                let settings = ItemKnnConfig {
                    neighbors: config.neighbours as usize,
                    ..ItemKnnConfig::default()
                };
                ItemKnn::fit(&x, settings).map_or(Learned::Nothing, |k| Learned::Knn(columns, k))
            }
            _ => Learned::Nothing,
        }
    }

    /// Scores all items of a shelf for an avatar, into `scratch.scores`; `place` is where the two-tower model puts the avatar.
    pub fn score(
        &self,
        config: &RecommendConfig,
        observed: &Observed,
        attention: f64,
        place: Option<&[f32]>,
        shelf_index: usize,
        who: (AvatarId, Tick),
        catalogue: &Catalogue,
        luck: u64,
        scratch: &mut Scratch,
    ) {
        let shelf = &self.shelves[shelf_index];
        scratch.trust = 0.0;
        scratch.blend = None;
        let scores = &mut scratch.scores;
        scores.clear();
        match config.model {
            ModelKind::Random => scores.extend(
                shelf
                    .items
                    .iter()
                    .map(|i| (mix(luck ^ u64::from(i.0)) >> 40) as f32),
            ),
            ModelKind::Popularity => scores.extend_from_slice(&shelf.log_popularity),
            ModelKind::SeedContent => scores.extend(shelf.items.iter().map(|i| {
                seed_formulas::content(&observed.profile[..], &catalogue.tags(*i)[..], attention)
                    as f32
            })),
            ModelKind::TwoTower => match (&self.learned, place) {
                (Learned::Tower(index), Some(place)) => {
                    index.score(place, shelf_index, scores);
                }
                _ => Self::score_cold(observed, shelf, catalogue, scores),
            },
            ModelKind::ItemKnn | ModelKind::Ease | ModelKind::SeedCollaborative => {
                Self::score_cold(observed, shelf, catalogue, scores);
                self.blend_collaborative(config, observed, attention, shelf, scratch);
            }
            _ => {
                Self::score_cold(observed, shelf, catalogue, scores);
                if let Learned::Served(served) = &self.learned {
                    let (id, now) = who;
                    let start = config.cold_start;
                    scratch.blend = match place {
                        Some(row) => Some(served.score(row, observed, start, shelf_index, scores)),
                        None => served.rank(id, observed, now, start, shelf_index, scores),
                    };
                }
            }
        }
    }

    /// Content and popularity, for avatars and items nothing is known about.
    fn score_cold(
        observed: &Observed,
        shelf: &Shelf,
        catalogue: &Catalogue,
        scores: &mut Vec<f32>,
    ) {
        let norm = math::dot(&observed.profile, &observed.profile).sqrt();
        let scale = if norm > 0.0 { 1.0 / norm } else { 0.0 };
        scores.extend(shelf.items.iter().zip(&shelf.log_popularity).map(|(i, p)| {
            scale * math::dot(&observed.profile, catalogue.tags(*i)) + POPULARITY_PRIOR * p
        }));
    }

    fn blend_collaborative(
        &self,
        config: &RecommendConfig,
        observed: &Observed,
        attention: f64,
        shelf: &Shelf,
        scratch: &mut Scratch,
    ) {
        let columns = match &self.learned {
            Learned::Knn(columns, _) | Learned::Ease(columns, _) => columns,
            Learned::Nothing | Learned::Tower(_) | Learned::Served(_) => return,
        };
        scratch.columns.clear();
        scratch.columns.resize(columns.items().len(), 0.0);
        scratch.history.clear();
        let known = observed.history.iter().filter_map(|i| columns.of(*i));
        scratch.history.extend(known);
        match &self.learned {
            Learned::Knn(_, knn) => knn.score_history(&scratch.history, &mut scratch.columns),
            Learned::Ease(_, ease) => ease.score_history(&scratch.history, &mut scratch.columns),
            Learned::Nothing | Learned::Tower(_) | Learned::Served(_) => {}
        }
        if config.model == ModelKind::SeedCollaborative {
            let total = self.popularity.total().max(1.0);
            for (c, score) in scratch.columns.iter_mut().enumerate() {
                let item = columns.items()[c];
                // r̄_c for implicit feedback: the item's share of all engagements.
                let share = self.popularity.share(item.idx(), total);
                *score = seed_formulas::collaborative(
                    f64::from(*score),
                    share,
                    attention,
                    seed_formulas::SAFE_EPSILON,
                    config.popularity_exponent,
                ) as f32;
            }
        }
        let top = scratch.columns.iter().copied().fold(0.0f32, f32::max);
        if top <= 0.0 {
            return;
        }
        let n = scratch.history.len() as f64;
        let trust = (n / (n + config.cold_start)) as f32;
        (scratch.trust, scratch.top) = (trust, top);
        for (score, item) in scratch.scores.iter_mut().zip(&shelf.items) {
            let cf = columns
                .of(item.0)
                .map_or(0.0, |c| scratch.columns[c as usize] / top);
            *score = trust * cf + (1.0 - trust) * *score;
        }
    }
}

impl StateHash for Ranker {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.popularity.digest());
        h.u64(self.parameters);
        h.u64(self.trainee.as_ref().map_or(0, TwoTower::digest));
        h.u64(self.registry.digest());
        h.u32(self.version);
        if let Some(challenger) = &self.challenger {
            challenger.add_to(&mut h);
        }
        for c in &mut self.calibrators {
            h.u64(c.digest());
        }
        for s in &self.shelves {
            h.u64(s.items.len() as u64);
        }
        h.finish()
    }
}

impl Learned {
    /// Hashes what was learned, by what it says about its first items.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut h = StateHasher::default();
        match self {
            Self::Nothing => {}
            Self::Tower(index) => h.u64(index.digest()),
            Self::Served(served) => h.u64(served.digest()),
            Self::Knn(columns, knn) => {
                h.u64(columns.items().len() as u64);
                for c in 0..columns.items().len() as u32 {
                    let (others, similarities) = knn.neighborhood(c);
                    for (other, s) in others.iter().zip(similarities) {
                        h.u64(u64::from(*other) << 32 | u64::from(s.to_bits()));
                    }
                }
            }
            Self::Ease(columns, ease) => {
                h.u64(columns.items().len() as u64);
                for c in 0..columns.items().len() as u32 {
                    h.f32s(ease.weights_of(c));
                }
            }
        }
        h.finish()
    }
}
