//! Two runs compared while both go on, each at its own pace: where they part, whom that concerns, what their numbers were at the
//! same ticks.
//!
//! What is compared is what [`pair`](super::pair) compares of runs that are over; here nothing is read from files.

use std::collections::VecDeque;

use super::affected::{Deeds, Group, Hashes};
use super::pair::{Columns, Effect, Parting, columns, effects};
use super::progress::Run;
use crate::events::bus::EventBus;
use crate::lab::metrics::book::Book;
use crate::lab::metrics::headline::headline;
use crate::lab::recording::Numbers;
use crate::scenario::chain::{Link, PART_BITS};
use crate::scenario::world::ending;
use crate::society::content::item::Domain;

/// Which of the two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The first.
    A,
    /// The second.
    B,
}

impl Side {
    /// Both, in order.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// The numbers of a run before a tick.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Ticks that were done.
    pub tick: u32,
    /// Headline numbers.
    pub headline: Numbers,
}

/// What one run tells of itself, from the tick from which both are compared.
#[derive(Debug, Clone, Default)]
pub struct Teller {
    deeds: Deeds,
}

/// What a run came to, told at a tick that both tell of.
pub struct Told {
    sample: Sample,
    days: Columns,
    deeds: Hashes,
}

impl Teller {
    /// Takes down what happened in the tick that a run has just done, and returns its hashes.
    pub fn tick(&mut self, run: &Run) -> Link {
        let events = &run.sim.world().resource::<EventBus>().current;
        self.deeds.add(events);
        // The hash of all hashes so far parts at the same tick as those of the single ticks do.
        Link::of(run.chained, &run.sim.state_parts(), PART_BITS)
    }

    /// Tells what a run has come to.
    #[must_use]
    pub fn tell(&self, run: &Run) -> Told {
        let book = run.sim.world().resource::<Book>();
        Told {
            sample: Sample {
                tick: run.ticks,
                headline: headline(book, &ending(&run.sim)),
            },
            days: finished_days(book),
            deeds: self.deeds.hashes(),
        }
    }
}

/// Returns the numbers of every finished day of a city, by name.
fn finished_days(book: &Book) -> Columns {
    let domains = Domain::ALL.iter().map(|d| d.word());
    let minutes = book.domain_minutes.iter().map(Vec::as_slice);
    columns(&book.days, domains.zip(minutes))
}

/// What is known of one of the two runs.
#[derive(Debug, Clone, Default)]
struct Known {
    /// Ticks it has lived since both began.
    done: u32,
    samples: Vec<Sample>,
    days: Columns,
    /// Hashes of the ticks that the other has not lived yet.
    ahead: VecDeque<Link>,
    /// What everybody did up to the ticks of which the other has not told yet.
    deeds: VecDeque<(u32, Hashes)>,
}

/// Two runs while both go on.
#[derive(Debug, Clone)]
pub struct Abreast {
    names: Vec<String>,
    from: u32,
    known: [Known; 2],
    compared: u32,
    parting: Option<Parting>,
    affected: Option<Group>,
}

impl Abreast {
    /// Begins before a tick up to which both runs are one, with the names of its components.
    #[must_use]
    pub fn new(from: u32, names: Vec<String>) -> Self {
        Self {
            names,
            from,
            known: <[Known; 2]>::default(),
            compared: 0,
            parting: None,
            affected: None,
        }
    }

    /// Takes the hashes of a run's next tick.
    pub fn tick(&mut self, side: Side, link: Link) {
        self.known[side as usize].done += 1;
        if self.parting.is_some() {
            return;
        }
        let Some(other) = self.known[side.other() as usize].ahead.pop_front() else {
            self.known[side as usize].ahead.push_back(link);
            return;
        };
        let tick = self.from + self.compared;
        self.compared += 1;
        let (a, b) = match side {
            Side::A => (&link, &other),
            Side::B => (&other, &link),
        };
        self.parting = Parting::of_links(&self.names, tick, a, b);
        if self.parting.is_some() {
            // Where they differ later says nothing more.
            for known in &mut self.known {
                known.ahead.clear();
            }
        }
    }

    /// Takes what a run has come to.
    pub fn tell(&mut self, side: Side, told: Told) {
        let tick = told.sample.tick;
        let known = &mut self.known[side as usize];
        known.samples.push(told.sample);
        known.days = told.days;
        let other = &mut self.known[side.other() as usize].deeds;
        while other.front().is_some_and(|(t, _)| *t < tick) {
            other.pop_front();
        }
        match other.pop_front_if(|(t, _)| *t == tick) {
            Some((_, deeds)) => self.affected = Some(Group::of_deeds(&told.deeds, &deeds)),
            None => self.known[side as usize]
                .deeds
                .push_back((tick, told.deeds)),
        }
    }

