//! Trust: consent, what the platform keeps, complaints and holds, messages, minors, wellbeing.
//!
//! | file | concept |
//! | --- | --- |
//! | `watch` | days, complaints and holds, collected while the city runs |
//! | `view` | the rows |
//! | `holds` | rows about what is held and what may be next |
//! | `ui` | what they look like |
//! | `holds_ui` | complaints and holds on the screen |
//! | `tests` | what it says and what its clicks ask for |

mod holds;
mod holds_ui;
#[cfg(test)]
mod tests;
mod ui;
mod view;
mod watch;

use super::Panel;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::sight::{Ask, City};

use view::TrustView;
use watch::TrustWatch;

/// The panel.
pub struct Trust;

impl Panel for Trust {
    type View = TrustView;
    type Watch = TrustWatch;

    fn watch(watch: &mut TrustWatch, city: &City<'_>) {
        watch.collect(city);
    }

    fn view(watch: &TrustWatch, city: &City<'_>, _ask: &Ask) -> TrustView {
        view::fill(watch, city)
    }

    fn ui(ui: &mut egui::Ui, view: &TrustView, look: &Look, out: &mut Vec<UiCommand>) {
        ui::trust_ui(ui, view, look, out);
    }
}
