//! Charts over a number, mostly a day: lines, areas, steps, bars and bands with one look.
//!
//! What is not finite is a gap. Scrolling over a chart scrolls the panel; dragging with Ctrl held moves the view, Ctrl and
//! the wheel or a box with the right button zooms, a double click puts it back. In a recording a click goes to that moment.

use std::collections::BTreeSet;

use egui::{Id, Rangef, RichText, Ui, Vec2b, WidgetInfo, WidgetType};
use egui_plot::{HoverPosition, LineStyle, Plot, VLine};

use super::empty::Empty;
use super::export::exportable_ui;
use super::numbers::{Form, csv_field, csv_line, machine};
pub use super::series::{Band, Series};
use super::series::{Kind, draw_band, draw_bars, draw_line, draw_stack, is_point};
use super::ticks::{LEAST, spaced};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::sim::units::{TICKS_PER_DAY, Tick};

/// Height of a chart where nothing else is asked for, in points.
const HEIGHT: f32 = 170.0;

/// How near a pointer must be to a mark to read it, in points.
const NEAR: f32 = 6.0;

/// Space between lines along each axis, in points: as much as their numbers need to be written in full.
const X_SPACE: f64 = 82.0;
const Y_SPACE: f64 = 32.0;

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

    /// Returns the value of all points, if there is but one.
    fn only_height(&self) -> Option<f64> {
        let mut ys = self
            .series()
            .flat_map(|s| &s.points)
            .filter(|p| is_point(p))
            .map(|p| p[1]);
        let first = ys.next()?;
        ys.all(|y| y == first).then_some(first)
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
        let mut csv = String::new();
        let mut names = vec![csv_field(if self.x.is_empty() { "x" } else { self.x })];
        let mut columns: Vec<Vec<[f64; 2]>> = Vec::new();
        for s in self.series() {
            names.push(csv_field(&s.name));
            columns.push(s.points.clone());
        }
        for b in self.bands {
            for (word, i) in [("low", 1), ("high", 2)] {
                names.push(csv_field(&format!("{} {word}", b.name)));
                columns.push(b.points.iter().map(|p| [p[0], p[i]]).collect());
            }
        }
        csv_line(&mut csv, names);
        for column in &mut columns {
            column.sort_by(|a, b| a[0].total_cmp(&b[0]));
        }
        for x in xs {
            let values = columns.iter().map(|column| {
                let at = column.partition_point(|p| p[0].total_cmp(&x).is_lt());
                let value = column.get(at).filter(|p| p[0] == x).map(|p| p[1]);
                machine(value.unwrap_or(f64::NAN))
            });
            csv_line(&mut csv, std::iter::once(machine(x)).chain(values));
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
                Some(range) => self.plot_ui(ui, look, range, out),
                None => Empty::new(self.empty.0)
                    .hint(self.empty.1)
                    .show(ui, look, out),
            },
        );
    }

    fn plot_ui(&self, ui: &mut Ui, look: &Look, range: (f64, f64), out: &mut Vec<UiCommand>) {
        let hidden = self.legend_ui(ui, look);
        ui.visuals_mut().extreme_bg_color = look.palette.plot;
        let has_ctrl = ui.input(|i| i.modifiers.command);
        let (x_form, y_form) = (self.x_form, self.y_form);
        let least = |form| if form == Form::Whole { 1.0 } else { 0.0 };
        let mut plot = Plot::new(("chart", self.id))
            .height(self.height)
            .allow_scroll(Vec2b::FALSE)
            .allow_drag(Vec2b::new(has_ctrl, has_ctrl))
            .allow_axis_zoom_drag(Vec2b::FALSE)
            .x_axis_label(RichText::new(self.x).small())
            .y_axis_label(RichText::new(self.y).small())
            .x_axis_formatter(move |mark, _| axis_tick(x_form, mark.value))
            .y_axis_formatter(move |mark, _| axis_tick(y_form, mark.value))
            .grid_color(look.palette.weak)
            .grid_spacing(Rangef::new(LEAST, 300.0))
            .x_grid_spacer(move |input| spaced(input, X_SPACE, least(x_form)))
            .y_grid_spacer(move |input| spaced(input, Y_SPACE, least(y_form)))
            .label_formatter(|at| self.hover(at));
        if self.has_zero {
            plot = plot.include_y(0.0);
        }
        if let Some(alone) = self.only_height() {
            // Around a single value the axis would stretch to its negative.
            let other = if alone == 0.0 { 1.0 } else { 0.0 };
            plot = plot.include_y(alone).include_y(other);
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
        // Only charts over time have the cursor.
        if let (true, true, Some(at)) = (
            look.seeks && self.cursor.is_some(),
            response.response.clicked(),
            response.response.interact_pointer_pos(),
        ) {
            let day = response.transform.value_from_position(at).x;
            out.push(UiCommand::ScrubTo(tick_of(day)));
        }
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
                let sign = if s.is_dashed { "– –" } else { "■" };
                let button = egui::Button::new((RichText::new(sign).small().color(color), name))
                    .frame(false);
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

/// Returns the tick at a time in days; what lies before the first is the first.
fn tick_of(day: f64) -> Tick {
    let ticks = day * f64::from(TICKS_PER_DAY);
    Tick(if ticks.is_finite() {
        ticks.clamp(0.0, f64::from(u32::MAX)) as u32
    } else {
        0
    })
}

fn axis_tick(form: Form, value: f64) -> String {
    if form == Form::Whole && value.fract() != 0.0 {
        String::new()
    } else {
        form.tick(value)
    }
}

#[cfg(test)]
mod tests {
    use egui::Color32;

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
}
