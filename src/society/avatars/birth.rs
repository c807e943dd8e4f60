//! Making an avatar: every latent is drawn from streams of its own, keyed by the avatar's id.

use serde::{Deserialize, Serialize};

use super::avatar::{Activity, Avatar, MAX_TOPICS, N_DOMAINS, Role};
use super::config::{AvatarsConfig, ReturnsConfig, SessionsConfig};
use crate::events::behavior::{NO_OFFER, NO_SPACE};
use crate::sim::ids::{AvatarId, ParcelId, SessionId};
use crate::sim::math;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::units::{Coins, Tick};

/// Sessions a day below which nobody counts as living here.
const MIN_RATE: f64 = 0.002;

/// Interests shared by a kind of people, from which individual interests are drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Archetypes {
    mixtures: Vec<[f64; MAX_TOPICS]>,
    shares: Vec<f64>,
    n_topics: usize,
}

impl Archetypes {
    /// Draws `n` archetypes over `n_topics` topics; each loves a few topics, and some topics are loved by many.
    #[must_use]
    pub fn new(seed: u64, n: usize, n_topics: usize) -> Self {
        let n_topics = n_topics.min(MAX_TOPICS);
        let mut mixtures = Vec::with_capacity(n);
        let mut shares = Vec::with_capacity(n);
        for a in 0..n {
            let mut rng = RngStream::new(seed, Purpose::Interests, a as u64, u32::MAX);
            let mut m = [0.0; MAX_TOPICS];
            let mut total = 0.0;
            for (k, x) in m.iter_mut().take(n_topics).enumerate() {
                // Zipf-like popularity of topics.
                *x = rng.gamma(0.25) / math::pow(k as f64 + 3.0, 0.4);
                total += *x;
            }
            for x in &mut m {
                *x /= total;
            }
            mixtures.push(m);
            shares.push(1.0 / (a as f64 + 2.0));
        }
        Self {
            mixtures,
            shares,
            n_topics,
        }
    }

    /// Returns how many archetypes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.mixtures.len()
    }

    /// Says whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.mixtures.is_empty()
    }

    /// Returns the topic mixture of an archetype.
    #[must_use]
    pub fn mixture(&self, archetype: usize) -> &[f64; MAX_TOPICS] {
        &self.mixtures[archetype]
    }

    /// Draws an archetype and interests around it (Dirichlet), as a unit vector.
    pub fn draw(&self, concentration: f64, rng: &mut RngStream) -> (u16, [f32; MAX_TOPICS]) {
        let a = rng.weighted(&self.shares).unwrap_or(0);
        let mut theta = [0.0f32; MAX_TOPICS];
        for (k, x) in theta.iter_mut().take(self.n_topics).enumerate() {
            *x = rng.gamma((concentration * self.mixtures[a][k]).max(0.01)) as f32;
        }
        normalize(&mut theta);
        (a as u16, theta)
    }
}

/// Scales a vector to length 1; a zero vector stays zero.
pub fn normalize(v: &mut [f32]) {
    let norm = math::dot(v, v).sqrt();
    if norm > 0.0 {
        for x in v {
            *x /= norm;
        }
    }
}

/// How old an avatar's membership is when the world begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tenure {
    /// Joins now.
    Newcomer,
    /// Has stayed a while already, so that it is one of those who stay.
    Resident,
}

