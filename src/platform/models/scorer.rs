//! What every collaborative model can do: score all items for what somebody has met.

/// Scores every item for a history.
pub trait Scorer {
    /// Returns the number of items that are scored.
    fn n_items(&self) -> usize;

    /// Writes one score an item into `scores`, higher is better; items of the history are scored too.
    ///
    /// `history` holds distinct item indices. Scores of one model are comparable within a history, not across models.
    ///
    /// # Panics
    /// If `scores` does not hold [`n_items`](Self::n_items) values or the history names an item outside them.
    fn score_history(&self, history: &[u32], scores: &mut [f32]);
}

/// Splits the score of an item into what each item of the history adds to it.
pub trait AdditiveScorer: Scorer {
    /// Returns the contribution of each item of the history, in the history's order.
    ///
    /// Added up in that order, in single precision and from zero, they are the score to the bit.
    ///
    /// # Panics
    /// If `item` or an item of the history is not below [`n_items`](Scorer::n_items).
    fn explain(&self, history: &[u32], item: u32) -> Vec<(u32, f32)>;
}
