//! Parts: splits a score that a model has given into what adds up to it.
//!
//! | model | parts | sum |
//! | --- | --- | --- |
//! | random | luck | exact |
//! | popularity | popularity | exact |
//! | `seed_content` | topics | to rounding |
//! | content and popularity (cold) | topics, popularity | to rounding |
//! | `item_knn`, `ease`, `seed_collaborative` | items of the history, topics, popularity | to rounding |
//! | `two_tower` | closeness, popularity | to rounding; the closeness itself comes from a network and has no parts |
//!
//! Called only for what is taken down, after [`Ranker::score`] with the same arguments.

use super::ranker::{Learned, POPULARITY_PRIOR, Ranker, Scratch};
use super::scorer::AdditiveScorer;
use super::seed_formulas;
use super::tower_index::{POPULARITY_WEIGHT, TowerIndex};
use crate::platform::privacy::observation::Observed;
use crate::platform::recommend::config::{ModelKind, RecommendConfig};
use crate::platform::trace::term::{About, Term, TermKind};
use crate::sim::ids::ItemId;
use crate::sim::math;
use crate::society::content::catalogue::Catalogue;

/// Topics named in a score; the others are summed.
const TOPICS_NAMED: usize = 3;

/// Items of the history named in a score; the others are summed.
const ITEMS_NAMED: usize = 4;

/// What was scored for whom.
pub struct Scored<'a> {
    /// The scenario's part.
    pub config: &'a RecommendConfig,
    /// What was observed.
    pub observed: &'a Observed,
    /// Its attention level.
    pub attention: f64,
    /// Where the two-tower model puts the avatar.
    pub place: Option<&'a [f32]>,
    /// Which shelf.
    pub shelf: usize,
    /// All items.
    pub catalogue: &'a Catalogue,
    /// What scoring left.
    pub scratch: &'a Scratch,
}

/// Adds the largest of `all`, by size, and the sum of the rest as `other`.
fn put_largest(mut all: Vec<Term>, keep: usize, other: TermKind, into: &mut Vec<Term>) {
    all.retain(|t| t.value != 0.0);
    // The sort is stable: of equal ones the first stays first.
    all.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
    let rest: f32 = all.iter().skip(keep).map(|t| t.value).sum();
    let has_rest = all.len() > keep;
    all.truncate(keep);
    into.append(&mut all);
    if has_rest {
        into.push(Term::new(other, rest));
    }
}

fn put_topics(s: &Scored<'_>, item: ItemId, weight: f32, into: &mut Vec<Term>) {
    let both = s.observed.profile.iter().zip(s.catalogue.tags(item));
    let all = both
        .enumerate()
        .map(|(t, (p, c))| Term::about(TermKind::Topic, About::Topic(t as u8), weight * p * c))
        .collect();
    put_largest(all, TOPICS_NAMED, TermKind::OtherTopics, into);
}

impl Ranker {
    /// Says whether the model of the scenario has nothing to say yet, so that content and popularity speak for it.
    #[must_use]
    pub fn is_cold(&self, model: ModelKind, scratch: &Scratch) -> bool {
        match model {
            ModelKind::TwoTower => !matches!(self.learned, Learned::Tower(_)),
            ModelKind::ItemKnn | ModelKind::Ease | ModelKind::SeedCollaborative => {
                scratch.trust == 0.0
            }
            ModelKind::Random | ModelKind::Popularity | ModelKind::SeedContent => false,
        }
    }

    /// Splits the score of the item at a position of a shelf.
    pub fn parts(&self, s: &Scored<'_>, position: u32, into: &mut Vec<Term>) {
        let shelf = &self.shelves[s.shelf];
        let at = position as usize;
        let item = shelf.items[at];
        match s.config.model {
            ModelKind::Random => into.push(Term::new(TermKind::Luck, s.scratch.scores[at])),
            ModelKind::Popularity => {
                into.push(Term::new(TermKind::Popularity, shelf.log_popularity[at]));
            }
            ModelKind::SeedContent => {
                let (p, c) = (&s.observed.profile, s.catalogue.tags(item));
                let norms = (math::dot(p, p) * math::dot(c, c)).sqrt();
                if norms > 0.0 {
                    put_topics(s, item, s.attention as f32 / norms, into);
                }
            }
            ModelKind::TwoTower => match (&self.learned, s.place) {
                (Learned::Tower(index), Some(place)) => {
                    let closeness = math::dot(place, index.place_of(item));
                    into.push(Term::new(TermKind::Closeness, closeness));
                    let popularity = POPULARITY_WEIGHT * shelf.log_popularity[at];
                    into.push(Term::new(TermKind::Popularity, popularity));
                    put_resembling(s, index, item, into);
                }
                _ => self.put_cold(s, position, 1.0, into),
            },
            ModelKind::ItemKnn | ModelKind::Ease | ModelKind::SeedCollaborative => {
                self.put_history(s, item, into);
                self.put_cold(s, position, 1.0 - s.scratch.trust, into);
            }
        }
    }

    fn put_cold(&self, s: &Scored<'_>, position: u32, weight: f32, into: &mut Vec<Term>) {
        let shelf = &self.shelves[s.shelf];
        let at = position as usize;
        let norm = math::dot(&s.observed.profile, &s.observed.profile).sqrt();
        if norm > 0.0 {
            put_topics(s, shelf.items[at], weight / norm, into);
        }
        let popularity = weight * POPULARITY_PRIOR * shelf.log_popularity[at];
        into.push(Term::new(TermKind::Popularity, popularity));
    }

    fn put_history(&self, s: &Scored<'_>, item: ItemId, into: &mut Vec<Term>) {
        let (columns, scorer): (_, &dyn AdditiveScorer) = match &self.learned {
            Learned::Knn(columns, knn) => (columns, knn),
            Learned::Ease(columns, ease) => (columns, ease),
            Learned::Nothing | Learned::Tower(_) => return,
        };
        let Some(column) = columns.of(item.0).filter(|_| s.scratch.trust > 0.0) else {
            return;
        };
        let mut scale = s.scratch.trust / s.scratch.top;
        if s.config.model == ModelKind::SeedCollaborative {
            // The formula is linear in r.
            let share = self
                .popularity
                .share(item.idx(), self.popularity.total().max(1.0));
            scale *= seed_formulas::collaborative(
                1.0,
                share,
                s.attention,
                seed_formulas::SAFE_EPSILON,
                s.config.popularity_exponent,
            ) as f32;
        }
        let all = scorer
            .explain(&s.scratch.history, column)
            .into_iter()
            .map(|(met, value)| {
                let met = columns.items()[met as usize];
                Term::about(TermKind::History, About::Item(met), scale * value)
            })
            .collect();
        put_largest(all, ITEMS_NAMED, TermKind::OtherHistory, into);
    }
}

/// Names the items of the history that the network puts nearest.
fn put_resembling(s: &Scored<'_>, index: &TowerIndex, item: ItemId, into: &mut Vec<Term>) {
    let own = index.place_of(item);
    let mut all: Vec<Term> = s
        .observed
        .history
        .iter()
        .map(|met| {
            let met = ItemId(*met);
            let cosine = math::dot(own, index.place_of(met));
            Term::about(TermKind::Resembles, About::Item(met), cosine)
        })
        .filter(|t| t.value > 0.0)
        .collect();
    all.sort_by(|a, b| b.value.total_cmp(&a.value));
    all.truncate(TOPICS_NAMED);
    into.append(&mut all);
}
