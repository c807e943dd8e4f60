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

fn line_of(text: &str, byte: usize) -> usize {
    let upto = text.get(..byte).unwrap_or(text);
    upto.split('\n').count()
}

/// Takes a TOML text apart.
///
/// # Errors
/// [`ScenarioError::Syntax`] with the line.
pub fn take_apart(file: &str, text: &str) -> Result<Vec<Leaf>, ScenarioError> {
    let syntax = |e: &toml::de::Error| ScenarioError::Syntax {
        place: Place::Line(
            file.to_owned(),
            e.span().map_or(1, |s| line_of(text, s.start)),
        ),
        cause: e.message().to_owned(),
    };
    let spanned = DeTable::parse(text).map_err(|e| syntax(&e))?;
    let plain: toml::Table = toml::from_str(text).map_err(|e| syntax(&e))?;
    let mut leaves = Vec::new();
    walk(file, text, "", spanned.get_ref(), &plain, &mut leaves);
    // In the order of the file, so that the first mistake is reported first.
    leaves.sort_by_key(|l| match &l.place {
        Place::Line(_, n) => *n,
        Place::CommandLine => 0,
    });
    Ok(leaves)
}

fn walk(
    file: &str,
    text: &str,
    prefix: &str,
    spanned: &DeTable<'_>,
    plain: &toml::Table,
    into: &mut Vec<Leaf>,
) {
    for (key, value) in spanned {
        let name: &str = key.get_ref();
        let path = if prefix.is_empty() {
            name.to_owned()
        } else {
            format!("{prefix}.{name}")
        };
        let Some(same) = plain.get(name) else {
            continue;
        };
        match (value.get_ref(), same) {
            (DeValue::Table(t), toml::Value::Table(p)) if !p.is_empty() => {
                walk(file, text, &path, t, p, into);
            }
            _ => into.push(Leaf {
                key: path,
                value: same.clone(),
                place: Place::Line(file.to_owned(), line_of(text, key.span().start)),
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
