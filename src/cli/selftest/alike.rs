//! Compares recordings: equal to the byte, but for what the summary at the end says of the machine.

use std::path::Path;

use mcap::Summary;
use serde_json::Value;

/// What `run.json`, and with it the summary of a recording, says of the machine.
const OF_THE_MACHINE: [&str; 3] = [
    "wall_seconds",
    "active_avatar_ticks_per_second",
    "peak_rss_bytes",
];

/// Reads what the text of a `run.json` says of the run and not of the machine.
pub(super) fn of_the_run(json: &[u8]) -> Option<Value> {
    let mut summary: Value = serde_json::from_slice(json).ok()?;
    let fields = summary.as_object_mut()?;
    for name in OF_THE_MACHINE {
        fields.remove(name)?;
    }
    Some(summary)
}

/// A message: its topic, its number, its time, and what it says.
type Said = (String, u32, u64, Vec<u8>);

/// Compares two finished recordings; of a fork it does not matter that it names its parent.
///
/// # Errors
/// What differs, or why a file cannot be read.
pub(super) fn recordings(a: &Path, b: &Path) -> Result<(), String> {
    let read = |path: &Path| std::fs::read(path).map_err(|e| e.to_string());
    let (a, b) = (read(a)?, read(b)?);
    let ((before_a, end_a), (before_b, end_b)) = (ending(&a)?, ending(&b)?);
    let pairs = before_a.iter().zip(before_b);
    let same = pairs.take_while(|(a, b)| a == b).count();
    if same < before_a.len() || same < before_b.len() {
        return Err(format!(
            "differs at byte {same} of {} and {} before its end",
            before_a.len(),
            before_b.len()
        ));
    }
    let topics = |end: &[Said]| -> Vec<String> { end.iter().map(|m| m.0.clone()).collect() };
    if topics(&end_a) != topics(&end_b) {
        let (a, b) = (topics(&end_a).join(", "), topics(&end_b).join(", "));
        return Err(format!("ends with {a}, not with {b}"));
    }
    match end_a.iter().zip(&end_b).find(|(a, b)| a != b) {
        Some((said, _)) => Err(format!("another {} at its end", said.0)),
        None => Ok(()),
    }
}

