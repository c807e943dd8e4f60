//! How forks are listed, and how the one that is shown is doing.

use egui::{Button, Id, ProgressBar, RichText, Ui};

use super::FuturesView;
use super::compare::compare_ui;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::numbers::{count, percent};
use crate::desktop::panels::policy::{plain, title_of};
use crate::desktop::view::futures::{Difference, ForkRow, ForkStage};
use crate::sim::units::TICKS_PER_DAY;

/// Components named where two futures part.
const NAMED: usize = 6;

/// Draws the panel.
pub(super) fn futures_ui(ui: &mut Ui, view: &FuturesView, look: &Look, out: &mut Vec<UiCommand>) {
    let Some(newest) = view.forks.last() else {
        Empty::new("No futures yet")
            .hint("A fork lets the city live on twice, without and with a change, and lays both over each other")
            .show(ui, look, out);
        ui.vertical_centered(|ui| fork_button_ui(ui, out));
        return;
    };
    let memory = Id::new("shown fork");
    // A new fork is shown as soon as it is there.
    let (mut shown, latest) = ui
        .data(|d| d.get_temp::<(u32, u32)>(memory))
        .unwrap_or((newest.id, newest.id));
    if latest != newest.id {
        shown = newest.id;
    }
    ui.horizontal_wrapped(|ui| {
        fork_button_ui(ui, out);
        for fork in view.forks.iter().rev() {
            let name = format!("{} · {}", fork.at, what(&fork.changes));
            let is_shown = fork.id == shown;
            if ui.selectable_label(is_shown, name).clicked() {
                shown = fork.id;
            }
        }
    });
    let fork = view.forks.iter().find(|f| f.id == shown);
    let fork = fork.unwrap_or(newest);
    ui.data_mut(|d| d.insert_temp(memory, (fork.id, newest.id)));
    ui.separator();
    about_ui(ui, fork);
    stage_ui(ui, fork, look, out);
    actions_ui(ui, view, fork, out);
    parting_ui(ui, fork);
    compare_ui(ui, fork, look, out);
}

fn fork_button_ui(ui: &mut Ui, out: &mut Vec<UiCommand>) {
    let help = "Asks what should differ, and runs both futures beside the city (Y)";
    if ui.button("Fork…").on_hover_text(help).clicked() {
        out.push(UiCommand::AskFork(Vec::new()));
    }
}

/// Names what differs in a few words.
fn what(changes: &[Difference]) -> String {
    let name = |d: &Difference| format!("{} {}", title_of(&d.key), plain(&d.to));
    match changes {
        [] => "no change".to_owned(),
        [one] => name(one),
        [first, rest @ ..] => format!("{} and {} more", name(first), rest.len()),
    }
}

fn about_ui(ui: &mut Ui, fork: &ForkRow) {
    let ticks = fork.until.0.saturating_sub(fork.at.0);
    let days = f64::from(ticks) / f64::from(TICKS_PER_DAY);
    let word = if ticks == TICKS_PER_DAY {
        "day"
    } else {
        "days"
    };
    let days = if ticks.is_multiple_of(TICKS_PER_DAY) {
        format!("{days:.0} {word}")
    } else {
        format!("{days:.1} {word}")
    };
    ui.strong(format!("From {} for {days}", fork.at));
    if fork.changes.is_empty() {
        ui.label("Nothing differs: both futures are the same");
    }
    for d in &fork.changes {
        let (from, to) = (plain(&d.from), plain(&d.to));
        ui.label(format!("{}: without {from}, with {to}", title_of(&d.key)))
            .on_hover_text(&d.key);
    }
}

