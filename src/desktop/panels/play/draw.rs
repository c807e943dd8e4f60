//! How play and learning are drawn.

use egui::Ui;

use super::rows::PlayView;
use super::watch::PlayCounts;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::kit::cards::{Card, cards_ui};
use crate::desktop::panels::kit::chart::{Chart, Series};
use crate::desktop::panels::kit::numbers::{Form, count};
use crate::desktop::panels::kit::table::{Cell, Column, Row, Table};
use crate::desktop::panels::kit::truth::hidden_ui;
use crate::desktop::view::subject::Subject;

fn ratio(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}

/// Draws the panel.
pub(super) fn play_ui(ui: &mut Ui, view: &PlayView, look: &Look, out: &mut Vec<UiCommand>) {
    ui.strong("Games");
    games_ui(ui, view, look, out);
    ui.separator();
    ui.strong("Courses");
    courses_ui(ui, view, look, out);
    ui.separator();
    ui.strong("Live events");
    live_ui(ui, view, look, out);
}

fn by_day(
    view: &PlayView,
    name: &str,
    color: egui::Color32,
    of: impl Fn(&PlayCounts) -> Option<f64>,
) -> Series {
    let days = view.days.iter();
    Series::of(name, days.map(|(day, n)| (f64::from(*day), of(n))), color)
}

fn games_ui(ui: &mut Ui, view: &PlayView, look: &Look, out: &mut Vec<UiCommand>) {
    let c = look.palette.series;
    let t = &view.total;
    cards_ui(
        ui,
        look,
        &[
            Card::new(
                "Plays",
                count(t.plays),
                "Games played since the window watches",
            ),
            Card::number(
                "Win rate",
                Form::Percent,
                ratio(t.wins, t.plays),
                "Share of plays won",
            ),
            Card::new(
                "Achievements",
                count(t.achievements),
                "Achievements earned since the window watches",
            ),
        ],
    );
    let rows: Vec<Row> = view
        .games
        .iter()
        .map(|g| {
            Row::new(vec![
                Cell::text(&g.title),
                Cell::count(g.plays),
                Cell::Number(g.win_rate, Form::Percent),
                Cell::number(g.difficulty, Form::Whole),
            ])
            .on_click(UiCommand::Inspect(Subject::Item(g.item)))
        })
        .collect();
    let columns = [
        Column::text("Game", "Click a row to inspect"),
        Column::number("Plays", "Over the whole run"),
        Column::number("Won", "Share of plays won, since the window watches"),
        Column::number(
            "Difficulty",
            "Elo; a player of the same skill wins half of the time",
        ),
    ];
    Table::new("games", &columns)
        .cap(12)
        .beyond(view.more_games)
        .empty(
            "No games yet",
            "Found a city with society.content.games above 0",
        )
        .show(ui, look, &rows, out);
    Chart::new("plays", "Plays by day")
        .help("Games played, games won and achievements earned on each day, the running one so far")
        .x("day")
        .y("a day")
        .form(Form::Whole)
        .lines(&[
            by_day(view, "Played", c[0], |n| Some(n.plays as f64)),
            by_day(view, "Won", c[2], |n| Some(n.wins as f64)),
            by_day(view, "Achievements earned", c[1], |n| {
                Some(n.achievements as f64)
            }),
        ])
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty("Nobody has played yet", "Let time run for an hour")
        .show(ui, look, out);
    if look.shows_truth {
        Chart::new("skill", "Skill at games")
            .help("Avatars that were ever here and have not left, by true skill in Elo points, in bins of 50")
            .x("skill, Elo")
            .y("avatars")
            .form(Form::Whole)
            .bars(&[Series::new("Avatars", view.skill.clone(), c[0])])
            .empty("Nobody has come yet", "Let time run for an hour")
            .show(ui, look, out);
    } else {
        hidden_ui(ui, look, "Skill", out);
    }
}

