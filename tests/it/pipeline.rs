//! The pipeline of a tick: who may change what, and books that balance after every one.

use std::ops::RangeInclusive;

use agora::cli::selftest::city;
use agora::economy::ledger::Ledger;
use agora::economy::settle::Audit;
use agora::scenario::world::plan;
use agora::sim::schedule::{SimAppExt, SimSystems, SimTick, Simulation};
use agora::sim::state_hash::StateHash;
use agora::sim::workers::Workers;
use agora::society::avatars::avatar::Avatars;
use agora::society::plugin::Plantings;
use bevy::ecs::prelude::*;

/// Digests of the ledger as [`SimSystems::Settle`] found and left it.
#[derive(Resource, Default)]
struct Watched {
    found: u64,
    left: u64,
    n_changed_by_settle: u64,
    complaints: Vec<String>,
}

fn before_settle(mut ledger: ResMut<Ledger>, mut watched: ResMut<Watched>) {
    watched.found = ledger.digest();
    if watched.left != 0 && watched.left != watched.found {
        watched
            .complaints
            .push("the ledger changed between two phases of Settle".to_owned());
    }
}

fn after_settle(mut ledger: ResMut<Ledger>, mut watched: ResMut<Watched>) {
    watched.left = ledger.digest();
    watched.n_changed_by_settle += u64::from(watched.left != watched.found);
}

fn watched_city(days: u32) -> Simulation {
    let city = city::small(120, days, 3, "item_knn").unwrap().scenario;
    let mut app = plan(&city, Plantings::default(), Workers::new(1).unwrap());
    app.insert_unhashed("watched", "a test's", Watched::default());
    app.add_systems(
        SimTick,
        (
            before_settle
                .after(SimSystems::Choose)
                .before(SimSystems::Settle),
            after_settle
                .after(SimSystems::Settle)
                .before(SimSystems::Guard),
        ),
    );
    Simulation::start(app).unwrap()
}

#[test]
fn only_settle_changes_balances_and_the_books_balance_after_every_tick() {
    const TICKS: RangeInclusive<u32> = 1..=3 * 1_440;
    let mut sim = watched_city(3);
    for tick in TICKS {
        sim.step();
        let ledger = sim.world().resource::<Ledger>();
        assert!(ledger.is_balanced(), "books after tick {tick}");
        if tick % 60 == 0 {
            assert!(ledger.audit(), "books in full after tick {tick}");
        }
    }
    let audit = sim.world().resource::<Audit>();
    assert!(audit.always_balanced);
    assert_eq!(audit.n_checks, 3 * 1_440);
    let watched = sim.world().resource::<Watched>();
    assert_eq!(watched.complaints, Vec::<String>::new());
    assert!(
        watched.n_changed_by_settle > 100,
        "{}",
        watched.n_changed_by_settle
    );
    let mut purses = 0;
    for (i, a) in sim
        .world()
        .resource::<Avatars>()
        .table
        .rows()
        .iter()
        .enumerate()
    {
        let wallet =
            agora::economy::ledger::Account::Wallet(agora::sim::ids::AvatarId::from_idx(i));
        let ledger = sim.world().resource::<Ledger>();
        let balance = ledger.balance(agora::economy::ledger::Currency::Coins, wallet);
        assert_eq!(a.purse, balance, "purse of avatar {i}");
        purses += 1;
    }
    assert!(purses >= 120);
}
