//! Training the classifier, whole or by adapters, with a schedule, clipping and an early stop.

use std::ops::ControlFlow;

use candle_core::{Device, Tensor};

use super::baselines::{CLASSES, class_weights, counts, judge, likeliest};
use super::bert::{Bert, Dropout};
use super::classifier::{Classifier, ClassifierError};
use super::cross_entropy::CrossEntropy;
use super::examples::{Labelled, Split};
use super::lora::LoraConfig;
use super::masked::shuffled;
use super::packed::{Packed, Sequence};
use super::report::Report;
use super::tokenize::WordPieces;
use crate::config;
use crate::platform::models::averaged::Averaged;
use crate::platform::models::interaction_log::Outcome;
use crate::platform::models::optimizer::{AdamW, warm_up_and_decay};
use crate::platform::models::params::ModelError;
use crate::sim::rng::{Purpose, RngStream};

config! {
    /// How an encoder is trained to tell what people will do.
    pub struct FineTuneConfig {
        /// Most passes over the examples.
        epochs: u32 = 4, "passes", 1..=1000;
        /// Examples in a batch.
        batch_size: u32 = 16, "examples", 1..=4096;
        /// Greatest learning rate of AdamW: 0.0005 suits a tiny encoder and adapters, 0.00002 a large one trained whole.
        learning_rate: f64 = 0.0005, "-", 0.000_000_1..=1.0;
        /// Share of the steps in which the rate rises; afterwards it falls to 0.
        warm_up: f64 = 0.1, "-", 0.0..=1.0;
        /// Share of a weight that AdamW takes away per unit of learning rate and step; not of biases and layer norms.
        weight_decay: f64 = 0.01, "-", 0.0..=1.0;
        /// Longest gradient, over all parameters together, that is not cut.
        longest_gradient: f64 = 1.0, "-", 0.001..=1_000_000.0;
        /// Most pieces of a pair.
        max_length: u32 = 128, "pieces", 4..=100_000;
        /// Chance with which a value is dropped during training.
        dropout: f64 = 0.2, "-", 0.0..=0.9;
        /// How far rare outcomes weigh more: 0 not at all, 1 so that all outcomes weigh the same.
        class_balance: f64 = 0.25, "-", 0.0..=1.0;
        /// Largest share of the running average of the weights that a step leaves; what is judged and kept is the average. 0 judges the last step.
        averaging: f64 = 0.998, "-", 0.0..=0.999_999;
        /// Passes without a better macro-F1 on the examples to tune by, after which training stops.
        patience: u32 = 2, "passes", 1..=1000;
        /// Rank of the adapters of queries and values; 0 trains the whole encoder.
        lora_rank: u32 = 0, "-", 0..=1024;
        /// What adapters add is multiplied by this over their rank.
        lora_alpha: f64 = 16.0, "-", 0.001..=10_000.0;
    }
}

/// Key of the streams that drop values.
const DROPPING: u64 = 1 << 43;

/// How a pass went.
#[derive(Debug, Clone, PartialEq)]
pub struct Pass {
    /// Its number, from 1.
    pub epoch: u32,
    /// Mean training loss, in nats an example.
    pub loss: f64,
    /// Mean loss on the examples to tune by, with nothing dropped, if there are any.
    pub dev_loss: Option<f64>,
    /// Quality on the examples to tune by.
    pub dev: Report,
}

/// What is told while a classifier is trained.
#[derive(Debug)]
pub enum Told<'a> {
    /// Another batch is done.
    Step {
        /// Batches done, in all passes.
        done: u32,
        /// Batches of all passes, if none is left out.
        of: u32,
    },
    /// Another pass is done.
    Pass(&'a Pass),
}

/// A trained classifier.
#[derive(Debug)]
pub struct FineTuned {
    /// The classifier of the best pass.
    pub classifier: Classifier,
    /// Every pass.
    pub passes: Vec<Pass>,
    /// The pass that was kept, from 1.
    pub best: u32,
    /// Numbers that were learned, and all numbers.
    pub n_trainable: (usize, usize),
}

