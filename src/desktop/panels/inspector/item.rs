//! The page of something of the catalogue.

use egui::Ui;

use super::avatar::{DayRow, rows_ui};
use super::facts::{Fact, Start, facts_ui, section_ui, truth_ui};
use super::names::{link, topics};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::numbers::{coins, count, decimal, percent};
use crate::desktop::view::sight::{Ask, City};
use crate::desktop::view::subject::Subject;
use crate::economy::market::offers::AssetOffers;
use crate::economy::market::shop::Shop;
use crate::economy::market::titles::AssetMarket;
use crate::platform::integrity::holds::Holds;
use crate::sim::ids::ItemId;
use crate::sim::schedule::Seed;
use crate::sim::units::TICKS_PER_HOUR;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::item::{ItemCard, STUDIO};
use crate::society::content::truth::ItemTruths;
use crate::society::content::words::description;

/// Events listed.
const SHOWN: usize = 30;

/// An item.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ItemPage {
    text: String,
    facts: Vec<Fact>,
    truth: Vec<Fact>,
    events: Vec<DayRow>,
}

/// Fills the page; `None` if there is no such item.
pub(super) fn fill(city: &City<'_>, ask: &Ask, id: ItemId) -> Option<ItemPage> {
    let card = city.get::<Catalogue>().table.rows().get(id.idx())?;
    let mut facts = vec![Fact::new(
        "Kind",
        card.kind.word().replace('_', " "),
        "What kind of thing it is",
    )];
    let help = "Who made it";
    facts.push(if card.creator == STUDIO {
        Fact::new("Creator", "came with the city", help)
    } else {
        Fact::link("Creator", link(city, Subject::Avatar(card.creator)), help)
    });
    if card.generated {
        facts.push(Fact::new(
            "Label",
            "made with the generator's help",
            "Such items are labelled for everybody",
        ));
    }
    let hours = f64::from(city.now().since(card.born)) / f64::from(TICKS_PER_HOUR);
    facts.push(Fact::new(
        "Age",
        if hours < 48.0 {
            format!("{} hours", decimal(hours))
        } else {
            format!("{} days", decimal(hours / 24.0))
        },
        format!("Published {}", card.born),
    ));
    prices(city, id, card, &mut facts);
    facts.push(Fact::new(
        "Topics",
        topics(&card.tags),
        "Its public tags, by share",
    ));
    facts.push(Fact::new(
        "Uses",
        count(u64::from(card.uses)),
        "Times it was consumed, bought, played or studied",
    ));
    facts.push(Fact::new(
        "Likes",
        count(u64::from(card.likes)),
        "Times it was liked",
    ));
    holds(city, id, &mut facts);
    let is_rated = card.difficulty > 0.0;
    if is_rated {
        facts.push(Fact::new(
            "Difficulty",
            format!("{} Elo", count(card.difficulty as u64)),
            "A player of this skill wins half of the time",
        ));
    }
    if card.lessons > 0 {
        facts.push(Fact::new(
            "Lessons",
            card.lessons.to_string(),
            "Lessons of the course",
        ));
    }
    let truths = city.get::<ItemTruths>().table.rows();
    let truth = truths.get(id.idx()).filter(|_| ask.shows_truth);
    let truth = truth.map_or_else(Vec::new, |t| {
        vec![
            Fact::new(
                "True quality",
                decimal(f64::from(t.quality)),
                "How good it is, whatever one likes; about 0 on average, in units of utility",
            ),
            Fact::new(
                "True topics",
                topics(&t.topics),
                "What it is really about, by share; tags can miss it",
            ),
        ]
    });
    Some(ItemPage {
        text: description(city.get::<Seed>().0, id, &card.tags),
        facts,
        truth,
        events: city
            .recent
            .about(Subject::Item(id))
            .take(SHOWN)
            .map(|e| DayRow::of(city, e, None))
            .collect(),
    })
}

fn prices(city: &City<'_>, id: ItemId, card: &ItemCard, facts: &mut Vec<Fact>) {
    let price = city.get::<Shop>().price(id).unwrap_or(card.price);
    let title = city.get::<AssetMarket>().title(id);
    if let Some(t) = title {
        let help = "Who owns it";
        facts.push(match t.owner {
            Some(owner) => Fact::link("Owner", link(city, Subject::Avatar(owner)), help),
            None => Fact::new("Owner", "the city", help),
        });
        facts.push(Fact::new(
            "For sale",
            t.asking.map_or_else(|| "no".to_owned(), coins),
            "Asking price, if its owner sells it",
        ));
        let offers = city.world().get_resource::<AssetOffers>();
        if let Some(best) = offers.and_then(|o| o.best(id)) {
            facts.push(Fact::new(
                "Best offer",
                format!("{}, until {}", coins(best.amount), best.until),
                "What somebody would pay for it now; held in escrow until its owner answers",
            ));
        }
        facts.push(Fact::new(
            "Last price",
            if t.last_price.is_positive() {
                format!("{}, {} sales", coins(t.last_price), t.n_sales)
            } else {
                "never sold".to_owned()
            },
            "What it last fetched",
        ));
        return;
    }
    facts.push(Fact::new(
        "Price",
        if price.is_positive() {
            coins(price)
        } else {
            "free".to_owned()
        },
        "What it costs now",
    ));
}

fn holds(city: &City<'_>, id: ItemId, facts: &mut Vec<Fact>) {
    let holds = city.get::<Holds>();
    let seen = holds
        .complaints()
        .get(id.idx())
        .copied()
        .unwrap_or_default();
    facts.push(Fact::new(
        "Hides",
        if seen.uses > 0 {
            let share = f64::from(seen.hides) / f64::from(seen.uses);
            format!(
                "{} of {} uses ({}; usual is {})",
                count(u64::from(seen.hides)),
                count(u64::from(seen.uses)),
                percent(share),
                percent(holds.usual())
            )
        } else {
            "no uses to judge by".to_owned()
        },
        "People who hid or reported it, among those who used it since it was last judged",
    ));
    let until = holds.held().find(|(item, _)| *item == id).map(|(_, t)| t);
    let is_live = city.get::<Catalogue>().card(id).live;
    facts.push(Fact::new(
        "On offer",
        match (until, is_live) {
            (Some(until), _) => format!("no: held for complaints until {until}"),
            (None, true) => "yes".to_owned(),
            (None, false) => "no: retired".to_owned(),
        },
        "Whether it may be recommended",
    ));
}

/// Draws the page.
pub(super) fn item_ui(ui: &mut Ui, page: &ItemPage, look: &Look, out: &mut Vec<UiCommand>) {
    ui.weak(&page.text)
        .on_hover_text("Words from its topics, as made up as everything here");
    facts_ui(ui, &page.facts, out);
    truth_ui(ui, look, "what is true of it", out, |ui, out| {
        facts_ui(ui, &page.truth, out);
    });
    section_ui(ui, "What happened with it", Start::Open, |ui| {
        if page.events.is_empty() {
            ui.weak("Nothing lately");
        }
        rows_ui(ui, look, &page.events, out);
    });
}
