//! Satisfaction: realised minus expected utility, losses weighing more; boredom; drift of interests.

use super::avatar::{Avatar, MAX_TOPICS};
use super::birth::normalize;
use super::config::ChoiceConfig;
use crate::sim::math;
use crate::sim::units::{TICKS_PER_HOUR, Tick};

/// Learns from an experience worth `utility` (on the scale of choice, where the outside option is `cfg.outside_option`).
///
/// `S ← (1−λ)S + λ·g(u − E)`, `E ← (1−λ/2)E + λ/2·u`, with g weighing losses `loss_aversion` times; S stays in [−1, 1].
///
/// # Source
/// Reference dependence after Kahneman and Tversky (1979); form as in science annex A7.
pub fn experience(avatar: &mut Avatar, utility: f64, cfg: &ChoiceConfig) {
    let rate = cfg.satisfaction_rate as f32;
    let u = math::tanh((utility - cfg.outside_option) / 3.0) as f32;
    let surprise = u - 0.5 * avatar.expected;
    let felt = if surprise < 0.0 {
        surprise * cfg.loss_aversion as f32
    } else {
        surprise
    };
    avatar.satisfaction = ((1.0 - rate) * avatar.satisfaction + rate * felt).clamp(-1.0, 1.0);
    avatar.expected = (1.0 - 0.5 * rate) * avatar.expected + 0.5 * rate * u;
}

/// Takes away satisfaction at once: an ad, an unwanted push, a bad trade.
pub fn annoy(avatar: &mut Avatar, amount: f64) {
    avatar.satisfaction = (avatar.satisfaction - amount as f32).clamp(-1.0, 1.0);
}

/// Brings boredom up to `now` by its half-life.
pub fn recover(avatar: &mut Avatar, now: Tick, cfg: &ChoiceConfig) {
    let hours = f64::from(now.since(avatar.bored_at)) / f64::from(TICKS_PER_HOUR);
    if hours > 0.0 {
        let keep = math::pow(0.5, hours / cfg.boredom_half_life_hours) as f32;
        for b in &mut avatar.boredom {
            *b *= keep;
        }
        avatar.bored_at = now;
    }
}

/// Consumes something with these topics (a unit vector): bores of them and drifts towards them.
pub fn absorb(avatar: &mut Avatar, topics: &[f32; MAX_TOPICS], cfg: &ChoiceConfig) {
    let gain = cfg.boredom_gain as f32;
    for (b, t) in avatar.boredom.iter_mut().zip(topics) {
        *b += gain * t * t * (1.0 - *b);
    }
    if cfg.drift > 0.0 {
        let drift = cfg.drift as f32;
        for (x, t) in avatar.interests.iter_mut().zip(topics) {
            *x += drift * (t - *x);
        }
        normalize(&mut avatar.interests);
    }
}

/// Returns how well topics (a unit vector) match the avatar now: cosine, less what bores it; in [−1, 1].
#[must_use]
pub fn taste_match(avatar: &Avatar, topics: &[f32; MAX_TOPICS]) -> f64 {
    let mut s = 0.0f32;
    for ((x, t), b) in avatar.interests.iter().zip(topics).zip(&avatar.boredom) {
        s += x * t * (1.0 - b);
    }
    f64::from(s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::society::avatars::birth::newcomer;

    #[test]
    fn losses_weigh_more_than_gains() {
        let cfg = ChoiceConfig::BASELINE;
        let (mut up, mut down) = (newcomer(1), newcomer(1));
        for a in [&mut up, &mut down] {
            a.satisfaction = 0.0;
            a.expected = 0.0;
        }
        experience(&mut up, cfg.outside_option + 1.0, &cfg);
        experience(&mut down, cfg.outside_option - 1.0, &cfg);
        assert!((down.satisfaction + up.satisfaction * cfg.loss_aversion as f32).abs() < 1e-6);
    }

    #[test]
    fn boredom_fades_by_its_half_life_and_lowers_the_match() {
        let cfg = ChoiceConfig::BASELINE;
        let mut a = newcomer(1);
        let topics = a.interests;
        let fresh = taste_match(&a, &topics);
        for _ in 0..20 {
            absorb(&mut a, &topics, &cfg);
        }
        assert!(taste_match(&a, &topics) < fresh);
        let before = a.boredom[0];
        let later = Tick((cfg.boredom_half_life_hours * 60.0) as u32);
        recover(&mut a, later, &cfg);
        assert!((a.boredom[0] - before / 2.0).abs() < 1e-6);
    }

    #[test]
    fn interests_drift_towards_what_is_consumed() {
        let cfg = ChoiceConfig {
            drift: 0.05,
            ..ChoiceConfig::NULL
        };
        let mut a = newcomer(1);
        let mut topics = [0.0; MAX_TOPICS];
        topics[2] = 1.0;
        let before = a.interests[2];
        absorb(&mut a, &topics, &cfg);
        assert!(a.interests[2] > before);
        let still = a.interests;
        absorb(&mut a, &topics, &ChoiceConfig::NULL);
        assert_eq!(a.interests, still);
    }
}
