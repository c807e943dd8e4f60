//! An evaluation as rows: for the screen, and as JSON.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bootstrap::{Difference, RESAMPLES, Resampled, holm, resample};
use super::contest::Judged;
use super::facts::{DataFacts, SplitFacts};
use super::metrics::{Metric, Spread};
use crate::lab::metrics::statistics::interval::Interval;
use crate::platform::models::model::Epoch;

/// Version of `evaluation.json`; raised whenever a field changes its meaning.
pub const FORMAT: u32 = 1;

/// List length that comes first in tables, if it was asked for.
const USUAL_K: usize = 10;

/// Everything that an evaluation found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// [`FORMAT`] at the time of writing.
    pub format: u32,
    /// Version of the program.
    pub agora_version: String,
    /// The command that gives it again.
    pub command: String,
    /// Which data.
    pub data: DataFacts,
    /// Which split.
    pub split: SplitFacts,
    /// Lengths of lists.
    pub ks: Vec<usize>,
    /// The length that models are ordered by.
    pub main_k: usize,
    /// Resamples of people behind every interval.
    pub resamples: u32,
    /// The models, best NDCG first; those that failed last.
    pub models: Vec<ModelResult>,
    /// Every other model against the best.
    pub against_best: Vec<Comparison>,
}

/// One model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelResult {
    /// Name, unique in the evaluation.
    pub model: String,
    /// Kind of the catalog.
    pub kind: String,
    /// What it is.
    pub summary: String,
    /// Settings that differ from the defaults.
    pub settings: toml::Table,
    /// Seed it was made with.
    pub seed: u64,
    /// Why there are no numbers; nothing if there are.
    pub error: Option<String>,
    /// Rows it learned from.
    pub n_rows: u64,
    /// Numbers it learned.
    pub n_parameters: u64,
    /// Seconds of all fits.
    pub fit_seconds: f64,
    /// Seconds of all rankings.
    pub rank_seconds: f64,
    /// Every pass of the first fit.
    pub curve: Vec<CurvePoint>,
    /// Means over people with intervals, by name such as `ndcg@10`.
    pub metrics: BTreeMap<String, Interval>,
    /// Use of the catalogue, by list length.
    pub spreads: Vec<Spread>,
    /// Predicted against observed, where a model gives probabilities.
    pub calibration: Vec<CalibrationBin>,
}

/// One pass of a fit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Passes done, from 1.
    pub epoch: u32,
    /// Mean training loss of the pass.
    pub loss: f64,
    /// What the fit itself held out, higher is better.
    pub held_out: Option<f64>,
}

impl From<&Epoch> for CurvePoint {
    fn from(e: &Epoch) -> Self {
        Self {
            epoch: e.epoch,
            loss: e.loss,
            held_out: e.held_out,
        }
    }
}

/// Predictions of about the same probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Mean prediction.
    pub predicted: f64,
    /// Share that came true.
    pub observed: f64,
    /// Predictions.
    pub n: u64,
}

/// A model against another on the same people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The model.
    pub model: String,
    /// What it is compared with.
    pub against: String,
    /// By what.
    pub metric: String,
    /// Mean of the first less that of the second, and the p-value.
    #[serde(flatten)]
    pub difference: Difference,
    /// The p-value, adjusted for all comparisons by this metric (Holm).
    pub p_holm: f64,
}

/// A model as it was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Name, unique in the evaluation.
    pub model: String,
    /// Kind of the catalog.
    pub kind: String,
    /// What it is.
    pub summary: String,
    /// Settings that differ from the defaults.
    pub settings: toml::Table,
    /// Seed it is made with.
    pub seed: u64,
}

