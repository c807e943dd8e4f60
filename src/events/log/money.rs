//! Reading the postings of a day back.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, UInt8Type, UInt32Type, UInt64Type};

use super::contain::contained;
use super::error::LogError;
use super::reader::{day_file, open};
use super::schema::money_schema;
use crate::events::money::{Holder, MoneyRow};
use crate::sim::ids::OfferId;
use crate::sim::units::{Coins, Tick};

/// Reads the postings of a finished day, in their order.
///
/// # Errors
/// [`LogError`] if the file is missing, truncated, or not of this log.
pub fn read_money_of(run: &Path, day: u32) -> Result<Vec<MoneyRow>, LogError> {
    read_money(&day_file(run, day, "money"))
}

/// Reads a file of postings.
///
/// # Errors
/// As [`read_money_of`].
pub fn read_money(path: &Path) -> Result<Vec<MoneyRow>, LogError> {
    contained(|| read(path)).map_err(LogError::format(path))?
}

fn read(path: &Path) -> Result<Vec<MoneyRow>, LogError> {
    let builder = open(path)?;
    if builder.schema().fields() != money_schema().fields() {
        return Err(LogError::format(path)(
            "its columns are not those of a log of money",
        ));
    }
    let reader = builder.build().map_err(LogError::format(path))?;
    let mut rows = Vec::new();
    for batch in reader {
        let b = batch.map_err(LogError::format(path))?;
        macro_rules! column {
            ($i:literal, $t:ty) => {
                b.column($i).as_primitive::<$t>().values()
            };
        }
        let (tick, transaction) = (column!(0, UInt32Type), column!(1, UInt64Type));
        let (purpose, currency) = (column!(2, UInt8Type), column!(3, UInt8Type));
        let (cause, holder) = (column!(4, UInt64Type), column!(5, UInt8Type));
        let (number, amount) = (column!(6, UInt32Type), column!(7, Int64Type));
        for i in 0..b.num_rows() {
            let holder = Holder::from_code(holder[i]).ok_or_else(|| {
                LogError::format(path)(format!("unknown holder {} in row {i}", holder[i]))
            })?;
            rows.push(MoneyRow {
                tick: Tick(tick[i]),
                transaction: transaction[i],
                purpose: purpose[i],
                currency: currency[i],
                cause: OfferId(cause[i]),
                holder,
                number: number[i],
                amount: Coins::from_micros(amount[i]),
            });
        }
    }
    Ok(rows)
}
