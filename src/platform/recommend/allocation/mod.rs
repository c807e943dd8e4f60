//! Allocating attention as a problem of its own: exactly on small instances, by prices at the size of a city, always with a proof.
//!
//! The running city answers requests as they come: [`minutes`](super::minutes) fills one avatar's minutes (P1, exact), and
//! [`prices`](super::prices) moves prices a step an hour towards what this folder would find for that hour (P2, approximate).
//! Here a whole instance is known at once. Use it to judge the others, or to plan ahead.
//!
//! | file | concept |
//! | --- | --- |
//! | `problem` | the instance, a solution, and the certificate that judges it |
//! | `simplex` | exact, for hundreds of shares |
//! | `ascent` | prices and recovered shares, for millions |

pub mod ascent;
pub mod problem;
#[cfg(test)]
mod reference;
pub mod simplex;
#[cfg(test)]
mod tests;
