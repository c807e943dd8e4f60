//! The city's rows: ground, lots, spaces and billboards, filled on the city's thread and drawn by the scene.

use std::sync::Arc;

use super::place::{Grid, Spot};
use super::sight::City;
use crate::economy::land::registry::LandRegistry;
use crate::events::behavior::{EventKind, NO_SPACE, Surface, ThingKind};
use crate::events::bus::EventBus;
use crate::platform::ads::campaign::Campaigns;
use crate::sim::ids::{CampaignId, ParcelId, SpaceId};
use crate::sim::schedule::SimClock;
use crate::sim::units::TICKS_PER_HOUR;
use crate::society::avatars::avatar::Avatars;
use crate::society::content::words::topic_name;
use crate::society::spaces::field::FootfallField;
use crate::society::spaces::map::{Cell, CityMap};
use crate::society::spaces::space::{SpaceKind, Spaces};

/// Ticks between two looks at where attention goes.
pub(super) const ATTENTION_EVERY: u32 = 5;

/// Ticks after which attention has fallen to half.
pub(super) const ATTENTION_HALF_LIFE: f32 = 60.0;

/// A lot as it looks.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LotRow {
    /// How many people have their home here.
    pub homes: u16,
    /// Whether somebody owns it.
    pub is_owned: bool,
    /// Whether its owner has built on it.
    pub is_built: bool,
    /// Whether it is for sale.
    pub is_on_sale: bool,
    /// Last price in coins; 0 if it was never sold.
    pub price: f32,
    /// People passing it a day.
    pub footfall: f32,
    /// How sought after it is, from prices around it and its distance to the plaza, `[0, 1]`.
    pub worth: f32,
}

/// A space as it looks.
#[derive(Debug, Clone, PartialEq)]
pub struct SpaceRow {
    /// What it is.
    pub kind: SpaceKind,
    /// Where it stands.
    pub parcel: ParcelId,
    /// Where people are in it.
    pub spot: Spot,
    /// What it is about.
    pub topic: String,
}

/// Everything that stands still for hours.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CityRows {
    /// Changes whenever anything below does.
    pub version: u64,
    /// The grid.
    pub grid: Grid,
    /// What lies on each cell.
    pub cells: Vec<Cell>,
    /// District of each cell.
    pub district: Vec<u8>,
    /// What stands on each cell.
    pub lots: Vec<LotRow>,
    /// Spaces, by id.
    pub spaces: Vec<SpaceRow>,
    /// Space on each cell; `u32::MAX` for none.
    pub space_at: Vec<u32>,
}

impl CityRows {
    /// Returns the lot on a parcel, if there is one.
    #[must_use]
    pub fn lot(&self, parcel: ParcelId) -> Option<&LotRow> {
        self.lots.get(parcel.idx())
    }

    /// Returns the space on a parcel.
    #[must_use]
    pub fn space_on(&self, parcel: ParcelId) -> Option<SpaceId> {
        let id = *self.space_at.get(parcel.idx())?;
        (id != u32::MAX).then_some(SpaceId(id))
    }
}

/// The ground of a city, row by row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroundRows {
    /// The grid.
    pub grid: Grid,
    /// What lies on each cell.
    pub cells: Vec<Cell>,
    /// District of each cell.
    pub district: Vec<u8>,
}

impl CityRows {
    /// Makes the rows of a city: its ground, what stands on each cell, and its spaces by id with kind, parcel and topic.
    #[must_use]
    pub fn of(
        version: u64,
        ground: GroundRows,
        mut lots: Vec<LotRow>,
        spaces: impl Iterator<Item = (SpaceKind, ParcelId, usize)>,
    ) -> Self {
        let GroundRows {
            grid,
            cells,
            district,
        } = ground;
        spread_worth(grid.side, &mut lots);
        let mut space_at = vec![u32::MAX; cells.len()];
        let spaces = spaces
            .enumerate()
            .map(|(i, (kind, parcel, topic))| {
                if let Some(at) = space_at.get_mut(parcel.idx()) {
                    *at = i as u32;
                }
                SpaceRow {
                    kind,
                    parcel,
                    spot: spot(&cells, grid, kind, parcel),
                    topic: topic_name(topic),
                }
            })
            .collect();
        Self {
            version,
            grid,
            cells,
            district,
            lots,
            spaces,
            space_at,
        }
    }
}

