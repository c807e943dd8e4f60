//! iALS: factors of users and items by alternating least squares over all pairs, met or not.
//!
//! Minimizes `Σ_ui c_ui (p_ui − x_uᵀ y_i)² + λ (Σ_u |x_u|² + Σ_i |y_i|²)` with p = 1 and a confidence c of its own for
//! what was met, p = 0 and c = 1 for all the rest. With one side fixed, every row of the other has a solution in closed form,
//!
//! `x_u = (YᵀY + Σ_{i met} (c_ui − 1) y_i y_iᵀ + λI)⁻¹ Σ_{i met} c_ui y_i`,
//!
//! found here by a Cholesky factor a row. Only the item factors are kept: those of a person follow from what it met, the
//! same way for everybody, so that a changed past needs no new fit.

use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::sim::rng::{Purpose, RngStream};

use super::super::params::ModelError;
use super::normal_equations::{add_gram, add_products, dot, factorize, refused, side_of, solve};

/// How factors are learned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImplicitAlsConfig {
    /// Factors per user and item, at least 1.
    pub dimensions: usize,
    /// Pull of all factors towards 0, above 0.
    pub regularization: f64,
    /// Times both sides are solved.
    pub iterations: usize,
    /// Seed of the factors that learning starts from.
    pub seed: u64,
}

/// What a user (or item) met, with the confidence of each, above 0.
pub type Met = Vec<(u32, f64)>;

/// Deviation of the factors that learning starts from.
const START: f64 = 0.01;

/// Fitted item factors.
///
/// # Source
/// Hu, Koren and Volinsky (2008), "Collaborative filtering for implicit feedback datasets".
#[derive(Debug, Clone, PartialEq)]
pub struct ImplicitAls {
    dimensions: usize,
    items: Side,
}

/// Factors of one side, ready to solve the other.
#[derive(Debug, Clone, PartialEq)]
struct Side {
    /// Row-major, each row filled with zeros up to `width`.
    table: Vec<f64>,
    width: usize,
    /// Sum of all outer products, plus λ on the diagonal.
    base: Vec<f64>,
    /// Cholesky factor of `base`.
    factor: Vec<f64>,
}

impl Side {
    fn new(table: Vec<f64>, side: usize, regularization: f64) -> Result<Self, ModelError> {
        let mut base = vec![0.0; side * side];
        for i in 0..side {
            base[i * side + i] = regularization;
        }
        add_gram(&mut base, &table, side);
        let mut factor = base.clone();
        factorize(&mut factor, side).map_err(refused)?;
        Ok(Self {
            table,
            width: side,
            base,
            factor,
        })
    }

    fn row(&self, at: u32) -> &[f64] {
        &self.table[at as usize * self.width..][..self.width]
    }

    /// Solves the row of the other side that met this; `room` is scratch memory.
    fn solve_row(
        &self,
        met: &[(u32, f64)],
        x: &mut [f64],
        room: &mut Room,
    ) -> Result<(), ModelError> {
        x.fill(0.0);
        for (at, confidence) in met {
            for (x, y) in x.iter_mut().zip(self.row(*at)) {
                *x += confidence * y;
            }
        }
        solve(self.factor_of(met, room)?, x);
        Ok(())
    }

    /// Returns the factor of the row's matrix; the common one where no confidence differs from that of the unmet.
    fn factor_of<'a>(
        &'a self,
        met: &[(u32, f64)],
        room: &'a mut Room,
    ) -> Result<&'a [f64], ModelError> {
        room.left.clear();
        room.right.clear();
        for (at, confidence) in met.iter().filter(|(_, c)| *c != 1.0) {
            let y = self.row(*at);
            room.right.extend_from_slice(y);
            room.left.extend(y.iter().map(|y| (confidence - 1.0) * y));
        }
        if room.left.is_empty() {
            return Ok(&self.factor);
        }
        room.matrix.clear();
        room.matrix.extend_from_slice(&self.base);
        add_products(&mut room.matrix, &room.left, &room.right, self.width);
        factorize(&mut room.matrix, self.width).map_err(refused)?;
        Ok(&room.matrix)
    }

    /// Solves all rows of the other side.
    fn solve_all(&self, rows: &[Met]) -> Result<Vec<f64>, ModelError> {
        let mut table = vec![0.0; rows.len() * self.width];
        let results: Vec<_> = table
            .par_chunks_exact_mut(self.width)
            .zip(rows)
            .map_init(Room::default, |room, (x, met)| self.solve_row(met, x, room))
            .collect();
        results.into_iter().collect::<Result<(), _>>()?;
        Ok(table)
    }
}

