//! Checks of the trust panel: what it says and what its clicks ask for.

use egui_kittest::kittest::Queryable as _;

use super::Trust;
use super::view::TrustView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::testing::{TestCity, shows_nonsense, stage};
use crate::desktop::view::subject::Subject;

/// A city that holds at the slightest complaint.
fn strict() -> TestCity {
    TestCity::with(
        300,
        0,
        &[
            "platform.integrity.hide_ratio=1",
            "platform.integrity.fewest_uses=1",
            "platform.integrity.evidence=0",
        ],
    )
}

#[test]
fn without_a_city_the_panel_says_so() {
    stage::<Trust>(TrustView::default(), Look::new(true), 500.0).get_by_label("No consents yet");
}

#[test]
fn one_avatar_alone_leaves_dashes_and_no_nonsense() {
    let off = ["platform.integrity.holds=false"];
    let view = TestCity::with(1, 0, &off).watched::<Trust>(1);
    let h = stage::<Trust>(view, Look::new(false), 300.0);
    h.get_by_label("Complaints today –");
    h.get_by_label("Nothing is held in this city");
    h.get_by_label("No sanctions");
    assert!(!shows_nonsense(&h));
}

#[test]
fn consents_complaints_and_holds_are_shown_and_lead_to_the_inspector() {
    let view = strict().watched::<Trust>(1_440 + 200);
    assert_eq!(view.days.len(), 1);
    let c = view.consents;
    assert!(c.recommendation > 0 && c.recommendation <= c.avatars && c.nothing <= c.avatars);
    assert!(view.days[0].consents.avatars <= c.avatars);
    assert!(view.days[0].uses > 0 && view.days[0].hides > 0);
    let held = view
        .holds
        .held
        .first()
        .expect("a strict city holds something")
        .clone();
    assert!(held.since < held.until && held.complaints > 0);
    assert_eq!(view.holds.so_far, view.days[0].holds + view.today.holds);
    let complaint = view.complaints[0].clone();
    let mut h = stage::<Trust>(view, Look::new(true), 900.0);
    assert!(!shows_nonsense(&h));
    for chart in [
        "Consent",
        "Pushes and opt-outs",
        "Hides and reports",
        "Regret and night",
    ] {
        h.get_by_label(&format!("Chart of {chart}"));
    }
    h.get_all_by_label_contains(&format!("{}, {}, ", held.title, held.complaints))
        .next()
        .expect("listed")
        .click();
    h.run();
    let label = format!("{}, {}", complaint.complaint.tick, complaint.title);
    h.get_all_by_label_contains(&label)
        .next()
        .expect("listed")
        .click();
    h.run();
    let expected = [
        Subject::Item(held.item),
        complaint.subject.expect("about something"),
    ];
    assert_eq!(h.state().out, expected.map(UiCommand::Inspect));
}
