//! The page of an advertising campaign.

use egui::Ui;

use super::avatar::{DayRow, rows_ui};
use super::facts::{Fact, Start, facts_ui, section_ui};
use super::why::{AuctionRow, auction_rows, auction_table_ui};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::numbers::{NONE, count, decimal, fixed, percent};
use crate::desktop::view::sight::City;
use crate::desktop::view::subject::Subject;
use crate::economy::ledger::{Account, Currency, Ledger};
use crate::events::behavior::EventKind;
use crate::platform::ads::campaign::{Campaign, Campaigns};
use crate::platform::ads::click_model::Format;
use crate::platform::ads::config::PacingKind;
use crate::platform::ads::goal::Goal;
use crate::platform::config::PlatformRules;
use crate::sim::ids::CampaignId;
use crate::society::content::words::topic_name;

/// Events listed.
const SHOWN: usize = 30;

/// A campaign.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CampaignPage {
    facts: Vec<Fact>,
    results: Vec<Fact>,
    auctions: Vec<AuctionRow>,
    events: Vec<DayRow>,
}

/// Fills the page; `None` if there is no such campaign.
pub(super) fn fill(city: &City<'_>, id: CampaignId) -> Option<CampaignPage> {
    let campaigns = city.get::<Campaigns>();
    if id.idx() >= campaigns.len() {
        return None;
    }
    let c = campaigns.get(id);
    let about = || city.recent.about(Subject::Campaign(id));
    Some(CampaignPage {
        facts: facts(city, id, c),
        results: results(city, id, c),
        auctions: auction_rows(city, id),
        events: about()
            .take(SHOWN)
            .map(|e| DayRow::of(city, e, None))
            .collect(),
    })
}

fn money(amount: f64) -> String {
    format!("{} of outside money", fixed(amount, 4))
}

fn facts(city: &City<'_>, id: CampaignId, c: &Campaign) -> Vec<Fact> {
    let rules = &city.get::<PlatformRules>().0.ads;
    let today = city.now().day();
    let state = if !rules.enabled {
        "ads are turned off"
    } else if c.ends <= today {
        "over"
    } else {
        "running"
    };
    let ledger = city.get::<Ledger>();
    let left = ledger.balance(Currency::Outside, Account::Advertiser(id));
    let left = left.as_f64();
    let budget = c.daily_budget.as_f64();
    let spent = (budget - left).max(0.0);
    let share = if budget > 0.0 && state == "running" {
        percent((spent / budget).clamp(0.0, 1.0))
    } else {
        NONE.to_owned()
    };
    let mut facts = vec![
        Fact::new("State", state, "Whether it runs"),
        Fact::new(
            "Advertiser",
            format!("advertiser {id}"),
            "Every campaign has an advertiser of its own",
        ),
        Fact::new(
            "Goal",
            match c.goal {
                Goal::Clicks => format!("clicks, each worth {}", money(c.value.as_f64())),
                Goal::Reach => format!(
                    "to be seen by many, a look worth what a click every {} looks is: {}",
                    (1.0 / Format::Display.usual_rate()).round(),
                    money(c.value.as_f64() * Format::Display.usual_rate())
                ),
                Goal::Conversions => format!(
                    "conversions, each worth {}",
                    money(c.conversion_value().as_f64())
                ),
            },
            "What it pays for, and what that is worth to its advertiser",
        ),
        Fact::new(
            "About",
            topic_name(usize::from(c.topic)),
            "The topic of its one ad: there are no pictures or texts in this city",
        ),
        Fact::new(
            "Flight",
            format!("day {} to day {}", c.starts, c.ends.saturating_sub(1)),
            "First and last day",
        ),
        Fact::new(
            "Budget",
            format!("{} a day", money(budget)),
            "Most it may spend a day",
        ),
        Fact::new(
            "Spent today",
            if state == "running" {
                format!("{}, {share} of its budget", money(spent))
            } else {
                NONE.to_owned()
            },
            "Its budget less what is left of the deposit of the day",
        ),
    ];
    facts.push(pacing(c, rules.pacing));
    facts.push(Fact::new(
        "Targeting",
        if rules.targeting {
            "observed interests of those who consent to it and are of age; otherwise the place"
        } else {
            "the place alone"
        },
        "What its ads may be chosen by",
    ));
    facts
}

fn pacing(c: &Campaign, kind: PacingKind) -> Fact {
    let mu = c.pacer.multiplier();
    let (what, why) = match kind {
        PacingKind::Off => (
            "off: bids its worth".to_owned(),
            "Nothing is held back for the evening".to_owned(),
        ),
        PacingKind::Adaptive => (
            format!("bids {} of its worth", percent(1.0 / (1.0 + mu.max(0.0)))),
            format!(
                "Bids are shaded so that the budget lasts the day; the price of its budget is {} now",
                decimal(mu)
            ),
        ),
        PacingKind::Throttling => (
            format!("takes part in {} of auctions", percent(c.control.share())),
            "It sits auctions out so that the budget lasts the day".to_owned(),
        ),
        PacingKind::Pid => (
            format!("bids {} of its worth", percent(c.control.factor())),
            "A controller moves bids to where spending follows the plan of the day".to_owned(),
        ),
    };
    Fact::new("Pacing", what, why)
}

fn results(city: &City<'_>, id: CampaignId, c: &Campaign) -> Vec<Fact> {
    let counted = |kind| {
        let all = city.recent.about(Subject::Campaign(id));
        all.filter(|e| e.kind == kind).count() as u64
    };
    let shown = counted(EventKind::AdImpression);
    let clicked = counted(EventKind::AdClick);
    let converted = counted(EventKind::AdConvert);
    let since = city.recent.since().map_or_else(
        || "nothing is remembered yet".to_owned(),
        |t| format!("since {t}"),
    );
    let share = |n: u64, of: u64| {
        if of == 0 {
            NONE.to_owned()
        } else {
            percent(n as f64 / of as f64)
        }
    };
    vec![
        Fact::new("Shown", format!("{} times", count(shown)), since.clone()),
        Fact::new(
            "Clicked",
            format!(
                "{} times, {} of those shown",
                count(clicked),
                share(clicked, shown)
            ),
            since.clone(),
        ),
        Fact::new(
            "Converted",
            format!(
                "{} times, {} of those clicked",
                count(converted),
                share(converted, clicked)
            ),
            since,
        ),
        Fact::new(
            "Appeal",
            format!(
                "{} times as often clicked as others in the same place",
                decimal(c.appeal())
            ),
            "Learned since it began",
        ),
    ]
}

/// Draws the page.
pub(super) fn campaign_ui(ui: &mut Ui, page: &CampaignPage, look: &Look, out: &mut Vec<UiCommand>) {
    facts_ui(ui, &page.facts, out);
    section_ui(ui, "Results", Start::Open, |ui| {
        ui.weak("As far as is remembered: the last 50,000 events of the city");
        facts_ui(ui, &page.results, out);
    });
    section_ui(ui, "Last auctions", Start::Open, |ui| {
        auction_table_ui(ui, &page.auctions, look, out);
    });
    section_ui(ui, "What happened with it", Start::Closed, |ui| {
        if page.events.is_empty() {
            ui.weak("Nothing lately");
        }
        rows_ui(ui, look, &page.events, out);
    });
}
