//! Panels: rows in, commands out.
//!
//! A panel is a type that implements [`Panel`] and one line in the list below. On the city's thread [`Panel::watch`] may
//! collect something after every tick, and [`Panel::view`] fills the rows that are shown; on the window's thread
//! [`Panel::ui`] draws them. The three meet only in these rows. Some panels can be filled from a recording as well:
//! [`Panel::recorded`] does it on the projector's thread.

mod ads;
mod attention;
mod economy;
mod engagement;
mod events;
mod futures;
mod inspector;
pub mod kit;
mod overview;
mod play;
pub(super) mod policy;
mod pushes;
mod realism;
mod recommendations;
mod recording;
mod rewards;
mod social;
#[cfg(test)]
pub(super) mod testing;
mod trust;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::command::UiCommand;
use super::look::Look;
use super::view::recorded::Recorded;
use super::view::sight::{Ask, City};

/// One panel of the window.
pub trait Panel {
    /// Rows it shows; the default is what it shows before a city is there.
    type View: Default + Send + Sync + 'static;
    /// What it collects while the city runs; `()` for most.
    type Watch: Default + Send + 'static;
    /// Whether it is offered for a living city.
    const IN_CITIES: bool = true;
    /// Whether it is offered for a recording.
    const IN_RECORDINGS: bool = false;

    /// Collects after every tick, on the city's thread; must cost next to nothing.
    fn watch(_watch: &mut Self::Watch, _city: &City<'_>) {}
    /// Fills its rows, on the city's thread, a few times a second and only while the panel can be seen.
    fn view(watch: &Self::Watch, city: &City<'_>, ask: &Ask) -> Self::View;
    /// Fills its rows from a recording, on the projector's thread.
    fn recorded(_recorded: &Recorded<'_>, _ask: &Ask) -> Self::View {
        Self::View::default()
    }
    /// Draws its rows; changes nothing but what egui remembers for it.
    fn ui(ui: &mut egui::Ui, view: &Self::View, look: &Look, out: &mut Vec<UiCommand>);
}

macro_rules! panels {
    ($($kind:ident, $field:ident, $panel:ty, $title:literal, $help:literal;)+) => {
        /// Names the panels.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum PanelKind { $(#[doc = $help] $kind,)+ }

        impl PanelKind {
            /// All panels, in the order of the menu.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// Says whether it is offered for a living city.
            #[must_use]
            pub const fn is_in_cities(self) -> bool {
                match self { $(Self::$kind => <$panel as Panel>::IN_CITIES,)+ }
            }

            /// Says whether it is offered for a recording.
            #[must_use]
            pub const fn is_in_recordings(self) -> bool {
                match self { $(Self::$kind => <$panel as Panel>::IN_RECORDINGS,)+ }
            }

            /// Returns its title.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)+ }
            }

            /// Returns what it is for, in one sentence.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $(Self::$kind => $help,)+ }
            }
        }

        /// What all panels collect while the city runs.
        #[derive(Default)]
        pub struct Watches { $($field: <$panel as Panel>::Watch,)+ }

        impl Watches {
            /// Collects after a tick.
            pub fn watch(&mut self, city: &City<'_>) {
                $(<$panel as Panel>::watch(&mut self.$field, city);)+
            }

            /// Fills the rows of one panel and leaves the others as they are.
            pub fn fill(&self, kind: PanelKind, city: &City<'_>, ask: &Ask, into: &mut Views) {
                match kind { $(PanelKind::$kind => {
                    into.$field = Arc::new(<$panel as Panel>::view(&self.$field, city, ask));
                })+ }
            }
        }

        /// The rows of all panels, as last filled.
        #[derive(Clone, Default)]
        pub struct Views { $(
            #[doc = $help]
            pub $field: Arc<<$panel as Panel>::View>,
        )+ }

        impl Views {
            /// Fills the rows of one panel from a recording and leaves the others as they are.
            pub fn fill_recorded(&mut self, kind: PanelKind, recorded: &Recorded<'_>, ask: &Ask) {
                match kind { $(PanelKind::$kind => {
                    self.$field = Arc::new(<$panel as Panel>::recorded(recorded, ask));
                })+ }
            }

            /// Draws one panel.
            pub fn ui(&self, kind: PanelKind, ui: &mut egui::Ui, look: &Look, out: &mut Vec<UiCommand>) {
                match kind { $(PanelKind::$kind => <$panel as Panel>::ui(ui, &self.$field, look, out),)+ }
            }
        }
    };
}

panels! {
    Recording, recording, recording::RecordingPanel, "Recording",
        "What a recording holds: its captions, its changes, its curves.";
    Overview, overview, overview::Overview, "Overview",
        "The city in a few numbers and curves.";
    Engagement, engagement, engagement::Engagement, "Engagement",
        "Who comes, how often, for how long, and who stays.";
    Attention, attention, attention::Attention, "Attention",
        "How well attention is allocated, what it costs, where it goes, and how unequally it is shared.";
    Recommendations, recommendations, recommendations::Recommendations, "Recommendations",
        "What each surface shows and how good it is, and the models behind it.";
    Ads, ads, ads::Ads, "Ads",
        "Live auctions, campaigns and their pacing, revenue beside what it costs in goodwill.";
    Rewards, rewards, rewards::Rewards, "Rewards",
        "Coins given to avatars, whom bonuses are offered to, and what they bring about.";
    Pushes, pushes, pushes::Pushes, "Pushes",
        "Who is reminded when, what it brings back, whom it drives away; invitations and live events.";
    Economy, economy, economy::Economy, "Economy",
        "Coins, prices, the asset market, wealth and land.";
    Social, social, social::Social, "Social",
        "Ties, communities, what spreads, talks and invitations.";
    Play, play, play::Play, "Play and learning",
        "Games, courses and live events.";
    Trust, trust, trust::Trust, "Trust",
        "Consent, what is kept, complaints and holds, minors, wellbeing.";
    Realism, realism, realism::Realism, "Realism",
        "What the city shows against the band of each published fact.";
    Futures, futures, futures::Futures, "Futures",
        "Two futures of the city, without and with a change, laid over each other.";
    Events, events, events::Events, "Event stream",
        "What happens, newest first, with filters.";
    Policy, policy, policy::PolicyDesk, "Policy desk",
        "Every value of the scenario as a control.";
    Inspector, inspector, inspector::Inspector, "Inspector",
        "Anybody or anything up close, and why it was offered what it was offered.";
}
