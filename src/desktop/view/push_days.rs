//! Pushes by day. The lab counts what was sent and opened; of opt-outs it keeps the sum alone, so that their days are known only
//! where the window watched.

use std::collections::BTreeMap;

use crate::lab::metrics::book::Book;
use crate::lab::report::DayRow;
use crate::sim::units::Tick;

/// Pushes of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PushDayRow {
    /// Which day.
    pub day: u32,
    /// Pushes sent.
    pub sent: u64,
    /// Pushes opened.
    pub opened: u64,
    /// Avatars that switched pushes off; `None` where the window did not watch all of it.
    pub opt_outs: Option<u64>,
}

/// How many had switched pushes off whenever a day began.
#[derive(Debug, Default)]
pub struct PushDays {
    begun: BTreeMap<u32, u64>,
}

impl PushDays {
    /// Looks at the book after a tick has run.
    pub fn collect(&mut self, ran: Tick, book: &Book) {
        if ran.0 == 0 {
            // Nobody could before the first tick.
            self.begun.insert(0, 0);
        }
        let next = ran.after(1);
        if next.minute_of_day() == 0 {
            self.begun.insert(next.day(), book.reached.opt_outs);
        }
    }

    /// Returns the rows of finished days.
    #[must_use]
    pub fn days(&self, days: &[DayRow]) -> Vec<PushDayRow> {
        let rows = days.iter();
        rows.map(|d| PushDayRow {
            day: d.day,
            sent: d.pushes_sent,
            opened: d.pushes_opened,
            opt_outs: self.on(d.day),
        })
        .collect()
    }

    /// Returns the row of the day that runs, so far.
    #[must_use]
    pub fn today(&self, now: Tick, book: &Book) -> PushDayRow {
        PushDayRow {
            day: now.day(),
            sent: book.today.pushes,
            opened: book.today.opened,
            opt_outs: self.since(now.day(), book.reached.opt_outs),
        }
    }

    /// Returns how many there were on a finished day; `None` if not all of it was watched.
    fn on(&self, day: u32) -> Option<u64> {
        let end = self.begun.get(&(day + 1))?;
        self.since(day, *end)
    }

    /// Returns how many were added to `so_far` since a day began; `None` if its beginning was not watched.
    fn since(&self, day: u32, so_far: u64) -> Option<u64> {
        let before = self.begun.get(&day)?;
        Some(so_far.saturating_sub(*before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::units::TICKS_PER_DAY;

    /// Opt-outs of three days and of the fourth so far, watched from a tick on; one happens at every noon.
    fn told(from: u32) -> (Vec<Option<u64>>, Option<u64>) {
        let (mut watch, mut book) = (PushDays::default(), Book::new());
        let until = 3 * TICKS_PER_DAY + 800;
        for tick in 0..until {
            book.reached.opt_outs += u64::from(tick % TICKS_PER_DAY == TICKS_PER_DAY / 2);
            if tick >= from {
                watch.collect(Tick(tick), &book);
            }
        }
        let today = watch.today(Tick(until), &book);
        assert_eq!(today.day, 3);
        ((0..3).map(|day| watch.on(day)).collect(), today.opt_outs)
    }

    #[test]
    fn opt_outs_are_told_of_days_that_were_watched_as_a_whole() {
        assert_eq!(told(0), (vec![Some(1); 3], Some(1)));
        // The first day lacks its first minute.
        assert_eq!(told(1), (vec![None, Some(1), Some(1)], Some(1)));
        assert_eq!(
            told(TICKS_PER_DAY + 5),
            (vec![None, None, Some(1)], Some(1))
        );
        assert_eq!(told(3 * TICKS_PER_DAY + 5), (vec![None; 3], None));
    }
}