/// Memory that is used again for every row.
#[derive(Debug, Default)]
struct Room {
    left: Vec<f64>,
    right: Vec<f64>,
    matrix: Vec<f64>,
}

impl ImplicitAls {
    /// Learns from what every user met; `after_iteration` receives the iterations done, from 1, and the loss a pair.
    ///
    /// # Errors
    /// [`ModelError::Value`] if a value of the configuration or a confidence is outside its range,
    /// [`ModelError::Index`] for an item that is not below `n_items`, [`ModelError::Diverged`] if the loss is not finite.
    pub fn fit(
        n_items: usize,
        users: &[Met],
        config: ImplicitAlsConfig,
        mut after_iteration: impl FnMut(usize, f64) -> ControlFlow<()>,
    ) -> Result<Self, ModelError> {
        check(n_items, users, config)?;
        let (d, lambda) = (config.dimensions, config.regularization);
        let side = side_of(d);
        let mut by_item: Vec<Met> = vec![Vec::new(); n_items];
        for (user, met) in (0u32..).zip(users) {
            for (item, confidence) in met {
                by_item[*item as usize].push((user, *confidence));
            }
        }
        let mut rng = RngStream::new(config.seed, Purpose::ModelInit, 0, 0);
        let mut table = vec![0.0; n_items * side];
        for row in table.chunks_exact_mut(side) {
            row[..d].fill_with(|| START * rng.normal());
        }
        let mut items = Side::new(table, side, lambda)?;
        for iteration in 1..=config.iterations {
            let of_users = Side::new(items.solve_all(users)?, side, lambda)?;
            items = Side::new(of_users.solve_all(&by_item)?, side, lambda)?;
            let n_pairs = (users.len() * n_items).max(1) as f64;
            let loss = loss(&of_users, &items, users, lambda) / n_pairs;
            if !loss.is_finite() {
                let step = iteration as u32;
                return Err(ModelError::Diverged { step, loss });
            }
            if after_iteration(iteration, loss).is_break() {
                break;
            }
        }
        // As it will be stored, so that what is loaded is the same to the bit.
        let factors: Vec<f32> = items
            .table
            .chunks_exact(side)
            .flat_map(|row| row[..d].iter().map(|y| *y as f32))
            .collect();
        Self::from_factors(&factors, d, lambda)
    }

    /// Takes item factors as they were once fitted, `[n_items, dimensions]` row-major.
    ///
    /// # Errors
    /// [`ModelError::Value`] if they are not finite.
    ///
    /// # Panics
    /// If `factors` is not a multiple of `dimensions` long.
    pub fn from_factors(
        factors: &[f32],
        dimensions: usize,
        regularization: f64,
    ) -> Result<Self, ModelError> {
        let side = side_of(dimensions);
        let rows = factors.chunks_exact(dimensions);
        assert!(rows.remainder().is_empty(), "rows are whole");
        let mut table = vec![0.0; rows.len() * side];
        for (to, from) in table.chunks_exact_mut(side).zip(rows) {
            for (to, from) in to.iter_mut().zip(from) {
                *to = f64::from(*from);
            }
        }
        let items = Side::new(table, side, regularization)?;
        Ok(Self { dimensions, items })
    }

    /// Returns the item factors, `[n_items, dimensions]` row-major.
    #[must_use]
    pub fn factors(&self) -> Vec<f32> {
        let rows = self.items.table.chunks_exact(self.items.width);
        rows.flat_map(|row| row[..self.dimensions].iter().map(|y| *y as f32))
            .collect()
    }

    /// Returns the factors of somebody who met this; all zeros for nothing.
    ///
    /// # Errors
    /// [`ModelError::Value`] if confidences below 1 leave no solution.
    ///
    /// # Panics
    /// If an item is unknown.
    pub fn fold_in(&self, met: &[(u32, f64)]) -> Result<Vec<f64>, ModelError> {
        let mut x = vec![0.0; self.items.width];
        self.items.solve_row(met, &mut x, &mut Room::default())?;
        Ok(x)
    }

    /// Writes `xᵀ y_i` of every item.
    ///
    /// # Errors
    /// Those of [`ImplicitAls::fold_in`].
    pub fn score(&self, met: &[(u32, f64)], scores: &mut [f32]) -> Result<(), ModelError> {
        let x = self.fold_in(met)?;
        let rows = self.items.table.chunks_exact(self.items.width);
        for (score, y) in scores.iter_mut().zip(rows) {
            *score = dot(&x, y) as f32;
        }
        Ok(())
    }

