//! An avatar: everything that is true of one person, in one row.
//!
//! Awake avatars use nearly all of their row in a tick, sleeping ones none of it: rows keep what is used
//! together together. The platform never sees this type; what is public is in [`super::profile`].

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::session::Intent;
use crate::sim::ids::{AvatarId, OfferId, ParcelId, SessionId, SpaceId};
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};
use crate::sim::units::{Coins, Tick};

/// Most topics a scenario may have; shorter mixtures are padded with zeros.
pub const MAX_TOPICS: usize = 32;

/// The six domains of content, in the order of [`Avatar::taste`].
pub const N_DOMAINS: usize = 6;

/// What most of an avatar's time in the city is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Role {
    /// Most people.
    Ordinary,
    /// Publishes content.
    Creator,
    /// Buys land to let it.
    Landlord,
    /// Buys assets to sell them.
    Trader,
    /// Publishes courses.
    Teacher,
}

/// What an avatar is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Activity {
    /// Not in the city.
    Asleep,
    /// About to choose what to do next.
    Idle,
    /// Looking at a slate that was asked for.
    Waiting,
    /// Reading or watching.
    Consuming,
    /// On the way.
    Traveling,
    /// Talking.
    Talking,
    /// Playing.
    Playing,
    /// Studying.
    Studying,
}

/// One person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Avatar {
    /// Interests, a unit vector over topics (and hidden tastes in imported worlds).
    pub interests: [f32; MAX_TOPICS],
    /// Boredom by topic in `[0, 1]`, as of `bored_at`.
    pub boredom: [f32; MAX_TOPICS],
    /// When boredom was last brought up to date.
    pub bored_at: Tick,
    /// Taste over the six domains, mean 1.
    pub taste: [f32; N_DOMAINS],
    /// Log of the median minutes of this avatar's sessions.
    pub log_minutes: f32,
    /// Sessions a day while it stays.
    pub rate: f32,
    /// Rate of leaving for good, per day.
    pub leaving: f32,
    /// Need for company, mean 1.
    pub social_need: f32,
    /// Weight on prices, mean 1.
    pub price_sensitivity: f32,
    /// Indifference to ads, mean 1; low is annoyed.
    pub ad_tolerance: f32,
    /// Preference for places not seen before, mean 1.
    pub novelty: f32,
    /// Weight on what friends do, mean 1.
    pub susceptibility: f32,
    /// Skill at games, Elo.
    pub skill: f32,
    /// Probability of mastering the concept it is studying, `[0, 1]`.
    pub mastery: f32,
    /// Mean coins bought with outside money at a time; 0 never pays.
    pub spending: f32,
    /// Hours east of the city's clock.
    pub timezone: i8,
    /// Preferred hour of its own day.
    pub peak_hour: u8,
    /// Archetype of interest.
    pub archetype: u16,
    /// Role.
    pub role: Role,
    /// Whether it is under age.
    pub is_minor: bool,
    /// Whether it left for good.
    pub has_left: bool,
    /// Whether it allows pushes.
    pub push_allowed: bool,
    /// When it joined.
    pub joined: Tick,
    /// Where it lives.
    pub home: ParcelId,
    /// Satisfaction in `[-1, 1]`.
    pub satisfaction: f32,
    /// Utility it has learned to expect.
    pub expected: f32,
    /// What it is doing.
    pub activity: Activity,
    /// When that ends.
    pub busy_until: Tick,
    /// Where it is.
    pub space: SpaceId,
    /// Its session, if awake.
    pub session: SessionId,
    /// When its session began.
    pub session_began: Tick,
    /// When it means to leave.
    pub session_ends: Tick,
    /// When its last session ended.
    pub last_seen: Tick,
    /// Sessions so far.
    pub n_sessions: u32,
    /// Minutes in the city so far.
    pub minutes: u32,
    /// Of these, minutes between midnight and five of its own day.
    pub night_minutes: u32,
    /// Minutes it would not choose again.
    pub regret_minutes: f32,
    /// Whether it has left its spawn parcel in this session's day.
    pub left_home: bool,
    /// The course it is taking (item id) or `u32::MAX`.
    pub course: u32,
    /// Lessons done in it.
    pub lessons: u16,
    /// Current streak of daily visits.
    pub streak_days: u16,
    /// The last day it was seen.
    pub last_day: u32,
    /// Where it is going, while it travels.
    pub destination: SpaceId,
    /// What it means to do when it arrives or is free again.
    pub pending: Option<Intent>,
    /// What woke it: 0 habit, 1 push, 2 invitation, 3 live event.
    pub woken_by: u8,
    /// The offer that woke it.
    pub woken_offer: OfferId,
    /// Ads seen in this session.
    pub ads_seen: u16,
    /// Pushes and invitations in a row that were not wanted.
    pub unwanted: u16,
    /// Coins in its wallet, as the economy last said.
    pub purse: Coins,
    /// Until when it does not leave early, because a bonus is near.
    pub stays_until: Tick,
    /// Whether it comes for bonuses and does no more than is asked for them.
    pub is_farmer: bool,
    /// Will to publish, mean 1; follows reach and income.
    pub drive: f32,
}

