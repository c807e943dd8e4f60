//! Learning a language by guessing hidden words, before anything is known of anybody's behaviour.
//!
//! 15 % of the pieces are chosen. Of these 80 % are hidden, 10 % replaced by any piece, 10 % left; each is to be guessed from
//! its neighbours. The guess is decoded by the table of pieces itself.
//!
//! # Source
//! Devlin et al. (2019), section 3.1, task 1.

use std::ops::ControlFlow;

use candle_core::{Device, Tensor};

use super::bert::{Affine, Bert};
use super::cross_entropy::CrossEntropy;
use super::layers::{Gelu, Linear};
use super::packed::{Packed, Sequence};
use super::tokenize::WordPieces;
use crate::config;
use crate::platform::models::model::{Epoch, Watch};
use crate::platform::models::optimizer::{AdamW, warm_up_and_decay};
use crate::platform::models::params::ModelError;
use crate::platform::models::two_tower::dense::values;
use crate::sim::rng::{Purpose, RngStream};

config! {
    /// How a language is learned from texts alone.
    pub struct MaskedConfig {
        /// Passes over the texts.
        epochs: u32 = 60, "passes", 0..=10_000;
        /// Texts in a batch.
        batch_size: u32 = 32, "texts", 1..=4096;
        /// Greatest learning rate of AdamW.
        learning_rate: f64 = 0.001, "-", 0.000_000_1..=1.0;
        /// Share of the steps in which the rate rises; afterwards it falls to 0.
        warm_up: f64 = 0.1, "-", 0.0..=1.0;
        /// Share of a weight that AdamW takes away per unit of learning rate and step.
        weight_decay: f64 = 0.01, "-", 0.0..=1.0;
        /// Share of the pieces that are to be guessed.
        masked: f64 = 0.15, "-", 0.01..=0.9;
        /// Share of the texts that are held out, to see how well hidden words are guessed.
        held_out: f64 = 0.05, "-", 0.0..=0.5;
    }
}

/// Of the pieces to be guessed, the share that is hidden.
const HIDDEN: f64 = 0.8;
/// Of the pieces to be guessed, the share that is replaced.
const REPLACED: f64 = 0.1;
/// Longest gradient that is not cut.
const LONGEST_GRADIENT: f64 = 1.0;
/// Key of the streams that hide pieces; the order of the texts has key 0.
const HIDING: u64 = 1 << 40;

/// An encoder with what guesses words on top.
struct Guesser {
    bert: Bert,
    dense: Affine,
    norm: Affine,
    bias: usize,
}

/// Texts with some pieces hidden.
struct Hidden {
    packed: Packed,
    rows: Vec<u32>,
    pieces: Vec<u32>,
}

impl Guesser {
    fn new(mut bert: Bert) -> Result<Self, ModelError> {
        let width = bert.config.hidden_size;
        let of = |name: &str| format!("cls.predictions.{name}");
        let dense = bert.declare_linear(&of("transform.dense"), width, width)?;
        let norm = bert.declare_norm(&of("transform.LayerNorm"))?;
        let vocabulary = bert.config.vocab_size;
        let bias = bert.params.constant(&of("bias"), &[vocabulary], 0.0)?;
        Ok(Self {
            bert,
            dense,
            norm,
            bias,
        })
    }

    /// Returns the logits of every piece of the vocabulary for the hidden pieces, `(hidden, vocabulary)`.
    fn logits(&self, hidden: &Hidden) -> Result<Tensor, ModelError> {
        let x = self.bert.forward(&hidden.packed, None)?;
        let rows = Tensor::from_slice(&hidden.rows, hidden.rows.len(), &Device::Cpu)?;
        let x = self.bert.linear(&x.index_select(&rows, 0)?, self.dense)?;
        let x = self.bert.normed(&x.apply_op1(Gelu)?, self.norm)?;
        let bias = self.bert.params.tensor(self.bias);
        Ok(x.apply_op3(&self.bert.word_table(), &bias, Linear { trains: true })?)
    }

    /// Returns the share of hidden pieces that are guessed.
    fn accuracy(&self, batches: &[Hidden]) -> Result<f64, ModelError> {
        let (mut right, mut all) = (0u64, 0u64);
        for hidden in batches {
            let logits = values(&self.logits(hidden)?)?;
            let rows = logits.chunks_exact(self.bert.config.vocab_size);
            for (row, piece) in rows.zip(&hidden.pieces) {
                let own = row[*piece as usize];
                let better = row.iter().zip(0u32..);
                let is_best = better.filter(|(x, i)| **x >= own && i != piece).count() == 0;
                right += u64::from(is_best);
                all += 1;
            }
        }
        Ok(right as f64 / all.max(1) as f64)
    }
}

