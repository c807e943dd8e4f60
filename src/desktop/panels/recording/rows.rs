//! Rows of the panel of a recording.

use std::sync::Arc;

use crate::desktop::view::recorded::{Recorded, Reel};
use crate::desktop::view::sight::days_of;
use crate::lab::recording::Series;
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// A curve of the recording, whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// Its name, as in the tables of metrics.
    pub name: String,
    /// Its unit; may be empty.
    pub unit: String,
    /// Whether it has a point a day rather than an hour.
    pub is_daily: bool,
    /// Days and values; what is not known is no number.
    pub points: Vec<[f64; 2]>,
}

/// Rows of the panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordingView {
    /// What stays the same; `None` where no recording is open.
    pub reel: Option<Arc<Reel>>,
    /// The moment that is shown.
    pub now: Tick,
    /// Its curves.
    pub curves: Vec<Curve>,
    /// Policy changes: the tick, and what became what.
    pub changes: Vec<(Tick, String)>,
    /// The same as charts mark them.
    pub marks: Vec<(f64, String)>,
}

/// Fills the rows.
pub(super) fn view(r: &Recorded<'_>) -> RecordingView {
    let changes = r.changes.iter();
    RecordingView {
        reel: Some(Arc::clone(r.reel)),
        now: r.now,
        curves: r.series.iter().map(curve).collect(),
        changes: changes
            .map(|c| (Tick(c.tick), format!("{}: {} ➡ {}", c.key, c.from, c.to)))
            .collect(),
        marks: r.mark_texts(),
    }
}

fn curve(s: &Series) -> Curve {
    let points = s.points.iter();
    Curve {
        name: s.name.clone(),
        unit: s.unit.to_owned(),
        is_daily: s.every >= TICKS_PER_DAY,
        // A point is about the hour or day that ends after its tick.
        points: points
            .map(|(tick, value)| [days_of(Tick(tick.0 + 1)), value.unwrap_or(f64::NAN)])
            .collect(),
    }
}

impl Curve {
    /// Returns the value that was last known at a moment.
    #[must_use]
    pub fn latest(&self, day: f64) -> Option<f64> {
        let n = self.points.partition_point(|p| p[0] <= day);
        let known = self.points[..n].last()?;
        Some(known[1]).filter(|v| v.is_finite())
    }
}
