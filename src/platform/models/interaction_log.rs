//! What models learn from: who met what and when, what was shown in vain, and what is known of the things themselves.
//!
//! Users and items are dense indices. Turning events into rows, and leaving out what was not consented to, is done before
//! they get here.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::interactions::{Interactions, InteractionsError};

/// Somebody engaged with something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interaction {
    /// Dense index of the user.
    pub user: u32,
    /// Dense index of the item.
    pub item: u32,
    /// Seconds since the log's own beginning of time.
    pub time: i64,
    /// How much it says about interest, above 0; 1 where the log does not tell.
    pub weight: f32,
}

/// What somebody did with something that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[repr(u8)]
pub enum Outcome {
    /// Nothing.
    Ignore = 0,
    /// Opened it, or spent some time on it.
    View = 1,
    /// Liked, rated or finished it, or came back to it.
    Engage = 2,
    /// Bought it, enrolled in it, or took part.
    Convert = 3,
}

impl Outcome {
    /// All outcomes, weakest first.
    pub const ALL: [Self; 4] = [Self::Ignore, Self::View, Self::Engage, Self::Convert];

    /// Returns the word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::View => "view",
            Self::Engage => "engage",
            Self::Convert => "convert",
        }
    }
}

/// Something was shown to somebody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Impression {
    /// Dense index of the user.
    pub user: u32,
    /// Dense index of the item.
    pub item: u32,
    /// Seconds since the log's own beginning of time.
    pub time: i64,
    /// Place on the slate, from 0.
    pub position: u8,
    /// Probability with which the item was put there, in (0, 1]; 1 where the log does not tell.
    pub propensity: f32,
    /// What came of it.
    pub outcome: Outcome,
}

/// Named columns, one row an item or user.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FeatureBlock {
    /// What the columns have in common: `text`, `picture`, `sound`, `motion`, `genres`…
    pub name: String,
    /// One name a column.
    pub columns: Vec<String>,
    /// Row-major, `[n_rows, columns.len()]`.
    pub values: Vec<f32>,
    /// Whether a row has these features at all; empty if every row has.
    pub present: Vec<bool>,
}

impl FeatureBlock {
    /// Returns the features of a row.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f32] {
        let d = self.columns.len();
        &self.values[row * d..(row + 1) * d]
    }

    /// Says whether a row has these features.
    #[must_use]
    pub fn has(&self, row: usize) -> bool {
        self.present.get(row).copied().unwrap_or(true)
    }
}

/// What is known of the items without looking at anybody's behaviour.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ItemFacts {
    /// Features by modality, one row an item each.
    pub blocks: Vec<FeatureBlock>,
    /// The words of every item; empty if the log has none.
    pub words: Vec<String>,
    /// When every item was published; empty if the log does not tell.
    pub born: Vec<i64>,
}

impl ItemFacts {
    /// Returns the features of a name.
    #[must_use]
    pub fn block(&self, name: &str) -> Option<&FeatureBlock> {
        self.blocks.iter().find(|b| b.name == name)
    }

    /// Returns the words of an item; nothing if the log has none.
    #[must_use]
    pub fn words_of(&self, item: u32) -> &str {
        self.words.get(item as usize).map_or("", String::as_str)
    }
}

/// A log to learn from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InteractionLog {
    /// Users are below this.
    pub n_users: usize,
    /// Items are below this.
    pub n_items: usize,
    /// Engagements by time; of equal times in the order of the log.
    pub interactions: Vec<Interaction>,
    /// What was shown, by time; empty if the log does not tell.
    pub impressions: Vec<Impression>,
    /// What is known of the items.
    pub items: Arc<ItemFacts>,
    /// What is known of the users apart from their behaviour (time zone, age group…), one row a user each.
    pub users: Arc<Vec<FeatureBlock>>,
}

impl InteractionLog {
    /// Returns who met what, without times and weights.
    ///
    /// # Errors
    /// [`InteractionsError`] if an index lies outside the tables.
    pub fn matrix(&self) -> Result<Interactions, InteractionsError> {
        let pairs = self.interactions.iter().map(|i| (i.user, i.item));
        Interactions::from_pairs(self.n_users, self.n_items, pairs)
    }

    /// Returns the engagements of every user, oldest first.
    #[must_use]
    pub fn by_user(&self) -> Vec<Vec<Interaction>> {
        let mut all = vec![Vec::new(); self.n_users];
        for i in &self.interactions {
            all[i.user as usize].push(*i);
        }
        all
    }

    /// Returns the time of the last row; 0 if there is none.
    #[must_use]
    pub fn end(&self) -> i64 {
        let met = self.interactions.last().map_or(0, |i| i.time);
        met.max(self.impressions.last().map_or(0, |i| i.time))
    }
}
