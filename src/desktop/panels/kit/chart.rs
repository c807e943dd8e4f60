//! Charts over a number, mostly a day: lines, areas, steps, bars and bands with one look.
//!
//! What is not finite is a gap. Scrolling over a chart scrolls the panel; dragging with Ctrl held moves the view, Ctrl and
//! the wheel or a box with the right button zooms, a double click puts it back.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use egui::{Color32, Id, RichText, Ui, Vec2b, WidgetInfo, WidgetType};
use egui_plot::{
    Bar, BarChart, FilledArea, HoverPosition, Line, LineStyle, Plot, PlotPoints, PlotUi, Points,
    VLine,
};

use super::empty::Empty;
use super::export::exportable_ui;
use super::numbers::{Form, csv_field, machine};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;

/// Height of a chart where nothing else is asked for, in points.
const HEIGHT: f32 = 170.0;

/// Points of a line up to which each is marked with a dot.
const MOST_DOTS: usize = 31;

/// How near a pointer must be to a mark to read it, in points.
const NEAR: f32 = 6.0;

/// A named row of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Where and how much, in order; not finite where there is a gap.
    pub points: Vec<[f64; 2]>,
    /// Its colour.
    pub color: Color32,
}

impl Series {
    /// Makes a series of points.
    #[must_use]
    pub fn new(name: impl Into<String>, points: Vec<[f64; 2]>, color: Color32) -> Self {
        Self {
            name: name.into(),
            points,
            color,
        }
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

    fn at(&self, x: f64) -> Option<f64> {
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lines,
    Areas,
    Steps,
    Bars,
    Stack,
}

/// A chart about to be drawn.
pub struct Chart<'a> {
    id: &'a str,
    title: &'a str,
    help: &'a str,
    x: &'a str,
    y: &'a str,
    x_form: Form,
    y_form: Form,
    layers: Vec<(Kind, &'a [Series])>,
    bands: &'a [Band],
    marks: &'a [(f64, String)],
    cursor: Option<f64>,
    height: f32,
    has_zero: bool,
    empty: (&'a str, &'a str),
}

fn is_point(p: &[f64; 2]) -> bool {
    p[0].is_finite() && p[1].is_finite()
}

impl<'a> Chart<'a> {
    /// Begins a chart; `id` is unique in its panel and names its files.
    #[must_use]
    pub fn new(id: &'a str, title: &'a str) -> Self {
        Self {
            id,
            title,
            help: "",
            x: "",
            y: "",
            x_form: Form::Decimal,
            y_form: Form::Decimal,
            layers: Vec::new(),
            bands: &[],
            marks: &[],
            cursor: None,
            height: HEIGHT,
            has_zero: true,
            empty: ("Nothing to show yet", "Let time run for a day"),
        }
    }

    /// Defines what is shown, for the title's hover text.
    #[must_use]
    pub fn help(mut self, help: &'a str) -> Self {
        self.help = help;
        self
    }

    /// Names the horizontal axis.
    #[must_use]
    pub fn x(mut self, x: &'a str) -> Self {
        self.x = x;
        self
    }

    /// Names the vertical axis, with its unit.
    #[must_use]
    pub fn y(mut self, y: &'a str) -> Self {
        self.y = y;
        self
    }

    /// Says how numbers are written along each axis.
    #[must_use]
    pub fn forms(mut self, x: Form, y: Form) -> Self {
        self.x_form = x;
        self.y_form = y;
        self
    }

    /// Says how numbers are written along the vertical axis.
    #[must_use]
    pub fn form(mut self, y: Form) -> Self {
        self.y_form = y;
        self
    }

    /// Adds lines.
    #[must_use]
    pub fn lines(mut self, series: &'a [Series]) -> Self {
        self.layers.push((Kind::Lines, series));
        self
    }

    /// Adds lines with the area below them filled.
    #[must_use]
    pub fn areas(mut self, series: &'a [Series]) -> Self {
        self.layers.push((Kind::Areas, series));
        self
    }

    /// Adds lines that keep their value until the next point.
    #[must_use]
    pub fn steps(mut self, series: &'a [Series]) -> Self {
        self.layers.push((Kind::Steps, series));
        self
    }

    /// Adds bars; those of several series stand beside each other.
    #[must_use]
    pub fn bars(mut self, series: &'a [Series]) -> Self {
        self.layers.push((Kind::Bars, series));
        self
    }

    /// Adds areas on top of each other; all series have the same places.
    #[must_use]
    pub fn stacked(mut self, series: &'a [Series]) -> Self {
        self.layers.push((Kind::Stack, series));
        self
    }

    /// Adds areas between two curves.
    #[must_use]
    pub fn bands(mut self, bands: &'a [Band]) -> Self {
        self.bands = bands;
        self
    }

    /// Marks days, as those of policy changes; the text is shown near the pointer.
    #[must_use]
    pub fn marks(mut self, marks: &'a [(f64, String)]) -> Self {
        self.marks = marks;
        self
    }

    /// Draws the cursor that all charts share.
    #[must_use]
    pub fn cursor(mut self, day: Option<f64>) -> Self {
        self.cursor = day;
        self
    }

    /// Sets the height of the plot, in points.
    #[must_use]
    pub fn height(mut self, height: f32) -> Self {
        self.height = height;
        self
    }

    /// Lets the vertical axis begin where the values do rather than at zero.
    #[must_use]
    pub fn without_zero(mut self) -> Self {
        self.has_zero = false;
        self
    }

    /// Says what is missing and what to do where there is nothing to show.
    #[must_use]
    pub fn empty(mut self, what: &'a str, hint: &'a str) -> Self {
        self.empty = (what, hint);
        self
    }

    fn series(&self) -> impl Iterator<Item = &'a Series> {
        self.layers.iter().flat_map(|(_, s)| s.iter())
    }

    fn range(&self) -> Option<(f64, f64)> {
        let points = self.series().flat_map(|s| &s.points);
        let xs = points.filter(|p| is_point(p)).map(|p| p[0]);
        xs.fold(None, |r, x| {
            let (low, high) = r.unwrap_or((x, x));
            Some((low.min(x), high.max(x)))
        })
    }

    /// Returns all rows as CSV: the places, then each series, then the ends of each band.
    #[must_use]
    pub fn csv(&self) -> String {
        let all = self.series().flat_map(|s| s.points.iter().map(|p| p[0]));
        let mut xs: Vec<f64> = all
            .chain(
                self.bands
                    .iter()
                    .flat_map(|b| b.points.iter().map(|p| p[0])),
            )
            .filter(|x| x.is_finite())
            .collect();
        xs.sort_unstable_by(f64::total_cmp);
        xs.dedup();
        let mut csv = csv_field(if self.x.is_empty() { "x" } else { self.x });
        let mut columns: Vec<Vec<[f64; 2]>> = Vec::new();
        for s in self.series() {
            csv += &format!(",{}", csv_field(&s.name));
            columns.push(s.points.clone());
        }
        for b in self.bands {
            for (word, i) in [("low", 1), ("high", 2)] {
                csv += &format!(",{}", csv_field(&format!("{} {word}", b.name)));
                columns.push(b.points.iter().map(|p| [p[0], p[i]]).collect());
            }
        }
        csv.push('\n');
        for column in &mut columns {
            column.sort_by(|a, b| a[0].total_cmp(&b[0]));
        }
        for x in xs {
            csv += &machine(x);
            for column in &columns {
                let at = column.partition_point(|p| p[0].total_cmp(&x).is_lt());
                let value = column.get(at).filter(|p| p[0] == x).map(|p| p[1]);
                write!(csv, ",{}", machine(value.unwrap_or(f64::NAN)))
                    .expect("writing to a text cannot fail");
            }
            csv.push('\n');
        }
        csv
    }

    /// Draws it; where there is nothing to draw, says so.
    pub fn show(self, ui: &mut Ui, look: &Look, out: &mut Vec<UiCommand>) {
        let csv = || self.csv();
        exportable_ui(
            ui,
            self.id,
            self.title,
            self.help,
            out,
            csv,
            |ui, out| match self.range() {
                Some(range) => self.plot_ui(ui, look, range),
                None => Empty::new(self.empty.0)
                    .hint(self.empty.1)
                    .show(ui, look, out),
            },
        );
    }

    fn plot_ui(&self, ui: &mut Ui, look: &Look, range: (f64, f64)) {
        let hidden = self.legend_ui(ui, look);
        let has_ctrl = ui.input(|i| i.modifiers.command);
        let (x_form, y_form) = (self.x_form, self.y_form);
        let mut plot = Plot::new(("chart", self.id))
            .height(self.height)
            .allow_scroll(Vec2b::FALSE)
            .allow_drag(Vec2b::new(has_ctrl, has_ctrl))
            .allow_axis_zoom_drag(Vec2b::FALSE)
            .x_axis_label(RichText::new(self.x).small())
            .y_axis_label(RichText::new(self.y).small())
            .x_axis_formatter(move |mark, _| axis_tick(x_form, mark.value))
            .y_axis_formatter(move |mark, _| axis_tick(y_form, mark.value))
            .label_formatter(|at| self.hover(at));
        if self.has_zero {
            plot = plot.include_y(0.0);
        }
        let shows = |s: &Series| !hidden.contains(&s.name);
        let response = plot.show(ui, |plot| {
            for band in self.bands {
                draw_band(plot, band);
            }
            for (kind, series) in &self.layers {
                let shown: Vec<&Series> = series.iter().filter(|s| shows(s)).collect();
                match kind {
                    Kind::Bars => draw_bars(plot, &shown, self.x, self.y, x_form, y_form),
                    Kind::Stack => draw_stack(plot, &shown),
                    Kind::Lines | Kind::Areas | Kind::Steps => {
                        for s in shown {
                            draw_line(plot, s, *kind);
                        }
                    }
                }
            }
            let within = |day: &f64| (range.0..=range.1 + 1.0).contains(day);
            for (day, _) in self.marks.iter().filter(|(day, _)| within(day)) {
                plot.vline(
                    VLine::new("policy", *day)
                        .color(look.palette.mark)
                        .style(LineStyle::dashed_dense())
                        .allow_hover(false),
                );
            }
            if let Some(day) = self.cursor.filter(within) {
                let line = VLine::new("now", day).color(look.palette.weak);
                plot.vline(line.allow_hover(false));
            }
        });
        response.response.widget_info(|| {
            WidgetInfo::labeled(WidgetType::Image, true, format!("Chart of {}", self.title))
        });
        let Some(pointer) = response.response.hover_pos() else {
            return;
        };
        let near =
            |day: f64| (response.transform.position_from_point_x(day) - pointer.x).abs() < NEAR;
        let texts: Vec<&str> = self
            .marks
            .iter()
            .filter(|(day, _)| near(*day))
            .map(|(_, text)| text.as_str())
            .collect();
        if !texts.is_empty() {
            response.response.on_hover_text_at_pointer(texts.join("\n"));
        }
    }

    /// Draws the legend, each name of which shows or hides its series, and returns who is hidden.
    fn legend_ui(&self, ui: &mut Ui, look: &Look) -> BTreeSet<String> {
        let id = Id::new(("chart legend", self.id));
        let mut hidden: BTreeSet<String> = ui.data(|d| d.get_temp(id)).unwrap_or_default();
        if self.series().count() < 2 {
            return BTreeSet::new();
        }
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            for s in self.series() {
                let is_shown = !hidden.contains(&s.name);
                let color = if is_shown { s.color } else { look.palette.weak };
                let name = if is_shown {
                    RichText::new(&s.name).small()
                } else {
                    RichText::new(&s.name).small().weak().strikethrough()
                };
                let button =
                    egui::Button::new((RichText::new("■").small().color(color), name)).frame(false);
                let response = ui.add(button);
                response.widget_info(|| {
                    WidgetInfo::selected(WidgetType::Checkbox, true, is_shown, &s.name)
                });
                if response
                    .on_hover_text("Shows or hides this series")
                    .clicked()
                {
                    if is_shown {
                        hidden.insert(s.name.clone());
                    } else {
                        hidden.remove(&s.name);
                    }
                }
            }
        });
        ui.data_mut(|d| d.insert_temp(id, hidden.clone()));
        hidden
    }

    fn hover(&self, at: &HoverPosition<'_>) -> Option<String> {
        let HoverPosition::NearDataPoint {
            plot_name,
            position,
            ..
        } = at
        else {
            return None;
        };
        let series = self.series().find(|s| s.name == *plot_name)?;
        let value = series.at(position.x)?;
        Some(format!(
            "{plot_name}\n{} {}\n{} {}",
            self.x,
            self.x_form.text(position.x),
            self.y,
            self.y_form.text(value)
        ))
    }
}

