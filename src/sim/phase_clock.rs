//! What each phase of a tick costs, for whoever asks; off unless a clock is handed in.
//!
//! The simulation itself has no clock: the window gives it one to look at, and nothing simulated can see the readings.

use bevy::app::App;
use bevy::ecs::prelude::*;

use super::schedule::{SimAppExt, SimSystems, SimTick};

/// Number of phases.
pub const N_PHASES: usize = SimSystems::ORDER.len();

/// Readings of the last tick.
#[derive(Resource, Debug, Clone, Default)]
pub struct PhaseClock {
    /// Reads a clock, in nanoseconds since any fixed moment; `None` leaves the readings at zero.
    pub read: Option<fn() -> u64>,
    readings: [u64; N_PHASES + 1],
}

impl PhaseClock {
    /// Returns nanoseconds spent in each phase of the last tick, in the order of [`SimSystems::ORDER`].
    #[must_use]
    pub fn nanos(&self) -> [u64; N_PHASES] {
        std::array::from_fn(|i| self.readings[i + 1].saturating_sub(self.readings[i]))
    }
}

/// Adds the readings between the phases.
pub(super) fn plugin(app: &mut App) {
    app.insert_unhashed(
        "phase clock",
        "readings of a clock that nothing simulated can see",
        PhaseClock::default(),
    );
    let stamp = |at: usize| {
        move |mut clock: ResMut<PhaseClock>| {
            if let Some(read) = clock.read {
                clock.readings[at] = read();
            }
        }
    };
    app.add_systems(SimTick, stamp(0).before(SimSystems::ORDER[0]));
    for i in 0..N_PHASES {
        let after = stamp(i + 1).after(SimSystems::ORDER[i]);
        if i + 1 < N_PHASES {
            app.add_systems(SimTick, after.before(SimSystems::ORDER[i + 1]));
        } else {
            app.add_systems(SimTick, after);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::schedule::Simulation;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn readings_are_taken_between_phases_in_order_and_only_with_a_clock() {
        static TIME: AtomicU64 = AtomicU64::new(0);
        fn read() -> u64 {
            TIME.fetch_add(5, Ordering::Relaxed)
        }
        let mut sim = Simulation::start(Simulation::new_app(1)).unwrap();
        sim.step();
        assert_eq!(sim.world().resource::<PhaseClock>().nanos(), [0; N_PHASES]);
        sim.world_mut().resource_mut::<PhaseClock>().read = Some(read);
        sim.step();
        assert_eq!(sim.world().resource::<PhaseClock>().nanos(), [5; N_PHASES]);
    }
}
