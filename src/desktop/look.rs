//! How the window looks: palettes that colour-blind people can tell apart, and what it shows of the truth.

use egui::Color32;

/// Colours of one theme.
///
/// # Source
/// Series are Okabe and Ito's eight colours (2008), told apart by people with any common colour blindness; the ramps are
/// points of viridis (van der Walt and Smith, 2015) and of a blue–orange pair, whose lightness rises evenly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Palette {
    /// Lines and bars, in order of use.
    pub series: [Color32; 7],
    /// Text that matters less.
    pub weak: Color32,
    /// Good news.
    pub good: Color32,
    /// Something to look at.
    pub warn: Color32,
    /// Bad news.
    pub bad: Color32,
    /// Marks of policy changes, cursors.
    pub mark: Color32,
    /// Behind charts.
    pub plot: Color32,
}

const LIGHT: Palette = Palette {
    series: [
        Color32::from_rgb(0, 114, 178),
        Color32::from_rgb(213, 94, 0),
        Color32::from_rgb(0, 158, 115),
        Color32::from_rgb(204, 121, 167),
        Color32::from_rgb(176, 128, 0),
        Color32::from_rgb(52, 140, 200),
        Color32::from_rgb(90, 90, 90),
    ],
    weak: Color32::from_rgb(96, 100, 108),
    good: Color32::from_rgb(0, 120, 88),
    warn: Color32::from_rgb(160, 96, 0),
    bad: Color32::from_rgb(186, 52, 20),
    mark: Color32::from_rgb(120, 60, 160),
    plot: Color32::from_rgb(252, 252, 253),
};

const DARK: Palette = Palette {
    series: [
        Color32::from_rgb(86, 180, 233),
        Color32::from_rgb(230, 159, 0),
        Color32::from_rgb(0, 190, 140),
        Color32::from_rgb(222, 150, 190),
        Color32::from_rgb(240, 228, 66),
        Color32::from_rgb(232, 110, 40),
        Color32::from_rgb(170, 170, 170),
    ],
    weak: Color32::from_rgb(150, 156, 166),
    good: Color32::from_rgb(64, 200, 150),
    warn: Color32::from_rgb(236, 176, 60),
    bad: Color32::from_rgb(240, 120, 84),
    mark: Color32::from_rgb(200, 150, 240),
    plot: Color32::from_rgb(20, 22, 27),
};

/// Points of viridis, from low to high.
const VIRIDIS: [[u8; 3]; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];

/// Points of a ramp from bad (orange) over neutral to good (blue).
const DIVERGING: [[u8; 3]; 5] = [
    [179, 88, 6],
    [241, 163, 64],
    [232, 232, 235],
    [103, 169, 207],
    [33, 102, 172],
];

fn along(points: &[[u8; 3]], share: f32) -> Color32 {
    let share = if share.is_finite() {
        share.clamp(0.0, 1.0)
    } else {
        0.0
    };
    let at = share * (points.len() - 1) as f32;
    let i = (at as usize).min(points.len() - 2);
    let t = at - i as f32;
    let mix = |a: u8, b: u8| (f32::from(a) + t * (f32::from(b) - f32::from(a))).round() as u8;
    let (a, b) = (points[i], points[i + 1]);
    Color32::from_rgb(mix(a[0], b[0]), mix(a[1], b[1]), mix(a[2], b[2]))
}

/// Returns the colour of an amount from 0 to 1.
#[must_use]
pub fn amount_color(share: f32) -> Color32 {
    along(&VIRIDIS, share)
}

/// Returns the colour of a value from −1 (bad) to 1 (good).
#[must_use]
pub fn balance_color(value: f32) -> Color32 {
    along(&DIVERGING, 0.5 * value + 0.5)
}

/// Returns a colour for a group by its number; neighbours in number differ.
#[must_use]
pub fn group_color(number: u32) -> Color32 {
    // Turns by the golden angle: any run of numbers is spread around the circle.
    let hue = (number as f32 * 0.618_034).fract();
    let lightness = [0.95, 0.72, 0.84][number as usize % 3];
    egui::ecolor::Hsva::new(hue, 0.62, lightness, 1.0).into()
}

/// What panels need to know about how the window looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Whether the theme is dark.
    pub is_dark: bool,
    /// Its colours.
    pub palette: Palette,
    /// Whether the truth is shown beside what the platform knows.
    pub shows_truth: bool,
    /// The tick that charts point at, in days; `None` while the newest is shown.
    pub cursor_day: Option<f64>,
    /// Whether a click on a chart goes to a moment, as in a recording.
    pub seeks: bool,
    /// Whether the guided tour of a recording goes on.
    pub is_touring: bool,
    /// Whether a policy change can be taken back.
    pub can_undo: bool,
    /// Whether one that was taken back can be made again.
    pub can_redo: bool,
}

impl Look {
    /// Makes the look of a theme.
    #[must_use]
    pub const fn new(is_dark: bool) -> Self {
        Self {
            is_dark,
            palette: if is_dark { DARK } else { LIGHT },
            shows_truth: false,
            cursor_day: None,
            seeks: false,
            is_touring: false,
            can_undo: true,
            can_redo: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ramps_begin_and_end_where_they_should_and_survive_nonsense() {
        assert_eq!(amount_color(0.0), Color32::from_rgb(68, 1, 84));
        assert_eq!(amount_color(9.0), Color32::from_rgb(253, 231, 37));
        assert_eq!(amount_color(f32::NAN), amount_color(0.0));
        assert_eq!(balance_color(0.0), Color32::from_rgb(232, 232, 235));
    }
}
