//! The window on a recording: any moment shows what was, as the living city showed it, and nothing is simulated.

use std::path::Path;

use agora::desktop::command::{Overlay, Speed, UiCommand};
use agora::desktop::engine::frame::Stage;
use agora::desktop::engine::handle::Engine;
use agora::desktop::engine::request::{Opening, Request};
use agora::desktop::panels::PanelKind;
use agora::desktop::shell::desk::Options;
use agora::desktop::stagehand::Stagehand;
use agora::desktop::view::crowd::{CrowdView, HomeRow};
use agora::desktop::view::sight::Ask;
use agora::desktop::view::subject::Subject;
use agora::events::log::writer::Disk;
use agora::lab::recording::{Detail, Recording, Tour};
use agora::scenario::load::{Loaded, Overrides, load};
use agora::scenario::run::progress::Run;
use agora::scenario::run::recording::Wanted;
use agora::sim::ids::{AvatarId, SpaceId};
use agora::sim::units::Tick;

use crate::desktop::until;

/// Ticks that are recorded: past midday, so that people are about.
const TICKS: u32 = 760;

fn small() -> Loaded {
    of_size("society.population.residents=300")
}

fn of_size(residents: &str) -> Loaded {
    let overrides = Overrides {
        sets: [
            residents,
            "society.content.posts_per_1000=1000",
            "society.content.max_posts=400",
            "society.spaces.side=40",
        ]
        .map(str::to_owned)
        .into(),
        ..Overrides::default()
    };
    load("quickstart", &overrides).unwrap()
}

const CAPTIONS: &str = r#"
title = "Half a day"
text = "From midnight to midday"

[[caption]]
at = "day 0 08:00"
title = "Morning"
text = "The first people are about"
speed = 100.0

[[caption]]
at = "day 0 10:00"
title = "A place to meet"
text = "Somebody comes here every day"
look = "space 0"
zoom = 1.5
"#;

/// Records a small city.
fn record(path: &Path, detail: Detail) {
    record_of(&small(), path, detail);
}

fn record_of(city: &Loaded, path: &Path, detail: Detail) {
    let mut run = Run::begin(city, 1, None).unwrap();
    let wanted = Wanted {
        path: path.to_path_buf(),
        detail,
        tour: Some(Tour::from_toml(CAPTIONS, "captions").unwrap()),
    };
    run.record(&wanted, &Disk).unwrap();
    for _ in 0..TICKS {
        run.step().unwrap();
    }
    run.leave(String::new(), 0.0).unwrap();
}

/// Who is about, what each is doing, and which sign is above whose head.
fn told(crowd: &CrowdView) -> Vec<String> {
    let rows = crowd.rows.iter();
    rows.map(|r| {
        format!(
            "{} {:?} {:?} {:?} {}",
            r.id, r.role, r.activity, r.mark, r.mark_age
        )
    })
    .collect()
}

