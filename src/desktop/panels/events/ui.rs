//! Filters and rows of the event stream on the screen; only the rows in sight are laid out.

use std::sync::Arc;

use egui::{Align, Id, Layout, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::groups::{GROUPS, Group, readable};
use super::view::{EventRow, EventsView, MOST_ROWS, price};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::numbers::{count, whole};
use crate::desktop::view::recent::REMEMBERED;
use crate::desktop::view::subject::Subject;
use crate::events::behavior::EventKind;

/// Titles and widths of the columns, in points.
const COLUMNS: [(&str, f32); 7] = [
    ("Time", 96.0),
    ("Who", 96.0),
    ("What", 112.0),
    ("Whom or which", 116.0),
    ("Where", 176.0),
    ("Amount", 150.0),
    ("Offer", 90.0),
];

/// Seconds over which the rate is taken.
const RATE_SECONDS: f64 = 1.0;

/// Filters as set on the screen; the rows follow a moment later.
#[derive(Debug, Clone, Default, PartialEq)]
struct Filter {
    search: String,
    hidden: Vec<String>,
}

impl Filter {
    fn is_hidden(&self, kind: EventKind) -> bool {
        self.hidden.iter().any(|h| h == kind.word())
    }

    fn set(&mut self, kind: EventKind, shown: bool) {
        self.hidden.retain(|h| h != kind.word());
        if !shown {
            self.hidden.push(kind.word().to_owned());
        }
    }

    fn command(&self) -> UiCommand {
        UiCommand::FilterEvents {
            search: self.search.trim().to_lowercase(),
            hidden: self.hidden.clone(),
        }
    }
}

/// Events counted at a time of the window.
#[derive(Debug, Clone, Copy, Default)]
struct Rate {
    at: f64,
    total: u64,
    per_second: Option<f64>,
}

/// Draws the panel.
pub(super) fn events_ui(ui: &mut Ui, view: &EventsView, look: &Look, out: &mut Vec<UiCommand>) {
    let paused_id = Id::new("events paused");
    let mut paused: Option<Arc<EventsView>> = ui.data(|d| d.get_temp(paused_id)).flatten();
    let filter_id = Id::new("events filter");
    let before: Filter = ui
        .data(|d| d.get_temp(filter_id))
        .unwrap_or_else(|| Filter {
            search: view.search.clone(),
            hidden: view.hidden.clone(),
        });
    let mut filter = before.clone();

    filter_ui(ui, view, &mut filter);
    if filter != before {
        // Rows that stand still would not answer the new filter.
        paused = None;
        out.push(filter.command());
    }
    ui.horizontal_wrapped(|ui| {
        let word = if paused.is_some() {
            "Resume stream"
        } else {
            "Pause stream"
        };
        let help = "Keeps these rows on the screen; the city goes on";
        if ui.button(word).on_hover_text(help).clicked() {
            paused = match paused.take() {
                Some(_) => None,
                None => Some(Arc::new(view.clone())),
            };
        }
        state_ui(ui, view, paused.as_deref(), look);
    });
    ui.data_mut(|d| {
        d.insert_temp(filter_id, filter);
        d.insert_temp(paused_id, paused.clone());
    });

    let shown = paused.as_deref().unwrap_or(view);
    if shown.rows.is_empty() {
        if shown.kept == 0 {
            Empty::new("No events yet")
                .hint("Let time run: everything anybody does shows up here")
                .play()
                .show(ui, look, out);
        } else {
            Empty::new("No event matches")
                .hint("Shorten the search or show more kinds")
                .show(ui, look, out);
        }
        return;
    }
    table_ui(ui, shown, look, out);
}

fn filter_ui(ui: &mut Ui, view: &EventsView, filter: &mut Filter) {
    let help = "Words of the line, ids, or both: avatar 12, like, plaza, 08:15, offer 900";
    let label = ui.label("Search events");
    let width = ui.available_width().min(420.0);
    let edit = TextEdit::singleline(&mut filter.search)
        .hint_text("avatar 12, like, plaza…")
        .desired_width(width);
    ui.add(edit).labelled_by(label.id).on_hover_text(help);
    ui.horizontal_wrapped(|ui| {
        for group in &GROUPS {
            group_ui(ui, view, group, filter);
        }
        if ui.button("Show all kinds").clicked() {
            filter.hidden.clear();
        }
        if ui.button("Hide all kinds").clicked() {
            filter.hidden = EventKind::ALL.iter().map(|k| k.word().to_owned()).collect();
        }
    });
}

fn group_ui(ui: &mut Ui, view: &EventsView, group: &Group, filter: &mut Filter) {
    let shown = group
        .kinds
        .iter()
        .filter(|k| !filter.is_hidden(**k))
        .count();
    let title = format!("{} {shown}/{}", group.title, group.kinds.len());
    let config = egui::containers::menu::MenuConfig::new()
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside);
    egui::containers::menu::MenuButton::new(title)
        .config(config)
        .ui(ui, |ui| {
            ui.horizontal(|ui| {
                for (word, is_shown) in [("All", true), ("None", false)] {
                    let label = format!("{word} of {}", group.title.to_lowercase());
                    if ui.button(label).clicked() {
                        for kind in group.kinds {
                            filter.set(*kind, is_shown);
                        }
                    }
                }
            });
            for kind in group.kinds {
                let mut is_shown = !filter.is_hidden(*kind);
                let n = view.of_kind.get(*kind as usize).copied().unwrap_or(0);
                let label = format!("{} ({})", readable(*kind), count(u64::from(n)));
                if ui.checkbox(&mut is_shown, label).changed() {
                    filter.set(*kind, is_shown);
                }
            }
        });
}

