//! Q̄ as a small network in plain code: one hidden layer that sees the state and the thing, and a straight line beside it.
//!
//! Q̄(s, x) = c + a·s + b·x + w·max(0, d + U s + V x)
//!
//! The state's share of the hidden layer is the same for all things of a situation and computed once; a thing has only a few
//! columns. On the processor this is many times faster than tensors of such sizes.
//!
//! | parameter | shape | meaning |
//! | --- | --- | --- |
//! | `state` | `(state, hidden)` | U |
//! | `thing` | `(columns + 1, hidden)` | V; the last row stands for taking nothing |
//! | `hidden` | `(hidden)` | d |
//! | `out` | `(hidden)` | w |
//! | `line_state` | `(state)` | a |
//! | `line_thing` | `(columns + 1)` | b |
//! | `bias` | `(1)` | c |

use super::memory::{Shape, Situation};
use crate::platform::models::params::{ModelError, ParamStore};
use crate::sim::math;

const STATE: usize = 0;
const THING: usize = 1;
const HIDDEN: usize = 2;
const OUT: usize = 3;
const LINE_STATE: usize = 4;
const LINE_THING: usize = 5;
const BIAS: usize = 6;
const N_PARAMS: usize = 7;

/// A gradient, or moments of it, of every parameter.
pub type Gradient = Vec<Vec<f32>>;

/// The network.
#[derive(Debug)]
pub struct Network {
    params: ParamStore,
    shape: Shape,
    hidden: usize,
}

/// What the state of a situation contributes, for all its things.
#[derive(Debug, Clone)]
pub struct StatePart {
    hidden: Vec<f32>,
    line: f32,
}

/// A thing of a situation, or taking nothing.
#[derive(Debug, Clone, Copy)]
pub struct Thing<'a> {
    columns: &'a [u16],
    values: &'a [f32],
}

impl Network {
    /// Makes a network with weights drawn from the seed; its lines are flat.
    ///
    /// # Errors
    /// [`ModelError`] from the parameter store.
    pub fn new(shape: Shape, hidden: usize, seed: u64) -> Result<Self, ModelError> {
        let mut params = ParamStore::new(seed);
        let spread = |n: usize| 1.0 / libm::sqrt(n.max(1) as f64);
        params.table("state", &[shape.state, hidden], spread(shape.state))?;
        let active = shape.active + 1;
        params.table("thing", &[shape.columns + 1, hidden], spread(active))?;
        params.table("hidden", &[hidden], 0.0)?;
        params.table("out", &[hidden], 0.1 * spread(hidden))?;
        params.table("line_state", &[shape.state], 0.0)?;
        params.table("line_thing", &[shape.columns + 1], 0.0)?;
        params.table("bias", &[1], 0.0)?;
        Ok(Self {
            params,
            shape,
            hidden,
        })
    }

    /// Copies the network.
    ///
    /// # Errors
    /// [`ModelError`] from the parameter store.
    pub fn copy(&self) -> Result<Self, ModelError> {
        Ok(Self {
            params: self.params.copy()?,
            ..*self
        })
    }

    /// Returns its parameters.
    #[must_use]
    pub const fn params(&self) -> &ParamStore {
        &self.params
    }

    /// Returns its parameters for restoring.
    pub const fn params_mut(&mut self) -> &mut ParamStore {
        &mut self.params
    }

    /// Returns a gradient of zeros.
    #[must_use]
    pub fn zeros(&self) -> Gradient {
        (0..N_PARAMS)
            .map(|p| vec![0.0; self.params.values(p).len()])
            .collect()
    }

