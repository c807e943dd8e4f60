//! The shell: everything of the window that is not a panel and not the city itself.
//!
//! Plain egui on a [`desk::Desk`]; knows nothing of Bevy, so that all of it can be tested without a renderer.
//!
//! | file | concept |
//! | --- | --- |
//! | `desk` | what the window knows |
//! | `obey` | what commands do to it |
//! | `fork` | forking the city that is open |
//! | `record` | recording the city that is open |
//! | `replay` | what commands do to a recording |
//! | `tour` | the guided tour of a recording |
//! | `ui` | the whole window: bars, panes, sheets |
//! | `layout` | panes, docked and remembered |
//! | `menu` | the bar at the top |
//! | `time_bar`, `time_line` | the bar at the bottom, and time as a line in it |
//! | `city_pane` | pointing, turning and following in the city |
//! | `caption` | the caption of a recording, over the city |
//! | `legend` | what the colours of an overlay mean |
//! | `start` | the start screen |
//! | `sheets` | shortcuts, errors, dialogs |
//! | `shortcuts` | keys and what they do |
//! | `settings` | what is remembered between starts |
//! | `theme` | light, dark, sizes |

mod caption;
pub mod city_pane;
pub mod desk;
mod fork;
pub mod layout;
mod legend;
mod menu;
mod obey;
mod record;
mod replay;
#[cfg(test)]
mod replay_tests;
pub mod settings;
mod sheets;
pub mod shortcuts;
mod start;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod theme;
pub mod time_bar;
mod time_line;
pub mod tour;
pub mod ui;
