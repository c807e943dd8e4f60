//! What is learned every night from bonuses that were drawn: how many minutes more each size brings, and how often it is
//! earned, which is what it costs.

use serde::{Deserialize, Serialize};

use super::book::{BonusBook, Reason, SIZES, Tried};
use super::features::COLUMNS;
use crate::platform::incentives::allocation::RewardOption;
use crate::platform::incentives::config::UpliftConfig;
use crate::platform::incentives::error::IncentiveError;
use crate::platform::incentives::linear::{Linear, Link, Rows};
use crate::platform::incentives::meta_learner::OutcomeKind;
use crate::platform::incentives::qini::Qini;
use crate::platform::incentives::sizes::RewardUplift;
use crate::platform::incentives::trial::{Arm, Halves, Trial};
use crate::sim::ids::AvatarId;
use crate::sim::state_hash::{RowHash, StateHasher};
use crate::sim::units::Coins;

/// Share of a bonus that it is reckoned to cost at least, however seldom it is earned.
const LEAST_COST: f64 = 0.02;

/// Bonuses as if sent and earned before anything was seen.
const PRIOR: (f64, f64) = (10.0, 3.0);

/// Minutes of a day that count for learning, as a multiple of those that are asked for: a few very long days would otherwise
/// decide who is taken to be moved. What is measured in the end counts all of them.
const LONGEST: f64 = 3.0;

/// Divides avatars into those learned from and those judged by.
const SALT: u64 = 0xB0;

/// What a bonus brings and what it costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BonusModel {
    uplift: RewardUplift,
    earned: Vec<Linear>,
}

impl RowHash for BonusModel {
    fn hash_row(&self, h: &mut StateHasher) {
        self.uplift.hash_row(h);
        for model in &self.earned {
            model.hash_row(h);
        }
    }
}

/// How good the ranking by uplift is, for the larger bonus, on avatars that it was not learned from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Days since the start.
    pub day: u32,
    /// Rows it was judged by.
    pub n_rows: usize,
    /// The curve.
    pub qini: Qini,
}

fn rows_of(tried: &[&Tried]) -> Result<Rows, IncentiveError> {
    let values = tried.iter().flat_map(|t| t.columns).collect();
    Rows::new(COLUMNS, values)
}

/// Minutes of a row that count where `asked` were asked for.
fn counted(tried: &Tried, asked: u32) -> f64 {
    tried.minutes.min(LONGEST * f64::from(asked))
}

fn learn_uplift(
    sizes: &[Coins; SIZES],
    tried: &[&Tried],
    asked: u32,
    config: &UpliftConfig,
) -> Result<RewardUplift, IncentiveError> {
    let given: Vec<Option<usize>> = tried.iter().map(|t| t.sent).collect();
    let minutes: Vec<f64> = tried.iter().map(|t| counted(t, asked)).collect();
    let rows = rows_of(tried)?;
    RewardUplift::fit(sizes, &rows, &given, &minutes, OutcomeKind::Number, config)
}

impl BonusModel {
    /// Learns from what was drawn, and from what was chosen, as of that a share was withheld by lot; how often a bonus is
    /// earned, from all that were sent. `asked` are the minutes that the visit must last.
    ///
    /// # Errors
    /// [`IncentiveError`] as long as too little was tried.
    pub fn fit(
        sizes: &[Coins; SIZES],
        book: &BonusBook,
        asked: u32,
        config: &UpliftConfig,
    ) -> Result<Self, IncentiveError> {
        let all: Vec<&Tried> = book.tried.iter().collect();
        let uplift = learn_uplift(sizes, &all, asked, config)?;
        let of_size = |size: usize| {
            let sent: Vec<&Tried> = book.tried.iter().filter(|t| t.sent == Some(size)).collect();
            let earned: Vec<f64> = sent
                .iter()
                .map(|t| f64::from(u8::from(t.is_earned)))
                .collect();
            Linear::fit(
                Link::Logistic,
                &rows_of(&sent)?,
                &earned,
                config.penalty_rows,
            )
        };
        let earned: Result<Vec<Linear>, IncentiveError> = (0..SIZES).map(of_size).collect();
        Ok(Self {
            uplift,
            earned: earned?,
        })
    }

    /// Returns what an avatar could be offered: each size at what it is expected to cost, with the minutes it brings.
    #[must_use]
    pub fn options(&self, columns: &[f64]) -> Vec<RewardOption> {
        let mut options = self.uplift.options(columns);
        for (option, model) in options.iter_mut().zip(&self.earned) {
            let chance = model.predict(columns).clamp(LEAST_COST, 1.0);
            option.cost = Coins::from_f64(option.cost.as_f64() * chance);
        }
        options
    }
}

