//! How much a recording keeps.

use serde::{Deserialize, Serialize};

/// How much a recording keeps; each keeps what the ones before keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// Metrics, counters and state hashes: charts, and what it takes to verify.
    Metrics,
    /// Where everybody is and what they do: what it takes to show the city.
    #[default]
    Demo,
    /// Every field of every event, every slate with its scores and propensities, every posting.
    Full,
}

impl Detail {
    /// All levels, the smallest first.
    pub const ALL: [Self; 3] = [Self::Metrics, Self::Demo, Self::Full];

    /// Returns how it is called.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Demo => "demo",
            Self::Full => "full",
        }
    }

    /// Returns how many bits of each component's hash it keeps, beside all of the whole state's.
    ///
    /// Where two runs differ, several components do: four bits name nearly all of them, and a quarter of a recording of a small
    /// city would be hashes with sixteen.
    #[must_use]
    pub const fn hash_bits(self) -> u32 {
        match self {
            Self::Metrics | Self::Demo => 4,
            Self::Full => 16,
        }
    }

    /// Says whether it keeps where everybody is and what they do.
    #[must_use]
    pub const fn shows_city(self) -> bool {
        matches!(self, Self::Demo | Self::Full)
    }
}
