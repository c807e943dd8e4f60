//! Explains pushes, invitations and rewards, and what was withheld.

use bevy::ecs::prelude::World;

use super::data::{Explanation, Line, short};
use super::names::Names;
use super::slate;
use crate::events::bus::RewardKind;
use crate::platform::trace::book::Traces;
use crate::platform::trace::reach::{InvitationTrace, PushTrace, RewardTrace, Rule};
use crate::sim::ids::AvatarId;

/// Returns what a reward is for.
pub(super) const fn reward_name(kind: RewardKind) -> &'static str {
    match kind {
        RewardKind::Login => "coming back",
        RewardKind::Quest => "quest",
        RewardKind::Drop => "drop",
        RewardKind::Watching => "watching",
        RewardKind::Bonus => "a visit with a bonus",
        RewardKind::Referral => "inviting somebody who stayed",
        RewardKind::Welcome => "joining by invitation, and staying",
    }
}

/// Explains a push.
pub(super) fn push(world: &World, names: &Names<'_>, p: &PushTrace, e: &mut Explanation) {
    e.headline = format!(
        "stayed away long enough, and {} is the best there is for the avatar: predicted attraction {}",
        names.item(p.item),
        short(p.attraction)
    );
    let line = Line::number(
        "score",
        f64::from(p.score),
        "of the item, by the ranking model",
    );
    e.context.push(line);
    e.context.push(Line::number("attraction", p.attraction, "predicted probability that it is taken if looked at; there is no threshold, the wait decides"));
    if let Some(s) = &p.slate {
        slate::ranking(world, s, e);
        slate::consent(s, e);
        slate::slots(names, s, e);
    }
    let (from, to) = p.awake_hours;
    let local = f64::from(p.local_hour);
    e.rules
        .push(Line::text("allowed", "yes", "the avatar allows pushes"));
    e.rules.push(Line::number(
        "hour of its day",
        local,
        "never in its quiet hours",
    ));
    e.rules.push(Line::text(
        "not quiet",
        format!("{from} to {to} h"),
        "hours in which it may be pushed",
    ));
    e.rules.push(Line::number(
        "in vain before",
        f64::from(p.in_vain),
        "pushes since its last session",
    ));
    e.rules.push(Line::number(
        "limit",
        f64::from(p.limit),
        "pushes in a row after which it is left alone",
    ));
    let next = p
        .next_days
        .map_or_else(|| "none".to_owned(), |d| format!("in {} days", short(d)));
    e.rules.push(Line::text(
        "next, if in vain",
        next,
        "the wait grows with every push that was not opened",
    ));
}

/// Explains an invitation.
pub(super) fn invitation(names: &Names<'_>, i: &InvitationTrace, e: &mut Explanation) {
    match i {
        InvitationTrace::Friend {
            from,
            space,
            strength,
            looked_at: (looked, barred),
            gap_days,
        } => {
            e.headline = format!(
                "{} has come to {}, and of a few friends looked at this tie is the strongest",
                Names::avatar(*from),
                names.space(*space)
            );
            e.context.push(Line::number(
                "strength of the tie",
                f64::from(*strength),
                "how close the two are; ties are public",
            ));
            e.context.push(Line::number(
                "friends looked at",
                f64::from(*looked),
                "drawn from all friends of who came",
            ));
            e.rules.push(Line::number(
                "of those not reachable",
                f64::from(*barred),
                "in the city already, no pushes allowed, or invited lately",
            ));
            e.rules.push(Line::number(
                "days between invitations",
                *gap_days,
                "to the same avatar, at least",
            ));
            e.not_used
                .push("observed behaviour: invitations follow ties alone".to_owned());
        }
        InvitationTrace::Live {
            space,
            interest,
            price,
            seats: (taken, all),
            n_others,
        } => {
            e.headline = format!(
                "a live event in {}: match {} less price {} is the best of {} venues",
                names.space(*space),
                short(*interest),
                short(*price),
                n_others + 1
            );
            e.context.push(Line::number(
                "match",
                *interest,
                "observed interests times what the space is about; 0 without consent",
            ));
            e.context.push(Line::number(
                "price of a seat",
                *price,
                "grows as seats fill",
            ));
            e.rules.push(Line::number(
                "seats expected to be taken",
                *taken,
                "a quarter of a seat for each invitation",
            ));
            e.rules.push(Line::number(
                "seats",
                *all,
                "invitations stop when all are taken",
            ));
            if *interest == 0.0 {
                e.not_used.push("interests: nothing was observed of the avatar that fits, or it does not consent".to_owned());
            }
        }
    }
}

/// Explains a reward.
pub(super) fn reward(r: &RewardTrace, e: &mut Explanation) {
    let coins = r.amount.as_f64();
    e.headline = format!("{} coins for: {}", short(coins), reward_name(r.kind));
    e.context.push(Line::number(
        "coins",
        coins,
        "before the central bank's factor",
    ));
    e.context
        .push(Line::number("rule", r.base, "coins before any bonus"));
    if r.streak > 0 {
        e.context.push(Line::number(
            "days in a row",
            f64::from(r.streak),
            "each after the first adds to the reward, up to a week",
        ));
    }
    if r.kind == RewardKind::Bonus {
        e.rules.push(Line::number(
            "chance",
            r.chance,
            "with which it was offered, once it was chosen or drawn; the visit then lasted for long enough",
        ));
        return;
    }
    if matches!(r.kind, RewardKind::Referral | RewardKind::Welcome) {
        e.rules.push(Line::text(
            "due",
            "later",
            "paid once who was invited has come on as many days and for as many minutes as are asked for",
        ));
        return;
    }
    if r.chance < 1.0 {
        e.rules.push(Line::number(
            "chance",
            r.chance,
            "drawn by lot for every game that was won",
        ));
    } else {
        e.rules.push(Line::text(
            "due",
            "always",
            "whoever fulfils the rule gets it",
        ));
    }
    e.not_used
        .push("any prediction: rewards follow fixed rules".to_owned());
}

const fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::PushNotAllowed => "push withheld: not allowed",
        Rule::NothingToTell => "push withheld: nothing to tell",
        Rule::PushLimit => "no more pushes: too many in vain",
        Rule::InvitationGap => "invitation withheld: invited lately",
        Rule::NotReachable => "invitation withheld: in the city already, or pushes not allowed",
        Rule::BudgetSpent => "push withheld: its budget of pushes is spent",
        Rule::HeldOut => "push withheld by lot, to compare others with it",
        Rule::SeatsTaken => "live event withheld: all seats are taken",
    }
}

/// Lists what an avatar was not offered and by which rule, most recent first; these have no number.
#[must_use]
pub fn withheld(world: &World, avatar: AvatarId) -> Vec<(String, String)> {
    let Some(traces) = world.get_resource::<Traces>() else {
        return Vec::new();
    };
    let all = traces.withheld_from(avatar);
    all.map(|w| (w.tick.to_string(), rule(w.rule).to_owned()))
        .collect()
}
