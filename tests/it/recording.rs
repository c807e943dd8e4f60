//! Recordings: what is read is what was recorded, a recording is verified, and nothing damaged is shown.

use std::borrow::Cow;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use agora::cli::selftest::forged::{forge, rewritten};
use agora::cli::selftest::recording::{damage, sample};
use agora::cli::selftest::roundtrip::{all, differs, open, record};
use agora::cli::selftest::{city, roundtrip};
use agora::events::behavior::{EventKind, Surface};
use agora::lab::recording::{Detail, FORMAT, NAME, Recording, Tour, layout_markdown};
use agora::lab::summary::RunSummary;
use agora::scenario::steer::order::Command;
use agora::sim::ids::{AvatarId, CampaignId};
use agora::society::avatars::avatar::Avatars;
use mcap::{Message, MessageStream};

use crate::binary::{TINY, agora, command, complaint, none, run_tiny_with};

#[test]
fn every_shipped_city_reads_as_it_was_recorded() {
    let shown = all(2).unwrap();
    assert!(shown.violations.is_empty(), "{}", shown.line());
    assert_eq!(shown.recordings, 3 * 20);
    assert!(shown.events > 10_000, "{}", shown.line());
}

#[test]
fn damage_is_noticed_and_what_is_left_is_right() {
    let shown = damage(500, 1).unwrap();
    assert!(shown.violations.is_empty(), "{}", shown.line());
    assert!(
        shown.places > 480 && shown.refused < 250,
        "{}",
        shown.line()
    );
    assert!(shown.shorter > 100 && shown.ticks > 500, "{}", shown.line());
}

#[test]
fn forged_recordings_are_answered() {
    let shown = forge(2_000, 1).unwrap();
    assert!(shown.violations.is_empty(), "{}", shown.line());
    let n = shown.refused + shown.refused_later;
    assert!(n > 400 && n < 1_990, "{}", shown.line());
}

#[test]
fn a_file_cut_anywhere_holds_every_chunk_before_the_cut() {
    let kept = sample(Detail::Demo, 200).unwrap();
    let n = kept.bytes.len();
    let mut longest = 0;
    for i in 1..40 {
        let cut = n * i / 40;
        let Ok(mut recording) = open(kept.bytes[..cut].to_vec()) else {
            assert_eq!(longest, 0, "cut to {cut} of {n} bytes");
            continue;
        };
        assert!(recording.damage().is_some());
        let ticks = recording.ticks();
        assert!(ticks.end >= longest && ticks.end % 60 == 0 || ticks.end == 200);
        longest = ticks.end;
        if let Some(last) = ticks.last() {
            assert_eq!(
                differs(&mut recording, last, &kept.ticks[last as usize]).unwrap(),
                None
            );
        }
    }
    assert!(longest >= 180, "{longest}");
}

#[test]
fn two_recordings_of_one_run_are_equal_to_the_byte() {
    let twice: Vec<Vec<u8>> = (0..2)
        .map(|_| {
            let loaded = city::busy(60, 9, "item_knn").unwrap();
            record(&loaded, 130, Detail::Full, None, |_| Ok(()))
                .unwrap()
                .bytes
        })
        .collect();
    // The summaries tell of the memory that was used, which differs; all before them is equal.
    let same = twice[0].iter().zip(&twice[1]).take_while(|(a, b)| a == b);
    let (same, n) = (same.count(), twice[0].len());
    assert!(n > 10_000 && same > n / 2, "{same} of {n} bytes");
}

#[test]
fn bytes_that_are_no_recording_are_refused_in_one_line() {
    let magic = b"\x89MCAP0\r\n".to_vec();
    let mut endless = magic.clone();
    endless.push(0x01);
    endless.extend_from_slice(&u64::MAX.to_le_bytes());
    for (bytes, says) in [
        (Vec::new(), "the file ends before it begins"),
        (
            b"PAR1 and more than that".to_vec(),
            "it does not begin as an MCAP file does",
        ),
        (magic, "the file ends here, before it was finished"),
        (endless, "it would have 18446744073709551615 bytes"),
    ] {
        let len = bytes.len() as u64;
        let Err(e) = Recording::read(Box::new(Cursor::new(bytes)), len, "x.mcap") else {
            panic!("it was opened");
        };
        let text = e.to_string();
        assert!(
            text.starts_with("x.mcap: ") && text.contains(says),
            "{text}"
        );
        assert!(e.is_usage() && !text.contains('\n'), "{text}");
    }
}

