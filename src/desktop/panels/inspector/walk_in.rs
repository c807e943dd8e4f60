//! Walk-in: choosing for an avatar, from what is in front of it.

use egui::{Button, Frame, RichText, Ui};

use super::facts::{Fact, facts_ui};
use super::names::name;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::numbers::{coins, decimal};
use crate::desktop::view::sight::{Ask, City};
use crate::desktop::view::subject::Subject;
use crate::events::behavior::Thing;
use crate::events::offer::Slate;
use crate::lab::explain::names::surface;
use crate::lab::explain::truth::truth;
use crate::sim::ids::{AvatarId, SpaceId};
use crate::society::avatars::avatar::{Activity, Avatars};
use crate::society::spaces::space::Spaces;
use crate::society::walk_in::choice::Choice;
use crate::society::walk_in::front::{Front, open_slate};

/// Spaces offered to go to.
const PLACES: usize = 12;

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Possible {
    choice: Choice,
    /// What stands on its button.
    text: String,
    /// What it is, beside the button.
    note: String,
    /// What it is about.
    subject: Option<Subject>,
}

/// What is in front of an avatar that is taken over.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seat {
    /// What it is doing.
    doing: String,
    /// The slate that is open, by name.
    slate: Option<String>,
    /// Answers to that slate.
    answers: Vec<Possible>,
    /// Other choices.
    others: Vec<Possible>,
    /// Where it can go.
    places: Vec<Possible>,
    /// The choice that waits, and the last that came to nothing.
    notes: Vec<Fact>,
}

/// Whether somebody chooses for an avatar, and from what.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WalkInRows {
    id: AvatarId,
    seat: Option<Seat>,
}

/// Fills the rows.
pub(super) fn fill(city: &City<'_>, ask: &Ask, id: AvatarId) -> WalkInRows {
    let seat = open_slate(city.world(), id).map(|front| seat(city, ask, id, &front));
    WalkInRows { id, seat }
}

fn seat(city: &City<'_>, ask: &Ask, id: AvatarId, front: &Front<'_>) -> Seat {
    let plain = |choice| possible(city, choice, front.slate, ask);
    let (answers, others): (Vec<_>, Vec<_>) = front
        .possible
        .iter()
        .map(|choice| plain(*choice))
        .partition(|p| p.choice.is_answer());
    let mut notes = Vec::new();
    if let Some(choice) = front.queued {
        let what = possible(city, choice, front.slate, ask).text;
        let help = "It is followed in the next tick in which the avatar is free";
        notes.push(Fact::new("Waits", what, help));
    }
    if let Some(note) = front.note {
        let what = possible(city, note.choice, None, ask).text;
        notes.push(Fact::new(
            "Came to nothing",
            format!("{what}: {}", note.why),
            "The last choice that could not be followed",
        ));
    }
    Seat {
        doing: doing(front, city),
        slate: front.slate.map(|s| surface(s.surface).to_owned()),
        answers,
        others,
        places: if front.can_go {
            places(city, id)
        } else {
            Vec::new()
        },
        notes,
    }
}

fn doing(front: &Front<'_>, city: &City<'_>) -> String {
    let is_busy = front.busy_until > city.now();
    match front.activity {
        Activity::Asleep => "It is not in the city: wake it".to_owned(),
        Activity::Waiting if front.slate.is_some() => {
            "It looks at this and waits for you".to_owned()
        }
        Activity::Waiting => "It has asked for something to look at".to_owned(),
        Activity::Idle if !is_busy => "It is free and waits for you".to_owned(),
        _ if is_busy => format!("It is busy until {}", front.busy_until),
        _ => "It is nearly free".to_owned(),
    }
}

/// Tells a choice in words.
fn possible(city: &City<'_>, choice: Choice, slate: Option<&Slate>, ask: &Ask) -> Possible {
    let make = |text: &str| Possible {
        choice,
        text: text.to_owned(),
        note: String::new(),
        subject: None,
    };
    match choice {
        Choice::Wake => make("Wake up"),
        Choice::Leave => make("Leave the city"),
        Choice::PassBy => make("Pass"),
        Choice::Talk => make("Talk to somebody here"),
        Choice::Play => make("Play"),
        Choice::Study => make("Study"),
        Choice::Look { surface: s } => make(&format!("Look at {}", surface(s))),
        Choice::Go { space } => Possible {
            subject: Some(Subject::Space(space)),
            ..make(&format!("Go to {}", name(city, Subject::Space(space))))
        },
        Choice::ClickAd => {
            let ad = slate.and_then(|s| s.ad);
            let whose = ad.map(|ad| Subject::Campaign(ad.campaign));
            Possible {
                note: whose.map_or_else(String::new, |s| name(city, s)),
                subject: whose,
                ..make("Click the ad")
            }
        }
        Choice::Pick { slot } => {
            let at = usize::from(slot);
            let shown = slate.and_then(|s| Some((s, s.slots.get(at)?)));
            let Some((slate, s)) = shown else {
                return make(&format!("Choose {}", slot + 1));
            };
            let subject = Subject::of(s.thing);
            let mut note = String::new();
            if s.price.is_positive() {
                note = coins(s.price);
            }
            if ask.shows_truth
                && let Some(worth) = worth(city, slate, at)
            {
                note = format!("{note} true utility {}", decimal(worth));
            }
            Possible {
                note,
                subject,
                ..make(&format!("Choose {}. {}", slot + 1, called(city, s.thing)))
            }
        }
    }
}

