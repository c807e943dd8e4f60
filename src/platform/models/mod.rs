//! Models: predicting attraction w_i(c) from observations.
//!
//! | file | concept |
//! | --- | --- |
//! | `seed_formulas` | the two formulas of the mission |
//! | `popularity` | counts |
//! | `decayed_popularity` | engagements with each item, fading |
//! | `interaction_log` | what models learn from |
//! | `model` | the one trait of all models |
//! | `catalog` | all models by name |
//! | `settings_text` | settings as text, where no table can be written |
//! | `collaborative` | collaborative filtering behind the trait, by kinds |
//! | `random` | scores drawn at random |
//! | `scorer` | what collaborative models can do |
//! | `bpr` | factors learned from pairwise preferences |
//! | `evaluation` | leave-last-one-out protocol and ranking metrics |
//! | `positive_definite` | inverting positive definite matrices |
//! | `interactions` | who engaged with what, sparse |
//! | `item_knn` | item-based neighbours |
//! | `ease` | linear autoencoder in closed form |
//! | `config` | the scenario's part |
//! | `columns` | items and their columns in a model |
//! | `features` | named columns computed from observations |
//! | `selection` | which columns tell something |
//! | `logistic` | logistic regression on columns and ids |
//! | `dcn` | deep and cross network on columns and ids |
//! | `classification` | area under the curve, log loss, Brier score |
//! | `calibration` | from scores to probabilities |
//! | `shelf` | what can be recommended on a surface |
//! | `ranker` | the live model |
//! | `parts` | a score, split into what adds up to it |
//! | `learn` | observing and training on a cadence |
//! | `live` | any model of the catalog in the running city |
//! | `sequence` | what comes next, from the order of what came before |
//! | `fusion` | text, picture, sound, motion and behaviour in one vector an item |
//! | `transfer` | what one domain says about another |
//! | `two_tower_model` | the two towers on logs |
//! | `hold_out` | what a fit holds out to know when to stop |
//! | `samples` | which items stand for all in a loss |
//! | `layers` | candle operations with one order of summation |
//! | `two_tower` | two-tower retrieval in candle |
//! | `sample_log` | a small made-up log for tests |
//! | `retrieval` | exact top-k of inner products, fast |
//! | `tower_index` | the two-tower model in the running city |
//! | `half` | numbers of half precision in files |
//! | `optimizer` | AdamW over parameters |
//! | `averaged` | the running average of parameters in training |
//! | `text` | reading words: BERT, fine-tuned to tell what people will do |
//! | `params` | ordered, seeded parameters |
//! | `registry` | model cards, which is live, challengers in the shadow |
//! | `training` | validation folds, search of settings, early stopping |
//! | `stored` | tensors in files |
//! | `bandit` | choosing under uncertainty: LinUCB, Thompson sampling |
//! | `slate` | the best few things to show together, now and in the long run |
//! | `device` | where dense scores are computed |
//! | `drift` | noticing that what comes in has changed |

pub mod averaged;
pub mod bandit;
pub mod bpr;
pub mod calibration;
pub mod catalog;
pub mod classification;
pub mod collaborative;
pub mod columns;
pub mod config;
pub mod dcn;
pub mod decayed_popularity;
pub mod device;
pub mod drift;
pub mod ease;
pub mod evaluation;
pub mod features;
pub mod fusion;
pub mod half;
pub mod hold_out;
pub mod interaction_log;
pub mod interactions;
pub mod item_knn;
pub mod layers;
pub mod learn;
pub mod live;
pub mod logistic;
pub mod model;
pub mod optimizer;
pub mod params;
pub mod parts;
pub mod popularity;
pub mod positive_definite;
pub mod random;
pub mod ranker;
pub mod registry;
pub mod retrieval;
#[cfg(test)]
mod sample_log;
pub mod samples;
pub mod scorer;
pub mod seed_formulas;
pub mod selection;
pub mod sequence;
pub mod settings_text;
pub mod shelf;
pub mod slate;
pub mod stored;
pub mod text;
pub mod tower_index;
pub mod training;
pub mod transfer;
pub mod two_tower;
pub mod two_tower_model;