#[test]
fn recordings_made_before_keep_opening() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, ticks) in [("day", 1_440), ("bubble", 17_280), ("inflation", 21_600)] {
        let mut recording = Recording::open(&root.join(format!("demos/{name}.mcap"))).unwrap();
        assert_eq!(recording.damage(), None, "{name}");
        assert_eq!(recording.header().format, 1, "{name}");
        assert_eq!(recording.ticks(), 0..ticks, "{name}");
        assert_eq!(recording.hours().len() as u32, ticks / 60, "{name}");
        assert_eq!(recording.days().len() as u32, ticks / 1_440, "{name}");
        let tour = Tour::load(&root.join(format!("scenarios/demos/{name}.toml"))).unwrap();
        assert!(!tour.captions.is_empty(), "{name}");
        assert_eq!(recording.tour(), Some(&tour), "{name}");
        let n_lots = recording.ground().unwrap().cells.len();
        let n_people = recording.people().len();
        for tick in [0, 719, ticks / 2, ticks - 1] {
            let picture = recording.at(tick).unwrap();
            assert_eq!(picture.tick.0, tick, "{name}");
            assert_eq!(picture.counters.awake, picture.awake.len() as i64, "{name}");
            assert_eq!(picture.lots.len(), n_lots, "{name}");
            assert!(picture.awake.iter().all(|s| s.id.idx() < n_people));
        }
        assert!(!recording.deeds(720..780).unwrap().is_empty(), "{name}");
        let summary = recording.summary().unwrap().unwrap();
        assert_eq!(
            (summary.ticks, summary.interrupted),
            (ticks, false),
            "{name}"
        );
    }
}

#[test]
fn a_recording_of_a_version_that_knew_fewer_keys_is_compared_all_the_same() {
    let kept = sample(Detail::Demo, 60).unwrap();
    let messages: Vec<Message> = MessageStream::new(&kept.bytes)
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let earlier = rewritten(&messages, |_, m| {
        if m.channel.topic == "/header" {
            let mut header: serde_json::Value = serde_json::from_slice(&m.data).unwrap();
            header["scenario_hash"] = "0123456789abcdef".into();
            m.data = Cow::Owned(serde_json::to_vec(&header).unwrap());
        }
    });
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("x.mcap"), earlier.unwrap()).unwrap();
    let done = agora(dir.path(), &["verify", "x.mcap"]);
    let told = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{told}");
    assert!(
        told.contains("0123456789abcdef when it was recorded"),
        "{told}"
    );
    assert!(told.contains("compared all the same"), "{told}");
}

#[test]
fn a_later_format_is_refused_by_its_number_whatever_else_it_holds() {
    let kept = sample(Detail::Demo, 60).unwrap();
    let messages: Vec<Message> = MessageStream::new(&kept.bytes)
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let again = rewritten(&messages, |_, _| ()).unwrap();
    assert_eq!(open(again).unwrap().ticks(), 0..60);
    let later = rewritten(&messages, |_, m| match m.channel.topic.as_str() {
        "/header" => {
            let mut header: serde_json::Value = serde_json::from_slice(&m.data).unwrap();
            header["format"] = (FORMAT + 1).into();
            header["detail"] = "another".into();
            m.data = Cow::Owned(serde_json::to_vec(&header).unwrap());
        }
        "/ground" => m.data = Cow::Owned(vec![0xFF; 9]),
        _ => {}
    });
    let Err(e) = open(later.unwrap()) else {
        panic!("it was opened");
    };
    assert_eq!(
        e.to_string(),
        format!(
            "memory: has format {}; this program reads formats up to {FORMAT}",
            FORMAT + 1
        )
    );
}

#[test]
fn ticks_that_were_not_recorded_are_named() {
    let kept = sample(Detail::Metrics, 60).unwrap();
    let mut recording = open(kept.bytes).unwrap();
    let e = recording.at(60).unwrap_err().to_string();
    assert_eq!(e, "memory: tick 60 is not in it; it holds 0 to 59");
    assert_eq!(recording.hours().len(), 1);
    assert!(recording.people().is_empty() && recording.ground().is_none());
    recording.check().unwrap();
}

