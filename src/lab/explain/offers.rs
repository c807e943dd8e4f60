//! Finding and explaining offers.

use bevy::ecs::prelude::World;

use super::data::{Explanation, OfferLine};
use super::names::{self, Names};
use super::{ad, reach, slate};
use crate::events::behavior::{Thing, ThingKind};
use crate::platform::trace::book::{Trace, Traces, Why};
use crate::platform::trace::reach::InvitationTrace;
use crate::sim::ids::{AvatarId, OfferId};

/// Explains an offer; `None` if it is not remembered, or traces are off.
#[must_use]
pub fn explain(world: &World, offer: OfferId) -> Option<Explanation> {
    let trace = world.get_resource::<Traces>()?.get(offer)?;
    let names = Names::of_world(world);
    let mut e = Explanation {
        offer: trace.offer.0,
        avatar: trace.avatar.0,
        tick: trace.tick.0,
        when: trace.tick.to_string(),
        kind: kind(trace),
        headline: String::new(),
        context: Vec::new(),
        slots: Vec::new(),
        passed_over: Vec::new(),
        auction: None,
        rules: Vec::new(),
        not_used: Vec::new(),
    };
    match &trace.why {
        Why::Slate(s) => slate::explain(world, &names, s, &mut e),
        Why::Ad(a) => ad::explain(&names, a, &mut e),
        Why::Push(p) => reach::push(world, &names, p, &mut e),
        Why::Invitation(i) => reach::invitation(&names, i, &mut e),
        Why::Reward(r) => reach::reward(r, &mut e),
    }
    Some(e)
}

/// Lists the remembered offers to an avatar, most recent first.
#[must_use]
pub fn recent_offers(world: &World, avatar: AvatarId) -> Vec<OfferLine> {
    let Some(traces) = world.get_resource::<Traces>() else {
        return Vec::new();
    };
    let names = Names::of_world(world);
    let line = |t: &Trace| OfferLine {
        offer: t.offer.0,
        tick: t.tick.0,
        when: t.tick.to_string(),
        kind: kind(t),
        title: title(t, &names),
    };
    traces.of(avatar).map(line).collect()
}

/// The kind of an offer, in words.
fn kind(trace: &Trace) -> String {
    match &trace.why {
        Why::Slate(s) => format!("slate: {}", names::surface(s.surface)),
        Why::Ad(a) if a.sign.is_some() => "sign".to_owned(),
        Why::Ad(a) if a.slate.is_none() => "billboard".to_owned(),
        Why::Ad(a) => format!("ad: {}", names::surface(a.surface)),
        Why::Push(_) => "push".to_owned(),
        Why::Invitation(InvitationTrace::Friend { .. }) => "invitation".to_owned(),
        Why::Invitation(InvitationTrace::Live { .. }) => "live event".to_owned(),
        Why::Reward(r) => format!("reward: {}", reach::reward_name(r.kind)),
    }
}

/// What an offer is about, in a few words.
fn title(trace: &Trace, names: &Names<'_>) -> String {
    match &trace.why {
        Why::Slate(s) => match s.slots.first() {
            Some(first) if s.slots.len() > 1 => {
                format!(
                    "{} and {} more",
                    names.thing(first.thing),
                    s.slots.len() - 1
                )
            }
            Some(first) => names.thing(first.thing),
            None => "nothing to show".to_owned(),
        },
        Why::Ad(a) => a
            .auction
            .sold
            .map_or_else(String::new, |s| names.campaign(s.campaign)),
        Why::Push(p) => names.thing(Thing::new(ThingKind::Item, p.item.0)),
        Why::Invitation(InvitationTrace::Friend { from, space, .. }) => {
            format!("{} is at {}", Names::avatar(*from), names.space(*space))
        }
        Why::Invitation(InvitationTrace::Live { space, .. }) => names.space(*space),
        Why::Reward(r) => format!("{:.2} coins", r.amount.as_f64()),
    }
}
