//! Cross-entropy over all items, or over a sample of them that stands for all, as a candle operation with its own gradient.
//!
//! The table of scores of a batch would not fit the caches: rows are scored, turned into errors and spent on both gradients
//! in groups of a fixed size, one after the other, so that only a group's table is ever alive.

use std::sync::{Arc, OnceLock};

use candle_core::{CpuStorage, CustomOp1, CustomOp2, Device, Error, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::products::add_here;
use crate::platform::models::two_tower::dense::{flat, transposed};
use crate::sim::math;

/// Rows whose scores are alive at a time.
const GROUP: usize = 32;
/// Rows of a share; each share sums a gradient of the columns of its own, which are added in order.
const ROWS_PER_SHARE: usize = 128;

/// −ln of the probability of every row's own column, in nats, averaged over the rows.
///
/// Columns are distinct items. Row `i` and column `j` have the logit `xᵢ·yⱼ · scale`, less `correction[j]` unless `j` is
/// the row's own. With `correction[j] = ln π(j)`, where π(j) is the probability of an item to be among the columns, the sum of
/// exponentials is an unbiased estimate of that over all items; with all items and corrections 0 it is that sum.
/// `x` is `(n, d)`, `y` `(m, d)`; the loss is a scalar.
///
/// # Source
/// Horvitz and Thompson (1952) for the weights; Yi et al. (2019) for its use with in-batch negatives.
#[derive(Debug, Clone)]
pub struct CorrectedSoftmax {
    /// Multiplies the products; one over the temperature.
    pub scale: f32,
    /// Column of every row's own item.
    pub own: Vec<u32>,
    /// Correction of every column; empty for none.
    pub correction: Vec<f32>,
}

/// The loss with both gradients, which the forward pass leaves behind.
struct Recorded {
    loss: CorrectedSoftmax,
    gradients: OnceLock<(Vec<f32>, Vec<f32>)>,
}

/// Columns that stay outside candle's graph, which would add up whole tables at every step.
#[derive(Debug, Clone)]
pub struct Table {
    d: usize,
    y: Vec<f32>,
    transposed: Vec<f32>,
}

impl Table {
    /// Takes columns, `(m, d)` row by row.
    #[must_use]
    pub fn new(y: Vec<f32>, d: usize) -> Self {
        let transposed = transposed(&y, d);
        Self { d, y, transposed }
    }
}

/// The gradient of columns that are not in the graph, there once the loss is: that of the mean over the rows.
#[derive(Debug, Clone, Default)]
pub struct OfColumns(Arc<OnceLock<Vec<f32>>>);

impl OfColumns {
    /// Returns the gradient, `(m, d)` row by row.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        self.0.get().map_or(&[], Vec::as_slice)
    }
}

/// The loss against columns that are not in the graph.
struct Against {
    loss: CorrectedSoftmax,
    table: Arc<Table>,
    rows: OnceLock<Vec<f32>>,
    columns: OfColumns,
}

/// What a share of the rows comes to.
struct Share {
    loss: f64,
    rows: Vec<f32>,
    columns: Vec<f32>,
}

impl CorrectedSoftmax {
    /// Returns the loss of rows against columns.
    ///
    /// # Errors
    /// If the shapes do not fit.
    pub fn of(self, rows: &Tensor, columns: &Tensor) -> Result<Tensor> {
        let recorded = Recorded {
            loss: self,
            gradients: OnceLock::new(),
        };
        rows.apply_op2(columns, recorded)
    }

    /// Returns the loss of rows against columns that are not in the graph, with where their gradient will be.
    ///
    /// # Errors
    /// If the shapes do not fit.
    pub fn against(self, rows: &Tensor, table: Arc<Table>) -> Result<(Tensor, OfColumns)> {
        let columns = OfColumns::default();
        let against = Against {
            loss: self,
            table,
            rows: OnceLock::new(),
            columns: columns.clone(),
        };
        Ok((rows.apply_op1(against)?, columns))
    }

    fn check(&self, rows: &Shape, columns: &Shape) -> Result<()> {
        let ((n, d), (m, e)) = (rows.dims2()?, columns.dims2()?);
        let fits = self.own.len() == n && self.own.iter().all(|o| (*o as usize) < m);
        let corrected = self.correction.is_empty() || self.correction.len() == m;
        if d == e && n > 0 && fits && corrected {
            return Ok(());
        }
        Err(Error::ShapeMismatchBinaryOp {
            lhs: rows.clone(),
            rhs: columns.clone(),
            op: "corrected-softmax",
        })
    }

