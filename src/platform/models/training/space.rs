//! What a search may try: a span of values for every setting that is not fixed.

use std::collections::BTreeMap;
use std::fmt;

use super::around_default::around_default;
use crate::sim::config::ValueDoc;
use crate::sim::math;
use crate::sim::rng::RngStream;

/// How draws are spread over a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Evenly.
    Linear,
    /// Evenly in the logarithm.
    Log,
}

/// The values a setting may be given.
#[derive(Debug, Clone, PartialEq)]
pub enum Span {
    /// Numbers between two ends.
    Numbers {
        /// Least.
        low: f64,
        /// Greatest.
        high: f64,
        /// How they are spread.
        scale: Scale,
    },
    /// Integers between two ends, both included.
    Integers {
        /// Least.
        low: u32,
        /// Greatest.
        high: u32,
        /// How they are spread.
        scale: Scale,
    },
    /// These.
    Choices(Vec<toml::Value>),
}

/// Why a space is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpaceError {
    /// There is no such setting.
    #[error("space has the key {found}, allowed are {allowed}")]
    Key {
        /// What was found.
        found: String,
        /// All settings.
        allowed: String,
    },
    /// A span is not understood or leaves the range of its setting.
    #[error("space of {key} is {found}, allowed is {allowed}")]
    Span {
        /// Name of the setting.
        key: String,
        /// What was found.
        found: String,
        /// What is allowed.
        allowed: String,
    },
}

/// Spans by setting; settings that are not named keep their default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Space {
    spans: BTreeMap<String, Span>,
}

impl Space {
    /// Makes the space that is searched if nobody says otherwise, from what a kind of model says of its settings.
    ///
    /// Choices and booleans: all. Narrow ranges: whole. Wide ranges: around the default on a logarithmic scale. A wide
    /// range whose default is 0 has no scale to search on and is left out.
    #[must_use]
    pub fn around_defaults(docs: &[ValueDoc]) -> Self {
        let spans = docs
            .iter()
            .filter_map(|d| Some((d.key.clone(), around_default(d)?)));
        Self {
            spans: spans.collect(),
        }
    }

    /// Adds a span as the command line gives it: `key=low..high`, `key=low..high:log`, `key=a|b|c` or `key=value`.
    ///
    /// # Errors
    /// [`SpaceError`] if there is no such setting or the span leaves its range.
    pub fn add(&mut self, given: &str, docs: &[ValueDoc]) -> Result<(), SpaceError> {
        let (key, text) = given.split_once('=').unwrap_or((given, ""));
        let doc = find(key.trim(), docs)?;
        self.spans.insert(doc.key.clone(), span(doc, text.trim())?);
        Ok(())
    }

    /// Adds the spans of a file: `key = "low..high:log"`, `key = ["a", "b"]` or `key = value`.
    ///
    /// # Errors
    /// [`SpaceError`] if there is no such setting or a span leaves its range.
    pub fn add_table(&mut self, table: &toml::Table, docs: &[ValueDoc]) -> Result<(), SpaceError> {
        for (key, value) in table {
            let text = match value {
                toml::Value::Array(all) => all.iter().map(plain).collect::<Vec<_>>().join("|"),
                one => plain(one),
            };
            self.add(&format!("{key}={text}"), docs)?;
        }
        Ok(())
    }

    /// Leaves a setting out.
    pub fn remove(&mut self, key: &str) {
        self.spans.remove(key);
    }

    /// Says whether there is nothing to search.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Lists the spans by setting.
    #[must_use]
    pub const fn spans(&self) -> &BTreeMap<String, Span> {
        &self.spans
    }

    /// Returns the values that are not searched because their span has only one.
    #[must_use]
    pub fn fixed(&self) -> toml::Table {
        let one = |(key, span): (&String, &Span)| match span {
            Span::Choices(all) if all.len() == 1 => Some((key.clone(), all[0].clone())),
            _ => None,
        };
        self.spans.iter().filter_map(one).collect()
    }

    /// Draws settings, one draw a span in the order of their names.
    pub fn draw(&self, rng: &mut RngStream) -> toml::Table {
        let draws = self
            .spans
            .iter()
            .map(|(key, span)| (key.clone(), span.draw(rng)));
        draws.collect()
    }
}

