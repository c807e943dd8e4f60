//! Tensors by name in the safetensors format.

use std::collections::BTreeMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::half;
use super::params::ModelError;

/// Values of one tensor with their shape, row-major.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Values {
    /// Length of every dimension.
    pub shape: Vec<usize>,
    /// The values.
    pub values: Vec<f32>,
}

/// Writes named tensors in the safetensors format; the same tensors give the same bytes.
pub fn write_tensors(tensors: &BTreeMap<String, Values>) -> Result<Vec<u8>, ModelError> {
    let bytes: Vec<Vec<u8>> = tensors
        .values()
        .map(|t| t.values.iter().flat_map(|x| x.to_le_bytes()).collect())
        .collect();
    let mut views = Vec::with_capacity(tensors.len());
    for ((name, t), raw) in tensors.iter().zip(&bytes) {
        views.push((name, TensorView::new(Dtype::F32, t.shape.clone(), raw)?));
    }
    Ok(safetensors::serialize(views, None)?)
}

/// Writes named tensors like [`write_tensors`] in half precision, rounded to the nearest number: half the bytes.
pub fn write_half_tensors(tensors: &BTreeMap<String, Values>) -> Result<Vec<u8>, ModelError> {
    let rounded = |x: &f32| half::to_bits(*x).to_le_bytes();
    let bytes: Vec<Vec<u8>> = tensors
        .values()
        .map(|t| t.values.iter().flat_map(rounded).collect())
        .collect();
    let mut views = Vec::with_capacity(tensors.len());
    for ((name, t), raw) in tensors.iter().zip(&bytes) {
        views.push((name, TensorView::new(Dtype::F16, t.shape.clone(), raw)?));
    }
    Ok(safetensors::serialize(views, None)?)
}

/// Reads named tensors in the safetensors format, stored in single precision or in one of the half precisions.
pub fn read_tensors(bytes: &[u8]) -> Result<BTreeMap<String, Values>, ModelError> {
    read_tensors_where(bytes, |_| true)
}

/// Reads the tensors whose names are wanted, like [`read_tensors`]; the others may be stored in any way.
pub fn read_tensors_where(
    bytes: &[u8],
    is_wanted: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, Values>, ModelError> {
    let stored = SafeTensors::deserialize(bytes)?;
    let mut tensors = BTreeMap::new();
    for (name, view) in stored.tensors() {
        if !is_wanted(&name) {
            continue;
        }
        let data = view.data();
        let pairs = data
            .chunks_exact(2)
            .map(|b| u16::from_le_bytes([b[0], b[1]]));
        let values = match view.dtype() {
            Dtype::F32 => data
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect(),
            Dtype::F16 => pairs.map(half::from_bits).collect(),
            Dtype::BF16 => pairs.map(|x| f32::from_bits(u32::from(x) << 16)).collect(),
            other => {
                return Err(ModelError::StoredTensor {
                    name,
                    found: format!("{other:?}"),
                    expected: "F32, F16 or BF16".to_owned(),
                });
            }
        };
        let shape = view.shape().to_vec();
        tensors.insert(name, Values { shape, values });
    }
    Ok(tensors)
}

/// Refuses tensors that nobody took.
pub fn refuse_rest(tensors: &BTreeMap<String, Values>) -> Result<(), ModelError> {
    match tensors.iter().next() {
        None => Ok(()),
        Some((name, t)) => Err(ModelError::StoredTensor {
            name: name.clone(),
            found: format!("shape {:?}", t.shape),
            expected: "nothing".to_owned(),
        }),
    }
}
