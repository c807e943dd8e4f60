//! What is known of the items, by modality, and which items have it.

use crate::platform::models::interaction_log::{FeatureBlock, ItemFacts};
use crate::platform::models::params::ModelError;

/// Name of the modality that knows an item by who met it.
pub const BEHAVIOUR: &str = "behaviour";

/// Features of all items in one modality.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    /// Name of the block.
    pub name: String,
    /// Columns.
    pub width: usize,
    /// `(n_items, width)`, 0 for items without.
    pub values: Vec<f32>,
    /// Which items have them.
    pub present: Vec<bool>,
}

impl Features {
    /// Takes a block over; rows without features become 0.
    ///
    /// # Errors
    /// [`ModelError::Length`] if the block has not one row an item.
    pub fn of(block: &FeatureBlock, n_items: usize) -> Result<Self, ModelError> {
        let width = block.columns.len();
        let length = |what, found, expected| {
            if found == expected {
                return Ok(());
            }
            Err(ModelError::Length {
                what,
                found,
                expected,
            })
        };
        length("item features", block.values.len(), n_items * width)?;
        if !block.present.is_empty() {
            length("present", block.present.len(), n_items)?;
        }
        let present: Vec<bool> = (0..n_items).map(|i| block.has(i)).collect();
        let mut values = block.values.clone();
        for (row, has) in values.chunks_exact_mut(width.max(1)).zip(&present) {
            if !has {
                row.fill(0.0);
            }
        }
        Ok(Self {
            name: block.name.clone(),
            width,
            values,
            present,
        })
    }

    /// Returns the factor that takes the mean square of a value to 1, over the items that have them; 1 if all are 0.
    #[must_use]
    pub fn scale(&self) -> f32 {
        let n = self.present.iter().filter(|p| **p).count() * self.width;
        let square: f64 = self.values.iter().map(|v| f64::from(v * v)).sum();
        if square > 0.0 {
            libm::sqrt(n as f64 / square) as f32
        } else {
            1.0
        }
    }
}

/// Lists the blocks with at least one column that `looks_at` wants, in the order of the facts.
///
/// # Errors
/// Those of [`Features::of`].
pub fn wanted(
    facts: &ItemFacts,
    n_items: usize,
    looks_at: impl Fn(&str) -> bool,
) -> Result<Vec<Features>, ModelError> {
    let blocks = facts.blocks.iter();
    let wanted = blocks.filter(|b| !b.columns.is_empty() && looks_at(&b.name));
    wanted.map(|b| Features::of(b, n_items)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(values: &[f32], present: &[bool]) -> FeatureBlock {
        FeatureBlock {
            name: "text".to_owned(),
            columns: vec!["a".to_owned(), "b".to_owned()],
            values: values.to_vec(),
            present: present.to_vec(),
        }
    }

    #[test]
    fn rows_without_features_are_zero_and_do_not_count_in_the_scale() {
        let f = Features::of(&block(&[3.0, 1.0, 9.0, 9.0], &[true, false]), 2).unwrap();
        assert_eq!(f.values, [3.0, 1.0, 0.0, 0.0]);
        // Mean square (9 + 1) / 2 = 5.
        assert!((f.scale() - 1.0 / 5f32.sqrt()).abs() < 1e-6);
        let nothing = Features::of(&block(&[0.0; 4], &[]), 2).unwrap();
        assert_eq!((nothing.scale(), nothing.present), (1.0, vec![true, true]));
        assert!(Features::of(&block(&[0.0; 4], &[]), 3).is_err());
        assert!(Features::of(&block(&[0.0; 4], &[true]), 2).is_err());
    }
}
