//! Texts as scenarios, from noise to one damaged byte in a scenario that is right: an answer or an error of one line, no panic.

use std::fmt::Write as _;

use serde::Serialize;

use super::listed;
use super::recording::{in_a_line, timed};
use crate::cli::CommandError;
use crate::cli::side_by_side::side_by_side;
use crate::scenario::leaves::{from_command_line, take_apart};
use crate::scenario::load::{Overrides, load, load_text};
use crate::scenario::schema::Scenario;
use crate::sim::rng::{Purpose, RngStream, mix};

/// Pieces of TOML, and of what is near it.
const PIECES: [&str; 30] = [
    "[", "]", "{", "}", "=", ".", ",", "\"", "'", "#", "\n", " ", "\t", "-", "+", "_", "0", "9",
    "1e999", "nan", "true", "[[", "]]", "\"\"\"", "\\u0000", "é", "arms.a", "extends", "days",
    "expect",
];

/// Keys that no value has.
const WORDS: [&str; 8] = [
    "name",
    "description",
    "extends",
    "arms",
    "arms.a",
    "arms.a.days",
    "expect",
    "expect.dau",
];

/// Texts that one thread reads before it takes others.
const AT_A_TIME: u32 = 1_000;

/// What the proof found.
#[derive(Debug, Default, Serialize)]
pub struct Shown {
    /// Texts that were read.
    pub texts: u32,
    /// Of which so many are scenarios.
    pub accepted: u32,
    /// Longest time for one, in seconds.
    pub slowest_seconds: f64,
    /// What went wrong.
    pub violations: Vec<String>,
}

impl Shown {
    /// Says it in a line.
    #[must_use]
    pub fn line(&self) -> String {
        let text = format!(
            "{} texts read as scenarios: {} accepted; slowest {:.3} s, {} violations",
            self.texts,
            self.accepted,
            self.slowest_seconds,
            self.violations.len()
        );
        listed(text, &self.violations)
    }
}

/// Reads so many texts, on all cores.
///
/// # Errors
/// [`CommandError`] if the scenario that is damaged cannot be loaded.
pub fn read(n: u32, seed: u64) -> Result<Shown, CommandError> {
    let whole = load("quickstart", &Overrides::default())?
        .scenario
        .to_toml();
    let keys: Vec<String> = Scenario::describe().into_iter().map(|d| d.key).collect();
    let some = |part: usize| {
        let first = part as u32 * AT_A_TIME;
        let mut shown = Shown::default();
        for i in first..first.saturating_add(AT_A_TIME).min(n) {
            let mut rng = RngStream::new(mix(seed), Purpose::Map, u64::from(i), 9);
            let text = match i % 4 {
                0 => noise(&mut rng),
                1 => soup(&mut rng),
                2 => lines(&keys, &mut rng),
                _ => damaged(&whole, &mut rng),
            };
            let (seconds, judged) = timed(|| judge(&text, &mut shown.accepted));
            shown.texts += 1;
            shown.slowest_seconds = shown.slowest_seconds.max(seconds);
            if let Err(why) = judged {
                let again = format!("--seed {seed} --n {}", i + 1);
                shown.violations.push(format!("text {i} ({again}): {why}"));
            }
        }
        Ok::<_, CommandError>(shown)
    };
    let parts = side_by_side(n.div_ceil(AT_A_TIME) as usize, 0, some)?;
    let mut shown = Shown::default();
    for part in parts {
        shown.texts += part.texts;
        shown.accepted += part.accepted;
        shown.slowest_seconds = shown.slowest_seconds.max(part.slowest_seconds);
        shown.violations.extend(part.violations);
    }
    Ok(shown)
}

/// Reads a text as a scenario, and its first line as an override: what is accepted resolves to what is accepted as the same.
fn judge(text: &str, accepted: &mut u32) -> Result<(), String> {
    if let Err(e) = from_command_line(text.lines().next().unwrap_or_default()) {
        in_a_line(&e.into())?;
    }
    if let Err(e) = take_apart("x.toml", text) {
        in_a_line(&e.into())?;
    }
    match load_text("x.toml", text) {
        Ok(loaded) => {
            *accepted += 1;
            let again =
                load_text("x.toml", &loaded.scenario.to_toml()).map_err(|e| e.to_string())?;
            if again.scenario.hash() == loaded.scenario.hash() {
                Ok(())
            } else {
                Err("it resolves to another scenario than it is".to_owned())
            }
        }
        Err(e) => in_a_line(&e.into()),
    }
}

fn noise(rng: &mut RngStream) -> String {
    let bytes: Vec<u8> = (0..rng.below(400)).map(|_| rng.below(256) as u8).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn soup(rng: &mut RngStream) -> String {
    (0..rng.below(60))
        .map(|_| PIECES[rng.below(PIECES.len())])
        .collect()
}

/// One to four values of keys that there are.
fn lines(keys: &[String], rng: &mut RngStream) -> String {
    let mut text = String::new();
    for _ in 0..=rng.below(4) {
        let key = if rng.below(8) == 0 {
            WORDS[rng.below(WORDS.len())]
        } else {
            &keys[rng.below(keys.len())]
        };
        text.push_str(key);
        text.push_str(" = ");
        value(rng, 2, &mut text);
        text.push('\n');
    }
    text
}

/// Writes a value of any type.
fn value(rng: &mut RngStream, depth: u32, text: &mut String) {
    let kinds = if depth > 0 { 8 } else { 6 };
    let written = match rng.below(kinds) {
        0 => write!(text, "{}", rng.bits().cast_signed() >> rng.below(64)),
        1 => write!(text, "{:?}", f64::from_bits(rng.bits())),
        2 => write!(text, "{:?}", rng.range(-2.0, 2.0)),
        3 => write!(text, "{}", rng.chance(0.5)),
        4 => write!(text, "{:?}", soup(rng)),
        5 => write!(
            text,
            "{:?}",
            ["off", "gsp", "ials", "quickstart", "listing"][rng.below(5)]
        ),
        6 => {
            text.push('[');
            for _ in 0..rng.below(4) {
                value(rng, depth - 1, text);
                text.push(',');
            }
            write!(text, "]")
        }
        _ => {
            text.push_str("{ a = ");
            value(rng, depth - 1, text);
            write!(text, " }}")
        }
    };
    // A string takes whatever is written into it.
    debug_assert!(written.is_ok());
}

/// A scenario of which one to five bytes are other ones, more, or missing.
fn damaged(whole: &str, rng: &mut RngStream) -> String {
    let mut bytes = whole.as_bytes().to_vec();
    for _ in 0..=rng.below(5) {
        let (at, byte) = (rng.below(bytes.len()), 32 + rng.below(96) as u8);
        match rng.below(3) {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => {
                bytes.remove(at);
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
