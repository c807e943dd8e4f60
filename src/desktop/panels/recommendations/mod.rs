//! Recommendations: what each surface shows and how good it is, and the models behind it.
//!
//! | file | concept |
//! | --- | --- |
//! | `watch` | propensities and sameness of slates, collected while the city runs |
//! | `rows` | what is shown, and where it comes from |
//! | `draw` | how it is shown: surfaces, and all parts in order |
//! | `learning` | how registry, learning curves and calibration are shown |
//! | `drift` | how alarms, and what a shift did, are shown |

mod draw;
mod drift;
mod learning;
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
    use crate::lab::report::{
        AlarmRow, CalibrationBin, CalibrationRow, CardRow, CardState, DriftRows, PassRow,
    };

    const LOOK: Look = Look::new(true);

    #[test]
    fn nothing_served_and_nothing_trained_say_so() {
        let h = stage::<Recommendations>(RecommendationsView::default(), LOOK, 300.0);
        h.get_by_label("No slates yet");
        h.get_by_label("No model trained yet");
        h.get_by_label("No training with passes yet");
        h.get_by_label("No predictions counted yet");
        h.get_by_label("No drift noticed");
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
        h.get_by_label("Chart of Predicted and taken");
        h.get_by_label_contains("Expected calibration error: feed ");
        assert!(h.query_by_label("True utility").is_none());
        h.get_by_label("Show the truth").click();
        h.run();
        assert_eq!(h.state().out, [UiCommand::ToggleTruth]);
        let mut look = LOOK;
        look.shows_truth = true;
        let h = stage::<Recommendations>(view, look, 300.0);
        h.get_by_label("True utility");
    }

    fn card(version: u32, state: CardState, passes: u32) -> CardRow {
        CardRow {
            name: "bpr".to_owned(),
            version,
            day: f64::from(version),
            rows: 900,
            loss: 0.5,
            held_out: 0.25,
            incumbent: (version > 1).then_some(0.125),
            state,
            curve: (1..=passes)
                .map(|pass| PassRow {
                    pass,
                    loss: Some(1.0 / f64::from(pass)),
                    held_out: (pass > 1).then_some(0.1 * f64::from(pass)),
                })
                .collect(),
        }
    }

    #[test]
    fn every_state_of_a_model_is_told_and_the_passes_of_the_last_training_are_drawn() {
        let view = RecommendationsView {
            models: vec![
                card(4, CardState::Challenger, 3),
                card(3, CardState::Live, 0),
                card(2, CardState::Held, 0),
                card(1, CardState::Replaced, 0),
            ],
            ..RecommendationsView::default()
        };
        let h = stage::<Recommendations>(view, LOOK, 900.0);
        assert!(!shows_nonsense(&h));
        h.get_by_label("Registry");
        h.get_by_label("bpr, 4, 4, challenger, 0.25, 0.125, 0.5, 900");
        h.get_by_label_contains("bpr, 3, 3, live, ");
        h.get_by_label_contains("bpr, 2, 2, held, ");
        h.get_by_label_contains("bpr, 1, 1, replaced, 0.25, –, ");
        h.get_by_label("Learning curve");
        h.get_by_label("Chart of Loss of the last training");
        h.get_by_label("Chart of Held out in the last training");
    }

    #[test]
    fn calibration_tells_its_error_by_surface() {
        let bin = |predicted, taken| CalibrationBin {
            predicted,
            taken,
            slots: 100,
        };
        let view = RecommendationsView {
            calibration: vec![CalibrationRow {
                surface: "game_items".to_owned(),
                expected_error: 0.025,
                bins: vec![bin(0.1, 0.125), bin(0.2, 0.175)],
            }],
            ..RecommendationsView::default()
        };
        let mut h = stage::<Recommendations>(view, LOOK, 400.0);
        h.get_by_label("Expected calibration error: game items 2.5 %");
        h.get_by_label("Export Predicted and taken…").click();
        h.run();
        h.get_by_label("Save as CSV").click();
        h.run();
        let Some(UiCommand::ExportCsv { csv, .. }) = h.state().out.last() else {
            panic!("{:?}", h.state().out);
        };
        assert!(
            csv.starts_with("predicted attraction,game items,as predicted\n0,,0\n0.1,0.125,\n"),
            "{csv}"
        );
    }

    #[test]
    fn alarms_are_listed_and_delay_and_recovery_told() {
        let mut view = RecommendationsView {
            drift: DriftRows {
                alarms: vec![AlarmRow {
                    day: 14.25,
                    stream: "interests".to_owned(),
                    detector: "PSI".to_owned(),
                    value: 0.31,
                }],
                shift_day: Some(14),
                delay_hours: Some(6.0),
                efficiency_before: Some(0.5),
                efficiency_lowest: Some(0.25),
                recovery_days: Some(4),
            },
            efficiency: vec![(13.0, Some(0.5)), (14.0, Some(0.25))],
            now: 20.0,
            ..RecommendationsView::default()
        };
        let h = stage::<Recommendations>(view.clone(), LOOK, 900.0);
        assert!(!shows_nonsense(&h));
        h.get_by_label_contains(", interests, PSI, 0.31");
        h.get_by_label("Interests shifted on day 14; the first alarm came 6 hours later.");
        h.get_by_label_contains("was back at 95 % of that after 4 days.");
        h.get_by_label("Chart of Efficiency and alarms");
        view.drift = DriftRows {
            shift_day: Some(14),
            ..DriftRows::default()
        };
        view.now = 14.0;
        let h = stage::<Recommendations>(view.clone(), LOOK, 300.0);
        h.get_by_label("Interests shift on day 14.");
        view.now = 14.5;
        let h = stage::<Recommendations>(view, LOOK, 300.0);
        h.get_by_label("Interests shifted on day 14; no alarm has been raised since.");
        h.get_by_label("No drift noticed");
    }

    #[test]
    fn what_the_registry_of_a_city_holds_stands_in_its_report() {
        let mut city = TestCity::with(
            300,
            0,
            &[
                "platform.recommend.retrain_hours=12",
                "platform.recommend.model=ials",
                "society.shocks.shift_day=1",
            ],
        );
        let view = city.watched::<Recommendations>(1_440 + 60);
        assert!(!view.models.is_empty());
        assert!(view.models[0].curve.len() > 1, "{:?}", view.models[0]);
        assert_eq!(view.drift.shift_day, Some(1));
        assert!(view.calibration.iter().any(|c| c.surface == "feed"));
        for row in &view.calibration {
            assert!((0.0..=1.0).contains(&row.expected_error), "{row:?}");
        }
        let h = stage::<Recommendations>(view, LOOK, 700.0);
        assert!(!shows_nonsense(&h));
        h.get_by_label("Chart of Loss of the last training");
    }
}
