//! Sessions: how long an avatar means to stay, what it does next, what a session leaves behind.

use serde::{Deserialize, Serialize};

use super::avatar::{Avatar, N_DOMAINS};
use super::config::{ReturnsConfig, SessionsConfig};
use super::diurnal::DiurnalCurve;
use super::thinning::first_of_day;
use crate::sim::ids::AvatarId;
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// Longest session, in minutes; beyond a day the city closes the door.
const LONGEST_SESSION: f64 = 960.0;

/// Days of absence, counted by visits, after which somebody has left, where visits are looked for and not drawn.
const LONGEST_ABSENCE: f64 = 3_650.0;

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
    let s = f64::from(avatar.satisfaction);
    let coming = f64::from(avatar.rate) * math::exp(cfg.return_per_satisfaction * s);
    let leaving = f64::from(avatar.leaving) * math::exp(-cfg.churn_per_dissatisfaction * s);
    let peak = (i32::from(avatar.peak_hour) - i32::from(avatar.timezone)).rem_euclid(24);
    let rates = Rates {
        coming,
        leaving,
        peak: peak.cast_unsigned(),
    };
    if cfg.shared_moments {
        rates.by_moments(seed, u64::from(id.0), now, curve)
    } else {
        rates.by_gaps(seed, u64::from(id.0), now, curve)
    }
}

/// How often somebody comes and leaves for good, in events a day, and the hour of the clock around which it comes.
struct Rates {
    coming: f64,
    leaving: f64,
    peak: u32,
}

impl Rates {
    /// Draws the gap to the next visit and the lifetime from now.
    fn by_gaps(&self, seed: u64, id: u64, now: Tick, curve: &DiurnalCurve) -> Future {
        let mut rng = RngStream::new(seed, Purpose::Return, id, now.0);
        let next = curve.next_after(now, self.coming, self.peak, rng.exponential(1.0));
        let Some(next) = next else {
            return Future::Leaves;
        };
        let gap_days = f64::from(next.since(now)) / f64::from(TICKS_PER_DAY);
        let lifetime = RngStream::new(seed, Purpose::Churn, id, now.0)
            .exponential(1.0 / self.leaving.max(1e-12));
        if lifetime < gap_days {
            Future::Leaves
        } else {
            Future::Returns(next)
        }
    }

    /// Looks, day by day, for the next of the moments that lie below the rates.
    fn by_moments(&self, seed: u64, id: u64, now: Tick, curve: &DiurnalCurve) -> Future {
        let from = curve.lived(now, self.peak);
        let end = from + LONGEST_ABSENCE;
        let mut day = now.day();
        while self.coming > 0.0 && f64::from(day) < end {
            let next = |purpose, rate| first_of_day(seed, purpose, id, day, from, rate);
            let back = next(Purpose::Return, self.coming).filter(|back| *back < end);
            match (back, next(Purpose::Churn, self.leaving)) {
                (Some(back), leaves) if leaves.is_none_or(|leaves| leaves >= back) => {
                    let at = curve.next_after(now, 1.0, self.peak, back - from);
                    return at.map_or(Future::Leaves, Future::Returns);
                }
                (_, Some(_)) => return Future::Leaves,
                _ => day += 1,
            }
        }
        Future::Leaves
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::society::avatars::birth::newcomer;

    /// How many there are of whom the future is told.
    const N: u32 = 3_000;

    fn rules(shared_moments: bool) -> ReturnsConfig {
        ReturnsConfig {
            shared_moments,
            ..ReturnsConfig::BASELINE
        }
    }

    /// Futures of people who are as satisfied and go to sleep at a tick.
    fn futures(satisfaction: f32, now: Tick, cfg: &ReturnsConfig) -> Vec<Future> {
        let curve = DiurnalCurve::new(2.0);
        (0..N)
            .map(|id| {
                let mut a = newcomer(id);
                a.satisfaction = satisfaction;
                future(1, AvatarId(id), &a, now, cfg, &curve)
            })
            .collect()
    }

    fn share_leaving(satisfaction: f32, cfg: &ReturnsConfig) -> f64 {
        let all = futures(satisfaction, Tick(0), cfg);
        all.iter().filter(|f| **f == Future::Leaves).count() as f64 / f64::from(N)
    }

    #[test]
    fn dissatisfied_avatars_leave_more_often() {
        for cfg in [rules(false), rules(true)] {
            assert!(share_leaving(-0.5, &cfg) > share_leaving(0.5, &cfg) + 0.1);
        }
    }

    #[test]
    fn shared_moments_follow_the_same_law() {
        let told = |cfg: &ReturnsConfig| {
            let all = futures(0.1, Tick(700), cfg);
            let gaps: Vec<f64> = all
                .iter()
                .filter_map(|f| match f {
                    Future::Returns(at) => Some(f64::from(at.since(Tick(700)))),
                    Future::Leaves => None,
                })
                .collect();
            let within = |days: f64| gaps.iter().filter(|g| **g < days * 1_440.0).count() as f64;
            [gaps.len() as f64, within(0.3), within(1.0), within(4.0)].map(|n| n / f64::from(N))
        };
        for (gaps, moments) in told(&rules(false)).into_iter().zip(told(&rules(true))) {
            // Four standard errors of the difference of two shares.
            assert!((gaps - moments).abs() < 4.0 * (0.5 / f64::from(N)).sqrt());
        }
    }

    #[test]
    fn shared_moments_are_shared_by_arms_that_differ_a_little() {
        let alike = |cfg: &ReturnsConfig| {
            let one = futures(0.10, Tick(700), cfg);
            let other = futures(0.08, Tick(706), cfg);
            let both = one.iter().zip(&other);
            both.filter(|(a, b)| a == b && **a != Future::Leaves)
                .count()
        };
        let return_at_all = N - (share_leaving(0.1, &rules(true)) * f64::from(N)) as u32;
        assert!(alike(&rules(true)) > return_at_all as usize * 9 / 10);
        assert!(alike(&rules(false)) < return_at_all as usize / 10);
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
