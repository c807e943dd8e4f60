//! Overview: the city in a few numbers and curves.

use super::Panel;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::sight::{Ask, City};
use crate::society::avatars::avatar::Avatars;

/// The panel.
pub struct Overview;

/// Its rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OverviewView {
    /// People who ever joined.
    pub avatars: u64,
    /// People in the city now.
    pub awake: u64,
}

impl Panel for Overview {
    type View = OverviewView;
    type Watch = ();

    fn view(_watch: &(), city: &City<'_>, _ask: &Ask) -> OverviewView {
        let avatars = city.get::<Avatars>();
        OverviewView {
            avatars: avatars.table.len() as u64,
            awake: avatars.awake.len() as u64,
        }
    }

    fn ui(ui: &mut egui::Ui, view: &OverviewView, _look: &Look, _out: &mut Vec<UiCommand>) {
        ui.label(format!(
            "{} of {} avatars are here",
            view.awake, view.avatars
        ));
    }
}