impl Span {
    fn draw(&self, rng: &mut RngStream) -> toml::Value {
        match self {
            Self::Numbers { low, high, scale } => {
                let x = match scale {
                    Scale::Linear => rng.range(*low, *high),
                    Scale::Log => math::exp(rng.range(math::ln(*low), math::ln(*high))),
                };
                toml::Value::Float(short(x).clamp(*low, *high))
            }
            Self::Integers { low, high, scale } => {
                let n = match scale {
                    Scale::Linear => {
                        let n = f64::from(high - low) + 1.0;
                        f64::from(*low) + (rng.uniform() * n).floor()
                    }
                    // Half a step beyond the ends, so that the ends get the share of their neighbourhood.
                    Scale::Log => {
                        let ends = (f64::from(*low) - 0.5, f64::from(*high) + 0.5);
                        math::exp(rng.range(math::ln(ends.0), math::ln(ends.1))).round()
                    }
                };
                let n = n.clamp(f64::from(*low), f64::from(*high));
                toml::Value::Integer(n as i64)
            }
            Self::Choices(all) => all[rng.below(all.len())].clone(),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail = |scale: &Scale| match scale {
            Scale::Linear => "",
            Scale::Log => ":log",
        };
        match self {
            Self::Numbers { low, high, scale } => write!(f, "{low:?}..{high:?}{}", tail(scale)),
            Self::Integers { low, high, scale } => write!(f, "{low}..{high}{}", tail(scale)),
            Self::Choices(all) => f.write_str(&all.iter().map(plain).collect::<Vec<_>>().join("|")),
        }
    }
}

/// Shows a value as `--space` takes it.
#[must_use]
pub fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

/// Rounds to four significant digits, so that settings can be read and written down.
pub(super) fn short(x: f64) -> f64 {
    format!("{x:.3e}").parse().unwrap_or(x)
}

/// Reads `low to high`.
pub(super) fn ends(doc: &ValueDoc) -> Option<(f64, f64)> {
    let (low, high) = doc.allowed.split_once(" to ")?;
    Some((low.parse().ok()?, high.parse().ok()?))
}

fn find<'a>(key: &str, docs: &'a [ValueDoc]) -> Result<&'a ValueDoc, SpaceError> {
    docs.iter().find(|d| d.key == key).ok_or_else(|| {
        let all: Vec<&str> = docs.iter().map(|d| d.key.as_str()).collect();
        SpaceError::Key {
            found: key.to_owned(),
            allowed: if all.is_empty() {
                "none: this model has no settings".to_owned()
            } else {
                all.join(", ")
            },
        }
    })
}

fn span(doc: &ValueDoc, text: &str) -> Result<Span, SpaceError> {
    let refused = || SpaceError::Span {
        key: doc.key.clone(),
        found: text.to_owned(),
        allowed: format!(
            "low..high, low..high:log, a|b|c or one value, each {}; :log needs a low above 0",
            doc.allowed
        ),
    };
    if let Some((low, rest)) = text.split_once("..") {
        let (high, scale) = match rest.strip_suffix(":log") {
            Some(high) => (high, Scale::Log),
            None => (rest, Scale::Linear),
        };
        let number = |t: &str| t.trim().parse::<f64>().ok().filter(|x| within(doc, *x));
        let (low, high) = number(low).zip(number(high)).ok_or_else(refused)?;
        let is_possible = low < high && (scale == Scale::Linear || low > 0.0);
        return match doc.kind {
            "number" if is_possible => Ok(Span::Numbers { low, high, scale }),
            "integer" if is_possible && low.fract() == 0.0 && high.fract() == 0.0 => {
                let (low, high) = (low as u32, high as u32);
                Ok(Span::Integers { low, high, scale })
            }
            _ => Err(refused()),
        };
    }
    let values: Option<Vec<toml::Value>> = text.split('|').map(|t| value(doc, t.trim())).collect();
    values.map(Span::Choices).ok_or_else(refused)
}

fn within(doc: &ValueDoc, x: f64) -> bool {
    let beyond = |(low, high)| x < low || x > high;
    x.is_finite() && !ends(doc).is_some_and(beyond)
}

