//! K-factor: how many newcomers each avatar brings by inviting, with an interval.
//!
//! K = invitations an avatar sends × share that joins. Above 1 a city would grow by invitations alone. What one avatar's
//! invitations do is not independent of each other, so the interval takes avatars, not invitations, as what is drawn:
//! K is the mean over avatars of how many each brought, those who invited nobody included.

use serde::{Deserialize, Serialize};

use crate::platform::incentives::effect::REACH;

/// Minus the logarithm of 0.05: what is seen never among n avatars is rarer than this over n, with 95 percent confidence.
const NEVER_SEEN: f64 = 2.995_732_273_553_991;

/// Invitations of one avatar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InviterTally {
    /// Invitations sent.
    pub invited: u32,
    /// How many of those invited joined; each is credited to one inviter.
    pub joined: u32,
}

/// How invitations spread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct KFactor {
    /// Newcomers an avatar brings.
    pub k: f64,
    /// Ends of the 95 percent interval, at least 0.
    pub interval: (f64, f64),
    /// Invitations an avatar sends.
    pub invitations: f64,
    /// Share of invitations that led to somebody joining; `None` if none were sent.
    pub conversion: Option<f64>,
    /// Avatars it rests on.
    pub n_avatars: u64,
}

/// Computes the K-factor from one tally for each avatar that could have invited; `None` for fewer than two.
///
/// Without anybody joining the interval ends at 3 / n, the rule of three.
pub fn k_factor(tallies: &[InviterTally]) -> Option<KFactor> {
    if tallies.len() < 2 {
        return None;
    }
    let n = tallies.len() as f64;
    let (mut invited, mut joined, mut squares) = (0u64, 0u64, 0u64);
    for t in tallies {
        let one = u64::from(t.joined);
        invited += u64::from(t.invited);
        joined += one;
        squares = squares.saturating_add(one * one);
    }
    let k = joined as f64 / n;
    let variance = ((squares as f64 - n * k * k) / (n - 1.0)).max(0.0);
    let reach = REACH * (variance / n).sqrt();
    let interval = if joined == 0 {
        (0.0, NEVER_SEEN / n)
    } else {
        ((k - reach).max(0.0), k + reach)
    };
    Some(KFactor {
        k,
        interval,
        invitations: invited as f64 / n,
        conversion: (invited > 0).then(|| joined as f64 / invited as f64),
        n_avatars: tallies.len() as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::rng::{Purpose, RngStream};

    #[test]
    fn k_is_invitations_times_conversion() {
        let tally = |invited, joined| InviterTally { invited, joined };
        let found = k_factor(&[tally(4, 2), tally(0, 0), tally(2, 0), tally(2, 0)]).unwrap();
        assert_eq!((found.k, found.invitations), (0.5, 2.0));
        assert_eq!(found.conversion, Some(0.25));
        // Variance of 2, 0, 0, 0 is 1; 0.5 ± 1.96 · √(1 / 4), cut off at 0.
        assert_eq!(found.interval.0, 0.0);
        assert!((found.interval.1 - (0.5 + 0.5 * REACH)).abs() < 1e-12);
        assert!(k_factor(&[tally(1, 1)]).is_none());
    }

    #[test]
    fn nobody_joining_leaves_room_for_three_in_n() {
        let found = k_factor(&vec![InviterTally::default(); 300]).unwrap();
        assert_eq!((found.k, found.conversion), (0.0, None));
        assert!((found.interval.1 - 0.009_986).abs() < 1e-6);
    }

    #[test]
    fn interval_holds_the_truth_as_often_as_it_says() {
        // Inviters differ: half send none, half Poisson(2) of which a quarter joins, so that K = 0.25.
        let mut held = 0;
        for seed in 0..500 {
            let tallies: Vec<InviterTally> = (0..400)
                .map(|i| {
                    let mut rng = RngStream::new(seed, Purpose::Test, i, 0);
                    let invited = if i % 2 == 0 { rng.poisson(2.0) } else { 0 };
                    let joined = (0..invited).filter(|_| rng.chance(0.25)).count() as u32;
                    InviterTally { invited, joined }
                })
                .collect();
            let (low, high) = k_factor(&tallies).unwrap().interval;
            held += u32::from((low..=high).contains(&0.25));
        }
        // 475 expected, deviation √(500 · .95 · .05) = 4.9; the two kinds make it slightly wide.
        assert!((455..=496).contains(&held), "{held} of 500");
    }
}
