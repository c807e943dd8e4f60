//! Scheduled shocks: a fashion, a shift of interests.

use bevy::ecs::prelude::*;

use super::avatar::{Avatars, MAX_TOPICS};
use super::birth::normalize;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimClock};
use crate::society::config::{ShocksConfig, SocietyRules};
use crate::society::population::Population;

/// Moves a share of everybody's interests towards a topic on the day of a fashion.
pub fn follow_fashion(
    clock: Res<SimClock>,
    rules: Res<SocietyRules>,
    population: Res<Population>,
    mut avatars: ResMut<Avatars>,
) {
    let shock = &rules.0.shocks;
    let is_due = shock.fashion_day > 0
        && clock.now.minute_of_day() == 0
        && clock.now.day() == shock.fashion_day;
    if !is_due || shock.fashion_topic as usize >= population.n_topics {
        return;
    }
    let share = shock.fashion_strength as f32;
    for i in 0..avatars.table.len() {
        let a = avatars.table.row_mut(i);
        for (k, x) in a.interests.iter_mut().enumerate() {
            let target = if k == shock.fashion_topic as usize {
                1.0
            } else {
                0.0
            };
            *x += share * (target - *x);
        }
        normalize(&mut a.interests);
    }
}

/// Shifts the interests of a share of the avatars on the day of the shift: what they loved one topic for, they now love another.
pub fn shift_interests(
    clock: Res<SimClock>,
    seed: Res<Seed>,
    rules: Res<SocietyRules>,
    population: Res<Population>,
    mut avatars: ResMut<Avatars>,
) {
    let shock = &rules.0.shocks;
    let is_due =
        shock.shift_day > 0 && clock.now.minute_of_day() == 0 && clock.now.day() == shock.shift_day;
    if !is_due {
        return;
    }
    for i in 0..avatars.table.len() {
        let mut rng = RngStream::new(seed.0, Purpose::Drift, i as u64, clock.now.0);
        if rng.chance(shock.shift_share) {
            let a = avatars.table.row_mut(i);
            shift(&mut a.interests, population.n_topics, shock);
        }
    }
}

/// Moves `shift_strength` of the interest in each topic to the topic `shift_by` further on, around the circle of topics.
fn shift(interests: &mut [f32; MAX_TOPICS], n_topics: usize, shock: &ShocksConfig) {
    let before = *interests;
    let moved = shock.shift_strength as f32;
    for x in interests.iter_mut().take(n_topics) {
        *x *= 1.0 - moved;
    }
    for (topic, x) in before.iter().take(n_topics).enumerate() {
        interests[(topic + shock.shift_by as usize) % n_topics] += moved * x;
    }
    normalize(interests);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shock(shift_by: u32, shift_strength: f64) -> ShocksConfig {
        ShocksConfig {
            shift_day: 1,
            shift_by,
            shift_strength,
            ..ShocksConfig::default()
        }
    }

    #[test]
    fn a_full_shift_carries_every_interest_to_another_topic_and_loses_none() {
        let mut interests = [0.0; MAX_TOPICS];
        (interests[0], interests[3]) = (0.6, 0.8);
        shift(&mut interests, 4, &shock(2, 1.0));
        assert!((interests[2] - 0.6).abs() < 1e-6 && (interests[1] - 0.8).abs() < 1e-6);
        assert_eq!((interests[0], interests[3]), (0.0, 0.0));
    }

    #[test]
    fn no_strength_and_a_whole_circle_change_nothing() {
        let mut interests = [0.0; MAX_TOPICS];
        (interests[0], interests[1]) = (0.6, 0.8);
        for (by, strength) in [(1, 0.0), (4, 1.0)] {
            let mut shifted = interests;
            shift(&mut shifted, 4, &shock(by, strength));
            for (x, y) in shifted.iter().zip(&interests) {
                assert!((x - y).abs() < 1e-6);
            }
        }
    }
}
