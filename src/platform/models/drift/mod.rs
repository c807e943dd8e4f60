//! Drift: noticing that what comes in is no longer what was learned from.
//!
//! | file | concept | looks at |
//! | --- | --- | --- |
//! | [`signal`] | what a detector says, and what all detectors can do | |
//! | [`page_hinkley`] | a mean that has moved, by sums of deviations | any numbers |
//! | [`adwin`] | a window that is cut where two parts of it differ | numbers of known, small range |
//! | [`ddm`] | an error rate that has risen | yes or no |
//! | [`stability`] | the population stability index | shares of bins |
//! | [`kolmogorov`] | the largest distance of two distributions | two samples |
//!
//! Detectors take one value at a time, keep little, and are part of the state: they can be stored and hashed.

pub mod adwin;
pub mod ddm;
pub mod kolmogorov;
pub mod page_hinkley;
pub mod signal;
pub mod stability;
