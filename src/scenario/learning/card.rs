//! The card of a fitted model: what it is, what it learned from, by whose leave, how good it was, what it cannot do.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::lab::evaluation::facts::{DataFacts, SplitFacts};
use crate::lab::evaluation::metrics::Spread;
use crate::lab::evaluation::table::{CurvePoint, align};
use crate::lab::metrics::statistics::interval::Interval;
use crate::platform::models::catalog::Kind;
use crate::platform::models::model::Epoch;

/// Version of `model.json`; raised whenever a field changes its meaning.
pub const FORMAT: u32 = 1;

/// What `model.json` says. It holds no wall time: the same fit writes the same card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitCard {
    /// [`FORMAT`] at the time of writing.
    pub format: u32,
    /// Version of the program.
    pub agora_version: String,
    /// The command that gives the same model again.
    pub command: String,
    /// Kind of the catalog.
    pub kind: String,
    /// What it is.
    pub summary: String,
    /// Every setting, the defaults included.
    pub settings: toml::Table,
    /// Seed of the fit.
    pub seed: u64,
    /// What it learned from.
    pub data: DataFacts,
    /// Rows it learned from, as it says itself.
    pub n_rows: u64,
    /// Numbers it learned.
    pub n_parameters: u64,
    /// Every pass.
    pub curve: Vec<CurvePoint>,
    /// How a model of the same settings and seed did on what was kept from it.
    pub held_out: Option<HeldOut>,
    /// What it cannot do, and what was not looked at.
    pub limits: Vec<String>,
    /// Digest of `model.safetensors`, in hexadecimal.
    pub digest: String,
}

/// How good a model was on what was kept from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// How the data were split.
    pub split: SplitFacts,
    /// Means over people with intervals, by name such as `ndcg@10`.
    pub metrics: BTreeMap<String, Interval>,
    /// Use of the catalogue, by list length.
    pub spreads: Vec<Spread>,
}

/// Shortens a number to nine significant digits: what a card says is then read back as it was written.
#[must_use]
pub fn shortened(x: f64) -> f64 {
    format!("{x:.8e}").parse().unwrap_or(x)
}

impl HeldOut {
    /// Tells of what was measured, in numbers of a card's precision.
    #[must_use]
    pub fn of(split: SplitFacts, metrics: &BTreeMap<String, Interval>, spreads: &[Spread]) -> Self {
        let interval = |i: &Interval| Interval {
            estimate: shortened(i.estimate),
            low: shortened(i.low),
            high: shortened(i.high),
            n: i.n,
        };
        let spread = |s: &Spread| Spread {
            k: s.k,
            coverage: shortened(s.coverage),
            exposure_gini: shortened(s.exposure_gini),
        };
        Self {
            split,
            metrics: metrics
                .iter()
                .map(|(name, i)| (name.clone(), interval(i)))
                .collect(),
            spreads: spreads.iter().map(spread).collect(),
        }
    }
}

/// Tells of the passes of a fit, in numbers of a card's precision.
#[must_use]
pub fn curve(epochs: &[Epoch]) -> Vec<CurvePoint> {
    let point = |e: &Epoch| CurvePoint {
        epoch: e.epoch,
        loss: shortened(e.loss),
        held_out: e.held_out.map(shortened),
    };
    epochs.iter().map(point).collect()
}

/// Says what a model of a kind cannot do that was fitted on a log.
#[must_use]
pub fn limits(kind: &Kind, data: &DataFacts) -> Vec<String> {
    let mut limits = vec![
        kind.limits.to_owned(),
        "It learned what people did, not what was good for them: what was often shown looks wanted."
            .to_owned(),
        "Numbers on a log do not say what people would do if they were shown its lists; an experiment does."
            .to_owned(),
        "Scores order items for one person; they are no probabilities and do not compare across people."
            .to_owned(),
        "It knows the items of its data and no others.".to_owned(),
    ];
    if data.first_time.is_none() {
        limits.push("Its data have no times: order is that of the rows.".to_owned());
    }
    if data.impressions == 0 {
        limits.push(
            "Its data do not tell what was shown in vain: what was not met counts as not wanted or is left out, as the kind does it."
                .to_owned(),
        );
    }
    limits.push(
        "Fairness between groups of people was not measured: the data name no groups.".to_owned(),
    );
    limits
}

