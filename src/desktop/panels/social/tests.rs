//! Checks of the social panel: what it says and what its clicks ask for.

use egui_kittest::kittest::Queryable as _;

use super::Social;
use super::view::SocialView;
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::testing::{TestCity, shows_nonsense, stage};
use crate::desktop::view::subject::Subject;
use crate::society::ties::graph::SocialGraph;

#[test]
fn without_a_city_the_panel_says_so() {
    stage::<Social>(SocialView::default(), Look::new(true), 500.0).get_by_label("No people yet");
}

#[test]
fn one_avatar_alone_has_no_ties_and_no_nonsense() {
    let view = TestCity::new(1, 0).watched::<Social>(90);
    let h = stage::<Social>(view, Look::new(false), 300.0);
    h.get_by_label("Nobody has a tie yet");
    h.get_by_label("Ties 0");
    h.get_by_label("Clustering –");
    assert!(!shows_nonsense(&h));
}

#[test]
fn days_communities_and_new_items_are_shown_and_lead_to_the_inspector() {
    let creative = [
        "society.avatars.creator_share=0.6",
        "society.sessions.create_weight=8",
    ];
    let mut city = TestCity::with(300, 0, &creative);
    let view = city.watched::<Social>(1_440 + 1_200);
    assert_eq!(view.days.len(), 1);
    let day = view.days[0];
    assert!(day.talks > 0 && day.ties > 0);
    assert_eq!(
        view.ties,
        city.sim.world().resource::<SocialGraph>().n_ties()
    );
    assert!(view.sources.iter().any(|(_, n)| *n > 0));
    let members = view
        .communities
        .windows(2)
        .all(|w| w[0].members >= w[1].members);
    assert!(members && !view.communities.is_empty());
    assert!(view.communities.iter().all(|c| c.active <= c.members));
    assert!(view.young > 0, "somebody has published something");
    assert!(
        !view.rising.is_empty(),
        "none of {} new items was used",
        view.young
    );
    for r in &view.rising {
        assert!(
            r.curve
                .windows(2)
                .all(|w| w[0][0] <= w[1][0] && w[0][1] <= w[1][1]),
            "{r:?}"
        );
        assert!(r.by_ties.is_none_or(|s| (0.0..=1.0).contains(&s)));
    }
    let (community, item) = (view.communities[0].clone(), view.rising[0].clone());
    let mut h = stage::<Social>(view, Look::new(true), 900.0);
    assert!(!shows_nonsense(&h));
    for chart in [
        "Ties over time",
        "Degree distribution",
        "Uptake of what rises fastest",
        "K-factor",
    ] {
        h.get_by_label(&format!("Chart of {chart}"));
    }
    h.get_all_by_label_contains(&format!("{}, ", community.name))
        .next()
        .expect("listed")
        .click();
    h.run();
    let label = format!("{}, {}", item.title, item.gained);
    h.get_all_by_label_contains(&label)
        .next()
        .expect("listed")
        .click();
    h.run();
    let expected = [Subject::Community(community.id), Subject::Item(item.id)];
    assert_eq!(h.state().out, expected.map(UiCommand::Inspect));
}

#[test]
fn ties_change_by_what_is_made_and_ended() {
    let mut city = TestCity::new(300, 0);
    let before = city.sim.world().resource::<SocialGraph>().n_ties();
    let watch = city.watch::<Social>(1_440);
    let d = watch.today;
    assert_eq!(d.ties, before + d.made - d.ended);
    assert_eq!(d.active, city.report.days[0].active);
}