    /// Turns the products of a row into errors (probability, less one in its own), in place, and returns the row's loss.
    fn row(&self, own: usize, row: &mut [f32]) -> f64 {
        for p in row.iter_mut() {
            *p *= self.scale;
        }
        let at = row[own];
        for (p, c) in row.iter_mut().zip(&self.correction) {
            *p -= c;
        }
        row[own] = at;
        let largest = row.iter().copied().fold(f32::MIN, f32::max);
        for p in row.iter_mut() {
            *p -= largest;
        }
        math::expf_all(row);
        let sum = lanes(row);
        let share = 1.0 / sum;
        for p in row.iter_mut() {
            *p *= share;
        }
        row[own] -= 1.0;
        math::ln(f64::from(sum)) - f64::from(at - largest)
    }

    /// Returns the mean loss over the rows, and the gradients of its sum by rows and columns, before the scale.
    ///
    /// `x` is `(n, d)`, `y` `(m, d)`, `y_t` its transpose; rows and corrections must fit.
    #[must_use]
    pub fn both(&self, x: &[f32], y: &[f32], y_t: &[f32], d: usize) -> (f32, Vec<f32>, Vec<f32>) {
        let shares: Vec<Share> = x
            .par_chunks(ROWS_PER_SHARE * d)
            .zip(self.own.par_chunks(ROWS_PER_SHARE))
            .map(|(x, own)| self.share(x, own, y, y_t, d))
            .collect();
        let mut sum = 0.0f64;
        let (mut of_rows, mut of_columns) = (Vec::with_capacity(x.len()), vec![0.0f32; y.len()]);
        for share in shares {
            sum += share.loss;
            of_rows.extend_from_slice(&share.rows);
            for (c, s) in of_columns.iter_mut().zip(share.columns) {
                *c += s;
            }
        }
        let mean = (sum / self.own.len() as f64) as f32;
        (mean, of_rows, of_columns)
    }

    fn share(&self, x: &[f32], own: &[u32], y: &[f32], y_t: &[f32], d: usize) -> Share {
        let m = y.len() / d;
        let mut share = Share {
            loss: 0.0,
            rows: vec![0.0; x.len()],
            columns: vec![0.0; y.len()],
        };
        let mut errors = Vec::new();
        let groups = x.chunks(GROUP * d).zip(own.chunks(GROUP));
        for ((x, own), out) in groups.zip(share.rows.chunks_mut(GROUP * d)) {
            errors.clear();
            errors.resize(own.len() * m, 0.0);
            add_here(x, y_t, d, &mut errors);
            for (row, own) in errors.chunks_exact_mut(m).zip(own) {
                share.loss += self.row(*own as usize, row);
            }
            add_here(&errors, y, m, out);
            add_here(&transposed(&errors, m), x, own.len(), &mut share.columns);
        }
        share
    }
}

/// Adds values up in sixteen lanes; the lanes are part of the definition.
fn lanes(values: &[f32]) -> f32 {
    let mut sums = [0.0f32; 16];
    let chunks = values.chunks_exact(16);
    let rest: f32 = chunks.remainder().iter().sum();
    for chunk in chunks {
        for (s, v) in sums.iter_mut().zip(chunk) {
            *s += v;
        }
    }
    sums.iter().sum::<f32>() + rest
}

impl CustomOp2 for Recorded {
    fn name(&self) -> &'static str {
        "corrected-softmax"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let loss = &self.loss;
        loss.check(l1.shape(), l2.shape())?;
        let d = l1.shape().dims2()?.1;
        let (x, y) = (flat(s1, l1, self.name())?, flat(s2, l2, self.name())?);
        let (mean, of_rows, of_columns) = loss.both(x, y, &transposed(y, d), d);
        // One forward pass a loss: nothing was recorded before.
        let _first = self.gradients.set((of_rows, of_columns)).is_ok();
        Ok((CpuStorage::F32(vec![mean]), Shape::from(())))
    }

    fn bwd(
        &self,
        rows: &Tensor,
        columns: &Tensor,
        _loss: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let Some((of_rows, of_columns)) = self.gradients.get() else {
            return Err(Error::BackwardNotSupported { op: self.name() });
        };
        let scale = gradient.to_scalar::<f32>()? * self.loss.scale / rows.dim(0)? as f32;
        let scaled = |g: &[f32], like: &Tensor| {
            let g: Vec<f32> = g.iter().map(|x| x * scale).collect();
            Tensor::from_vec(g, like.shape().clone(), &Device::Cpu)
        };
        Ok((
            Some(scaled(of_rows, rows)?),
            Some(scaled(of_columns, columns)?),
        ))
    }
}

