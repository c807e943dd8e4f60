//! Economy: money and prices, the asset market, wealth, and land.
//!
//! | file | concept |
//! | --- | --- |
//! | `watch` | flows by day, trades and the bank, collected while the city runs |
//! | `flows` | faucets, wallets, treasury and sinks as one diagram |
//! | `money` | rows about supply, velocity, prices and flows |
//! | `market` | rows about what is listed and what was traded |
//! | `exchange` | rows about materials and their order books |
//! | `wealth` | rows about who has how much |
//! | `land` | rows about parcels |
//! | `view` | all rows together |
//! | `ui` | money and wealth on the screen |
//! | `market_ui` | the market on the screen |
//! | `exchange_ui` | order books on the screen |
//! | `land_ui` | land on the screen |
//! | `tests` | what it says and what its clicks ask for |

mod exchange;
mod exchange_ui;
mod flows;
mod land;
mod land_ui;
mod market;
mod market_ui;
mod money;
#[cfg(test)]
mod tests;
mod ui;
mod view;
mod watch;
mod wealth;

use super::Panel;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::sight::{Ask, City};

use view::EconomyView;
use watch::EconomyWatch;

/// The panel.
pub struct Economy;

impl Panel for Economy {
    type View = EconomyView;
    type Watch = EconomyWatch;

    fn watch(watch: &mut EconomyWatch, city: &City<'_>) {
        watch.collect(city);
    }

    fn view(watch: &EconomyWatch, city: &City<'_>, _ask: &Ask) -> EconomyView {
        view::fill(watch, city)
    }

    fn ui(ui: &mut egui::Ui, view: &EconomyView, look: &Look, out: &mut Vec<UiCommand>) {
        ui::economy_ui(ui, view, look, out);
    }
}
