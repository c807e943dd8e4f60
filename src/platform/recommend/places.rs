//! Candidates for the surfaces that do not offer items: people, communities, spaces, parcels.

use super::config::{ModelKind, RecommendConfig};
use super::rerank::explore;
use super::serve::{Knowledge, Ranked};
use super::why::PASSED_NAMED;
use crate::events::behavior::{Surface, Thing, ThingKind};
use crate::events::bus::SlateRequest;
use crate::events::offer::{MAX_SLATE, Slot, Source};
use crate::platform::trace::ad::AdOutcome;
use crate::platform::trace::slate::{
    Knows, PassedOver, PassedTrace, Scorer, SlateTrace, SlotTrace, Watch,
};
use crate::platform::trace::term::{Term, TermKind};
use crate::sim::ids::{AvatarId, CommunityId, ParcelId, SpaceId};
use crate::sim::math;
use crate::sim::rng::RngStream;
use crate::sim::units::Coins;
use crate::society::avatars::profile::DataPurpose;

/// Things of a kind looked at before ranking them.
const LOOKED_AT: usize = 40;

/// Most terms of a formula.
const MOST_TERMS: usize = 4;

/// A candidate with its score.
struct Candidate {
    thing: Thing,
    score: f32,
    /// What adds up to the score, in the order of the surface's formula.
    terms: [f32; MOST_TERMS],
    source: Source,
    price: Coins,
}

/// Ranks things of a surface for an avatar.
pub(super) fn rank(
    know: &Knowledge<'_>,
    request: &SlateRequest,
    config: &RecommendConfig,
    watch: Watch,
    rng: &mut RngStream,
) -> Ranked {
    let mut candidates = match request.surface {
        Surface::People => people(know, request.avatar, config.model, rng),
        Surface::Communities => communities(know, request.avatar, rng),
        Surface::Spaces => spaces(know, request, rng),
        Surface::Parcels => parcels(know, rng),
        Surface::Feed
        | Surface::Games
        | Surface::GameItems
        | Surface::Assets
        | Surface::Courses
        | Surface::None => Vec::new(),
    };
    if config.model == ModelKind::Random {
        for c in &mut candidates {
            c.score = rng.uniform() as f32;
            c.terms = [c.score, 0.0, 0.0, 0.0];
            c.source = Source::Explore;
        }
    }
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.thing.cmp(&b.thing)));
    candidates.dedup_by_key(|c| c.thing);
    let n = candidates.len();
    let by_score: Vec<Thing> = if watch.is_on() {
        candidates.iter().map(|c| c.thing).collect()
    } else {
        Vec::new()
    };
    let k = (config.slate_size as usize).min(MAX_SLATE).min(n);
    for slot in 0..k {
        let (other, _) = explore(config.exploration, n - slot, rng);
        if let Some(other) = other {
            candidates.swap(slot, slot + other);
            candidates[slot].source = Source::Explore;
        }
    }
    let (_, [greedy, uniform]) = match config.model {
        // Of what was looked at, everything is as likely in every slot.
        ModelKind::Random => (None, [1.0 / n.max(1) as f32; 2]),
        _ => explore(config.exploration, n, rng),
    };
    let propensity = |c: &Candidate| {
        if c.source == Source::Explore {
            uniform
        } else {
            greedy
        }
    };
    let slots = candidates
        .iter()
        .take(k)
        .map(|c| Slot {
            thing: c.thing,
            score: c.score,
            propensity: propensity(c),
            source: c.source,
            price: c.price,
        })
        .collect();
    let why = watch.is_on().then(|| {
        let seen = Seen {
            config,
            candidates: &candidates,
            by_score: &by_score,
            n_shown: k,
        };
        take_down(know, request, &seen, propensity)
    });
    Ranked {
        slots,
        why,
        ..Ranked::default()
    }
}

/// What ranking saw.
struct Seen<'a> {
    config: &'a RecommendConfig,
    /// All candidates, those that are shown first.
    candidates: &'a [Candidate],
    /// All candidates by score, as they stood before exploration.
    by_score: &'a [Thing],
    n_shown: usize,
}

/// The kinds of a formula's terms, in order; fewer than [`MOST_TERMS`] for some surfaces.
fn formula(surface: Surface, model: ModelKind) -> &'static [TermKind] {
    if model == ModelKind::Random {
        return &[TermKind::Luck];
    }
    match surface {
        Surface::People => &[TermKind::FriendsInCommon, TermKind::Likeness],
        Surface::Communities => &[TermKind::Likeness, TermKind::Size],
        Surface::Spaces => &[
            TermKind::Likeness,
            TermKind::Crowd,
            TermKind::Distance,
            TermKind::SeatPrice,
        ],
        Surface::Parcels => &[TermKind::Passers, TermKind::AskingPrice, TermKind::BidsMade],
        Surface::Feed
        | Surface::Games
        | Surface::GameItems
        | Surface::Assets
        | Surface::Courses
        | Surface::None => &[],
    }
}

