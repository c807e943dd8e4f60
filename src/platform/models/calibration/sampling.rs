//! Undoes the sampling of negatives: a model that saw only some of what was not taken thinks that more is taken.

use crate::sim::math;

use super::CalibrationError;

fn check_rate(rate: f64) -> Result<(), CalibrationError> {
    if rate > 0.0 && rate <= 1.0 {
        return Ok(());
    }
    Err(CalibrationError::Value {
        what: "share of negatives that were kept",
        found: rate,
        allowed: "above 0, at most 1",
    })
}

/// Returns p = q / (q + (1 − q) / rate) for a probability `q` learned with that share of the negatives.
///
/// # Errors
/// [`CalibrationError::Value`] if the rate is not in (0, 1] or `q` not in [0, 1].
///
/// # Source
/// He et al. (2014), Practical Lessons from Predicting Clicks on Ads at Facebook, section 6.3.
pub fn probability_with_all_negatives(q: f64, rate: f64) -> Result<f64, CalibrationError> {
    check_rate(rate)?;
    if !(0.0..=1.0).contains(&q) {
        return Err(CalibrationError::Value {
            what: "probability",
            found: q,
            allowed: "0 to 1",
        });
    }
    Ok(q / (q + (1.0 - q) / rate))
}

/// Returns the same correction of a logit: it falls by ln(1 / rate).
///
/// # Errors
/// [`CalibrationError::Value`] if the rate is not in (0, 1].
pub fn logit_with_all_negatives(logit: f64, rate: f64) -> Result<f64, CalibrationError> {
    check_rate(rate)?;
    Ok(logit + math::ln(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_correction_is_that_by_hand() {
        // Of 10 taken and 90 not, a tenth of the 90 was kept: 10 of 19.
        let p = probability_with_all_negatives(10.0 / 19.0, 0.1).unwrap();
        assert!((p - 0.1).abs() < 1e-12);
        for q in [0.01, 0.3, 0.9] {
            let logit = logit_with_all_negatives(math::ln(q / (1.0 - q)), 0.05).unwrap();
            let p = probability_with_all_negatives(q, 0.05).unwrap();
            assert!((math::sigmoid(logit) - p).abs() < 1e-12);
        }
        assert_eq!(probability_with_all_negatives(0.0, 0.5).unwrap(), 0.0);
        assert_eq!(probability_with_all_negatives(1.0, 0.5).unwrap(), 1.0);
        assert!(probability_with_all_negatives(0.5, 0.0).is_err());
        assert!(probability_with_all_negatives(1.5, 0.5).is_err());
    }
}
