//! What people make of the creatives of ads: how they like each, and what another one than the last takes away of their blindness.
//!
//! The first creative of a campaign is its ad as it always was; how much more or less often a further one is clicked is
//! log-normal around it, with mean about one over people and creatives, so that having more of them is no gift by itself. What the liking
//! is made of: how well the creative is made, which is the same for everybody; how well the topic that its words lean to fits the avatar's
//! interests; and how its picture fits the avatar's taste in pictures. The platform sees the words and the picture and none of the rest.
//!
//! It is state only where campaigns have several creatives: other cities do not have it.

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::avatar::Avatar;
use super::config::ChoiceConfig;
use crate::events::offer::{AdFace, AdSlot};
use crate::sim::ids::{AvatarId, CampaignId};
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};
use crate::society::content::creative::{lean, picture};
use crate::society::content::words::n_topics;

/// Weights of how well it is made, of its words and of its picture in how a creative is liked; the squares sum to one.
const WEIGHTS: (f64, f64, f64) = (0.7, 0.6, 0.387);

/// No creative is clicked more often than this, relative to its campaign's first.
const MOST_LIKED: f64 = 10.0;

/// Campaigns whose last creative an avatar remembers.
const REMEMBERED: usize = 32;

/// How an avatar looks at an ad, relative to one of a campaign without further creatives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Regard {
    /// How much more often it clicks.
    pub liking: f64,
    /// Share of its blindness to ads that is left.
    pub blindness: f64,
}

impl Regard {
    /// An ad like any other.
    pub const PLAIN: Self = Self {
        liking: 1.0,
        blindness: 1.0,
    };
}

/// Returns how much more often an avatar clicks a creative than the first of its campaign.
#[must_use]
pub fn liking(
    seed: u64,
    id: AvatarId,
    a: &Avatar,
    campaign: CampaignId,
    face: AdFace,
    choice: &ChoiceConfig,
) -> f64 {
    let taste = choice.creative_taste;
    if face.creative() == 0 || taste <= 0.0 {
        return 1.0;
    }
    let key = u64::from(campaign.0) << 8 | u64::from(face.creative());
    let merit = RngStream::new(seed, Purpose::CreativeMerit, key, 0).normal();
    let words = interest(a, usize::from(lean(seed, campaign, face)));
    let shown = picture(seed, campaign, face);
    let mut style = RngStream::new(seed, Purpose::PictureTaste, u64::from(id.0), 0);
    let fit: f64 = shown.iter().map(|x| x * style.normal()).sum();
    let size: f64 = shown.iter().map(|x| x * x).sum();
    let look = fit / size.sqrt().max(f64::MIN_POSITIVE);
    let score = WEIGHTS.0 * merit + WEIGHTS.1 * words + WEIGHTS.2 * look;
    math::exp(taste * score - 0.5 * taste * taste).min(MOST_LIKED)
}

/// Returns how much an avatar cares for a topic, in deviations from what it cares for one that has words on average.
fn interest(a: &Avatar, topic: usize) -> f64 {
    let all = &a.interests[..n_topics().min(a.interests.len())];
    let n = all.len().max(1) as f64;
    let mean = all.iter().map(|x| f64::from(*x)).sum::<f64>() / n;
    let square = all.iter().map(|x| math::pow(f64::from(*x) - mean, 2.0));
    let deviation = (square.sum::<f64>() / n).sqrt();
    match all.get(topic) {
        Some(x) if deviation > 1e-9 => (f64::from(*x) - mean) / deviation,
        _ => 0.0,
    }
}

/// The creative of each campaign that an avatar saw last; campaigns in the order in which they were seen first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Row(Vec<(CampaignId, u8)>);

impl RowHash for Row {
    fn hash_row(&self, h: &mut StateHasher) {
        for (campaign, creative) in &self.0 {
            h.u64(u64::from(campaign.0) << 8 | u64::from(*creative));
        }
    }
}

/// What everybody saw last of each campaign.
#[derive(Resource, Default, Serialize, Deserialize)]
pub struct SeenCreatives {
    table: Table<Row>,
}

impl StateHash for SeenCreatives {
    fn digest(&mut self) -> u64 {
        self.table.digest()
    }
}

impl SeenCreatives {
    /// Returns the creative of a campaign that an avatar saw last; `None` if it saw none that it remembers.
    #[must_use]
    pub fn last(&self, id: AvatarId, campaign: CampaignId) -> Option<u8> {
        let row = self.table.rows().get(id.idx())?;
        let seen = row.0.iter().find(|(c, _)| *c == campaign);
        seen.map(|(_, creative)| *creative)
    }

