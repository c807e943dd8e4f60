//! Play and learning: games, courses and live events.
//!
//! | file | concept |
//! | --- | --- |
//! | `watch` | plays, lessons and events, counted while the city runs |
//! | `rows` | what is shown, and where it comes from |
//! | `draw` | how it is shown |

mod draw;
mod rows;
mod watch;

use rows::PlayView;
use watch::PlayWatch;

use super::Panel;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::sight::{Ask, City};

/// The panel.
pub struct Play;

impl Panel for Play {
    type View = PlayView;
    type Watch = PlayWatch;

    fn watch(watch: &mut PlayWatch, city: &City<'_>) {
        watch.collect(city);
    }

    fn view(watch: &PlayWatch, city: &City<'_>, _ask: &Ask) -> PlayView {
        rows::view(watch, city)
    }

    fn ui(ui: &mut egui::Ui, view: &PlayView, look: &Look, out: &mut Vec<UiCommand>) {
        draw::play_ui(ui, view, look, out);
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable;

    use super::*;
    use crate::desktop::panels::testing::{TestCity, shows_nonsense, stage};
    use crate::desktop::view::subject::Subject;

    const LOOK: Look = Look::new(true);

    #[test]
    fn nothing_played_or_studied_says_so() {
        let h = stage::<Play>(PlayView::default(), LOOK, 300.0);
        h.get_by_label("No games yet");
        h.get_by_label("No courses yet");
        let city = TestCity::with(1, 0, &["society.population.newcomers_per_1000=0"]);
        let mut look = LOOK;
        look.shows_truth = true;
        assert!(!shows_nonsense(&stage::<Play>(
            city.view::<Play>(),
            look,
            300.0
        )));
    }

    #[test]
    fn a_city_that_plays_and_studies_is_counted_and_its_games_can_be_inspected() {
        let mut city = TestCity::new(400, 0);
        let view = city.watched::<Play>(1_440 + 30);
        assert!(view.total.plays > 0);
        assert!(view.total.wins <= view.total.plays);
        assert!(view.total.quizzes >= view.total.right);
        assert!(view.courses.iter().any(|c| c.enrolled > 0));
        assert_eq!(view.days.len(), 2);
        let first = view.games[0].item;
        let title = view.games[0].title.clone();
        let mut h = stage::<Play>(view.clone(), LOOK, 700.0);
        assert!(!shows_nonsense(&h));
        h.get_by_label_contains("Plays ");
        let row = format!("{title}, ");
        let mut found = h.query_all_by_label_contains(&row);
        found.next().unwrap().click();
        drop(found);
        h.run();
        assert_eq!(h.state().out, [UiCommand::Inspect(Subject::Item(first))]);
        let mut look = LOOK;
        look.shows_truth = true;
        let h = stage::<Play>(view, look, 300.0);
        h.get_by_label("Chart of Skill at games");
        h.get_by_label_contains("Mastery ");
    }
}