#[test]
fn any_moment_of_a_recording_shows_the_picture_and_what_the_living_city_showed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("recording.mcap");
    // Enough people for some to be awake at every moment that is compared but the first.
    let city = of_size("society.population.residents=1500");
    record_of(&city, &path, Detail::Full);
    let mut recording = Recording::open(&path).unwrap();
    let mut projector = Engine::project(path.clone()).unwrap();
    let opened = until(&mut projector, "opening", |f| f.reel.is_some());
    let reel = opened.reel.clone().unwrap();
    assert_eq!(reel.span, (Tick(1), Tick(TICKS)));
    assert_eq!(reel.tour.captions.len(), 2);
    assert!(reel.damage.is_none(), "{:?}", reel.damage);
    let mut living = Engine::start(Opening {
        loaded: city,
        threads: 1,
        folder: None,
        overwrites: false,
        name: "quickstart".to_owned(),
        changed: Overrides::default(),
    })
    .unwrap();
    let mut moments = Vec::new();
    for at in [1, 481, 540, 655, 700, TICKS] {
        living.send(Request::Speed(Speed::MAX));
        living.send(Request::PlayUntil(at));
        let then = until(&mut living, "the tick", |f| {
            f.status.tick.0 == at && !f.status.is_playing
        });
        moments.push((at, then));
    }
    // Backwards: no moment is reached by playing on from another.
    for (at, then) in moments.iter().rev() {
        projector.send(Request::Seek(Tick(*at)));
        let shown = until(&mut projector, "the moment", |f| f.status.tick.0 == *at);
        let picture = recording.at(at - 1).unwrap();
        let seen: Vec<_> = picture.awake.iter().map(|s| (s.id, s.activity)).collect();
        let rows: Vec<_> = shown
            .crowd
            .rows
            .iter()
            .map(|r| (r.id, r.activity))
            .collect();
        assert_eq!(rows, seen, "tick {at}");
        assert_eq!(told(&shown.crowd), told(&then.crowd), "tick {at}");
        // Both windows look after those at home once an hour, so that whoever has just left may still be shown.
        let people = recording.people();
        let stays = |h: &&HomeRow| {
            let left = people[h.id.idx()].left;
            left.is_none_or(|t| t.0 + 60 < *at || t.0 > *at)
        };
        let homes = |crowd: &CrowdView| {
            crowd
                .homes
                .iter()
                .filter(stays)
                .copied()
                .collect::<Vec<_>>()
        };
        assert_eq!(homes(&shown.crowd), homes(&then.crowd), "tick {at}");
        assert_eq!(shown.city.rows.spaces, then.city.rows.spaces);
        assert_eq!(shown.city.rows.cells, then.city.rows.cells);
        let extent = shown.city.rows.grid.extent();
        let ways = shown.crowd.rows.iter().flat_map(|r| r.way).flatten();
        for v in ways {
            assert!(v.is_finite() && (-15.0..=extent + 15.0).contains(&v), "{v}");
        }
    }
    let about: usize = moments.iter().map(|(_, f)| f.crowd.rows.len()).sum();
    assert!(about > 3, "nobody is about");
    living.close();
    let last = projector.close().unwrap();
    assert_eq!(last.status.stage, Stage::Closed);
}

#[test]
fn a_projector_plays_to_the_end_fills_panels_and_refuses_to_change_anything() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("recording.mcap");
    record(&path, Detail::Full);
    let mut projector = Engine::project(path).unwrap();
    until(&mut projector, "opening", |f| f.reel.is_some());
    let offered: Vec<PanelKind> = PanelKind::ALL
        .iter()
        .copied()
        .filter(|k| k.is_in_recordings())
        .collect();
    let ask = Ask {
        inspected: Some(Subject::Avatar(AvatarId(3))),
        ..Ask::default()
    };
    projector.send(Request::Watch(offered, ask));
    projector.send(Request::Speed(Speed::X1000));
    projector.send(Request::Play);
    let end = until(&mut projector, "the end", |f| {
        f.status.stage == Stage::Finished && !f.status.is_playing
    });
    assert_eq!(end.status.tick, Tick(TICKS));
    let overview = &end.views.overview;
    assert_eq!(overview.now, Some(Tick(TICKS)));
    assert!(overview.hours.len() >= 12, "{}", overview.hours.len());
    assert!(overview.today.sessions > 0);
    assert!(!end.views.recording.curves.is_empty());
    assert!(!end.views.events.rows.is_empty());
    // After a jump the day is read back to midnight without being asked for again.
    projector.send(Request::Seek(Tick(720)));
    let whole = until(&mut projector, "the day", |f| {
        f.status.tick == Tick(720) && f.views.events.now == Tick(720) && f.views.events.kept > 400
    });
    assert!(whole.views.events.rows[0].tick < Tick(720));
    projector.send(Request::Undo);
    let refused = until(&mut projector, "the refusal", |f| f.status.n_refused > 0);
    let why = refused.status.refused.unwrap_or_default();
    assert!(why.contains("a recording shows what was"), "{why}");
    // Playing at the end begins again.
    projector.send(Request::Seek(Tick(TICKS)));
    projector.send(Request::Speed(Speed::TENTH));
    projector.send(Request::Play);
    until(&mut projector, "the beginning", |f| {
        f.status.is_playing && f.status.tick.0 < 10
    });
    projector.close();
}

