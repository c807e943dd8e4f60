//! Successive halving: many candidates get little, the best of them more.

/// Candidates that are tried with the same resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// How many.
    pub n_candidates: u32,
    /// What each is given, in units of the resource.
    pub resource: u32,
}

/// Why there is no such ladder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} is {found}, allowed is {allowed}")]
pub struct HalvingError {
    /// Which value.
    pub what: &'static str,
    /// What it is.
    pub found: u32,
    /// What it may be.
    pub allowed: &'static str,
}

/// Returns ⌊log_base x⌋ for x from 1, without the rounding of logarithms.
fn floor_log(mut x: u32, base: u32) -> u32 {
    let mut n = 0;
    while x >= base {
        x /= base;
        n += 1;
    }
    n
}

fn check(n: u32, most: u32, eta: u32) -> Result<(), HalvingError> {
    let refuse = |what, found, allowed| HalvingError {
        what,
        found,
        allowed,
    };
    if n == 0 {
        return Err(refuse("candidates", n, "1 or more"));
    }
    if most == 0 {
        return Err(refuse("resource", most, "1 or more"));
    }
    if eta < 2 {
        return Err(refuse("eta", eta, "2 or more"));
    }
    Ok(())
}

/// Returns one rung on which every candidate is given everything: random search.
///
/// # Errors
/// [`HalvingError`] if there are no candidates or there is nothing to give.
pub fn all_at_once(n_candidates: u32, most: u32) -> Result<Vec<Rung>, HalvingError> {
    check(n_candidates, most, 2)?;
    Ok(vec![Rung {
        n_candidates,
        resource: most,
    }])
}

/// Returns the rungs of successive halving: of n candidates the best ⌈n/η⌉ go on and are given η times as much.
///
/// The first rung is given as little as lets the last, which has at most η candidates, be given as much as there is of `most`.
/// If there is too little for so many rungs, there are fewer, and the last has more candidates.
///
/// # Errors
/// [`HalvingError`] if there are no candidates, nothing to give, or `eta` is below 2.
///
/// # Source
/// Jamieson and Talwalkar (2016); the sizes are those of `HalvingRandomSearchCV(min_resources="exhaust")` of scikit-learn,
/// which keeps to the number of rungs and gives less where there is too little.
pub fn rungs(n_candidates: u32, most: u32, eta: u32) -> Result<Vec<Rung>, HalvingError> {
    check(n_candidates, most, eta)?;
    let n_rungs = 1 + floor_log(n_candidates, eta).min(floor_log(most, eta));
    let mut resource = most / eta.pow(n_rungs - 1);
    let mut n = n_candidates;
    let mut all = Vec::new();
    for _ in 0..n_rungs {
        all.push(Rung {
            n_candidates: n,
            resource,
        });
        n = n.div_ceil(eta);
        resource *= eta;
    }
    Ok(all)
}

