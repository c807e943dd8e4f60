//! What is attributed: journeys through ads, to a conversion or not.

use serde::{Deserialize, Serialize};

use crate::sim::units::Tick;

/// Where an ad was seen: a surface, a format, or whatever else is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Channel(pub u8);

impl Channel {
    /// Returns the channel as an index.
    pub fn idx(self) -> usize {
        usize::from(self.0)
    }
}

/// An ad that was seen or clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    /// Where.
    pub channel: Channel,
    /// When.
    pub at: Tick,
}

/// How a journey ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody did what the ads were for.
    Converted {
        /// When.
        at: Tick,
    },
    /// Nothing came of it.
    Nothing,
}

/// The ads that one avatar saw of one campaign, in order, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journey {
    /// From the first to the last.
    pub touches: Vec<Touch>,
    /// How it ended.
    pub outcome: Outcome,
}

impl Journey {
    /// Says whether it led to a conversion.
    pub fn is_converted(&self) -> bool {
        matches!(self.outcome, Outcome::Converted { .. })
    }

    /// Forgets touches after the conversion, and those more than `window` ticks before it (before the last touch, if nothing
    /// came of it).
    pub fn trim(&mut self, window: u32) {
        let end = match self.outcome {
            Outcome::Converted { at } => at,
            Outcome::Nothing => self.touches.last().map_or(Tick(0), |t| t.at),
        };
        self.touches
            .retain(|t| t.at <= end && end.since(t.at) <= window);
    }

    /// Returns the set of channels touched: bit c for channel c.
    pub(super) fn channels(&self) -> usize {
        self.touches
            .iter()
            .fold(0, |set, t| set | 1 << t.channel.idx())
    }
}

/// Most channels told apart; sets of them are counted one by one.
pub const MOST_CHANNELS: usize = 16;

/// Why nothing was attributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttributionError {
    /// There are too many channels.
    #[error("{found} channels, at most {MOST_CHANNELS} are told apart")]
    TooManyChannels {
        /// How many.
        found: usize,
    },
    /// A journey touches a channel that there is not.
    #[error("journey {journey} touches channel {channel}, there are {n_channels}")]
    UnknownChannel {
        /// Which journey, from 0.
        journey: usize,
        /// Which channel.
        channel: usize,
        /// How many there are.
        n_channels: usize,
    },
    /// A list of worths is not one for each set of channels.
    #[error("{found} worths, expected one for each of {expected} sets of channels")]
    Worths {
        /// How many.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
}

/// Checks that every touch is of a channel there is.
pub(super) fn check(journeys: &[Journey], n_channels: usize) -> Result<(), AttributionError> {
    if n_channels > MOST_CHANNELS {
        return Err(AttributionError::TooManyChannels { found: n_channels });
    }
    for (journey, j) in journeys.iter().enumerate() {
        if let Some(t) = j.touches.iter().find(|t| t.channel.idx() >= n_channels) {
            return Err(AttributionError::UnknownChannel {
                journey,
                channel: t.channel.idx(),
                n_channels,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// A journey with a touch a day, converted or not a day after the last.
    pub(crate) fn journey(channels: &[u8], converts: Converts) -> Journey {
        let touches: Vec<Touch> = channels
            .iter()
            .zip(0..)
            .map(|(c, day)| Touch {
                channel: Channel(*c),
                at: Tick(day * 1_440),
            })
            .collect();
        let end = Tick(channels.len() as u32 * 1_440);
        Journey {
            touches,
            outcome: match converts {
                Converts::Yes => Outcome::Converted { at: end },
                Converts::No => Outcome::Nothing,
            },
        }
    }

    /// Whether it converts.
    #[derive(Clone, Copy)]
    pub(crate) enum Converts {
        Yes,
        No,
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{Converts, journey};
    use super::*;

    #[test]
    fn only_touches_within_the_window_before_the_end_are_kept() {
        // Touches on days 0 to 3, the conversion on day 4.
        let mut yes = journey(&[0, 1, 2, 3], Converts::Yes);
        yes.trim(2 * 1_440);
        let kept: Vec<u8> = yes.touches.iter().map(|t| t.channel.0).collect();
        assert_eq!(kept, [2, 3]);
        yes.outcome = Outcome::Converted {
            at: Tick(2 * 1_440),
        };
        yes.trim(1_440);
        assert_eq!(yes.touches.len(), 1, "what came after caused nothing");
        let mut no = journey(&[0, 1, 2, 3], Converts::No);
        no.trim(1_440);
        assert_eq!(no.touches.len(), 2);
    }
}
