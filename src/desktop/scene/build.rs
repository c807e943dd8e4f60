//! From the city's rows to parts: what stands on every cell.

use super::greens;
use super::halls;
use super::houses;
use super::part::{Chunks, Parts, Site, Sorted};
use crate::desktop::look::group_color;
use crate::desktop::view::city::{Board, CityRows};
use crate::desktop::view::place::{Front, Ground, Spot};
use crate::sim::ids::ParcelId;
use crate::sim::rng::mix;
use crate::society::spaces::map::Cell;

/// What stands in a city, ready to be drawn.
#[derive(Debug, Default)]
pub(super) struct Built {
    /// Parts by class and chunk.
    pub(super) parts: Sorted,
    /// Where lamps throw their light.
    pub(super) lamps: Vec<Ground>,
}

/// Builds everything but billboards.
pub(super) fn build(rows: &CityRows) -> Built {
    let grid = rows.grid;
    let mut parts = Parts::new(Chunks::over(grid.side));
    for (i, cell) in rows.cells.iter().enumerate() {
        let parcel = ParcelId::from_idx(i);
        let Some(lot) = rows.lot(parcel) else {
            continue;
        };
        let mut site = Site {
            parts: &mut parts,
            middle: grid.middle(parcel),
            front: grid.front(parcel),
            seed: mix(u64::from(parcel.0) ^ 0xA60A),
        };
        let space = rows.space_on(parcel).and_then(|s| rows.spaces.get(s.idx()));
        match (cell, space) {
            (Cell::Plaza, Some(s)) => {
                if let Spot::Square(middle, half) = s.spot {
                    site.middle = middle;
                    site.front = Front::South;
                    halls::fountain(&mut site);
                    greens::square(&mut site, half);
                }
            }
            (Cell::Road, _) | (Cell::Plaza, None) => {}
            (Cell::Land, Some(s)) => halls::hall(&mut site, s.kind),
            (Cell::Land, None) => {
                if lot.homes > 0 || lot.is_built {
                    let district = rows.district.get(i).copied().unwrap_or(0);
                    houses::house(&mut site, lot, district);
                    greens::garden(&mut site, lot);
                } else {
                    greens::meadow(&mut site, lot);
                }
            }
        }
    }
    let lamps = greens::lamps(&mut parts, rows);
    if !rows.cells.is_empty() {
        greens::belt(&mut parts, grid.extent());
    }
    Built {
        parts: parts.sort(),
        lamps,
    }
}

/// Builds the billboards.
pub(super) fn billboards(rows: &CityRows, boards: &[Board]) -> Sorted {
    let mut parts = Parts::new(Chunks::over(rows.grid.side));
    for b in boards {
        let (middle, front) = board_place(rows, b);
        let c = group_color(b.campaign.0);
        let mut site = Site {
            parts: &mut parts,
            middle,
            front,
            seed: u64::from(b.campaign.0),
        };
        halls::billboard(&mut site, [c.r(), c.g(), c.b()]);
    }
    parts.sort()
}

/// Returns the lot a billboard stands on and where it faces: that of the central plaza stands at its edge.
pub(super) fn board_place(rows: &CityRows, board: &Board) -> (Ground, Front) {
    let spot = rows.spaces.get(board.space.idx()).map(|s| s.spot);
    match spot {
        Some(Spot::Square(middle, half)) => {
            ([middle[0] + 9.0, middle[1] - half + 8.0], Front::South)
        }
        _ => (
            rows.grid.middle(board.parcel),
            rows.grid.front(board.parcel),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::view::city::LotRow;
    use crate::desktop::view::place::Grid;

    #[test]
    fn an_empty_city_has_nothing_in_it() {
        let built = build(&CityRows::default());
        assert!(built.parts.instances.is_empty() && built.lamps.is_empty());
        assert!(billboards(&CityRows::default(), &[]).instances.is_empty());
    }

    #[test]
    fn lots_with_homes_get_houses() {
        let cells = vec![Cell::Land; 256];
        let n = |homes| {
            let lots = vec![
                LotRow {
                    homes,
                    ..LotRow::default()
                };
                256
            ];
            let rows = CityRows {
                grid: Grid {
                    side: 16,
                    road_every: 8,
                },
                cells: cells.clone(),
                lots,
                ..CityRows::default()
            };
            build(&rows).parts.instances.len()
        };
        assert!(n(1) > n(0) + 256);
    }
}
