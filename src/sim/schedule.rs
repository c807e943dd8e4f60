//! `SimTick`: the phases of one simulated minute, and the driver that runs them.
//!
//! The schedule is our own, runs on the single-threaded executor (a tick of an empty world costs about a
//! microsecond) and is built with ambiguity detection as an error; parallelism lives inside systems, over chunks.

use std::any::TypeId;
use std::collections::BTreeSet;

use bevy::app::App;
use bevy::ecs::component::{ComponentInfo, Mutable};
use bevy::ecs::prelude::*;
use bevy::ecs::schedule::{LogLevel, ScheduleBuildSettings, ScheduleLabel, SingleThreadedExecutor};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::checkpoint::keeping::Keeping;
use super::phase_clock;
use super::state_hash::{StateHash, StateHasher};
use super::units::Tick;

/// The schedule of one simulated minute.
#[derive(ScheduleLabel, Debug, Clone, PartialEq, Eq, Hash)]
pub struct SimTick;

/// The phases of a tick, in order.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SimSystems {
    /// The calendar wakes avatars; sessions begin; newcomers arrive.
    Wake,
    /// Avatars travel.
    Move,
    /// Consented events of the previous tick become observations.
    Observe,
    /// Models are trained, on their cadence.
    Learn,
    /// Candidates are scored in one batch for everyone who asks.
    Score,
    /// Slates, pushes, invitations, ads and rewards are offered.
    Offer,
    /// Avatars choose and spend attention.
    Choose,
    /// Money and ownership settle.
    Settle,
    /// Holds and sanctions.
    Guard,
    /// The lab measures, records and hashes.
    Measure,
}

impl SimSystems {
    /// Returns the name of a phase, as shown to people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Wake => "wake",
            Self::Move => "move",
            Self::Observe => "observe",
            Self::Learn => "learn",
            Self::Score => "score",
            Self::Offer => "offer",
            Self::Choose => "choose",
            Self::Settle => "settle",
            Self::Guard => "guard",
            Self::Measure => "measure",
        }
    }

    /// All phases in the order in which they run.
    pub const ORDER: [Self; 10] = [
        Self::Wake,
        Self::Move,
        Self::Observe,
        Self::Learn,
        Self::Score,
        Self::Offer,
        Self::Choose,
        Self::Settle,
        Self::Guard,
        Self::Measure,
    ];
}

/// The simulated time.
#[derive(Resource, Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimClock {
    /// The tick that is running, or the next to run between ticks.
    pub now: Tick,
}

impl StateHash for SimClock {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u32(self.now.0);
        h.finish()
    }
}

/// The seed of the world.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seed(pub u64);

impl StateHash for Seed {
    fn digest(&mut self) -> u64 {
        super::rng::mix(self.0)
    }
}

/// One registered piece of state: its name, how to hash it and how to keep it.
struct Registered {
    name: &'static str,
    type_id: TypeId,
    digest: fn(&mut World) -> u64,
    keeping: Keeping,
}

/// A resource that is knowingly left out of the hash, why, and how it is kept if it must go on after a checkpoint.
struct LeftOut {
    name: &'static str,
    type_id: TypeId,
    reason: &'static str,
    keeping: Option<Keeping>,
}

/// The registry of everything that is hashed, and of what is knowingly left out.
#[derive(Resource, Default)]
pub struct StateRegistry {
    hashed: Vec<Registered>,
    left_out: Vec<LeftOut>,
    foreign: BTreeSet<TypeId>,
}

impl StateRegistry {
    /// Lists the names of what is hashed, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.hashed.iter().map(|r| r.name)
    }
    /// Lists what is left out, with the reason.
    pub fn left_out(&self) -> impl Iterator<Item = (&'static str, &'static str)> + '_ {
        self.left_out.iter().map(|l| (l.name, l.reason))
    }
    /// Lists everything that a checkpoint holds, in order: what is hashed, then what is observed.
    pub fn kept(&self) -> impl Iterator<Item = (&'static str, Keeping)> + '_ {
        let hashed = self.hashed.iter().map(|r| (r.name, r.keeping));
        let observed = self.left_out.iter();
        hashed.chain(observed.filter_map(|l| Some((l.name, l.keeping?))))
    }
}

