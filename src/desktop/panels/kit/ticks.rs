//! Where the lines of a chart stand: at round numbers, far enough apart to be read.

use egui_plot::{GridInput, GridMark};

/// Least space between lines that a plot may ask for, in points.
pub(super) const LEAST: f32 = 8.0;

/// Most lines along an axis.
const MOST: f64 = 200.0;

/// Returns the smallest 1, 2 or 5 times a power of ten that is no smaller.
fn round_up(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let times = [1.0, 2.0, 5.0].into_iter();
    let round = times.map(|t| t * power).find(|s| *s >= step * (1.0 - 1e-9));
    round.unwrap_or(10.0 * power)
}

/// Places lines at least so many points apart, and no closer than `least` in the numbers of the axis.
pub(super) fn spaced(input: GridInput, points: f64, least: f64) -> Vec<GridMark> {
    let per_point = input.base_step_size / f64::from(LEAST);
    let step = round_up((per_point * points).max(least));
    let (from, to) = input.bounds;
    if !(step.is_finite() && step > 0.0 && from.is_finite() && to.is_finite()) {
        return Vec::new();
    }
    let (first, last) = ((from / step).ceil(), (to / step).floor());
    if last - first >= MOST {
        return Vec::new();
    }
    (0..=(last - first) as i64)
        .map(|i| GridMark {
            value: (first + i as f64) * step,
            step_size: step,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(from: f64, to: f64, per_point: f64, least: f64) -> Vec<f64> {
        let input = GridInput {
            bounds: (from, to),
            base_step_size: per_point * f64::from(LEAST),
        };
        let marks = spaced(input, 40.0, least).into_iter();
        marks.map(|m| m.value).collect()
    }

    #[test]
    fn lines_stand_at_round_numbers_and_never_run_away() {
        assert_eq!(values(0.0, 1.0, 0.01, 0.0), [0.0, 0.5, 1.0]);
        assert_eq!(values(-3.0, 12.0, 0.1, 0.0), [0.0, 5.0, 10.0]);
        // Counts have no line between two whole numbers.
        assert_eq!(values(0.0, 1.2, 0.002, 1.0), [0.0, 1.0]);
        assert!(values(0.0, 1e300, 1e-300, 0.0).is_empty());
        assert!(values(f64::NAN, 1.0, 0.01, 0.0).is_empty());
        assert!(values(0.0, 1.0, f64::NAN, 0.0).is_empty());
    }
}
