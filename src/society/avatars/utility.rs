//! True utility: how much an avatar would like a thing now. The platform can only guess it.
//!
//! `u = match·(1 − boredom) + quality + freshness + friends + flow − price − clutter`, on the scale on which the
//! outside option is `choice.outside_option`.

use super::avatar::Avatar;
use super::config::ChoiceConfig;
use super::satisfaction::taste_match;
use crate::sim::math;
use crate::sim::units::{Coins, Tick};
use crate::society::content::catalogue::freshness;
use crate::society::content::config::ContentConfig;
use crate::society::content::item::{ItemCard, ItemKind};
use crate::society::content::truth::ItemTruth;

/// Elo points by which a game should exceed the player's skill, for flow.
const FLOW_OFFSET: f64 = 40.0;

/// Width of the flow channel, in Elo points.
const FLOW_WIDTH: f64 = 250.0;

/// Utility of being in the middle of the flow channel.
const FLOW_WEIGHT: f64 = 0.5;

/// Coins in the purse that halve what a price feels like.
const AT_EASE: f64 = 40.0;

/// Utility an owner attaches to a coin of daily rent.
const RENT_WEIGHT: f64 = 1.0;

/// Returns the utility of an item at a price.
#[must_use]
pub fn of_item(
    avatar: &Avatar,
    card: &ItemCard,
    truth: &ItemTruth,
    price: Coins,
    now: Tick,
    choice: &ChoiceConfig,
    content: &ContentConfig,
) -> f64 {
    let mut u = choice.match_weight * taste_match(avatar, &truth.topics)
        + choice.quality_weight * f64::from(truth.quality);
    match card.kind {
        ItemKind::Post | ItemKind::News | ItemKind::Video => {
            if choice.freshness_weight > 0.0 {
                u += choice.freshness_weight
                    * freshness(card.born, now, content.freshness_half_life_hours);
            }
        }
        ItemKind::Game | ItemKind::Course => {
            let skill = if card.kind == ItemKind::Game {
                f64::from(avatar.skill)
            } else {
                900.0 + 600.0 * f64::from(avatar.mastery)
            };
            u += FLOW_WEIGHT * flow(f64::from(card.difficulty), skill);
        }
        ItemKind::GameItem | ItemKind::Asset | ItemKind::Textbook => {}
    }
    u - price_cost(avatar, price, choice)
}

/// Returns the disutility of a price.
#[must_use]
pub fn price_cost(avatar: &Avatar, price: Coins, choice: &ChoiceConfig) -> f64 {
    if !price.is_positive() {
        return 0.0;
    }
    // A coin hurts less the more of them one has.
    let felt = price.as_f64() * AT_EASE / (AT_EASE + avatar.purse.as_f64().max(0.0));
    choice.price_weight * f64::from(avatar.price_sensitivity) * math::ln(1.0 + felt)
}

/// Returns the price at which something that is `gain` better than nothing would be no better any more, for an avatar with
/// `purse` coins: what [`price_cost`] makes of it is the gain. Zero without a gain.
///
/// With c the coins felt, gain = w ln(1 + c), so c = exp(gain / w) − 1.
#[must_use]
pub fn reservation_price(avatar: &Avatar, purse: Coins, gain: f64, choice: &ChoiceConfig) -> Coins {
    let weight = choice.price_weight * f64::from(avatar.price_sensitivity);
    if gain <= 0.0 || gain.is_nan() {
        return Coins::ZERO;
    }
    // Beyond a million coins nobody's purse tells the difference.
    let felt = math::exp((gain / weight.max(1e-9)).min(13.8)) - 1.0;
    let coins = felt * (AT_EASE + purse.as_f64().max(0.0)) / AT_EASE;
    Coins::from_f64(coins.min(1e6))
}

/// Returns how deep in the flow channel a challenge is, in (0, 1].
///
/// # Source
/// Csikszentmihalyi (1990); Gaussian form as in science annex A7.
#[must_use]
pub fn flow(challenge: f64, skill: f64) -> f64 {
    let z = (challenge - skill - FLOW_OFFSET) / FLOW_WIDTH;
    math::exp(-0.5 * z * z)
}

/// Returns the chance that a player of `skill` beats `difficulty`.
///
/// # Source
/// Elo (1978).
#[must_use]
pub fn win_chance(skill: f64, difficulty: f64) -> f64 {
    1.0 / (1.0 + math::pow(10.0, (difficulty - skill) / 400.0))
}

/// Returns the utility of getting to know another avatar.
#[must_use]
pub fn of_person(avatar: &Avatar, other: &Avatar, common: u32, choice: &ChoiceConfig) -> f64 {
    let likeness = f64::from(math::dot(&avatar.interests, &other.interests));
    choice.match_weight * 0.8 * likeness
        + choice.friend_weight
            * f64::from(avatar.susceptibility)
            * math::ln(1.0 + f64::from(common))
}

/// Returns the utility of something with public topics, such as a community or a space.
#[must_use]
pub fn of_topics(avatar: &Avatar, topics: &[f32], friends: u32, choice: &ChoiceConfig) -> f64 {
    choice.match_weight * f64::from(math::dot(&avatar.interests, topics))
        + choice.friend_weight
            * f64::from(avatar.susceptibility)
            * math::ln(1.0 + f64::from(friends))
}

/// Returns the utility of a parcel passed by `footfall` people a day.
#[must_use]
pub fn of_parcel(avatar: &Avatar, footfall: f64, price: Coins, choice: &ChoiceConfig) -> f64 {
    let appeal = f64::from(avatar.taste[3]);
    RENT_WEIGHT * appeal * math::ln(1.0 + footfall) - 0.5 * price_cost(avatar, price, choice)
}

/// Returns the probability that the thing would be taken if nothing else were offered: the attraction w_i(c), in [0, 1].
#[must_use]
pub fn attraction(utility: f64, choice: &ChoiceConfig) -> f64 {
    math::sigmoid(utility - choice.outside_option)
}

/// Returns the median minutes spent with an item of a kind.
#[must_use]
pub fn median_minutes(kind: ItemKind) -> f64 {
    match kind {
        ItemKind::Post => 0.8,
        ItemKind::News => 1.6,
        ItemKind::Video => 2.8,
        ItemKind::Game => 7.0,
        ItemKind::GameItem | ItemKind::Asset => 0.7,
        ItemKind::Course => 6.0,
        ItemKind::Textbook => 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flow_is_deepest_slightly_above_ones_skill() {
        assert!((flow(1_240.0, 1_200.0) - 1.0).abs() < 1e-12);
        assert!(flow(1_240.0, 1_200.0) > flow(1_000.0, 1_200.0));
        assert!(flow(1_000.0, 1_200.0) > flow(1_900.0, 1_200.0));
    }

    #[test]
    fn equal_players_win_half_of_their_games() {
        assert_eq!(win_chance(1_200.0, 1_200.0), 0.5);
        // Elo's table: 200 points are worth .76.
        assert!((win_chance(1_400.0, 1_200.0) - 0.759_746_926_647_958).abs() < 1e-12);
    }
}
