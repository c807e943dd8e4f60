//! The page of a community.

use egui::Ui;

use super::avatar::{DayRow, rows_ui};
use super::facts::{Fact, Link, Start, facts_ui, links_ui, section_ui};
use super::names::{link, topics};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::numbers::{NONE, count, decimal};
use crate::desktop::view::sight::City;
use crate::desktop::view::subject::Subject;
use crate::sim::ids::{AvatarId, CommunityId};
use crate::society::avatars::avatar::{Avatar, Avatars};
use crate::society::ties::communities::Communities;
use crate::society::ties::graph::SocialGraph;

/// Members listed.
const SHOWN: usize = 60;

/// Members whose ties are counted.
const COUNTED: usize = 400;

/// Events listed.
const EVENTS: usize = 30;

/// A community.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CommunityPage {
    facts: Vec<Fact>,
    members: Vec<Link>,
    n_members: usize,
    events: Vec<DayRow>,
}

/// Fills the page; `None` if there is no such community.
pub(super) fn fill(city: &City<'_>, id: CommunityId) -> Option<CommunityPage> {
    let c = city.get::<Communities>().table.rows().get(id.idx())?;
    let avatars = city.get::<Avatars>().table.rows();
    let graph = city.get::<SocialGraph>();
    let is_here = |m: &AvatarId| avatars.get(m.idx()).is_some_and(Avatar::is_awake);
    let here = c.members.iter().filter(|m| is_here(m)).count();
    let counted: Vec<_> = c
        .members
        .iter()
        .take(COUNTED)
        .filter(|m| m.idx() < graph.len())
        .collect();
    let inside: usize = counted
        .iter()
        .map(|m| {
            let ties = graph.of(**m).iter();
            ties.filter(|(other, _)| c.members.binary_search(&AvatarId(*other)).is_ok())
                .count()
        })
        .sum();
    let mean = if counted.is_empty() {
        NONE.to_owned()
    } else {
        decimal(inside as f64 / counted.len() as f64)
    };
    let facts = vec![
        Fact::new("About", topics(&c.topics), "What it is about, by share"),
        Fact::new(
            "Members",
            count(c.members.len() as u64),
            "Who belongs to it",
        ),
        Fact::new(
            "Here now",
            count(here as u64),
            "Members who are in the city now",
        ),
        Fact::new(
            "Ties inside",
            format!("{mean} a member"),
            "Ties of a member to other members, on average",
        ),
        Fact::new(
            "Created",
            "with the city",
            "Communities are founded with the city",
        ),
    ];
    // Who is here comes first: there is something to see.
    let mut members: Vec<_> = c.members.iter().take(COUNTED).collect();
    members.sort_by_key(|m| !is_here(m));
    Some(CommunityPage {
        facts,
        members: members
            .into_iter()
            .take(SHOWN)
            .map(|m| {
                let note = if is_here(m) { "here now" } else { "" };
                link(city, Subject::Avatar(*m)).note(note)
            })
            .collect(),
        n_members: c.members.len(),
        events: city
            .recent
            .about(Subject::Community(id))
            .take(EVENTS)
            .map(|e| DayRow::of(city, e, None))
            .collect(),
    })
}

/// Draws the page.
pub(super) fn community_ui(
    ui: &mut Ui,
    page: &CommunityPage,
    look: &Look,
    out: &mut Vec<UiCommand>,
) {
    facts_ui(ui, &page.facts, out);
    section_ui(ui, "Members", Start::Open, |ui| {
        links_ui(ui, &page.members, page.n_members, "Nobody yet", out);
    });
    section_ui(ui, "Activity", Start::Open, |ui| {
        if page.events.is_empty() {
            ui.weak("Nobody joined or left lately");
        }
        rows_ui(ui, look, &page.events, out);
    });
}
