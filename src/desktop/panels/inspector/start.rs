//! Nothing selected yet: how to select, a search, and whom or what one may want to look at.

use egui::Ui;

use super::facts::{Link, link_ui};
use super::names::{Naming, link};
use crate::desktop::command::UiCommand;
use crate::desktop::panels::kit::numbers::{coins, count};
use crate::desktop::view::sight::City;
use crate::desktop::view::subject::Subject;
use crate::economy::land::registry::LandRegistry;
use crate::economy::ledger::{Currency, Ledger};
use crate::platform::ads::campaign::Campaigns;
use crate::sim::ids::{AvatarId, CampaignId, CommunityId, ItemId, ParcelId, SpaceId};
use crate::sim::units::Coins;
use crate::society::avatars::avatar::Avatars;
use crate::society::content::catalogue::Catalogue;
use crate::society::spaces::space::Spaces;
use crate::society::ties::communities::Communities;
use crate::society::ties::graph::SocialGraph;

/// Title of the suggestion that names the richest avatar.
pub(super) const RICHEST: &str = "Richest avatar";

/// Whom or what one may want to look at.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Suggestion {
    /// In which respect, as "Richest avatar".
    pub(super) title: &'static str,
    /// Who or which.
    pub(super) link: Link,
}

/// How many there are of each kind, in the order of [`KINDS`].
pub(super) type Counts = [usize; 6];

/// Words for each kind of subject; the first is the usual one.
const KINDS: [&[&str]; 6] = [
    &["avatar", "person", "user"],
    &[
        "space",
        "plaza",
        "club",
        "building",
        "room",
        "hall",
        "classroom",
        "estate",
    ],
    &["parcel", "land", "lot"],
    &[
        "item", "post", "news", "video", "game", "asset", "course", "textbook", "book",
    ],
    &["campaign", "ad", "advertiser"],
    &["community", "group"],
];

fn subject(kind: usize, number: u32) -> Subject {
    match kind {
        0 => Subject::Avatar(AvatarId(number)),
        1 => Subject::Space(SpaceId(number)),
        2 => Subject::Parcel(ParcelId(number)),
        3 => Subject::Item(ItemId(number)),
        4 => Subject::Campaign(CampaignId(number)),
        _ => Subject::Community(CommunityId(number)),
    }
}

/// Counts what there is.
pub(super) fn counts(naming: &dyn Naming) -> Counts {
    std::array::from_fn(|kind| naming.how_many(subject(kind, 0)))
}

/// Returns the position of the largest, the first of equal ones; `None` of nothing.
fn largest<T: PartialOrd + Copy>(all: impl Iterator<Item = T>) -> Option<(usize, T)> {
    let mut best: Option<(usize, T)> = None;
    for (i, x) in all.enumerate() {
        if best.is_none_or(|(_, most)| x > most) {
            best = Some((i, x));
        }
    }
    best
}

/// Finds whom or what one may want to look at.
pub(super) fn suggestions(city: &City<'_>) -> Vec<Suggestion> {
    let mut found = Vec::new();
    let mut add = |title, subject, note: String| {
        let link = link(city, subject).note(note);
        found.push(Suggestion { title, link });
    };
    let wallets = city.get::<Ledger>().wallets(Currency::Coins);
    let n = city.get::<Avatars>().table.len().min(wallets.len());
    if let Some((i, micros)) = largest(wallets.iter().take(n).copied()) {
        let id = AvatarId::from_idx(i);
        add(
            RICHEST,
            Subject::Avatar(id),
            coins(Coins::from_micros(micros)),
        );
    }
    let graph = city.get::<SocialGraph>();
    let ties = (0..graph.len()).map(|i| graph.of(AvatarId::from_idx(i)).len());
    if let Some((i, n)) = largest(ties) {
        let id = AvatarId::from_idx(i);
        add(
            "Most connected avatar",
            Subject::Avatar(id),
            format!("{n} ties"),
        );
    }
    if let Some(id) = city.get::<Avatars>().awake.first() {
        add(
            "An avatar who is here now",
            Subject::Avatar(*id),
            String::new(),
        );
    }
    let items = city.get::<Catalogue>().table.rows();
    if let Some((i, uses)) = largest(items.iter().map(|c| c.uses)) {
        let id = ItemId::from_idx(i);
        add(
            "Most watched item",
            Subject::Item(id),
            format!("{} uses", count(u64::from(uses))),
        );
    }
    let spaces = city.get::<Spaces>().table.rows();
    if let Some((i, (here, _))) = largest(spaces.iter().map(|s| (s.present, s.footfall))) {
        let id = SpaceId::from_idx(i);
        add(
            "Busiest space",
            Subject::Space(id),
            format!("{here} here now"),
        );
    }
    let lots = city.get::<LandRegistry>().lots.rows();
    let prices = lots.iter().map(|l| l.last_price.micros());
    if let Some((i, micros)) = largest(prices).filter(|(_, p)| *p > 0) {
        let id = ParcelId::from_idx(i);
        add(
            "Dearest parcel",
            Subject::Parcel(id),
            coins(Coins::from_micros(micros)),
        );
    }
    let members = city.get::<Communities>().table.rows().iter();
    if let Some((i, n)) = largest(members.map(|c| c.members.len())) {
        let id = CommunityId::from_idx(i);
        add(
            "Largest community",
            Subject::Community(id),
            format!("{n} members"),
        );
    }
    let campaigns = city.get::<Campaigns>();
    let most = campaigns
        .running()
        .max_by_key(|id| campaigns.get(*id).daily_budget);
    if let Some(id) = most {
        add(
            "Campaign with the largest budget",
            Subject::Campaign(id),
            String::new(),
        );
    }
    found
}

