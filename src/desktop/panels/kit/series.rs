//! Rows of numbers, and how each kind of them is drawn into a plot.

use egui::Color32;
use egui_plot::{
    Bar, BarChart, FilledArea, Line, LineStyle, MarkerShape, PlotPoints, PlotUi, Points,
};

use super::numbers::Form;

/// Points of a line up to which each is marked with a dot.
const MOST_DOTS: usize = 31;

/// A named row of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Where and how much, in order; not finite where there is a gap.
    pub points: Vec<[f64; 2]>,
    /// Its colour.
    pub color: Color32,
    /// Whether its line is dashed, so that it can be told from another without colours.
    pub is_dashed: bool,
}

impl Series {
    /// Makes a series of points.
    #[must_use]
    pub fn new(name: impl Into<String>, points: Vec<[f64; 2]>, color: Color32) -> Self {
        Self {
            name: name.into(),
            points,
            color,
            is_dashed: false,
        }
    }

    /// Dashes its line.
    #[must_use]
    pub const fn dashed(mut self) -> Self {
        self.is_dashed = true;
        self
    }

    /// Makes a series of values that may not be known.
    #[must_use]
    pub fn of(
        name: impl Into<String>,
        points: impl IntoIterator<Item = (f64, Option<f64>)>,
        color: Color32,
    ) -> Self {
        let points = points.into_iter();
        let points = points.map(|(x, y)| [x, y.unwrap_or(f64::NAN)]).collect();
        Self::new(name, points, color)
    }

    /// Returns the value at the place nearest to `x`; `None` where there is none at all.
    pub(super) fn at(&self, x: f64) -> Option<f64> {
        let near = |p: &&[f64; 2]| (p[0] - x).abs();
        let points = self.points.iter().filter(|p| is_point(p));
        points
            .min_by(|a, b| near(a).total_cmp(&near(b)))
            .map(|p| p[1])
    }
}

/// A named area between two curves, as an interval of confidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Its name.
    pub name: String,
    /// Where, from how much, to how much.
    pub points: Vec<[f64; 3]>,
    /// Its colour.
    pub color: Color32,
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Lines,
    Areas,
    Steps,
    Bars,
    Stack,
}

/// Says whether a point can be drawn.
pub(super) fn is_point(p: &[f64; 2]) -> bool {
    p[0].is_finite() && p[1].is_finite()
}

/// Cuts a series at its gaps.
fn segments(points: &[[f64; 2]]) -> impl Iterator<Item = &[[f64; 2]]> {
    points.split(|p| !is_point(p)).filter(|s| !s.is_empty())
}

pub(super) fn draw_line(plot: &mut PlotUi<'_>, series: &Series, kind: Kind) {
    for segment in segments(&series.points) {
        let points: Vec<[f64; 2]> = if kind == Kind::Steps {
            let corners = segment.windows(2).flat_map(|w| [w[0], [w[1][0], w[0][1]]]);
            corners.chain(segment.last().copied()).collect()
        } else {
            segment.to_vec()
        };
        let has_dots = kind != Kind::Steps && segment.len() <= MOST_DOTS || segment.len() == 1;
        let mut line = Line::new(&series.name, PlotPoints::new(points))
            .color(series.color)
            .width(1.8);
        if series.is_dashed {
            line = line.style(LineStyle::dashed_loose());
        }
        if kind == Kind::Areas {
            line = line.fill(0.0).fill_alpha(0.25);
        }
        plot.line(line);
        if has_dots {
            let dots = Points::new(&series.name, PlotPoints::new(segment.to_vec()));
            let dots = if series.is_dashed {
                dots.shape(MarkerShape::Diamond).radius(3.0)
            } else {
                dots.radius(2.0)
            };
            plot.points(dots.color(series.color));
        }
    }
}

pub(super) fn draw_band(plot: &mut PlotUi<'_>, band: &Band) {
    let is_whole = |p: &&[f64; 3]| p.iter().all(|v| v.is_finite());
    let points: Vec<&[f64; 3]> = band.points.iter().filter(is_whole).collect();
    let column = |i: usize| points.iter().map(|p| p[i]).collect::<Vec<f64>>();
    plot.add(
        FilledArea::new(&band.name, &column(0), &column(1), &column(2))
            .fill_color(band.color.gamma_multiply(0.2))
            .allow_hover(false),
    );
}

pub(super) fn draw_stack(plot: &mut PlotUi<'_>, series: &[&Series]) {
    let Some(first) = series.first() else { return };
    let xs: Vec<f64> = first.points.iter().map(|p| p[0]).collect();
    let mut below = vec![0.0; xs.len()];
    for s in series {
        let values = s.points.iter().map(|p| p[1]).chain(std::iter::repeat(0.0));
        let above: Vec<f64> = below
            .iter()
            .zip(values)
            .map(|(b, v)| b + if v.is_finite() { v } else { 0.0 })
            .collect();
        plot.add(
            FilledArea::new(&s.name, &xs, &below, &above)
                .fill_color(s.color.gamma_multiply(0.55))
                .allow_hover(false),
        );
        let top: Vec<[f64; 2]> = xs.iter().zip(&above).map(|(x, y)| [*x, *y]).collect();
        let line = Line::new(&s.name, PlotPoints::new(top.clone()));
        plot.line(line.color(s.color).width(1.2));
        if top.len() <= MOST_DOTS {
            let dots = Points::new(&s.name, PlotPoints::new(top));
            plot.points(dots.color(s.color).radius(2.0));
        }
        below = above;
    }
}

pub(super) fn draw_bars(
    plot: &mut PlotUi<'_>,
    series: &[&Series],
    x: &str,
    y: &str,
    x_form: Form,
    y_form: Form,
) {
    let n = series.len().max(1) as f64;
    for (i, s) in series.iter().enumerate() {
        // The narrowest gap between places decides how wide bars may be.
        let gap = s.points.windows(2).map(|w| w[1][0] - w[0][0]);
        let gap = gap.filter(|g| *g > 0.0).fold(f64::INFINITY, f64::min);
        let gap = if gap.is_finite() { gap } else { 1.0 };
        let width = 0.8 * gap / n;
        let offset = (i as f64 - 0.5 * (n - 1.0)) * width;
        let bars = s.points.iter().filter(|p| is_point(p));
        let bars = bars
            .map(|p| {
                Bar::new(p[0] + offset, p[1])
                    .width(width)
                    .fill(s.color.gamma_multiply(0.8))
            })
            .collect();
        let (x, y) = (x.to_owned(), y.to_owned());
        plot.bar_chart(
            BarChart::new(&s.name, bars)
                .color(s.color)
                .element_formatter(Box::new(move |bar, chart| {
                    let name = egui_plot::PlotItem::name(chart);
                    let (at, value) = (x_form.text(bar.argument - offset), y_form.text(bar.value));
                    format!("{name}\n{x} {at}\n{y} {value}")
                })),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_cut_lines() {
        let nan = f64::NAN;
        let points = [[0.0, 1.0], [1.0, nan], [2.0, 1.0], [3.0, 2.0], [4.0, nan]];
        let lengths: Vec<usize> = segments(&points).map(<[_]>::len).collect();
        assert_eq!(lengths, [1, 2]);
    }
}
