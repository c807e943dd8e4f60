//! Logs as the towers take them.
//!
//! Features of all blocks are folded into the columns that the item tower has; the profile of a user is the normalised sum
//! of those of its items.

use crate::platform::models::fusion::modalities::wanted;
use crate::platform::models::interaction_log::InteractionLog;
use crate::platform::models::params::ModelError;
use crate::platform::models::two_tower::data::{
    ITEM_FEATURES, ItemInputs, PROFILE_LENGTH, UserInputs,
};
use crate::sim::math;
use crate::sim::rng::mix;

/// Facts about items as the towers take them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Items {
    /// `(n_items, ITEM_FEATURES)`
    pub features: Vec<f32>,
    /// `(n_items, PROFILE_LENGTH)`
    pub topics: Vec<f32>,
    /// Their numbers.
    pub ids: Vec<u32>,
}

/// Rows of the user tower.
#[derive(Debug, Clone, Default)]
pub struct Users {
    /// Profiles, `(n, PROFILE_LENGTH)`.
    pub profiles: Vec<f32>,
    /// Histories, one after the other; a user's own row is one more item.
    pub history: Vec<u32>,
    /// Where each history begins, and where the last one ends.
    pub offsets: Vec<usize>,
}

impl Users {
    /// Adds a user with its newest items; `own` is its row in the table of ids, if it has one.
    pub fn push(&mut self, items: &Items, own: Option<u32>, past: &[u32]) {
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        let from = self.profiles.len();
        self.profiles.resize(from + PROFILE_LENGTH, 0.0);
        let profile = &mut self.profiles[from..];
        for item in past {
            let topics = &items.topics[*item as usize * PROFILE_LENGTH..][..PROFILE_LENGTH];
            for (p, t) in profile.iter_mut().zip(topics) {
                *p += t;
            }
        }
        unit(profile);
        self.history.extend_from_slice(past);
        self.history.extend(own);
        self.offsets.push(self.history.len());
    }

    /// Shows them as the tower takes them.
    #[must_use]
    pub fn inputs(&self) -> UserInputs<'_> {
        UserInputs {
            profiles: &self.profiles,
            history_ids: &self.history,
            history_offsets: &self.offsets,
        }
    }
}

impl Items {
    /// Folds the features of all blocks.
    ///
    /// # Errors
    /// [`ModelError::Length`] if a block has not one row an item.
    pub fn of(log: &InteractionLog) -> Result<Self, ModelError> {
        let blocks = wanted(&log.items, log.n_items, |_| true)?;
        let n_columns: usize = blocks.iter().map(|b| b.width).sum();
        let mut items = Self {
            features: vec![0.0; log.n_items * ITEM_FEATURES],
            topics: vec![0.0; log.n_items * PROFILE_LENGTH],
            ids: (0..log.n_items as u32).collect(),
        };
        for (width, table) in [
            (ITEM_FEATURES, &mut items.features),
            (PROFILE_LENGTH, &mut items.topics),
        ] {
            for (item, into) in table.chunks_exact_mut(width).enumerate() {
                let mut column = 0;
                for b in &blocks {
                    for v in &b.values[item * b.width..][..b.width] {
                        let (at, sign) = fold(column, n_columns, width);
                        into[at] += sign * v;
                        column += 1;
                    }
                }
                unit(into);
            }
        }
        Ok(items)
    }

    /// Shows them as the tower takes them.
    #[must_use]
    pub fn inputs(&self) -> ItemInputs<'_> {
        ItemInputs {
            ids: &self.ids,
            features: &self.features,
        }
    }
}

/// Returns where a column goes and with which sign: its own place if there is one for all, else one picked by a hash.
///
/// # Source
/// Weinberger et al. (2009) for the signs, which keep products unbiased.
pub fn fold(column: usize, n_columns: usize, width: usize) -> (usize, f32) {
    if n_columns <= width {
        return (column, 1.0);
    }
    let bits = mix(column as u64 + 1);
    let sign = if bits >> 63 == 0 { 1.0 } else { -1.0 };
    ((bits % width as u64) as usize, sign)
}

/// Scales to length 1, unless all is 0.
pub fn unit(row: &mut [f32]) {
    let norm = math::dot(row, row).sqrt();
    if norm > 0.0 {
        for x in row {
            *x /= norm;
        }
    }
}
