//! Light, dark, sizes.

use egui::{Context, CornerRadius, FontId, Stroke, TextStyle, Theme, Visuals};

use crate::desktop::look::Look;

/// Gives a context the window's letters: what the first font lacks, such as arrows, the others have.
fn give_letters(ctx: &Context) {
    let mut fonts = egui::FontDefinitions::default();
    if let Some(family) = fonts.families.get_mut(&egui::FontFamily::Proportional) {
        family.push("Hack".to_owned());
    }
    ctx.set_fonts(fonts);
}

/// What was last given to a context: the rest of the look does not change its style.
pub type Given = (bool, f32);

/// Gives a context the window's looks, if they are others than were `given`.
pub fn apply(ctx: &Context, look: &Look, text_scale: f32, given: &mut Option<Given>) {
    let wanted = (look.is_dark, text_scale);
    if *given == Some(wanted) {
        return;
    }
    if given.is_none() {
        give_letters(ctx);
    }
    *given = Some(wanted);
    let theme = if look.is_dark {
        Theme::Dark
    } else {
        Theme::Light
    };
    ctx.set_theme(theme);
    ctx.all_styles_mut(|style| {
        style.text_styles = [
            (TextStyle::Small, FontId::proportional(10.5 * text_scale)),
            (TextStyle::Body, FontId::proportional(13.0 * text_scale)),
            (TextStyle::Button, FontId::proportional(13.0 * text_scale)),
            (TextStyle::Heading, FontId::proportional(17.0 * text_scale)),
            (TextStyle::Monospace, FontId::monospace(12.5 * text_scale)),
        ]
        .into();
        style.spacing.item_spacing = egui::vec2(6.0, 5.0);
        style.spacing.button_padding = egui::vec2(7.0, 3.0);
        style.spacing.interact_size.y = 20.0 * text_scale.max(0.8);
        // Numbers that change every frame must not fade in and out.
        style.animation_time = 0.08;
    });
    ctx.set_visuals_of(theme, visuals(look));
}

fn visuals(look: &Look) -> Visuals {
    let mut v = if look.is_dark {
        Visuals::dark()
    } else {
        Visuals::light()
    };
    let p = &look.palette;
    v.weak_text_color = Some(p.weak);
    v.override_text_color = None;
    let text = if look.is_dark { 205 } else { 45 };
    v.widgets.noninteractive.fg_stroke.color = egui::Color32::from_gray(text);
    v.widgets.inactive.fg_stroke.color = egui::Color32::from_gray(text);
    let (panel, faint, edge) = if look.is_dark {
        (
            egui::Color32::from_rgb(27, 29, 35),
            egui::Color32::from_rgb(34, 37, 44),
            egui::Color32::from_rgb(52, 56, 66),
        )
    } else {
        (
            egui::Color32::from_rgb(246, 247, 249),
            egui::Color32::from_rgb(237, 239, 243),
            egui::Color32::from_rgb(208, 212, 220),
        )
    };
    v.panel_fill = panel;
    v.window_fill = panel;
    v.faint_bg_color = faint;
    v.extreme_bg_color = p.plot;
    v.window_stroke = Stroke::new(1.0, edge);
    v.widgets.noninteractive.bg_stroke = Stroke::new(1.0, edge);
    v.selection.bg_fill = p.series[0].gamma_multiply(if look.is_dark { 0.45 } else { 0.35 });
    v.selection.stroke = Stroke::new(1.0, p.series[0]);
    v.hyperlink_color = p.series[0];
    let round = CornerRadius::same(4);
    for w in [
        &mut v.widgets.noninteractive,
        &mut v.widgets.inactive,
        &mut v.widgets.hovered,
        &mut v.widgets.active,
        &mut v.widgets.open,
    ] {
        w.corner_radius = round;
    }
    v
}