/// Judges what can be learned from one part of the avatars by the others; `None` as long as too little was tried.
#[must_use]
pub fn judge(
    sizes: &[Coins; SIZES],
    book: &BonusBook,
    asked: u32,
    config: &UpliftConfig,
    day: u32,
) -> Option<Judged> {
    let all: Vec<&Tried> = book.tried.iter().collect();
    let avatars: Vec<AvatarId> = all.iter().map(|t| t.avatar).collect();
    let ppm = (config.held_out * 1e6).round() as u32;
    let halves = Halves::by_avatar(&avatars, ppm, SALT);
    let learned: Vec<&Tried> = halves.learned.iter().map(|i| all[*i]).collect();
    let model = learn_uplift(sizes, &learned, asked, config).ok()?;
    let larger = SIZES - 1;
    let judged: Vec<&Tried> = halves
        .held_out
        .iter()
        .map(|i| all[*i])
        .filter(|t| t.reason == Reason::Explored)
        .filter(|t| t.sent.is_none_or(|s| s == larger))
        .collect();
    let arm = |t: &&Tried| t.sent.map_or(Arm::Control, |_| Arm::Treated);
    let trial = Trial::new(
        rows_of(&judged).ok()?,
        judged.iter().map(arm).collect(),
        judged.iter().map(|t| counted(t, asked)).collect(),
    )
    .ok()?;
    let predictions: Vec<f64> = judged
        .iter()
        .map(|t| model.options(&t.columns)[larger].uplift)
        .collect();
    // Nothing and each size are as likely.
    let qini = Qini::of(&predictions, &trial, 0.5).ok()?;
    Some(Judged {
        day,
        n_rows: judged.len(),
        qini,
    })
}

/// Returns what a bonus is expected to cost without a model: by how often its size was earned so far.
#[must_use]
pub fn plain_options(sizes: &[Coins; SIZES], by_size: &[(u32, u32); SIZES]) -> Vec<RewardOption> {
    let option = |(coins, (sent, earned)): (&Coins, &(u32, u32))| {
        let chance = (f64::from(*earned) + PRIOR.1) / (f64::from(*sent) + PRIOR.0);
        RewardOption {
            cost: Coins::from_f64(coins.as_f64() * chance),
            uplift: 0.0,
        }
    };
    sizes.iter().zip(by_size).map(option).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    const SIZES_OF_TEST: [Coins; SIZES] = [Coins::from_whole(1), Coins::from_whole(3)];

    /// Those with a large first column come anyway and earn; the others are moved by half of the larger bonuses.
    fn book() -> BonusBook {
        let mut book = BonusBook::default();
        for i in 0..6_000u32 {
            let mut rng = RngStream::new(3, Purpose::Test, u64::from(i), 0);
            let mut columns = [0.0; COLUMNS];
            for c in &mut columns {
                *c = rng.normal();
            }
            let sent = rng.below(3).checked_sub(1);
            let anyway = columns[0] > 0.0;
            let moved = !anyway && sent == Some(1) && rng.chance(0.5);
            let minutes = if anyway || moved { 15.0 } else { 0.0 };
            book.remember(Tried {
                avatar: AvatarId(i % 1_500),
                reason: Reason::Explored,
                columns,
                sent,
                minutes: minutes + rng.normal(),
                is_earned: sent.is_some() && (anyway || moved),
            });
        }
        book
    }

    #[test]
    fn those_who_would_come_anyway_cost_more_and_bring_less() {
        let model = BonusModel::fit(&SIZES_OF_TEST, &book(), 10, &UpliftConfig::BASELINE).unwrap();
        let at = |x: f64| {
            let mut columns = [0.0; COLUMNS];
            columns[0] = x;
            model.options(&columns)[1]
        };
        let (sure, movable) = (at(1.5), at(-1.5));
        assert!(sure.cost.as_f64() > 2.5 && movable.cost < sure.cost);
        assert!(
            movable.uplift > 5.0 && sure.uplift < 2.5,
            "{sure:?} {movable:?}"
        );
    }

    #[test]
    fn a_ranking_that_helps_has_a_curve_above_the_line() {
        let judged = judge(&SIZES_OF_TEST, &book(), 10, &UpliftConfig::BASELINE, 9).unwrap();
        assert!(judged.qini.coefficient > 0.2, "{}", judged.qini.coefficient);
        // 7.5 minutes for half of them.
        assert!((judged.qini.average_effect() - 3.75).abs() < 1.2);
        let nobody = BonusBook::default();
        assert!(judge(&SIZES_OF_TEST, &nobody, 10, &UpliftConfig::BASELINE, 9).is_none());
    }
}
