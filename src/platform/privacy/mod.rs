//! Privacy: consent, observation, forgetting.
//!
//! | file | concept |
//! | --- | --- |
//! | `impressions` | what was shown and what came of it |
//! | `observation` | the only door from events to models |

pub mod impressions;
pub mod observation;
