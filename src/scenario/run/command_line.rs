//! The command that gives a run again.

use std::path::Path;

use crate::scenario::load::Overrides;

/// Writes the command that gives the same run again: what decides the result, in the words in which it was asked for.
#[must_use]
pub fn command_line(scenario: &str, changed: &Overrides, commands: Option<&Path>) -> String {
    let mut words = vec!["agora run".to_owned(), quoted(scenario)];
    if let Some(arm) = &changed.arm {
        words.push(format!("--arm {}", quoted(arm)));
    }
    words.extend(changed.sets.iter().map(|s| format!("--set {}", quoted(s))));
    if let Some(seed) = changed.seed {
        words.push(format!("--seed {seed}"));
    }
    if let Some(days) = changed.days {
        words.push(format!("--days {days}"));
    }
    if let Some(commands) = commands {
        let path = commands.display().to_string();
        words.push(format!("--commands {}", quoted(&path)));
    }
    words.join(" ")
}

/// Quotes a word for a shell where it needs it.
#[must_use]
pub fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_keeps_everything_that_decides_the_result_and_quotes_for_a_shell() {
        let changed = Overrides {
            sets: vec![
                "platform.recommend.model=popularity".to_owned(),
                "a=\"it's\"".to_owned(),
            ],
            seed: Some(7),
            days: Some(12),
            arm: Some("high".to_owned()),
        };
        assert_eq!(
            command_line("my city.toml", &changed, Some(Path::new("a b.jsonl"))),
            "agora run 'my city.toml' --arm high --set platform.recommend.model=popularity \
             --set 'a=\"it'\\''s\"' --seed 7 --days 12 --commands 'a b.jsonl'"
        );
    }
}
