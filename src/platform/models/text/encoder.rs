//! A text as a vector: the mean of its pieces' vectors, scaled to length 1.
//!
//! # Source
//! Reimers and Gurevych (2019), Sentence-BERT.

use std::path::Path;

use super::bert::Bert;
use super::bert_config::BertConfig;
use super::folder::{FolderError, read_bytes, read_folder};
use super::layers::MeanRuns;
use super::packed::{Packed, Sequence};
use super::tokenize::WordPieces;
use crate::platform::models::params::ModelError;
use crate::platform::models::two_tower::dense::values;
use crate::sim::math;

/// Texts that are encoded together.
const AT_ONCE: usize = 64;

/// Most pieces of a text.
pub const LONGEST: usize = 128;

/// An encoder of texts.
#[derive(Debug)]
pub struct Encoder {
    /// The network.
    pub bert: Bert,
    /// How texts are split.
    pub words: WordPieces,
}

impl Encoder {
    /// Returns the encoder of the city's language that comes with the program; see its card in `assets/models/city-encoder`.
    ///
    /// # Errors
    /// [`FolderError`] if the program was built with files that do not fit each other.
    pub fn of_city(seed: u64) -> Result<Self, FolderError> {
        let (bert, words) = read_bytes(
            include_bytes!("../../../../assets/models/city-encoder/config.json"),
            include_bytes!("../../../../assets/models/city-encoder/tokenizer.json"),
            include_bytes!("../../../../assets/models/city-encoder/model.safetensors"),
            seed,
        )?;
        Ok(Self { bert, words })
    }

    /// Reads an encoder from a folder as Hugging Face lays it out.
    ///
    /// # Errors
    /// [`FolderError`] if a file is missing, cannot be read or does not fit the others.
    pub fn open(folder: &Path, seed: u64) -> Result<Self, FolderError> {
        let (bert, words) = read_folder(folder, seed)?;
        Ok(Self { bert, words })
    }

    /// Makes one that has learned nothing, with pieces found in texts.
    ///
    /// # Errors
    /// [`FolderError`] if a text cannot be split or the sizes do not fit each other.
    pub fn untrained<'a>(
        texts: impl IntoIterator<Item = &'a str>,
        layers: usize,
        width: usize,
        pieces: usize,
        seed: u64,
    ) -> Result<Self, FolderError> {
        let words = WordPieces::learn(texts, pieces)?;
        let bert = Bert::new(&BertConfig::small(layers, width, words.len()), seed)?;
        Ok(Self { bert, words })
    }

    /// Returns the length of a vector.
    #[must_use]
    pub const fn dimensions(&self) -> usize {
        self.bert.config.hidden_size
    }

    /// Splits texts into pieces.
    ///
    /// # Errors
    /// [`FolderError::Tokenizer`] if a text cannot be split.
    pub fn sequences<'a>(
        &self,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<Sequence>, FolderError> {
        let most = LONGEST.min(self.bert.config.max_position_embeddings);
        let of = |text| Ok(self.words.single(text, most)?);
        texts.into_iter().map(of).collect()
    }

    /// Returns the vectors of texts, one after another, each of length 1.
    ///
    /// # Errors
    /// [`FolderError`] if a text cannot be split, or the network refuses a piece.
    pub fn embed<'a>(
        &self,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<f32>, FolderError> {
        let sequences = self.sequences(texts)?;
        let mut all = Vec::with_capacity(sequences.len() * self.dimensions());
        for some in sequences.chunks(AT_ONCE) {
            all.extend(self.vectors(some)?);
        }
        Ok(all)
    }

    fn vectors(&self, sequences: &[Sequence]) -> Result<Vec<f32>, ModelError> {
        let packed = Packed::of(sequences)?;
        let x = self.bert.forward(&packed, None)?;
        let mut means = values(&x.apply_op1(MeanRuns(packed.rows()))?)?;
        for row in means.chunks_exact_mut(self.dimensions()) {
            unit(row);
        }
        Ok(means)
    }
}

/// Scales a vector to length 1; one of zeros stays.
pub fn unit(row: &mut [f32]) {
    let square = math::dot(row, row);
    if square > 0.0 {
        let scale = 1.0 / square.sqrt();
        for x in row.iter_mut() {
            *x *= scale;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoder_of_the_city_knows_what_belongs_together() {
        let encoder = Encoder::of_city(1).unwrap();
        let d = encoder.dimensions();
        // Two texts of each of three topics of the lexicon.
        let topics = include_str!("../../../../assets/lexicon/topics.txt");
        let lists: Vec<Vec<&str>> = topics
            .lines()
            .filter(|l| !l.starts_with('#'))
            .filter_map(|l| l.split_once(':'))
            .map(|(_, words)| words.split_whitespace().collect())
            .collect();
        let texts: Vec<String> = lists
            .iter()
            .flat_map(|w| [w[..8].join(" "), w[8..16].join(" ")])
            .collect();
        let vectors = encoder.embed(texts.iter().map(String::as_str)).unwrap();
        let row = |i: usize| &vectors[i * d..(i + 1) * d];
        let mut found = 0;
        for at in 0..lists.len() {
            let own = math::dot(row(2 * at), row(2 * at + 1));
            let others = (0..lists.len()).filter(|o| *o != at);
            let is_nearest = others
                .clone()
                .all(|o| math::dot(row(2 * at), row(2 * o + 1)) < own);
            found += usize::from(is_nearest);
        }
        // By luck one in as many as there are topics.
        assert!(2 * found > lists.len(), "{found} of {}", lists.len());
        assert_eq!(
            encoder.embed(texts.iter().map(String::as_str)).unwrap(),
            vectors
        );
    }
}
