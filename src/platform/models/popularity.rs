//! Popularity: the score that knows nothing about anybody, counts of users.

use super::interactions::Interactions;
use super::scorer::Scorer;

/// One score an item, the same for everybody.
#[derive(Debug, Clone, PartialEq)]
pub struct Popularity {
    scores: Vec<f32>,
}

impl Popularity {
    /// Counts the users of each item.
    pub fn fit(interactions: &Interactions) -> Self {
        Self {
            scores: interactions
                .item_counts()
                .iter()
                .map(|c| *c as f32)
                .collect(),
        }
    }

    /// Returns the score of every item.
    pub fn scores(&self) -> &[f32] {
        &self.scores
    }
}

impl Scorer for Popularity {
    fn n_items(&self) -> usize {
        self.scores.len()
    }

    fn score_history(&self, _history: &[u32], scores: &mut [f32]) {
        scores.copy_from_slice(&self.scores);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_popularity_is_the_number_of_users() {
        let x = Interactions::from_pairs(3, 3, [(0, 1), (1, 1), (2, 0)]).unwrap();
        let mut scores = [0.0; 3];
        Popularity::fit(&x).score_history(&[1], &mut scores);
        assert_eq!(scores, [1.0, 2.0, 0.0]);
    }
}