/// Refuses examples from which nothing can be told apart.
fn check_classes(train: &[Labelled]) -> Result<(), ClassifierError> {
    if train.is_empty() {
        return Err(ModelError::NoPairs.into());
    }
    let counts = counts(train);
    let needed = match counts {
        [0, ..] => "ignored one",
        [_, 0, 0, 0] => "one that was not ignored",
        _ => return Ok(()),
    };
    let found = Outcome::ALL
        .iter()
        .zip(counts)
        .map(|(o, n)| format!("{n} × {}", o.word()));
    Err(ClassifierError::OneClass {
        found: found.collect::<Vec<_>>().join(", "),
        needed,
    })
}

/// Trains an encoder on pairs of texts; keeps the pass with the best macro-F1 on the examples to tune by.
///
/// What is judged and kept is the [average](Averaged) of the weights: labels are noisy, and after single steps the boundary
/// between two outcomes that are about equally likely swings from one side to the other.
///
/// `watch` is told about every batch and every pass, and may end training after a pass. The examples to judge by are not
/// looked at.
///
/// # Errors
/// [`ClassifierError::OneClass`] if there are not at least one ignored and one other example;
/// [`ModelError::Diverged`] if training left the finite numbers.
pub fn fine_tune(
    bert: Bert,
    words: WordPieces,
    split: &Split<Labelled>,
    config: &FineTuneConfig,
    seed: u64,
    watch: &mut dyn FnMut(Told<'_>) -> ControlFlow<()>,
) -> Result<FineTuned, ClassifierError> {
    check_classes(&split.train)?;
    let mut bert = bert;
    if config.lora_rank > 0 {
        bert.adapt(&LoraConfig {
            rank: config.lora_rank as usize,
            alpha: config.lora_alpha,
        })?;
    }
    let classifier = Classifier::new(bert, words, config.max_length as usize)?;
    let train = classifier.sequences(&split.train)?;
    let dev = classifier.sequences(&split.dev)?;
    let by_class = class_weights(&counts(&split.train), config.class_balance);
    let rates = (config.learning_rate, config.weight_decay);
    let mut adam = AdamW::new(&classifier.bert.params, rates.0, rates.1);
    let size = config.batch_size as usize;
    let steps = config.epochs * train.len().div_ceil(size) as u32;
    let mut tuned = FineTuned {
        n_trainable: classifier.bert.params.n_trainable(),
        passes: Vec::new(),
        best: 0,
        classifier,
    };
    let mut kept = tuned.classifier.bert.params.tensors();
    let mut mean = Averaged::new(&tuned.classifier.bert.params, config.averaging);
    let mut best_f1 = -1.0;
    for epoch in 0..config.epochs {
        let order = shuffled(train.len(), seed, epoch);
        let mut sum = 0.0;
        for batch in order.chunks(size) {
            let step = adam.step_count();
            let loss = step_loss(&tuned.classifier, &train, split, batch, &by_class, {
                (
                    config.dropout,
                    RngStream::new(seed, Purpose::ModelBatch, DROPPING, step),
                )
            })?;
            let value = f64::from(loss.to_scalar::<f32>().map_err(ModelError::from)?);
            if !value.is_finite() {
                return Err(ModelError::Diverged { step, loss: value }.into());
            }
            sum += value * batch.len() as f64;
            let rate = config.learning_rate * warm_up_and_decay(step, steps, config.warm_up);
            let gradients = loss.backward().map_err(ModelError::from)?;
            let params = &mut tuned.classifier.bert.params;
            adam.scheduled_step(params, &gradients, rate, config.longest_gradient)?;
            mean.take_in(params);
            let _goes_on = watch(Told::Step {
                done: step + 1,
                of: steps,
            });
        }
        mean.exchange(&mut tuned.classifier.bert.params)?;
        let logits = tuned.classifier.all_logits(&dev)?;
        let predicted: Vec<Outcome> = logits.chunks_exact(CLASSES).map(likeliest).collect();
        let report = judge(&split.dev, &predicted);
        let f1 = report.macro_average.f1;
        let pass = Pass {
            epoch: epoch + 1,
            loss: sum / train.len() as f64,
            dev_loss: loss_of(&split.dev, &logits, &by_class)?,
            dev: report,
        };
        let told = watch(Told::Pass(&pass));
        tuned.passes.push(pass);
        if f1 > best_f1 {
            best_f1 = f1;
            tuned.best = epoch + 1;
            kept = tuned.classifier.bert.params.tensors();
        }
        mean.exchange(&mut tuned.classifier.bert.params)?;
        if told == ControlFlow::Break(()) || epoch + 1 >= tuned.best + config.patience {
            break;
        }
    }
    tuned.classifier.bert.params.restore(&mut kept)?;
    Ok(tuned)
}

fn target<'a>(
    examples: impl Iterator<Item = &'a Labelled>,
    by_class: &[f32; CLASSES],
) -> CrossEntropy {
    let labels: Vec<u32> = examples.map(|e| e.label as u32).collect();
    let weights = labels.iter().map(|l| by_class[*l as usize]).collect();
    CrossEntropy { labels, weights }
}

