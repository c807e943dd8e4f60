//! The settings of `SlateQ`.

use crate::config;
use crate::config_choice;
use crate::platform::models::params::ModelError;
use crate::sim::config::ConfigPart;

config_choice! {
    /// With which next slate what follows is valued.
    pub enum Follow {
        /// With the slate that was shown next: worths of the behavior itself.
        Sarsa = "sarsa",
        /// With the best slate of the next situation: worths of the best behavior.
        Best = "ql",
    }
}

config! {
    /// Learns the long-run worth of things on slates.
    pub struct SlateQConfig {
        /// Things on a slate.
        slate: u32 = 3, "things", 1..=100;
        /// With which next slate what follows is valued.
        follow: Follow = Follow::Best, "-";
        /// Worth of a reward one step later, as a share of its worth now; 1 needs episodes that end.
        discount: f64 = 1.0, "-", 0.0..=1.0;
        /// Reward that the network outputs as 1; a tenth to ten times what an episode brings works.
        scale: f64 = 100.0, "reward", 0.000_001..=1_000_000_000.0;
        /// Width of the hidden layer.
        hidden: u32 = 32, "values", 1..=4096;
        /// Learning rate of Adam.
        learning_rate: f64 = 0.003, "-", 0.000_001..=1.0;
        /// Steps in a batch.
        batch_size: u32 = 256, "steps", 1..=65_536;
        /// Share by which the slow network moves towards the learning one after each batch.
        follow_rate: f64 = 0.02, "-", 0.000_001..=1.0;
        /// Steps kept for replay; whole episodes are forgotten, oldest first.
        memory: u32 = 100_000, "steps", 1..=100_000_000;
    }
}

impl SlateQConfig {
    /// Refuses values outside their ranges.
    ///
    /// # Errors
    /// [`ModelError::Value`] with the first.
    pub fn validate(&self) -> Result<(), ModelError> {
        let mut violations = Vec::new();
        self.check("slate_q", &mut violations);
        match violations.into_iter().next() {
            None => Ok(()),
            Some(v) => Err(ModelError::Value {
                what: v.key,
                found: v.value,
                allowed: v.allowed,
            }),
        }
    }
}
