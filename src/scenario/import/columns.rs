//! Which column of a table means what: names known from public data sets, or what `--map` says.

use std::path::Path;

use super::error::ImportError;

/// What a column can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Role {
    /// Whose interaction.
    User = 0,
    /// With what.
    Item = 1,
    /// How much it was liked.
    Rating = 2,
    /// When.
    Time = 3,
    /// Title of the item.
    Title = 4,
    /// Genres of the item.
    Genres = 5,
}

impl Role {
    /// All roles in order.
    pub const ALL: [Self; 6] = [
        Self::User,
        Self::Item,
        Self::Rating,
        Self::Time,
        Self::Title,
        Self::Genres,
    ];

    /// Returns the word that `--map` takes.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Item => "item",
            Self::Rating => "rating",
            Self::Time => "time",
            Self::Title => "title",
            Self::Genres => "genres",
        }
    }

    /// Returns the names under which public data sets have such a column, lower case.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::User => &["user", "user_id", "userid"],
            Self::Item => &["item", "item_id", "itemid", "movieid", "movie_id"],
            Self::Rating => &["rating", "stars", "score"],
            Self::Time => &["time", "timestamp", "datetime", "date"],
            Self::Title => &["title", "movie_title", "item_name", "name"],
            Self::Genres => &["genres", "genre", "class", "categories", "category", "tags"],
        }
    }
}

/// Says in `--map` that a column of a known name is not to be used.
const NO_COLUMN: &str = "-";

/// What `--map` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnMap {
    named: [Option<String>; 6],
}

impl ColumnMap {
    /// Reads `user=…,item=…,rating=…,time=…,title=…,genres=…`; each may be left out, none may be given twice.
    ///
    /// The column `-` is none: what a column of a known name says is then not used.
    ///
    /// # Errors
    /// [`ImportError::Map`] naming the part at fault.
    pub fn parse(given: &str) -> Result<Self, ImportError> {
        let bad = |cause: String| ImportError::Map {
            given: given.to_owned(),
            cause,
        };
        let allowed = Role::ALL.map(Role::word).join(", ");
        let mut map = Self::default();
        for part in given.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let Some((word, column)) = part.split_once('=') else {
                return Err(bad(format!(
                    "{part:?} is not MEANING=COLUMN; meanings are {allowed}"
                )));
            };
            let (word, column) = (word.trim(), column.trim());
            let Some(role) = Role::ALL.into_iter().find(|r| r.word() == word) else {
                return Err(bad(format!(
                    "{word:?} is no meaning of a column; meanings are {allowed}"
                )));
            };
            if column.is_empty() {
                return Err(bad(format!("{word} names no column")));
            }
            if map.named[role as usize].is_some() {
                return Err(bad(format!("{word} is given twice")));
            }
            map.named[role as usize] = Some(column.to_owned());
        }
        Ok(map)
    }

    /// Finds the column of a role among `columns`; `None` if nothing was asked for and no known name is there.
    ///
    /// # Errors
    /// [`ImportError::NoColumn`] if the one asked for is not there.
    pub fn find(
        &self,
        role: Role,
        columns: &[String],
        path: &Path,
    ) -> Result<Option<usize>, ImportError> {
        let at = |name: &str| columns.iter().position(|c| c == name);
        if let Some(name) = &self.named[role as usize] {
            if name == NO_COLUMN {
                return Ok(None);
            }
            return at(name)
                .map(Some)
                .ok_or_else(|| absent(path, format!("{name:?} (--map {})", role.word()), columns));
        }
        let lower: Vec<String> = columns.iter().map(|c| c.to_lowercase()).collect();
        Ok(role
            .names()
            .iter()
            .find_map(|n| lower.iter().position(|c| c == n)))
    }

    /// Finds the column of a role that must be there.
    ///
    /// # Errors
    /// [`ImportError::NoColumn`] if it is not.
    pub fn require(
        &self,
        role: Role,
        columns: &[String],
        path: &Path,
    ) -> Result<usize, ImportError> {
        self.find(role, columns, path)?.ok_or_else(|| {
            let word = role.word();
            let names = role.names().join(", ");
            absent(
                path,
                format!("for the {word} (one of {names}; or --map {word}=COLUMN)"),
                columns,
            )
        })
    }
}

/// Columns listed in a message.
const LISTED: usize = 20;

fn absent(path: &Path, wanted: String, columns: &[String]) -> ImportError {
    let mut found: Vec<String> = columns
        .iter()
        .take(LISTED)
        .map(|c| super::error::shown(c))
        .collect();
    if columns.len() > LISTED {
        found.push(format!("... ({} in all)", columns.len()));
    }
    ImportError::NoColumn {
        path: path.to_path_buf(),
        wanted,
        found: found.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_names_columns_and_refuses_what_it_does_not_know() {
        let map = ColumnMap::parse("user=who, item=what,time=at").unwrap();
        let columns = ["at", "what", "who", "rating"].map(str::to_owned);
        let path = Path::new("x.csv");
        assert_eq!(map.require(Role::User, &columns, path).unwrap(), 2);
        assert_eq!(map.find(Role::Rating, &columns, path).unwrap(), Some(3));
        assert_eq!(map.find(Role::Title, &columns, path).unwrap(), None);
        let none = ColumnMap::parse("rating=-").unwrap();
        assert_eq!(none.find(Role::Rating, &columns, path).unwrap(), None);
        for wrong in ["user", "who=user", "user=", "user=a,user=b"] {
            assert!(ColumnMap::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_absent_column_is_named_with_those_that_are_there() {
        let columns = ["a", "b"].map(str::to_owned);
        let e = ColumnMap::default()
            .require(Role::Item, &columns, Path::new("x.csv"))
            .unwrap_err()
            .to_string();
        assert!(
            e.contains("x.csv") && e.contains("item_id") && e.contains("a, b"),
            "{e}"
        );
    }
}
