//! A run kept in memory between two ticks, from which any number of others go on, each as the run itself would.

use std::path::Path;

use super::checkpoints::{Own, beside};
use super::error::RunError;
use super::progress::Run;
use super::resume::put_back;
use super::steering::Steering;
use crate::events::journal::Journal;
use crate::scenario::error::Place;
use crate::scenario::load::Loaded;
use crate::scenario::steer::order::Order;
use crate::sim::checkpoint::read::{Checkpoint, parse};
use crate::sim::checkpoint::state::{IN_MEMORY, pack};

/// A run as it was between two ticks.
pub struct Snapshot {
    from: Checkpoint,
    chained: u64,
    to_come: Vec<(Order, Place)>,
}

impl Run {
    /// Keeps the run in memory as it is now. It is looked at and not changed.
    ///
    /// # Errors
    /// [`RunError`] if something in it cannot be kept.
    pub fn snapshot(&mut self) -> Result<Snapshot, RunError> {
        let path = Path::new(IN_MEMORY);
        let own = Own::of(self).text(path)?;
        let bytes = pack(&mut self.sim, &beside(&self.founding, self.chained, &own))?;
        Ok(Snapshot {
            from: parse(path, bytes)?,
            chained: self.chained,
            to_come: self.steering.queued().cloned().collect(),
        })
    }
}

impl Snapshot {
    /// Brings the run to life again beside the one it was taken of: it writes no files, and goes on with the same hashes on any
    /// number of threads. `loaded` is the scenario that the run began with.
    ///
    /// # Errors
    /// [`RunError`] if the city cannot be founded, or is not that of the scenario.
    pub fn revive(&self, loaded: &Loaded, threads: usize) -> Result<Run, RunError> {
        let kept = put_back(&self.from, self.chained, loaded, threads)?;
        let steering = Steering::go_on(kept.policy, None, None, kept.n_applied, kept.changes);
        let mut run = Run {
            sim: kept.sim,
            log: None,
            chain: None,
            dir: None,
            chained: kept.chained,
            ticks: kept.ticks,
            founding: loaded.scenario.clone(),
            steering,
            plan: None,
            recorded: None,
            postings: Journal::default(),
        };
        run.queue(self.to_come.iter().cloned());
        Ok(run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load::{Overrides, load};
    use crate::scenario::steer::order::Command;
    use crate::sim::ids::AvatarId;

    fn small() -> Loaded {
        let sets = [
            "society.population.residents=120",
            "society.content.posts_per_1000=1000",
            "society.content.min_posts=300",
            "society.content.max_posts=400",
            "society.spaces.side=32",
        ];
        let overrides = Overrides {
            sets: sets.map(str::to_owned).into(),
            ..Overrides::default()
        };
        load("quickstart", &overrides).unwrap()
    }

    fn set(load: f64) -> Command {
        Command::SetPolicy {
            key: "platform.ads.load".to_owned(),
            value: load.into(),
        }
    }

    fn step(run: &mut Run, ticks: u32) -> u64 {
        for _ in 0..ticks {
            run.step().unwrap();
        }
        run.chained
    }

    #[test]
    fn a_run_goes_on_from_memory_as_it_does_itself_at_any_tick_after_commands_and_with_others_to_come()
     {
        let loaded = small();
        let mut run = Run::begin(&loaded, 1, None).unwrap();
        let to_come = Order {
            tick: 900,
            command: set(0.3),
        };
        run.queue([(to_come, Place::Command)]);
        step(&mut run, 777);
        // Between two ticks the policy is another and somebody is taken over: neither is hashed yet.
        run.command(set(0.7)).unwrap();
        let avatar = AvatarId(3);
        run.command(Command::TakeOver { avatar }).unwrap();
        let snapshot = run.snapshot().unwrap();
        let mut again = snapshot.revive(&loaded, 2).unwrap();
        assert_eq!((again.ticks, again.chained), (777, run.chained));
        assert_eq!(again.policy(), run.policy());
        assert_eq!(again.policy_changes(), run.policy_changes());
        assert_eq!(again.n_commands(), run.n_commands());
        assert_eq!(again.sim.state_hash(), run.sim.state_hash());
        let end = step(&mut run, 800);
        assert_eq!(step(&mut again, 800), end);
        assert_eq!(run.policy_changes().len(), 2);
        // The snapshot is of then, whatever became of those who lived on.
        let mut third = snapshot.revive(&loaded, 1).unwrap();
        assert_eq!(step(&mut third, 800), end);
    }

    #[test]
    fn a_run_of_another_scenario_is_refused() {
        let loaded = small();
        let snapshot = Run::begin(&loaded, 1, None).unwrap().snapshot().unwrap();
        let mut other = loaded;
        other.scenario.seed += 1;
        let e = snapshot.revive(&other, 1).err().unwrap().to_string();
        assert!(e.contains(IN_MEMORY), "{e}");
    }
}
