//! Pushes: who is reminded when, how it is answered, what it brings back and whom it drives away; invitations and live events.
//!
//! | file | concept |
//! | --- | --- |
//! | `watch` | pushes by hour and opt-outs by day, while the city runs |
//! | `view` | the rows |
//! | `ui` | what they look like |
//! | `trial_ui` | what pushes bring about: sent against withheld, opt-outs, the truth |
//! | `tests` | what it says and what it adds up to |

#[cfg(test)]
mod tests;
mod trial_ui;
mod ui;
mod view;
mod watch;

use super::Panel;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::sight::{Ask, City};

use view::PushesView;
use watch::PushesWatch;

/// The panel.
pub struct Pushes;

impl Panel for Pushes {
    type View = PushesView;
    type Watch = PushesWatch;

    fn watch(watch: &mut PushesWatch, city: &City<'_>) {
        watch.collect(city);
    }

    fn view(watch: &PushesWatch, city: &City<'_>, _ask: &Ask) -> PushesView {
        view::fill(watch, city)
    }

    fn ui(ui: &mut egui::Ui, view: &PushesView, look: &Look, out: &mut Vec<UiCommand>) {
        ui::pushes_ui(ui, view, look, out);
    }
}
