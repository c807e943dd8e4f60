//! What the headline numbers of the living city were, each time the window gathered them; what a fork's curves begin with.

use crate::desktop::view::sight::days_of;
use crate::lab::recording::Numbers;
use crate::sim::units::Tick;

/// Most moments kept; where there are more, every second is let go, and only every second of those to come is kept.
const MOST: usize = 1_024;

/// Headline numbers over time.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    names: Vec<String>,
    moments: Vec<(u32, Vec<f64>)>,
    /// Moments that were noted, kept or not, and the last of them.
    noted: (u64, Option<u32>),
    /// How often the moments were halved.
    halvings: u32,
}

impl History {
    /// Notes the numbers as of a tick after those it has.
    pub(super) fn note(&mut self, tick: u32, numbers: &Numbers) {
        let (n, last) = self.noted;
        if last.is_some_and(|last| last >= tick) {
            return;
        }
        self.noted = (n + 1, Some(tick));
        if !n.is_multiple_of(1 << self.halvings) {
            return;
        }
        if self.names.is_empty() {
            self.names = numbers.keys().cloned().collect();
        }
        let value = |name: &String| numbers.get(name).copied().flatten();
        let values = self.names.iter().map(|n| value(n).unwrap_or(f64::NAN));
        self.moments.push((tick, values.collect()));
        if self.moments.len() > MOST {
            let mut i = 0;
            self.moments.retain(|_| {
                i += 1;
                i % 2 == 1
            });
            self.halvings += 1;
        }
    }

    /// Returns what a number was at the moments before a tick, in days.
    pub(super) fn of(&self, name: &str, before: Tick) -> Vec<[f64; 2]> {
        let Some(at) = self.names.iter().position(|n| n == name) else {
            return Vec::new();
        };
        let earlier = self.moments.iter().take_while(|(t, _)| *t < before.0);
        earlier
            .map(|(t, values)| [days_of(Tick(*t)), values[at]])
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_told_up_to_a_tick_and_long_histories_grow_coarser() {
        let mut history = History::default();
        for tick in 0..5_000u32 {
            let dau = Some(f64::from(tick)).filter(|_| tick > 0);
            let numbers = [("dau".to_owned(), dau)].into();
            history.note(tick, &numbers);
            history.note(tick, &numbers);
        }
        assert!(history.moments.len() <= MOST);
        let points = history.of("dau", Tick(1_440));
        assert!(points[0][1].is_nan() && points.len() > 100);
        assert!(points.iter().all(|p| p[0] < 1.0));
        let gap = points[1][0] - points[0][0];
        let all_alike = |w: &[[f64; 2]]| (w[1][0] - w[0][0] - gap).abs() < 1e-9;
        assert!(gap > 0.0 && points.windows(2).all(all_alike));
        assert!(history.of("mau", Tick(1_440)).is_empty());
    }
}
