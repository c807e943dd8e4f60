//! What transfer gains over the target alone, with little and with much of the target's data.
//!
//! The last item of every user in the target is the test; of the rest a share of the rows is kept. Both models learn from
//! those rows, one also from the source, and rank all items that the user has not met in the kept rows.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::config::TransferConfig;
use super::emcdr::{Emcdr, factors, matrix, same_users};
use super::shared::SharedTower;
use crate::platform::models::evaluation::rank_of;
use crate::platform::models::hold_out::HoldOut;
use crate::platform::models::interaction_log::InteractionLog;
use crate::platform::models::params::ModelError;
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};

/// Shares of the target's rows at which a report is made.
pub const SHARES: [f64; 4] = [0.01, 0.05, 0.10, 0.50];

/// How one domain helps another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// One user tower with a head a domain.
    SharedTower,
    /// A mapping between the users' factors.
    Emcdr,
}

/// Means over the test users.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Mean of 1/log₂(rank + 1) for ranks up to ten, else 0.
    pub ndcg_10: f64,
    /// Share of users whose item is among the first ten.
    pub hit_rate_10: f64,
}

/// What transfer gains at one share of the target's data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gain {
    /// Share of the target's rows that was kept.
    pub share: f64,
    /// Rows that were kept.
    pub n_rows: usize,
    /// Users that were tested.
    pub n_users: usize,
    /// Without the source.
    pub target_only: Quality,
    /// With the source.
    pub transfer: Quality,
    /// Mean difference in NDCG@10, and the 2.5 and 97.5 percentiles of its bootstrap over users.
    pub difference: Interval,
}

/// A mean with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Mean.
    pub mean: f64,
    /// 2.5 percentile.
    pub low: f64,
    /// 97.5 percentile.
    pub high: f64,
}

impl Gain {
    /// Says whether the source does harm: the whole interval lies below 0.
    #[must_use]
    pub fn is_negative_transfer(&self) -> bool {
        self.difference.high < 0.0
    }

    /// Says whether the source helps: the whole interval lies above 0.
    #[must_use]
    pub fn helps(&self) -> bool {
        self.difference.low > 0.0
    }
}

/// Compares transfer with the target alone at each of `shares`.
///
/// Rows are kept by a number drawn for each, so that those of a smaller share are among those of a larger one. The target alone is
/// learned by the same method: the tower without a source, or BPR factors.
///
/// # Errors
/// [`ModelError`] of a fit, or if nothing of the target is left at a share.
pub fn compare(
    source: &InteractionLog,
    target: &InteractionLog,
    method: Method,
    shares: &[f64],
    config: &TransferConfig,
    seed: u64,
) -> Result<Vec<Gain>, ModelError> {
    same_users(source, target)?;
    let split = HoldOut::split(target, target.n_users)?;
    let none = InteractionLog {
        n_users: source.n_users,
        n_items: source.n_items,
        ..InteractionLog::default()
    };
    let mut gains = Vec::with_capacity(shares.len());
    for share in shares {
        let kept = keep(&split, target, *share, seed);
        let (alone, with) = match method {
            Method::SharedTower => {
                let go = &mut |_| ControlFlow::Continue(());
                let (alone, _) = SharedTower::fit(&none, &kept, config, seed, go)?;
                let (with, _) = SharedTower::fit(source, &kept, config, seed, go)?;
                (
                    judge(&split, &kept, |user, scores| alone.score(user, scores))?,
                    judge(&split, &kept, |user, scores| with.score(user, scores))?,
                )
            }
            Method::Emcdr => {
                let alone = factors(&matrix(&kept)?, config, seed)?;
                let with = Emcdr::fit(source, &kept, config, seed)?;
                (
                    judge(&split, &kept, |user, scores| {
                        alone.score_user(user as usize, scores);
                        Ok(())
                    })?,
                    judge(&split, &kept, |user, scores| with.score(user, scores))?,
                )
            }
        };
        let differences: Vec<f64> = with.iter().zip(&alone).map(|(w, a)| w - a).collect();
        gains.push(Gain {
            share: *share,
            n_rows: kept.interactions.len(),
            n_users: split.held.len(),
            target_only: quality(&alone),
            transfer: quality(&with),
            difference: bootstrap(&differences, config.resamples, seed),
        });
    }
    Ok(gains)
}

/// Keeps a share of the rows that are not the test.
fn keep(split: &HoldOut, target: &InteractionLog, share: f64, seed: u64) -> InteractionLog {
    let mut kept = Vec::new();
    for (user, rows) in (0u64..).zip(&split.by_user) {
        let mut rng = RngStream::new(seed, Purpose::ModelBatch, user, u32::MAX);
        kept.extend(rows.iter().filter(|_| rng.uniform() < share).copied());
    }
    kept.sort_by_key(|i| i.time);
    InteractionLog {
        n_users: target.n_users,
        n_items: target.n_items,
        interactions: kept,
        items: Arc::clone(&target.items),
        ..InteractionLog::default()
    }
}

/// Returns each test user's 1/log₂(rank + 1), or 0 below the tenth rank.
fn judge(
    split: &HoldOut,
    kept: &InteractionLog,
    mut score: impl FnMut(u32, &mut [f32]) -> Result<(), ModelError>,
) -> Result<Vec<f64>, ModelError> {
    let met = kept.by_user();
    let mut scores = vec![0.0f32; kept.n_items];
    let mut all = Vec::with_capacity(split.held.len());
    for (user, item) in &split.held {
        score(*user, &mut scores)?;
        for i in &met[*user as usize] {
            if i.item != *item {
                scores[i.item as usize] = f32::NEG_INFINITY;
            }
        }
        let rank = rank_of(*item, &scores);
        all.push(if rank <= 10 {
            1.0 / math::log2(rank as f64 + 1.0)
        } else {
            0.0
        });
    }
    Ok(all)
}

fn quality(gains: &[f64]) -> Quality {
    let n = gains.len().max(1) as f64;
    Quality {
        ndcg_10: gains.iter().sum::<f64>() / n,
        hit_rate_10: gains.iter().filter(|g| **g > 0.0).count() as f64 / n,
    }
}

/// Returns the mean of differences with its percentile bootstrap interval over users.
///
/// # Source
/// Efron and Tibshirani (1993), chapter 13.
#[must_use]
pub fn bootstrap(differences: &[f64], resamples: u32, seed: u64) -> Interval {
    let n = differences.len();
    if n == 0 {
        let (mean, low, high) = (0.0, 0.0, 0.0);
        return Interval { mean, low, high };
    }
    let mut means: Vec<f64> = (0..resamples.max(1))
        .map(|sample| {
            let mut rng = RngStream::new(seed, Purpose::Bootstrap, 0, sample);
            (0..n).map(|_| differences[rng.below(n)]).sum::<f64>() / n as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let at = |share: f64| means[((means.len() - 1) as f64 * share).round() as usize];
    Interval {
        mean: differences.iter().sum::<f64>() / n as f64,
        low: at(0.025),
        high: at(0.975),
    }
}
