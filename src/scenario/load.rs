//! From files and `--set` to a checked scenario.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::error::{Place, ScenarioError};
use super::import::read;
use super::leaves::{Leaf, from_command_line, take_apart};
use super::schema::{Arm, Expectation, Rule, Scenario};
use super::source::{Source, find, find_parent};
use crate::sim::config::ValueDoc;

/// What the command line adds to a scenario.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overrides {
    /// `KEY=VALUE`, in order; later ones win.
    pub sets: Vec<String>,
    /// Seed.
    pub seed: Option<u64>,
    /// Days.
    pub days: Option<u32>,
    /// Arm.
    pub arm: Option<String>,
}

/// A scenario that has been checked, and the folder it refers to.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The scenario.
    pub scenario: Scenario,
    /// Folder of the imported world, if any.
    pub world: Option<PathBuf>,
}

/// Most scenarios in a chain of `extends`; a circle that no spelling of its paths gives away ends here too.
const MOST_ANCESTORS: usize = 16;

/// Everything read from one chain of files.
#[derive(Default)]
struct Gathered {
    values: BTreeMap<String, Leaf>,
    name: String,
    description: String,
    world: Option<(Leaf, Option<PathBuf>)>,
    world_digest: Option<Leaf>,
    arms: BTreeMap<String, Arm>,
    expect: Vec<Expectation>,
}

/// Loads a scenario by name or path.
///
/// # Errors
/// [`ScenarioError`], the first mistake in the order of the files.
pub fn load(name: &str, overrides: &Overrides) -> Result<Loaded, ScenarioError> {
    load_source(find(name)?, overrides)
}

/// Loads a scenario from a text, such as one that a recording holds; `file` is named in errors.
///
/// # Errors
/// As [`load`].
pub fn load_text(file: &str, text: &str) -> Result<Loaded, ScenarioError> {
    let source = Source {
        file: file.to_owned(),
        text: text.to_owned(),
        folder: None,
    };
    load_source(source, &Overrides::default())
}

fn load_source(source: Source, overrides: &Overrides) -> Result<Loaded, ScenarioError> {
    let docs = Scenario::describe();
    let mut gathered = Gathered::default();
    gather(source, &docs, &mut Vec::new(), &mut gathered)?;
    if let Some(wanted) = &overrides.arm {
        let Some(arm) = gathered.arms.get(wanted) else {
            let known: Vec<&str> = gathered.arms.keys().map(String::as_str).collect();
            let known = if known.is_empty() {
                "no arms".to_owned()
            } else {
                format!("the arms {}", known.join(", "))
            };
            return Err(ScenarioError::NoSuchArm {
                name: wanted.clone(),
                scenario: gathered.name,
                known,
            });
        };
        for leaf in arm.values.clone() {
            gathered.values.insert(leaf.key.clone(), leaf);
        }
    }
    for given in &overrides.sets {
        let leaf = from_command_line(given)?;
        check_value(&leaf, &docs)?;
        gathered.values.insert(leaf.key.clone(), leaf);
    }
    for (key, flag, value) in [
        ("seed", "--seed", overrides.seed),
        ("days", "--days", overrides.days.map(u64::from)),
    ] {
        if let Some(value) = value {
            let place = Place::Flag(flag);
            let Ok(integer) = i64::try_from(value) else {
                return Err(ScenarioError::OutOfRange {
                    place,
                    key: key.to_owned(),
                    value: value.to_string(),
                    allowed: docs
                        .iter()
                        .find(|d| d.key == key)
                        .map_or_else(String::new, |d| d.allowed.clone()),
                });
            };
            let leaf = Leaf {
                key: key.to_owned(),
                value: toml::Value::Integer(integer),
                place,
            };
            check_value(&leaf, &docs)?;
            gathered.values.insert(key.to_owned(), leaf);
        }
    }
    assemble(gathered)
}

