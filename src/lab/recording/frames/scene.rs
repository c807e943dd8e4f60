//! A whole frame: the city at a tick, everybody awake, the clock, the caption and the curve that it speaks of.

use super::canvas::{Canvas, Color, Point};
use super::cast::{Cast, Figure};
use super::letters::Face;
use super::model::{SLANT, TABLE, View, hue, paint};
use super::shots::Shot;
use crate::lab::mark::Mark;
use crate::lab::place::{CELL, Grid, Spot};
use crate::lab::recording::page::reel::{Curve, Reel, Stop, Unit};
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR};
use crate::society::avatars::avatar::Activity;
use crate::society::spaces::space::SpaceKind;

const INK: Color = [29, 35, 40];
const QUIET: Color = [91, 101, 109];
const FAINT: Color = [191, 198, 195];
const CARD: Color = [255, 255, 255];
const ACCENT: Color = [10, 110, 168];
const SOFT: Color = [211, 228, 239];
const NIGHT: Color = [30, 38, 84];
const HEART: Color = [194, 59, 94];
const LOOK: Color = [0, 114, 178];

/// How much of the day's light the deepest night takes.
const NIGHT_TAKES: f32 = 0.4;

/// Pixels around everything, and above and below the city.
const MARGIN: f32 = 18.0;
const HEAD: f32 = 62.0;
const FOOT: f32 = 104.0;

/// Size of the curve in the corner.
const CURVE: Point = [232.0, 62.0];

/// How dark it is in steps: fewer shades make smaller files.
const SHADES: f32 = 6.0;

/// Half-life of what is remembered of attention, in ticks.
const ATTENTION_HALF_LIFE: f32 = 60.0;

/// Draws frames of a reel; ticks are asked for in their order.
pub struct Scene<'a> {
    reel: &'a Reel,
    cast: Cast<'a>,
    /// The city without people at twice the size, and which of its pixels are the city.
    city: Canvas,
    mask: Vec<bool>,
    view: View,
    /// Minutes of attention by space, fading, and up to when.
    attention: Vec<f32>,
    most: f32,
    until: f32,
}

impl<'a> Scene<'a> {
    /// Prepares pictures of a reel, of so many pixels.
    #[must_use]
    pub fn new(reel: &'a Reel, width: usize, height: usize) -> Self {
        let mut city = Canvas::new(2 * width, 2 * height, TABLE);
        let (w, h) = (2.0 * width as f32, 2.0 * height as f32);
        let room = [w, (h - 2.0 * (HEAD + FOOT)).max(40.0)];
        let view = View::whole(reel.site.side, [w / 2.0, 2.0 * HEAD + room[1] / 2.0], room);
        let mask = paint(&mut city, &reel.site, view);
        Self {
            cast: Cast::new(reel),
            attention: vec![0.0; reel.site.spaces.len()],
            most: 1.0,
            until: reel.first as f32,
            reel,
            city,
            mask,
            view,
        }
    }

    /// Draws a picture of the tour.
    pub fn draw(&mut self, shot: Shot) -> Canvas {
        self.cast.go_to(shot.tick as u32);
        let figures = self.cast.figures(shot.tick);
        self.remember(&figures, shot.tick);
        let mut large = self.city.clone();
        self.glow(&mut large);
        let dark = (darkness(shot.tick) * SHADES).round() / SHADES;
        if dark > 0.0 {
            large.tint(NIGHT, NIGHT_TAKES * dark, &self.mask);
        }
        self.people(&mut large, &figures);
        let mut picture = large.halved();
        self.write(&mut picture, shot, figures.len());
        picture
    }

    /// Lets attention fade and adds what was given since the last picture.
    fn remember(&mut self, figures: &[Figure], tick: f32) {
        let passed = (tick - self.until).clamp(0.0, ATTENTION_HALF_LIFE);
        self.until = tick;
        let keep = 0.5f32.powf(passed / ATTENTION_HALF_LIFE);
        for minutes in &mut self.attention {
            *minutes *= keep;
        }
        for figure in figures {
            let share = match figure.activity {
                Activity::Consuming | Activity::Playing | Activity::Studying => 1.0,
                Activity::Waiting => 0.6,
                Activity::Talking => 0.35,
                Activity::Asleep | Activity::Idle | Activity::Traveling => 0.0,
            };
            if let Some(minutes) = figure.space.and_then(|i| self.attention.get_mut(i)) {
                *minutes += share * passed.max(1.0);
            }
        }
        let most = self.attention.iter().copied().fold(1.0, f32::max);
        self.most = self.most.max(most);
    }

