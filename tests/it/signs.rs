//! Signs in a running city: one mechanism over NULL at a time.

use std::collections::{BTreeMap, BTreeSet};

use agora::economy::ledger::Ledger;
use agora::economy::purpose::Purpose;
use agora::economy::settle::Audit;
use agora::events::behavior::{Event, EventKind, Surface};
use agora::lab::metrics::inventory::{Inventory, InventoryBook};
use agora::platform::ads::config::AdsConfig;
use agora::platform::engage::config::EngageConfig;
use agora::scenario::schema::Scenario;
use agora::sim::ids::{AvatarId, SpaceId};
use agora::sim::schedule::Simulation;
use agora::sim::units::{Coins, TICKS_PER_DAY};
use agora::society::spaces::space::{SpaceKind, Spaces};

use crate::ads::{self, events_of, watch};

/// A small city in which the platform does nothing but sell signs, if those.
fn town(ads: AdsConfig) -> Scenario {
    let mut s = ads::town(ads);
    // Enough is clicked for money to move.
    s.society.choice.ad_click_rate = 0.4;
    s
}

/// Campaigns with money, and nothing that they could buy.
fn nothing_for_sale() -> AdsConfig {
    AdsConfig {
        enabled: true,
        daily_budget: 20.0,
        reserve_price: 0.0,
        campaigns_per_1000: 40.0,
        cap_per_day: 0,
        cap_per_week: 0,
        ..AdsConfig::NULL
    }
}

const ADS: [EventKind; 2] = [EventKind::AdImpression, EventKind::AdClick];

/// Says that what was charged is what the ledger moved from advertisers to the platform and what the lab counted of a kind.
fn money_adds_up(events: &[Event], sim: &Simulation, kind: Inventory) {
    let charged: Coins = events.iter().map(|e| e.amount).sum();
    assert!(charged.is_positive(), "nothing was paid");
    let w = sim.world();
    let ledger = w.resource::<Ledger>();
    assert_eq!(ledger.flow(Purpose::AdCharge).total, charged);
    assert!(ledger.audit() && w.resource::<Audit>().always_balanced);
    let of = w.resource::<InventoryBook>().of(kind);
    let count = |kind| events.iter().filter(|e| e.kind == kind).count() as u64;
    assert_eq!(of.looks, count(EventKind::AdImpression));
    assert_eq!(of.clicks, count(EventKind::AdClick));
    assert!((of.revenue - charged.as_f64()).abs() < 1e-6);
    let reached: BTreeSet<AvatarId> = events.iter().map(|e| e.avatar).collect();
    assert_eq!(of.reach(), reached.len() as u64);
}

#[test]
fn without_signs_there_is_no_state_of_them_and_without_ads_they_move_nothing() {
    let chain = |ads: AdsConfig| -> Vec<u64> {
        let mut hashes = Vec::new();
        let sim = watch(&town(ads), 2 * TICKS_PER_DAY, |sim| {
            hashes.push(sim.state_hash());
        });
        for (name, _) in sim.state_parts() {
            assert!(name != "signs" && name != "sign bus");
        }
        hashes
    };
    let on = AdsConfig {
        placements: true,
        sponsored_events: true,
        ..AdsConfig::NULL
    };
    assert!(chain(on) == chain(AdsConfig::NULL));
    let mut sim = watch(
        &town(AdsConfig {
            placements: true,
            ..nothing_for_sale()
        }),
        1,
        |_| {},
    );
    sim.state_hash();
    let parts = sim.state_parts();
    let has = |part| parts.iter().any(|(name, _)| *name == part);
    assert!(
        has("signs") && has("sign bus"),
        "parts have other names: {parts:?}"
    );
}

#[test]
fn a_room_shows_one_brand_a_day_to_those_who_come_in_and_nobody_else_sees_it() {
    let (all, sim) = events_of(
        &town(AdsConfig {
            placements: true,
            ..nothing_for_sale()
        }),
        &[ADS[0], ADS[1], EventKind::Move],
    );
    let (moves, events): (Vec<Event>, Vec<Event>) =
        all.into_iter().partition(|e| e.kind == EventKind::Move);
    let came: BTreeSet<(AvatarId, SpaceId, u32)> = moves
        .iter()
        .map(|e| (e.avatar, e.space, e.tick.0))
        .collect();
    let spaces = sim.world().resource::<Spaces>();
    let mut brands: BTreeMap<(SpaceId, u32), BTreeSet<u32>> = BTreeMap::new();
    for e in &events {
        assert_eq!(e.surface, Surface::None);
        // Who came in one minute sees the brand in the next.
        assert!(came.contains(&(e.avatar, e.space, e.tick.0 - 1)), "{e:?}");
        let kind = spaces.get(e.space).kind;
        assert!(matches!(kind, SpaceKind::GameRoom | SpaceKind::Classroom));
        let of = brands.entry((e.space, e.tick.day())).or_default();
        of.insert(e.thing.id);
    }
    assert!(
        brands.len() > 3,
        "{} rooms are too few to tell",
        brands.len()
    );
    assert!(brands.values().all(|b| b.len() == 1), "{brands:?}");
    money_adds_up(&events, &sim, Inventory::Placement);
}

#[test]
fn caps_hold_before_signs() {
    let (events, _) = events_of(
        &town(AdsConfig {
            placements: true,
            cap_per_day: 1,
            ..nothing_for_sale()
        }),
        &[EventKind::AdImpression],
    );
    let mut seen = BTreeSet::new();
    for e in &events {
        let once = seen.insert((e.avatar, e.thing.id, e.tick.day()));
        assert!(once, "{e:?}");
    }
    assert!(!seen.is_empty());
}

#[test]
fn a_live_event_has_one_sponsor_whom_those_who_attend_see() {
    let mut s = town(AdsConfig {
        sponsored_events: true,
        ..nothing_for_sale()
    });
    s.platform.engage = EngageConfig {
        live_events: true,
        live_events_per_1000: 10.0,
        ..EngageConfig::NULL
    };
    s.society.reactions.live_event_rate = 1.0;
    let kinds = [ADS[0], ADS[1], EventKind::LiveAttend];
    let (all, sim) = events_of(&s, &kinds);
    let (came, events): (Vec<Event>, Vec<Event>) = all
        .into_iter()
        .partition(|e| e.kind == EventKind::LiveAttend);
    let came: BTreeSet<(AvatarId, SpaceId, u32)> =
        came.iter().map(|e| (e.avatar, e.space, e.tick.0)).collect();
    let mut sponsors: BTreeMap<(SpaceId, u32), BTreeSet<u32>> = BTreeMap::new();
    for e in &events {
        // Who came in one minute sees the sponsor in the next.
        assert!(came.contains(&(e.avatar, e.space, e.tick.0 - 1)), "{e:?}");
        let of = sponsors.entry((e.space, e.tick.day())).or_default();
        of.insert(e.thing.id);
    }
    assert!(!sponsors.is_empty(), "nobody saw a sponsor");
    assert!(sponsors.values().all(|b| b.len() == 1), "{sponsors:?}");
    let looks = sim.world().resource::<InventoryBook>();
    assert_eq!(looks.of(Inventory::Placement).looks, 0);
    assert!(looks.of(Inventory::Sponsorship).looks > 0);
}