fn gather(
    source: Source,
    docs: &[ValueDoc],
    chain: &mut Vec<String>,
    into: &mut Gathered,
) -> Result<(), ScenarioError> {
    chain.push(source.file.clone());
    let leaves = take_apart(&source.file, &source.text)?;
    if let Some(leaf) = leaves.iter().find(|l| l.key == "extends") {
        let name = text_of(leaf)?;
        let parent = find_parent(&name, &source, &leaf.place)?;
        if chain.len() >= MOST_ANCESTORS {
            return Err(ScenarioError::TooDeep {
                place: leaf.place.clone(),
                name,
                most: MOST_ANCESTORS,
            });
        }
        if chain.contains(&parent.file) {
            chain.push(parent.file.clone());
            return Err(ScenarioError::Circular {
                place: leaf.place.clone(),
                name,
                chain: chain.join(" -> "),
            });
        }
        gather(parent, docs, chain, into)?;
        // Arms and promises are a scenario's own.
        into.arms.clear();
        into.expect.clear();
    }
    let mut promised = Vec::new();
    for leaf in leaves {
        if is_empty_section(&leaf, docs) {
            continue;
        }
        match leaf.key.as_str() {
            "extends" => {}
            "name" => into.name = text_of(&leaf)?,
            "description" => into.description = text_of(&leaf)?,
            "world" => into.world = Some((leaf, source.folder.clone())),
            "world_digest" => into.world_digest = Some(leaf),
            key if key.starts_with("arms.") => gather_arm(&leaf, docs, into)?,
            key if key.starts_with("expect.") => {
                into.expect.push(expectation(&leaf)?);
                promised.push(leaf);
            }
            _ => {
                check_value(&leaf, docs)?;
                into.values.insert(leaf.key.clone(), leaf);
            }
        }
    }
    for (leaf, promise) in promised.iter().zip(&into.expect) {
        check_arms(leaf, promise, &into.arms)?;
    }
    if into.name.is_empty() {
        let file = source.file.rsplit('/').next().unwrap_or("scenario");
        file.trim_end_matches(".toml").clone_into(&mut into.name);
    }
    Ok(())
}

fn gather_arm(leaf: &Leaf, docs: &[ValueDoc], into: &mut Gathered) -> Result<(), ScenarioError> {
    let rest = leaf.key.trim_start_matches("arms.");
    let Some((name, key)) = rest.split_once('.') else {
        if is_empty_table(&leaf.value) {
            into.arms.entry(rest.to_owned()).or_default();
            return Ok(());
        }
        return Err(ScenarioError::WrongType {
            place: leaf.place.clone(),
            key: leaf.key.clone(),
            value: shown(&leaf.value),
            expected: "a table of values".to_owned(),
        });
    };
    let inner = Leaf {
        key: key.to_owned(),
        ..leaf.clone()
    };
    if is_empty_section(&inner, docs) {
        into.arms.entry(name.to_owned()).or_default();
        return Ok(());
    }
    if key == "description" {
        into.arms.entry(name.to_owned()).or_default().description = text_of(&inner)?;
        return Ok(());
    }
    check_value(&inner, docs)?;
    let arm = into.arms.entry(name.to_owned()).or_default();
    arm.values.push(inner);
    Ok(())
}

fn is_empty_table(value: &toml::Value) -> bool {
    value.as_table().is_some_and(toml::Table::is_empty)
}

/// Says whether a leaf is the head of a section that says nothing, such as one whose values are all commented out.
fn is_empty_section(leaf: &Leaf, docs: &[ValueDoc]) -> bool {
    is_empty_table(&leaf.value)
        && (["arms", "expect"].contains(&leaf.key.as_str()) || is_section(&leaf.key, docs))
}

fn is_section(key: &str, docs: &[ValueDoc]) -> bool {
    docs.iter()
        .any(|d| d.key.strip_prefix(key).is_some_and(|r| r.starts_with('.')))
}

fn expectation(leaf: &Leaf) -> Result<Expectation, ScenarioError> {
    let metric = leaf.key.trim_start_matches("expect.").to_owned();
    let items = leaf.value.as_array().map_or(&[][..], Vec::as_slice);
    let number = |v: &toml::Value| v.as_float().or_else(|| v.as_integer().map(|i| i as f64));
    let rule = match items {
        [a, b] => match (number(a), number(b), a.as_str(), b.as_str()) {
            (Some(low), Some(high), ..) if low <= high => Some(Rule::Within(low, high)),
            (_, _, Some(a), Some(b)) => Some(Rule::Lower(a.to_owned(), b.to_owned())),
            _ => None,
        },
        _ => None,
    };
    let rule = rule.ok_or_else(|| ScenarioError::WrongType {
        place: leaf.place.clone(),
        key: leaf.key.clone(),
        value: shown(&leaf.value),
        expected: "[lowest, highest] or [\"arm with less\", \"arm with more\"]".to_owned(),
    })?;
    Ok(Expectation { metric, rule })
}

