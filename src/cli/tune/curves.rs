//! The trials of a search as TensorBoard shows them: one folder a trial, and one of the search.
//!
//! Steps are passes or units of what a trial was given; a second of TensorBoard's time is one of them.

use crate::lab::report::tensorboard::{EventFile, Setting, file_name};
use crate::platform::models::training::checkpoint::Record;

/// Folder that TensorBoard is pointed at.
pub(super) const FOLDER: &str = "tensorboard";

/// Buckets of the histogram of scores.
const BUCKETS: usize = 20;

/// Returns where the curves of a trial go.
pub(super) fn path_of(trial: u32) -> String {
    format!("{FOLDER}/trial-{trial:03}/{}", file_name(0, "agora"))
}

/// Returns where the curves of the search go.
pub(super) fn path_of_search() -> String {
    format!("{FOLDER}/search/{}", file_name(0, "agora"))
}

/// Draws a trial: its settings, its score by what it was given, and the passes of its longest fits.
pub(super) fn of_trial(records: &[Record], trial: u32) -> Vec<u8> {
    let own: Vec<&Record> = records.iter().filter(|r| r.trial == trial).collect();
    let mut file = EventFile::new(0.0);
    let Some(last) = own.last() else {
        return file.bytes().to_vec();
    };
    let settings: Vec<(String, Setting)> = last.settings.iter().map(setting).collect();
    file.settings(0.0, &format!("trial-{trial:03}"), &settings);
    for r in &own {
        let time = f64::from(r.resource);
        if let Some(score) = r.score {
            file.scalar(time, i64::from(r.resource), "ndcg@10", score);
        }
        if let Some(why) = &r.failure {
            file.text(time, i64::from(r.resource), "failure", why);
        }
    }
    for (fold, curve) in last.curves.iter().enumerate() {
        for pass in curve {
            let (time, step) = (f64::from(pass.epoch), i64::from(pass.epoch));
            if let Some(loss) = pass.loss {
                file.scalar(time, step, &format!("loss/fold {fold}"), loss);
            }
            if let Some(metric) = pass.held_out {
                file.scalar(time, step, &format!("held out/fold {fold}"), metric);
            }
        }
    }
    file.settings_end(f64::from(last.resource), last.failure.is_none());
    file.bytes().to_vec()
}

/// Draws the search: what to expect of the best of n, how scores lie, and what was chosen.
pub(super) fn of_search(best_of: &[f64], scores: &[f64], chosen: &str) -> Vec<u8> {
    let mut file = EventFile::new(0.0);
    for (n, best) in (1i32..).zip(best_of) {
        file.scalar(f64::from(n), i64::from(n), "expected best of n", *best);
    }
    file.histogram(0.0, 0, "ndcg@10", scores, BUCKETS);
    file.text(0.0, 0, "chosen", chosen);
    file.bytes().to_vec()
}

fn setting((name, value): (&String, &toml::Value)) -> (String, Setting) {
    let setting = match value {
        toml::Value::Float(x) => Setting::Number(*x),
        toml::Value::Integer(n) => Setting::Number(*n as f64),
        toml::Value::Boolean(b) => Setting::Truth(*b),
        toml::Value::String(s) => Setting::Word(s.clone()),
        toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => {
            Setting::Word(value.to_string())
        }
    };
    (name.clone(), setting)
}
