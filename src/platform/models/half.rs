//! Half precision (binary16) as stored in files of weights; nothing is computed in it.

/// Returns the number that the bits of a half-precision number stand for, exactly.
#[must_use]
pub fn from_bits(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let exponent = u32::from(bits >> 10) & 31;
    let fraction = u32::from(bits & 0x3FF);
    match exponent {
        // Subnormal: a multiple of 2⁻²⁴.
        0 => {
            let size = fraction as f32 * (1.0 / 16_777_216.0);
            f32::from_bits(size.to_bits() | sign)
        }
        31 => f32::from_bits(sign | 0x7F80_0000 | fraction << 13),
        // The biases of the exponents differ by 127 − 15.
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

/// Returns the bits of the nearest half-precision number, the even one of two; infinity beyond 65504.
#[must_use]
pub fn to_bits(x: f32) -> u16 {
    let bits = x.to_bits();
    let sign = (bits >> 16 & 0x8000) as u16;
    let size = bits & 0x7FFF_FFFF;
    if size > 0x7F80_0000 {
        return sign | 0x7E00;
    }
    // 65520 is half-way to what would be the next number.
    if size >= 0x477F_F000 {
        return sign | 0x7C00;
    }
    // Below 2⁻¹⁴ numbers are multiples of 2⁻²⁴; adding 1/2 leaves just that many bits of the significand, rounded.
    if size < 0x3880_0000 {
        let rounded = (f32::from_bits(size) + 0.5).to_bits() - 0x3F00_0000;
        return sign | rounded as u16;
    }
    let even = size >> 13 & 1;
    let rounded = (size + 0xFFF + even) >> 13;
    sign | (rounded - (112 << 10)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_is_itself_again() {
        for bits in 0..=u16::MAX {
            let x = from_bits(bits);
            if x.is_nan() {
                assert!(from_bits(to_bits(x)).is_nan());
            } else {
                assert_eq!(to_bits(x), bits, "{x}");
            }
        }
    }

    #[test]
    fn numbers_between_two_halves_go_to_the_nearer_and_from_the_middle_to_the_even_one() {
        for bits in 0..0x7BFFu16 {
            let (low, high) = (from_bits(bits), from_bits(bits + 1));
            let middle = low + (high - low) / 2.0;
            assert_eq!(to_bits(middle), bits + (bits & 1), "{middle}");
            assert_eq!(to_bits(low + (high - low) * 0.49), bits);
            assert_eq!(to_bits(-(low + (high - low) * 0.51)), 0x8000 | (bits + 1));
        }
        assert_eq!(from_bits(0x3555), 0.333_251_95, "1/3 in IEEE 754 binary16");
        assert_eq!(to_bits(65_504.0), 0x7BFF);
        assert_eq!(to_bits(1e6), 0x7C00);
    }
}