/// A billboard beside a space and who won it last.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// Beside which space.
    pub space: SpaceId,
    /// On which parcel.
    pub parcel: ParcelId,
    /// The campaign that was shown last.
    pub campaign: CampaignId,
    /// What it advertises.
    pub text: String,
}

impl Board {
    /// Makes the billboard beside a space.
    #[must_use]
    pub fn of(space: SpaceId, row: &SpaceRow, campaign: CampaignId, topic: u8) -> Self {
        Self {
            space,
            parcel: row.parcel,
            campaign,
            text: format!("campaign {campaign}, {}", topic_name(usize::from(topic))),
        }
    }
}

/// The city as the scene draws it; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct CityView {
    /// What stands still.
    pub rows: Arc<CityRows>,
    /// Billboards that have shown anything, by space.
    pub boards: Arc<Vec<Board>>,
    /// Changes whenever a billboard does.
    pub boards_version: u64,
    /// Minutes of attention in the last hours, by space.
    pub attention: Arc<Vec<f32>>,
    /// Changes whenever attention does.
    pub attention_version: u64,
}

/// Fills [`CityView`]; lives on the city's thread as long as the city.
#[derive(Debug, Default)]
pub struct CityMaker {
    homes: Vec<u16>,
    n_counted: usize,
    stamp: Option<(u32, usize, usize, usize)>,
    winners: Vec<u32>,
    winners_changed: bool,
    minutes: Vec<f32>,
    view: CityView,
}

impl CityMaker {
    /// Collects after every tick: which campaign each billboard showed, and where attention went.
    pub fn watch(&mut self, city: &City<'_>) {
        for e in &city.get::<EventBus>().current {
            if e.space == NO_SPACE {
                continue;
            }
            let i = e.space.idx();
            if self.minutes.len() <= i {
                self.minutes.resize(i + 1, 0.0);
                self.winners.resize(i + 1, u32::MAX);
            }
            match e.kind {
                EventKind::AdImpression
                    if e.surface == Surface::None
                        && e.thing.kind == ThingKind::Campaign
                        && self.winners[i] != e.thing.id =>
                {
                    self.winners[i] = e.thing.id;
                    self.winners_changed = true;
                }
                EventKind::Consume | EventKind::Play | EventKind::Study | EventKind::Talk => {
                    self.minutes[i] += e.dwell_secs as f32 / 60.0;
                }
                _ => {}
            }
        }
    }

    /// Returns the rows as they are now; what has not changed is shared with what was returned before.
    pub fn view(&mut self, city: &City<'_>) -> CityView {
        let now = city.get::<SimClock>().now;
        let land = city.get::<LandRegistry>();
        let n_people = city.get::<Avatars>().table.len();
        // Newcomers' houses and new buildings are looked for once an hour, prices once a day.
        let n_built = land.lots.rows().iter().filter(|l| l.is_built).count();
        let stamp = (now.0 / TICKS_PER_HOUR, n_people, n_built, land.sales.len());
        let is_due = match self.stamp {
            None => true,
            Some(old) => old.0 != stamp.0 && (old.1, old.2, old.3) != (stamp.1, stamp.2, stamp.3),
        };
        if is_due {
            self.stamp = Some(stamp);
            self.count_homes(city);
            self.view.rows = Arc::new(self.rows(city));
        }
        if std::mem::take(&mut self.winners_changed) {
            self.view.boards = Arc::new(self.boards(city));
            self.view.boards_version += 1;
        }
        let turn = u64::from(now.0 / ATTENTION_EVERY) + 1;
        if self.view.attention_version != turn {
            let ticks =
                ATTENTION_EVERY as f32 * (turn.saturating_sub(self.view.attention_version)) as f32;
            let keep = 0.5f32.powf(ticks / ATTENTION_HALF_LIFE);
            self.view.attention = Arc::new(self.minutes.clone());
            for m in &mut self.minutes {
                *m *= keep;
            }
            self.view.attention_version = turn;
        }
        self.view.clone()
    }

    fn count_homes(&mut self, city: &City<'_>) {
        let people = city.get::<Avatars>().table.rows();
        self.homes.resize(city.get::<CityMap>().len(), 0);
        for a in people.iter().skip(self.n_counted) {
            if let Some(n) = self.homes.get_mut(a.home.idx()) {
                *n = n.saturating_add(1);
            }
        }
        self.n_counted = people.len();
    }

