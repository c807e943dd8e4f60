//! The facts a default city must show, with the band each may lie in.

use serde::Deserialize;

/// The facts that are compiled in.
const PUBLISHED: &str = include_str!("../../../assets/realism.toml");

/// A fact that was observed in real services.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Group and name, such as `retention.d1`.
    pub key: String,
    /// Lower end of the accepted band, in the unit of the fact.
    pub low: f64,
    /// Upper end of the accepted band.
    pub high: f64,
    /// The published figure, where there is a single one.
    pub published: Option<f64>,
    /// Where the figure comes from.
    pub source: String,
    /// What exactly is measured, where the name does not say it all.
    pub note: Option<String>,
}

impl Target {
    /// Says whether `shown` lies in the band, ends included.
    #[must_use]
    pub fn accepts(&self, shown: f64) -> bool {
        (self.low..=self.high).contains(&shown)
    }
}

/// Why a list of targets cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TargetsError {
    /// The text is not what the format asks for.
    #[error("targets cannot be read: {reason}")]
    Syntax {
        /// What the parser says.
        reason: String,
    },
    /// A band is empty.
    #[error("band of {key} from {low} to {high} is not allowed (low < high, both finite)")]
    Band {
        /// Which fact.
        key: String,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
}

/// One table of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    band: [f64; 2],
    value: Option<f64>,
    source: String,
    note: Option<String>,
}

/// Returns the published facts, in the order in which they are listed.
#[must_use]
pub fn published() -> Vec<Target> {
    parse(PUBLISHED).expect("the list that is compiled in is tested")
}

/// Reads targets from `[group.name]` tables, in the order of their headings.
pub fn parse(text: &str) -> Result<Vec<Target>, TargetsError> {
    // Tables sort their keys, so the order comes from the headings.
    let mut targets = Vec::new();
    let mut groups: std::collections::BTreeMap<String, std::collections::BTreeMap<String, Entry>> =
        toml::from_str(text).map_err(|e| TargetsError::Syntax {
            reason: e.message().to_owned(),
        })?;
    for (group, name) in text.lines().filter_map(heading) {
        let Some(entry) = groups.get_mut(group).and_then(|g| g.remove(name)) else {
            continue;
        };
        let (key, [low, high]) = (format!("{group}.{name}"), entry.band);
        if !(low < high && low.is_finite() && high.is_finite()) {
            return Err(TargetsError::Band { key, low, high });
        }
        targets.push(Target {
            key,
            low,
            high,
            published: entry.value,
            source: entry.source,
            note: entry.note,
        });
    }
    if let Some((group, name)) = groups
        .iter()
        .find_map(|(group, rest)| rest.keys().next().map(|name| (group, name)))
    {
        return Err(TargetsError::Syntax {
            reason: format!("{group}.{name} has no heading [{group}.{name}] of its own"),
        });
    }
    Ok(targets)
}

/// Returns group and name of a line `[group.name]`.
fn heading(line: &str) -> Option<(&str, &str)> {
    let inside = line.trim().strip_prefix('[')?.strip_suffix(']')?;
    inside.split_once('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_five_facts_stand_in_the_order_of_the_file() {
        let targets = published();
        assert_eq!(targets.len(), 25);
        assert_eq!(targets[0].key, "retention.d1");
        assert_eq!(targets[3].key, "retention.exponent");
        assert_eq!(targets[24].key, "returns.interevent_shape");
        assert_eq!((targets[0].low, targets[0].high), (0.25, 0.47));
        assert!(targets[3].note.is_some() && targets[4].published.is_none());
    }

    #[test]
    fn every_band_has_width_and_holds_what_was_published() {
        for target in published() {
            assert!(target.low < target.high, "{}", target.key);
            assert!(
                target.published.is_none_or(|p| target.accepts(p)),
                "{}",
                target.key
            );
            assert!(!target.source.is_empty(), "{}", target.key);
        }
    }

    #[test]
    fn every_fact_has_a_key_of_its_own() {
        let mut keys: Vec<String> = published().into_iter().map(|t| t.key).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 25);
    }

    #[test]
    fn empty_bands_and_unknown_fields_are_refused() {
        let band = |low: &str, high: &str| {
            parse(&format!("[a.b]\nband = [{low}, {high}]\nsource = \"x\"\n"))
        };
        assert_eq!(band("4", "12").map(|t| t[0].high), Ok(12.0));
        assert!(matches!(band("2", "1"), Err(TargetsError::Band { .. })));
        assert!(matches!(band("nan", "1"), Err(TargetsError::Band { .. })));
        let unknown = parse("[a.b]\nband = [1, 2]\nsource = \"x\"\nweight = 3\n");
        assert!(matches!(unknown, Err(TargetsError::Syntax { .. })));
        let inline = parse("[a]\nb = { band = [1, 2], source = \"x\" }\n");
        assert!(matches!(inline, Err(TargetsError::Syntax { .. })));
    }
}
