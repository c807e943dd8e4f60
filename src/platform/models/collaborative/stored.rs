//! Whole numbers and tables as single-precision tensors, and back without losing a bit.

use super::super::model::Tensors;
use super::super::params::{ModelError, Values};

/// Whole numbers below this are exact in single precision.
const EXACT: i64 = 1 << 24;
/// Low part of a number that is stored in two.
const LOW: i64 = 1 << 23;
/// Largest number that is stored in two.
const LARGEST: u64 = 1 << 46;

/// Stores a table under a name.
pub(super) fn put(into: &mut Tensors, name: &str, shape: &[usize], values: Vec<f32>) {
    let shape = shape.to_vec();
    into.insert(name.to_owned(), Values { shape, values });
}

fn refuse<T>(name: &str, found: String, expected: String) -> Result<T, ModelError> {
    Err(ModelError::StoredTensor {
        name: name.to_owned(),
        found,
        expected,
    })
}

/// Takes a table of one or two dimensions; `None` stands for any length.
pub(super) fn take(
    stored: &mut Tensors,
    name: &str,
    shape: &[Option<usize>],
) -> Result<Vec<f32>, ModelError> {
    let wanted = || {
        let lengths = shape
            .iter()
            .map(|n| n.map_or("any".into(), |n| n.to_string()));
        format!("shape [{}]", lengths.collect::<Vec<String>>().join(", "))
    };
    let Some(t) = stored.remove(name) else {
        return refuse(name, "nothing".to_owned(), wanted());
    };
    let fits = t.shape.len() == shape.len()
        && t.shape
            .iter()
            .zip(shape)
            .all(|(n, m)| m.is_none_or(|m| m == *n))
        && t.values.len() == t.shape.iter().product::<usize>();
    if !fits {
        return refuse(name, format!("shape {:?}", t.shape), wanted());
    }
    Ok(t.values)
}

/// Takes a table all of whose values must be finite.
pub(super) fn take_finite(
    stored: &mut Tensors,
    name: &str,
    shape: &[Option<usize>],
) -> Result<Vec<f32>, ModelError> {
    let values = take(stored, name, shape)?;
    match values.iter().find(|v| !v.is_finite()) {
        None => Ok(values),
        Some(v) => refuse(name, v.to_string(), "finite values".to_owned()),
    }
}

/// Turns small whole numbers into single precision.
///
/// # Errors
/// [`ModelError::Value`] for numbers that would be rounded.
pub(super) fn small(
    what: &str,
    numbers: impl IntoIterator<Item = usize>,
) -> Result<Vec<f32>, ModelError> {
    let exact = |n: usize| {
        if (n as i64) < EXACT {
            return Ok(n as f32);
        }
        Err(ModelError::Value {
            what: what.to_owned(),
            found: n.to_string(),
            allowed: format!("below {EXACT} where it is stored"),
        })
    };
    numbers.into_iter().map(exact).collect()
}

/// Takes small whole numbers, each below `below`.
pub(super) fn take_small(
    stored: &mut Tensors,
    name: &str,
    length: Option<usize>,
    below: usize,
) -> Result<Vec<usize>, ModelError> {
    let values = take(stored, name, &[length])?;
    let whole = |v: f32| {
        if v >= 0.0 && v.fract() == 0.0 && (v as usize) < below {
            return Ok(v as usize);
        }
        let expected = format!("whole numbers below {below}");
        refuse(name, v.to_string(), expected)
    };
    values.into_iter().map(whole).collect()
}

/// Splits numbers of up to 46 bits and a sign into two values each.
///
/// # Errors
/// [`ModelError::Value`] for numbers beyond.
pub(super) fn large(
    what: &str,
    numbers: impl IntoIterator<Item = i64>,
) -> Result<Vec<f32>, ModelError> {
    let mut parts = Vec::new();
    for n in numbers {
        if n.unsigned_abs() > LARGEST {
            return Err(ModelError::Value {
                what: what.to_owned(),
                found: n.to_string(),
                allowed: format!("-{LARGEST} to {LARGEST} where it is stored"),
            });
        }
        parts.extend([n.div_euclid(LOW) as f32, n.rem_euclid(LOW) as f32]);
    }
    Ok(parts)
}

/// Puts numbers together again that [`large`] split.
pub(super) fn join_large(values: &[f32]) -> Vec<i64> {
    values
        .chunks_exact(2)
        .map(|pair| pair[0] as i64 * LOW + pair[1] as i64)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_come_back_as_they_were() {
        let numbers = [
            0,
            -1,
            1,
            881_250_949,
            -881_250_949,
            (1 << 46) - 1,
            -(1 << 46),
        ];
        assert_eq!(join_large(&large("time", numbers).unwrap()), numbers);
        for beyond in [i64::MIN, i64::MAX] {
            assert!(large("time", [beyond]).is_err());
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let mut stored = Tensors::new();
        put(&mut stored, "a", &[2, 2], vec![1.0, 2.0, 0.5, f32::NAN]);
        let shape = [None, Some(3)];
        let error = take(&mut stored.clone(), "a", &shape).unwrap_err();
        assert_eq!(
            error.to_string(),
            "stored tensor a: found shape [2, 2], expected shape [any, 3]"
        );
        assert!(take(&mut stored.clone(), "b", &shape).is_err());
        assert!(take_finite(&mut stored, "a", &[None, Some(2)]).is_err());
        for wrong in [0.5, -1.0, 7.0, f32::NAN] {
            put(&mut stored, "n", &[1], vec![wrong]);
            assert!(take_small(&mut stored, "n", None, 7).is_err(), "{wrong}");
        }
        assert!(small("count", [1 << 24]).is_err());
    }
}
