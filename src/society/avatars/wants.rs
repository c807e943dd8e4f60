//! What comes of ads outside the city: some who clicked do what the advertiser wanted, hours or days later, and some come to
//! want it by themselves.
//!
//! A click leads to it with a probability that grows with interest and purse. Without an ad somebody may want a thing of a topic
//! it cares for as well, whoever advertises it. Nobody does it twice for a campaign: whom an ad moved does not come by itself
//! later, and who would have come anyway may have clicked before. What an ad changes is therefore less than what follows it.
//!
//! That it was done is told upwards without saying why: an advertiser sees a customer, not a cause.

use std::collections::{BTreeMap, BTreeSet};

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::ads::interest_in;
use super::avatar::{Avatar, Avatars};
use super::config::ChoiceConfig;
use crate::events::advertised::Advertised;
use crate::events::behavior::{Event, EventKind, ThingKind};
use crate::events::bus::EventBus;
use crate::sim::ids::{AvatarId, CampaignId};
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream, mix};
use crate::sim::schedule::{Seed, SimClock};
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR, Tick};
use crate::society::config::SocietyRules;

/// Deviation of the logarithm of the time from a click to what was wanted.
const DELAY_SIGMA: f64 = 1.5;

/// Longest time from a click to what was wanted, in days.
const LONGEST_DAYS: u32 = 14;

/// How likely a rewarded video leads to something, relative to a click on a picture: it is watched for the coins.
const VIDEO_INTENT: f64 = 0.1;

/// Coins in the purse at which it neither helps nor hinders.
const MIDDLING: f64 = 20.0;

/// Why something is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Cause {
    /// By itself.
    Itself = 0,
    /// An ad was clicked.
    Click = 1,
}

/// Something that will be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Want {
    avatar: AvatarId,
    campaign: CampaignId,
    cause: Cause,
}

/// What is wanted and not yet done, and what was done.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct Wants {
    due: BTreeMap<Tick, Vec<Want>>,
    done: BTreeSet<(AvatarId, CampaignId)>,
    n_done: [u64; 2],
    /// Mixed from all that was ever wanted and done, in order.
    digest: u64,
}

impl StateHash for Wants {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.digest);
        h.u64(self.n_done[0]);
        h.u64(self.n_done[1]);
        h.finish()
    }
}

impl Wants {
    /// Returns how often something was done for a cause.
    #[must_use]
    pub fn n_done(&self, cause: Cause) -> u64 {
        self.n_done[cause as usize]
    }

    fn add(&mut self, at: Tick, want: Want) {
        let pair = u64::from(want.campaign.0) << 32 | u64::from(want.avatar.0);
        let when = u64::from(at.0) << 1 | want.cause as u64;
        self.digest = mix(mix(self.digest ^ pair) ^ when);
        self.due.entry(at).or_default().push(want);
    }
}

/// Returns the true probability that a click on an ad about a topic leads to what the advertiser wants.
#[must_use]
pub fn conversion_probability(a: &Avatar, topic: u8, is_video: bool, choice: &ChoiceConfig) -> f64 {
    let intent = if is_video { VIDEO_INTENT } else { 1.0 };
    (choice.ad_conversion_rate * intent * (0.5 + interest_in(a, topic)) * affords(a))
        .clamp(0.0, 1.0)
}

/// Returns how much a purse helps, from ½ for an empty one to 1½.
fn affords(a: &Avatar) -> f64 {
    let purse = a.purse.as_f64().max(0.0);
    0.5 + purse / (purse + MIDDLING)
}

fn delay(choice: &ChoiceConfig, rng: &mut RngStream) -> u32 {
    let median = choice.ad_conversion_hours * f64::from(TICKS_PER_HOUR);
    let minutes = rng.log_normal(math::ln(median), DELAY_SIGMA);
    let most = LONGEST_DAYS * TICKS_PER_DAY;
    (minutes.min(f64::from(most)) as u32).max(1)
}

/// Lets avatars come to want what is advertised, and do what they wanted.
pub fn pursue_wants(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<SocietyRules>,
    advertised: Res<Advertised>,
    avatars: Res<Avatars>,
    mut wants: ResMut<Wants>,
    mut events: ResMut<EventBus>,
) {
    let choice = &rules.0.choice;
    let now = clock.now;
    if !advertised.goods.is_empty() {
        for e in &events.current {
            let a = avatars.get(e.avatar);
            match e.kind {
                EventKind::AdClick => {
                    let campaign = CampaignId(e.thing.id);
                    let Some(topic) = advertised.topic(campaign) else {
                        continue;
                    };
                    let pair = u64::from(campaign.0) << 32 | u64::from(e.avatar.0);
                    let mut rng = RngStream::new(seed.0, Purpose::AdConversion, pair, now.0);
                    if rng.chance(conversion_probability(a, topic, e.value > 0.5, choice)) {
                        let want = Want {
                            avatar: e.avatar,
                            campaign,
                            cause: Cause::Click,
                        };
                        wants.add(now.after(delay(choice, &mut rng)), want);
                    }
                }
                EventKind::SessionStart => {
                    let id = u64::from(e.avatar.0);
                    let mut rng = RngStream::new(seed.0, Purpose::OwnWant, id, now.0);
                    if !rng.chance(choice.own_want_rate * affords(a)) {
                        continue;
                    }
                    if let Some(campaign) = own_want(a, &advertised, &mut rng) {
                        let want = Want {
                            avatar: e.avatar,
                            campaign,
                            cause: Cause::Itself,
                        };
                        wants.add(now.after(delay(choice, &mut rng)), want);
                    }
                }
                _ => {}
            }
        }
    }
    for want in wants.due.remove(&now).unwrap_or_default() {
        if wants.done.insert((want.avatar, want.campaign)) {
            wants.n_done[want.cause as usize] += 1;
            let done = Event::new(now, want.avatar, EventKind::AdConvert);
            events.push(done.thing(ThingKind::Campaign, want.campaign.0));
        }
    }
}

/// Draws what of all that is advertised an avatar wants: by its interest in the topic.
fn own_want(a: &Avatar, advertised: &Advertised, rng: &mut RngStream) -> Option<CampaignId> {
    let weight = |topic| interest_in(a, topic).max(0.0);
    let total: f64 = advertised.goods.iter().map(|g| weight(g.topic)).sum();
    let mut x = rng.uniform() * total;
    for good in &advertised.goods {
        x -= weight(good.topic);
        if x < 0.0 {
            return Some(good.campaign);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_have_the_asked_median_and_end() {
        let choice = ChoiceConfig::BASELINE;
        let mut all: Vec<u32> = (0..2_001)
            .map(|i| delay(&choice, &mut RngStream::new(1, Purpose::Test, i, 0)))
            .collect();
        all.sort_unstable();
        let hours = f64::from(all[1_000]) / f64::from(TICKS_PER_HOUR);
        // Standard error of the median's logarithm: 1.25 · 1.5 / √2001 = .042; four of them.
        assert!(
            math::ln(hours / choice.ad_conversion_hours).abs() < 0.17,
            "{hours}"
        );
        assert!(all[0] >= 1 && all[2_000] <= LONGEST_DAYS * TICKS_PER_DAY);
    }
}
