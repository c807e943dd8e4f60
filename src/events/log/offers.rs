//! Reading the slates of a day back.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, UInt8Type, UInt32Type, UInt64Type};

use super::contain::contained;
use super::error::LogError;
use super::reader::open;
use super::schema::offer_schema;
use crate::events::behavior::{Thing, ThingKind};

/// A slot of a slate, as it was logged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OfferRow {
    /// When.
    pub tick: u32,
    /// Number of the slate.
    pub offer: u64,
    /// To whom.
    pub avatar: u32,
    /// Position from 0.
    pub position: u8,
    /// What.
    pub thing: Thing,
    /// Probability with which it was put there.
    pub propensity: f32,
}

/// Reads a file of offers.
///
/// # Errors
/// [`LogError`] if the file is missing, truncated, or not of this log.
pub fn read_offers(path: &Path) -> Result<Vec<OfferRow>, LogError> {
    contained(|| read_offers_of(path)).map_err(LogError::format(path))?
}

fn read_offers_of(path: &Path) -> Result<Vec<OfferRow>, LogError> {
    let builder = open(path)?;
    if builder.schema().fields() != offer_schema().fields() {
        return Err(LogError::format(path)(
            "its columns are not those of a log of offers",
        ));
    }
    let reader = builder.build().map_err(LogError::format(path))?;
    let mut offers = Vec::new();
    for batch in reader {
        let b = batch.map_err(LogError::format(path))?;
        macro_rules! column {
            ($i:literal, $t:ty) => {
                b.column($i).as_primitive::<$t>().values()
            };
        }
        let (tick, offer, avatar) = (
            column!(0, UInt32Type),
            column!(1, UInt64Type),
            column!(2, UInt32Type),
        );
        let (position, kind, thing) = (
            column!(4, UInt8Type),
            column!(5, UInt8Type),
            column!(6, UInt32Type),
        );
        let propensity = column!(8, Float32Type);
        for i in 0..b.num_rows() {
            let kind = ThingKind::from_code(kind[i]).ok_or_else(|| {
                LogError::format(path)(format!("unknown thing kind {} in row {i}", kind[i]))
            })?;
            offers.push(OfferRow {
                tick: tick[i],
                offer: offer[i],
                avatar: avatar[i],
                position: position[i],
                thing: Thing::new(kind, thing[i]),
                propensity: propensity[i],
            });
        }
    }
    Ok(offers)
}
