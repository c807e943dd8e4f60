//! Who gets which reward: the most uplift for a budget, one reward an avatar at most.
//!
//! This is the multiple-choice knapsack. Of each avatar's rewards only those on the upper hull of uplift over cost can be
//! part of the best fractional answer; going from one to the next is an upgrade with an efficiency, uplift per coin.
//! Upgrades are taken from the most efficient on until one does not fit. A fraction of that one would use up the budget,
//! which bounds what anybody could reach; the bound exceeds what was reached by less than that one upgrade's uplift.
//! What is left of the budget is then spent on whatever single change gains most, until nothing fits.
//!
//! # Source
//! Sinha and Zoltners (1979), "The multiple-choice knapsack problem"; Kellerer, Pferschy and Pisinger (2004), chapter 11.

use super::error::IncentiveError;
use crate::sim::units::Coins;

/// A reward that an avatar could be given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RewardOption {
    /// What it costs.
    pub cost: Coins,
    /// What it is predicted to bring about; below 0 if it does harm.
    pub uplift: f64,
}

/// Who gets what, and how far from the best it can be at most.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// For each avatar the place of its reward among its options; `None` if it gets nothing.
    pub chosen: Vec<Option<usize>>,
    /// What all of it costs.
    pub cost: Coins,
    /// Predicted uplift of all of it.
    pub uplift: f64,
    /// No allocation within the budget has more uplift than this.
    pub bound: f64,
}

impl Allocation {
    /// Returns by how much the best allocation exceeds this one at most, in units of uplift.
    pub fn gap(&self) -> f64 {
        (self.bound - self.uplift).max(0.0)
    }

    /// Returns coins for a unit of uplift; `None` without uplift.
    pub fn coins_per_uplift(&self) -> Option<f64> {
        (self.uplift > 0.0).then(|| self.cost.as_f64() / self.uplift)
    }
}

/// A step from one reward of an avatar to the next better one.
#[derive(Debug, Clone, Copy)]
struct Upgrade {
    efficiency: f64,
    avatar: usize,
    to: usize,
    cost: i64,
    uplift: f64,
}

/// Allocates rewards; `options[i]` are those of avatar i, in any order.
///
/// Steps: n log n in the number of options, and n for each change that uses up what is left.
/// The uplift is at least half of the best.
///
/// # Errors
/// [`IncentiveError`] if the budget or a cost is below zero, or an uplift is not finite.
pub fn allocate(
    options: &[Vec<RewardOption>],
    budget: Coins,
) -> Result<Allocation, IncentiveError> {
    check(options, budget)?;
    let mut chosen: Vec<Option<usize>> = options.iter().map(|o| best_free(o)).collect();
    let mut upgrades: Vec<Upgrade> = options
        .iter()
        .enumerate()
        .flat_map(|(avatar, o)| hull(avatar, o, chosen[avatar], budget))
        .collect();
    upgrades.sort_by(|a, b| {
        b.efficiency
            .total_cmp(&a.efficiency)
            .then(a.avatar.cmp(&b.avatar))
            .then(a.cost.cmp(&b.cost))
    });
    let mut left = budget.micros();
    let mut bound = uplift_of(options, &chosen);
    for upgrade in &upgrades {
        if upgrade.cost > left {
            bound += upgrade.uplift * (left as f64 / upgrade.cost as f64);
            break;
        }
        left -= upgrade.cost;
        bound += upgrade.uplift;
        chosen[upgrade.avatar] = Some(upgrade.to);
    }
    let greedy = use_up(options, chosen, left);
    let chosen = better(options, budget, greedy);
    let cost: Coins = picked(options, &chosen).map(|o| o.cost).sum();
    let uplift = uplift_of(options, &chosen);
    Ok(Allocation {
        chosen,
        cost,
        uplift,
        bound: bound.max(uplift),
    })
}

fn check(options: &[Vec<RewardOption>], budget: Coins) -> Result<(), IncentiveError> {
    let not_negative = |what, found: Coins| {
        if found < Coins::ZERO {
            Err(IncentiveError::Negative { what, found })
        } else {
            Ok(())
        }
    };
    not_negative("the budget", budget)?;
    for (row, of_avatar) in options.iter().enumerate() {
        for o in of_avatar {
            not_negative("the cost of a reward", o.cost)?;
            if !o.uplift.is_finite() {
                return Err(IncentiveError::NotFinite {
                    what: "the uplift",
                    row,
                    value: o.uplift,
                });
            }
        }
    }
    Ok(())
}

