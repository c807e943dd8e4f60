//! Cards: a number each, with its change since the day before, in as many columns as fit.

use egui::{Align2, CornerRadius, Sense, StrokeKind, TextStyle, Ui, WidgetInfo, WidgetType, vec2};

use super::numbers::{Form, signed_percent};
use crate::desktop::look::Look;

/// Narrowest card, in widths of a digit of body text.
const NARROWEST_DIGITS: f32 = 17.0;

/// Which change of a number is good news.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Good {
    /// More is better.
    Up,
    /// Less is better.
    Down,
    /// Neither.
    #[default]
    Neither,
}

/// A change since the day before.
#[derive(Debug, Clone, PartialEq)]
struct Delta {
    text: String,
    is_up: bool,
    good: Good,
}

/// A number to show.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    label: String,
    value: String,
    delta: Option<Delta>,
    help: String,
}

impl Card {
    /// Makes a card of a text.
    #[must_use]
    pub fn new(label: &str, value: impl Into<String>, help: &str) -> Self {
        Self {
            label: label.to_owned(),
            value: value.into(),
            delta: None,
            help: help.to_owned(),
        }
    }

    /// Makes a card of a number; a dash where it is not known.
    #[must_use]
    pub fn number(label: &str, form: Form, value: Option<f64>, help: &str) -> Self {
        Self::new(label, form.or_none(value), help)
    }

    /// Adds the change from the day before: as a share of it, or in percentage points of shares.
    #[must_use]
    pub fn change(
        mut self,
        form: Form,
        before: Option<f64>,
        value: Option<f64>,
        good: Good,
    ) -> Self {
        let (Some(before), Some(value)) = (before, value) else {
            return self;
        };
        let change = value - before;
        if !change.is_finite() || change == 0.0 {
            return self;
        }
        let text = if form == Form::Percent {
            let sign = if change > 0.0 { "+" } else { "" };
            format!("{sign}{} pp", super::numbers::fixed(100.0 * change, 1))
        } else if before.abs() > f64::EPSILON {
            signed_percent(change / before.abs())
        } else {
            return self;
        };
        self.delta = Some(Delta {
            text,
            is_up: change > 0.0,
            good,
        });
        self
    }
}

/// Draws cards in as many columns as fit.
pub fn cards_ui(ui: &mut Ui, look: &Look, cards: &[Card]) {
    if cards.is_empty() {
        return;
    }
    let small = TextStyle::Small.resolve(ui.style());
    let body = TextStyle::Body.resolve(ui.style());
    let big = egui::FontId::new(body.size * 1.35, body.family.clone());
    let gap = 6.0;
    let pad = 8.0;
    let narrowest = body.size * 0.5 * NARROWEST_DIGITS;
    let room = ui.available_width().max(narrowest);
    let columns = (((room + gap) / (narrowest + gap)).floor().max(1.0) as usize).min(cards.len());
    let width = (room - gap * (columns - 1) as f32) / columns as f32;
    let height = 2.0 * pad + small.size * 1.3 + big.size * 1.35 + small.size * 1.3;
    for row in cards.chunks(columns) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for card in row {
                let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
                response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, spoken(card)));
                if ui.is_rect_visible(rect) {
                    let visuals = ui.visuals();
                    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
                    painter.rect(
                        rect,
                        CornerRadius::same(4),
                        look.palette.plot,
                        visuals.widgets.noninteractive.bg_stroke,
                        StrokeKind::Inside,
                    );
                    let left = rect.min + vec2(pad, pad);
                    let text = visuals.text_color();
                    let label = painter.text(
                        left,
                        Align2::LEFT_TOP,
                        &card.label,
                        small.clone(),
                        look.palette.weak,
                    );
                    let value = painter.text(
                        left + vec2(0.0, label.height() + 1.0),
                        Align2::LEFT_TOP,
                        &card.value,
                        big.clone(),
                        text,
                    );
                    if let Some(delta) = &card.delta {
                        let color = match (delta.good, delta.is_up) {
                            (Good::Neither, _) => look.palette.weak,
                            (Good::Up, true) | (Good::Down, false) => look.palette.good,
                            (Good::Up, false) | (Good::Down, true) => look.palette.bad,
                        };
                        let arrow = if delta.is_up { "⬆" } else { "⬇" };
                        painter.text(
                            egui::pos2(left.x, value.max.y + 1.0),
                            Align2::LEFT_TOP,
                            format!("{arrow} {}", delta.text),
                            small.clone(),
                            color,
                        );
                    }
                }
                response.on_hover_ui(|ui| {
                    ui.strong(spoken(card));
                    if !card.help.is_empty() {
                        ui.label(&card.help);
                    }
                });
            }
        });
    }
}

/// Returns a card in words: "DAU 1,234, +4.2 % since the day before".
fn spoken(card: &Card) -> String {
    match &card.delta {
        Some(delta) => format!(
            "{} {}, {} since the day before",
            card.label, card.value, delta.text
        ),
        None => format!("{} {}", card.label, card.value),
    }
}
