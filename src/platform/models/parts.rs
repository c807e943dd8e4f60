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
//! | any other model of the catalog | what [`Model::explain`](super::model::Model::explain) says | to 10⁻⁴ of the largest |
//!
//! Called only for what is taken down, after [`Ranker::score`] with the same arguments.

use std::cell::RefCell;

use super::columns::Columns;
use super::model::{About as PartAbout, Part};
use super::ranker::{Learned, POPULARITY_PRIOR, Ranker, Scratch};
use super::scorer::AdditiveScorer;
use super::seed_formulas;
use super::tower_index::{POPULARITY_WEIGHT, TowerIndex};
use crate::platform::privacy::observation::Observed;
use crate::platform::recommend::config::{ModelKind, RecommendConfig};
use crate::platform::trace::term::{About, Term, TermKind};
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::math;
use crate::sim::units::Tick;
use crate::society::content::catalogue::Catalogue;

/// Topics named in a score; the others are summed.
const TOPICS_NAMED: usize = 3;

/// Items of the history named beside a score.
const RESEMBLING: usize = 3;

/// Parts named of what a model of the catalog says; the others are summed.
const PARTS_NAMED: usize = 5;

/// How far the parts of a score may be from it, as a multiple of the largest.
const SLACK: f32 = 1e-3;

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
    /// Whom for.
    pub avatar: AvatarId,
    /// Now.
    pub now: Tick,
    /// Names that terms are about, in the order in which they came up.
    pub names: &'a RefCell<Vec<String>>,
}

/// The largest of some terms by size, largest first, and the sum of the others; on the stack, for this runs for every slot.
struct Largest<const N: usize> {
    named: [Option<Term>; N],
    rest: f32,
    has_rest: bool,
}

impl<const N: usize> Largest<N> {
    /// Splits terms; what is 0 is left out, and of equal ones the first comes first.
    fn of(terms: impl Iterator<Item = Term>) -> Self {
        let mut all = Self {
            named: [None; N],
            rest: 0.0,
            has_rest: false,
        };
        for term in terms.filter(|t| t.value != 0.0) {
            let mut next = Some(term);
            for place in &mut all.named {
                let Some(t) = next else { break };
                if place.is_none_or(|p| t.value.abs() > p.value.abs()) {
                    next = place.replace(t);
                }
            }
            if let Some(t) = next {
                all.rest += t.value;
                all.has_rest = true;
            }
        }
        all
    }

    /// Adds them to `into`, the others as `other`.
    fn put(self, other: TermKind, into: &mut Vec<Term>) {
        into.extend(self.named.into_iter().flatten());
        if self.has_rest {
            into.push(Term::new(other, self.rest));
        }
    }
}

