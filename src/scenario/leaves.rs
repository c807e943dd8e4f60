//! A scenario file as a list of dotted keys, each with its value and line.

use toml::de::{DeTable, DeValue};

use super::error::{Place, ScenarioError};

/// One value of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// Dotted key.
    pub key: String,
    /// Value.
    pub value: toml::Value,
    /// Where it stands.
    pub place: Place,
}

/// Where the lines of a file begin.
struct Lines<'a> {
    file: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(file: &'a str, text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        Self {
            file,
            starts: ends.map(|(i, _)| i + 1).collect(),
        }
    }

    /// The line in which a byte stands.
    fn place(&self, byte: usize) -> Place {
        let line = 1 + self.starts.partition_point(|start| *start <= byte);
        Place::Line(self.file.to_owned(), line)
    }
}

/// Takes a TOML text apart.
///
/// # Errors
/// [`ScenarioError::Syntax`] with the line.
pub fn take_apart(file: &str, text: &str) -> Result<Vec<Leaf>, ScenarioError> {
    let lines = Lines::of(file, text);
    let syntax = |e: &toml::de::Error| ScenarioError::Syntax {
        place: lines.place(e.span().map_or(0, |s| s.start)),
        cause: e.message().to_owned(),
    };
    let spanned = DeTable::parse(text).map_err(|e| syntax(&e))?;
    fits_64_bits(&lines, "", spanned.get_ref())?;
    let plain: toml::Table = toml::from_str(text).map_err(|e| syntax(&e))?;
    let mut leaves = Vec::new();
    walk(&lines, "", spanned.get_ref(), &plain, &mut leaves);
    // In the order of the file, so that the first mistake is reported first.
    leaves.sort_by_key(|l| match &l.place {
        Place::Line(_, n) => *n,
        Place::CommandLine | Place::Flag(_) | Place::Command => 0,
    });
    Ok(leaves)
}

/// Joins a key to the keys around it; one that is not a bare word is shown as it was quoted.
fn joined(prefix: &str, name: &str) -> String {
    let is_bare = !name.is_empty() && !name.contains(|c: char| c == '.' || c.is_control());
    let name = if is_bare {
        name.to_owned()
    } else {
        format!("{name:?}")
    };
    if prefix.is_empty() {
        name
    } else {
        format!("{prefix}.{name}")
    }
}

/// Finds integers that TOML may spell but no value can hold; the parser's own complaint names no key.
fn fits_64_bits(lines: &Lines<'_>, prefix: &str, table: &DeTable<'_>) -> Result<(), ScenarioError> {
    for (key, value) in table {
        let path = joined(prefix, key.get_ref());
        match value.get_ref() {
            DeValue::Table(t) => fits_64_bits(lines, &path, t)?,
            DeValue::Integer(i) if i64::from_str_radix(i.as_str(), i.radix()).is_err() => {
                return Err(ScenarioError::OutOfRange {
                    place: lines.place(key.span().start),
                    key: path,
                    value: i.as_str().chars().take(60).collect(),
                    allowed: "a 64-bit integer".to_owned(),
                });
            }
            _ => {}
        }
    }
    Ok(())
}

fn walk(
    lines: &Lines<'_>,
    prefix: &str,
    spanned: &DeTable<'_>,
    plain: &toml::Table,
    into: &mut Vec<Leaf>,
) {
    for (key, value) in spanned {
        let name: &str = key.get_ref();
        let path = joined(prefix, name);
        let Some(same) = plain.get(name) else {
            continue;
        };
        match (value.get_ref(), same) {
            (DeValue::Table(t), toml::Value::Table(p)) if !p.is_empty() => {
                walk(lines, &path, t, p, into);
            }
            _ => into.push(Leaf {
                key: path,
                value: same.clone(),
                place: lines.place(key.span().start),
            }),
        }
    }
}

/// Reads one `KEY=VALUE` of the command line; what is not TOML is a word.
///
/// # Errors
/// [`ScenarioError::BadSet`] without an `=` or a key.
pub fn from_command_line(given: &str) -> Result<Leaf, ScenarioError> {
    let bad = || ScenarioError::BadSet {
        given: given.to_owned(),
    };
    let (key, value) = given.split_once('=').ok_or_else(bad)?;
    let key = key.trim();
    if key.is_empty() {
        return Err(bad());
    }
    let value = toml::from_str::<toml::Table>(&format!("value = {value}"))
        .ok()
        // More than one value means that the text smuggled in a line of its own.
        .filter(|t| t.len() == 1)
        .and_then(|mut t| t.remove("value"))
        .unwrap_or_else(|| toml::Value::String(value.trim().to_owned()));
    Ok(Leaf {
        key: key.to_owned(),
        value,
        place: Place::CommandLine,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_know_their_lines() {
        let text = "days = 3\n[society.population]\n# people\nresidents = 50\n";
        let leaves = take_apart("x.toml", text).unwrap();
        assert_eq!(leaves.len(), 2);
        assert_eq!(leaves[1].key, "society.population.residents");
        assert_eq!(leaves[1].place, Place::Line("x.toml".to_owned(), 4));
    }

    #[test]
    fn a_syntax_error_names_its_line() {
        let e = take_apart("x.toml", "days = 3\nseed = = 4\n").unwrap_err();
        assert!(e.to_string().starts_with("x.toml:2: not valid TOML"), "{e}");
    }

    #[test]
    fn values_of_the_command_line_may_be_words() {
        let l = from_command_line("platform.recommend.model=ease").unwrap();
        assert_eq!(l.value, toml::Value::String("ease".to_owned()));
        assert_eq!(
            from_command_line("a=0.5").unwrap().value,
            toml::Value::Float(0.5)
        );
        assert!(from_command_line("nothing").is_err());
    }
}
