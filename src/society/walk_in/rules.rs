//! Taking over, letting go, choosing: what is possible when, between two ticks.

use bevy::ecs::prelude::World;

use super::choice::{Choice, intent_on};
use super::state::WalkIns;
use crate::sim::calendar::Calendar;
use crate::sim::ids::{AvatarId, SpaceId};
use crate::sim::schedule::SimClock;
use crate::sim::units::Tick;
use crate::society::avatars::avatar::{Activity, Avatars};
use crate::society::spaces::space::Spaces;

/// Why an avatar cannot be taken over, let go, or made to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WalkInError {
    /// There is no such avatar.
    #[error("avatar = {avatar}: allowed is 0 to {last}")]
    NoSuchAvatar {
        /// Who was named.
        avatar: AvatarId,
        /// The last there is.
        last: u32,
    },
    /// It is taken over already.
    #[error("avatar = {0}: is taken over already")]
    Taken(AvatarId),
    /// It is not taken over.
    #[error("avatar = {0}: is not taken over; take it over first")]
    NotTaken(AvatarId),
    /// It sleeps.
    #[error("avatar = {0}: is not in the city; wake it first")]
    Asleep(AvatarId),
    /// It is awake.
    #[error("avatar = {0}: is in the city already")]
    Awake(AvatarId),
    /// It is busy.
    #[error("avatar = {avatar}: is busy until tick {until}", until = until.0)]
    Busy {
        /// Who.
        avatar: AvatarId,
        /// Until when.
        until: Tick,
    },
    /// A slate is open or on its way.
    #[error("avatar = {0}: has a slate open; pick, pass by, click its ad or leave")]
    SlateIsOpen(AvatarId),
    /// No slate is open.
    #[error("avatar = {0}: has no slate open")]
    NoSlate(AvatarId),
    /// The slate has fewer slots.
    #[error("slot = {slot}: the slate of avatar {avatar} has {slots} slots, counted from 0")]
    NoSuchSlot {
        /// Who.
        avatar: AvatarId,
        /// Which slot was named.
        slot: u8,
        /// How many there are.
        slots: usize,
    },
    /// The slate carries no ad.
    #[error("avatar = {0}: the slate carries no ad")]
    NoAd(AvatarId),
    /// Nothing is offered on the surface.
    #[error("surface = \"none\": no slates are offered there")]
    NoSurface,
    /// There is no such space.
    #[error("space = {space}: allowed is 0 to {last}")]
    NoSuchSpace {
        /// Which was named.
        space: SpaceId,
        /// The last there is.
        last: u32,
    },
    /// It is there.
    #[error("space = {0}: the avatar is there already")]
    AlreadyThere(SpaceId),
}

fn exists(world: &World, avatar: AvatarId) -> Result<(), WalkInError> {
    let n = world.resource::<Avatars>().table.len();
    if avatar.idx() < n {
        return Ok(());
    }
    Err(WalkInError::NoSuchAvatar {
        avatar,
        last: n.saturating_sub(1) as u32,
    })
}

/// Takes an avatar over: from the next tick on it does what is chosen for it.
///
/// # Errors
/// [`WalkInError`] if there is no such avatar or it is taken over already.
pub fn take_over(world: &mut World, avatar: AvatarId) -> Result<(), WalkInError> {
    exists(world, avatar)?;
    if world.resource_mut::<WalkIns>().take(avatar) {
        Ok(())
    } else {
        Err(WalkInError::Taken(avatar))
    }
}

/// Lets an avatar go: from the next tick on it decides by itself. A slate it had open is gone.
///
/// # Errors
/// [`WalkInError`] if there is no such avatar or it is not taken over.
pub fn let_go(world: &mut World, avatar: AvatarId) -> Result<(), WalkInError> {
    exists(world, avatar)?;
    if world.resource_mut::<WalkIns>().release(avatar) {
        Ok(())
    } else {
        Err(WalkInError::NotTaken(avatar))
    }
}

/// Says whether a choice is possible now, as far as that can be known before the next tick.
///
/// # Errors
/// [`WalkInError`] saying why not.
pub fn check(world: &World, avatar: AvatarId, choice: Choice) -> Result<(), WalkInError> {
    exists(world, avatar)?;
    let walk = world
        .resource::<WalkIns>()
        .of(avatar)
        .ok_or(WalkInError::NotTaken(avatar))?;
    let a = world.resource::<Avatars>().get(avatar);
    match (choice, a.is_awake()) {
        (Choice::Wake, true) => return Err(WalkInError::Awake(avatar)),
        (Choice::Wake, false) | (Choice::Leave, true) => return Ok(()),
        (_, false) => return Err(WalkInError::Asleep(avatar)),
        (_, true) => {}
    }
    let looks = a.activity == Activity::Waiting;
    if choice.is_answer() {
        let slate = walk.open.as_ref().filter(|_| looks);
        let slate = slate.ok_or(WalkInError::NoSlate(avatar))?;
        return match choice {
            Choice::Pick { slot } if usize::from(slot) >= slate.slots.len() => {
                Err(WalkInError::NoSuchSlot {
                    avatar,
                    slot,
                    slots: slate.slots.len(),
                })
            }
            Choice::ClickAd if slate.ad.is_none() => Err(WalkInError::NoAd(avatar)),
            _ => Ok(()),
        };
    }
    if looks {
        return Err(WalkInError::SlateIsOpen(avatar));
    }
    if a.busy_until > world.resource::<SimClock>().now {
        return Err(WalkInError::Busy {
            avatar,
            until: a.busy_until,
        });
    }
    match choice {
        Choice::Look { surface } if intent_on(surface).is_none() => Err(WalkInError::NoSurface),
        Choice::Go { space } => {
            let n = world.resource::<Spaces>().table.len();
            if space.idx() >= n {
                let last = n.saturating_sub(1) as u32;
                Err(WalkInError::NoSuchSpace { space, last })
            } else if space == a.space {
                Err(WalkInError::AlreadyThere(space))
            } else {
                Ok(())
            }
        }
        _ => Ok(()),
    }
}

/// Makes a choice for an avatar; one that it has not followed yet is replaced.
///
/// # Errors
/// As [`check`].
pub fn choose(world: &mut World, avatar: AvatarId, choice: Choice) -> Result<(), WalkInError> {
    check(world, avatar, choice)?;
    if choice == Choice::Wake {
        let now = world.resource::<SimClock>().now;
        world.resource_mut::<Calendar>().schedule(avatar.0, now);
        return Ok(());
    }
    if let Some(walk) = world.resource_mut::<WalkIns>().of_mut(avatar) {
        walk.choice = Some(choice);
        walk.waiting_since = None;
        walk.note = None;
    }
    Ok(())
}
