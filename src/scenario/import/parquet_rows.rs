//! Cells of Parquet files as text, so that they are checked like those of any table.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::error::{ImportError, shown};
use super::log::Place;
use super::table::Progress;

/// Rows decoded at a time.
const BATCH: usize = 16_384;

/// A Parquet file, its metadata read.
pub struct ParquetTable {
    path: PathBuf,
    /// Names of the columns.
    pub columns: Vec<String>,
    types: Vec<DataType>,
    builder: ParquetRecordBatchReaderBuilder<File>,
}

/// Runs a step of the decoder, which may panic where bytes lie about sizes.
fn guarded<T>(path: &Path, step: impl FnOnce() -> Result<T, String>) -> Result<T, ImportError> {
    let done = catch_unwind(AssertUnwindSafe(step))
        .unwrap_or_else(|_| Err("the decoder gave up on its contents".to_owned()));
    done.map_err(|cause| ImportError::NotALog {
        path: path.to_path_buf(),
        cause: format!("not a readable Parquet file ({})", shown_cause(&cause)),
    })
}

fn shown_cause(cause: &str) -> String {
    cause
        .lines()
        .next()
        .unwrap_or("")
        .chars()
        .take(160)
        .collect()
}

impl ParquetTable {
    /// Opens a file.
    ///
    /// # Errors
    /// [`ImportError`] if there is none or it is not Parquet.
    pub fn open(path: &Path) -> Result<Self, ImportError> {
        let file = File::open(path).map_err(ImportError::reading(path))?;
        let about = file.metadata().map_err(ImportError::reading(path))?;
        if about.is_dir() {
            return Err(ImportError::NotALog {
                path: path.to_path_buf(),
                cause: "is a folder; a Parquet file is expected".to_owned(),
            });
        }
        let builder = guarded(path, || {
            ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| e.to_string())
        })?;
        let fields = builder.schema().fields();
        Ok(Self {
            path: path.to_path_buf(),
            columns: fields.iter().map(|f| f.name().clone()).collect(),
            types: fields.iter().map(|f| f.data_type().clone()).collect(),
            builder,
        })
    }

    /// As [`super::table::Table::each`].
    ///
    /// # Errors
    /// As there.
    pub fn each<const N: usize>(
        self,
        wanted: [Option<usize>; N],
        progress: Progress<'_>,
        mut row: impl FnMut(Place<'_>, [&str; N]) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        for c in wanted.iter().flatten() {
            if !is_readable(&self.types[*c]) {
                return Err(ImportError::NotALog {
                    path: self.path.clone(),
                    cause: format!(
                        "column {} has the type {:?}; expected is text, numbers, timestamps, or lists of text",
                        shown(&self.columns[*c]),
                        self.types[*c]
                    ),
                });
            }
        }
        let total = self.builder.metadata().file_metadata().num_rows().max(1);
        let mut roots: Vec<usize> = wanted.iter().flatten().copied().collect();
        roots.sort_unstable();
        roots.dedup();
        let mask = ProjectionMask::roots(self.builder.parquet_schema(), roots.iter().copied());
        let path = &self.path;
        let builder = self.builder.with_projection(mask).with_batch_size(BATCH);
        let mut reader = guarded(path, || builder.build().map_err(|e| e.to_string()))?;
        let mut n = 0u64;
        loop {
            let next: Option<RecordBatch> = guarded(path, || {
                reader.next().transpose().map_err(|e| e.to_string())
            })?;
            let Some(batch) = next else { return Ok(()) };
            let texts: Vec<Vec<String>> = batch.columns().iter().map(texts).collect();
            let columns = wanted.map(|w| {
                w.and_then(|c| roots.binary_search(&c).ok())
                    .map(|at| &texts[at])
            });
            for i in 0..batch.num_rows() {
                n += 1;
                let cells = columns.map(|c| c.map_or("", |texts| texts[i].trim()));
                row(Place { path, row: n }, cells)?;
            }
            progress("reading", n as f64 / total as f64);
        }
    }
}

/// Returns how a number of this type is shown; `None` if it is none.
fn number_of(kind: &DataType) -> Option<ShowNumber> {
    Some(match kind {
        DataType::Int8 => number::<Int8Type>(),
        DataType::Int16 => number::<Int16Type>(),
        DataType::Int32 => number::<Int32Type>(),
        DataType::Int64 => number::<Int64Type>(),
        DataType::UInt8 => number::<UInt8Type>(),
        DataType::UInt16 => number::<UInt16Type>(),
        DataType::UInt32 => number::<UInt32Type>(),
        DataType::UInt64 => number::<UInt64Type>(),
        DataType::Float32 => number::<Float32Type>(),
        DataType::Float64 => number::<Float64Type>(),
        _ => return None,
    })
}

type ShowNumber = fn(&dyn Array, usize) -> String;

fn number<T: ArrowPrimitiveType>() -> ShowNumber
where
    T::Native: std::fmt::Display,
{
    |array, i| array.as_primitive::<T>().value(i).to_string()
}

fn is_text(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
    )
}

fn is_readable(kind: &DataType) -> bool {
    let is_number = number_of(kind).is_some();
    match kind {
        DataType::List(inner) | DataType::LargeList(inner) => is_text(inner.data_type()),
        DataType::Dictionary(_, value) => is_text(value),
        DataType::Timestamp(..) => true,
        _ => is_number || is_text(kind),
    }
}

/// Shows a column; what is null is empty.
fn texts(array: &ArrayRef) -> Vec<String> {
    (0..array.len()).map(|i| text(array.as_ref(), i)).collect()
}

fn text(array: &dyn Array, i: usize) -> String {
    if array.is_null(i) {
        return String::new();
    }
    if let Some(show) = number_of(array.data_type()) {
        return show(array, i);
    }
    let list = |inner: ArrayRef| texts(&inner).join("|");
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(i).to_owned(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(i).to_owned(),
        DataType::Utf8View => array.as_string_view().value(i).to_owned(),
        DataType::List(_) => list(array.as_list::<i32>().value(i)),
        DataType::LargeList(_) => list(array.as_list::<i64>().value(i)),
        DataType::Dictionary(..) => array.as_any_dictionary_opt().map_or_else(String::new, |d| {
            let keys = d.normalized_keys();
            text(d.values().as_ref(), keys[i])
        }),
        // Only the order of times matters, so that their unit does not.
        DataType::Timestamp(unit, _) => timestamp(array, *unit, i).to_string(),
        _ => String::new(),
    }
}

fn timestamp(array: &dyn Array, unit: TimeUnit, i: usize) -> i64 {
    use arrow_array::types::{
        TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
        TimestampSecondType,
    };
    match unit {
        TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value(i),
        TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().value(i),
        TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().value(i),
        TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().value(i),
    }
}
