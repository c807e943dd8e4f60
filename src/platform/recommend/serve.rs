//! Serving slates: everybody who asks in a tick is scored in one batch, then served in the order in which they asked.

use bevy::ecs::prelude::*;
use bevy::ecs::system::SystemParam;

use super::config::{AllocationKind, RecommendConfig};
use super::exposures::{Exposures, REMEMBERED, Shown};
use super::minutes;
use super::places;
use super::prices::AttentionPrices;
use super::rerank::{diversify, explore};
use super::why::{Origin, Ranking};
use crate::economy::land::registry::LandRegistry;
use crate::economy::market::shop::Shop;
use crate::economy::market::showcase::Showcase;
use crate::events::behavior::{Surface, Thing, ThingKind};
use crate::events::bus::{OfferBus, SlateRequest};
use crate::events::offer::{MAX_SLATE, Slate, Slot, Source};
use crate::platform::config::PlatformRules;
use crate::platform::models::learn::shelf_of;
use crate::platform::models::live::served::Rows;
use crate::platform::models::ranker::{Learned, Ranker, Scratch};
use crate::platform::privacy::observation::{Observations, Observed};
use crate::platform::trace::book::{Traces, Why};
use crate::platform::trace::slate::{Bar, SlateTrace, Watch};
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::units::Coins;
use crate::sim::workers::Workers;
use crate::society::avatars::profile::{DataPurpose, Profile, Profiles};
use crate::society::content::catalogue::Catalogue;
use crate::society::content::item::ItemKind;
use crate::society::spaces::field::FootfallField;
use crate::society::spaces::map::CityMap;
use crate::society::spaces::space::Spaces;
use crate::society::ties::communities::Communities;
use crate::society::ties::graph::SocialGraph;

/// Prior attention level of an avatar nothing is known of.
const ATTENTION_PRIOR: f32 = 0.5;

/// Minutes an avatar is expected to stay when nothing is known of it.
const DEFAULT_MINUTES: f64 = 8.0;

/// What was found for a request.
#[derive(Default)]
pub(crate) struct Ranked {
    /// What to show, best first.
    pub(crate) slots: Vec<Slot>,
    /// λ of the allocation.
    pub(super) lambda: f64,
    /// Why, if somebody wants to know.
    pub(crate) why: Option<Box<SlateTrace>>,
}

/// How attention was allocated among candidates; all but the relevance is empty where scores alone count.
pub(super) struct Allocation {
    pub(super) relevance: Vec<f32>,
    /// Attraction less the price of exposure.
    pub(super) value: Vec<f64>,
    pub(super) minutes: Vec<f64>,
    pub(super) share: Vec<f64>,
    pub(super) lambda: f64,
}

/// What was found for the requests of the running tick, in their order.
#[derive(Resource, Default)]
pub struct Scored {
    lists: Vec<Ranked>,
}

/// Everything scoring reads.
#[derive(SystemParam)]
pub struct Knowledge<'w> {
    pub(super) clock: Res<'w, SimClock>,
    seed: Res<'w, Seed>,
    pub(super) rules: Res<'w, PlatformRules>,
    pub(super) catalogue: Res<'w, Catalogue>,
    pub(super) assets: Showcase<'w>,
    shop: Res<'w, Shop>,
    pub(super) land: Res<'w, LandRegistry>,
    pub(super) map: Res<'w, CityMap>,
    pub(super) field: Res<'w, FootfallField>,
    pub(super) spaces: Res<'w, Spaces>,
    pub(super) graph: Res<'w, SocialGraph>,
    pub(super) communities: Res<'w, Communities>,
    pub(super) profiles: Res<'w, Profiles>,
    pub(super) observations: Res<'w, Observations>,
    pub(super) ranker: Res<'w, Ranker>,
    pub(super) prices: Res<'w, AttentionPrices>,
    exposures: Res<'w, Exposures>,
}

/// Scores candidates for everybody who asks this tick.
pub fn score_requests(
    know: Knowledge<'_>,
    workers: Res<Workers>,
    offers: Res<OfferBus>,
    traces: Res<Traces>,
    mut scored: ResMut<Scored>,
) {
    let watch = traces.watch();
    let prepared = know.prepare(offers.requests.iter().map(|r| r.avatar));
    let numbered: Vec<(usize, &SlateRequest)> = offers.requests.iter().enumerate().collect();
    scored.lists = workers.map(&numbered, |(i, r)| {
        let mut rng = RngStream::new(
            know.seed.0,
            Purpose::Candidates,
            u64::from(r.avatar.0),
            know.clock.now.0,
        );
        match shelf_of(r.surface) {
            Some(shelf) => know.rank_items(r, prepared.of(*i), shelf, watch, &mut rng),
            None => places::rank(&know, r, &know.rules.0.recommend, watch, &mut rng),
        }
    });
}

