//! What an avatar that is free decides to do: a pure function of what it can see, evaluated for everybody at once.
//!
//! Deciding reads, acting writes ([`super::act`]): decisions of one tick do not see each other, so they can be
//! taken on any number of threads.

use super::ads::{self, AdReaction, AdReactions};
use super::agency::makes_own_choices;
use super::avatar::{Activity, Avatar, Avatars};
use super::choice::choose;
use super::creative_taste::SeenCreatives;
use super::mastery;
use super::session::{self, Intent};
use super::utility;
use crate::events::behavior::{Surface, Thing, ThingKind};
use crate::events::offer::{MAX_SLATE, Slate};
use crate::sim::ids::{AvatarId, CommunityId, ItemId, ParcelId, SpaceId};
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::units::{Coins, Tick};
use crate::society::config::SocietyConfig;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::item::ItemKind;
use crate::society::content::truth::ItemTruths;
use crate::society::referrals::joiners::Referrals;
use crate::society::spaces::destination;
use crate::society::spaces::field::FootfallField;
use crate::society::spaces::map::CityMap;
use crate::society::spaces::presence::Presence;
use crate::society::spaces::space::{SpaceKind, Spaces};
use crate::society::spaces::travel::Memories;
use crate::society::ties::communities::Communities;
use crate::society::ties::graph::SocialGraph;
use crate::society::walk_in::follow;
use crate::society::walk_in::state::{Refusal, WalkIns};

/// Everything an avatar can look at while it decides.
pub struct View<'a> {
    /// The tick.
    pub now: Tick,
    /// The seed.
    pub seed: u64,
    /// The rules of society.
    pub rules: &'a SocietyConfig,
    /// Everybody.
    pub avatars: &'a Avatars,
    /// What there is.
    pub catalogue: &'a Catalogue,
    /// What is true of it.
    pub truths: &'a ItemTruths,
    /// The ground.
    pub map: &'a CityMap,
    /// The spaces.
    pub spaces: &'a Spaces,
    /// Footfall by parcel.
    pub field: &'a FootfallField,
    /// Remembered places.
    pub memories: &'a Memories,
    /// Ties.
    pub graph: &'a SocialGraph,
    /// Communities.
    pub communities: &'a Communities,
    /// Who is where.
    pub presence: &'a Presence,
    /// Slates served in this tick, by avatar.
    pub slates: &'a [Slate],
    /// Who is taken over.
    pub walk_ins: &'a WalkIns,
    /// What was seen last of each campaign, where campaigns have several creatives.
    pub seen_creatives: Option<&'a SeenCreatives>,
    /// Who joined by invitation, where anybody does.
    pub referrals: Option<&'a Referrals>,
}

/// What an avatar decides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decision {
    /// It is busy.
    Busy,
    /// Ends its session.
    Leave,
    /// Opens a surface.
    Ask(Surface, Intent),
    /// Goes to a place, for something.
    Go(SpaceId, Option<Intent>),
    /// Talks with somebody who is here.
    Talk {
        /// With whom.
        with: AvatarId,
        /// How long.
        secs: u32,
        /// Whether it asks for a tie, and whether that is granted.
        tie: Option<bool>,
    },
    /// Takes the next lesson of its course.
    Lesson {
        /// How long.
        secs: u32,
        /// Whether the quiz is answered right.
        is_right: bool,
        /// Whether it gives the course up instead.
        gives_up: bool,
    },
    /// Publishes something.
    Publish,
    /// Looks around on its own.
    Browse,
    /// Has looked at a slate.
    Answer(Answer),
    /// Is taken over, and waits for a choice.
    Wait,
    /// Is taken over, and cannot do what was chosen for it.
    Refuse(Refusal),
}

/// Which slate an avatar looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// The one that stands here in the list of this tick.
    Now(u32),
    /// The one it was offered in an earlier tick and kept open.
    Kept,
}

/// What somebody else decided for an avatar before a slate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The position taken, if any.
    pub chosen: Option<usize>,
    /// Whether the ad is clicked.
    pub clicks_ad: bool,
}

/// Whoever is there for the time alone takes nothing.
const PASSES: Told = Told {
    chosen: None,
    clicks_ad: false,
};

/// What came of looking at a slate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// Which slate.
    pub slate: Offered,
    /// The position chosen, if any.
    pub chosen: Option<u8>,
    /// Utility of what was chosen, or of nothing.
    pub utility: f32,
    /// How long it took.
    pub secs: u32,
    /// Whether it is liked, hidden, rated (stars).
    pub feedback: Feedback,
    /// For games: whether it was won. For requests and quizzes: whether they succeeded.
    pub success: bool,
    /// What happened to the ads, from the top.
    pub ads: AdReactions,
}

