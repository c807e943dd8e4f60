//! Scenario: one file that asks for a world.
//!
//! | file or folder | concept |
//! | --- | --- |
//! | `schema` | everything a scenario can say |
//! | `error` | what can be wrong with it |
//! | `source` | files, shipped scenarios, `extends` |
//! | `leaves` | a file as dotted keys with lines |
//! | `load` | from files and `--set` to a checked scenario |
//! | `promises` | whether what was expected came true |
//! | `reference` | the generated documentation of all values |
//! | `world` | from a scenario to a running city |
//! | `workload` | declared worlds of vectors that programs are compared on |
//! | `run` | a run in progress and its folder |
//! | `steer` | commands to a running city |
//! | `chain` | the chain of state hashes of a run |
//! | `import` | worlds made from real logs |
//! | `learning` | logs that models are fitted on and judged by |

pub mod chain;
pub mod error;
pub mod import;
pub mod learning;
pub mod leaves;
pub mod load;
pub mod promises;
pub mod reference;
pub mod run;
pub mod schema;
pub mod source;
pub mod steer;
pub mod workload;
pub mod world;
