//! How good a ranking is: whether it finds what was met, how novel and how spread out it is.
//!
//! With `L` the first k items of a list and `R` what is to be found:
//!
//! | metric | formula |
//! | --- | --- |
//! | recall | \|L ∩ R\| / \|R\| |
//! | hit rate | 1 if L ∩ R is not empty |
//! | precision | \|L ∩ R\| / k |
//! | NDCG | Σ 1/log₂(rank + 1) over hits, over the most that \|R\| could give |
//! | MRR | 1 / rank of the first hit |
//! | MAP | mean over min(k, \|R\|) of the precision at every hit |
//! | novelty | mean of −log₂ p(i), p(i) being the share of all rows that is of item i |
//! | popularity (ARP) | mean number of people who had met the item |
//! | diversity (ILD) | mean of 1 − cosine over all pairs of the list |
//! | coverage | share of all items that are in somebody's list |
//! | exposure Gini | inequality of how often items are listed, over all items |
//!
//! Definitions are those of `ml100k_oracle.py`; MAP divides as RecBole does.

use serde::{Deserialize, Serialize};

use crate::lab::metrics::statistics::gini::gini;
use crate::platform::models::interaction_log::{FeatureBlock, InteractionLog, ItemFacts};
use crate::sim::math;

/// A metric with one value a person and list length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Share of what is to be found that is found.
    Recall,
    /// Whether anything is found.
    HitRate,
    /// Share of the list that is to be found.
    Precision,
    /// Normalised discounted cumulative gain.
    Ndcg,
    /// Reciprocal rank of the first hit.
    Mrr,
    /// Average precision.
    Map,
    /// Mean self-information of the list, in bits.
    Novelty,
    /// Mean number of people who met what is listed.
    Popularity,
    /// Mean dissimilarity of what is listed.
    Diversity,
}

impl Metric {
    /// All metrics, accuracy first.
    pub const ALL: [Self; 9] = [
        Self::Recall,
        Self::HitRate,
        Self::Precision,
        Self::Ndcg,
        Self::Mrr,
        Self::Map,
        Self::Novelty,
        Self::Popularity,
        Self::Diversity,
    ];

    /// Returns the word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Recall => "recall",
            Self::HitRate => "hit_rate",
            Self::Precision => "precision",
            Self::Ndcg => "ndcg",
            Self::Mrr => "mrr",
            Self::Map => "map",
            Self::Novelty => "novelty",
            Self::Popularity => "popularity",
            Self::Diversity => "diversity",
        }
    }

    /// Says what it is, in a phrase.
    #[must_use]
    pub const fn help(self) -> &'static str {
        match self {
            Self::Recall => "share of the held-out items that are listed",
            Self::HitRate => "share of people for whom at least one held-out item is listed",
            Self::Precision => "share of the list that is held-out items",
            Self::Ndcg => {
                "held-out items listed, discounted by the logarithm of their rank, over the best possible"
            }
            Self::Mrr => "one over the rank of the first held-out item, 0 if none is listed",
            Self::Map => "mean over the held-out items of the precision at their rank",
            Self::Novelty => {
                "mean self-information of what is listed, in bits: rare items have more"
            }
            Self::Popularity => "mean number of people who had met what is listed (ARP)",
            Self::Diversity => {
                "mean of one minus the cosine of features, over pairs of the list (ILD)"
            }
        }
    }
}

/// A metric at a list length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    /// Which metric.
    pub metric: Metric,
    /// Length of the list.
    pub k: usize,
}

impl Column {
    /// Returns its name, such as `ndcg@10`.
    #[must_use]
    pub fn name(self) -> String {
        format!("{}@{}", self.metric.word(), self.k)
    }
}

/// What is known of the items when lists are judged.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemSide {
    counts: Vec<u32>,
    information: Vec<f64>,
    /// Rows of length 1, and their length; nothing if the log has no features.
    features: Option<(Vec<f32>, usize)>,
}

