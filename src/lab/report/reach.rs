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

/// Bonuses.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BonusRows {
    /// Way in which they were given out; empty if there were none.
    pub arm: String,
    /// Days, in order.
    pub days: Vec<BonusDayRow>,
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
    /// Returns within a day that pushes brought about, by what was withheld by lot; `None` if nothing was.
    pub returns: Option<Interval>,
    /// Avatars that switched pushes off.
    pub opt_outs: u64,
    /// By hour; empty if it was not kept.
    pub hours: Vec<PushHourRow>,
    /// Friends brought back by the invitations of an avatar; `None` where nobody was there.
    pub k_factor: Option<Interval>,
}
