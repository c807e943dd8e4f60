//! Pictures of the window.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bevy::ecs::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};

use super::open::Canvas;
use crate::desktop::shell::desk::Desk;

/// A picture that was asked for: its file, and the part of the window in points.
type Order = (PathBuf, Option<[f32; 4]>);

/// What became of pictures.
type Done = Arc<Mutex<Vec<Result<PathBuf, String>>>>;

/// Pictures that were asked for and those that are made.
#[derive(Resource, Default)]
pub struct Orders {
    waiting: Vec<Order>,
    done: Done,
    /// Pictures made so far, or given up.
    pub n_made: usize,
    /// Pictures given up.
    pub n_failed: usize,
}

impl Orders {
    /// Asks for a picture of the window as it will be drawn next.
    pub fn ask(&mut self, path: PathBuf, part: Option<[f32; 4]>) {
        self.waiting.push((path, part));
    }
}

/// Takes the pictures that were asked for and tells of those that are made.
pub(super) fn photograph(
    orders: &mut Orders,
    commands: &mut Commands,
    canvas: Option<&Canvas>,
    desk: &mut Desk,
) {
    let scale = desk.pixels_per_point;
    for (path, part) in orders.waiting.drain(..) {
        let target = match canvas {
            Some(Canvas(image)) => Screenshot::image(image.clone()),
            None => Screenshot::primary_window(),
        };
        let done = Arc::clone(&orders.done);
        commands
            .spawn(target)
            .observe(move |captured: On<ScreenshotCaptured>| {
                let end = save(&captured, &path, part, scale);
                done.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(end);
            });
    }
    let made: Vec<_> =
        std::mem::take(&mut *orders.done.lock().unwrap_or_else(PoisonError::into_inner));
    for end in made {
        orders.n_made += 1;
        match end {
            Ok(path) => desk.tell(format!("Saved {}", path.display())),
            Err(why) => {
                orders.n_failed += 1;
                desk.failure = Some(why);
            }
        }
    }
}

fn save(
    captured: &ScreenshotCaptured,
    path: &PathBuf,
    part: Option<[f32; 4]>,
    scale: f32,
) -> Result<PathBuf, String> {
    let fail = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let mut image = captured
        .image
        .clone()
        .try_into_dynamic()
        .map_err(|e| fail(&e))?;
    if let Some([left, top, right, bottom]) = part {
        let (w, h) = (image.width(), image.height());
        let at = |v: f32, most: u32| ((v * scale).max(0.0) as u32).min(most);
        let (x0, y0, x1, y1) = (at(left, w), at(top, h), at(right, w), at(bottom, h));
        image = image.crop_imm(x0, y0, x1.saturating_sub(x0), y1.saturating_sub(y0));
    }
    // Transparency means nothing in a picture of a window.
    image.into_rgb8().save(path).map_err(|e| fail(&e))?;
    Ok(path.clone())
}
