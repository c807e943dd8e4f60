//! Reacting to what reaches an avatar outside a slate: pushes, invitations, rewards.

use bevy::ecs::prelude::*;

use super::agency::makes_own_choices;
use super::avatar::{Activity, Avatar, Avatars};
use super::config::{ChoiceConfig, ReactionsConfig};
use super::diurnal::DiurnalCurve;
use super::persuasion::{Persuasion, comes_anyway};
use super::profile::Profiles;
use super::satisfaction::{annoy, experience};
use super::utility;
use crate::events::behavior::{Event, EventKind, NO_POSITION, Surface, ThingKind};
use crate::events::bus::{EventBus, OfferBus, Wish, WishBus, WishKind};
use crate::sim::calendar::Calendar;
use crate::sim::ids::AvatarId;
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::units::{Coins, Tick};
use crate::society::config::SocietyRules;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::truth::ItemTruths;
use crate::society::referrals::joiners::Referrals;
use crate::society::spaces::space::Spaces;
use crate::society::ties::graph::SocialGraph;
use crate::society::walk_in::state::WalkIns;

/// Share of earlier reluctance left after each unwanted message in a row.
const WEAR: f64 = 0.8;

/// How much less somebody who has left for good listens.
pub(super) const DEAF: f64 = 0.15;

/// What reaches an avatar.
#[derive(Debug, Clone, Copy)]
enum Message {
    /// A push.
    Push,
    /// An invitation.
    Invitation,
}

/// The luck of a message is that of who gets it, not of how many offers were made before: two arms share it.
fn luck(seed: u64, id: AvatarId, message: Message, now: Tick) -> RngStream {
    let key = u64::from(id.0) << 1 | message as u64;
    RngStream::new(seed, Purpose::Heed, key, now.0)
}

/// Draws whether an avatar follows an offer of this utility.
fn heeds(a: &Avatar, base: f64, utility: f64, choice: &ChoiceConfig, rng: &mut RngStream) -> bool {
    let pull = math::sigmoid(utility - choice.outside_option);
    let tired = math::pow(WEAR, f64::from(a.unwanted.min(20)));
    let gone = if a.has_left { DEAF } else { 1.0 };
    rng.chance((base * (0.3 + 1.4 * pull) * tired * gone).clamp(0.0, 1.0))
}

/// How much an avatar heeds pushes at this hour of its day, as a factor with mean 1 over hours and avatars.
fn receptivity(seed: u64, id: AvatarId, a: &Avatar, now: Tick, react: &ReactionsConfig) -> f64 {
    let mut factor = 1.0;
    if react.push_hour_amplitude > 0.0 {
        let curve = DiurnalCurve::new(react.push_hour_amplitude);
        factor *= curve.at(a.local_hour(now) + 24 - u32::from(a.peak_hour));
    }
    let sigma = react.push_openness_sigma;
    if sigma > 0.0 {
        let mut own = RngStream::new(seed, Purpose::Openness, u64::from(id.0), 0);
        factor *= own.log_normal(-0.5 * sigma * sigma, sigma);
    }
    factor
}

/// Reacts to the pushes of this tick.
pub fn answer_pushes(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<SocietyRules>,
    offers: Res<OfferBus>,
    catalogue: Res<Catalogue>,
    truths: Res<ItemTruths>,
    mut profiles: ResMut<Profiles>,
    mut avatars: ResMut<Avatars>,
    mut calendar: ResMut<Calendar>,
    mut events: ResMut<EventBus>,
    mut truth: ResMut<Persuasion>,
) {
    let react = &rules.0.reactions;
    for push in &offers.pushes {
        let id = push.avatar;
        let a = avatars.get(id);
        if a.is_awake() || !a.push_allowed {
            continue;
        }
        let u = utility::of_item(
            a,
            catalogue.card(push.item),
            truths.get(push.item),
            Coins::ZERO,
            clock.now,
            &rules.0.choice,
            &rules.0.content,
        );
        let mut rng = luck(seed.0, id, Message::Push, clock.now);
        let base = react.push_open_rate * receptivity(seed.0, id, a, clock.now, react);
        let opens = heeds(a, base, u, &rules.0.choice, &mut rng);
        let event = |kind| {
            Event::new(clock.now, id, kind)
                .thing(ThingKind::Item, push.item.0)
                .answering(Surface::None, NO_POSITION, push.offer)
        };
        let a = avatars.get_mut(id);
        if opens {
            a.unwanted = 0;
            a.woken_by = 1;
            a.woken_offer = push.offer;
            events.push(event(EventKind::PushOpen));
            if comes_anyway(calendar.next(id.0), clock.now) {
                truth.pushes_anyway += 1;
            } else {
                truth.pushes_moved += 1;
            }
            calendar.schedule(id.0, clock.now.after(1));
            continue;
        }
        a.unwanted = a.unwanted.saturating_add(1);
        annoy(a, react.push_annoyance);
        if rng.chance(react.opt_out_hazard * f64::from(a.unwanted)) {
            a.push_allowed = false;
            profiles.table.row_mut(id.idx()).push_allowed = false;
            events.push(event(EventKind::PushOptOut));
        }
    }
}

