//! The city's thread behind the window: the same hashes as without one, whatever is looked at, and what was steered replays.

use std::path::Path;
use std::time::Duration;

use agora::desktop::command::{Overlay, Speed, UiCommand};
use agora::desktop::engine::frame::{Frame, Stage};
use agora::desktop::engine::handle::Engine;
use agora::desktop::engine::request::{Opening, Request};
use agora::desktop::look::Look;
use agora::desktop::panels::{PanelKind, Views};
use agora::desktop::shell::desk::Options;
use agora::desktop::stagehand::Stagehand;
use agora::desktop::view::sight::Ask;
use agora::desktop::view::subject::Subject;
use agora::scenario::load::{Loaded, Overrides, load};
use agora::scenario::run::progress::Run;
use agora::scenario::steer::file;
use agora::scenario::steer::order::Command;
use agora::sim::ids::{AvatarId, CampaignId, CommunityId, ItemId, ParcelId, SpaceId};
use egui_kittest::Harness;

fn scenario(sets: &[&str]) -> Loaded {
    let overrides = Overrides {
        sets: sets.iter().map(|s| (*s).to_owned()).collect(),
        ..Overrides::default()
    };
    load("quickstart", &overrides).unwrap()
}

/// A city that is founded quickly.
const SMALL: [&str; 4] = [
    "society.population.residents=400",
    "society.content.posts_per_1000=1000",
    "society.content.max_posts=500",
    "society.spaces.side=40",
];

fn small() -> Loaded {
    scenario(&SMALL)
}

fn open(loaded: &Loaded, folder: Option<&Path>) -> Engine {
    Engine::start(Opening {
        loaded: loaded.clone(),
        threads: 2,
        folder: folder.map(Path::to_path_buf),
        overwrites: false,
        name: "quickstart".to_owned(),
        changed: Overrides::default(),
    })
    .unwrap()
}

