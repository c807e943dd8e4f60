//! Forks of a living city, from the window's end.

use std::path::Path;
use std::time::Duration;

use super::frame::{Frame, Stage};
use super::handle::Engine;
use super::request::{Opening, Request, WhatIf};
use crate::desktop::command::Speed;
use crate::desktop::panels::PanelKind;
use crate::desktop::view::futures::{ForkRow, ForkStage};
use crate::desktop::view::sight::Ask;
use crate::desktop::wall;
use crate::scenario::load::{Loaded, Overrides, load};
use crate::scenario::run::progress::Run;
use crate::scenario::steer::file;
use crate::scenario::steer::order::Command;
use crate::sim::units::TICKS_PER_DAY;

/// The tick at which these cities are forked: in the morning, when people are about.
const AT: u32 = 600;

fn small() -> Loaded {
    let sets = [
        "society.population.residents=150",
        "society.content.posts_per_1000=1000",
        "society.content.min_posts=300",
        "society.content.max_posts=400",
        "society.spaces.side=32",
        "days=3",
    ];
    let overrides = Overrides {
        sets: sets.map(str::to_owned).into(),
        ..Overrides::default()
    };
    load("quickstart", &overrides).unwrap()
}

/// Opens a city and lets it live up to where it is forked.
fn open(loaded: &Loaded, folder: Option<&Path>) -> (Engine, Frame) {
    let mut engine = Engine::start(Opening {
        loaded: loaded.clone(),
        threads: 2,
        folder: folder.map(Path::to_path_buf),
        overwrites: false,
        name: "quickstart".to_owned(),
        changed: Overrides::default(),
    })
    .unwrap();
    engine.send(Request::Watch(vec![PanelKind::Futures], Ask::default()));
    let frame = run_until(&mut engine, AT);
    (engine, frame)
}

