//! Elementary functions with the same bits on every machine.
//!
//! The standard library hands `exp`, `ln`, … to the system's mathematics library, which picks another
//! routine on another processor. The simulation calls these instead (pure Rust, from the `libm` crate).

/// Returns eˣ.
#[must_use]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}
/// Returns eˣ in single precision.
#[must_use]
pub fn expf(x: f32) -> f32 {
    libm::expf(x)
}
/// Replaces every value by its exponential in single precision, many at a time.
///
/// Within two units in the last place from −87 to 88; below it is 0, above it stays finite. A fixed sequence of
/// additions and products, so that a compiler may take several values at once without changing a bit.
///
/// # Source
/// Range reduction by Cody and Waite (1980); the polynomial is Taylor's of degree 7 on half an octave.
pub fn expf_all(values: &mut [f32]) {
    // Adding this moves the integer part into the low bits of the significand.
    const SHIFT: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    for v in values {
        let x = v.clamp(-87.0, 88.0);
        let shifted = x * std::f32::consts::LOG2_E + SHIFT;
        let n = shifted - SHIFT;
        let r = x - n * LN2_HIGH - n * LN2_LOW;
        let mut p = 1.0 / 5_040.0;
        for c in [
            1.0 / 720.0,
            1.0 / 120.0,
            1.0 / 24.0,
            1.0 / 6.0,
            0.5,
            1.0,
            1.0,
        ] {
            p = p * r + c;
        }
        let power = shifted.to_bits().wrapping_sub(SHIFT.to_bits());
        let e = f32::from_bits(p.to_bits().wrapping_add(power << 23));
        *v = if *v < -87.0 { 0.0 } else { e };
    }
}
/// Returns the natural logarithm.
#[must_use]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}
/// Returns the logarithm to base 2.
#[must_use]
pub fn log2(x: f64) -> f64 {
    libm::log2(x)
}
/// Returns xʸ.
#[must_use]
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}
/// Returns the cosine of an angle in radians.
#[must_use]
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}
/// Returns the sine of an angle in radians.
#[must_use]
pub fn sin(x: f64) -> f64 {
    libm::sin(x)
}
/// Returns the hyperbolic tangent.
#[must_use]
pub fn tanh(x: f64) -> f64 {
    libm::tanh(x)
}
/// Returns the logistic function 1 / (1 + e⁻ˣ).
#[must_use]
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}
/// Returns the dot product, summed from left to right in eight lanes; the lanes are part of the definition.
#[must_use]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 8];
    let (ca, cb) = (a.chunks_exact(8), b.chunks_exact(8));
    let (ra, rb) = (ca.remainder(), cb.remainder());
    for (x, y) in ca.zip(cb) {
        for ((lane, p), q) in lanes.iter_mut().zip(x).zip(y) {
            *lane += p * q;
        }
    }
    let mut tail = 0.0;
    for (p, q) in ra.iter().zip(rb) {
        tail += p * q;
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + b) + (c + d)) + ((e + f) + (g + h)) + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_exponentials_agree_with_one_at_a_time() {
        for i in -8_700..=8_800 {
            let x = i as f32 * 0.01;
            let mut v = [x];
            expf_all(&mut v);
            let e = exp(f64::from(x));
            assert!((f64::from(v[0]) - e).abs() <= 2.4e-7 * e, "{x}");
        }
        let mut v = [-1e9, 1e9, 0.0];
        expf_all(&mut v);
        assert!(v[0] == 0.0 && v[1].is_finite() && v[2] == 1.0);
    }
}
