//! A workload is exact, the same at any number of threads, and hashed.

use super::plugin::found_workload;
use super::state::{Choices, Items, Slates, Tally, Users, normalise};
use crate::events::behavior::EventKind;
use crate::platform::models::retrieval::Hit;
use crate::scenario::load::{Overrides, load};
use crate::scenario::schema::Scenario;
use crate::sim::math;
use crate::sim::schedule::Simulation;

fn small() -> Scenario {
    let sets = ["users=300", "items=150", "dims=8", "steps=4"];
    let overrides = Overrides {
        sets: sets.map(|s| format!("workload.{s}")).to_vec(),
        ..Overrides::default()
    };
    load("workload-a", &overrides).unwrap().scenario
}

fn hashes(sim: &mut Simulation, steps: u32) -> Vec<u64> {
    let step = |_| {
        sim.step();
        sim.state_hash()
    };
    (0..steps).map(step).collect()
}

#[test]
fn threads_do_not_matter_and_every_step_changes_the_state() {
    let one = hashes(&mut found_workload(&small(), 1).unwrap(), 4);
    let three = hashes(&mut found_workload(&small(), 3).unwrap(), 4);
    assert_eq!(one, three);
    let mut different = one.clone();
    different.dedup();
    assert_eq!(different.len(), 4);
    let other = Scenario {
        seed: 43,
        ..small()
    };
    assert_ne!(hashes(&mut found_workload(&other, 1).unwrap(), 4), one);
}

#[test]
fn digests_kept_on_the_way_are_those_of_the_rows() {
    let scenario = small();
    let mut sim = found_workload(&scenario, 2).unwrap();
    hashes(&mut sim, 3);
    let users = sim.world().resource::<Users>();
    assert_eq!(users.sum, Users::of(users.rows.clone(), 8).sum);
}

#[test]
fn slates_are_the_best_items_and_choices_move_users_towards_them() {
    let scenario = small();
    let mut sim = found_workload(&scenario, 2).unwrap();
    let before = sim.world().resource::<Users>().rows.clone();
    sim.step();
    let world = sim.world();
    let (items, slates) = (world.resource::<Items>(), world.resource::<Slates>());
    let (after, choices) = (world.resource::<Users>(), world.resource::<Choices>());
    let mut taken = 0;
    for (u, event) in choices.events.iter().enumerate() {
        let row = &before[u * 8..][..8];
        let logit = |i: u32| {
            let terms = row.iter().zip(items.row(i));
            terms.fold(0.0f32, |sum, (a, b)| sum + a * (b * 4.0))
        };
        let mut all: Vec<Hit> = (0..150)
            .map(|item| Hit {
                item,
                score: logit(item),
            })
            .collect();
        all.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.item.cmp(&b.item)));
        let slate = &slates.hits[u * 10..][..10];
        assert_eq!(slate, &all[..10], "user {u}");
        let now = &after.rows[u * 8..][..8];
        if event.kind == EventKind::Pass {
            assert_eq!(now, row);
            assert_eq!(event.value, 3.0);
            continue;
        }
        taken += 1;
        let chosen = slate[usize::from(event.position)];
        assert_eq!((event.thing.id, event.value), (chosen.item, chosen.score));
        let pairs = row.iter().zip(items.row(chosen.item));
        let mut want: Vec<f32> = pairs.map(|(u, x)| u + 0.05 * (x - u)).collect();
        normalise(&mut want);
        assert_eq!(now, want);
        assert!((math::dot(now, now) - 1.0).abs() < 1e-5);
    }
    assert_eq!(taken, choices.taken);
    assert_eq!(world.resource::<Tally>().events, 300);
    assert!(taken > 100 && taken < 300, "{taken}");
}
