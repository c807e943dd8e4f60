//! When and where a live event gathers most attention, as far as is known.

use serde::{Deserialize, Serialize};

use crate::sim::math;
use crate::sim::state_hash::{RowHash, StateHasher};

/// How many avatars were in the city, by hour of its clock.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Gathered {
    present: [u64; 24],
    times: [u32; 24],
}

impl Gathered {
    /// Takes down how many are in the city at an hour, `0..24` (taken modulo 24).
    pub fn observe(&mut self, hour: u32, n_present: usize) {
        let h = hour as usize % 24;
        self.present[h] += n_present as u64;
        self.times[h] += 1;
    }

    /// Returns the hour at which most were in the city, the earliest of equals; `None` until a whole day was seen.
    #[must_use]
    pub fn best_hour(&self) -> Option<u32> {
        if self.times.contains(&0) {
            return None;
        }
        let mean = |h: usize| self.present[h] as f64 / f64::from(self.times[h]);
        (0..24usize)
            .max_by(|a, b| mean(*a).total_cmp(&mean(*b)).then(b.cmp(a)))
            .map(|h| h as u32)
    }
}

impl RowHash for Gathered {
    fn hash_row(&self, h: &mut StateHasher) {
        for (p, t) in self.present.iter().zip(&self.times) {
            h.u64(*p);
            h.u32(*t);
        }
    }
}

/// Returns how many of those in the city a venue can hope for: seats bound, and each counts by how well its observed interests
/// fit what the venue is about.
///
/// `matches` are the products of interests and topics, any number of either sign; each counts as its logistic function.
#[must_use]
pub fn draw_of(matches: impl Iterator<Item = f64>, seats: f64) -> f64 {
    matches.map(math::sigmoid).sum::<f64>().min(seats)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_hour_is_known_after_a_whole_day() {
        let mut gathered = Gathered::default();
        for h in 0..23 {
            gathered.observe(h, 10 + usize::from(h == 19) * 5);
        }
        assert_eq!(gathered.best_hour(), None);
        gathered.observe(23, 15);
        assert_eq!(gathered.best_hour(), Some(19), "the earlier of equals");
        gathered.observe(23, 40);
        assert_eq!(gathered.best_hour(), Some(23));
    }

    #[test]
    fn a_venue_draws_those_it_fits_and_no_more_than_it_seats() {
        let few = draw_of([0.0, 0.0].into_iter(), 50.0);
        assert_eq!(few, 1.0);
        assert!(draw_of([3.0, 3.0].into_iter(), 50.0) > few);
        assert_eq!(draw_of([9.0; 80].into_iter(), 50.0), 50.0);
    }
}
