//! Steering: what was commanded while a city ran is replayed to the same hashes, and what cannot be commanded is refused.

use std::fs;
use std::path::Path;

use agora::cli::selftest::city;
use agora::events::behavior::Surface;
use agora::lab::summary::RunSummary;
use agora::scenario::error::Place;
use agora::scenario::load::Loaded;
use agora::scenario::run::error::RunError;
use agora::scenario::run::progress::Run;
use agora::scenario::schema::Scenario;
use agora::scenario::steer::file;
use agora::scenario::steer::liveness::{Liveness, is_live};
use agora::scenario::steer::order::Command;
use agora::scenario::steer::policy::value_of;
use agora::sim::ids::AvatarId;
use agora::sim::rng::{Purpose, RngStream};
use agora::sim::units::TICKS_PER_DAY;
use agora::society::avatars::avatar::Avatars;
use agora::society::walk_in::choice::Choice;
use agora::society::walk_in::front::open_slate;

use crate::binary::{TINY, agora, complaint, none};

fn city(days: u32) -> Loaded {
    let mut loaded = city::busy(120, 11, "item_knn").unwrap();
    loaded.scenario.days = days;
    loaded
}

fn set(key: &str, value: impl Into<toml::Value>) -> Command {
    Command::SetPolicy {
        key: key.to_owned(),
        value: value.into(),
    }
}

fn first_awake(run: &Run) -> Option<AvatarId> {
    run.sim.world().resource::<Avatars>().awake.first().copied()
}

/// Takes what stands first in every slate, and asks for the next; returns how many choices were made.
fn steer_avatar(run: &mut Run, avatar: AvatarId) -> u32 {
    let Some(front) = open_slate(run.sim.world(), avatar) else {
        return 0;
    };
    let wanted = [
        Choice::Pick { slot: 0 },
        Choice::PassBy,
        Choice::Look {
            surface: Surface::Feed,
        },
        Choice::Wake,
    ];
    let choice = wanted.into_iter().find(|c| front.possible.contains(c));
    let Some(choice) = choice.filter(|_| front.queued.is_none()) else {
        return 0;
    };
    run.command(Command::Choose { avatar, choice }).unwrap();
    1
}

/// Runs a day with three policy changes and a walk-in in its first 300 ticks, and leaves it in a folder.
fn steered_day(dir: &Path) -> RunSummary {
    let mut run = Run::begin_in(dir, false, &city(1), 1).unwrap();
    let mut taken = None;
    let mut n_choices = 0;
    while run.ticks < TICKS_PER_DAY {
        match run.ticks {
            40 => run.command(set("platform.ads.load", 0.123_456_789_012_345_68)),
            60 => {
                taken = first_awake(&run);
                let avatar = taken.expect("somebody is awake in a busy city");
                run.command(Command::TakeOver { avatar })
            }
            90 => run.command(set("platform.recommend.model", "popularity")),
            150 => run.command(set("society.choice.outside_option", 3)),
            300 => run.command(Command::LetGo {
                avatar: taken.take().expect("it was taken over"),
            }),
            _ => Ok(()),
        }
        .unwrap();
        if let Some(avatar) = taken {
            n_choices += steer_avatar(&mut run, avatar);
        }
        run.step().unwrap();
    }
    assert!(n_choices > 10, "{n_choices} choices");
    run.leave("agora run".to_owned(), 1.0).unwrap().0
}

