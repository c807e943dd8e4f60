//! The value of a key, and putting another value into force.

use bevy::ecs::prelude::World;

use crate::economy::config::EconomyRules;
use crate::lab::config::LabRules;
use crate::platform::config::PlatformRules;
use crate::scenario::error::{Place, ScenarioError};
use crate::scenario::leaves::Leaf;
use crate::scenario::load::{check_value, insert};
use crate::scenario::schema::Scenario;
use crate::society::plugin::follow_rules;

/// Returns the value that a key has in a scenario; `None` if there is no such value.
///
/// Setting it again undoes what was set since.
#[must_use]
pub fn value_of(scenario: &Scenario, key: &str) -> Option<toml::Value> {
    let mut at = toml::Value::try_from(scenario).ok()?;
    for part in key.split('.') {
        let toml::Value::Table(mut table) = at else {
            return None;
        };
        at = table.remove(part)?;
    }
    (!at.is_table()).then_some(at)
}

/// Returns a scenario with one value changed, checked as `--set` checks it.
///
/// # Errors
/// [`ScenarioError`] naming `place`.
pub fn with_value(
    scenario: &Scenario,
    key: &str,
    value: &toml::Value,
    place: &Place,
) -> Result<Scenario, ScenarioError> {
    let leaf = Leaf {
        key: key.to_owned(),
        value: value.clone(),
        place: place.clone(),
    };
    check_value(&leaf, &Scenario::describe())?;
    let wrong = |cause: String| ScenarioError::Syntax {
        place: place.clone(),
        cause,
    };
    let mut table = toml::Table::try_from(scenario).map_err(|e| wrong(e.to_string()))?;
    insert(&mut table, key, leaf.value);
    let mut changed: Scenario = table
        .try_into()
        .map_err(|e: toml::de::Error| wrong(e.message().to_owned()))?;
    changed.arms.clone_from(&scenario.arms);
    changed.expect.clone_from(&scenario.expect);
    if let Some(v) = changed.violations().first() {
        return Err(ScenarioError::OutOfRange {
            place: place.clone(),
            key: v.key.clone(),
            value: v.value.clone(),
            allowed: v.allowed.clone(),
        });
    }
    Ok(changed)
}

/// Puts the values of a scenario into force from the next tick on: everything that systems read of it.
pub fn enforce(world: &mut World, scenario: &Scenario) {
    follow_rules(world, &scenario.society);
    world.resource_mut::<EconomyRules>().0 = scenario.economy.clone();
    world.resource_mut::<PlatformRules>().0 = scenario.platform.clone();
    world.resource_mut::<LabRules>().0 = scenario.lab.clone();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load::{Overrides, load};

    #[test]
    fn every_documented_value_can_be_read_and_set_to_itself() {
        let city = load("quickstart", &Overrides::default()).unwrap().scenario;
        for d in Scenario::describe() {
            let value = value_of(&city, &d.key).unwrap_or_else(|| panic!("{}", d.key));
            let same = with_value(&city, &d.key, &value, &Place::Command).unwrap();
            assert_eq!(same, city, "{}", d.key);
        }
        assert_eq!(value_of(&city, "platform.ads"), None);
        assert_eq!(value_of(&city, "platform.ads.load.x"), None);
        assert_eq!(value_of(&city, ""), None);
    }

    #[test]
    fn a_changed_value_is_the_only_change() {
        let city = load("quickstart", &Overrides::default()).unwrap().scenario;
        let key = "platform.ads.load";
        let one = toml::Value::Integer(1);
        let changed = with_value(&city, key, &one, &Place::Command).unwrap();
        assert_eq!(value_of(&changed, key), Some(toml::Value::Float(1.0)));
        let old = value_of(&city, key).unwrap();
        let back = with_value(&changed, key, &old, &Place::Command).unwrap();
        assert_eq!(back, city);
    }
}
