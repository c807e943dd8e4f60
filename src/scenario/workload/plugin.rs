//! The systems of a workload, and founding such a world.

use bevy::app::{App, Plugin};
use bevy::ecs::prelude::*;
use rayon::prelude::*;

use super::config::WorkloadConfig;
use super::state::{Choices, Items, Scored, Slates, Tally, Users, event_digest, normalise, rehash};
use crate::events::behavior::{Event, EventKind, NO_OFFER, Surface, ThingKind};
use crate::platform::models::retrieval::Hit;
use crate::scenario::schema::Scenario;
use crate::scenario::world::FoundingError;
use crate::sim::ids::AvatarId;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{Seed, SimAppExt, SimClock, SimSystems, SimTick, Simulation};
use crate::sim::units::Tick;
use crate::sim::workers::Workers;
use crate::society::avatars::choice::choose;

/// Users handed to a worker at once. Sums are taken by such a portion, so it is part of their definition.
const PORTION: usize = 64;

/// Most slots of a slate, as the scenario allows.
const MOST_SLOTS: usize = 32;

/// A workload instead of a city.
pub struct WorkloadPlugin {
    /// What it is.
    pub config: WorkloadConfig,
    /// Seed of the vectors.
    pub seed: u64,
}

/// The scenario's part, as the systems read it.
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct WorkloadRules(pub WorkloadConfig);

impl Plugin for WorkloadPlugin {
    fn build(&self, app: &mut App) {
        let c = &self.config;
        let (users, items) = (c.users as usize, c.items as usize);
        let (dims, slate) = (c.dims as usize, c.slate as usize);
        let idle = Event::new(Tick(0), AvatarId(0), EventKind::Pass);
        app.insert_unhashed(
            "workload rules",
            "the scenario, hashed with the run",
            WorkloadRules(c.clone()),
        )
        .insert_unhashed(
            "scored",
            "scratch of a tick; what is chosen of it is hashed",
            Scored {
                hits: vec![Hit::NONE; users * slate],
            },
        )
        .insert_unhashed(
            "slates",
            "scratch of a tick; what is chosen of it is hashed",
            Slates {
                hits: vec![Hit::NONE; users * slate],
            },
        )
        .insert_unhashed(
            "tally",
            "what is counted; nobody in the loop reads it",
            Tally::default(),
        )
        .insert_state(
            "items",
            Items::draw(self.seed, items, dims, c.steepness as f32),
        )
        .insert_state("users", Users::draw(self.seed, users, dims))
        .insert_state(
            "choices",
            Choices {
                events: vec![idle; users],
                ..Choices::default()
            },
        )
        .add_systems(SimTick, score.in_set(SimSystems::Score))
        .add_systems(SimTick, offer.in_set(SimSystems::Offer))
        .add_systems(SimTick, choose_and_drift.in_set(SimSystems::Choose))
        .add_systems(SimTick, count.in_set(SimSystems::Measure));
    }
}

/// Founds the world of a scenario's workload.
///
/// # Errors
/// [`FoundingError`] if threads cannot be started or state is unregistered.
pub fn found_workload(scenario: &Scenario, threads: usize) -> Result<Simulation, FoundingError> {
    let mut app = Simulation::new_app(scenario.seed);
    app.insert_unhashed(
        "workers",
        "threads; results do not depend on them",
        Workers::new(threads)?,
    );
    app.add_plugins(WorkloadPlugin {
        config: scenario.workload.clone(),
        seed: scenario.seed,
    });
    Ok(Simulation::start(app)?)
}

/// Scores all items for all users.
fn score(
    rules: Res<WorkloadRules>,
    workers: Res<Workers>,
    items: Res<Items>,
    users: Res<Users>,
    mut scored: ResMut<Scored>,
) {
    let (dims, slate) = (items.packed.dims(), rules.0.slate as usize);
    let packed = &items.packed;
    workers.install(|| {
        users
            .rows
            .par_chunks(PORTION * dims)
            .zip(scored.hits.par_chunks_mut(PORTION * slate))
            .for_each(|(users, hits)| packed.top_k(users, slate, hits));
    });
}

/// Offers what was found.
fn offer(mut scored: ResMut<Scored>, mut slates: ResMut<Slates>) {
    std::mem::swap(&mut scored.hits, &mut slates.hits);
}

/// What a portion of users adds to the sums.
#[derive(Default)]
struct Portion {
    users: u64,
    events: u64,
    taken: u64,
    logits: f64,
}

/// Lets everybody choose, and moves them towards what they chose.
fn choose_and_drift(
    rules: Res<WorkloadRules>,
    clock: Res<SimClock>,
    seed: Res<Seed>,
    workers: Res<Workers>,
    items: Res<Items>,
    slates: Res<Slates>,
    mut users: ResMut<Users>,
    mut choices: ResMut<Choices>,
) {
    let c = &rules.0;
    let (dims, slate, drift) = (c.dims as usize, c.slate as usize, c.drift as f32);
    let one = |id: usize, row: &mut [f32], digest: &mut u64, slate: &[Hit], sums: &mut Portion| {
        let user = AvatarId::from_idx(id);
        let mut rng = RngStream::new(seed.0, Purpose::Choice, id as u64, clock.now.0);
        let mut logits = [0.0; MOST_SLOTS];
        let mut n = 0;
        for (logit, hit) in logits.iter_mut().zip(slate) {
            *logit = f64::from(hit.score);
            n += usize::from(*hit != Hit::NONE);
        }
        let Some(position) = choose(&logits[..n], c.no_choice_logit, 0.0, &mut rng) else {
            return Event::new(clock.now, user, EventKind::Pass).valued(c.no_choice_logit as f32);
        };
        let hit = slate[position];
        for (u, x) in row.iter_mut().zip(items.row(hit.item)) {
            *u += drift * (x - *u);
        }
        normalise(row);
        sums.users = sums.users.wrapping_add(rehash(id, row, digest));
        sums.taken += 1;
        sums.logits += f64::from(hit.score);
        Event::new(clock.now, user, EventKind::Consume)
            .thing(ThingKind::Item, hit.item)
            .answering(Surface::Feed, position as u8, NO_OFFER)
            .valued(hit.score)
    };
    let Users { rows, digests, sum } = &mut *users;
    let portions: Vec<Portion> = workers.install(|| {
        rows.par_chunks_mut(PORTION * dims)
            .zip(digests.par_chunks_mut(PORTION))
            .zip(slates.hits.par_chunks(PORTION * slate))
            .zip(choices.events.par_chunks_mut(PORTION))
            .enumerate()
            .map(|(portion, (((rows, digests), slates), events))| {
                let mut sums = Portion::default();
                let users = rows.chunks_exact_mut(dims).zip(digests);
                let offered = slates.chunks_exact(slate).zip(events);
                for (i, ((row, digest), (slate, event))) in users.zip(offered).enumerate() {
                    *event = one(portion * PORTION + i, row, digest, slate, &mut sums);
                    sums.events = sums.events.wrapping_add(event_digest(event));
                }
                sums
            })
            .collect()
    });
    (choices.digest, choices.taken, choices.logits) = (0, 0, 0.0);
    for p in portions {
        *sum = sum.wrapping_add(p.users);
        choices.digest = choices.digest.wrapping_add(p.events);
        choices.taken += p.taken;
        choices.logits += p.logits;
    }
}

/// Counts.
fn count(choices: Res<Choices>, mut tally: ResMut<Tally>) {
    tally.events += choices.events.len() as u64;
    tally.taken += choices.taken;
    tally.logits += choices.logits;
}
