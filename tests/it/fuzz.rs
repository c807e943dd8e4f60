//! Brave readers in a small dose: whatever the bytes, an answer or an error, never a panic.

use std::fs;
use std::path::Path;

use agora::cli::selftest::texts;
use agora::events::log::reader::{count_rows, read_events};
use agora::scenario::chain;
use agora::scenario::load::{Overrides, load};
use agora::sim::checkpoint::read::parse;
use agora::sim::checkpoint::state::{Beside, keep};
use agora::sim::schedule::{SimAppExt, Simulation};
use bevy::ecs::prelude::Resource;
use proptest::prelude::*;

use crate::binary::run_tiny;

/// Loads a text as a scenario file.
fn load_text(dir: &Path, bytes: &[u8]) {
    let path = dir.join("fuzzed.toml");
    fs::write(&path, bytes).unwrap();
    match load(&path.display().to_string(), &Overrides::default()) {
        Ok(loaded) => {
            // What was accepted resolves to something that is accepted.
            fs::write(&path, loaded.scenario.to_toml()).unwrap();
            let again = load(&path.display().to_string(), &Overrides::default()).unwrap();
            assert_eq!(again.scenario.hash(), loaded.scenario.hash());
        }
        Err(e) => {
            let text = e.to_string();
            assert!(!text.is_empty() && !text.contains('\n'), "{text:?}");
        }
    }
}

