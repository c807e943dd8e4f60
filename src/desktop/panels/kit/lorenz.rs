//! Lorenz curves: how unequally something is shared.

use super::chart::{Chart, Series};
use super::numbers::Form;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::lab::metrics::statistics::gini::gini;
use crate::lab::metrics::statistics::lorenz::lorenz;

/// Steps of a curve beyond which it is thinned.
const MOST_STEPS: usize = 100;

/// How something is shared among people or things.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lorenz {
    /// Share of holders, poorest first, and the share of the whole that they hold; from (0, 0) to (1, 1), or empty.
    pub points: Vec<[f64; 2]>,
    /// Gini coefficient from 0 (all alike) to nearly 1 (one has all); `None` where nothing is shared.
    pub gini: Option<f64>,
    /// Holders.
    pub holders: u64,
}

impl Lorenz {
    /// Measures how amounts are shared; what is negative or not finite counts as nothing.
    ///
    /// # Source
    /// [`lorenz`] and [`gini`].
    #[must_use]
    pub fn of(mut amounts: Vec<f64>) -> Self {
        for a in &mut amounts {
            if !a.is_finite() || *a < 0.0 {
                *a = 0.0;
            }
        }
        let points = lorenz(&amounts, MOST_STEPS);
        Self {
            gini: gini(&amounts).filter(|_| !points.is_empty()),
            points,
            holders: amounts.len() as u64,
        }
    }
}

/// Draws Lorenz curves over each other, with the diagonal of perfect equality.
pub fn lorenz_ui(
    ui: &mut egui::Ui,
    look: &Look,
    id: &str,
    title: &str,
    help: &str,
    curves: &[(&str, &Lorenz)],
    out: &mut Vec<UiCommand>,
) {
    let mut lines: Vec<Series> = curves
        .iter()
        .filter(|(_, curve)| !curve.points.is_empty())
        .enumerate()
        .map(|(i, (name, curve))| {
            let gini = Form::Decimal.or_none(curve.gini.map(|g| (g * 1_000.0).round() / 1_000.0));
            Series::new(
                format!("{name}, Gini {gini}"),
                curve.points.clone(),
                look.palette.series[i % look.palette.series.len()],
            )
        })
        .collect();
    if !lines.is_empty() {
        lines.push(Series::new(
            "All alike",
            vec![[0.0, 0.0], [1.0, 1.0]],
            look.palette.weak,
        ));
    }
    Chart::new(id, title)
        .help(help)
        .x("share of holders, least first")
        .y("share of the whole")
        .forms(Form::Percent, Form::Percent)
        .lines(&lines)
        .height(200.0)
        .empty("Nothing is shared yet", "Let time run for an hour")
        .show(ui, look, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_shares_lie_on_the_diagonal() {
        let l = Lorenz::of(vec![2.0; 4]);
        assert_eq!(l.points.len(), 5);
        assert!(l.points.iter().all(|p| (p[0] - p[1]).abs() < 1e-12));
        assert!(l.gini.unwrap().abs() < 1e-12);
    }

    #[test]
    fn curves_of_many_are_thinned_rise_and_end_at_all() {
        let l = Lorenz::of((0..100_000).map(f64::from).collect());
        assert!(l.points.len() <= MOST_STEPS + 1);
        assert_eq!(l.points.last(), Some(&[1.0, 1.0]));
        assert!(l.points.windows(2).all(|w| w[0][1] <= w[1][1]));
        assert!((l.gini.unwrap() - 1.0 / 3.0).abs() < 1e-3);
    }

    #[test]
    fn nothing_and_nonsense_give_no_curve() {
        assert_eq!(Lorenz::of(Vec::new()), Lorenz::default());
        assert!(Lorenz::of(vec![0.0, f64::NAN, -1.0]).points.is_empty());
        assert_eq!(Lorenz::of(vec![5.0]).points, vec![[0.0, 0.0], [1.0, 1.0]]);
    }
}
