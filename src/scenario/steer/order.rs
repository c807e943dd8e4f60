//! A command that steers a running city, and the tick before which it is applied.

use crate::sim::ids::AvatarId;
use crate::society::walk_in::choice::Choice;

/// A command and the tick before which it is applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// That tick: 0 is before the first.
    pub tick: u32,
    /// What is to be done.
    pub command: Command,
}

/// What steers a running city.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Gives a value of the scenario another value.
    SetPolicy {
        /// Dotted key, as `--set` takes it.
        key: String,
        /// The value: a number, a boolean or a word.
        value: toml::Value,
    },
    /// Takes an avatar over: it waits for choices instead of making them.
    TakeOver {
        /// Whom.
        avatar: AvatarId,
    },
    /// Lets an avatar go that was taken over.
    LetGo {
        /// Whom.
        avatar: AvatarId,
    },
    /// Makes a choice for an avatar that was taken over.
    Choose {
        /// For whom.
        avatar: AvatarId,
        /// Which.
        choice: Choice,
    },
}

/// Digits that survive being written and read by any reader of JSON.
const SAFE_DIGITS: usize = 12;

impl Command {
    /// Returns the command with a value that is the same after it was written to a file and read again.
    ///
    /// The reader of JSON may miss the last bit of a number of sixteen or more digits; such a number is rounded to twelve, so that
    /// what is recorded is what was applied.
    #[must_use]
    pub fn settled(self) -> Self {
        match self {
            Self::SetPolicy { key, value } => Self::SetPolicy {
                key,
                value: match value {
                    toml::Value::Float(x) => toml::Value::Float(settled(x)),
                    other => other,
                },
            },
            other => other,
        }
    }
}

fn settled(x: f64) -> f64 {
    let read = |text: &str| serde_json::from_str::<f64>(text).ok();
    let again = serde_json::to_string(&x).ok().and_then(|t| read(&t));
    if again.is_some_and(|y| y.to_bits() == x.to_bits()) {
        return x;
    }
    read(&format!("{x:.*e}", SAFE_DIGITS - 1)).unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settled_number_survives_being_written_and_read() {
        let mut x = 0.123_456_789_012_345_67_f64;
        for _ in 0..10_000 {
            x = (x * 997.123_456_789).fract() * 1e3 + 1e-9;
            let s = settled(x);
            assert!((s - x).abs() <= 1e-11 * x.abs(), "{x} became {s}");
            let text = serde_json::to_string(&s).unwrap();
            let read: f64 = serde_json::from_str(&text).unwrap();
            assert_eq!(read.to_bits(), s.to_bits(), "{text}");
        }
        assert_eq!(settled(0.1).to_bits(), 0.1f64.to_bits());
    }
}
