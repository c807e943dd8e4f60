//! Pages of a small city, as people read and use them.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::panel::{Inspector, InspectorView};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::Panel;
use crate::desktop::panels::testing::{Stage, TestCity, shows_nonsense, stage};
use crate::desktop::view::sight::Ask;
use crate::desktop::view::subject::Subject;
use crate::platform::trace::book::{Traces, Why};
use crate::sim::ids::{AvatarId, CampaignId, CommunityId, ItemId, ParcelId, SpaceId};
use crate::society::walk_in::choice::Choice;
use crate::society::walk_in::rules::{choose, take_over};

/// A city that ran for a while with reasons taken down.
fn lived(n: u32, ticks: u32) -> TestCity {
    let mut city = TestCity::with(n, 0, &["platform.ads.load=0.6"]);
    city.sim.world_mut().insert_resource(Traces::on(5_000));
    for _ in 0..ticks {
        city.step();
    }
    city
}

fn look(shows_truth: bool) -> Look {
    Look {
        shows_truth,
        ..Look::new(true)
    }
}

fn shown(
    city: &TestCity,
    subject: Option<Subject>,
    shows_truth: bool,
    width: f32,
) -> Harness<'static, Stage<InspectorView>> {
    let ask = Ask {
        inspected: subject,
        shows_truth,
        ..Ask::default()
    };
    let view = Inspector::view(&(), &city.city(), &ask);
    stage::<Inspector>(view, look(shows_truth), width)
}

/// The avatar with the most slates that carry an ad, of those who are remembered.
fn somebody(city: &TestCity) -> AvatarId {
    let traces = city.sim.world().resource::<Traces>();
    let ad = traces.newest_first().find(|t| matches!(t.why, Why::Ad(_)));
    ad.unwrap().avatar
}

#[test]
fn without_a_city_it_says_what_to_do() {
    let harness = stage::<Inspector>(InspectorView::default(), look(false), 300.0);
    harness.get_by_label_contains("No city yet");
}

#[test]
fn nothing_selected_suggests_whom_to_look_at() {
    let city = lived(60, 30);
    let mut harness = shown(&city, None, false, 500.0);
    harness.get_by_label("Nothing selected");
    harness.get_by_label("Richest avatar").click();
    harness.run();
    assert!(matches!(
        harness.state().out[..],
        [UiCommand::Inspect(Subject::Avatar(_))]
    ));
}

#[test]
fn what_is_typed_is_inspected() {
    let city = lived(60, 3);
    let mut harness = shown(&city, None, false, 500.0);
    let field = harness.get_by_role(egui::accesskit::Role::TextInput);
    field.focus();
    field.type_text("avatar 12");
    harness.run();
    harness.get_by_label("Go").click();
    harness.run();
    let twelve = UiCommand::Inspect(Subject::Avatar(AvatarId(12)));
    assert_eq!(harness.state().out, [twelve]);
}

#[test]
fn what_does_not_exist_is_said_so() {
    let city = lived(20, 1);
    for subject in [
        Subject::Avatar(AvatarId(9_999)),
        Subject::Space(SpaceId(u32::MAX)),
        Subject::Parcel(ParcelId(u32::MAX)),
        Subject::Item(ItemId(u32::MAX)),
        Subject::Campaign(CampaignId(u32::MAX)),
        Subject::Community(CommunityId(u32::MAX)),
    ] {
        let harness = shown(&city, Some(subject), true, 400.0);
        harness.get_by_label(&format!("There is no {} in this city", subject.label()));
    }
}

#[test]
fn a_city_of_one_has_pages_too() {
    let city = lived(1, 5);
    for subject in [
        Subject::Avatar(AvatarId(0)),
        Subject::Space(SpaceId(0)),
        Subject::Parcel(ParcelId(0)),
        Subject::Parcel(ParcelId(41)),
        Subject::Item(ItemId(0)),
        Subject::Campaign(CampaignId(0)),
        Subject::Community(CommunityId(0)),
    ] {
        for shows_truth in [false, true] {
            let harness = shown(&city, Some(subject), shows_truth, 300.0);
            assert!(!shows_nonsense(&harness), "{subject:?}");
        }
    }
}

#[test]
fn the_header_leads_back_and_to_the_camera() {
    let city = lived(60, 3);
    let me = Subject::Avatar(AvatarId(3));
    let mut harness = shown(&city, Some(me), false, 500.0);
    for label in ["Back", "Look at", "Follow", "Copy id", "Walk in"] {
        harness.get_by_label(label).click();
        harness.run();
    }
    assert_eq!(
        harness.state().out,
        [
            UiCommand::InspectBack,
            UiCommand::LookAt(me),
            UiCommand::Follow(AvatarId(3)),
            UiCommand::Copy("avatar 3".to_owned()),
            UiCommand::TakeOver(AvatarId(3)),
        ]
    );
}

