//! The two-tower model in the running city: trained on snapshots, judged on what came after, placed on the shelves.
//!
//! Avatars are rows of (tags of their history, history), items of (tags and media, id). A pair is trained on with the avatar's past
//! as it was then, so that the model never sees what it is to predict.

use std::collections::VecDeque;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::params::ModelError;
use super::ranker::{ITEM_SURFACES, Learned, Ranker};
use super::registry::card::limits_of;
use super::registry::{CardDetails, ModelCard, Promotion};
use super::retrieval::PackedItems;
use super::shelf::Shelf;
use super::two_tower::config::TwoTowerConfig;
use super::two_tower::data::{
    ITEM_FEATURES, InVain, ItemInputs, PROFILE_LENGTH, TrainingData, UserInputs,
};
use super::two_tower::model::TwoTower;
use crate::platform::privacy::impressions::Impressions;
use crate::platform::privacy::observation::{NO_ITEM, Observations, Pair};
use crate::platform::recommend::config::RecommendConfig;
use crate::sim::ids::ItemId;
use crate::sim::math;
use crate::sim::units::Tick;
use crate::society::content::catalogue::Catalogue;

/// Newest pairs a training sees.
const TRAINED_ON: usize = 16_384;

/// Pairs newer than those, on which it is judged.
const JUDGED_ON: usize = 512;

/// Trainings' worth of steps taken by the first.
const FIRST_TRAINING: u32 = 5;

/// Weight of the logarithm of popularity beside the cosine: what is popular now, of which a training knows what was before it.
pub(super) const POPULARITY_WEIGHT: f32 = 0.06;

/// A model with the places of all items on the shelves.
#[derive(Debug, Serialize, Deserialize)]
pub struct TowerIndex {
    model: TwoTower,
    /// By item, what was ever on a shelf; a model places an item once.
    known: Vec<f32>,
    is_known: Vec<bool>,
    /// By shelf; an item's score begins with its popularity.
    shelves: [PackedItems; ITEM_SURFACES],
}

/// Adds the normalised sum of tags of a history to `profiles`.
fn push_profile(
    history: impl Iterator<Item = u32>,
    catalogue: &Catalogue,
    profiles: &mut Vec<f32>,
) {
    let mut sum = [0.0f32; PROFILE_LENGTH];
    for item in history {
        for (s, t) in sum.iter_mut().zip(catalogue.tags(ItemId(item))) {
            *s += t;
        }
    }
    let norm = math::dot(&sum, &sum).sqrt();
    if norm > 0.0 {
        for s in &mut sum {
            *s /= norm;
        }
    }
    profiles.extend_from_slice(&sum);
}

/// Adds the features of an item to `features`.
fn push_features(item: ItemId, catalogue: &Catalogue, features: &mut Vec<f32>) {
    features.extend_from_slice(catalogue.tags(item));
    features.extend_from_slice(catalogue.media(item));
}

impl TowerIndex {
    fn new(model: TwoTower) -> Self {
        Self {
            model,
            known: Vec::new(),
            is_known: Vec::new(),
            shelves: Default::default(),
        }
    }

    /// Returns the length of a place.
    #[must_use]
    pub const fn dimensions(&self) -> usize {
        self.model.dimensions()
    }

    /// Places the items of all shelves.
    pub fn place_items(&mut self, shelves: &[Shelf; ITEM_SURFACES], catalogue: &Catalogue) {
        let d = self.dimensions();
        self.is_known.resize(catalogue.len(), false);
        self.known.resize(catalogue.len() * d, 0.0);
        let all = shelves.iter().flat_map(|s| &s.items).copied();
        let new: Vec<ItemId> = all.filter(|i| !self.is_known[i.idx()]).collect();
        let ids: Vec<u32> = new.iter().map(|i| i.0).collect();
        let mut features = Vec::with_capacity(ids.len() * ITEM_FEATURES);
        for item in &new {
            push_features(*item, catalogue, &mut features);
        }
        let inputs = ItemInputs {
            ids: &ids,
            features: &features,
        };
        // The slices fit by construction; what a model cannot place stays at the origin.
        let found = self.model.embed_items(&inputs).unwrap_or_default();
        for (item, place) in new.iter().zip(found.chunks_exact(d)) {
            self.known[item.idx() * d..][..d].copy_from_slice(place);
            self.is_known[item.idx()] = true;
        }
        let mut places = Vec::new();
        let mut biases = Vec::new();
        for (packed, shelf) in self.shelves.iter_mut().zip(shelves) {
            places.clear();
            for item in &shelf.items {
                places.extend_from_slice(&self.known[item.idx() * d..][..d]);
            }
            biases.clear();
            biases.extend(shelf.log_popularity.iter().map(|p| POPULARITY_WEIGHT * p));
            *packed = PackedItems::pack(&places, d).with_bias(&biases);
        }
    }

