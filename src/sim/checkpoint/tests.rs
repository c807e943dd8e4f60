use std::path::{Path, PathBuf};

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::CheckpointError;
use super::format::{MAGIC, VERSION};
use super::read::{Checkpoint, parse, read};
use super::state::{Beside, IN_MEMORY, keep, pack, restore};
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::schedule::{SimAppExt, SimSystems, SimTick, Simulation};
use crate::sim::state_hash::{RowHash, StateHash, StateHasher, Table};

#[derive(Serialize, Deserialize)]
struct Row(u64, f32);
impl RowHash for Row {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u64(self.0);
        h.f32(self.1);
    }
}

#[derive(Resource, Default, Serialize, Deserialize)]
struct Rows(Table<Row>);
impl StateHash for Rows {
    fn digest(&mut self) -> u64 {
        self.0.digest()
    }
}

#[derive(Resource, Default, Serialize, Deserialize)]
struct Notes(Vec<String>);

fn live(mut rows: ResMut<Rows>, mut notes: ResMut<Notes>) {
    let n = rows.0.len() as u64;
    rows.0.push(Row(n * n, n as f32 / 7.0));
    if n > 0 {
        rows.0.row_mut((n / 2) as usize).0 += 1;
    }
    notes.0.push(format!("row {n}"));
}

fn world(seed: u64) -> Simulation {
    let mut app = Simulation::new_app(seed);
    app.insert_state("rows", Rows::default()).insert_observed(
        "notes",
        "nobody reads them",
        Notes::default(),
    );
    app.add_systems(SimTick, live.in_set(SimSystems::Choose));
    Simulation::start(app).unwrap()
}

const BESIDE: Beside<'static> = Beside {
    scenario: "a test",
    scenario_hash: 17,
    chained: 18,
    own: ("run", b"whatever a run wants to keep"),
};

/// Keeps a world of some ticks; returns the world and where it was kept.
fn kept(folder: &Path, ticks: u32) -> (Simulation, PathBuf) {
    let mut sim = world(3);
    for _ in 0..ticks {
        sim.step();
    }
    let path = folder.join("x.agora");
    keep(&mut sim, &path, &BESIDE).unwrap();
    (sim, path)
}

#[test]
fn a_world_goes_on_from_its_checkpoint_as_if_it_had_not_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (mut whole, path) = kept(folder.path(), 40);
    let from = read(&path).unwrap();
    assert_eq!((from.header.tick, from.header.seed), (40, 3));
    assert_eq!(from.header.parts, ["clock", "seed", "rows", "notes", "run"]);
    assert_eq!(from.part("run").unwrap(), BESIDE.own.1);
    let mut again = world(3);
    restore(&mut again, &from, 17, "run").unwrap();
    for _ in 0..30 {
        whole.step();
        again.step();
        assert_eq!(whole.state_hash(), again.state_hash());
    }
    assert_eq!(
        whole.world().resource::<Notes>().0,
        again.world().resource::<Notes>().0
    );
    // The same world gives the same bytes.
    let bytes = std::fs::read(&path).unwrap();
    kept(folder.path(), 40);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_scenario_of_any_name_is_kept_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.agora");
    let beside = Beside {
        scenario: "two\nlines and a\ttab",
        ..BESIDE
    };
    keep(&mut world(3), &path, &beside).unwrap();
    assert_eq!(read(&path).unwrap().header.scenario, beside.scenario);
}

#[test]
fn a_checkpoint_of_another_world_is_refused_by_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    let (_, path) = kept(folder.path(), 4);
    let from = read(&path).unwrap();
    let refuse = |seed: u64, scenario_hash: u64, own: &str, from: &Checkpoint| {
        restore(&mut world(seed), from, scenario_hash, own)
            .unwrap_err()
            .to_string()
    };
    let e = refuse(4, 17, "run", &from);
    assert!(e.ends_with("the seed is 3, that of the run is 4"), "{e}");
    let e = refuse(3, 1, "run", &from);
    assert!(
        e.contains("the hash of the scenario is 0000000000000011"),
        "{e}"
    );
    let e = refuse(3, 17, "walk", &from);
    assert!(e.ends_with("part 5: found run, expected walk"), "{e}");
    let mut newer = from.clone();
    newer.header.state_version += 1;
    newer.header.agora_version = "9.9.9".to_owned();
    let e = refuse(3, 17, "run", &newer);
    assert!(e.contains("written by agora 9.9.9"), "{e}");
    let mut other = from;
    other.header.state = "0123456789abcdef".to_owned();
    other.header.components[2].1 = "0123456789abcdef".to_owned();
    let e = refuse(3, 17, "run", &other);
    assert!(
        e.ends_with("0123456789abcdef was written; rows differ"),
        "{e}"
    );
}