impl RowHash for Avatar {
    fn hash_row(&self, h: &mut StateHasher) {
        h.f32s(&self.interests);
        h.f32s(&self.boredom);
        h.f32s(&self.taste);
        h.f32s(&[
            self.log_minutes,
            self.rate,
            self.leaving,
            self.social_need,
            self.price_sensitivity,
            self.ad_tolerance,
            self.novelty,
            self.susceptibility,
            self.skill,
            self.mastery,
            self.spending,
            self.satisfaction,
            self.expected,
            self.regret_minutes,
        ]);
        h.u64(u64::from(self.bored_at.0) << 32 | u64::from(self.joined.0));
        h.u64(
            u64::from(self.timezone.cast_unsigned())
                | u64::from(self.peak_hour) << 8
                | u64::from(self.archetype) << 16
                | (self.role as u64) << 32
                | u64::from(self.is_minor) << 40
                | u64::from(self.has_left) << 41
                | u64::from(self.push_allowed) << 42
                | u64::from(self.left_home) << 43
                | u64::from(self.is_farmer) << 44
                | (self.activity as u64) << 48,
        );
        h.u64(u64::from(self.home.0) << 32 | u64::from(self.busy_until.0));
        h.u64(u64::from(self.space.0) << 32 | u64::from(self.last_seen.0));
        h.u64(self.session.0);
        h.u64(u64::from(self.session_began.0) << 32 | u64::from(self.session_ends.0));
        h.u64(u64::from(self.n_sessions) << 32 | u64::from(self.minutes));
        h.u64(u64::from(self.night_minutes) << 32 | u64::from(self.course));
        h.u64(
            u64::from(self.lessons) << 48
                | u64::from(self.streak_days) << 32
                | u64::from(self.last_day),
        );
        h.u64(
            u64::from(self.destination.0)
                | self.pending.map_or(0xFF, |i| i as u64) << 32
                | u64::from(self.woken_by) << 40
                | u64::from(self.unwanted) << 48,
        );
        h.u64(self.woken_offer.0);
        h.u64(u64::from(self.ads_seen) << 32 | u64::from(self.drive.to_bits()));
        h.i64(self.purse.micros());
        if self.stays_until.0 > 0 {
            h.u32(self.stays_until.0);
        }
    }
}

impl Avatar {
    /// Returns the hour of the avatar's own day.
    #[must_use]
    pub fn local_hour(&self, now: Tick) -> u32 {
        (now.hour().cast_signed() + i32::from(self.timezone))
            .rem_euclid(24)
            .cast_unsigned()
    }

    /// Says whether the avatar is in the city.
    #[must_use]
    pub fn is_awake(&self) -> bool {
        self.activity != Activity::Asleep
    }
}

/// Everybody, and who is awake.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct Avatars {
    /// One row each, by [`AvatarId`].
    pub table: Table<Avatar>,
    /// Who is in the city, in id order.
    pub awake: Vec<AvatarId>,
    /// Sessions begun so far.
    pub n_sessions: u64,
}

impl Avatars {
    /// Returns an avatar.
    #[must_use]
    pub fn get(&self, id: AvatarId) -> &Avatar {
        self.table.row(id.idx())
    }
    /// Returns an avatar for writing.
    pub fn get_mut(&mut self, id: AvatarId) -> &mut Avatar {
        self.table.row_mut(id.idx())
    }
    /// Puts `newly` (sorted) among the awake.
    pub fn wake(&mut self, newly: &[AvatarId]) {
        self.awake.extend_from_slice(newly);
        self.awake.sort_unstable();
        self.awake.dedup();
    }
}

impl StateHash for Avatars {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.table.digest());
        h.u64(self.n_sessions);
        for id in &self.awake {
            h.u32(id.0);
        }
        h.finish()
    }
}