/// Says how many there are of what a surface shows.
fn n_on_offer(know: &Knowledge<'_>, surface: Surface) -> usize {
    match surface {
        Surface::People => know.profiles.table.len(),
        Surface::Communities => know.communities.table.len(),
        Surface::Spaces => know.spaces.table.len(),
        Surface::Parcels => know.land.on_sale.len(),
        Surface::Feed
        | Surface::Games
        | Surface::GameItems
        | Surface::Assets
        | Surface::Courses
        | Surface::None => 0,
    }
}

/// Takes down why these things are shown.
fn take_down(
    know: &Knowledge<'_>,
    request: &SlateRequest,
    seen: &Seen<'_>,
    propensity: impl Fn(&Candidate) -> f32,
) -> Box<SlateTrace> {
    let config = seen.config;
    let kinds = formula(request.surface, config.model);
    let mut terms = Vec::with_capacity((seen.n_shown + PASSED_NAMED) * kinds.len());
    let mut put = |c: &Candidate| {
        let from = terms.len() as u32;
        let own = kinds.iter().zip(c.terms);
        terms.extend(own.map(|(kind, value)| Term::new(*kind, value)));
        (from, terms.len() as u32)
    };
    let rank = |c: &Candidate| seen.by_score.iter().position(|t| *t == c.thing);
    let (shown, rest) = seen.candidates.split_at(seen.n_shown);
    let slots = shown
        .iter()
        .enumerate()
        .map(|(k, c)| SlotTrace {
            thing: c.thing,
            source: c.source,
            score: c.score,
            asked: c.price,
            propensity: propensity(c),
            terms: put(c),
            by_score: rank(c).map(|r| r as u16 + 1),
            by_relevance: None,
            allotment: None,
            alike: 0.0,
            replaced: match seen.by_score.get(k) {
                Some(usual) if c.source == Source::Explore && *usual != c.thing => Some(*usual),
                _ => None,
            },
        })
        .collect();
    let mut rest: Vec<&Candidate> = rest.iter().collect();
    rest.sort_by_key(|c| rank(c));
    let passed = rest
        .into_iter()
        .take(PASSED_NAMED)
        .map(|c| PassedTrace {
            thing: c.thing,
            score: c.score,
            reason: if rank(c).is_some_and(|r| r < seen.n_shown) {
                PassedOver::Explored
            } else {
                PassedOver::LowerScore
            },
            allotment: None,
            terms: put(c),
        })
        .collect();
    let observed = know.observed(request.avatar);
    Box::new(SlateTrace {
        surface: request.surface,
        scorer: match config.model {
            ModelKind::Random => Scorer::Model(ModelKind::Random),
            _ => Scorer::Formula,
        },
        version: 0,
        knows: Knows {
            consents: observed.is_some(),
            n_history: observed.map_or(0, |o| o.history.len() as u16),
            ..Knows::default()
        },
        n_on_offer: n_on_offer(know, request.surface) as u32,
        n_candidates: [seen.candidates.len() as u16, 0, 0],
        allocation: config.allocation,
        lambda: 0.0,
        mmr_lambda: 1.0,
        exploration: config.exploration,
        slots,
        passed,
        terms,
        names: Vec::new(),
        ad: AdOutcome::NoSlot,
    })
}

fn likeness(know: &Knowledge<'_>, id: AvatarId, topics: &[f32]) -> f32 {
    let consents = know
        .profiles
        .get(id)
        .consent
        .allows(DataPurpose::Recommendation);
    if !consents || id.idx() >= know.observations.table.len() {
        return 0.0;
    }
    let profile = &know.observations.of(id).profile;
    let norm = (math::dot(profile, profile) * math::dot(topics, topics)).sqrt();
    if norm > 0.0 {
        math::dot(profile, topics) / norm
    } else {
        0.0
    }
}

