//! P2 at the size of a city: prices on contents by dual ascent, an allocation recovered from what avatars took on the way.
//!
//! Given prices μ, avatars do not concern each other: each fills its minutes by `w/τ − μ` ([`minutes::fill`](super::super::minutes)
//! is that for one of them). A price rises where more is taken than there is and falls where less is; the mean of what was taken at
//! many prices is nearly within the capacities, and what is over is cut and given to others.
//! [`AttentionPrices`](super::super::prices) does one such step an hour, on counted exposures, while the city changes; this
//! solves one hour's problem to the end and says how far from the optimum it stopped.

use super::problem::{Problem, Solution};
use crate::sim::workers::Workers;

/// Avatars handed to a worker at once; sums are taken by such a portion, so it is part of their definition.
const PORTION: usize = 64;

/// Power of a round's number with which it weighs in the mean of what was taken.
const RECENCY: i32 = 4;

/// By how much a step grows while a price keeps going one way, and shrinks when it turns; longest step in mean worths of a minute.
const GROWTH: f64 = 1.5;
const SHRINKAGE: f64 = 0.6;
const LONGEST: f64 = 4.0;

/// How the ascent goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ascent {
    /// Rounds of prices.
    pub rounds: u32,
    /// First step, as a share of the mean worth of a minute.
    pub first_step: f64,
}

impl Default for Ascent {
    fn default() -> Self {
        Self {
            rounds: 100,
            first_step: 0.5,
        }
    }
}

/// How a price moves: with a step of its own, learned from whether it overshot.
///
/// One step for all prices has to suit the most crowded content and is then far too short for the others; with the steps of
/// science annex A1, `η₀/√t`, two hundred rounds leave gaps of some percent where these leave tenths in a hundred.
///
/// # Source
/// Riedmiller and Braun (1993), with the size of the excess kept.
#[derive(Debug, Clone, Copy)]
struct Mover {
    step: f64,
    last: f64,
}

impl Mover {
    /// Returns where a price goes at this load.
    fn follow(&mut self, price: f64, load: f64, capacity: f64, scale: f64) -> f64 {
        // Relative to the larger of the two, so that no content moves by more than its step.
        let size = load.max(capacity);
        let over = if size > 0.0 && size.is_finite() {
            (load - capacity) / size
        } else if size > 0.0 {
            -1.0
        } else {
            0.0
        };
        let agreement = over * self.last;
        if agreement > 0.0 {
            self.step = (self.step * GROWTH).min(scale * LONGEST);
        } else if agreement < 0.0 {
            self.step *= SHRINKAGE;
        }
        let moved = (price + self.step * over).max(0.0);
        // A price that rests at 0 has not gone down, however often it is told to.
        self.last = if moved == 0.0 { 0.0 } else { over };
        moved
    }
}

/// What a portion of avatars takes at some prices.
struct Taken {
    shares: Vec<f64>,
    /// λ of each avatar.
    prices: Vec<f64>,
    loads: Vec<f64>,
    bound: f64,
}

/// Lets a portion of avatars fill their minutes at prices.
fn take(problem: &Problem, first: usize, of_contents: &[f64]) -> Taken {
    let m = problem.contents();
    let last = (first + PORTION).min(problem.avatars());
    let mut taken = Taken {
        shares: vec![0.0; (last - first) * m],
        prices: Vec::with_capacity(last - first),
        loads: vec![0.0; m],
        bound: 0.0,
    };
    let mut order: Vec<(f64, usize)> = Vec::with_capacity(m);
    for (avatar, shares) in (first..last).zip(taken.shares.chunks_exact_mut(m)) {
        let (worth, minutes) = (problem.worth(avatar), problem.minutes(avatar));
        order.clear();
        for c in 0..m {
            let rate = worth[c] / minutes[c] - of_contents[c];
            if rate > 0.0 {
                order.push((rate, c));
            }
        }
        order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut left = problem.budgets()[avatar];
        let mut price = 0.0;
        for (rate, c) in &order {
            let part = (left / minutes[*c]).min(1.0);
            shares[*c] = part;
            let used = part * minutes[*c];
            taken.loads[*c] += used;
            taken.bound += rate * used;
            left -= used;
            if part < 1.0 || left <= 0.0 {
                price = *rate;
                break;
            }
        }
        taken.prices.push(price);
    }
    taken
}

