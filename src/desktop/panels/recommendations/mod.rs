//! Recommendations: what each surface shows and how good it is, and the models behind it.
//!
//! | file | concept |
//! | --- | --- |
//! | `watch` | propensities and sameness of slates, collected while the city runs |
//! | `rows` | what is shown, and where it comes from |
//! | `draw` | how it is shown |

mod draw;
mod rows;
mod watch;

use rows::RecommendationsView;
use watch::RecommendationsWatch;

use super::Panel;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::sight::{Ask, City};

/// The panel.
pub struct Recommendations;

impl Panel for Recommendations {
    type View = RecommendationsView;
    type Watch = RecommendationsWatch;

    fn watch(watch: &mut RecommendationsWatch, city: &City<'_>) {
        watch.collect(city);
    }

    fn view(watch: &RecommendationsWatch, city: &City<'_>, _ask: &Ask) -> RecommendationsView {
        rows::view(watch, city)
    }

    fn ui(ui: &mut egui::Ui, view: &RecommendationsView, look: &Look, out: &mut Vec<UiCommand>) {
        draw::recommendations_ui(ui, view, look, out);
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable;

    use super::*;
    use crate::desktop::panels::testing::{TestCity, shows_nonsense, stage};

    const LOOK: Look = Look::new(true);

    #[test]
    fn nothing_served_and_nothing_trained_say_so() {
        let h = stage::<Recommendations>(RecommendationsView::default(), LOOK, 300.0);
        h.get_by_label("No slates yet");
        h.get_by_label("No model trained yet");
        let city = TestCity::with(1, 0, &["society.population.newcomers_per_1000=0"]);
        let h = stage::<Recommendations>(city.view::<Recommendations>(), LOOK, 300.0);
        assert!(!shows_nonsense(&h));
    }

    #[test]
    fn surfaces_and_models_of_a_city_are_listed_and_the_truth_only_when_shown() {
        let mut city = TestCity::with(300, 0, &["platform.recommend.retrain_hours=12"]);
        let view = city.watched::<Recommendations>(1_440 + 60);
        let feed = view.surfaces.iter().find(|s| s.surface == "feed").unwrap();
        assert!(feed.slates > 0);
        let explored = feed.explored.unwrap();
        assert!((0.02..0.12).contains(&explored), "{explored}");
        assert!(feed.propensity.is_some_and(|p| p > 0.5 && p <= 1.0));
        assert!(feed.diversity.is_some_and(|d| (0.0..=1.0).contains(&d)));
        assert!(!view.models.is_empty());
        let mut h = stage::<Recommendations>(view.clone(), LOOK, 900.0);
        assert!(!shows_nonsense(&h));
        h.get_by_label_contains("feed, ");
        h.get_by_label_contains("two_tower, 1, ");
        assert!(h.query_by_label("True utility").is_none());
        h.get_by_label("Show the truth").click();
        h.run();
        assert_eq!(h.state().out, [UiCommand::ToggleTruth]);
        let mut look = LOOK;
        look.shows_truth = true;
        let h = stage::<Recommendations>(view, look, 300.0);
        h.get_by_label("True utility");
    }
}
