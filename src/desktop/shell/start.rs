//! The start screen: the scenarios with a picture and a sentence, and what was opened before.

use std::sync::OnceLock;

use egui::{Align2, Color32, FontId, RichText, Sense, Stroke, StrokeKind, Ui, vec2};

use super::desk::Desk;
use crate::desktop::command::UiCommand;
use crate::scenario::load::{Overrides, load};
use crate::scenario::source::SHIPPED;

/// Size of a card's picture, in points.
const PICTURE: egui::Vec2 = vec2(256.0, 144.0);

/// A scenario as the start screen shows it.
struct Card {
    name: &'static str,
    description: String,
    size: String,
}

/// Reads the shipped scenarios once.
fn cards() -> &'static [Card] {
    static CARDS: OnceLock<Vec<Card>> = OnceLock::new();
    CARDS.get_or_init(|| {
        SHIPPED
            .iter()
            .filter_map(|(name, _)| {
                let s = load(name, &Overrides::default()).ok()?.scenario;
                // A workload is measured, not lived in.
                (s.workload.users == 0).then(|| Card {
                    name,
                    size: format!(
                        "{} residents, {} days",
                        crate::desktop::panels::kit::numbers::count(u64::from(
                            s.society.population.residents
                        )),
                        s.days
                    ),
                    description: s.description,
                })
            })
            .collect()
    })
}

/// Returns the picture of a scenario, as PNG.
fn picture(name: &str) -> Option<&'static [u8]> {
    PICTURES
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, png)| *png)
}

macro_rules! pictures {
    ($($name:literal),+) => {
        /// The pictures; `agora pictures DIR --thumbnails` makes them.
        const PICTURES: &[(&str, &[u8])] = &[
            $(($name, include_bytes!(concat!("../../../assets/desktop/scenarios/", $name, ".png")))),+
        ];
    };
}

pictures!(
    "quickstart",
    "baseline",
    "metropolis",
    "quiet",
    "ad-load",
    "filter-bubble",
    "inflation",
    "models",
    "interest-shift",
    "ad-load-month",
    "auctions",
    "holdout",
    "rewards",
    "push",
    "trading",
    "exchange",
    "tight-money",
    "creatives",
    "referral",
    "land-formats"
);

pub(super) fn start_ui(ui: &mut Ui, desk: &Desk, out: &mut Vec<UiCommand>) {
    egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.add_space(14.0);
        ui.vertical_centered(|ui| {
            ui.label(RichText::new("Agora").size(30.0 * desk.settings.text_scale).strong());
            ui.label("A laboratory for attention economies: choose a city, watch it live, change its rules, ask why");
            ui.add_space(6.0);
            if ui.button("Open scenario…").clicked() {
                out.push(UiCommand::AskOpen);
            }
            ui.add_space(2.0);
            if ui
                .button("Open recording…")
                .on_hover_text("Shows a run that was recorded, without simulating it again")
                .clicked()
            {
                out.push(UiCommand::AskOpenRecording);
            }
            recordings_ui(ui, desk, out);
        });
        ui.add_space(10.0);
        let gap = 12.0;
        let width = PICTURE.x + 16.0;
        let columns = ((ui.available_width() - gap) / (width + gap)).floor().max(1.0) as usize;
        let cards_width = columns as f32 * (width + gap) - gap;
        let margin = (0.5 * (ui.available_width() - cards_width)).max(0.0);
        for row in cards().chunks(columns) {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = gap;
                ui.add_space((margin - gap).max(0.0));
                for card in row {
                    card_ui(ui, card, desk, out);
                }
            });
            ui.add_space(gap);
        }
        ui.vertical_centered(|ui| {
            let others: Vec<&String> = desk
                .settings
                .recent
                .iter()
                .filter(|n| !SHIPPED.iter().any(|(s, _)| s == &n.as_str()))
                .collect();
            if !others.is_empty() {
                ui.add_space(6.0);
                ui.weak("Opened before");
                for name in others {
                    if ui.link(name).clicked() {
                        out.push(UiCommand::Open(name.clone()));
                    }
                }
            }
            ui.add_space(6.0);
            ui.weak("Tab and Enter choose; F1 lists the keys");
        });
    });
}

/// Lists recordings opened before.
fn recordings_ui(ui: &mut Ui, desk: &Desk, out: &mut Vec<UiCommand>) {
    if desk.settings.recordings.is_empty() {
        return;
    }
    ui.add_space(4.0);
    ui.weak("Recordings opened before");
    for file in &desk.settings.recordings {
        if ui.link(file).clicked() {
            out.push(UiCommand::OpenRecording(file.clone()));
        }
    }
}