fn state_ui(ui: &mut Ui, view: &EventsView, paused: Option<&EventsView>, look: &Look) {
    let shown = paused.unwrap_or(view);
    let more = if shown.has_more {
        format!("newest {MOST_ROWS} shown")
    } else {
        format!("{} shown", count(shown.rows.len() as u64))
    };
    let line = format!("{more} of {} kept", count(shown.kept as u64));
    ui.label(line).on_hover_text(format!(
        "{} events since the run began; the newest {} are kept and searched",
        count(view.total),
        count(REMEMBERED as u64)
    ));
    if paused.is_some() {
        let newer = view.total.saturating_sub(shown.total);
        let text = format!("paused, {} newer", count(newer));
        ui.label(RichText::new(text).color(look.palette.warn));
    }
    let rate = rate(ui, view.total);
    let per_second = rate.map_or_else(|| "–".to_owned(), whole);
    let text = format!(
        "{per_second} events/s, {} in the last simulated minute",
        count(view.in_last_tick)
    );
    ui.label(RichText::new(text).color(look.palette.weak))
        .on_hover_text("Events of the city per second of your time");
}

/// Returns events per second of the window's time, once two counts are a second apart.
fn rate(ui: &Ui, total: u64) -> Option<f64> {
    let id = Id::new("events rate");
    let now = ui.input(|i| i.time);
    let last: Option<Rate> = ui.data(|d| d.get_temp(id));
    let rate = match last {
        // Another city has begun.
        Some(last) if total < last.total => Rate {
            at: now,
            total,
            per_second: None,
        },
        Some(last) if now - last.at < RATE_SECONDS => return last.per_second,
        Some(last) => Rate {
            at: now,
            total,
            per_second: Some((total - last.total) as f64 / (now - last.at)),
        },
        None => Rate {
            at: now,
            total,
            per_second: None,
        },
    };
    ui.data_mut(|d| d.insert_temp(id, rate));
    rate.per_second
}

