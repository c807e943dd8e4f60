//! Pictures of the window's main states against kept ones, with tolerance: numbers and drivers move a few pixels, a layout that
//! breaks moves many.

use std::path::Path;

use agora::desktop::command::{Overlay, UiCommand};
use agora::desktop::panels::PanelKind;
use agora::desktop::shell::desk::Options;
use agora::desktop::stagehand::Stagehand;
use agora::desktop::view::subject::Subject;
use agora::scenario::load::Overrides;
use agora::sim::ids::AvatarId;

use crate::pixels::{decode, difference};

/// Share of pixels that may differ.
const TOLERANCE: f64 = 0.03;

/// Size of the pictures.
const SIZE: (u32, u32) = (1024, 576);

/// A small city that is founded quickly.
fn tiny() -> Overrides {
    Overrides {
        sets: [
            "society.population.residents=300",
            "society.content.posts_per_1000=1000",
            "society.content.max_posts=400",
            "society.spaces.side=40",
        ]
        .map(str::to_owned)
        .into(),
        ..Overrides::default()
    }
}

#[test]
fn the_main_states_look_as_they_did() {
    let options = Options {
        overrides: tiny(),
        threads: 1,
        ..Options::default()
    };
    let mut hand = match Stagehand::open(options, SIZE.0, SIZE.1) {
        Ok(hand) => hand,
        Err(why) => {
            eprintln!("skipped: {why}");
            return;
        }
    };
    if !hand.adapter().1 {
        eprintln!(
            "skipped: the kept pictures were drawn by a software renderer, this is {}",
            hand.adapter().0
        );
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut complaints = Vec::new();
    let mut see = |hand: &mut Stagehand, name: &str| {
        let path = dir.path().join(format!("{name}.png"));
        hand.photograph(&path, None).unwrap();
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/pictures/{name}.png"));
        let now = std::fs::read(&path).unwrap();
        let share = match std::fs::read(&kept) {
            Ok(before) => difference(&decode(&now), &decode(&before)),
            Err(_) => 1.0,
        };
        if share > TOLERANCE {
            let new = std::env::temp_dir().join(format!("agora-{name}.png"));
            std::fs::write(&new, &now).unwrap();
            complaints.push(format!(
                "{name}: {:.1} % of the pixels differ; the new picture is {}; if it is as intended, copy it to {}",
                100.0 * share,
                new.display(),
                kept.display()
            ));
        }
    };
    hand.frames(8);
    see(&mut hand, "start");
    hand.found("quickstart").unwrap();
    hand.run_until(1_440 + 720).unwrap();
    see(&mut hand, "city-dark");
    hand.ask(vec![UiCommand::ToggleTheme]);
    see(&mut hand, "city-light");
    hand.ask(vec![
        UiCommand::SetOverlay(Overlay::LandPrice),
        UiCommand::Inspect(Subject::Avatar(AvatarId(7))),
        UiCommand::ShowPanel(PanelKind::Economy),
    ]);
    see(&mut hand, "inspector");
    hand.ask(vec![UiCommand::ToggleHelp]);
    see(&mut hand, "shortcuts");
    hand.close();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
