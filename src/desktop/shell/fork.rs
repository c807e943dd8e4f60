//! Forking the city: the button of the time bar, and the sheet that asks what should differ and for how long.

use egui::{Button, Context, Id, Modal, Slider, Ui};

use super::desk::Desk;
use super::layout;
use super::time_bar::clock_text;
use crate::desktop::command::UiCommand;
use crate::desktop::engine::frame::Stage;
use crate::desktop::engine::request::{Request, WhatIf};
use crate::desktop::panels::PanelKind;
use crate::desktop::panels::policy::WhatIfDesk;
use crate::sim::units::TICKS_PER_DAY;

/// Days both futures go on for unless something else is asked for.
const USUAL_DAYS: u32 = 7;

/// Width of the sheet, in points.
const WIDTH: f32 = 560.0;

/// What the sheet knows while it is open.
pub(super) struct ForkSheet {
    differs: WhatIfDesk,
    days: u32,
}

/// The button of the time bar: asks for a fork, or tells how far one is.
pub(super) fn fork_ui(ui: &mut Ui, desk: &Desk, out: &mut Vec<UiCommand>) {
    if let Some(share) = desk.frame.status.forking {
        let button = ui.button(format!("Fork {:.0} %", 100.0 * share));
        if button
            .on_hover_text("Two futures are under way; shows them")
            .clicked()
        {
            out.push(UiCommand::ShowPanel(PanelKind::Futures));
        }
        return;
    }
    let hindrance = desk.fork_hindrance();
    let button = ui
        .add_enabled(hindrance.is_none(), Button::new("Fork"))
        .on_hover_text(
            "Lets the city live on twice, without and with a change, and lays both over each other (Y)",
        )
        .on_disabled_hover_text(hindrance.unwrap_or_default());
    if button.clicked() {
        out.push(UiCommand::AskFork(Vec::new()));
    }
}

/// Draws the sheet, if it is open.
pub(super) fn fork_sheet_ui(ctx: &Context, desk: &mut Desk, out: &mut Vec<UiCommand>) {
    let most = desk.most_days();
    let moment = clock_text(desk.frame.status.tick);
    let look = desk.look;
    let is_busy = desk.frame.status.forking.is_some();
    let Some(sheet) = &mut desk.fork else { return };
    let modal = Modal::new(Id::new("fork")).show(ctx, |ui| {
        ui.set_width(WIDTH.min(ctx.content_rect().width() - 60.0));
        ui.heading("Fork the city");
        ui.label(format!(
            "From {moment} on it lives twice beside itself: once as it is, once with what differs here. The city pauses and stays as it is."
        ));
        ui.add_space(6.0);
        egui::ScrollArea::vertical()
            .max_height((ctx.content_rect().height() - 260.0).max(120.0))
            .show(ui, |ui| sheet.differs.ui(ui, &look));
        ui.separator();
        ui.horizontal_wrapped(|ui| {
            let label = ui.label("Days");
            sheet.days = sheet.days.clamp(1, most);
            if most == 1 {
                ui.label("1, the last of the run");
            } else {
                ui.add(Slider::new(&mut sheet.days, 1..=most).integer())
                    .labelled_by(label.id)
                    .on_hover_text("How long both futures go on; what the run has left is the most");
            }
        });
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            let run = ui
                .add_enabled(!is_busy, Button::new("Run both"))
                .on_hover_text("Begins both futures beside the city, and shows their curves")
                .on_disabled_hover_text("Two futures are under way; stop them, or wait until they are over");
            if run.clicked() {
                let changes = sheet.differs.changes();
                let days = sheet.days;
                out.push(UiCommand::Fork { changes, days });
            }
            let cancel = ui.button("Cancel");
            run.clicked() || cancel.clicked()
        })
        .inner
    });
    if modal.inner || modal.should_close() {
        desk.fork = None;
    }
}

