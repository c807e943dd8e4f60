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
//! | `random` | scores drawn at random |
//! | `scorer` | what collaborative models can do |
//! | `bpr` | factors learned from pairwise preferences |
//! | `evaluation` | leave-last-one-out protocol and ranking metrics |
//! | `positive_definite` | inverting positive definite matrices |
//! | `interactions` | who engaged with what, sparse |
//! | `item_knn` | item-based neighbours |
//! | `ease` | linear autoencoder in closed form |
//! | `columns` | items and their columns in a model |
//! | `calibration` | from scores to probabilities |
//! | `shelf` | what can be recommended on a surface |
//! | `ranker` | the live model |
//! | `parts` | a score, split into what adds up to it |
//! | `learn` | observing and training on a cadence |
//! | `sequence` | what comes next, from the order of what came before |
//! | `fusion` | text, picture, sound, motion and behaviour in one vector an item |
//! | `transfer` | what one domain says about another |
//! | `two_tower_model` | the two towers on logs |
//! | `hold_out` | what a fit holds out to know when to stop |
//! | `samples` | which items stand for all in a loss |
//! | `layers` | candle operations with one order of summation |
//! | `two_tower` | two-tower retrieval in candle |
//! | `retrieval` | exact top-k of inner products, fast |
//! | `tower_index` | the two-tower model in the running city |
//! | `params` | ordered, seeded parameters |
//! | `registry` | model cards, which is live |

pub mod bpr;
pub mod calibration;
pub mod catalog;
pub mod columns;
pub mod decayed_popularity;
pub mod ease;
pub mod evaluation;
pub mod fusion;
pub mod hold_out;
pub mod interaction_log;
pub mod interactions;
pub mod item_knn;
pub mod layers;
pub mod learn;
pub mod model;
pub mod params;
pub mod parts;
pub mod popularity;
pub mod positive_definite;
pub mod random;
pub mod ranker;
pub mod registry;
pub mod retrieval;
pub mod samples;
pub mod scorer;
pub mod seed_formulas;
pub mod sequence;
pub mod shelf;
pub mod tower_index;
pub mod transfer;
pub mod two_tower;
pub mod two_tower_model;
