//! Captions: moments of a recording that are worth showing, with what to say and where to look.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::RecordingError;
use crate::sim::ids::{AvatarId, ParcelId, SpaceId};
use crate::sim::units::{TICKS_PER_DAY, TICKS_PER_HOUR};

/// Most captions of a tour.
const MOST_CAPTIONS: usize = 200;

/// Most characters of a title.
const LONGEST_TITLE: usize = 120;

/// Most characters of a text.
const LONGEST_TEXT: usize = 1_000;

/// Most bytes of a file of captions.
const LARGEST: u64 = 1 << 20;

/// What a tour looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Look {
    /// All of it.
    #[default]
    City,
    /// A space.
    Space(SpaceId),
    /// A parcel.
    Parcel(ParcelId),
    /// Somebody, who is followed.
    Avatar(AvatarId),
}

impl From<Look> for String {
    fn from(look: Look) -> Self {
        match look {
            Look::City => "city".to_owned(),
            Look::Space(id) => format!("space {id}"),
            Look::Parcel(id) => format!("parcel {id}"),
            Look::Avatar(id) => format!("avatar {id}"),
        }
    }
}

impl TryFrom<String> for Look {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let (what, id) = (words.next(), words.next().map(str::parse::<u32>));
        let look = match (what, id, words.next()) {
            (Some("city"), None, None) => Some(Self::City),
            (Some("space"), Some(Ok(id)), None) => Some(Self::Space(SpaceId(id))),
            (Some("parcel"), Some(Ok(id)), None) => Some(Self::Parcel(ParcelId(id))),
            (Some("avatar"), Some(Ok(id)), None) => Some(Self::Avatar(AvatarId(id))),
            _ => None,
        };
        look.ok_or_else(|| {
            format!(
                "look = {text:?}: allowed is \"city\", \"space N\", \"parcel N\" or \"avatar N\""
            )
        })
    }
}

/// A moment worth showing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Caption {
    /// When.
    pub tick: u32,
    /// What it is called.
    pub title: String,
    /// What there is to say.
    pub text: String,
    /// Where to look.
    #[serde(default)]
    pub look: Look,
    /// Ticks a second from here on; `None` leaves the speed as it is.
    #[serde(default)]
    pub speed: Option<f64>,
    /// How near: 1 shows what is looked at whole, 2 twice as near; `None` leaves it as it is.
    #[serde(default)]
    pub zoom: Option<f64>,
}

/// All captions of a recording, in the order of their ticks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tour {
    /// What it is called.
    pub title: String,
    /// What it shows, in a sentence.
    pub text: String,
    /// The captions.
    pub captions: Vec<Caption>,
}

/// A caption as somebody writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    tick: Option<u32>,
    at: Option<String>,
    title: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    look: Look,
    speed: Option<f64>,
    zoom: Option<f64>,
}

/// A file of captions as somebody writes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    title: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    caption: Vec<Written>,
}

/// Reads a moment such as `day 3 08:30`.
fn moment(text: &str) -> Option<u32> {
    let mut words = text.split_whitespace();
    if words.next() != Some("day") {
        return None;
    }
    let day: u32 = words.next()?.parse().ok()?;
    let minute = match words.next() {
        None => 0,
        Some(time) => {
            let (h, m) = time.split_once(':')?;
            let (h, m): (u32, u32) = (h.parse().ok()?, m.parse().ok()?);
            if h >= 24 || m >= 60 {
                return None;
            }
            h * TICKS_PER_HOUR + m
        }
    };
    if words.next().is_some() {
        return None;
    }
    day.checked_mul(TICKS_PER_DAY)?.checked_add(minute)
}

impl Written {
    fn read(self) -> Result<Caption, String> {
        let tick = match (self.tick, &self.at) {
            (Some(tick), None) => tick,
            (None, Some(at)) => moment(at)
                .ok_or_else(|| format!("at = {at:?}: allowed is \"day N\" or \"day N HH:MM\""))?,
            _ => return Err("one of tick and at must be given, not both".to_owned()),
        };
        Ok(Caption {
            tick,
            title: self.title,
            text: self.text,
            look: self.look,
            speed: self.speed,
            zoom: self.zoom,
        })
    }
}

/// Complains of a text that is too long.
fn fits(key: &str, text: &str, most: usize) -> Result<(), String> {
    let n = text.chars().count();
    if n > most {
        return Err(format!("{key}: {n} characters, allowed are {most}"));
    }
    Ok(())
}