/// Checks that the arms a promise is about are there.
fn check_arms(
    leaf: &Leaf,
    promise: &Expectation,
    arms: &BTreeMap<String, Arm>,
) -> Result<(), ScenarioError> {
    let Rule::Lower(less, more) = &promise.rule else {
        return Ok(());
    };
    if less != more && [less, more].iter().all(|a| arms.contains_key(*a)) {
        return Ok(());
    }
    let known: Vec<&str> = arms.keys().map(String::as_str).collect();
    Err(ScenarioError::OutOfRange {
        place: leaf.place.clone(),
        key: leaf.key.clone(),
        value: shown(&leaf.value),
        allowed: if known.is_empty() {
            "only a range, as the scenario has no arms".to_owned()
        } else {
            format!("two of the arms {}", known.join(", "))
        },
    })
}

fn text_of(leaf: &Leaf) -> Result<String, ScenarioError> {
    leaf.value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| ScenarioError::WrongType {
            place: leaf.place.clone(),
            key: leaf.key.clone(),
            value: shown(&leaf.value),
            expected: "text in quotes".to_owned(),
        })
}

/// Shows a value in a message.
pub(super) fn shown(value: &toml::Value) -> String {
    clipped(&value.to_string())
}

/// Shows what somebody wrote in a message: on one line, not too long, and without what would move the cursor.
pub(super) fn clipped(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().count() > 60 {
        text.chars().take(57).chain("...".chars()).collect()
    } else {
        text
    }
}

/// Checks one value against the documentation of its key.
pub(super) fn check_value(leaf: &Leaf, docs: &[ValueDoc]) -> Result<(), ScenarioError> {
    let Some(doc) = docs.iter().find(|d| d.key == leaf.key) else {
        return Err(ScenarioError::UnknownKey {
            place: leaf.place.clone(),
            key: leaf.key.clone(),
            hint: nearest(&leaf.key, docs),
        });
    };
    let fits = match doc.kind {
        "number" => leaf.value.is_float() || leaf.value.is_integer(),
        "integer" => leaf.value.is_integer(),
        "boolean" => leaf.value.is_bool(),
        _ => leaf.value.is_str(),
    };
    let expected = match doc.kind {
        "choice" => format!("one of {}", doc.allowed),
        kind => format!(
            "{} {kind} ({})",
            if kind == "integer" { "an" } else { "a" },
            doc.allowed
        ),
    };
    if !fits {
        return Err(ScenarioError::WrongType {
            place: leaf.place.clone(),
            key: leaf.key.clone(),
            value: shown(&leaf.value),
            expected,
        });
    }
    let allowed = match (&leaf.value, doc.kind) {
        (toml::Value::String(s), _) => doc.allowed.split(", ").any(|w| w.trim_matches('"') == s),
        (_, "boolean") => true,
        (value, _) => {
            let x = value
                .as_float()
                .or_else(|| value.as_integer().map(|i| i as f64))
                .unwrap_or(f64::NAN);
            let (low, high) = doc.allowed.split_once(" to ").unwrap_or(("", ""));
            let low: f64 = low.parse().unwrap_or(f64::NEG_INFINITY);
            let high: f64 = high.parse().unwrap_or(f64::INFINITY);
            x >= low && x <= high
        }
    };
    if allowed {
        return Ok(());
    }
    Err(ScenarioError::OutOfRange {
        place: leaf.place.clone(),
        key: leaf.key.clone(),
        value: shown(&leaf.value),
        allowed: doc.allowed.clone(),
    })
}

/// Suggests the nearest known key.
fn nearest(key: &str, docs: &[ValueDoc]) -> String {
    if is_section(key, docs) || ["arms", "expect"].contains(&key) {
        return " (it is a table of values, not a value)".to_owned();
    }
    if ["name", "description", "extends", "world"].contains(&key) {
        return " (only a scenario file can say it, and only at its top)".to_owned();
    }
    let last = key.rsplit('.').next().unwrap_or(key);
    let best = docs
        .iter()
        .map(|d| {
            let whole = distance(key, &d.key);
            let tail = distance(last, d.key.rsplit('.').next().unwrap_or(&d.key));
            (whole.min(tail + 1), &d.key)
        })
        .min();
    // Half of a short word may be wrong by chance; no advice is better than bad advice.
    let tolerated = (last.chars().count() / 2).min(4);
    match best {
        Some((d, near)) if d <= tolerated => format!(" (did you mean {near}?)"),
        _ => " (agora check quickstart --keys lists all of them)".to_owned(),
    }
}

/// Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}