fn stage_ui(ui: &mut Ui, fork: &ForkRow, look: &Look, out: &mut Vec<UiCommand>) {
    match &fork.stage {
        ForkStage::Beginning => {
            ui.horizontal(|ui| {
                ui.label("Both cities are being brought to life…");
                stop_ui(ui, fork, out);
            });
        }
        ForkStage::Living => {
            ui.horizontal(|ui| {
                let share = fork.share();
                let text = fork.seconds_left.map_or_else(
                    || percent(f64::from(share)),
                    |s| format!("{}, {} left", percent(f64::from(share)), duration(s)),
                );
                let width = (ui.available_width() - 80.0).clamp(60.0, 360.0);
                ui.add(ProgressBar::new(share).text(text).desired_width(width));
                stop_ui(ui, fork, out);
            });
        }
        ForkStage::Over => {
            ui.label(format!("Both have lived to {}", fork.until));
        }
        ForkStage::Stopped => {
            let done = fork.done[0].min(fork.done[1]);
            ui.label(format!(
                "Stopped after {} ticks of both",
                count(u64::from(done))
            ));
        }
        ForkStage::Failed(why) => {
            let text = format!("It could not go on: {why}");
            ui.label(RichText::new(text).color(look.palette.bad));
        }
    }
}

fn stop_ui(ui: &mut Ui, fork: &ForkRow, out: &mut Vec<UiCommand>) {
    let help = "Ends both futures where they are; what they have come to stays";
    if ui.button("Stop").on_hover_text(help).clicked() {
        out.push(UiCommand::StopFork(fork.id));
    }
}

/// Writes seconds for people: "12 s", "3 min", "1 h 05 min".
fn duration(seconds: f64) -> String {
    let s = seconds.max(0.0).ceil() as u64;
    match s {
        0..100 => format!("{s} s"),
        100..6_000 => format!("{} min", s.div_ceil(60)),
        _ => format!("{} h {:02} min", s / 3_600, s / 60 % 60),
    }
}

fn actions_ui(ui: &mut Ui, view: &FuturesView, fork: &ForkRow, out: &mut Vec<UiCommand>) {
    ui.horizontal_wrapped(|ui| {
        let hindrance = if fork.changes.is_empty() {
            Some("Without a change the city goes on like this by itself: let time run")
        } else if !view.stands_at(fork) {
            Some("The city has lived on or was changed since; its past cannot be another. Fork it again from here")
        } else {
            None
        };
        let go_on = ui
            .add_enabled(hindrance.is_none(), Button::new("Go on with this one"))
            .on_hover_text(
                "Makes the same changes in the city itself and lets it live these days, as fast as it can; what it does then is logged and can be taken back",
            )
            .on_disabled_hover_text(hindrance.unwrap_or_default());
        if go_on.clicked() {
            out.push(UiCommand::GoOnWith(fork.id));
        }
        let dismiss = ui
            .button("Dismiss")
            .on_hover_text("Stops both futures and forgets them");
        if dismiss.clicked() {
            out.push(UiCommand::DismissFork(fork.id));
        }
    });
}

/// Says where both part, in what, and whom it concerns.
fn parting_ui(ui: &mut Ui, fork: &ForkRow) {
    let both = fork.done[0].min(fork.done[1]);
    match &fork.parting {
        Some(parting) => {
            let n = parting.parts.len();
            let mut parts = parting
                .parts
                .iter()
                .take(NAMED)
                .cloned()
                .collect::<Vec<_>>();
            if n > NAMED {
                parts.push(format!("{} more", n - NAMED));
            }
            let text = format!(
                "They part in the tick {}, first in: {}",
                parting.time,
                parts.join(", ")
            );
            ui.label(text).on_hover_text(parting.parts.join("\n"));
        }
        None if both > 0 => {
            let text = format!(
                "They are equal over the {} ticks both have lived",
                count(u64::from(both))
            );
            ui.label(text).on_hover_text(format!(
                "Hash of all hashes without {:016x}, with {:016x}",
                fork.chained[0], fork.chained[1]
            ));
        }
        None => {}
    }
    if let (Some(group), Some(_)) = (fork.affected, &fork.parting) {
        ui.label(format!(
            "{} of {} avatars did something else by {} ({})",
            count(group.affected),
            count(group.avatars),
            fork.compared_at,
            percent(group.share)
        ))
        .on_hover_text("Of those who did anything since the fork, those who did not do the same in the same order");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_in_seconds_minutes_and_hours() {
        assert_eq!(duration(0.2), "1 s");
        assert_eq!(duration(61.0), "61 s");
        assert_eq!(duration(150.0), "3 min");
        assert_eq!(duration(7_500.0), "2 h 05 min");
    }
}
