//! The rows of a person's page.

use super::belongings::Belongings;
use super::day::Day;
use super::identity;
use crate::desktop::panels::inspector::facts::Fact;
use crate::desktop::panels::inspector::walk_in::{self, WalkInRows};
use crate::desktop::panels::inspector::why::{self, OfferRows};
use crate::desktop::view::sight::{Ask, City};
use crate::lab::explain::interests::{Interests, interests};
use crate::sim::ids::AvatarId;
use crate::society::avatars::avatar::Avatars;

/// A person.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct AvatarPage {
    /// Who.
    pub(super) id: AvatarId,
    /// What it is doing.
    pub(super) now: Vec<Fact>,
    /// Who it is.
    pub(super) identity: Vec<Fact>,
    /// What is true of it.
    pub(super) truth: Vec<Fact>,
    /// What belongs to it, and to whom it is tied.
    pub(super) belongings: Belongings,
    /// Its day so far.
    pub(super) day: Day,
    /// What the platform thinks it is interested in; `None` in a city without a platform.
    pub(super) interests: Option<Interests>,
    /// What it was offered, and why.
    pub(super) offers: OfferRows,
    /// Whether somebody chooses for it, and what.
    pub(super) walk_in: WalkInRows,
}

/// Fills the page; `None` if there is no such avatar.
pub(in super::super) fn fill(city: &City<'_>, ask: &Ask, id: AvatarId) -> Option<AvatarPage> {
    let a = city.get::<Avatars>().table.rows().get(id.idx())?;
    Some(AvatarPage {
        id,
        now: identity::now(city, a),
        identity: identity::card(city, id, a),
        truth: if ask.shows_truth {
            identity::truth(a)
        } else {
            Vec::new()
        },
        belongings: Belongings::of(city, id),
        day: Day::of(city, id),
        interests: interests(city.world(), id),
        offers: why::fill(city, ask, id),
        walk_in: walk_in::fill(city, ask, id),
    })
}
