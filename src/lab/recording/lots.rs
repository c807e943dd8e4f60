//! What stands on the ground and whom it belongs to: once a day whole, and at the head of each chunk what differs from that.

use bevy::ecs::world::World;

use super::shape::{Kind, Shape};
use super::wire::{Column, Fields, Out, WireError};
use crate::economy::land::registry::LandRegistry;
use crate::events::behavior::{Event, EventKind, Surface, ThingKind};
use crate::sim::ids::{CampaignId, ParcelId};
use crate::sim::units::Coins;
use crate::society::spaces::field::FootfallField;
use crate::society::spaces::map::{Cell, CityMap};

/// The message about the ground, which never changes.
pub(super) const GROUND: Shape = Shape {
    name: "Ground",
    help: "The grid of parcels, row by row; it never changes.",
    fields: &[
        (1, "side", Kind::Number, "parcels along a side"),
        (
            2,
            "road_every",
            Kind::Number,
            "every how many parcels a road runs",
        ),
        (
            3,
            "cells",
            Kind::Bytes,
            "what lies there: 0 road, 1 plaza, 2 land",
        ),
        (4, "districts", Kind::Bytes, "to which district it belongs"),
    ],
};

/// The message about lots and billboards.
pub(super) const SHAPE: Shape = Shape {
    name: "Lots",
    help: "Lots, and who won the billboards, as they are after the tick of the same time; the first of a day is whole, others tell the lots that differ from it.",
    fields: &[
        (1, "base", Kind::Number, "tick of the whole one, plus 1"),
        (
            2,
            "parcel",
            Kind::Numbers,
            "lots told of, by growing number, each as the distance from the one before less 1",
        ),
        (
            3,
            "state",
            Kind::Numbers,
            "1 if it is owned, plus 2 if built on, plus 4 if for sale",
        ),
        (
            4,
            "price",
            Kind::Numbers,
            "last price in micro-coins; 0 if it was never sold",
        ),
        (
            5,
            "footfall",
            Kind::Numbers,
            "people passing it a day, in tenths",
        ),
        (
            6,
            "board",
            Kind::Numbers,
            "spaces with a billboard that has shown anything, by growing number, each as the distance from the one before less 1",
        ),
        (7, "campaign", Kind::Numbers, "campaign it showed last"),
    ],
};

/// The ground of a city.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// Parcels along a side.
    pub side: u32,
    /// Every how many parcels a road runs.
    pub road_every: u32,
    /// What lies on each parcel, row by row.
    pub cells: Vec<Cell>,
    /// District of each parcel.
    pub districts: Vec<u8>,
}

/// A lot as it is recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LotNote {
    /// Whether somebody owns it.
    pub is_owned: bool,
    /// Whether its owner has built on it.
    pub is_built: bool,
    /// Whether it is for sale.
    pub is_on_sale: bool,
    /// Last price; zero if it was never sold.
    pub price: Coins,
    /// People passing it a day, in tenths.
    pub footfall_tenths: u32,
}

/// Most parcels along a side that a scenario may have.
const MOST_SIDE: u64 = 1_024;

impl Ground {
    /// Looks at the ground.
    pub(super) fn look(world: &World, road_every: u32) -> Self {
        let map = world.resource::<CityMap>();
        let ids = || (0..map.len()).map(ParcelId::from_idx);
        Self {
            side: map.side,
            road_every,
            cells: ids().map(|p| map.cell(p)).collect(),
            districts: ids().map(|p| map.district(p)).collect(),
        }
    }

