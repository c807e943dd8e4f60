//! Ties between people.
//!
//! | file | concept |
//! | --- | --- |
//! | `config` | the scenario's part |
//! | `graph` | who is tied to whom |
//! | `communities` | groups around a topic |

pub mod communities;
pub mod config;
pub mod graph;
