//! Rows about bonuses and pushes: what they brought about, by what was withheld by lot.

use serde::{Deserialize, Serialize};

/// A number with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Best guess.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A day of bonuses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BonusDayRow {
    /// Day on which they were offered, from 0.
    pub day: u32,
    /// Bonuses sent.
    pub sent: u32,
    /// Bonuses earned.
    pub earned: u32,
    /// Coins paid.
    pub paid: f64,
    /// Whether a learned model chose.
    pub learned: bool,
}

/// Avatars with neighbouring predictions of what a bonus would bring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecileRow {
    /// Minutes predicted.
    pub predicted: f64,
    /// Minutes observed, by the draw; `None` where a side is absent.
    pub observed: Option<Interval>,
}

/// Bonuses of one reason: what those to whom one was sent did, against those from whom one was withheld by lot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BonusTrialRow {
    /// How they were given: `by lot`, to learn from, or `chosen` by the arm.
    pub given: String,
    /// Avatars and days to whom one was sent, and the mean minutes of such a day.
    pub sent: (u64, f64),
    /// Those from whom one was withheld, or whose lot was nothing, and the mean minutes of such a day.
    pub withheld: (u64, f64),
    /// Minutes more for being sent one; `None` where a side has fewer than two rows.
    pub effect: Option<Interval>,
    /// Coins paid.
    pub paid: f64,
    /// Minutes more for each coin paid; `None` where nothing was paid or nothing can be said.
    pub minutes_per_coin: Option<Interval>,
}

/// Bonuses of one size, on closed days.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BonusSizeRow {
    /// Coins of one, as the scenario says now.
    pub coins: f64,
    /// Bonuses sent.
    pub sent: u64,
    /// Bonuses earned.
    pub earned: u64,
}

/// Avatars that are never offered a bonus, and those that may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct HoldOutRow {
    /// Avatars held out, and their mean minutes a day.
    pub held_out: (u64, f64),
    /// All others, and theirs.
    pub others: (u64, f64),
}

/// Bonuses.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BonusRows {
    /// Way in which they were given out; empty if there were none.
    pub arm: String,
    /// Days, in order.
    pub days: Vec<BonusDayRow>,
    /// By how they were given; empty in files of older versions.
    #[serde(default)]
    pub trials: Vec<BonusTrialRow>,
    /// By size, the smaller one first; empty in files of older versions.
    #[serde(default)]
    pub sizes: Vec<BonusSizeRow>,
    /// Who is held out of all of it.
    #[serde(default)]
    pub hold_out: HoldOutRow,
    /// Minutes that a coin brought, by what was withheld by lot.
    pub minutes_per_coin: Option<Interval>,
    /// The same by the truth: minutes of visits that a bonus brought about, or made longer.
    pub true_minutes_per_coin: Option<f64>,
    /// Minutes a day of avatars that may be offered bonuses, less those of avatars that never are.
    pub minutes_a_day: Option<Interval>,
    /// Qini curve of the newest model on avatars that it was not learned from: share of them, minutes per bonus.
    pub qini: Vec<(f64, f64)>,
    /// Area between the curve and the straight line; `None` before a model could be judged.
    pub qini_coefficient: Option<f64>,
    /// From the highest predictions to the lowest.
    pub deciles: Vec<DecileRow>,
    /// Bonuses by what they truly met: unseen, came anyway, moved, declined.
    pub truth: [u64; 4],
}

/// Pushes at an hour of the avatars' own day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PushHourRow {
    /// Hour, 0 to 23.
    pub hour: u32,
    /// Pushes sent, and after how many the avatar came within a day.
    pub sent: (u64, u64),
    /// Pushes withheld by lot, and after how many it came.
    pub withheld: (u64, u64),
    /// Pushes after which pushes were switched off.
    pub opt_outs: u64,
}

/// Pushes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PushRows {
    /// By how much a push raises the chance to come within a day, by what was withheld by lot; `None` if nothing was.
    #[serde(default)]
    pub effect: Option<Interval>,
    /// Returns within a day that pushes brought about, by what was withheld by lot; `None` if nothing was.
    pub returns: Option<Interval>,
    /// Avatars that switched pushes off.
    pub opt_outs: u64,
    /// By hour; empty if it was not kept.
    pub hours: Vec<PushHourRow>,
    /// Friends brought back by the invitations of an avatar; `None` where nobody was there.
    pub k_factor: Option<Interval>,
}
