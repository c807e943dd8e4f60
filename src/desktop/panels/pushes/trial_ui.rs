//! What pushes bring about, on the screen: sent against withheld, what it costs in opt-outs, and the truth.

use egui::{RichText, Ui};

use super::view::PushesView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::bars::{NamedAmount, bars_ui};
use crate::desktop::panels::kit::cards::{Card, cards_ui};
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::numbers::{Form, confidence, count};
use crate::desktop::panels::kit::section::{beside_ui, section_ui};
use crate::desktop::panels::kit::truth::hidden_ui;
use crate::lab::report::reach::PushHourRow;
use crate::platform::engage::config::{EngageConfig, PushPolicy};

/// What stands for an interval that is not known.
const UNTRIED: &str = "a dash while nothing was withheld by lot (platform.engage.push_hold_out)";

/// Draws what pushes bring about.
pub(super) fn trial_ui(
    ui: &mut Ui,
    view: &PushesView,
    engage: &EngageConfig,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    section_ui(
        ui,
        "What pushes bring about",
        "By those who were due for a push and got none, because the lot fell on them",
    );
    cards_ui(ui, look, &cards(view, look));
    if view.pushes.hours.is_empty() {
        let (what, hint) = if engage.tries_pushes() {
            (
                "No push is a day old yet",
                "Let time run: a day after a push was due it is known who came",
            )
        } else {
            (
                "No push is withheld in this city",
                "Raise platform.engage.push_hold_out at the policy desk: who is not pushed tells what pushes bring about",
            )
        };
        Empty::new(what).hint(hint).show(ui, look, out);
    } else {
        beside_ui(
            ui,
            out,
            |ui, out| came_ui(ui, view, look, out),
            |ui, out| opt_outs_ui(ui, view, look, out),
        );
        hazard_ui(ui, view, look, out);
    }
    let other = match engage.push_policy {
        PushPolicy::Random => "uplift",
        PushPolicy::Rule | PushPolicy::Uplift => "random",
    };
    ui.label(
        RichText::new(format!(
            "To see what another way would do, fork the city with platform.engage.push_policy = \"{other}\", or with platform.engage.push off"
        ))
        .color(look.palette.weak),
    );
    if look.shows_truth {
        truth_ui(ui, view, look, out);
    } else {
        hidden_ui(ui, look, "Whom a push really brought back", out);
    }
}

fn cards(view: &PushesView, look: &Look) -> Vec<Card> {
    let p = &view.pushes;
    let sum = |of: fn(&PushHourRow) -> u64| p.hours.iter().map(of).sum::<u64>();
    let mut cards = vec![
        Card::number(
            "Chance to come",
            Form::Percent,
            p.effect.map(|e| e.mean),
            &format!(
                "By how much a push raises the chance to come within a day: {} sent against {} withheld by lot, what was usual \
                 for an avatar taken out of the noise; {}",
                count(sum(|h| h.sent.0)),
                count(sum(|h| h.withheld.0)),
                confidence(p.effect, Form::Percent, UNTRIED)
            ),
        ),
        Card::number(
            "Returns by pushes",
            Form::Decimal,
            p.returns.map(|r| r.mean),
            &format!(
                "Returns within a day that pushes brought about over the whole run: the chance above times pushes sent, {}",
                confidence(p.returns, Form::Decimal, UNTRIED)
            ),
        ),
        Card::number(
            "Returns per opt-out",
            Form::Decimal,
            view.returns_per_opt_out,
            "Returns that pushes brought about for each avatar that switched them off; a dash before there is either",
        ),
    ];
    if look.shows_truth {
        cards.push(Card::number(
            "Returns per opt-out (truth)",
            Form::Decimal,
            view.true_returns_per_opt_out,
            "Pushes opened by avatars whose next visit was not within a day, for each avatar that switched pushes off",
        ));
    }
    cards
}

fn by_hour(view: &PushesView, of: impl Fn(&PushHourRow) -> (u64, u64)) -> Vec<(f64, Option<f64>)> {
    let share = |(n, hits): (u64, u64)| (n > 0).then(|| hits as f64 / n as f64);
    let hours = view.pushes.hours.iter();
    hours.map(|h| (f64::from(h.hour), share(of(h)))).collect()
}

fn came_ui(ui: &mut Ui, view: &PushesView, look: &Look, out: &mut Vec<UiCommand>) {
    let [a, b, ..] = look.palette.series;
    let lines = [
        Series::of("Pushed", by_hour(view, |h| h.sent), a),
        Series::of("Withheld", by_hour(view, |h| h.withheld), b).dashed(),
    ];
    Chart::new("pushes-came", "Came within a day")
        .help(
            "Share that came within a day, by the hour of its own day at which a push was due: of those who got it, and of those \
             from whom it was withheld by lot",
        )
        .x("hour of the avatar's own day")
        .y("came within a day")
        .forms(Form::Whole, Form::Percent)
        .lines(&lines)
        .show(ui, look, out);
}

fn opt_outs_ui(ui: &mut Ui, view: &PushesView, look: &Look, out: &mut Vec<UiCommand>) {
    let bars = [Series::of(
        "Opt-outs",
        by_hour(view, |h| (h.sent.0, h.opt_outs)),
        look.palette.series[3],
    )];
    Chart::new("pushes-opt-outs", "Opt-outs by hour")
        .help("Share of pushes after which pushes were switched off, by the hour of the avatar's own day")
        .x("hour of the avatar's own day")
        .y("share of pushes")
        .forms(Form::Whole, Form::Percent)
        .bars(&bars)
        .show(ui, look, out);
}

fn hazard_ui(ui: &mut Ui, view: &PushesView, look: &Look, out: &mut Vec<UiCommand>) {
    let points = view.hazard.iter().zip(0u32..);
    let line = [Series::of(
        "Hazard",
        points.map(|(rate, n)| (f64::from(n), Some(*rate))),
        look.palette.series[3],
    )];
    Chart::new("pushes-hazard", "Opt-out hazard")
        .help(
            "What the platform expects: share of pushes answered by switching them off, by how many an avatar had since its last \
             visit; what was seen, drawn towards what is usual where little was seen",
        )
        .x("pushes since the last visit")
        .y("share of pushes")
        .forms(Form::Whole, Form::Percent)
        .lines(&line)
        .show(ui, look, out);
}

fn truth_ui(ui: &mut Ui, view: &PushesView, look: &Look, out: &mut Vec<UiCommand>) {
    let (moved, anyway) = view.truth;
    let p = look.palette;
    let rows = [
        NamedAmount::new("Brought back", moved as f64, p.good),
        NamedAmount::new("Would have come anyway", anyway as f64, p.warn),
    ];
    bars_ui(
        ui,
        look,
        "pushes-truth",
        "Whom pushes brought back (truth)",
        "Pushes opened by avatars whose next visit was not within a day, and by those whose next visit was",
        Form::Whole,
        &rows,
        out,
    );
}