#[test]
fn a_steered_run_verifies_and_its_commands_give_the_same_run_again() {
    let dir = tempfile::tempdir().unwrap();
    let whole = dir.path().join("whole");
    let summary = steered_day(&whole);
    assert_eq!(summary.policy_changes.len(), 3);
    let change = &summary.policy_changes[1];
    assert_eq!(
        (change.tick, change.key.as_str()),
        (90, "platform.recommend.model")
    );
    assert_eq!(change.from, toml::Value::from("item_knn"));
    assert!(summary.commands > 15, "{}", summary.commands);

    // As recorded, in this process, on other numbers of threads, and without a folder.
    let commands = file::read(&whole.join(file::NAME)).unwrap();
    assert_eq!(commands.orders.len() as u32, summary.commands);
    for threads in [1, 4] {
        let mut again = Run::begin(&city(1), threads, None).unwrap();
        again.queue(commands.orders.clone());
        while again.ticks < TICKS_PER_DAY {
            again.step().unwrap();
        }
        let hash = format!("{:016x}", again.chained);
        assert_eq!(hash, summary.final_state_hash, "{threads} threads");
    }

    // Through the command line.
    let verified = agora(
        dir.path(),
        &["verify", "whole", "--quiet", "--threads", "4"],
    );
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stderr)
    );
    assert!(said.contains("commands were applied again"), "{said}");
    let args = [
        "run",
        "whole",
        "--commands",
        "whole/commands.jsonl",
        "--out",
        "again",
        "--quiet",
    ];
    let done = agora(dir.path(), &args);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let json = fs::read(dir.path().join("again/run.json")).unwrap();
    let again: RunSummary = serde_json::from_slice(&json).unwrap();
    assert_eq!(again.final_state_hash, summary.final_state_hash);
    assert_eq!(again.policy_changes, summary.policy_changes);
    let recorded = |run: &str| fs::read(dir.path().join(run).join(file::NAME)).unwrap();
    assert_eq!(recorded("again"), recorded("whole"));
    let report = fs::read_to_string(dir.path().join("again/report.json")).unwrap();
    assert!(report.contains("3 policy values were changed while it ran: platform.ads.load from"));

    // A command less is another run, and a torn last line is left out with a note.
    let text = fs::read_to_string(whole.join(file::NAME)).unwrap();
    let without = text.split_once('\n').unwrap().1;
    fs::write(whole.join(file::NAME), without).unwrap();
    let differs = agora(dir.path(), &["verify", "whole", "--quiet"]);
    assert_eq!(differs.status.code(), Some(1));
    fs::write(whole.join(file::NAME), &text[..text.len() - 9]).unwrap();
    let torn = agora(dir.path(), &["verify", "whole", "--quiet"]);
    let said = String::from_utf8_lossy(&torn.stderr).into_owned();
    assert!(
        said.contains("are no whole line, as after a kill"),
        "{said}"
    );
}

/// The chained hash after some ticks, a command having been given early.
fn hash_with(command: Option<Command>) -> u64 {
    let mut run = Run::begin(&city(1), 1, None).unwrap();
    while run.ticks < 130 {
        if run.ticks == 15
            && let Some(command) = command.clone()
        {
            run.command(command).unwrap();
        }
        run.step().unwrap();
    }
    run.chained
}

#[test]
fn what_is_live_has_an_effect_while_the_city_runs() {
    let unchanged = hash_with(None);
    assert_eq!(unchanged, hash_with(Some(set("platform.ads.load", 0.1))));
    for command in [
        set("platform.ads.load", 0.9),
        set("platform.ads.enabled", false),
        set("platform.recommend.model", "random"),
        set("platform.recommend.slate_size", 3),
        set("platform.incentives.login_reward", 5.0),
        set("platform.engage.invitation_rate", 0.0),
        set("economy.treasury.reward_factor", 3.0),
        set("economy.treasury.newcomer_grant", 100.0),
        set("society.choice.outside_option", 4.0),
        set("society.sessions.bail_hazard", 0.2),
        set("society.returns.diurnal_log_amplitude", 4.0),
        set("society.avatars.creator_share", 1.0),
        set("society.content.quality_sigma", 3.0),
        set("society.spaces.walking_speed", 2.0),
        set("society.ties.request_rate", 1.0),
        set("society.population.newcomers_per_1000", 900.0),
    ] {
        assert_ne!(unchanged, hash_with(Some(command.clone())), "{command:?}");
    }
    // The lab looks, and changes nothing.
    assert_eq!(unchanged, hash_with(Some(set("lab.oracle_every", 1))));
}

#[test]
fn what_counts_only_at_the_founding_is_refused_and_so_is_nonsense() {
    let mut run = Run::begin(&city(1), 1, None).unwrap();
    run.step().unwrap();
    for (command, says) in [
        (
            set("society.population.residents", 50),
            "command: society.population.residents = 50: cannot change while the city runs: the people are drawn",
        ),
        (
            set("seed", 5),
            "command: seed = 5: cannot change while the city runs",
        ),
        (
            set("days", 9),
            "command: days = 9: cannot change while the city runs",
        ),
        (
            set("society.spaces.side", 30),
            "the map is drawn when the city is founded",
        ),
        (
            set("lab.log_offers", true),
            "the log is opened when the run begins",
        ),
        (
            set("economy.market.enabled", false),
            "shops and listings are filled",
        ),
        (
            set("platform.ads.load", 7),
            "command: platform.ads.load = 7: allowed is 0 to 1",
        ),
        (
            set("platform.ads.load", f64::NAN),
            "command: platform.ads.load = nan: allowed is 0 to 1",
        ),
        (
            set("platform.ads.load", "x"),
            "command: platform.ads.load = \"x\": expected a number",
        ),
        (
            set("platform.ads.laod", 0.5),
            "did you mean platform.ads.load?",
        ),
        (
            Command::TakeOver {
                avatar: AvatarId(4_000_000),
            },
            "command: avatar = 4000000: allowed is 0 to ",
        ),
        (
            Command::LetGo {
                avatar: AvatarId(3),
            },
            "command: avatar = 3: is not taken over",
        ),
    ] {
        let e = run.command(command).unwrap_err();
        assert!(matches!(e, RunError::Steer(_)), "{e:?}");
        assert!(e.to_string().contains(says), "{e}, not {says}");
    }
    assert_eq!((run.n_commands(), run.policy_changes().len()), (0, 0));
    assert_eq!(*run.policy(), city(1).scenario);
}