/// Hides pieces of texts; which ones depends on seed, pass and place of the text alone.
fn hide(
    texts: &[(usize, &Sequence)],
    words: &WordPieces,
    n_pieces: usize,
    share: f64,
    seed: u64,
    epoch: u32,
) -> Result<Hidden, ModelError> {
    let mut packed = Packed::of(texts.iter().map(|(_, s)| *s))?;
    let (mut rows, mut pieces) = (Vec::new(), Vec::new());
    for ((place, _), range) in texts.iter().zip(packed.rows()) {
        let mut stream = RngStream::new(seed, Purpose::ModelBatch, HIDING + *place as u64, epoch);
        for row in range {
            let piece = packed.ids[row];
            if piece == words.begin || piece == words.end || !stream.chance(share) {
                continue;
            }
            rows.push(row as u32);
            pieces.push(piece);
            let luck = stream.uniform();
            if luck < HIDDEN {
                packed.ids[row] = words.mask;
            } else if luck < HIDDEN + REPLACED {
                packed.ids[row] = stream.below(n_pieces) as u32;
            }
        }
    }
    Ok(Hidden {
        packed,
        rows,
        pieces,
    })
}

/// Returns 0 to `n` − 1 in an order that seed and pass decide.
#[must_use]
pub fn shuffled(n: usize, seed: u64, epoch: u32) -> Vec<usize> {
    let mut stream = RngStream::new(seed, Purpose::ModelBatch, 0, epoch);
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, stream.below(i + 1));
    }
    order
}