    /// Places avatars by their histories; nobody's history is empty.
    pub fn place_avatars<'a>(
        &self,
        histories: impl Iterator<Item = Option<&'a VecDeque<u32>>>,
        catalogue: &Catalogue,
    ) -> Vec<f32> {
        let (mut profiles, mut ids, mut offsets) = (Vec::new(), Vec::new(), vec![0]);
        for history in histories {
            let items = || history.into_iter().flatten().copied();
            push_profile(items(), catalogue, &mut profiles);
            ids.extend(items());
            offsets.push(ids.len());
        }
        let inputs = UserInputs {
            profiles: &profiles,
            history_ids: &ids,
            history_offsets: &offsets,
        };
        self.model.embed_users(&inputs).unwrap_or_default()
    }

    /// Scores all items of a shelf for an avatar at `place`, as of the last [`TowerIndex::place_items`].
    pub fn score(&self, place: &[f32], shelf_index: usize, scores: &mut Vec<f32>) {
        let shelf = &self.shelves[shelf_index];
        scores.resize(shelf.len(), 0.0);
        shelf.scores(place, scores);
    }

    /// Returns where the model puts an item; nowhere for what was never on a shelf, which is like anything as much.
    #[must_use]
    pub fn place_of(&self, item: ItemId) -> &[f32] {
        let (d, at) = (self.dimensions(), item.idx());
        self.known.get(at * d..(at + 1) * d).unwrap_or_default()
    }

    /// Hashes the parameters.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.model.digest()
    }

    /// Saves the parameters as safetensors.
    ///
    /// # Errors
    /// [`ModelError`] if they cannot be read.
    pub fn save(&self) -> Result<Vec<u8>, ModelError> {
        self.model.save()
    }
}

/// Rows of some pairs.
struct Rows {
    pairs: Vec<(u32, u32)>,
    profiles: Vec<f32>,
    history_ids: Vec<u32>,
    offsets: Vec<usize>,
    items: Vec<ItemId>,
    ids: Vec<u32>,
    features: Vec<f32>,
    /// What was shown beside the pairs' items in vain, and where each pair's begin; if that was asked for.
    vain: Option<(Vec<u32>, Vec<usize>)>,
}

impl Rows {
    /// Gathers the rows of pairs, with what `impressions` say was shown in vain.
    fn new<'a>(
        pairs: impl Iterator<Item = &'a Pair> + Clone,
        impressions: Option<&Impressions>,
        catalogue: &Catalogue,
    ) -> Self {
        let mut items: Vec<ItemId> = pairs.clone().map(|p| p.item).collect();
        let n_pairs = items.len();
        let offsets = impressions.map(|impressions| {
            let mut offsets = vec![0];
            for p in pairs.clone() {
                items.extend(impressions.in_vain(p.avatar, p.tick));
                offsets.push(items.len() - n_pairs);
            }
            offsets
        });
        let in_vain = items[n_pairs..].to_vec();
        items.sort_unstable();
        items.dedup();
        let mut rows = Self {
            pairs: Vec::new(),
            profiles: Vec::new(),
            history_ids: Vec::new(),
            offsets: vec![0],
            ids: items.iter().map(|i| i.0).collect(),
            features: Vec::with_capacity(items.len() * ITEM_FEATURES),
            items,
            vain: None,
        };
        for item in &rows.items {
            push_features(*item, catalogue, &mut rows.features);
        }
        for (row, p) in pairs.enumerate() {
            let past = || p.past.iter().copied().filter(|i| *i != NO_ITEM);
            push_profile(past(), catalogue, &mut rows.profiles);
            rows.history_ids.extend(past());
            rows.offsets.push(rows.history_ids.len());
            rows.pairs.push((row as u32, rows.column(p.item)));
        }
        rows.vain = offsets.map(|offsets| {
            let columns = in_vain.iter().map(|item| rows.column(*item));
            (columns.collect(), offsets)
        });
        rows
    }

    /// Returns the row of an item: every item of a pair, and beside it, has one.
    fn column(&self, item: ItemId) -> u32 {
        self.items.binary_search(&item).unwrap_or(0) as u32
    }

    fn users(&self) -> UserInputs<'_> {
        UserInputs {
            profiles: &self.profiles,
            history_ids: &self.history_ids,
            history_offsets: &self.offsets,
        }
    }

    fn items(&self) -> ItemInputs<'_> {
        ItemInputs {
            ids: &self.ids,
            features: &self.features,
        }
    }

    fn data(&self) -> TrainingData<'_> {
        TrainingData {
            pairs: &self.pairs,
            users: self.users(),
            items: self.items(),
            vain: (self.vain.as_ref()).map(|(items, offsets)| InVain { items, offsets }),
        }
    }
}

