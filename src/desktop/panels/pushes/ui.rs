//! What the panel of pushes looks like.

use egui::{RichText, Ui};

use super::trial_ui::trial_ui;
use super::view::PushesView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::bars::{NamedAmount, bars_ui, in_a_row};
use crate::desktop::panels::kit::cards::{Card, cards_ui};
use crate::desktop::panels::kit::chart::{Band, Chart, Series};
use crate::desktop::panels::kit::empty::Empty;
use crate::desktop::panels::kit::numbers::{Form, NONE, confidence, count, decimal, percent};
use crate::desktop::panels::kit::section::{beside_ui, section_ui};
use crate::desktop::panels::kit::unseen::if_seen;
use crate::desktop::panels::policy::plain;
use crate::desktop::view::push_days::PushDayRow;
use crate::platform::engage::config::{EngageConfig, LiveEventPolicy, PushPolicy};
use crate::sim::config::ConfigValue as _;

/// Draws the panel.
pub(super) fn pushes_ui(ui: &mut Ui, view: &PushesView, look: &Look, out: &mut Vec<UiCommand>) {
    let Some(engage) = &view.engage else {
        Empty::new("No pushes yet")
            .hint("Open a scenario to see whom it reminds")
            .show(ui, look, out);
        return;
    };
    if engage.push || view.sent > 0 {
        cards_ui(ui, look, &cards(view, engage));
        beside_ui(
            ui,
            out,
            |ui, out| if_seen(ui, "pushes by day", |ui| days_ui(ui, view, look, out)),
            |ui, out| hours_ui(ui, view, engage, look, out),
        );
        trial_ui(ui, view, engage, look, out);
        beside_ui(
            ui,
            out,
            |ui, out| in_vain_ui(ui, view, engage, look, out),
            |ui, out| budgets_ui(ui, view, look, out),
        );
    } else {
        Empty::new("No pushes are sent in this city")
            .hint("Switch platform.engage.push on at the policy desk")
            .show(ui, look, out);
    }
    section_ui(
        ui,
        "Invitations and live events",
        "By day they are in the panel Social, and what live events draw is in Play and learning",
    );
    cards_ui(ui, look, &invitation_cards(view, engage));
}

fn policy_help(policy: PushPolicy) -> &'static str {
    match policy {
        PushPolicy::Rule => "Whoever has been away for so long, ever more rarely",
        PushPolicy::Random => "Absentees by lot, at hours by lot",
        PushPolicy::Uplift => {
            "Those whom a push brings back, less those whom it drives away, at the hour that is answered best"
        }
    }
}

fn cards(view: &PushesView, engage: &EngageConfig) -> Vec<Card> {
    let today = &view.today;
    let (allow, all) = view.allowed;
    let planned = if engage.push_policy == PushPolicy::Rule {
        format!(
            "{} hours after the last visit, then {} times as late each time",
            decimal(engage.push_after_hours),
            decimal(engage.push_backoff)
        )
    } else {
        format!(
            "{} planned a day for each thousand residents",
            decimal(engage.pushes_per_1000)
        )
    };
    let policy = if engage.push {
        plain(&engage.push_policy.show())
    } else {
        "off".to_owned()
    };
    vec![
        Card::new(
            "Policy",
            policy,
            &format!(
                "{}; {planned}. platform.engage.push_policy: rule, random or uplift{}",
                policy_help(engage.push_policy),
                if view.is_learned {
                    "; a model of uplift chooses"
                } else {
                    ""
                }
            ),
        ),
        Card::new(
            "Sent today",
            count(today.sent),
            &format!(
                "Pushes sent since midnight; {} over the whole run",
                count(view.sent)
            ),
        ),
        Card::new(
            "Opened today",
            count(today.opened),
            "Pushes answered by a visit since midnight",
        ),
        Card::number(
            "Opt-outs today",
            Form::Whole,
            today.opt_outs.map(|n| n as f64),
            &format!(
                "Avatars that switched pushes off since midnight, a dash if the window has not watched since then; {} over the \
                 whole run",
                count(view.pushes.opt_outs)
            ),
        ),
        Card::number(
            "Allow pushes",
            Form::Percent,
            (all > 0).then(|| allow as f64 / all as f64),
            &format!("{} of {} avatars", count(allow), count(all)),
        ),
        Card::new(
            "Quiet hours",
            format!("{} to {}", engage.quiet_from, engage.quiet_until),
            "Hours of an avatar's own day in which nobody is pushed",
        ),
        budget_card(view),
        Card::new(
            "Withheld",
            percent(engage.push_hold_out),
            "Share of pushes withheld by lot when they are due, to measure what the others bring about \
             (platform.engage.push_hold_out)",
        ),
    ]
}

fn budget_card(view: &PushesView) -> Card {
    match &view.budget {
        None => Card::new(
            "Budget of an avatar",
            NONE,
            "Only pushes by uplift have a budget for each avatar; by rule the delay grows instead, and by lot there is none",
        ),
        Some(b) => Card::new(
            "Budget of an avatar",
            format!("{} in {} h", b.burst, b.refill_hours),
            &format!(
                "Up to {} pushes in a row, and another every {} hours",
                b.burst, b.refill_hours
            ),
        ),
    }
}