impl CustomOp1 for Against {
    fn name(&self) -> &'static str {
        "corrected-softmax"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let Table { d, y, transposed } = self.table.as_ref();
        let columns = (y.len() / (*d).max(1), *d).into();
        self.loss.check(layout.shape(), &columns)?;
        let x = flat(storage, layout, self.name())?;
        let (mean, of_rows, mut of_columns) = self.loss.both(x, y, transposed, *d);
        let scale = self.loss.scale / self.loss.own.len() as f32;
        for g in &mut of_columns {
            *g *= scale;
        }
        // One forward pass a loss: nothing was recorded before.
        let _first = self.rows.set(of_rows).is_ok() && self.columns.0.set(of_columns).is_ok();
        Ok((CpuStorage::F32(vec![mean]), Shape::from(())))
    }

    fn bwd(&self, rows: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let Some(of_rows) = self.rows.get() else {
            return Err(Error::BackwardNotSupported { op: self.name() });
        };
        let scale = gradient.to_scalar::<f32>()? * self.loss.scale / rows.dim(0)? as f32;
        let g = of_rows.iter().map(|x| x * scale).collect();
        let shape = rows.shape().clone();
        Ok(Some(Tensor::from_vec::<_, f32>(g, shape, &Device::Cpu)?))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Var;

    use super::*;
    use crate::platform::models::two_tower::dense::values;
    use crate::sim::rng::{Purpose, RngStream};

    fn var(n: usize, d: usize, key: u64) -> Var {
        let mut r = RngStream::new(3, Purpose::Test, key, 0);
        let values: Vec<f32> = (0..n * d).map(|_| r.normal() as f32).collect();
        Var::from_vec(values, (n, d), &Device::Cpu).unwrap()
    }

    #[test]
    fn loss_and_gradients_are_those_of_candle_and_the_same_outside_the_graph() {
        // More rows than a share holds.
        let (n, m, d) = (150, 19, 6);
        let (x, y) = (var(n, d, 1), var(m, d, 2));
        let own: Vec<u32> = (0..n as u32).map(|i| i * 7 % m as u32).collect();
        let correction: Vec<f32> = (0..m).map(|j| -0.1 * j as f32).collect();
        let op = CorrectedSoftmax {
            scale: 0.7,
            own: own.clone(),
            correction: correction.clone(),
        };
        let loss = op.clone().of(&x, &y).unwrap();
        let logits = (x.matmul(&y.t().unwrap()).unwrap() * 0.7).unwrap();
        let mut less: Vec<f32> = Vec::new();
        for o in &own {
            let row = correction.iter().enumerate();
            less.extend(row.map(|(j, c)| if j == *o as usize { 0.0 } else { *c }));
        }
        let less = Tensor::from_vec(less, (n, m), &Device::Cpu).unwrap();
        let logits = logits.sub(&less).unwrap();
        let own = Tensor::from_vec(own, n, &Device::Cpu).unwrap();
        let expected = candle_nn::loss::cross_entropy(&logits, &own).unwrap();
        let of = |t: &Tensor| t.to_scalar::<f32>().unwrap();
        assert!((of(&loss) - of(&expected)).abs() < 1e-5);
        let (g, e) = (loss.backward().unwrap(), expected.backward().unwrap());
        for v in [&x, &y] {
            let (found, expected) = (g.get(v).unwrap(), e.get(v).unwrap());
            let pairs = values(found).unwrap().into_iter();
            for (f, e) in pairs.zip(values(expected).unwrap()) {
                assert!((f - e).abs() < 1e-6, "{f} against {e}");
            }
        }
        let table = Arc::new(Table::new(values(&y).unwrap(), d));
        let (outside, columns) = op.against(&x, table).unwrap();
        assert_eq!(of(&outside), of(&loss));
        assert_eq!(columns.values(), values(g.get(&y).unwrap()).unwrap());
        let outside = outside.backward().unwrap();
        let rows = values(outside.get(&x).unwrap()).unwrap();
        assert_eq!(rows, values(g.get(&x).unwrap()).unwrap());
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        let op = |own: Vec<u32>| CorrectedSoftmax {
            scale: 1.0,
            own,
            correction: Vec::new(),
        };
        assert!(op(vec![0, 1]).of(&var(2, 3, 1), &var(4, 3, 2)).is_ok());
        assert!(op(vec![0, 4]).of(&var(2, 3, 1), &var(4, 3, 2)).is_err());
        assert!(op(vec![0]).of(&var(2, 3, 1), &var(4, 3, 2)).is_err());
        assert!(op(vec![0, 1]).of(&var(2, 3, 1), &var(4, 2, 2)).is_err());
    }
}
