//! Counters of a running city: few numbers a tick, each told as its distance from the tick before.

use bevy::ecs::world::World;

use super::wire::{Column, Fields, Out, WireError};
use crate::economy::ledger::{Currency, Ledger};
use crate::lab::metrics::book::Book;
use crate::platform::recommend::exposures::Exposures;
use crate::sim::units::{Coins, TICKS_PER_DAY};
use crate::society::avatars::avatar::Avatars;

/// Declares the counters: each has a field of the struct, a name, a unit and a sentence.
macro_rules! counters {
    ($($(#[$doc:meta])* $field:ident, $unit:literal;)+) => {
        /// What is counted after each tick.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Counters {
            $($(#[$doc])* pub $field: i64,)+
        }

        impl Counters {
            /// Their names, in the order in which they are written.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($field)),+];
            /// Their units.
            pub const UNITS: &'static [&'static str] = &[$($unit),+];

            /// Returns the values, in the order of the names.
            #[must_use]
            pub fn values(&self) -> Vec<i64> {
                vec![$(self.$field),+]
            }

            fn each(&mut self) -> Vec<&mut i64> {
                vec![$(&mut self.$field),+]
            }
        }
    };
}

counters! {
    /// Avatars in the city.
    awake, "avatars";
    /// Avatars that were ever there.
    avatars, "avatars";
    /// Sessions begun so far.
    sessions, "sessions";
    /// Behaviour events so far.
    events, "events";
    /// Slates served so far.
    slates, "slates";
    /// Avatars active today.
    active, "avatars";
    /// Avatars that arrived today.
    newcomers, "avatars";
    /// Minutes of the sessions that ended today, in thousandths.
    minutes_milli, "minutes / 1000";
    /// Ads shown today.
    impressions, "ads";
    /// Ads clicked today.
    clicks, "clicks";
    /// Paid by advertisers today, in millionths of outside money.
    ad_revenue_micros, "outside money / 1 000 000";
    /// Pushes sent today.
    pushes, "pushes";
    /// Pushes opened today.
    opened, "pushes";
    /// Coins in existence, in millionths.
    coins_supply_micros, "coins / 1 000 000";
}

/// Field of the distances.
pub(super) const MOVED: u32 = 3;

impl Counters {
    /// Counts what a city shows after a tick.
    pub(super) fn look(world: &World, tick: u32) -> Self {
        let book = world.resource::<Book>();
        let avatars = world.resource::<Avatars>();
        let ledger = world.resource::<Ledger>();
        let mut counters = Self {
            awake: avatars.awake.len() as i64,
            avatars: avatars.table.len() as i64,
            sessions: avatars.n_sessions.cast_signed(),
            events: book.n_events.cast_signed(),
            slates: world.resource::<Exposures>().n_slates.cast_signed(),
            coins_supply_micros: ledger.books(Currency::Coins).held.micros(),
            ..Self::default()
        };
        let milli = |minutes: f64| (minutes * 1_000.0).round() as i64;
        // The last tick of a day has closed it already.
        if (tick + 1).is_multiple_of(TICKS_PER_DAY)
            && let Some(day) = book.days.last()
        {
            counters.active = day.active.cast_signed();
            counters.newcomers = day.newcomers.cast_signed();
            counters.minutes_milli = milli(day.minutes);
            counters.impressions = day.ad_impressions.cast_signed();
            counters.clicks = day.ad_clicks.cast_signed();
            counters.ad_revenue_micros = Coins::from_f64(day.ad_revenue).micros();
            counters.pushes = day.pushes_sent.cast_signed();
            counters.opened = day.pushes_opened.cast_signed();
        } else {
            let today = &book.today;
            counters.active = today.active.cast_signed();
            counters.newcomers = today.newcomers.cast_signed();
            counters.minutes_milli = milli(today.minutes);
            counters.impressions = today.impressions.cast_signed();
            counters.clicks = today.clicks.cast_signed();
            counters.ad_revenue_micros = Coins::from_f64(today.ad_revenue).micros();
            counters.pushes = today.pushes.cast_signed();
            counters.opened = today.opened.cast_signed();
        }
        counters
    }

    /// Writes how far each moved.
    pub(super) fn write(&self, before: &Self, out: &mut Out) {
        let mut column = Column::default();
        for (now, was) in self.values().iter().zip(before.values()) {
            column.put_signed(now.wrapping_sub(was));
        }
        out.column(MOVED, &column);
    }

    /// Reads them; counters that a later version added are passed over.
    pub(super) fn read(fields: &Fields<'_>, before: &Self) -> Result<Self, WireError> {
        let mut now = *before;
        let mut column = fields.column(MOVED)?;
        for x in now.each() {
            if column.is_done() {
                break;
            }
            *x = x.wrapping_add(column.next_signed()?);
        }
        Ok(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_read_back_from_their_distances() {
        let before = Counters {
            awake: 9,
            coins_supply_micros: i64::MAX,
            ..Counters::default()
        };
        let now = Counters {
            awake: 7,
            clicks: 3,
            coins_supply_micros: i64::MIN,
            ..Counters::default()
        };
        let mut out = Out::default();
        now.write(&before, &mut out);
        let bytes = out.finish();
        let fields = Fields::read(&bytes).unwrap();
        assert_eq!(Counters::read(&fields, &before), Ok(now));
        assert_eq!(Counters::NAMES.len(), Counters::UNITS.len());
    }
}