    fn glow(&self, picture: &mut Canvas) {
        for ((hall, spot), minutes) in self
            .reel
            .site
            .spaces
            .iter()
            .zip(&self.cast.spots)
            .zip(&self.attention)
        {
            let share = minutes / self.most;
            if share < 0.02 {
                continue;
            }
            let [x, y] = middle(*spot, self.cast.grid);
            let r = (1.0 + 3.4 * share.sqrt()) * self.view.zoom.max(10.0);
            picture.glow(
                self.view.point(x, y, 0.0),
                [r, r * SLANT],
                hue(hall.kind),
                0.25 + 0.4 * share.sqrt(),
            );
        }
    }

    fn people(&self, picture: &mut Canvas, figures: &[Figure]) {
        let dot = (2.6 + 0.3 * self.view.zoom).clamp(4.4, 11.0);
        let at = |f: &Figure| {
            let [x, y] = self.view.point(f.at[0], f.at[1], 0.0);
            [x, y - 0.8 * dot]
        };
        for figure in figures {
            picture.disc(at(figure), [1.35 * dot; 2], CARD, 1.0);
        }
        for figure in figures {
            let color = match figure.activity {
                Activity::Consuming | Activity::Waiting => LOOK,
                Activity::Playing => hue(SpaceKind::GameRoom),
                Activity::Studying => hue(SpaceKind::Classroom),
                Activity::Talking => hue(SpaceKind::Plaza),
                Activity::Asleep | Activity::Idle | Activity::Traveling => QUIET,
            };
            picture.disc(at(figure), [dot; 2], color, 1.0);
        }
        for figure in figures {
            if let Some(mark) = figure.mark {
                let [x, y] = at(figure);
                sign(picture, mark, [x, y - 3.6 * dot], 0.62 * dot);
            }
        }
    }

    fn write(&self, picture: &mut Canvas, shot: Shot, n_awake: usize) {
        let (w, h) = (picture.width as f32, picture.height as f32);
        Face::Title.write(picture, [MARGIN, 12.0], &self.reel.title, INK);
        let tick = shot.tick as u32;
        let (hour, minute) = (tick % TICKS_PER_DAY / TICKS_PER_HOUR, tick % TICKS_PER_HOUR);
        let clock = format!(
            "Day {}, {hour:02}:{minute:02} · {n_awake} awake",
            tick / TICKS_PER_DAY
        );
        Face::Text.write(picture, [MARGIN, 38.0], &clock, QUIET);
        let stop = shot.stop.and_then(|i| self.reel.stops.get(i));
        let named = stop.and_then(|s| self.reel.curves.iter().find(|c| c.key == s.curve));
        if let Some(curve) = named.or(self.reel.curves.first())
            && w > 2.0 * CURVE[0]
        {
            // Beside the title where there is room, else below it, where the corner of the city is empty.
            let left = w - CURVE[0] - MARGIN;
            let is_beside = MARGIN + Face::Title.width(&self.reel.title) + MARGIN < left;
            let top = if is_beside { 12.0 } else { 40.0 };
            self.curve(picture, curve, [left, top], shot.tick);
        }
        if let Some(stop) = stop {
            caption(picture, stop, [MARGIN, h - FOOT + 4.0], w - 2.0 * MARGIN);
        }
        self.progress(picture, shot.tick, [MARGIN, h - 7.0], w - 2.0 * MARGIN);
    }

