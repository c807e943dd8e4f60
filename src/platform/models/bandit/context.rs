//! What a person and an item look like to a bandit that recommends.
//!
//! | features | meaning | how many |
//! | --- | --- | --- |
//! | bias | 1 | 1 |
//! | popularity | ln(1 + engagements) over that of the most popular item | 1 |
//! | freshness | 1 / (1 + age in weeks), if the log tells when items were published | 0 or 1 |
//! | one a block | cosine of the item and the mean of what the person met | blocks |
//! | one a column | the item's value in narrow blocks, as a share of its length | columns |
//! | one a column | that value times the person's | columns |

use std::sync::Arc;

use crate::platform::models::interaction_log::{FeatureBlock, InteractionLog, ItemFacts};
use crate::platform::models::model::About;

/// Blocks of at most this many columns give every column features of its own.
const NARROW: usize = 32;
/// Seconds of a week.
const WEEK: f64 = 604_800.0;

/// How features are made from the facts about items.
#[derive(Debug, Clone, Default)]
pub struct Context {
    facts: Arc<ItemFacts>,
    /// Engagements with each item.
    counts: Vec<f32>,
    most: f32,
    n_features: usize,
}

/// Sums over what a person met: one row a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    sums: Vec<Vec<f64>>,
}

impl Context {
    /// Makes one for the items of a log, with no engagements counted yet.
    #[must_use]
    pub fn new(log: &InteractionLog) -> Self {
        let blocks = &log.items.blocks;
        let narrow: usize = blocks.iter().map(narrow_columns).sum();
        let born = usize::from(!log.items.born.is_empty());
        Self {
            facts: Arc::clone(&log.items),
            counts: vec![0.0; log.n_items],
            most: 0.0,
            n_features: 2 + born + blocks.len() + 2 * narrow,
        }
    }

    /// Returns the length of a row of features.
    #[must_use]
    pub const fn n_features(&self) -> usize {
        self.n_features
    }

    /// Returns the engagements counted of each item.
    #[must_use]
    pub fn counts(&self) -> &[f32] {
        &self.counts
    }

    /// Counts engagements anew.
    pub fn set_counts(&mut self, counts: Vec<f32>) {
        self.most = counts.iter().copied().fold(0.0, f32::max);
        self.counts = counts;
    }

    /// Counts an engagement.
    pub fn count(&mut self, item: u32) {
        if let Some(n) = self.counts.get_mut(item as usize) {
            *n += 1.0;
            self.most = self.most.max(*n);
        }
    }

    /// Returns the profile of somebody who met nothing.
    #[must_use]
    pub fn nobody(&self) -> Profile {
        let blocks = self.facts.blocks.iter();
        Profile {
            sums: blocks.map(|b| vec![0.0; b.columns.len()]).collect(),
        }
    }

    /// Adds an item that was met to a profile.
    pub fn meet(&self, profile: &mut Profile, item: u32) {
        for (block, sums) in self.facts.blocks.iter().zip(&mut profile.sums) {
            let Some((row, length)) = row_of(block, item) else {
                continue;
            };
            for (sum, x) in sums.iter_mut().zip(row) {
                *sum += f64::from(*x) / length;
            }
        }
    }