    /// Returns a thing of a situation.
    ///
    /// # Panics
    /// If the situation has no such thing.
    #[must_use]
    pub fn thing<'a>(&self, situation: &'a Situation, i: usize) -> Thing<'a> {
        let n = self.shape.active;
        Thing {
            columns: &situation.columns[i * n..(i + 1) * n],
            values: &situation.values[i * n..(i + 1) * n],
        }
    }

    fn rows<'a>(&self, thing: Option<Thing<'a>>) -> impl Iterator<Item = (usize, f32)> + use<'a> {
        let nothing = thing.is_none().then_some((self.shape.columns, 1.0));
        let thing = thing.unwrap_or(Thing {
            columns: &[],
            values: &[],
        });
        let pairs = thing.columns.iter().zip(thing.values);
        pairs.map(|(c, x)| (usize::from(*c), *x)).chain(nothing)
    }

    /// Computes what the state contributes.
    #[must_use]
    pub fn state_part(&self, state: &[f32]) -> StatePart {
        let mut hidden = self.params.values(HIDDEN).to_vec();
        let rows = self.params.values(STATE).chunks_exact(self.hidden);
        for (x, row) in state.iter().zip(rows) {
            add_scaled(&mut hidden, *x, row);
        }
        let line = self.params.values(BIAS)[0] + math::dot(state, self.params.values(LINE_STATE));
        StatePart { hidden, line }
    }

    /// Computes the hidden layer before it is cut off at 0, and the line.
    fn layer(&self, part: &StatePart, thing: Option<Thing<'_>>) -> (Vec<f32>, f32) {
        let mut hidden = part.hidden.clone();
        let mut line = part.line;
        let all = self.params.values(THING);
        for (row, x) in self.rows(thing) {
            add_scaled(&mut hidden, x, &all[row * self.hidden..][..self.hidden]);
            line += x * self.params.values(LINE_THING)[row];
        }
        (hidden, line)
    }

    /// Returns Q̄ of a thing, or of taking nothing, in units of the scale.
    #[must_use]
    pub fn worth(&self, part: &StatePart, thing: Option<Thing<'_>>) -> f32 {
        let (mut hidden, line) = self.layer(part, thing);
        cut(&mut hidden);
        line + math::dot(&hidden, self.params.values(OUT))
    }

    /// Adds the gradient of (Q̄ − target)² / 2 to `gradient` and returns Q̄ − target.
    pub fn add_gradient(
        &self,
        state: &[f32],
        thing: Option<Thing<'_>>,
        target: f32,
        gradient: &mut Gradient,
    ) -> f32 {
        let part = self.state_part(state);
        let (mut hidden, line) = self.layer(&part, thing);
        cut(&mut hidden);
        let out = self.params.values(OUT);
        let error = line + math::dot(&hidden, out) - target;
        add_scaled(&mut gradient[OUT], error, &hidden);
        let back: Vec<f32> = hidden
            .iter()
            .zip(out)
            .map(|(h, w)| if *h > 0.0 { error * w } else { 0.0 })
            .collect();
        add_scaled(&mut gradient[HIDDEN], 1.0, &back);
        let rows = gradient[STATE].chunks_exact_mut(self.hidden);
        for (x, row) in state.iter().zip(rows) {
            add_scaled(row, *x, &back);
        }
        for (row, x) in self.rows(thing) {
            let own = &mut gradient[THING][row * self.hidden..][..self.hidden];
            add_scaled(own, x, &back);
            gradient[LINE_THING][row] += x * error;
        }
        add_scaled(&mut gradient[LINE_STATE], error, state);
        gradient[BIAS][0] += error;
        error
    }

    /// Moves every parameter towards that of another network by a share of the distance.
    ///
    /// # Errors
    /// [`ModelError`] from the parameter store.
    pub fn approach(&mut self, other: &Self, share: f32) -> Result<(), ModelError> {
        for p in 0..N_PARAMS {
            let towards = other.params.values(p);
            self.params.update(p, |own| {
                for (x, y) in own.iter_mut().zip(towards) {
                    *x += share * (y - *x);
                }
            })?;
        }
        Ok(())
    }
}

fn add_scaled(to: &mut [f32], factor: f32, from: &[f32]) {
    for (t, f) in to.iter_mut().zip(from) {
        *t += factor * f;
    }
}

fn cut(hidden: &mut [f32]) {
    for h in hidden {
        *h = h.max(0.0);
    }
}

/// Adam over the parameters of a [`Network`].
#[derive(Debug, Clone)]
pub struct Adam {
    step: u32,
    first: Gradient,
    second: Gradient,
}

impl Adam {
    /// Makes one that has taken no step.
    #[must_use]
    pub fn new(network: &Network) -> Self {
        Self {
            step: 0,
            first: network.zeros(),
            second: network.zeros(),
        }
    }

