//! `agora check` and `agora list`.

use super::CommandError;
use super::args::{CheckArgs, ListArgs, ScenarioArgs};
use super::output;
use crate::scenario::load::{Loaded, Overrides, load};
use crate::scenario::schema::Scenario;
use crate::scenario::source::SHIPPED;

/// Loads what the command line names.
pub(super) fn load_named(args: &ScenarioArgs) -> Result<Loaded, CommandError> {
    Ok(load(&args.scenario, &args.changed.overrides())?)
}

/// Checks a scenario and shows what it resolves to.
pub(super) fn command(args: &CheckArgs) -> Result<(), CommandError> {
    if args.keys {
        for d in Scenario::describe() {
            output::result(&format!(
                "{} = {}  # {} [{}] {}",
                d.key, d.default, d.help, d.unit, d.allowed
            ));
        }
        return Ok(());
    }
    let loaded = load_named(&args.scenario)?;
    let s = &loaded.scenario;
    if args.json {
        let json = serde_json::to_string_pretty(s)
            .map_err(|e| CommandError::Failed(format!("cannot show the scenario as JSON: {e}")))?;
        output::result(&json);
        return Ok(());
    }
    output::note(&format!("{}: {}", s.name, s.description));
    for (name, arm) in &s.arms {
        output::note(&format!("arm {name}: {}", arm.description));
    }
    output::result(s.to_toml().trim_end());
    Ok(())
}

/// Lists the shipped scenarios.
pub(super) fn list(args: &ListArgs) -> Result<(), CommandError> {
    let mut rows = Vec::new();
    for (name, _) in SHIPPED {
        let s = load(name, &Overrides::default())?.scenario;
        rows.push((
            name,
            s.description,
            s.arms.keys().cloned().collect::<Vec<_>>(),
        ));
    }
    if args.json {
        let json: Vec<_> = rows
            .iter()
            .map(|(n, d, a)| serde_json::json!({ "name": n, "description": d, "arms": a }))
            .collect();
        output::result(&serde_json::Value::from(json).to_string());
        return Ok(());
    }
    let width = rows.iter().map(|r| r.0.len()).max().unwrap_or(0);
    for (name, description, arms) in rows {
        let arms = if arms.is_empty() {
            String::new()
        } else {
            format!(" (arms: {})", arms.join(", "))
        };
        output::result(&format!("{name:width$}  {description}{arms}"));
    }
    Ok(())
}
