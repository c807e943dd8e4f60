//! Causal self-attention over pieces that lie side by side, as a candle operation with its own gradient.

use candle_core::{CpuStorage, CustomOp1, Error, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use crate::platform::models::layers::dropout::Dropout;
use crate::platform::models::two_tower::dense::{flat, values};
use crate::sim::math;

/// Takes queries, keys and values `(n, 3 d)` to `(n, d)`.
///
/// Within a piece and for each head, row `i` becomes Σ_{j ≤ i} softmax_j(qᵢ·kⱼ / √d_head) vⱼ. A row never looks at
/// later rows, nor at other pieces. Every piece is computed by itself, in one order of summation.
///
/// # Source
/// Vaswani et al. (2017); Kang and McAuley (2018) for the causal form.
#[derive(Debug, Clone)]
pub struct CausalAttention {
    /// Heads; they share the `d` columns evenly.
    pub heads: usize,
    /// End of each piece.
    pub ends: Vec<usize>,
    /// What leaves weights out.
    pub dropout: Dropout,
    /// Place in the network, which keeps masks apart.
    pub site: u64,
}

/// A piece with what is needed to work on one head of it.
struct Piece<'a> {
    /// `(length, 3 d)`
    qkv: &'a [f32],
    d: usize,
    head: usize,
    width: usize,
    length: usize,
    mask: Option<Vec<f32>>,
}

impl<'a> Piece<'a> {
    fn query(&self, row: usize) -> &'a [f32] {
        &self.qkv[row * 3 * self.d + self.head * self.width..][..self.width]
    }

    fn key(&self, row: usize) -> &'a [f32] {
        &self.qkv[row * 3 * self.d + self.d + self.head * self.width..][..self.width]
    }

    fn value(&self, row: usize) -> &'a [f32] {
        &self.qkv[row * 3 * self.d + 2 * self.d + self.head * self.width..][..self.width]
    }

    fn scale(&self) -> f32 {
        1.0 / (self.width as f32).sqrt()
    }

    /// Returns the factors of row `i`'s weights that dropout left.
    fn kept(&self, i: usize) -> Option<&[f32]> {
        self.mask.as_ref().map(|m| &m[i * (i + 1) / 2..][..=i])
    }

    /// Writes the weights of row `i`, one a row up to `i`.
    fn weights(&self, i: usize, weights: &mut Vec<f32>) {
        let (query, scale) = (self.query(i), self.scale());
        weights.clear();
        weights.extend((0..=i).map(|j| math::dot(query, self.key(j)) * scale));
        let largest = weights.iter().copied().fold(f32::MIN, f32::max);
        for w in weights.iter_mut() {
            *w -= largest;
        }
        math::expf_all(weights);
        let share = 1.0 / weights.iter().sum::<f32>();
        for w in weights {
            *w *= share;
        }
    }
}

impl CausalAttention {
    /// Attends.
    ///
    /// # Errors
    /// If the pieces do not cover the rows, or the heads do not share the columns evenly.
    pub fn of(self, qkv: &Tensor) -> Result<Tensor> {
        qkv.apply_op1(self)
    }