fn put_topics(s: &Scored<'_>, item: ItemId, weight: f32, into: &mut Vec<Term>) {
    let both = s.observed.profile.iter().zip(s.catalogue.tags(item));
    let all = both
        .enumerate()
        .map(|(t, (p, c))| Term::about(TermKind::Topic, About::Topic(t as u8), weight * p * c));
    Largest::<TOPICS_NAMED>::of(all).put(TermKind::OtherTopics, into);
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
            _ => scratch.blend.is_none(),
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
                }
                _ => self.put_cold(s, position, 1.0, into),
            },
            ModelKind::ItemKnn | ModelKind::Ease | ModelKind::SeedCollaborative => {
                self.put_history(s, item, into);
                self.put_cold(s, position, 1.0 - s.scratch.trust, into);
            }
            _ => self.put_served(s, position, into),
        }
    }

    /// Adds what is no part of the score of an item and helps to understand it.
    pub fn orientation(&self, s: &Scored<'_>, position: u32, into: &mut Vec<Term>) {
        if let (Learned::Tower(index), ModelKind::TwoTower) = (&self.learned, s.config.model) {
            let item = self.shelves[s.shelf].items[position as usize];
            put_resembling(s, index, item, into);
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

    /// Splits a score of a model of the catalog by what the model itself says, and what content and popularity add.
    fn put_served(&self, s: &Scored<'_>, position: u32, into: &mut Vec<Term>) {
        let item = self.shelves[s.shelf].items[position as usize];
        let (Learned::Served(served), Some(blend)) = (&self.learned, s.scratch.blend) else {
            return self.put_cold(s, position, 1.0, into);
        };
        let score = s.scratch.scores[position as usize];
        let first = into.len();
        self.put_cold(s, position, 1.0, into);
        let cold: f32 = into[first..].iter().map(|t| t.value).sum();
        // A ranker says something about its candidates only.
        let adds_up = |parts: &Vec<Part>| {
            let sum: f32 = parts.iter().map(|p| p.value).sum();
            let largest = parts.iter().map(|p| p.value.abs()).fold(1.0, f32::max);
            let slack = SLACK * (1.0 + blend.trust * blend.scale * largest);
            (blend.of(sum, cold) - score).abs() <= slack
        };
        let parts = served.explain(s.avatar, s.observed, item, s.now);
        let Some(parts) = parts.filter(adds_up) else {
            return;
        };
        into.truncate(first);
        let share = blend.trust * blend.scale;
        let of_model = parts.iter().map(|p| {
            let term = term_of(p, served.columns(), s.names);
            let value = share * term.value;
            Term { value, ..term }
        });
        Largest::<PARTS_NAMED>::of(of_model).put(TermKind::OtherParts, into);
        into.push(Term::new(TermKind::Base, blend.trust * blend.shift));
        self.put_cold(s, position, 1.0 - blend.trust, into);
    }

    fn put_history(&self, s: &Scored<'_>, item: ItemId, into: &mut Vec<Term>) {
        let (columns, scorer): (_, &dyn AdditiveScorer) = match &self.learned {
            Learned::Knn(columns, knn) => (columns, knn),
            Learned::Ease(columns, ease) => (columns, ease),
            Learned::Nothing | Learned::Tower(_) | Learned::Served(_) => return,
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
            });
        Largest::<ITEMS_NAMED>::of(all).put(TermKind::OtherHistory, into);
    }
}

/// Translates a part that a model names; names are taken down once each.
fn term_of(part: &Part, columns: &Columns, names: &RefCell<Vec<String>>) -> Term {
    let named = |kind, name: &str| {
        let mut names = names.borrow_mut();
        let at = names.iter().position(|n| n == name);
        let at = at.unwrap_or_else(|| {
            names.push(name.to_owned());
            names.len() - 1
        });
        Term::about(kind, About::Name(at as u16), part.value)
    };
    match &part.about {
        PartAbout::Bias => Term::new(TermKind::Base, part.value),
        PartAbout::Popularity => Term::new(TermKind::ItemPopularity, part.value),
        PartAbout::Past(column) => {
            let item = columns.items()[*column as usize];
            Term::about(TermKind::Past, About::Item(item), part.value)
        }
        PartAbout::Feature(name) => named(TermKind::Feature, name),
        PartAbout::Modality(name) => named(TermKind::Modality, name),
        PartAbout::Rest(name) => named(TermKind::Whole, name),
    }
}

/// Names the items of the history that the network puts nearest to an item.
fn put_resembling(s: &Scored<'_>, index: &TowerIndex, item: ItemId, into: &mut Vec<Term>) {
    let own = index.place_of(item);
    let all = s.observed.history.iter().map(|met| {
        let met = ItemId(*met);
        let cosine = math::dot(own, index.place_of(met)).max(0.0);
        Term::about(TermKind::Resembles, About::Item(met), cosine)
    });
    into.extend(Largest::<RESEMBLING>::of(all).named.into_iter().flatten());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_are_named_and_nothing_is_lost() {
        let values = [0.5f32, -2.0, 0.0, 2.0, 0.25, -0.75];
        let terms = values
            .iter()
            .enumerate()
            .map(|(t, v)| Term::about(TermKind::Topic, About::Topic(t as u8), *v));
        let mut put = Vec::new();
        Largest::<3>::of(terms).put(TermKind::OtherTopics, &mut put);
        let named: Vec<f32> = put.iter().map(|t| t.value).collect();
        assert_eq!(named, [-2.0, 2.0, -0.75, 0.75]);
        assert_eq!(put[3].kind, TermKind::OtherTopics);
        let few = [Term::new(TermKind::Topic, 1.0)];
        put.clear();
        Largest::<3>::of(few.into_iter()).put(TermKind::OtherTopics, &mut put);
        assert_eq!(put, few);
    }
}
