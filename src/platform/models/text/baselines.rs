//! What an encoder has to beat: the most frequent outcome, and logistic regression on counts of words.

use std::collections::BTreeMap;

use super::cross_entropy::probabilities;
use super::examples::{Labelled, Split};
use super::masked::shuffled;
use super::report::Report;
use super::tokenize::{TokenizeError, count_words};
use crate::platform::models::interaction_log::Outcome;
use crate::sim::math;

/// Classes.
pub const CLASSES: usize = Outcome::ALL.len();

/// Compares what came of examples with what was predicted.
#[must_use]
pub fn judge(examples: &[Labelled], predicted: &[Outcome]) -> Report {
    let names = Outcome::ALL.map(Outcome::word);
    let pairs = examples.iter().zip(predicted);
    Report::of(&names, pairs.map(|(e, p)| (e.label as usize, *p as usize)))
}

/// Counts the examples of every class.
#[must_use]
pub fn counts(examples: &[Labelled]) -> [usize; CLASSES] {
    let mut counts = [0; CLASSES];
    for e in examples {
        counts[e.label as usize] += 1;
    }
    counts
}

/// Returns the weight of every class in a loss: (n / (classes · n_c))^`balance`; 0 leaves classes as they are, 1 gives all
/// the same say. Classes without an example weigh 1.
#[must_use]
pub fn class_weights(counts: &[usize; CLASSES], balance: f64) -> [f32; CLASSES] {
    let present = counts.iter().filter(|n| **n > 0).count();
    let total: usize = counts.iter().sum();
    counts.map(|n| match n {
        0 => 1.0,
        n => {
            let even = total as f64 / (present * n) as f64;
            math::pow(even, balance) as f32
        }
    })
}

/// Returns the outcome with the largest of four values; of equal ones the weakest.
#[must_use]
pub fn likeliest(values: &[f32]) -> Outcome {
    let mut best = 0;
    for (at, x) in values.iter().enumerate().take(CLASSES) {
        if *x > values[best] {
            best = at;
        }
    }
    Outcome::ALL[best]
}

/// Predicts what was most frequent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Majority(pub Outcome);

impl Majority {
    /// Finds the most frequent outcome; of equally frequent ones the weakest.
    #[must_use]
    pub fn of(examples: &[Labelled]) -> Self {
        Self(likeliest(&counts(examples).map(|n| n as f32)))
    }

    /// Predicts.
    #[must_use]
    pub fn predict(self, examples: &[Labelled]) -> Vec<Outcome> {
        vec![self.0; examples.len()]
    }
}

/// Multinomial logistic regression on counts of words; a word of the user and the same word of the content are different.
#[derive(Debug, Clone, PartialEq)]
pub struct BagOfWords {
    columns: BTreeMap<String, usize>,
    /// `(columns + 1, classes)`, the last row being the biases.
    weights: Vec<f32>,
}

/// Passes over the examples.
const EPOCHS: u32 = 20;
/// Examples in a batch.
const BATCH: usize = 32;
/// Rate of AdaGrad (Duchi, Hazan and Singer 2011).
const RATE: f32 = 0.1;
/// What a weight is pulled towards 0 with.
const PULL: f32 = 1e-4;

/// Counts by column.
type Row = Vec<(usize, f32)>;

impl BagOfWords {
    fn words(e: &Labelled) -> Result<BTreeMap<String, f32>, TokenizeError> {
        let mut all = BTreeMap::new();
        for (mark, text) in [('u', &e.user), ('c', &e.content)] {
            for (word, n) in count_words([text.as_str()])? {
                all.insert(format!("{mark} {word}"), n as f32);
            }
        }
        Ok(all)
    }

    fn row(&self, e: &Labelled) -> Result<Row, TokenizeError> {
        let words = Self::words(e)?;
        let known = words
            .iter()
            .filter_map(|(w, n)| Some((*self.columns.get(w)?, *n)));
        Ok(known.chain([(self.columns.len(), 1.0)]).collect())
    }

    fn logits(&self, row: &Row) -> [f32; CLASSES] {
        let mut logits = [0.0; CLASSES];
        for (column, n) in row {
            for (l, w) in logits.iter_mut().zip(&self.weights[column * CLASSES..]) {
                *l += n * w;
            }
        }
        logits
    }

