//! Tables of text: every cell of delimited text or Parquet comes as text, row by row, so that one reader checks all.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use super::error::{ImportError, shown};
use super::log::Place;
use super::parquet_rows::ParquetTable;

/// Bytes looked at to tell text from anything else.
const SNIFFED: usize = 8_192;

/// Most columns of a table.
const MOST_COLUMNS: usize = 10_000;

/// Longest line, in bytes; what has none is no table.
const LONGEST_LINE: u64 = 16 << 20;

/// Rows between two reports of progress.
const REPORT_EVERY: u64 = 50_000;

/// Whether fields may stand in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quotes {
    /// As in CSV.
    Allowed,
    /// A quote is a letter like others, as in RecBole's files.
    Letters,
}

/// Is told how far an import is: what is done, and its share in [0, 1].
pub type Progress<'a> = &'a mut dyn FnMut(&str, f64);

/// A table with a header, opened.
pub enum Table {
    /// Text.
    Delimited(Delimited),
    /// Parquet.
    Parquet(ParquetTable),
}

/// A table of delimited text, its header read.
pub struct Delimited {
    path: PathBuf,
    columns: Vec<String>,
    bytes: u64,
    reader: csv::Reader<BufReader<File>>,
}

impl Table {
    /// Opens a text with a header; without a delimiter the one that is most frequent in the header is taken.
    ///
    /// # Errors
    /// [`ImportError`] if there is no such file or it is not such a text.
    pub fn text(path: &Path, delimiter: Option<u8>, quotes: Quotes) -> Result<Self, ImportError> {
        Delimited::open(path, delimiter, quotes).map(Self::Delimited)
    }

    /// Opens a Parquet file.
    ///
    /// # Errors
    /// [`ImportError`] if there is no such file or it is not Parquet.
    pub fn parquet(path: &Path) -> Result<Self, ImportError> {
        ParquetTable::open(path).map(Self::Parquet)
    }

    /// Lists the columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        match self {
            Self::Delimited(t) => &t.columns,
            Self::Parquet(t) => &t.columns,
        }
    }

    /// Calls `row` with the cells of the `wanted` columns, `None` for a column that is not wanted, for each row in order.
    ///
    /// # Errors
    /// What `row` returns, or [`ImportError`] if the file goes wrong.
    pub fn each<const N: usize>(
        self,
        wanted: [Option<usize>; N],
        progress: Progress<'_>,
        row: impl FnMut(Place<'_>, [&str; N]) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        match self {
            Self::Delimited(t) => t.each(wanted, progress, row),
            Self::Parquet(t) => t.each(wanted, progress, row),
        }
    }
}

/// Reads the beginning of a file and refuses what is no text.
fn sniff(path: &Path) -> Result<(Vec<u8>, u64), ImportError> {
    let file = File::open(path).map_err(ImportError::reading(path))?;
    let about = file.metadata().map_err(ImportError::reading(path))?;
    let refuse = |cause: &str| ImportError::NotALog {
        path: path.to_path_buf(),
        cause: cause.to_owned(),
    };
    if about.is_dir() {
        return Err(refuse("is a folder; a file is expected"));
    }
    let mut head = Vec::new();
    file.take(SNIFFED as u64)
        .read_to_end(&mut head)
        .map_err(ImportError::reading(path))?;
    if head.is_empty() {
        return Err(ImportError::Empty {
            path: path.to_path_buf(),
            cause: "the file is empty".to_owned(),
        });
    }
    if head.contains(&0) {
        return Err(refuse("is not text (it contains zero bytes)"));
    }
    Ok((head, about.len()))
}

impl Delimited {
    fn open(path: &Path, delimiter: Option<u8>, quotes: Quotes) -> Result<Self, ImportError> {
        let (head, bytes) = sniff(path)?;
        let line = head.split(|b| *b == b'\n').next().unwrap_or(&[]);
        let delimiter = delimiter.unwrap_or_else(|| {
            let frequency = |d: &u8| line.split(|b| b == d).count();
            // Of equally frequent ones the last is taken: the comma.
            let known = [b'|', b';', b'\t', b','];
            known.into_iter().max_by_key(frequency).unwrap_or(b',')
        });
        let file = File::open(path).map_err(ImportError::reading(path))?;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .quoting(quotes == Quotes::Allowed)
            .from_reader(BufReader::with_capacity(1 << 20, file));
        let header = match reader.headers() {
            Ok(h) => h.clone(),
            Err(e) => return Err(fault(path, &e)),
        };
        let columns: Vec<String> = header.iter().map(|c| c.trim().to_owned()).collect();
        let refuse = |cause: String| ImportError::Row {
            path: path.to_path_buf(),
            row: 1,
            cause,
        };
        if columns.len() > MOST_COLUMNS {
            let n = columns.len();
            return Err(refuse(format!(
                "{n} columns; at most {MOST_COLUMNS} are allowed"
            )));
        }
        for (i, name) in columns.iter().enumerate() {
            if name.is_empty() {
                return Err(refuse(format!(
                    "column {} of the header has no name",
                    i + 1
                )));
            }
            if columns[..i].contains(name) {
                return Err(refuse(format!(
                    "the header names column {} twice",
                    shown(name)
                )));
            }
        }
        Ok(Self {
            path: path.to_path_buf(),
            columns,
            bytes,
            reader,
        })
    }

    fn each<const N: usize>(
        mut self,
        wanted: [Option<usize>; N],
        progress: Progress<'_>,
        mut row: impl FnMut(Place<'_>, [&str; N]) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        let mut record = csv::StringRecord::new();
        let (mut n, mut begun) = (0u64, 0u64);
        loop {
            match self.reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(e) => return Err(fault(&self.path, &e)),
            }
            let line = record.position().map_or(0, csv::Position::line);
            let ended = self.reader.position().byte();
            if ended - begun > LONGEST_LINE {
                return Err(ImportError::Row {
                    path: self.path,
                    row: line,
                    cause: format!("longer than {} MiB; this is no table", LONGEST_LINE >> 20),
                });
            }
            begun = ended;
            let cells = wanted.map(|w| w.and_then(|c| record.get(c)).map_or("", str::trim));
            let place = Place {
                path: &self.path,
                row: line,
            };
            row(place, cells)?;
            n += 1;
            if n.is_multiple_of(REPORT_EVERY) {
                progress("reading", ended as f64 / self.bytes.max(1) as f64);
            }
        }
    }
}

/// Says what is wrong with a text, and where.
fn fault(path: &Path, e: &csv::Error) -> ImportError {
    let row = e.position().map_or(0, csv::Position::line);
    let cause = match e.kind() {
        csv::ErrorKind::Io(cause) => {
            return ImportError::Unreadable {
                path: path.to_path_buf(),
                cause: std::io::Error::new(cause.kind(), cause.to_string()),
            };
        }
        csv::ErrorKind::Utf8 { err, .. } => {
            format!("field {} is not UTF-8 text", err.field() + 1)
        }
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("{len} fields; the header has {expected_len}"),
        _ => e.to_string(),
    };
    ImportError::Row {
        path: path.to_path_buf(),
        row,
        cause,
    }
}
