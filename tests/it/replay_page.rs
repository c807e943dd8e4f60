//! Recordings as pages and pictures: what a page plays is what was recorded, and it needs nothing else.

use std::collections::BTreeMap;
use std::fs;

use agora::cli::selftest::recording::sample;
use agora::cli::selftest::roundtrip::open;
use agora::events::behavior::NO_SPACE;
use agora::lab::mark::Mark;
use agora::lab::recording::page::reel::{Place, Reel, Step};
use agora::lab::recording::page::{Cut, PageError, gather, pack, render};
use agora::lab::recording::{Detail, Look};
use agora::sim::ids::AvatarId;
use agora::society::avatars::avatar::Activity;

use crate::binary::{agora, complaint, none};

/// Where somebody is or goes, what it does, and when it arrives.
type Known = (Place, Activity, u32);

/// Follows a reel's steps up to a tick, as a page does.
fn follow(reel: &Reel, from: &mut usize, tick: u32, known: &mut BTreeMap<AvatarId, Known>) {
    while let Some(moment) = reel.moments.get(*from).filter(|m| m.tick <= tick) {
        for (id, step) in &moment.steps {
            match *step {
                Step::Wake(place, activity) | Step::Be(place, activity) => {
                    known.insert(*id, (place, activity, 0));
                }
                Step::Sleep => {
                    known.remove(id).expect("only who is here leaves");
                }
                Step::Go(place, ticks) => {
                    known.insert(*id, (place, Activity::Traveling, moment.tick + ticks));
                }
                Step::Do(activity) => {
                    let who = known.get_mut(id).expect("only who is here does something");
                    *who = (who.0, activity, 0);
                }
                Step::Show(_) | Step::Meet(_) => assert!(known.contains_key(id)),
            }
        }
        *from += 1;
    }
    for who in known.values_mut() {
        if who.1 == Activity::Traveling && who.2 <= tick {
            who.1 = Activity::Idle;
        }
    }
}

#[test]
fn a_page_plays_what_was_recorded_tick_by_tick() {
    let mut recording = open(sample(Detail::Demo, 400).unwrap().bytes).unwrap();
    let reel = gather(&mut recording, Cut::default()).unwrap();
    assert_eq!((reel.first, reel.last), (0, 400));
    let homes: Vec<_> = recording.people().iter().map(|p| p.home).collect();
    let (mut from, mut known, mut seen) = (0, BTreeMap::new(), 0);
    for tick in 0..400 {
        follow(&reel, &mut from, tick, &mut known);
        let picture = recording.at(tick).unwrap();
        let recorded: BTreeMap<AvatarId, (Place, Activity)> = picture
            .awake
            .iter()
            .map(|s| {
                let space = s.trip.map_or(s.space, |t| t.to);
                let place = if space == NO_SPACE {
                    Place::Home(homes[s.id.idx()])
                } else {
                    Place::Space(space)
                };
                (s.id, (place, s.activity))
            })
            .collect();
        let played: BTreeMap<_, _> = known.iter().map(|(id, k)| (*id, (k.0, k.1))).collect();
        assert_eq!(played, recorded, "tick {tick}");
        seen += played.len();
    }
    assert!(seen > 4_000, "{seen}");
    let shown = |wanted: fn(&Step) -> bool| {
        let steps = reel.moments.iter().flat_map(|m| &m.steps);
        steps.filter(|(_, s)| wanted(s)).count()
    };
    assert!(shown(|s| matches!(s, Step::Show(Mark::Bubble))) > 5);
    assert!(shown(|s| matches!(s, Step::Meet(_))) > 20);
    assert!(shown(|s| matches!(s, Step::Go(..))) > 20);
}

