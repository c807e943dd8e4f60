//! Pages from a recording: what was kept of a person, a place or a thing, and nothing else.

use egui::Ui;

use super::avatar::{DayRow, activity, clock, role, rows_ui};
use super::facts::{Fact, Link, Start, facts_ui, links_ui, section_ui};
use super::names::{exists, link};
use super::start::Suggestion;
use super::why::{OfferRows, fill_recorded, offers_ui};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::numbers::{coins, count, decimal};
use crate::desktop::view::recorded::Recorded;
use crate::desktop::view::subject::Subject;
use crate::events::behavior::{Event, EventKind, NO_SPACE};
use crate::lab::recording::Detail;
use crate::sim::ids::{AvatarId, CampaignId, ItemId, ParcelId, SpaceId};
use crate::sim::units::Tick;
use crate::society::content::words::topic_name;
use crate::society::spaces::map::Cell;

/// People listed.
const PEOPLE: usize = 50;

/// Events listed.
const SHOWN: usize = 80;

/// A page about anybody or anything.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct RecordedPage {
    facts: Vec<Fact>,
    /// Why it was offered what it was offered; `Err` says why nobody knows.
    offers: Option<Result<OfferRows, &'static str>>,
    /// Who is there, of how many.
    people: Option<(Vec<Link>, usize)>,
    /// What stands there.
    spaces: Option<Vec<Link>>,
    /// What happened today, newest first.
    today: Vec<DayRow>,
    /// Events of today that are not shown.
    more: usize,
    /// Since when today is listed, if not since midnight.
    since: Option<String>,
}

/// Fills the page of a subject; `None` if there is no such one.
pub(super) fn fill(r: &Recorded<'_>, subject: Subject) -> Option<RecordedPage> {
    let mut page = match subject {
        Subject::Avatar(id) => avatar(r, id)?,
        Subject::Space(id) => space(r, id)?,
        Subject::Parcel(id) => parcel(r, id)?,
        Subject::Item(id) => item(r, id)?,
        Subject::Campaign(id) => campaign(r, id)?,
        Subject::Community(_) => RecordedPage {
            facts: vec![Fact::new(
                "Kept",
                "what is done with it",
                "A recording keeps no list of members",
            )],
            ..RecordedPage::default()
        },
    };
    let me = match subject {
        Subject::Avatar(id) => Some(id),
        _ => None,
    };
    let today = r.ran().day();
    let concerns = |e: &&Event| match subject {
        Subject::Avatar(id) => e.avatar == id || Subject::of(e.thing) == Some(subject),
        Subject::Space(id) => e.space == id || Subject::of(e.thing) == Some(subject),
        _ => Subject::of(e.thing) == Some(subject),
    };
    let mut events = r
        .recent
        .newest_first()
        .take_while(|e| e.tick.day() == today)
        .filter(concerns);
    page.today = events
        .by_ref()
        .take(SHOWN)
        .map(|e| DayRow::of(r, e, me))
        .collect();
    page.more = events.count();
    let since = match r.recent.since() {
        // Of a large city the first events of the day are let go.
        Some(oldest) if r.recent.is_full() => oldest.max(r.read_since),
        _ => r.read_since,
    };
    page.since = (since.day() == today && since.minute_of_day() > 0).then(|| clock(since));
    Some(page)
}

fn avatar(r: &Recorded<'_>, id: AvatarId) -> Option<RecordedPage> {
    let person = r.recording.people().get(id.idx())?;
    let seen = r.seen(id);
    let doing = match seen {
        _ if person.joined > r.ran() => "it has not joined yet",
        Some(s) => activity(s.activity),
        None => "not in the city",
    };
    let mut facts = vec![Fact::new("Doing", doing, "What it is doing at this minute")];
    if let Some(s) = seen {
        let place = |space: SpaceId| link(r, Subject::Space(space));
        facts.push(if s.space == NO_SPACE {
            Fact::new("Where", "at home", "Where it is, or from where it went")
        } else {
            Fact::link(
                "Where",
                place(s.space),
                "Where it is, or from where it went",
            )
        });
        if let Some(trip) = s.trip {
            facts.push(Fact::link("Goes to", place(trip.to), "Where it is going"));
            let when = clock(trip.arrives);
            facts.push(Fact::new("Arrives", when, "When it will be there"));
        }
    }
    facts.push(Fact::new(
        "Role",
        role(person.role),
        "What most of its time is for",
    ));
    let home = link(r, Subject::Parcel(person.home));
    facts.push(Fact::link(
        "Home",
        home,
        "The parcel where its sessions begin",
    ));
    let joined = if person.joined == Tick(0) {
        "before the first day: a resident".to_owned()
    } else {
        person.joined.to_string()
    };
    facts.push(Fact::new("Joined", joined, "When it signed up"));
    if let Some(left) = person.left.filter(|t| *t <= r.ran()) {
        facts.push(Fact::new(
            "Left",
            left.to_string(),
            "It left the city for good",
        ));
    }
    Some(RecordedPage {
        facts,
        offers: Some(if r.recording.header().detail == Detail::Full {
            Ok(fill_recorded(r, id))
        } else {
            Err("Offers are kept only in full recordings: agora run … --record=full")
        }),
        ..RecordedPage::default()
    })
}

