//! One user tower for all domains, with a head for each.
//!
//! `score(u, i) = (p_u · W_domain) · q_i + b_i`: the vector of a user is learned from all that it does, the head turns it for
//! a domain. With an empty source this is a model of the target alone.

use std::ops::ControlFlow;

use super::config::TransferConfig;
use super::emcdr::same_users;
use crate::platform::models::hold_out::check_rows;
use crate::platform::models::interaction_log::InteractionLog;
use crate::platform::models::layers::dense::add_transposed_product;
use crate::platform::models::layers::products::product;
use crate::platform::models::layers::softmax::CorrectedSoftmax;
use crate::platform::models::model::{Epoch, FitReport, Watch};
use crate::platform::models::optimizer::AdamW;
use crate::platform::models::params::{ModelError, ParamStore};
use crate::platform::models::samples::{Columns, shares};
use crate::platform::models::two_tower::dense::transposed;
use crate::sim::rng::{Purpose, RngStream};

/// Deviation of vectors at the start.
const DEVIATION: f64 = 0.1;

/// Where a domain lies in the parameter store.
#[derive(Debug, Clone, Copy)]
struct Domain {
    /// `(d, d)`
    head: usize,
    /// `(n_items, d + 1)`, the last column is the bias.
    items: usize,
}

/// Users with one vector, and a head and items a domain.
///
/// # Source
/// Caruana (1997) for shared towers with heads of their own.
#[derive(Debug)]
pub struct SharedTower {
    params: ParamStore,
    users: usize,
    source: Domain,
    target: Domain,
    n_users: usize,
    d: usize,
}

impl SharedTower {
    /// Learns from both domains, a batch of the one, then one of the other; the source may be empty.
    ///
    /// # Errors
    /// [`ModelError`] if the target is empty, a log points outside its tables, the logs have not the same users, a setting is outside
    /// its range, or training left the finite numbers.
    pub fn fit(
        source: &InteractionLog,
        target: &InteractionLog,
        config: &TransferConfig,
        seed: u64,
        watch: &mut Watch<'_>,
    ) -> Result<(Self, FitReport), ModelError> {
        config.validate()?;
        same_users(source, target)?;
        check_rows(target)?;
        if !source.interactions.is_empty() {
            check_rows(source)?;
        }
        let mut tower = Self::new(source, target, config, seed)?;
        let mut adam = AdamW::new(&tower.params, config.learning_rate, config.weight_decay);
        let pairs = |log: &InteractionLog| -> Vec<(u32, u32)> {
            log.interactions.iter().map(|i| (i.user, i.item)).collect()
        };
        let mut domains = [
            (tower.source, pairs(source), source.n_items),
            (tower.target, pairs(target), target.n_items),
        ];
        let of_items = domains
            .each_ref()
            .map(|(_, pairs, n)| shares(pairs.iter().map(|(_, item)| *item), *n));
        let n_rows = domains
            .iter()
            .map(|(_, pairs, _)| pairs.len())
            .sum::<usize>();
        let n_parameters = (0..tower.params.len()).map(|p| tower.params.values(p).len());
        let mut report = FitReport {
            n_rows: n_rows as u64,
            n_parameters: n_parameters.sum::<usize>() as u64,
            curve: Vec::new(),
        };
        let size = config.batch_size as usize;
        for epoch in 0..config.epochs {
            for (at, (_, pairs, _)) in domains.iter_mut().enumerate() {
                let mut rng = RngStream::new(seed, Purpose::ModelBatch, at as u64, epoch);
                for last in (1..pairs.len()).rev() {
                    pairs.swap(last, rng.below(last + 1));
                }
            }
            let most = domains.iter().map(|(_, pairs, _)| pairs.len()).max();
            let n_batches = most.unwrap_or(0).div_ceil(size);
            let (mut sum, mut n) = (0.0, 0);
            for batch in 0..n_batches {
                for ((domain, pairs, _), shares) in domains.iter().zip(&of_items) {
                    let Some(batch) = pairs.chunks(size).nth(batch) else {
                        continue;
                    };
                    let sampled = config.sampled_items as usize;
                    let step = adam.step_count();
                    let loss = tower.step(&mut adam, *domain, batch, shares, sampled)?;
                    if !loss.is_finite() {
                        return Err(ModelError::Diverged { step, loss });
                    }
                    sum += loss * batch.len() as f64;
                    n += batch.len();
                }
            }
            let epoch = Epoch {
                epoch: epoch + 1,
                of: config.epochs,
                loss: sum / n.max(1) as f64,
                held_out: None,
            };
            report.curve.push(epoch);
            if watch(epoch) == ControlFlow::Break(()) {
                break;
            }
        }
        Ok((tower, report))
    }

