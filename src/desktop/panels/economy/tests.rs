//! Checks of the economy panel: what it says and what its clicks ask for.

use egui_kittest::kittest::Queryable as _;

use super::Economy;
use super::view::EconomyView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::testing::{TestCity, shows_nonsense, stage};
use crate::desktop::view::subject::Subject;
use crate::economy::ledger::Ledger;
use crate::economy::purpose::Purpose;
use crate::sim::units::Coins;

fn rich_city() -> TestCity {
    TestCity::with(
        300,
        0,
        &[
            "economy.land.release_share=0.3",
            "economy.market.relisting=0.5",
            "economy.treasury.resident_wallet=400",
        ],
    )
}

#[test]
fn without_a_city_the_panel_says_so() {
    stage::<Economy>(EconomyView::default(), Look::new(true), 500.0).get_by_label("No economy yet");
}

#[test]
fn a_city_without_market_and_land_says_what_to_switch_on() {
    let off = ["economy.market.enabled=false", "economy.land.enabled=false"];
    let view = TestCity::with(20, 0, &off).watched::<Economy>(5);
    let h = stage::<Economy>(view, Look::new(true), 300.0);
    h.get_by_label("Nothing is sold in this city");
    h.get_by_label("Land is not sold in this city");
}

#[test]
fn one_avatar_alone_leaves_dashes_and_no_nonsense() {
    let view = TestCity::new(1, 0).watched::<Economy>(90);
    let h = stage::<Economy>(view, Look::new(false), 300.0);
    h.get_by_label("Inflation in 7 days –");
    h.get_by_label("No trades yet");
    assert!(!shows_nonsense(&h));
}

#[test]
fn days_are_shown_and_rows_lead_to_the_inspector() {
    let view = rich_city().watched::<Economy>(2 * 1_440 + 300);
    assert_eq!(view.money.flow_days.len(), 2);
    assert!(!view.market.depth.is_empty() && !view.market.trades.is_empty());
    assert!(!view.land.top.is_empty() && !view.land.auctions.is_empty());
    assert_eq!(view.wealth.richest.len(), 20);
    let expected = [
        (
            Subject::Avatar(view.wealth.richest[0].avatar).label(),
            view.wealth.richest[0].role.clone(),
            Subject::Avatar(view.wealth.richest[0].avatar),
        ),
        (
            view.market.trades[0].tick.to_string(),
            view.market.trades[0].title.clone(),
            Subject::Item(view.market.trades[0].item),
        ),
    ];
    let parcel = Subject::Parcel(view.land.top[0].parcel);
    let mut h = stage::<Economy>(view, Look::new(true), 900.0);
    assert!(!shows_nonsense(&h));
    for chart in [
        "Coin supply",
        "Velocity",
        "Price index",
        "Asks by price",
        "Rents",
        "Who has how much",
    ] {
        h.get_by_label(&format!("Chart of {chart}"));
    }
    for (first, second, subject) in expected {
        let label = format!("{first}, {second}");
        h.get_all_by_label_contains(&label)
            .next()
            .expect("listed")
            .click();
        h.run();
        assert_eq!(h.state().out.last(), Some(&UiCommand::Inspect(subject)));
    }
    let label = format!("{}, ", parcel.label());
    h.get_all_by_label_contains(&label)
        .next()
        .expect("listed")
        .click();
    h.run();
    assert_eq!(h.state().out.last(), Some(&UiCommand::Inspect(parcel)));
}

#[test]
fn flows_can_be_switched_between_today_the_last_day_and_the_run() {
    let view = rich_city().watched::<Economy>(1_440 + 60);
    let mut h = stage::<Economy>(view, Look::new(true), 700.0);
    h.get_by_label("Flows of Faucets and sinks on the last day");
    h.get_by_label("the whole run").click();
    h.run();
    h.get_by_label("Flows of Faucets and sinks since the city began");
    h.get_by_label("today").click();
    h.run();
    h.get_by_label("Faucets and sinks today");
}

#[test]
fn the_flows_of_days_and_of_today_add_up_to_those_of_the_run() {
    let mut city = rich_city();
    let watch = city.watch::<Economy>(2 * 1_440 + 60);
    let days: Vec<_> = watch.flows.days().collect();
    assert_eq!(days.iter().map(|d| d.0).collect::<Vec<_>>(), [0, 1]);
    let ledger = city.sim.world().resource::<Ledger>();
    for (i, purpose) in Purpose::ALL.iter().enumerate() {
        let flow = ledger.flow(*purpose);
        let before = watch.flows.before().unwrap()[i];
        let flowed: Coins = days.iter().map(|d| d.1[i]).sum();
        assert_eq!(before + flowed + flow.today, flow.total, "{purpose:?}");
    }
    assert!(days[0].1[Purpose::LoginReward as usize].is_positive());
}

#[test]
fn who_sold_is_who_owned() {
    let mut city = rich_city();
    let watch = city.watch::<Economy>(2 * 1_440);
    let resales = watch.trades.iter().filter(|t| t.seller.is_some());
    for t in resales {
        assert_ne!(t.seller, Some(t.buyer));
        assert!(t.split.royalty < t.price);
    }
    assert!(!watch.trades.is_empty());
}