impl Evaluation {
    /// Puts together what came of every model, with intervals and differences by resampling people.
    #[must_use]
    pub fn of(
        command: String,
        data: DataFacts,
        split: SplitFacts,
        ks: &[usize],
        results: Vec<(Entry, Result<Judged, String>)>,
    ) -> Self {
        let main_k = ks
            .iter()
            .copied()
            .find(|k| *k == USUAL_K)
            .or(ks.first().copied())
            .unwrap_or(USUAL_K);
        let seed = split.seed;
        let mut rows: Vec<(ModelResult, Option<(Judged, Resampled)>)> = results
            .into_iter()
            .map(|(entry, result)| row(entry, result, seed))
            .collect();
        let ndcg = format!("{}@{main_k}", Metric::Ndcg.word());
        let key = |r: &ModelResult| {
            r.metrics
                .get(&ndcg)
                .map_or(f64::NEG_INFINITY, |i| i.estimate)
        };
        // The sort is stable: equal models stay in the order in which they were asked for.
        rows.sort_by(|a, b| key(&b.0).total_cmp(&key(&a.0)));
        let mut against_best = Vec::new();
        for metric in [Metric::Ndcg, Metric::Recall] {
            against_best.extend(compare(&rows, &format!("{}@{main_k}", metric.word())));
        }
        Self {
            format: FORMAT,
            agora_version: env!("CARGO_PKG_VERSION").to_owned(),
            command,
            data,
            split,
            ks: ks.to_vec(),
            main_k,
            resamples: RESAMPLES,
            models: rows.into_iter().map(|(r, _)| r).collect(),
            against_best,
        }
    }
}

fn row(
    entry: Entry,
    result: Result<Judged, String>,
    seed: u64,
) -> (ModelResult, Option<(Judged, Resampled)>) {
    let mut row = ModelResult {
        model: entry.model,
        kind: entry.kind,
        summary: entry.summary,
        settings: entry.settings,
        seed: entry.seed,
        error: None,
        n_rows: 0,
        n_parameters: 0,
        fit_seconds: 0.0,
        rank_seconds: 0.0,
        curve: Vec::new(),
        metrics: BTreeMap::new(),
        spreads: Vec::new(),
        calibration: Vec::new(),
    };
    let judged = match result {
        Ok(judged) => judged,
        Err(error) => {
            row.error = Some(error);
            return (row, None);
        }
    };
    let resampled = resample(&judged.values, judged.columns.len(), RESAMPLES, seed);
    row.n_rows = judged.n_rows;
    row.n_parameters = judged.n_parameters;
    row.fit_seconds = judged.fit_seconds;
    row.rank_seconds = judged.rank_seconds;
    row.curve = judged.curve.iter().map(CurvePoint::from).collect();
    row.spreads.clone_from(&judged.spreads);
    for (at, column) in judged.columns.iter().enumerate() {
        row.metrics.insert(column.name(), resampled.interval(at));
    }
    (row, Some((judged, resampled)))
}

fn compare(rows: &[(ModelResult, Option<(Judged, Resampled)>)], metric: &str) -> Vec<Comparison> {
    let Some((best, Some((judged, top)))) = rows.first() else {
        return Vec::new();
    };
    let Some(column) = judged.columns.iter().position(|c| c.name() == metric) else {
        return Vec::new();
    };
    let mut found: Vec<Comparison> = rows[1..]
        .iter()
        .filter_map(|(row, of)| of.as_ref().map(|(_, r)| (row, r)))
        .map(|(row, resampled)| Comparison {
            model: row.model.clone(),
            against: best.model.clone(),
            metric: metric.to_owned(),
            difference: resampled.difference(top, column),
            p_holm: 1.0,
        })
        .collect();
    let p: Vec<f64> = found.iter().map(|c| c.difference.p).collect();
    for (c, p) in found.iter_mut().zip(holm(&p)) {
        c.p_holm = p;
    }
    found
}

impl Evaluation {
    /// Writes the tables that people read.
    #[must_use]
    pub fn show(&self) -> String {
        let d = &self.data;
        let s = &self.split;
        let mut lines = vec![
            format!(
                "{}: {} rows of {} people with {} items",
                d.source, d.rows, d.users, d.items
            ),
            format!(
                "protocol {} ({}), {}: {} people judged, {} left out, {} rows learned from",
                s.protocol,
                s.part,
                s.sentence,
                s.people,
                s.left_out,
                s.rows_learned_from
                    .iter()
                    .map(u64::to_string)
                    .collect::<Vec<_>>()
                    .join(" + ")
            ),
            format!(
                "brackets are 95 % intervals over people ({} resamples)",
                self.resamples
            ),
            String::new(),
        ];
        lines.extend(align(&self.accuracy()));
        lines.push(String::new());
        lines.extend(align(&self.beyond()));
        if !self.against_best.is_empty() {
            lines.push(String::new());
            lines.extend(align(&self.differences()));
        }
        for m in &self.models {
            if let Some(error) = &m.error {
                lines.push(format!("{}: failed: {error}", m.model));
            }
        }
        lines.join("\n") + "\n"
    }

