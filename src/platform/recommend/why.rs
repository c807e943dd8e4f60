//! Takes down why a slate of items is as it is; runs only where somebody wants to read it later.

use std::cell::RefCell;

use super::config::RecommendConfig;
use super::serve::{Allocation, Knowledge};
use crate::events::behavior::{Surface, Thing, ThingKind};
use crate::events::offer::{Slot, Source};
use crate::platform::models::parts::Scored;
use crate::platform::models::ranker::Scratch;
use crate::platform::privacy::observation::Observed;
use crate::platform::trace::ad::AdOutcome;
use crate::platform::trace::slate::{
    Allotment, Bar, Knows, PassedOver, PassedTrace, Scorer, SlateTrace, SlotTrace,
};
use crate::sim::ids::AvatarId;
use crate::sim::math;

/// Candidates that were not shown and are taken down.
pub(super) const PASSED_NAMED: usize = 4;

/// Terms of a usual slate, to make room for at once.
const USUAL_TERMS: usize = 64;

/// Where a slot came from: its candidate, the shelf's position shown in the end, and whether that was explored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) candidate: usize,
    pub(super) position: u32,
    pub(super) is_explored: bool,
}

/// What ranking went through.
pub(super) struct Ranking<'a> {
    pub(super) config: &'a RecommendConfig,
    pub(super) surface: Surface,
    pub(super) shelf: usize,
    pub(super) avatar: AvatarId,
    pub(super) consents: bool,
    pub(super) observed: &'a Observed,
    pub(super) attention: f64,
    pub(super) budget: f64,
    pub(super) place: Option<&'a [f32]>,
    pub(super) scratch: &'a Scratch,
    /// Positions of the best scores, best first, barred ones among them.
    pub(super) best: &'a [u32],
    pub(super) picked: &'a [(u32, Source)],
    pub(super) allocation: &'a Allocation,
    pub(super) vectors: &'a [&'a [f32]],
    pub(super) origins: &'a [Origin],
    pub(super) slots: &'a [Slot],
}

/// Returns one more than how many of `all` are above `own`.
fn rank_of(own: f32, all: impl Iterator<Item = f32>) -> u16 {
    1 + all.filter(|x| *x > own).count() as u16
}

impl Knowledge<'_> {
    /// Takes a ranking down; `bar` says why an item may not be shown.
    pub(super) fn take_down(
        &self,
        r: &Ranking<'_>,
        bar: impl Fn(u32) -> Option<Bar>,
    ) -> Box<SlateTrace> {
        let shelf = &self.ranker.shelves[r.shelf];
        let scores = &r.scratch.scores;
        let thing = |p: u32| Thing::new(ThingKind::Item, shelf.items[p as usize].0);
        let named = RefCell::new(Vec::new());
        let scored = Scored {
            config: r.config,
            observed: r.observed,
            attention: r.attention,
            place: r.place,
            shelf: r.shelf,
            catalogue: &self.catalogue,
            scratch: r.scratch,
            avatar: r.avatar,
            now: self.clock.now,
            names: &named,
        };
        let mut terms = Vec::with_capacity(USUAL_TERMS);
        let mut put = |position: u32, is_shown: bool| {
            let from = terms.len() as u32;
            self.ranker.parts(&scored, position, &mut terms);
            if is_shown {
                self.ranker.orientation(&scored, position, &mut terms);
            }
            (from, terms.len() as u32)
        };
        let by_score = |p: u32| {
            let all = r.picked.iter().map(|(q, _)| scores[*q as usize]);
            rank_of(scores[p as usize], all)
        };
        let relevance = &r.allocation.relevance;
        let by_relevance = |c: usize| rank_of(relevance[c], relevance.iter().copied());
        let allotment = |c: usize| {
            let value = r.allocation.value.get(c)?;
            let price = self.prices.of_item(shelf.items[r.picked[c].0 as usize].0);
            Some(Allotment {
                attraction: (value + f64::from(price)) as f32,
                price,
                minutes: r.allocation.minutes[c] as f32,
                fits: r.allocation.share[c] as f32,
            })
        };
        let slots: Vec<SlotTrace> = r
            .slots
            .iter()
            .zip(r.origins)
            .enumerate()
            .map(|(k, (slot, o))| {
                let candidate = if o.is_explored {
                    r.picked.iter().position(|(p, _)| *p == o.position)
                } else {
                    Some(o.candidate)
                };
                let own = self.catalogue.tags(shelf.items[o.position as usize]);
                let above = r.origins[..k].iter();
                let alike = above
                    .map(|a| {
                        let tags = self.catalogue.tags(shelf.items[a.position as usize]);
                        math::dot(own, tags)
                    })
                    .fold(0.0, f32::max);
                SlotTrace {
                    thing: slot.thing,
                    source: slot.source,
                    score: slot.score,
                    asked: slot.price,
                    propensity: slot.propensity,
                    terms: put(o.position, true),
                    by_score: candidate.map(|_| by_score(o.position)),
                    by_relevance: candidate.map(by_relevance),
                    allotment: candidate.and_then(allotment),
                    alike,
                    replaced: o.is_explored.then(|| thing(r.picked[o.candidate].0)),
                }
            })
            .collect();
        let is_shown = |p: u32| r.origins.iter().any(|o| o.position == p);
        let passed: Vec<PassedTrace> = r
            .best
            .iter()
            .filter(|p| !is_shown(**p))
            .take(PASSED_NAMED)
            .map(|p| PassedTrace {
                thing: thing(*p),
                score: scores[*p as usize],
                reason: bar(*p)
                    .map_or_else(|| reason(r, *p, by_score, by_relevance), PassedOver::Barred),
                allotment: r
                    .picked
                    .iter()
                    .position(|(q, _)| q == p)
                    .and_then(allotment),
                terms: put(*p, false),
            })
            .collect();
        let count = |s: Source| r.picked.iter().filter(|(_, source)| *source == s).count() as u16;
        let model = r.config.model;
        Box::new(SlateTrace {
            surface: r.surface,
            scorer: if self.ranker.is_cold(model, r.scratch) {
                Scorer::Cold(model)
            } else {
                Scorer::Model(model)
            },
            version: self.ranker.version,
            knows: Knows {
                consents: r.consents,
                n_history: r.observed.history.len() as u16,
                attention: r.attention as f32,
                minutes: r.budget as f32,
            },
            n_on_offer: shelf.items.len() as u32,
            n_candidates: [Source::Model, Source::Popular, Source::Fresh].map(count),
            allocation: r.config.allocation,
            lambda: r.allocation.lambda,
            mmr_lambda: r.config.mmr_lambda,
            exploration: r.config.exploration,
            slots,
            passed,
            terms,
            names: named.take(),
            ad: AdOutcome::NoSlot,
        })
    }
}

/// Finds which step put a candidate behind those that were shown.
fn reason(
    r: &Ranking<'_>,
    position: u32,
    by_score: impl Fn(u32) -> u16,
    by_relevance: impl Fn(usize) -> u16,
) -> PassedOver {
    let k = r.slots.len();
    let Some(c) = r.picked.iter().position(|(p, _)| *p == position) else {
        return PassedOver::LowerScore;
    };
    let is_driven_out = |o: &Origin| o.is_explored && o.candidate == c;
    if r.origins.iter().any(is_driven_out) {
        PassedOver::Explored
    } else if usize::from(by_relevance(c)) <= k && r.vectors.len() > k {
        PassedOver::TooAlike
    } else if usize::from(by_score(position)) <= k && !r.allocation.value.is_empty() {
        PassedOver::Price
    } else {
        PassedOver::LowerScore
    }
}