fn assemble(gathered: Gathered) -> Result<Loaded, ScenarioError> {
    let mut table = toml::Table::new();
    for (key, leaf) in &gathered.values {
        insert(&mut table, key, leaf.value.clone());
    }
    // Numbers may be written without a point.
    let mut scenario: Scenario =
        table
            .try_into()
            .map_err(|e: toml::de::Error| ScenarioError::Syntax {
                place: Place::CommandLine,
                cause: e.message().to_owned(),
            })?;
    if !gathered.values.contains_key("days") {
        scenario.days = 30;
    }
    if !gathered.values.contains_key("seed") {
        scenario.seed = 1;
    }
    scenario.name = gathered.name;
    scenario.description = gathered.description;
    scenario.arms = gathered.arms;
    scenario.expect = gathered.expect;
    let world = match gathered.world {
        Some((leaf, folder)) => {
            find_world(&leaf, folder, gathered.world_digest.as_ref(), &mut scenario)?
        }
        None => None,
    };
    if let Some(v) = scenario.violations().first() {
        return Err(ScenarioError::OutOfRange {
            place: Place::CommandLine,
            key: v.key.clone(),
            value: v.value.clone(),
            allowed: v.allowed.clone(),
        });
    }
    Ok(Loaded { scenario, world })
}

/// Finds the folder of an imported world and checks that it holds what it held when it was imported.
fn find_world(
    leaf: &Leaf,
    folder: Option<PathBuf>,
    digest: Option<&Leaf>,
    scenario: &mut Scenario,
) -> Result<Option<PathBuf>, ScenarioError> {
    let world = text_of(leaf)?;
    if world.is_empty() {
        return Ok(None);
    }
    let refuse = |cause: String| ScenarioError::World {
        place: leaf.place.to_string(),
        world: world.clone(),
        cause,
    };
    let path = folder.map_or_else(|| PathBuf::from(&world), |f| f.join(&world));
    let path = std::fs::canonicalize(&path).map_err(|e| refuse(e.to_string()))?;
    let found = read::digest(&path).map_err(refuse)?;
    if let Some(digest) = digest {
        let expected = text_of(digest)?;
        if !expected.is_empty() && expected != found {
            return Err(refuse(format!(
                "its files have changed: world_digest is {expected}, the files there have {found}"
            )));
        }
    }
    // Wherever the resolved scenario is written to, it finds the world.
    scenario.world = path.display().to_string();
    scenario.world_digest = found;
    Ok(Some(path))
}

/// Puts a value under a dotted key.
pub(super) fn insert(table: &mut toml::Table, key: &str, value: toml::Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((head, rest)) => {
            let inner = table
                .entry(head.to_owned())
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
            if let toml::Value::Table(t) = inner {
                insert(t, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::SHIPPED;

    #[test]
    fn every_shipped_scenario_loads_in_every_arm() {
        for (name, _) in SHIPPED {
            let loaded = load(name, &Overrides::default()).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(loaded.scenario.name, name);
            assert!(!loaded.scenario.description.is_empty(), "{name}");
            for arm in loaded.scenario.arms.keys() {
                let overrides = Overrides {
                    arm: Some(arm.clone()),
                    ..Overrides::default()
                };
                load(name, &overrides).unwrap_or_else(|e| panic!("{e}"));
            }
        }
    }

    #[test]
    fn a_resolved_scenario_reads_back_as_itself() {
        let loaded = load("quickstart", &Overrides::default()).unwrap().scenario;
        let again: Scenario = toml::from_str(&loaded.to_toml()).unwrap();
        assert_eq!(again.to_toml(), loaded.to_toml());
    }

    #[test]
    fn later_sets_win_and_unknown_keys_are_corrected() {
        let sets = |list: &[&str]| Overrides {
            sets: list.iter().map(|s| (*s).to_owned()).collect(),
            ..Overrides::default()
        };
        let key = "society.population.residents";
        let s = load(
            "quickstart",
            &sets(&[
                "society.population.residents=5",
                "society.population.residents=6",
            ]),
        );
        assert_eq!(s.unwrap().scenario.society.population.residents, 6, "{key}");
        let e = load("quickstart", &sets(&["society.population.resident=5"])).unwrap_err();
        assert!(
            e.to_string()
                .contains("did you mean society.population.residents?"),
            "{e}"
        );
    }

    #[test]
    fn a_promise_about_an_arm_that_is_not_there_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.toml");
        let text = "[arms.a]\ndays = 2\n[arms.b]\ndays = 3\n[expect]\ndau = [\"a\", \"c\"]\n";
        std::fs::write(&path, text).unwrap();
        let e = load(&path.display().to_string(), &Overrides::default()).unwrap_err();
        let e = e.to_string();
        assert!(
            e.contains("s.toml:6: expect.dau") && e.ends_with("two of the arms a, b"),
            "{e}"
        );
        std::fs::write(&path, text.replace("\"c\"", "\"b\"")).unwrap();
        assert!(load(&path.display().to_string(), &Overrides::default()).is_ok());
    }
}
