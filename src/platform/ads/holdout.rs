//! Hold-outs: whom a campaign is never shown, so that what its ads change can be measured.
//!
//! Membership is drawn for each campaign and avatar and never changes. The auction is held with everybody; if a campaign
//! would have won before somebody it is held out from, that is noted and the auction is held again without it. Those who would
//! have been shown an ad are so known on both sides, and only they are compared.
//!
//! # Source
//! Johnson, Lewis and Nubbemeyer (2017), "Ghost ads".

use crate::sim::ids::{AvatarId, CampaignId};
use crate::sim::rng::{Purpose, RngStream};

/// Says whether an avatar is never shown a campaign.
#[must_use]
pub fn is_held_out(seed: u64, avatar: AvatarId, campaign: CampaignId, share: f64) -> bool {
    let pair = u64::from(campaign.0) << 32 | u64::from(avatar.0);
    share > 0.0 && RngStream::new(seed, Purpose::HoldOut, pair, 0).chance(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_held_out_from_each_campaign_and_not_the_same_people() {
        let n = 10_000;
        let held = |campaign| -> Vec<bool> {
            let one = |a| is_held_out(1, AvatarId(a), CampaignId(campaign), 0.2);
            (0..n).map(one).collect()
        };
        let (a, b) = (held(0), held(1));
        let count = |list: &[bool]| list.iter().filter(|x| **x).count() as f64;
        // Four deviations of √(10 000 · .2 · .8) = 40.
        assert!((count(&a) - 2_000.0).abs() < 160.0);
        let both = a.iter().zip(&b).filter(|(x, y)| **x && **y).count() as f64;
        // √(10 000 · .04 · .96) = 19.6.
        assert!((both - 400.0).abs() < 79.0);
        assert!(!is_held_out(1, AvatarId(3), CampaignId(0), 0.0));
    }
}
