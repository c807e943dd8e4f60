//! Tables: rows that can be sorted by any column, and clicked where they name somebody or something.

use std::cmp::Ordering;

use egui::{
    Align2, Color32, FontId, Id, Rect, RichText, Sense, TextStyle, Ui, WidgetInfo, WidgetType,
    pos2, vec2,
};

use super::empty::Empty;
use super::numbers::{self, Form};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;

/// Widest text of a cell, in points; the rest is on hover.
const WIDEST: f32 = 260.0;

/// Space between columns.
const GAP: f32 = 14.0;

/// Width of a bullet bar.
const BULLET: f32 = 110.0;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column<'a> {
    title: &'a str,
    help: &'a str,
    is_number: bool,
}

impl<'a> Column<'a> {
    /// Makes a column of text.
    #[must_use]
    pub const fn text(title: &'a str, help: &'a str) -> Self {
        Self {
            title,
            help,
            is_number: false,
        }
    }

    /// Makes a column of numbers, aligned to the right.
    #[must_use]
    pub const fn number(title: &'a str, help: &'a str) -> Self {
        Self {
            title,
            help,
            is_number: true,
        }
    }
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Text.
    Text(String),
    /// Text in a colour.
    Colored(String, Color32),
    /// A number and how it is written; `None` is a dash, sorted last.
    Number(Option<f64>, Form),
    /// A value against the band it should lie in, drawn as a small bar.
    Bullet {
        /// The value; `None` draws the band alone.
        value: Option<f64>,
        /// Lower end of the band.
        low: f64,
        /// Upper end of the band.
        high: f64,
    },
}

impl Cell {
    /// Makes a cell of text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Makes a cell of a count.
    #[must_use]
    pub fn count(n: u64) -> Self {
        Self::Number(Some(n as f64), Form::Whole)
    }

    /// Makes a cell of a number.
    #[must_use]
    pub const fn number(value: f64, form: Form) -> Self {
        Self::Number(Some(value), form)
    }

    fn shown(&self) -> String {
        match self {
            Self::Text(text) | Self::Colored(text, _) => text.clone(),
            Self::Number(value, form) => form.or_none(*value),
            Self::Bullet { value, low, high } => format!(
                "{} in {} to {}",
                Form::Decimal.or_none(*value),
                numbers::decimal(*low),
                numbers::decimal(*high)
            ),
        }
    }

    fn known(&self) -> Option<f64> {
        match self {
            Self::Text(_) | Self::Colored(..) => None,
            Self::Number(value, _) | Self::Bullet { value, .. } => value.filter(|v| v.is_finite()),
        }
    }

    /// Compares for sorting; what is not known comes last either way.
    fn compare(&self, other: &Self, is_falling: bool) -> Ordering {
        let turned = |o: Ordering| if is_falling { o.reverse() } else { o };
        match (self, other) {
            (Self::Text(a) | Self::Colored(a, _), Self::Text(b) | Self::Colored(b, _)) => {
                turned(a.cmp(b))
            }
            (a, b) => match (a.known(), b.known()) {
                (Some(a), Some(b)) => turned(a.total_cmp(&b)),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => Ordering::Equal,
            },
        }
    }
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// One cell for every column.
    pub cells: Vec<Cell>,
    /// What a click asks for.
    pub command: Option<UiCommand>,
    /// More about it, on hover.
    pub help: String,
}

impl Row {
    /// Makes a row that cannot be clicked.
    #[must_use]
    pub const fn new(cells: Vec<Cell>) -> Self {
        Self {
            cells,
            command: None,
            help: String::new(),
        }
    }

    /// Says what a click asks for.
    #[must_use]
    pub fn on_click(mut self, command: UiCommand) -> Self {
        self.command = Some(command);
        self
    }

    /// Says more, on hover.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    fn spoken(&self) -> String {
        let cells: Vec<String> = self.cells.iter().map(Cell::shown).collect();
        cells.join(", ")
    }
}

/// A table about to be drawn.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    id: &'a str,
    columns: &'a [Column<'a>],
    cap: usize,
    beyond: u64,
    sorted: Option<(usize, bool)>,
    empty: (&'a str, &'a str),
}

