//! The two formulas of the mission, exactly, with a reading of their symbols.
//!
//! - `A_i` is the attention level of avatar i in (0, 1]: the share of its time in the city that it gives to what is offered
//!   ([`crate::platform::privacy::observation::Observed::attention`]), never below 0.05, because both formulas misbehave at 0.
//! - `r_ic` is the rating i gave c; for what i has not seen it is estimated by item-kNN. `r̄_c` is the mean over raters; with implicit
//!   feedback it is c's share of all engagements.
//! - `ε` lies inside the roots and keeps them from zero; 0.01 unless a scenario says otherwise.
//!
//! Both contain A_i only as a positive constant of the avatar: it never changes an avatar's own ranking, it acts where attention is
//! allocated across avatars.

use crate::sim::math;

/// Smallest ε that keeps w from exploding as attention goes to zero.
pub const EPSILON: f64 = 0.01;

/// Returns the collaborative attraction `w = r / (r̄ + ε)^p · 1 / √(A + ε)`; the mission has p = ½.
#[must_use]
pub fn collaborative(r: f64, mean_r: f64, attention: f64, epsilon: f64, exponent: f64) -> f64 {
    let popular = if exponent == 0.5 {
        (mean_r + epsilon).sqrt()
    } else {
        math::pow(mean_r + epsilon, exponent)
    };
    r / popular * (1.0 / (attention + epsilon).sqrt())
}

/// Returns the content attraction `w = fᵢᵀf_c · A / (‖fᵢ‖‖f_c‖)`; zero if either vector is.
#[must_use]
pub fn content(avatar: &[f32], item: &[f32], attention: f64) -> f64 {
    let (mut dot, mut a, mut b) = (0.0f64, 0.0f64, 0.0f64);
    for (x, y) in avatar.iter().zip(item) {
        let (x, y) = (f64::from(*x), f64::from(*y));
        dot += x * y;
        a += x * x;
        b += y * y;
    }
    if a == 0.0 || b == 0.0 {
        return 0.0;
    }
    dot * attention / (a.sqrt() * b.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formulas_give_the_reference_values() {
        // Science annex A1.
        assert_eq!(
            collaborative(4.0, 3.5, 0.6, 1e-8, 0.5),
            2.760_262_210_424_000_4
        );
        let w = content(&[1.0, 2.0, 0.0], &[2.0, 1.0, 1.0], 0.6);
        assert!((w - 0.438_178_046_004_132_85).abs() < 1e-15, "{w:.17}");
    }

    #[test]
    fn without_a_floor_the_collaborative_formula_explodes_at_no_attention() {
        assert!((collaborative(4.0, 3.5, 0.0, 1e-8, 0.5) - 21_380.9).abs() < 0.1);
        assert!(collaborative(4.0, 3.5, 0.0, EPSILON, 0.5) < 25.0);
    }

    #[test]
    fn the_longer_exponent_lets_less_popular_things_win() {
        let (rare, common) = (0.001, 0.1);
        let ratio =
            |p| collaborative(1.0, rare, 0.5, 0.0, p) / collaborative(1.0, common, 0.5, 0.0, p);
        assert!(ratio(0.0) == 1.0 && ratio(0.25) > 1.0 && ratio(0.5) > ratio(0.25));
    }

    #[test]
    fn a_zero_vector_attracts_nothing() {
        assert_eq!(content(&[0.0, 0.0], &[1.0, 0.0], 0.9), 0.0);
    }
}
