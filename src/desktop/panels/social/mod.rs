//! Social: ties, communities, what spreads, talks and invitations.
//!
//! | file | concept |
//! | --- | --- |
//! | `watch` | days, joins and young items, counted while the city runs |
//! | `view` | the rows |
//! | `ui` | what they look like |
//! | `tests` | what it says and what its clicks ask for |

#[cfg(test)]
mod tests;
mod ui;
mod view;
mod watch;

use super::Panel;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::sight::{Ask, City};

use view::SocialView;
use watch::SocialWatch;

/// The panel.
pub struct Social;

impl Panel for Social {
    type View = SocialView;
    type Watch = SocialWatch;

    fn watch(watch: &mut SocialWatch, city: &City<'_>) {
        watch.collect(city);
    }

    fn view(watch: &SocialWatch, city: &City<'_>, _ask: &Ask) -> SocialView {
        view::fill(watch, city)
    }

    fn ui(ui: &mut egui::Ui, view: &SocialView, look: &Look, out: &mut Vec<UiCommand>) {
        ui::social_ui(ui, view, look, out);
    }
}
