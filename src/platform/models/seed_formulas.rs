//! The mission's two formulas for the attraction w_i(c) of a content c to an avatar i, exactly as written.
//!
//! | symbol | reading |
//! | --- | --- |
//! | A_i | attention level in [0, 1]: the share of the avatar's *available* time that goes to the platform's contents; a posterior mean that begins at the population's level. It is not the allocation (how much of c is shown) and not the attraction (the result here) |
//! | r_ic | what the avatar gave to c. A content worth recommending has not been met, so a predicted r̂_ic stands in: an implicit score of item-kNN or EASE, never a rating that was already given |
//! | r̄_c | mean of r_ic over avatars; with an implicit r̂ it is the content's share of avatars, and the division removes popularity |
//! | ε | stands inside both roots. It must keep A_i → 0 bounded: at 10⁻⁸ an idle avatar gets weights in the ten thousands; use [`SAFE_EPSILON`] or keep A_i above [`ATTENTION_FLOOR`] |
//!
//! Known oddities, kept because the formulas are the mission's:
//! - A_i is one positive constant an avatar, so it never reorders an avatar's own list; it acts across avatars only.
//! - With rating means, dividing by √r̄_c puts *disliked* contents first.
//! - The collaborative form is unbounded above and the content form lies in [−A_i, A_i]: blend ranks or z-scores, not values.

/// Smallest ε that keeps the collaborative weight of an idle avatar at about ten times that of an attentive one.
pub const SAFE_EPSILON: f64 = 1e-2;

/// Lowest attention level handed to the collaborative formula where ε is smaller than [`SAFE_EPSILON`].
pub const ATTENTION_FLOOR: f64 = 0.05;

/// The popularity exponent that makes [`collaborative`] the mission's formula: a square root.
pub const SEED_POPULARITY_EXPONENT: f64 = 0.5;

/// Weighs a content by others' behavior: `r / (r̄ + ε)^p / √(A + ε)`.
///
/// `r` and `mean_r` are not negative and share a unit; `attention` is in [0, 1]; `epsilon` is above 0 (with 0, an idle
/// avatar or an unmet content gives infinity). `popularity_exponent` p is [`SEED_POPULARITY_EXPONENT`] in the
/// mission's formula; smaller ones remove less popularity, 0 none.
pub fn collaborative(
    r: f64,
    mean_r: f64,
    attention: f64,
    epsilon: f64,
    popularity_exponent: f64,
) -> f64 {
    r / power(mean_r + epsilon, popularity_exponent) / (attention + epsilon).sqrt()
}

/// Weighs a content by its features: the cosine of `f_i` (interests) and `f_c` (content), times the attention level.
///
/// In [−A, A]; 0 if either vector is all zeros.
///
/// # Panics
/// If the vectors differ in length.
pub fn content<T: Copy + Into<f64>>(f_i: &[T], f_c: &[T], attention: f64) -> f64 {
    assert_eq!(f_i.len(), f_c.len(), "features have the same columns");
    let product = |a: &[T], b: &[T]| -> f64 {
        a.iter()
            .zip(b)
            .map(|(x, y)| (*x).into() * (*y).into())
            .sum()
    };
    let norms = product(f_i, f_i).sqrt() * product(f_c, f_c).sqrt();
    if norms == 0.0 {
        return 0.0;
    }
    attention * product(f_i, f_c) / norms
}

/// Returns xᵖ; square roots are taken as such, because IEEE 754 rounds those correctly on every machine.
pub(super) fn power(x: f64, p: f64) -> f64 {
    if p == 0.5 {
        x.sqrt()
    } else {
        crate::sim::math::pow(x, p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Reference values: oracles/seed_alloc_oracle.py (cf_r4_rbar3.5_A0.6, cf_A0, cb_[1,2,0]_[2,1,1]_A0.6).
    #[test]
    fn both_formulas_give_the_worked_values() {
        assert_eq!(
            collaborative(4.0, 3.5, 0.6, 1e-8, 0.5),
            2.760_262_210_424_000_4
        );
        assert_eq!(
            content(&[1.0, 2.0, 0.0], &[2.0, 1.0, 1.0], 0.6),
            0.438_178_046_004_132_85
        );
    }

    #[test]
    fn attention_of_zero_blows_up_unless_epsilon_or_the_floor_is_used() {
        let blown = collaborative(4.0, 3.5, 0.0, 1e-8, 0.5);
        assert!((blown - 21_380.899_322_449_81).abs() < 1e-6, "{blown}");
        let full = collaborative(4.0, 3.5, 1.0, SAFE_EPSILON, 0.5);
        assert!(collaborative(4.0, 3.5, 0.0, SAFE_EPSILON, 0.5) < 10.1 * full);
        let full = collaborative(4.0, 3.5, 1.0, 1e-8, 0.5);
        assert!(collaborative(4.0, 3.5, ATTENTION_FLOOR, 1e-8, 0.5) < 4.5 * full);
    }

    #[test]
    fn a_smaller_exponent_removes_less_popularity() {
        let ratio =
            |p| collaborative(1.0, 0.01, 0.5, 1e-8, p) / collaborative(1.0, 0.5, 0.5, 1e-8, p);
        assert_eq!(ratio(0.0), 1.0);
        assert!(ratio(0.25) > 1.0 && ratio(0.5) > ratio(0.25));
        assert!((ratio(0.25) * ratio(0.25) / ratio(0.5) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn content_weight_is_zero_without_features_and_never_beyond_the_attention_level() {
        assert_eq!(content(&[0.0, 0.0], &[1.0f64, 2.0], 0.6), 0.0);
        let mut rng = crate::sim::rng::RngStream::new(3, crate::sim::rng::Purpose::Test, 0, 0);
        for _ in 0..500 {
            let a: Vec<f64> = (0..5).map(|_| rng.normal()).collect();
            let b: Vec<f64> = (0..5).map(|_| rng.normal()).collect();
            let attention = rng.uniform();
            assert!(content(&a, &b, attention).abs() <= attention * (1.0 + 1e-12));
        }
    }
}
