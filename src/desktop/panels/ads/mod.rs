//! Ads: live auctions, campaigns and their pacing, revenue beside what it costs in goodwill.
//!
//! | file | concept |
//! | --- | --- |
//! | `watch` | auctions, campaigns and days, counted while the city runs |
//! | `view` | the rows |
//! | `ui` | what they look like |
//! | `effect_ui` | attribution and lift |
//! | `inventory_ui` | creatives, and where ads were seen |

mod effect_ui;
mod inventory_ui;
mod ui;
mod view;
mod watch;

use super::Panel;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::sight::{Ask, City};

use view::AdsView;
use watch::AdsWatch;

/// The panel.
pub struct Ads;

impl Panel for Ads {
    type View = AdsView;
    type Watch = AdsWatch;

    fn watch(watch: &mut AdsWatch, city: &City<'_>) {
        watch.collect(city);
    }

    fn view(watch: &AdsWatch, city: &City<'_>, _ask: &Ask) -> AdsView {
        view::fill(watch, city)
    }

    fn ui(ui: &mut egui::Ui, view: &AdsView, look: &Look, out: &mut Vec<UiCommand>) {
        ui::ads_ui(ui, view, look, out);
    }
}
