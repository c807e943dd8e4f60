//! Rows of recommendations.

use super::watch::RecommendationsWatch;
use crate::desktop::view::sight::{self, City};
use crate::events::behavior::RECOMMENDED_SURFACES;
use crate::lab::report::ModelRow;
use crate::platform::models::ranker::Ranker;
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

/// What became of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModelState {
    /// It serves.
    Live,
    /// It was promoted once and replaced since.
    Replaced,
    /// It was worse than the live one and never served.
    Shadow,
}

impl ModelState {
    /// Returns how it is called.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Replaced => "replaced",
            Self::Shadow => "shadow",
        }
    }
}

/// One trained model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelLine {
    /// Name.
    pub name: String,
    /// Version.
    pub version: u32,
    /// When its training ended, in days.
    pub trained_at: f64,
    /// What became of it.
    pub state: ModelState,
    /// Positive pairs it was trained on.
    pub n_pairs: u64,
    /// Loss, in nats per pair.
    pub loss: f64,
    /// Recall at 10 on what came after.
    pub metric: f64,
    /// The same of the model that was live.
    pub incumbent: Option<f64>,
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
    pub models: Vec<ModelLine>,
    /// Models beyond those listed.
    pub more_models: u64,
    /// Learning curves.
    pub curves: Vec<ModelRow>,
    /// Policy changes.
    pub marks: Vec<(f64, String)>,
}

/// Fills the rows.
pub(super) fn view(watch: &RecommendationsWatch, city: &City<'_>) -> RecommendationsView {
    let rules = &city.scenario.platform.recommend;
    let registry = &city.get::<Ranker>().registry;
    let cards = registry.cards();
    let models = cards.iter().rev().take(MODELS).map(|card| {
        let is_live = registry
            .live(&card.name)
            .is_some_and(|live| live.version == card.version);
        let beat = registry.promotes(card);
        ModelLine {
            name: card.name.clone(),
            version: card.version,
            trained_at: sight::days_of(card.trained_at),
            state: match (is_live, beat) {
                (true, _) => ModelState::Live,
                (false, true) => ModelState::Replaced,
                (false, false) => ModelState::Shadow,
            },
            n_pairs: card.n_pairs,
            loss: card.loss,
            metric: card.validation_metric,
            incumbent: card.incumbent_metric,
        }
    });
    let surfaces = city.report.surfaces.iter().map(|row| {
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
        breadth: city
            .report
            .summary
            .metrics
            .get("consumption_breadth")
            .copied()
            .flatten(),
        surfaces: surfaces.collect(),
        models: models.collect(),
        more_models: cards.len().saturating_sub(MODELS) as u64,
        curves: city.report.models.clone(),
        marks: city.mark_texts(),
    }
}