    /// How far the tour is, with a dot for each caption.
    fn progress(&self, picture: &mut Canvas, tick: f32, at: Point, width: f32) {
        let span = (self.reel.last - self.reel.first).max(1) as f32;
        let x = |tick: f32| at[0] + (tick - self.reel.first as f32) / span * width;
        picture.block([at[0], at[1] - 1.0], [width, 2.0], FAINT, 1.0);
        picture.block([at[0], at[1] - 1.0], [x(tick) - at[0], 2.0], ACCENT, 1.0);
        for stop in &self.reel.stops {
            let is_past = stop.tick as f32 <= tick;
            picture.disc(
                [x(stop.tick as f32), at[1]],
                [3.5; 2],
                if is_past { ACCENT } else { FAINT },
                1.0,
            );
        }
    }

    /// A curve up to what is known at a tick, the rest faint, with its name and value.
    fn curve(&self, picture: &mut Canvas, curve: &Curve, at: Point, tick: f32) {
        let known: Vec<f32> = curve.values.iter().flatten().copied().collect();
        let (Some(low), Some(high)) = (
            known.iter().copied().reduce(f32::min),
            known.iter().copied().reduce(f32::max),
        ) else {
            return;
        };
        let low = if low >= 0.0 && low < 0.45 * high {
            0.0
        } else {
            low - 0.12 * (high - low)
        };
        let span = (self.reel.last - self.reel.first).max(1) as f32;
        let when = |i: usize| curve.first as f32 + (i as f32) * curve.step as f32;
        let point = |i: usize, value: f32| {
            let share = (when(i) - self.reel.first as f32) / span;
            let up = (value - low) / (high - low).max(1e-6);
            [
                at[0] + share * CURVE[0],
                at[1] + CURVE[1] - 4.0 - up * (CURVE[1] - 26.0),
            ]
        };
        let mut before: Option<Point> = None;
        let mut now = None;
        for (i, value) in curve.values.iter().enumerate() {
            let Some(value) =
                value.filter(|_| (0.0..=span).contains(&(when(i) - self.reel.first as f32)))
            else {
                before = None;
                continue;
            };
            let here = point(i, value);
            let is_past = when(i) <= tick;
            if let Some(before) = before {
                if is_past {
                    let floor = at[1] + CURVE[1];
                    picture.area(
                        &[before, here, [here[0], floor], [before[0], floor]],
                        SOFT,
                        1.0,
                    );
                }
                picture.line(
                    before,
                    here,
                    if is_past { 2.0 } else { 1.2 },
                    if is_past { ACCENT } else { FAINT },
                );
            }
            if is_past {
                now = Some((here, value));
            }
            before = Some(here);
        }
        Face::Small.write(picture, at, &curve.title, QUIET);
        if let Some((here, value)) = now {
            picture.disc(here, [3.4; 2], ACCENT, 1.0);
            let said = say(value, curve.unit);
            Face::Text.write(
                picture,
                [at[0] + CURVE[0] - Face::Text.width(&said), at[1] - 2.0],
                &said,
                INK,
            );
        }
    }
}

/// Writes a caption, breaking its text into lines.
fn caption(picture: &mut Canvas, stop: &Stop, at: Point, width: f32) {
    Face::Title.write(picture, at, &stop.title, INK);
    let line = Face::Text.line() as f32 + 1.0;
    let text = Face::Text.wrap(&stop.text, width);
    for (i, words) in text.iter().take(3).enumerate() {
        let y = at[1] + Face::Title.line() as f32 + 2.0 + line * i as f32;
        Face::Text.write(picture, [at[0], y], words, QUIET);
    }
}

