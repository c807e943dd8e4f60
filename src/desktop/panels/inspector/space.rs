//! The page of a space.

use egui::Ui;

use super::avatar::{DayRow, rows_ui};
use super::facts::{Fact, Link, Start, facts_ui, links_ui, section_ui};
use super::names::{link, topics};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::numbers::{count, decimal};
use crate::desktop::view::sight::City;
use crate::desktop::view::subject::Subject;
use crate::events::behavior::EventKind;
use crate::sim::ids::SpaceId;
use crate::society::spaces::presence::Presence;
use crate::society::spaces::space::Spaces;

/// People listed.
const PEOPLE: usize = 50;

/// Events listed.
const SHOWN: usize = 30;

/// A space.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SpacePage {
    facts: Vec<Fact>,
    people: Vec<Link>,
    n_people: usize,
    events: Vec<DayRow>,
}

/// Fills the page; `None` if there is no such space.
pub(super) fn fill(city: &City<'_>, id: SpaceId) -> Option<SpacePage> {
    let s = city.get::<Spaces>().table.rows().get(id.idx())?;
    let hours = if s.opens == s.closes {
        "always open".to_owned()
    } else {
        let now = if s.is_open(city.now().hour()) {
            "open now"
        } else {
            "closed now"
        };
        format!("{:02}:00 to {:02}:00, {now}", s.opens, s.closes)
    };
    let here = city.get::<Presence>().in_space(id);
    let today = city.now().day();
    let at_it = || city.recent.newest_first().filter(|e| e.space == id);
    let live = at_it()
        .filter(|e| e.kind == EventKind::LiveAttend && e.tick.day() == today)
        .count();
    let mut facts = vec![
        Fact::new(
            "Kind",
            s.kind.word().replace('_', " "),
            "What is done there",
        ),
        Fact::link(
            "Stands on",
            link(city, Subject::Parcel(s.parcel)),
            "The parcel it stands on",
        ),
        Fact::new(
            "People",
            format!(
                "{} of {} seats taken",
                s.present,
                count(u64::from(s.capacity))
            ),
            "Who is in it now, and how many fit",
        ),
        Fact::new(
            "Came today",
            count(u64::from(s.footfall_today)),
            "People who came since midnight",
        ),
        Fact::new(
            "Usually",
            format!("{} people a day", decimal(f64::from(s.footfall))),
            "Remembered footfall, fading over days",
        ),
        Fact::new("Hours", hours, "Opening hours by the city's clock"),
        Fact::new("About", topics(&s.topics), "Its public topics, by share"),
    ];
    facts.push(Fact::new(
        "Live event",
        if live == 0 {
            "nobody attended one here today".to_owned()
        } else {
            format!("{live} attended one here today")
        },
        "People who came to a live event held here, as far as is remembered",
    ));
    Some(SpacePage {
        facts,
        people: here
            .iter()
            .take(PEOPLE)
            .map(|a| link(city, Subject::Avatar(*a)))
            .collect(),
        n_people: here.len(),
        events: at_it()
            .take(SHOWN)
            .map(|e| DayRow::of(city, e, None))
            .collect(),
    })
}

/// Draws the page.
pub(super) fn space_ui(ui: &mut Ui, page: &SpacePage, look: &Look, out: &mut Vec<UiCommand>) {
    facts_ui(ui, &page.facts, out);
    section_ui(ui, "Here now", Start::Open, |ui| {
        links_ui(ui, &page.people, page.n_people, "Nobody is here now", out);
    });
    section_ui(ui, "What happened here", Start::Closed, |ui| {
        if page.events.is_empty() {
            ui.weak("Nothing lately");
        }
        rows_ui(ui, look, &page.events, out);
    });
}
