//! Parameters of a trained model: in a fixed order, drawn from the city's own random streams.
//!
//! candle's random numbers cannot be seeded on the processor and its `VarMap` has no order. Models keep their variables
//! here instead, so that a seed decides every weight and the digest of a model is part of the state hash.
//! [`AdamW`](super::optimizer::AdamW) walks the same order.

use std::collections::BTreeMap;

use candle_core::{CpuStorage, Device, InplaceOp1, Layout, Tensor, Var};

pub use super::stored::{
    Values, read_tensors, read_tensors_where, refuse_rest, write_half_tensors, write_tensors,
};
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::state_hash::StateHasher;

/// What can go wrong with a model.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The tensor library refused an operation.
    #[error("tensor operation failed: {0}")]
    Tensor(#[from] candle_core::Error),
    /// Stored bytes are not a set of tensors.
    #[error("stored tensors cannot be read: {0}")]
    Stored(#[from] safetensors::SafeTensorError),
    /// A stored tensor is missing, too many, or of another shape or type than the model's.
    #[error("stored tensor {name}: found {found}, expected {expected}")]
    StoredTensor {
        /// Name of the tensor.
        name: String,
        /// What was found.
        found: String,
        /// What the model has.
        expected: String,
    },
    /// A slice has another length than its neighbours imply.
    #[error("{what} has length {found}, expected {expected}")]
    Length {
        /// Which slice.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length the other slices imply.
        expected: usize,
    },
    /// An index points outside its table.
    #[error("{what} is {found}, allowed are indices below {below}")]
    Index {
        /// Which index.
        what: &'static str,
        /// Its value.
        found: usize,
        /// Rows of the table.
        below: usize,
    },
    /// There is nothing to learn from.
    #[error("training data has 0 pairs, at least 1 is needed")]
    NoPairs,
    /// A value is outside its range.
    #[error("{what} is {found}, allowed is {allowed}")]
    Value {
        /// Which value.
        what: String,
        /// What it is.
        found: String,
        /// What it may be.
        allowed: String,
    },
    /// Training left the finite numbers.
    #[error("loss is {loss} after step {step}, a finite number is needed")]
    Diverged {
        /// Step at which it was seen.
        step: u32,
        /// The loss.
        loss: f64,
    },
}

/// One named parameter: the variable that gradients are taken for and a copy of its values for plain code.
#[derive(Debug)]
struct Param {
    name: String,
    /// Nothing for a table, which only our own kernels read.
    var: Option<Var>,
    shape: Vec<usize>,
    values: Vec<f32>,
    /// Whether gradients are taken for it; see [`ParamStore::freeze`].
    is_trainable: bool,
}

/// The parameters of a model in the order in which they were declared.
///
/// Every parameter draws its start from the stream (seed, `ModelInit`, its position, 0).
#[derive(Debug)]
pub struct ParamStore {
    seed: u64,
    params: Vec<Param>,
}

impl ParamStore {
    /// Makes an empty store.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        let params = Vec::new();
        Self { seed, params }
    }

    /// Declares a parameter whose values are normal with mean 0 and the given deviation; returns its position.
    pub fn normal(
        &mut self,
        name: &str,
        shape: &[usize],
        deviation: f64,
    ) -> Result<usize, ModelError> {
        let values = self.draw(shape, deviation);
        let var = Var::from_slice(&values, shape, &Device::Cpu)?;
        self.declare(name, shape, values, Some(var))
    }

    /// Declares a parameter like [`ParamStore::normal`] that is no variable of candle's: rows of it are gathered, and its
    /// gradient scattered, by whoever uses it; returns its position.
    pub fn table(
        &mut self,
        name: &str,
        shape: &[usize],
        deviation: f64,
    ) -> Result<usize, ModelError> {
        let values = self.draw(shape, deviation);
        self.declare(name, shape, values, None)
    }

    fn draw(&self, shape: &[usize], deviation: f64) -> Vec<f32> {
        let mut stream = RngStream::new(self.seed, Purpose::ModelInit, self.params.len() as u64, 0);
        (0..shape.iter().product())
            .map(|_| (deviation * stream.normal()) as f32)
            .collect()
    }

    /// Declares a parameter all of whose values are `value`; returns its position.
    pub fn constant(
        &mut self,
        name: &str,
        shape: &[usize],
        value: f32,
    ) -> Result<usize, ModelError> {
        let values = vec![value; shape.iter().product()];
        let var = Var::from_slice(&values, shape, &Device::Cpu)?;
        self.declare(name, shape, values, Some(var))
    }

    fn declare(
        &mut self,
        name: &str,
        shape: &[usize],
        values: Vec<f32>,
        var: Option<Var>,
    ) -> Result<usize, ModelError> {
        if self.params.iter().any(|p| p.name == name) {
            return Err(ModelError::Value {
                what: "parameter name".to_owned(),
                found: name.to_owned(),
                allowed: "a name that is not taken".to_owned(),
            });
        }
        self.params.push(Param {
            name: name.to_owned(),
            var,
            shape: shape.to_vec(),
            values,
            is_trainable: true,
        });
        Ok(self.params.len() - 1)
    }

    /// Copies the store, so that changing one leaves the other as it is.
    ///
    /// # Errors
    /// [`ModelError::Tensor`] if candle refuses to make the variables.
    pub fn copy(&self) -> Result<Self, ModelError> {
        let mut copy = Self::new(self.seed);
        for p in &self.params {
            let var = match &p.var {
                Some(_) => Some(Var::from_slice(
                    &p.values,
                    p.shape.as_slice(),
                    &Device::Cpu,
                )?),
                None => None,
            };
            let position = copy.declare(&p.name, &p.shape, p.values.clone(), var)?;
            copy.params[position].is_trainable = p.is_trainable;
        }
        Ok(copy)
    }

    /// Returns how many parameters there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.params.len()
    }

    /// Says whether no parameter was declared.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.params.is_empty()
    }

    /// Returns the variable at `position`.
    ///
    /// # Panics
    /// If it was declared as a table.
    #[must_use]
    pub fn var(&self, position: usize) -> &Var {
        self.params[position]
            .var
            .as_ref()
            .expect("tables are read by their values only")
    }

    /// Returns the variable at `position`, unless it is a table.
    #[must_use]
    pub fn variable(&self, position: usize) -> Option<&Var> {
        self.params[position].var.as_ref()
    }

    /// Returns the tensor of the parameter at `position` for a graph: gradients flow to it unless it is frozen.
    ///
    /// # Panics
    /// If it was declared as a table.
    #[must_use]
    pub fn tensor(&self, position: usize) -> Tensor {
        let tensor = self.var(position).as_tensor();
        if self.params[position].is_trainable {
            tensor.clone()
        } else {
            tensor.detach()
        }
    }

    /// Freezes the parameter at `position`: [`ParamStore::tensor`] gives it without a gradient and optimisers leave it.
    pub fn freeze(&mut self, position: usize) {
        self.params[position].is_trainable = false;
    }

    /// Lets all parameters be learned again.
    pub fn thaw(&mut self) {
        for param in &mut self.params {
            param.is_trainable = true;
        }
    }

    /// Says whether the parameter at `position` is not frozen.
    #[must_use]
    pub fn is_trainable(&self, position: usize) -> bool {
        self.params[position].is_trainable
    }

    /// Counts the numbers that are not frozen, and all numbers.
    #[must_use]
    pub fn n_trainable(&self) -> (usize, usize) {
        let count = |p: &Param| p.values.len();
        let free = self.params.iter().filter(|p| p.is_trainable);
        (free.map(count).sum(), self.params.iter().map(count).sum())
    }

    /// Returns the position of the parameter of a name.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.params.iter().position(|p| p.name == name)
    }

    /// Returns the values of the parameter at `position`, row-major.
    #[must_use]
    pub fn values(&self, position: usize) -> &[f32] {
        &self.params[position].values
    }

    /// Returns the name of the parameter at `position`.
    #[must_use]
    pub fn name(&self, position: usize) -> &str {
        &self.params[position].name
    }

    /// Changes the values of the parameter at `position`, in the variable as well as in the copy.
    pub fn update(
        &mut self,
        position: usize,
        change: impl FnOnce(&mut [f32]),
    ) -> Result<(), ModelError> {
        let param = &mut self.params[position];
        change(&mut param.values);
        if let Some(var) = &param.var {
            var.inplace_op1(&Overwrite(&param.values))?;
        }
        Ok(())
    }

    /// Adds the bits of every parameter, with its name.
    pub fn add_to(&self, h: &mut StateHasher) {
        for p in &self.params {
            h.text(&p.name);
            h.f32s(&p.values);
        }
    }

    /// Returns the digest of all parameters.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut h = StateHasher::default();
        self.add_to(&mut h);
        h.finish()
    }

    /// Copies all parameters by name.
    #[must_use]
    pub fn tensors(&self) -> BTreeMap<String, Values> {
        self.params
            .iter()
            .map(|p| {
                let (shape, values) = (p.shape.clone(), p.values.clone());
                (p.name.clone(), Values { shape, values })
            })
            .collect()
    }

    /// Replaces all parameters by the tensors of the same names, which it takes out of `tensors`.
    ///
    /// # Errors
    /// [`ModelError::StoredTensor`] if one is missing or has another shape; the store is then unchanged.
    pub fn restore(&mut self, tensors: &mut BTreeMap<String, Values>) -> Result<(), ModelError> {
        for p in &self.params {
            let shape = tensors.get(&p.name).map(|t| t.shape.as_slice());
            if shape != Some(p.shape.as_slice()) {
                return Err(ModelError::StoredTensor {
                    name: p.name.clone(),
                    found: shape.map_or("nothing".to_owned(), |s| format!("shape {s:?}")),
                    expected: format!("shape {:?}", p.shape),
                });
            }
        }
        for position in 0..self.params.len() {
            if let Some(stored) = tensors.remove(self.name(position)) {
                self.update(position, |values| values.copy_from_slice(&stored.values))?;
            }
        }
        Ok(())
    }

    /// Writes all parameters in the safetensors format.
    pub fn save(&self) -> Result<Vec<u8>, ModelError> {
        write_tensors(&self.tensors())
    }

    /// Reads all parameters in the safetensors format; tensors of other names are refused.
    pub fn load(&mut self, bytes: &[u8]) -> Result<(), ModelError> {
        let mut tensors = read_tensors(bytes)?;
        self.restore(&mut tensors)?;
        refuse_rest(&tensors)
    }
}