/// Trains on what was observed, judges on what came last, and returns an index if the model may go live.
///
/// # Errors
/// [`ModelError`] if the model diverged.
pub fn train(
    ranker: &mut Ranker,
    config: &RecommendConfig,
    settings: &TwoTowerConfig,
    seed: u64,
    now: Tick,
    observations: &Observations,
    catalogue: &Catalogue,
) -> Result<Option<TowerIndex>, ModelError> {
    let n = observations.pairs.len();
    let judged = JUDGED_ON.min(n / 5);
    let trained = (n - judged).min(TRAINED_ON);
    let first = n - judged - trained;
    let impressions = &observations.impressions;
    let rows = Rows::new(
        observations.pairs.range(first..n - judged),
        (settings.impression_weight > 0.0).then_some(impressions),
        catalogue,
    );
    // Towers of other settings, which a policy may have changed, are no beginning.
    let trainee = (ranker.trainee.take()).filter(|model| model.config() == settings);
    let is_first = trainee.is_none();
    let mut model = match trainee {
        Some(model) => model,
        None => TwoTower::new(settings, seed)?,
    };
    let steps = if is_first {
        config.train_steps * FIRST_TRAINING
    } else {
        config.train_steps
    };
    let report = model.fit(&rows.data(), steps)?;
    let newer = Rows::new(observations.pairs.range(n - judged..), None, catalogue);
    let validation_metric = recall(&model, &newer)?;
    let incumbent_metric = match &ranker.learned {
        Learned::Tower(live) => Some(recall(&live.model, &newer)?),
        Learned::Nothing | Learned::Knn(..) | Learned::Ease(..) | Learned::Served(_) => None,
    };
    let card = ModelCard {
        name: "two_tower".to_owned(),
        version: ranker.registry.next_version("two_tower"),
        trained_at: now,
        n_pairs: trained as u64,
        loss: report.loss_last,
        validation_metric,
        incumbent_metric,
        digest: model.digest(),
        details: details(settings, observations, first..n - judged, validation_metric),
    };
    let promotion = ranker.registry.submit(card)?;
    let index = if promotion == Promotion::Promoted {
        let mut index = TowerIndex::new(model.copy()?);
        index.place_items(&ranker.shelves, catalogue);
        Some(index)
    } else {
        None
    };
    ranker.trainee = Some(model);
    Ok(index)
}

/// Tells what a training learned from: the pairs in a range of those observed.
fn details(
    settings: &TwoTowerConfig,
    observations: &Observations,
    pairs: Range<usize>,
    recall: f64,
) -> CardDetails {
    let seconds = |at: usize| observations.pairs.get(at).map(|p| i64::from(p.tick.0) * 60);
    let window = seconds(pairs.start).zip(pairs.end.checked_sub(1).and_then(seconds));
    let names = ["tags of the history", "history", "tags", "media", "id"];
    CardDetails {
        kind: "two_tower".to_owned(),
        // Settings are numbers and booleans, which a table always takes.
        settings: toml::Table::try_from(settings).unwrap_or_default(),
        window,
        rows: pairs.len() as u64,
        features: names.map(str::to_owned).to_vec(),
        held_out: [("recall@10 among the next pairs".to_owned(), recall)].into(),
        consent: "Behaviour of avatars that allow recommendations, taken from the observations."
            .to_owned(),
        limits: limits_of("two_tower"),
        ..CardDetails::default()
    }
}

/// Share of pairs whose item is among the ten best of the items of all those pairs.
fn recall(model: &TwoTower, rows: &Rows) -> Result<f64, ModelError> {
    let d = model.dimensions();
    let users = model.embed_users(&rows.users())?;
    let items = model.embed_items(&rows.items())?;
    let mut hits = 0u32;
    for (user, item) in &rows.pairs {
        let u = &users[*user as usize * d..][..d];
        let score = |i: usize| math::dot(u, &items[i * d..][..d]);
        let own = score(*item as usize);
        let better = (0..rows.items.len()).filter(|i| score(*i) > own).count();
        hits += u32::from(better < 10);
    }
    Ok(f64::from(hits) / rows.pairs.len().max(1) as f64)
}
