//! Which ticks a tour shows, picture by picture, and for how long.

use super::super::page::reel::{Reel, Stop};

/// Words read in a second, seconds to take in a picture, and bounds of how long a caption stays; as on the page.
const WORDS_A_SECOND: f32 = 3.4;
const LOOK_SECONDS: f32 = 2.5;
const LEAST_SECONDS: f32 = 5.0;
const MOST_SECONDS: f32 = 16.0;

/// Most ticks that pass in a second.
const FASTEST: f32 = 1_000.0;

/// Seconds in which the rest of a way is covered that was looked at closely first.
const REST_SECONDS: f32 = 3.0;

/// Ticks a second where no caption says otherwise.
const USUAL_PACE: f32 = 120.0;

/// One picture of a tour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shot {
    /// The tick, with its fraction.
    pub tick: f32,
    /// The caption that is shown, by its place in the reel.
    pub stop: Option<usize>,
    /// Ticks that pass until the next picture.
    pub passes: f32,
}

fn reading(stop: &Stop) -> f32 {
    let words = stop.title.split_whitespace().count() + stop.text.split_whitespace().count();
    (LOOK_SECONDS + words as f32 / WORDS_A_SECOND).clamp(LEAST_SECONDS, MOST_SECONDS)
}

/// Lists the pictures of a reel's tour, so many a second; without captions the whole reel at an even pace.
#[must_use]
pub fn shots(reel: &Reel, pictures_a_second: f32) -> Vec<Shot> {
    let mut all = Vec::new();
    let (first, last) = (reel.first as f32, reel.last as f32);
    if reel.stops.is_empty() {
        let pace = USUAL_PACE.max((last - first) / 60.0);
        even(
            &mut all,
            first,
            last,
            (last - first) / pace,
            None,
            pictures_a_second,
        );
    }
    for (i, stop) in reel.stops.iter().enumerate() {
        let begins = stop.tick as f32;
        let ends = reel.stops.get(i + 1).map_or(last, |next| next.tick as f32);
        let read = reading(stop);
        if stop.speed > 0.0 && (ends - begins) / stop.speed > read {
            let near = begins + stop.speed * read;
            even(&mut all, begins, near, read, Some(i), pictures_a_second);
            even(
                &mut all,
                near,
                ends,
                REST_SECONDS,
                Some(i),
                pictures_a_second,
            );
        } else {
            let seconds = read.max((ends - begins) / FASTEST);
            even(&mut all, begins, ends, seconds, Some(i), pictures_a_second);
        }
    }
    all
}

/// Adds pictures at an even pace.
fn even(all: &mut Vec<Shot>, from: f32, to: f32, seconds: f32, stop: Option<usize>, rate: f32) {
    let n = (seconds * rate).ceil().max(1.0);
    let passes = (to - from) / n;
    all.extend((0..n as usize).map(|k| Shot {
        tick: from + passes * k as f32,
        stop,
        passes,
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::recording::page::example::small;

    #[test]
    fn a_tour_shows_each_caption_long_enough_and_goes_forward() {
        let mut reel = small();
        reel.stops.truncate(2);
        reel.stops[0].speed = 0.0;
        reel.stops[1].tick = 900;
        reel.stops[1].speed = 2.0;
        let all = shots(&reel, 4.0);
        assert!(all.windows(2).all(|w| w[0].tick < w[1].tick));
        for i in 0..2 {
            assert!(
                all.iter().filter(|s| s.stop == Some(i)).count() >= 20,
                "five seconds of four pictures"
            );
        }
        assert_eq!(all[0].tick, 300.0);
        let near = all
            .iter()
            .filter(|s| s.stop == Some(1) && s.passes == 0.5)
            .count();
        assert_eq!(near, 20, "two ticks a second while it is read");
        assert!(all.last().unwrap().tick < 2_000.0);
    }

    #[test]
    fn without_captions_all_is_shown() {
        let mut reel = small();
        reel.stops.clear();
        let all = shots(&reel, 2.0);
        assert_eq!((all[0].tick, all[0].stop), (10.0, None));
        let end = all.last().unwrap();
        assert!((end.tick + end.passes - 2_000.0).abs() < 0.5);
    }
}
