//! What an item looks, sounds and moves like: features that partly tell its topics.
//!
//! Each modality sees another overlapping half of the topics through a fixed random projection, with noise,
//! so that no single one tells everything and fusing them pays.

use super::item::TOPIC_DIM;
use crate::sim::ids::ItemId;
use crate::sim::rng::{Purpose, RngStream};

/// Features of one modality.
pub const MODALITY_DIM: usize = 8;

/// Text, picture, sound, motion.
pub const N_MODALITIES: usize = 4;

/// Features of an item in all modalities.
pub const MEDIA_DIM: usize = MODALITY_DIM * N_MODALITIES;

/// Deviation of the noise on a feature, against a signal of deviation about 1.
const NOISE: f64 = 0.35;

/// The fixed projections of a world.
#[derive(Debug, Clone)]
pub struct MediaProjections {
    weights: Vec<f32>,
}

impl MediaProjections {
    /// Draws the projections of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut weights = vec![0.0; MEDIA_DIM * TOPIC_DIM];
        for (row, chunk) in weights.chunks_mut(TOPIC_DIM).enumerate() {
            let modality = row / MODALITY_DIM;
            let mut rng = RngStream::new(seed, Purpose::Media, row as u64, u32::MAX);
            for (topic, w) in chunk.iter_mut().enumerate() {
                let z = rng.normal() as f32;
                // Modality m sees the topics whose number is m or m+1 modulo four.
                let class = topic % N_MODALITIES;
                if class == modality || class == (modality + 1) % N_MODALITIES {
                    *w = z;
                }
            }
        }
        Self { weights }
    }

    /// Returns the features of an item with these topics.
    #[must_use]
    pub fn features(&self, seed: u64, id: ItemId, topics: &[f32; TOPIC_DIM]) -> [f32; MEDIA_DIM] {
        let mut rng = RngStream::new(seed, Purpose::Media, u64::from(id.0), 0);
        let mut out = [0.0; MEDIA_DIM];
        for (x, w) in out.iter_mut().zip(self.weights.chunks(TOPIC_DIM)) {
            let signal: f32 = w.iter().zip(topics).map(|(a, b)| a * b).sum();
            *x = signal + (NOISE * rng.normal()) as f32;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modalities_see_overlapping_but_different_topics() {
        let p = MediaProjections::new(3);
        let seen = |modality: usize, topic: usize| {
            p.weights[modality * MODALITY_DIM * TOPIC_DIM + topic] != 0.0
        };
        for topic in 0..TOPIC_DIM {
            let n = (0..N_MODALITIES).filter(|m| seen(*m, topic)).count();
            assert_eq!(n, 2, "topic {topic}");
        }
    }
}
