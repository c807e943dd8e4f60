//! Traders: policies that look at a market and say what they want to do, and nothing else.
//!
//! Pure functions of a [`View`](view::View), of the trader's own settings and of a random stream; they hold no money and place no orders.
//!
//! | file | concept |
//! | --- | --- |
//! | [`view`] | what a trader sees, and what it may wish |
//! | [`zero_intelligence`] | quotes at random, with or without a budget |
//! | [`fundamentalist`] | trades towards what it holds a thing to be worth |
//! | [`trend`] | expects the price to go on as it went |
//! | [`market_maker`] | quotes both sides and leans against its inventory |
//! | [`laboratory`] | the double auction of Gode and Sunder, to measure efficiency |

pub mod fundamentalist;
pub mod laboratory;
pub mod market_maker;
#[cfg(test)]
mod tests;
pub mod trend;
pub mod view;
pub mod zero_intelligence;