fn space(r: &Recorded<'_>, id: SpaceId) -> Option<RecordedPage> {
    let s = r.recording.spaces().get(id.idx())?;
    let here: Vec<AvatarId> = r.in_space(id).collect();
    let visits = r.visits.get(id.idx()).copied().unwrap_or(0);
    let mut facts = vec![
        Fact::new(
            "Kind",
            s.kind.word().replace('_', " "),
            "What is done there",
        ),
        Fact::link(
            "Stands on",
            link(r, Subject::Parcel(s.parcel)),
            "The parcel it stands on",
        ),
        Fact::new("About", topic_name(usize::from(s.topic)), "Its main topic"),
        Fact::new("People", count(here.len() as u64), "Who is in it now"),
        Fact::new(
            "Came today",
            count(u64::from(visits)),
            "People who came since midnight",
        ),
    ];
    if let Some(campaign) = r.picture.boards.get(id.idx()).copied().flatten() {
        facts.push(Fact::link(
            "Billboard",
            link(r, Subject::Campaign(campaign)),
            "Who won the billboard beside it last",
        ));
    }
    let people = here.iter().take(PEOPLE);
    let people = people.map(|a| link(r, Subject::Avatar(*a))).collect();
    Some(RecordedPage {
        facts,
        people: Some((people, here.len())),
        ..RecordedPage::default()
    })
}

fn parcel(r: &Recorded<'_>, id: ParcelId) -> Option<RecordedPage> {
    let map = r.recording.ground()?;
    let cell = *map.cells.get(id.idx())?;
    let side = map.side.max(1);
    let ground = match cell {
        Cell::Road => "road: nobody owns it",
        Cell::Plaza => "the central plaza: nobody owns it",
        Cell::Land => "land",
    };
    let mut facts = vec![
        Fact::new("Ground", ground, "What lies there"),
        Fact::new(
            "Place",
            format!("column {}, row {}", id.0 % side, id.0 / side),
            "Where on the map",
        ),
    ];
    if let Some(district) = map.districts.get(id.idx()) {
        let help = "The district it belongs to";
        facts.push(Fact::new("District", district.to_string(), help));
    }
    if let Some(lot) = r.picture.lots.get(id.idx()) {
        facts.push(Fact::new(
            "Passers-by",
            format!("{} a day", decimal(f64::from(lot.footfall_tenths) / 10.0)),
            "People who pass it in a day, because of the spaces around it",
        ));
        if cell == Cell::Land {
            let yes = |is: bool, yes: &'static str, no: &'static str| if is { yes } else { no };
            let owner = yes(lot.is_owned, "somebody", "the city");
            facts.push(Fact::new(
                "Owner",
                owner,
                "A recording keeps no names of owners",
            ));
            let price = if lot.price.is_positive() {
                coins(lot.price)
            } else {
                "never sold".to_owned()
            };
            facts.push(Fact::new("Last price", price, "What it last fetched"));
            let sale = yes(lot.is_on_sale, "yes", "no");
            facts.push(Fact::new(
                "For sale",
                sale,
                "Whether it is up for auction today",
            ));
            let built = yes(lot.is_built, "yes", "none");
            facts.push(Fact::new(
                "Building",
                built,
                "Whether something is built on it",
            ));
        }
    }
    let spaces = r.recording.spaces().iter().enumerate();
    let spaces = spaces
        .filter(|(_, s)| s.parcel == id)
        .map(|(i, _)| link(r, Subject::Space(SpaceId::from_idx(i))))
        .collect();
    Some(RecordedPage {
        facts,
        spaces: Some(spaces),
        ..RecordedPage::default()
    })
}

