//! How much better than nothing a thing is to whoever chose it, the mood of the moment included.
//!
//! Choices are those of a logit: what is chosen is better than nothing by the utility that everybody can reckon, μ, and a mood
//! that nobody sees, so that d = μ + ε with ε logistic. Of who chose it is known that d > 0, and such a d is drawn here. It is what
//! the avatar bids by, and what the lab counts gains from trade by. (By μ alone most things that are bought would be worth less
//! than nothing: what one would buy in most moods is bought soon, and the rest in the right one.)
//!
//! # Source
//! McFadden (1974) for the logit; Small and Rosen (1981) for welfare by what was chosen.

use std::collections::BTreeMap;

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::math;
use crate::sim::rng::RngStream;

/// Draws by how much something is better than nothing that was chosen although it is so by `mu` as a rule; above zero.
///
/// With P(d > x) = σ(μ − x) / σ(μ) for x > 0, d = μ − ln(q / (1 − q)) with q = u·σ(μ), u uniform.
#[must_use]
pub fn given_chosen(mu: f64, rng: &mut RngStream) -> f64 {
    let q = (rng.uniform() * math::sigmoid(mu)).max(f64::MIN_POSITIVE);
    (mu - math::ln(q / (1.0 - q))).max(0.0)
}

/// What assets are worth to those who chose them or own them, in utility at no price.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct Likings {
    of: BTreeMap<(AvatarId, ItemId), f32>,
}

impl Likings {
    /// Remembers it; the last choice counts.
    pub fn set(&mut self, who: AvatarId, item: ItemId, utility: f64) {
        self.of.insert((who, item), utility as f32);
    }

    /// Returns it, if it ever chose the item.
    #[must_use]
    pub fn get(&self, who: AvatarId, item: ItemId) -> Option<f64> {
        self.of.get(&(who, item)).map(|u| f64::from(*u))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Purpose;

    #[test]
    fn the_mean_is_that_of_a_truncated_logistic() {
        // E[d | d > 0] = ln(1 + e^μ) / σ(μ): by parts from the integral of σ(μ − x).
        for mu in [-3.0, 0.0, 2.0] {
            let n = 40_000;
            let (mut sum, mut square) = (0.0, 0.0);
            for i in 0..n {
                let d = given_chosen(mu, &mut RngStream::new(1, Purpose::Test, i, 0));
                assert!(d >= 0.0 && d.is_finite());
                sum += d;
                square += d * d;
            }
            let n = n as f64;
            let mean = sum / n;
            let error = ((square / n - mean * mean) / n).sqrt();
            let expected = math::ln(1.0 + math::exp(mu)) / math::sigmoid(mu);
            assert!(
                (mean - expected).abs() < 4.0 * error,
                "{mu}: {mean} {expected}"
            );
        }
    }

    #[test]
    fn the_last_choice_counts() {
        let mut likings = Likings::default();
        let (who, item) = (AvatarId(1), ItemId(2));
        assert_eq!(likings.get(who, item), None);
        likings.set(who, item, 0.5);
        likings.set(who, item, 1.5);
        assert_eq!(likings.get(who, item), Some(1.5));
    }
}