    /// Writes it.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Out::default();
        out.uint(1, u64::from(self.side));
        out.uint(2, u64::from(self.road_every));
        let cells: Vec<u8> = self
            .cells
            .iter()
            .map(|c| match c {
                Cell::Road => 0,
                Cell::Plaza => 1,
                Cell::Land => 2,
            })
            .collect();
        out.bytes(3, &cells);
        out.bytes(4, &self.districts);
        out.finish()
    }

    /// Reads it.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, WireError> {
        let fields = Fields::read(bytes)?;
        let side = fields.uint(1)?;
        let n = side.saturating_mul(side);
        let (cells, districts) = (fields.bytes(3)?, fields.bytes(4)?);
        if side > MOST_SIDE {
            return Err(WireError::Value(1, side));
        }
        if cells.len() as u64 != n {
            return Err(WireError::Short(3));
        }
        if districts.len() as u64 != n {
            return Err(WireError::Short(4));
        }
        let cells = cells
            .iter()
            .map(|c| match c {
                0 => Ok(Cell::Road),
                1 => Ok(Cell::Plaza),
                2 => Ok(Cell::Land),
                other => Err(WireError::Value(3, u64::from(*other))),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            side: fields.uint32(1)?,
            road_every: fields.uint32(2)?,
            cells,
            districts: districts.to_vec(),
        })
    }
}

/// Looks at all lots.
pub(super) fn look(world: &World) -> Vec<LotNote> {
    let land = world.resource::<LandRegistry>();
    let field = world.resource::<FootfallField>();
    let rows = land.lots.rows().iter().enumerate();
    rows.map(|(i, lot)| LotNote {
        is_owned: lot.owner.is_some(),
        is_built: lot.is_built,
        is_on_sale: lot.asking.is_some(),
        price: lot.last_price,
        footfall_tenths: (field.at(ParcelId::from_idx(i)) * 10.0).round() as u32,
    })
    .collect()
}

/// Takes down who won the billboards beside spaces; those of spaces that are not known are passed over.
pub(super) fn watch_boards(boards: &mut [Option<CampaignId>], events: &[Event]) {
    for e in events {
        if e.kind == EventKind::AdImpression
            && e.surface == Surface::None
            && e.thing.kind == ThingKind::Campaign
            && let Some(board) = boards.get_mut(e.space.idx())
        {
            *board = Some(CampaignId(e.thing.id));
        }
    }
}

/// Lots and billboards, as a message tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    /// Tick of the whole message that this one is told against.
    pub(super) base: u32,
    /// The lots.
    pub(super) lots: Vec<LotNote>,
    /// By space, whose ad the billboard beside it showed last.
    pub(super) boards: Vec<Option<CampaignId>>,
}

/// Writes lots and billboards; without a base all of them, else those that differ from it.
pub(super) fn write(told: &Told, base: Option<&[LotNote]>) -> Vec<u8> {
    let mut out = Out::default();
    out.uint(1, u64::from(told.base) + 1);
    let [mut parcel, mut state, mut price, mut footfall] =
        std::array::from_fn::<Column, 4, _>(|_| Column::default());
    let mut next = 0;
    for (i, lot) in told.lots.iter().enumerate() {
        let was = base.and_then(|b| b.get(i)).copied().unwrap_or_default();
        // Footfall is looked at once a day; everywhere it moves a little all the time.
        let lot = LotNote {
            footfall_tenths: if base.is_some() {
                was.footfall_tenths
            } else {
                lot.footfall_tenths
            },
            ..*lot
        };
        if lot == was {
            continue;
        }
        parcel.put((i - next) as u64);
        next = i + 1;
        state.put(
            u64::from(lot.is_owned) | u64::from(lot.is_built) << 1 | u64::from(lot.is_on_sale) << 2,
        );
        price.put(lot.price.micros().max(0).cast_unsigned());
        footfall.put(u64::from(lot.footfall_tenths));
    }
    for (field, column) in [(2, &parcel), (3, &state), (4, &price), (5, &footfall)] {
        out.column(field, column);
    }
    let (mut board, mut campaign) = (Column::default(), Column::default());
    let mut next = 0;
    for (i, won) in told.boards.iter().enumerate() {
        if let Some(c) = won {
            board.put((i - next) as u64);
            next = i + 1;
            campaign.put(u64::from(c.0));
        }
    }
    out.column(6, &board);
    out.column(7, &campaign);
    out.finish()
}