    fn judged(&self) -> impl Iterator<Item = &ModelResult> {
        self.models.iter().filter(|m| m.error.is_none())
    }

    fn accuracy(&self) -> Vec<Vec<String>> {
        let k = self.main_k;
        let mut head = vec![
            "model".to_owned(),
            format!("ndcg@{k}"),
            "interval".to_owned(),
        ];
        head.extend([format!("recall@{k}"), "interval".to_owned()]);
        let others: Vec<String> = self
            .ks
            .iter()
            .filter(|other| **other != k)
            .map(|other| format!("recall@{other}"))
            .chain(["hit_rate", "precision", "mrr", "map"].map(|m| format!("{m}@{k}")))
            .collect();
        head.extend(others.iter().cloned());
        let mut rows = vec![head];
        for m in self.judged() {
            let of = |name: &str| m.metrics.get(name);
            let value = |name: &str| of(name).map_or_else(dash, |i| format!("{:.4}", i.estimate));
            let interval = |name: &str| {
                of(name).map_or_else(dash, |i| format!("[{:.4}, {:.4}]", i.low, i.high))
            };
            let mut row = vec![m.model.clone()];
            for name in [format!("ndcg@{k}"), format!("recall@{k}")] {
                row.extend([value(&name), interval(&name)]);
            }
            row.extend(others.iter().map(|n| value(n)));
            rows.push(row);
        }
        rows
    }

    fn beyond(&self) -> Vec<Vec<String>> {
        let k = self.main_k;
        let names = [
            "model".to_owned(),
            format!("coverage@{k}"),
            format!("exposure_gini@{k}"),
            format!("novelty@{k}"),
            format!("popularity@{k}"),
            format!("diversity@{k}"),
            "parameters".to_owned(),
            "fit s".to_owned(),
            "rank s".to_owned(),
        ];
        let mut rows = vec![names.to_vec()];
        for m in self.judged() {
            let spread = m.spreads.iter().find(|s| s.k == k);
            let share =
                |f: fn(&Spread) -> f64| spread.map_or_else(dash, |s| format!("{:.3}", f(s)));
            let value = |metric: Metric, decimals: usize| {
                let of = m.metrics.get(&format!("{}@{k}", metric.word()));
                of.map_or_else(dash, |i| format!("{:.decimals$}", i.estimate))
            };
            rows.push(vec![
                m.model.clone(),
                share(|s| s.coverage),
                share(|s| s.exposure_gini),
                value(Metric::Novelty, 2),
                value(Metric::Popularity, 1),
                value(Metric::Diversity, 3),
                m.n_parameters.to_string(),
                format!("{:.1}", m.fit_seconds),
                format!("{:.1}", m.rank_seconds),
            ]);
        }
        rows
    }