/// Draws an avatar.
pub fn bear(
    seed: u64,
    id: AvatarId,
    now: Tick,
    tenure: Tenure,
    home: ParcelId,
    archetypes: &Archetypes,
    who: &AvatarsConfig,
    when: &ReturnsConfig,
    stay: &SessionsConfig,
) -> Avatar {
    let n = u64::from(id.0);
    let mut r = RngStream::new(seed, Purpose::Identity, n, 0);
    let (archetype, interests) = archetypes.draw(
        who.interest_concentration,
        &mut RngStream::new(seed, Purpose::Interests, n, 0),
    );
    let mut taste = [0.0f32; N_DOMAINS];
    for t in &mut taste {
        *t = r.log_normal(-0.18, 0.6) as f32;
    }
    // A rate of leaving from Gamma(k, 1/days); given that a resident has stayed `age` days its rate is
    // Gamma(k, 1/(days + age)): the mixture is its own posterior, so residents need no other law.
    let age = match tenure {
        Tenure::Newcomer => 0.0,
        Tenure::Resident => r.exponential(when.resident_age_days),
    };
    let leaving = r.gamma(when.frailty_shape) / (when.frailty_days + age);
    let rate = (r.gamma(when.rate_shape) / when.rate_shape * when.sessions_per_day).max(MIN_RATE);
    let role = {
        let x = r.uniform();
        if x < who.creator_share {
            Role::Creator
        } else if x < who.creator_share + 0.02 {
            Role::Trader
        } else if x < who.creator_share + 0.03 {
            Role::Landlord
        } else if x < who.creator_share + 0.04 {
            Role::Teacher
        } else {
            Role::Ordinary
        }
    };
    let spending = if r.chance(who.spender_share) {
        r.log_normal(math::ln(4.0), who.spender_sigma) as f32
    } else {
        0.0
    };
    let timezone = (when.timezone_sigma_hours * r.normal())
        .round()
        .clamp(-12.0, 12.0) as i8;
    let peak = (20.0 + 2.0 * r.normal()).round().rem_euclid(24.0) as u8;
    Avatar {
        interests,
        boredom: [0.0; MAX_TOPICS],
        bored_at: now,
        taste,
        log_minutes: (math::ln(stay.median_minutes) + stay.avatar_sigma * r.normal()) as f32,
        rate: rate as f32,
        leaving: leaving as f32,
        social_need: r.log_normal(-0.125, 0.5) as f32,
        price_sensitivity: r.log_normal(-0.08, 0.4) as f32,
        ad_tolerance: r.log_normal(-0.125, 0.5) as f32,
        novelty: r.log_normal(-0.08, 0.4) as f32,
        susceptibility: r.log_normal(-0.08, 0.4) as f32,
        skill: (1_200.0 + 250.0 * r.normal()) as f32,
        mastery: r.beta(1.5, 6.0) as f32,
        spending,
        timezone,
        peak_hour: peak,
        archetype,
        role,
        is_minor: r.chance(who.minor_share),
        has_left: false,
        push_allowed: RngStream::new(seed, Purpose::Consent, n, 0).chance(who.push_opt_in),
        joined: now,
        home,
        satisfaction: 0.1,
        expected: 0.0,
        activity: Activity::Asleep,
        busy_until: now,
        space: NO_SPACE,
        session: SessionId(u64::MAX),
        session_began: now,
        session_ends: now,
        last_seen: now,
        n_sessions: 0,
        minutes: 0,
        night_minutes: 0,
        regret_minutes: 0.0,
        left_home: false,
        course: u32::MAX,
        lessons: 0,
        streak_days: 0,
        last_day: u32::MAX,
        destination: NO_SPACE,
        pending: None,
        woken_by: 0,
        woken_offer: NO_OFFER,
        ads_seen: 0,
        unwanted: 0,
        purse: Coins::ZERO,
        stays_until: Tick(0),
        is_farmer: RngStream::new(seed, Purpose::Farming, n, 0).chance(who.farmer_share),
        drive: 1.0,
    }
}

/// A newcomer as any other, for tests of what people do.
#[cfg(test)]
pub(in crate::society) fn newcomer(id: u32) -> Avatar {
    bear(
        1,
        AvatarId(id),
        Tick(0),
        Tenure::Newcomer,
        ParcelId(0),
        &Archetypes::new(1, 4, 8),
        &AvatarsConfig::BASELINE,
        &ReturnsConfig::BASELINE,
        &SessionsConfig::BASELINE,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survivors(n: u32, day: f64) -> f64 {
        let stays = |id| math::exp(-f64::from(newcomer(id).leaving) * day);
        (0..n).map(stays).sum::<f64>() / f64::from(n)
    }

    #[test]
    fn staying_follows_the_power_law_of_a_gamma_mixture() {
        let r = ReturnsConfig::BASELINE;
        for day in [1.0, 7.0, 30.0] {
            let theory = math::pow(1.0 + day / r.frailty_days, -r.frailty_shape);
            // Standard error below 0.006 for 4 000 avatars.
            assert!((survivors(4_000, day) - theory).abs() < 0.024, "day {day}");
        }
    }

    #[test]
    fn same_id_same_person_whatever_else_is_born() {
        let archetypes = Archetypes::new(1, 4, 8);
        let make = |id| {
            bear(
                7,
                AvatarId(id),
                Tick(0),
                Tenure::Resident,
                ParcelId(0),
                &archetypes,
                &AvatarsConfig::BASELINE,
                &ReturnsConfig::BASELINE,
                &SessionsConfig::BASELINE,
            )
        };
        let (a, _, b) = (make(3), make(4), make(3));
        assert_eq!(a.interests, b.interests);
        assert_eq!(a.rate, b.rate);
        assert!((math::dot(&a.interests, &a.interests) - 1.0).abs() < 1e-5);
    }
}
