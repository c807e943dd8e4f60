//! The panel: which page, its header, the search.

use egui::{RichText, Ui};

use super::avatar::{self, AvatarPage, avatar_ui};
use super::campaign::{self, CampaignPage, campaign_ui};
use super::community::{self, CommunityPage, community_ui};
use super::item::{self, ItemPage, item_ui};
use super::names::name;
use super::parcel::{self, ParcelPage, parcel_ui};
use super::recorded::{self, RecordedPage, recorded_ui};
use super::space::{self, SpacePage, space_ui};
use super::start::{Counts, RICHEST, Suggestion, counts, search_ui, start_ui, suggestions};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::Panel;
use crate::desktop::view::recorded::Recorded;
use crate::desktop::view::sight::{Ask, City};
use crate::desktop::view::subject::Subject;

/// The panel.
pub struct Inspector;

/// What is shown below the header.
#[derive(Debug, Clone, Default, PartialEq)]
enum Page {
    /// Nothing is selected, or what is does not exist.
    #[default]
    Nothing,
    /// A person.
    Avatar(Box<AvatarPage>),
    /// A space.
    Space(SpacePage),
    /// A parcel.
    Parcel(ParcelPage),
    /// An item.
    Item(ItemPage),
    /// A campaign.
    Campaign(CampaignPage),
    /// A community.
    Community(CommunityPage),
    /// Anybody or anything of a recording.
    Recorded(Box<RecordedPage>),
}

/// Rows of the inspector.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InspectorView {
    /// Whether there is a city.
    has_city: bool,
    /// What is selected, and what it is called.
    head: Option<(Subject, String)>,
    page: Page,
    counts: Counts,
    suggestions: Vec<Suggestion>,
}

impl InspectorView {
    /// Returns the richest avatar, if anybody is there.
    #[must_use]
    pub fn richest(&self) -> Option<Subject> {
        let found = self.suggestions.iter().find(|s| s.title == RICHEST);
        found.map(|s| s.link.subject)
    }
}

impl Panel for Inspector {
    type View = InspectorView;
    type Watch = ();
    const IN_RECORDINGS: bool = true;

    fn view(_watch: &(), city: &City<'_>, ask: &Ask) -> InspectorView {
        let page = ask.inspected.and_then(|s| page(city, ask, s));
        InspectorView {
            has_city: true,
            head: ask.inspected.map(|s| (s, name(city, s))),
            page: page.unwrap_or_default(),
            counts: counts(city),
            suggestions: suggestions(city),
        }
    }

    fn recorded(recorded: &Recorded<'_>, ask: &Ask) -> InspectorView {
        let page = ask.inspected.and_then(|s| recorded::fill(recorded, s));
        InspectorView {
            has_city: true,
            head: ask.inspected.map(|s| (s, name(recorded, s))),
            page: page.map_or(Page::Nothing, |p| Page::Recorded(Box::new(p))),
            counts: counts(recorded),
            suggestions: recorded::suggestions(recorded),
        }
    }

    fn ui(ui: &mut Ui, view: &InspectorView, look: &Look, out: &mut Vec<UiCommand>) {
        if !view.has_city {
            ui.weak("No city yet. Open a scenario, then click anybody or anything");
            return;
        }
        search_ui(ui, &view.counts, &view.suggestions, out);
        ui.separator();
        let Some((subject, name)) = &view.head else {
            start_ui(ui, &view.suggestions, out);
            return;
        };
        header_ui(ui, *subject, name, look, out);
        ui.push_id(subject, |ui| match &view.page {
            Page::Nothing => {
                ui.label(format!("There is no {} in this city", subject.label()));
                ui.weak("It may be from another city, or not exist yet");
                start_ui(ui, &view.suggestions, out);
            }
            Page::Avatar(page) => avatar_ui(ui, page, look, out),
            Page::Space(page) => space_ui(ui, page, look, out),
            Page::Parcel(page) => parcel_ui(ui, page, look, out),
            Page::Item(page) => item_ui(ui, page, look, out),
            Page::Campaign(page) => campaign_ui(ui, page, look, out),
            Page::Community(page) => community_ui(ui, page, look, out),
            Page::Recorded(page) => recorded_ui(ui, page, look, out),
        });
    }
}

fn page(city: &City<'_>, ask: &Ask, subject: Subject) -> Option<Page> {
    Some(match subject {
        Subject::Avatar(id) => Page::Avatar(Box::new(avatar::fill(city, ask, id)?)),
        Subject::Space(id) => Page::Space(space::fill(city, id)?),
        Subject::Parcel(id) => Page::Parcel(parcel::fill(city, id)?),
        Subject::Item(id) => Page::Item(item::fill(city, ask, id)?),
        Subject::Campaign(id) => Page::Campaign(campaign::fill(city, id)?),
        Subject::Community(id) => Page::Community(community::fill(city, id)?),
    })
}

/// Draws what is selected and what can be done with it.
fn header_ui(ui: &mut Ui, subject: Subject, name: &str, look: &Look, out: &mut Vec<UiCommand>) {
    ui.horizontal_wrapped(|ui| {
        let hue = match subject {
            Subject::Avatar(_) => 0,
            Subject::Space(_) => 1,
            Subject::Parcel(_) => 2,
            Subject::Item(_) => 3,
            Subject::Campaign(_) => 4,
            Subject::Community(_) => 5,
        };
        ui.label(RichText::new("⏺").color(look.palette.series[hue]));
        ui.label(RichText::new(name).heading());
        if name != subject.label() {
            ui.weak(subject.label());
        }
    });
    ui.horizontal_wrapped(|ui| {
        let mut button = |text: &str, help: &str, command: UiCommand| {
            if ui.button(text).on_hover_text(help).clicked() {
                out.push(command);
            }
        };
        button(
            "Back",
            "Shows what was inspected before",
            UiCommand::InspectBack,
        );
        // A campaign, an item or a community is nowhere in the city.
        if matches!(
            subject,
            Subject::Avatar(_) | Subject::Space(_) | Subject::Parcel(_)
        ) {
            button(
                "Look at",
                "Moves the camera there",
                UiCommand::LookAt(subject),
            );
        }
        if let Subject::Avatar(id) = subject {
            button("Follow", "Keeps the camera on it", UiCommand::Follow(id));
        }
        button(
            "Copy id",
            "Copies its kind and number",
            UiCommand::Copy(subject.label()),
        );
    });
    ui.separator();
}