#[test]
fn setting_the_value_before_undoes_a_change() {
    let mut run = Run::begin(&city(1), 1, None).unwrap();
    let key = "platform.recommend.model";
    let before = value_of(run.policy(), key).unwrap();
    run.command(set(key, "popularity")).unwrap();
    assert_ne!(*run.policy(), city(1).scenario);
    run.command(set(key, before)).unwrap();
    assert_eq!(*run.policy(), city(1).scenario);
    let mut plain = Run::begin(&city(1), 1, None).unwrap();
    for _ in 0..60 {
        run.step().unwrap();
        plain.step().unwrap();
    }
    assert_eq!(run.chained, plain.chained);
}

/// A value at an end of what is allowed, but none that only takes long.
fn extreme(scenario: &Scenario, key: &str, allowed: &str, is_high: bool) -> Option<toml::Value> {
    let now = value_of(scenario, key)?;
    if now.is_bool() {
        return Some(is_high.into());
    }
    let Some((low, high)) = allowed.split_once(" to ") else {
        let words: Vec<&str> = allowed.split(", ").collect();
        let word = if is_high { words.last() } else { words.first() };
        return word.map(|w| w.trim_matches('"').into());
    };
    let (low, high): (f64, f64) = (low.parse().ok()?, high.parse().ok()?);
    let x = now
        .as_float()
        .or_else(|| now.as_integer().map(|i| i as f64))?;
    let x = if is_high {
        (5.0 * x + 1.0).clamp(low, high)
    } else {
        low
    };
    Some(if now.is_integer() {
        (x as i64).into()
    } else {
        x.into()
    })
}

#[test]
fn every_live_value_can_go_to_its_extremes_while_the_city_runs() {
    let mut run = Run::begin(&city(2), 2, None).unwrap();
    for is_high in [false, true, false, true] {
        for d in Scenario::describe() {
            if matches!(is_live(&d.key), Liveness::AtFounding(_)) {
                continue;
            }
            let value = extreme(run.policy(), &d.key, &d.allowed, is_high)
                .unwrap_or_else(|| panic!("{}", d.key));
            run.command(set(&d.key, value))
                .unwrap_or_else(|e| panic!("{e}"));
            run.step().unwrap();
        }
        // Over the end of an hour, and once of a day.
        for _ in 0..200 {
            run.step().unwrap();
        }
    }
    let (summary, _) = run.summary(1.0);
    assert!(summary.books.balanced);
    assert!(summary.ticks > TICKS_PER_DAY, "{}", summary.ticks);
}

