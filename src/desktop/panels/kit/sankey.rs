//! Flows from sources to sinks, as wide as what flows.
//!
//! A node that only gives stands at the left, one that only takes at the right, one that does both between them.

use std::collections::BTreeMap;

use egui::epaint::{Mesh, Vertex, WHITE_UV};
use egui::{Align2, Color32, Pos2, Rect, Sense, Shape, TextStyle, Ui, WidgetInfo, WidgetType};
use egui::{pos2, vec2};

use super::empty::Empty;
use super::export::exportable_ui;
use super::numbers::{Form, csv_field, machine};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;

/// Width of a node, in points.
const NODE: f32 = 10.0;

/// Space between nodes, in points.
const SPACE: f32 = 6.0;

/// Pieces of a curve.
const PIECES: usize = 24;

/// What flows from one node to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// From where.
    pub from: String,
    /// To where.
    pub to: String,
    /// How much; what is not above zero is left out.
    pub amount: f64,
}

struct Node<'a> {
    name: &'a str,
    gives: f64,
    takes: f64,
    column: usize,
    rect: Rect,
    color: Color32,
}

impl Node<'_> {
    fn through(&self) -> f64 {
        self.gives.max(self.takes)
    }
}

fn nodes<'a>(flows: &[&'a Flow]) -> Vec<Node<'a>> {
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    let mut nodes: Vec<Node<'a>> = Vec::new();
    for flow in flows {
        for (name, gives, takes) in [
            (flow.from.as_str(), flow.amount, 0.0),
            (flow.to.as_str(), 0.0, flow.amount),
        ] {
            let i = *at.entry(name).or_insert_with(|| {
                nodes.push(Node {
                    name,
                    gives: 0.0,
                    takes: 0.0,
                    column: 0,
                    rect: Rect::NOTHING,
                    color: Color32::GRAY,
                });
                nodes.len() - 1
            });
            nodes[i].gives += gives;
            nodes[i].takes += takes;
        }
    }
    let has_middle = nodes.iter().any(|n| n.gives > 0.0 && n.takes > 0.0);
    for node in &mut nodes {
        node.column = match (node.gives > 0.0, node.takes > 0.0) {
            (true, true) => 1,
            (true, false) => 0,
            (false, _) => 1 + usize::from(has_middle),
        };
    }
    nodes
}

/// Draws flows, with amounts on hover.
pub fn sankey_ui(
    ui: &mut Ui,
    look: &Look,
    id: &str,
    title: &str,
    help: &str,
    form: Form,
    flows: &[Flow],
    out: &mut Vec<UiCommand>,
) {
    let csv = || {
        let mut csv = String::from("from,to,amount\n");
        for f in flows {
            let (from, to) = (csv_field(&f.from), csv_field(&f.to));
            csv += &format!("{from},{to},{}\n", machine(f.amount));
        }
        csv
    };
    exportable_ui(ui, id, title, help, out, csv, |ui, out| {
        let flows: Vec<&Flow> = flows
            .iter()
            .filter(|f| f.amount > 0.0 && f.amount.is_finite() && f.from != f.to)
            .collect();
        if flows.is_empty() {
            Empty::new("Nothing has flowed yet")
                .hint("Let time run for an hour")
                .play()
                .show(ui, look, out);
            return;
        }
        diagram_ui(ui, look, title, form, &flows);
    });
}

