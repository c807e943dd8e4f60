//! Malformed input: every complaint has its exit code and names what is wrong and where; nothing panics.

use std::fs;
use std::path::Path;

use crate::binary::{agora, complaint, none};

/// A scenario file, and what `agora check` must say about it.
struct Bad {
    file: &'static str,
    content: &'static [u8],
    says: &'static [&'static str],
}

const fn bad(file: &'static str, content: &'static str, says: &'static [&'static str]) -> Bad {
    Bad {
        file,
        content: content.as_bytes(),
        says,
    }
}

/// Exit code 2 each.
const BAD_SCENARIOS: [Bad; 43] = [
    bad(
        "type.toml",
        "days = \"x\"",
        &["type.toml:1: days = \"x\": expected an integer (1 to 36500)"],
    ),
    bad(
        "float.toml",
        "\ndays = 2.5",
        &["float.toml:2: days = 2.5: expected an integer"],
    ),
    bad(
        "array.toml",
        "days = [1,\n2]",
        &["array.toml:1: days = [1, 2]: expected an integer"],
    ),
    bad(
        "table.toml",
        "days = {a = 1}",
        &["table.toml:1: unknown key days.a"],
    ),
    bad(
        "boolean.toml",
        "[lab]\nlog_offers = 1",
        &["boolean.toml:2: lab.log_offers = 1: expected a boolean (true, false)"],
    ),
    bad(
        "choice.toml",
        "[platform.recommend]\nmodel = \"two_towers\"",
        &[
            "choice.toml:2: platform.recommend.model = \"two_towers\"",
            "\"two_tower\"",
        ],
    ),
    bad(
        "choice-type.toml",
        "[platform.recommend]\nmodel = 3",
        &["choice-type.toml:2", "expected one of \"random\""],
    ),
    bad(
        "key.toml",
        "dayz = 3",
        &["key.toml:1: unknown key dayz (did you mean days?)"],
    ),
    bad(
        "deep-key.toml",
        "[society.population]\nresident = 3",
        &[
            "deep-key.toml:2",
            "did you mean society.population.residents?",
        ],
    ),
    bad(
        "section.toml",
        "[society.populaton]\nresidents = 3",
        &[
            "section.toml:2",
            "did you mean society.population.residents?",
        ],
    ),
    bad(
        "strange.toml",
        "[weather]\nhumidity = 1",
        &[
            "strange.toml:2: unknown key weather.humidity",
            "agora check quickstart --keys",
        ],
    ),
    bad(
        "not-a-value.toml",
        "society = 3",
        &["not-a-value.toml:1: unknown key society (it is a table of values, not a value)"],
    ),
    bad(
        "tables.toml",
        "[[society]]\nresidents = 3",
        &["tables.toml:1: unknown key society"],
    ),
    bad(
        "quoted.toml",
        "\"society.population\".residents = 3",
        &["quoted.toml:1: unknown key \"society.population\".residents"],
    ),
    bad(
        "control.toml",
        "\"a\\nb\\u001b[31m\" = 1",
        &["control.toml:1: unknown key \"a\\nb\\u{1b}[31m\""],
    ),
    bad(
        "low.toml",
        "days = 0",
        &["low.toml:1: days = 0: allowed is 1 to 36500"],
    ),
    bad(
        "high.toml",
        "days = 36501",
        &["high.toml:1: days = 36501: allowed is 1 to 36500"],
    ),
    bad(
        "many.toml",
        "[society.population]\nresidents = 5000001",
        &["many.toml:2: society.population.residents = 5000001: allowed is 1 to 5000000"],
    ),
    bad(
        "nan.toml",
        "[platform.recommend]\nmmr_lambda = nan",
        &["nan.toml:2: platform.recommend.mmr_lambda = nan: allowed is 0 to 1"],
    ),
    bad(
        "inf.toml",
        "[platform.recommend]\nmmr_lambda = -inf",
        &["inf.toml:2: platform.recommend.mmr_lambda = -inf: allowed is 0 to 1"],
    ),
    bad(
        "negative.toml",
        "seed = -1",
        &["negative.toml:1: seed = -1: allowed is 0 to 9223372036854775807"],
    ),
    bad(
        "beyond.toml",
        "seed = 9223372036854775808",
        &["beyond.toml:1: seed = 9223372036854775808: allowed is a 64-bit integer"],
    ),
    bad(
        "huge.toml",
        "days = 1\nseed = 99999999999999999999999999999999999999999999",
        &["huge.toml:2: seed = 9999999"],
    ),
    Bad {
        file: "garbage.toml",
        content: b"\x7fELF\x02\x01\x01\x00\xff\xfe\x00",
        says: &["garbage.toml:1: not UTF-8 text (byte 8"],
    },
    Bad {
        file: "utf8.toml",
        content: b"days = 3\nname = \"\xff\"",
        says: &["utf8.toml:2: not UTF-8 text (byte 17"],
    },
    bad(
        "unterminated.toml",
        "days = 3\nname = \"abc\n",
        &["unterminated.toml:2: not valid TOML"],
    ),
    bad(
        "twice.toml",
        "days = 1\ndays = 2",
        &["twice.toml:2: not valid TOML: duplicate key"],
    ),
    bad(
        "bracket.toml",
        "[society",
        &["bracket.toml:1: not valid TOML"],
    ),
    bad(
        "circle.toml",
        "extends = \"circle\"",
        &["circle.toml:1: extends = \"circle\": circular (circle.toml -> circle.toml)"],
    ),
    bad(
        "one.toml",
        "extends = \"two\"",
        &["two.toml:1: extends = \"one\": circular (one.toml -> two.toml -> one.toml)"],
    ),
    bad(
        "sub/spelled.toml",
        "extends = \"../sub/spelled\"",
        &["extends = \"../sub/spelled\": more than 16 scenarios extend each other"],
    ),
    bad(
        "orphan.toml",
        "days = 1\nextends = \"nothing\"",
        &[
            "orphan.toml:2: extends = \"nothing\": there is no such file",
            "shipped: quickstart",
        ],
    ),
    bad(
        "nameless.toml",
        "extends = \"\"",
        &["nameless.toml:1: extends = \"\": there is no such file"],
    ),
    bad(
        "to-folder.toml",
        "extends = \"hollow\"",
        &["to-folder.toml:1: extends = \"hollow\": is a folder without a scenario.toml"],
    ),
    bad(
        "extends.toml",
        "extends = 3",
        &["extends.toml:1: extends = 3: expected text in quotes"],
    ),
    bad(
        "name.toml",
        "name = []",
        &["name.toml:1: name = []: expected text in quotes"],
    ),
    bad(
        "arm-value.toml",
        "[arms.a]\ndays = \"x\"",
        &["arm-value.toml:2: days = \"x\": expected an integer"],
    ),
    bad(
        "arm-key.toml",
        "[arms.a]\ndayz = 1",
        &["arm-key.toml:2: unknown key dayz (did you mean days?)"],
    ),
    bad(
        "arm.toml",
        "[arms]\na = 3",
        &["arm.toml:2: arms.a = 3: expected a table of values"],
    ),
    bad(
        "arms.toml",
        "arms = 3",
        &["arms.toml:1: unknown key arms (it is a table of values, not a value)"],
    ),
    bad(
        "expect.toml",
        "[expect]\ndau = 3",
        &["expect.toml:2: expect.dau = 3: expected [lowest, highest]"],
    ),
    bad(
        "expect-order.toml",
        "[expect]\ndau = [2, 1]",
        &["expect-order.toml:2: expect.dau = [2, 1]"],
    ),
    bad(
        "expect-mixed.toml",
        "[expect]\ndau = [1, \"b\"]",
        &["expect-mixed.toml:2: expect.dau = [1, \"b\"]"],
    ),
];

