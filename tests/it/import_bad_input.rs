//! What `agora import` says to input it cannot use: exit code 2, one line that names the place, nothing written.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use agora::scenario::import::columns::ColumnMap;
use agora::scenario::import::source::{Reading, read};
use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;

/// A folder of a test, and the command in it.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    fn import(&self, path: &Path, more: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_agora"))
            .arg("import")
            .arg(path)
            .arg("--out")
            .arg(self.folder.path().join("world"))
            .args(more)
            .output()
            .unwrap()
    }

    /// Imports, expects exit code 2 with one line that holds all of `words`, and that nothing was written.
    fn refused(&self, path: &Path, more: &[&str], words: &[&str]) {
        let out = self.import(path, more);
        let said = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(2), "{said}");
        assert!(!said.contains("panicked"), "{said}");
        for word in words {
            assert!(said.contains(word), "{word:?} is not in: {said}");
        }
        assert!(!self.folder.path().join("world/import.json").exists());
        let left = fs::read_dir(self.folder.path()).unwrap();
        let names = left.map(|e| e.unwrap().file_name().into_string().unwrap());
        assert!(names.into_iter().all(|n| !n.starts_with('.')), "{said}");
    }
}

const HEADER: &str = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n";

/// A log of 6 people who met 6 items each.
fn rows() -> String {
    let mut text = String::new();
    for u in 1..=6 {
        for c in 1..=6 {
            writeln!(text, "{u}\t{c}\t{}\t{}", 1 + (u + c) % 5, 100 * u + c).unwrap();
        }
    }
    text
}

fn inter(more: &str) -> String {
    format!("{HEADER}{}{more}", rows())
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let b = Bench::new();
    b.refused(
        Path::new("/nowhere/at.inter"),
        &[],
        &["/nowhere/at.inter", "No such file"],
    );
}

#[test]
fn folders_without_or_with_many_logs_are_refused() {
    let b = Bench::new();
    b.put("data/readme.txt", "nothing");
    let data = b.folder.path().join("data");
    b.refused(&data, &[], &["no .inter file"]);
    b.put("data/a.inter", inter(""));
    b.put("data/b.inter", inter(""));
    b.refused(&data, &[], &["2 .inter files", "name one"]);
}

#[test]
fn a_name_that_tells_no_format_is_refused() {
    let b = Bench::new();
    let path = b.put("log.xyz", inter(""));
    b.refused(&path, &[], &["log.xyz", "--format"]);
}

#[test]
fn missing_columns_are_named_with_those_there_are() {
    let b = Bench::new();
    let path = b.put("x.inter", "user_id:token\tmovie:token\n1\t2\n");
    b.refused(
        &path,
        &[],
        &["x.inter", "item_id", "user_id, movie", "--map item=COLUMN"],
    );
    let path = b.put("x.csv", "who,what\n1,2\n");
    b.refused(
        &path,
        &["--map", "user=who,item=which"],
        &["x.csv", "\"which\"", "who, what"],
    );
}

#[test]
fn headers_that_are_none_are_refused() {
    let b = Bench::new();
    let path = b.put("x.inter", "user_id\titem_id\n1\t2\n");
    b.refused(&path, &[], &["x.inter:1", "name:type", "token_seq"]);
    let path = b.put("x.csv", "user,item,user\n1,2,3\n");
    b.refused(&path, &[], &["x.csv:1", "user", "twice"]);
    let path = b.put("y.csv", "user,,item\n1,2,3\n");
    b.refused(&path, &[], &["y.csv:1", "column 2", "no name"]);
}

#[test]
fn a_wrong_type_is_named_with_file_line_column_value_and_what_is_allowed() {
    let b = Bench::new();
    let path = b.put("x.inter", inter("7\t1\tgood\t5\n"));
    b.refused(
        &path,
        &[],
        &["x.inter:38", "rating = \"good\"", "a number from -1000000"],
    );
    let path = b.put("x.inter", inter("7\t1\t3\tyesterday\n"));
    b.refused(
        &path,
        &[],
        &["x.inter:38", "timestamp = \"yesterday\"", "finite number"],
    );
}

