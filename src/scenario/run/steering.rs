//! The commands of a run: those to come, and those that were applied.

use std::collections::VecDeque;
use std::path::PathBuf;

use super::error::RunError;
use crate::lab::summary::PolicyChange;
use crate::scenario::error::Place;
use crate::scenario::schema::Scenario;
use crate::scenario::steer::apply::apply;
use crate::scenario::steer::error::SteerError;
use crate::scenario::steer::file::Record;
use crate::scenario::steer::order::Order;
use crate::sim::schedule::Simulation;

/// Everything about the commands of one run.
pub(super) struct Steering {
    /// The scenario as it is in force.
    pub(super) policy: Scenario,
    /// Orders to come, by tick.
    queue: VecDeque<(Order, Place)>,
    /// Where applied ones are recorded, if anywhere.
    path: Option<PathBuf>,
    /// Their record, once there is one.
    record: Option<Record>,
    /// Those that were applied, in order.
    pub(super) applied: Vec<Order>,
    /// How many were applied.
    pub(super) n_applied: u32,
    /// How many choices of walk-ins were not possible and left out, in a fork.
    pub(super) n_left_out: u32,
    /// What they changed of the policy.
    pub(super) changes: Vec<PolicyChange>,
}

impl Steering {
    pub(super) fn new(policy: Scenario, path: Option<PathBuf>) -> Self {
        Self {
            policy,
            queue: VecDeque::new(),
            path,
            record: None,
            applied: Vec::new(),
            n_applied: 0,
            n_left_out: 0,
            changes: Vec::new(),
        }
    }

    /// Goes on where commands were applied and recorded before, if they were recorded anywhere.
    pub(super) fn go_on(
        policy: Scenario,
        path: Option<PathBuf>,
        record: Option<Record>,
        n_applied: u32,
        changes: Vec<PolicyChange>,
    ) -> Self {
        Self {
            record,
            n_applied,
            changes,
            ..Self::new(policy, path)
        }
    }

    /// How many orders are to come.
    pub(super) fn n_queued(&self) -> usize {
        self.queue.len()
    }

    /// Returns the orders to come.
    pub(super) fn queued(&self) -> impl Iterator<Item = &(Order, Place)> {
        self.queue.iter()
    }

    /// Adds an order to those to come; of one tick, those added first are applied first.
    pub(super) fn queue(&mut self, order: Order, place: Place) {
        let at = self.queue.partition_point(|(o, _)| o.tick <= order.tick);
        self.queue.insert(at, (order, place));
    }

    /// Applies the orders due before a tick; those about walk-ins that are not possible are left out if `leaves_out` says so.
    pub(super) fn apply_due(
        &mut self,
        sim: &mut Simulation,
        tick: u32,
        leaves_out: bool,
    ) -> Result<(), RunError> {
        while let Some((order, place)) = self.queue.pop_front_if(|(o, _)| o.tick <= tick) {
            if order.tick < tick {
                return Err(RunError::Steer(SteerError::Late {
                    place,
                    tick: order.tick,
                    first: tick,
                }));
            }
            match self.apply(sim, order, &place) {
                Err(RunError::Steer(SteerError::WalkIn { .. })) if leaves_out => {
                    self.n_left_out += 1;
                }
                done => done?,
            }
        }
        Ok(())
    }

    /// Applies an order now and records it.
    pub(super) fn apply(
        &mut self,
        sim: &mut Simulation,
        order: Order,
        place: &Place,
    ) -> Result<(), RunError> {
        let order = Order {
            tick: order.tick,
            command: order.command.settled(),
        };
        let change = apply(sim, &mut self.policy, &order.command, place)?;
        self.n_applied += 1;
        self.changes.extend(change);
        if let Some(path) = &self.path {
            let record = match &mut self.record {
                Some(record) => record,
                None => self
                    .record
                    .insert(Record::create(path).map_err(RunError::file(path))?),
            };
            record.append(&order).map_err(RunError::file(path))?;
        }
        self.applied.push(order);
        Ok(())
    }
}