    fn differences(&self) -> Vec<Vec<String>> {
        let best = self.models.first().map_or("", |m| m.model.as_str());
        let head = [
            &format!("less {best}"),
            "metric",
            "difference",
            "95 % interval",
            "p",
            "p (Holm)",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        // The page and the JSON have recall as well.
        let shown = format!("{}@{}", Metric::Ndcg.word(), self.main_k);
        for c in self.against_best.iter().filter(|c| c.metric == shown) {
            let d = &c.difference.difference;
            rows.push(vec![
                c.model.clone(),
                c.metric.clone(),
                format!("{:+.4}", d.estimate),
                format!("[{:+.4}, {:+.4}]", d.low, d.high),
                format!("{:.3}", c.difference.p),
                format!("{:.3}", c.p_holm),
            ]);
        }
        rows
    }
}

fn dash() -> String {
    "-".to_owned()
}

/// Aligns columns: the first to the left, the others to the right.
#[must_use]
pub fn align(rows: &[Vec<String>]) -> Vec<String> {
    let n = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths = vec![0; n];
    for row in rows {
        for (w, cell) in widths.iter_mut().zip(row) {
            *w = (*w).max(cell.chars().count());
        }
    }
    let line = |row: &Vec<String>| {
        let mut line = String::new();
        for (at, (cell, w)) in row.iter().zip(&widths).enumerate() {
            let cell = if at == 0 {
                format!("{cell:w$}")
            } else {
                format!("  {cell:>w$}")
            };
            line.push_str(&cell);
        }
        line
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::metrics::Column;
    use super::*;

    fn judged(ndcg: &[f64]) -> Judged {
        let column = |metric| Column { metric, k: 10 };
        Judged {
            n_rows: 100,
            n_parameters: 5,
            curve: (1..=3)
                .map(|epoch| Epoch {
                    epoch,
                    of: 3,
                    loss: 1.0 / f64::from(epoch),
                    held_out: Some(0.1 * f64::from(epoch)),
                })
                .collect(),
            fit_seconds: 0.25,
            rank_seconds: 0.5,
            people: (0..ndcg.len() as u32).collect(),
            columns: vec![
                column(Metric::Recall),
                column(Metric::Ndcg),
                column(Metric::Novelty),
            ],
            values: ndcg.iter().flat_map(|x| [2.0 * x, *x, 7.0]).collect(),
            spreads: vec![Spread {
                k: 10,
                coverage: 0.5,
                exposure_gini: 0.25,
            }],
        }
    }

    fn entry(model: &str) -> Entry {
        Entry {
            model: model.to_owned(),
            kind: model.to_owned(),
            summary: "a model <of tests>".to_owned(),
            settings: toml::Table::new(),
            seed: 1,
        }
    }

    /// Three models, one of which failed.
    pub(in super::super) fn example() -> Evaluation {
        let good: Vec<f64> = (0..40).map(|i| 0.3 + 0.01 * f64::from(i % 7)).collect();
        let bad: Vec<f64> = good.iter().map(|x| x - 0.2).collect();
        Evaluation::of(
            "agora evaluate --data log.csv".to_owned(),
            DataFacts {
                source: "log.csv".to_owned(),
                format: "csv".to_owned(),
                checksum: "00".to_owned(),
                rows: 100,
                impressions: 0,
                users: 40,
                items: 9,
                first_time: Some(3),
                last_time: Some(9),
                features: vec![],
                consent: "as the log".to_owned(),
                notes: vec!["skipped 1: rows without a person (first: log.csv:2)".to_owned()],
            },
            SplitFacts {
                protocol: "a".to_owned(),
                sentence: "leave-last-one-out".to_owned(),
                part: "test".to_owned(),
                folds: 1,
                rows_learned_from: vec![60],
                people: 40,
                left_out: 0,
                seed: 1,
            },
            &[10],
            vec![
                (entry("worse"), Ok(judged(&bad))),
                (entry("broken"), Err("training data has 0 pairs".to_owned())),
                (entry("better"), Ok(judged(&good))),
            ],
        )
    }

    #[test]
    fn models_are_ordered_by_what_they_found_and_differences_are_paired() {
        let e = example();
        let names: Vec<&str> = e.models.iter().map(|m| m.model.as_str()).collect();
        assert_eq!(names, ["better", "worse", "broken"]);
        assert_eq!(e.against_best.len(), 2);
        let d = &e.against_best[0];
        assert_eq!((d.model.as_str(), d.against.as_str()), ("worse", "better"));
        // Everybody is worse off by the same.
        assert!((d.difference.difference.high + 0.2).abs() < 1e-9, "{d:?}");
        assert!(d.p_holm < 0.01);
    }

    #[test]
    fn the_table_shows_every_model_and_why_one_failed() {
        let shown = example().show();
        assert!(shown.contains("\nbetter   0.32"), "{shown}");
        assert!(
            shown.contains("broken: failed: training data has 0 pairs"),
            "{shown}"
        );
        assert!(shown.contains("less better"), "{shown}");
        assert!(shown.contains("7.00"), "{shown}");
    }

    #[test]
    fn an_evaluation_reads_back_as_it_was_written() {
        let e = example();
        let json = serde_json::to_string(&e).unwrap();
        let back: Evaluation = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (&back.data, &back.split, &back.ks),
            (&e.data, &e.split, &e.ks)
        );
        assert_eq!(back.models.len(), e.models.len());
        for (b, m) in back.models.iter().zip(&e.models) {
            assert_eq!(
                (&b.model, &b.error, &b.curve.len()),
                (&m.model, &m.error, &m.curve.len())
            );
            for (name, i) in &m.metrics {
                // The reader of JSON may miss the last bit of a number.
                assert!((b.metrics[name].low - i.low).abs() < 1e-12, "{name}");
            }
        }
    }
}