/// Registration of state with an [`App`].
pub trait SimAppExt {
    /// Inserts state that is part of the world's hash and of its checkpoints under `name`.
    fn insert_state<R: Resource<Mutability = Mutable> + StateHash + Serialize + DeserializeOwned>(
        &mut self,
        name: &'static str,
        state: R,
    ) -> &mut Self;
    /// Inserts a resource that goes on from tick to tick but decides nothing: with the reason why it need not be hashed, and kept in
    /// checkpoints under `name`.
    fn insert_observed<R: Resource<Mutability = Mutable> + Serialize + DeserializeOwned>(
        &mut self,
        name: &'static str,
        reason: &'static str,
        resource: R,
    ) -> &mut Self;
    /// Inserts a resource that is not simulated state, with the reason why it need neither be hashed nor kept: founding makes it, or
    /// every tick does.
    fn insert_unhashed<R: Resource>(
        &mut self,
        name: &'static str,
        reason: &'static str,
        resource: R,
    ) -> &mut Self;
}

impl SimAppExt for App {
    fn insert_state<
        R: Resource<Mutability = Mutable> + StateHash + Serialize + DeserializeOwned,
    >(
        &mut self,
        name: &'static str,
        state: R,
    ) -> &mut Self {
        self.insert_resource(state);
        self.world_mut()
            .resource_mut::<StateRegistry>()
            .hashed
            .push(Registered {
                name,
                type_id: TypeId::of::<R>(),
                digest: |world| world.resource_mut::<R>().digest(),
                keeping: Keeping::of::<R>(),
            });
        self
    }
    fn insert_observed<R: Resource<Mutability = Mutable> + Serialize + DeserializeOwned>(
        &mut self,
        name: &'static str,
        reason: &'static str,
        resource: R,
    ) -> &mut Self {
        leave_out(self, name, reason, resource, Some(Keeping::of::<R>()))
    }
    fn insert_unhashed<R: Resource>(
        &mut self,
        name: &'static str,
        reason: &'static str,
        resource: R,
    ) -> &mut Self {
        leave_out(self, name, reason, resource, None)
    }
}

fn leave_out<'a, R: Resource>(
    app: &'a mut App,
    name: &'static str,
    reason: &'static str,
    resource: R,
    keeping: Option<Keeping>,
) -> &'a mut App {
    app.insert_resource(resource);
    app.world_mut()
        .resource_mut::<StateRegistry>()
        .left_out
        .push(LeftOut {
            name,
            type_id: TypeId::of::<R>(),
            reason,
            keeping,
        });
    app
}

/// State exists that neither is hashed nor was left out knowingly.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{count} resources or components are not registered for the state hash; register them with insert_state, insert_observed or insert_unhashed (registered: {registered})"
)]
pub struct UnregisteredState {
    /// How many.
    pub count: usize,
    /// What is registered.
    pub registered: String,
}

/// A world and its `SimTick`.
pub struct Simulation {
    app: App,
    schedule: Schedule,
    component_hashes: Vec<u64>,
}

impl Simulation {
    /// Makes an app with an empty `SimTick` to which plugins are added before [`Simulation::start`].
    pub fn new_app(seed: u64) -> App {
        let mut app = App::empty();
        app.init_resource::<Schedules>();
        let mut schedule = Schedule::new(SimTick);
        schedule
            .set_executor(SingleThreadedExecutor::new())
            .set_build_settings(ScheduleBuildSettings {
                ambiguity_detection: LogLevel::Error,
                hierarchy_detection: LogLevel::Error,
                ..ScheduleBuildSettings::new()
            })
            .configure_sets(
                (
                    SimSystems::Wake,
                    SimSystems::Move,
                    SimSystems::Observe,
                    SimSystems::Learn,
                    SimSystems::Score,
                    SimSystems::Offer,
                    SimSystems::Choose,
                    SimSystems::Settle,
                    SimSystems::Guard,
                    SimSystems::Measure,
                )
                    .chain(),
            );
        app.add_schedule(schedule);
        let foreign = component_types(app.world());
        app.insert_resource(StateRegistry {
            foreign,
            ..StateRegistry::default()
        });
        app.insert_state("clock", SimClock::default())
            .insert_state("seed", Seed(seed));
        phase_clock::plugin(&mut app);
        app
    }

