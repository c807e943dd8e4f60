//! Content: the catalogue, what is true of it, and how it is made.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `item` | the public card of an item |
//! | `catalogue` | all cards, media features, what is on offer |
//! | `truth` | hidden topics and quality |
//! | `media` | text, picture, sound, motion features |
//! | `words` | titles and descriptions from a grammar |
//! | `creative` | words and pictures of ads |
//! | `generate` | making items |
//! | `reach` | how creators react to being seen |

pub mod catalogue;
pub mod config;
pub mod creative;
pub mod generate;
pub mod item;
pub mod media;
pub mod reach;
pub mod truth;
pub mod words;
