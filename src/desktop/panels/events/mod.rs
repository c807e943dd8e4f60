//! Event stream: what happened, newest first, with filters that look at everything kept.
//!
//! | file | concept |
//! | --- | --- |
//! | `groups` | kinds of events that belong together |
//! | `query` | what a search text asks for |
//! | `view` | the rows that match |
//! | `ui` | filters and rows on the screen |

mod groups;
mod query;
mod ui;
mod view;

use super::Panel;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::recorded::Recorded;
use crate::desktop::view::sight::{Ask, City};
use crate::society::spaces::space::{SpaceKind, Spaces};

use view::EventsView;

/// The panel.
pub struct Events;

impl Panel for Events {
    type View = EventsView;
    type Watch = ();
    const IN_RECORDINGS: bool = true;

    fn view(_watch: &(), city: &City<'_>, ask: &Ask) -> EventsView {
        let spaces = city.get::<Spaces>().table.rows();
        let kinds: Vec<SpaceKind> = spaces.iter().map(|s| s.kind).collect();
        view::fill(city.recent, &kinds, city.now(), ask)
    }

    fn recorded(recorded: &Recorded<'_>, ask: &Ask) -> EventsView {
        let spaces = recorded.recording.spaces();
        let kinds: Vec<SpaceKind> = spaces.iter().map(|s| s.kind).collect();
        view::fill(recorded.recent, &kinds, recorded.now, ask)
    }

    fn ui(ui: &mut egui::Ui, view: &EventsView, look: &Look, out: &mut Vec<UiCommand>) {
        ui::events_ui(ui, view, look, out);
    }
}
