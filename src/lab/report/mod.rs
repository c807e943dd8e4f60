//! Report: one HTML file that tells what a run was and what came out of it, without a network.
//!
//! | file | content |
//! |---|---|
//! | `data.rs` | what a report shows: plain rows, filled by whoever ran the city |
//! | `trade.rs` | the rows about trade |
//! | `gather/` | fills the rows from a city |
//! | `reach.rs` | the rows about bonuses and pushes |
//! | `page.rs` | puts the rows, the style, our script and the chart library into one page |
//! | `example.rs` | a made-up report for the tests |
//! | `example_markets.rs` | its rows about trade and ads |
//! | `tensorboard.rs` | event files that TensorBoard opens |
//!
//! The page itself is `assets/report/`: `template.html`, `report.css`, `kit.js` (numbers, colors, cards), `report.js` (the sections)
//! and Apache ECharts 6.1.0 as published, with its licenses.

mod data;
#[cfg(test)]
mod example;
#[cfg(test)]
mod example_markets;
pub mod gather;
mod page;
pub mod reach;
pub mod tensorboard;
mod trade;

pub use data::{
    AdRows, AlarmRow, CalibrationBin, CalibrationRow, CardRow, CardState, CreativeRow,
    CreativeRows, CreditRow, DayRow, DriftRows, FORMAT, FactRow, FlowDirection, FlowRow,
    InventoryRow, LandMap, LandSpace, LiftRow, ModelRow, PassRow, ReportData, RetentionPoint,
    SurfaceRow, SurvivalPoint,
};
pub use page::{render, render_json, to_json};
pub use trade::{BookRow, DealRow, EffectRow, TradeRows};
