//! The commands about models: on logs they have never seen, on runs, on what is wrong.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use agora::lab::evaluation::contest::run;
use agora::lab::evaluation::split::{Part, Protocol, SplitSettings, split};
use agora::platform::models::catalog::SettingsError;
use agora::platform::models::interaction_log::{InteractionLog, Outcome};
use agora::platform::models::model::{FitReport, Model, Part as ScorePart, Person, Tensors, Watch};
use agora::platform::models::params::ModelError;
use agora::scenario::import::columns::ColumnMap;
use agora::scenario::import::source::Reading;
use agora::scenario::learning::fitted;
use agora::scenario::learning::source::{LearningLog, read};
use serde_json::Value;

use crate::binary::{TINY, agora, complaint, none, run_tiny};

/// How many people had met an item.
#[derive(Default)]
struct Count(Vec<f32>);

impl Model for Count {
    fn name(&self) -> &'static str {
        "count"
    }
    fn fit(&mut self, log: &InteractionLog, _: &mut Watch<'_>) -> Result<FitReport, ModelError> {
        self.0 = vec![0.0; log.n_items];
        for i in &log.interactions {
            self.0[i.item as usize] += 1.0;
        }
        Ok(FitReport::default())
    }
    fn score(&self, people: &[Person<'_>], scores: &mut [f32]) -> Result<(), ModelError> {
        for row in scores.chunks_mut(scores.len() / people.len()) {
            row.copy_from_slice(&self.0);
        }
        Ok(())
    }
    fn explain(&self, _: &Person<'_>, _: u32) -> Result<Vec<ScorePart>, ModelError> {
        Ok(Vec::new())
    }
    fn save(&self) -> Result<Tensors, ModelError> {
        Ok(Tensors::new())
    }
    fn load(&mut self, _: &Tensors, _: &InteractionLog) -> Result<(), ModelError> {
        Ok(())
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "what makes a model may fail in general"
)]
fn count() -> Result<Box<dyn Model>, SettingsError> {
    Ok(Box::new(Count::default()))
}

fn learning_log(path: &Path) -> LearningLog {
    let reading = Reading {
        format: None,
        map: ColumnMap::default(),
        min_interactions: 1,
    };
    read(path, &reading, &mut |_, _| {}).unwrap()
}

fn movielens() -> Option<PathBuf> {
    let found = std::env::var_os("AGORA_DATA").map(|d| PathBuf::from(d).join("ml-100k"));
    if found.is_none() {
        eprintln!("AGORA_DATA is not set: not compared with the oracle");
    }
    found
}

/// A log nobody has prepared for: semicolons, ids of text, dates, quotes, columns that mean nothing here.
fn odd_log(folder: &Path) -> PathBuf {
    let mut text =
        String::from("\"Wer\";device;\"Was genau\";Stil;\"Gesehen am\";Note;comment\r\n");
    for user in 0..40_u32 {
        for n in 0..12_u32 {
            let track = (user * 3 + n * n) % 37;
            let _infallible = write!(
                text,
                "anna.{user}@x;phone;\"Lied; {track}\";a{}|b{};2024-0{}-{:02} 1{}:30;{};\"said \"\"so\"\"\"\r\n",
                track % 3,
                track % 5,
                1 + n % 9,
                1 + user % 28,
                n % 10,
                1 + (user + n) % 5,
            );
        }
    }
    let path = folder.join("odd.csv");
    fs::write(&path, text).unwrap();
    path
}

/// What its columns mean.
const MAP: &str = "user=Wer,item=Was genau,time=Gesehen am,rating=Note,genres=Stil";