/// What the live model said about everybody who asks, all at once.
pub(crate) enum Prepared {
    /// Nothing: scores are made one by one.
    Nothing,
    /// Places of the two-tower model, and the length of one.
    Places(Vec<f32>, usize),
    /// Scores of all items that a model of the catalog knows.
    Rows(Rows),
}

impl Prepared {
    /// Returns what was said about the i-th, if anything.
    pub(crate) fn of(&self, i: usize) -> Option<&[f32]> {
        match self {
            Self::Nothing => None,
            Self::Places(places, d) => places.get(i * d..(i + 1) * d),
            Self::Rows(rows) => rows.row(i),
        }
    }
}

/// Serves the slates that were scored.
pub fn serve_slates(
    clock: Res<SimClock>,
    rules: Res<PlatformRules>,
    profiles: Res<Profiles>,
    spaces: Res<Spaces>,
    mut scored: ResMut<Scored>,
    mut offers: ResMut<OfferBus>,
    mut prices: ResMut<AttentionPrices>,
    mut exposures: ResMut<Exposures>,
    mut traces: ResMut<Traces>,
) {
    let model = rules.0.recommend.model as u8;
    while exposures.table.len() < profiles.table.len() {
        exposures.table.push(Shown::default());
    }
    let requests = std::mem::take(&mut offers.requests);
    for (request, ranked) in requests.iter().zip(scored.lists.drain(..)) {
        let (slots, price) = (ranked.slots, ranked.lambda);
        let shelf = shelf_of(request.surface);
        for slot in &slots {
            match (slot.thing.kind, shelf) {
                (ThingKind::Item, Some(shelf)) => {
                    prices.expose(shelf, slot.thing.id);
                    if request.surface == Surface::Feed {
                        let shown = exposures.table.row_mut(request.avatar.idx());
                        shown.push(slot.thing.id);
                    }
                }
                (ThingKind::Space, _) => {
                    let s = spaces.table.row(slot.thing.id as usize);
                    let free = s.capacity.saturating_sub(s.present);
                    prices.seat(slot.thing.id, free, &rules.0.recommend);
                }
                _ => {}
            }
        }
        if price > 0.0 {
            prices.minutes.0 += price;
            prices.minutes.1 += 1;
        }
        exposures.n_slates += 1;
        let offer = offers.number();
        if let Some(why) = ranked.why {
            traces.record(offer, request.avatar, clock.now, Why::Slate(why));
        }
        offers.slates.push(Slate {
            offer,
            avatar: request.avatar,
            tick: clock.now,
            surface: request.surface,
            model,
            slots,
            ad: None,
            ads_below: Vec::new(),
        });
    }
    offers.requests = requests;
}

/// Minutes a thing of a kind is expected to take, as anybody can see from the log.
fn expected_minutes(kind: ItemKind) -> f64 {
    match kind {
        ItemKind::Post => 0.8,
        ItemKind::News => 1.6,
        ItemKind::Video => 2.8,
        ItemKind::Game => 7.0,
        ItemKind::GameItem | ItemKind::Asset => 0.7,
        ItemKind::Course => 6.0,
        ItemKind::Textbook => 2.0,
    }
}