    fn new(
        source: &InteractionLog,
        target: &InteractionLog,
        config: &TransferConfig,
        seed: u64,
    ) -> Result<Self, ModelError> {
        let d = config.dimensions as usize;
        let mut params = ParamStore::new(seed);
        let users = params.table("users", &[target.n_users, d], DEVIATION)?;
        // The target first, so that its start does not depend on the source.
        let mut domain = |name: &str, n_items: usize| -> Result<Domain, ModelError> {
            let head = params.table(&format!("{name}.head"), &[d, d], 0.0)?;
            let items = params.table(&format!("{name}.items"), &[n_items, d + 1], DEVIATION)?;
            params.update(head, |w| {
                for i in 0..d {
                    w[i * d + i] = 1.0;
                }
            })?;
            params.update(items, |q| {
                for row in q.chunks_exact_mut(d + 1) {
                    row[d] = 0.0;
                }
            })?;
            Ok(Domain { head, items })
        };
        let target_at = domain("target", target.n_items)?;
        let source_at = domain("source", source.n_items)?;
        Ok(Self {
            params,
            users,
            source: source_at,
            target: target_at,
            n_users: target.n_users,
            d,
        })
    }

    /// Turns users' vectors for a domain and adds the 1 that meets the bias, `(n, d + 1)`.
    fn turned(&self, domain: Domain, users: &[f32]) -> Vec<f32> {
        let turned = product(users, self.params.values(domain.head), self.d, None);
        let rows = turned.chunks_exact(self.d);
        rows.flat_map(|row| row.iter().copied().chain(std::iter::once(1.0)))
            .collect()
    }

    fn gathered(&self, table: usize, rows: impl Iterator<Item = u32>, width: usize) -> Vec<f32> {
        let table = self.params.values(table);
        let mut out = Vec::new();
        for row in rows {
            out.extend_from_slice(&table[row as usize * width..][..width]);
        }
        out
    }

    fn step(
        &mut self,
        adam: &mut AdamW,
        domain: Domain,
        batch: &[(u32, u32)],
        shares: &[f64],
        sampled: usize,
    ) -> Result<f64, ModelError> {
        let (d, width) = (self.d, self.d + 1);
        let sought: Vec<u32> = batch.iter().map(|(_, item)| *item).collect();
        let seed = domain.items as u64;
        let columns = Columns::draw(&sought, sampled, shares, seed, adam.step_count());
        let users = self.gathered(self.users, batch.iter().map(|(user, _)| *user), d);
        let x = self.turned(domain, &users);
        let y = match &columns.items {
            Some(items) => self.gathered(domain.items, items.iter().copied(), width),
            None => self.params.values(domain.items).to_vec(),
        };
        let softmax = CorrectedSoftmax {
            scale: 1.0,
            own: sought.iter().map(|item| columns.of(*item)).collect(),
            correction: columns.log_inclusion.clone(),
        };
        let (loss, of_x, of_y) = softmax.both(&x, &y, &transposed(&y, width), width);
        let share = 1.0 / batch.len() as f32;
        let of_turned: Vec<f32> = of_x
            .chunks_exact(width)
            .flat_map(|row| row[..d].iter().map(|g| share * g))
            .collect();
        let mut gradients: Vec<Vec<f32>> = vec![Vec::new(); self.params.len()];
        for p in [self.users, domain.head, domain.items] {
            gradients[p] = vec![0.0; self.params.values(p).len()];
        }
        for (at, g) in of_y.chunks_exact(width).enumerate() {
            let row = columns.items.as_ref().map_or(at, |c| c[at] as usize);
            let into = &mut gradients[domain.items][row * width..][..width];
            for (i, g) in into.iter_mut().zip(g) {
                *i += share * g;
            }
        }
        add_transposed_product(&users, &of_turned, d, d, &mut gradients[domain.head]);
        let head = transposed(self.params.values(domain.head), d);
        let of_users = product(&of_turned, &head, d, None);
        for ((user, _), g) in batch.iter().zip(of_users.chunks_exact(d)) {
            let into = &mut gradients[self.users][*user as usize * d..][..d];
            for (i, g) in into.iter_mut().zip(g) {
                *i += g;
            }
        }
        adam.step_plain(&mut self.params, &gradients)?;
        Ok(f64::from(loss))
    }

    /// Writes the scores of all items of the target for a user.
    ///
    /// # Errors
    /// [`ModelError::Index`] for an unknown user; [`ModelError::Length`] if `scores` has not one value an item.
    pub fn score(&self, user: u32, scores: &mut [f32]) -> Result<(), ModelError> {
        let (found, below) = (user as usize, self.n_users);
        if found >= below {
            let what = "user";
            return Err(ModelError::Index { what, found, below });
        }
        let items = self.params.values(self.target.items);
        let width = self.d + 1;
        if scores.len() * width != items.len() {
            return Err(ModelError::Length {
                what: "scores",
                found: scores.len(),
                expected: items.len() / width,
            });
        }
        let own = self.gathered(self.users, std::iter::once(user), self.d);
        let turned = self.turned(self.target, &own);
        scores.copy_from_slice(&product(&turned, &transposed(items, width), width, None));
        Ok(())
    }

    /// Returns all parameters by name.
    #[must_use]
    pub const fn params(&self) -> &ParamStore {
        &self.params
    }
}