    fn rows(&self, city: &City<'_>) -> CityRows {
        let map = city.get::<CityMap>();
        let land = city.get::<LandRegistry>();
        let field = city.get::<FootfallField>();
        let ids = || (0..map.len()).map(ParcelId::from_idx);
        let lots = ids()
            .map(|p| {
                let lot = land.lots.rows().get(p.idx());
                LotRow {
                    homes: self.homes.get(p.idx()).copied().unwrap_or(0),
                    is_owned: lot.is_some_and(|l| l.owner.is_some()),
                    is_built: lot.is_some_and(|l| l.is_built),
                    is_on_sale: lot.is_some_and(|l| l.asking.is_some()),
                    price: lot.map_or(0.0, |l| l.last_price.as_f64() as f32),
                    footfall: field.at(p) as f32,
                    worth: 0.0,
                }
            })
            .collect();
        let spaces = city.get::<Spaces>().table.rows().iter().map(|s| {
            let strongest =
                (0..s.topics.len()).max_by(|a, b| s.topics[*a].total_cmp(&s.topics[*b]));
            (s.kind, s.parcel, strongest.unwrap_or(0))
        });
        let ground = GroundRows {
            grid: Grid {
                side: map.side,
                road_every: city.scenario.society.spaces.road_every,
            },
            cells: ids().map(|p| map.cell(p)).collect(),
            district: ids().map(|p| map.district(p)).collect(),
        };
        CityRows::of(self.view.rows.version + 1, ground, lots, spaces)
    }

    fn boards(&self, city: &City<'_>) -> Vec<Board> {
        let campaigns = city.get::<Campaigns>();
        let won = self
            .winners
            .iter()
            .enumerate()
            .filter(|(_, c)| **c != u32::MAX);
        won.filter_map(|(i, c)| {
            let campaign = CampaignId(*c);
            let row = self.view.rows.spaces.get(i)?;
            if campaign.idx() >= campaigns.len() {
                return None;
            }
            let topic = campaigns.get(campaign).topic;
            Some(Board::of(SpaceId::from_idx(i), row, campaign, topic))
        })
        .collect()
    }
}

/// Returns where people of a space are.
fn spot(cells: &[Cell], grid: Grid, kind: SpaceKind, parcel: ParcelId) -> Spot {
    if cells.get(parcel.idx()) == Some(&Cell::Plaza) {
        let half = grid.extent() / 24.0;
        return Spot::Square([grid.extent() / 2.0; 2], half.max(super::place::CELL));
    }
    match kind {
        SpaceKind::Plaza => Spot::Pavilion(parcel),
        SpaceKind::GameRoom | SpaceKind::MarketHall | SpaceKind::Estate | SpaceKind::Classroom => {
            Spot::Hall(parcel)
        }
    }
}

/// Spreads prices over the parcels around those that were sold; where nothing was sold, the middle is worth more.
fn spread_worth(side: u32, lots: &mut [LotRow]) {
    let prices: Vec<f32> = lots.iter().map(|l| l.price).collect();
    let side = side.max(1) as usize;
    let middle = (side as f32 - 1.0) / 2.0;
    let reach = 3isize;
    let top = prices.iter().copied().fold(0.0f32, f32::max).max(1e-6);
    for (i, lot) in lots.iter_mut().enumerate() {
        let (x, y) = ((i % side) as isize, (i / side) as isize);
        let (mut sum, mut weight) = (0.0f32, 0.0f32);
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                let (px, py) = (x + dx, y + dy);
                let inside = |v: isize| (0..side as isize).contains(&v);
                if !inside(px) || !inside(py) {
                    continue;
                }
                let price = prices.get(py as usize * side + px as usize);
                if let Some(price) = price.filter(|p| **p > 0.0) {
                    let w = 1.0 / (1.0 + (dx * dx + dy * dy) as f32);
                    sum += w * (price / top).sqrt();
                    weight += w;
                }
            }
        }
        let to_center = (x as f32 - middle).hypot(y as f32 - middle);
        let center = (-(to_center / side as f32 / 0.16).powi(2)).exp();
        // A prior of two sales.
        lot.worth = ((sum + 2.0 * 0.75 * center) / (weight + 2.0)).clamp(0.0, 1.0);
    }
}