impl Knowledge<'_> {
    fn price_of(&self, item: ItemId) -> Coins {
        let card = self.catalogue.card(item);
        match card.kind {
            ItemKind::Asset => self.assets.price(item, card.price),
            ItemKind::GameItem | ItemKind::Textbook => self.shop.price(item).unwrap_or(card.price),
            ItemKind::Post
            | ItemKind::News
            | ItemKind::Video
            | ItemKind::Game
            | ItemKind::Course => Coins::ZERO,
        }
    }

    /// Returns the predicted attraction of a thing of that score on a surface.
    pub(crate) fn attraction(&self, surface: Surface, score: f32) -> f64 {
        self.ranker.calibrators[surface as usize].probability(f64::from(score))
    }

    /// Says whether an avatar allows pushes.
    pub(crate) fn push_allowed(&self, avatar: AvatarId) -> bool {
        self.profiles.get(avatar).push_allowed
    }

    /// Returns the public card of an avatar.
    pub(crate) fn profile(&self, avatar: AvatarId) -> &Profile {
        self.profiles.get(avatar)
    }

    /// Returns the hours an avatar is east of the city's clock.
    pub(crate) fn timezone(&self, avatar: AvatarId) -> i8 {
        self.profiles.get(avatar).timezone
    }

    /// Asks the live model about avatars, all at once.
    pub(crate) fn prepare(&self, avatars: impl Iterator<Item = AvatarId>) -> Prepared {
        match &self.ranker.learned {
            Learned::Tower(index) => {
                let histories = avatars.map(|id| self.observed(id).map(|o| &o.history));
                let places = index.place_avatars(histories, &self.catalogue);
                Prepared::Places(places, index.dimensions())
            }
            // Rankers are asked about candidates only, one avatar at a time.
            Learned::Served(served) if served.is_ranker() => Prepared::Nothing,
            Learned::Served(served) => {
                let asking = avatars.map(|id| (id, self.observed(id)));
                Prepared::Rows(served.rows(asking, self.clock.now))
            }
            Learned::Nothing | Learned::Knn(..) | Learned::Ease(..) => Prepared::Nothing,
        }
    }

    /// Returns what was observed of an avatar that consents.
    pub(crate) fn observed(&self, id: AvatarId) -> Option<&Observed> {
        let consents = self
            .profiles
            .get(id)
            .consent
            .allows(DataPurpose::Recommendation);
        (consents && id.idx() < self.observations.table.len()).then(|| self.observations.of(id))
    }

    /// Returns the best item of a shelf for an avatar, for a push; `place` as [`Knowledge::prepare`] gives it.
    pub(crate) fn best_item(
        &self,
        avatar: AvatarId,
        place: Option<&[f32]>,
        shelf: usize,
        watch: Watch,
    ) -> Option<(ItemId, f32, Option<Box<SlateTrace>>)> {
        let request = SlateRequest {
            avatar,
            surface: crate::platform::models::learn::SHELVES[shelf],
            space: crate::events::behavior::NO_SPACE,
        };
        let mut rng = RngStream::new(
            self.seed.0,
            Purpose::Push,
            u64::from(avatar.0),
            self.clock.now.0,
        );
        let ranked = self.rank_items(&request, place, shelf, watch, &mut rng);
        let best = *ranked.slots.first()?;
        Some((ItemId(best.thing.id), best.score, ranked.why))
    }

    fn rank_items(
        &self,
        request: &SlateRequest,
        place: Option<&[f32]>,
        shelf_index: usize,
        watch: Watch,
        rng: &mut RngStream,
    ) -> Ranked {
        let config = &self.rules.0.recommend;
        let shelf = &self.ranker.shelves[shelf_index];
        let id = request.avatar;
        let nobody = Observed::default();
        let known = self.observed(id);
        let observed = known.unwrap_or(&nobody);
        let attention = f64::from(observed.attention(ATTENTION_PRIOR));
        let mut scratch = Scratch::default();
        self.ranker.score(
            config,
            observed,
            attention,
            place,
            shelf_index,
            (id, self.clock.now),
            &self.catalogue,
            rng.bits(),
            &mut scratch,
        );
        let scores = &scratch.scores;
        let shown = self.exposures.table.rows().get(id.idx());
        let feed = request.surface == Surface::Feed;
        let bar = |p: u32| {
            let item = shelf.items[p as usize];
            let card = self.catalogue.card(item);
            if !card.live {
                Some(Bar::Retired)
            } else if feed && observed.knows(item.0) {
                Some(Bar::Known)
            } else if feed && shown.is_some_and(|s| s.contains(item.0)) {
                Some(Bar::ShownLately)
            } else if card.kind == ItemKind::Asset && !self.assets.is_open(item) {
                Some(Bar::NotForSale)
            } else {
                let is_asset = card.kind == ItemKind::Asset;
                let is_own = card.creator == id || is_asset && self.assets.is_kept_by(item, id);
                is_own.then_some(Bar::Own)
            }
        };
        let usable = |p: u32| bar(p).is_none();
        // The model's own best, then what is popular and what is new.
        let want = config.candidates as usize;
        let best = top(scores, want + REMEMBERED + 24);
        let mut picked: Vec<(u32, Source)> = best
            .iter()
            .copied()
            .filter(|p| usable(*p))
            .take(want)
            .map(|p| (p, Source::Model))
            .collect();
        let extra = config.extra_candidates as usize;
        for (list, source) in [
            (&shelf.popular, Source::Popular),
            (&shelf.fresh, Source::Fresh),
        ] {
            let more: Vec<u32> = list
                .iter()
                .copied()
                .filter(|p| usable(*p) && picked.iter().all(|q| q.0 != *p))
                .take(extra)
                .collect();
            picked.extend(more.into_iter().map(|p| (p, source)));
        }
        let budget = if observed.session_minutes > 0.0 {
            f64::from(observed.session_minutes)
        } else {
            DEFAULT_MINUTES
        };
        let allocation = self.allocate(
            config,
            budget,
            shelf_index,
            request.surface,
            scores,
            &picked,
        );
        let vectors: Vec<&[f32]> = picked
            .iter()
            .map(|(p, _)| self.catalogue.tags(shelf.items[*p as usize]).as_slice())
            .collect();
        let k = (config.slate_size as usize).min(MAX_SLATE);
        let order = diversify(&allocation.relevance, &vectors, config.mmr_lambda, k);
        let n = shelf.items.len();
        // Where scores are drawn and nothing comes after them, every usable item is as likely in every slot.
        let chance = config
            .is_uniform()
            .then(|| 1.0 / (0..n as u32).filter(|p| usable(*p)).count().max(1) as f32);
        let mut slots: Vec<Slot> = Vec::with_capacity(order.len());
        let mut origins = Vec::new();
        for at in order {
            let (mut position, mut source) = picked[at];
            let (other, [greedy, uniform]) = explore(config.exploration, n, rng);
            let mut propensity = greedy;
            if let Some(other) = other.map(|o| o as u32).filter(|o| usable(*o)) {
                position = other;
                source = Source::Explore;
                propensity = uniform;
            }
            let item = shelf.items[position as usize];
            if slots.iter().any(|s| s.thing.id == item.0) {
                continue;
            }
            if watch.is_on() {
                origins.push(Origin {
                    candidate: at,
                    position,
                    is_explored: source == Source::Explore,
                });
            }
            slots.push(Slot {
                thing: Thing::new(ThingKind::Item, item.0),
                score: scores[position as usize],
                propensity: chance.unwrap_or(propensity),
                source,
                price: self.price_of(item),
            });
        }
        let ranking = Ranking {
            config,
            surface: request.surface,
            shelf: shelf_index,
            avatar: id,
            consents: known.is_some(),
            observed,
            attention,
            budget,
            place,
            scratch: &scratch,
            best: &best,
            picked: &picked,
            allocation: &allocation,
            vectors: &vectors,
            origins: &origins,
            slots: &slots,
        };
        let why = watch.is_on().then(|| self.take_down(&ranking, bar));
        Ranked {
            slots,
            lambda: allocation.lambda,
            why,
        }
    }

    /// Turns scores of candidates into relevance, by the way attention is allocated.
    fn allocate(
        &self,
        config: &RecommendConfig,
        budget: f64,
        shelf: usize,
        surface: Surface,
        scores: &[f32],
        picked: &[(u32, Source)],
    ) -> Allocation {
        let by_score = || picked.iter().map(|(p, _)| scores[*p as usize]).collect();
        if config.allocation == AllocationKind::Score {
            return Allocation {
                relevance: by_score(),
                value: Vec::new(),
                minutes: Vec::new(),
                share: Vec::new(),
                lambda: 0.0,
            };
        }
        let calibrator = &self.ranker.calibrators[surface as usize];
        let items = &self.ranker.shelves[shelf].items;
        let mut value = Vec::with_capacity(picked.len());
        let mut cost = Vec::with_capacity(picked.len());
        for (p, _) in picked {
            let item = items[*p as usize];
            let w = calibrator.probability(f64::from(scores[*p as usize]));
            value.push(w - f64::from(self.prices.of_item(item.0)));
            cost.push(expected_minutes(self.catalogue.card(item).kind));
        }
        let (share, lambda) = minutes::fill(&value, &cost, budget);
        // What fits comes first, by value; the rest follows by value too, so that no slot stays empty.
        let relevance = value
            .iter()
            .zip(&share)
            .map(|(v, x)| (v + 0.1 * x) as f32)
            .collect();
        Allocation {
            relevance,
            value,
            minutes: cost,
            share,
            lambda,
        }
    }
}