fn card_ui(ui: &mut Ui, card: &Card, desk: &Desk, out: &mut Vec<UiCommand>) {
    let text_height = 66.0 * desk.settings.text_scale;
    let size = vec2(PICTURE.x + 16.0, PICTURE.y + 20.0 + text_height);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let is_enabled = ui.is_enabled();
    response.widget_info(|| {
        egui::WidgetInfo::labeled(
            egui::WidgetType::Button,
            is_enabled,
            format!("Open {}", card.name),
        )
    });
    let visuals = ui.style().interact(&response);
    let edge = if response.has_focus() || response.hovered() {
        Stroke::new(1.5, desk.look.palette.series[0])
    } else {
        ui.visuals().window_stroke
    };
    ui.painter().rect(
        rect,
        6.0,
        ui.visuals().faint_bg_color,
        edge,
        StrokeKind::Inside,
    );
    let inside = egui::Rect::from_min_size(rect.min + vec2(8.0, 8.0), PICTURE);
    if let Some(png) = picture(card.name) {
        paint_picture(ui, card.name, png, inside);
    } else {
        ui.painter().rect_filled(
            inside,
            4.0,
            desk.look.palette.series[0].gamma_multiply(0.25),
        );
        ui.painter().text(
            inside.center(),
            Align2::CENTER_CENTER,
            card.name,
            FontId::proportional(22.0),
            visuals.text_color(),
        );
    }
    let text = egui::Rect::from_min_max(
        egui::pos2(inside.left(), inside.bottom() + 6.0),
        egui::pos2(inside.right(), rect.bottom() - 6.0),
    );
    // A child that takes no place of its own: the card has it already.
    let layout = egui::Layout::top_down(egui::Align::Min);
    let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(text).layout(layout));
    inner.set_clip_rect(text.intersect(ui.clip_rect()));
    inner.spacing_mut().item_spacing = vec2(8.0, 3.0);
    inner.horizontal(|ui| {
        ui.add(egui::Label::new(RichText::new(card.name).strong()).selectable(false));
        ui.add(egui::Label::new(RichText::new(&card.size).weak().small()).selectable(false));
    });
    inner.add(
        egui::Label::new(RichText::new(&card.description).small())
            .wrap()
            .selectable(false),
    );
    if response.on_hover_text(&card.description).clicked() {
        out.push(UiCommand::Open(card.name.to_owned()));
    }
}

/// Paints a picture; decodes it once.
fn paint_picture(ui: &Ui, name: &str, png: &[u8], place: egui::Rect) {
    let id = egui::Id::new(("start picture", name));
    let texture = ui
        .ctx()
        .data(|d| d.get_temp::<egui::TextureHandle>(id))
        .or_else(|| {
            let image = decode(png)?;
            let texture = ui
                .ctx()
                .load_texture(name, image, egui::TextureOptions::LINEAR);
            ui.ctx().data_mut(|d| d.insert_temp(id, texture.clone()));
            Some(texture)
        });
    if let Some(texture) = texture {
        let whole = egui::Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
        ui.painter()
            .image(texture.id(), place, whole, Color32::WHITE);
    }
}

fn decode(png: &[u8]) -> Option<egui::ColorImage> {
    use bevy::asset::RenderAssetUsages;
    use bevy::image::{CompressedImageFormats, Image, ImageSampler, ImageType};
    let image = Image::from_buffer(
        png,
        ImageType::Extension("png"),
        CompressedImageFormats::NONE,
        true,
        ImageSampler::Default,
        RenderAssetUsages::default(),
    )
    .ok()?;
    let size = [image.width() as usize, image.height() as usize];
    let rgba = image.try_into_dynamic().ok()?.into_rgba8();
    Some(egui::ColorImage::from_rgba_unmultiplied(size, &rgba))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_city_has_a_picture_of_its_own() {
        let mut of: BTreeMap<&[u8], &str> = BTreeMap::new();
        for card in cards() {
            let png = picture(card.name).unwrap_or_else(|| panic!("{} has no picture", card.name));
            assert!(decode(png).is_some(), "{} cannot be read", card.name);
            if let Some(other) = of.insert(png, card.name) {
                panic!("{} has the picture of {other}", card.name);
            }
        }
        assert_eq!(of.len(), PICTURES.len(), "pictures of no city");
    }
}