#[test]
fn a_recording_that_was_cut_off_shows_what_is_whole_and_one_of_numbers_has_no_city() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("recording.mcap");
    record(&path, Detail::Demo);
    let bytes = std::fs::read(&path).unwrap();
    let cut = dir.path().join("cut.mcap");
    std::fs::write(&cut, &bytes[..bytes.len() * 2 / 3]).unwrap();
    let mut projector = Engine::project(cut).unwrap();
    let opened = until(&mut projector, "opening", |f| f.reel.is_some());
    let reel = opened.reel.unwrap();
    assert!(reel.damage.is_some());
    assert!(reel.span.1 < Tick(TICKS), "{:?}", reel.span);
    projector.send(Request::Seek(Tick(u32::MAX)));
    until(&mut projector, "its end", |f| f.status.tick == reel.span.1);
    projector.close();

    let numbers = dir.path().join("numbers.mcap");
    record(&numbers, Detail::Metrics);
    let mut projector = Engine::project(numbers).unwrap();
    let opened = until(&mut projector, "opening", |f| f.reel.is_some());
    assert!(!opened.reel.unwrap().shows_city);
    projector.send(Request::Seek(Tick(600)));
    let shown = until(&mut projector, "the moment", |f| f.status.tick == Tick(600));
    assert!(shown.crowd.rows.is_empty());
    projector.close();
}

#[test]
fn the_window_seeks_tours_and_inspects_a_recording() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("recording.mcap");
    record(&path, Detail::Full);
    let mut hand = match Stagehand::open(Options::default(), 1_024, 576) {
        Ok(hand) => hand,
        Err(why) => {
            eprintln!("skipped: {why}");
            return;
        }
    };
    let file = path.display().to_string();
    hand.ask(vec![UiCommand::OpenRecording(file)]);
    hand.until("opening", |d| d.reel().is_some()).unwrap();
    assert!(hand.desk().is_replay());
    hand.ask(vec![
        UiCommand::ScrubTo(Tick(650)),
        UiCommand::SetOverlay(Overlay::LandPrice),
        UiCommand::Inspect(Subject::Space(SpaceId(0))),
    ]);
    hand.until("the moment", |d| d.frame.status.tick == Tick(650))
        .unwrap();
    let mut recording = Recording::open(&path).unwrap();
    let picture = recording.at(649).unwrap();
    assert_eq!(hand.desk().crowd().rows.len(), picture.awake.len());
    let see = |hand: &mut Stagehand, name: &str| {
        let file = dir.path().join(name);
        hand.photograph(&file, None).unwrap();
        let colors = crate::pixels::colors(&std::fs::read(&file).unwrap());
        assert!(colors > 300, "{name} shows only {colors} colors");
        if let Some(kept) = std::env::var_os("AGORA_PICTURES") {
            std::fs::copy(&file, Path::new(&kept).join(name)).unwrap();
        }
    };
    see(&mut hand, "replay-seek.png");
    hand.ask(vec![
        UiCommand::SetOverlay(Overlay::None),
        UiCommand::GoToBeginning,
    ]);
    hand.until("the beginning", |d| d.frame.status.tick == Tick(1))
        .unwrap();
    see(&mut hand, "replay-beginning.png");
    hand.ask(vec![UiCommand::ToggleTour]);
    hand.until("the first caption", |d| d.frame.status.tick == Tick(480))
        .unwrap();
    see(&mut hand, "replay-caption.png");
    // Play goes on before the stay is over; the tour stops at the next caption by itself.
    hand.ask(vec![UiCommand::Play]);
    hand.until("the second caption", |d| {
        d.frame.status.tick == Tick(600) && d.tour.stayed(agora::desktop::wall::now()).is_some()
    })
    .unwrap();
    hand.frames(60);
    assert_eq!(
        hand.desk().inspected.last(),
        Some(&Subject::Space(SpaceId(0)))
    );
    see(&mut hand, "replay-tour.png");
    // What was offered to somebody, and why.
    let slates = recording.slates(0..600).unwrap();
    let who = slates.last().unwrap().avatar;
    hand.ask(vec![
        UiCommand::ToggleTour,
        UiCommand::Inspect(Subject::Avatar(who)),
        UiCommand::ShowPanel(PanelKind::Overview),
        UiCommand::ToggleTheme,
    ]);
    hand.frames(30);
    see(&mut hand, "replay-why.png");
    hand.ask(vec![UiCommand::GoToStart]);
    assert!(!hand.desk().is_replay() && !hand.desk().has_city());
    hand.close();
}