fn json(output: &std::process::Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Takes the seconds out: all else is the same every time.
fn without_seconds(mut value: Value) -> Value {
    for model in value["models"].as_array_mut().unwrap() {
        for key in ["fit_seconds", "rank_seconds"] {
            assert!(
                model
                    .as_object_mut()
                    .unwrap()
                    .remove(key)
                    .unwrap()
                    .is_number()
            );
        }
    }
    value
}

#[test]
fn a_log_that_was_never_seen_is_evaluated_by_every_protocol() {
    let dir = tempfile::tempdir().unwrap();
    odd_log(dir.path());
    let base = [
        "evaluate", "--data", "odd.csv", "--map", MAP, "--models", "random", "--json",
    ];
    for (protocol, people) in [("a", 40), ("b", 40), ("time", 10), ("users", 40)] {
        let more = [&base[..], &["--protocol", protocol, "--k", "3,10"]].concat();
        let one = json(&agora(
            dir.path(),
            &[&more[..], &["--threads", "1"]].concat(),
        ));
        let four = json(&agora(
            dir.path(),
            &[&more[..], &["--threads", "4"]].concat(),
        ));
        assert_eq!(
            without_seconds(one.clone()),
            without_seconds(four),
            "{protocol}"
        );
        assert_eq!(one["data"]["users"], 40);
        assert_eq!(one["data"]["features"][0], "genres (8)");
        let ndcg = &one["models"][0]["metrics"]["ndcg@10"];
        let of = |key: &str| ndcg[key].as_f64().unwrap();
        assert!(
            of("low") <= of("estimate") && of("estimate") <= of("high"),
            "{protocol}"
        );
        assert!(of("n") >= f64::from(people), "{protocol}");
        assert!(one["models"][0]["metrics"]["diversity@3"].is_object());
    }
}

#[test]
fn an_evaluation_leaves_a_page_a_table_and_its_numbers_and_is_not_overwritten_by_accident() {
    let dir = tempfile::tempdir().unwrap();
    odd_log(dir.path());
    let base = [
        "evaluate", "--data", "odd.csv", "--map", MAP, "--models", "random", "--out", "e",
    ];
    let done = agora(dir.path(), &base);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let shown = String::from_utf8(done.stdout).unwrap();
    let file = |name: &str| fs::read_to_string(dir.path().join("e").join(name)).unwrap();
    assert_eq!(file("evaluation.txt"), shown);
    assert!(
        shown.contains("ndcg@10") && shown.contains("recall@20"),
        "{shown}"
    );
    let page = file("evaluation.html");
    assert!(page.contains("<svg") && page.trim_end().ends_with("</html>"));
    for reach in ["http:", "https:", "src=", "<link", "url(", "<script"] {
        assert!(!page.contains(reach), "{reach}");
    }
    let numbers: Value = serde_json::from_str(&file("evaluation.json")).unwrap();
    let command = numbers["command"].as_str().unwrap();
    assert!(
        command.starts_with("agora evaluate --data odd.csv --map 'user=Wer"),
        "{command}"
    );
    fs::create_dir(dir.path().join("other")).unwrap();
    fs::write(dir.path().join("other/letter.txt"), "dear").unwrap();
    let elsewhere = [&base[..8], &["other", "--force"]].concat();
    none(
        [
            complaint(
                "again",
                &agora(dir.path(), &base),
                2,
                &["--out e", "--force"],
            ),
            complaint(
                "forced",
                &agora(dir.path(), &[&base[..], &["--force", "--quiet"]].concat()),
                0,
                &[],
            ),
            complaint(
                "not an evaluation",
                &agora(dir.path(), &elsewhere),
                2,
                &["--out other", "evaluation.json"],
            ),
        ]
        .into_iter()
        .flatten()
        .collect(),
    );
}

#[test]
fn mistakes_are_named_with_what_is_allowed() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("x.csv"),
        "user,item,time\n1,1,1\n1,2,2\n1,3,3\n2,1,1\n2,3,2\n2,2,3\n",
    )
    .unwrap();
    fs::write(dir.path().join("thin.csv"), "user,item\n1,1\n").unwrap();
    fs::write(dir.path().join("bad.csv"), "user,item,time\n1,1,soon\n").unwrap();
    let cases: [(&[&str], &[&str]); 14] = [
        (&["evaluate", "--data", "no.csv"], &["no.csv"]),
        (
            &["evaluate", "--data", "bad.csv"],
            &["bad.csv:2", "soon", "2024-05-17"],
        ),
        (
            &["evaluate", "--data", "thin.csv", "--models", "random"],
            &["three different items"],
        ),
        (
            &["evaluate", "--data", "x.csv", "--models", "oracle"],
            &["oracle", "allowed are random", "all"],
        ),
        (
            &["evaluate", "--data", "x.csv", "--models", "random,random"],
            &["named twice"],
        ),
        (
            &[
                "evaluate",
                "--data",
                "x.csv",
                "--models",
                "random",
                "--set",
                "random.luck=3",
            ],
            &["random.luck=3", "luck"],
        ),
        (
            &[
                "evaluate", "--data", "x.csv", "--models", "random", "--set", "luck=3",
            ],
            &["luck=3", "MODEL.KEY=VALUE"],
        ),
        (
            &[
                "evaluate",
                "--data",
                "x.csv",
                "--models",
                "random",
                "--set",
                "bpr.luck=3",
            ],
            &["bpr", "random"],
        ),
        (
            &["evaluate", "--data", "x.csv", "--folds", "3"],
            &["folds are 3", "protocol a"],
        ),
        (
            &[
                "evaluate",
                "--data",
                "x.csv",
                "--protocol",
                "users",
                "--part",
                "validation",
            ],
            &["no validation part"],
        ),
        (
            &["fit", "oracle", "--data", "x.csv", "--out", "m"],
            &["oracle", "random"],
        ),
        (
            &[
                "fit", "random", "--data", "x.csv", "--out", "m", "--set", "luck=1",
            ],
            &["luck=1", "random"],
        ),
        (&["models", "card", "no"], &["no/model.json"]),
        (&["models", "list", "."], &["there are no fitted models"]),
    ];
    let complaints = cases
        .into_iter()
        .filter_map(|(args, says)| complaint(&args.join(" "), &agora(dir.path(), args), 2, says));
    none(complaints.collect());
    assert!(!dir.path().join("m").exists());
}

