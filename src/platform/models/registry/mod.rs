//! Registry: which models there are, how good they are, and which of them are live.
//!
//! | file | concept |
//! | --- | --- |
//! | `card` | what is told of a trained model |
//! | `live` | which models were submitted, which are live |
//! | `bounds` | bounds on the mean of differences |
//! | `shadow` | a challenger judged on the live stream before it decides anything |

mod bounds;
pub mod card;
pub mod live;
pub mod shadow;

pub use card::{CardDetails, ModelCard};
pub use live::{Promotion, Registry};
