//! Which instructions the kernel uses: the widest that the processor has, found out at run time.

use super::block::{Block, Scratch};
use super::packed::{Hit, PackedItems};
use super::portable;
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// A set of instructions; results have the same bits at every level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What the program was compiled for.
    Portable,
    /// Vectors of 8 floats.
    Avx2,
    /// Vectors of 16 floats.
    Avx512,
}

impl Level {
    /// All levels, narrowest first.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// Says whether this processor has it.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("popcnt"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("popcnt")
            }
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => false,
        }
    }

    /// Returns the widest level of this processor.
    #[must_use]
    pub fn best() -> Self {
        Self::Avx512.available()
    }

    /// Returns the widest level of this processor that is not wider than this one.
    #[must_use]
    pub fn available(self) -> Self {
        Self::ALL
            .into_iter()
            .rev()
            .find(|l| *l <= self && l.is_available())
            .unwrap_or(Self::Portable)
    }

    /// Ranks for a block of users. The level must be available.
    pub(super) fn top_k(self, block: &Block<'_>, scratch: &mut Scratch, out: &mut [Hit]) {
        debug_assert!(self.is_available(), "levels come from available()");
        match self {
            Self::Portable => portable::top_k(block, scratch, out),
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "instructions chosen at run time")]
            // SAFETY: levels reach this point through `available`, which asked the processor.
            Self::Avx2 => unsafe { avx2::top_k(block, scratch, out) },
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "instructions chosen at run time")]
            // SAFETY: levels reach this point through `available`, which asked the processor.
            Self::Avx512 => unsafe { avx512::top_k(block, scratch, out) },
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => portable::top_k(block, scratch, out),
        }
    }

    /// Scores all items for a user. The level must be available.
    pub(super) fn scores(self, items: &PackedItems, user: &[f32], out: &mut [f32]) {
        debug_assert!(self.is_available(), "levels come from available()");
        match self {
            Self::Portable => portable::scores(items, user, out),
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "instructions chosen at run time")]
            // SAFETY: levels reach this point through `available`, which asked the processor.
            Self::Avx2 => unsafe { avx2::scores(items, user, out) },
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "instructions chosen at run time")]
            // SAFETY: levels reach this point through `available`, which asked the processor.
            Self::Avx512 => unsafe { avx512::scores(items, user, out) },
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx2 | Self::Avx512 => portable::scores(items, user, out),
        }
    }
}
