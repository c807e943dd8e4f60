//! Random worlds: whatever a scenario may say, the city runs and its books balance.

use agora::economy::ledger::Ledger;
use agora::scenario::load::{Overrides, load};
use agora::scenario::schema::Scenario;
use agora::scenario::world::found;
use agora::sim::config::ValueDoc;
use agora::sim::rng::{Purpose, RngStream};
use agora::society::plugin::Plantings;

/// Worlds founded.
const WORLDS: u64 = 100;

/// Ticks of each.
const TICKS: u32 = 200;

/// Values that only make a world large or slow, and the most of each here.
const SMALL: [(&str, f64); 9] = [
    ("society.population.residents", 60.0),
    ("society.content.posts_per_1000", 1_000.0),
    ("society.content.min_posts", 300.0),
    ("society.content.max_posts", 400.0),
    ("society.content.games", 30.0),
    ("society.content.game_items", 60.0),
    ("society.content.assets", 100.0),
    ("society.content.courses", 40.0),
    ("society.spaces.side", 40.0),
];

/// Draws a value: often an end of its range, sometimes near the lower one, sometimes anywhere.
fn draw(doc: &ValueDoc, rng: &mut RngStream) -> String {
    let Some((low, high)) = doc.allowed.split_once(" to ") else {
        let words: Vec<&str> = doc.allowed.split(", ").collect();
        return words[rng.below(words.len())].to_owned();
    };
    let (low, mut high): (f64, f64) = (low.parse().unwrap(), high.parse().unwrap());
    if let Some((_, most)) = SMALL.iter().find(|(key, _)| *key == doc.key) {
        high = high.min(*most);
    }
    let x = match rng.below(4) {
        0 => low,
        1 => high,
        2 => low + (high - low) * rng.uniform().powi(6),
        _ => rng.range(low, high),
    };
    if doc.kind == "integer" {
        format!("{}", x as i64)
    } else {
        format!("{x:?}")
    }
}

#[test]
fn random_valid_scenarios_run_and_their_books_balance() {
    let docs = Scenario::describe();
    for world in 0..WORLDS {
        let mut rng = RngStream::new(1, Purpose::Test, world, 0);
        let mut sets = vec!["platform.recommend.train_steps=2".to_owned()];
        for doc in &docs {
            let is_small = SMALL.iter().any(|(key, _)| *key == doc.key);
            let is_fixed =
                ["days", "seed", "platform.recommend.train_steps"].contains(&doc.key.as_str());
            if !is_fixed && (is_small || rng.chance(0.3)) {
                sets.push(format!("{}={}", doc.key, draw(doc, &mut rng)));
            }
        }
        // A panic prints the world that caused it.
        eprintln!(
            "world {world}: agora run quickstart --set {}",
            sets.join(" --set ")
        );
        let overrides = Overrides {
            sets,
            ..Overrides::default()
        };
        let scenario = load("quickstart", &overrides).unwrap().scenario;
        let mut sim = found(&scenario, Plantings::default(), 1).unwrap();
        for tick in 0..TICKS {
            sim.step();
            let ledger = sim.world().resource::<Ledger>();
            assert!(ledger.is_balanced(), "world {world}, tick {tick}");
        }
        assert!(sim.world().resource::<Ledger>().audit(), "world {world}");
    }
}