impl FitCard {
    /// Shows the card as a page of Markdown.
    #[must_use]
    pub fn page(&self) -> String {
        let d = &self.data;
        let mut page = format!(
            "# {}\n\n{}.\n\n| | |\n| --- | --- |\n",
            self.kind,
            capital(&self.summary)
        );
        let span = match (d.first_time, d.last_time) {
            (Some(from), Some(to)) => format!("second {from} to second {to} of its clock"),
            _ => "not told".to_owned(),
        };
        for (what, text) in [
            ("data", format!("`{}` ({})", d.source, d.format)),
            ("checksum of the data", format!("`{}`", d.checksum)),
            (
                "size of the data",
                format!(
                    "{} engagements and {} impressions of {} people with {} items",
                    d.rows, d.impressions, d.users, d.items
                ),
            ),
            ("time span", span),
            ("features of items", listed(&d.features)),
            ("consent", d.consent.clone()),
            ("rows learned from", self.n_rows.to_string()),
            ("parameters", self.n_parameters.to_string()),
            ("seed", self.seed.to_string()),
            ("digest", format!("`{}`", self.digest)),
            ("agora", self.agora_version.clone()),
        ] {
            let _infallible = writeln!(page, "| {what} | {} |", text.replace('|', "\\|"));
        }
        page.push_str("\n## Settings\n\n");
        if self.settings.is_empty() {
            page.push_str("This kind has none.\n");
        } else {
            page.push_str("| key | value |\n| --- | --- |\n");
            for (key, value) in &self.settings {
                let _infallible = writeln!(page, "| `{key}` | {value} |");
            }
        }
        self.quality(&mut page);
        if !self.curve.is_empty() {
            page.push_str("\n## Learning\n\n| pass | loss | held out |\n| --- | --- | --- |\n");
            for p in &self.curve {
                let held = p.held_out.map_or_else(String::new, |h| format!("{h:.4}"));
                let _infallible = writeln!(page, "| {} | {:.5} | {held} |", p.epoch, p.loss);
            }
        }
        page.push_str("\n## Limits\n\n");
        for limit in self.limits.iter().chain(&d.notes) {
            let _infallible = writeln!(page, "- {limit}");
        }
        let _infallible = writeln!(page, "\n## Again\n\n```sh\n{}\n```", self.command);
        page
    }

    fn quality(&self, page: &mut String) {
        page.push_str("\n## How good it was\n\n");
        let Some(held) = &self.held_out else {
            page.push_str("Nobody in the data has enough items to keep one back.\n");
            return;
        };
        let s = &held.split;
        let _infallible = writeln!(
            page,
            "A model of the same settings and seed, {}: {} people, {} left out.\nThe model of this folder learned from everything, so that nothing is left to judge it by.\n\n| metric | mean | 95 % interval |\n| --- | --- | --- |",
            s.sentence, s.people, s.left_out
        );
        for (name, i) in &held.metrics {
            let _infallible = writeln!(
                page,
                "| {name} | {:.4} | {:.4} to {:.4} |",
                i.estimate, i.low, i.high
            );
        }
        for s in &held.spreads {
            let _infallible = writeln!(
                page,
                "| coverage@{0} | {1:.4} | |\n| exposure_gini@{0} | {2:.4} | |",
                s.k, s.coverage, s.exposure_gini
            );
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).collect()
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

/// Lists cards, one a line, for the screen.
#[must_use]
pub fn list(cards: &[(String, FitCard)]) -> String {
    let head = [
        "folder", "kind", "rows", "people", "items", "ndcg@10", "digest",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (folder, card) in cards {
        let ndcg = card
            .held_out
            .as_ref()
            .and_then(|h| h.metrics.get("ndcg@10"));
        rows.push(vec![
            folder.clone(),
            card.kind.clone(),
            card.data.rows.to_string(),
            card.data.users.to_string(),
            card.data.items.to_string(),
            ndcg.map_or_else(|| "-".to_owned(), |i| format!("{:.4}", i.estimate)),
            card.digest.clone(),
        ]);
    }
    align(&rows).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn prop_shortened_numbers_are_read_back_as_they_were_written() {
        let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
        for _ in 0..2_000 {
            let x = rng.normal() * 10f64.powi(rng.below(13) as i32 - 6);
            let short = shortened(x);
            assert!((short - x).abs() <= 1e-8 * x.abs(), "{x} became {short}");
            let json = serde_json::to_string(&short).unwrap();
            assert_eq!(serde_json::from_str::<f64>(&json).unwrap(), short);
        }
        assert!(shortened(f64::NAN).is_nan());
        assert_eq!(shortened(f64::INFINITY), f64::INFINITY);
    }
}