    /// Writes the features of a person and an item into `into`, `[n_features]`, which is emptied first.
    pub fn write(&self, profile: &Profile, item: u32, now: i64, into: &mut Vec<f64>) {
        into.clear();
        into.push(1.0);
        let count = self.counts.get(item as usize).copied().unwrap_or(0.0);
        let top = libm::log1p(f64::from(self.most).max(1.0));
        into.push(libm::log1p(f64::from(count)) / top);
        if !self.facts.born.is_empty() {
            let born = self.facts.born.get(item as usize).copied().unwrap_or(now);
            let age = now.saturating_sub(born).max(0) as f64 / WEEK;
            into.push(1.0 / (1.0 + age));
        }
        for (block, sums) in self.facts.blocks.iter().zip(&profile.sums) {
            let person = libm::sqrt(sums.iter().map(|x| x * x).sum());
            let person = if person > 0.0 { 1.0 / person } else { 0.0 };
            let row = row_of(block, item);
            let pairs = || {
                let row = row.into_iter();
                row.flat_map(|(row, length)| row.iter().map(move |x| f64::from(*x) / length))
            };
            into.push(pairs().zip(sums).map(|(x, s)| x * s * person).sum());
            let narrow = narrow_columns(block);
            let begin = into.len();
            into.extend(pairs().take(narrow));
            into.resize(begin + narrow, 0.0);
            into.extend(pairs().zip(sums).take(narrow).map(|(x, s)| x * s * person));
            into.resize(begin + 2 * narrow, 0.0);
        }
    }

    /// Names every feature, in the order in which they are written.
    #[must_use]
    pub fn names(&self) -> Vec<About> {
        let mut names = vec![About::Bias, About::Popularity];
        if !self.facts.born.is_empty() {
            names.push(About::Feature("freshness".to_owned()));
        }
        for block in &self.facts.blocks {
            names.push(About::Modality(block.name.clone()));
            let columns = &block.columns[..narrow_columns(block)];
            let of = |c: &String| format!("{}: {c}", block.name);
            names.extend(columns.iter().map(|c| About::Feature(of(c))));
            let both = |c: &String| About::Feature(format!("{}, as before", of(c)));
            names.extend(columns.iter().map(both));
        }
        names
    }
}

fn narrow_columns(block: &FeatureBlock) -> usize {
    let n = block.columns.len();
    if n <= NARROW { n } else { 0 }
}

/// Returns the features of an item and their length; `None` if it has none.
fn row_of(block: &FeatureBlock, item: u32) -> Option<(&[f32], f64)> {
    let (i, d) = (item as usize, block.columns.len());
    if (i + 1) * d > block.values.len() || !block.has(i) {
        return None;
    }
    let row = block.row(i);
    let square: f64 = row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
    (square > 0.0 && square.is_finite()).then(|| (row, libm::sqrt(square)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> InteractionLog {
        let block = FeatureBlock {
            name: "genres".to_owned(),
            columns: vec!["a".to_owned(), "b".to_owned()],
            values: vec![3.0, 4.0, 1.0, 0.0, 0.0, 0.0],
            present: Vec::new(),
        };
        InteractionLog {
            n_users: 1,
            n_items: 3,
            items: Arc::new(ItemFacts {
                blocks: vec![block],
                words: Vec::new(),
                born: vec![0, 0, 0],
            }),
            ..InteractionLog::default()
        }
    }

    #[test]
    fn features_are_those_computed_by_hand() {
        let mut context = Context::new(&log());
        context.set_counts(vec![3.0, 1.0, 0.0]);
        let mut profile = context.nobody();
        context.meet(&mut profile, 1);
        let mut x = Vec::new();
        context.write(&profile, 0, 604_800, &mut x);
        // ln 4 / ln 4; one week old; the row (3, 4) / 5 against the person's (1, 0).
        let expected = [1.0, 1.0, 0.5, 0.6, 0.6, 0.8, 0.6, 0.0];
        for (a, b) in x.iter().zip(expected) {
            assert!((a - b).abs() < 1e-7, "{x:?}");
        }
        assert_eq!(x.len(), context.n_features());
        assert_eq!(context.names().len(), x.len());
    }

    #[test]
    fn items_and_people_without_features_have_zeros() {
        let context = Context::new(&log());
        let mut x = Vec::new();
        context.write(&context.nobody(), 2, 0, &mut x);
        assert_eq!(x[..3], [1.0, 0.0, 1.0]);
        assert!(x[3..].iter().all(|v| *v == 0.0));
        context.write(&context.nobody(), 99, 0, &mut x);
        assert_eq!(x.len(), context.n_features());
    }
}