#[test]
fn ratings_and_times_that_are_no_numbers_or_absurd_are_refused() {
    let b = Bench::new();
    for wrong in ["NaN", "inf", "-inf", "1e300", "1e7", "0x10"] {
        let path = b.put("x.inter", inter(&format!("7\t1\t{wrong}\t5\n")));
        b.refused(&path, &[], &["x.inter:38", "rating", wrong]);
    }
    for wrong in ["NaN", "inf", "1e999"] {
        let path = b.put("x.inter", inter(&format!("7\t1\t3\t{wrong}\n")));
        b.refused(&path, &[], &["x.inter:38", "timestamp", wrong]);
    }
}

#[test]
fn rows_of_another_length_are_refused() {
    let b = Bench::new();
    let path = b.put("x.inter", inter("7\t1\t3\n"));
    b.refused(&path, &[], &["x.inter:38", "3 fields", "header has 4"]);
}

#[test]
fn absurdly_long_ids_are_refused() {
    let b = Bench::new();
    let path = b.put(
        "x.inter",
        inter(&format!("{}\t1\t3\t5\n", "u".repeat(100_000))),
    );
    b.refused(&path, &[], &["x.inter:38", "uuu...", "4096 bytes"]);
}

#[test]
fn empty_logs_are_refused() {
    let b = Bench::new();
    let path = b.put("x.inter", "");
    b.refused(&path, &[], &["x.inter", "the file is empty"]);
    let path = b.put("x.inter", HEADER);
    b.refused(&path, &[], &["x.inter", "no rows under the header"]);
    let path = b.put("x.inter", format!("{HEADER}\t1\t3\t5\n1\t\t3\t5\n"));
    b.refused(&path, &[], &["x.inter", "none of 2 rows can be used"]);
    let path = b.put("x.inter", inter(""));
    b.refused(
        &path,
        &["--min-interactions", "7"],
        &["nobody has 7", "--min-interactions"],
    );
}

#[test]
fn binary_garbage_and_other_encodings_are_refused() {
    let b = Bench::new();
    let garbage: Vec<u8> = (0..50_000u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    for name in ["x.csv", "x.inter", "x.parquet"] {
        let path = b.put(name, &garbage);
        b.refused(
            &path,
            &[],
            &[
                name,
                if name == "x.parquet" {
                    "Parquet"
                } else {
                    "not text"
                },
            ],
        );
    }
    let mut latin = inter("").into_bytes();
    latin.extend_from_slice(b"Caf\xe9\t1\t3\t5\n");
    let path = b.put("x.inter", latin);
    b.refused(&path, &[], &["x.inter:38", "field 1", "UTF-8"]);
}

#[test]
fn ids_given_twice_are_refused() {
    let b = Bench::new();
    let path = b.put("x.inter", inter(""));
    b.put(
        "x.item",
        "item_id:token\ttitle:token_seq\n1\tA\n2\tB\n1\tC\n",
    );
    b.refused(&path, &[], &["x.item:4", "\"1\"", "first in line 2"]);
    fs::remove_file(b.folder.path().join("x.item")).unwrap();
    b.put("x.user", "user_id:token\n1\n1\n");
    b.refused(&path, &[], &["x.user:3", "given twice"]);
}

#[test]
fn options_that_cannot_be_understood_are_refused() {
    let b = Bench::new();
    let path = b.put("x.inter", inter(""));
    b.refused(
        &path,
        &["--map", "who=user"],
        &["--map who=user", "meanings are user, item"],
    );
    b.refused(&path, &["--map", "user"], &["MEANING=COLUMN"]);
    b.refused(&path, &["--format", "xml"], &["xml", "recbole"]);
    b.refused(&path, &["--min-interactions", "0"], &["--min-interactions"]);
    b.refused(&path, &["--name", "../x"], &["--name", "letters"]);
}

#[test]
fn what_is_there_is_overwritten_only_if_it_is_a_world_and_if_asked_to() {
    let b = Bench::new();
    let path = b.put("x.inter", inter(""));
    let precious = b.put("world/precious.txt", "mine");
    b.refused(&path, &["--force"], &["not an imported world"]);
    assert!(precious.exists());
    fs::remove_file(precious).unwrap();
    assert_eq!(b.import(&path, &["--quiet"]).status.code(), Some(0));
    let again = b.import(&path, &[]);
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("--force"));
    let forced = b.import(&path, &["--force", "--name", "again"]);
    assert_eq!(forced.status.code(), Some(0));
    let note = fs::read_to_string(b.folder.path().join("world/import.json")).unwrap();
    assert!(note.contains("\"name\": \"again\""));
}

