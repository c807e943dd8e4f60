//! Futures: the forks of a city, both futures laid over each other, and what differs.
//!
//! | file | concept |
//! | --- | --- |
//! | `draw` | how forks are listed, and how one is doing |
//! | `compare` | curves of both futures, and the table of what differs |

mod compare;
mod draw;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::Panel;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::futures::ForkRow;
use crate::desktop::view::sight::{Ask, City};
use crate::sim::units::Tick;

/// The panel.
pub struct Futures;

/// Rows of the panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FuturesView {
    /// Forks, oldest first.
    pub forks: Vec<Arc<ForkRow>>,
    /// The city's next tick.
    pub now: Tick,
    /// Policy values changed in the city so far.
    pub n_changes: usize,
}

impl FuturesView {
    /// Says whether there is a fork and the newest has ended.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.forks.last().is_some_and(|f| !f.is_living())
    }

    /// Says whether the city still stands where a fork began, so that it can become its second future.
    fn stands_at(&self, fork: &ForkRow) -> bool {
        self.now == fork.at && self.n_changes == fork.n_changes_before
    }
}

impl Panel for Futures {
    type View = FuturesView;
    type Watch = ();

    fn view(_watch: &(), city: &City<'_>, _ask: &Ask) -> FuturesView {
        FuturesView {
            forks: city.forks.to_vec(),
            now: city.now(),
            n_changes: city.changes.len(),
        }
    }

    fn ui(ui: &mut egui::Ui, view: &FuturesView, look: &Look, out: &mut Vec<UiCommand>) {
        draw::futures_ui(ui, view, look, out);
    }
}
