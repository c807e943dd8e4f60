//! Where to go: explore or return, among open spaces that have room.

use super::space::{Space, SpaceKind};
use super::travel::gravity;
use crate::sim::ids::{AvatarId, ParcelId, SpaceId};
use crate::sim::math;
use crate::sim::rng::RngStream;
use crate::society::avatars::avatar::Avatar;
use crate::society::avatars::decide::View;

/// Places looked at before deciding where to explore.
const CONSIDERED: usize = 6;

/// Returns the distance from where the avatar is (its home when it is nowhere) to a parcel.
#[must_use]
pub fn distance(a: &Avatar, to: ParcelId, view: &View<'_>) -> f64 {
    let from = if a.space.idx() < view.spaces.table.len() {
        view.spaces.get(a.space).parcel
    } else {
        a.home
    };
    view.map.distance(from, to)
}

/// Finds a space to go to: of a kind, or of any.
pub fn find(
    id: AvatarId,
    a: &Avatar,
    kind: Option<SpaceKind>,
    view: &View<'_>,
    rng: &mut RngStream,
) -> Option<SpaceId> {
    let rules = &view.rules.spaces;
    let hour = view.now.hour();
    let usable = |s: &Space| s.is_open(hour) && s.has_room() && kind.is_none_or(|k| s.kind == k);
    let memory = view.memories.table.row(id.idx());
    if !memory.explores(rules, f64::from(a.novelty), rng)
        && let Some(back) = memory.draw(rng)
        && usable(view.spaces.get(back))
    {
        return Some(back);
    }
    let mut options = [SpaceId(0); CONSIDERED];
    let mut weights = [0.0f64; CONSIDERED];
    let mut n = 0;
    for _ in 0..CONSIDERED {
        let candidate = match kind {
            Some(k) => {
                let all = view.spaces.of_kind(k);
                if all.is_empty() {
                    return None;
                }
                all[rng.below(all.len())]
            }
            None => SpaceId::from_idx(rng.below(view.spaces.table.len())),
        };
        let s = view.spaces.get(candidate);
        if !usable(s) {
            continue;
        }
        let likeness = f64::from(math::dot(&a.interests, &s.topics));
        let crowd = view.presence.in_space(candidate);
        let friends = if crowd.is_empty() {
            0
        } else {
            // Friends are noticed among the first few faces.
            crowd
                .iter()
                .take(12)
                .filter(|o| **o != id && view.graph.tied(id, **o))
                .count() as u32
        };
        options[n] = candidate;
        weights[n] = gravity(
            distance(a, s.parcel, view),
            f64::from(s.footfall) + f64::from(s.footfall_today),
            likeness,
            friends,
            rules,
        );
        n += 1;
    }
    rng.weighted(&weights[..n]).map(|i| options[i])
}
