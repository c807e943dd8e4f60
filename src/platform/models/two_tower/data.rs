//! What the model is given, as plain slices: users, items and the pairs it learns from.

use candle_core::{Device, Tensor};

use super::config::TwoTowerConfig;
use super::mean_rows::MeanRows;
use super::pairwise::Pairwise;
use super::softmax::InBatchSoftmax;
use crate::platform::models::params::ModelError;
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};

/// Values of a user's profile: decayed, normalised weights of the public topics.
pub const PROFILE_LENGTH: usize = 32;

/// Values of an item's features: 32 of its tags, then 32 of its media.
pub const ITEM_FEATURES: usize = 64;

/// Rows of the user tower.
#[derive(Debug, Clone, Copy)]
pub struct UserInputs<'a> {
    /// Profiles, row-major, `n_users` × [`PROFILE_LENGTH`].
    pub profiles: &'a [f32],
    /// Ids of the items each user turned to, oldest first, one user after the other.
    pub history_ids: &'a [u32],
    /// Where each user's history begins in `history_ids`, and where the last one ends: `n_users` + 1 values.
    pub history_offsets: &'a [usize],
}

impl<'a> UserInputs<'a> {
    /// Returns how many users there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.history_offsets.len().saturating_sub(1)
    }

    /// Says whether there is no user.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the profile of a user.
    #[must_use]
    pub fn profile(&self, user: usize) -> &'a [f32] {
        &self.profiles[user * PROFILE_LENGTH..][..PROFILE_LENGTH]
    }

    /// Returns the whole history of a user, oldest first.
    #[must_use]
    pub fn history(&self, user: usize) -> &'a [u32] {
        &self.history_ids[self.history_offsets[user]..self.history_offsets[user + 1]]
    }

    /// Refuses slices that do not fit each other.
    pub fn validate(&self) -> Result<(), ModelError> {
        length("profiles", self.profiles.len(), self.len() * PROFILE_LENGTH)?;
        let last = self.history_offsets.last().copied().unwrap_or(0);
        length("history_ids", self.history_ids.len(), last)?;
        ascending("history offset", self.history_offsets)
    }
}

/// Rows of the item tower.
#[derive(Debug, Clone, Copy)]
pub struct ItemInputs<'a> {
    /// Ids, one per item.
    pub ids: &'a [u32],
    /// Features, row-major, `n_items` × [`ITEM_FEATURES`].
    pub features: &'a [f32],
}

impl<'a> ItemInputs<'a> {
    /// Returns how many items there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ids.len()
    }

    /// Says whether there is no item.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Returns the features of the item in a row.
    #[must_use]
    pub fn row(&self, item: usize) -> &'a [f32] {
        &self.features[item * ITEM_FEATURES..][..ITEM_FEATURES]
    }

    /// Refuses slices that do not fit each other.
    pub fn validate(&self) -> Result<(), ModelError> {
        length(
            "item features",
            self.features.len(),
            self.len() * ITEM_FEATURES,
        )
    }
}

/// What was shown beside the item of each pair in vain.
#[derive(Debug, Clone, Copy)]
pub struct InVain<'a> {
    /// Rows of the items, one pair after the other.
    pub items: &'a [u32],
    /// Where those of each pair begin, and where the last ones end: one value more than there are pairs.
    pub offsets: &'a [usize],
}

impl InVain<'_> {
    /// Returns the items of a pair.
    fn of(&self, pair: usize) -> &[u32] {
        &self.items[self.offsets[pair]..self.offsets[pair + 1]]
    }

    /// Draws an item of each pair; the pair's own, which weighs nothing, where nothing was shown in vain.
    fn draw(
        &self,
        data: &TrainingData<'_>,
        pairs: &[usize],
        stream: &mut RngStream,
    ) -> (Vec<usize>, Vec<f32>) {
        let drawn = pairs.iter().map(|pair| match self.of(*pair) {
            [] => (data.pairs[*pair].1 as usize, 0.0),
            items => (items[stream.below(items.len())] as usize, 1.0),
        });
        drawn.unzip()
    }
}