/// Explicit feedback on a consumed item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Feedback {
    /// It is liked.
    pub likes: bool,
    /// It shall not be shown again.
    pub hides: bool,
    /// Stars given, 0 for none.
    pub stars: u8,
}

/// Chance that an avatar given something it likes answers with a like, at the best.
const LIKE_RATE: f64 = 0.35;

/// Utility of not having spent the earlier lessons in vain, for somebody who takes a course.
const COMMITMENT: f64 = 4.0;

/// Decides for one avatar.
#[must_use]
pub fn decide(id: AvatarId, view: &View<'_>) -> Decision {
    let a = view.avatars.get(id);
    match a.activity {
        Activity::Asleep | Activity::Traveling => return Decision::Busy,
        Activity::Waiting => {
            let found = view.slates.binary_search_by_key(&id, |s| s.avatar).ok();
            return match (view.walk_ins.of(id), found) {
                (Some(walk), found) => follow::look_at_slate(id, a, walk, found, view),
                (None, Some(i)) => {
                    let offered = Offered::Now(i as u32);
                    let told = (!is_own(id, view)).then_some(PASSES);
                    Decision::Answer(answer(id, a, offered, &view.slates[i], view, told))
                }
                (None, None) => Decision::Browse,
            };
        }
        _ if a.busy_until > view.now => return Decision::Busy,
        _ => {}
    }
    let mut rng = RngStream::new(view.seed, Purpose::Activity, u64::from(id.0), view.now.0);
    if let Some(walk) = view.walk_ins.of(id) {
        return follow::go_on(id, a, walk, view, &mut rng);
    }
    let is_over = view.now >= a.session_ends;
    if !is_own(id, view) {
        // Nothing but the time counts, so that nothing is looked at for long.
        return if is_over {
            Decision::Leave
        } else {
            pursue(id, a, Intent::Feed, view, &mut rng)
        };
    }
    let bails = rng.chance(session::bail_chance(a, &view.rules.sessions));
    let waits_for_bonus = view.now < a.stays_until;
    if (is_over || bails) && !waits_for_bonus {
        return Decision::Leave;
    }
    if waits_for_bonus && a.is_farmer {
        return Decision::Browse;
    }
    next(id, a, view, &mut rng)
}

/// Says whether what an avatar decides is its own choice.
fn is_own(id: AvatarId, view: &View<'_>) -> bool {
    makes_own_choices(id, view.walk_ins, view.referrals)
}

/// Decides what an avatar that stays does next.
pub(in crate::society) fn next(
    id: AvatarId,
    a: &Avatar,
    view: &View<'_>,
    rng: &mut RngStream,
) -> Decision {
    let intent = match a.pending {
        Some(intent) => intent,
        None => session::next_intent(a, &view.rules.sessions, rng),
    };
    pursue(id, a, intent, view, rng)
}

/// The kind of space an intent needs.
pub(in crate::society) fn needed(intent: Intent) -> Option<SpaceKind> {
    match intent {
        Intent::Play => Some(SpaceKind::GameRoom),
        Intent::Study => Some(SpaceKind::Classroom),
        Intent::Assets | Intent::GameItems => Some(SpaceKind::MarketHall),
        Intent::Land => Some(SpaceKind::Estate),
        Intent::Feed
        | Intent::Talk
        | Intent::MeetPeople
        | Intent::FindCommunity
        | Intent::Travel
        | Intent::Create => None,
    }
}

fn pursue(
    id: AvatarId,
    a: &Avatar,
    intent: Intent,
    view: &View<'_>,
    rng: &mut RngStream,
) -> Decision {
    let is_home = a.space.idx() >= view.spaces.table.len();
    let here = (!is_home).then(|| view.spaces.get(a.space).kind);
    if let Some(kind) = needed(intent)
        && here != Some(kind)
    {
        return match destination::find(id, a, Some(kind), view, rng) {
            Some(to) => Decision::Go(to, Some(intent)),
            None => Decision::Browse,
        };
    }
    if is_home {
        // A session begins at home: the first thing is to go out.
        return match destination::find(id, a, None, view, rng) {
            Some(to) => Decision::Go(to, Some(intent)),
            None => Decision::Browse,
        };
    }
    match intent {
        Intent::Feed => Decision::Ask(Surface::Feed, intent),
        Intent::Play => Decision::Ask(Surface::Games, intent),
        Intent::Talk => talk(id, a, view, rng),
        Intent::MeetPeople => Decision::Ask(Surface::People, intent),
        Intent::FindCommunity => Decision::Ask(Surface::Communities, intent),
        Intent::Study if a.course != u32::MAX => lesson(id, a, view),
        Intent::Study => Decision::Ask(Surface::Courses, intent),
        Intent::Assets => Decision::Ask(Surface::Assets, intent),
        Intent::GameItems => Decision::Ask(Surface::GameItems, intent),
        Intent::Land => Decision::Ask(Surface::Parcels, intent),
        Intent::Create => Decision::Publish,
        Intent::Travel => {
            if rng.chance(0.35) {
                Decision::Ask(Surface::Spaces, intent)
            } else {
                destination::find(id, a, None, view, rng)
                    .filter(|to| *to != a.space)
                    .map_or(Decision::Browse, |to| Decision::Go(to, None))
            }
        }
    }
}

