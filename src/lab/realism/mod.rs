//! Realism: published facts a default city must show, and how it does.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`targets`] | the facts, their bands and sources, read from `assets/realism.toml` |
//! | [`scorecard`] | what a city shows against the bands |

pub mod scorecard;
pub mod targets;
