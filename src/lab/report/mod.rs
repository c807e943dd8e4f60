//! Report: one self-contained page that shows a run.

pub mod data;
