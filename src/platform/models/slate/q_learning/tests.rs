use super::config::{Follow, SlateQConfig};
use super::learner::SlateQ;
use super::memory::{Shape, Situation, Step};
use crate::platform::models::params::ModelError;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::state_hash::StateHasher;

/// Things: bait brings 1 and ends it all, the door brings 0 and leads to where the prize brings 10 and a stone nothing.
const SHAPE: Shape = Shape {
    state: 1,
    columns: 4,
    active: 1,
};

fn config(follow: Follow) -> SlateQConfig {
    SlateQConfig {
        slate: 1,
        follow,
        discount: 0.9,
        scale: 5.0,
        hidden: 8,
        learning_rate: 0.01,
        batch_size: 64,
        follow_rate: 0.05,
        memory: 10_000,
    }
}

/// Everything weighs as much as taking nothing, so that whatever is shown is taken half the time.
fn situation(place: f32, columns: [u16; 2]) -> Situation {
    Situation {
        state: vec![place],
        weights: vec![1.0, 1.0],
        nothing_weight: 1.0,
        columns: columns.to_vec(),
        values: vec![1.0, 1.0],
    }
}

fn outside() -> Situation {
    situation(0.0, [0, 1])
}

fn inside() -> Situation {
    situation(1.0, [2, 3])
}

/// Shows one thing at random in each place; who takes nothing leaves.
fn episode(id: u64) -> Vec<Step> {
    let mut rng = RngStream::new(8, Purpose::Test, id, 0);
    let mut step = |situation, rewards: [f32; 2]| {
        let shown = rng.below(2);
        let taken = rng.chance(0.5).then_some(shown);
        Step {
            situation,
            slate: vec![shown],
            taken,
            reward: taken.map_or(0.0, |i| rewards[i]),
        }
    };
    let first = step(outside(), [1.0, 0.0]);
    if first.taken != Some(1) {
        return vec![first];
    }
    vec![first, step(inside(), [10.0, 0.0])]
}

fn learned(follow: Follow, seed: u64) -> SlateQ {
    let mut q = SlateQ::new(config(follow), SHAPE, seed).unwrap();
    for id in 0..400 {
        q.remember(episode(id)).unwrap();
    }
    q.learn(800, 1.0).unwrap();
    q.learn(400, 0.1).unwrap();
    q
}

fn assert_worths(q: &SlateQ, s: &Situation, expected: [f64; 3]) {
    let (worths, nothing) = q.worths(s).unwrap();
    for (found, expected) in worths.iter().chain([&nothing]).zip(expected) {
        assert!((found - expected).abs() < 0.35, "{worths:?} {nothing}");
    }
}

#[test]
fn worths_are_those_computed_by_hand_and_look_ahead() {
    // Inside, the best slate shows the prize and is worth (10 + 0) / 2 = 5: the door is worth 0.9 · 5.
    let q = learned(Follow::Best, 1);
    assert_worths(&q, &outside(), [1.0, 4.5, 0.0]);
    assert_worths(&q, &inside(), [10.0, 0.0, 0.0]);
    assert_eq!(q.choose(&outside()).unwrap().items, [1]);
    assert_eq!(q.choose(&inside()).unwrap().items, [0]);
}

#[test]
fn the_behavior_itself_is_valued_by_sarsa() {
    // Prize and stone are shown half the time each: (5 + 0) / 2 = 2.5, so that the door is worth 0.9 · 2.5.
    let q = learned(Follow::Sarsa, 1);
    assert_worths(&q, &outside(), [1.0, 2.25, 0.0]);
}

#[test]
fn a_seed_decides_every_weight_on_any_number_of_threads() {
    let digest = |seed, threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let mut q = SlateQ::new(config(Follow::Best), SHAPE, seed).unwrap();
            (0..20).for_each(|id| q.remember(episode(id)).unwrap());
            q.learn(20, 1.0).unwrap();
            let mut h = StateHasher::default();
            q.add_to(&mut h);
            h.finish()
        })
    };
    assert_eq!(digest(1, 1), digest(1, 3));
    assert_ne!(digest(1, 1), digest(2, 1));
}

#[test]
fn stored_networks_choose_the_same() {
    let q = learned(Follow::Best, 1);
    let mut other = SlateQ::new(config(Follow::Best), SHAPE, 9).unwrap();
    other.load(&q.save()).unwrap();
    assert_eq!(
        q.worths(&inside()).unwrap(),
        other.worths(&inside()).unwrap()
    );
    let mut stored = q.save();
    stored.remove("out");
    assert!(other.load(&stored).is_err());
}

#[test]
fn exploring_draws_every_slate_as_often_as_another() {
    let q = SlateQ::new(config(Follow::Best), SHAPE, 1).unwrap();
    let mut first = 0;
    for id in 0..1_000 {
        let mut rng = RngStream::new(4, Purpose::Test, id, 0);
        let slate = q.explore(&outside(), 1.0, &mut rng).unwrap();
        assert_eq!(slate.len(), 1);
        first += u32::from(slate[0] == 0);
    }
    // Four standard errors of 1000 halves: 63.
    assert!(first.abs_diff(500) < 63, "{first}");
}

#[test]
fn what_does_not_fit_is_refused_and_not_remembered() {
    let mut q = SlateQ::new(config(Follow::Best), SHAPE, 1).unwrap();
    assert!(matches!(q.learn(1, 1.0), Err(ModelError::NoPairs)));
    let mut bad = episode(1);
    bad[0].slate = vec![2];
    let message = q.remember(bad).err().map(|e| e.to_string());
    assert_eq!(
        message.as_deref(),
        Some("thing of a slate is 2, allowed are indices below 2")
    );
    let mut bad = episode(1);
    bad[0].situation.state.clear();
    assert!(q.remember(bad).is_err());
    assert_eq!(q.n_remembered(), 0);
    let zero = SlateQConfig {
        hidden: 0,
        ..config(Follow::Best)
    };
    let message = SlateQ::new(zero, SHAPE, 1).err().map(|e| e.to_string());
    assert!(message.unwrap().contains("slate_q.hidden"));
}