impl<'a> Table<'a> {
    /// Begins a table; `id` is unique in its panel.
    #[must_use]
    pub const fn new(id: &'a str, columns: &'a [Column<'a>]) -> Self {
        Self {
            id,
            columns,
            cap: 200,
            beyond: 0,
            sorted: None,
            empty: ("Nothing to list yet", "Let time run"),
        }
    }

    /// Shows at most so many rows.
    #[must_use]
    pub const fn cap(mut self, rows: usize) -> Self {
        self.cap = rows;
        self
    }

    /// Says how many rows there are beyond those given.
    #[must_use]
    pub const fn beyond(mut self, rows: u64) -> Self {
        self.beyond = rows;
        self
    }

    /// Sorts by a column at first, falling; otherwise rows stand as given.
    #[must_use]
    pub const fn falling_by(mut self, column: usize) -> Self {
        self.sorted = Some((column, true));
        self
    }

    /// Says what is missing and what to do where there are no rows.
    #[must_use]
    pub const fn empty(mut self, what: &'a str, hint: &'a str) -> Self {
        self.empty = (what, hint);
        self
    }

    /// Draws it.
    pub fn show(self, ui: &mut Ui, look: &Look, rows: &[Row], out: &mut Vec<UiCommand>) {
        if rows.is_empty() {
            Empty::new(self.empty.0)
                .hint(self.empty.1)
                .show(ui, look, out);
            return;
        }
        let memory = Id::new(("table order", self.id));
        let mut order: Option<(usize, bool)> = ui
            .data(|d| d.get_temp::<Option<(usize, bool)>>(memory))
            .unwrap_or(self.sorted);
        let mut sorted: Vec<&Row> = rows.iter().collect();
        if let Some((column, is_falling)) = order {
            sorted.sort_by(|a, b| match (a.cells.get(column), b.cells.get(column)) {
                (Some(a), Some(b)) => a.compare(b, is_falling),
                _ => Ordering::Equal,
            });
        }
        let beyond = sorted.len().saturating_sub(self.cap) as u64 + self.beyond;
        sorted.truncate(self.cap);
        egui::ScrollArea::horizontal()
            .id_salt(("table", self.id))
            .auto_shrink([false, true])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let font = TextStyle::Body.resolve(ui.style());
                let widths = self.widths(ui, &font, &sorted);
                self.head_ui(ui, &font, &widths, &mut order);
                for (i, row) in sorted.iter().enumerate() {
                    self.row_ui(ui, look, &font, &widths, row, i % 2 == 1, out);
                }
            });
        ui.data_mut(|d| d.insert_temp(memory, order));
        if beyond > 0 {
            ui.label(
                RichText::new(format!("and {} more", numbers::count(beyond)))
                    .color(look.palette.weak),
            );
        }
    }

    fn widths(&self, ui: &Ui, font: &FontId, rows: &[&Row]) -> Vec<f32> {
        let painter = ui.painter();
        let wide = |text: String| {
            let galley = painter.layout_no_wrap(text, font.clone(), Color32::WHITE);
            galley.size().x
        };
        let columns = self.columns.iter().enumerate();
        columns
            .map(|(i, column)| {
                let cells = rows.iter().filter_map(|r| r.cells.get(i));
                let widest = cells.map(|cell| match cell {
                    Cell::Bullet { .. } => BULLET,
                    _ => wide(cell.shown()).min(WIDEST),
                });
                // Room for the arrow of the order.
                widest.fold(wide(format!("{} ▲", column.title)), f32::max)
            })
            .collect()
    }

    fn head_ui(
        &self,
        ui: &mut Ui,
        font: &FontId,
        widths: &[f32],
        order: &mut Option<(usize, bool)>,
    ) {
        let total = widths.iter().sum::<f32>() + GAP * widths.len() as f32;
        let (rect, _) = ui.allocate_exact_size(vec2(total, font.size * 1.7), Sense::hover());
        let mut x = rect.min.x + 0.5 * GAP;
        for (i, (column, width)) in self.columns.iter().zip(widths).enumerate() {
            let place = Rect::from_min_size(pos2(x, rect.min.y), vec2(*width, rect.height()));
            let id = Id::new(("table head", self.id, i)).with(ui.id());
            let response = ui.interact(place, id, Sense::click());
            let sorted = order.filter(|(by, _)| *by == i);
            response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, column.title));
            let visuals = ui.style().interact(&response);
            let text = match sorted {
                Some((_, true)) => format!("{} ▼", column.title),
                Some((_, false)) => format!("{} ▲", column.title),
                None => column.title.to_owned(),
            };
            let (at, anchor) = aligned(place, column.is_number);
            let color = ui.visuals().strong_text_color();
            ui.painter().text(at, anchor, text, font.clone(), color);
            if response.has_focus() {
                let stroke = visuals.fg_stroke;
                ui.painter()
                    .rect_stroke(place, 2.0, stroke, egui::StrokeKind::Inside);
            }
            if response.clicked() {
                *order = Some((i, sorted.map_or(column.is_number, |(_, falling)| !falling)));
            }
            let help = if column.help.is_empty() {
                "Click to sort"
            } else {
                column.help
            };
            response.on_hover_text(help);
            x += width + GAP;
        }
    }

    fn row_ui(
        &self,
        ui: &mut Ui,
        look: &Look,
        font: &FontId,
        widths: &[f32],
        row: &Row,
        is_odd: bool,
        out: &mut Vec<UiCommand>,
    ) {
        let total = widths.iter().sum::<f32>() + GAP * widths.len() as f32;
        let can_click = row.command.is_some();
        let sense = if can_click {
            Sense::click()
        } else {
            Sense::hover()
        };
        let (rect, response) = ui.allocate_exact_size(vec2(total, font.size * 1.55), sense);
        let kind = if can_click {
            WidgetType::Button
        } else {
            WidgetType::Label
        };
        response.widget_info(|| WidgetInfo::labeled(kind, true, row.spoken()));
        if ui.is_rect_visible(rect) {
            let visuals = ui.visuals();
            if can_click && (response.hovered() || response.has_focus()) {
                let fill = visuals.widgets.hovered.weak_bg_fill;
                ui.painter().rect_filled(rect, 2.0, fill);
            } else if is_odd {
                ui.painter().rect_filled(rect, 0.0, visuals.faint_bg_color);
            }
            let mut x = rect.min.x + 0.5 * GAP;
            for ((cell, column), width) in row.cells.iter().zip(self.columns).zip(widths) {
                let place = Rect::from_min_size(pos2(x, rect.min.y), vec2(*width, rect.height()));
                draw_cell(ui, look, font, place, cell, column.is_number);
                x += width + GAP;
            }
        }
        if response.clicked()
            && let Some(command) = &row.command
        {
            out.push(command.clone());
        }
        response.on_hover_ui(|ui| {
            for (cell, column) in row.cells.iter().zip(self.columns) {
                ui.label(format!("{} {}", column.title, cell.shown()));
            }
            if !row.help.is_empty() {
                ui.label(&row.help);
            }
        });
    }
}

