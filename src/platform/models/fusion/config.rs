//! Settings of multimodal fusion.

use crate::platform::models::params::ModelError;
use crate::sim::config::ConfigPart;
use crate::{config, config_choice};

config_choice! {
    /// How the modalities of an item become one vector.
    pub enum Gate {
        /// The mean of those that are there.
        Mean = "mean",
        /// Weighted by a softmax over scores, one a modality and item, which are learned with all the rest.
        Gated = "gated",
    }
}

config! {
    /// The model that fuses modalities.
    pub struct FusionConfig {
        /// How the modalities of an item become one vector.
        gate: Gate = Gate::Gated, "-";
        /// Whether it looks at the words.
        text: bool = true, "-";
        /// Whether it looks at the pictures.
        picture: bool = true, "-";
        /// Whether it looks at the sound.
        sound: bool = true, "-";
        /// Whether it looks at the motion.
        motion: bool = true, "-";
        /// Whether it looks at features of other names, such as genres.
        others: bool = true, "-";
        /// Whether it learns a vector of every item that was met, from who met it.
        behaviour: bool = true, "-";
        /// Whether it learns a vector of every user, beside what the past says.
        user_ids: bool = true, "-";
        /// Length of a projection and of a fused vector.
        dimensions: u32 = 64, "values", 1..=1024;
        /// Width of the hidden layer of an encoder.
        hidden: u32 = 128, "values", 1..=4096;
        /// Share of an item's modalities that is left out at a step, at random; one always stays.
        modality_dropout: f64 = 0.2, "-", 0.0..=0.9;
        /// Share of the user's values left out while learning.
        dropout: f64 = 0.3, "-", 0.0..=0.95;
        /// Most recent items whose mean is the user.
        history_length: u32 = 50, "items", 1..=1000;
        /// Learning rate of AdamW.
        learning_rate: f64 = 0.002, "-", 0.000_001..=1.0;
        /// Share of a weight that AdamW takes away per unit of learning rate and step.
        weight_decay: f64 = 0.1, "-", 0.0..=10.0;
        /// Pairs in a training batch.
        batch_size: u32 = 1024, "pairs", 1..=65_536;
        /// Items drawn at random that stand for all items in the loss, beside those of the batch.
        sampled_items: u32 = 4096, "items", 1..=1_000_000;
        /// Most passes over all pairs.
        epochs: u32 = 60, "passes", 1..=10_000;
        /// Passes without a better NDCG@10 on the held-out items after which learning ends.
        patience: u32 = 5, "passes", 1..=10_000;
        /// Users of whom the last item is held out to decide when to stop; 0 learns from everything for all passes.
        held_out_users: u32 = 1000, "users", 0..=1_000_000;
    }
}

impl FusionConfig {
    /// Refuses values outside their ranges.
    ///
    /// # Errors
    /// [`ModelError::Value`] names the first.
    pub fn validate(&self) -> Result<(), ModelError> {
        let mut violations = Vec::new();
        self.check("fusion", &mut violations);
        match violations.into_iter().next() {
            None => Ok(()),
            Some(v) => Err(ModelError::Value {
                what: v.key,
                found: v.value,
                allowed: v.allowed,
            }),
        }
    }

    /// Says whether a modality of this name is looked at.
    #[must_use]
    pub fn looks_at(&self, name: &str) -> bool {
        match name {
            "text" => self.text,
            "picture" => self.picture,
            "sound" => self.sound,
            "motion" => self.motion,
            super::modalities::BEHAVIOUR => self.behaviour,
            _ => self.others,
        }
    }
}
