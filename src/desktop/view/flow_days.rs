//! What flowed for each purpose, by day, while the city is watched.

use crate::economy::ledger::Ledger;
use crate::economy::purpose::Purpose;
use crate::sim::units::{Coins, Tick};

/// Purposes there are.
pub const PURPOSES: usize = Purpose::ALL.len();

/// Amounts by purpose.
pub type Totals = [Coins; PURPOSES];

/// What had flowed whenever a day began.
#[derive(Debug, Default)]
pub struct FlowDays {
    breaks: Vec<(u32, Totals)>,
}

impl FlowDays {
    /// Looks at the books after a tick has run; says whether a day began with it.
    pub fn collect(&mut self, ran: Tick, ledger: &Ledger) -> bool {
        let is_break = ran.minute_of_day() == 0;
        if is_break {
            let mut totals = [Coins::ZERO; PURPOSES];
            for (total, purpose) in totals.iter_mut().zip(Purpose::ALL) {
                // What flowed at midnight to close the old day belongs to it; what flowed since then is today's.
                *total = ledger.flow(*purpose).before_today();
            }
            self.breaks.push((ran.day(), totals));
        }
        is_break
    }

    /// Returns what had flowed when the first day began that was watched from its beginning.
    #[must_use]
    pub fn before(&self) -> Option<&Totals> {
        self.breaks.first().map(|(_, totals)| totals)
    }

    /// Returns what flowed on each finished day, oldest first: day and amount by purpose.
    pub fn days(&self) -> impl Iterator<Item = (u32, Totals)> + '_ {
        self.breaks.windows(2).map(|pair| {
            let mut flowed = pair[1].1;
            for (f, before) in flowed.iter_mut().zip(&pair[0].1) {
                *f -= *before;
            }
            (pair[0].0, flowed)
        })
    }
}