fn people(
    know: &Knowledge<'_>,
    id: AvatarId,
    model: ModelKind,
    rng: &mut RngStream,
) -> Vec<Candidate> {
    let mut found = Vec::with_capacity(LOOKED_AT);
    let friends = know.graph.of(id);
    for i in 0..LOOKED_AT {
        // Friends of friends are a recommendation already; chance knows nobody.
        let asks_friends = i % 4 != 3 && !friends.is_empty() && model != ModelKind::Random;
        let (other, source) = if asks_friends {
            let via = AvatarId(friends[rng.below(friends.len())].0);
            let theirs = know.graph.of(via);
            if theirs.is_empty() {
                continue;
            }
            (AvatarId(theirs[rng.below(theirs.len())].0), Source::Social)
        } else {
            let n = know.profiles.table.len();
            (AvatarId::from_idx(rng.below(n)), Source::Explore)
        };
        if other == id || know.graph.tied(id, other) {
            continue;
        }
        let common = know.graph.common(id, other);
        let alike = if other.idx() < know.observations.table.len() {
            likeness(know, id, &know.observations.of(other).profile)
        } else {
            0.0
        };
        let befriended = 0.4 * math::ln(1.0 + f64::from(common)) as f32;
        found.push(Candidate {
            thing: Thing::new(ThingKind::Avatar, other.0),
            score: befriended + alike,
            terms: [befriended, alike, 0.0, 0.0],
            source,
            price: Coins::ZERO,
        });
    }
    found
}

fn communities(know: &Knowledge<'_>, id: AvatarId, rng: &mut RngStream) -> Vec<Candidate> {
    let n = know.communities.table.len();
    let mut found = Vec::with_capacity(LOOKED_AT);
    for i in 0..LOOKED_AT.min(n) {
        let c = if n <= LOOKED_AT { i } else { rng.below(n) };
        let c = CommunityId::from_idx(c);
        if know.communities.is_member(c, id) {
            continue;
        }
        let community = know.communities.get(c);
        let size = math::ln(1.0 + community.members.len() as f64) as f32;
        let alike = likeness(know, id, &community.topics);
        found.push(Candidate {
            thing: Thing::new(ThingKind::Community, c.0),
            score: alike + 0.03 * size,
            terms: [alike, 0.03 * size, 0.0, 0.0],
            source: Source::Model,
            price: Coins::ZERO,
        });
    }
    found
}

fn spaces(know: &Knowledge<'_>, request: &SlateRequest, rng: &mut RngStream) -> Vec<Candidate> {
    let n = know.spaces.table.len();
    let hour = know.clock.now.hour();
    let mut found = Vec::with_capacity(LOOKED_AT);
    for i in 0..LOOKED_AT.min(n) {
        let s = if n <= LOOKED_AT { i } else { rng.below(n) };
        let s = SpaceId::from_idx(s);
        let space = know.spaces.get(s);
        if s == request.space || !space.is_open(hour) || !space.has_room() {
            continue;
        }
        let far = if request.space.idx() < n {
            let from = know.spaces.get(request.space).parcel;
            know.map.distance(from, space.parcel) / f64::from(know.map.side)
        } else {
            0.0
        };
        let crowd = math::ln(1.0 + f64::from(space.footfall)) as f32;
        let alike = likeness(know, request.avatar, &space.topics);
        let seat = know.prices.of_space(s.0);
        found.push(Candidate {
            thing: Thing::new(ThingKind::Space, s.0),
            score: alike + 0.08 * crowd - 0.5 * far as f32 - seat,
            terms: [alike, 0.08 * crowd, -0.5 * far as f32, -seat],
            source: Source::Nearby,
            price: Coins::ZERO,
        });
    }
    found
}

fn parcels(know: &Knowledge<'_>, rng: &mut RngStream) -> Vec<Candidate> {
    let on_sale = &know.land.on_sale;
    let n = on_sale.len();
    let mut found = Vec::with_capacity(LOOKED_AT);
    for i in 0..LOOKED_AT.min(n) {
        let at = if n <= LOOKED_AT { i } else { rng.below(n) };
        let parcel: ParcelId = on_sale[at];
        let asking = know.land.lot(parcel).asking.unwrap_or(Coins::ZERO);
        let passers = math::ln(1.0 + know.field.at(parcel));
        let cost = math::ln(1.0 + asking.as_f64());
        // Bids already made say that others have found it.
        let bids = know.land.bids.get(&parcel).map_or(0, Vec::len);
        found.push(Candidate {
            thing: Thing::new(ThingKind::Parcel, parcel.0),
            score: (passers - 0.5 * cost - 0.3 * bids as f64) as f32,
            terms: [passers as f32, -0.5 * cost as f32, -0.3 * bids as f32, 0.0],
            source: Source::Model,
            price: asking,
        });
    }
    found
}