/// Cases of a test that finds more the longer it runs; `AGORA_FUZZ` multiplies them.
fn dose(cases: u32) -> u32 {
    let factor = std::env::var("AGORA_FUZZ")
        .ok()
        .and_then(|f| f.parse().ok());
    cases.saturating_mul(factor.unwrap_or(1))
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

#[test]
fn prop_random_bytes_are_no_scenario_and_no_panic() {
    let dir = tempfile::tempdir().unwrap();
    proptest!(config(dose(1_200)), |(bytes in prop::collection::vec(any::<u8>(), 0..400))| {
        load_text(dir.path(), &bytes);
    });
}

#[test]
fn texts_from_noise_to_a_damaged_scenario_are_answered() {
    let shown = texts::read(dose(3_200), 1).unwrap();
    assert!(shown.violations.is_empty(), "{}", shown.line());
    assert!(shown.accepted > 0, "damage never leaves a valid scenario");
}

fn numbered(line: impl Fn(u32) -> String) -> String {
    (0..20_000).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn texts_built_to_exhaust_a_parser_are_answered() {
    let dir = tempfile::tempdir().unwrap();
    for text in [
        format!("a = {}", "[".repeat(200_000)),
        format!("a = {}", "{a = ".repeat(100_000)),
        format!("{}a = 1", "a.".repeat(200_000)),
        format!("[{}a]\n", "a.".repeat(200_000)),
        "[[a]]\n".repeat(50_000),
        "\"".repeat(300_000),
        format!("days = {}", "9".repeat(500_000)),
        numbered(|i| format!("k{i} = {i}")),
        numbered(|i| format!("[arms.k{i}]\ndays = 1")),
    ] {
        load_text(dir.path(), text.as_bytes());
    }
}

/// A damaged copy of some bytes.
fn damaged(whole: &[u8]) -> impl Strategy<Value = Vec<u8>> + use<> {
    let whole = whole.to_vec();
    let n = whole.len();
    let cut = prop_oneof![3 => Just(n), 1 => 0..n];
    let changes = prop::collection::vec((0..n, any::<u8>()), 0..6);
    // The end of a Parquet file says where everything is.
    let at_the_end = prop::collection::vec((n.saturating_sub(600)..n, any::<u8>()), 0..3);
    (cut, changes, at_the_end).prop_map(move |(cut, changes, at_the_end)| {
        let mut bytes = whole.clone();
        for (at, byte) in changes.into_iter().chain(at_the_end) {
            bytes[at] = byte;
        }
        bytes.truncate(cut);
        bytes
    })
}

#[test]
fn prop_damaged_chains_and_logs_are_answered() {
    let dir = tempfile::tempdir().unwrap();
    assert!(run_tiny(dir.path(), "1", "run").status.success());
    let path = dir.path().join("damaged");
    let chain = fs::read(dir.path().join("run/hashes.bin")).unwrap();
    proptest!(config(dose(300)), |(bytes in damaged(&chain[..3_000]))| {
        fs::write(&path, &bytes).unwrap();
        if let Ok(read) = chain::read(&path) {
            assert!(read.links.len() * 8 <= bytes.len());
        }
    });
    for table in ["events", "offers"] {
        let table = dir
            .path()
            .join(format!("run/events/day=000/{table}.parquet"));
        let whole = fs::read(table).unwrap();
        proptest!(config(dose(1_500)), |(bytes in damaged(&whole))| {
            fs::write(&path, &bytes).unwrap();
            let _rows = count_rows(&path).is_ok();
            let _events = read_events(&path).is_ok();
        });
    }
}

/// Gives a damaged checkpoint right checksums wherever it still has its form, so that what lies behind them is reached.
fn mended(mut bytes: Vec<u8>) -> Vec<u8> {
    let number = |bytes: &[u8], at: usize, n: usize| -> Option<usize> {
        let mut read = bytes.get(at..at + n)?.iter().rev();
        read.try_fold(0usize, |sum, b| {
            sum.checked_mul(256)?.checked_add(usize::from(*b))
        })
    };
    let sum = |bytes: &mut [u8], from: usize, to: usize, at: usize| {
        let crc = crc32fast::hash(&bytes[from..to]).to_le_bytes();
        bytes[at..at + 4].copy_from_slice(&crc);
    };
    let n = bytes.len();
    let Some(header) = number(&bytes, 10, 4).and_then(|h| h.checked_add(14)) else {
        return bytes;
    };
    if n < 12 || header + 16 > n {
        return bytes;
    }
    sum(&mut bytes, 0, header, header);
    let mut at = header + 4;
    while let Some(begin) = number(&bytes, at, 2).map(|name| at + 2 + name + 20)
        && let Some(packed) = number(&bytes, begin.saturating_sub(12), 8)
        && let Some(end) = begin.checked_add(packed).filter(|end| *end <= n - 12)
    {
        sum(&mut bytes, begin, end, begin - 4);
        at = end;
    }
    bytes[n - 12..n - 4].copy_from_slice(&(n as u64).to_le_bytes());
    sum(&mut bytes, 0, n - 4, n - 4);
    bytes
}

/// Reads a checkpoint and all its parts; returns how many there are.
fn read_checkpoint(bytes: Vec<u8>) -> Option<usize> {
    let found = parse(Path::new("x"), bytes);
    let read = found.and_then(|from| {
        for part in &from.header.parts {
            from.part(part)?;
        }
        Ok(from.header.parts.len())
    });
    match read {
        Ok(n) => Some(n),
        Err(e) => {
            let text = e.to_string();
            assert!(text.starts_with("x: ") && !text.contains('\n'), "{text:?}");
            None
        }
    }
}

#[test]
fn prop_damaged_checkpoints_are_answered_with_and_without_right_checksums() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.agora");
    let mut app = Simulation::new_app(7);
    app.insert_observed("noise", "a test's", Noise((0..2_000).collect()));
    let mut sim = Simulation::start(app).unwrap();
    let beside = Beside {
        scenario: "x",
        scenario_hash: 1,
        chained: 2,
        own: ("run", b"own"),
    };
    keep(&mut sim, &path, &beside).unwrap();
    let whole = fs::read(&path).unwrap();
    assert_eq!(read_checkpoint(mended(whole.clone())), Some(4));
    assert_eq!(mended(whole.clone()), whole);
    let read = std::cell::Cell::new(0);
    proptest!(config(dose(3_000)), |(bytes in damaged(&whole), mends in any::<bool>())| {
        let is_whole = bytes == whole;
        let bytes = if mends { mended(bytes) } else { bytes };
        let found = read_checkpoint(bytes);
        prop_assert!(mends || is_whole || found.is_none());
        read.set(read.get() + u32::from(found.is_some()));
    });
    assert!(read.get() > 0, "no damaged checkpoint was ever mended");
    proptest!(config(dose(1_000)), |(noise in prop::collection::vec(any::<u8>(), 0..300))| {
        let mut bytes = whole[..10].to_vec();
        bytes.extend(noise);
        prop_assert!(read_checkpoint(mended(bytes)).is_none());
    });
}

#[derive(Resource, serde::Serialize, serde::Deserialize)]
struct Noise(Vec<u32>);
