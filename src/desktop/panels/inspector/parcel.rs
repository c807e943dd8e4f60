//! The page of a parcel.

use egui::Ui;

use super::facts::{Fact, Link, Start, facts_ui, links_ui, section_ui};
use super::names::link;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::numbers::{Form, coins, count, decimal};
use crate::desktop::view::sight::City;
use crate::desktop::view::subject::Subject;
use crate::economy::config::EconomyRules;
use crate::economy::land::registry::{LandRegistry, Lot};
use crate::sim::ids::{ParcelId, SpaceId};
use crate::sim::units::{Coins, TICKS_PER_DAY};
use crate::society::spaces::field::FootfallField;
use crate::society::spaces::map::{Cell, CityMap};
use crate::society::spaces::space::Spaces;

/// Sales shown.
const SHOWN: usize = 200;

/// A parcel.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ParcelPage {
    facts: Vec<Fact>,
    /// Day and price of each sale, oldest first.
    sales: Vec<[f64; 2]>,
    /// What stands on it.
    spaces: Vec<Link>,
}

/// Fills the page; `None` if there is no such parcel.
pub(super) fn fill(city: &City<'_>, id: ParcelId) -> Option<ParcelPage> {
    let land = city.get::<LandRegistry>();
    let map = city.get::<CityMap>();
    let lot = land.lots.rows().get(id.idx())?;
    if id.idx() >= map.len() {
        return None;
    }
    let (x, y) = map.xy(id);
    let ground = match map.cell(id) {
        Cell::Road => "road: nobody owns it",
        Cell::Plaza => "the central plaza: nobody owns it",
        Cell::Land => "land",
    };
    let mut facts = vec![
        Fact::new("Ground", ground, "What lies there"),
        Fact::new("Place", format!("column {x}, row {y}"), "Where on the map"),
        Fact::new(
            "District",
            map.district(id).to_string(),
            "The district it belongs to",
        ),
        Fact::new(
            "To the middle",
            format!("{} parcels", decimal(map.to_center(id))),
            "Distance to the middle of the central plaza",
        ),
        Fact::new(
            "Passers-by",
            format!("{} a day", decimal(city.get::<FootfallField>().at(id))),
            "People who pass it in a day, because of the spaces around it",
        ),
    ];
    if lot.is_land {
        deed(city, lot, &mut facts);
        let bids = land.bids.get(&id).map_or(0, Vec::len);
        if lot.asking.is_some() {
            facts.push(Fact::new(
                "Bids today",
                count(bids as u64),
                "Sealed bids made so far",
            ));
        }
    }
    let mut sales: Vec<[f64; 2]> = land
        .sales
        .iter()
        .rev()
        .filter(|s| s.parcel == id)
        .take(SHOWN)
        .map(|s| {
            let day = f64::from(s.tick.0) / f64::from(TICKS_PER_DAY);
            [day, s.price.as_f64()]
        })
        .collect();
    sales.reverse();
    let spaces = city.get::<Spaces>().table.rows().iter().enumerate();
    Some(ParcelPage {
        facts,
        sales,
        spaces: spaces
            .filter(|(_, s)| s.parcel == id)
            .map(|(i, _)| link(city, Subject::Space(SpaceId::from_idx(i))))
            .collect(),
    })
}

/// Tells who owns a parcel and what it costs.
fn deed(city: &City<'_>, lot: &Lot, facts: &mut Vec<Fact>) {
    let help = "Who owns it";
    facts.push(match lot.owner {
        Some(owner) => Fact::link("Owner", link(city, Subject::Avatar(owner)), help),
        None => Fact::new("Owner", "the city", help),
    });
    if lot.owner.is_some() {
        facts.push(Fact::new(
            "Since",
            lot.since.to_string(),
            "Since when its owner has it",
        ));
    }
    facts.push(Fact::new(
        "Last price",
        if lot.last_price.is_positive() {
            coins(lot.last_price)
        } else {
            "never sold".to_owned()
        },
        "What it last fetched",
    ));
    facts.push(Fact::new(
        "For sale",
        lot.asking.map_or_else(
            || "no".to_owned(),
            |asking| format!("yes, for at least {}", coins(asking)),
        ),
        "Whether it is up for auction today, and its reserve price",
    ));
    facts.push(Fact::new("Sales", lot.n_sales.to_string(), "Sales so far"));
    let help = "Who rents it";
    facts.push(match lot.tenant {
        Some(tenant) => Fact::link("Tenant", link(city, Subject::Avatar(tenant)), help),
        None => Fact::new("Tenant", "nobody", help),
    });
    let rules = &city.get::<EconomyRules>().0.land;
    let tax = Coins::from_f64(rules.tax * lot.last_price.as_f64());
    facts.push(Fact::new(
        "Tax",
        format!("{} a day", coins(tax)),
        "Share of the last price that its owner pays each day",
    ));
    facts.push(Fact::new(
        "Building",
        if lot.is_built { "yes" } else { "none" },
        "Whether something is built on it",
    ));
}

/// Draws the page.
pub(super) fn parcel_ui(ui: &mut Ui, page: &ParcelPage, look: &Look, out: &mut Vec<UiCommand>) {
    facts_ui(ui, &page.facts, out);
    section_ui(ui, "What stands on it", Start::Open, |ui| {
        links_ui(ui, &page.spaces, page.spaces.len(), "No space", out);
    });
    section_ui(ui, "Sales", Start::Open, |ui| {
        let series = [Series::new(
            "Price",
            page.sales.clone(),
            look.palette.series[0],
        )];
        Chart::new("parcel price", "Price at each sale")
            .help("What it fetched, by day")
            .x("day")
            .y("coins")
            .form(Form::Coins)
            .lines(&series)
            .height(140.0)
            .empty("It was never sold", "Land is sold at the end of each day")
            .show(ui, look, out);
    });
}
