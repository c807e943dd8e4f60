//! Rewards: coins given for coming back, for quests, for watching and for being read, and bonuses for those whom they move.
//!
//! | file | concept |
//! | --- | --- |
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

use super::Panel;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::flow_days::FlowDays;
use crate::desktop::view::sight::{Ask, City};

use view::RewardsView;

/// The panel.
pub struct Rewards;

impl Panel for Rewards {
    type View = RewardsView;
    type Watch = FlowDays;

    fn watch(watch: &mut FlowDays, city: &City<'_>) {
        if let Some(ran) = city.ran() {
            watch.collect(ran, city.get());
        }
    }

    fn view(watch: &FlowDays, city: &City<'_>, _ask: &Ask) -> RewardsView {
        view::fill(watch, city)
    }

    fn ui(ui: &mut egui::Ui, view: &RewardsView, look: &Look, out: &mut Vec<UiCommand>) {
        ui::rewards_ui(ui, view, look, out);
    }
}
