//! The last offers to an avatar, with their reasons.

use crate::desktop::panels::inspector::story::tell;
use crate::desktop::view::sight::{Ask, City};
use crate::desktop::view::subject::Subject;
use crate::lab::explain::data::Explanation;
use crate::lab::explain::offers::explain;
use crate::lab::explain::reach::withheld;
use crate::lab::explain::truth::{Truth, truth};
use crate::platform::trace::book::Traces;
use crate::sim::ids::{AvatarId, CampaignId, CommunityId, ItemId, OfferId, ParcelId, SpaceId};

/// Offers shown.
pub(super) const SHOWN: usize = 10;

/// Things that were withheld, shown.
const WITHHELD_SHOWN: usize = 6;

/// An offer with its reason.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OfferRow {
    /// Why it was made.
    pub(super) why: Explanation,
    /// What the avatar really makes of it; only where the truth may be shown.
    pub(super) truth: Option<Truth>,
    /// What it answered, as far as that is remembered.
    pub(super) answers: Vec<String>,
}

/// What an avatar was offered lately.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in super::super) struct OfferRows {
    /// The last offers, newest first.
    pub(super) rows: Vec<OfferRow>,
    /// Offers remembered beyond these.
    pub(super) more: usize,
    /// What was not offered and by which rule: when, why.
    pub(super) withheld: Vec<(String, String)>,
    /// Whether reasons are taken down at all.
    pub(super) is_on: bool,
    /// Whether the truth is known beside them.
    pub(super) has_truth: bool,
}

/// Fills the rows.
pub(in super::super) fn fill(city: &City<'_>, ask: &Ask, id: AvatarId) -> OfferRows {
    let world = city.world();
    let Some(traces) = world.get_resource::<Traces>() else {
        return OfferRows::default();
    };
    let mut offers: Vec<OfferId> = traces.of(id).map(|t| t.offer).collect();
    let more = offers.len().saturating_sub(SHOWN);
    offers.truncate(SHOWN);
    let rows = offers
        .into_iter()
        .filter_map(|offer| {
            Some(OfferRow {
                why: explain(world, offer)?,
                truth: if ask.shows_truth {
                    truth(world, offer)
                } else {
                    None
                },
                answers: answers(city, id, offer),
            })
        })
        .collect();
    let mut withheld = withheld(world, id);
    withheld.truncate(WITHHELD_SHOWN);
    OfferRows {
        rows,
        more,
        withheld,
        is_on: traces.is_on(),
        has_truth: true,
    }
}

/// Tells what the avatar did about an offer, in the order in which it did.
fn answers(city: &City<'_>, id: AvatarId, offer: OfferId) -> Vec<String> {
    let mut all: Vec<String> = city
        .recent
        .of_avatar(id)
        .filter(|e| e.avatar == id && e.offer == offer)
        .map(|e| tell(city, e))
        .collect();
    all.reverse();
    all
}

/// Returns what a thing of an explanation is, by its kind in words and its number.
pub(super) fn subject(kind: &str, id: u32) -> Option<Subject> {
    Some(match kind {
        "avatar" => Subject::Avatar(AvatarId(id)),
        "community" => Subject::Community(CommunityId(id)),
        "space" => Subject::Space(SpaceId(id)),
        "parcel" => Subject::Parcel(ParcelId(id)),
        "campaign" => Subject::Campaign(CampaignId(id)),
        "none" => return None,
        // Items may be named by what kind of item they are.
        _ => Subject::Item(ItemId(id)),
    })
}