impl ItemSide {
    /// Counts the rows that models learn from, and takes the features that diversity is measured on.
    ///
    /// An item that nobody met counts as met once, so that its self-information is finite (as the oracle does).
    #[must_use]
    pub fn of(log: &InteractionLog) -> Self {
        let mut counts = vec![0u32; log.n_items];
        let mut pairs: Vec<(u32, u32)> =
            log.interactions.iter().map(|i| (i.user, i.item)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        for (_, item) in pairs {
            counts[item as usize] += 1;
        }
        let smoothed = counts.iter().map(|n| f64::from((*n).max(1)));
        let total: f64 = smoothed.clone().sum();
        let information = smoothed.map(|n| -math::log2(n / total)).collect();
        let features = block_of(&log.items)
            .filter(|b| !b.columns.is_empty() && b.values.len() == log.n_items * b.columns.len())
            .map(|b| (unit_rows(b), b.columns.len()));
        Self {
            counts,
            information,
            features,
        }
    }

    /// Lists the columns that lists of these lengths are judged by.
    #[must_use]
    pub fn columns(&self, ks: &[usize]) -> Vec<Column> {
        let metrics = Metric::ALL
            .into_iter()
            .filter(|m| *m != Metric::Diversity || self.features.is_some());
        metrics
            .flat_map(|metric| ks.iter().map(move |k| Column { metric, k: *k }))
            .collect()
    }

    fn dissimilarity(&self, a: u32, b: u32) -> f64 {
        let Some((rows, d)) = &self.features else {
            return 0.0;
        };
        let row = |i: u32| &rows[i as usize * d..(i as usize + 1) * d];
        1.0 - f64::from(math::dot(row(a), row(b)))
    }
}

/// The features that diversity is measured on: genres, or else tags, or else the first there are.
fn block_of(facts: &ItemFacts) -> Option<&FeatureBlock> {
    let named = ["genres", "tags"].iter().find_map(|n| facts.block(n));
    named.or_else(|| facts.blocks.first())
}

fn unit_rows(block: &FeatureBlock) -> Vec<f32> {
    let d = block.columns.len();
    let mut values = block.values.clone();
    for row in values.chunks_mut(d) {
        let norm = math::dot(row, row).sqrt();
        if norm > 0.0 {
            for x in row {
                *x /= norm;
            }
        }
    }
    values
}

/// Judges one list by `columns`; `relevant` ascending and not empty.
///
/// A list that ran out of items is judged as it is; diversity of fewer than two items is 0.
#[must_use]
pub fn judge(list: &[u32], relevant: &[u32], columns: &[Column], side: &ItemSide) -> Vec<f64> {
    let longest = columns.iter().map(|c| c.k).max().unwrap_or(0);
    let mut running = Running::default();
    let mut states = vec![Running::default(); longest + 1];
    for at in 0..longest {
        if let Some(item) = list.get(at) {
            running.add(
                &list[..at],
                *item,
                relevant.binary_search(item).is_ok(),
                side,
            );
        }
        states[at + 1] = running;
    }
    columns
        .iter()
        .map(|c| states[c.k].value(c.metric, c.k, relevant.len()))
        .collect()
}

/// Sums over the head of a list.
#[derive(Debug, Clone, Copy, Default)]
struct Running {
    length: usize,
    hits: usize,
    first: usize,
    gain: f64,
    precisions: f64,
    information: f64,
    people: f64,
    dissimilarity: f64,
}

impl Running {
    fn add(&mut self, before: &[u32], item: u32, is_hit: bool, side: &ItemSide) {
        self.length += 1;
        if is_hit {
            self.hits += 1;
            if self.first == 0 {
                self.first = self.length;
            }
            self.gain += gain(self.length);
            self.precisions += self.hits as f64 / self.length as f64;
        }
        self.information += side.information[item as usize];
        self.people += f64::from(side.counts[item as usize]);
        if side.features.is_some() {
            let all = before.iter().map(|b| side.dissimilarity(*b, item));
            self.dissimilarity += all.sum::<f64>();
        }
    }

    fn value(&self, metric: Metric, k: usize, n_relevant: usize) -> f64 {
        let most = k.min(n_relevant);
        let length = self.length.max(1) as f64;
        match metric {
            Metric::Recall => self.hits as f64 / n_relevant as f64,
            Metric::HitRate => f64::from(u8::from(self.hits > 0)),
            Metric::Precision => self.hits as f64 / k as f64,
            Metric::Ndcg => self.gain / (1..=most).map(gain).sum::<f64>(),
            Metric::Mrr if self.first == 0 => 0.0,
            Metric::Mrr => 1.0 / self.first as f64,
            Metric::Map => self.precisions / most as f64,
            Metric::Novelty => self.information / length,
            Metric::Popularity => self.people / length,
            Metric::Diversity if self.length < 2 => 0.0,
            Metric::Diversity => {
                let n = self.length as f64;
                self.dissimilarity / (0.5 * n * (n - 1.0))
            }
        }
    }
}

/// What a hit at a rank is worth.
fn gain(rank: usize) -> f64 {
    1.0 / math::log2(rank as f64 + 1.0)
}

/// How lists of everybody together use the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Length of the lists.
    pub k: usize,
    /// Share of all items that are in somebody's list.
    pub coverage: f64,
    /// Gini coefficient of how often items are listed, 0 to 1.
    pub exposure_gini: f64,
}

