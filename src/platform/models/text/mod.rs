//! Reading words: a BERT of our own, trained to tell from words what somebody will do with something.
//!
//! | file | concept |
//! | --- | --- |
//! | `layers` | linear, layer norm, GELU, dropout, means |
//! | `attention` | attention within packed sequences |
//! | `cross_entropy` | the loss of a choice among classes |
//! | `vocabulary` | pieces of words, found in a text |
//! | `tokenize` | from text to pieces, one text or a pair |
//! | `packed` | sequences one after another, without padding |
//! | `bert_config` | sizes of a BERT, as in `config.json` |
//! | `bert` | the encoder |
//! | `lora` | adapters of low rank |
//! | `folder` | folders as Hugging Face lays them out |
//! | `masked` | learning a language by guessing hidden words |
//! | `examples` | who was shown what, in words, and what came of it; splits |
//! | `baselines` | the majority, and logistic regression on counts of words |
//! | `classifier` | BERT over (what somebody turned to, what is shown) |
//! | `fine_tune` | training the classifier, whole or by adapters |
//! | `report` | precision, recall and F1 of every class |
//! | `encoder` | a text as a vector |
//! | `text_pair` | the model that scores items by their words |
//!
//! # What went wrong in the code this replaces
//! A sketch of such a classifier once had fourteen defects. None can come back:
//!
//! | defect | here |
//! | --- | --- |
//! | 1 labels passed twice | labels are a field of a batch, not an argument |
//! | 2 tables of labels undefined | [`Outcome::ALL`](super::interaction_log::Outcome::ALL) is the only table |
//! | 3 token ids taken for labels | a label is an [`Outcome`](super::interaction_log::Outcome), not a number; pieces are numbers |
//! | 4 content never reaches the network | `tests::content_and_user_both_move_the_answer` |
//! | 5 user and content joined by row number | `examples::tests::words_are_joined_by_index_and_time` |
//! | 6 no negatives | a log without [`Outcome::Ignore`](super::interaction_log::Outcome::Ignore) and one other outcome is refused: `fine_tune::tests::one_class_is_nothing_to_learn` |
//! | 7 strings moved to a device | batches hold numbers only; ids stay in [`Example`](examples::Example) |
//! | 8 arg max over an axis that is not there | `classifier::tests::one_answer_an_example` |
//! | 9 a class sliced like a sequence | predictions are `Vec<Outcome>`, one an example; same test |
//! | 10 ids of content looked up as labels | the types of items and outcomes differ |
//! | 11 an optimiser that no longer exists | [`AdamW`](super::optimizer::AdamW) is our own |
//! | 12 no schedule, clipping or early stop | `fine_tune::tests::the_best_epoch_is_kept`, `optimizer::tests` |
//! | 13 no sets, so any leak | `examples::tests::no_user_and_no_later_time_is_shared` |
//! | 14 unused imports; English only for Chinese text | lints; `tokenize::tests::chinese_is_split_by_character` |

pub mod attention;
pub mod baselines;
pub mod bert;
pub mod bert_config;
pub mod classifier;
pub mod cross_entropy;
pub mod encoder;
pub mod examples;
pub mod fine_tune;
pub mod folder;
pub mod layers;
pub mod lora;
pub mod masked;
pub mod packed;
pub mod report;
#[cfg(test)]
mod tests;
pub mod text_pair;
pub mod tokenize;
pub mod vocabulary;
