//! Reads and compares pictures.

use std::collections::BTreeSet;

use bevy::asset::RenderAssetUsages;
use bevy::image::{CompressedImageFormats, Image, ImageSampler, ImageType};

/// A picture: width, height, and three bytes a pixel.
pub(crate) struct Picture {
    pub(crate) size: (u32, u32),
    pub(crate) rgb: Vec<u8>,
}

/// Decodes a PNG.
pub(crate) fn decode(png: &[u8]) -> Picture {
    let image = Image::from_buffer(
        png,
        ImageType::Extension("png"),
        CompressedImageFormats::NONE,
        true,
        ImageSampler::Default,
        RenderAssetUsages::default(),
    )
    .unwrap();
    let image = image.try_into_dynamic().unwrap().into_rgb8();
    Picture {
        size: image.dimensions(),
        rgb: image.into_raw(),
    }
}

/// Counts the colors of a PNG.
pub(crate) fn colors(png: &[u8]) -> usize {
    let picture = decode(png);
    let distinct: BTreeSet<[u8; 3]> = picture
        .rgb
        .chunks_exact(3)
        .map(|p| [p[0], p[1], p[2]])
        .collect();
    distinct.len()
}

/// Returns the share of pixels that differ visibly between two pictures; 1 if their sizes differ.
pub(crate) fn difference(a: &Picture, b: &Picture) -> f64 {
    if a.size != b.size {
        return 1.0;
    }
    let visible = |(p, q): (&[u8], &[u8])| {
        p.iter()
            .zip(q)
            .map(|(x, y)| u32::from(x.abs_diff(*y)))
            .sum::<u32>()
            > 60
    };
    let n = a
        .rgb
        .chunks_exact(3)
        .zip(b.rgb.chunks_exact(3))
        .filter(|pair| visible(*pair))
        .count();
    n as f64 / (a.rgb.len() / 3).max(1) as f64
}