impl Desk {
    /// Says why the city cannot be forked; `None` if it can.
    #[must_use]
    pub(super) fn fork_hindrance(&self) -> Option<&'static str> {
        if self.is_replay() {
            return Some(
                "A recording shows what was and has no future; open its scenario to fork it",
            );
        }
        match self.frame.status.stage {
            Stage::Living => None,
            Stage::Finished => Some("All days are over; a fork needs days to come"),
            Stage::Founding | Stage::Failed(_) | Stage::Closed => Some("No city lives yet"),
        }
    }

    /// Returns how many days the run has left; a day that has begun counts.
    fn most_days(&self) -> u32 {
        let status = &self.frame.status;
        let all = status.days.saturating_mul(TICKS_PER_DAY);
        all.saturating_sub(status.tick.0)
            .div_ceil(TICKS_PER_DAY)
            .max(1)
    }

    pub(super) fn ask_fork(&mut self, keys: &[String]) {
        if let Some(why) = self.fork_hindrance() {
            self.tell(why.to_owned());
            return;
        }
        self.shows_help = false;
        self.fork = Some(ForkSheet {
            differs: WhatIfDesk::new(&self.frame.scenario, &self.frame.changes, keys),
            days: USUAL_DAYS.min(self.most_days()),
        });
    }

    pub(super) fn begin_fork(&mut self, changes: &[(String, String)], days: u32) {
        let mut read = Vec::new();
        for (key, value) in changes {
            let Some(value) = super::obey::read_value(value) else {
                self.failure = Some(format!("{key} = {value}: is not a value"));
                return;
            };
            read.push((key.clone(), value));
        }
        self.fork = None;
        layout::show(&mut self.panes, PanelKind::Futures);
        self.send(Request::Fork(WhatIf {
            changes: read,
            days,
        }));
    }
}

#[cfg(test)]
mod tests {
    use egui::Key;
    use egui::accesskit::Role;
    use egui_kittest::kittest::{NodeT, Queryable};

    use super::*;
    use crate::desktop::shell::desk::Options;
    use crate::desktop::shell::menu::menu_ui;
    use crate::desktop::shell::settings::Settings;
    use crate::desktop::shell::sheets::sheets_ui;
    use crate::desktop::shell::shortcuts::pressed;
    use crate::desktop::shell::testing::{Worked, click, work};
    use crate::desktop::shell::time_bar::time_bar_ui;
    use crate::scenario::load::{Overrides, load};
    use crate::sim::units::Tick;

    fn desk() -> Desk {
        let mut desk = Desk::new(Options::default(), Settings::default());
        let city = load("quickstart", &Overrides::default()).unwrap().scenario;
        desk.frame.scenario = std::sync::Arc::new(city);
        desk.frame.status.stage = Stage::Living;
        desk.frame.status.days = 14;
        desk.frame.status.tick = Tick(3_000);
        desk
    }

