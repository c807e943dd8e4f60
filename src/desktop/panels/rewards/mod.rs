//! Rewards: coins given for coming back, for quests, for watching and for being read, and bonuses for those whom they move.
//!
//! | file | concept |
//! | --- | --- |
//! | `watch` | what was given for what, by day, while the city runs |
//! | `view` | the rows |
//! | `ui` | what they look like |
//! | `bonus_ui` | how bonuses are given out today and by day |
//! | `trial_ui` | what bonuses bring about: sent against withheld, Qini, groups, the truth |
//! | `tests` | what it says and what it adds up to |

mod bonus_ui;
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

use view::RewardsView;
use watch::RewardsWatch;

/// The panel.
pub struct Rewards;

impl Panel for Rewards {
    type View = RewardsView;
    type Watch = RewardsWatch;

    fn watch(watch: &mut RewardsWatch, city: &City<'_>) {
        watch.collect(city);
    }

    fn view(watch: &RewardsWatch, city: &City<'_>, _ask: &Ask) -> RewardsView {
        view::fill(watch, city)
    }

    fn ui(ui: &mut egui::Ui, view: &RewardsView, look: &Look, out: &mut Vec<UiCommand>) {
        ui::rewards_ui(ui, view, look, out);
    }
}