    /// Builds the schedule and checks that every piece of state is registered.
    ///
    /// # Errors
    /// [`UnregisteredState`] if a resource or component would be a hole in the hash.
    ///
    /// # Panics
    /// If the app was not made by [`Simulation::new_app`], or if two systems of a phase conflict.
    pub fn start(mut app: App) -> Result<Self, UnregisteredState> {
        let mut schedule = app
            .world_mut()
            .resource_mut::<Schedules>()
            .remove(SimTick)
            .expect("new_app adds SimTick");
        let world = app.world_mut();
        let registry = world.resource::<StateRegistry>();
        let known: BTreeSet<TypeId> = registry
            .hashed
            .iter()
            .map(|r| r.type_id)
            .chain(registry.left_out.iter().map(|l| l.type_id))
            .chain(registry.foreign.iter().copied())
            .chain([TypeId::of::<StateRegistry>()])
            .collect();
        let count = component_types(world).difference(&known).count();
        if count > 0 {
            let registered = registry.names().collect::<Vec<_>>().join(", ");
            return Err(UnregisteredState { count, registered });
        }
        let n = registry.hashed.len();
        schedule
            .initialize(world)
            .expect("SimTick is free of cycles and ambiguities");
        Ok(Self {
            app,
            schedule,
            component_hashes: vec![0; n],
        })
    }

    /// Runs one tick and advances the clock.
    pub fn step(&mut self) {
        self.schedule.run(self.app.world_mut());
        self.app.world_mut().resource_mut::<SimClock>().now.0 += 1;
    }

    /// Returns the world.
    #[must_use]
    pub fn world(&self) -> &World {
        self.app.world()
    }

    /// Returns the world for writing between ticks.
    pub fn world_mut(&mut self) -> &mut World {
        self.app.world_mut()
    }

    /// Returns the schedule, for documentation and tests.
    #[must_use]
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// Hashes the whole state as it is now.
    pub fn state_hash(&mut self) -> u64 {
        let world = self.app.world_mut();
        let n = world.resource::<StateRegistry>().hashed.len();
        let mut total = StateHasher::default();
        for i in 0..n {
            let digest = world.resource::<StateRegistry>().hashed[i].digest;
            let value = digest(world);
            self.component_hashes[i] = value;
            total.u64(value);
        }
        total.finish()
    }

    /// Returns name and hash of every piece of state as of the last [`Simulation::state_hash`].
    pub fn state_parts(&self) -> Vec<(&'static str, u64)> {
        let registry = self.app.world().resource::<StateRegistry>();
        registry
            .names()
            .zip(self.component_hashes.iter().copied())
            .collect()
    }
}

fn component_types(world: &World) -> BTreeSet<TypeId> {
    world
        .components()
        .iter_registered()
        .filter_map(ComponentInfo::type_id)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Resource, Default, Serialize, Deserialize)]
    struct Counter(u64);
    impl StateHash for Counter {
        fn digest(&mut self) -> u64 {
            self.0
        }
    }
    #[derive(Resource)]
    struct Forgotten;

    fn count(mut c: ResMut<Counter>) {
        c.0 += 1;
    }

    #[test]
    fn unregistered_state_is_an_error_at_start() {
        let mut app = Simulation::new_app(1);
        app.insert_resource(Forgotten);
        assert_eq!(Simulation::start(app).err().map(|e| e.count), Some(1));
    }

    #[test]
    fn hash_follows_registered_state() {
        let mut app = Simulation::new_app(1);
        app.insert_state("counter", Counter::default());
        app.add_systems(SimTick, count.in_set(SimSystems::Choose));
        let mut sim = Simulation::start(app).unwrap();
        let before = sim.state_hash();
        sim.step();
        assert_ne!(before, sim.state_hash());
        assert_eq!(sim.world().resource::<SimClock>().now, Tick(1));
    }
}
