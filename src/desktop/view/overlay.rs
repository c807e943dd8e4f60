//! What overlays show: a value for every cell of ground or a colour for every avatar, and a legend with numbers.

use super::city::CityView;
use super::place::CELL;
use super::sight::{Ask, City};
use crate::desktop::command::Overlay;
use crate::desktop::look::{amount_color, balance_color, group_color};
use crate::platform::privacy::observation::Observations;
use crate::sim::ids::AvatarId;
use crate::society::avatars::avatar::{Avatar, Avatars};
use crate::society::content::words::topic_name;
use crate::society::ties::communities::Communities;

/// Ads in a session at which the ramp of ad exposure ends.
const MANY_ADS: f32 = 10.0;

/// Parcels over which attention in a space is spread to show it.
const SPREAD: i32 = 3;

/// Groups listed in a legend.
const MOST_GROUPS: usize = 12;

/// Says whether an overlay colours people rather than ground.
#[must_use]
pub const fn is_of_people(overlay: Overlay) -> bool {
    match overlay {
        Overlay::Communities | Overlay::Satisfaction | Overlay::Interests | Overlay::AdExposure => {
            true
        }
        Overlay::None | Overlay::Attention | Overlay::Footfall | Overlay::LandPrice => false,
    }
}

/// A value for each cell of ground.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CellValues {
    /// Share of the ramp by cell; negative where there is nothing to show.
    pub shares: Vec<f32>,
    /// Value at the end of the ramp.
    pub top: f32,
}

impl CellValues {
    /// Reads the values of an overlay from the city's rows; empty for overlays of people.
    #[must_use]
    pub fn of(overlay: Overlay, city: &CityView) -> Self {
        let rows = &city.rows;
        let raw: Vec<f32> = match overlay {
            Overlay::LandPrice => rows
                .lots
                .iter()
                .map(|l| if l.price > 0.0 { l.price } else { -1.0 })
                .collect(),
            Overlay::Footfall => rows.lots.iter().map(|l| l.footfall).collect(),
            Overlay::Attention => attention(city),
            Overlay::None
            | Overlay::Communities
            | Overlay::Satisfaction
            | Overlay::Interests
            | Overlay::AdExposure => {
                return Self::default();
            }
        };
        // The ramp ends at a high quantile, so that one outlier does not leave all others dark.
        let mut sorted: Vec<f32> = raw.iter().copied().filter(|v| *v > 0.0).collect();
        sorted.sort_unstable_by(f32::total_cmp);
        let top = sorted
            .get((sorted.len().saturating_sub(1)) * 98 / 100)
            .copied()
            .unwrap_or(0.0);
        let share = |v: f32| {
            if v < 0.0 || top <= 0.0 {
                -1.0
            } else {
                (v / top).clamp(0.0, 1.0).sqrt()
            }
        };
        Self {
            shares: raw.into_iter().map(share).collect(),
            top,
        }
    }
}

/// Spreads minutes spent in spaces over the cells around them.
fn attention(city: &CityView) -> Vec<f32> {
    let rows = &city.rows;
    let side = rows.grid.side.cast_signed();
    let mut cells = vec![0.0f32; rows.cells.len()];
    for (space, minutes) in rows.spaces.iter().zip(city.attention.iter()) {
        let [x, y] = rows.grid.middle(space.parcel).map(|v| (v / CELL) as i32);
        for dy in -SPREAD..=SPREAD {
            for dx in -SPREAD..=SPREAD {
                let (px, py) = (x + dx, y + dy);
                if (0..side).contains(&px) && (0..side).contains(&py) {
                    let w = (-((dx * dx + dy * dy) as f32) / 2.5).exp();
                    if let Some(c) = cells.get_mut((py * side + px) as usize) {
                        *c += w * minutes;
                    }
                }
            }
        }
    }
    cells
}

/// What the colours of avatars are read from.
#[derive(Debug, Default)]
pub(super) struct Shades {
    /// First community of each avatar; `u32::MAX` for none.
    community: Vec<u32>,
    n_members: usize,
}

impl Shades {
    /// Reads memberships anew when there are more or fewer.
    pub(super) fn refresh(&mut self, city: &City<'_>, overlay: Overlay) {
        if overlay != Overlay::Communities {
            return;
        }
        let all = city.get::<Communities>();
        let n = all.table.rows().iter().map(|c| c.members.len()).sum();
        let n_people = city.get::<Avatars>().table.len();
        if n == self.n_members && n_people <= self.community.len() {
            return;
        }
        self.n_members = n;
        self.community.clear();
        self.community.resize(n_people, u32::MAX);
        for (i, c) in all.table.rows().iter().enumerate() {
            for m in &c.members {
                if let Some(of) = self.community.get_mut(m.idx())
                    && *of == u32::MAX
                {
                    *of = i as u32;
                }
            }
        }
    }

    /// Returns the colour of an avatar; `None` where nothing is known or nothing may be shown.
    pub(super) fn of(
        &self,
        city: &City<'_>,
        id: AvatarId,
        a: &Avatar,
        ask: &Ask,
        overlay: Overlay,
    ) -> Option<[u8; 3]> {
        let color = match overlay {
            Overlay::Communities => {
                let c = *self.community.get(id.idx())?;
                (c != u32::MAX).then(|| group_color(c))?
            }
            Overlay::Satisfaction => ask.shows_truth.then(|| balance_color(a.satisfaction))?,
            Overlay::Interests => {
                let topic = if ask.shows_truth {
                    strongest(&a.interests)?
                } else {
                    let seen = city.get::<Observations>().table.rows().get(id.idx())?;
                    strongest(&seen.profile)?
                };
                group_color(topic as u32)
            }
            Overlay::AdExposure => amount_color(f32::from(a.ads_seen) / MANY_ADS),
            Overlay::None | Overlay::Attention | Overlay::Footfall | Overlay::LandPrice => {
                return None;
            }
        };
        Some([color.r(), color.g(), color.b()])
    }
}