#[test]
fn what_stands_beside_the_ticks_reads_back() {
    let kept = sample(Detail::Demo, 130).unwrap();
    let mut recording = open(kept.bytes).unwrap();
    assert_eq!(recording.commands().len(), 1);
    let (tick, line) = &recording.commands()[0];
    assert!(*tick == 70 && line.contains("platform.ads.load"), "{line}");
    assert_eq!(recording.tour().unwrap().captions[0].tick, 60);
    let ground = recording.ground().unwrap();
    let side = ground.side as usize;
    assert_eq!(
        (ground.cells.len(), ground.districts.len()),
        (side * side, side * side)
    );
    assert!(recording.people().len() >= 120 && !recording.spaces().is_empty());
    assert!(recording.items().iter().all(|i| !i.title.is_empty()));
    let picture = recording.at(129).unwrap();
    assert_eq!(picture.lots.len(), side * side);
    let mut boards = vec![None; picture.boards.len()];
    for e in kept.ticks.iter().flat_map(|t| &t.events) {
        if e.kind == EventKind::AdImpression && e.surface == Surface::None {
            boards[e.space.idx()] = Some(CampaignId(e.thing.id));
        }
    }
    assert_eq!(picture.boards, boards);
    let names: Vec<String> = recording.series().into_iter().map(|s| s.name).collect();
    assert!(names.iter().any(|n| n == "awake"), "{names:?}");
    assert_eq!(recording.summary().unwrap(), Some(kept.summary));
}

/// Runs a tiny city with a recording into a folder.
fn recorded(dir: &Path, more: &[&str]) {
    let mut words = vec!["--record"];
    words.extend(more);
    let done = run_tiny_with(dir, "1", "r", &words);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

#[test]
fn a_recorded_run_is_replayed_and_verified_by_the_program() {
    let dir = tempfile::tempdir().unwrap();
    recorded(dir.path(), &[]);
    let replayed = agora(dir.path(), &["replay", "r", "--headless", "--json"]);
    let json = String::from_utf8(replayed.stdout).unwrap();
    let run = fs::read_to_string(dir.path().join("r/run.json")).unwrap();
    assert_eq!(json.trim_end(), run.trim_end());
    let shown = agora(dir.path(), &["replay", "r/recording.mcap", "--headless"]);
    let text = String::from_utf8(shown.stdout).unwrap();
    let summary: RunSummary = serde_json::from_str(&run).unwrap();
    assert!(
        text.contains(&summary.final_state_hash) && text.contains("ad_revenue"),
        "{text}"
    );
    for (args, says) in [
        (vec![], "1440 ticks, every state hash is equal"),
        (
            vec!["--from", "100", "--to", "300"],
            "ticks 100 to 300, every state hash is equal",
        ),
    ] {
        let mut all = vec!["verify", "r/recording.mcap", "--quiet"];
        all.extend(args);
        let done = agora(dir.path(), &all);
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(done.status.success() && text.contains(says), "{text}");
    }
    let mut complaints = Vec::new();
    for (args, says) in [
        (
            vec!["verify", "r/recording.mcap", "--from", "1440"],
            "--from 1440: r/recording.mcap holds ticks 0 to 1439",
        ),
        (
            vec!["verify", "r", "--from", "9", "--to", "8"],
            "--to 8: allowed is 9",
        ),
        (
            vec!["verify", "nothing.mcap"],
            "nothing.mcap: is not a run folder (it has no scenario.toml) and not a recording",
        ),
        (
            vec!["replay", "r/run.json", "--headless"],
            "is not a recording",
        ),
        (
            vec!["replay", "nothing.mcap", "--headless"],
            "nothing.mcap: No such file",
        ),
    ] {
        let code = if says.contains("No such file") { 1 } else { 2 };
        complaints.extend(complaint(says, &agora(dir.path(), &args), code, &[says]));
    }
    none(complaints);
}

#[test]
fn a_recording_of_another_city_is_told_from_this_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut made = Vec::new();
    for hash in [false, true] {
        let loaded = city::busy(60, 9, "item_knn").unwrap();
        let kept = record(&loaded, 65, Detail::Metrics, None, |run| {
            // Steered behind the back of the recorder, as a program with another rule would.
            if hash && run.ticks == 40 {
                let id = AvatarId(3);
                run.sim
                    .world_mut()
                    .resource_mut::<Avatars>()
                    .get_mut(id)
                    .skill += 1.0;
            }
            Ok(())
        });
        made.push(kept.unwrap().bytes);
    }
    for (bytes, code, says) in [
        (&made[0], 0, ""),
        (
            &made[1],
            1,
            "differs first at tick 40 (day 0 00:40) in avatars",
        ),
    ] {
        let path = dir.path().join("x.mcap");
        fs::write(&path, bytes).unwrap();
        let done = agora(dir.path(), &["verify", "x.mcap", "--quiet"]);
        none(complaint(says, &done, code, &[says]).into_iter().collect());
    }
}

#[test]
fn commands_are_recorded_and_applied_again() {
    let dir = tempfile::tempdir().unwrap();
    let loaded = city::busy(60, 5, "item_knn").unwrap();
    let kept = record(&loaded, 90, Detail::Demo, None, |run| {
        if run.ticks == 30 {
            run.command(Command::TakeOver {
                avatar: AvatarId(2),
            })?;
        }
        Ok(())
    })
    .unwrap();
    fs::write(dir.path().join("x.mcap"), &kept.bytes).unwrap();
    let done = agora(dir.path(), &["verify", "x.mcap", "--quiet"]);
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        text.contains("90 ticks, every state hash is equal"),
        "{text}"
    );
    assert!(text.contains("1 commands were applied again"), "{text}");
}

