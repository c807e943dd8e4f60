//! Interest evolution: the published trial of slates that look ahead, reproduced.
//!
//! | file | concept |
//! | --- | --- |
//! | [`world`] | viewers, videos, and what watching does |
//! | [`policy`] | rules that learn nothing |
//! | [`trial`] | many viewers under one policy |
//! | [`learned`] | `SlateQ` as the one who chooses |
//! | [`reproduction`] | the published table beside what is found here |

pub mod learned;
pub mod policy;
pub mod reproduction;
pub mod trial;
pub mod world;