/// Takes a recording apart into all before its last chunk, and the messages of that, without what the summary says of the machine.
fn ending(bytes: &[u8]) -> Result<(&[u8], Vec<Said>), String> {
    let failed = |e: mcap::McapError| e.to_string();
    let index = Summary::read(bytes).map_err(failed)?;
    let index = index.ok_or("it has no index")?;
    let chunks = index.chunk_indexes.iter();
    let last = chunks.max_by_key(|c| c.chunk_start_offset);
    let last = last.ok_or("it has no chunk")?;
    let mut said = Vec::new();
    for message in index.stream_chunk(bytes, last).map_err(failed)? {
        let message = message.map_err(failed)?;
        let topic = message.channel.topic.clone();
        let mut data = message.data.to_vec();
        if topic == "/summary" {
            let mut summary = of_the_run(&data).ok_or("its summary is not one")?;
            if let Some(fields) = summary.as_object_mut() {
                fields.remove("parent");
            }
            data = summary.to_string().into_bytes();
        }
        said.push((topic, message.sequence, message.log_time, data));
    }
    let before = usize::try_from(last.chunk_start_offset).ok();
    let before = before.and_then(|n| bytes.get(..n));
    Ok((before.ok_or("its index leads out of it")?, said))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::cli::selftest::city;
    use crate::cli::selftest::resumes::differences;
    use crate::events::log::writer::Disk;
    use crate::lab::recording::{Caption, Detail, Look, NAME, Recording, Tour};
    use crate::scenario::error::Place;
    use crate::scenario::load::Loaded;
    use crate::scenario::run::checkpoints::Plan;
    use crate::scenario::run::fork::{Branch, fork};
    use crate::scenario::run::progress::Run;
    use crate::scenario::run::recording::RecordingPlan;
    use crate::scenario::run::resume::resume;
    use crate::scenario::steer::order::{Command, Order};
    use crate::sim::units::TICKS_PER_DAY;

    fn plan(detail: Detail) -> Plan {
        let caption = Caption {
            tick: 60,
            title: "One".to_owned(),
            text: "\"It\" is\nthe first.".to_owned(),
            look: Look::City,
            speed: Some(0.1 + 0.2),
            zoom: None,
        };
        let tour = Tour {
            title: "A tour".to_owned(),
            text: String::new(),
            captions: vec![caption],
        };
        Plan {
            every_days: 1,
            leaves_all: false,
            command: "agora run it".to_owned(),
            parent: None,
            recording: Some(RecordingPlan {
                detail,
                tour: Some(tour),
            }),
        }
    }

    fn orders() -> Vec<Order> {
        [(700, 0.9), (TICKS_PER_DAY, 0.3), (3_000, 0.125)]
            .into_iter()
            .map(|(tick, load)| Order {
                tick,
                command: Command::SetPolicy {
                    key: "platform.ads.load".to_owned(),
                    value: load.into(),
                },
            })
            .collect()
    }

    fn city_of(seed: u64) -> Loaded {
        city::small(25, 3, seed, "item_knn").unwrap()
    }

    /// Begins a run that is kept every day, recorded and steered.
    fn begin(out: &Path, loaded: &Loaded, detail: Detail, orders: Vec<Order>) -> Run {
        let plan = plan(detail);
        plan.prepare(out, false, &loaded.scenario, &orders).unwrap();
        let mut run = Run::begin(loaded, 1, Some((out, Box::new(Disk)))).unwrap();
        let wanted = plan.recording.as_ref().unwrap().wanted(out);
        run.record(&wanted, &Disk).unwrap();
        run.queue(orders.into_iter().map(|o| (o, Place::Command)));
        run.keep_as(plan);
        run
    }

    fn live_to(run: &mut Run, tick: u32) {
        while run.ticks < tick {
            run.step().unwrap();
        }
    }

    fn end(mut run: Run) {
        let asked = run.asked_ticks();
        live_to(&mut run, asked);
        run.leave("agora run it".to_owned(), 1.0).unwrap();
    }

    fn copy_folder(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let to = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy_folder(&entry.path(), &to);
            } else {
                fs::copy(entry.path(), to).unwrap();
            }
        }
    }

    /// How a run is stopped.
    #[derive(Clone, Copy)]
    enum Stop {
        /// What was not written is lost.
        Kill,
        /// As by an error: what is under way is closed.
        Drop,
        /// As by Ctrl-C: what came of it so far is there.
        Leave,
    }

    #[test]
    fn a_recording_goes_on_with_its_run_at_every_level_and_ends_as_that_of_a_run_never_stopped() {
        let dir = tempfile::tempdir().unwrap();
        let loaded = city_of(5);
        for detail in Detail::ALL {
            let at = |name: &str| dir.path().join(format!("{name}-{}", detail.word()));
            let (whole, cut) = (at("whole"), at("cut"));
            end(begin(&whole, &loaded, detail, orders()));
            let mut run = begin(&cut, &loaded, detail, orders());
            for (stop, tick, from) in [
                (Stop::Kill, 30, 0),
                (Stop::Kill, 1_439, 0),
                (Stop::Kill, 1_440, 1_440),
                (Stop::Kill, 1_560, 1_440),
                (Stop::Leave, 2_880, 2_880),
                (Stop::Leave, 2_917, 2_880),
                (Stop::Drop, 3_010, 2_880),
                (Stop::Kill, 4_319, 2_880),
                (Stop::Kill, 4_320, 4_320),
            ] {
                live_to(&mut run, tick);
                let path = cut.join(NAME);
                let so_far = fs::read(&path).unwrap();
                match stop {
                    Stop::Kill => {
                        drop(run);
                        fs::write(&path, so_far).unwrap();
                    }
                    Stop::Drop => drop(run),
                    Stop::Leave => {
                        run.leave("agora run it".to_owned(), 1.0).unwrap();
                    }
                }
                let going = resume(&cut, 1).unwrap().unwrap();
                let notes = going.notes.join("\n");
                assert!(!notes.contains(NAME), "{detail:?}, {tick}: {notes}");
                run = going.run;
                assert_eq!(run.ticks, from, "{detail:?}, {tick}");
            }
            end(run);
            let (files, amiss) = differences(&cut, &whole);
            assert!(amiss.is_empty() && files > 10, "{detail:?}: {amiss:?}");
            let recording = Recording::open(&cut.join(NAME)).unwrap();
            assert_eq!(recording.damage(), None);
            assert_eq!(recording.commands().len(), 3);
            assert_eq!(
                recording.tour(),
                plan(detail).recording.unwrap().tour.as_ref()
            );
            assert!(!cut.join("recording.mcap.tmp").exists());
        }
    }

    /// Returns where the first chunk begins whose messages are all of a tick, or later.
    fn chunk_from(bytes: &[u8], tick: u32) -> usize {
        let index = Summary::read(bytes).unwrap().unwrap();
        let time = u64::from(tick) * 60_000_000_000;
        let mut chunks = index.chunk_indexes.iter();
        let chunk = chunks.find(|c| c.message_start_time >= time).unwrap();
        usize::try_from(chunk.chunk_start_offset).unwrap()
    }

    #[test]
    fn a_recording_that_was_cut_goes_on_from_an_older_checkpoint_or_is_put_aside() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        end(begin(&at("whole"), &city_of(5), Detail::Demo, orders()));
        let whole = fs::read(at("whole").join(NAME)).unwrap();
        let to = |tick| Some(chunk_from(&whole, tick));
        for (name, left, from, says, is_recorded) in [
            (
                "at the end of a day",
                to(2_880),
                2_880,
                "goes on from an older one",
                true,
            ),
            (
                "later",
                to(3_000).map(|n| n + 70),
                2_880,
                "goes on from an older one",
                true,
            ),
            (
                "without its last index",
                Some(whole.len() - 30),
                4_320,
                "",
                true,
            ),
            // What stands behind the last hour of the day is missing.
            (
                "before that",
                to(2_879),
                4_320,
                "recording-stopped.mcap; agora run it --record=demo",
                false,
            ),
            (
                "earlier",
                to(1_000),
                4_320,
                "what there is of its recording is now called",
                false,
            ),
            ("to nothing", Some(0), 4_320, "is not a recording", false),
            ("gone", None, 4_320, "is not there", false),
        ] {
            let run = at(name);
            copy_folder(&at("whole"), &run);
            fs::remove_file(run.join("run.json")).unwrap();
            let file = run.join(NAME);
            match left {
                Some(n) => fs::write(&file, &whole[..n]).unwrap(),
                None => fs::remove_file(&file).unwrap(),
            }
            let going = resume(&run, 1).unwrap().unwrap();
            let notes = going.notes.join("\n");
            assert_eq!(going.run.ticks, from, "{name}: {notes}");
            assert!(
                notes.contains(says) && notes.is_empty() == says.is_empty(),
                "{name}: {notes}"
            );
            end(going.run);
            let (_, amiss) = differences(&run, &at("whole"));
            if is_recorded {
                assert!(amiss.is_empty(), "{name}: {amiss:?}");
            } else {
                assert_eq!(amiss, [format!("{NAME} is missing")], "{name}");
            }
        }
    }

    #[test]
    fn the_recording_of_another_run_is_refused_and_left_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let mut run = begin(&at("run"), &city_of(5), Detail::Metrics, orders());
        live_to(&mut run, 1_500);
        drop(run);
        let others = [
            (5, Detail::Full, orders(), "its level is full, here metrics"),
            (6, Detail::Metrics, orders(), "the hash of its scenario is "),
            (5, Detail::Metrics, Vec::new(), "the state hash of tick "),
        ];
        for (i, (seed, detail, orders, says)) in others.into_iter().enumerate() {
            let other = at(&format!("other-{i}"));
            let mut run = begin(&other, &city_of(seed), detail, orders);
            live_to(&mut run, 1_500);
            drop(run);
            let file = at("run").join(NAME);
            fs::copy(other.join(NAME), &file).unwrap();
            let before = fs::read(&file).unwrap();
            let Err(e) = resume(&at("run"), 1) else {
                panic!("it went on: {says}");
            };
            let text = e.to_string();
            assert!(e.is_usage() && text.contains(says), "{text}");
            assert!(
                text.contains("recording.mcap: is not the recording of this run"),
                "{text}"
            );
            assert_eq!(fs::read(&file).unwrap(), before);
            assert!(!at("run").join("recording.mcap.tmp").exists());
        }
        // Put elsewhere, it keeps nobody from going on.
        fs::remove_file(at("run").join(NAME)).unwrap();
        assert_eq!(resume(&at("run"), 1).unwrap().unwrap().run.ticks, 1_440);
    }

    #[test]
    fn a_fork_takes_what_it_has_in_common_from_the_recording_of_its_parent() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        end(begin(&at("parent"), &city_of(5), Detail::Demo, orders()));
        for (name, detail, from, sets) in [
            ("same", Detail::Demo, 2_880, Vec::new()),
            (
                "changed",
                Detail::Demo,
                2_880,
                vec!["ads.load=0.7".to_owned()],
            ),
            ("in full", Detail::Full, 0, Vec::new()),
        ] {
            let out = at(name);
            let mut forked = fork(&Branch {
                parent: &at("parent"),
                at: 2_900,
                sets: &sets,
                out: &out,
                force: false,
                plan: plan(detail),
                threads: 1,
            })
            .unwrap();
            assert_eq!(forked.run.ticks, from, "{name}");
            let says = "the fork is lived from the beginning";
            let notes = forked.notes.join("\n");
            assert_eq!(notes.contains(says), from == 0, "{name}: {notes}");
            forked.catch_up(|_| ()).unwrap();
            end(forked.run);
            let alike = recordings(&out.join(NAME), &at("parent").join(NAME));
            assert_eq!(alike.is_ok(), name == "same", "{name}: {alike:?}");
            let mut recording = Recording::open(&out.join(NAME)).unwrap();
            assert_eq!(recording.damage(), None, "{name}");
            assert_eq!(recording.ticks(), 0..4_320, "{name}");
            assert_eq!(recording.commands().len(), 3 + sets.len(), "{name}");
            recording.check().unwrap();
        }
    }
}
