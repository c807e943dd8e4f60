//! The past in memory: where everybody was, for looking back without simulating anew.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::desktop::view::crowd::CrowdView;
use crate::sim::units::Tick;

/// Most bytes kept.
const BUDGET: usize = 96 << 20;

/// Crowds of the past, oldest first. Where the budget is used up, every second one of the older half is let go: the whole run
/// stays reachable, the farther back the more coarsely.
#[derive(Default)]
pub(super) struct Memory {
    crowds: VecDeque<Arc<CrowdView>>,
    bytes: usize,
}

fn bytes_of(crowd: &CrowdView) -> usize {
    size_of::<CrowdView>() + size_of_val(crowd.rows.as_slice())
}

impl Memory {
    pub(super) fn remember(&mut self, crowd: Arc<CrowdView>) {
        if self.crowds.back().is_some_and(|c| c.tick >= crowd.tick) {
            return;
        }
        self.bytes += bytes_of(&crowd);
        self.crowds.push_back(crowd);
        if self.bytes > BUDGET {
            self.thin();
        }
    }

    fn thin(&mut self) {
        let half = self.crowds.len() / 2;
        let mut i = 0;
        self.crowds.retain(|_| {
            i += 1;
            i > half || i % 2 == 1
        });
        self.bytes = self.crowds.iter().map(|c| bytes_of(c)).sum();
    }

    /// Returns the first and last tick in memory.
    pub(super) fn span(&self) -> Option<(Tick, Tick)> {
        Some((self.crowds.front()?.tick, self.crowds.back()?.tick))
    }

    /// Returns the crowd of a tick, or the nearest before it that is in memory.
    pub(super) fn at(&self, tick: Tick) -> Option<Arc<CrowdView>> {
        let after = self.crowds.partition_point(|c| c.tick <= tick);
        self.crowds.get(after.saturating_sub(1)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::view::city::CityRows;

    fn crowd(tick: u32, rows: usize) -> Arc<CrowdView> {
        Arc::new(CrowdView {
            tick: Tick(tick),
            ..CrowdView::parade(&CityRows::default(), rows as u32)
        })
    }

    #[test]
    fn the_nearest_earlier_tick_is_found_and_an_empty_memory_has_none() {
        let mut memory = Memory::default();
        assert!(memory.at(Tick(5)).is_none() && memory.span().is_none());
        for t in [2, 4, 6] {
            memory.remember(crowd(t, 1));
        }
        assert_eq!(memory.at(Tick(5)).map(|c| c.tick), Some(Tick(4)));
        assert_eq!(memory.at(Tick(0)).map(|c| c.tick), Some(Tick(2)));
        assert_eq!(memory.at(Tick(99)).map(|c| c.tick), Some(Tick(6)));
        assert_eq!(memory.span(), Some((Tick(2), Tick(6))));
    }

    #[test]
    fn a_full_memory_lets_every_second_old_tick_go_and_keeps_the_first() {
        let mut memory = Memory::default();
        for t in 0..400 {
            memory.remember(crowd(t, 8_000));
        }
        assert!(memory.bytes <= BUDGET + bytes_of(&crowd(0, 8_000)));
        assert_eq!(memory.span(), Some((Tick(0), Tick(399))));
        assert_eq!(memory.at(Tick(398)).map(|c| c.tick), Some(Tick(398)));
    }
}
