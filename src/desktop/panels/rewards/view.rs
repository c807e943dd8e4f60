//! The rows of the panel of rewards.

use crate::desktop::panels::kit::numbers::{decimal, percent};
use crate::desktop::panels::policy::plain;
use crate::desktop::view::flow_days::FlowDays;
use crate::desktop::view::sight::City;
use crate::economy::ledger::Ledger;
use crate::economy::purpose::Purpose;
use crate::lab::report::reach::BonusRows;
use crate::platform::incentives::bonus::book::{BonusBook, RunningDay};
use crate::platform::incentives::config::{BonusConfig, RewardArm};
use crate::platform::incentives::reward::RewardBook;
use crate::scenario::schema::Scenario;
use crate::sim::config::ConfigValue as _;
use crate::sim::units::Tick;
use crate::society::avatars::profile::Profiles;

/// What coins are given to avatars for, in the order in which it is shown.
const GIVEN: [Purpose; 6] = [
    Purpose::LoginReward,
    Purpose::QuestReward,
    Purpose::WatchReward,
    Purpose::BonusReward,
    Purpose::Referral,
    Purpose::CreatorPayout,
];

/// What was given on a day: which, and coins in the order of [`GIVEN`].
pub(super) type DayGiven = (u32, [f64; GIVEN.len()]);

/// What was given for one purpose.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenRow {
    /// What for, as in the ledger.
    pub purpose: Purpose,
    /// Coins given since midnight.
    pub today: f64,
    /// Coins given over the whole run.
    pub total: f64,
    /// Times it was given over the whole run.
    pub times: u64,
    /// Whether any was given on the finished days that were watched.
    pub is_on_days: bool,
    /// What the scenario says about it now.
    pub rule: String,
}

/// How bonuses stand today.
#[derive(Debug, Clone, PartialEq)]
pub struct BonusesToday {
    /// The day that is open.
    pub running: RunningDay,
    /// Coins that could be spent when it was opened.
    pub to_spend: f64,
}

impl BonusesToday {
    /// Returns the coins that are left of those.
    #[must_use]
    pub fn left(&self) -> f64 {
        (self.to_spend - self.running.day.paid.as_f64()).max(0.0)
    }
}

/// The rows of the panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RewardsView {
    /// How bonuses are offered; `None` before a city is there.
    pub offer: Option<BonusConfig>,
    /// The tick that runs next.
    pub now: Tick,
    /// Coins for bonuses a day, for as many as live here now.
    pub a_day: f64,
    /// The day of bonuses that is open.
    pub today: Option<BonusesToday>,
    /// What bonuses came to, as in a report.
    pub bonuses: BonusRows,
    /// Share of the bonuses seen that met somebody who came anyway, by the truth.
    pub wasted: Option<f64>,
    /// Share of the coins for bonuses that went to farmers, by the truth.
    pub farmed: Option<f64>,
    /// What was given for what.
    pub given: Vec<GivenRow>,
    /// What was given on finished days that were watched: the day, and coins in the order of `given`.
    pub days: Vec<DayGiven>,
    /// Avatars by days in a row that they came, from one to seven and more.
    pub streaks: Vec<u64>,
    /// Policy changes: day and text.
    pub marks: Vec<(f64, String)>,
}

impl RewardsView {
    /// Says whether bonuses are offered, or were.
    #[must_use]
    pub fn has_bonuses(&self) -> bool {
        let offers = self.offer.as_ref();
        offers.is_some_and(|o| o.arm != RewardArm::None) || !self.bonuses.days.is_empty()
    }
}

/// Returns the word of a way to give bonuses out.
pub(super) fn arm_word(arm: RewardArm) -> String {
    plain(&arm.show())
}

/// Fills the rows.
pub(super) fn fill(watch: &FlowDays, city: &City<'_>) -> RewardsView {
    let book = city.get::<BonusBook>();
    let offer = &city.scenario.platform.bonus.offer;
    let now = city.now();
    let a_day = offer.a_day(city.get::<Profiles>().table.len());
    let days = days(watch);
    let streaks = city.get::<RewardBook>().streaks(now.day());
    RewardsView {
        offer: Some(offer.clone()),
        now,
        a_day,
        today: book.running_day().map(|running| BonusesToday {
            running,
            to_spend: book.to_spend(a_day),
        }),
        bonuses: city.report.bonuses.clone(),
        wasted: city.headline("bonus_wasted_share"),
        farmed: city.headline("bonus_farmed_share"),
        given: given(city, &days),
        days,
        streaks: streaks.to_vec(),
        marks: city.mark_texts(),
    }
}

fn days(watch: &FlowDays) -> Vec<DayGiven> {
    let days = watch.days();
    days.map(|(day, flowed)| (day, GIVEN.map(|purpose| flowed[purpose as usize].as_f64())))
        .collect()
}

fn given(city: &City<'_>, days: &[DayGiven]) -> Vec<GivenRow> {
    let ledger = city.get::<Ledger>();
    let rows = GIVEN.into_iter().enumerate();
    rows.map(|(i, purpose)| {
        let flow = ledger.flow(purpose);
        GivenRow {
            purpose,
            today: flow.today.as_f64(),
            total: flow.total.as_f64(),
            times: flow.count,
            is_on_days: days.iter().any(|(_, coins)| coins[i] > 0.0),
            rule: rule(city.scenario, purpose),
        }
    })
    .collect()
}

/// Says in words what is given for a purpose now.
fn rule(scenario: &Scenario, purpose: Purpose) -> String {
    let config = &scenario.platform.incentives;
    let ads = &scenario.platform.ads;
    let off = || "not given".to_owned();
    match purpose {
        Purpose::LoginReward if config.login && config.login_reward > 0.0 => format!(
            "{} for a day, {} more for each day in a row, up to a week",
            decimal(config.login_reward),
            percent(config.streak_bonus)
        ),
        Purpose::QuestReward => {
            let mut parts = Vec::new();
            if config.quests && config.quest_reward > 0.0 {
                parts.push(format!(
                    "{} for {} things done",
                    decimal(config.quest_reward),
                    config.quest_length
                ));
            }
            if config.drops && config.drop_value > 0.0 {
                parts.push(format!(
                    "{} for {} of games won",
                    decimal(config.drop_value),
                    percent(config.drop_rate)
                ));
            }
            if parts.is_empty() {
                off()
            } else {
                parts.join("; ")
            }
        }
        Purpose::WatchReward if config.watch_reward > 0.0 && ads.enabled && ads.rewarded => {
            format!(
                "{} for an ad watched to the end",
                decimal(config.watch_reward)
            )
        }
        Purpose::BonusReward => {
            let offer = &scenario.platform.bonus.offer;
            let (small, large) = (decimal(offer.small), decimal(offer.large));
            let coins = match offer.arm {
                RewardArm::None => return off(),
                RewardArm::Fixed => small,
                RewardArm::Random | RewardArm::Uplift => format!("{small} or {large}"),
            };
            format!("{coins} for a visit of {} min", offer.minutes)
        }
        // The coins wait for somebody who joins by invitation.
        Purpose::Referral if config.referral > 0.0 && scenario.society.referrals.is_on() => {
            format!(
                "{} for a newcomer who comes on {} days and stays {} min",
                decimal(config.referral),
                config.referral_days,
                config.referral_minutes
            )
        }
        Purpose::CreatorPayout => {
            let fund = scenario.economy.treasury.creators_fund_per_1000;
            if fund > 0.0 {
                format!(
                    "{} a day for each thousand residents, by uses",
                    decimal(fund)
                )
            } else {
                off()
            }
        }
        _ => off(),
    }
}
