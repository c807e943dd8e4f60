//! What the commands of a recording changed of its scenario.

use crate::lab::recording::Recording;
use crate::lab::summary::PolicyChange;
use crate::scenario::error::Place;
use crate::scenario::schema::Scenario;
use crate::scenario::steer::order::Command;
use crate::scenario::steer::spelling::from_line;

/// Reads the scenario of a recording; one whose values this version does not know keeps only its name, seed and days.
pub(super) fn scenario(recording: &Recording) -> Scenario {
    let header = recording.header();
    toml::from_str(&header.scenario_toml).unwrap_or_else(|_| Scenario {
        name: header.scenario.clone(),
        description: header.description.clone(),
        seed: header.seed,
        days: header.days,
        ..Scenario::default()
    })
}

/// Lists the policy values that were changed, oldest first, each with the value before.
pub(super) fn changes(recording: &Recording) -> Vec<PolicyChange> {
    let mut values: toml::Table =
        toml::from_str(&recording.header().scenario_toml).unwrap_or_default();
    let mut changes = Vec::new();
    for (i, (_, line)) in recording.commands().iter().enumerate() {
        let place = Place::Line(recording.file().to_owned(), i + 1);
        let Ok(order) = from_line(line, &place) else {
            // A command of a later version: what it changed is not known.
            continue;
        };
        if let Command::SetPolicy { key, value } = order.command {
            let from = exchange(&mut values, &key, value.clone());
            changes.push(PolicyChange {
                // A command from before the recording stands at its beginning, and names its own tick.
                tick: order.tick,
                key,
                from: from.unwrap_or_else(|| toml::Value::String("?".to_owned())),
                to: value,
            });
        }
    }
    changes
}

/// Puts a value at a dotted key and returns what stood there.
fn exchange(table: &mut toml::Table, key: &str, value: toml::Value) -> Option<toml::Value> {
    match key.split_once('.') {
        None => table.insert(key.to_owned(), value),
        Some((first, rest)) => exchange(table.get_mut(first)?.as_table_mut()?, rest, value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_before_is_that_of_the_change_before() {
        let mut table: toml::Table = toml::from_str("[platform.ads]\nload = 0.1").unwrap();
        let mut set = |x: f64| exchange(&mut table, "platform.ads.load", toml::Value::Float(x));
        assert_eq!(set(0.2), Some(toml::Value::Float(0.1)));
        assert_eq!(set(0.3), Some(toml::Value::Float(0.2)));
        assert_eq!(
            exchange(&mut table, "no.such", toml::Value::Boolean(true)),
            None
        );
    }
}
