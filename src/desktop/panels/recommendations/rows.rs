//! Rows of recommendations.

use super::watch::RecommendationsWatch;
use crate::desktop::panels::kit::numbers::Form;
use crate::desktop::view::sight::{self, City};
use crate::events::behavior::RECOMMENDED_SURFACES;
use crate::lab::report::{CalibrationRow, CardRow, DriftRows, ModelRow};
use crate::sim::config::ConfigValue;

/// Models listed, the newest.
const MODELS: usize = 100;

/// How one surface recommends.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SurfaceLine {
    /// Surface.
    pub surface: String,
    /// Slates served.
    pub slates: u64,
    /// Things taken per slate.
    pub take_rate: f64,
    /// Mean true utility of what was taken, over sampled slates.
    pub utility: Option<f64>,
    /// Share of what could be shown that was shown.
    pub coverage: f64,
    /// Share of slots filled to explore.
    pub explored: Option<f64>,
    /// Mean propensity of slots.
    pub propensity: Option<f64>,
    /// One less the mean cosine of tags within a slate.
    pub diversity: Option<f64>,
}

/// Rows of the panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecommendationsView {
    /// The model asked for.
    pub model: String,
    /// How attention is allocated.
    pub allocation: String,
    /// Chance that a slot explores.
    pub exploration: Option<f64>,
    /// Effective number of topics an avatar consumes.
    pub breadth: Option<f64>,
    /// One line per surface that served anything.
    pub surfaces: Vec<SurfaceLine>,
    /// Trained models, newest first.
    pub models: Vec<CardRow>,
    /// Models beyond those listed.
    pub more_models: u64,
    /// Learning curves.
    pub curves: Vec<ModelRow>,
    /// Predicted attraction against what was taken.
    pub calibration: Vec<CalibrationRow>,
    /// What was noticed of drift.
    pub drift: DriftRows,
    /// Attention efficiency by day.
    pub efficiency: Vec<(f64, Option<f64>)>,
    /// Days simulated so far, the one that runs included as far as it has come.
    pub now: f64,
    /// Policy changes, and alarms about drift.
    pub marks: Vec<(f64, String)>,
}

/// Fills the rows.
pub(super) fn view(watch: &RecommendationsWatch, city: &City<'_>) -> RecommendationsView {
    let rules = &city.scenario.platform.recommend;
    let report = city.report;
    let surfaces = report.surfaces.iter().map(|row| {
        let known = RECOMMENDED_SURFACES.iter();
        let sums = known
            .filter(|s| s.word() == row.surface)
            .map(|s| watch.surfaces[*s as usize])
            .next()
            .unwrap_or_default();
        let per_slot = |x: f64| (sums.slots > 0).then(|| x / sums.slots as f64);
        let (diversity, n) = sums.diversity;
        SurfaceLine {
            surface: row.surface.replace('_', " "),
            slates: row.slates,
            take_rate: row.take_rate,
            utility: row.mean_true_utility,
            coverage: row.coverage,
            explored: per_slot(sums.explored as f64),
            propensity: per_slot(sums.propensity),
            diversity: (n > 0).then(|| diversity / n as f64),
        }
    });
    RecommendationsView {
        model: rules.model.show().replace('"', ""),
        allocation: rules.allocation.show().replace('"', ""),
        exploration: Some(rules.exploration),
        breadth: report
            .summary
            .metrics
            .get("consumption_breadth")
            .copied()
            .flatten(),
        surfaces: surfaces.collect(),
        models: report.cards.iter().rev().take(MODELS).cloned().collect(),
        more_models: report.cards.len().saturating_sub(MODELS) as u64,
        curves: report.models.clone(),
        calibration: report.calibration.clone(),
        drift: report.drift.clone(),
        efficiency: report
            .days
            .iter()
            .map(|d| (f64::from(d.day), d.attention_efficiency))
            .collect(),
        now: sight::days_of(city.now()),
        marks: marks(city.mark_texts(), &report.drift),
    }
}

/// Adds the alarms to the policy changes.
fn marks(mut marks: Vec<(f64, String)>, drift: &DriftRows) -> Vec<(f64, String)> {
    marks.extend(drift.alarms.iter().map(|a| {
        let value = Form::Decimal.text(a.value);
        (
            a.day,
            format!("drift of {}: {} {value}", a.stream, a.detector),
        )
    }));
    marks
}