#[test]
fn a_killed_run_leaves_a_recording_of_every_hour_that_was_over() {
    let dir = tempfile::tempdir().unwrap();
    let mut args = vec![
        "run",
        "quickstart",
        "--quiet",
        "--days",
        "300",
        "--out",
        "r",
        "--record",
    ];
    args.extend(TINY);
    let mut child = command(dir.path(), &args).spawn().unwrap();
    let path = dir.path().join("r").join(NAME);
    let mut waited = 0;
    while fs::metadata(&path).map_or(0, |m| m.len()) < 60_000 && waited < 3_000 {
        std::thread::yield_now();
        std::thread::park_timeout(std::time::Duration::from_millis(10));
        waited += 1;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let mut recording = Recording::open(&path).unwrap();
    assert!(recording.damage().is_some());
    assert!(recording.ticks().end >= 120 && recording.ticks().end.is_multiple_of(60));
    recording.check().unwrap();
    let shown = agora(dir.path(), &["replay", "r", "--headless"]);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(
        shown.status.success() && text.contains("its end was not recorded"),
        "{text}"
    );
    let done = agora(
        dir.path(),
        &["verify", "r/recording.mcap", "--quiet", "--to", "119"],
    );
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
}

#[test]
fn captions_are_read_when_a_run_is_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let text = "title = \"T\"\n[[caption]]\nat = \"day 0 01:00\"\ntitle = \"One\"\ntext = \"x\"\nlook = \"space 1\"\n";
    fs::write(dir.path().join("c.toml"), text).unwrap();
    recorded(dir.path(), &["--captions", "c.toml"]);
    let recording = Recording::open(&dir.path().join("r").join(NAME)).unwrap();
    assert_eq!(recording.tour().unwrap().captions[0].title, "One");
    fs::write(dir.path().join("d.toml"), text.replace("01:00", "25:00")).unwrap();
    let done = agora(
        dir.path(),
        &[
            "run",
            "quickstart",
            "--record",
            "--captions",
            "d.toml",
            "--out",
            "s",
        ],
    );
    let says = "d.toml: caption 1: at = \"day 0 25:00\": allowed is";
    none(
        complaint("captions", &done, 2, &[says])
            .into_iter()
            .collect(),
    );
    assert!(!dir.path().join("s").exists());
    let done = agora(dir.path(), &["run", "quickstart", "--captions", "c.toml"]);
    assert_eq!(done.status.code(), Some(2));
}

#[test]
fn the_layout_in_the_documents_is_that_of_the_source() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/recording.md");
    let text = fs::read_to_string(path).unwrap_or_default();
    let fresh = layout_markdown();
    let (begin, end) = ("<!-- layout -->\n", "<!-- end of layout -->");
    let found = text.split(begin).nth(1).and_then(|t| t.split(end).next());
    if found != Some(fresh.as_str()) {
        let new = std::env::temp_dir().join("agora-recording-layout.md");
        fs::write(&new, &fresh).unwrap();
        panic!(
            "docs/recording.md is out of date; the current layout is in {}",
            new.display()
        );
    }
}

#[test]
fn a_recording_can_begin_in_the_middle_of_a_run() {
    use agora::scenario::run::progress::Run;
    use agora::scenario::run::recording::Wanted;
    let loaded = city::busy(60, 4, "item_knn").unwrap();
    let mut run = Run::begin(&loaded, 1, None).unwrap();
    let file = roundtrip::Memory::default();
    let mut hashes = Vec::new();
    for tick in 0..150 {
        if tick == 30 {
            let avatar = AvatarId(2);
            run.command(Command::TakeOver { avatar }).unwrap();
        }
        if tick == 75 {
            let wanted = Wanted {
                detail: Detail::Demo,
                ..Wanted::default()
            };
            run.record(&wanted, &file).unwrap();
        }
        run.step().unwrap();
        hashes.push(run.sim.state_hash());
    }
    run.leave(String::new(), 1.0).unwrap();
    let mut recording = open(file.bytes()).unwrap();
    assert_eq!(recording.ticks(), 75..150);
    let told: Vec<u32> = recording.commands().iter().map(|c| c.0).collect();
    assert_eq!(told, [30]);
    assert_eq!(recording.at(100).unwrap().link.total, hashes[100]);
    assert!(recording.at(74).is_err());
}
