//! Rows of engagement and retention.

use crate::desktop::panels::kit::heat::HeatRow;
use crate::desktop::view::sight::City;
use crate::lab::report::{DayRow, RetentionPoint, SurvivalPoint};

/// Cohorts shown, the newest.
const COHORTS: usize = 60;

/// Rows of the panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EngagementView {
    /// Finished days.
    pub days: Vec<DayRow>,
    /// Classic retention by days since arrival.
    pub retention: Vec<RetentionPoint>,
    /// The newest cohorts.
    pub cohorts: Vec<HeatRow>,
    /// Kaplan–Meier curve of who has not left for good.
    pub survival: Vec<SurvivalPoint>,
    /// Lower edge of a bin of session lengths in minutes, and sessions in it; the last closes the axis.
    pub session_minutes: Vec<(f64, u64)>,
    /// Events by hour of the city's clock.
    pub hours: [f64; 24],
    /// Policy changes.
    pub marks: Vec<(f64, String)>,
}

/// Fills the rows.
pub(super) fn view(city: &City<'_>) -> EngagementView {
    let report = city.report;
    let first = report.cohorts.len().saturating_sub(COHORTS);
    let cohorts = report.cohorts.iter().zip(&report.cohort_sizes).enumerate();
    EngagementView {
        days: report.days.clone(),
        retention: report.retention.clone(),
        cohorts: cohorts
            .skip(first)
            .map(|(day, (shares, size))| HeatRow {
                name: format!("day {day}"),
                size: u64::from(*size),
                shares: shares.iter().take(COHORTS).copied().collect(),
            })
            .collect(),
        survival: report.survival.clone(),
        session_minutes: report.session_minutes.clone(),
        hours: report.hours,
        marks: city.mark_texts(),
    }
}