fn picked<'a>(
    options: &'a [Vec<RewardOption>],
    chosen: &'a [Option<usize>],
) -> impl Iterator<Item = &'a RewardOption> {
    let pairs = options.iter().zip(chosen);
    pairs.filter_map(|(o, c)| c.map(|c| &o[c]))
}

fn uplift_of(options: &[Vec<RewardOption>], chosen: &[Option<usize>]) -> f64 {
    picked(options, chosen).map(|o| o.uplift).sum()
}

/// The best of the rewards that cost nothing, if it does any good.
fn best_free(options: &[RewardOption]) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (i, o) in options.iter().enumerate() {
        let least = best.map_or(0.0, |b| options[b].uplift);
        if o.cost == Coins::ZERO && o.uplift > least {
            best = Some(i);
        }
    }
    best
}

/// The upgrades along the upper hull, of ever lower efficiency, from what is free.
///
/// What the whole budget does not pay for is left out, so that every upgrade could be made alone.
fn hull(
    avatar: usize,
    options: &[RewardOption],
    free: Option<usize>,
    budget: Coins,
) -> Vec<Upgrade> {
    let base = free.map_or(0.0, |f| options[f].uplift);
    let is_step = |i: &usize| {
        let o = &options[*i];
        o.cost.is_positive() && o.cost <= budget && o.uplift > base
    };
    let mut by_cost: Vec<usize> = (0..options.len()).filter(is_step).collect();
    by_cost.sort_by(|a, b| {
        let (a, b) = (&options[*a], &options[*b]);
        a.cost.cmp(&b.cost).then(b.uplift.total_cmp(&a.uplift))
    });
    let mut steps: Vec<Upgrade> = Vec::new();
    for to in by_cost {
        let (cost, uplift) = (options[to].cost.micros(), options[to].uplift);
        let step = |from: Option<&Upgrade>| {
            let (paid, had) = from.map_or((0, base), |s| {
                (options[s.to].cost.micros(), options[s.to].uplift)
            });
            let (cost, uplift) = (cost - paid, uplift - had);
            Upgrade {
                efficiency: uplift / cost as f64,
                avatar,
                to,
                cost,
                uplift,
            }
        };
        if steps.last().is_some_and(|s| options[s.to].uplift >= uplift) {
            continue;
        }
        let mut next = step(steps.last());
        while let Some(last) = steps.last()
            && next.efficiency >= last.efficiency
        {
            steps.pop();
            next = step(steps.last());
        }
        steps.push(next);
    }
    steps
}

/// Spends what is left on the single change that gains most, again and again.
fn use_up(
    options: &[Vec<RewardOption>],
    mut chosen: Vec<Option<usize>>,
    mut left: i64,
) -> Vec<Option<usize>> {
    loop {
        let mut best: Option<(f64, i64, usize, usize)> = None;
        for (avatar, o) in options.iter().enumerate() {
            let (had, paid) =
                chosen[avatar].map_or((0.0, 0), |c| (o[c].uplift, o[c].cost.micros()));
            for (to, option) in o.iter().enumerate() {
                let (gain, cost) = (option.uplift - had, option.cost.micros() - paid);
                if gain > 0.0 && cost <= left && best.is_none_or(|b| gain > b.0) {
                    best = Some((gain, cost, avatar, to));
                }
            }
        }
        let Some((_, cost, avatar, to)) = best else {
            return chosen;
        };
        left -= cost;
        chosen[avatar] = Some(to);
    }
}

