//! Model cards: what a trained model is, what it learned from, by whose leave, and how good it was.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::super::catalog::find;
use super::super::model::Epoch;
use super::super::settings_text;
use crate::sim::units::Tick;

/// What is known of a trained model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// What the model is for; models of one name replace each other.
    pub name: String,
    /// Counts up with every training of a name.
    pub version: u32,
    /// When its training ended.
    pub trained_at: Tick,
    /// Positive pairs it was trained on.
    pub n_pairs: u64,
    /// Loss of its last batch, in nats per pair.
    pub loss: f64,
    /// Metric on held-out behaviour, higher is better, of the same kind for all versions of a name.
    pub validation_metric: f64,
    /// The same metric of the model that was live, on the same behaviour; `None` if none was.
    pub incumbent_metric: Option<f64>,
    /// Digest of its weights.
    pub digest: u64,
    /// What else can be told; nothing is decided by it.
    pub details: CardDetails,
}

/// What holds of every model that serves in a city.
const LIMITS: [&str; 3] = [
    "It learned what people did with what they were shown, not what was good for them.",
    "Items published since its training are scored by content and popularity.",
    "Fairness between groups of people was not measured.",
];

/// Says what a model of a kind cannot do in a city.
#[must_use]
pub fn limits_of(kind: &str) -> Vec<String> {
    let own = find(kind).ok().map(|k| k.limits);
    let all = own.into_iter().chain(LIMITS);
    all.map(str::to_owned).collect()
}

/// What a card tells to whoever asks where a model comes from. What is not known is empty.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CardDetails {
    /// Kind of the model, as the catalog names it.
    pub kind: String,
    /// Its settings; those that are not named have their default.
    #[serde(with = "settings_text")]
    pub settings: toml::Table,
    /// Times of the first and the last row it learned from, in seconds on the clock of its log.
    pub window: Option<(i64, i64)>,
    /// Rows it learned from.
    pub rows: u64,
    /// Features it looked at, in the order of its columns.
    pub features: Vec<String>,
    /// Passes of its fit.
    pub curve: Vec<Epoch>,
    /// Metrics on held-out behaviour by name.
    pub held_out: BTreeMap<String, f64>,
    /// Expected calibration error of its probabilities on held-out behaviour, in [0, 1]; `None` if it gives none.
    pub calibration_error: Option<f64>,
    /// By whose leave the rows were used, as a sentence.
    pub consent: String,
    /// What it cannot do, as sentences.
    pub limits: Vec<String>,
}

impl ModelCard {
    /// Shows the card as a page of Markdown.
    #[must_use]
    pub fn page(&self) -> String {
        let d = &self.details;
        let mut lines = vec![
            ("kind", d.kind.clone()),
            ("weights", format!("{:016x}", self.digest)),
            ("learned from", learned_from(self)),
            ("features", d.features.join(", ")),
            ("settings", in_one_line(&d.settings)),
            ("last loss", format!("{:.4}", self.loss)),
            (
                "metric when checked",
                format!("{:.4}", self.validation_metric),
            ),
        ];
        if let Some(live) = self.incumbent_metric {
            lines.push(("metric of the model it met", format!("{live:.4}")));
        }
        lines.extend(
            d.held_out
                .iter()
                .map(|(name, x)| (name.as_str(), format!("{x:.4}"))),
        );
        if let Some(error) = d.calibration_error {
            lines.push(("expected calibration error", format!("{error:.4}")));
        }
        lines.push(("consent", d.consent.clone()));
        let mut page = format!(
            "# {}, version {}\n\n| | |\n| --- | --- |\n",
            self.name, self.version
        );
        for (what, text) in lines.iter().filter(|(_, text)| !text.is_empty()) {
            let text = text.replace('|', "\\|");
            writeln!(page, "| {what} | {text} |").expect("a string takes everything");
        }
        if !d.curve.is_empty() {
            page.push_str("\n| pass | loss | held out |\n| --- | --- | --- |\n");
            for e in &d.curve {
                let held_out = e.held_out.map_or(String::new(), |x| format!("{x:.4}"));
                writeln!(page, "| {} | {:.4} | {held_out} |", e.epoch, e.loss)
                    .expect("a string takes everything");
            }
        }
        if !d.limits.is_empty() {
            page.push_str("\n## Limits\n\n");
            for limit in &d.limits {
                writeln!(page, "- {limit}").expect("a string takes everything");
            }
        }
        page
    }

