//! Panes, docked and remembered.

use egui::{Ui, WidgetText};
use egui_tiles::{
    Container, Linear, LinearDir, SimplificationOptions, Tile, TileId, Tiles, Tree, UiResponse,
};
use serde::{Deserialize, Serialize};

use super::city_pane::city_ui;
use super::desk::Desk;
use crate::desktop::command::UiCommand;
use crate::desktop::panels::PanelKind;

/// Name of the tree of panes, for egui.
const TREE: &str = "panes";

/// What a pane holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pane {
    /// The city.
    City,
    /// A panel.
    Panel(PanelKind),
}

/// Returns the panes as they are at the first start: the city, what it comes to beside it, who and what below.
#[must_use]
pub fn first() -> Tree<Pane> {
    let low = [PanelKind::Inspector, PanelKind::Policy, PanelKind::Events];
    let high: Vec<PanelKind> = PanelKind::ALL
        .iter()
        .copied()
        .filter(|k| k.is_in_cities() && !low.contains(k))
        .collect();
    beside(&high, &low)
}

/// Returns the panes of a recording at the first one: the city, what the recording holds beside it, who and what below.
#[must_use]
pub fn of_recording() -> Tree<Pane> {
    let low = [PanelKind::Inspector, PanelKind::Events];
    let high: Vec<PanelKind> = PanelKind::ALL
        .iter()
        .copied()
        .filter(|k| k.is_in_recordings() && !low.contains(k))
        .collect();
    beside(&high, &low)
}

/// Puts panels beside the city, some above and some below.
fn beside(high: &[PanelKind], low: &[PanelKind]) -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let city = tiles.insert_pane(Pane::City);
    let mut tabs = |kinds: &[PanelKind]| {
        let panes = kinds
            .iter()
            .map(|k| tiles.insert_pane(Pane::Panel(*k)))
            .collect::<Vec<_>>();
        tiles.insert_tab_tile(panes)
    };
    let (high, low) = (tabs(high), tabs(low));
    let mut side = Linear::new(LinearDir::Vertical, vec![high, low]);
    side.shares.set_share(high, 1.0);
    side.shares.set_share(low, 1.0);
    let side = tiles.insert_container(side);
    let mut whole = Linear::new(LinearDir::Horizontal, vec![city, side]);
    whole.shares.set_share(city, 1.0);
    whole.shares.set_share(side, 0.82);
    let root = tiles.insert_container(whole);
    Tree::new(TREE, root, tiles)
}

/// Returns panes with nothing but the city.
#[must_use]
pub fn city_alone() -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let city = tiles.insert_pane(Pane::City);
    Tree::new(TREE, city, tiles)
}

/// Returns panes with the city and one panel beside it, from top to bottom.
#[must_use]
pub fn city_and(kind: PanelKind) -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let city = tiles.insert_pane(Pane::City);
    let panel = tiles.insert_pane(Pane::Panel(kind));
    let root = tiles.insert_horizontal_tile(vec![city, panel]);
    Tree::new(TREE, root, tiles)
}

/// Says whether a remembered tree still has its city and none of its panes twice.
#[must_use]
pub fn is_whole(tree: &Tree<Pane>) -> bool {
    let panes: Vec<Pane> = tree
        .tiles
        .tiles()
        .filter_map(|t| match t {
            Tile::Pane(p) => Some(*p),
            Tile::Container(_) => None,
        })
        .collect();
    let twice = panes
        .iter()
        .enumerate()
        .any(|(i, p)| panes[..i].contains(p));
    panes.contains(&Pane::City) && !twice && tree.root().is_some()
}

fn find(tree: &Tree<Pane>, pane: Pane) -> Option<TileId> {
    tree.tiles.find_pane(&pane)
}

/// Opens a panel or brings it to the front.
pub fn show(tree: &mut Tree<Pane>, kind: PanelKind) {
    let pane = Pane::Panel(kind);
    if find(tree, pane).is_none() {
        let tile = tree.tiles.insert_pane(pane);
        // Beside the other panels, if there are any; else beside the city.
        let tabs = tree.tiles.iter().find_map(|(id, t)| match t {
            Tile::Container(Container::Tabs(_)) => Some(*id),
            _ => None,
        });
        match (tabs, tree.root()) {
            (Some(id), _) => {
                if let Some(Tile::Container(c)) = tree.tiles.get_mut(id) {
                    c.add_child(tile);
                }
            }
            (None, Some(root)) => {
                let tabs = tree.tiles.insert_tab_tile(vec![tile]);
                let whole = tree.tiles.insert_horizontal_tile(vec![root, tabs]);
                tree.root = Some(whole);
            }
            (None, None) => {}
        }
    }
    tree.make_active(|_, t| *t == Tile::Pane(pane));
}

