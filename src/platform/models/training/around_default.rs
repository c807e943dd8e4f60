//! The span of a setting that is searched if nobody says otherwise.

use super::space::{Scale, Span, ends, short};
use crate::sim::config::ValueDoc;

/// A number is searched within this factor of its default, unless its range is narrow.
const NUMBER_FACTOR: f64 = 10.0;

/// An integer is searched within this factor of its default: integers are sizes, and sizes cost time.
const INTEGER_FACTOR: f64 = 4.0;

/// Ranges with an end up to this many times their beginning, or from 0 to at most 1, are searched whole and evenly.
const NARROW: f64 = 20.0;

/// Returns the span around the default of a setting; `None` if there is no scale to search on.
pub(super) fn around_default(doc: &ValueDoc) -> Option<Span> {
    let words = |words: &str| {
        words
            .split(", ")
            .map(|w| w.trim_matches('"').to_owned())
            .collect()
    };
    match doc.kind {
        "boolean" => Some(Span::Choices(vec![false.into(), true.into()])),
        "choice" => {
            let all: Vec<String> = words(&doc.allowed);
            Some(Span::Choices(all.into_iter().map(Into::into).collect()))
        }
        kind => {
            let (least, greatest) = ends(doc)?;
            let is_integer = kind == "integer";
            let is_narrow = (least > 0.0 && greatest <= NARROW * least)
                || (least == 0.0 && greatest <= if is_integer { NARROW } else { 1.0 });
            let (low, high, scale) = if is_narrow {
                (least, greatest, Scale::Linear)
            } else {
                let factor = if is_integer {
                    INTEGER_FACTOR
                } else {
                    NUMBER_FACTOR
                };
                let default = doc.default.parse::<f64>().ok().filter(|d| *d > 0.0)?;
                let low = (default / factor).max(least);
                (low, (default * factor).min(greatest), Scale::Log)
            };
            Some(if is_integer {
                Span::Integers {
                    low: if scale == Scale::Log {
                        low.max(1.0) as u32
                    } else {
                        low as u32
                    },
                    high: high as u32,
                    scale,
                }
            } else {
                let (low, high) = (short(low), short(high));
                Span::Numbers { low, high, scale }
            })
        }
    }
}