fn table_ui(ui: &mut Ui, view: &EventsView, look: &Look, out: &mut Vec<UiCommand>) {
    let height = ui.spacing().interact_size.y;
    // The panel itself scrolls: what fits besides the filters is the place for rows.
    let room = (ui.clip_rect().height() - 140.0).clamp(200.0, 2_000.0);
    ScrollArea::horizontal()
        .id_salt("events wide")
        .show(ui, |ui| {
            ui.set_min_width(COLUMNS.iter().map(|c| c.1 + 6.0).sum());
            line_ui(ui, height, |ui, i| {
                ui.strong(COLUMNS[i].0);
            });
            ui.separator();
            ScrollArea::vertical()
                .id_salt("events rows")
                .max_height(room)
                .auto_shrink([false, true])
                .show_rows(ui, height, view.rows.len(), |ui, range| {
                    for row in view.rows.get(range).unwrap_or_default() {
                        line_ui(ui, height, |ui, i| cell_ui(ui, row, i, look, out));
                    }
                });
        });
}

/// Lays out one line of cells.
fn line_ui(ui: &mut Ui, height: f32, mut cell: impl FnMut(&mut Ui, usize)) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (i, (_, width)) in COLUMNS.iter().enumerate() {
            ui.allocate_ui_with_layout(
                vec2(*width, height),
                Layout::left_to_right(Align::Center),
                |ui| {
                    ui.set_min_size(vec2(*width, height));
                    ui.set_max_width(*width);
                    cell(ui, i);
                },
            );
        }
    });
}

fn cell_ui(ui: &mut Ui, row: &EventRow, column: usize, look: &Look, out: &mut Vec<UiCommand>) {
    match column {
        0 => {
            ui.label(row.tick.to_string());
        }
        1 => subject_ui(ui, Subject::Avatar(row.who), out),
        2 => {
            let color = kind_color(row.kind, look);
            let label = ui.label(RichText::new(readable(row.kind)).color(color));
            if row.dwell_secs > 0 {
                label.on_hover_text(format!("for {} s", count(u64::from(row.dwell_secs))));
            }
        }
        3 => {
            if let Some(what) = row.what {
                subject_ui(ui, what, out);
            }
        }
        4 => {
            if let Some((space, kind)) = row.place {
                let text = format!("{} {space}", kind.replace('_', " "));
                if ui.link(text).clicked() {
                    out.push(UiCommand::Inspect(Subject::Space(space)));
                }
            }
            if let Some(surface) = &row.surface {
                ui.add(
                    egui::Label::new(RichText::new(surface).color(look.palette.weak)).truncate(),
                )
                .on_hover_text("Surface, and the position in its slate");
            }
        }
        5 => {
            let text = price(row.kind, row.amount);
            if !text.is_empty() {
                ui.add(egui::Label::new(text).truncate())
                    .on_hover_text(row.amount.to_string());
            }
        }
        _ => {
            if let Some(offer) = row.offer {
                ui.label(RichText::new(format!("#{offer}")).color(look.palette.weak))
                    .on_hover_text("The slate, push, invitation, ad or reward it answers");
            }
        }
    }
}

fn subject_ui(ui: &mut Ui, subject: Subject, out: &mut Vec<UiCommand>) {
    if ui.link(subject.label()).clicked() {
        out.push(UiCommand::Inspect(subject));
    }
}

