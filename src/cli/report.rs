//! `agora report`: draws the report of a run folder anew, from its `report.json`.

use std::fs;
use std::path::Path;

use super::CommandError;
use super::args::ReportArgs;
use super::output;
use crate::events::log::reader;
use crate::lab::report::{FORMAT, ReportData, render_json};
use crate::scenario::run::folder;

/// `agora report`.
pub(super) fn command(args: &ReportArgs) -> Result<(), CommandError> {
    let page = redraw(&args.run)?;
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| args.run.join("report.html"));
    if out.is_dir() {
        return Err(CommandError::Usage(format!(
            "--out {}: is a folder; give the name of a file",
            out.display()
        )));
    }
    folder::write(&out, page.as_bytes())?;
    output::result(&out.display().to_string());
    Ok(())
}

/// Renders the page of a run folder.
///
/// # Errors
/// [`CommandError::Usage`] if it is not a run folder, or its `report.json` is missing, torn or of another version.
pub fn redraw(run: &Path) -> Result<String, CommandError> {
    let shown = run.display();
    if !run.join("scenario.toml").is_file() {
        return Err(CommandError::Usage(format!(
            "{shown}: is not a run folder (it has no scenario.toml)"
        )));
    }
    let path = run.join("report.json");
    if !path.exists() {
        return Err(CommandError::Usage(unfinished(run)));
    }
    let json = fs::read_to_string(&path).map_err(CommandError::file(&path))?;
    let data =
        read(&json).map_err(|why| CommandError::Usage(format!("{}: {why}", path.display())))?;
    Ok(render_json(&data, &json))
}

/// Says what is left of a run that was killed.
fn unfinished(run: &Path) -> String {
    let shown = run.display();
    let days = reader::days(run).unwrap_or_default();
    let log = match days.as_slice() {
        [] => "no finished day".to_owned(),
        [day] => format!("one finished day, day {day}"),
        [first, .., last] => format!("{} finished days, {first} to {last}", days.len()),
    };
    format!(
        "{shown}: has no report.json, so the run was killed before it could write its report; its log holds {log}; \
         `agora run {shown} --out {shown}-again` runs it again"
    )
}

/// Reads a `report.json`; the error says what is wrong with it.
fn read(json: &str) -> Result<ReportData, String> {
    let again = "run the scenario again for a new one";
    let value: serde_json::Value = serde_json::from_str(json).map_err(|e| {
        if e.is_eof() {
            format!("is cut off after {} bytes; {again}", json.len())
        } else {
            format!("is not JSON ({e}); {again}")
        }
    })?;
    let format = value.get("format").and_then(serde_json::Value::as_u64);
    if format != Some(u64::from(FORMAT)) {
        let found = format.map_or_else(|| "no version".to_owned(), |f| format!("version {f}"));
        let writer = value
            .pointer("/summary/agora_version")
            .and_then(serde_json::Value::as_str)
            .map_or_else(String::new, |v| format!(", written by agora {v}"));
        return Err(format!(
            "format: has {found}{writer}; this program reads version {FORMAT}; {again}"
        ));
    }
    serde_json::from_str(json).map_err(|e| format!("is not a report ({e}); {again}"))
}
