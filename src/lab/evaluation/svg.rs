//! Small charts as SVG text: they take their colors from the page's style and need no script.

use std::fmt::Write as _;

use crate::lab::metrics::statistics::interval::Interval;
use crate::sim::math;

/// Width of every chart, in its own units; the page scales it.
const WIDTH: f64 = 560.0;

/// Height of charts with two axes.
const HEIGHT: f64 = 320.0;

/// Height of a row of whiskers.
const ROW: f64 = 26.0;

/// Room around the plot.
const LEFT: f64 = 64.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 44.0;

/// Colors of the page's style.
const COLORS: usize = 8;

/// Points of a line with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Name in the legend.
    pub name: String,
    /// Points, by x.
    pub points: Vec<(f64, f64)>,
}

/// What stands at the axes.
#[derive(Debug, Clone, Copy)]
pub struct Axes<'a> {
    /// Below.
    pub x: &'a str,
    /// To the left.
    pub y: &'a str,
}

/// Escapes text for HTML and SVG.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Shows a number with about three digits.
#[must_use]
pub fn short(x: f64) -> String {
    let size = x.abs();
    if size >= 1e5 {
        return format!("{x:.0}");
    }
    if size != 0.0 && size < 1e-3 {
        return format!("{x:.1e}");
    }
    let decimals = match size {
        s if s >= 100.0 || s == 0.0 => 0,
        s if s >= 10.0 => 1,
        s if s >= 1.0 => 2,
        s if s >= 0.1 => 3,
        _ => 4,
    };
    format!("{x:.decimals$}")
}

/// A range of values on a stretch of the chart.
#[derive(Debug, Clone)]
struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    ticks: Vec<f64>,
}