#[test]
fn a_page_has_the_city_its_numbers_captions_and_rules() {
    let mut recording = open(sample(Detail::Demo, 400).unwrap().bytes).unwrap();
    let reel = gather(&mut recording, Cut::default()).unwrap();
    let n = (reel.site.side * reel.site.side) as usize;
    for column in [&reel.site.districts, &reel.site.homes, &reel.site.worth] {
        assert_eq!(column.len(), n);
    }
    let homes: u32 = reel.site.homes.iter().map(|h| u32::from(*h)).sum();
    assert_eq!(homes as usize, recording.people().len());
    assert_eq!(reel.site.spaces.len(), recording.spaces().len());
    assert_eq!((reel.title.as_str(), reel.stops.len()), ("A test", 1));
    assert_eq!(
        (reel.stops[0].tick, reel.stops[0].look, reel.stops[0].zoom),
        (60, Look::City, 2.0)
    );
    assert_eq!(reel.turns.len(), 1);
    assert!(
        reel.turns[0].text.starts_with("platform.ads.load = "),
        "{}",
        reel.turns[0].text
    );
    let awake = reel.curves.iter().find(|c| c.key == "awake").unwrap();
    let hours: Vec<f64> = recording
        .hours()
        .iter()
        .map(|(_, h)| h["awake"].unwrap())
        .collect();
    assert_eq!(
        (awake.first, awake.step, awake.values.len()),
        (60, 60, hours.len())
    );
    for (value, hour) in awake.values.iter().zip(hours) {
        assert!((f64::from(value.unwrap()) - hour).abs() < 1e-3);
    }
    let page = render(&reel);
    assert!(
        page.len() < 4 * pack(&reel).len() / 3 + 200_000,
        "{} bytes",
        page.len()
    );
}

#[test]
fn a_part_of_a_recording_begins_with_everybody_who_is_there() {
    let mut recording = open(sample(Detail::Demo, 400).unwrap().bytes).unwrap();
    let cut = Cut {
        from: Some(130),
        to: Some(260),
    };
    let reel = gather(&mut recording, cut).unwrap();
    assert_eq!((reel.first, reel.last), (130, 261));
    assert!(reel.stops.is_empty() && reel.turns.is_empty());
    let (mut from, mut known) = (0, BTreeMap::new());
    follow(&reel, &mut from, 130, &mut known);
    let picture = recording.at(130).unwrap();
    assert!(!picture.awake.is_empty());
    assert!(known.keys().eq(picture.awake.iter().map(|s| &s.id)));
    let nothing = gather(
        &mut recording,
        Cut {
            from: Some(400),
            to: None,
        },
    );
    assert!(matches!(
        nothing,
        Err(PageError::NoTicks {
            first: 0,
            last: 399,
            ..
        })
    ));
}

#[test]
fn the_program_writes_pages_and_pictures() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("x.mcap"),
        sample(Detail::Demo, 200).unwrap().bytes,
    )
    .unwrap();
    fs::write(
        dir.path().join("numbers.mcap"),
        sample(Detail::Metrics, 60).unwrap().bytes,
    )
    .unwrap();
    let small = ["--size", "160x120", "--rate", "1"];
    let mut complaints = Vec::new();
    for (what, more) in [("html", &[][..]), ("gif", &small), ("frames", &small)] {
        let mut args = vec!["replay", "x.mcap", "--export", what];
        args.extend(more);
        complaints.extend(complaint(what, &agora(dir.path(), &args), 0, &[]));
        let again = agora(dir.path(), &args);
        complaints.extend(complaint(
            "again",
            &again,
            2,
            &["exists; --force overwrites it"],
        ));
        args.push("--force");
        complaints.extend(complaint("by force", &agora(dir.path(), &args), 0, &[]));
    }
    for (args, says) in [
        (
            vec!["replay", "numbers.mcap", "--export", "html"],
            "holds no positions, only metrics",
        ),
        (
            vec![
                "replay", "x.mcap", "--export", "html", "--out", "y", "--from", "200",
            ],
            "it holds 0 to 199",
        ),
        (
            vec![
                "replay",
                "x.mcap",
                "--export",
                "gif",
                "--out",
                "no/such/folder.gif",
            ],
            "no/such/folder.gif: ",
        ),
    ] {
        let code = if says.starts_with("no/") { 1 } else { 2 };
        complaints.extend(complaint(says, &agora(dir.path(), &args), code, &[says]));
    }
    none(complaints);
    let page = fs::read_to_string(dir.path().join("x.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    assert!(!page.contains("{{"), "no slot is left");
    let gif = fs::read(dir.path().join("x.gif")).unwrap();
    assert!(gif.starts_with(b"GIF89a\xa0\0\x78\0") && gif.ends_with(b";"));
    let first = fs::read(dir.path().join("x-frames/frame-00001.png")).unwrap();
    assert_eq!(first[16..24], [0, 0, 0, 160, 0, 0, 0, 120]);
    let n = fs::read_dir(dir.path().join("x-frames")).unwrap().count();
    assert!(n >= 5, "{n} pictures: a caption stays for five seconds");
    let left = fs::read_dir(dir.path()).unwrap().filter(|e| {
        let name = e.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".tmp")
    });
    assert_eq!(left.count(), 0);
}