/// Reads bytes and everything in them.
fn whole(bytes: Vec<u8>) -> Result<(), CheckpointError> {
    let from = parse(Path::new("x.agora"), bytes)?;
    for name in &from.header.parts {
        from.part(name)?;
    }
    Ok(())
}

#[test]
fn every_flipped_bit_and_every_missing_byte_is_an_error_that_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (_, path) = kept(folder.path(), 12);
    let bytes = std::fs::read(&path).unwrap();
    whole(bytes.clone()).unwrap();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        let e = whole(damaged).unwrap_err().to_string();
        assert!(e.starts_with("x.agora: "), "byte {at}: {e}");
        let e = whole(bytes[..at].to_vec()).unwrap_err().to_string();
        assert!(e.starts_with("x.agora: "), "cut at {at}: {e}");
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(whole(longer).is_err());
}

#[test]
fn noise_and_lies_about_lengths_are_errors() {
    let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
    for n in 0..400 {
        let mut bytes: Vec<u8> = (0..n).map(|_| rng.below(256) as u8).collect();
        assert!(whole(bytes.clone()).is_err());
        // Behind a beginning that looks right.
        let mut begun = MAGIC.to_vec();
        begun.extend_from_slice(&VERSION.to_le_bytes());
        begun.append(&mut bytes);
        assert!(whole(begun).is_err());
    }
    let mut newer = MAGIC.to_vec();
    newer.extend_from_slice(&(VERSION + 1).to_le_bytes());
    let e = whole(newer).unwrap_err().to_string();
    assert!(e.contains("a newer one is needed"), "{e}");
    // A header that promises gigabytes.
    let mut long = MAGIC.to_vec();
    long.extend_from_slice(&VERSION.to_le_bytes());
    long.extend_from_slice(&u32::MAX.to_le_bytes());
    let e = whole(long).unwrap_err().to_string();
    assert!(e.contains("a header of 4294967295 bytes"), "{e}");
}

/// The beginning of a checkpoint up to its parts, with right checksums, whose header names one part.
fn headed(part: &str) -> Vec<u8> {
    let header = serde_json::json!({
        "agora_version": "0", "state_version": 1, "scenario": "", "scenario_hash": "", "seed": 0, "tick": 0,
        "chained": "", "state": "", "components": [], "parts": [part],
    });
    let json = serde_json::to_vec(&header).unwrap();
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&(json.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&json);
    let crc = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&crc.to_le_bytes());
    bytes
}

#[test]
fn a_header_whose_texts_break_lines_is_refused_in_one() {
    let e = whole(headed("r\n")).unwrap_err().to_string();
    assert_eq!(
        e,
        "x.agora: is damaged: its header: \"r\\n\" has characters that are no text"
    );
}

#[test]
fn what_unpacks_to_more_than_was_packed_is_refused() {
    // A part that says it holds ten bytes and unpacks to a megabyte; all its checksums are right.
    let packed = zstd::bulk::compress(&vec![0; 1 << 20], 3).unwrap();
    let file = |raw: u64| {
        let mut bytes = headed("bomb");
        bytes.extend_from_slice(&4u16.to_le_bytes());
        bytes.extend_from_slice(b"bomb");
        bytes.extend_from_slice(&raw.to_le_bytes());
        bytes.extend_from_slice(&(packed.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&crc32fast::hash(&packed).to_le_bytes());
        bytes.extend_from_slice(&packed);
        let length = bytes.len() as u64 + 12;
        bytes.extend_from_slice(&length.to_le_bytes());
        let crc = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&crc.to_le_bytes());
        bytes
    };
    whole(file(1 << 20)).unwrap();
    let e = whole(file(10)).unwrap_err().to_string();
    assert!(
        e.contains("part bomb: it unpacks to 11 bytes or more, 10 were packed"),
        "{e}"
    );
    let e = whole(file((1 << 20) + 1)).unwrap_err().to_string();
    assert!(e.contains("1048577 were packed"), "{e}");
    let e = whole(file(1 << 60)).unwrap_err().to_string();
    assert!(e.contains("bytes cannot hold"), "{e}");
}

#[test]
fn what_is_packed_in_memory_is_what_is_written_into_a_file_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.agora");
    let mut sim = world(3);
    for _ in 0..7 {
        sim.step();
    }
    let before = sim.state_hash();
    let packed = pack(&mut sim, &BESIDE).unwrap();
    assert_eq!(sim.state_hash(), before);
    keep(&mut sim, &path, &BESIDE).unwrap();
    assert_eq!(packed, std::fs::read(&path).unwrap());
    let read = parse(Path::new(IN_MEMORY), packed).unwrap();
    let mut again = world(3);
    restore(&mut again, &read, 17, "run").unwrap();
    for _ in 0..5 {
        sim.step();
        again.step();
        assert_eq!(sim.state_hash(), again.state_hash());
    }
}
