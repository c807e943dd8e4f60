//! The recommender's part of the scenario.

use crate::{config, config_choice};

config_choice! {
    /// Which model ranks items.
    pub enum ModelKind {
        /// Uniformly at random.
        Random = "random",
        /// What was engaged with lately, by anybody.
        Popularity = "popularity",
        /// The mission's content formula: cosine of observed interests and tags.
        SeedContent = "seed_content",
        /// The mission's collaborative formula over an item-kNN estimate.
        SeedCollaborative = "seed_collaborative",
        /// Item-based nearest neighbours.
        ItemKnn = "item_knn",
        /// Linear autoencoder in closed form.
        Ease = "ease",
        /// Two-tower network trained in the running city.
        TwoTower = "two_tower",
        /// Random walks of three steps, popular items less.
        Rp3Beta = "rp3beta",
        /// Factors by alternating least squares.
        Ials = "ials",
        /// Factors by pairwise preferences.
        Bpr = "bpr",
        /// Logistic regression over named features.
        Logistic = "logistic",
        /// Crossed features and a deep network.
        Dcn = "dcn",
        /// Self-attention over what was met, in order.
        SasRec = "sasrec",
        /// Text, picture, sound, motion and behaviour in one.
        Fusion = "fusion",
        /// Linear bandit that prefers what it is unsure of.
        LinUcb = "lin_ucb",
        /// Linear bandit that draws what it believes.
        Thompson = "thompson",
    }
}

impl ModelKind {
    /// Returns its name in the catalog of models, if it is served from there.
    #[must_use]
    pub const fn in_catalog(self) -> Option<&'static str> {
        match self {
            Self::Random
            | Self::Popularity
            | Self::SeedContent
            | Self::SeedCollaborative
            | Self::ItemKnn
            | Self::Ease
            | Self::TwoTower => None,
            Self::Rp3Beta => Some("rp3beta"),
            Self::Ials => Some("ials"),
            Self::Bpr => Some("bpr"),
            Self::Logistic => Some("logistic"),
            Self::Dcn => Some("dcn"),
            Self::SasRec => Some("sasrec"),
            Self::Fusion => Some("fusion"),
            Self::LinUcb => Some("lin_ucb"),
            Self::Thompson => Some("thompson"),
        }
    }
}

config_choice! {
    /// How attention is allocated among candidates.
    pub enum AllocationKind {
        /// By score alone.
        Score = "score",
        /// By a fractional knapsack of each avatar's expected minutes (P1).
        Knapsack = "knapsack",
        /// The same, with prices on seats and exposure found by dual ascent (P2).
        Prices = "prices",
    }
}

config! {
    /// What is recommended, and how.
    pub struct RecommendConfig {
        /// The ranking model.
        model: ModelKind = ModelKind::TwoTower, "-";
        /// How attention is allocated.
        allocation: AllocationKind = AllocationKind::Prices, "-";
        /// Slots of a slate.
        slate_size: u32 = 8, "slots", 1..=12;
        /// Candidates kept for re-ranking.
        candidates: u32 = 48, "items", 1..=1000;
        /// Weight of relevance against sameness when re-ranking; 1 is relevance alone.
        mmr_lambda: f64 = 0.85, "-", 0.0..=1.0;
        /// Chance that a slot is filled uniformly at random, to learn.
        exploration: f64 = 0.06, "share", 0.0..=1.0;
        /// Popular and new items added to the model's candidates, each.
        extra_candidates: u32 = 6, "items", 0..=100;
        /// Observed engagements at which what was learned is trusted as much as content and popularity.
        cold_start: f64 = 5.0, "engagements", 0.0..=1000.0;
        /// Hours between trainings.
        retrain_hours: u32 = 24, "hours", 1..=10_000;
        /// Hours a newly fitted model of the catalog is judged in the shadow of the live one; 0 lets held-out behaviour decide at once.
        shadow_hours: u32 = 6, "hours", 0..=1000;
        /// Whether drift that is noticed trains the model at the next hour.
        refresh_on_drift: bool = true, "-";
        /// Hours after a training in which drift waits, and a scheduled training is left out if the cadence is longer.
        refresh_rest_hours: u32 = 12, "hours", 0..=1000;
        /// Steps of gradient descent at each training of the two-tower model.
        train_steps: u32 = 60, "steps", 0..=100_000;
        /// Half-life of popularity.
        popularity_half_life_days: f64 = 7.0, "days", 0.01..=1000.0;
        /// Exponent of popularity in the mission's collaborative formula; the formula as given has 0.5.
        popularity_exponent: f64 = 0.5, "-", 0.0..=2.0;
        /// Neighbours kept for each item.
        neighbours: u32 = 100, "items", 1..=10_000;
        /// Ridge of the linear autoencoder.
        ease_lambda: f64 = 250.0, "-", 0.001..=1_000_000.0;
        /// Items the linear autoencoder covers: the most engaged with.
        ease_items: u32 = 600, "items", 1..=4000;
        /// Most exposures an item gets in an hour, as a multiple of an equal share among all on offer; prices keep to it.
        exposure_cap: f64 = 1.8, "shares", 1.0..=1_000_000.0;
    }
}

impl RecommendConfig {
    /// Everything at random.
    pub const NULL: Self = Self {
        model: ModelKind::Random,
        allocation: AllocationKind::Score,
        mmr_lambda: 1.0,
        exploration: 0.0,
        extra_candidates: 0,
        ..Self::BASELINE
    };

    /// Says whether every slate is a uniform draw: random scores, and nothing that reorders or adds to them.
    #[must_use]
    pub fn is_uniform(&self) -> bool {
        self.model == ModelKind::Random
            && self.allocation == AllocationKind::Score
            && self.mmr_lambda == 1.0
            && self.extra_candidates == 0
    }
}