fn axis_tick(form: Form, value: f64) -> String {
    if form == Form::Whole && value.fract() != 0.0 {
        String::new()
    } else {
        form.tick(value)
    }
}

/// Cuts a series at its gaps.
fn segments(points: &[[f64; 2]]) -> impl Iterator<Item = &[[f64; 2]]> {
    points.split(|p| !is_point(p)).filter(|s| !s.is_empty())
}

fn draw_line(plot: &mut PlotUi<'_>, series: &Series, kind: Kind) {
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
        if kind == Kind::Areas {
            line = line.fill(0.0).fill_alpha(0.25);
        }
        plot.line(line);
        if has_dots {
            let dots = Points::new(&series.name, PlotPoints::new(segment.to_vec()));
            plot.points(dots.color(series.color).radius(2.0));
        }
    }
}

fn draw_band(plot: &mut PlotUi<'_>, band: &Band) {
    let is_whole = |p: &&[f64; 3]| p.iter().all(|v| v.is_finite());
    let points: Vec<&[f64; 3]> = band.points.iter().filter(is_whole).collect();
    let column = |i: usize| points.iter().map(|p| p[i]).collect::<Vec<f64>>();
    plot.add(
        FilledArea::new(&band.name, &column(0), &column(1), &column(2))
            .fill_color(band.color.gamma_multiply(0.2))
            .allow_hover(false),
    );
}

fn draw_stack(plot: &mut PlotUi<'_>, series: &[&Series]) {
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

fn draw_bars(
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
    fn rows_of_all_series_and_bands_meet_in_one_table() {
        let a = [Series::new(
            "a",
            vec![[0.0, 1.0], [1.0, f64::NAN]],
            Color32::RED,
        )];
        let b = [Series::new("b, c", vec![[1.0, 4.0]], Color32::RED)];
        let band = [Band {
            name: "ci".to_owned(),
            points: vec![[0.0, 0.5, 1.5]],
            color: Color32::RED,
        }];
        let chart = Chart::new("t", "T")
            .x("day")
            .lines(&a)
            .bars(&b)
            .bands(&band);
        assert_eq!(
            chart.csv(),
            "day,a,\"b, c\",ci low,ci high\n0,1,,0.5,1.5\n1,,4,,\n"
        );
    }

    #[test]
    fn gaps_cut_lines() {
        let nan = f64::NAN;
        let points = [[0.0, 1.0], [1.0, nan], [2.0, 1.0], [3.0, 2.0], [4.0, nan]];
        let lengths: Vec<usize> = segments(&points).map(<[_]>::len).collect();
        assert_eq!(lengths, [1, 2]);
    }
}
