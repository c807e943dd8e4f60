//! Report: one HTML file that tells what a run was and what came out of it, without a network.
//!
//! | file | content |
//! |---|---|
//! | `data.rs` | what a report shows: plain rows, filled by whoever ran the city |
//! | `page.rs` | puts the rows, the style, our script and the chart library into one page |
//! | `example.rs` | a made-up report for the tests |
//!
//! The page itself is `assets/report/`: `template.html`, `report.css`, `kit.js` (numbers, colors, cards), `report.js` (the sections)
//! and Apache ECharts 6.1.0 as published, with its licenses.

mod data;
#[cfg(test)]
mod example;
mod page;

pub use data::{
    DayRow, FactRow, FlowDirection, FlowRow, LandMap, LandSpace, ModelRow, ReportData,
    RetentionPoint, SurfaceRow,
};
pub use page::render;