/// Returns the tick of the whole message that a message is told against.
pub(super) fn base_of(bytes: &[u8]) -> Result<u32, WireError> {
    let base = Fields::read(bytes)?.uint32(1)?;
    base.checked_sub(1).ok_or(WireError::Value(1, 0))
}

/// Reads lots and billboards of a city of so many parcels and spaces; `base` are the lots of the whole message, or nothing
/// if this is it.
pub(super) fn read(
    bytes: &[u8],
    base: Option<&[LotNote]>,
    n_parcels: usize,
    n_spaces: usize,
) -> Result<Told, WireError> {
    let fields = Fields::read(bytes)?;
    let mut lots = base.map_or_else(|| vec![LotNote::default(); n_parcels], <[LotNote]>::to_vec);
    let mut parcel = fields.column(2)?;
    let mut state = fields.column(3)?;
    let mut price = fields.column(4)?;
    let mut footfall = fields.column(5)?;
    let mut last = None;
    while !parcel.is_done() {
        let id = parcel.next_id(last)?;
        last = Some(id);
        let bits = state.next()?;
        let micros = price.next()?;
        let note = LotNote {
            is_owned: bits & 1 != 0,
            is_built: bits & 2 != 0,
            is_on_sale: bits & 4 != 0,
            price: Coins::from_micros(
                i64::try_from(micros)
                    .ok()
                    .ok_or_else(|| price.wrong(micros))?,
            ),
            footfall_tenths: footfall.next32()?,
        };
        *lots
            .get_mut(ParcelId(id).idx())
            .ok_or_else(|| parcel.wrong(u64::from(id)))? = note;
    }
    let mut board = fields.column(6)?;
    let mut campaign = fields.column(7)?;
    let mut boards = vec![None; n_spaces];
    let mut last = None;
    while !board.is_done() {
        let id = board.next_id(last)?;
        last = Some(id);
        let won = Some(CampaignId(campaign.next32()?));
        // A recording that was cut may show spaces that its registers do not tell of yet.
        if let Some(b) = boards.get_mut(id as usize) {
            *b = won;
        }
    }
    for column in [&state, &price, &footfall, &campaign] {
        column.end()?;
    }
    Ok(Told {
        base: base_of(bytes)?,
        lots,
        boards,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lots_read_back_whole_and_against_a_base() {
        let mut lots = vec![LotNote::default(); 9];
        lots[2].is_owned = true;
        lots[8].price = Coins::from_whole(7);
        lots[8].footfall_tenths = 31;
        let boards = vec![None, Some(CampaignId(0)), None, Some(CampaignId(12))];
        let whole = Told {
            base: 1_440,
            lots,
            boards,
        };
        let bytes = write(&whole, None);
        assert_eq!(base_of(&bytes), Ok(1_440));
        assert_eq!(read(&bytes, None, 9, 4), Ok(whole.clone()));
        let mut later = whole.clone();
        later.lots[3].is_on_sale = true;
        later.lots[8].price = Coins::ZERO;
        let bytes = write(&later, Some(&whole.lots));
        assert_eq!(read(&bytes, Some(&whole.lots), 9, 4), Ok(later.clone()));
        let fewer = read(&bytes, Some(&whole.lots), 9, 3).unwrap();
        assert_eq!(fewer.boards, later.boards[..3]);
    }

    #[test]
    fn the_ground_reads_back_and_must_be_square() {
        let ground = Ground {
            side: 2,
            road_every: 8,
            cells: vec![Cell::Road, Cell::Plaza, Cell::Land, Cell::Land],
            districts: vec![0, 1, 2, 3],
        };
        let bytes = ground.write();
        assert_eq!(Ground::read(&bytes), Ok(ground));
        let mut out = Out::default();
        out.uint(1, 1_000_000_000);
        assert_eq!(
            Ground::read(&out.finish()),
            Err(WireError::Value(1, 1_000_000_000))
        );
        assert_eq!(
            Ground::read(&bytes[..bytes.len() - 6]),
            Err(WireError::Short(4))
        );
    }
}
