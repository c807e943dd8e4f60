//! What is to be allocated, an answer, and how to tell that the answer is right.
//!
//! P2 of science annex A1: `max Σ w x` with `Σ_c τ x ≤ T_i` (an avatar's minutes), `Σ_i τ x ≤ κ_c` (a content's capacity, in
//! minutes), `0 ≤ x ≤ 1`. Without capacities it is P1, which falls apart into a knapsack an avatar.

/// An allocation problem with a row for each avatar and a column for each content.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    worth: Vec<f64>,
    minutes: Vec<f64>,
    budgets: Vec<f64>,
    capacities: Vec<f64>,
}

/// What is allowed, in words and as a test.
type Rule = (&'static str, fn(f64) -> bool);

/// What is wrong with a problem.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum ProblemError {
    /// The tables do not fit each other.
    #[error("{what} has {found} entries, {expected} are needed")]
    Length {
        /// Which table.
        what: &'static str,
        /// What it has.
        found: usize,
        /// What it needs.
        expected: usize,
    },
    /// A number is out of range.
    #[error("{what}[{at}] = {value}: allowed is {allowed}")]
    Value {
        /// Which table.
        what: &'static str,
        /// Which entry.
        at: usize,
        /// Its value.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
}

impl Problem {
    /// Makes a problem: `worth` and `minutes` are avatars × contents, row after row; a capacity may be infinite.
    ///
    /// # Errors
    /// [`ProblemError`] if lengths do not fit, minutes are not above 0, or budgets or capacities are below 0.
    pub fn new(
        worth: Vec<f64>,
        minutes: Vec<f64>,
        budgets: Vec<f64>,
        capacities: Vec<f64>,
    ) -> Result<Self, ProblemError> {
        let n = budgets.len() * capacities.len();
        for (what, table) in [("worth", &worth), ("minutes", &minutes)] {
            if table.len() != n {
                return Err(ProblemError::Length {
                    what,
                    found: table.len(),
                    expected: n,
                });
            }
        }
        let finite: Rule = ("a finite number", f64::is_finite);
        let above: Rule = ("above 0", |x| x > 0.0 && x.is_finite());
        let budget: Rule = ("0 or above", |x| x >= 0.0 && x.is_finite());
        let capacity: Rule = ("0 or above, or infinite", |x| x >= 0.0);
        for (what, table, (allowed, holds)) in [
            ("worth", &worth, finite),
            ("minutes", &minutes, above),
            ("budgets", &budgets, budget),
            ("capacities", &capacities, capacity),
        ] {
            if let Some(at) = table.iter().position(|x| !holds(*x)) {
                return Err(ProblemError::Value {
                    what,
                    at,
                    value: table[at],
                    allowed,
                });
            }
        }
        Ok(Self {
            worth,
            minutes,
            budgets,
            capacities,
        })
    }

    /// Returns how many avatars there are.
    #[must_use]
    pub fn avatars(&self) -> usize {
        self.budgets.len()
    }

    /// Returns how many contents there are.
    #[must_use]
    pub fn contents(&self) -> usize {
        self.capacities.len()
    }

    /// Returns what each content is worth to an avatar.
    #[must_use]
    pub fn worth(&self, avatar: usize) -> &[f64] {
        &self.worth[avatar * self.contents()..][..self.contents()]
    }

    /// Returns how many minutes each content takes of an avatar.
    #[must_use]
    pub fn minutes(&self, avatar: usize) -> &[f64] {
        &self.minutes[avatar * self.contents()..][..self.contents()]
    }

    /// Returns the avatars' minutes.
    #[must_use]
    pub fn budgets(&self) -> &[f64] {
        &self.budgets
    }

    /// Returns the contents' capacities.
    #[must_use]
    pub fn capacities(&self) -> &[f64] {
        &self.capacities
    }

    /// Returns what shares are worth together.
    #[must_use]
    pub fn value(&self, shares: &[f64]) -> f64 {
        self.worth.iter().zip(shares).map(|(w, x)| w * x).sum()
    }

    /// Returns the minutes that shares take of each avatar and of each content.
    #[must_use]
    pub fn loads(&self, shares: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut of_avatars = vec![0.0; self.avatars()];
        let mut of_contents = vec![0.0; self.contents()];
        for (i, of_avatar) in of_avatars.iter_mut().enumerate() {
            let row = &shares[i * self.contents()..];
            for ((t, x), of_content) in self.minutes(i).iter().zip(row).zip(&mut of_contents) {
                *of_avatar += t * x;
                *of_content += t * x;
            }
        }
        (of_avatars, of_contents)
    }

    /// Returns what no allocation can exceed, given prices: the dual objective.
    #[must_use]
    pub fn bound(&self, of_avatars: &[f64], of_contents: &[f64]) -> f64 {
        let paid = |prices: &[f64], amounts: &[f64]| -> f64 {
            let both = prices.iter().zip(amounts);
            // A price of 0 on what is infinite costs nothing.
            both.map(|(p, a)| if *p > 0.0 { p * a } else { 0.0 }).sum()
        };
        let mut total = paid(of_avatars, &self.budgets) + paid(of_contents, &self.capacities);
        for (i, of_avatar) in of_avatars.iter().enumerate() {
            let row = self.worth(i).iter().zip(self.minutes(i)).zip(of_contents);
            total += row
                .map(|((w, t), of_content)| (w - (of_avatar + of_content) * t).max(0.0))
                .sum::<f64>();
        }
        total
    }
}

/// An allocation with the prices that prove how good it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// Share of each content that each avatar gets, avatars × contents.
    pub shares: Vec<f64>,
    /// λ: worth of an avatar's last minute.
    pub of_avatars: Vec<f64>,
    /// μ: worth of a content's last minute of capacity.
    pub of_contents: Vec<f64>,
}

