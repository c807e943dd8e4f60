//! What is counted about play and learning while the city runs.

use std::collections::BTreeMap;

use crate::desktop::view::sight::City;
use crate::events::behavior::{EventKind, ThingKind};
use crate::events::bus::EventBus;
use crate::sim::ids::ItemId;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::item::ItemKind;

/// Counts of one day, or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PlayCounts {
    /// Games played and won.
    pub plays: u64,
    /// Of these, won.
    pub wins: u64,
    /// Achievements earned.
    pub achievements: u64,
    /// Times a course or textbook was studied.
    pub lessons: u64,
    /// Quiz answers.
    pub quizzes: u64,
    /// Of these, right.
    pub right: u64,
    /// Enrolments.
    pub enrolled: u64,
    /// Courses finished.
    pub finished: u64,
    /// Textbooks bought.
    pub textbooks: u64,
    /// Live events attended.
    pub attended: u64,
}

impl PlayCounts {
    pub(super) fn add(&mut self, other: &Self) {
        self.plays += other.plays;
        self.wins += other.wins;
        self.achievements += other.achievements;
        self.lessons += other.lessons;
        self.quizzes += other.quizzes;
        self.right += other.right;
        self.enrolled += other.enrolled;
        self.finished += other.finished;
        self.textbooks += other.textbooks;
        self.attended += other.attended;
    }
}

/// What is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlayWatch {
    /// By day.
    pub days: BTreeMap<u32, PlayCounts>,
    /// Plays and wins by game.
    pub games: BTreeMap<ItemId, (u64, u64)>,
}

impl PlayWatch {
    /// Counts the events of a tick.
    pub(super) fn collect(&mut self, city: &City<'_>) {
        let catalogue = city.get::<Catalogue>();
        let events = &city.get::<EventBus>().current;
        let Some(first) = events.first() else { return };
        let day = self.days.entry(first.tick.day()).or_default();
        for e in events {
            match e.kind {
                EventKind::Play => {
                    let won = u64::from(e.value > 0.5);
                    day.plays += 1;
                    day.wins += won;
                    let game = self.games.entry(ItemId(e.thing.id)).or_default();
                    game.0 += 1;
                    game.1 += won;
                }
                EventKind::Achievement => day.achievements += 1,
                EventKind::Study => day.lessons += 1,
                EventKind::Quiz => {
                    day.quizzes += 1;
                    day.right += u64::from(e.value > 0.5);
                }
                EventKind::Enroll => day.enrolled += 1,
                EventKind::CourseDone => day.finished += 1,
                EventKind::LiveAttend => day.attended += 1,
                EventKind::Buy
                    if e.thing.kind == ThingKind::Item
                        && (e.thing.id as usize) < catalogue.len()
                        && catalogue.card(ItemId(e.thing.id)).kind == ItemKind::Textbook =>
                {
                    day.textbooks += 1;
                }
                _ => {}
            }
        }
    }
}