fn diagram_ui(ui: &mut Ui, look: &Look, title: &str, form: Form, flows: &[&Flow]) {
    let font = TextStyle::Small.resolve(ui.style());
    let mut nodes = nodes(flows);
    let columns = 1 + nodes.iter().map(|n| n.column).max().unwrap_or(1);
    let count = |c: usize| nodes.iter().filter(|n| n.column == c).count();
    let tallest = (0..columns).map(count).max().unwrap_or(1);
    let line = font.size * 1.4;
    let height = (tallest as f32 * (line + SPACE)).max(120.0) + 20.0;
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    response
        .widget_info(|| WidgetInfo::labeled(WidgetType::Image, true, format!("Flows of {title}")));
    place(&mut nodes, columns, rect, &look.palette.series);
    let painter = ui.painter_at(rect);
    let pointer = response.hover_pos();
    let mut said = None;
    let mut used: BTreeMap<&str, (f32, f32)> = BTreeMap::new();
    for flow in flows {
        let find = |name: &str| nodes.iter().find(|n| n.name == name);
        let (Some(from), Some(to)) = (find(&flow.from), find(&flow.to)) else {
            continue;
        };
        let tall = |n: &Node<'_>| n.rect.height() * (flow.amount / n.through()) as f32;
        let (left, right) = (tall(from), tall(to));
        let start = used.entry(from.name).or_default();
        let a = pos2(from.rect.max.x, from.rect.min.y + start.0);
        start.0 += left;
        let end = used.entry(to.name).or_default();
        let b = pos2(to.rect.min.x, to.rect.min.y + end.1);
        end.1 += right;
        let is_hovered = pointer.is_some_and(|p| is_in_ribbon(p, a, left, b, right));
        let color = if from.column == 0 {
            from.color
        } else {
            to.color
        };
        let strength = if is_hovered { 0.75 } else { 0.35 };
        painter.add(ribbon(a, left, b, right, color.gamma_multiply(strength)));
        if is_hovered {
            said = Some(format!(
                "{} → {}\n{}",
                flow.from,
                flow.to,
                form.text(flow.amount)
            ));
        }
    }
    for node in &nodes {
        painter.rect_filled(node.rect, 1.0, node.color);
        let text = format!("{} {}", node.name, form.tick(node.through()));
        let (at, anchor) = if node.column + 1 == columns {
            (
                node.rect.left_center() - vec2(4.0, 0.0),
                Align2::RIGHT_CENTER,
            )
        } else {
            (
                node.rect.right_center() + vec2(4.0, 0.0),
                Align2::LEFT_CENTER,
            )
        };
        let text_color = ui.visuals().strong_text_color();
        painter.text(at, anchor, text, font.clone(), text_color);
        if pointer.is_some_and(|p| node.rect.expand(3.0).contains(p)) {
            said = Some(format!("{}\n{}", node.name, form.text(node.through())));
        }
    }
    if let Some(said) = said {
        response.on_hover_text_at_pointer(said);
    }
}

/// Places nodes: in every column as tall as what goes through them, largest first as given.
fn place(nodes: &mut [Node<'_>], columns: usize, rect: Rect, colors: &[Color32; 7]) {
    let total = |c: usize| -> (f64, usize) {
        let here = nodes.iter().filter(|n| n.column == c);
        here.fold((0.0, 0), |t, n| (t.0 + n.through(), t.1 + 1))
    };
    let scale = (0..columns)
        .map(total)
        .filter(|(sum, _)| *sum > 0.0)
        .map(|(sum, n)| f64::from((rect.height() - 8.0) - SPACE * n as f32) / sum)
        .fold(f64::INFINITY, f64::min)
        .max(0.0);
    let across = (rect.width() - NODE) / (columns.max(2) - 1) as f32;
    let mut y = vec![rect.min.y + 4.0; columns];
    for (i, node) in nodes.iter_mut().enumerate() {
        let tall = ((node.through() * scale) as f32).max(1.5);
        let x = rect.min.x + across * node.column as f32;
        node.rect = Rect::from_min_size(pos2(x, y[node.column]), vec2(NODE, tall));
        node.color = colors[i % colors.len()];
        y[node.column] += tall + SPACE;
    }
}

fn bend(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

fn ribbon(a: Pos2, left: f32, b: Pos2, right: f32, color: Color32) -> Shape {
    let mut mesh = Mesh::default();
    for i in 0..=PIECES {
        let t = i as f32 / PIECES as f32;
        let x = a.x + (b.x - a.x) * t;
        let s = bend(t);
        let top = a.y + (b.y - a.y) * s;
        let tall = (left + (right - left) * s).max(1.0);
        for y in [top, top + tall] {
            mesh.vertices.push(Vertex {
                pos: pos2(x, y),
                uv: WHITE_UV,
                color,
            });
        }
        if i > 0 {
            let n = 2 * i as u32;
            mesh.add_triangle(n - 2, n - 1, n);
            mesh.add_triangle(n - 1, n, n + 1);
        }
    }
    Shape::mesh(mesh)
}

fn is_in_ribbon(p: Pos2, a: Pos2, left: f32, b: Pos2, right: f32) -> bool {
    if p.x < a.x || p.x > b.x || b.x <= a.x {
        return false;
    }
    let s = bend((p.x - a.x) / (b.x - a.x));
    let top = a.y + (b.y - a.y) * s;
    let tall = (left + (right - left) * s).max(3.0);
    (top..=top + tall).contains(&p.y)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_only_gives_is_left_who_only_takes_is_right() {
        let flow = |from: &str, to: &str| Flow {
            from: from.to_owned(),
            to: to.to_owned(),
            amount: 1.0,
        };
        let flows = [flow("mint", "wallets"), flow("wallets", "fees")];
        let refs: Vec<&Flow> = flows.iter().collect();
        let columns: Vec<usize> = nodes(&refs).iter().map(|n| n.column).collect();
        assert_eq!(columns, [0, 1, 2]);
        let refs: Vec<&Flow> = flows[..1].iter().collect();
        let columns: Vec<usize> = nodes(&refs).iter().map(|n| n.column).collect();
        assert_eq!(columns, [0, 1]);
    }
}