/// What a model is fitted to: (user, item) pairs that were positive, and the rows they point to.
#[derive(Debug, Clone, Copy)]
pub struct TrainingData<'a> {
    /// Rows of `users` and `items` that belong together; a pair that happened twice is listed twice.
    pub pairs: &'a [(u32, u32)],
    /// The users; a row may be a user as of one moment.
    pub users: UserInputs<'a>,
    /// The items.
    pub items: ItemInputs<'a>,
    /// What was shown in vain, if that is known; without it the softmax is all that is learned from.
    pub vain: Option<InVain<'a>>,
}

impl TrainingData<'_> {
    /// Refuses slices that do not fit each other and pairs that point outside them.
    pub fn validate(&self) -> Result<(), ModelError> {
        self.users.validate()?;
        self.items.validate()?;
        if self.pairs.is_empty() {
            return Err(ModelError::NoPairs);
        }
        for (user, item) in self.pairs {
            index("user row of a pair", *user as usize, self.users.len())?;
            index("item row of a pair", *item as usize, self.items.len())?;
        }
        let Some(vain) = self.vain else {
            return Ok(());
        };
        let last = vain.offsets.last().copied().unwrap_or(0);
        length("offsets in vain", vain.offsets.len(), self.pairs.len() + 1)?;
        length("items in vain", vain.items.len(), last)?;
        ascending("offset in vain", vain.offsets)?;
        for item in vain.items {
            index("item row in vain", *item as usize, self.items.len())?;
        }
        Ok(())
    }

    /// Returns ln p(item) of every item, p being its share of the pairs; items without a pair count as one pair.
    #[must_use]
    pub fn log_popularity(&self) -> Vec<f32> {
        let mut counts = vec![0u32; self.items.len()];
        for (_, item) in self.pairs {
            counts[*item as usize] += 1;
        }
        let n = self.pairs.len() as f64;
        counts
            .into_iter()
            .map(|c| math::ln(f64::from(c.max(1)) / n) as f32)
            .collect()
    }
}

fn length(what: &'static str, found: usize, expected: usize) -> Result<(), ModelError> {
    if found == expected {
        return Ok(());
    }
    Err(ModelError::Length {
        what,
        found,
        expected,
    })
}

fn index(what: &'static str, found: usize, below: usize) -> Result<(), ModelError> {
    if found < below {
        return Ok(());
    }
    Err(ModelError::Index { what, found, below })
}

fn ascending(what: &'static str, offsets: &[usize]) -> Result<(), ModelError> {
    match offsets.windows(2).find(|pair| pair[0] > pair[1]) {
        None => Ok(()),
        Some(pair) => index(what, pair[0], pair[1] + 1),
    }
}

/// Returns the row of an id in the table of id embeddings.
///
/// Ids are dense, so the remainder lets the newest `id_rows` items keep rows of their own, which no mixing hash would.
#[must_use]
pub const fn id_row(id: u32, id_rows: u32) -> u32 {
    id % id_rows
}

/// Returns the most recent `most` items of a history that are not `except`, newest first.
pub fn recent(history: &[u32], most: usize, except: Option<u32>) -> impl Iterator<Item = u32> + '_ {
    let kept = history
        .iter()
        .rev()
        .copied()
        .filter(move |id| Some(*id) != except);
    kept.take(most)
}

/// Inputs of the user tower as tensors, `n` rows.
#[derive(Debug)]
pub struct UserTensors {
    /// Profiles, (n, [`PROFILE_LENGTH`]).
    pub profiles: Tensor,
    /// Rows of the id table that each user's recent history points to.
    pub histories: MeanRows,
}

impl UserTensors {
    /// Gathers users, leaving the id beside each user out of that user's history.
    pub fn gather(
        config: &TwoTowerConfig,
        inputs: &UserInputs<'_>,
        users: impl ExactSizeIterator<Item = (usize, Option<u32>)>,
    ) -> Result<Self, ModelError> {
        let (n, most) = (users.len(), config.history_length as usize);
        let mut profiles = Vec::with_capacity(n * PROFILE_LENGTH);
        let mut histories = MeanRows::default();
        for (user, except) in users {
            profiles.extend_from_slice(inputs.profile(user));
            let ids = recent(inputs.history(user), most, except);
            histories.push(ids.map(|id| id_row(id, config.id_rows)));
        }
        Ok(Self {
            profiles: Tensor::from_vec(profiles, (n, PROFILE_LENGTH), &Device::Cpu)?,
            histories,
        })
    }
}

