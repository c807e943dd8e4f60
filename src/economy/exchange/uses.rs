//! Where materials come from and what they are used for, which is what gives them a value.
//!
//! A game won may drop a unit; nobody can make one. A building takes units of the material of its district, and now and then one for
//! its upkeep, without which it falls into ruin. A unit is therefore worth to an owner of land what a building brings it.

use super::materials::MATERIALS;
use crate::economy::daily::CAPITALIZED_DAYS;
use crate::economy::land::letting::building_gain;
use crate::economy::settle::Desk;
use crate::events::behavior::{Event, EventKind};
use crate::sim::ids::{AvatarId, ParcelId};
use crate::sim::math;
use crate::sim::rng::{Purpose as Luck, RngStream};
use crate::society::spaces::field::FootfallField;

impl Desk<'_> {
    /// Lets the games won in this tick drop units.
    pub(super) fn drop_materials(&mut self) {
        let (seed, now) = (self.seed.0, self.clock.now);
        let rate = self.rules.0.exchange.drop_rate;
        for i in 0..self.events.current.len() {
            let e = self.events.current[i];
            if e.kind != EventKind::Play || e.value < 0.5 {
                continue;
            }
            let id = u64::from(e.avatar.0);
            let mut rng = RngStream::new(seed, Luck::Exchange, id, now.0 | 1 << 31);
            if rng.chance(rate) {
                let m = rng.below(MATERIALS);
                self.exchange.store_mut(e.avatar).free[m] += 1;
                self.exchange.found[m] += 1;
                let drop = Event::new(now, e.avatar, EventKind::Drop).valued(1.0 + m as f32);
                self.events.push(drop);
            }
        }
    }

    /// Takes what a building needs out of its owner's store; says whether it was there, or nothing is needed.
    pub(in crate::economy) fn use_for_building(&mut self, who: AvatarId, parcel: ParcelId) -> bool {
        if !self.exchange.is_open() {
            return true;
        }
        let n = self.rules.0.exchange.building_units;
        let material = usize::from(self.exchange.material_of[parcel.idx()]);
        self.exchange.take(who, material, n)
    }

    /// Takes a unit for the upkeep of a building on a day it needs one; without one the building is lost.
    pub(in crate::economy) fn keep_up(&mut self, parcel: ParcelId) {
        let lot = *self.land.lot(parcel);
        let Some(owner) = lot
            .owner
            .filter(|_| lot.is_built && self.exchange.is_open())
        else {
            return;
        };
        let day = self.clock.now.day() | 1 << 31;
        // No avatar has such a number, and a drop of its own may fall on the same day.
        let id = (u64::from(parcel.0) + 1) << 32;
        let mut rng = RngStream::new(self.seed.0, Luck::Exchange, id, day);
        if rng.chance(self.rules.0.exchange.upkeep) {
            let material = usize::from(self.exchange.material_of[parcel.idx()]);
            if !self.exchange.take(owner, material, 1) {
                self.land.lots.row_mut(parcel.idx()).is_built = false;
            }
        }
    }

    /// Reckons what units are worth to those who own land, and the prices at which what there is would be wanted.
    pub(in crate::economy) fn reckon_wants(&mut self, field: &FootfallField) {
        if !self.exchange.is_open() {
            return;
        }
        let rules = &self.rules.0;
        let n = rules.exchange.building_units;
        let needed = 1.0 - math::pow(1.0 - rules.exchange.upkeep, CAPITALIZED_DAYS);
        let exchange = &mut *self.exchange;
        exchange.wants.clear();
        for (i, lot) in self.land.lots.rows().iter().enumerate() {
            let Some(owner) = lot.owner else { continue };
            let material = exchange.material_of[i];
            let gain = building_gain(field.at(ParcelId::from_idx(i)), &rules.land);
            let wants = |each: f64, n: u32| (0..n).map(move |_| each);
            let list = if lot.is_built {
                wants(gain * needed, 1)
            } else if n > 0 {
                wants((gain - rules.land.building_cost) / f64::from(n), n)
            } else {
                wants(0.0, 0)
            };
            let positive = list.filter(|v| *v > 0.0);
            let entry = exchange.wants.entry((owner, material)).or_default();
            entry.extend(positive);
        }
        let mut all: [Vec<f64>; MATERIALS] = Default::default();
        exchange.wants.retain(|(_, m), wants| {
            wants.sort_by(|a, b| b.total_cmp(a));
            all[usize::from(*m)].extend(wants.iter());
            !wants.is_empty()
        });
        for (m, wanted) in all.iter_mut().enumerate() {
            wanted.sort_by(|a, b| b.total_cmp(a));
            let there: u64 = exchange
                .stores()
                .map(|(_, s)| u64::from(s.free[m] + s.held[m]))
                .sum();
            exchange.values[m] = wanted.get(there as usize).copied().unwrap_or(0.0);
        }
    }
}
