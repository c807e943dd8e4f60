//! Self-attention of many heads over packed sequences, as one candle operation.
//!
//! Words attend to the words of their own sequence and nothing else, because nothing else is looked at: there is no padding,
//! and so no mask that could be forgotten.
//!
//! | tensor | shape | meaning |
//! | --- | --- | --- |
//! | `q`, `k`, `v` | `(words, heads · d)` | queries, keys and values, a head after another |
//! | returns | `(words, heads · d)` | softmax(q kᵀ / √d) v of every head |
//!
//! # Source
//! Vaswani et al. (2017), section 3.2.

use candle_core::{CpuStorage, CustomOp3, Error, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use crate::platform::models::layers::products::add_here;
use crate::platform::models::two_tower::dense::transposed;
use crate::platform::models::two_tower::dense::{flat, values};
use crate::sim::math;

/// Heads of sequences that are worth a thread.
const SHARE: usize = 8;

/// Attention within sequences.
#[derive(Debug, Clone)]
pub struct Attention {
    /// Where each sequence begins, and where the last one ends: sequences + 1 values.
    pub offsets: Vec<usize>,
    /// Heads; their number divides the width.
    pub heads: usize,
}

/// The columns of one head of one sequence.
#[derive(Debug, Clone, Copy)]
struct Part {
    begin: usize,
    words: usize,
    column: usize,
}

impl Attention {
    fn parts(&self, d: usize) -> Vec<Part> {
        let mut parts = Vec::with_capacity(self.offsets.len() * self.heads);
        for pair in self.offsets.windows(2) {
            for head in 0..self.heads {
                parts.push(Part {
                    begin: pair[0],
                    words: pair[1] - pair[0],
                    column: head * d,
                });
            }
        }
        parts
    }

    fn check(&self, l1: &Layout, l2: &Layout, l3: &Layout) -> Result<(usize, usize)> {
        let (n, width) = l1.shape().dims2()?;
        let is_divided = self.heads > 0 && width.is_multiple_of(self.heads);
        let is_whole = self.offsets.last().copied().unwrap_or(0) == n;
        if l1.shape() != l2.shape() || l1.shape() != l3.shape() || !is_divided || !is_whole {
            return Err(Error::ShapeMismatchBinaryOp {
                lhs: l1.shape().clone(),
                rhs: l2.shape().clone(),
                op: "attention",
            });
        }
        Ok((n, width))
    }
}

impl Part {
    /// Copies the part's columns out of a table of `width` columns: `(words, d)`.
    fn take(self, from: &[f32], width: usize, d: usize) -> Vec<f32> {
        let mut out = Vec::with_capacity(self.words * d);
        for word in 0..self.words {
            out.extend_from_slice(&from[(self.begin + word) * width + self.column..][..d]);
        }
        out
    }

    /// Copies the part's columns into a table of `width` columns.
    fn put(self, part: &[f32], into: &mut [f32], width: usize, d: usize) {
        for (word, row) in part.chunks_exact(d).enumerate() {
            into[(self.begin + word) * width + self.column..][..d].copy_from_slice(row);
        }
    }
}

/// Returns softmax(q kᵀ / √d), `(words, words)`.
fn weights(q: &[f32], k: &[f32], d: usize) -> Vec<f32> {
    let words = q.len() / d.max(1);
    let mut p = vec![0.0f32; words * words];
    add_here(q, &transposed(k, d), d, &mut p);
    let scale = 1.0 / (d as f32).sqrt();
    for row in p.chunks_exact_mut(words.max(1)) {
        let largest = row.iter().copied().fold(f32::MIN, f32::max);
        for x in row.iter_mut() {
            *x = (*x - largest) * scale;
        }
        math::expf_all(row);
        let sum: f32 = row.iter().sum();
        let scale = 1.0 / sum;
        for x in row.iter_mut() {
            *x *= scale;
        }
    }
    p
}

impl CustomOp3 for Attention {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
        s3: &CpuStorage,
        l3: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (n, width) = self.check(l1, l2, l3)?;
        let d = width / self.heads;
        let (q, k, v) = (
            flat(s1, l1, "attention")?,
            flat(s2, l2, "attention")?,
            flat(s3, l3, "attention")?,
        );
        let parts = self.parts(d);
        let outputs: Vec<Vec<f32>> = parts
            .par_iter()
            .with_min_len(SHARE)
            .map(|part| {
                let p = weights(&part.take(q, width, d), &part.take(k, width, d), d);
                let mut out = vec![0.0f32; part.words * d];
                add_here(&p, &part.take(v, width, d), part.words, &mut out);
                out
            })
            .collect();
        let mut out = vec![0.0f32; n * width];
        for (part, output) in parts.iter().zip(&outputs) {
            part.put(output, &mut out, width, d);
        }
        Ok((CpuStorage::F32(out), (n, width).into()))
    }

    fn bwd(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        // dV = Pᵀ G; with D = G Vᵀ: dS = P ∘ (D − rowsum(P ∘ D)); dQ = dS K / √d; dK = dSᵀ Q / √d.
        let (n, width) = q.dims2()?;
        let d = width / self.heads;
        let (qs, ks, vs, gs) = (values(q)?, values(k)?, values(v)?, values(gradient)?);
        let parts = self.parts(d);
        let gradients: Vec<[Vec<f32>; 3]> = parts
            .par_iter()
            .with_min_len(SHARE)
            .map(|part| {
                let words = part.words;
                let (q, k) = (part.take(&qs, width, d), part.take(&ks, width, d));
                let (v, g) = (part.take(&vs, width, d), part.take(&gs, width, d));
                let p = weights(&q, &k, d);
                let mut dv = vec![0.0f32; words * d];
                add_here(&transposed(&p, words), &g, words, &mut dv);
                let mut ds = vec![0.0f32; words * words];
                add_here(&g, &transposed(&v, d), d, &mut ds);
                let scale = 1.0 / (d as f32).sqrt();
                let shares = p.chunks_exact(words.max(1));
                for (ds, p) in ds.chunks_exact_mut(words.max(1)).zip(shares) {
                    let mean: f32 = ds.iter().zip(p).map(|(d, p)| d * p).sum();
                    for (ds, p) in ds.iter_mut().zip(p) {
                        *ds = p * (*ds - mean) * scale;
                    }
                }
                let (mut dq, mut dk) = (vec![0.0f32; words * d], vec![0.0f32; words * d]);
                add_here(&ds, &k, words, &mut dq);
                add_here(&transposed(&ds, words), &q, words, &mut dk);
                [dq, dk, dv]
            })
            .collect();
        let mut all = [(); 3].map(|()| vec![0.0f32; n * width]);
        for (part, gradients) in parts.iter().zip(&gradients) {
            for (into, gradient) in all.iter_mut().zip(gradients) {
                part.put(gradient, into, width, d);
            }
        }
        let [dq, dk, dv] = all.map(|x| Tensor::from_vec(x, (n, width), q.device()));
        Ok((Some(dq?), Some(dk?), Some(dv?)))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{D, Device, Var};

    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    fn var(n: usize, width: usize, key: u64) -> Var {
        let mut r = RngStream::new(3, Purpose::Test, key, 0);
        let numbers: Vec<f32> = (0..n * width).map(|_| r.normal() as f32).collect();
        Var::from_vec(numbers, (n, width), &Device::Cpu).unwrap()
    }

    /// The textbook's formula with candle's own operations, sequence by sequence and head by head.
    fn textbook(q: &Tensor, k: &Tensor, v: &Tensor, op: &Attention) -> Tensor {
        let d = q.dim(1).unwrap() / op.heads;
        let mut sequences = Vec::new();
        for pair in op.offsets.windows(2) {
            let heads: Vec<Tensor> = (0..op.heads)
                .map(|h| {
                    let part = |t: &Tensor| {
                        let t = t.narrow(0, pair[0], pair[1] - pair[0]).unwrap();
                        t.narrow(1, h * d, d).unwrap().contiguous().unwrap()
                    };
                    let s = part(q).matmul(&part(k).t().unwrap()).unwrap();
                    let s = (s / libm::sqrt(d as f64)).unwrap();
                    let e = s.exp().unwrap();
                    let p = e.broadcast_div(&e.sum_keepdim(D::Minus1).unwrap());
                    p.unwrap().matmul(&part(v)).unwrap()
                })
                .collect();
            sequences.push(Tensor::cat(&heads, 1).unwrap());
        }
        Tensor::cat(&sequences, 0).unwrap()
    }

    #[test]
    fn outputs_and_gradients_are_those_of_the_textbook() {
        let op = Attention {
            offsets: vec![0, 5, 6, 23],
            heads: 2,
        };
        let (q, k, v) = (var(23, 8, 1), var(23, 8, 2), var(23, 8, 3));
        let sum = var(23, 8, 4);
        let ours = q.apply_op3(&k, &v, op.clone()).unwrap();
        let theirs = textbook(&q, &k, &v, &op);
        let near = |a: &Tensor, b: &Tensor| {
            for (x, y) in values(a).unwrap().iter().zip(values(b).unwrap()) {
                assert!((x - y).abs() < 1e-5 * (1.0 + y.abs()), "{x} against {y}");
            }
        };
        near(&ours, &theirs);
        let loss = |y: &Tensor| (y * sum.as_tensor()).unwrap().sum_all().unwrap();
        let (g, e) = (
            loss(&ours).backward().unwrap(),
            loss(&theirs).backward().unwrap(),
        );
        for x in [&q, &k, &v] {
            near(g.get(x).unwrap(), e.get(x).unwrap());
        }
    }

    #[test]
    fn widths_that_heads_do_not_divide_are_refused() {
        let q = var(4, 6, 1);
        let of = |offsets: Vec<usize>, heads| q.apply_op3(&q, &q, Attention { offsets, heads });
        assert!(of(vec![0, 4], 4).is_err());
        assert!(of(vec![0, 4], 0).is_err());
        assert!(of(vec![0, 3], 2).is_err());
        assert!(of(vec![0, 4], 3).is_ok());
    }
}