/// Talks with somebody who is here, or looks at posts where nobody is.
pub(in crate::society) fn talk(
    id: AvatarId,
    a: &Avatar,
    view: &View<'_>,
    rng: &mut RngStream,
) -> Decision {
    let crowd = view.presence.in_space(a.space);
    if crowd.len() < 2 {
        return Decision::Ask(Surface::Feed, Intent::Feed);
    }
    // A few faces are noticed; friends first, then who is alike.
    let mut best: Option<(f64, AvatarId)> = None;
    for _ in 0..4 {
        let other = crowd[rng.below(crowd.len())];
        if other == id {
            continue;
        }
        let them = view.avatars.get(other);
        let mut u = f64::from(math::dot(&a.interests, &them.interests));
        if view.graph.tied(id, other) {
            u += 1.0;
        }
        if best.is_none_or(|(b, _)| u > b) {
            best = Some((u, other));
        }
    }
    let Some((score, with)) = best else {
        return Decision::Ask(Surface::Feed, Intent::Feed);
    };
    let secs = (60.0 * rng.log_normal(0.6 + 0.4 * score, 0.6)).clamp(20.0, 3_600.0) as u32;
    let tie = if score < 1.0 {
        let likeness = score.max(0.0);
        rng.chance(view.rules.ties.request_rate * likeness)
            .then(|| rng.chance(acceptance(id, with, likeness, view)))
    } else {
        None
    };
    Decision::Talk { with, secs, tie }
}

/// Chance that `other` accepts to be tied.
fn acceptance(id: AvatarId, other: AvatarId, likeness: f64, view: &View<'_>) -> f64 {
    let ties = &view.rules.ties;
    let full = view.graph.of(other).len() as u32 >= ties.max_ties;
    if full {
        return 0.0;
    }
    let common = f64::from(view.graph.common(id, other));
    (ties.acceptance * (likeness + 0.25 * math::ln(1.0 + common))).clamp(0.0, 1.0)
}

/// Takes the next lesson of its course, or gives the course up.
pub(in crate::society) fn lesson(id: AvatarId, a: &Avatar, view: &View<'_>) -> Decision {
    let mut rng = RngStream::new(view.seed, Purpose::Study, u64::from(id.0), view.now.0);
    let card = view.catalogue.card(ItemId(a.course));
    let truth = view.truths.get(ItemId(a.course));
    let u = utility::of_item(
        a,
        card,
        truth,
        Coins::ZERO,
        view.now,
        &view.rules.choice,
        &view.rules.content,
    );
    // Keeping at it is a choice against the outside option, every lesson anew.
    let stays = math::sigmoid(u - view.rules.choice.outside_option + COMMITMENT);
    let secs = (60.0 * rng.log_normal(math::ln(6.0), 0.4)).clamp(60.0, 3_600.0) as u32;
    Decision::Lesson {
        secs,
        is_right: rng.chance(mastery::right_chance(f64::from(a.mastery))),
        gives_up: !rng.chance(stays),
    }
}

/// Returns the true utility of a slot of a slate.
#[must_use]
pub fn slot_utility(id: AvatarId, a: &Avatar, thing: Thing, price: Coins, view: &View<'_>) -> f64 {
    let choice = &view.rules.choice;
    match thing.kind {
        ThingKind::Item => {
            let item = ItemId(thing.id);
            let (card, truth) = (view.catalogue.card(item), view.truths.get(item));
            utility::of_item(a, card, truth, price, view.now, choice, &view.rules.content)
        }
        ThingKind::Avatar => {
            let other = AvatarId(thing.id);
            let common = view.graph.common(id, other);
            utility::of_person(a, view.avatars.get(other), common, choice)
        }
        ThingKind::Community => {
            let c = view.communities.get(CommunityId(thing.id));
            utility::of_topics(a, &c.topics, 0, choice)
        }
        ThingKind::Space => {
            let s = view.spaces.get(SpaceId(thing.id));
            let far = destination::distance(a, s.parcel, view) / 64.0;
            let crowd = (s.present.min(40) / 10).min(4);
            utility::of_topics(a, &s.topics, crowd, choice) - far
        }
        ThingKind::Parcel => {
            utility::of_parcel(a, view.field.at(ParcelId(thing.id)), price, choice)
        }
        ThingKind::None | ThingKind::Campaign => f64::NEG_INFINITY,
    }
}

