//! BERT over a pair of texts, what somebody turned to and what is shown, that tells what will come of it.
//!
//! | tensor | shape | meaning |
//! | --- | --- | --- |
//! | input | `[CLS] user [SEP] content [SEP]` | packed |
//! | features | `(pairs, 4 · hidden)` | the first vector, the mean u of the user's words, the mean v of the content's, u ∘ v |
//! | returns | `(pairs, 4)` | logits of the outcomes, weakest first |
//!
//! A large encoder finds out in its layers whether two texts are about the same; a tiny one is helped by the product u ∘ v.

use candle_core::{Device, Tensor};

use super::baselines::{CLASSES, likeliest};
use super::bert::{Affine, Bert, Dropout};
use super::cross_entropy::probabilities;
use super::examples::Labelled;
use super::layers::{MeanRuns, dropout};
use super::packed::{Packed, Sequence};
use super::tokenize::{TokenizeError, WordPieces};
use crate::platform::models::interaction_log::Outcome;
use crate::platform::models::params::ModelError;
use crate::platform::models::two_tower::dense::values;
use crate::sim::rng::{Purpose, RngStream};

/// Pairs that are looked at together when nothing is learned.
const AT_ONCE: usize = 64;

/// What can go wrong with a classifier.
#[derive(Debug, thiserror::Error)]
pub enum ClassifierError {
    /// Training or the network refuses.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A text cannot be split.
    #[error(transparent)]
    Tokenize(#[from] TokenizeError),
    /// The examples to learn from are of one kind.
    #[error("examples are {found}, at least one {needed} is needed")]
    OneClass {
        /// What there is.
        found: String,
        /// What is lacking.
        needed: &'static str,
    },
}

/// An encoder with what tells outcomes apart on top.
#[derive(Debug)]
pub struct Classifier {
    /// The encoder; its store holds the head too.
    pub bert: Bert,
    /// How texts are split.
    pub words: WordPieces,
    head: Affine,
    most: usize,
}

impl Classifier {
    /// Puts a head that has learned nothing on an encoder; pairs are cut to `most` pieces.
    ///
    /// # Errors
    /// [`ModelError::Value`] if the encoder has a head already.
    pub fn new(mut bert: Bert, words: WordPieces, most: usize) -> Result<Self, ModelError> {
        let inputs = 4 * bert.config.hidden_size;
        let head = bert.declare_linear("classifier", inputs, CLASSES)?;
        let most = most.min(bert.config.max_position_embeddings);
        Ok(Self {
            bert,
            words,
            head,
            most,
        })
    }

    /// Splits examples into pieces.
    ///
    /// # Errors
    /// [`TokenizeError`] if a text cannot be split.
    pub fn sequences(&self, examples: &[Labelled]) -> Result<Vec<Sequence>, TokenizeError> {
        let of = |e: &Labelled| self.words.pair(&e.user, &e.content, self.most);
        examples.iter().map(of).collect()
    }

    /// Returns the logits of outcomes, `(pairs, 4)`.
    ///
    /// # Errors
    /// Those of [`Bert::forward`].
    pub fn logits(&self, batch: &Packed, drops: Option<Dropout<'_>>) -> Result<Tensor, ModelError> {
        // The head's luck is keyed by the first number of the encoder's.
        let head_drops = drops.as_ref().map(|d| (d.chance, d.stream.clone().bits()));
        let x = self.bert.forward(batch, drops)?;
        let begins: Vec<u32> = batch.offsets[..batch.len()]
            .iter()
            .map(|b| *b as u32)
            .collect();
        let begins = Tensor::from_vec(begins, batch.len(), &Device::Cpu)?;
        let first = x.index_select(&begins, 0)?;
        let user = x.apply_op1(MeanRuns(batch.first_words()))?;
        let content = x.apply_op1(MeanRuns(batch.second_words()))?;
        let both = (&user * &content)?;
        let mut features = Tensor::cat(&[first, user, content, both], 1)?;
        if let Some((chance, key)) = head_drops {
            let mut stream = RngStream::new(key, Purpose::ModelBatch, 0, 0);
            features = dropout(&features, chance, &mut stream)?;
        }
        self.bert.linear(&features, self.head)
    }

    /// Returns the logits of the outcomes, weakest first, an example after another, with nothing dropped.
    ///
    /// # Errors
    /// [`ModelError`] if a piece is not in the encoder's table.
    pub fn all_logits(&self, sequences: &[Sequence]) -> Result<Vec<f32>, ModelError> {
        let mut all = Vec::with_capacity(sequences.len() * CLASSES);
        for some in sequences.chunks(AT_ONCE) {
            all.extend(values(&self.logits(&Packed::of(some)?, None)?)?);
        }
        Ok(all)
    }

    /// Returns the probabilities of the outcomes, weakest first, an example after another.
    ///
    /// # Errors
    /// [`ModelError`] if a piece is not in the encoder's table.
    pub fn probabilities(&self, sequences: &[Sequence]) -> Result<Vec<f32>, ModelError> {
        Ok(probabilities(self.all_logits(sequences)?, CLASSES))
    }

    /// Predicts one outcome an example.
    ///
    /// # Errors
    /// [`ModelError`] if a piece is not in the encoder's table.
    pub fn predict(&self, sequences: &[Sequence]) -> Result<Vec<Outcome>, ModelError> {
        let all = self.all_logits(sequences)?;
        Ok(all.chunks_exact(CLASSES).map(likeliest).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::models::text::bert_config::BertConfig;

    #[test]
    fn one_answer_an_example() {
        let words = WordPieces::learn(["chess by the sea"], 60).unwrap();
        let bert = Bert::new(&BertConfig::small(1, 16, words.len()), 3).unwrap();
        let classifier = Classifier::new(bert, words, 128).unwrap();
        let example = |user: &str, content: &str| Labelled {
            user: user.to_owned(),
            content: content.to_owned(),
            label: Outcome::Ignore,
        };
        let long = "sea ".repeat(300);
        let all = [
            example("", ""),
            example("chess", &long),
            example("sea", "the chess"),
        ];
        let sequences = classifier.sequences(&all).unwrap();
        assert_eq!(sequences[1].ids.len(), 128);
        let p = classifier.probabilities(&sequences).unwrap();
        assert_eq!(p.len(), 12);
        for row in p.chunks_exact(4) {
            assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        }
        let predicted = classifier.predict(&sequences).unwrap();
        assert_eq!(predicted.len(), 3);
        assert_eq!(predicted[2], likeliest(&p[8..]));
        let alone = classifier.probabilities(&sequences[2..]).unwrap();
        assert_eq!(
            alone,
            p[8..],
            "what an example becomes does not depend on its neighbours"
        );
    }
}