    /// The time bar and what lies over the window; what was asked for is done.
    fn window(desk: Desk) -> egui_kittest::Harness<'static, Worked> {
        work(desk, |ui, desk, out| {
            let ctx = ui.ctx().clone();
            let mut asked = Vec::new();
            time_bar_ui(ui, desk, &mut asked);
            sheets_ui(&ctx, desk, &mut asked);
            asked.extend(pressed(&ctx, desk));
            for command in asked {
                out.push(command.clone());
                if let UiCommand::AskFork(keys) = command {
                    desk.ask_fork(&keys);
                }
            }
        })
    }

    #[test]
    fn the_sheet_is_opened_by_the_button_and_asks_for_both_futures() {
        let mut h = window(desk());
        h.run_steps(2);
        click(&mut h, "Fork");
        h.get_by_label("Fork the city");
        h.get_by_label_contains("Nothing yet: both futures would be the same");
        click(&mut h, "Ad load");
        click(&mut h, "Double ad load");
        click(&mut h, "Run both");
        let asked = UiCommand::Fork {
            changes: vec![("platform.ads.load".to_owned(), "0.2".to_owned())],
            days: 7,
        };
        assert_eq!(h.state().asked.last(), Some(&asked));
        assert!(h.state().desk.fork.is_none());
        // The controls are those of the policy desk, but the city hears of nothing.
        let set = |c: &UiCommand| matches!(c, UiCommand::SetPolicy { .. });
        assert!(!h.state().asked.iter().any(set), "{:?}", h.state().asked);
    }

    #[test]
    fn the_sheet_is_opened_and_closed_by_keys_and_swallows_others() {
        let mut h = window(desk());
        h.run_steps(2);
        h.key_press(Key::Y);
        h.run_steps(3);
        h.get_by_label("Fork the city");
        h.key_press(Key::Space);
        h.key_press(Key::T);
        h.run_steps(3);
        assert_eq!(h.state().asked, [UiCommand::AskFork(Vec::new())]);
        h.key_press(Key::Escape);
        h.run_steps(3);
        assert!(h.query_by_label("Fork the city").is_none());
    }

    #[test]
    fn a_value_asked_for_is_there_at_once_and_can_be_left_as_it_is() {
        let mut desk = desk();
        desk.ask_fork(&["platform.ads.load".to_owned(), "seed".to_owned()]);
        let mut h = window(desk);
        h.run_steps(3);
        // The seed cannot change while a city lives.
        h.get_by_label("in the city 0.1");
        assert_eq!(h.query_all_by_label_contains("in the city").count(), 1);
        click(&mut h, "Leave ad load as it is");
        h.get_by_label_contains("Nothing yet");
        click(&mut h, "Cancel");
        assert!(h.state().desk.fork.is_none() && h.state().asked.is_empty());
    }

    #[test]
    fn any_value_that_can_change_is_found_and_taken_with_enter() {
        let mut desk = desk();
        desk.ask_fork(&[]);
        let mut h = window(desk);
        h.run_steps(3);
        let field = h.get_by_role(Role::TextInput);
        field.focus();
        field.type_text("land tax");
        h.run_steps(3);
        h.key_press(Key::Enter);
        h.run_steps(3);
        h.get_by_label("Leave land tax as it is");
        let field = h.get_by_role(Role::TextInput);
        field.focus();
        field.type_text("xyzzy");
        h.run_steps(3);
        h.get_by_label_contains("No other value that can change");
        assert!(h.state().asked.is_empty());
    }

    #[test]
    fn days_are_at_most_what_the_run_has_left() {
        let mut desk = desk();
        desk.frame.status.tick = Tick(13 * TICKS_PER_DAY - 1);
        desk.ask_fork(&[]);
        assert_eq!(desk.most_days(), 2);
        let mut h = window(desk);
        h.run_steps(3);
        click(&mut h, "Run both");
        let changes = Vec::new();
        let asked = UiCommand::Fork { changes, days: 2 };
        assert_eq!(h.state().asked, [asked]);
    }

    #[test]
    fn where_there_is_no_future_the_button_is_off_and_the_key_says_why() {
        let mut over = desk();
        over.frame.status.stage = Stage::Finished;
        let mut replay = desk();
        replay.recording = Some("demo.mcap".into());
        for desk in [over, replay] {
            let why = desk.fork_hindrance().unwrap();
            let mut h = window(desk);
            h.run_steps(2);
            assert!(h.get_by_label("Fork").accesskit_node().is_disabled());
            h.key_press(Key::Y);
            h.run_steps(3);
            let told = h.state().desk.notice.as_ref().map(|n| n.0.as_str());
            assert_eq!(told, Some(why));
            assert!(h.state().desk.fork.is_none());
        }
    }

    #[test]
    fn while_futures_are_under_way_the_button_tells_how_far_they_are() {
        let mut desk = desk();
        desk.frame.status.forking = Some(0.42);
        desk.ask_fork(&[]);
        let mut h = window(desk);
        h.run_steps(2);
        assert!(h.get_by_label("Run both").accesskit_node().is_disabled());
        click(&mut h, "Cancel");
        click(&mut h, "Fork 42 %");
        let shows = UiCommand::ShowPanel(PanelKind::Futures);
        assert_eq!(h.state().asked, [shows]);
    }

    #[test]
    fn the_menu_offers_it_and_a_fork_shows_its_panel() {
        let mut h = work(desk(), |ui, desk, out| menu_ui(ui, desk, out));
        h.run_steps(2);
        click(&mut h, "City");
        let entry = h.get_all_by_label_contains("Fork…").next();
        assert!(entry.is_some());
        let mut desk = desk();
        layout::hide(&mut desk.panes, PanelKind::Futures);
        desk.obey(vec![UiCommand::Fork {
            changes: vec![("platform.ads.load".to_owned(), "0.2".to_owned())],
            days: 1,
        }]);
        assert!(layout::visible(&desk.panes).contains(&PanelKind::Futures));
        assert!(desk.failure.is_none());
    }
}
