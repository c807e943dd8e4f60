//! Settings of a model as text, where a format does not describe itself and so could not read a table back.

use serde::{Deserialize, Deserializer, Serializer};

/// Writes a table as text in TOML.
///
/// # Errors
/// As the serializer says.
pub fn serialize<S: Serializer>(settings: &toml::Table, serializer: S) -> Result<S::Ok, S::Error> {
    let text = toml::to_string(settings).map_err(serde::ser::Error::custom)?;
    serializer.serialize_str(&text)
}

/// Reads a table from text in TOML.
///
/// # Errors
/// As the deserializer says, or if the text is no TOML.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<toml::Table, D::Error> {
    let text = String::deserialize(deserializer)?;
    toml::from_str(&text).map_err(serde::de::Error::custom)
}
