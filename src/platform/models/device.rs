//! Where dense scores are computed: the processor, or a CUDA card if the program was built for one.
//!
//! Models learn and serve on the processor, on kernels with one order of summation: a card would give other bits. What it may do
//! is score everybody against everything, where a rounding in the fifth digit moves nothing that is written down.

use candle_core::{Device, Tensor, utils};

use super::layers::products::product;
use super::two_tower::dense::transposed;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// A card if there is one, else the processor.
    Auto,
    /// The processor.
    Cpu,
    /// A card.
    Cuda,
}

/// What was chosen, and why.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The device.
    pub device: Device,
    /// Why, as half a sentence.
    pub reason: String,
}

/// Why a device cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// A card was asked for and there is none to be had.
    #[error("--device is cuda, but {0}; allowed here are auto and cpu")]
    NoCuda(String),
    /// It could not compute.
    #[error("the device could not compute: {0}")]
    Failed(#[from] candle_core::Error),
}

/// Opens the first card, or says why that is not possible.
fn card() -> Result<Device, String> {
    if !utils::cuda_is_available() {
        return Err("this program was built without the feature cuda".to_owned());
    }
    Device::new_cuda(0).map_err(|e| format!("no CUDA card can be opened ({e})"))
}

/// Chooses a device.
///
/// # Errors
/// [`DeviceError::NoCuda`] if a card was asked for and there is none.
pub fn choose(choice: Choice) -> Result<Chosen, DeviceError> {
    let cpu = |reason: String| Chosen {
        device: Device::Cpu,
        reason,
    };
    match choice {
        Choice::Cpu => Ok(cpu("asked for".to_owned())),
        Choice::Auto => Ok(card().map_or_else(cpu, |device| Chosen {
            device,
            reason: "there is a CUDA card".to_owned(),
        })),
        Choice::Cuda => {
            let device = card().map_err(DeviceError::NoCuda)?;
            let reason = "asked for".to_owned();
            Ok(Chosen { device, reason })
        }
    }
}

/// Returns the name of a device as people know it.
#[must_use]
pub const fn word(device: &Device) -> &'static str {
    match device {
        Device::Cpu => "cpu",
        Device::Cuda(_) => "cuda",
        Device::Metal(_) => "metal",
    }
}

/// Returns the score of every item for every user, `[users, items]`; `users` and `items` hold rows of `d` values.
///
/// # Errors
/// [`DeviceError::Failed`] if the device cannot compute.
pub fn scores(
    device: &Device,
    users: &[f32],
    items: &[f32],
    d: usize,
) -> Result<Vec<f32>, DeviceError> {
    let (n, m) = (users.len() / d.max(1), items.len() / d.max(1));
    if matches!(device, Device::Cpu) {
        return Ok(product(users, &transposed(items, d), d, None));
    }
    let users = Tensor::from_slice(users, (n, d), device)?;
    let items = Tensor::from_slice(items, (m, d), device)?;
    let scores = users.matmul(&items.t()?)?;
    Ok(scores.flatten_all()?.to_vec1()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_that_is_not_there_is_refused_and_auto_says_why_not() {
        assert_eq!(choose(Choice::Cpu).unwrap().reason, "asked for");
        if utils::cuda_is_available() {
            return;
        }
        let auto = choose(Choice::Auto).unwrap();
        assert_eq!(word(&auto.device), "cpu");
        assert!(auto.reason.contains("without the feature cuda"));
        let error = choose(Choice::Cuda).unwrap_err().to_string();
        assert!(error.contains("allowed here are auto and cpu"), "{error}");
    }

    #[test]
    fn scores_are_those_of_the_tensor_library() {
        let numbers = |n: usize, step: usize| -> Vec<f32> {
            (0..n)
                .map(|i| ((i * step) % 13) as f32 / 13.0 - 0.4)
                .collect()
        };
        let (users, items) = (numbers(7 * 5, 7), numbers(11 * 5, 5));
        let ours = scores(&Device::Cpu, &users, &items, 5).unwrap();
        let a = Tensor::from_slice(&users, (7, 5), &Device::Cpu).unwrap();
        let b = Tensor::from_slice(&items, (11, 5), &Device::Cpu).unwrap();
        let theirs = a.matmul(&b.t().unwrap()).unwrap();
        let theirs: Vec<f32> = theirs.flatten_all().unwrap().to_vec1().unwrap();
        assert_eq!(ours.len(), 77);
        for (x, y) in ours.iter().zip(theirs) {
            assert!((x - y).abs() < 1e-5, "{x} and {y}");
        }
    }
}