    /// Takes a step against a gradient.
    ///
    /// # Errors
    /// [`ModelError`] from the parameter store.
    ///
    /// # Source
    /// Kingma and Ba (2015), algorithm 1, with their constants.
    pub fn step(
        &mut self,
        network: &mut Network,
        gradient: &Gradient,
        rate: f64,
    ) -> Result<(), ModelError> {
        const BETA: (f32, f32) = (0.9, 0.999);
        self.step += 1;
        let t = f64::from(self.step);
        let unbias = |beta: f32| (1.0 / (1.0 - math::pow(f64::from(beta), t))) as f32;
        let (scale_m, scale_v, rate) = (unbias(BETA.0), unbias(BETA.1), rate as f32);
        for (p, gradient) in gradient.iter().enumerate() {
            let moments = self.first[p].iter_mut().zip(&mut self.second[p]);
            network.params.update(p, |values| {
                for ((x, (m, v)), g) in values.iter_mut().zip(moments).zip(gradient) {
                    *m = BETA.0 * *m + (1.0 - BETA.0) * g;
                    *v = BETA.1 * *v + (1.0 - BETA.1) * (g * g);
                    *x -= rate * (*m * scale_m) / ((*v * scale_v).sqrt() + 1e-8);
                }
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    fn situation(shape: Shape) -> Situation {
        let mut rng = RngStream::new(3, Purpose::Test, 0, 0);
        Situation {
            state: (0..shape.state).map(|_| rng.normal() as f32).collect(),
            weights: vec![1.0; 2],
            nothing_weight: 1.0,
            columns: vec![0, 2, 1, 2],
            values: (0..4).map(|_| rng.normal() as f32).collect(),
        }
    }

    const SHAPE: Shape = Shape {
        state: 3,
        columns: 3,
        active: 2,
    };

    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        let mut network = Network::new(SHAPE, 5, 1).unwrap();
        for p in 0..N_PARAMS {
            let mut rng = RngStream::new(4, Purpose::Test, p as u64, 0);
            let change = |values: &mut [f32]| {
                for x in values {
                    *x += 0.5 * rng.normal() as f32;
                }
            };
            network.params.update(p, change).unwrap();
        }
        let s = situation(SHAPE);
        for i in [None, Some(0), Some(1)] {
            let loss = |network: &Network| {
                let part = network.state_part(&s.state);
                let thing = i.map(|i| network.thing(&s, i));
                let error = f64::from(network.worth(&part, thing)) - 0.7;
                0.5 * error * error
            };
            let mut gradient = network.zeros();
            let thing = i.map(|i| network.thing(&s, i));
            network.add_gradient(&s.state, thing, 0.7, &mut gradient);
            for (p, gradient) in gradient.iter().enumerate() {
                for (j, found) in gradient.iter().enumerate() {
                    let step = 1e-2f32;
                    let mut up = network.copy().unwrap();
                    up.params.update(p, |x| x[j] += step).unwrap();
                    let mut down = network.copy().unwrap();
                    down.params.update(p, |x| x[j] -= step).unwrap();
                    let slope = (loss(&up) - loss(&down)) / (2.0 * f64::from(step));
                    let found = f64::from(*found);
                    // Second-order terms of a kink within the step: none of these units is that close to 0.
                    assert!((slope - found).abs() < 5e-3, "{p} {j}: {slope} {found}");
                }
            }
        }
    }

    #[test]
    fn approaching_by_all_is_copying_and_by_half_is_the_middle() {
        let a = Network::new(SHAPE, 4, 1).unwrap();
        let mut b = Network::new(SHAPE, 4, 2).unwrap();
        let before = b.params.values(STATE)[0];
        b.approach(&a, 0.5).unwrap();
        let middle = f32::midpoint(before, a.params.values(STATE)[0]);
        assert!((b.params.values(STATE)[0] - middle).abs() < 1e-6);
        let mut c = Network::new(SHAPE, 4, 2).unwrap();
        c.approach(&a, 1.0).unwrap();
        let s = situation(SHAPE);
        let worth = |n: &Network| n.worth(&n.state_part(&s.state), None);
        assert!((worth(&c) - worth(&a)).abs() < 1e-6);
    }

    #[test]
    fn the_first_step_of_adam_is_the_rate_against_the_sign() {
        // m̂ = g and √v̂ = |g| after one step, so that every value moves by the rate.
        let mut network = Network::new(SHAPE, 4, 1).unwrap();
        let mut adam = Adam::new(&network);
        let mut gradient = network.zeros();
        gradient[BIAS][0] = -0.3;
        let before = network.params.values(OUT).to_vec();
        adam.step(&mut network, &gradient, 0.01).unwrap();
        assert!((network.params.values(BIAS)[0] - 0.01).abs() < 1e-6);
        assert_eq!(network.params.values(OUT), before);
    }
}