/// Teaches an encoder the language of some texts; returns it without what was on top, and how every pass went.
///
/// The metric of a pass is the share of hidden pieces of the held-out texts that were guessed.
///
/// # Errors
/// [`ModelError::NoPairs`] without texts; [`ModelError::Value`] for a setting outside its range;
/// [`ModelError::Diverged`] if training left the finite numbers.
pub fn pretrain(
    bert: Bert,
    words: &WordPieces,
    texts: &[Sequence],
    config: &MaskedConfig,
    seed: u64,
    watch: &mut Watch<'_>,
) -> Result<(Bert, Vec<Epoch>), ModelError> {
    if texts.is_empty() {
        return Err(ModelError::NoPairs);
    }
    let mut guesser = Guesser::new(bert)?;
    let n_pieces = guesser.bert.config.vocab_size;
    // Pass `u32::MAX` is never trained on, so that its luck is free.
    let order = shuffled(texts.len(), seed, u32::MAX);
    let n_held = (texts.len() as f64 * config.held_out) as usize;
    let (held, learned) = order.split_at(n_held.min(texts.len() - 1));
    let take = |places: &[usize], epoch| {
        let texts: Vec<_> = places.iter().map(|p| (*p, &texts[*p])).collect();
        hide(&texts, words, n_pieces, config.masked, seed, epoch)
    };
    let size = config.batch_size.max(1) as usize;
    let held: Result<Vec<_>, _> = held.chunks(size).map(|c| take(c, u32::MAX)).collect();
    let held = held?;
    let mut adam = AdamW::new(
        &guesser.bert.params,
        config.learning_rate,
        config.weight_decay,
    );
    let steps = config.epochs * learned.len().div_ceil(size) as u32;
    let mut curve = Vec::new();
    for epoch in 0..config.epochs {
        let order = shuffled(learned.len(), seed, epoch);
        let (mut sum, mut n) = (0.0, 0u32);
        for chunk in order.chunks(size) {
            let places: Vec<usize> = chunk.iter().map(|at| learned[*at]).collect();
            let hidden = take(&places, epoch)?;
            if hidden.rows.is_empty() {
                continue;
            }
            let loss = CrossEntropy {
                labels: hidden.pieces.clone(),
                weights: vec![1.0; hidden.pieces.len()],
            };
            let loss = loss.of(&guesser.logits(&hidden)?)?;
            let value = f64::from(loss.to_scalar::<f32>()?);
            let step = adam.step_count();
            if !value.is_finite() {
                return Err(ModelError::Diverged { step, loss: value });
            }
            (sum, n) = (sum + value, n + 1);
            let rate = config.learning_rate * warm_up_and_decay(step, steps, config.warm_up);
            let gradients = loss.backward()?;
            adam.scheduled_step(&mut guesser.bert.params, &gradients, rate, LONGEST_GRADIENT)?;
        }
        let told = Epoch {
            epoch: epoch + 1,
            of: config.epochs,
            loss: sum / f64::from(n.max(1)),
            held_out: if held.is_empty() {
                None
            } else {
                Some(guesser.accuracy(&held)?)
            },
        };
        curve.push(told);
        if watch(told) == ControlFlow::Break(()) {
            break;
        }
    }
    let mut stored = guesser.bert.tensors();
    let bert = Bert::restore(&guesser.bert.config, seed, &mut stored)?;
    Ok((bert, curve))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::models::text::bert_config::BertConfig;

    #[test]
    fn fifteen_in_a_hundred_are_hidden_replaced_or_left() {
        let letters: Vec<String> = (0..400).map(|i| format!("w{i}")).collect();
        let words = WordPieces::learn(letters.iter().map(String::as_str), 2000).unwrap();
        let text = words.single(&letters.join(" "), 2000).unwrap();
        let n = text.ids.len() - 2;
        let many: Vec<_> = (0..50).map(|i| (i, &text)).collect();
        let found = hide(&many, &words, words.len(), 0.15, 3, 0).unwrap();
        let total = (50 * n) as f64;
        let chosen = found.rows.len() as f64;
        // Four standard errors of each share.
        let near = |found: f64, of: f64, p: f64| {
            let error = 4.0 * libm::sqrt(p * (1.0 - p) / of);
            assert!((found / of - p).abs() < error, "{found} of {of}, not {p}");
        };
        near(chosen, total, 0.15);
        let now = |row: &u32| found.packed.ids[*row as usize];
        let pairs: Vec<_> = found.rows.iter().map(now).zip(&found.pieces).collect();
        near(
            pairs.iter().filter(|(x, _)| *x == words.mask).count() as f64,
            chosen,
            0.8,
        );
        near(
            pairs.iter().filter(|(x, y)| x == *y).count() as f64,
            chosen,
            0.1,
        );
        let marks = [words.begin, words.end];
        assert!(found.pieces.iter().all(|p| !marks.contains(p)));
        let again = hide(&many[7..8], &words, words.len(), 0.15, 3, 0).unwrap();
        assert_eq!(again.packed.ids, found.packed.ids[7 * (n + 2)..8 * (n + 2)]);
    }

    #[test]
    fn words_that_follow_from_their_neighbours_are_guessed() {
        // In a text of a topic all words are of that topic; guessing at random finds one in 24, the topic one in 6.
        let topics = ["a b c d e f", "g h i j k l", "m n o p q r", "s t u v w x"];
        let mut stream = RngStream::new(5, Purpose::Test, 0, 0);
        let texts: Vec<String> = (0..160)
            .map(|i| {
                let topic: Vec<&str> = topics[i % 4].split(' ').collect();
                let words: Vec<&str> = (0..8).map(|_| topic[stream.below(6)]).collect();
                words.join(" ")
            })
            .collect();
        let words = WordPieces::learn(texts.iter().map(String::as_str), 64).unwrap();
        let texts: Vec<Sequence> = texts.iter().map(|t| words.single(t, 16).unwrap()).collect();
        let config = MaskedConfig {
            epochs: 25,
            learning_rate: 0.01,
            held_out: 0.2,
            ..MaskedConfig::BASELINE
        };
        let run = || {
            let bert = Bert::new(&BertConfig::small(1, 16, words.len()), 3).unwrap();
            let go = &mut |_| ControlFlow::Continue(());
            pretrain(bert, &words, &texts, &config, 3, go).unwrap()
        };
        let (bert, curve) = run();
        let (first, last) = (curve[0], curve[curve.len() - 1]);
        assert!(last.loss < first.loss - 0.8, "{first:?} {last:?}");
        assert!(last.held_out.unwrap() > 0.12, "{last:?}");
        assert!(bert.params.position("cls.predictions.bias").is_none());
        let (again, same) = run();
        assert_eq!(again.params.digest(), bert.params.digest());
        assert_eq!(same, curve);
    }
}
