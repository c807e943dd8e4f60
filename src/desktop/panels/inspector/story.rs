//! Events told in words.

use super::names::{Naming, name};
use crate::desktop::panels::kit::numbers::{coins, fixed};
use crate::desktop::view::subject::Subject;
use crate::events::behavior::{Event, EventKind, NO_SPACE};
use crate::sim::units::Coins;

/// Tells how long something took.
#[must_use]
pub(super) fn duration(secs: u32) -> String {
    match secs {
        0..=89 => format!("{secs} s"),
        90..=5_399 => format!("{} min", (secs + 30) / 60),
        _ => format!("{:.1} h", f64::from(secs) / 3_600.0),
    }
}

/// Tells an amount of outside money, short.
#[must_use]
pub(super) fn outside(amount: Coins) -> String {
    format!("{} of outside money", fixed(amount.as_f64(), 4))
}

/// Tells what somebody did, without saying who.
#[must_use]
pub(super) fn tell(naming: &dyn Naming, e: &Event) -> String {
    let it = Subject::of(e.thing).map_or_else(|| "something".to_owned(), |s| name(naming, s));
    let took = duration(e.dwell_secs);
    let paid = coins(e.amount);
    let on = e.surface.word().replace('_', " ");
    let here = if e.space == NO_SPACE {
        "on the way".to_owned()
    } else {
        format!("at {}", name(naming, Subject::Space(e.space)))
    };
    match e.kind {
        EventKind::Arrive => "joined the city".to_owned(),
        EventKind::SessionStart => format!("came to the city, {}", woken_by(e.value as u8)),
        EventKind::SessionEnd => format!("left after {took}"),
        EventKind::Move if e.amount.is_positive() => format!("teleported to {it} for {paid}"),
        EventKind::Move => format!("walked to {it}"),
        EventKind::Consume => format!("looked at {it} for {took}"),
        EventKind::Pass => format!("looked at {on} and chose nothing"),
        EventKind::Like => format!("liked {it}"),
        EventKind::Hide => format!("asked not to see {it} again"),
        EventKind::Report => format!("reported {it}"),
        EventKind::Rate => format!("rated {it} {:.0} of 5", e.value),
        EventKind::Talk => format!("talked with {it} for {took}"),
        EventKind::TieRequest => format!("asked {it} for a tie"),
        EventKind::TieAccept => format!("accepted a tie with {it}"),
        EventKind::TieEnd => format!("ended the tie with {it}"),
        EventKind::CommunityJoin => format!("joined {it}"),
        EventKind::CommunityLeave => format!("left {it}"),
        EventKind::Create if e.value > 0.0 => format!("published {it} with the generator's help"),
        EventKind::Create => format!("published {it}"),
        EventKind::Play if e.value > 0.0 => format!("played {it} for {took} and won"),
        EventKind::Play => format!("played {it} for {took} and lost"),
        EventKind::Achievement => format!("earned an achievement in {it}"),
        EventKind::Study => format!("studied {it} for {took}"),
        EventKind::Quiz if e.value > 0.0 => format!("answered a quiz of {it} right"),
        EventKind::Quiz => format!("answered a quiz of {it} wrong"),
        EventKind::CourseDone => format!("finished {it}"),
        EventKind::Enroll => format!("enrolled in {it}"),
        EventKind::Buy | EventKind::ParcelBuy => format!("bought {it} for {paid}"),
        EventKind::List => format!("put {it} up for sale at {paid}"),
        EventKind::ParcelRent => format!("rented {it} for {paid} a day"),
        EventKind::Build => format!("built on {it} for {paid}"),
        EventKind::PushOpen => format!("opened a push about {it}"),
        EventKind::PushOptOut => "turned pushes off".to_owned(),
        EventKind::PushOptIn => "allowed pushes".to_owned(),
        EventKind::InviteAccept => "accepted an invitation".to_owned(),
        EventKind::LiveAttend => format!("attended a live event {here}"),
        EventKind::AdImpression => format!("was shown the ad of {it}"),
        EventKind::AdClick => format!("clicked the ad of {it}, which paid {}", outside(e.amount)),
        EventKind::AdConvert => format!("did what {it} wanted"),
        EventKind::RewardClaim => format!("was rewarded with {paid}"),
        EventKind::Drop => format!("won a drop worth {paid}"),
        EventKind::QuestDone => format!("finished a quest for {paid}"),
        EventKind::TopUp => format!("bought coins for {}", outside(e.amount)),
        EventKind::Survey => format!("answered a survey with {:.0} of 5", e.value),
        EventKind::Consent => "changed what it consents to".to_owned(),
        EventKind::Browse => format!("looked around {here}"),
        EventKind::Bid => format!("offered {paid} for {it}"),
        EventKind::BidRefuse => format!("refused {paid} for {it}"),
    }
}

/// Tells what woke an avatar.
#[must_use]
pub(super) const fn woken_by(code: u8) -> &'static str {
    match code {
        1 => "because of a push",
        2 => "because a friend invited it",
        3 => "for a live event",
        4 => "for a bonus",
        _ => "out of habit",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        assert_eq!(duration(45), "45 s");
        assert_eq!(duration(120), "2 min");
        assert_eq!(duration(7_200), "2.0 h");
    }
}