/// Scenario files that others refer to.
fn surroundings(folder: &Path) {
    fs::create_dir_all(folder.join("hollow")).unwrap();
    fs::create_dir_all(folder.join("sub")).unwrap();
    fs::write(folder.join("two.toml"), "extends = \"one\"").unwrap();
}

#[test]
fn bad_scenarios_are_refused_with_file_line_key_and_what_is_allowed() {
    let dir = tempfile::tempdir().unwrap();
    surroundings(dir.path());
    let complaints = BAD_SCENARIOS
        .iter()
        .filter_map(|case| {
            fs::write(dir.path().join(case.file), case.content).unwrap();
            let done = agora(dir.path(), &["check", case.file]);
            complaint(case.file, &done, 2, case.says)
        })
        .collect();
    none(complaints);
}

/// Command lines with their exit code and what they must say.
type Line = (&'static [&'static str], i32, &'static [&'static str]);

const BAD_LINES: [Line; 29] = [
    (
        &["check", "nothing.toml"],
        2,
        &["nothing.toml: there is no such file", "shipped: quickstart"],
    ),
    (
        &["check", "hollow"],
        2,
        &["hollow: is a folder without a scenario.toml"],
    ),
    (&["check", ""], 2, &["\"\": there is no such file"]),
    (
        &["check", "/dev/zero"],
        2,
        &["/dev/zero: larger than 1048576 bytes"],
    ),
    (&["check"], 2, &["<SCENARIO>"]),
    (
        &["check", "quickstart", "--set", "days"],
        2,
        &["--set days: expected KEY=VALUE"],
    ),
    (
        &["check", "quickstart", "--set", "=3"],
        2,
        &["--set =3: expected KEY=VALUE"],
    ),
    (
        &["check", "quickstart", "--set", "dayz=3"],
        2,
        &["--set: unknown key dayz (did you mean days?)"],
    ),
    (
        &["check", "quickstart", "--set", "name=x"],
        2,
        &["--set: unknown key name (only a scenario file can say it"],
    ),
    (
        &["check", "quickstart", "--set", "days="],
        2,
        &["--set: days = \"\": expected an integer"],
    ),
    (
        &["check", "quickstart", "--set", "days=soon"],
        2,
        &["--set: days = \"soon\": expected an integer (1 to 36500)"],
    ),
    (
        &["check", "quickstart", "--set", "days=1\nseed=2"],
        2,
        &["--set: days = "],
    ),
    (
        &["check", "quickstart", "--set", "days=0"],
        2,
        &["--set: days = 0: allowed is 1 to 36500"],
    ),
    (
        &["check", "quickstart", "--set", "lab.log_offers=yes"],
        2,
        &["--set: lab.log_offers = \"yes\": expected a boolean"],
    ),
    (
        &["check", "quickstart", "--days", "0"],
        2,
        &["--days: days = 0: allowed is 1 to 36500"],
    ),
    (
        &["check", "quickstart", "--days", "-4"],
        2,
        &["'-4' for '--days"],
    ),
    (
        &["check", "quickstart", "--seed", "18446744073709551615"],
        2,
        &["--seed: seed = 18446744073709551615: allowed is 0 to 9223372036854775807"],
    ),
    (
        &["check", "quickstart", "--seed", "-1"],
        2,
        &["'-1' for '--seed"],
    ),
    (
        &["check", "quickstart", "--seed", "seven"],
        2,
        &["'seven' for '--seed"],
    ),
    (
        &["check", "quickstart", "--arm", "left"],
        2,
        &["--arm left: quickstart has no arms"],
    ),
    (
        &["check", "armed.toml", "--arm", "left"],
        2,
        &["--arm left: armed has the arms a, b"],
    ),
    (
        &["run", "quickstart", "--threads", "0"],
        2,
        &["'0' for '--threads", "allowed is 1 to 1024"],
    ),
    (
        &["run", "quickstart", "--threads", "100000"],
        2,
        &["'100000' for '--threads", "allowed is 1 to 1024"],
    ),
    (&["run", "quickstart", "--fast"], 2, &["--fast"]),
    (&["fly"], 2, &["fly"]),
    (&["list", "quickstart"], 2, &["quickstart"]),
    (
        &["verify", "nothing"],
        2,
        &["nothing: is not a run folder (it has no scenario.toml)"],
    ),
    (&["verify", "hollow"], 2, &["hollow: is not a run folder"]),
    (&["selftest", "kills", "--n", "0"], 2, &["'0' for '--n"]),
];

