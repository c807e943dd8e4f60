//! How well classes are told apart: precision, recall, F1 and support of every class, and their averages.
//!
//! Where nothing was predicted to be of a class, or nothing is, a quotient by 0 counts as 0.
//!
//! # Source
//! The definitions and the layout are those of scikit-learn's `classification_report` with `zero_division=0`.

use std::fmt::Write;

/// Quality of one class, or an average over classes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Line {
    /// Share of what was predicted to be of the class that is: TP / (TP + FP).
    pub precision: f64,
    /// Share of the class that was found: TP / (TP + FN).
    pub recall: f64,
    /// Harmonic mean of both: 2 TP / (2 TP + FP + FN).
    pub f1: f64,
    /// Examples of the class.
    pub support: u64,
}

/// Quality of a classifier.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Report {
    /// Every class with its name.
    pub classes: Vec<(String, Line)>,
    /// Share of examples whose class was found; 0 without examples.
    pub accuracy: f64,
    /// Mean over classes, absent ones too.
    pub macro_average: Line,
    /// Mean over classes, each as often as it has examples.
    pub weighted_average: Line,
}

fn quotient(a: f64, b: f64) -> f64 {
    if b == 0.0 { 0.0 } else { a / b }
}

impl Report {
    /// Compares classes with predictions, pair by pair; classes are places in `names`, and pairs beyond are left out.
    #[must_use]
    pub fn of(names: &[&str], pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let k = names.len();
        let (mut hits, mut truths, mut predicted) = (vec![0u64; k], vec![0u64; k], vec![0u64; k]);
        for (truth, prediction) in pairs {
            if truth >= k || prediction >= k {
                continue;
            }
            truths[truth] += 1;
            predicted[prediction] += 1;
            hits[truth] += u64::from(truth == prediction);
        }
        let lines: Vec<Line> = (0..k)
            .map(|c| {
                let (hits, truths, predicted) =
                    (hits[c] as f64, truths[c] as f64, predicted[c] as f64);
                Line {
                    precision: quotient(hits, predicted),
                    recall: quotient(hits, truths),
                    f1: quotient(2.0 * hits, truths + predicted),
                    support: truths as u64,
                }
            })
            .collect();
        let total: u64 = truths.iter().sum();
        let average = |weight: &dyn Fn(&Line) -> f64| {
            let sum = |of: fn(&Line) -> f64| lines.iter().map(|l| weight(l) * of(l)).sum::<f64>();
            let all: f64 = lines.iter().map(weight).sum();
            Line {
                precision: quotient(sum(|l| l.precision), all),
                recall: quotient(sum(|l| l.recall), all),
                f1: quotient(sum(|l| l.f1), all),
                support: total,
            }
        };
        Self {
            accuracy: quotient(hits.iter().sum::<u64>() as f64, total as f64),
            macro_average: average(&|_| 1.0),
            weighted_average: average(&|l| l.support as f64),
            classes: names.iter().map(|n| (*n).to_owned()).zip(lines).collect(),
        }
    }

    /// Writes the report as a table, numbers to two digits.
    #[must_use]
    pub fn to_text(&self) -> String {
        const AVERAGE: &str = "weighted avg";
        let names = self.classes.iter().map(|(n, _)| n.chars().count());
        let width = names.max().unwrap_or(0).max(AVERAGE.len());
        let mut text = format!(
            "{:>width$}  {:>9} {:>9} {:>9} {:>9}\n\n",
            "", "precision", "recall", "f1-score", "support"
        );
        let row = |name: &str, l: &Line| {
            format!(
                "{name:>width$}  {:>9.2} {:>9.2} {:>9.2} {:>9}\n",
                l.precision, l.recall, l.f1, l.support
            )
        };
        for (name, line) in &self.classes {
            text += &row(name, line);
        }
        let total = self.macro_average.support;
        let _never = write!(
            text,
            "\n{:>width$}  {:>9} {:>9} {:>9.2} {:>9}\n",
            "accuracy", "", "", self.accuracy, total
        );
        text += &row("macro avg", &self.macro_average);
        text += &row(AVERAGE, &self.weighted_average);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that are drawn alike in every language: Knuth's MMIX generator, its upper 31 bits.
    struct Lcg(u64);

    impl Lcg {
        fn draw(&mut self, n: u64) -> usize {
            let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
            self.0 = next.wrapping_add(1_442_695_040_888_963_407);
            ((self.0 >> 33) % n) as usize
        }
    }

    /// Case `i` of the reference: with 2 to 6 classes, of which some never are and others never are predicted.
    fn case(i: u64) -> (usize, Vec<(usize, usize)>) {
        let mut r = Lcg(i);
        let (k, n) = (2 + r.draw(5), 1 + r.draw(60));
        let (a, b) = (1 + r.draw(k as u64), 1 + r.draw(k as u64));
        let pairs = (0..n).map(|_| {
            let truth = r.draw(a as u64);
            let is_hit = r.draw(3) == 0;
            let guess = if is_hit {
                truth
            } else {
                k - 1 - r.draw(b as u64)
            };
            (truth, guess)
        });
        (k, pairs.collect())
    }

    /// scikit-learn 1.9.1: of case `i`, `d = classification_report(t, p, labels=range(k), zero_division=0,
    /// output_dict=True)`; the file has `sum(v / (j + 1))` over the `j`-th values v, in the order of the code below.
    #[test]
    fn a_thousand_cases_agree_with_scikit_learn() {
        const EXPECTED: &str = include_str!("../../../../tests/data/text/classification.txt");
        const NAMES: [&str; 6] = ["0", "1", "2", "3", "4", "5"];
        let mut n = 0;
        for (i, expected) in (0u64..).zip(EXPECTED.lines()) {
            let (k, pairs) = case(i);
            let report = Report::of(&NAMES[..k], pairs);
            let lines = report.classes.iter().map(|(_, l)| l);
            let lines = lines.chain([&report.macro_average, &report.weighted_average]);
            let values = lines.flat_map(|l| [l.precision, l.recall, l.f1]);
            let values = values.chain([report.accuracy]);
            let sum: f64 = (1u32..).zip(values).map(|(j, v)| v / f64::from(j)).sum();
            let expected: f64 = expected.parse().unwrap();
            assert!(
                (sum - expected).abs() < 1e-12,
                "case {i}: {sum}, {expected}"
            );
            n += 1;
        }
        assert_eq!(n, 1000);
    }

    #[test]
    fn the_table_looks_like_that_of_scikit_learn() {
        let names = ["ignore", "view", "engage", "convert"];
        let truths = [0, 0, 1, 2, 2, 2, 0];
        let report = Report::of(&names, truths.into_iter().zip([0, 1, 1, 2, 0, 2, 0]));
        let expected = "              precision    recall  f1-score   support

      ignore       0.67      0.67      0.67         3
        view       0.50      1.00      0.67         1
      engage       1.00      0.67      0.80         3
     convert       0.00      0.00      0.00         0

    accuracy                           0.71         7
   macro avg       0.54      0.58      0.53         7
weighted avg       0.79      0.71      0.72         7
";
        assert_eq!(report.to_text(), expected);
        assert_eq!(Report::of(&names, []).accuracy, 0.0);
    }
}
