//! The scorecard: what a city shows against the band of each published fact.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::targets::{self, Target};
use crate::lab::summary::RealismSummary;

/// On which side of its band a fact lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Under the lower end.
    Below,
    /// Over the upper end.
    Above,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Below => "below",
            Self::Above => "above",
        })
    }
}

/// How one fact fared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// It lies in its band, ends included.
    Passed,
    /// It lies outside.
    FellShort {
        /// Where.
        side: Side,
        /// How far from the nearer end, in the unit of the fact; positive.
        by: f64,
    },
    /// The run was too short or too small to tell, or nothing measures it; does not count as passed.
    NotObservable,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::FellShort { side, by } => write!(f, "fell short: {side} by {}", short(*by)),
            Self::NotObservable => f.write_str("not observable"),
        }
    }
}

/// One fact, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The fact and its band.
    pub target: Target,
    /// What the city shows.
    pub value: Option<f64>,
    /// How it fared.
    pub verdict: Verdict,
}

/// All published facts, judged for one city.
#[derive(Debug, Clone, PartialEq)]
pub struct Scorecard {
    /// One row per fact, in the order in which they are listed.
    pub rows: Vec<Row>,
}

impl Scorecard {
    /// Judges what a city shows, by key of the fact.
    ///
    /// Facts that are missing or not finite are not observable; keys of no published fact are ignored.
    #[must_use]
    pub fn judge(shown: &BTreeMap<String, Option<f64>>) -> Self {
        let rows = targets::published()
            .into_iter()
            .map(|target| {
                let value = shown.get(&target.key).copied().flatten();
                let value = value.filter(|v| v.is_finite());
                let verdict = value.map_or(Verdict::NotObservable, |v| verdict_of(&target, v));
                Row {
                    target,
                    value,
                    verdict,
                }
            })
            .collect();
        Self { rows }
    }

    /// Counts the facts in their band.
    #[must_use]
    pub fn passed(&self) -> u32 {
        self.count(|v| v == Verdict::Passed)
    }

    /// Counts the facts judged, those that were not observable included.
    #[must_use]
    pub fn of(&self) -> u32 {
        self.count(|_| true)
    }

    /// Counts the facts that were not observable.
    #[must_use]
    pub fn not_observable(&self) -> u32 {
        self.count(|v| v == Verdict::NotObservable)
    }

    /// Counts rows by verdict.
    fn count(&self, keep: impl Fn(Verdict) -> bool) -> u32 {
        self.rows.iter().filter(|r| keep(r.verdict)).count() as u32
    }

    /// Returns the scorecard as `run.json` keeps it.
    #[must_use]
    pub fn to_summary(&self) -> RealismSummary {
        RealismSummary {
            passed: self.passed(),
            of: self.of(),
            facts: self
                .rows
                .iter()
                .map(|r| (r.target.key.clone(), r.value))
                .collect(),
        }
    }

