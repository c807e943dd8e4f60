//! The documentation of every value of a scenario, generated from the schema.

use std::fmt::Write as _;

use super::schema::Scenario;

/// Returns `docs/scenario-reference.md`.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "# Scenario reference\n\nGenerated from the schema; `cargo test` fails when it is out of date.\n\n\
         A scenario is a TOML file. Unknown keys are refused. Beside the values below it may say:\n\n\
         | key | what it is |\n| --- | --- |\n\
         | `name` | its name; the file's without it |\n\
         | `description` | what it is about, in one sentence |\n\
         | `extends` | another scenario whose values hold where this one says nothing: a name or a file beside it |\n\
         | `world` | folder of an imported world, relative to the file |\n\
         | `world_digest` | digest of that world's files, written into run folders; a world that changed is refused |\n\
         | `[arms.NAME]` | a variant: a `description` and any of the values below |\n\
         | `[expect]` | what a run must show: `metric = [lowest, highest]`, or `metric = [\"arm with less\", \"arm with more\"]` |\n",
    );
    let mut part = String::new();
    for doc in Scenario::describe() {
        let (head, _) = doc.key.rsplit_once('.').unwrap_or(("top level", ""));
        if head != part {
            head.clone_into(&mut part);
            let title = if head == "top level" {
                "top level".to_owned()
            } else {
                format!("`[{head}]`")
            };
            // Writing to a string cannot fail.
            let _done = write!(
                out,
                "\n## {title}\n\n| key | default | unit | allowed | what it does |\n| --- | --- | --- | --- | --- |\n"
            );
        }
        let name = doc.key.rsplit('.').next().unwrap_or(&doc.key);
        let _done = writeln!(
            out,
            "| `{name}` | {} | {} | {} | {} |",
            doc.default, doc.unit, doc.allowed, doc.help
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_in_the_documents_is_the_schema() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scenario-reference.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        if written != markdown() {
            let fresh = std::env::temp_dir().join("scenario-reference.md");
            std::fs::write(&fresh, markdown()).unwrap();
            panic!(
                "docs/scenario-reference.md is out of date; copy {}",
                fresh.display()
            );
        }
    }
}
