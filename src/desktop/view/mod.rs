//! What the window sees: plain rows, copied from a city between two ticks.
//!
//! | file | concept |
//! | --- | --- |
//! | `subject` | what can be pointed at |
//! | `sight` | the city as those who fill the rows see it |
//! | `recent` | the last events |

pub mod recent;
pub mod sight;
pub mod subject;
