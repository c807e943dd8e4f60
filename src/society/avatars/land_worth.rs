//! What a parcel is worth to an avatar: a month of what people leave who pass it, as it believes; beliefs differ.

use crate::sim::ids::AvatarId;
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::units::Tick;

/// Coins an owner hopes to earn from somebody who passes.
const COINS_PER_VISIT: f64 = 0.03;

/// Days of earnings that a parcel is worth.
const DAYS: f64 = 30.0;

/// Deviation of the logarithm of what a parcel is worth to one bidder and to another.
const LAND_VALUE_SIGMA: f64 = 1.3;

/// Returns the coins that a parcel passed by `footfall` people a day is worth to an avatar that chose one at a tick, whatever is in
/// its purse.
#[must_use]
pub fn land_worth(seed: u64, id: AvatarId, chosen: Tick, footfall: f64) -> f64 {
    let mut rng = RngStream::new(seed, Purpose::Land, u64::from(id.0), chosen.0);
    footfall * COINS_PER_VISIT * DAYS * rng.log_normal(0.0, LAND_VALUE_SIGMA)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worth_is_footfall_times_a_belief_with_the_median_of_a_month() {
        let worth = |id| land_worth(1, AvatarId(id), Tick(9), 10.0);
        let twice = land_worth(1, AvatarId(3), Tick(9), 20.0);
        assert!((twice - 2.0 * worth(3)).abs() < 1e-9);
        let mut all: Vec<f64> = (0..2_001).map(worth).collect();
        all.sort_by(f64::total_cmp);
        // ln(median) has a standard error of 1.2533 · 1.3 / √2001 = 0.036 around ln 9.
        let off = (all[1_000] / 9.0).ln();
        assert!(off.abs() < 0.15, "{off}");
    }
}