/// Returns the colour of a kind: that of its group.
fn kind_color(kind: EventKind, look: &Look) -> egui::Color32 {
    let group = GROUPS.iter().position(|g| g.kinds.contains(&kind));
    let series = &look.palette.series;
    series[group.unwrap_or(0) % series.len()]
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::super::EventsView;
    use super::super::view::fill;
    use super::*;
    use crate::desktop::view::recent::Recent;
    use crate::desktop::view::sight::Ask;
    use crate::events::behavior::{Event, Surface, ThingKind};
    use crate::events::bus::EventBus;
    use crate::sim::ids::{AvatarId, CampaignId, OfferId};
    use crate::sim::units::{Coins, Tick};

    type State = (EventsView, Vec<UiCommand>);

    fn harness(view: EventsView) -> Harness<'static, State> {
        Harness::builder()
            .with_size(vec2(900.0, 600.0))
            .build_ui_state(
                |ui, (view, out): &mut State| events_ui(ui, view, &Look::new(true), out),
                (view, Vec::new()),
            )
    }

    fn filled(ask: &Ask) -> EventsView {
        let like = Event::new(Tick(61), AvatarId(7), EventKind::Like)
            .thing(ThingKind::Item, 33)
            .answering(Surface::Feed, 0, OfferId(5));
        let click = Event::new(Tick(62), AvatarId(8), EventKind::AdClick)
            .thing(ThingKind::Campaign, 4)
            .costing(Coins::from_f64(0.125));
        let mut ring = Recent::default();
        let bus = EventBus {
            current: vec![like, click],
            ..EventBus::default()
        };
        ring.collect(&bus, Tick(63));
        fill(&ring, &[], Tick(63), ask)
    }

    #[test]
    fn an_empty_stream_says_what_to_do() {
        let mut h = harness(EventsView::default());
        h.get_by_label("No events yet");
        h.get_by_label("Let time run").click();
        h.run();
        assert!(h.state().1.contains(&UiCommand::Play));
    }

    #[test]
    fn names_can_be_inspected() {
        let mut h = harness(filled(&Ask::default()));
        h.get_by_label("0.1250 outside money");
        h.get_by_label("day 0 01:01");
        h.get_by_label("feed #1");
        h.get_by_label("campaign 4").click();
        h.run();
        h.get_by_label("avatar 7").click();
        h.run();
        let campaign = UiCommand::Inspect(Subject::Campaign(CampaignId(4)));
        let avatar = UiCommand::Inspect(Subject::Avatar(AvatarId(7)));
        assert_eq!(h.state().1, [campaign, avatar]);
    }

    #[test]
    fn typing_and_hiding_ask_for_other_rows() {
        let mut h = harness(filled(&Ask::default()));
        h.get_by_label("Content 7/7").click();
        h.run();
        h.get_by_label("like (1)").click();
        h.run();
        let hidden = vec!["like".to_owned()];
        let command = |search: &str, hidden: &[String]| UiCommand::FilterEvents {
            search: search.to_owned(),
            hidden: hidden.to_vec(),
        };
        assert_eq!(h.state().1, [command("", &hidden)]);
        h.get_by_label("None of content").click();
        h.run();
        let Some(UiCommand::FilterEvents { hidden, .. }) = h.state().1.last() else {
            panic!("hiding a group asks for other rows");
        };
        assert_eq!(hidden.len(), 7);
        h.get_by_label("Show all kinds").click();
        h.run();
        assert_eq!(h.state().1.last(), Some(&command("", &[])));
        let edit = h.get_by_label("Search events");
        edit.focus();
        h.run();
        h.get_by_label("Search events").type_text("Avatar 7");
        h.run();
        assert_eq!(h.state().1.last(), Some(&command("avatar 7", &[])));
    }

    #[test]
    fn the_search_and_hidden_kinds_are_answered() {
        let ask = Ask {
            event_search: "avatar 7".to_owned(),
            ..Ask::default()
        };
        let view = filled(&ask);
        assert_eq!(view.rows.len(), 1);
        assert_eq!(view.rows[0].who, AvatarId(7));
        let none = Ask {
            event_search: "nobody".to_owned(),
            ..Ask::default()
        };
        harness(filled(&none)).get_by_label("No event matches");
    }

    #[test]
    fn a_paused_stream_stands_still_and_counts_what_is_newer() {
        let mut h = harness(filled(&Ask::default()));
        h.get_by_label("Pause stream").click();
        h.run();
        h.state_mut().0 = EventsView {
            total: 12,
            kept: 12,
            ..EventsView::default()
        };
        h.run();
        h.get_by_label("avatar 7");
        h.get_by_label("paused, 10 newer");
        h.get_by_label("Resume stream").click();
        h.run();
        h.get_by_label("No event matches");
    }
}
