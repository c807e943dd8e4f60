//! Referral bonuses: coins for newcomers who joined by invitation and stayed, half of a bargain that can be abused.
//!
//! | file | concept |
//! | --- | --- |
//! | `book` | who joined by whose invitation, what it has done since, what became of the bonus |
//! | `follow` | the promise, and following newcomers until they have kept their side of it |
//! | `pay` | holding, refusing or paying what is due, within the budget |

pub mod book;
pub mod follow;
pub mod pay;

#[cfg(test)]
mod tests;
