//! Models of the catalog in a living city: they learn day after day, although people and items come and go.

use agora::platform::models::ranker::{Learned, Ranker};
use agora::scenario::load::{Overrides, load};
use agora::scenario::world::found;
use agora::sim::units::TICKS_PER_DAY;
use agora::society::avatars::avatar::Avatars;
use agora::society::plugin::Plantings;

/// Kinds with what makes their fit short.
const KINDS: [(&str, &[&str]); 9] = [
    ("rp3beta", &[]),
    ("ials", &["ials.iterations=2"]),
    ("bpr", &["bpr.epochs=3"]),
    ("logistic", &["logistic.steps=3"]),
    ("dcn", &["dcn.epochs=1", "dcn.hidden=8"]),
    (
        "sasrec",
        &["sasrec.epochs=2", "sasrec.dimensions=8", "sasrec.inner=16"],
    ),
    (
        "fusion",
        &["fusion.epochs=2", "fusion.dimensions=8", "fusion.hidden=8"],
    ),
    ("lin_ucb", &[]),
    ("thompson", &[]),
];

/// What makes a city small, and lively enough to learn from.
const CITY: [&str; 8] = [
    "society.population.residents=80",
    "society.population.newcomers_per_1000=100.0",
    "society.content.min_posts=120",
    "society.content.games=20",
    "society.content.game_items=30",
    "society.content.assets=80",
    "society.content.courses=20",
    "society.spaces.side=20",
];

const DAYS: u32 = 4;

#[test]
fn every_kind_learns_every_day_with_newcomers_about() {
    for (kind, short) in KINDS {
        let model = format!("platform.recommend.model={kind}");
        let sets = CITY.iter().map(|s| (*s).to_owned()).chain([model]);
        let short = short.iter().map(|s| format!("platform.models.{s}"));
        let overrides = Overrides {
            sets: sets.chain(short).collect(),
            seed: Some(3),
            days: Some(DAYS),
            arm: None,
        };
        let loaded = load("quickstart", &overrides).unwrap();
        let mut sim = found(&loaded.scenario, Plantings::default(), 1).unwrap();
        // The first training is after a day; one after the last is not waited for.
        for _ in 0..DAYS * TICKS_PER_DAY + 60 {
            sim.step();
        }
        let world = sim.world();
        let people = world.resource::<Avatars>().table.len();
        assert!(people > 80, "{kind}: nobody arrived");
        let ranker = world.resource::<Ranker>();
        assert_eq!(ranker.failure, None, "{kind}");
        let trained = ranker.registry.cards().len();
        assert!(
            trained >= DAYS as usize,
            "{kind} was trained {trained} times"
        );
        assert!(matches!(ranker.learned, Learned::Served(_)), "{kind}");
        // Whoever came after the fit is scored all the same.
        let Learned::Served(served) = &ranker.learned else {
            continue;
        };
        let past = [(people as u32 - 1, Vec::new(), 0)];
        assert!(served.score_pasts(&past).is_ok(), "{kind}");
    }
}