fn worth(city: &City<'_>, slate: &Slate, at: usize) -> Option<f64> {
    truth(city.world(), slate.offer)?.rows.get(at)?.utility
}

fn called(city: &City<'_>, thing: Thing) -> String {
    Subject::of(thing).map_or_else(|| "nothing".to_owned(), |s| name(city, s))
}

/// Lists the liveliest spaces that are open and have room, other than where the avatar is.
fn places(city: &City<'_>, id: AvatarId) -> Vec<Possible> {
    let here = city
        .get::<Avatars>()
        .table
        .rows()
        .get(id.idx())
        .map(|a| a.space);
    let hour = city.now().hour();
    let mut open: Vec<(u32, SpaceId)> = city
        .get::<Spaces>()
        .table
        .rows()
        .iter()
        .enumerate()
        .filter(|(_, s)| s.is_open(hour) && s.has_room())
        .map(|(i, s)| (s.present, SpaceId::from_idx(i)))
        .filter(|(_, space)| Some(*space) != here)
        .collect();
    open.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    open.truncate(PLACES);
    open.into_iter()
        .map(|(present, space)| Possible {
            choice: Choice::Go { space },
            text: format!("Go to {}", name(city, Subject::Space(space))),
            note: format!("{present} here now"),
            subject: Some(Subject::Space(space)),
        })
        .collect()
}

/// Draws the button that takes an avatar over, or what is in front of it.
pub(super) fn walk_in_ui(ui: &mut Ui, rows: &WalkInRows, look: &Look, out: &mut Vec<UiCommand>) {
    let Some(seat) = &rows.seat else {
        if ui
            .button("Walk in")
            .on_hover_text("Choose for this avatar from now on; it goes on by itself after an hour without a choice")
            .clicked()
        {
            out.push(UiCommand::TakeOver(rows.id));
        }
        return;
    };
    Frame::group(ui.style())
        .stroke(egui::Stroke::new(1.5, look.palette.series[0]))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            seat_ui(ui, rows.id, seat, out);
        });
}

fn seat_ui(ui: &mut Ui, id: AvatarId, seat: &Seat, out: &mut Vec<UiCommand>) {
    ui.horizontal_wrapped(|ui| {
        ui.strong("You choose for it");
        if ui
            .button("Let go")
            .on_hover_text("It chooses for itself again")
            .clicked()
        {
            out.push(UiCommand::LetGo(id));
        }
    });
    ui.label(&seat.doing);
    facts_ui(ui, &seat.notes, out);
    if let Some(slate) = &seat.slate {
        ui.label(RichText::new(format!("In front of it: {slate}")).strong());
        for p in &seat.answers {
            possible_ui(ui, id, p, out);
        }
    }
    if !seat.others.is_empty() {
        ui.label(RichText::new("What else it can do").strong());
        ui.horizontal_wrapped(|ui| {
            for p in &seat.others {
                if ui.button(&p.text).clicked() {
                    out.push(UiCommand::Choose(id, p.choice));
                }
            }
        });
    }
    if !seat.places.is_empty() {
        egui::CollapsingHeader::new("Go to…")
            .id_salt("walk in places")
            .show(ui, |ui| {
                for p in &seat.places {
                    possible_ui(ui, id, p, out);
                }
            });
    }
}

fn possible_ui(ui: &mut Ui, id: AvatarId, p: &Possible, out: &mut Vec<UiCommand>) {
    ui.horizontal_wrapped(|ui| {
        if ui.add(Button::new(&p.text).wrap()).clicked() {
            out.push(UiCommand::Choose(id, p.choice));
        }
        if !p.note.is_empty() {
            ui.weak(&p.note);
        }
        if let Some(subject) = p.subject
            && ui
                .small_button("Inspect")
                .on_hover_text(format!("Shows {}", subject.label()))
                .clicked()
        {
            out.push(UiCommand::Inspect(subject));
        }
    });
}
