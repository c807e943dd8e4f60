//! Any model of the catalog, learning and serving in the running city.
//!
//! | file | concept |
//! | --- | --- |
//! | `log` | observations as a log to learn from |
//! | `served` | a fitted model and what it says about the items on the shelves |
//! | `blend` | a model's scores and the cold ones, made one |
//! | `challenger` | a model in the shadow of the live one |
//! | `train` | fitting on a cadence, judging, promotion |
//! | `watch` | noticing drift |

pub mod blend;
pub mod challenger;
pub mod log;
pub mod served;
pub mod train;
pub mod watch;