    /// Splits a score by what was met: `c_um · y_iᵀ W y_m` with `W` the inverse of the person's matrix.
    ///
    /// Similarity `y_iᵀ W y_m` is how alike the two items are in the eyes of this person.
    ///
    /// # Errors
    /// Those of [`ImplicitAls::fold_in`].
    ///
    /// # Panics
    /// If an item is unknown.
    ///
    /// # Source
    /// Hu, Koren and Volinsky (2008), section 5.
    pub fn explain(&self, met: &[(u32, f64)], item: u32) -> Result<Vec<(u32, f64)>, ModelError> {
        let mut seen = self.items.row(item).to_vec();
        let mut room = Room::default();
        solve(self.items.factor_of(met, &mut room)?, &mut seen);
        let part = |(m, c): &(u32, f64)| (*m, c * dot(&seen, self.items.row(*m)));
        Ok(met.iter().map(part).collect())
    }
}

fn check(n_items: usize, users: &[Met], config: ImplicitAlsConfig) -> Result<(), ModelError> {
    let refuse = |what: &str, found: String, allowed: &str| {
        Err(ModelError::Value {
            what: what.to_owned(),
            found,
            allowed: allowed.to_owned(),
        })
    };
    if config.dimensions == 0 {
        return refuse("dimensions", "0".to_owned(), "at least 1");
    }
    let lambda = config.regularization;
    if !(lambda > 0.0 && lambda.is_finite()) {
        return refuse("regularization", lambda.to_string(), "above 0 and finite");
    }
    for (item, confidence) in users.iter().flatten() {
        if *item as usize >= n_items {
            return Err(ModelError::Index {
                what: "item",
                found: *item as usize,
                below: n_items,
            });
        }
        if !(*confidence > 0.0 && confidence.is_finite()) {
            return refuse("confidence", confidence.to_string(), "above 0 and finite");
        }
    }
    Ok(())
}

