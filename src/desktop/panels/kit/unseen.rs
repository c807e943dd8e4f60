//! What is scrolled out of sight is not drawn: a panel of a hundred charts costs what the few of them do that are seen.

use egui::{Id, Ui};

/// Draws one of many parts of the same height; one that nobody can see leaves its place empty, as high as the last that was drawn.
/// `kind` names what the parts have in common.
pub fn if_seen(ui: &mut Ui, kind: &str, draw: impl FnOnce(&mut Ui)) {
    let memory = Id::new(("height of a part", kind));
    let top = ui.cursor().top();
    if let Some(height) = ui.data(|d| d.get_temp::<f32>(memory)) {
        let seen = ui.clip_rect();
        if top > seen.bottom() || top + height < seen.top() {
            ui.add_space(height);
            return;
        }
    }
    draw(ui);
    let height = ui.cursor().top() - top;
    ui.data_mut(|d| d.insert_temp(memory, height));
}