fn item(r: &Recorded<'_>, id: ItemId) -> Option<RecordedPage> {
    let item = r.recording.items().get(id.idx())?;
    let born = if item.born == Tick(0) {
        "before the first day".to_owned()
    } else {
        item.born.to_string()
    };
    let kind = item.kind.word().replace('_', " ");
    Some(RecordedPage {
        facts: vec![
            Fact::new("Kind", kind, "What it is"),
            Fact::new(
                "About",
                topic_name(usize::from(item.topic)),
                "Its main topic",
            ),
            Fact::new("Published", born, "When it was published"),
        ],
        ..RecordedPage::default()
    })
}

fn campaign(r: &Recorded<'_>, id: CampaignId) -> Option<RecordedPage> {
    let topic = *r.recording.campaigns().get(id.idx())?;
    let today = r.ran().day();
    let n = |kind: EventKind| {
        let about = r.recent.about(Subject::Campaign(id));
        let of_today = about.filter(|e| e.kind == kind && e.tick.day() == today);
        count(of_today.count() as u64)
    };
    Some(RecordedPage {
        facts: vec![
            Fact::new(
                "About",
                topic_name(usize::from(topic)),
                "What it advertises",
            ),
            Fact::new(
                "Shown today",
                n(EventKind::AdImpression),
                "Ads shown since midnight",
            ),
            Fact::new(
                "Clicked today",
                n(EventKind::AdClick),
                "Ads clicked since midnight",
            ),
        ],
        ..RecordedPage::default()
    })
}

/// Finds whom or what one may want to look at.
pub(super) fn suggestions(r: &Recorded<'_>) -> Vec<Suggestion> {
    let mut found = Vec::new();
    let mut add = |title, subject, note: String| {
        if exists(r, subject) {
            let link = link(r, subject).note(note);
            found.push(Suggestion { title, link });
        }
    };
    if let Some(s) = r.picture.awake.first() {
        add(
            "An avatar who is here now",
            Subject::Avatar(s.id),
            String::new(),
        );
    }
    let mut here = vec![0u32; r.recording.spaces().len()];
    for s in r.picture.awake.iter().filter(|s| s.trip.is_none()) {
        if let Some(n) = here.get_mut(s.space.idx()) {
            *n += 1;
        }
    }
    let busiest = (0..here.len()).max_by_key(|i| (here[*i], std::cmp::Reverse(*i)));
    if let Some(i) = busiest.filter(|i| here[*i] > 0) {
        let note = format!("{} here now", here[i]);
        add("Busiest space", Subject::Space(SpaceId::from_idx(i)), note);
    }
    let lots = &r.picture.lots;
    let dearest = (0..lots.len()).max_by_key(|i| (lots[*i].price, std::cmp::Reverse(*i)));
    if let Some(i) = dearest.filter(|i| lots[*i].price.is_positive()) {
        let note = coins(lots[i].price);
        add(
            "Dearest parcel",
            Subject::Parcel(ParcelId::from_idx(i)),
            note,
        );
    }
    found
}

/// Draws the page.
pub(super) fn recorded_ui(ui: &mut Ui, page: &RecordedPage, look: &Look, out: &mut Vec<UiCommand>) {
    facts_ui(ui, &page.facts, out);
    if let Some(offers) = &page.offers {
        section_ui(ui, "Why this?", Start::Open, |ui| match offers {
            Ok(offers) => offers_ui(ui, offers, look, out),
            Err(why) => {
                ui.weak(*why);
            }
        });
    }
    if let Some((people, n)) = &page.people {
        section_ui(ui, "Here now", Start::Open, |ui| {
            links_ui(ui, people, *n, "Nobody is here now", out);
        });
    }
    if let Some(spaces) = &page.spaces {
        section_ui(ui, "What stands on it", Start::Open, |ui| {
            links_ui(ui, spaces, spaces.len(), "No space", out);
        });
    }
    section_ui(ui, "Today", Start::Open, |ui| {
        if let Some(since) = &page.since {
            ui.weak(format!("Since {since}; what happened before is not listed"));
        }
        if page.today.is_empty() {
            ui.weak("Nothing happened with it today so far");
        }
        rows_ui(ui, look, &page.today, out);
        if page.more > 0 {
            ui.weak(format!("and {} more today", page.more));
        }
    });
}
