//! Overview: the city in a few numbers and curves.
//!
//! | file | concept |
//! | --- | --- |
//! | `rows` | what is shown, and where it comes from |
//! | `recorded` | the same from a recording |
//! | `draw` | how it is shown |

mod draw;
mod recorded;
mod rows;

use rows::OverviewView;

use super::Panel;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::recorded::Recorded;
use crate::desktop::view::sight::{Ask, City};

/// The panel.
pub struct Overview;

impl Panel for Overview {
    type View = OverviewView;
    type Watch = ();
    const IN_RECORDINGS: bool = true;

    fn view(_watch: &(), city: &City<'_>, _ask: &Ask) -> OverviewView {
        rows::view(city)
    }

    fn recorded(recorded: &Recorded<'_>, _ask: &Ask) -> OverviewView {
        recorded::view(recorded)
    }

    fn ui(ui: &mut egui::Ui, view: &OverviewView, look: &Look, out: &mut Vec<UiCommand>) {
        draw::overview_ui(ui, view, look, out);
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
    fn before_a_city_is_there_it_says_what_to_do() {
        let mut h = stage::<Overview>(OverviewView::default(), LOOK, 400.0);
        h.get_by_label("No finished day yet");
        h.get_by_label("Nobody lives here yet");
        h.get_by_label("Let time run").click();
        h.run();
        assert_eq!(h.state().out, [UiCommand::Play]);
    }

    #[test]
    fn a_city_without_people_and_one_with_a_single_one_are_shown() {
        for (n, ticks) in [(1, 0), (1, 200), (1, 3_000)] {
            let sets: &[&str] = &["society.population.newcomers_per_1000=0"];
            let city = TestCity::with(n, ticks, sets);
            let view = city.view::<Overview>();
            assert_eq!(view.avatars, 1);
            for width in [300.0, 900.0] {
                let h = stage::<Overview>(view.clone(), LOOK, width);
                assert!(!shows_nonsense(&h));
            }
        }
    }

    #[test]
    fn two_days_fill_cards_curves_and_the_list_of_the_richest() {
        let city = TestCity::new(300, 2 * 1_440 + 100);
        let view = city.view::<Overview>();
        assert_eq!(view.days.len(), 2);
        let richest = view.richest.clone().unwrap();
        assert_eq!(richest.len(), 5);
        assert!(richest.windows(2).all(|w| w[0].1 >= w[1].1));
        let richest = richest[0].0;
        let mut h = stage::<Overview>(view.clone(), LOOK, 500.0);
        assert!(!shows_nonsense(&h));
        h.get_by_label_contains("Minutes per DAU ");
        h.get_by_label_contains("Ad revenue ");
        h.get_by_label("Chart of Daily active avatars");
        assert!(h.query_by_label("Chart of Satisfaction").is_none());
        let row = format!("avatar {}", richest.0);
        h.get_by_label_contains(&format!("{row}, ")).click();
        h.run();
        let inspect = UiCommand::Inspect(Subject::Avatar(richest));
        assert_eq!(h.state().out, [inspect]);
        h.get_by_label("Show the truth").click();
        h.run();
        assert_eq!(h.state().out.last(), Some(&UiCommand::ToggleTruth));
        let mut look = LOOK;
        look.shows_truth = true;
        let h = stage::<Overview>(view, look, 500.0);
        h.get_by_label("Chart of Satisfaction");
        h.get_by_label_contains("Satisfaction 0.");
    }
}
