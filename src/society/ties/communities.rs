//! Communities: groups around a topic that avatars join and leave.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use crate::sim::ids::{AvatarId, CommunityId};
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};

/// Topics of a community.
pub const COMMUNITY_TOPICS: usize = 32;

/// A group around a topic; all of it is public.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Community {
    /// What it is about, a unit vector.
    pub topics: [f32; COMMUNITY_TOPICS],
    /// Who belongs to it, by id.
    pub members: Vec<AvatarId>,
}

impl RowHash for Community {
    fn hash_row(&self, h: &mut StateHasher) {
        h.f32s(&self.topics);
        for m in &self.members {
            h.u32(m.0);
        }
    }
}

/// All communities.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Communities {
    /// One row each, by [`CommunityId`].
    pub table: Table<Community>,
}

impl Communities {
    /// Founds `n` communities around topics.
    #[must_use]
    pub fn found(seed: u64, n: usize, n_topics: usize) -> Self {
        let mut all = Self::default();
        for i in 0..n {
            let mut r = RngStream::new(seed, Purpose::Ties, i as u64, 9);
            let mut topics = [0.0f32; COMMUNITY_TOPICS];
            topics[r.below(n_topics)] += 1.0;
            topics[r.below(n_topics)] += 0.4;
            let norm = math::dot(&topics, &topics).sqrt();
            for t in &mut topics {
                *t /= norm;
            }
            all.table.push(Community {
                topics,
                members: Vec::new(),
            });
        }
        all
    }

    /// Returns a community.
    #[must_use]
    pub fn get(&self, id: CommunityId) -> &Community {
        self.table.row(id.idx())
    }

    /// Says whether an avatar belongs to a community.
    #[must_use]
    pub fn is_member(&self, id: CommunityId, avatar: AvatarId) -> bool {
        self.get(id).members.binary_search(&avatar).is_ok()
    }

    /// Lets an avatar in; says whether it was not in already.
    pub fn join(&mut self, id: CommunityId, avatar: AvatarId) -> bool {
        if self.is_member(id, avatar) {
            return false;
        }
        let members = &mut self.table.row_mut(id.idx()).members;
        let at = members.partition_point(|m| *m < avatar);
        members.insert(at, avatar);
        true
    }

    /// Lets an avatar out; says whether it was in.
    pub fn leave(&mut self, id: CommunityId, avatar: AvatarId) -> bool {
        let members = &mut self.table.row_mut(id.idx()).members;
        let Ok(at) = members.binary_search(&avatar) else {
            return false;
        };
        members.remove(at);
        true
    }
}

impl StateHash for Communities {
    fn digest(&mut self) -> u64 {
        self.table.digest()
    }
}