/// Draws a sign, of half a size of so many pixels.
fn sign(picture: &mut Canvas, mark: Mark, [x, y]: Point, size: f32) {
    let (color, halo) = match mark {
        Mark::None => return,
        Mark::Heart => (HEART, 2.0),
        Mark::Bubble => (hue(SpaceKind::Plaza), 2.3),
        Mark::Bag => (LOOK, 2.0),
        Mark::Coin => (hue(SpaceKind::Plaza), 2.0),
    };
    picture.disc([x, y], [(halo + 0.7) * size; 2], CARD, 1.0);
    match mark {
        Mark::None => {}
        Mark::Heart => {
            for dx in [-0.8, 0.8] {
                picture.disc([x + dx * size, y - 0.5 * size], [size; 2], color, 1.0);
            }
            let corners = [
                [x - 1.75 * size, y - 0.2 * size],
                [x + 1.75 * size, y - 0.2 * size],
                [x, y + 1.9 * size],
            ];
            picture.area(&corners, color, 1.0);
        }
        Mark::Bubble => {
            picture.block(
                [x - 1.8 * size, y - 1.5 * size],
                [3.6 * size, 2.4 * size],
                color,
                1.0,
            );
            let corners = [
                [x - 0.9 * size, y + 0.8 * size],
                [x + 0.3 * size, y + 0.8 * size],
                [x - 0.9 * size, y + 2.0 * size],
            ];
            picture.area(&corners, color, 1.0);
        }
        Mark::Bag => {
            picture.disc([x, y - 0.9 * size], [0.9 * size; 2], color, 1.0);
            picture.block(
                [x - 1.6 * size, y - 0.8 * size],
                [3.2 * size, 2.4 * size],
                color,
                1.0,
            );
        }
        Mark::Coin => {
            picture.disc([x, y], [1.8 * size; 2], color, 1.0);
            picture.disc([x, y], [0.8 * size; 2], CARD, 0.7);
        }
    }
}

/// Returns the middle of a spot, in parcels.
fn middle(spot: Spot, grid: Grid) -> [f32; 2] {
    let at = match spot {
        Spot::House(p) | Spot::Hall(p) | Spot::Pavilion(p) => grid.middle(p),
        Spot::Square(at, _) => at,
    };
    at.map(|v| v / CELL)
}

/// Returns how dark it is at a tick: 0 by day, 1 at night.
fn darkness(tick: f32) -> f32 {
    let hour = tick % TICKS_PER_DAY as f32 / TICKS_PER_HOUR as f32;
    let share = if hour < 12.0 {
        (6.0 - hour) / 2.0
    } else {
        (hour - 20.0) / 2.0
    };
    let x = share.clamp(0.0, 1.0);
    x * x * (3.0 - 2.0 * x)
}

/// Writes a number as people read it.
fn say(value: f32, unit: Unit) -> String {
    match unit {
        Unit::Share => format!("{:.1} %", 100.0 * value),
        Unit::Index | Unit::Money => format!("{value:.2}"),
        Unit::Minutes if value >= 600.0 => format!("{:.0} h", value / 60.0),
        Unit::Minutes => format!("{value:.0} min"),
        Unit::Count | Unit::Coins if value >= 10_000.0 => format!("{:.1}k", value / 1_000.0),
        Unit::Count | Unit::Coins => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::shots::shots;
    use super::*;
    use crate::lab::recording::page::example::small;

    #[test]
    fn frames_have_their_size_and_differ_as_time_passes() {
        let reel = small();
        let all = shots(&reel, 1.0);
        let mut scene = Scene::new(&reel, 480, 300);
        let first = scene.draw(all[0]);
        assert_eq!(
            (first.width, first.height, first.pixels.len()),
            (480, 300, 144_000)
        );
        let last = scene.draw(*all.last().unwrap());
        assert_ne!(first, last);
        let again = Scene::new(&reel, 480, 300).draw(all[0]);
        assert_eq!(first, again, "the same tick gives the same picture");
    }

    #[test]
    fn somebody_who_plays_is_seen() {
        let reel = small();
        let mut scene = Scene::new(&reel, 480, 300);
        let shot = |tick| Shot {
            tick,
            stop: None,
            passes: 1.0,
        };
        let pink = |p: &Canvas| {
            p.pixels
                .iter()
                .filter(|c| **c == hue(SpaceKind::GameRoom))
                .count()
        };
        assert_eq!(pink(&scene.draw(shot(10.0))), 0);
        assert!(pink(&scene.draw(shot(700.0))) > 4);
    }

    #[test]
    fn nights_are_dark_and_small_pictures_possible() {
        assert_eq!(darkness(12.0 * 60.0), 0.0);
        assert_eq!(darkness(2.0 * 60.0), 1.0);
        assert!((0.2..0.8).contains(&darkness(21.0 * 60.0)));
        let reel = small();
        for (w, h) in [(16, 16), (100, 40), (40, 400)] {
            let picture = Scene::new(&reel, w, h).draw(shots(&reel, 1.0)[0]);
            assert_eq!((picture.width, picture.height), (w, h));
        }
    }
}
