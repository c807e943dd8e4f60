//! Rows about money and land: what flowed for which purpose, what land fetched, where people go.

use crate::economy::ledger::Ledger;
use crate::economy::purpose::{Direction, Purpose};
use crate::lab::report::data::{FlowDirection, FlowRow, LandMap, LandSpace};
use crate::sim::ids::ParcelId;
use crate::sim::units::TICKS_PER_DAY;
use crate::society::spaces::map::Cell;

use super::fill::Sight;

/// Lists every purpose for which money flowed.
pub(super) fn flows(ledger: &Ledger) -> Vec<FlowRow> {
    Purpose::ALL
        .iter()
        .map(|purpose| (*purpose, ledger.flow(*purpose)))
        .filter(|(_, flow)| flow.count > 0)
        .map(|(purpose, flow)| FlowRow {
            purpose: purpose.word().to_owned(),
            currency: purpose.currency(),
            direction: match purpose.direction() {
                Direction::Faucet => FlowDirection::Faucet,
                Direction::Sink => FlowDirection::Sink,
                Direction::Transfer => FlowDirection::Transfer,
            },
            count: flow.count,
            total: flow.total.as_f64(),
        })
        .collect()
}

/// Draws the map: the last price of every parcel that was sold, and the visits a day to every place.
pub(super) fn land(s: &Sight<'_>) -> LandMap {
    let days = (f64::from(s.now.0) / f64::from(TICKS_PER_DAY)).max(f64::MIN_POSITIVE);
    let prices = s
        .land
        .lots
        .rows()
        .iter()
        .map(|lot| (lot.is_land && lot.last_price.is_positive()).then(|| lot.last_price.as_f64()))
        .collect();
    let spaces = s.spaces.table.rows().iter().enumerate();
    let spaces = spaces
        .map(|(i, space)| {
            let (x, y) = s.map.xy(space.parcel);
            let visits = s.book.visits.get(i).copied().unwrap_or(0);
            LandSpace {
                x,
                y,
                kind: space.kind.word().to_owned(),
                footfall: if visits == 0 {
                    0.0
                } else {
                    visits as f64 / days
                },
            }
        })
        .collect();
    let ground = (0..s.map.len())
        .map(|i| match s.map.cell(ParcelId::from_idx(i)) {
            Cell::Land => '.',
            Cell::Road => '#',
            Cell::Plaza => 'o',
        })
        .collect();
    LandMap {
        side: s.map.side,
        ground,
        prices,
        spaces,
    }
}