/// Measures how the first `k` items of all lists use a catalogue of `n_items`.
#[must_use]
pub fn spread(lists: &[Vec<u32>], k: usize, n_items: usize) -> Spread {
    let mut counts = vec![0.0; n_items];
    for list in lists {
        for item in list.iter().take(k) {
            counts[*item as usize] += 1.0;
        }
    }
    let covered = counts.iter().filter(|n| **n > 0.0).count();
    Spread {
        k,
        coverage: covered as f64 / n_items.max(1) as f64,
        exposure_gini: gini(&counts).unwrap_or(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::models::interaction_log::Interaction;
    use std::sync::Arc;

    /// Four items met by 4, 2, 1 and no people, of genres x, x, y and none.
    fn side() -> ItemSide {
        let pairs = [
            (0, 0),
            (1, 0),
            (2, 0),
            (3, 0),
            (0, 1),
            (1, 1),
            (0, 2),
            (0, 2),
        ];
        let rows = pairs.map(|(user, item)| Interaction {
            user,
            item,
            time: 0,
            weight: 1.0,
        });
        ItemSide::of(&InteractionLog {
            n_users: 4,
            n_items: 4,
            interactions: rows.to_vec(),
            items: Arc::new(ItemFacts {
                blocks: vec![FeatureBlock {
                    name: "genres".to_owned(),
                    columns: vec!["x".to_owned(), "y".to_owned()],
                    values: vec![2.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
                    present: vec![],
                }],
                ..ItemFacts::default()
            }),
            ..InteractionLog::default()
        })
    }

    fn value(list: &[u32], relevant: &[u32], metric: Metric, k: usize) -> f64 {
        judge(list, relevant, &[Column { metric, k }], &side())[0]
    }

    #[test]
    fn metrics_match_hand_computation() {
        // Hits at ranks 1 and 3 of two relevant items.
        let (list, relevant) = ([2, 0, 3, 1], [2, 3]);
        let is = |m, k, expected: f64| {
            let found = value(&list, &relevant, m, k);
            assert!(
                (found - expected).abs() < 1e-12,
                "{m:?}@{k}: {found} and not {expected}"
            );
        };
        is(Metric::Recall, 1, 0.5);
        is(Metric::Recall, 3, 1.0);
        is(Metric::Precision, 4, 0.5);
        is(Metric::HitRate, 2, 1.0);
        // (1 + 1/log2(4)) / (1 + 1/log2(3)) = 1.5 / 1.6309297535714573
        is(Metric::Ndcg, 3, 1.5 / 1.630_929_753_571_457_3);
        // With one place, the best possible is one hit.
        is(Metric::Ndcg, 1, 1.0);
        is(Metric::Mrr, 4, 1.0);
        // (1/1 + 2/3) / 2
        is(Metric::Map, 4, 5.0 / 6.0);
        is(Metric::Map, 1, 1.0);
        // Counts 4, 2, 1 and 0 (as 1) of 8 in all: 1, 2, 3 and 3 bits.
        is(Metric::Novelty, 4, 9.0 / 4.0);
        is(Metric::Novelty, 2, 2.0);
        is(Metric::Popularity, 2, 2.5);
        // Pairs of the first three: (2,0) 1, (2,3) 1, (0,3) 1; then item 1 is like 0 and unlike the others.
        is(Metric::Diversity, 3, 1.0);
        is(Metric::Diversity, 4, 5.0 / 6.0);
        is(Metric::Diversity, 1, 0.0);
        assert_eq!(value(&[0, 1], &[3], Metric::Mrr, 2), 0.0);
        assert_eq!(value(&[0, 3], &[3], Metric::Mrr, 2), 0.5);
    }

    #[test]
    fn a_list_that_ran_out_is_judged_as_it_is() {
        assert_eq!(value(&[1], &[1], Metric::Precision, 10), 0.1);
        assert_eq!(value(&[1], &[1], Metric::Ndcg, 10), 1.0);
        assert_eq!(value(&[], &[1], Metric::Novelty, 10), 0.0);
        assert_eq!(value(&[1], &[1], Metric::Novelty, 10), 2.0);
    }

    #[test]
    fn spread_matches_hand_computation() {
        let lists = [vec![0, 1], vec![0, 2], vec![0, 1]];
        let s = spread(&lists, 2, 4);
        assert_eq!(s.coverage, 0.75);
        // Counts 0, 1, 2, 3 of 6: (−3·0 − 1·1 + 1·2 + 3·3) / (4·6)
        assert!((s.exposure_gini - 10.0 / 24.0).abs() < 1e-12);
        assert_eq!(spread(&lists, 1, 4).exposure_gini, 0.75);
        assert_eq!(spread(&[], 5, 4).coverage, 0.0);
    }

    #[test]
    fn without_features_there_is_no_diversity() {
        let bare = ItemSide::of(&InteractionLog {
            n_users: 1,
            n_items: 2,
            ..InteractionLog::default()
        });
        let has = |s: &ItemSide| {
            s.columns(&[5])
                .iter()
                .any(|c| c.metric == Metric::Diversity)
        };
        assert!(!has(&bare) && has(&side()));
        assert_eq!(side().columns(&[5, 10])[1].name(), "recall@10");
    }
}