/// Replaces the values of a variable where they lie.
struct Overwrite<'a>(&'a [f32]);

impl InplaceOp1 for Overwrite<'_> {
    fn name(&self) -> &'static str {
        "overwrite"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> candle_core::Result<()> {
        let places = layout.contiguous_offsets();
        let (CpuStorage::F32(values), Some((begin, end))) = (storage, places) else {
            return Err(candle_core::Error::RequiresContiguous { op: self.name() });
        };
        values[begin..end].copy_from_slice(self.0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(seed: u64) -> ParamStore {
        let mut s = ParamStore::new(seed);
        s.normal("table", &[40, 25], 0.5).unwrap();
        s.constant("bias", &[3], 0.25).unwrap();
        s.normal("head", &[3, 2], 1.0).unwrap();
        s
    }

    #[test]
    fn a_seed_decides_every_parameter() {
        assert_eq!(store(3).digest(), store(3).digest());
        assert_ne!(store(3).digest(), store(4).digest());
        let s = store(3);
        let n = s.values(0).len() as f64;
        let variance = s
            .values(0)
            .iter()
            .map(|x| f64::from(*x).powi(2))
            .sum::<f64>()
            / n;
        // Four standard errors of a variance of 0.25 over 1000 draws: 0.045.
        assert!((variance - 0.25).abs() < 0.045, "variance {variance}");
        assert_ne!(s.values(2)[0], s.values(0)[0] * 2.0);
    }

    #[test]
    fn saved_parameters_load_with_the_same_bits() {
        let mut s = store(3);
        s.update(1, |v| v[2] = f32::MIN_POSITIVE).unwrap();
        let bytes = s.save().unwrap();
        let mut other = store(9);
        other.load(&bytes).unwrap();
        assert_eq!(other.digest(), s.digest());
        assert_eq!(other.save().unwrap(), bytes);
        assert_eq!(other.var(1).to_vec1::<f32>().unwrap(), other.values(1));
    }

    #[test]
    fn half_precision_is_read_back_to_its_rounding() {
        let s = store(3);
        let half = write_half_tensors(&s.tensors()).unwrap();
        assert!(half.len() < s.save().unwrap().len() * 3 / 5);
        let mut other = store(4);
        other.load(&half).unwrap();
        for (x, y) in s.values(0).iter().zip(other.values(0)) {
            assert!((x - y).abs() <= x.abs() / 2048.0 + 1e-7, "{x} became {y}");
        }
        let again = write_half_tensors(&other.tensors()).unwrap();
        assert_eq!(again, half, "rounding twice is rounding once");
    }

    #[test]
    fn frozen_parameters_get_no_gradient() {
        let mut s = store(3);
        s.freeze(2);
        assert_eq!(s.n_trainable(), (1003, 1009));
        let copy = s.copy().unwrap();
        assert!(!copy.is_trainable(2) && copy.is_trainable(1));
        let bias = s.tensor(1).unsqueeze(0).unwrap();
        let loss = bias.matmul(&s.tensor(2)).unwrap().sum_all().unwrap();
        let gradients = loss.backward().unwrap();
        assert!(gradients.get(s.var(1)).is_some());
        assert!(gradients.get(s.var(2)).is_none());
    }

    #[test]
    fn parameters_of_another_model_are_refused_and_change_nothing() {
        let mut other = ParamStore::new(1);
        other.normal("table", &[40, 25], 0.5).unwrap();
        let mut s = store(3);
        let before = s.digest();
        assert!(s.load(&other.save().unwrap()).is_err());
        assert!(s.load(b"not tensors").is_err());
        assert_eq!(s.digest(), before);
        assert!(other.load(&s.save().unwrap()).is_err());
        assert!(s.normal("bias", &[1], 1.0).is_err());
    }
}