/// How far a solution is from satisfying the conditions of Karush, Kuhn and Tucker; all 0 at an exact optimum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Certificate {
    /// Worth of the allocation.
    pub value: f64,
    /// What no allocation can exceed.
    pub bound: f64,
    /// Furthest that a budget, a capacity or a share is outside its range.
    pub infeasibility: f64,
    /// Lowest price.
    pub lowest_price: f64,
    /// Largest product of a price and what is left of what it is on, shares included.
    pub slackness: f64,
}

impl Certificate {
    /// Judges a solution.
    #[must_use]
    pub fn of(problem: &Problem, s: &Solution) -> Self {
        let (of_avatars, of_contents) = problem.loads(&s.shares);
        let mut infeasibility = 0.0f64;
        let mut slackness = 0.0f64;
        for (load, room, price) in [
            (&of_avatars, problem.budgets(), &s.of_avatars),
            (&of_contents, problem.capacities(), &s.of_contents),
        ] {
            for ((load, room), price) in load.iter().zip(room).zip(price) {
                infeasibility = infeasibility.max(load - room);
                if *price > 0.0 {
                    slackness = slackness.max(price * (room - load));
                }
            }
        }
        for (i, of_avatar) in s.of_avatars.iter().enumerate() {
            let row = &s.shares[i * problem.contents()..];
            let costs = problem.worth(i).iter().zip(problem.minutes(i));
            for (((w, t), of_content), x) in costs.zip(&s.of_contents).zip(row) {
                let net = w - (of_avatar + of_content) * t;
                infeasibility = infeasibility.max(-x).max(x - 1.0);
                slackness = slackness.max(net * (1.0 - x)).max(-net * x);
            }
        }
        let prices = s.of_avatars.iter().chain(&s.of_contents);
        Self {
            value: problem.value(&s.shares),
            bound: problem.bound(&s.of_avatars, &s.of_contents),
            infeasibility,
            lowest_price: prices.copied().fold(f64::INFINITY, f64::min),
            slackness,
        }
    }

    /// Returns the share of the bound that the allocation misses.
    #[must_use]
    pub fn relative_gap(&self) -> f64 {
        (self.bound - self.value) / self.bound.abs().max(f64::MIN_POSITIVE)
    }
}