fn invitation_cards(view: &PushesView, engage: &EngageConfig) -> [Card; 4] {
    let k = view.pushes.k_factor;
    let on_or_off = |is_on: bool, key: &str| {
        if is_on {
            String::new()
        } else {
            format!(". Off now: platform.engage.{key}")
        }
    };
    [
        Card::number(
            "K-factor",
            Form::Decimal,
            k.map(|k| k.mean),
            &format!(
                "Absent friends brought back by the invitations of an avatar that was ever in the city, over the whole run, {}",
                confidence(k, Form::Decimal, "a dash before anybody was there")
            ),
        ),
        Card::new(
            "Invitations by friends",
            count(view.invited),
            &format!(
                "Sent over the whole run{}",
                on_or_off(engage.invitations, "invitations")
            ),
        ),
        Card::new(
            "Live events held",
            count(view.live.held),
            &format!(
                "Over the whole run{}",
                on_or_off(engage.live_events, "live_events")
            ),
        ),
        Card::new(
            "Live events begin",
            if engage.live_events {
                format!("{} o'clock", view.live.hour)
            } else {
                NONE.to_owned()
            },
            match engage.live_event_policy {
                LiveEventPolicy::Fixed => {
                    "At a fixed hour of the city's clock, where most seats are free"
                }
                LiveEventPolicy::Random => "At an hour and in places by lot, drawn for each day",
                LiveEventPolicy::Best => {
                    "At the hour at which most were in the city so far, where those who are there fit best"
                }
            },
        ),
    ]
}

fn days_ui(ui: &mut Ui, view: &PushesView, look: &Look, out: &mut Vec<UiCommand>) {
    let [a, b, _, d, ..] = look.palette.series;
    let by_day = |of: &dyn Fn(&PushDayRow) -> Option<u64>| -> Vec<(f64, Option<f64>)> {
        let days = view.days.iter();
        days.map(|d| (f64::from(d.day), of(d).map(|n| n as f64)))
            .collect()
    };
    let lines = [
        Series::of("Sent", by_day(&|d| Some(d.sent)), a),
        Series::of("Opened", by_day(&|d| Some(d.opened)), b),
        Series::of("Opt-outs", by_day(&|d| d.opt_outs), d),
    ];
    Chart::new("pushes-days", "Pushes by day")
        .help(
            "Pushes sent, pushes opened, and avatars that switched them off, by finished day; opt-outs on days that the \
             window watched as a whole",
        )
        .x("day")
        .y("a day")
        .forms(Form::Whole, Form::Whole)
        .lines(&lines)
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty("No finished day yet", "Let time run for a day")
        .show(ui, look, out);
}

/// Returns the areas of the quiet hours, as high as the highest bar.
fn quiet(engage: &EngageConfig, most: u64, look: &Look) -> Vec<Band> {
    let area = |name: &str, from: u32, until: u32| {
        let at = |hour: u32| [f64::from(hour) - 0.5, 0.0, most as f64];
        Band {
            name: name.to_owned(),
            points: vec![at(from), at(until)],
            color: look.palette.mark,
        }
    };
    let mut areas = Vec::new();
    if engage.quiet_until > 0 {
        areas.push(area("quiet until", 0, engage.quiet_until));
    }
    if engage.quiet_from < 24 {
        areas.push(area("quiet from", engage.quiet_from, 24));
    }
    areas
}

fn hours_ui(
    ui: &mut Ui,
    view: &PushesView,
    engage: &EngageConfig,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    let most = view.by_hour.iter().copied().max().unwrap_or(0);
    let points = view.by_hour.iter().zip(0u32..).filter(|_| most > 0);
    let bars = [Series::of(
        "Sent",
        points.map(|(n, hour)| (f64::from(hour), Some(*n as f64))),
        look.palette.series[0],
    )];
    let areas = quiet(engage, most, look);
    Chart::new("pushes-hours", "Sent by hour")
        .help("Pushes sent since the window watches, by the hour of the day of whom they were sent to; quiet hours are shaded")
        .x("hour of the avatar's own day")
        .y("pushes")
        .forms(Form::Whole, Form::Whole)
        .bars(&bars)
        .bands(&areas)
        .empty("No push was sent yet", "Let time run: who stays away is reminded")
        .show(ui, look, out);
}

fn in_vain_ui(
    ui: &mut Ui,
    view: &PushesView,
    engage: &EngageConfig,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    let rows = in_a_row(&view.in_vain, "push", "pushes", look.palette.series[1]);
    let help = format!(
        "Avatars by pushes since their last visit, withheld ones included; by rule an avatar is left alone after {}",
        engage.push_limit
    );
    bars_ui(
        ui,
        look,
        "pushes-in-vain",
        "Pushes in vain",
        &help,
        Form::Whole,
        &rows,
        out,
    );
}

fn budgets_ui(ui: &mut Ui, view: &PushesView, look: &Look, out: &mut Vec<UiCommand>) {
    let Some(b) = view.budgets else {
        ui.label(
            RichText::new("No budget for each avatar: only pushes by uplift have one")
                .color(look.palette.weak),
        );
        return;
    };
    let p = look.palette;
    let rows = [
        NamedAmount::new("At once", b.now as f64, p.good),
        NamedAmount::new("Within a day", b.within_a_day as f64, p.warn),
        NamedAmount::new("Later", b.later as f64, p.bad),
    ];
    bars_ui(
        ui,
        look,
        "pushes-budgets",
        "When the next push may come",
        "Avatars that allow pushes and consent to be known, by what is left of their budgets",
        Form::Whole,
        &rows,
        out,
    );
}
