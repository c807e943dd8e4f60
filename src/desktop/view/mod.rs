//! What the window sees: plain rows, copied from a city between two ticks.
//!
//! | file | concept |
//! | --- | --- |
//! | `subject` | what can be pointed at |
//! | `sight` | the city as those who fill the rows see it |
//! | `names` | what people and things are called |
//! | `recent` | the last events |
//! | `story` | events told in words |

pub mod names;
pub mod recent;
pub mod sight;
pub mod story;
pub mod subject;