#[test]
fn a_fitted_model_has_a_card_and_the_same_fit_writes_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    odd_log(dir.path());
    let fit = |out: &str, threads: &str, seed: &str| {
        let args = [
            "fit",
            "random",
            "--data",
            "odd.csv",
            "--map",
            MAP,
            "--out",
            out,
            "--threads",
            threads,
            "--seed",
            seed,
            "--json",
        ];
        json(&agora(dir.path(), &args))
    };
    let card = fit("m/one", "1", "1");
    fit("m/two", "2", "2");
    assert_eq!(card["kind"], "random");
    assert_eq!(card["data"]["users"], 40);
    assert!(card["held_out"]["metrics"]["ndcg@10"].is_object());
    assert!(card["limits"].as_array().unwrap().len() > 3);
    assert!(
        card["data"]["consent"]
            .as_str()
            .unwrap()
            .contains("whoever gave the log")
    );
    let bytes = |name: &str| fs::read(dir.path().join("m/one").join(name)).unwrap();
    let before = [
        bytes("model.safetensors"),
        bytes("model.json"),
        bytes("card.md"),
    ];
    fs::remove_dir_all(dir.path().join("m/one")).unwrap();
    fit("m/one", "3", "1");
    assert!(
        before
            == [
                bytes("model.safetensors"),
                bytes("model.json"),
                bytes("card.md")
            ]
    );
    let page = String::from_utf8(bytes("card.md")).unwrap();
    for part in [
        "# random",
        "## Settings",
        "## How good it was",
        "## Limits",
        "## Again",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let shown = agora(dir.path(), &["models", "card", "m/one"]);
    assert_eq!(String::from_utf8(shown.stdout).unwrap(), page);
    let listed = agora(dir.path(), &["models", "list", "m"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(
        listed.contains("m/one") && listed.contains("m/two"),
        "{listed}"
    );

    let log = learning_log_of(&dir.path().join("odd.csv"), MAP);
    let (stored, model) = fitted::load(&dir.path().join("m/one"), &log.log).unwrap();
    assert_eq!(stored.data.checksum, log.facts.checksum);
    let mut scores = vec![0.0; log.log.n_items];
    let person = Person {
        user: Some(3),
        past: &[],
        now: 0,
    };
    model.score(&[person], &mut scores).unwrap();
    assert!(scores.iter().all(|s| s.is_finite()));

    let compare = [
        "models", "compare", "m/one", "m/two", "--data", "odd.csv", "--map", MAP, "--json",
    ];
    let found = json(&agora(dir.path(), &compare));
    assert_eq!(found["models"].as_array().unwrap().len(), 2);
    let p = found["against_best"][0]["p"].as_f64().unwrap();
    assert!(p > 0.0 && p <= 1.0, "{p}");

    let weights = dir.path().join("m/one/model.safetensors");
    let mut torn = fs::read(&weights).unwrap();
    torn[0] ^= 1;
    fs::write(&weights, torn).unwrap();
    let said = complaint(
        "torn",
        &agora(dir.path(), &["models", "card", "m/one"]),
        2,
        &["model.safetensors", "digest"],
    );
    none(said.into_iter().collect());
}

fn learning_log_of(path: &Path, map: &str) -> LearningLog {
    let reading = Reading {
        format: None,
        map: ColumnMap::parse(map).unwrap(),
        min_interactions: 1,
    };
    read(path, &reading, &mut |_, _| {}).unwrap()
}

#[test]
fn all_kinds_are_listed_with_their_settings() {
    let dir = tempfile::tempdir().unwrap();
    let kinds = json(&agora(dir.path(), &["models", "list", "--json"]));
    let names = kinds
        .as_array()
        .unwrap()
        .iter()
        .map(|k| k["model"].as_str().unwrap());
    let known = agora::platform::models::catalog::KINDS
        .iter()
        .map(|k| k.name);
    assert!(names.eq(known));
    let text = agora(dir.path(), &["models", "list"]);
    assert!(
        String::from_utf8(text.stdout)
            .unwrap()
            .starts_with("random: ")
    );
}

#[test]
fn a_run_is_learned_from_with_what_was_shown_and_what_came_of_it() {
    let dir = tempfile::tempdir().unwrap();
    assert!(run_tiny(dir.path(), "3", "r").status.success());
    let found = learning_log(&dir.path().join("r"));
    let log = &found.log;
    assert_eq!(found.facts.format, "run");
    assert_eq!(found.items.len(), log.n_items);
    for name in ["tags", "text", "picture", "sound", "motion", "kind"] {
        let block = log.items.block(name).unwrap();
        assert_eq!(
            block.values.len(),
            log.n_items * block.columns.len(),
            "{name}"
        );
    }
    assert!(log.items.words.iter().all(|w| !w.is_empty()));
    assert_eq!(log.items.born.len(), log.n_items);
    let ascending = |times: Vec<i64>| times.windows(2).all(|w| w[0] <= w[1]);
    assert!(ascending(log.interactions.iter().map(|i| i.time).collect()));
    assert!(ascending(log.impressions.iter().map(|i| i.time).collect()));
    let n = |o| log.impressions.iter().filter(|i| i.outcome == o).count();
    assert!(n(Outcome::Ignore) > n(Outcome::View) && n(Outcome::View) > 0);
    assert!(n(Outcome::Engage) > 0, "{:?}", Outcome::ALL.map(n));
    // What came of a slate is an engagement at the same time or soon after.
    for i in log
        .impressions
        .iter()
        .filter(|i| i.outcome != Outcome::Ignore)
    {
        let met = |m: &&agora::platform::models::interaction_log::Interaction| {
            (m.user, m.item) == (i.user, i.item) && m.time >= i.time
        };
        assert!(log.interactions.iter().any(|m| met(&m)), "{i:?}");
    }
    let done = agora(
        dir.path(),
        &[
            "evaluate",
            "--data",
            "r",
            "--models",
            "random",
            "--protocol",
            "time",
            "--json",
        ],
    );
    let done = json(&done);
    assert_eq!(done["data"]["checksum"], found.facts.checksum.as_str());
    let consent = done["data"]["consent"].as_str().unwrap();
    assert!(consent.contains("consented to recommendation"), "{consent}");
}

#[test]
fn who_did_not_consent_is_in_no_log_to_learn_from() {
    let dir = tempfile::tempdir().unwrap();
    let run = |share: &str, out: &str| {
        let share = format!("society.avatars.consent_recommendation={share}");
        let mut args = vec!["run", "quickstart", "--quiet", "--days", "1", "--out", out];
        args.extend(TINY);
        args.extend(["--set", &share]);
        assert!(agora(dir.path(), &args).status.success());
    };
    run("0.5", "half");
    let half = learning_log(&dir.path().join("half"));
    let people = agora::scenario::learning::run_facts::read_people(&dir.path().join("half"));
    let people = people.unwrap();
    let consented: Vec<String> = people
        .iter()
        .filter(|p| p.recommendation)
        .map(|p| p.avatar.to_string())
        .collect();
    assert!(!consented.is_empty() && consented.len() < people.len());
    assert_eq!(half.users, consented);
    run("0.0", "none");
    let said = complaint(
        "nobody",
        &agora(
            dir.path(),
            &["evaluate", "--data", "none", "--models", "random"],
        ),
        2,
        &["nothing to learn from"],
    );
    fs::remove_file(dir.path().join("half/people.parquet")).unwrap();
    let torn = complaint(
        "killed",
        &agora(
            dir.path(),
            &["evaluate", "--data", "half", "--models", "random"],
        ),
        2,
        &["half", "people.parquet", "run it again"],
    );
    none(said.into_iter().chain(torn).collect());
}

#[test]
fn an_imported_world_is_the_log_it_was_made_from() {
    let dir = tempfile::tempdir().unwrap();
    let path = odd_log(dir.path());
    let import = [
        "import",
        "odd.csv",
        "--out",
        "w",
        "--map",
        MAP,
        "--min-interactions",
        "1",
    ];
    assert!(agora(dir.path(), &import).status.success());
    let (world, log) = (
        learning_log(&dir.path().join("w")),
        learning_log_of(&path, MAP),
    );
    let pairs = |l: &LearningLog| {
        let rows = l.log.interactions.iter();
        rows.map(|i| (i.user, i.item)).collect::<Vec<_>>()
    };
    assert_eq!(world.facts.format, "imported world");
    assert_eq!(pairs(&world), pairs(&log));
    // Without titles the items of a world are called by their ids.
    assert_eq!(world.log.items.words, log.items);
}

/// `Pop` of `ml100k_loo.json`: the whole chain from the file to the metrics against an independent one.
#[test]
fn counting_finds_on_movielens_what_the_oracle_finds() {
    let Some(path) = movielens() else { return };
    let log = learning_log(&path);
    assert_eq!((log.log.n_users, log.log.n_items), (943, 1_682));
    let settings = SplitSettings {
        protocol: Protocol::LeaveLastOneOut,
        part: Part::Test,
        folds: 1,
        seed: 1,
    };
    let split = split(&log.log, &settings).unwrap();
    let cases = split.folds[0].cases.iter();
    let sum: u64 = cases
        .map(|c| u64::from(c.relevant[0]) * u64::from(c.user + 1))
        .sum();
    assert_eq!(sum, 217_695_796);
    let judged = run(&count, &split, &[10, 20], &|| 0.0, &mut |_, _| {}).unwrap();
    let mean = |name: &str| {
        let at = judged
            .columns
            .iter()
            .position(|c| c.name() == name)
            .unwrap();
        let rows = judged.values.chunks(judged.columns.len());
        rows.map(|r| r[at]).sum::<f64>() / judged.people.len() as f64
    };
    for (name, expected) in [
        ("recall@10", 0.085_896_076_352_067_86),
        ("hit_rate@10", 0.085_896_076_352_067_86),
        ("ndcg@10", 0.044_912_560_002_852_35),
        ("mrr@10", 0.032_581_763_705_835_81),
        // One relevant item: the average precision is the reciprocal rank.
        ("map@10", 0.032_581_763_705_835_81),
        ("recall@20", 0.126_193_001_060_445_4),
        ("novelty@10", 7.905_655_568_512_45),
    ] {
        assert!(
            (mean(name) - expected).abs() < 1e-9,
            "{name}: {}",
            mean(name)
        );
    }
    let spread = judged.spreads[0];
    assert!((spread.coverage - 0.054_102_259_215_219_974).abs() < 1e-12);
    assert!(
        (spread.exposure_gini - 0.985_580_212_416_92).abs() < 1e-9,
        "{spread:?}"
    );
}
