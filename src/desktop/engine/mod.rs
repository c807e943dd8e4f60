//! The city's thread: runs ticks, applies commands between them, and copies what the window asked to see.
//!
//! A recording has a thread as well, the projector: it answers the same requests with the same frames and simulates nothing.
//!
//! | file | concept |
//! | --- | --- |
//! | `request` | what the window asks of it |
//! | `frame` | what it answers |
//! | `pace` | when the next tick is due |
//! | `post` | the thread's end of the way to the window |
//! | `keeper` | the loop of a living city |
//! | `readers` | the rows of panels and scene, filled within a budget of time |
//! | `memory` | where everybody was |
//! | `history` | headline numbers so far |
//! | `futures` | the forks of a city: begun, read, stopped |
//! | `future` | one of the two futures of a fork |
//! | `projector` | the loop of a recording |
//! | `screening` | the rows of panels and scene, filled from a recording |
//! | `diary` | what happened on the day that is shown |
//! | `policy` | what commands of a recording changed |
//! | `handle` | the window's end of the thread |

mod diary;
#[cfg(test)]
mod fork_tests;
pub mod frame;
mod future;
mod futures;
pub mod handle;
mod history;
mod keeper;
mod memory;
mod pace;
mod policy;
mod post;
mod projector;
mod readers;
pub mod request;
mod screening;