/// Reacts to the invitations of this tick: friends bring the absent back, live events move the present.
pub fn answer_invitations(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<SocietyRules>,
    offers: Res<OfferBus>,
    graph: Res<SocialGraph>,
    walk_ins: Res<WalkIns>,
    referrals: Option<Res<Referrals>>,
    mut spaces: ResMut<Spaces>,
    mut avatars: ResMut<Avatars>,
    mut calendar: ResMut<Calendar>,
    mut events: ResMut<EventBus>,
) {
    let (react, choice) = (&rules.0.reactions, &rules.0.choice);
    for invitation in &offers.invitations {
        let id = invitation.avatar;
        // Nobody but who took it over moves an avatar, and nobody but its owner a second account.
        if !makes_own_choices(id, &walk_ins, referrals.as_deref()) {
            continue;
        }
        let a = avatars.get(id);
        let mut rng = luck(seed.0, id, Message::Invitation, clock.now);
        let topics = &spaces.get(invitation.space).topics;
        let friends = u32::from(invitation.from.is_some());
        let u = utility::of_topics(a, topics, friends, choice);
        let event = |kind| {
            Event::new(clock.now, id, kind)
                .thing(ThingKind::Space, invitation.space.0)
                .at(invitation.space)
                .answering(Surface::None, NO_POSITION, invitation.offer)
        };
        if let Some(from) = invitation.from {
            if a.is_awake() || !graph.tied(id, from) {
                continue;
            }
            let comes = heeds(a, react.invitation_rate, u, choice, &mut rng);
            let a = avatars.get_mut(id);
            if comes {
                a.unwanted = 0;
                a.woken_by = 2;
                a.woken_offer = invitation.offer;
                events.push(event(EventKind::InviteAccept));
                calendar.schedule(id.0, clock.now.after(2));
            } else {
                a.unwanted = a.unwanted.saturating_add(1);
                annoy(a, 0.5 * react.push_annoyance);
            }
            continue;
        }
        let can_go = a.is_awake()
            && a.activity != Activity::Traveling
            && a.space != invitation.space
            && spaces.get(invitation.space).has_room();
        if !can_go || !heeds(a, react.live_event_rate, u, choice, &mut rng) {
            continue;
        }
        let here = a.space;
        if here.idx() < spaces.table.len() {
            spaces.leave(here);
        }
        spaces.enter(invitation.space);
        let a = avatars.get_mut(id);
        a.space = invitation.space;
        a.left_home = true;
        a.activity = Activity::Consuming;
        a.busy_until = clock.now.after(10);
        a.pending = None;
        experience(a, choice.outside_option + react.live_event_joy, choice);
        events.push(event(EventKind::LiveAttend).lasting(600));
    }
}

/// Takes the rewards of this tick.
pub fn claim_rewards(
    rules: Res<SocietyRules>,
    offers: Res<OfferBus>,
    mut avatars: ResMut<Avatars>,
    mut wishes: ResMut<WishBus>,
    mut referrals: Option<ResMut<Referrals>>,
) {
    for reward in &offers.rewards {
        let id: AvatarId = reward.avatar;
        let a = avatars.get_mut(id);
        // A bonus is credited even if the visit is just over; everything else is taken or lost.
        if !a.is_awake() && !reward.kind.is_credited() {
            continue;
        }
        let joy = rules.0.reactions.reward_joy
            * math::ln(1.0 + reward.amount.as_f64())
            * f64::from(a.price_sensitivity);
        annoy(a, -joy);
        let wish = Wish {
            avatar: id,
            kind: WishKind::Claim(*reward),
            space: a.space,
            surface: Surface::None,
            position: NO_POSITION,
            offer: reward.offer,
        };
        wishes.wishes.push(wish);
        // What the second account of somebody is given goes to its owner.
        if let Some(owner) = referrals.as_mut().and_then(|r| r.credit(id, reward.kind)) {
            let kind = WishKind::Gift(owner, reward.amount);
            wishes.wishes.push(Wish { kind, ..wish });
        }
    }
}