/// Solves a problem approximately; [`Certificate`](super::problem::Certificate) says how well.
#[must_use]
pub fn solve(problem: &Problem, ascent: &Ascent, workers: &Workers) -> Solution {
    let (n, m) = (problem.avatars(), problem.contents());
    let portions: Vec<usize> = (0..n).step_by(PORTION).collect();
    let scale = mean_rate(problem);
    let mut prices = vec![0.0; m];
    let mut best = (f64::INFINITY, prices.clone(), vec![0.0; n]);
    let mut mean = vec![0.0; n * m];
    let mut weight = 0.0;
    let first = Mover {
        step: ascent.first_step * scale,
        last: 0.0,
    };
    let mut movers = vec![first; m];
    for round in 0..ascent.rounds {
        let taken = workers.map(&portions, |first| take(problem, *first, &prices));
        let mut loads = vec![0.0; m];
        let mut bound = 0.0;
        // What was taken at prices far from the last ones counts less and less.
        let w = f64::from(round + 1).powi(RECENCY);
        weight += w;
        let part = w / weight;
        for (t, mean) in taken.iter().zip(mean.chunks_mut(PORTION * m)) {
            for (sum, x) in loads.iter_mut().zip(&t.loads) {
                *sum += x;
            }
            bound += t.bound;
            for (mean, x) in mean.iter_mut().zip(&t.shares) {
                *mean += part * (x - *mean);
            }
        }
        let capacities = problem.capacities().iter();
        bound += capacities
            .zip(&prices)
            .map(|(k, p)| if *p > 0.0 { k * p } else { 0.0 })
            .sum::<f64>();
        if bound < best.0 {
            let of_avatars = taken
                .iter()
                .flat_map(|t| t.prices.iter().copied())
                .collect();
            best = (bound, prices.clone(), of_avatars);
        }
        for (c, price) in prices.iter_mut().enumerate() {
            *price = movers[c].follow(*price, loads[c], problem.capacities()[c], scale);
        }
    }
    repair(problem, &best.1, &mut mean);
    Solution {
        shares: mean,
        of_avatars: best.2,
        of_contents: best.1,
    }
}

/// Returns the mean worth of a minute over all pairs that are worth anything.
fn mean_rate(problem: &Problem) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for i in 0..problem.avatars() {
        for (w, t) in problem.worth(i).iter().zip(problem.minutes(i)) {
            if *w > 0.0 {
                sum += w / t;
                count += 1.0;
            }
        }
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

/// Cuts what is over capacity, then lets avatars fill what they have left with what is left.
fn repair(problem: &Problem, of_contents: &[f64], shares: &mut [f64]) {
    let m = problem.contents();
    let (_, loads) = problem.loads(shares);
    let factors: Vec<f64> = loads
        .iter()
        .zip(problem.capacities())
        .map(|(load, room)| if load > room { room / load } else { 1.0 })
        .collect();
    for row in shares.chunks_exact_mut(m) {
        for (x, f) in row.iter_mut().zip(&factors) {
            *x *= f;
        }
    }
    let (used, loads) = problem.loads(shares);
    let mut room: Vec<f64> = loads
        .iter()
        .zip(problem.capacities())
        .map(|(load, room)| (room - load).max(0.0))
        .collect();
    for (i, row) in shares.chunks_exact_mut(m).enumerate() {
        let (worth, minutes) = (problem.worth(i), problem.minutes(i));
        let mut left = problem.budgets()[i] - used[i];
        let rate = |c: usize| worth[c] / minutes[c] - of_contents[c];
        let mut order: Vec<usize> = (0..m)
            .filter(|c| worth[*c] > 0.0 && row[*c] < 1.0 && room[*c] > 0.0)
            .collect();
        order.sort_unstable_by(|a, b| rate(*b).total_cmp(&rate(*a)).then(a.cmp(b)));
        for c in order {
            if left <= 0.0 {
                break;
            }
            let more = left.min(room[c]).min((1.0 - row[c]) * minutes[c]);
            row[c] += more / minutes[c];
            room[c] -= more;
            left -= more;
        }
    }
}
