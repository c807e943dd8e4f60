//! Privacy: consent, observation, forgetting.
//!
//! | file | concept |
//! | --- | --- |
//! | `observation` | the only door from events to models |

pub mod observation;