#[test]
fn bad_command_lines_are_refused_with_the_option_the_value_and_what_is_allowed() {
    let dir = tempfile::tempdir().unwrap();
    surroundings(dir.path());
    fs::write(
        dir.path().join("armed.toml"),
        "[arms.a]\n[arms.b]\ndays = 2\n",
    )
    .unwrap();
    let complaints = BAD_LINES
        .iter()
        .filter_map(|(args, code, says)| {
            let done = agora(dir.path(), args);
            complaint(&format!("{args:?}"), &done, *code, says)
        })
        .collect();
    none(complaints);
}

#[test]
fn sections_without_values_and_arms_that_change_nothing_are_no_mistake() {
    let dir = tempfile::tempdir().unwrap();
    let text =
        "[society.population]\n# residents = 3\n[expect]\n[arms.control]\n[arms.other.society]\n";
    fs::write(dir.path().join("s.toml"), text).unwrap();
    for arm in ["control", "other"] {
        let done = agora(dir.path(), &["check", "s.toml", "--arm", arm]);
        none(
            complaint(arm, &done, 0, &["arm control"])
                .into_iter()
                .collect(),
        );
    }
}

#[test]
fn a_shipped_scenario_is_never_built_on_what_lies_in_the_working_folder() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("baseline")).unwrap();
    fs::write(dir.path().join("baseline/scenario.toml"), "seed = 99").unwrap();
    let done = agora(dir.path(), &["check", "quickstart"]);
    assert!(String::from_utf8_lossy(&done.stdout).contains("seed = 1\n"));
}
