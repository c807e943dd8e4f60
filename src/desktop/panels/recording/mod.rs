//! Recording: what a recording holds, its captions and changes to go to, and all of its curves.
//!
//! | file | concept |
//! | --- | --- |
//! | `rows` | what is shown |
//! | `draw` | how it is shown |

mod draw;
mod rows;
#[cfg(test)]
mod tests;

use rows::RecordingView;

use super::Panel;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::recorded::Recorded;
use crate::desktop::view::sight::{Ask, City};

/// The panel.
pub struct RecordingPanel;

impl Panel for RecordingPanel {
    type View = RecordingView;
    type Watch = ();
    const IN_CITIES: bool = false;
    const IN_RECORDINGS: bool = true;

    fn view(_watch: &(), _city: &City<'_>, _ask: &Ask) -> RecordingView {
        RecordingView::default()
    }

    fn recorded(recorded: &Recorded<'_>, _ask: &Ask) -> RecordingView {
        rows::view(recorded)
    }

    fn ui(ui: &mut egui::Ui, view: &RecordingView, look: &Look, out: &mut Vec<UiCommand>) {
        draw::recording_ui(ui, view, look, out);
    }
}