/// Takes frames until one holds.
pub(crate) fn until(engine: &mut Engine, what: &str, holds: impl Fn(&Frame) -> bool) -> Frame {
    let began = agora::desktop::wall::now();
    loop {
        if let Some(frame) = engine.frame() {
            assert!(
                !matches!(frame.status.stage, Stage::Failed(_)),
                "{:?}",
                frame.status.stage
            );
            if holds(&frame) {
                return frame;
            }
        }
        assert!(
            began.elapsed() < Duration::from_mins(2),
            "{what} did not happen"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn run_until(engine: &mut Engine, tick: u32) -> Frame {
    engine.send(Request::Speed(Speed::MAX));
    engine.send(Request::PlayUntil(tick));
    until(engine, "the tick", |f| {
        f.status.tick.0 == tick && !f.status.is_playing
    })
}

fn without_a_window(loaded: &Loaded, ticks: u32) -> u64 {
    let mut run = Run::begin(loaded, 1, None).unwrap();
    for _ in 0..ticks {
        run.step().unwrap();
    }
    run.chained
}

#[test]
fn looking_at_everything_for_500_ticks_changes_nothing() {
    let loaded = small();
    let mut engine = open(&loaded, None);
    until(&mut engine, "founding", |f| f.status.stage == Stage::Living);
    let subjects = [
        Subject::Avatar(AvatarId(3)),
        Subject::Space(SpaceId(0)),
        Subject::Parcel(ParcelId(17)),
        Subject::Item(ItemId(5)),
        Subject::Campaign(CampaignId(0)),
        Subject::Community(CommunityId(0)),
    ];
    for step in 1..=25u32 {
        let ask = Ask {
            inspected: Some(subjects[step as usize % subjects.len()]),
            shows_truth: step % 2 == 0,
            overlay: Overlay::ALL[step as usize % Overlay::ALL.len()],
            event_search: if step % 3 == 0 {
                "consume".to_owned()
            } else {
                String::new()
            },
            hidden_events: Vec::new(),
        };
        engine.send(Request::Watch(PanelKind::ALL.to_vec(), ask));
        if step == 13 {
            engine.send(Request::Recall(Some(agora::sim::units::Tick(40))));
        }
        run_until(&mut engine, step * 20);
    }
    let last = engine.close().unwrap();
    assert_eq!(last.status.tick.0, 500);
    assert_eq!(
        format!("{:016x}", last.status.chained),
        format!("{:016x}", without_a_window(&loaded, 500))
    );
}

#[test]
fn drawing_the_city_with_a_moving_camera_for_500_ticks_changes_nothing() {
    let loaded = small();
    let options = Options {
        overrides: Overrides {
            sets: SMALL.map(str::to_owned).into(),
            ..Overrides::default()
        },
        threads: 2,
        ..Options::default()
    };
    let mut hand = match Stagehand::open(options, 640, 360) {
        Ok(hand) => hand,
        Err(why) => {
            eprintln!("skipped: {why}");
            return;
        }
    };
    hand.found("quickstart").unwrap();
    for step in 1..=25u32 {
        let panel = PanelKind::ALL[step as usize % PanelKind::ALL.len()];
        hand.ask(vec![
            UiCommand::ShowPanel(panel),
            UiCommand::Inspect(Subject::Avatar(AvatarId(step))),
            UiCommand::LookAt(Subject::Avatar(AvatarId(step))),
            UiCommand::SetOverlay(Overlay::ALL[step as usize % Overlay::ALL.len()]),
        ]);
        hand.desk_mut().rig.orbit(0.4, 0.05);
        hand.run_until(step * 20).unwrap();
    }
    let (_, chained) = hand.close();
    assert_eq!(chained, without_a_window(&loaded, 500));
}

#[test]
fn what_was_steered_in_the_window_is_saved_and_replays_to_the_same_hash() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("run");
    let loaded = small();
    let mut engine = open(&loaded, Some(&folder));
    let set = |key: &str, value: toml::Value| {
        Request::Steer(Command::SetPolicy {
            key: key.to_owned(),
            value,
        })
    };
    run_until(&mut engine, 60);
    engine.send(set("platform.ads.load", toml::Value::Float(0.4)));
    run_until(&mut engine, 150);
    engine.send(set(
        "platform.recommend.exploration",
        toml::Value::Float(0.2),
    ));
    run_until(&mut engine, 200);
    engine.send(Request::Undo);
    run_until(&mut engine, 260);
    engine.send(set("platform.no.such", toml::Value::Float(0.2)));
    let refused = until(&mut engine, "the refusal", |f| f.status.n_refused == 1);
    assert!(refused.status.refused.unwrap().contains("platform.no.such"));
    run_until(&mut engine, 300);
    let last = engine.close().unwrap();
    assert_eq!(last.status.stage, Stage::Closed);
    assert_eq!(last.changes.len(), 3, "{:?}", last.changes);

    let commands = file::read(&folder.join(file::NAME)).unwrap();
    assert_eq!(commands.orders.len(), 3);
    let mut again = Run::begin(&loaded, 1, None).unwrap();
    again.queue(commands.orders);
    for _ in 0..300 {
        again.step().unwrap();
    }
    assert_eq!(again.chained, last.status.chained);
    assert_ne!(
        again.chained,
        without_a_window(&loaded, 300),
        "the commands did nothing"
    );
    let verified = crate::binary::agora(dir.path(), &["verify", "run"]);
    assert!(verified.status.success(), "{verified:?}");
}

fn draws_without_nonsense(views: &Views, world: &str) {
    for kind in PanelKind::ALL {
        for is_dark in [true, false] {
            let mut look = Look::new(is_dark);
            look.shows_truth = true;
            let views = views.clone();
            let mut harness = Harness::builder()
                .with_size([420.0, 4_000.0])
                .build_ui(move |ui| views.ui(*kind, ui, &look, &mut Vec::new()));
            harness.run_steps(3);
            let text = format!("{:?}", harness.root());
            for nonsense in ["NaN", " inf", "-inf"] {
                assert!(
                    !text.contains(nonsense),
                    "{kind:?} of {world} shows {nonsense}"
                );
            }
        }
    }
}

#[test]
fn every_panel_draws_no_world_and_a_world_of_one_and_shows_no_nonsense() {
    draws_without_nonsense(&Views::default(), "no world");
    let loaded = scenario(&[
        "society.population.residents=1",
        "society.population.newcomers_per_1000=0",
        "society.content.posts_per_1000=1000",
        "society.content.max_posts=300",
        "society.spaces.side=24",
    ]);
    let mut engine = open(&loaded, None);
    let ask = Ask {
        inspected: Some(Subject::Avatar(AvatarId(0))),
        shows_truth: true,
        ..Ask::default()
    };
    engine.send(Request::Watch(PanelKind::ALL.to_vec(), ask));
    until(&mut engine, "founding", |f| f.status.stage == Stage::Living);
    draws_without_nonsense(
        &run_until(&mut engine, 0).views,
        "a world of one at its beginning",
    );
    draws_without_nonsense(&run_until(&mut engine, 1_500).views, "a world of one");
    engine.close();
}
