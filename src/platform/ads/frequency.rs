//! Frequency caps: how often an avatar has seen a campaign today and in the last seven days.
//!
//! A row exists for everybody, an entry only for a campaign seen within a week. Counting how often an ad was shown protects
//! whoever is shown it and is used for nothing else, so it asks for no consent.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::config::AdsConfig;
use super::goal::Goal;
use crate::sim::ids::{AvatarId, CampaignId};
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};

/// Days of the longer cap.
const WEEK: u32 = 7;

/// Bits in which the ads of one day are counted, and the most they hold.
const DAY_BITS: u32 = 4;
const DAY_MASK: u32 = (1 << DAY_BITS) - 1;
const WEEK_MASK: u32 = (1 << (DAY_BITS * WEEK)) - 1;

/// Ads of one campaign seen by one avatar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    campaign: CampaignId,
    /// Day of the last one.
    day: u32,
    /// Ads on that day in the lowest bits, on the day before in the next, and so on.
    counts: u32,
}

impl Seen {
    /// Counts as of a later day.
    fn on(&self, day: u32) -> u32 {
        let days = day.saturating_sub(self.day);
        if days >= WEEK {
            0
        } else {
            (self.counts << (DAY_BITS * days)) & WEEK_MASK
        }
    }
}

fn week_total(counts: u32) -> u32 {
    (0..WEEK)
        .map(|d| (counts >> (DAY_BITS * d)) & DAY_MASK)
        .sum()
}

/// What one avatar has seen, in no particular order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Row(Vec<Seen>);

impl RowHash for Row {
    fn hash_row(&self, h: &mut StateHasher) {
        for s in &self.0 {
            h.u64(u64::from(s.campaign.0) << 32 | u64::from(s.day));
            h.u32(s.counts);
        }
    }
}

/// What everybody has seen.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct FrequencyCaps {
    table: Table<Row>,
}

impl StateHash for FrequencyCaps {
    fn digest(&mut self) -> u64 {
        self.table.digest()
    }
}

impl FrequencyCaps {
    /// Makes rows for avatars that joined.
    pub fn grow(&mut self, n_avatars: usize) {
        while self.table.len() < n_avatars {
            self.table.push(Row::default());
        }
    }

    /// Says whether an avatar may see a campaign once more on `day`.
    #[must_use]
    pub fn allows(
        &self,
        avatar: AvatarId,
        campaign: CampaignId,
        day: u32,
        config: &AdsConfig,
    ) -> bool {
        let row = self.table.row(avatar.idx());
        let Some(seen) = row.0.iter().find(|s| s.campaign == campaign) else {
            return true;
        };
        let counts = seen.on(day);
        let below = |n: u32, cap: u32| cap == 0 || n < cap;
        below(counts & DAY_MASK, config.cap_per_day)
            && below(week_total(counts), config.cap_per_week)
    }

    /// Says whether an avatar has seen a campaign within a week.
    #[must_use]
    pub fn has_seen(&self, avatar: AvatarId, campaign: CampaignId, day: u32) -> bool {
        let row = self.table.row(avatar.idx());
        let seen = row.0.iter().find(|s| s.campaign == campaign);
        seen.is_some_and(|s| s.on(day) > 0)
    }

    /// Says whether a campaign may and wants to be shown to an avatar once more: one that wants to reach people has no use for those
    /// whom it has reached.
    #[must_use]
    pub fn admits(
        &self,
        avatar: AvatarId,
        (campaign, goal): (CampaignId, Goal),
        day: u32,
        config: &AdsConfig,
    ) -> bool {
        self.allows(avatar, campaign, day, config)
            && !(goal == Goal::Reach && self.has_seen(avatar, campaign, day))
    }

    /// Counts an ad that was shown.
    pub fn count(&mut self, avatar: AvatarId, campaign: CampaignId, day: u32) {
        let row = &mut self.table.row_mut(avatar.idx()).0;
        let fresh = Seen {
            campaign,
            day,
            counts: 1,
        };
        if let Some(seen) = row.iter_mut().find(|s| s.campaign == campaign) {
            let counts = seen.on(day);
            let today = ((counts & DAY_MASK) + 1).min(DAY_MASK);
            seen.counts = (counts & !DAY_MASK) | today;
            seen.day = day;
        } else if let Some(old) = row.iter_mut().find(|s| s.day + WEEK <= day) {
            // What was seen more than a week ago makes room.
            *old = fresh;
        } else {
            row.push(fresh);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: AvatarId = AvatarId(0);
    const C: CampaignId = CampaignId(4);

    fn caps(per_day: u32, per_week: u32) -> (FrequencyCaps, AdsConfig) {
        let mut caps = FrequencyCaps::default();
        caps.grow(1);
        let config = AdsConfig {
            cap_per_day: per_day,
            cap_per_week: per_week,
            ..AdsConfig::BASELINE
        };
        (caps, config)
    }

    #[test]
    fn the_day_and_the_week_are_capped_and_slide() {
        let (mut caps, config) = caps(2, 5);
        let mut shown = Vec::new();
        for day in 0..10 {
            let mut n = 0;
            for _ in 0..4 {
                if caps.allows(A, C, day, &config) {
                    caps.count(A, C, day);
                    n += 1;
                }
            }
            shown.push(n);
        }
        // Five in any seven days, two in any day.
        assert_eq!(shown, [2, 2, 1, 0, 0, 0, 0, 2, 2, 1]);
    }

    #[test]
    fn zero_is_no_cap_and_counts_never_spill_into_the_day_before() {
        let (mut caps, config) = caps(0, 0);
        for _ in 0..100 {
            assert!(caps.allows(A, C, 3, &config));
            caps.count(A, C, 3);
        }
        let strict = AdsConfig {
            cap_per_day: 15,
            cap_per_week: 16,
            ..config
        };
        assert!(!caps.allows(A, C, 3, &strict));
        // On the day after, fifteen of sixteen are used.
        assert!(caps.allows(A, C, 4, &strict));
        caps.count(A, C, 4);
        assert!(!caps.allows(A, C, 4, &strict));
    }

    #[test]
    fn campaigns_do_not_share_a_cap_and_old_ones_make_room() {
        let (mut caps, config) = caps(1, 1);
        for c in 0..5 {
            caps.count(A, CampaignId(c), 0);
        }
        assert!(caps.allows(A, CampaignId(9), 0, &config));
        for c in 5..10 {
            caps.count(A, CampaignId(c), 8);
        }
        assert_eq!(caps.table.row(0).0.len(), 5);
    }
}