fn courses_ui(ui: &mut Ui, view: &PlayView, look: &Look, out: &mut Vec<UiCommand>) {
    let c = look.palette.series;
    let (enrolled, finished) = view.course_totals;
    let (right, quizzes) = view.quizzes;
    let mut cards = vec![
        Card::new("Enrolments", count(enrolled), "Over the whole run"),
        Card::number(
            "Completion",
            Form::Percent,
            ratio(finished, enrolled),
            "Courses finished over enrolments, over the whole run",
        ),
        Card::number(
            "Quiz rate",
            Form::Percent,
            ratio(right, quizzes),
            "Share of quiz answers that were right, over the whole run",
        ),
        Card::new(
            "Learners",
            count(view.learners),
            "Avatars taking a course now",
        ),
        Card::new(
            "Textbooks",
            count(view.total.textbooks),
            "Textbooks bought since the window watches",
        ),
    ];
    if look.shows_truth {
        cards.push(Card::number(
            "Mastery",
            Form::Percent,
            view.mean_mastery,
            "Mean true probability of mastering the concept, over avatars taking a course now (Bayesian knowledge tracing)",
        ));
    }
    cards_ui(ui, look, &cards);
    let rows: Vec<Row> = view
        .courses
        .iter()
        .map(|course| {
            Row::new(vec![
                Cell::text(&course.title),
                Cell::count(course.enrolled),
                Cell::count(course.finished),
                Cell::Number(ratio(course.finished, course.enrolled), Form::Percent),
                Cell::count(course.lessons),
            ])
            .on_click(UiCommand::Inspect(Subject::Item(course.item)))
        })
        .collect();
    let columns = [
        Column::text("Course", "Click a row to inspect"),
        Column::number("Enrolled", "Enrolments over the whole run"),
        Column::number("Finished", "Times it was finished"),
        Column::number("Completion", "Finished over enrolments"),
        Column::number("Lessons", "Lessons it has"),
    ];
    Table::new("courses", &columns)
        .cap(12)
        .beyond(view.more_courses)
        .empty("No courses yet", "Let time run until somebody enrolls")
        .show(ui, look, &rows, out);
    Chart::new("learning", "Learning by day")
        .help("Lessons and textbooks studied, enrolments and courses finished on each day, the running one so far")
        .x("day")
        .y("a day")
        .form(Form::Whole)
        .lines(&[
            by_day(view, "Studied", c[0], |n| Some(n.lessons as f64)),
            by_day(view, "Enrolled in", c[1], |n| Some(n.enrolled as f64)),
            by_day(view, "Completed", c[2], |n| Some(n.finished as f64)),
        ])
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty("Nobody has studied yet", "Let time run for a day")
        .show(ui, look, out);
    if look.shows_truth {
        Chart::new("mastery", "Mastery of learners")
            .help("Avatars taking a course now, by true mastery of its concept, in bins of a tenth")
            .x("mastery")
            .y("learners")
            .forms(Form::Percent, Form::Whole)
            .bars(&[Series::new("Learners now", view.mastery.clone(), c[4])])
            .empty("Nobody takes a course now", "Let time run for a day")
            .show(ui, look, out);
    } else {
        hidden_ui(ui, look, "Mastery", out);
    }
}

fn live_ui(ui: &mut Ui, view: &PlayView, look: &Look, out: &mut Vec<UiCommand>) {
    let (attended, accepted) = view.gatherings;
    let mean = (view.live_events > 0).then(|| attended as f64 / view.live_events as f64);
    cards_ui(
        ui,
        look,
        &[
            Card::new(
                "Held",
                count(view.live_events),
                "Live events held over the whole run",
            ),
            Card::new("Attended", count(attended), "Times somebody attended one"),
            Card::number(
                "Attendance",
                Form::Decimal,
                mean,
                "Mean number of avatars at a live event",
            ),
            Card::new(
                "Invitations accepted",
                count(accepted),
                "Invitations accepted, by friends and to live events",
            ),
        ],
    );
    Chart::new("live", "Attendance by day")
        .help("Times somebody attended a live event on each day, the running one so far")
        .x("day")
        .y("attendances")
        .form(Form::Whole)
        .bars(&[by_day(view, "Attendances", look.palette.series[3], |n| {
            Some(n.attended as f64)
        })])
        .marks(&view.marks)
        .cursor(look.cursor_day)
        .empty(
            "No live event yet",
            "Events are held once a day; platform.engage.live_event_policy says when",
        )
        .show(ui, look, out);
}
