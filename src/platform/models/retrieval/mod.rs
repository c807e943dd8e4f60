//! Exact retrieval: the `k` best of all items for many users, without ever holding users × items.
//!
//! The score of an item is `(((bias + u₀·x₀) + u₁·x₁) + …)`, one rounded multiplication and one rounded addition a
//! dimension, in that order, for every item on its own. No multiplication is fused with its addition and no sum is split
//! over lanes, so the bits depend neither on the width of the processor's vectors nor on how users are grouped: they are
//! those of the plain loop, on every machine.
//!
//! | file | concept |
//! | --- | --- |
//! | `packed` | items in panels of 16, dimension after dimension; what callers see |
//! | `level` | which instructions are used, found out at run time |
//! | `portable`, `avx2`, `avx512` | the inner product of one tile, three times |
//! | `block` | eight users against all items, a chunk at a time |
//! | `select` | the `k` best of a chunk by threshold |

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod block;
mod level;
mod packed;
mod portable;
mod select;
#[cfg(test)]
mod tests;

pub use level::Level;
pub use packed::{Hit, PackedItems};
