//! Rows about drift: what was noticed, and what a scheduled shift of interests did.

use crate::lab::metrics::drift::{Response, response};
use crate::lab::report::data::{AlarmRow, DriftRows};
use crate::sim::units::TICKS_PER_DAY;

use super::fill::Sight;

/// Lists the alarms and judges what followed the shift.
pub(super) fn drift(s: &Sight<'_>) -> DriftRows {
    let alarms: Vec<AlarmRow> = s
        .drift
        .alarms()
        .iter()
        .map(|a| AlarmRow {
            day: f64::from(a.tick.0) / f64::from(TICKS_PER_DAY),
            stream: a.stream.word().to_owned(),
            detector: a.stream.detector().to_owned(),
            value: a.value,
        })
        .collect();
    let shift_day = s.society.0.shocks.scheduled_shift();
    let days: Vec<f64> = alarms.iter().map(|a| a.day).collect();
    let efficiency: Vec<Option<f64>> = s.book.days.iter().map(|d| d.attention_efficiency).collect();
    let found = shift_day.map_or_else(Response::default, |day| response(day, &days, &efficiency));
    DriftRows {
        alarms,
        shift_day,
        delay_hours: found.delay_hours,
        efficiency_before: found.before,
        efficiency_lowest: found.lowest,
        recovery_days: found.recovery_days,
    }
}
