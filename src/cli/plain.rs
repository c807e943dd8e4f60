//! Tables and curves as plain text.

use std::fmt::Write;

/// Aligns cells below each other, one line a row.
pub(super) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |i: usize| rows.iter().map(|r| r[i].chars().count()).max();
    let widths: Vec<usize> = (0..N).map(|i| width(i).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        for (cell, width) in row.iter().zip(&widths) {
            let _never = write!(text, "{cell:<width$}  ");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

/// Draws values as bars of eight heights, from the lowest to the highest, in at most so many columns of means.
pub(super) fn sparkline(values: &[f64], width: usize) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let per_column = values.len().div_ceil(width.max(1)).max(1);
    let columns = values.chunks(per_column);
    let means: Vec<f64> = columns
        .map(|c| c.iter().sum::<f64>() / c.len() as f64)
        .collect();
    let low = means.iter().copied().fold(f64::INFINITY, f64::min);
    let high = means.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let height = |x: &f64| {
        let share = if high > low {
            (x - low) / (high - low)
        } else {
            0.0
        };
        BARS[((share * 7.0).round() as usize).min(7)]
    };
    means.iter().map(height).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_drawn_from_its_lowest_to_its_highest() {
        assert_eq!(sparkline(&[1.0, 2.0, 8.0], 60), "▁▂█");
        assert_eq!(sparkline(&[0.0, 2.0, 6.0, 8.0], 2), "▁█");
        assert_eq!(sparkline(&[3.0, 3.0], 60), "▁▁");
        assert_eq!(sparkline(&[], 60), "");
    }

    #[test]
    fn cells_stand_below_each_other() {
        let rows = [["a", "bb"], ["ccc", ""]].map(|r| r.map(str::to_owned));
        assert_eq!(columns(&rows), "a    bb\nccc\n");
    }
}
