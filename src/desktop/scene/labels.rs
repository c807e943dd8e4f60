//! Names over the city: what billboards show and what spaces are, where the shell writes them.

use bevy::math::Vec3;

use super::camera::{CameraRig, Pane};
use super::pick::board_middle;
use crate::desktop::view::city::CityView;
use crate::desktop::view::crowd::CrowdView;
use crate::desktop::view::place::Spot;
use crate::desktop::view::subject::Subject;

/// Most names shown at a time.
const MOST: usize = 40;

/// Metres within which billboards and spaces are named.
const BOARDS: f32 = 95.0;
const SPACES: f32 = 240.0;

/// A name and where it goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The name.
    pub text: String,
    /// Middle of its place, in physical pixels of the window.
    pub at: [f32; 2],
    /// Metres from the eye; names of what is nearer go over those of what is farther.
    pub distance: f32,
    /// How clearly it is to be seen, `(0, 1]`.
    pub strength: f32,
    /// Whose name it is.
    pub subject: Subject,
}

/// Returns the names to write, farthest first; none lies within 90 by 18 pixels of a nearer one.
#[must_use]
pub fn labels(
    rig: &CameraRig,
    pane: Pane,
    city: &CityView,
    crowd: &CrowdView,
    alpha: f32,
    selected: Option<Subject>,
) -> Vec<Label> {
    let rows = &city.rows;
    let mut all: Vec<Label> = Vec::new();
    let mut put = |text: String, point: Vec3, subject: Subject, reach: f32| {
        let is_selected = selected == Some(subject);
        let reach = if is_selected { f32::INFINITY } else { reach };
        if let Some((at, distance)) = rig.project_deep(pane, point)
            && pane.contains(at)
            && distance < reach
        {
            let strength = if is_selected {
                1.0
            } else {
                (2.5 * (1.0 - distance / reach)).clamp(0.05, 1.0)
            };
            all.push(Label {
                text,
                at,
                distance,
                strength,
                subject,
            });
        }
    };
    for b in city.boards.iter() {
        put(
            b.text.clone(),
            board_middle(rows, b),
            Subject::Campaign(b.campaign),
            BOARDS,
        );
    }
    for (i, s) in rows.spaces.iter().enumerate() {
        let (middle, height) = match s.spot {
            Spot::Square(middle, _) => (middle, 8.0),
            Spot::Hall(p) | Spot::Pavilion(p) | Spot::House(p) => (rows.grid.middle(p), 10.5),
        };
        let id = crate::sim::ids::SpaceId::from_idx(i);
        let text = format!("{} · {}", s.kind.word().replace('_', " "), s.topic);
        put(
            text,
            Vec3::new(middle[0], height, middle[1]),
            Subject::Space(id),
            SPACES,
        );
    }
    if let Some(Subject::Avatar(id)) = selected
        && let Some([x, z]) = crowd.place(id, alpha)
    {
        put(
            Subject::Avatar(id).label(),
            Vec3::new(x, 2.7, z),
            Subject::Avatar(id),
            f32::INFINITY,
        );
    }
    all.sort_by(|a, b| {
        let first = |l: &Label| selected != Some(l.subject);
        first(a)
            .cmp(&first(b))
            .then(a.distance.total_cmp(&b.distance))
    });
    let mut kept: Vec<Label> = Vec::new();
    for label in all {
        let crowded = kept
            .iter()
            .any(|k| (k.at[0] - label.at[0]).abs() < 90.0 && (k.at[1] - label.at[1]).abs() < 18.0);
        if !crowded && kept.len() < MOST {
            kept.push(label);
        }
    }
    kept.reverse();
    kept
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::desktop::view::city::{CityRows, SpaceRow};
    use crate::desktop::view::place::Grid;
    use crate::sim::ids::{ParcelId, SpaceId};
    use crate::society::spaces::space::SpaceKind;

    #[test]
    fn near_spaces_are_named_and_names_do_not_lie_on_each_other() {
        let space = |p| SpaceRow {
            kind: SpaceKind::GameRoom,
            parcel: ParcelId(p),
            spot: Spot::Hall(ParcelId(p)),
            topic: "chess".to_owned(),
        };
        let rows = CityRows {
            grid: Grid {
                side: 16,
                road_every: 8,
            },
            spaces: vec![space(100), space(100), space(20)],
            ..CityRows::default()
        };
        let city = CityView {
            rows: Arc::new(rows),
            ..CityView::default()
        };
        let pane = Pane {
            left: 0.0,
            top: 0.0,
            width: 800.0,
            height: 600.0,
        };
        let rig = CameraRig::over(160.0);
        let names = labels(&rig, pane, &city, &CrowdView::default(), 0.0, None);
        assert_eq!(names.len(), 2);
        assert!(names.iter().all(|l| l.text == "game room · chess"));
        let selected = Some(Subject::Space(SpaceId(1)));
        let names = labels(&rig, pane, &city, &CrowdView::default(), 0.0, selected);
        assert_eq!(names.last().map(|l| l.subject), selected);
    }
}