/// Returns the loss over all pairs: first as if nothing had been met, then put right where something was.
fn loss(users: &Side, items: &Side, met: &[Met], lambda: f64) -> f64 {
    let side = users.width;
    let (mut all, mut norms) = (0.0, 0.0);
    for i in 0..side {
        for j in 0..=i {
            // λ stands on both diagonals; the trace without it is the squared norm of all factors.
            let ridge = if i == j { lambda } else { 0.0 };
            let twice = if i == j { 1.0 } else { 2.0 };
            let (a, b) = (
                users.base[i * side + j] - ridge,
                items.base[i * side + j] - ridge,
            );
            all += twice * a * b;
            if i == j {
                norms += a + b;
            }
        }
    }
    let of_users: Vec<f64> = met
        .par_iter()
        .enumerate()
        .map(|(user, met)| {
            let x = users.row(user as u32);
            let wrong = |(item, c): &(u32, f64)| {
                let s = dot(x, items.row(*item));
                c * (1.0 - s) * (1.0 - s) - s * s
            };
            met.iter().map(wrong).sum()
        })
        .collect();
    all + of_users.iter().sum::<f64>() + lambda * norms
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: ImplicitAlsConfig = ImplicitAlsConfig {
        dimensions: 6,
        regularization: 0.7,
        iterations: 12,
        seed: 5,
    };

    /// Random confidences, some below 1, some exactly 1.
    fn random(seed: u64, n_users: u64, n_items: u32) -> Vec<Met> {
        let one = |user| {
            let mut rng = RngStream::new(seed, Purpose::Test, user, 0);
            let mut met = Met::new();
            for item in 0..n_items {
                if rng.chance(0.3) {
                    met.push((item, [0.5, 1.0, 4.0][rng.below(3)]));
                }
            }
            met
        };
        (0..n_users).map(one).collect()
    }

    fn on_and_on(_: usize, _: f64) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn one_factor_and_two_items_have_the_solution_worked_by_hand() {
        // y = (2, 1), λ = 1. Met item 0 with c = 3: x = 3·2 / (2² + 1² + (3 − 1)·2² + 1) = 6/14.
        let model = ImplicitAls::from_factors(&[2.0, 1.0], 1, 1.0).unwrap();
        let x = model.fold_in(&[(0, 3.0)]).unwrap();
        assert!((x[0] - 6.0 / 14.0).abs() < 1e-15, "{x:?}");
        // c = 1: x = 2 / (4 + 1 + 1).
        let x = model.fold_in(&[(0, 1.0)]).unwrap();
        assert!((x[0] - 2.0 / 6.0).abs() < 1e-15, "{x:?}");
        assert_eq!(model.fold_in(&[]).unwrap(), [0.0; 4]);
        // Two factors, y = (1, 0), (1, 1), λ = 1; met item 1 with c = 2:
        // matrix [[2 + 1 + 1, 1 + 1], [2, 1 + 1 + 1]] = [[4, 2], [2, 3]], right side (2, 2): x = (2, 4)/8.
        let model = ImplicitAls::from_factors(&[1.0, 0.0, 1.0, 1.0], 2, 1.0).unwrap();
        let x = model.fold_in(&[(1, 2.0)]).unwrap();
        assert!((x[0] - 0.25).abs() < 1e-15 && (x[1] - 0.5).abs() < 1e-15);
        let mut scores = [0.0; 2];
        model.score(&[(1, 2.0)], &mut scores).unwrap();
        assert_eq!(scores, [0.25, 0.75]);
    }

    #[test]
    fn prop_the_gradient_at_a_persons_factors_is_zero() {
        for seed in 0..6 {
            let users = random(seed, 25, 18);
            let model = ImplicitAls::fit(18, &users, CONFIG, on_and_on).unwrap();
            let y = model.factors();
            for met in &users {
                let x = model.fold_in(met).unwrap();
                // Half the gradient of the loss as it is defined, over all items, met or not.
                let mut gradient: Vec<f64> = x[..6].iter().map(|x| 0.7 * x).collect();
                for (item, y) in (0u32..).zip(y.chunks(6)) {
                    let met = met.iter().find(|(i, _)| *i == item);
                    let (p, c) = met.map_or((0.0, 1.0), |(_, c)| (1.0, *c));
                    let s: f64 = x.iter().zip(y).map(|(x, y)| x * f64::from(*y)).sum();
                    for (g, y) in gradient.iter_mut().zip(y) {
                        *g -= c * (p - s) * f64::from(*y);
                    }
                }
                let worst = gradient.iter().fold(0.0, |w: f64, g| w.max(g.abs()));
                assert!(worst < 1e-12, "seed {seed}: {worst}");
            }
        }
    }

    #[test]
    fn prop_the_loss_never_rises_and_is_that_of_the_definition() {
        for seed in 0..6 {
            let users = random(seed, 20, 15);
            let mut losses = Vec::new();
            ImplicitAls::fit(15, &users, CONFIG, |_, loss| {
                losses.push(loss);
                ControlFlow::Continue(())
            })
            .unwrap();
            assert_eq!(losses.len(), 12);
            assert!(
                losses.windows(2).all(|w| w[1] <= w[0] + 1e-12),
                "{losses:?}"
            );
        }
        // Nothing is learned from one step of zero factors: the loss is that of scores 0, the sum of confidences.
        let zero = Side::new(vec![0.0; 3 * 4], 4, 0.7).unwrap();
        let met = [vec![(1, 2.5)], vec![], vec![(0, 1.0), (2, 4.0)]];
        assert!((loss(&zero, &zero, &met, 0.7) - 7.5).abs() < 1e-12);
        // One factor, x = 2, y = (1, 3), λ = 0.5, met item 0 with c = 3: 3(1 − 2)² + 6² + 0.5(4 + 1 + 9).
        let pad = |values: &[f64]| -> Vec<f64> {
            let rows = values.iter().flat_map(|v| [*v, 0.0, 0.0, 0.0]);
            rows.collect()
        };
        let x = Side::new(pad(&[2.0]), 4, 0.5).unwrap();
        let y = Side::new(pad(&[1.0, 3.0]), 4, 0.5).unwrap();
        assert!((loss(&x, &y, &[vec![(0, 3.0)]], 0.5) - 46.0).abs() < 1e-12);
    }

    #[test]
    fn prop_parts_add_up_to_the_score() {
        let users = random(9, 25, 18);
        let model = ImplicitAls::fit(18, &users, CONFIG, on_and_on).unwrap();
        let mut scores = vec![0.0; 18];
        for met in &users {
            model.score(met, &mut scores).unwrap();
            for (item, score) in (0u32..).zip(&scores) {
                let parts = model.explain(met, item).unwrap();
                let sum: f64 = parts.iter().map(|(_, part)| part).sum();
                assert!((sum - f64::from(*score)).abs() < 1e-6, "{sum} for {score}");
            }
        }
    }

    #[test]
    fn what_cannot_be_learned_from_is_refused() {
        let fit = |met, config| ImplicitAls::fit(3, &[met], config, on_and_on);
        assert!(fit(vec![(3, 1.0)], CONFIG).is_err());
        assert!(fit(vec![(0, 0.0)], CONFIG).is_err());
        assert!(fit(vec![(0, f64::NAN)], CONFIG).is_err());
        for (dimensions, regularization) in [(0, 1.0), (2, 0.0), (2, f64::NAN)] {
            let wrong = ImplicitAlsConfig {
                dimensions,
                regularization,
                ..CONFIG
            };
            assert!(fit(vec![(0, 1.0)], wrong).is_err());
        }
    }
}
