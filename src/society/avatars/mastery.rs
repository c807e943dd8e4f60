//! Studying: Bayesian knowledge tracing of the concept a course is about.

/// Chance to learn from a lesson.
const LEARN: f64 = 0.2;
/// Chance to guess right without knowing.
const GUESS: f64 = 0.2;
/// Chance to slip while knowing.
const SLIP: f64 = 0.1;

/// Returns the chance of a right answer at mastery `p`.
#[must_use]
pub fn right_chance(p: f64) -> f64 {
    p * (1.0 - SLIP) + (1.0 - p) * GUESS
}

/// Returns the probability of mastery after an answer and the lesson that goes with it.
///
/// # Source
/// Corbett and Anderson (1995).
#[must_use]
pub fn trace(p: f64, is_right: bool) -> f64 {
    let posterior = if is_right {
        p * (1.0 - SLIP) / right_chance(p)
    } else {
        p * SLIP / (1.0 - right_chance(p))
    };
    posterior + (1.0 - posterior) * LEARN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tracing_equals_the_reference_sequence() {
        // P0 = .3, T = .2, g = .2, s = .1, answers 1 0 1 1 (pyBKT).
        let mut p = 0.3;
        for (is_right, before, after) in [
            (true, 0.41, 0.726_829),
            (false, 0.708_780, 0.399_665),
            (true, 0.479_765, 0.799_791),
            (true, 0.759_853, 0.957_843),
        ] {
            assert!((right_chance(p) - before).abs() < 1e-6);
            p = trace(p, is_right);
            assert!((p - after).abs() < 1e-6);
        }
    }
}
