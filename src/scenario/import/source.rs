//! From a path to a log: which format it has, and how its rows become interactions.

use std::path::Path;

use super::columns::{ColumnMap, Role};
use super::error::ImportError;
use super::log::{Log, LogBuilder};
use super::recbole;
use super::table::{Progress, Quotes, Table};

/// A format of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RecBole atomic files.
    Recbole,
    /// Delimited text with a header.
    Csv,
    /// Parquet.
    Parquet,
}

/// How a log is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Format; told from the name if `None`.
    pub format: Option<Format>,
    /// Which column means what.
    pub map: ColumnMap,
    /// Interactions a person must have.
    pub min_interactions: u32,
}

/// Tells the format from the name of a path.
///
/// # Errors
/// [`ImportError`] if there is nothing, or the name tells nothing.
pub fn format_of(path: &Path) -> Result<Format, ImportError> {
    let about = std::fs::metadata(path).map_err(ImportError::reading(path))?;
    if about.is_dir() {
        return Ok(Format::Recbole);
    }
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    match extension.to_lowercase().as_str() {
        "inter" => Ok(Format::Recbole),
        "csv" | "tsv" | "txt" => Ok(Format::Csv),
        "parquet" | "pq" => Ok(Format::Parquet),
        _ => Err(ImportError::NotALog {
            path: path.to_path_buf(),
            cause: "its name does not tell the format; use .inter, .csv, .tsv, .txt, .parquet, a folder of RecBole files, or --format".to_owned(),
        }),
    }
}

/// Reads a log.
///
/// # Errors
/// [`ImportError`], the first mistake in the order of the file.
pub fn read(path: &Path, reading: &Reading, progress: Progress<'_>) -> Result<Log, ImportError> {
    let format = match reading.format {
        Some(format) => format,
        None => format_of(path)?,
    };
    let map = &reading.map;
    let builder = match format {
        Format::Recbole => recbole::read(&recbole::find(path)?, map, progress)?,
        Format::Csv | Format::Parquet => {
            let table = if format == Format::Csv {
                Table::text(path, None, Quotes::Allowed)?
            } else {
                Table::parquet(path)?
            };
            let columns = table.columns().to_vec();
            let mut log = LogBuilder::new(path);
            interactions(table, &columns, path, map, &mut log, progress)?;
            log
        }
    };
    builder.finish(reading.min_interactions)
}

/// Splits a cell of genres: at bars, or else at semicolons, or else at commas.
fn genres_of(cell: &str) -> Vec<String> {
    let at = ['|', ';', ',']
        .into_iter()
        .find(|c| cell.contains(*c))
        .unwrap_or('|');
    cell.split(at)
        .map(|g| g.trim().to_owned())
        .filter(|g| !g.is_empty())
        .collect()
}

/// Reads interactions, and what their table says of items. `columns` are the names without types.
///
/// # Errors
/// [`ImportError`], the first mistake in the order of the table.
pub fn interactions(
    table: Table,
    columns: &[String],
    path: &Path,
    map: &ColumnMap,
    log: &mut LogBuilder,
    progress: Progress<'_>,
) -> Result<(), ImportError> {
    let user = Some(map.require(Role::User, columns, path)?);
    let item = Some(map.require(Role::Item, columns, path)?);
    let find = |role| map.find(role, columns, path);
    let (rating, time) = (find(Role::Rating)?, find(Role::Time)?);
    // A table of RecBole has titles and genres in another file, where `--map` means them.
    let is_atomic = path.extension().is_some_and(|e| e == "inter");
    let (title, genres) = if is_atomic {
        (None, None)
    } else {
        (find(Role::Title)?, find(Role::Genres)?)
    };
    log.has_ratings = rating.is_some();
    log.has_times = time.is_some();
    let name = |c: Option<usize>| c.map_or("", |c| columns[c].as_str());
    let (rating_name, time_name) = (name(rating), name(time));
    let wanted = [user, item, rating, time, title, genres];
    table.each(wanted, progress, |place, [u, i, r, t, title, genres]| {
        log.n_rows += 1;
        let missing = [
            (u.is_empty(), "rows without a person"),
            (i.is_empty(), "rows without an item"),
            (rating.is_some() && r.is_empty(), "rows without a rating"),
            (time.is_some() && t.is_empty(), "rows without a time"),
        ];
        if let Some((_, reason)) = missing.iter().find(|(is_missing, _)| *is_missing) {
            log.skipped.count(reason, || place.show());
            return Ok(());
        }
        let r = if rating.is_some() {
            place.rating(rating_name, r)?
        } else {
            0.0
        };
        let t = if time.is_some() {
            place.time(time_name, t)?
        } else {
            0.0
        };
        let item = log.item(place.text(name(item), i)?)?;
        log.describe(
            item,
            place.text("the title", title)?,
            genres_of(place.text("the genres", genres)?),
        );
        log.add(place.text(name(user), u)?, item, r, t)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genres_are_split_at_the_sign_that_is_used() {
        assert_eq!(genres_of("Action|Sci-Fi"), ["Action", "Sci-Fi"]);
        assert_eq!(genres_of("Drama, War"), ["Drama", "War"]);
        assert_eq!(genres_of("Film-Noir"), ["Film-Noir"]);
        assert!(genres_of(" ").is_empty());
    }
}