    /// Returns how an avatar looks at an ad.
    #[must_use]
    pub fn regard(
        &self,
        seed: u64,
        id: AvatarId,
        a: &Avatar,
        ad: &AdSlot,
        choice: &ChoiceConfig,
    ) -> Regard {
        let last = self.last(id, ad.campaign);
        let is_other = last.is_some_and(|k| k != ad.face.creative());
        let relief = if is_other {
            choice.creative_relief
        } else {
            0.0
        };
        Regard {
            liking: liking(seed, id, a, ad.campaign, ad.face, choice),
            blindness: 1.0 - relief,
        }
    }

    /// Remembers that an avatar saw an ad; of more campaigns than it can remember, the one it met first is forgotten.
    pub(super) fn remember(&mut self, id: AvatarId, ad: &AdSlot) {
        while self.table.len() <= id.idx() {
            self.table.push(Row::default());
        }
        let creative = ad.face.creative();
        if self.last(id, ad.campaign) == Some(creative) {
            return;
        }
        let row = &mut self.table.row_mut(id.idx()).0;
        if let Some(seen) = row.iter_mut().find(|(c, _)| *c == ad.campaign) {
            seen.1 = creative;
            return;
        }
        if row.len() == REMEMBERED {
            row.remove(0);
        }
        row.push((ad.campaign, creative));
    }
}

#[cfg(test)]
mod tests {
    use super::super::birth::newcomer;
    use super::*;
    use crate::sim::ids::OfferId;
    use crate::sim::units::Coins;

    fn ad(campaign: u32, creative: u8) -> AdSlot {
        AdSlot {
            campaign: CampaignId(campaign),
            price_per_click: Coins::ZERO,
            price_per_look: Coins::ZERO,
            p_click: 0.01,
            offer: OfferId(0),
            rewarded: false,
            face: AdFace::new(2, creative),
        }
    }

    #[test]
    fn the_first_creative_is_an_ad_like_any_other_and_further_ones_are_liked_as_much_on_average() {
        let choice = ChoiceConfig {
            creative_taste: 0.3,
            ..ChoiceConfig::BASELINE
        };
        let people: Vec<Avatar> = (0..200).map(newcomer).collect();
        let like = |campaign: u32, creative, choice: &ChoiceConfig| {
            let id = AvatarId(campaign % 200);
            let a = &people[id.idx()];
            let face = AdFace::new(1, creative);
            liking(1, id, a, CampaignId(campaign), face, choice)
        };
        let n = 4_000;
        let mut sum = 0.0;
        for campaign in 0..n {
            assert_eq!(like(campaign, 0, &choice), 1.0);
            assert_eq!(like(campaign, 2, &ChoiceConfig::NULL), 1.0);
            sum += like(campaign, 2, &choice);
        }
        // Standard error: .31/√4000 = .005; that interests are not normal moves the mean by as much.
        let mean = sum / f64::from(n);
        assert!((mean - 1.0).abs() < 0.03, "{mean}");
    }

    #[test]
    fn another_creative_than_the_last_one_relieves_and_the_same_does_not() {
        let mut seen = SeenCreatives::default();
        let (id, a) = (AvatarId(0), newcomer(0));
        let choice = ChoiceConfig {
            creative_relief: 0.25,
            ..ChoiceConfig::NULL
        };
        let left = |seen: &SeenCreatives, k| seen.regard(1, id, &a, &ad(4, k), &choice).blindness;
        assert_eq!(left(&seen, 1), 1.0);
        seen.remember(id, &ad(4, 1));
        assert_eq!((left(&seen, 1), left(&seen, 2)), (1.0, 0.75));
        let other = seen.regard(1, id, &a, &ad(5, 2), &choice);
        assert_eq!(other, Regard::PLAIN);
    }

    #[test]
    fn the_last_creative_of_each_campaign_is_remembered_and_the_oldest_campaign_forgotten() {
        let mut seen = SeenCreatives::default();
        let id = AvatarId(2);
        assert_eq!(seen.last(id, CampaignId(0)), None);
        seen.remember(id, &ad(0, 3));
        seen.remember(id, &ad(0, 1));
        assert_eq!(seen.last(id, CampaignId(0)), Some(1));
        assert_eq!(seen.last(AvatarId(1), CampaignId(0)), None);
        for c in 1..=REMEMBERED as u32 {
            seen.remember(id, &ad(c, 0));
        }
        assert_eq!(seen.last(id, CampaignId(0)), None);
        assert_eq!(seen.last(id, CampaignId(1)), Some(0));
    }
}
