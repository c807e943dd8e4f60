//! What is in front of an avatar that is taken over: for a window, which shows it and asks for a choice.

use bevy::ecs::prelude::World;

use super::choice::Choice;
use super::rules::check;
use super::state::{Note, WalkIns};
use crate::events::behavior::RECOMMENDED_SURFACES;
use crate::events::offer::Slate;
use crate::sim::ids::AvatarId;
use crate::sim::units::Tick;
use crate::society::avatars::avatar::{Activity, Avatars};

/// What is in front of an avatar between two ticks.
#[derive(Debug, Clone, PartialEq)]
pub struct Front<'a> {
    /// What it is doing.
    pub activity: Activity,
    /// When that ends.
    pub busy_until: Tick,
    /// The slate that is open.
    pub slate: Option<&'a Slate>,
    /// The choice that waits to be followed.
    pub queued: Option<Choice>,
    /// The last choice that came to nothing.
    pub note: Option<Note>,
    /// Since when it has been waiting for a choice.
    pub waiting_since: Option<Tick>,
    /// The choices that are possible now, but for [`Choice::Go`], which there is one of for each space.
    pub possible: Vec<Choice>,
    /// Whether it can go to a space.
    pub can_go: bool,
}

/// Returns what is in front of an avatar; `None` if it is not taken over.
#[must_use]
pub fn open_slate(world: &World, avatar: AvatarId) -> Option<Front<'_>> {
    let walk = world.resource::<WalkIns>().of(avatar)?;
    let a = world.resource::<Avatars>().get(avatar);
    let slate = walk
        .open
        .as_ref()
        .filter(|_| a.activity == Activity::Waiting);
    let slots = slate.map_or(0, |s| s.slots.len());
    let looks = RECOMMENDED_SURFACES.map(|surface| Choice::Look { surface });
    let others = [
        Choice::PassBy,
        Choice::ClickAd,
        Choice::Talk,
        Choice::Play,
        Choice::Study,
        Choice::Wake,
        Choice::Leave,
    ];
    let possible: Vec<Choice> = (0..slots)
        .map(|k| Choice::Pick { slot: k as u8 })
        .chain(looks)
        .chain(others)
        .filter(|choice| check(world, avatar, *choice).is_ok())
        .collect();
    Some(Front {
        activity: a.activity,
        busy_until: a.busy_until,
        slate,
        queued: walk.choice,
        note: walk.note,
        waiting_since: walk.waiting_since,
        // Whatever lets it look at something else lets it go elsewhere.
        can_go: possible.contains(&Choice::Talk),
        possible,
    })
}