/// Returns the mean loss of the logits of examples, if there are any.
fn loss_of(
    examples: &[Labelled],
    logits: &[f32],
    by_class: &[f32; CLASSES],
) -> Result<Option<f64>, ModelError> {
    if examples.is_empty() {
        return Ok(None);
    }
    let logits = Tensor::from_slice(logits, (examples.len(), CLASSES), &Device::Cpu)?;
    let loss = target(examples.iter(), by_class).of(&logits)?;
    Ok(Some(f64::from(loss.to_scalar::<f32>()?)))
}

fn step_loss(
    classifier: &Classifier,
    train: &[Sequence],
    split: &Split<Labelled>,
    batch: &[usize],
    by_class: &[f32; CLASSES],
    (chance, mut stream): (f64, RngStream),
) -> Result<Tensor, ModelError> {
    let packed = Packed::of(batch.iter().map(|at| &train[*at]))?;
    let drops = (chance > 0.0).then_some(Dropout {
        chance,
        stream: &mut stream,
    });
    let logits = classifier.logits(&packed, drops)?;
    let examples = batch.iter().map(|at| &split.train[*at]);
    Ok(target(examples, by_class).of(&logits)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::models::text::baselines::BagOfWords;
    use crate::platform::models::text::bert_config::BertConfig;

    /// People take what is about what they took before: nothing that counts of words could tell.
    fn matching(n: usize, seed: u64) -> Vec<Labelled> {
        let topics = ["chess rook", "sea boat", "bread flour", "art brush"];
        let mut r = RngStream::new(seed, Purpose::Test, 0, 0);
        (0..n)
            .map(|_| {
                let (u, c) = (r.below(4), if r.chance(0.5) { 4 } else { r.below(4) });
                let c = if c == 4 { u } else { c };
                let word = |topic: usize, r: &mut RngStream| {
                    topics[topic].split(' ').nth(r.below(2)).unwrap().to_owned()
                };
                Labelled {
                    user: word(u, &mut r),
                    content: word(c, &mut r),
                    label: [Outcome::Ignore, Outcome::Engage][usize::from(u == c)],
                }
            })
            .collect()
    }

    fn split() -> Split<Labelled> {
        Split {
            train: matching(320, 1),
            dev: matching(80, 2),
            test: matching(80, 3),
        }
    }

    fn start() -> (Bert, WordPieces) {
        let words = WordPieces::learn(["chess rook sea boat bread flour art brush"], 120).unwrap();
        let config = BertConfig {
            initializer_range: 0.1,
            ..BertConfig::small(1, 16, words.len())
        };
        (Bert::new(&config, 3).unwrap(), words)
    }

    fn config() -> FineTuneConfig {
        FineTuneConfig {
            epochs: 20,
            learning_rate: 0.01,
            patience: 20,
            ..FineTuneConfig::BASELINE
        }
    }

    fn go(_: Told<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    #[test]
    fn matches_of_texts_are_learned_that_counts_of_words_cannot_tell() {
        let split = split();
        let (bert, words) = start();
        let tuned = fine_tune(bert, words, &split, &config(), 5, &mut go).unwrap();
        let test = tuned.classifier.sequences(&split.test).unwrap();
        let ours = judge(&split.test, &tuned.classifier.predict(&test).unwrap());
        let bag = BagOfWords::fit(&split, 0.5, 5).unwrap();
        let counts = judge(&split.test, &bag.predict(&split.test).unwrap());
        assert!(ours.accuracy > 0.9, "{}", ours.to_text());
        assert!(counts.accuracy < 0.75, "{}", counts.to_text());
    }

    #[test]
    fn adapters_learn_and_leave_the_encoder_as_it_was() {
        let split = split();
        let (bert, words) = start();
        let before = bert.tensors();
        let config = FineTuneConfig {
            epochs: 2,
            lora_rank: 2,
            lora_alpha: 4.0,
            ..config()
        };
        let tuned = fine_tune(bert, words, &split, &config, 5, &mut go).unwrap();
        assert_eq!(tuned.classifier.bert.tensors(), before);
        // Two adapters of two tables of 2 · 16, and the head.
        assert_eq!(tuned.n_trainable.0, 2 * 2 * 2 * 16 + (4 * 16 + 1) * 4);
        assert!(tuned.passes[1].loss < tuned.passes[0].loss);
    }

    #[test]
    fn the_best_epoch_is_kept() {
        let split = split();
        let (bert, words) = start();
        let config = FineTuneConfig {
            epochs: 20,
            learning_rate: 0.03,
            patience: 2,
            ..config()
        };
        let tuned = fine_tune(bert, words, &split, &config, 5, &mut go).unwrap();
        let f1: Vec<f64> = tuned
            .passes
            .iter()
            .map(|p| p.dev.macro_average.f1)
            .collect();
        let best = &tuned.passes[tuned.best as usize - 1];
        assert!(f1.iter().all(|x| *x <= best.dev.macro_average.f1), "{f1:?}");
        let dev = tuned.classifier.sequences(&split.dev).unwrap();
        let now = judge(&split.dev, &tuned.classifier.predict(&dev).unwrap());
        assert_eq!(now, best.dev);
        let logits = tuned.classifier.all_logits(&dev).unwrap();
        let by_class = class_weights(&counts(&split.train), config.class_balance);
        let loss = loss_of(&split.dev, &logits, &by_class).unwrap();
        assert!(loss.is_some_and(f64::is_finite) && loss == best.dev_loss);
        assert_eq!(loss_of(&[], &[], &by_class).unwrap(), None);
        assert!(
            f1.len() == 20 || f1.len() == tuned.best as usize + 2,
            "{f1:?}"
        );
        let mut told = 0;
        let (bert, words) = start();
        let mut steps = 0;
        let stop = &mut |what: Told<'_>| {
            match what {
                Told::Step { done, of } => {
                    steps += 1;
                    assert_eq!((done, of), (steps, 20 * 20));
                }
                Told::Pass(_) => told += 1,
            }
            ControlFlow::Break(())
        };
        let one = fine_tune(bert, words, &split, &config, 5, stop).unwrap();
        assert_eq!((one.passes.len(), told, steps), (1, 1, 20));
        assert_eq!(one.passes[0], tuned.passes[0], "the same bits again");
    }

    #[test]
    fn one_class_is_nothing_to_learn() {
        let refused = |label: Outcome| {
            let mut split = split();
            split.train.iter_mut().for_each(|e| e.label = label);
            let (bert, words) = start();
            let error = fine_tune(bert, words, &split, &config(), 5, &mut go);
            error.unwrap_err().to_string()
        };
        let error = refused(Outcome::Engage);
        assert!(
            error.ends_with("at least one ignored one is needed"),
            "{error}"
        );
        assert!(refused(Outcome::Ignore).contains("one that was not ignored"));
        let (bert, words) = start();
        let none = Split::default();
        assert!(fine_tune(bert, words, &none, &config(), 5, &mut go).is_err());
    }
}
