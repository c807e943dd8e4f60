//! From a choice made for an avatar to a decision of the avatar: what [`decide`](crate::society::avatars::decide) asks where an
//! avatar is taken over.

use super::choice::{Choice, intent_on};
use super::state::{Refusal, WalkIn};
use crate::events::behavior::Surface;
use crate::events::offer::MAX_SLATE;
use crate::sim::ids::AvatarId;
use crate::sim::rng::RngStream;
use crate::society::avatars::avatar::Avatar;
use crate::society::avatars::decide::{
    Decision, Offered, Told, View, answer, lesson, needed, next, talk,
};
use crate::society::spaces::destination;
use crate::society::spaces::space::SpaceKind;

/// No course.
const NONE: u32 = u32::MAX;

/// Decides for an avatar before a slate: `fresh` is where that stands among those served in this tick, if it was.
pub(in crate::society) fn look_at_slate(
    id: AvatarId,
    a: &Avatar,
    walk: &WalkIn,
    fresh: Option<usize>,
    view: &View<'_>,
) -> Decision {
    let (offered, slate) = match (fresh, &walk.open) {
        (Some(i), _) => (Offered::Now(i as u32), &view.slates[i]),
        (None, Some(kept)) => (Offered::Kept, kept),
        (None, None) => return Decision::Browse,
    };
    let told = |chosen, clicks_ad| {
        let told = Told { chosen, clicks_ad };
        Decision::Answer(answer(id, a, offered, slate, view, Some(told)))
    };
    match walk.choice {
        Some(Choice::Pick { slot }) if usize::from(slot) < slate.slots.len().min(MAX_SLATE) => {
            told(Some(usize::from(slot)), false)
        }
        Some(Choice::Pick { .. }) => Decision::Refuse(Refusal::NoSuchSlot),
        Some(Choice::PassBy) => told(None, false),
        Some(Choice::ClickAd) if slate.ad.is_some() => told(None, true),
        Some(Choice::ClickAd) => Decision::Refuse(Refusal::NoAd),
        Some(Choice::Leave) => Decision::Leave,
        Some(
            Choice::Wake
            | Choice::Look { .. }
            | Choice::Go { .. }
            | Choice::Talk
            | Choice::Play
            | Choice::Study,
        ) => Decision::Refuse(Refusal::SlateIsOpen),
        None if walk.is_out_of_patience(view.now) => {
            Decision::Answer(answer(id, a, offered, slate, view, None))
        }
        None => Decision::Wait,
    }
}

/// Decides for an avatar that is free.
pub(in crate::society) fn go_on(
    id: AvatarId,
    a: &Avatar,
    walk: &WalkIn,
    view: &View<'_>,
    rng: &mut RngStream,
) -> Decision {
    let is_home = a.space.idx() >= view.spaces.table.len();
    match walk.choice {
        None if !walk.is_out_of_patience(view.now) => Decision::Wait,
        None if view.now >= a.session_ends => Decision::Leave,
        None => next(id, a, view, rng),
        Some(Choice::Leave) => Decision::Leave,
        Some(Choice::Look { surface }) => look(id, a, surface, view, rng),
        Some(Choice::Play) => look(id, a, Surface::Games, view, rng),
        Some(Choice::Study) if a.course != NONE => {
            reach(id, a, Some(SpaceKind::Classroom), view, rng)
                .unwrap_or_else(|| lesson(id, a, view))
        }
        Some(Choice::Study) => look(id, a, Surface::Courses, view, rng),
        Some(Choice::Talk) if is_home => {
            reach(id, a, None, view, rng).unwrap_or(Decision::Refuse(Refusal::NoPlace))
        }
        Some(Choice::Talk) => match talk(id, a, view, rng) {
            talk @ Decision::Talk { .. } => talk,
            _ => Decision::Refuse(Refusal::NobodyHere),
        },
        Some(Choice::Go { space }) => {
            let s = view.spaces.get(space);
            if !s.is_open(view.now.hour()) {
                Decision::Refuse(Refusal::Closed)
            } else if s.has_room() {
                Decision::Go(space, None)
            } else {
                Decision::Refuse(Refusal::Full)
            }
        }
        Some(Choice::Pick { .. } | Choice::PassBy | Choice::ClickAd | Choice::Wake) => {
            Decision::Refuse(Refusal::NoSlate)
        }
    }
}

/// Opens a surface, or goes where it is.
fn look(
    id: AvatarId,
    a: &Avatar,
    surface: Surface,
    view: &View<'_>,
    rng: &mut RngStream,
) -> Decision {
    let Some(intent) = intent_on(surface) else {
        return Decision::Refuse(Refusal::NoPlace);
    };
    reach(id, a, needed(intent), view, rng).unwrap_or(Decision::Ask(surface, intent))
}

/// Goes to a space of a kind, or to any from home; `None` if the avatar is where it must be.
fn reach(
    id: AvatarId,
    a: &Avatar,
    kind: Option<SpaceKind>,
    view: &View<'_>,
    rng: &mut RngStream,
) -> Option<Decision> {
    let is_home = a.space.idx() >= view.spaces.table.len();
    let is_there = !is_home && kind.is_none_or(|k| view.spaces.get(a.space).kind == k);
    if is_there {
        return None;
    }
    let to = destination::find(id, a, kind, view, rng);
    Some(to.map_or(Decision::Refuse(Refusal::NoPlace), |to| {
        Decision::Go(to, None)
    }))
}
