//! The ways rewards can be given out under a budget, to be compared: nobody, everybody alike, by lot, by uplift.

use super::allocation::{Allocation, RewardOption, allocate};
use super::config::RewardArm;
use super::error::IncentiveError;
use crate::sim::ids::AvatarId;
use crate::sim::rng::RngStream;
use crate::sim::units::Coins;

/// Someone who could be rewarded.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Who.
    pub avatar: AvatarId,
    /// Rewards it could be given, the same sizes for everybody, with the uplift predicted for this avatar.
    pub options: Vec<RewardOption>,
}

/// Gives out rewards by one of the ways.
///
/// [`RewardArm::Fixed`] gives everybody option `fixed`, in the order given, until the budget does not pay for the next.
/// [`RewardArm::Random`] draws an order and a size for each from `luck`, which is asked for each avatar's own stream.
/// In every arm the bound is that of the best allocation at the predicted uplift, so that arms can be compared.
///
/// # Errors
/// As [`allocate`].
pub fn give(
    arm: RewardArm,
    candidates: &[Candidate],
    budget: Coins,
    fixed: usize,
    luck: impl Fn(AvatarId) -> RngStream,
) -> Result<Allocation, IncentiveError> {
    let options: Vec<Vec<RewardOption>> = candidates.iter().map(|c| c.options.clone()).collect();
    let best = allocate(&options, budget)?;
    let wanted: Vec<(usize, usize)> = match arm {
        RewardArm::Uplift => return Ok(best),
        RewardArm::None => Vec::new(),
        RewardArm::Fixed => (0..candidates.len()).map(|i| (i, fixed)).collect(),
        RewardArm::Random => by_lot(candidates, luck),
    };
    let mut chosen = vec![None; candidates.len()];
    let mut left = budget;
    for (i, size) in wanted {
        let Some(option) = options[i].get(size) else {
            continue;
        };
        if option.cost > left {
            break;
        }
        left -= option.cost;
        chosen[i] = Some(size);
    }
    let picked = options.iter().zip(&chosen);
    let uplift = picked.filter_map(|(o, c)| c.map(|c| o[c].uplift)).sum();
    Ok(Allocation {
        chosen,
        cost: budget - left,
        uplift,
        bound: best.bound,
    })
}

fn by_lot(candidates: &[Candidate], luck: impl Fn(AvatarId) -> RngStream) -> Vec<(usize, usize)> {
    let mut drawn: Vec<(u64, usize, usize)> = candidates
        .iter()
        .enumerate()
        .map(|(i, c)| {
            let mut rng = luck(c.avatar);
            (rng.bits(), i, rng.below(c.options.len()))
        })
        .collect();
    drawn.sort_unstable();
    drawn.into_iter().map(|(_, i, size)| (i, size)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::Purpose;

    fn candidates(n: u32) -> Vec<Candidate> {
        (0..n)
            .map(|i| {
                let mut rng = RngStream::new(1, Purpose::Test, u64::from(i), 0);
                let liking = rng.range(-0.5, 1.0);
                let option = |coins: i64| RewardOption {
                    cost: Coins::from_whole(coins),
                    uplift: liking * (coins as f64).sqrt(),
                };
                Candidate {
                    avatar: AvatarId(i),
                    options: vec![option(1), option(4)],
                }
            })
            .collect()
    }

    fn luck(avatar: AvatarId) -> RngStream {
        RngStream::new(9, Purpose::Test, u64::from(avatar.0), 1)
    }

    #[test]
    fn prop_no_arm_overspends_and_uplift_does_most() {
        let all = candidates(200);
        for coins in [0, 7, 60, 900] {
            let budget = Coins::from_whole(coins);
            let of = |arm| give(arm, &all, budget, 1, luck).unwrap();
            let uplift = of(RewardArm::Uplift);
            for arm in [RewardArm::None, RewardArm::Fixed, RewardArm::Random] {
                let other = of(arm);
                assert!(
                    other.cost <= budget && other.uplift <= uplift.uplift,
                    "{arm:?}"
                );
                assert!(other.bound >= uplift.uplift - 1e-9);
            }
            assert_eq!(of(RewardArm::None).cost, Coins::ZERO);
        }
    }

    #[test]
    fn fixed_is_first_come_first_served() {
        let given = give(
            RewardArm::Fixed,
            &candidates(5),
            Coins::from_whole(9),
            1,
            luck,
        )
        .unwrap();
        assert_eq!(given.chosen, [Some(1), Some(1), None, None, None]);
        let missing = give(
            RewardArm::Fixed,
            &candidates(5),
            Coins::from_whole(9),
            7,
            luck,
        );
        assert_eq!(missing.unwrap().cost, Coins::ZERO, "there is no such size");
    }

    #[test]
    fn the_lot_of_an_avatar_does_not_depend_on_who_else_is_there() {
        let all = candidates(50);
        let plenty = Coins::from_whole(1_000);
        let whole = give(RewardArm::Random, &all, plenty, 0, luck).unwrap();
        let half = give(RewardArm::Random, &all[..25], plenty, 0, luck).unwrap();
        assert_eq!(whole.chosen[..25], half.chosen[..]);
        let sizes = whole.chosen.iter().flatten().sum::<usize>();
        assert!((10..40).contains(&sizes), "both sizes are drawn: {sizes}");
    }
}
