//! Reach: how often what people published was used since yesterday. Creators who are seen publish more, the others less.

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::catalogue::Catalogue;
use super::item::STUDIO;
use crate::sim::ids::AvatarId;
use crate::sim::math;
use crate::sim::schedule::SimClock;
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::society::avatars::avatar::{Avatars, Role};

/// Uses a day at which a creator is content with what it gets.
const CONTENT_AT: f64 = 12.0;

/// Speed at which the will to publish follows reach.
const FOLLOW: f32 = 0.15;

/// Will below which a creator gives up.
const GIVES_UP_AT: f32 = 0.15;

/// What each creator's items were used since yesterday.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct Reach {
    seen: Vec<u32>,
    /// Creator and uses of the day that ended last, by creator.
    pub yesterday: Vec<(AvatarId, u32)>,
    /// Uses of generated and of handmade items of avatars, that day.
    pub generated: (u32, u32),
}

impl StateHash for Reach {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.seen.len() as u64);
        for (a, n) in &self.yesterday {
            h.u64(u64::from(a.0) << 32 | u64::from(*n));
        }
        h.finish()
    }
}

impl Reach {
    /// Closes a day.
    pub fn roll(&mut self, catalogue: &Catalogue) {
        self.seen.resize(catalogue.len(), 0);
        self.yesterday.clear();
        self.generated = (0, 0);
        for (seen, card) in self.seen.iter_mut().zip(catalogue.table.rows()) {
            let new = card.uses - *seen;
            *seen = card.uses;
            if card.creator == STUDIO || new == 0 {
                continue;
            }
            if card.generated {
                self.generated.0 += new;
            } else {
                self.generated.1 += new;
            }
            self.yesterday.push((card.creator, new));
        }
        self.yesterday.sort_unstable();
        self.yesterday.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
    }
}

/// Lets creators draw their conclusions, once a day.
pub fn encourage_creators(
    clock: Res<SimClock>,
    catalogue: Res<Catalogue>,
    mut reach: ResMut<Reach>,
    mut avatars: ResMut<Avatars>,
) {
    if clock.now.minute_of_day() != 0 || clock.now.0 == 0 {
        return;
    }
    reach.roll(&catalogue);
    let yesterday = clock.now.day() - 1;
    for i in 0..avatars.table.len() {
        let a = avatars.table.row(i);
        let publishes = matches!(a.role, Role::Creator | Role::Teacher);
        if !publishes || a.last_day != yesterday {
            continue;
        }
        let uses = reach
            .yesterday
            .binary_search_by_key(&AvatarId::from_idx(i), |r| r.0)
            .map_or(0, |at| reach.yesterday[at].1);
        let wanted = math::ln(1.0 + f64::from(uses)) / math::ln(1.0 + CONTENT_AT);
        let a = avatars.table.row_mut(i);
        a.drive += FOLLOW * (wanted.min(2.5) as f32 - a.drive);
        if a.drive < GIVES_UP_AT {
            a.role = Role::Ordinary;
        }
    }
}