fn strongest(weights: &[f32]) -> Option<usize> {
    let best =
        (0..weights.len()).max_by(|a, b| weights[*a].total_cmp(&weights[*b]).then(b.cmp(a)))?;
    (weights[best] > 0.0).then_some(best)
}

/// One entry of a legend.
#[derive(Debug, Clone, PartialEq)]
pub struct LegendEntry {
    /// Its colour.
    pub color: [u8; 3],
    /// What it stands for, with its number.
    pub text: String,
}

/// What the colours of an overlay mean.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Legend {
    /// Name of the overlay.
    pub title: &'static str,
    /// Unit and meaning, in a few words.
    pub unit: &'static str,
    /// Whether entries are points of a ramp rather than groups.
    pub is_ramp: bool,
    /// Colours and what they stand for, low to high.
    pub entries: Vec<LegendEntry>,
    /// Why there is nothing to see, if there is nothing.
    pub note: Option<&'static str>,
}

/// Returns the legend of an overlay; `n_groups` is how many topics or communities there are.
#[must_use]
pub fn legend(overlay: Overlay, values: &CellValues, n_groups: usize, shows_truth: bool) -> Legend {
    let ramp = |unit, top: f32, digits: usize, note: Option<&'static str>| Legend {
        title: overlay.title(),
        unit,
        is_ramp: true,
        entries: if top > 0.0 {
            (0..=4u8)
                .map(|k| {
                    let share = f32::from(k) / 4.0;
                    let c = amount_color(share);
                    LegendEntry {
                        color: [c.r(), c.g(), c.b()],
                        // Cells are coloured by the root of their share.
                        text: format!("{:.digits$}", share * share * top),
                    }
                })
                .collect()
        } else {
            Vec::new()
        },
        note: if top > 0.0 { None } else { note },
    };
    match overlay {
        Overlay::None => Legend::default(),
        Overlay::Attention => ramp(
            "minutes in the last hours",
            values.top,
            0,
            Some("Nobody has given attention yet"),
        ),
        Overlay::Footfall => ramp(
            "people a day",
            values.top,
            0,
            Some("Footfall is counted at the end of the first day"),
        ),
        Overlay::LandPrice => ramp(
            "coins, last sale",
            values.top,
            1,
            Some("No land has been sold yet"),
        ),
        Overlay::AdExposure => Legend {
            title: overlay.title(),
            unit: "ads seen in this session",
            is_ramp: true,
            entries: (0..=4u8)
                .map(|k| {
                    let share = f32::from(k) / 4.0;
                    let c = amount_color(share);
                    let more = if k == 4 { " or more" } else { "" };
                    LegendEntry {
                        color: [c.r(), c.g(), c.b()],
                        text: format!("{:.1}{more}", share * MANY_ADS),
                    }
                })
                .collect(),
            note: None,
        },
        Overlay::Satisfaction => Legend {
            title: overlay.title(),
            unit: "from −1 to 1, the truth",
            is_ramp: true,
            entries: [-1.0f32, -0.5, 0.0, 0.5, 1.0]
                .map(|v| {
                    let c = balance_color(v);
                    LegendEntry {
                        color: [c.r(), c.g(), c.b()],
                        text: format!("{v:+.1}"),
                    }
                })
                .to_vec(),
            note: (!shows_truth).then_some("Satisfaction is the truth; show the truth to see it"),
        },
        Overlay::Communities | Overlay::Interests => {
            let is_topic = overlay == Overlay::Interests;
            Legend {
                title: overlay.title(),
                unit: match (is_topic, shows_truth) {
                    (false, _) => "first community joined",
                    (true, true) => "main interest, the truth",
                    (true, false) => "main interest, as observed with consent",
                },
                is_ramp: false,
                entries: (0..n_groups.min(MOST_GROUPS))
                    .map(|k| {
                        let c = group_color(k as u32);
                        let text = if is_topic {
                            topic_name(k)
                        } else {
                            format!("community {k}")
                        };
                        LegendEntry {
                            color: [c.r(), c.g(), c.b()],
                            text,
                        }
                    })
                    .collect(),
                note: (n_groups > MOST_GROUPS).then_some("Only the first groups are listed"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::view::city::{CityRows, LotRow};
    use std::sync::Arc;

    #[test]
    fn cells_without_a_price_show_nothing_and_the_highest_ends_the_ramp() {
        let lot = |price| LotRow {
            price,
            ..LotRow::default()
        };
        let rows = CityRows {
            lots: vec![lot(0.0), lot(4.0), lot(16.0)],
            ..CityRows::default()
        };
        let city = CityView {
            rows: Arc::new(rows),
            ..CityView::default()
        };
        let values = CellValues::of(Overlay::LandPrice, &city);
        assert_eq!(values.shares[0], -1.0);
        assert!(values.shares[2] >= values.shares[1] && values.shares[1] > 0.0);
        let legend = legend(Overlay::LandPrice, &values, 0, false);
        assert_eq!(legend.entries.len(), 5);
        assert!(legend.note.is_none());
    }

    #[test]
    fn every_overlay_has_a_legend_even_in_an_empty_city() {
        for overlay in Overlay::ALL {
            let values = CellValues::of(overlay, &CityView::default());
            let legend = legend(overlay, &values, 0, false);
            assert!(overlay == Overlay::None || !legend.title.is_empty());
            assert!(legend.entries.iter().all(|e| !e.text.contains("NaN")));
        }
    }
}
