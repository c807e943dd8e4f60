//! Sessions: how long an avatar means to stay, what it does next, what a session leaves behind.

use serde::{Deserialize, Serialize};

use super::avatar::{Avatar, N_DOMAINS};
use super::config::{ReturnsConfig, SessionsConfig};
use super::diurnal::DiurnalCurve;
use crate::sim::ids::AvatarId;
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// Longest session, in minutes; beyond a day the city closes the door.
const LONGEST_SESSION: f64 = 960.0;

/// What an avatar turns to next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Intent {
    /// Look at posts.
    Feed,
    /// Play.
    Play,
    /// Talk to who is here.
    Talk,
    /// Look for people.
    MeetPeople,
    /// Look for communities.
    FindCommunity,
    /// Study.
    Study,
    /// Look at assets.
    Assets,
    /// Look at game items.
    GameItems,
    /// Look at land.
    Land,
    /// Go somewhere else.
    Travel,
    /// Publish.
    Create,
}

/// Draws how many minutes the avatar means to stay this time.
pub fn intended_minutes(avatar: &Avatar, cfg: &SessionsConfig, rng: &mut RngStream) -> u32 {
    let mood = 1.0 + 0.4 * f64::from(avatar.satisfaction);
    let minutes = rng.log_normal(f64::from(avatar.log_minutes), cfg.sigma) * mood;
    minutes.clamp(1.0, LONGEST_SESSION).round() as u32
}

/// Draws what to do next, by taste and need.
pub fn next_intent(avatar: &Avatar, cfg: &SessionsConfig, rng: &mut RngStream) -> Intent {
    let taste = |domain: usize| f64::from(avatar.taste[domain.min(N_DOMAINS - 1)]);
    let social = cfg.social_weight * f64::from(avatar.social_need);
    let creates = match avatar.role {
        super::avatar::Role::Creator => 0.12 * f64::from(avatar.drive),
        super::avatar::Role::Teacher => 0.03 * f64::from(avatar.drive),
        _ => 0.001,
    };
    let options = [
        (Intent::Feed, cfg.feed_weight * taste(0)),
        (Intent::Play, cfg.play_weight * taste(1)),
        (Intent::Talk, social),
        (Intent::MeetPeople, 0.25 * social),
        (Intent::FindCommunity, 0.12 * social),
        (Intent::Study, cfg.study_weight * taste(4)),
        (Intent::Assets, cfg.market_weight * taste(2)),
        (Intent::GameItems, 0.4 * cfg.market_weight * taste(1)),
        (Intent::Land, cfg.land_weight * taste(3)),
        (Intent::Travel, cfg.move_weight * f64::from(avatar.novelty)),
        (Intent::Create, cfg.create_weight * creates),
    ];
    let weights = options.map(|(_, w)| w);
    rng.weighted(&weights)
        .map_or(Intent::Feed, |i| options[i].0)
}

/// Returns the chance to leave in this minute, before the intended time is over.
#[must_use]
pub fn bail_chance(avatar: &Avatar, cfg: &SessionsConfig) -> f64 {
    cfg.bail_hazard * math::exp(-2.0 * f64::from(avatar.satisfaction))
}

/// What happens after a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Future {
    /// Comes back at this tick.
    Returns(Tick),
    /// Has left for good; only a push or an invitation could bring it back.
    Leaves,
}

/// Draws whether and when the avatar comes back: a Poisson process of visits that ends at an exponential lifetime.
///
/// Satisfaction moves both rates; the mixture over avatars makes the cohort curve.
pub fn future(
    seed: u64,
    id: AvatarId,
    avatar: &Avatar,
    now: Tick,
    cfg: &ReturnsConfig,
    curve: &DiurnalCurve,
) -> Future {
    let mut rng = RngStream::new(seed, Purpose::Return, u64::from(id.0), now.0);
    let s = f64::from(avatar.satisfaction);
    let per_day = f64::from(avatar.rate) * math::exp(cfg.return_per_satisfaction * s);
    let peak = (i32::from(avatar.peak_hour) - i32::from(avatar.timezone)).rem_euclid(24);
    let next = curve.next_after(now, per_day, peak.cast_unsigned(), rng.exponential(1.0));
    let Some(next) = next else {
        return Future::Leaves;
    };
    let leaving = f64::from(avatar.leaving) * math::exp(-cfg.churn_per_dissatisfaction * s);
    let gap_days = f64::from(next.since(now)) / f64::from(TICKS_PER_DAY);
    let lifetime = RngStream::new(seed, Purpose::Churn, u64::from(id.0), now.0)
        .exponential(1.0 / leaving.max(1e-12));
    if lifetime < gap_days {
        Future::Leaves
    } else {
        Future::Returns(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::society::avatars::birth::newcomer;

    fn share_leaving(satisfaction: f32) -> f64 {
        let curve = DiurnalCurve::new(2.0);
        let leaves = (0..3_000u32)
            .filter(|id| {
                let mut a = newcomer(*id);
                a.satisfaction = satisfaction;
                let f = future(
                    1,
                    AvatarId(*id),
                    &a,
                    Tick(0),
                    &ReturnsConfig::BASELINE,
                    &curve,
                );
                f == Future::Leaves
            })
            .count();
        leaves as f64 / 3_000.0
    }

    #[test]
    fn dissatisfied_avatars_leave_more_often() {
        assert!(share_leaving(-0.5) > share_leaving(0.5) + 0.1);
    }

    #[test]
    fn sessions_have_the_asked_median() {
        let cfg = SessionsConfig::BASELINE;
        let mut minutes: Vec<u32> = (0..4_001)
            .map(|id| {
                let mut a = newcomer(id);
                a.satisfaction = 0.0;
                intended_minutes(
                    &a,
                    &cfg,
                    &mut RngStream::new(1, Purpose::Session, u64::from(id), 0),
                )
            })
            .collect();
        minutes.sort_unstable();
        let median = f64::from(minutes[2_000]);
        assert!((median - cfg.median_minutes).abs() <= 1.0, "{median}");
    }
}