/// Returns the positions of the `k` highest scores, best first; of equal ones the lower position.
fn top(scores: &[f32], k: usize) -> Vec<u32> {
    // One integer a score that sorts as the scores do, with the position in its low bits: selecting is then plain comparison.
    let mut keys: Vec<u64> = scores
        .iter()
        .enumerate()
        .map(|(i, score)| u64::from(!growing_bits(*score)) << 32 | i as u64)
        .collect();
    if k < keys.len() {
        keys.select_nth_unstable(k);
        keys.truncate(k);
    }
    keys.sort_unstable();
    keys.into_iter().map(|key| key as u32).collect()
}

/// Bits that grow with a number, in the order of `total_cmp`.
const fn growing_bits(score: f32) -> u32 {
    let bits = score.to_bits();
    if bits >> 31 == 1 {
        !bits
    } else {
        bits | 1 << 31
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_is_sorted_and_ties_go_to_the_first() {
        assert_eq!(top(&[1.0, 3.0, 3.0, 2.0], 3), [1, 2, 3]);
        assert_eq!(top(&[1.0], 5), [0]);
        assert!(top(&[], 5).is_empty());
        assert_eq!(top(&[-2.0, 0.5, -1.0, -f32::INFINITY], 4), [1, 2, 0, 3]);
    }

    #[test]
    fn exposures_are_remembered_until_others_push_them_out() {
        let mut s = Shown::default();
        assert!(!s.contains(0));
        s.push(0);
        assert!(s.contains(0));
        for i in 1..=REMEMBERED as u32 {
            s.push(i);
        }
        assert!(!s.contains(0));
    }
}
