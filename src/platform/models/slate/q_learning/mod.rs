//! `SlateQ`: what each taken thing is worth in the long run, learned from what followed.
//!
//! If at most one thing of a slate is taken, and both the reward and what comes after depend on the taken thing only, then
//! the long-run worth of a slate is the mean of the long-run worths of its things, weighted by how likely each is taken:
//! Q(s, A) = Σ P(i | s, A) Q̄(s, i), where taking nothing counts as a thing. Only Q̄ has to be learned, one thing at a time;
//! the choice model is known.
//!
//! | file | concept |
//! | --- | --- |
//! | [`config`] | its settings |
//! | [`memory`] | situations, steps, and the memory they are replayed from |
//! | [`network`] | Q̄ as a small network with its gradient |
//! | [`learner`] | [`SlateQ`](learner::SlateQ): choose, explore, remember, learn |
//!
//! # Source
//! Ie et al. (2019), SlateQ: a tractable decomposition for reinforcement learning with recommendation sets, IJCAI.

pub mod config;
pub mod learner;
pub mod memory;
pub mod network;
#[cfg(test)]
mod tests;
