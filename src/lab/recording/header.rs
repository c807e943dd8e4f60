//! What a recording says of itself before anything else.

use serde::{Deserialize, Serialize};

use super::level::Detail;

/// The newest format of recordings.
pub const FORMAT: u32 = 1;

/// The header: which city it is, and what is kept of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Format of the recording.
    pub format: u32,
    /// Version of the program that wrote it.
    pub agora: String,
    /// Name of the scenario.
    pub scenario: String,
    /// What the scenario says of itself.
    pub description: String,
    /// The scenario with every value.
    pub scenario_toml: String,
    /// Hash of the scenario, in hexadecimal.
    pub scenario_hash: String,
    /// Seed of the world.
    pub seed: u64,
    /// Days that were asked for.
    pub days: u32,
    /// How much is kept.
    pub detail: Detail,
    /// The first tick that is recorded.
    pub first_tick: u32,
    /// Names of the components of the state, in the order of their hashes.
    pub components: Vec<String>,
}

/// What is read of a header first, of whatever format it is.
#[derive(Deserialize)]
pub(super) struct Lead {
    /// Format of the recording.
    pub(super) format: u32,
}

/// Its schema.
pub(super) const SCHEMA: &str = r#"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "agora.Header",
  "description": "Which city it is, and what is kept of it.",
  "type": "object",
  "properties": {
    "format": { "type": "integer", "description": "format of the recording" },
    "agora": { "type": "string", "description": "version of the program that wrote it" },
    "scenario": { "type": "string", "description": "name of the scenario" },
    "description": { "type": "string", "description": "what the scenario says of itself" },
    "scenario_toml": { "type": "string", "description": "the scenario with every value" },
    "scenario_hash": { "type": "string", "description": "hash of the scenario, in hexadecimal" },
    "seed": { "type": "integer", "description": "seed of the world" },
    "days": { "type": "integer", "description": "days that were asked for" },
    "detail": { "enum": ["metrics", "demo", "full"], "description": "how much is kept" },
    "first_tick": { "type": "integer", "description": "the first tick that is recorded" },
    "components": { "type": "array", "items": { "type": "string" }, "description": "names of the components of the state" }
  }
}"#;

/// Schema of a command.
pub(super) const COMMAND_SCHEMA: &str = r#"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "agora.Command",
  "description": "A command that steered the city before the tick it names; docs/run-folder.md tells the rest.",
  "type": "object",
  "properties": {
    "tick": { "type": "integer" },
    "command": { "enum": ["set_policy", "take_over", "let_go", "choose"] }
  }
}"#;

/// Schema of the summary.
pub(super) const SUMMARY_SCHEMA: &str = r#"{
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "agora.Summary",
  "description": "What the run was and its headline numbers, as in run.json.",
  "type": "object"
}"#;