    /// Draws the scorecard as text in aligned columns, one fact a line and the tally last.
    #[must_use]
    pub fn table(&self) -> String {
        let heads = ["fact", "shown", "band", "published", "verdict", "source"];
        let mut lines = vec![heads.map(str::to_owned)];
        lines.extend(self.rows.iter().map(|r| {
            [
                r.target.key.clone(),
                r.value.map_or_else(|| "-".to_owned(), short),
                format!("{} to {}", short(r.target.low), short(r.target.high)),
                r.target.published.map_or_else(|| "-".to_owned(), short),
                r.verdict.to_string(),
                r.target.source.clone(),
            ]
        }));
        let widths: Vec<usize> = (0..heads.len())
            .map(|i| {
                lines
                    .iter()
                    .map(|l| l[i].chars().count())
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        for line in &lines {
            let mut row = String::new();
            for (i, (cell, width)) in line.iter().zip(&widths).enumerate() {
                // Numbers stand to the right.
                let cell = if i == 1 || i == 3 {
                    format!("{cell:>width$}  ")
                } else {
                    format!("{cell:<width$}  ")
                };
                row.push_str(&cell);
            }
            text.push_str(row.trim_end());
            text.push('\n');
        }
        let missing = self.not_observable();
        write!(
            text,
            "{} of {} facts within their band",
            self.passed(),
            self.of()
        )
        .expect("writing to a string cannot fail");
        if missing > 0 {
            write!(text, ", {missing} not observable").expect("writing to a string cannot fail");
        }
        text.push('\n');
        text
    }
}

/// Judges one finite value.
fn verdict_of(target: &Target, value: f64) -> Verdict {
    if target.accepts(value) {
        Verdict::Passed
    } else if value < target.low {
        Verdict::FellShort {
            side: Side::Below,
            by: target.low - value,
        }
    } else {
        Verdict::FellShort {
            side: Side::Above,
            by: value - target.high,
        }
    }
}

/// Writes a number with three digits that matter, and never in powers of ten.
pub(crate) fn short(x: f64) -> String {
    let magnitude = x.abs();
    let decimals = match magnitude {
        m if m >= 100.0 || m == 0.0 => 0,
        m if m >= 10.0 => 1,
        m if m >= 1.0 => 2,
        m if m >= 0.1 => 3,
        _ => 4,
    };
    let text = format!("{x:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a city shows that puts every fact at `pick` of its band.
    fn shown(pick: impl Fn(&Target) -> Option<f64>) -> BTreeMap<String, Option<f64>> {
        targets::published()
            .iter()
            .map(|t| (t.key.clone(), pick(t)))
            .collect()
    }

    #[test]
    fn a_value_at_the_edge_of_its_band_passes() {
        for card in [
            Scorecard::judge(&shown(|t| Some(t.low))),
            Scorecard::judge(&shown(|t| Some(t.high))),
        ] {
            assert_eq!((card.passed(), card.of()), (25, 25));
        }
    }

    #[test]
    fn a_value_outside_falls_short_on_its_side() {
        let card = Scorecard::judge(&shown(|t| Some(t.high + 1.0)));
        assert_eq!(card.passed(), 0);
        for row in &card.rows {
            let Verdict::FellShort { side, by } = row.verdict else {
                panic!("{} passed above its band", row.target.key);
            };
            assert_eq!(side, Side::Above);
            assert!((by - 1.0).abs() < 1e-9);
        }
        let card = Scorecard::judge(&shown(|t| Some(t.low - 0.5)));
        assert!(card.rows.iter().all(|r| {
            matches!(r.verdict, Verdict::FellShort { side: Side::Below, by } if (by - 0.5).abs() < 1e-9)
        }));
    }

    #[test]
    fn what_was_not_observed_has_not_passed_but_is_counted() {
        let empty = Scorecard::judge(&BTreeMap::new());
        assert_eq!(
            (empty.passed(), empty.of(), empty.not_observable()),
            (0, 25, 25)
        );
        let nan = Scorecard::judge(&shown(|_| Some(f64::NAN)));
        assert_eq!(nan.not_observable(), 25);
        let one = shown(|t| (t.key == "retention.d1").then_some(0.4));
        assert_eq!(Scorecard::judge(&one).passed(), 1);
    }

    #[test]
    fn the_summary_keeps_every_fact_and_null_for_the_unobserved() {
        let card = Scorecard::judge(&shown(|t| (t.key == "retention.d1").then_some(0.4)));
        let summary = card.to_summary();
        assert_eq!(
            (summary.passed, summary.of, summary.facts.len()),
            (1, 25, 25)
        );
        assert_eq!(summary.facts["retention.d1"], Some(0.4));
        assert_eq!(summary.facts["wealth.gini"], None);
    }

    #[test]
    fn the_table_has_a_line_a_fact_and_columns_that_align() {
        let card = Scorecard::judge(&shown(|t| (t.key != "wealth.gini").then_some(0.4)));
        let text = card.table();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 27);
        let at = lines[0].find("source").expect("a column of sources");
        for (line, row) in lines[1..26].iter().zip(&card.rows) {
            assert!(line.starts_with(&row.target.key));
            assert_eq!(line.find(&row.target.source), Some(at), "{line}");
            assert!(!line.ends_with(' '));
        }
        assert!(lines[26].ends_with("1 not observable"), "{}", lines[26]);
        assert!(lines[26].contains(" of 25 facts within their band"));
    }

    #[test]
    fn numbers_are_short() {
        for (x, text) in [
            (0.0, "0"),
            (0.001, "0.001"),
            (0.448, "0.448"),
            (-0.485, "-0.485"),
            (11.0, "11"),
            (5.25, "5.25"),
            (750.4, "750"),
            (1_000.0, "1000"),
        ] {
            assert_eq!(short(x), text);
        }
    }
}
