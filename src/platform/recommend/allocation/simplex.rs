//! P2 exactly: the primal simplex method with bounded variables, on a dense table.
//!
//! For instances of a few hundred shares, to judge what is faster. Shares run from 0 to 1 without rows of their own, so the
//! table has a row for each avatar and each content. The empty allocation is a first vertex, for nothing is used up.

use super::problem::{Problem, Solution};

/// What counts as zero: far below the figures of an instance, far above the noise of a few hundred pivots.
const EPSILON: f64 = 1e-11;

/// Pivots without progress after which the lowest-numbered candidate is taken (Bland 1977), which cannot go in circles.
const PATIENCE: u32 = 50;

struct Table {
    /// Rows × columns of B⁻¹(A I).
    cells: Vec<f64>,
    columns: usize,
    /// Worth of each column beyond what its minutes cost in the current basis.
    net: Vec<f64>,
    upper: Vec<f64>,
    is_at_upper: Vec<bool>,
    basis: Vec<usize>,
    is_basic: Vec<bool>,
    values: Vec<f64>,
}

/// What stops a column that moves.
enum Stop {
    /// Its own other bound.
    Bound,
    /// The basic variable of a row, at its upper bound or at 0.
    Row(usize, bool),
}

impl Table {
    fn new(problem: &Problem) -> Self {
        let (n, m) = (problem.avatars(), problem.contents());
        let (rows, shares) = (n + m, n * m);
        let columns = shares + rows;
        let mut cells = vec![0.0; rows * columns];
        let mut net = vec![0.0; columns];
        for i in 0..n {
            for c in 0..m {
                let j = i * m + c;
                net[j] = problem.worth(i)[c];
                cells[i * columns + j] = problem.minutes(i)[c];
                cells[(n + c) * columns + j] = problem.minutes(i)[c];
            }
        }
        for r in 0..rows {
            cells[r * columns + shares + r] = 1.0;
        }
        // What is infinite holds everybody at once and a minute more; it never binds and costs nothing.
        let (_, everybody) = problem.loads(&vec![1.0; shares]);
        let capacities: Vec<f64> = problem
            .capacities()
            .iter()
            .zip(&everybody)
            .map(|(room, all)| room.min(all + 1.0))
            .collect();
        Self {
            cells,
            columns,
            net,
            upper: [vec![1.0; shares], vec![f64::INFINITY; rows]].concat(),
            is_at_upper: vec![false; columns],
            basis: (shares..columns).collect(),
            is_basic: [vec![false; shares], vec![true; rows]].concat(),
            values: [problem.budgets(), &capacities[..]].concat(),
        }
    }

    fn cell(&self, row: usize, column: usize) -> f64 {
        self.cells[row * self.columns + column]
    }

    /// Returns the column that gains most by moving, or the first that gains.
    fn entering(&self, first: bool) -> Option<usize> {
        let mut best = None;
        let mut most = EPSILON;
        for j in 0..self.columns {
            let gain = if self.is_at_upper[j] {
                -self.net[j]
            } else {
                self.net[j]
            };
            if !self.is_basic[j] && gain > most {
                best = Some(j);
                if first {
                    break;
                }
                most = gain;
            }
        }
        best
    }

    /// Returns how far a column can move, and what stops it; of equals the lowest-numbered.
    fn limit(&self, j: usize, direction: f64) -> (f64, Stop) {
        let (mut far, mut stop, mut number) = (self.upper[j], Stop::Bound, j);
        for (r, value) in self.values.iter().enumerate() {
            let slope = direction * self.cell(r, j);
            let basic = self.basis[r];
            let (room, at_upper) = if slope > EPSILON {
                (value.max(0.0) / slope, false)
            } else if slope < -EPSILON {
                ((self.upper[basic] - value).max(0.0) / -slope, true)
            } else {
                continue;
            };
            if room < far || (room == far && basic < number) {
                (far, stop, number) = (room, Stop::Row(r, at_upper), basic);
            }
        }
        (far, stop)
    }

    /// Moves column `j` and exchanges it for whatever stops it; returns how far it moved.
    fn step(&mut self, j: usize) -> f64 {
        let direction = if self.is_at_upper[j] { -1.0 } else { 1.0 };
        let (far, stop) = self.limit(j, direction);
        for r in 0..self.values.len() {
            let slope = self.cell(r, j);
            if slope != 0.0 {
                self.values[r] -= direction * slope * far;
            }
        }
        let Stop::Row(row, at_upper) = stop else {
            self.is_at_upper[j] = !self.is_at_upper[j];
            return far;
        };
        let from = if self.is_at_upper[j] {
            self.upper[j]
        } else {
            0.0
        };
        let left = self.basis[row];
        self.is_at_upper[left] = at_upper;
        self.is_at_upper[j] = false;
        (self.is_basic[left], self.is_basic[j]) = (false, true);
        self.basis[row] = j;
        self.values[row] = from + direction * far;
        self.pivot(row, j);
        far
    }

    fn pivot(&mut self, row: usize, j: usize) {
        let columns = self.columns;
        let inverse = 1.0 / self.cell(row, j);
        let pivot: Vec<f64> = self.cells[row * columns..(row + 1) * columns]
            .iter()
            .map(|x| x * inverse)
            .collect();
        let rows = self.cells.chunks_exact_mut(columns).enumerate();
        for (_, cells) in rows.filter(|(r, _)| *r != row) {
            eliminate(cells, &pivot, j);
        }
        eliminate(&mut self.net, &pivot, j);
        self.cells[row * columns..(row + 1) * columns].copy_from_slice(&pivot);
    }
}

fn eliminate(cells: &mut [f64], pivot: &[f64], j: usize) {
    let factor = cells[j];
    if factor != 0.0 {
        for (x, p) in cells.iter_mut().zip(pivot) {
            *x -= factor * p;
        }
        cells[j] = 0.0;
    }
}

/// Solves a problem exactly, up to rounding.
///
/// # Source
/// Dantzig (1963), chapter 18, for bounded variables.
#[must_use]
pub fn solve(problem: &Problem) -> Solution {
    let mut table = Table::new(problem);
    let mut idle = 0;
    while let Some(j) = table.entering(idle > PATIENCE) {
        idle = if table.step(j) > EPSILON { 0 } else { idle + 1 };
    }
    let (n, shares) = (problem.avatars(), problem.avatars() * problem.contents());
    let mut x: Vec<f64> = (0..shares)
        .map(|j| f64::from(u8::from(table.is_at_upper[j])))
        .collect();
    for (basic, value) in table.basis.iter().zip(&table.values) {
        if *basic < shares {
            x[*basic] = value.clamp(0.0, 1.0);
        }
    }
    let price = |row: usize| (-table.net[shares + row]).max(0.0);
    Solution {
        shares: x,
        of_avatars: (0..n).map(price).collect(),
        of_contents: (n..n + problem.contents()).map(price).collect(),
    }
}
