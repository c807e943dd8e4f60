//! Slates: which few things to show together, now and with a view to what follows.
//!
//! Somebody takes at most one thing of a slate, or nothing. What a slate is worth is then a weighted mean over what may be
//! taken, and the best slate of given worths is found exactly.
//!
//! | file or folder | concept |
//! | --- | --- |
//! | [`choice`] | how likely each thing of a slate is to be taken |
//! | [`optimize`] | the best slate: exact, greedy, and the first of a list |
//! | [`q_learning`] | `SlateQ`: learns what each taken thing is worth in the long run |

pub mod choice;
pub mod optimize;
pub mod q_learning;