/// The greedy answer, or the one built on the single best reward that the budget can pay: one of them has half of the best.
fn better(
    options: &[Vec<RewardOption>],
    budget: Coins,
    greedy: Vec<Option<usize>>,
) -> Vec<Option<usize>> {
    let mut single: Option<(f64, usize, usize)> = None;
    for (avatar, o) in options.iter().enumerate() {
        for (to, option) in o.iter().enumerate() {
            let beats = single.is_none_or(|s| option.uplift > s.0);
            if option.cost <= budget && beats {
                single = Some((option.uplift, avatar, to));
            }
        }
    }
    let reached = uplift_of(options, &greedy);
    match single {
        Some((uplift, avatar, to)) if uplift > reached => {
            let mut alone: Vec<Option<usize>> = options.iter().map(|o| best_free(o)).collect();
            alone[avatar] = Some(to);
            let left = budget - options[avatar][to].cost;
            use_up(options, alone, left.micros())
        }
        _ => greedy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    fn option(coins: i64, uplift: f64) -> RewardOption {
        RewardOption {
            cost: Coins::from_whole(coins),
            uplift,
        }
    }

    /// Tries everything.
    fn brute_force(options: &[Vec<RewardOption>], budget: Coins) -> f64 {
        let Some((first, rest)) = options.split_first() else {
            return 0.0;
        };
        let mut best = brute_force(rest, budget);
        for o in first.iter().filter(|o| o.cost <= budget) {
            best = best.max(o.uplift + brute_force(rest, budget - o.cost));
        }
        best
    }

    fn random(seed: u64) -> (Vec<Vec<RewardOption>>, Coins) {
        let mut rng = RngStream::new(seed, Purpose::Test, 0, 0);
        let options: Vec<Vec<RewardOption>> = (0..=rng.below(5))
            .map(|_| {
                (0..rng.below(4))
                    .map(|_| option(rng.below(12) as i64, rng.range(-1.0, 5.0)))
                    .collect()
            })
            .collect();
        (options, Coins::from_whole(rng.below(30) as i64))
    }

    #[test]
    fn prop_allocation_stays_within_its_proven_gap_of_the_best() {
        let (mut exact, mut reached, mut possible) = (0, 0.0, 0.0);
        for seed in 0..1_000 {
            let (options, budget) = random(seed);
            let found = allocate(&options, budget).unwrap();
            let best = brute_force(&options, budget);
            let cost: Coins = picked(&options, &found.chosen).map(|o| o.cost).sum();
            assert!(cost <= budget && cost == found.cost, "seed {seed}");
            assert!(found.uplift <= best + 1e-9, "seed {seed}: {found:?}");
            assert!(best <= found.bound + 1e-9, "seed {seed}: {best} {found:?}");
            assert!(found.uplift >= 0.5 * best - 1e-9, "seed {seed}: {best}");
            // No gap is wider than the uplift of one upgrade.
            let widest = options
                .iter()
                .flat_map(|o| hull(0, o, best_free(o), budget))
                .map(|u| u.uplift)
                .fold(0.0, f64::max);
            assert!(found.gap() <= widest + 1e-9, "seed {seed}: {found:?}");
            exact += u32::from(found.uplift > best - 1e-9);
            reached += found.uplift;
            possible += best;
        }
        // Small instances are the hard ones: a single upgrade is much of the whole.
        let share = reached / possible;
        assert!(
            exact > 850 && share > 0.985,
            "{exact} exact, {share} of the best"
        );
    }

    #[test]
    fn the_gap_is_small_where_there_are_many() {
        let options: Vec<Vec<RewardOption>> = (0..3_000)
            .map(|i| {
                let mut rng = RngStream::new(5, Purpose::Test, i, 0);
                let liking = rng.exponential(1.0);
                [1, 2, 5]
                    .map(|c| option(c, liking * (1.0 + c as f64).ln()))
                    .to_vec()
            })
            .collect();
        let budget = Coins::from_micros(2_000_500_000);
        let found = allocate(&options, budget).unwrap();
        assert!(found.gap() < 1e-3 * found.uplift, "{}", found.gap());
        assert!(found.gap() > 0.0 && found.cost <= budget);
        assert!(found.coins_per_uplift().unwrap() > 0.0);
    }

    #[test]
    fn an_option_below_the_hull_is_no_step_and_free_ones_come_first() {
        // From nothing to 4 coins gains 1.5 a coin; by way of 2 coins the first half would gain less than the second.
        let plenty = Coins::from_whole(8);
        let three = [option(2, 1.0), option(4, 6.0), option(8, 7.0)];
        let steps = hull(0, &three, None, plenty);
        let costs: Vec<i64> = steps.iter().map(|s| s.cost / 1_000_000).collect();
        assert_eq!(costs, [4, 4]);
        let free = allocate(&[vec![option(0, 2.0), option(3, 1.0)]], Coins::ZERO).unwrap();
        assert_eq!((free.chosen, free.uplift), (vec![Some(0)], 2.0));
    }

    #[test]
    fn nobody_is_given_what_does_harm() {
        let found = allocate(&[vec![option(1, -0.5)], vec![]], Coins::from_whole(9)).unwrap();
        assert_eq!(found.chosen, [None, None]);
        assert_eq!((found.cost, found.gap()), (Coins::ZERO, 0.0));
        assert_eq!(found.coins_per_uplift(), None);
    }

    #[test]
    fn amounts_below_zero_are_refused() {
        assert!(allocate(&[vec![option(-1, 1.0)]], Coins::ZERO).is_err());
        assert!(allocate(&[], Coins::from_micros(-1)).is_err());
        assert!(allocate(&[vec![option(1, f64::INFINITY)]], Coins::ZERO).is_err());
    }
}