/// Closes a panel.
pub fn hide(tree: &mut Tree<Pane>, kind: PanelKind) {
    if let Some(id) = find(tree, Pane::Panel(kind)) {
        tree.remove_recursively(id);
    }
}

/// Lists the panels that can be seen now.
#[must_use]
pub fn visible(tree: &Tree<Pane>) -> Vec<PanelKind> {
    let mut kinds: Vec<PanelKind> = tree
        .active_tiles()
        .into_iter()
        .filter_map(|id| match tree.tiles.get(id) {
            Some(Tile::Pane(Pane::Panel(kind))) => Some(*kind),
            _ => None,
        })
        .collect();
    kinds.sort_unstable();
    kinds
}

/// Says whether a panel is open, in front or behind another.
#[must_use]
pub fn is_open(tree: &Tree<Pane>, kind: PanelKind) -> bool {
    find(tree, Pane::Panel(kind)).is_some()
}

/// Draws panes.
struct Drawer<'a> {
    desk: &'a mut Desk,
    in_front: Vec<TileId>,
    out: &'a mut Vec<UiCommand>,
}

impl egui_tiles::Behavior<Pane> for Drawer<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut Pane) -> UiResponse {
        match pane {
            Pane::City => city_ui(ui, self.desk, self.out),
            Pane::Panel(kind) => {
                let margin = egui::Margin::symmetric(8, 6);
                let fill = ui.visuals().panel_fill;
                egui::Frame::new()
                    .fill(fill)
                    .inner_margin(margin)
                    .show(ui, |ui| {
                        egui::ScrollArea::vertical()
                            .id_salt(kind.title())
                            .auto_shrink(false)
                            .show(ui, |ui| {
                                let look = self.desk.look;
                                self.desk.frame.views.ui(*kind, ui, &look, self.out);
                            });
                    });
            }
        }
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        match pane {
            Pane::City => "City".into(),
            Pane::Panel(kind) => kind.title().into(),
        }
    }

    fn is_tab_closable(&self, tiles: &Tiles<Pane>, tile: TileId) -> bool {
        // Only the one in front: crosses on all would leave no room for their titles.
        self.in_front.contains(&tile) && matches!(tiles.get(tile), Some(Tile::Pane(Pane::Panel(_))))
    }

    fn tab_bar_height(&self, _style: &egui::Style) -> f32 {
        22.0 * self.desk.settings.text_scale
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        2.0
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            all_panes_must_have_tabs: false,
            ..SimplificationOptions::default()
        }
    }
}

/// Draws all panes.
pub fn panes_ui(ui: &mut Ui, desk: &mut Desk, out: &mut Vec<UiCommand>) {
    let mut tree = std::mem::replace(&mut desk.panes, Tree::empty(TREE));
    desk.city_rect = None;
    let in_front = tree.active_tiles();
    let mut drawer = Drawer {
        desk,
        in_front,
        out,
    };
    tree.ui(&mut drawer, ui);
    desk.panes = tree;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_can_be_closed_opened_and_brought_to_the_front() {
        let mut tree = first();
        assert!(is_whole(&tree));
        for kind in PanelKind::ALL.iter().filter(|k| k.is_in_cities()) {
            assert!(is_open(&tree, *kind), "{kind:?}");
            hide(&mut tree, *kind);
            assert!(!is_open(&tree, *kind), "{kind:?}");
        }
        tree.simplify(&SimplificationOptions::default());
        for kind in PanelKind::ALL {
            show(&mut tree, *kind);
            assert!(visible(&tree).contains(kind), "{kind:?}");
        }
        assert!(is_whole(&tree));
    }

    #[test]
    fn a_recording_has_the_panels_that_it_can_fill_and_a_city_those_that_it_can() {
        let (living, recorded) = (first(), of_recording());
        assert!(is_whole(&recorded));
        for kind in PanelKind::ALL {
            assert_eq!(is_open(&living, *kind), kind.is_in_cities(), "{kind:?}");
            let is_in = kind.is_in_recordings();
            assert_eq!(is_open(&recorded, *kind), is_in, "{kind:?}");
            assert!(kind.is_in_cities() || is_in, "{kind:?} is nowhere");
        }
        assert!(is_open(&recorded, PanelKind::Recording));
        assert!(!is_open(&recorded, PanelKind::Policy));
    }
}