/// Returns the brackets of Hyperband: ladders that begin with many candidates and little up to few and everything.
///
/// With s_max = ⌊log_η R⌋, bracket s has ⌈(s_max + 1)·η^s / (s + 1)⌉ candidates that begin with ⌊R·η^−s⌋; rung i keeps
/// ⌊n·η^−i⌋ of them.
///
/// # Errors
/// [`HalvingError`] if there is nothing to give or `eta` is below 2.
///
/// # Source
/// Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar (2018), algorithm 1.
pub fn hyperband(most: u32, eta: u32) -> Result<Vec<Vec<Rung>>, HalvingError> {
    check(1, most, eta)?;
    let s_max = floor_log(most, eta);
    let bracket = |s: u32| -> Vec<Rung> {
        let n = ((s_max + 1) * eta.pow(s)).div_ceil(s + 1);
        let rung = |i: u32| Rung {
            n_candidates: n / eta.pow(i),
            resource: most / eta.pow(s - i),
        };
        (0..=s).map(rung).collect()
    };
    Ok((0..=s_max).rev().map(bracket).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(rungs: &[Rung]) -> Vec<(u32, u32)> {
        rungs.iter().map(|r| (r.n_candidates, r.resource)).collect()
    }

    #[test]
    fn twenty_seven_candidates_become_nine_three_and_one() {
        let expected = [(27, 1), (9, 3), (3, 9), (1, 27)];
        assert_eq!(pairs(&rungs(27, 27, 3).unwrap()), expected);
        // Logarithms would find ⌊log₃ 243⌋ = 4.
        assert_eq!(rungs(243, 243, 3).unwrap().len(), 6);
    }

    /// What `n_candidates_` and `n_resources_` were after a search by scikit-learn 1.9.1:
    /// `HalvingRandomSearchCV(tree, {"ccp_alpha": uniform(0, .1)}, n_candidates=n, factor=eta, min_resources="exhaust", cv=2)`
    /// on `make_classification(n_samples=most)`.
    #[test]
    fn rungs_are_those_of_scikit_learn() {
        let cases: [(u32, u32, u32, &[(u32, u32)]); 7] = [
            (27, 540, 3, &[(27, 20), (9, 60), (3, 180), (1, 540)]),
            (27, 1000, 3, &[(27, 37), (9, 111), (3, 333), (1, 999)]),
            (20, 900, 3, &[(20, 100), (7, 300), (3, 900)]),
            (10, 500, 2, &[(10, 62), (5, 124), (3, 248), (2, 496)]),
            (30, 400, 4, &[(30, 25), (8, 100), (2, 400)]),
            (6, 1000, 2, &[(6, 250), (3, 500), (2, 1000)]),
            (50, 1000, 3, &[(50, 37), (17, 111), (6, 333), (2, 999)]),
        ];
        for (n, most, eta, expected) in cases {
            assert_eq!(pairs(&rungs(n, most, eta).unwrap()), expected);
        }
    }

    #[test]
    fn too_little_to_give_makes_fewer_rungs_and_the_last_gets_nearly_all() {
        assert_eq!(
            pairs(&rungs(27, 20, 3).unwrap()),
            [(27, 2), (9, 6), (3, 18)]
        );
        assert_eq!(pairs(&rungs(27, 1, 3).unwrap()), [(27, 1)]);
        assert_eq!(pairs(&rungs(1, 50, 3).unwrap()), [(1, 50)]);
        assert_eq!(pairs(&all_at_once(27, 50).unwrap()), [(27, 50)]);
    }

    #[test]
    fn prop_ladders_fall_in_candidates_rise_in_resource_and_give_no_more_than_there_is() {
        for n in 1..120 {
            for most in 1..120 {
                for eta in 2..5 {
                    let all = rungs(n, most, eta).unwrap();
                    assert_eq!(all[0].n_candidates, n);
                    let last = all.last().unwrap();
                    assert!(last.resource <= most && 2 * last.resource > most);
                    assert!(all.iter().all(|r| r.resource > 0 && r.n_candidates > 0));
                    for pair in all.windows(2) {
                        assert_eq!(pair[1].resource, eta * pair[0].resource);
                        assert_eq!(pair[1].n_candidates, pair[0].n_candidates.div_ceil(eta));
                    }
                }
            }
        }
    }

    #[test]
    fn hyperband_with_81_units_has_the_brackets_computed_by_hand() {
        let brackets: Vec<_> = hyperband(81, 3).unwrap().iter().map(|b| pairs(b)).collect();
        let expected = [
            vec![(81, 1), (27, 3), (9, 9), (3, 27), (1, 81)],
            // ⌈5·27/4⌉ = 34, ⌈5·9/3⌉ = 15, ⌈5·3/2⌉ = 8, ⌈5·1/1⌉ = 5.
            vec![(34, 3), (11, 9), (3, 27), (1, 81)],
            vec![(15, 9), (5, 27), (1, 81)],
            vec![(8, 27), (2, 81)],
            vec![(5, 81)],
        ];
        assert_eq!(brackets, expected);
    }

    #[test]
    fn impossible_ladders_are_refused_by_name() {
        assert!(
            rungs(0, 1, 3)
                .unwrap_err()
                .to_string()
                .starts_with("candidates is 0")
        );
        assert!(
            rungs(1, 0, 3)
                .unwrap_err()
                .to_string()
                .starts_with("resource is 0")
        );
        assert!(
            hyperband(9, 1)
                .unwrap_err()
                .to_string()
                .starts_with("eta is 1")
        );
    }
}
