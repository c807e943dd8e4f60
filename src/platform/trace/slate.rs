//! Why a slate is as it is: who was known how well, what was looked at, how it was scored and reordered.

use super::ad::AdOutcome;
use super::term::Term;
use crate::events::behavior::{Surface, Thing};
use crate::events::offer::Source;
use crate::platform::recommend::config::{AllocationKind, ModelKind};
use crate::sim::units::Coins;

/// Whether decisions are taken down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// They are not.
    Off,
    /// They are.
    On,
}

impl Watch {
    /// Says whether they are.
    #[must_use]
    pub const fn is_on(self) -> bool {
        matches!(self, Self::On)
    }
}

/// What scored, in effect: a model that has learned nothing yet lets content and popularity speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scorer {
    /// The model of the scenario.
    Model(ModelKind),
    /// Content and popularity, until that model has learned something.
    Cold(ModelKind),
    /// The fixed formula of the surface.
    Formula,
}

/// What the platform could know of the avatar.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Knows {
    /// Whether the avatar consents to recommendation.
    pub consents: bool,
    /// Items in its observed history.
    pub n_history: u16,
    /// Its estimated attention level; the prior where nothing is known.
    pub attention: f32,
    /// Its usual session in minutes, or what is assumed; 0 where it was not asked for.
    pub minutes: f32,
}

/// Why an item may not be shown to this avatar now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bar {
    /// It is not on offer any more.
    Retired,
    /// The avatar engaged with it lately or asked not to see it.
    Known,
    /// It was shown to the avatar a moment ago.
    ShownLately,
    /// Its owner does not sell it.
    NotForSale,
    /// The avatar made it.
    Own,
}

/// Why a good candidate was not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassedOver {
    /// It may not be.
    Barred(Bar),
    /// Exploration put something else in its place.
    Explored,
    /// It is too much like what stands above.
    TooAlike,
    /// The price of its exposure, or its minutes, put it behind others.
    Price,
    /// Others scored higher.
    LowerScore,
}

/// How an item fared when attention was allocated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allotment {
    /// Predicted attraction: the probability that it is taken if looked at.
    pub attraction: f32,
    /// Price of its exposure, in attraction.
    pub price: f32,
    /// Minutes it is expected to take.
    pub minutes: f32,
    /// Share of it that fits into the avatar's minutes.
    pub fits: f32,
}

/// Why a thing stands where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SlotTrace {
    /// What.
    pub thing: Thing,
    /// Where the candidate came from.
    pub source: Source,
    /// Its score.
    pub score: f32,
    /// The price shown; zero for what is free.
    pub asked: Coins,
    /// Probability with which the policy put it there.
    pub propensity: f32,
    /// Its terms, as a range of the slate's.
    pub terms: (u32, u32),
    /// Its place among the candidates by score alone, from 1; `None` if it was none.
    pub by_score: Option<u16>,
    /// Its place among the candidates after allocation and before diversity, from 1.
    pub by_relevance: Option<u16>,
    /// How it fared when attention was allocated; `None` where scores alone count.
    pub allotment: Option<Allotment>,
    /// Largest cosine with what stands above it.
    pub alike: f32,
    /// What exploration drove out of this slot.
    pub replaced: Option<Thing>,
}

/// A good candidate that was not shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PassedTrace {
    /// What.
    pub thing: Thing,
    /// Its score.
    pub score: f32,
    /// Why not.
    pub reason: PassedOver,
    /// How it fared when attention was allocated; `None` where scores alone count, or where it got no further.
    pub allotment: Option<Allotment>,
    /// Its terms, as a range of the slate's.
    pub terms: (u32, u32),
}

/// Why a slate is as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct SlateTrace {
    /// Where on the screen.
    pub surface: Surface,
    /// What scored.
    pub scorer: Scorer,
    /// Version of the model, counted in promotions.
    pub version: u32,
    /// What could be known.
    pub knows: Knows,
    /// Things on offer on the surface.
    pub n_on_offer: u32,
    /// Candidates: by the model, popular, new; for the other surfaces all are in the first.
    pub n_candidates: [u16; 3],
    /// How attention was allocated.
    pub allocation: AllocationKind,
    /// Attraction bought by the last minute.
    pub lambda: f64,
    /// Weight of relevance against sameness.
    pub mmr_lambda: f64,
    /// Chance of exploration by slot.
    pub exploration: f64,
    /// What was shown, best first.
    pub slots: Vec<SlotTrace>,
    /// The best of what was not.
    pub passed: Vec<PassedTrace>,
    /// Terms of all slots and of what was passed over.
    pub terms: Vec<Term>,
    /// What terms are about that have names of their own.
    pub names: Vec<String>,
    /// What became of its ad slot.
    pub ad: AdOutcome,
}

impl SlateTrace {
    /// Returns the terms of a range.
    #[must_use]
    pub fn terms(&self, range: (u32, u32)) -> &[Term] {
        self.terms
            .get(range.0 as usize..range.1 as usize)
            .unwrap_or_default()
    }
}