impl Scale {
    /// Covers `values` with round ticks; a single value gets some room.
    fn new(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for x in values.filter(|x| x.is_finite()) {
            low = low.min(x);
            high = high.max(x);
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        if high - low < 1e-12 * high.abs().max(1e-9) {
            let room = 0.1 * low.abs().max(0.1);
            (low, high) = (low - room, high + room);
        }
        let step = round_step((high - low) / 5.0);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        let n = (last - first).round() as usize;
        let ticks: Vec<f64> = (0..=n).map(|i| (first + i as f64) * step).collect();
        Self {
            low: first * step,
            high: last * step,
            from,
            to,
            ticks,
        }
    }

    fn at(&self, x: f64) -> f64 {
        self.from + (x - self.low) / (self.high - self.low) * (self.to - self.from)
    }
}

/// Returns 1, 2 or 5 times a power of ten, not below `x`.
fn round_step(x: f64) -> f64 {
    let power = math::pow(10.0, (math::ln(x) / std::f64::consts::LN_10).floor());
    let step = [1.0, 2.0, 5.0].into_iter().find(|m| m * power >= x * 0.999);
    step.unwrap_or(10.0) * power
}

/// Shows a tick without digits that say nothing.
fn tick(x: f64) -> String {
    let text = format!("{x:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

fn open(height: f64, about: &str) -> String {
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-label=\"{}\" style=\"width:100%;height:auto;font-size:12px\">",
        escape(about)
    )
}

/// Draws the frame of a chart with two axes.
fn frame(x: &Scale, y: &Scale, axes: Axes<'_>, into: &mut String) {
    let (bottom, top) = (y.from, y.to);
    for t in &x.ticks {
        let at = x.at(*t);
        let _infallible = write!(
            into,
            "<line x1=\"{at:.1}\" y1=\"{top:.1}\" x2=\"{at:.1}\" y2=\"{bottom:.1}\" style=\"stroke:var(--grid)\"/>\
             <text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\" style=\"fill:var(--quiet)\">{}</text>",
            bottom + 16.0,
            tick(*t)
        );
    }
    for t in &y.ticks {
        let at = y.at(*t);
        let _infallible = write!(
            into,
            "<line x1=\"{:.1}\" y1=\"{at:.1}\" x2=\"{:.1}\" y2=\"{at:.1}\" style=\"stroke:var(--grid)\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" style=\"fill:var(--quiet)\">{}</text>",
            x.from,
            x.to,
            x.from - 6.0,
            at + 4.0,
            tick(*t)
        );
    }
    let _infallible = write!(
        into,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" style=\"fill:var(--quiet)\">{}</text>\
         <text transform=\"translate(14 {:.1}) rotate(-90)\" text-anchor=\"middle\" style=\"fill:var(--quiet)\">{}</text>",
        f64::midpoint(x.from, x.to),
        bottom + 34.0,
        escape(axes.x),
        f64::midpoint(top, bottom),
        escape(axes.y)
    );
}

/// Color and dashes of the `i`-th series: colors repeat with other dashes.
fn stroke(i: usize) -> String {
    let dashes = ["none", "6 3", "2 3", "8 3 2 3"][(i / COLORS) % 4];
    format!("stroke:var(--c{});stroke-dasharray:{dashes}", i % COLORS)
}

fn legend(names: &[&str]) -> String {
    let mut out = String::from("<p class=\"how\">");
    for (i, name) in names.iter().enumerate() {
        let _infallible = write!(
            out,
            "<svg width=\"24\" height=\"10\" aria-hidden=\"true\"><line x1=\"1\" y1=\"5\" x2=\"23\" y2=\"5\" style=\"stroke-width:3;{}\"/></svg> {} &nbsp; ",
            stroke(i),
            escape(name)
        );
    }
    out + "</p>"
}

/// Draws estimates with their intervals, one row each.
#[must_use]
pub fn whiskers(rows: &[(&str, Interval)], axis: &str) -> String {
    let longest = rows
        .iter()
        .map(|(n, _)| n.chars().count())
        .max()
        .unwrap_or(0);
    let left = (7.0 * longest as f64 + 16.0).clamp(40.0, 220.0);
    let bottom = TOP + ROW * rows.len() as f64;
    let values = rows.iter().flat_map(|(_, i)| [i.low, i.high, i.estimate]);
    let x = Scale::new(values.chain([0.0]), left, WIDTH - RIGHT);
    let mut out = open(bottom + BOTTOM, axis);
    for t in &x.ticks {
        let at = x.at(*t);
        let _infallible = write!(
            out,
            "<line x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{bottom:.1}\" style=\"stroke:var(--grid)\"/>\
             <text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\" style=\"fill:var(--quiet)\">{}</text>",
            bottom + 16.0,
            tick(*t)
        );
    }
    for (i, (name, interval)) in rows.iter().enumerate() {
        let y = TOP + ROW * (i as f64 + 0.5);
        let (low, high, at) = (
            x.at(interval.low),
            x.at(interval.high),
            x.at(interval.estimate),
        );
        let _infallible = write!(
            out,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" style=\"fill:var(--ink)\">{}</text>\
             <rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"12\" style=\"fill:var(--band)\"/>\
             <line x1=\"{low:.1}\" y1=\"{y:.1}\" x2=\"{high:.1}\" y2=\"{y:.1}\" style=\"stroke:var(--c0);stroke-width:2\"/>\
             <circle cx=\"{at:.1}\" cy=\"{y:.1}\" r=\"4\" style=\"fill:var(--c0)\"><title>{}: {} ({} to {})</title></circle>",
            left - 8.0,
            y + 4.0,
            escape(name),
            x.at(0.0).min(at),
            y - 6.0,
            (at - x.at(0.0)).abs(),
            escape(name),
            short(interval.estimate),
            short(interval.low),
            short(interval.high)
        );
    }
    let _infallible = write!(
        out,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" style=\"fill:var(--quiet)\">{}</text>",
        f64::midpoint(left, WIDTH - RIGHT),
        bottom + 34.0,
        escape(axis)
    );
    out + "</svg>"
}

/// Draws lines with their points and a legend.
#[must_use]
pub fn lines(series: &[Series], axes: Axes<'_>) -> String {
    let points = || series.iter().flat_map(|s| &s.points);
    let x = Scale::new(points().map(|p| p.0), LEFT, WIDTH - RIGHT);
    let y = Scale::new(points().map(|p| p.1), HEIGHT - BOTTOM, TOP);
    let mut out = open(HEIGHT, axes.y);
    frame(&x, &y, axes, &mut out);
    for (i, s) in series.iter().enumerate() {
        let finite = s.points.iter().filter(|p| p.1.is_finite());
        let at: Vec<String> = finite
            .clone()
            .map(|p| format!("{:.1},{:.1}", x.at(p.0), y.at(p.1)))
            .collect();
        let _infallible = write!(
            out,
            "<polyline points=\"{}\" style=\"fill:none;stroke-width:2;{}\"/>",
            at.join(" "),
            stroke(i)
        );
        if s.points.len() <= 24 {
            for p in finite {
                let _infallible = write!(
                    out,
                    "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" style=\"fill:var(--c{})\"><title>{}: {}, {}</title></circle>",
                    x.at(p.0),
                    y.at(p.1),
                    i % COLORS,
                    escape(&s.name),
                    short(p.0),
                    short(p.1)
                );
            }
        }
    }
    let names: Vec<&str> = series.iter().map(|s| s.name.as_str()).collect();
    out + "</svg>" + &legend(&names)
}

/// Where the labels of points stand: beside their point, moved up or down past those that were placed before.
fn label_heights(points: &[(f64, f64, usize)]) -> Vec<f64> {
    const LINE: f64 = 13.0;
    let mut placed: Vec<(f64, f64, f64)> = Vec::with_capacity(points.len());
    for (x, y, length) in points {
        let width = 7.0 * *length as f64;
        let is_free = |at: f64| {
            placed.iter().all(|(other_x, other_y, other_width)| {
                (at - other_y).abs() >= LINE || *x >= other_x + other_width || *other_x >= x + width
            })
        };
        let steps = (0..40).map(|i| f64::from(i / 2 + i % 2) * if i % 2 == 0 { 1.0 } else { -1.0 });
        let mut tried = steps
            .map(|s| y + s * LINE)
            .filter(|at| (TOP..HEIGHT - BOTTOM).contains(at));
        let at = tried.find(|at| is_free(*at)).unwrap_or(*y);
        placed.push((*x, at, width));
    }
    placed.into_iter().map(|(_, at, _)| at).collect()
}

/// Draws named points.
#[must_use]
pub fn scatter(points: &[(&str, f64, f64)], axes: Axes<'_>) -> String {
    let points: Vec<_> = points
        .iter()
        .filter(|p| p.1.is_finite() && p.2.is_finite())
        .collect();
    let x = Scale::new(points.iter().map(|p| p.1), LEFT, WIDTH - RIGHT - 60.0);
    let y = Scale::new(points.iter().map(|p| p.2), HEIGHT - BOTTOM, TOP);
    let mut out = open(HEIGHT, axes.y);
    frame(&x, &y, axes, &mut out);
    let places: Vec<(f64, f64, usize)> = points
        .iter()
        .map(|(name, px, py)| (x.at(*px) + 8.0, y.at(*py), name.chars().count()))
        .collect();
    for (i, ((name, px, py), height)) in points.iter().zip(label_heights(&places)).enumerate() {
        let _infallible = write!(
            out,
            "<circle cx=\"{0:.1}\" cy=\"{1:.1}\" r=\"5\" style=\"fill:var(--c{2})\"><title>{3}: {4}, {5}</title></circle>\
             <text x=\"{6:.1}\" y=\"{7:.1}\" style=\"fill:var(--c{2})\">{3}</text>",
            x.at(*px),
            y.at(*py),
            i % COLORS,
            escape(name),
            short(*px),
            short(*py),
            x.at(*px) + 8.0,
            height + 4.0
        );
    }
    out + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover_the_values() {
        let s = Scale::new([0.03, 0.47].into_iter(), 0.0, 100.0);
        let shown: Vec<String> = s.ticks.iter().map(|t| tick(*t)).collect();
        assert_eq!(shown, ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]);
        assert_eq!((s.at(0.0), s.at(0.5)), (0.0, 100.0));
        for one in [0.0, 5.0, -3.0, 1e-9, 1e9] {
            let s = Scale::new([one].into_iter(), 0.0, 1.0);
            assert!(s.low < one && one < s.high, "{one}: {s:?}");
        }
        assert_eq!(Scale::new([f64::NAN].into_iter(), 0.0, 1.0).ticks.len(), 6);
    }

    #[test]
    fn numbers_have_about_three_digits() {
        let shown = [0.0, 0.000_12, 0.0123, 0.5, 3.254, 42.0, 1234.5, 1e7].map(short);
        assert_eq!(
            shown,
            [
                "0", "1.2e-4", "0.0123", "0.500", "3.25", "42.0", "1234", "10000000"
            ]
        );
    }

    #[test]
    fn labels_of_points_at_one_place_stand_apart() {
        let heights = label_heights(&[
            (50.0, 100.0, 4),
            (50.0, 100.0, 4),
            (60.0, 104.0, 4),
            (300.0, 100.0, 4),
        ]);
        assert_eq!((heights[0], heights[3]), (100.0, 100.0));
        for (i, a) in heights[..3].iter().enumerate() {
            assert!(
                heights[..i].iter().all(|b| (a - b).abs() >= 13.0),
                "{heights:?}"
            );
        }
    }

    #[test]
    fn no_name_can_leave_its_place() {
        let evil = "<script>\"&";
        let i = Interval {
            estimate: 0.5,
            low: 0.4,
            high: 0.6,
            n: 3,
        };
        let axes = Axes { x: evil, y: evil };
        let series = Series {
            name: evil.to_owned(),
            points: vec![(0.0, 1.0), (1.0, f64::NAN)],
        };
        for drawn in [
            whiskers(&[(evil, i)], evil),
            lines(&[series], axes),
            scatter(&[(evil, 1.0, 2.0)], axes),
        ] {
            assert!(
                !drawn.contains("<script") && !drawn.contains("NaN"),
                "{drawn}"
            );
            assert!(drawn.contains("&lt;script&gt;"));
        }
    }
}