    /// Fits to the examples to learn from, and keeps the pass with the best macro-F1 on those to tune by, as the encoder does.
    ///
    /// # Errors
    /// [`TokenizeError`] if a text cannot be split.
    pub fn fit(split: &Split<Labelled>, balance: f64, seed: u64) -> Result<Self, TokenizeError> {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for e in &split.train {
            for word in Self::words(e)?.into_keys() {
                let next = seen.len();
                seen.entry(word).or_insert(next);
            }
        }
        let n = (seen.len() + 1) * CLASSES;
        let mut model = Self {
            columns: seen,
            weights: vec![0.0; n],
        };
        let rows: Vec<Row> = split
            .train
            .iter()
            .map(|e| model.row(e))
            .collect::<Result<_, _>>()?;
        let by_class = class_weights(&counts(&split.train), balance);
        let mut squares = vec![1e-8f32; n];
        let (mut best, mut best_f1) = (model.clone(), -1.0);
        for epoch in 0..EPOCHS {
            for batch in shuffled(rows.len(), seed, epoch).chunks(BATCH) {
                let mut gradient: BTreeMap<usize, [f32; CLASSES]> = BTreeMap::new();
                for at in batch {
                    let label = split.train[*at].label as usize;
                    let mut errors = probabilities(model.logits(&rows[*at]).to_vec(), CLASSES);
                    errors[label] -= 1.0;
                    let scale = by_class[label] / batch.len() as f32;
                    for (column, n) in &rows[*at] {
                        let sums = gradient.entry(*column).or_default();
                        for (g, e) in sums.iter_mut().zip(&errors) {
                            *g += scale * n * e;
                        }
                    }
                }
                for (column, gradients) in gradient {
                    for (k, g) in gradients.into_iter().enumerate() {
                        let at = column * CLASSES + k;
                        let g = g + PULL * model.weights[at];
                        squares[at] += g * g;
                        model.weights[at] -= RATE * g / squares[at].sqrt();
                    }
                }
            }
            let f1 = judge(&split.dev, &model.predict(&split.dev)?)
                .macro_average
                .f1;
            if f1 > best_f1 {
                (best, best_f1) = (model.clone(), f1);
            }
        }
        Ok(best)
    }

    /// Predicts.
    ///
    /// # Errors
    /// [`TokenizeError`] if a text cannot be split.
    pub fn predict(&self, examples: &[Labelled]) -> Result<Vec<Outcome>, TokenizeError> {
        let of = |e: &Labelled| Ok(likeliest(&self.logits(&self.row(e)?)));
        examples.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(user: &str, content: &str, label: Outcome) -> Labelled {
        Labelled {
            user: user.to_owned(),
            content: content.to_owned(),
            label,
        }
    }

    #[test]
    fn the_most_frequent_outcome_is_predicted() {
        let all = [
            example("", "a", Outcome::View),
            example("", "b", Outcome::Ignore),
            example("", "c", Outcome::View),
        ];
        assert_eq!(Majority::of(&all).predict(&all), [Outcome::View; 3]);
        assert_eq!(Majority::of(&[]).0, Outcome::Ignore);
    }

    #[test]
    fn rare_classes_weigh_more() {
        assert_eq!(class_weights(&[75, 25, 0, 0], 0.0), [1.0; 4]);
        assert_eq!(
            class_weights(&[75, 25, 0, 0], 1.0),
            [2.0 / 3.0, 2.0, 1.0, 1.0]
        );
    }

    #[test]
    fn words_that_decide_are_learned_and_a_match_of_two_texts_is_not() {
        let topics = ["chess", "sea", "bread", "art"];
        let pairs = (0..400).map(|i| (topics[i % 4], topics[i / 4 % 4]));
        let alone: Vec<Labelled> = pairs
            .clone()
            .map(|(u, c)| {
                let is_sea = [Outcome::Ignore, Outcome::Engage][usize::from(c == "sea")];
                example(u, c, is_sea)
            })
            .collect();
        let split = Split {
            train: alone.clone(),
            dev: alone.clone(),
            test: vec![],
        };
        let model = BagOfWords::fit(&split, 0.0, 1).unwrap();
        assert_eq!(judge(&alone, &model.predict(&alone).unwrap()).accuracy, 1.0);
        assert_eq!(BagOfWords::fit(&split, 0.0, 1).unwrap(), model);
        let matching: Vec<Labelled> = pairs
            .map(|(u, c)| {
                example(
                    u,
                    c,
                    [Outcome::Ignore, Outcome::Engage][usize::from(u == c)],
                )
            })
            .collect();
        let split = Split {
            train: matching.clone(),
            dev: matching.clone(),
            test: vec![],
        };
        let model = BagOfWords::fit(&split, 0.0, 1).unwrap();
        let report = judge(&matching, &model.predict(&matching).unwrap());
        assert!(report.accuracy < 0.8, "{report:?}");
    }
}