impl Tour {
    /// Reads a file of captions.
    ///
    /// # Errors
    /// [`RecordingError`] naming the file, the caption, the key, the value and what is allowed.
    pub fn load(path: &Path) -> Result<Self, RecordingError> {
        use std::io::Read;
        let mut text = String::new();
        // Bounded, as a path may lead to a device that never ends.
        let read = std::fs::File::open(path)
            .and_then(|f| f.take(LARGEST + 1).read_to_string(&mut text))
            .map_err(RecordingError::io(path))?;
        let file = path.display().to_string();
        if read as u64 > LARGEST {
            let what = format!("larger than {LARGEST} bytes, the most a file of captions may have");
            return Err(RecordingError::Captions { file, what });
        }
        Self::from_toml(&text, &file)
    }

    /// Reads captions from a text; `file` is named in errors.
    ///
    /// # Errors
    /// As [`Tour::load`].
    pub fn from_toml(text: &str, file: &str) -> Result<Self, RecordingError> {
        let wrong = |what: String| RecordingError::Captions {
            file: file.to_owned(),
            what: what.replace('\n', " "),
        };
        let page: Page = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(1, |s| {
                let before = text.get(..s.start).unwrap_or(text);
                1 + before.matches('\n').count()
            });
            wrong(format!("line {line}: {}", e.message()))
        })?;
        let mut captions = Vec::new();
        for (i, written) in page.caption.into_iter().enumerate() {
            let caption = written
                .read()
                .map_err(|e| wrong(format!("caption {}: {e}", i + 1)))?;
            captions.push(caption);
        }
        let tour = Self {
            title: page.title,
            text: page.text,
            captions,
        };
        tour.check().map_err(wrong)?;
        Ok(tour)
    }

    /// Checks what holds for every tour, wherever it was read from.
    pub(super) fn check(&self) -> Result<(), String> {
        fits("title", &self.title, LONGEST_TITLE)?;
        fits("text", &self.text, LONGEST_TEXT)?;
        if self.captions.len() > MOST_CAPTIONS {
            return Err(format!(
                "{} captions, allowed are {MOST_CAPTIONS}",
                self.captions.len()
            ));
        }
        let mut last = 0;
        for (i, c) in self.captions.iter().enumerate() {
            let place = |e: String| format!("caption {}: {e}", i + 1);
            fits("title", &c.title, LONGEST_TITLE).map_err(place)?;
            fits("text", &c.text, LONGEST_TEXT).map_err(place)?;
            if c.tick < last {
                return Err(place(format!(
                    "tick {}: allowed is {last} or later",
                    c.tick
                )));
            }
            last = c.tick;
            for (key, value) in [("speed", c.speed), ("zoom", c.zoom)] {
                if value.is_some_and(|x| !(0.01..=1_000.0).contains(&x)) {
                    return Err(place(format!(
                        "{key} = {}: allowed is 0.01 to 1000",
                        value.unwrap_or_default()
                    )));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "title = \"A day\"\ntext = \"All of it.\"\n[[caption]]\nat = \"day 0 08:30\"\ntitle = \"Morning\"\ntext = \"They come.\"\n[[caption]]\ntick = 600\ntitle = \"Noon\"\nlook = \"space 3\"\nspeed = 30.0\n";

    #[test]
    fn captions_read_and_survive_json() {
        let tour = Tour::from_toml(GOOD, "x.toml").unwrap();
        assert_eq!(tour.captions[0].tick, 510);
        assert_eq!(tour.captions[1].look, Look::Space(SpaceId(3)));
        let json = serde_json::to_string(&tour).unwrap();
        assert_eq!(serde_json::from_str::<Tour>(&json).unwrap(), tour);
    }

    #[test]
    fn wrong_captions_say_what_is_wrong() {
        for (from, to, says) in [
            (
                "day 0 08:30",
                "day 0 24:00",
                "x.toml: caption 1: at = \"day 0 24:00\": allowed is",
            ),
            (
                "tick = 600",
                "tick = 6",
                "caption 2: tick 6: allowed is 510 or later",
            ),
            (
                "tick = 600",
                "",
                "caption 2: one of tick and at must be given",
            ),
            ("space 3", "moon", "look = \"moon\": allowed is"),
            (
                "speed = 30.0",
                "speed = 0.0",
                "speed = 0: allowed is 0.01 to 1000",
            ),
            ("text = \"They", "txt = \"They", "line 6: unknown field"),
        ] {
            let text = GOOD.replace(from, to);
            let e = Tour::from_toml(&text, "x.toml").unwrap_err().to_string();
            assert!(e.contains(says) && !e.contains('\n'), "{from} → {to}: {e}");
        }
        let long = GOOD.replace("Noon", &"n".repeat(121));
        let e = Tour::from_toml(&long, "x.toml").unwrap_err().to_string();
        assert!(
            e.contains("caption 2: title: 121 characters, allowed are 120"),
            "{e}"
        );
    }
}