/// Takes frames until one holds.
fn until(engine: &mut Engine, what: &str, holds: impl Fn(&Frame) -> bool) -> Frame {
    let began = wall::now();
    loop {
        if let Some(frame) = engine.frame() {
            let stage = &frame.status.stage;
            assert!(!matches!(stage, Stage::Failed(_)), "{stage:?}");
            if holds(&frame) {
                return frame;
            }
        }
        let is_late = began.elapsed() > Duration::from_mins(3);
        assert!(!is_late, "{what} did not happen");
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

fn fork(sets: &[(&str, toml::Value)], days: u32) -> Request {
    let changes = sets.iter().map(|(key, x)| ((*key).to_owned(), x.clone()));
    Request::Fork(WhatIf {
        changes: changes.collect(),
        days,
    })
}

fn newest(frame: &Frame) -> Option<&ForkRow> {
    frame.views.futures.forks.last().map(|f| &**f)
}

fn stage(frame: &Frame) -> Option<&ForkStage> {
    newest(frame).map(|f| &f.stage)
}

/// Waits until the newest fork is over and both its threads have ended.
fn over(engine: &mut Engine) -> (Frame, ForkRow) {
    let frame = until(engine, "the end of the fork", |f| {
        assert!(
            !matches!(stage(f), Some(ForkStage::Failed(_))),
            "{:?}",
            stage(f)
        );
        f.status.n_refused == 0 && stage(f) == Some(&ForkStage::Over) && f.status.forking.is_none()
    });
    let row = newest(&frame).unwrap().clone();
    (frame, row)
}

#[test]
fn without_a_change_both_futures_are_what_the_city_comes_to_and_it_is_left_alone() {
    let (mut engine, before) = open(&small(), None);
    let (at, before) = (AT, before.status);
    engine.send(fork(&[], 1));
    let (frame, row) = over(&mut engine);
    assert_eq!(
        (frame.status.tick, frame.status.chained),
        (before.tick, before.chained)
    );
    assert!(!frame.status.is_playing && frame.changes.is_empty());
    assert_eq!((row.at.0, row.until.0), (at, at + TICKS_PER_DAY));
    assert_eq!(row.done, [TICKS_PER_DAY; 2]);
    assert_eq!(row.chained[0], row.chained[1]);
    assert_eq!(row.parting, None);
    assert_eq!(row.affected.map(|g| g.affected), Some(0));
    assert!(row.affected.unwrap().avatars > 50);
    assert!(row.effects.iter().all(|e| e.a == e.b));
    let last = run_until(&mut engine, at + TICKS_PER_DAY);
    assert_eq!(last.status.chained, row.chained[0]);
    engine.close();
}

#[test]
fn with_a_change_they_part_where_it_begins_and_the_city_can_go_on_as_either() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("run");
    let loaded = small();
    let (mut engine, _) = open(&loaded, Some(&folder));
    // The city was changed before the same tick: both futures have that in common.
    engine.send(Request::Steer(Command::SetPolicy {
        key: "platform.recommend.exploration".to_owned(),
        value: 0.2.into(),
    }));
    engine.send(fork(&[("platform.ads.load", 0.9.into())], 1));
    let (frame, row) = over(&mut engine);
    assert_eq!((frame.status.tick.0, frame.changes.len()), (AT, 1));
    assert_eq!((row.changes.len(), row.n_changes_before), (1, 1));
    assert_eq!(
        (row.changes[0].from.as_str(), row.changes[0].to.as_str()),
        ("0.1", "0.9")
    );
    let parting = row.parting.clone().unwrap();
    assert!((AT..AT + 60).contains(&parting.tick), "{parting:?}");
    assert!(!parting.parts.is_empty());
    assert!(row.affected.unwrap().affected > 0);
    let ads = row.effects.iter().find(|e| e.metric == "ad_impressions");
    assert!(ads.unwrap().difference.unwrap() > 0.0, "{ads:?}");
    assert_eq!(row.compared_at, row.until);
    for is_daily in [false, true] {
        let curve = row
            .curves
            .iter()
            .find(|c| c.is_daily == is_daily && c.name == "ad_impressions");
        let curve = curve.unwrap();
        assert_ne!(curve.without.last(), curve.with.last(), "{curve:?}");
    }
    // A curve goes on where it was before the fork.
    let dau = row.curves.iter().find(|c| c.name == "dau").unwrap();
    assert_eq!(
        dau.before.last().map(|p| p[0]),
        dau.without.first().map(|p| p[0])
    );
    assert_ne!(row.chained[0], row.chained[1]);

    engine.send(Request::GoOnWith(row.id));
    let end = until(&mut engine, "the same days", |f| {
        f.status.tick == row.until && !f.status.is_playing
    });
    assert_eq!(end.status.chained, row.chained[1]);
    assert_eq!(end.changes.len(), 2);
    // From there its past cannot be another.
    engine.send(Request::GoOnWith(row.id));
    until(&mut engine, "the refusal", |f| f.status.n_refused == 1);
    engine.send(Request::Undo);
    let last = engine.close().unwrap();
    assert_eq!(last.changes.len(), 3);

    let mut again = Run::begin(&loaded, 1, None).unwrap();
    again.queue(file::read(&folder.join(file::NAME)).unwrap().orders);
    for _ in 0..row.until.0 {
        again.step().unwrap();
    }
    assert_eq!(again.chained, row.chained[1]);
}

#[test]
fn a_fork_is_stopped_and_dismissed_and_one_at_a_time_is_enough() {
    let (mut engine, _) = open(&small(), None);
    engine.send(fork(&[("society.population.residents", 7.into())], 1));
    let frame = until(&mut engine, "the refusal", |f| f.status.n_refused == 1);
    assert!(
        frame
            .status
            .refused
            .unwrap()
            .contains("the people are drawn")
    );
    assert!(frame.views.futures.forks.is_empty());
    engine.send(fork(&[], 99));
    let living = |f: &Frame| f.status.forking.is_some();
    let frame = until(&mut engine, "a fork", |f| living(f) && newest(f).is_some());
    // As many days as the run has left.
    assert_eq!(newest(&frame).unwrap().until.0, 3 * TICKS_PER_DAY);
    engine.send(fork(&[], 1));
    until(&mut engine, "the refusal", |f| f.status.n_refused == 2);
    // The fifth lets the first go.
    for id in 0..5 {
        if id > 0 {
            engine.send(fork(&[], 99));
        }
        let is_newest = |f: &Frame| newest(f).is_some_and(|n| n.id == id);
        until(&mut engine, "a fork", |f| is_newest(f) && living(f));
        engine.send(Request::StopFork(id));
        until(&mut engine, "the stop", |f| {
            is_newest(f) && stage(f) == Some(&ForkStage::Stopped) && !living(f)
        });
    }
    let frame = until(&mut engine, "a frame", |_| true);
    let kept: Vec<u32> = frame.views.futures.forks.iter().map(|f| f.id).collect();
    assert_eq!(kept, [1, 2, 3, 4]);
    for id in kept {
        engine.send(Request::DismissFork(id));
    }
    until(&mut engine, "none", |f| f.views.futures.forks.is_empty());
    engine.close();
}
