//! Engagement: who comes, how often, for how long, and who stays.
//!
//! | file | concept |
//! | --- | --- |
//! | `rows` | what is shown, and where it comes from |
//! | `draw` | how it is shown |

mod draw;
mod rows;

use rows::EngagementView;

use super::Panel;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::view::sight::{Ask, City};

/// The panel.
pub struct Engagement;

impl Panel for Engagement {
    type View = EngagementView;
    type Watch = ();

    fn view(_watch: &(), city: &City<'_>, _ask: &Ask) -> EngagementView {
        rows::view(city)
    }

    fn ui(ui: &mut egui::Ui, view: &EngagementView, look: &Look, out: &mut Vec<UiCommand>) {
        draw::engagement_ui(ui, view, look, out);
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::kittest::Queryable;

    use super::*;
    use crate::desktop::panels::testing::{TestCity, shows_nonsense, stage};

    const LOOK: Look = Look::new(false);

    #[test]
    fn every_part_says_what_it_lacks() {
        let h = stage::<Engagement>(EngagementView::default(), LOOK, 300.0);
        for text in [
            "No finished day yet",
            "No retention yet",
            "No cohorts yet",
            "No newcomers yet",
            "No finished session yet",
            "No activity yet",
        ] {
            h.get_by_label(text);
        }
    }

    #[test]
    fn one_avatar_is_shown_without_nonsense() {
        for ticks in [0, 1_440, 3_000] {
            let city = TestCity::with(1, ticks, &["society.population.newcomers_per_1000=0"]);
            let h = stage::<Engagement>(city.view::<Engagement>(), LOOK, 300.0);
            assert!(!shows_nonsense(&h));
        }
    }

    #[test]
    fn three_days_fill_curves_the_table_of_retention_and_the_map() {
        let sets: &[&str] = &["society.population.newcomers_per_1000=100"];
        let city = TestCity::with(300, 3 * 1_440 + 60, sets);
        let view = city.view::<Engagement>();
        assert_eq!(view.days.len(), 3);
        assert!(!view.retention.is_empty());
        let mut h = stage::<Engagement>(view, LOOK, 500.0);
        assert!(!shows_nonsense(&h));
        for title in [
            "Active avatars",
            "Stickiness",
            "Retention",
            "Who stays",
            "Activity by hour",
        ] {
            h.get_by_label(&format!("Chart of {title}"));
        }
        h.get_by_label_contains("D1, ");
        h.get_by_label_contains("Cohorts, ");
        h.get_by_label("Export Retention…").click();
        h.run();
        h.get_by_label("Save as CSV").click();
        h.run();
        let Some(UiCommand::ExportCsv { name, csv }) = h.state().out.last() else {
            panic!("{:?}", h.state().out);
        };
        assert_eq!(name, "retention");
        assert!(
            csv.starts_with("days since arrival,Active,95 % interval low,"),
            "{csv}"
        );
        // The legend hides a line.
        h.get_by_label("WAU").click();
        h.run();
    }
}