/// Inputs of the item tower as tensors, `n` rows.
#[derive(Debug)]
pub struct ItemTensors {
    /// Features, (n, [`ITEM_FEATURES`]).
    pub features: Tensor,
    /// Rows of the id table, (n).
    pub id_rows: MeanRows,
}

impl ItemTensors {
    /// Gathers items.
    pub fn gather(
        config: &TwoTowerConfig,
        inputs: &ItemInputs<'_>,
        items: impl ExactSizeIterator<Item = usize>,
    ) -> Result<Self, ModelError> {
        let n = items.len();
        let mut features = Vec::with_capacity(n * ITEM_FEATURES);
        let mut rows = MeanRows::default();
        for item in items {
            features.extend_from_slice(inputs.row(item));
            rows.push(std::iter::once(id_row(inputs.ids[item], config.id_rows)));
        }
        Ok(Self {
            features: Tensor::from_vec(features, (n, ITEM_FEATURES), &Device::Cpu)?,
            id_rows: rows,
        })
    }
}

/// A training batch of `b` pairs.
#[derive(Debug)]
pub struct Batch {
    /// The users of the pairs.
    pub users: UserTensors,
    /// The items of the pairs.
    pub items: ItemTensors,
    /// The loss that compares them.
    pub loss: InBatchSoftmax,
    /// What is compared with the items beside that, if anything is.
    pub vain: Option<Vain>,
}

/// An item for every pair of a batch that was shown beside the pair's own in vain.
#[derive(Debug)]
pub struct Vain {
    /// The items.
    pub items: ItemTensors,
    /// The loss that compares them with the pairs' own.
    pub loss: Pairwise,
    /// Weight of that loss.
    pub weight: f64,
}

impl Batch {
    /// Draws the batch of a step, uniformly from the pairs and with replacement.
    ///
    /// Being keyed by the step, a batch does not depend on how training was cut into calls.
    pub fn draw(
        config: &TwoTowerConfig,
        data: &TrainingData<'_>,
        log_popularity: &[f32],
        seed: u64,
        step: u32,
    ) -> Result<Self, ModelError> {
        let mut stream = RngStream::new(seed, Purpose::ModelBatch, 0, step);
        let drawn: Vec<usize> = (0..config.batch_size)
            .map(|_| stream.below(data.pairs.len()))
            .collect();
        let pairs: Vec<(usize, usize)> = drawn
            .iter()
            .map(|pair| data.pairs[*pair])
            .map(|(user, item)| (user as usize, item as usize))
            .collect();
        let mut batch = Self::of_pairs(config, data, log_popularity, &pairs)?;
        if let Some(vain) = data.vain.filter(|_| config.impression_weight > 0.0) {
            let (items, weights) = vain.draw(data, &drawn, &mut stream);
            batch.vain = Some(Vain {
                items: ItemTensors::gather(config, &data.items, items.into_iter())?,
                loss: Pairwise {
                    temperature: config.temperature as f32,
                    weights,
                },
                weight: config.impression_weight,
            });
        }
        Ok(batch)
    }

    /// Gathers the batch of the given pairs, with nothing that was shown in vain.
    pub fn of_pairs(
        config: &TwoTowerConfig,
        data: &TrainingData<'_>,
        log_popularity: &[f32],
        pairs: &[(usize, usize)],
    ) -> Result<Self, ModelError> {
        let ids = data.items.ids;
        let columns = pairs.iter().map(|(_, item)| *item);
        let loss = InBatchSoftmax {
            temperature: config.temperature as f32,
            ids: columns.clone().map(|item| ids[item]).collect(),
            log_popularity: columns
                .map(|item| {
                    if config.corrects_popularity {
                        log_popularity[item]
                    } else {
                        0.0
                    }
                })
                .collect(),
        };
        let users = pairs.iter().map(|(user, item)| (*user, Some(ids[*item])));
        let items = pairs.iter().map(|(_, item)| *item);
        Ok(Self {
            users: UserTensors::gather(config, &data.users, users)?,
            items: ItemTensors::gather(config, &data.items, items)?,
            loss,
            vain: None,
        })
    }
}