#[test]
fn a_malformed_file_of_commands_is_refused_with_its_line() {
    let dir = tempfile::tempdir().unwrap();
    let good = r#"{"tick":3,"command":"set_policy","key":"platform.ads.load","value":0.5}"#;
    let cases: [(&str, &[&str]); 14] = [
        ("nonsense\n", &["c.jsonl:1: not a JSON object"]),
        ("[1]\n", &["c.jsonl:1: not a JSON object: found [1]"]),
        (
            r#"{"command":"let_go","avatar":1}"#,
            &["c.jsonl:1: lacks \"tick\": expected an integer"],
        ),
        (
            r#"{"tick":-1,"command":"let_go","avatar":1}"#,
            &["c.jsonl:1: tick = -1: expected an integer (0 to 4294967295)"],
        ),
        (
            r#"{"tick":1,"command":"stop"}"#,
            &["c.jsonl:1: command = \"stop\": expected one of \"set_policy\""],
        ),
        (
            r#"{"tick":1,"command":"let_go","avatar":"x"}"#,
            &["c.jsonl:1: avatar = \"x\": expected an integer"],
        ),
        (
            r#"{"tick":1,"command":"let_go","avatar":1,"why":2}"#,
            &["c.jsonl:1: unknown key \"why\" (known: tick, command, avatar)"],
        ),
        (
            r#"{"tick":1,"command":"set_policy","key":"platform.ads.load","value":[1]}"#,
            &["c.jsonl:1: value = [1]: expected a number"],
        ),
        (
            r#"{"tick":1,"command":"choose","avatar":1,"choice":"look","surface":"none"}"#,
            &["c.jsonl:1: surface = \"none\": expected one of \"feed\""],
        ),
        (
            "{\"tick\":3,\"command\":\"take_over\",\"avatar\":1}\n{\"tick\":2,\"command\":\"let_go\",\"avatar\":1}\n",
            &["c.jsonl:2: tick = 2: allowed is 3 or later"],
        ),
        // These can be told only when they are due.
        (
            r#"{"tick":1,"command":"set_policy","key":"platform.ads.load","value":5}"#,
            &["c.jsonl:1: platform.ads.load = 5: allowed is 0 to 1"],
        ),
        (
            r#"{"tick":1,"command":"set_policy","key":"society.population.residents","value":5}"#,
            &["c.jsonl:1: society.population.residents = 5: cannot change while the city runs"],
        ),
        (
            r#"{"tick":1,"command":"take_over","avatar":99999}"#,
            &["c.jsonl:1: avatar = 99999: allowed is 0 to"],
        ),
        (
            r#"{"tick":1,"command":"choose","avatar":1,"choice":"pick","slot":0}"#,
            &["c.jsonl:1: avatar = 1: is not taken over"],
        ),
    ];
    let run = |name: &str| {
        let mut args = vec![
            "run",
            "quickstart",
            "--quiet",
            "--days",
            "1",
            "--force",
            "--out",
            "out",
            "--commands",
            name,
        ];
        args.extend(TINY);
        agora(dir.path(), &args)
    };
    let mut complaints = Vec::new();
    for (text, says) in cases {
        fs::write(dir.path().join("c.jsonl"), text).unwrap();
        complaints.extend(complaint(text, &run("c.jsonl"), 2, says));
    }
    complaints.extend(complaint(
        "no file",
        &run("none.jsonl"),
        2,
        &["none.jsonl: "],
    ));
    fs::write(dir.path().join("c.jsonl"), [0xFF, 0xFE, b'\n']).unwrap();
    complaints.extend(complaint(
        "bytes",
        &run("c.jsonl"),
        2,
        &["c.jsonl:1: ", "not UTF-8 text"],
    ));
    fs::write(
        dir.path().join("c.jsonl"),
        format!("{good}\n{{\"tick\":4,\"comm"),
    )
    .unwrap();
    complaints.extend(complaint(
        "torn",
        &run("c.jsonl"),
        0,
        &["are no whole line"],
    ));
    none(complaints);
    let json = fs::read(dir.path().join("out/run.json")).unwrap();
    let summary: RunSummary = serde_json::from_slice(&json).unwrap();
    assert_eq!((summary.commands, summary.policy_changes.len()), (1, 1));
}

#[test]
fn an_order_for_a_tick_that_is_over_is_refused() {
    let mut run = Run::begin(&city(1), 1, None).unwrap();
    run.step().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c.jsonl");
    fs::write(&path, "{\"tick\":0,\"command\":\"let_go\",\"avatar\":1}\n").unwrap();
    let orders = file::read(&path).unwrap().orders;
    assert!(matches!(&orders[0].1, Place::Line(_, 1)));
    run.queue(orders);
    let e = run.step().unwrap_err().to_string();
    assert!(
        e.ends_with("c.jsonl:1: tick = 0: allowed is 1 or later"),
        "{e}"
    );
}

#[test]
fn no_damage_to_a_file_of_commands_is_a_panic() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("c.jsonl");
    let text = "{\"tick\":3,\"command\":\"set_policy\",\"key\":\"platform.ads.load\",\"value\":0.5}\n\
        {\"tick\":4,\"command\":\"choose\",\"avatar\":1,\"choice\":\"look\",\"surface\":\"feed\"}\n";
    let mut rng = RngStream::new(1, Purpose::Test, 0, 0);
    let (mut read, mut refused) = (0, 0);
    for _ in 0..2_000 {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=rng.below(3) {
            let at = rng.below(bytes.len());
            match rng.below(3) {
                0 => bytes[at] = rng.below(256) as u8,
                1 => bytes.truncate(at + 1),
                _ => bytes.insert(at, b"\"{}:,0\n9-"[rng.below(9)]),
            }
        }
        fs::write(&path, bytes).unwrap();
        match file::read(&path) {
            Ok(_) => read += 1,
            Err(e) => {
                let e = e.to_string();
                assert!(e.contains("c.jsonl:") && !e.contains('\n'), "{e}");
                refused += 1;
            }
        }
    }
    assert!(
        read > 100 && refused > 100,
        "{read} read, {refused} refused"
    );
}
