//! Population: everybody who lives here at the start, and everybody who joins.

use bevy::ecs::prelude::*;
use bevy::ecs::system::SystemParam;
use serde::{Deserialize, Serialize};

use super::avatars::avatar::{Avatar, Avatars, MAX_TOPICS};
use super::avatars::birth::{Archetypes, Tenure, bear};
use super::avatars::diurnal::DiurnalCurve;
use super::avatars::profile::{Consent, DataPurpose, Profile, Profiles};
use super::avatars::session::{self, Future};
use super::config::SocietyConfig;
use super::spaces::map::CityMap;
use super::spaces::travel::{Memories, Visits};
use super::ties::graph::SocialGraph;
use crate::sim::calendar::Calendar;
use crate::sim::ids::{AvatarId, ParcelId};
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::Tick;
use crate::sim::workers::Workers;

/// Strength of the tie between a newcomer and who invited it.
const FRIENDSHIP: f32 = 0.5;

/// How people come into being in this world.
#[derive(Resource, Debug, Clone, Serialize, Deserialize)]
pub struct Population {
    archetypes: Archetypes,
    homes: Vec<ParcelId>,
    planted: Vec<PlantedAvatar>,
    planted_digest: u64,
    /// Topics of interest.
    pub n_topics: usize,
}

/// An avatar whose interests and activity were fitted to a real person's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlantedAvatar {
    /// Interests, a unit vector.
    pub interests: [f32; MAX_TOPICS],
    /// Sessions a day.
    pub sessions_per_day: f32,
}

impl StateHash for Population {
    fn digest(&mut self) -> u64 {
        // Fixed at the start; who was born from it is hashed with the avatars.
        let mut h = StateHasher::default();
        h.u64(self.homes.len() as u64);
        h.u64(self.archetypes.len() as u64);
        h.u64(self.planted.len() as u64);
        h.u64(self.planted_digest);
        h.finish()
    }
}

impl Population {
    /// Prepares the population of a map.
    #[must_use]
    pub fn new(
        seed: u64,
        rules: &SocietyConfig,
        map: &CityMap,
        planted: Vec<PlantedAvatar>,
    ) -> Self {
        let n_topics = rules.population.topics as usize;
        let mut h = StateHasher::default();
        for p in &planted {
            h.f32s(&p.interests);
            h.f32(p.sessions_per_day);
        }
        Self {
            archetypes: Archetypes::new(seed, rules.avatars.n_archetypes as usize, n_topics),
            homes: map.land().collect(),
            planted,
            planted_digest: h.finish(),
            n_topics,
        }
    }

    fn draw(
        &self,
        seed: u64,
        id: AvatarId,
        now: Tick,
        tenure: Tenure,
        rules: &SocietyConfig,
    ) -> (Avatar, Profile) {
        let mut rng = RngStream::new(seed, Purpose::Identity, u64::from(id.0), 1);
        let home = self.homes[rng.below(self.homes.len())];
        let mut avatar = bear(
            seed,
            id,
            now,
            tenure,
            home,
            &self.archetypes,
            &rules.avatars,
            &rules.returns,
            &rules.sessions,
        );
        // Newcomers to an imported world, and residents beyond those who were there, are like somebody who was.
        let own = match tenure {
            Tenure::Resident => self.planted.get(id.idx()),
            Tenure::Newcomer => None,
        };
        let model = own.or_else(|| self.planted.get(rng.below(self.planted.len())));
        if let Some(p) = model {
            avatar.interests = p.interests;
            avatar.rate = p.sessions_per_day;
        }
        let mut c = RngStream::new(seed, Purpose::Consent, u64::from(id.0), 1);
        let mut consent = Consent::NOTHING;
        for (purpose, share) in [
            (
                DataPurpose::Recommendation,
                rules.avatars.consent_recommendation,
            ),
            (DataPurpose::Ads, rules.avatars.consent_ads),
            (DataPurpose::Research, rules.avatars.consent_research),
        ] {
            if c.chance(share) {
                consent = consent.with(purpose);
            }
        }
        let profile = Profile {
            joined: now,
            consent,
            push_allowed: avatar.push_allowed,
            timezone: avatar.timezone,
            is_minor: avatar.is_minor,
        };
        (avatar, profile)
    }

    /// Founds the city: its residents, their ties, and when each comes next.
    pub fn found(
        &self,
        seed: u64,
        rules: &SocietyConfig,
        curve: &DiurnalCurve,
        workers: &Workers,
    ) -> Founded {
        let n = rules.population.residents as usize;
        let ids: Vec<AvatarId> = (0..n).map(AvatarId::from_idx).collect();
        let born = workers.map(&ids, |id| {
            let (mut avatar, profile) = self.draw(seed, *id, Tick(0), Tenure::Resident, rules);
            let next = session::future(seed, *id, &avatar, Tick(0), &rules.returns, curve);
            avatar.has_left = next == Future::Leaves;
            (avatar, profile, next)
        });
        let mut f = Founded::default();
        f.avatars.table.reserve(n);
        f.profiles.table.reserve(n);
        f.memories.table.reserve(n);
        let kinds: Vec<u16> = born.iter().map(|(a, ..)| a.archetype).collect();
        f.graph.found(seed, &kinds, &rules.ties);
        for (i, (avatar, profile, next)) in born.into_iter().enumerate() {
            f.avatars.table.push(avatar);
            f.profiles.table.push(profile);
            f.memories.table.push(Visits::default());
            if let Future::Returns(at) = next {
                f.calendar.schedule(AvatarId::from_idx(i).0, at);
            }
        }
        f
    }
}

/// What founding makes.
#[derive(Default)]
pub struct Founded {
    /// Everybody.
    pub avatars: Avatars,
    /// Their public side.
    pub profiles: Profiles,
    /// Their memory of places.
    pub memories: Memories,
    /// Their ties.
    pub graph: SocialGraph,
    /// When they come.
    pub calendar: Calendar,
}

/// What is needed to let somebody join.
#[derive(SystemParam)]
pub struct Newborn<'w> {
    population: Res<'w, Population>,
    avatars: ResMut<'w, Avatars>,
    profiles: ResMut<'w, Profiles>,
    memories: ResMut<'w, Memories>,
    graph: ResMut<'w, SocialGraph>,
}

impl Newborn<'_> {
    /// Lets a newcomer join.
    pub fn bear(&mut self, seed: u64, now: Tick, rules: &SocietyConfig) -> AvatarId {
        let id = AvatarId::from_idx(self.avatars.table.len());
        let (avatar, profile) = self.population.draw(seed, id, now, Tenure::Newcomer, rules);
        self.avatars.table.push(avatar);
        self.profiles.table.push(profile);
        self.memories.table.push(Visits::default());
        self.graph.grow(id.idx() + 1);
        id
    }

    /// Returns somebody who is here already.
    #[must_use]
    pub fn avatar(&self, id: AvatarId) -> &Avatar {
        self.avatars.get(id)
    }

    /// Ties a newcomer to who invited it, if there is room for the tie.
    pub fn befriend(&mut self, id: AvatarId, other: AvatarId, most: u32) {
        if self.graph.of(other).len() < most as usize {
            self.graph.tie(id, other, FRIENDSHIP);
        }
    }

    /// Keeps pushes and invitations from a newcomer.
    pub fn silence(&mut self, id: AvatarId) {
        self.avatars.get_mut(id).push_allowed = false;
        self.profiles.table.row_mut(id.idx()).push_allowed = false;
    }
}