    fn pieces(&self) -> Vec<(usize, usize, usize)> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        let spans = begins.zip(&self.ends);
        let named = spans
            .enumerate()
            .map(|(at, (begin, end))| (at, begin, *end));
        named.collect()
    }

    fn piece<'a>(
        &self,
        qkv: &'a [f32],
        d: usize,
        (at, begin, end): (usize, usize, usize),
        head: usize,
    ) -> Piece<'a> {
        let length = end - begin;
        let site = (self.site << 24) | ((at as u64) << 6) | head as u64;
        let n = length * (length + 1) / 2;
        Piece {
            qkv: &qkv[begin * 3 * d..end * 3 * d],
            d,
            head,
            width: d / self.heads,
            length,
            mask: self.dropout.is_on().then(|| self.dropout.mask(site, n)),
        }
    }

    /// Attends within one piece and head; `out` is `(length, d)`.
    fn attend(piece: &Piece<'_>, out: &mut [f32]) {
        let mut weights = Vec::new();
        for i in 0..piece.length {
            piece.weights(i, &mut weights);
            if let Some(kept) = piece.kept(i) {
                for (w, k) in weights.iter_mut().zip(kept) {
                    *w *= k;
                }
            }
            let row = &mut out[i * piece.d + piece.head * piece.width..][..piece.width];
            for (j, w) in weights.iter().enumerate() {
                for (o, v) in row.iter_mut().zip(piece.value(j)) {
                    *o += w * v;
                }
            }
        }
    }

    /// Adds the gradients of one piece and head; `gradient` is `(length, d)`, `out` `(length, 3 d)`.
    fn back(piece: &Piece<'_>, gradient: &[f32], out: &mut [f32]) {
        let (d, width) = (piece.d, piece.width);
        let from = piece.head * width;
        let (mut weights, mut slopes) = (Vec::new(), Vec::new());
        for i in 0..piece.length {
            let g = &gradient[i * d + from..][..width];
            piece.weights(i, &mut weights);
            let kept = piece.kept(i);
            let factor = |j: usize| kept.map_or(1.0, |k| k[j]);
            slopes.clear();
            slopes.extend((0..=i).map(|j| math::dot(g, piece.value(j)) * factor(j)));
            let mean: f32 = weights.iter().zip(&slopes).map(|(w, s)| w * s).sum();
            for j in 0..=i {
                let dv = weights[j] * factor(j);
                let of_value = &mut out[j * 3 * d + 2 * d + from..][..width];
                for (o, g) in of_value.iter_mut().zip(g) {
                    *o += dv * g;
                }
                let ds = weights[j] * (slopes[j] - mean) * piece.scale();
                let of_key = &mut out[j * 3 * d + d + from..][..width];
                for (o, q) in of_key.iter_mut().zip(piece.query(i)) {
                    *o += ds * q;
                }
                let of_query = &mut out[i * 3 * d + from..][..width];
                for (o, k) in of_query.iter_mut().zip(piece.key(j)) {
                    *o += ds * k;
                }
            }
        }
    }
}

impl CustomOp1 for CausalAttention {
    fn name(&self) -> &'static str {
        "causal-attention"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (n, columns) = layout.shape().dims2()?;
        let d = columns / 3;
        let covers = self.ends.last().copied().unwrap_or(0) == n && self.ends.is_sorted();
        if !covers || columns != 3 * self.heads * (d / self.heads.max(1)) {
            let (expected, got) = ((n, columns).into(), layout.shape().clone());
            let msg = "pieces and heads".to_owned();
            return Err(Error::UnexpectedShape { msg, expected, got });
        }
        let qkv = flat(storage, layout, self.name())?;
        let pieces: Vec<Vec<f32>> = self
            .pieces()
            .into_par_iter()
            .map(|span| {
                let mut out = vec![0.0f32; (span.2 - span.1) * d];
                for head in 0..self.heads {
                    Self::attend(&self.piece(qkv, d, span, head), &mut out);
                }
                out
            })
            .collect();
        Ok((CpuStorage::F32(pieces.concat()), (n, d).into()))
    }

    fn bwd(&self, qkv: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let d = qkv.dim(1)? / 3;
        let (at, g) = (values(qkv)?, values(gradient)?);
        let pieces: Vec<Vec<f32>> = self
            .pieces()
            .into_par_iter()
            .map(|span| {
                let (_, begin, end) = span;
                let mut out = vec![0.0f32; (end - begin) * 3 * d];
                for head in 0..self.heads {
                    let piece = self.piece(&at, d, span, head);
                    Self::back(&piece, &g[begin * d..end * d], &mut out);
                }
                out
            })
            .collect();
        let shape = qkv.shape().clone();
        Ok(Some(Tensor::from_vec(
            pieces.concat(),
            shape,
            qkv.device(),
        )?))
    }
}