    /// Returns how many ticks a run has lived since both began.
    #[must_use]
    pub const fn done(&self, side: Side) -> u32 {
        self.known[side as usize].done
    }

    /// Returns the headline numbers a run has told so far, in the order of their ticks.
    #[must_use]
    pub fn samples(&self, side: Side) -> &[Sample] {
        &self.known[side as usize].samples
    }

    /// Returns the numbers of the days of a run as it last told them.
    #[must_use]
    pub const fn days(&self, side: Side) -> &Columns {
        &self.known[side as usize].days
    }

    /// Returns the first tick at which they differ; `None` if they do not over the ticks that both have lived.
    #[must_use]
    pub const fn parting(&self) -> Option<&Parting> {
        self.parting.as_ref()
    }

    /// Returns the headline numbers of the last tick of which both have told, and how many ticks were done by then.
    #[must_use]
    pub fn effects(&self) -> Option<(u32, Vec<Effect>)> {
        let [a, b] = [&self.known[0].samples, &self.known[1].samples];
        // Both tell at the same ticks, so that the one who is behind decides.
        let (a, b) = (a.get(..b.len()).unwrap_or(a), b.get(..a.len()).unwrap_or(b));
        let (a, b) = (a.last()?, b.last()?);
        (a.tick == b.tick).then(|| (a.tick, effects(&a.headline, &b.headline)))
    }

    /// Returns how many avatars did something else by the last tick of which both have told.
    #[must_use]
    pub const fn affected(&self) -> Option<Group> {
        self.affected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(total: u64) -> Link {
        Link {
            total,
            parts: vec![1, total as u16],
        }
    }

    fn told(tick: u32, x: f64, deeds: &[(u32, u64)]) -> Told {
        Told {
            sample: Sample {
                tick,
                headline: [("dau".to_owned(), Some(x))].into(),
            },
            days: Columns::new(),
            deeds: deeds.iter().copied().collect(),
        }
    }

    fn abreast() -> Abreast {
        Abreast::new(100, vec!["clock".to_owned(), "ledger".to_owned()])
    }

    #[test]
    fn they_part_at_the_first_other_tick_whoever_is_ahead() {
        for first in Side::BOTH {
            let mut both = abreast();
            for total in [1, 2, 3, 4] {
                both.tick(first, link(total));
            }
            assert_eq!(both.parting(), None);
            for total in [1, 2, 9, 4] {
                both.tick(first.other(), link(total));
            }
            let found = both.parting().unwrap();
            assert_eq!(
                (found.tick, &found.parts[..]),
                (102, &["ledger".to_owned()][..])
            );
            assert_eq!(both.done(Side::A), 4);
            assert!(both.known.iter().all(|k| k.ahead.is_empty()));
        }
    }

    #[test]
    fn those_who_never_part_remember_no_more_than_the_one_is_ahead() {
        let mut both = abreast();
        for total in 0..1_000 {
            both.tick(Side::A, link(total));
            both.tick(Side::B, link(total));
        }
        assert_eq!((both.parting(), both.compared), (None, 1_000));
        assert!(both.known.iter().all(|k| k.ahead.is_empty()));
    }

    #[test]
    fn numbers_and_people_are_compared_at_the_last_tick_both_have_told_of() {
        let mut both = abreast();
        assert!(both.effects().is_none() && both.affected().is_none());
        both.tell(Side::B, told(100, 5.0, &[]));
        both.tell(Side::B, told(160, 7.0, &[(1, 1), (2, 2)]));
        both.tell(Side::B, told(220, 9.0, &[(1, 1), (2, 2)]));
        both.tell(Side::A, told(100, 5.0, &[]));
        assert_eq!(both.affected(), Some(Group::default()));
        both.tell(Side::A, told(160, 6.0, &[(1, 1), (2, 3)]));
        let (tick, effects) = both.effects().unwrap();
        assert_eq!((tick, effects[0].difference), (160, Some(1.0)));
        let affected = both.affected().unwrap();
        assert_eq!((affected.avatars, affected.affected), (2, 1));
        assert_eq!(both.samples(Side::B).len(), 3);
    }
}
