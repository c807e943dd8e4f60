//! The city's thread: runs ticks, applies commands between them, and copies what the window asked to see.
//!
//! | file | concept |
//! | --- | --- |
//! | `request` | what the window asks of it |
//! | `frame` | what it answers |
//! | `pace` | when the next tick is due |
//! | `keeper` | the loop |
//! | `readers` | the rows of panels and scene, filled within a budget of time |
//! | `memory` | where everybody was |
//! | `handle` | the window's end of the thread |

pub mod frame;
pub mod handle;
mod keeper;
mod memory;
mod pace;
mod readers;
pub mod request;
