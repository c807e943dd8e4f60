//! The day of an avatar so far, and what it earned and paid.

use egui::Ui;

use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::inspector::names::Naming;
use crate::desktop::panels::inspector::story::{outside, tell};
use crate::desktop::panels::kit::numbers::coins;
use crate::desktop::view::sight::City;
use crate::desktop::view::subject::Subject;
use crate::events::behavior::{Event, EventKind};
use crate::sim::ids::AvatarId;
use crate::sim::units::Tick;

/// Events shown.
const SHOWN: usize = 80;

/// Movements of money shown.
const MONEY_SHOWN: usize = 20;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct DayRow {
    /// When, as hour and minute.
    pub(in super::super) at: String,
    /// Who did it, where that is not clear.
    pub(in super::super) who: Option<Subject>,
    /// What.
    pub(in super::super) text: String,
    /// To whom or which.
    pub(in super::super) subject: Option<Subject>,
    /// Whether something came in, went out, or neither.
    pub(in super::super) sign: i8,
}

/// What happened today.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Day {
    /// Today's events, newest first.
    pub(super) rows: Vec<DayRow>,
    /// Events of today that are not shown.
    pub(super) more: usize,
    /// Since when anything is remembered, if that is later than this morning.
    pub(super) since: Option<String>,
    /// Movements of money, newest first.
    pub(super) money: Vec<DayRow>,
}

/// Returns hour and minute of a tick.
pub(in super::super) fn clock(tick: Tick) -> String {
    let m = tick.minute_of_day();
    format!("{:02}:{:02}", m / 60, m % 60)
}

impl DayRow {
    /// Tells an event; who did it is left out where it is `me`.
    pub(in super::super) fn of(naming: &dyn Naming, e: &Event, me: Option<AvatarId>) -> Self {
        Self {
            at: clock(e.tick),
            who: (Some(e.avatar) != me).then_some(Subject::Avatar(e.avatar)),
            text: tell(naming, e),
            subject: Subject::of(e.thing).filter(|s| Some(*s) != me.map(Subject::Avatar)),
            sign: 0,
        }
    }
}

/// Tells how money moved because of an event of an avatar; `None` if none did.
fn money(city: &City<'_>, e: &Event, id: AvatarId) -> Option<DayRow> {
    if !e.amount.is_positive() || e.avatar != id {
        return None;
    }
    let (sign, amount) = match e.kind {
        EventKind::RewardClaim | EventKind::QuestDone | EventKind::Drop => {
            (1, format!("+{}", coins(e.amount)))
        }
        EventKind::TopUp => (1, format!("paid {} for coins", outside(e.amount))),
        EventKind::Buy
        | EventKind::ParcelBuy
        | EventKind::ParcelRent
        | EventKind::Build
        | EventKind::Move => (-1, format!("−{}", coins(e.amount))),
        _ => return None,
    };
    let row = DayRow::of(city, e, Some(id));
    Some(DayRow {
        at: e.tick.to_string(),
        text: format!("{amount}, {}", row.text),
        sign,
        ..row
    })
}

impl Day {
    /// Gathers the day from what is remembered.
    pub(super) fn of(city: &City<'_>, id: AvatarId) -> Self {
        // Between two ticks the clock shows the next one; at midnight the day is still the one that ends.
        let today = Tick(city.now().0.saturating_sub(1)).day();
        let mut day = Self::default();
        for e in city.recent.of_avatar(id) {
            if e.tick.day() == today {
                if day.rows.len() < SHOWN {
                    day.rows.push(DayRow::of(city, e, Some(id)));
                } else {
                    day.more += 1;
                }
            }
            if day.money.len() < MONEY_SHOWN {
                day.money.extend(money(city, e, id));
            }
        }
        day.since = city
            .recent
            .since()
            .filter(|since| since.day() >= today && since.minute_of_day() > 0)
            .map(clock);
        day
    }
}

/// Draws events below each other.
pub(in super::super) fn rows_ui(
    ui: &mut Ui,
    look: &Look,
    rows: &[DayRow],
    out: &mut Vec<UiCommand>,
) {
    for row in rows {
        ui.horizontal_wrapped(|ui| {
            ui.weak(&row.at);
            if let Some(who) = row.who
                && ui.link(who.label()).clicked()
            {
                out.push(UiCommand::Inspect(who));
            }
            match row.sign {
                1 => ui.colored_label(look.palette.good, &row.text),
                -1 => ui.colored_label(look.palette.warn, &row.text),
                _ => ui.label(&row.text),
            };
            if let Some(subject) = row.subject
                && ui.link(format!("→ {}", subject.label())).clicked()
            {
                out.push(UiCommand::Inspect(subject));
            }
        });
    }
}