fn aligned(place: Rect, is_number: bool) -> (egui::Pos2, Align2) {
    if is_number {
        (place.right_center(), Align2::RIGHT_CENTER)
    } else {
        (place.left_center(), Align2::LEFT_CENTER)
    }
}

fn draw_cell(ui: &Ui, look: &Look, font: &FontId, place: Rect, cell: &Cell, is_number: bool) {
    let painter = ui.painter();
    let clipped = painter.with_clip_rect(place.expand(1.0).intersect(ui.clip_rect()));
    let (at, anchor) = aligned(place, is_number);
    let plain = ui.visuals().text_color();
    match cell {
        Cell::Text(text) => {
            clipped.text(at, anchor, text, font.clone(), plain);
        }
        Cell::Colored(text, color) => {
            clipped.text(at, anchor, text, font.clone(), *color);
        }
        Cell::Number(..) => {
            clipped.text(at, anchor, cell.shown(), font.clone(), plain);
        }
        Cell::Bullet { value, low, high } => {
            draw_bullet(ui, look, place, *value, *low, *high);
        }
    }
}

/// Draws the band in the middle half of the place and the value where it lies, at the edge if it is far out.
fn draw_bullet(ui: &Ui, look: &Look, place: Rect, value: Option<f64>, low: f64, high: f64) {
    let painter = ui.painter();
    let bar = Rect::from_center_size(place.center(), vec2(place.width(), 0.45 * place.height()));
    painter.rect_filled(bar, 2.0, ui.visuals().faint_bg_color);
    let is_band = low.is_finite() && high.is_finite() && high > low;
    if !is_band {
        return;
    }
    let band = Rect::from_min_max(
        pos2(bar.min.x + 0.25 * bar.width(), bar.min.y),
        pos2(bar.max.x - 0.25 * bar.width(), bar.max.y),
    );
    painter.rect_filled(band, 0.0, look.palette.weak.gamma_multiply(0.35));
    let Some(value) = value.filter(|v| v.is_finite()) else {
        return;
    };
    let share = ((value - low) / (high - low)).clamp(-0.48, 1.48) as f32;
    let x = band.min.x + share * band.width();
    let is_in = (low..=high).contains(&value);
    let color = if is_in {
        look.palette.good
    } else {
        look.palette.bad
    };
    let mark = Rect::from_center_size(pos2(x, bar.center().y), vec2(4.0, 0.75 * place.height()));
    painter.rect_filled(mark, 1.0, color);
}
