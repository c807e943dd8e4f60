//! How likely a click becomes a conversion, by how well the ad's topic matched what was known: counted, with a prior.
//!
//! Only clicks and conversions of avatars that consent to ads are learned from. A conversion comes late, so that the clicks of
//! the last hours make the rate look a little lower than it is.

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::attribution::credit::{WHOLE, divide};
use super::attribution::journey::{Channel, Journey, Outcome, Touch};
use super::attribution::rules::{Rule, weights};
use super::campaign::Campaigns;
use super::click_model::{Cell, Format, N_CELLS};
use super::config::AdsConfig;
use super::targeting::may_learn;
use crate::events::behavior::EventKind;
use crate::events::bus::EventBus;
use crate::platform::config::PlatformRules;
use crate::sim::ids::{AvatarId, CampaignId};
use crate::sim::rng::mix;
use crate::sim::schedule::SimClock;
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::{TICKS_PER_DAY, Tick};
use crate::society::avatars::profile::Profiles;

/// Share of clicks that become conversions before anything was learned.
pub const USUAL_RATE: f64 = 0.05;

/// Clicks that the prior is worth.
const PRIOR_CLICKS: f64 = 40.0;

/// Clicks, and conversions credited to them in parts per million.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Counts {
    clicks: u64,
    credit: u64,
}

/// A click that may still lead to a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Click {
    avatar: AvatarId,
    campaign: CampaignId,
    format: Format,
    cell: Cell,
    at: Tick,
}

impl Click {
    fn digest(&self) -> u64 {
        let who = u64::from(self.campaign.0) << 32 | u64::from(self.avatar.0);
        let what = u64::from(self.cell.code()) << 1 | self.format as u64;
        mix(mix(who) ^ (u64::from(self.at.0) << 16 | what))
    }
}

/// Rates by cell, and the clicks of the last days.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct ConversionModel {
    cells: [[Counts; N_CELLS]; 2],
    open: Vec<Click>,
    /// Sum of the digests of open clicks.
    digest: u64,
}

impl StateHash for ConversionModel {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        for c in self.cells.iter().flatten() {
            h.u64(c.clicks);
            h.u64(c.credit);
        }
        h.u64(self.digest);
        h.finish()
    }
}

impl ConversionModel {
    /// Returns the probability that a click in a cell becomes a conversion.
    #[must_use]
    pub fn predict(&self, format: Format, cell: Cell) -> f64 {
        let c = self.cells[format as usize][cell.code() as usize];
        let credit = c.credit as f64 / WHOLE as f64;
        ((credit + PRIOR_CLICKS * USUAL_RATE) / (c.clicks as f64 + PRIOR_CLICKS)).min(1.0)
    }

    /// Learns that an avatar that consents clicked.
    pub(super) fn click(
        &mut self,
        avatar: AvatarId,
        campaign: CampaignId,
        format: Format,
        cell: Cell,
        at: Tick,
    ) {
        self.cells[format as usize][cell.code() as usize].clicks += 1;
        let click = Click {
            avatar,
            campaign,
            format,
            cell,
            at,
        };
        self.digest = self.digest.wrapping_add(click.digest());
        self.open.push(click);
    }

    /// Learns that an avatar did what a campaign wanted; returns whether a click of it had part in that.
    fn convert(
        &mut self,
        avatar: AvatarId,
        campaign: CampaignId,
        at: Tick,
        config: &AdsConfig,
    ) -> bool {
        let window = config.attribution_days * TICKS_PER_DAY;
        let is_owed =
            |c: &&Click| c.avatar == avatar && c.campaign == campaign && at.since(c.at) <= window;
        let owed: Vec<Click> = self.open.iter().filter(is_owed).copied().collect();
        let journey = Journey {
            touches: owed
                .iter()
                .map(|c| Touch {
                    channel: Channel(0),
                    at: c.at,
                })
                .collect(),
            outcome: Outcome::Converted { at },
        };
        // What divides sums over surfaces says nothing of single clicks.
        let rule = config.attribution.rule().unwrap_or(Rule::Linear);
        for (c, part) in owed.iter().zip(divide(WHOLE, &weights(rule, &journey))) {
            self.cells[c.format as usize][c.cell.code() as usize].credit += part;
        }
        !owed.is_empty()
    }

    fn forget(&mut self, now: Tick, days: u32) {
        let window = days * TICKS_PER_DAY;
        let digest = &mut self.digest;
        self.open.retain(|c| {
            let stays = now.since(c.at) <= window;
            if !stays {
                *digest = digest.wrapping_sub(c.digest());
            }
            stays
        });
    }
}

/// Learns from the conversions of the last tick that advertisers reported.
pub fn learn_conversions(
    clock: Res<SimClock>,
    rules: Res<PlatformRules>,
    events: Res<EventBus>,
    profiles: Res<Profiles>,
    mut model: ResMut<ConversionModel>,
    mut campaigns: ResMut<Campaigns>,
) {
    let config = &rules.0.ads;
    if !config.enabled {
        return;
    }
    if clock.now.minute_of_day() == 0 {
        model.forget(clock.now, config.attribution_days);
    }
    for e in &events.previous {
        if e.kind != EventKind::AdConvert || !may_learn(profiles.get(e.avatar)) {
            continue;
        }
        let campaign = CampaignId(e.thing.id);
        if model.convert(e.avatar, campaign, e.tick, config) {
            campaigns.get_mut(campaign).convert();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::click_model::Basis;
    use super::super::config::Attribution;
    use super::*;

    #[test]
    fn credit_follows_the_rule_and_clicks_are_forgotten() {
        let (a, c) = (AvatarId(1), CampaignId(2));
        let cells = [0.1, 0.9].map(|x| Cell::of(Basis::Interests, x));
        let rate = |attribution| {
            let config = AdsConfig {
                attribution,
                ..AdsConfig::BASELINE
            };
            let mut model = ConversionModel::default();
            for (cell, day) in cells.into_iter().zip([0, 2]) {
                model.click(a, c, Format::Display, cell, Tick(day * TICKS_PER_DAY));
            }
            assert!(!model.convert(AvatarId(7), c, Tick(3 * TICKS_PER_DAY), &config));
            assert!(model.convert(a, c, Tick(3 * TICKS_PER_DAY), &config));
            assert!(!model.convert(a, c, Tick(60 * TICKS_PER_DAY), &config));
            model.forget(Tick(60 * TICKS_PER_DAY), 7);
            assert_eq!((model.open.len(), model.digest), (0, 0));
            cells.map(|cell| model.predict(Format::Display, cell))
        };
        let prior = PRIOR_CLICKS * USUAL_RATE;
        let (none, half, all) = (
            prior / (PRIOR_CLICKS + 1.0),
            (prior + 0.5) / (PRIOR_CLICKS + 1.0),
            (prior + 1.0) / (PRIOR_CLICKS + 1.0),
        );
        assert_eq!(rate(Attribution::Last), [none, all]);
        assert_eq!(rate(Attribution::First), [all, none]);
        assert_eq!(rate(Attribution::Linear), [half, half]);
        assert_eq!(rate(Attribution::Shapley), [half, half]);
    }
}