/// Understands what was typed, as "avatar 12"; the error says what to type.
pub(super) fn understand(typed: &str, counts: &Counts) -> Result<Subject, String> {
    let text = typed.trim().to_lowercase();
    let digits: String = text.chars().skip_while(|c| !c.is_ascii_digit()).collect();
    let word = text.trim_end_matches(digits.as_str());
    let word = word.trim().trim_end_matches(['#', ' ']);
    let kind = if word.is_empty() {
        Some(0)
    } else {
        KINDS.iter().position(|words| {
            words.iter().any(|w| {
                *w == word || w.strip_suffix('s').unwrap_or(w) == word || word == format!("{w}s")
            })
        })
    };
    let kind = kind.ok_or_else(|| {
        "Type a kind and a number, as avatar 12, space 3, parcel 40, item 7, campaign 1 or community 2"
            .to_owned()
    })?;
    let name = KINDS[kind][0];
    let n = counts[kind];
    let Some(last) = n.checked_sub(1) else {
        return Err(format!("There is no {name} yet"));
    };
    let allowed = format!("There are {name} 0 to {name} {last}");
    let number: u32 = digits.parse().map_err(|e| {
        if digits.is_empty() {
            format!("{allowed}; add a number")
        } else {
            format!("{digits} is no number here ({e}). {allowed}")
        }
    })?;
    if number as usize > last {
        return Err(allowed);
    }
    Ok(subject(kind, number))
}

/// Draws the search.
pub(super) fn search_ui(
    ui: &mut Ui,
    counts: &Counts,
    suggestions: &[Suggestion],
    out: &mut Vec<UiCommand>,
) {
    let id = egui::Id::new("inspector search");
    let mut text: String = ui.data(|d| d.get_temp(id)).unwrap_or_default();
    ui.horizontal_wrapped(|ui| {
        let label = ui.label("Find");
        let r = ui
            .add(
                egui::TextEdit::singleline(&mut text)
                    .hint_text("avatar 12, space 3, richest…")
                    .desired_width(170.0),
            )
            .labelled_by(label.id);
        let is_entered = r.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        let goes = ui.button("Go").clicked() || is_entered;
        if text.trim().is_empty() {
            return;
        }
        let wanted = text.trim().to_lowercase();
        let suggested = suggestions
            .iter()
            .find(|s| wanted.len() > 2 && s.title.to_lowercase().contains(&wanted));
        let found = match (understand(&text, counts), suggested) {
            (Ok(subject), _) => Ok(subject),
            (Err(_), Some(s)) => Ok(s.link.subject),
            (Err(e), None) => Err(e),
        };
        match found {
            Ok(subject) if goes => {
                out.push(UiCommand::Inspect(subject));
                text.clear();
            }
            Ok(subject) => {
                ui.weak(subject.label());
            }
            Err(why) => {
                ui.weak(why);
            }
        }
    });
    ui.data_mut(|d| d.insert_temp(id, text));
}

/// Draws the page while nothing is selected.
pub(super) fn start_ui(ui: &mut Ui, suggestions: &[Suggestion], out: &mut Vec<UiCommand>) {
    ui.add_space(6.0);
    ui.strong("Nothing selected");
    ui.weak("Click anybody or anything in the city or in a list, or type it above");
    if suggestions.is_empty() {
        ui.weak("There is nobody to suggest yet. Let time run");
        return;
    }
    ui.add_space(6.0);
    for s in suggestions {
        ui.horizontal_wrapped(|ui| {
            if ui.button(s.title).clicked() {
                out.push(UiCommand::Inspect(s.link.subject));
            }
            link_ui(ui, &s.link, out);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_understood_or_explained() {
        let counts = [20, 5, 100, 7, 0, 2];
        let avatar = Ok(Subject::Avatar(AvatarId(12)));
        for typed in ["avatar 12", "12", " Avatar12 ", "avatars 12", "person #12"] {
            assert_eq!(understand(typed, &counts), avatar, "{typed}");
        }
        assert_eq!(understand("game 3", &counts), Ok(Subject::Item(ItemId(3))));
        assert_eq!(
            understand("space 5", &counts),
            Err("There are space 0 to space 4".to_owned())
        );
        assert_eq!(
            understand("campaign 0", &counts),
            Err("There is no campaign yet".to_owned())
        );
        assert!(
            understand("avatar", &counts)
                .unwrap_err()
                .contains("add a number")
        );
        assert!(
            understand("banana 3", &counts)
                .unwrap_err()
                .contains("Type a kind")
        );
        assert!(
            understand("99999999999", &counts)
                .unwrap_err()
                .contains("no number here")
        );
        assert!(understand("avatar 1 2", &counts).is_err());
    }
}