/// Looks at a slate; what is not told is drawn from what the avatar likes.
pub(in crate::society) fn answer(
    id: AvatarId,
    a: &Avatar,
    offered: Offered,
    slate: &Slate,
    view: &View<'_>,
    told: Option<Told>,
) -> Answer {
    let choice = &view.rules.choice;
    let n = slate.slots.len().min(MAX_SLATE);
    let mut utilities = [0.0f64; MAX_SLATE];
    let n_ads = slate.ads_below.len() + usize::from(slate.ad.is_some());
    let clutter = if n_ads > 0 {
        n_ads as f64 * choice.clutter_weight / f64::from(a.ad_tolerance).max(0.05)
    } else {
        0.0
    };
    for (u, slot) in utilities.iter_mut().zip(&slate.slots) {
        *u = slot_utility(id, a, slot.thing, slot.price, view) - clutter;
    }
    let key = u64::from(id.0);
    let chosen = if let Some(told) = told {
        told.chosen
    } else {
        let mut rng = RngStream::new(view.seed, Purpose::Choice, key, view.now.0);
        choose(
            &utilities[..n],
            choice.outside_option,
            choice.position_exponent,
            &mut rng,
        )
    };
    let ads = match told {
        None => {
            let seen = view.seen_creatives;
            ads::react_to_all(id, a, slate, view.seed, view.now, seen, choice)
        }
        Some(told) => {
            // Whoever is told may click the first; the others are only seen.
            let mut seen = AdReactions::default();
            let n_ads = slate.ads_below.len() + usize::from(slate.ad.is_some());
            seen.iter_mut()
                .take(n_ads)
                .for_each(|r| *r = AdReaction::Seen);
            if told.clicks_ad && slate.ad.is_some() {
                seen[0] = AdReaction::Clicked;
            }
            seen
        }
    };
    let mut out = Answer {
        slate: offered,
        chosen: chosen.map(|k| k as u8),
        utility: chosen.map_or(choice.outside_option - 0.8, |k| utilities[k]) as f32,
        secs: 12,
        feedback: Feedback::default(),
        success: false,
        ads,
    };
    let Some(k) = chosen else { return out };
    let gain = utilities[k] - choice.outside_option;
    let thing = slate.slots[k].thing;
    match thing.kind {
        ThingKind::Item => {
            let kind = view.catalogue.card(ItemId(thing.id)).kind;
            consume(id, a, ItemId(thing.id), kind, gain, &mut out, view);
        }
        ThingKind::Avatar => {
            let likeness = f64::from(math::dot(
                &a.interests,
                &view.avatars.get(AvatarId(thing.id)).interests,
            ));
            let mut r = RngStream::new(view.seed, Purpose::Ties, key, view.now.0);
            out.success = r.chance(acceptance(
                id,
                AvatarId(thing.id),
                likeness.max(0.0) + 0.2,
                view,
            ));
            out.secs = 25;
        }
        ThingKind::Community | ThingKind::Space => {
            out.success = true;
            out.secs = 20;
        }
        ThingKind::Parcel => {
            out.success = true;
            out.secs = 60;
        }
        ThingKind::None | ThingKind::Campaign => {}
    }
    out
}

fn consume(
    id: AvatarId,
    a: &Avatar,
    item: ItemId,
    kind: ItemKind,
    gain: f64,
    out: &mut Answer,
    view: &View<'_>,
) {
    let key = u64::from(id.0);
    let mut dwell = RngStream::new(view.seed, Purpose::Dwell, key, view.now.0);
    // Log-normal around the match: what is liked more is looked at longer.
    let mu = math::ln(utility::median_minutes(kind)) + 0.25 * gain.clamp(-3.0, 3.0);
    out.secs = (60.0 * dwell.log_normal(mu, 0.55)).clamp(5.0, 7_200.0) as u32;
    let mut says = RngStream::new(view.seed, Purpose::Feedback, key, view.now.0);
    let warmth = math::sigmoid(gain - 0.5);
    out.feedback.likes = says.chance(LIKE_RATE * warmth);
    out.feedback.hides = says.chance(0.02 * (1.0 - warmth));
    if says.chance(0.05) {
        let stars = 3.2 + 0.8 * gain + 0.7 * says.normal();
        out.feedback.stars = stars.round().clamp(1.0, 5.0) as u8;
    }
    if kind == ItemKind::Game {
        let difficulty = f64::from(view.catalogue.card(item).difficulty);
        let mut play = RngStream::new(view.seed, Purpose::Play, key, view.now.0);
        out.success = play.chance(utility::win_chance(f64::from(a.skill), difficulty));
    }
}
