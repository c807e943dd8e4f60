//! EMCDR: factors of each domain by themselves, and a mapping from the users' factors of one to those of the other.
//!
//! Domains share their users, not their items.

use super::config::TransferConfig;
use super::mapping::Mapping;
use crate::platform::models::bpr::{Bpr, BprConfig};
use crate::platform::models::hold_out::check_rows;
use crate::platform::models::interaction_log::InteractionLog;
use crate::platform::models::interactions::Interactions;
use crate::platform::models::params::ModelError;
use crate::sim::math;

/// A fitted mapping between two domains.
///
/// # Source
/// Man, Shen, Jin and Cheng (2017), with BPR factors and a linear mapping.
#[derive(Debug, Clone)]
pub struct Emcdr {
    trust: f64,
    source: Bpr,
    target: Bpr,
    /// Engagements of every user in the source and in the target.
    counts: Vec<(usize, usize)>,
    mapping: Mapping,
    n_items: usize,
}

impl Emcdr {
    /// Factorises both domains and maps users with engagements in both.
    ///
    /// # Errors
    /// [`ModelError`] if a log is empty or points outside its tables, the logs have not the same users, or a setting is outside
    /// its range.
    pub fn fit(
        source: &InteractionLog,
        target: &InteractionLog,
        config: &TransferConfig,
        seed: u64,
    ) -> Result<Self, ModelError> {
        config.validate()?;
        same_users(source, target)?;
        let d = config.dimensions as usize;
        let (x, y) = (matrix(source)?, matrix(target)?);
        let counts: Vec<(usize, usize)> = (0..source.n_users)
            .map(|u| (x.of_user(u).len(), y.of_user(u).len()))
            .collect();
        let source = factors(&x, config, seed)?;
        let target = factors(&y, config, seed)?;
        let (mut from, mut to) = (Vec::new(), Vec::new());
        for (user, (in_source, in_target)) in counts.iter().enumerate() {
            if *in_source > 0 && *in_target > 0 {
                from.extend_from_slice(source.user_factors(user));
                to.extend_from_slice(target.user_factors(user));
            }
        }
        let mapping = Mapping::fit((&from, d), (&to, d), config.ridge)?;
        Ok(Self {
            trust: config.trust,
            source,
            target,
            counts,
            mapping,
            n_items: y.n_items(),
        })
    }

    /// Returns the mapping between the users' factors.
    #[must_use]
    pub const fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    /// Returns a user's factors in the target: g · own + (1 − g) · mapped, with g = n / (n + trust) for n engagements there.
    ///
    /// Without engagements in the source nothing is mapped, and the own factors stand alone.
    ///
    /// # Errors
    /// [`ModelError::Index`] for an unknown user.
    pub fn user(&self, user: u32) -> Result<Vec<f32>, ModelError> {
        let at = user as usize;
        let (in_source, in_target) = *self.counts.get(at).ok_or(ModelError::Index {
            what: "user",
            found: at,
            below: self.counts.len(),
        })?;
        let own = self.target.user_factors(at);
        if in_source == 0 {
            return Ok(own.to_vec());
        }
        let n = in_target as f64;
        let weight = if in_target == 0 {
            0.0
        } else {
            (n / (n + self.trust)) as f32
        };
        let mapped = self.mapping.of(self.source.user_factors(at));
        let both = own.iter().zip(mapped);
        Ok(both.map(|(o, m)| weight * o + (1.0 - weight) * m).collect())
    }

    /// Writes the scores of all items of the target for a user.
    ///
    /// # Errors
    /// [`ModelError::Index`] for an unknown user; [`ModelError::Length`] if `scores` has not one value an item.
    pub fn score(&self, user: u32, scores: &mut [f32]) -> Result<(), ModelError> {
        if scores.len() != self.n_items {
            return Err(ModelError::Length {
                what: "scores",
                found: scores.len(),
                expected: self.n_items,
            });
        }
        let user = self.user(user)?;
        for (item, score) in (0u32..).zip(scores) {
            *score = math::dot(&user, self.target.item_factors(item));
        }
        Ok(())
    }
}

/// Learns the factors of one domain; also the baseline of the target alone.
///
/// # Errors
/// [`ModelError::Value`] if BPR refuses a setting.
pub fn factors(x: &Interactions, config: &TransferConfig, seed: u64) -> Result<Bpr, ModelError> {
    let bpr = BprConfig {
        dimensions: config.dimensions as usize,
        learning_rate: config.learning_rate as f32,
        batch: config.batch_size as usize,
        epochs: config.epochs as usize,
        regularization: 0.01,
        seed,
    };
    Bpr::fit(x, bpr).map_err(|e| ModelError::Value {
        what: "factors".to_owned(),
        found: e.to_string(),
        allowed: "settings that BPR takes".to_owned(),
    })
}

/// Returns who met what, of a log that is not empty.
///
/// # Errors
/// [`ModelError::NoPairs`], [`ModelError::Index`].
pub fn matrix(log: &InteractionLog) -> Result<Interactions, ModelError> {
    check_rows(log)?;
    log.matrix().map_err(|e| ModelError::Value {
        what: "log".to_owned(),
        found: e.to_string(),
        allowed: "rows inside its tables".to_owned(),
    })
}

/// Refuses domains that have not the same users.
///
/// # Errors
/// [`ModelError::Length`].
pub fn same_users(source: &InteractionLog, target: &InteractionLog) -> Result<(), ModelError> {
    if source.n_users == target.n_users {
        return Ok(());
    }
    Err(ModelError::Length {
        what: "users of the source",
        found: source.n_users,
        expected: target.n_users,
    })
}
