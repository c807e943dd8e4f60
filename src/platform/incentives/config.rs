//! The part of the scenario on rewards.

use crate::{config, config_choice, config_group};

config! {
    /// Coins, drops and quests.
    pub struct IncentivesConfig {
        /// Whether coming back is rewarded.
        login: bool = true, "-";
        /// Coins for coming back.
        login_reward: f64 = 0.4, "coins", 0.0..=1_000_000.0;
        /// How much the reward grows for each day in a row, up to a week.
        streak_bonus: f64 = 0.1, "share", 0.0..=10.0;
        /// Whether there are quests.
        quests: bool = true, "-";
        /// Things to do for a quest.
        quest_length: u32 = 8, "actions", 1..=1000;
        /// Coins for a quest.
        quest_reward: f64 = 1.0, "coins", 0.0..=1_000_000.0;
        /// Whether games drop something of value.
        drops: bool = true, "-";
        /// Chance of a drop for a game that was won.
        drop_rate: f64 = 0.1, "share", 0.0..=1.0;
        /// Worth of a drop.
        drop_value: f64 = 0.8, "coins", 0.0..=1_000_000.0;
        /// Coins for watching a rewarded ad.
        watch_reward: f64 = 0.3, "coins", 0.0..=1_000_000.0;
        /// Coins for a newcomer who joined by an avatar's invitation and has stayed, for both together; 0 for none. Nobody joins by invitation unless society says so.
        referral: f64 = 0.0, "coins", 0.0..=1_000_000.0;
        /// Days on which the newcomer must have come.
        referral_days: u32 = 3, "days", 1..=365;
        /// Minutes it must have stayed, over all of its visits.
        referral_minutes: u32 = 10, "min", 0..=100_000;
        /// Newcomers for whom one avatar is paid, at most.
        referral_cap: u32 = 10, "avatars", 1..=1_000_000;
        /// Share of the coins that the newcomer gets.
        referral_newcomer_share: f64 = 0.25, "share", 0.0..=1.0;
        /// Coins a day for each thousand avatars that can be paid for newcomers; what is due waits until there are enough. At most two days' coins are saved, or one bonus if that is more.
        referral_budget_per_1000: f64 = 60.0, "coins/day", 0.0..=1_000_000.0;
    }
}

impl IncentivesConfig {
    /// Nothing is given.
    pub const NULL: Self = Self {
        login: false,
        quests: false,
        drops: false,
        watch_reward: 0.0,
        ..Self::BASELINE
    };
}

config_choice! {
    /// How uplift is learned.
    pub enum LearnerKind {
        /// One model of the outcome for each arm.
        T = "t",
        /// Effects imputed from the other arm; better where one arm is small.
        X = "x",
    }
}

config_choice! {
    /// Who is rewarded.
    pub enum RewardArm {
        /// Nobody.
        None = "none",
        /// Everybody alike, first come, first served.
        Fixed = "fixed",
        /// Whoever the lot falls on.
        Random = "random",
        /// Those who do most more for a coin, as far as is known.
        Uplift = "uplift",
    }
}

config! {
    /// Rewards by what they bring about.
    pub struct UpliftConfig {
        /// How uplift is learned.
        learner: LearnerKind = LearnerKind::X, "-";
        /// Penalty on weights, as the number of rows that pull as hard.
        penalty_rows: f64 = 10.0, "rows", 0.000_001..=1_000_000.0;
        /// Rows an arm must have before anything is learned from it.
        least_rows: u32 = 30, "rows", 1..=1_000_000;
        /// Share of avatars held out to judge by.
        held_out: f64 = 0.3, "share", 0.0..=0.9;
    }
}

config! {
    /// Bonuses: coins for a visit of some minutes within a day, offered to those who are away.
    pub struct BonusConfig {
        /// To whom they are offered.
        arm: RewardArm = RewardArm::None, "-";
        /// Coins a day for each thousand residents; what a day pays too much or too little is made up for later.
        budget_per_1000: f64 = 60.0, "coins/day", 0.0..=1_000_000.0;
        /// Coins of the smaller bonus.
        small: f64 = 2.0, "coins", 0.000_001..=1_000_000.0;
        /// Coins of the larger bonus.
        large: f64 = 3.0, "coins", 0.000_001..=1_000_000.0;
        /// Minutes that the visit must last.
        minutes: u32 = 10, "min", 1..=600;
        /// Hour of the city's clock at which bonuses are offered; they are open for a day.
        hour: u32 = 8, "hour", 0..=23;
        /// Day on which it begins; before, avatars are only observed.
        start_day: u32 = 3, "day", 0..=10_000;
        /// Share of avatars a day to whom a bonus or none is offered at random, to learn from; only where uplift is learned.
        exploration: f64 = 0.05, "share", 0.0..=1.0;
        /// Share of the bonuses chosen that are withheld at random, to measure what the others bring about.
        withheld: f64 = 0.2, "share", 0.0..=0.9;
        /// Share of avatars never offered a bonus, to measure what all of it brings about.
        hold_out: f64 = 0.1, "share", 0.0..=0.9;
    }
}

impl BonusConfig {
    /// Returns the coins of a day for so many avatars.
    #[must_use]
    pub fn a_day(&self, n_avatars: usize) -> f64 {
        self.budget_per_1000 * n_avatars as f64 / 1_000.0
    }
}

config_group! {
    /// Bonuses, and how it is learned whom they move.
    pub struct BonusesConfig {
        /// What is offered.
        offer: BonusConfig;
        /// How uplift is learned.
        uplift: UpliftConfig;
    }
}

impl BonusesConfig {
    /// Nothing is offered.
    pub const NULL: Self = Self {
        offer: BonusConfig::BASELINE,
        uplift: UpliftConfig::BASELINE,
    };
}