#[test]
fn an_avatar_shows_why_it_was_offered_what_it_was_offered() {
    let city = lived(150, 240);
    let id = somebody(&city);
    let mut harness = shown(&city, Some(Subject::Avatar(id)), false, 700.0);
    harness.get_by_label("Why this?");
    harness.get_by_label("Show true interests").click();
    harness.run();
    assert!(harness.state().out.contains(&UiCommand::ToggleTruth));
    let headers: Vec<String> = offers(&harness);
    assert!(!headers.is_empty());
    for header in &headers {
        harness.get_all_by_label(header).next().unwrap().click();
        harness.run();
    }
    assert!(
        harness
            .query_all_by_label("What was known and used")
            .next()
            .is_some()
    );
    assert!(
        harness
            .query_all_by_label_contains("Auction of a")
            .next()
            .is_some()
    );
    assert!(
        harness
            .query_all_by_label_contains("Price: generalised second price")
            .next()
            .is_some()
    );
    assert!(!shows_nonsense(&harness));
    // No truth is shown unless it is asked for.
    assert!(harness.query_by_label_contains("Lab view").is_none());
    assert!(harness.query_by_label_contains("True utility").is_none());
}

fn offers(harness: &Harness<'_, Stage<InspectorView>>) -> Vec<String> {
    use egui_kittest::kittest::NodeT;
    let all = [
        "slate: ",
        "ad: ",
        "push",
        "billboard",
        "reward: ",
        "invitation",
        "live event",
    ];
    let mut found: Vec<String> = harness
        .query_all_by_label_contains(" · ")
        .filter_map(|n| n.accesskit_node().label())
        .filter(|l| l.starts_with("day ") && all.iter().any(|k| l.contains(k)))
        .collect();
    found.dedup();
    found
}

#[test]
fn the_truth_stands_beside_the_prediction_where_it_may() {
    let city = lived(150, 240);
    let id = somebody(&city);
    let mut harness = shown(&city, Some(Subject::Avatar(id)), true, 700.0);
    harness.get_by_label("Hide the truth").click();
    harness.run();
    assert!(harness.state().out.contains(&UiCommand::ToggleTruth));
    for header in offers(&harness) {
        harness.get_all_by_label(&header).next().unwrap().click();
        harness.run();
    }
    assert!(harness.query_all_by_label("Lab view").next().is_some());
    assert!(
        harness
            .query_all_by_label_contains("in truth")
            .next()
            .is_some()
    );
    harness.get_by_label("Satisfaction");
    assert!(!shows_nonsense(&harness));
}

#[test]
fn whoever_is_taken_over_waits_for_choices() {
    let mut city = lived(60, 5);
    let id = AvatarId(0);
    take_over(city.sim.world_mut(), id).unwrap();
    let me = Some(Subject::Avatar(id));
    // It looks at the feed as soon as it is free.
    let mut has_slate = false;
    for _ in 0..400 {
        let world = city.sim.world_mut();
        if !has_slate {
            let surface = crate::events::behavior::Surface::Feed;
            let _busy = choose(world, id, Choice::Look { surface });
            let _asleep = choose(world, id, Choice::Wake);
        }
        city.step();
        let world = city.sim.world();
        let front = crate::society::walk_in::front::open_slate(world, id).unwrap();
        has_slate = front.slate.is_some_and(|s| s.slots.len() > 1);
        if has_slate {
            break;
        }
    }
    assert!(has_slate);
    let mut harness = shown(&city, me, true, 500.0);
    harness.get_by_label("You choose for it");
    harness.get_by_label("In front of it: feed");
    harness.get_by_label("Pass").click();
    harness.run();
    harness.get_by_label_contains("Choose 2. ").click();
    harness.run();
    harness.get_by_label("Leave the city").click();
    harness.run();
    harness.get_by_label("Let go").click();
    harness.run();
    assert_eq!(
        harness.state().out,
        [
            UiCommand::Choose(id, Choice::PassBy),
            UiCommand::Choose(id, Choice::Pick { slot: 1 }),
            UiCommand::Choose(id, Choice::Leave),
            UiCommand::LetGo(id),
        ]
    );
}

#[test]
fn places_and_things_have_pages_with_links() {
    let city = lived(150, 120);
    let pages = [
        (Subject::Space(SpaceId(0)), "Stands on"),
        (Subject::Parcel(ParcelId(41)), "Owner"),
        (Subject::Item(ItemId(0)), "Creator"),
        (Subject::Campaign(CampaignId(0)), "Budget"),
        (Subject::Community(CommunityId(0)), "Ties inside"),
    ];
    for (subject, fact) in pages {
        for width in [300.0, 900.0] {
            let harness = shown(&city, Some(subject), true, width);
            harness.get_by_label(fact);
            assert!(!shows_nonsense(&harness), "{subject:?}");
        }
    }
    let mut harness = shown(&city, Some(pages[0].0), false, 500.0);
    harness.get_by_label_contains("parcel at").click();
    harness.run();
    assert!(matches!(
        harness.state().out[..],
        [UiCommand::Inspect(Subject::Parcel(_))]
    ));
}
