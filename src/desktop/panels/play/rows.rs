//! Rows of play and learning.

use std::cmp::Reverse;

use super::watch::{PlayCounts, PlayWatch};
use crate::desktop::view::sight::City;
use crate::lab::explain::names::Names;
use crate::lab::metrics::book::Book;
use crate::platform::engage::invite::InvitePlan;
use crate::sim::ids::ItemId;
use crate::society::avatars::avatar::Avatars;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::item::ItemKind;

/// Games and courses listed, the most used.
const LISTED: usize = 40;

/// Width of a bin of skill, in Elo points.
const SKILL_BIN: f64 = 50.0;

/// Width of a bin of mastery.
const MASTERY_BIN: f64 = 0.1;

/// One game.
#[derive(Debug, Clone, PartialEq)]
pub struct GameLine {
    /// Which.
    pub item: ItemId,
    /// Its title.
    pub title: String,
    /// Plays over the whole run.
    pub plays: u64,
    /// Share won, since the window watches.
    pub win_rate: Option<f64>,
    /// Its difficulty, Elo.
    pub difficulty: f64,
}

/// One course.
#[derive(Debug, Clone, PartialEq)]
pub struct CourseLine {
    /// Which.
    pub item: ItemId,
    /// Its title.
    pub title: String,
    /// Enrolments.
    pub enrolled: u64,
    /// Times it was finished.
    pub finished: u64,
    /// Lessons it has.
    pub lessons: u64,
}

/// Rows of the panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlayView {
    /// Counts by day.
    pub days: Vec<(u32, PlayCounts)>,
    /// Counts since the window watches.
    pub total: PlayCounts,
    /// The most played games.
    pub games: Vec<GameLine>,
    /// Games on offer beyond those listed.
    pub more_games: u64,
    /// The courses with most enrolments.
    pub courses: Vec<CourseLine>,
    /// Courses beyond those listed.
    pub more_courses: u64,
    /// Enrolments and completions of all courses over the whole run.
    pub course_totals: (u64, u64),
    /// Right quiz answers and all, over the whole run.
    pub quizzes: (u64, u64),
    /// Avatars taking a course now.
    pub learners: u64,
    /// The truth: avatars by skill, as middle of a bin and how many.
    pub skill: Vec<[f64; 2]>,
    /// The truth: those taking a course by mastery, as middle of a bin and how many.
    pub mastery: Vec<[f64; 2]>,
    /// The truth: mean mastery of those taking a course.
    pub mean_mastery: Option<f64>,
    /// Live events held over the whole run.
    pub live_events: u64,
    /// Live events attended, and invitations accepted, over the whole run.
    pub gatherings: (u64, u64),
    /// Policy changes.
    pub marks: Vec<(f64, String)>,
}

/// Counts values in bins of a width; bins between the first and the last that hold none are there too.
fn bins(values: &[f64], width: f64) -> Vec<[f64; 2]> {
    let at = |v: f64| (v / width).floor();
    let known = || values.iter().copied().filter(|v| v.is_finite());
    let low = known().map(at).fold(f64::INFINITY, f64::min);
    let high = known().map(at).fold(f64::NEG_INFINITY, f64::max);
    if low > high || high - low > 1_000.0 {
        return Vec::new();
    }
    let n = (high - low) as usize + 1;
    let mut counts = vec![0.0; n];
    for v in known() {
        if let Some(count) = counts.get_mut((at(v) - low) as usize) {
            *count += 1.0;
        }
    }
    let counts = counts.into_iter().enumerate();
    counts
        .map(|(i, count)| [(low + i as f64 + 0.5) * width, count])
        .collect()
}

/// Fills the rows.
pub(super) fn view(watch: &PlayWatch, city: &City<'_>) -> PlayView {
    let book = city.get::<Book>();
    let catalogue = city.get::<Catalogue>();
    let names = Names::of_world(city.world());
    let avatars = city.get::<Avatars>().table.rows();
    let mut total = PlayCounts::default();
    for day in watch.days.values() {
        total.add(day);
    }
    let (mut learners, mut skills) = (Vec::new(), Vec::new());
    for a in avatars.iter().filter(|a| !a.has_left) {
        if a.course != u32::MAX {
            learners.push(f64::from(a.mastery));
        }
        if a.n_sessions > 0 {
            skills.push(f64::from(a.skill));
        }
    }
    let mut games: Vec<ItemId> = catalogue.live(ItemKind::Game).to_vec();
    games.sort_by_key(|id| (Reverse(catalogue.card(*id).uses), *id));
    let mut courses: Vec<(ItemId, (u64, u64))> =
        book.courses.iter().map(|(id, n)| (*id, *n)).collect();
    courses.sort_by_key(|(id, (enrolled, _))| (Reverse(*enrolled), *id));
    let totals = courses.iter().map(|(_, n)| *n);
    PlayView {
        days: watch
            .days
            .iter()
            .map(|(day, counts)| (*day, *counts))
            .collect(),
        total,
        more_games: games.len().saturating_sub(LISTED) as u64,
        games: games
            .iter()
            .take(LISTED)
            .map(|id| {
                let card = catalogue.card(*id);
                let (plays, wins) = watch.games.get(id).copied().unwrap_or_default();
                GameLine {
                    item: *id,
                    title: names.title(*id),
                    plays: u64::from(card.uses),
                    win_rate: (plays > 0).then(|| wins as f64 / plays as f64),
                    difficulty: f64::from(card.difficulty),
                }
            })
            .collect(),
        more_courses: courses.len().saturating_sub(LISTED) as u64,
        course_totals: totals.fold((0, 0), |t, n| (t.0 + n.0, t.1 + n.1)),
        courses: courses
            .iter()
            .take(LISTED)
            .map(|(id, (enrolled, finished))| CourseLine {
                item: *id,
                title: names.title(*id),
                enrolled: *enrolled,
                finished: *finished,
                lessons: if id.idx() < catalogue.len() {
                    u64::from(catalogue.card(*id).lessons)
                } else {
                    0
                },
            })
            .collect(),
        quizzes: book.quizzes,
        learners: learners.len() as u64,
        mean_mastery: (!learners.is_empty())
            .then(|| learners.iter().sum::<f64>() / learners.len() as f64),
        skill: bins(&skills, SKILL_BIN),
        mastery: bins(&learners, MASTERY_BIN),
        live_events: city.get::<InvitePlan>().n_live_events,
        gatherings: book.gatherings,
        marks: city.mark_texts(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_have_no_holes_and_nonsense_falls_into_none() {
        assert_eq!(
            bins(&[10.0, 12.0, 160.0, f64::NAN], 50.0),
            [[25.0, 2.0], [75.0, 0.0], [125.0, 0.0], [175.0, 1.0]]
        );
        assert!(bins(&[], 50.0).is_empty());
        assert!(bins(&[f64::NAN], 50.0).is_empty());
    }
}