#[test]
fn rows_that_are_skipped_are_counted_and_named() {
    let b = Bench::new();
    let more = "\t1\t3\t5\n7\t\t3\t5\n7\t1\t\t5\n1\t1\t5\t9999\n8\t1\t2\t5\n";
    let path = b.put("x.inter", inter(more));
    let out = b.import(&path, &[]);
    let (said, told) = (
        String::from_utf8(out.stdout).unwrap(),
        String::from_utf8(out.stderr).unwrap(),
    );
    assert_eq!(out.status.code(), Some(0), "{told}");
    assert!(
        said.contains("read 6 people, 6 items and 36 interactions from 41 rows"),
        "{said}"
    );
    assert!(said.contains("next: agora run"), "{said}");
    for reason in [
        "skipped 1: rows without a person (first: ",
        "skipped 1: rows without an item",
        "skipped 1: rows without a rating",
        "skipped 1: repeated interactions",
        "skipped 1: people with fewer than 5 interactions (first: 8)",
    ] {
        assert!(told.contains(reason), "{reason} is not in {told}");
    }
}

fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// The same 36 interactions as Parquet, with people as text and items as numbers.
fn good_parquet() -> Vec<u8> {
    let pairs: Vec<(i64, i64)> = (1..=6).flat_map(|u| (1..=6).map(move |c| (u, c))).collect();
    parquet(vec![
        (
            "who",
            Arc::new(StringArray::from_iter_values(
                pairs.iter().map(|p| p.0.to_string()),
            )) as ArrayRef,
        ),
        (
            "item",
            Arc::new(Int64Array::from_iter_values(pairs.iter().map(|p| p.1))),
        ),
        (
            "rating",
            Arc::new(Float64Array::from_iter_values(
                pairs.iter().map(|p| 1.0 + ((p.0 + p.1) % 5) as f64),
            )),
        ),
        (
            "genres",
            Arc::new(StringArray::from_iter_values(
                pairs.iter().map(|p| if p.1 % 2 == 0 { "A|B" } else { "C" }),
            )),
        ),
        (
            "odd",
            Arc::new(
                pairs
                    .iter()
                    .map(|p| Some(p.0 > 2))
                    .collect::<BooleanArray>(),
            ),
        ),
    ])
}

fn mapped() -> Reading {
    Reading {
        format: None,
        map: ColumnMap::parse("user=who").unwrap(),
        min_interactions: 5,
    }
}

#[test]
fn parquet_is_read_like_any_table_and_its_mistakes_are_named() {
    let b = Bench::new();
    let path = b.put("x.parquet", good_parquet());
    let log = read(&path, &mapped(), &mut |_, _| {}).unwrap();
    assert_eq!(
        (log.users.len(), log.items.len(), log.interactions.len()),
        (6, 6, 36)
    );
    assert_eq!(log.items[1].genres, ["A", "B"]);
    b.refused(&path, &[], &["x.parquet", "user_id", "who, item, rating"]);
    b.refused(
        &path,
        &["--map", "user=who,rating=odd"],
        &["odd", "Boolean", "text, numbers"],
    );
    b.refused(
        &path,
        &["--map", "user=who,rating=genres"],
        &["x.parquet:1", "genres = \"C\"", "a number"],
    );
}

#[test]
fn a_parquet_file_cut_anywhere_or_with_a_flipped_byte_never_panics() {
    let b = Bench::new();
    let good = good_parquet();
    let path = b.put("x.parquet", &good[..good.len() - 9]);
    b.refused(
        &path,
        &["--map", "user=who"],
        &["x.parquet", "not a readable Parquet file"],
    );
    for end in (0..good.len()).step_by(7) {
        let path = b.put("cut.parquet", &good[..end]);
        assert!(
            read(&path, &mapped(), &mut |_, _| {}).is_err(),
            "cut at {end}"
        );
    }
    for at in (0..good.len()).step_by(5) {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        let path = b.put("flipped.parquet", &bad);
        // Some flips only change a value; none may do worse than an error.
        if let Err(e) = read(&path, &mapped(), &mut |_, _| {}) {
            assert!(e.is_usage(), "{e}");
        }
    }
}
