//! Bandits: choose, see what comes of it, and pay for what is not known yet with a little of what is.
//!
//! | file | concept |
//! | --- | --- |
//! | [`ridge`] | ridge regression, one row at a time, with what it is unsure of |
//! | [`linear`] | LinUCB (one regression an arm, or one for all) and linear Thompson sampling |
//! | [`arms`] | arms without contexts: UCB1, ε-greedy, Bernoulli Thompson sampling |
//! | [`context`] | what a person and an item look like to a bandit that recommends |
//! | [`recommend`] | the models [`LinUcb`](recommend::LinUcb) and [`Thompson`](recommend::Thompson) |

pub mod arms;
pub mod context;
pub mod linear;
pub mod recommend;
pub mod ridge;
#[cfg(test)]
mod tests;