    /// Shows the card as JSON: what its page says, for programs.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        let d = &self.details;
        let passes = d.curve.iter().map(
            |e| serde_json::json!({ "pass": e.epoch, "loss": e.loss, "held_out": e.held_out }),
        );
        serde_json::json!({
            "name": self.name,
            "version": self.version,
            "kind": d.kind,
            "trained_at_tick": self.trained_at.0,
            "n_pairs": self.n_pairs,
            "rows": d.rows,
            "window_seconds": d.window,
            "features": d.features,
            "settings": d.settings,
            "loss": self.loss,
            "held_out": self.validation_metric,
            "held_out_of_incumbent": self.incumbent_metric,
            "metrics": d.held_out,
            "calibration_error": d.calibration_error,
            "curve": passes.collect::<Vec<_>>(),
            "consent": d.consent,
            "limits": d.limits,
            "digest": format!("{:016x}", self.digest),
        })
    }
}

fn learned_from(card: &ModelCard) -> String {
    let rows = match card.details.rows {
        0 => format!("{} pairs", card.n_pairs),
        rows => format!("{rows} rows, {} pairs", card.n_pairs),
    };
    match card.details.window {
        None => rows,
        Some((from, to)) => format!("{rows}, from second {from} to second {to}"),
    }
}

fn in_one_line(settings: &toml::Table) -> String {
    let all: Vec<String> = settings.iter().map(|(k, v)| format!("{k} = {v}")).collect();
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_tells_what_is_known_and_nothing_else() {
        let mut card = ModelCard {
            name: "feed".to_owned(),
            version: 3,
            trained_at: Tick(1_440),
            n_pairs: 80,
            loss: 0.5,
            validation_metric: 0.25,
            incumbent_metric: None,
            digest: 0xAB,
            details: CardDetails::default(),
        };
        let page = card.page();
        assert!(page.starts_with("# feed, version 3\n"));
        assert!(page.contains("| weights | 00000000000000ab |\n"));
        assert!(!page.contains("consent") && !page.contains("pass"));
        card.incumbent_metric = Some(0.125);
        card.details = CardDetails {
            kind: "bpr".to_owned(),
            settings: toml::from_str("factors = 32\nloss = \"a|b\"").unwrap(),
            window: Some((60, 86_400)),
            rows: 100,
            features: vec!["id".to_owned(), "age".to_owned()],
            curve: vec![Epoch {
                epoch: 1,
                of: 2,
                loss: 0.75,
                held_out: Some(0.2),
            }],
            held_out: [("NDCG@10".to_owned(), 0.3)].into(),
            calibration_error: Some(0.02),
            consent: "People who allowed recommendations.".to_owned(),
            limits: limits_of("bpr"),
        };
        let page = card.page();
        for line in [
            "| learned from | 100 rows, 80 pairs, from second 60 to second 86400 |",
            "| settings | factors = 32, loss = \"a\\|b\" |",
            "| features | id, age |",
            "| metric of the model it met | 0.1250 |",
            "| NDCG@10 | 0.3000 |",
            "| expected calibration error | 0.0200 |",
            "| consent | People who allowed recommendations. |",
            "| 1 | 0.7500 | 0.2000 |",
            "- It learns from drawn pairs: another seed gives other lists.",
        ] {
            assert!(page.contains(line), "{line} is not in\n{page}");
        }
        let json = card.json();
        assert_eq!(json["digest"], "00000000000000ab");
        assert_eq!(json["curve"][0]["held_out"], 0.2);
        assert_eq!(json["limits"].as_array().map(Vec::len), Some(4));
    }
}