fn value(doc: &ValueDoc, text: &str) -> Option<toml::Value> {
    match doc.kind {
        "boolean" => text.parse::<bool>().ok().map(Into::into),
        "integer" => {
            let n = text.parse::<u32>().ok()?;
            within(doc, f64::from(n)).then(|| i64::from(n).into())
        }
        "number" => {
            let x = text.parse::<f64>().ok()?;
            within(doc, x).then(|| x.into())
        }
        _ => {
            let quoted = format!("\"{}\"", text.trim_matches('"'));
            let is_known = doc.allowed.split(", ").any(|w| w == quoted);
            is_known.then(|| text.trim_matches('"').into())
        }
    }
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macro makes public structs")]
mod tests {
    use super::*;
    use crate::sim::config::ConfigPart;
    use crate::sim::rng::Purpose;

    crate::config_choice! {
        /// How.
        pub enum Loss {
            /// Pairs.
            Pairwise = "pairwise",
            /// Lists.
            Listwise = "listwise",
        }
    }

    crate::config! {
        /// Settings of every kind.
        pub struct Settings {
            /// A wide number.
            rate: f64 = 0.01, "-", 0.000_001..=10.0;
            /// A share.
            dropout: f64 = 0.1, "-", 0.0..=0.9;
            /// A wide number without a scale.
            penalty: f64 = 0.0, "-", 0.0..=1000.0;
            /// A wide integer.
            factors: u32 = 32, "values", 1..=1024;
            /// A narrow integer.
            layers: u32 = 1, "layers", 0..=4;
            /// A boolean.
            biased: bool = true, "-";
            /// A choice.
            loss: Loss = Loss::Pairwise, "-";
        }
    }

    fn docs() -> Vec<ValueDoc> {
        let mut docs = Vec::new();
        Settings::describe("", &mut docs);
        for d in &mut docs {
            d.key = d.key.trim_start_matches('.').to_owned();
        }
        docs
    }

    fn shown(space: &Space) -> Vec<String> {
        let line = |(key, span): (&String, &Span)| format!("{key}={span}");
        space.spans().iter().map(line).collect()
    }

    #[test]
    fn the_default_space_goes_around_the_defaults() {
        let expected = [
            "biased=false|true",
            "dropout=0.0..0.9",
            "factors=8..128:log",
            "layers=0..4",
            "loss=pairwise|listwise",
            "rate=0.001..0.1:log",
        ];
        assert_eq!(shown(&Space::around_defaults(&docs())), expected);
    }

    #[test]
    fn spans_are_read_as_they_are_shown_from_words_and_from_files() {
        let given = [
            "dropout=0.1..0.5",
            "factors=16|32",
            "loss=listwise",
            "rate=0.001..1.0:log",
        ];
        let mut space = Space::default();
        for g in given {
            space.add(g, &docs()).unwrap();
        }
        assert_eq!(shown(&space), given);
        let file = "rate = \"0.001..1.0:log\"\nfactors = [16, 32]\nloss = \"listwise\"\ndropout = \"0.1..0.5\"";
        let mut read = Space::default();
        read.add_table(&toml::from_str(file).unwrap(), &docs())
            .unwrap();
        assert_eq!(read, space);
        let mut again = Space::default();
        for line in shown(&Space::around_defaults(&docs())) {
            again.add(&line, &docs()).unwrap();
        }
        assert_eq!(again, Space::around_defaults(&docs()));
        assert_eq!(space.fixed().to_string().trim(), "loss = \"listwise\"");
    }

    #[test]
    fn spans_outside_the_range_of_a_setting_are_refused_by_name() {
        let refused = [
            "rate=0.1..0.01",
            "rate=0.1..11",
            "rate=x..1",
            "dropout=0..0.5:log",
            "factors=1.5..3",
            "factors=0|4",
            "layers=-1",
            "biased=yes",
            "loss=hinge",
            "loss=a..b",
            "rate=nan",
            "rate",
        ];
        for given in refused {
            let error = Space::default().add(given, &docs()).unwrap_err();
            let key = given.split('=').next().unwrap();
            assert!(
                error.to_string().starts_with(&format!("space of {key} is")),
                "{error}"
            );
        }
        let error = Space::default().add("depth=3", &docs()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("space has the key depth, allowed are rate, ")
        );
    }

    #[test]
    fn prop_every_draw_is_allowed_and_repeatable() {
        let space = Space::around_defaults(&docs());
        for trial in 0..500 {
            let stream = || RngStream::new(3, Purpose::Test, trial, 0);
            let drawn = space.draw(&mut stream());
            assert_eq!(drawn, space.draw(&mut stream()));
            let settings: Settings = drawn.clone().try_into().unwrap();
            let mut violations = Vec::new();
            settings.check("", &mut violations);
            assert_eq!(violations, []);
            assert!(
                (0.001..=0.1).contains(&settings.rate) && (8..=128).contains(&settings.factors)
            );
            // What is written down is what was tried.
            let written: toml::Table = toml::from_str(&toml::to_string(&drawn).unwrap()).unwrap();
            assert_eq!(written, drawn);
        }
    }

    #[test]
    fn draws_are_spread_evenly_on_their_scale() {
        let mut space = Space::default();
        space.add("rate=0.001..0.1:log", &docs()).unwrap();
        space.add("dropout=0.0..0.8", &docs()).unwrap();
        space.add("layers=0..3", &docs()).unwrap();
        space.add("factors=1..4:log", &docs()).unwrap();
        let n = 4_000;
        let (mut below, mut low, mut layers, mut factors) = (0, 0, [0; 4], [0; 4]);
        for trial in 0..n {
            let s: Settings = space
                .draw(&mut RngStream::new(1, Purpose::Test, trial, 0))
                .try_into()
                .unwrap();
            below += u32::from(s.rate < 0.01);
            low += u32::from(s.dropout < 0.2);
            layers[s.layers as usize] += 1;
            factors[s.factors as usize - 1] += 1;
        }
        let near = |count: u32, p: f64| {
            // Four standard errors.
            let off = (f64::from(count) / n as f64 - p).abs();
            assert!(
                off < 4.0 * (p * (1.0 - p) / n as f64).sqrt(),
                "{count} of {n}, expected {p}"
            );
        };
        near(below, 0.5);
        near(low, 0.25);
        for count in layers {
            near(count, 0.25);
        }
        // k gets the logarithm of (k + ½) / (k − ½) out of that of 4.5 / 0.5 = 9.
        for (k, count) in (1..).zip(factors) {
            let k = f64::from(k);
            near(count, ((k + 0.5) / (k - 0.5)).ln() / 9.0f64.ln());
        }
    }
}
