//! How likely each thing of a slate is to be taken: choice in proportion to a weight.

use crate::config_choice;
use crate::sim::math;

config_choice! {
    /// How a score becomes the weight with which something is taken.
    pub enum Choice {
        /// The exponential of the score: the multinomial logit.
        Logit = "mnl",
        /// What the score exceeds the lowest possible one by.
        Proportional = "proportional",
    }
}

impl Choice {
    /// Returns the weight of a score.
    ///
    /// `lowest` is the lowest score there can be; only [`Choice::Proportional`] looks at it, and gives 0 below it.
    ///
    /// # Source
    /// McFadden (1974) for the logit; both as in RecSim's `choice_model` (Ie et al. 2019, arXiv 1909.04847).
    #[must_use]
    pub fn weight(self, score: f64, lowest: f64) -> f64 {
        match self {
            Self::Logit => math::exp(score),
            Self::Proportional => (score - lowest).max(0.0),
        }
    }

    /// Returns the word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Logit => "mnl",
            Self::Proportional => "proportional",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_those_computed_by_hand() {
        assert_eq!(Choice::Logit.weight(0.0, -1.0), 1.0);
        // e^0.5 = 1.6487212707…
        assert!((Choice::Logit.weight(0.5, -1.0) - 1.648_721_270_700_128).abs() < 1e-15);
        assert_eq!(Choice::Proportional.weight(0.5, -1.0), 1.5);
        assert_eq!(Choice::Proportional.weight(-1.5, -1.0), 0.0);
    }
}
