//! RecBole atomic files: `NAME.inter`, and beside it `NAME.item` and `NAME.user`; tab separated, header `name:type`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::columns::{ColumnMap, Role};
use super::error::{ImportError, shown};
use super::log::LogBuilder;
use super::source::interactions;
use super::table::{Progress, Quotes, Table};

/// Types a column of an atomic file can have.
const TYPES: [&str; 4] = ["token", "token_seq", "float", "float_seq"];

/// Finds the `.inter` file of a path: the file itself or the only one in a folder.
///
/// # Errors
/// [`ImportError`] if there is none, or more than one.
pub fn find(path: &Path) -> Result<PathBuf, ImportError> {
    if !path.is_dir() {
        return Ok(path.to_path_buf());
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(ImportError::reading(path))? {
        let file = entry.map_err(ImportError::reading(path))?.path();
        if file.extension().is_some_and(|e| e == "inter") {
            found.push(file);
        }
    }
    found.sort();
    let refuse = |cause: String| ImportError::NotALog {
        path: path.to_path_buf(),
        cause,
    };
    match found.len() {
        0 => Err(refuse(
            "there is no .inter file in this folder; name a file, or a folder of RecBole atomic files".to_owned(),
        )),
        1 => Ok(found.remove(0)),
        n => Err(refuse(format!("there are {n} .inter files in this folder; name one of them"))),
    }
}

/// Opens an atomic file and returns its columns without their types.
fn open(path: &Path) -> Result<(Table, Vec<String>), ImportError> {
    let table = Table::text(path, Some(b'\t'), Quotes::Letters)?;
    let mut names = Vec::new();
    for column in table.columns() {
        let typed = column.rsplit_once(':').filter(|(_, t)| TYPES.contains(t));
        let Some((name, _)) = typed else {
            return Err(ImportError::Row {
                path: path.to_path_buf(),
                row: 1,
                cause: format!(
                    "{:?} in the header: expected name:type, with the type one of {}",
                    shown(column),
                    TYPES.join(", ")
                ),
            });
        };
        names.push(name.to_owned());
    }
    Ok((table, names))
}

/// Reads an `.inter` file and what stands beside it.
///
/// # Errors
/// [`ImportError`], the first mistake.
pub fn read(
    inter: &Path,
    map: &ColumnMap,
    progress: Progress<'_>,
) -> Result<LogBuilder, ImportError> {
    let mut log = LogBuilder::new(inter);
    let items = inter.with_extension("item");
    if items.is_file() {
        read_items(&items, map, &mut log, progress)?;
    }
    let (table, columns) = open(inter)?;
    interactions(table, &columns, inter, map, &mut log, progress)?;
    let users = inter.with_extension("user");
    if users.is_file() {
        read_users(&users, map, progress)?;
    }
    Ok(log)
}

fn duplicate(path: &Path, row: u64, id: &str, first: u64) -> ImportError {
    ImportError::Row {
        path: path.to_path_buf(),
        row,
        cause: format!("id {:?} is given twice; first in line {first}", shown(id)),
    }
}

fn read_items(
    path: &Path,
    map: &ColumnMap,
    log: &mut LogBuilder,
    progress: Progress<'_>,
) -> Result<(), ImportError> {
    let (table, columns) = open(path)?;
    let wanted = [
        Some(map.require(Role::Item, &columns, path)?),
        map.find(Role::Title, &columns, path)?,
        map.find(Role::Genres, &columns, path)?,
    ];
    let mut lines: BTreeMap<u32, u64> = BTreeMap::new();
    table.each(wanted, progress, |place, [id, title, genres]| {
        if id.is_empty() {
            log.skipped.count("items without an id", || place.show());
            return Ok(());
        }
        let item = log.item(place.text("the item", id)?)?;
        if let Some(first) = lines.insert(item, place.row) {
            return Err(duplicate(path, place.row, id, first));
        }
        let title = place.text("the title", title)?;
        let genres = place.text("the genres", genres)?;
        let genres = genres.split_whitespace().map(str::to_owned).collect();
        log.describe(item, title, genres);
        Ok(())
    })
}

/// Reads a `.user` file for its mistakes: what it says of people is not used.
fn read_users(path: &Path, map: &ColumnMap, progress: Progress<'_>) -> Result<(), ImportError> {
    let (table, columns) = open(path)?;
    let wanted = [Some(map.require(Role::User, &columns, path)?)];
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    table.each(wanted, progress, |place, [id]| {
        if let Some(first) = lines.insert(id.to_owned(), place.row)
            && !id.is_empty()
        {
            return Err(duplicate(path, place.row, id, first));
        }
        Ok(())
    })
}
