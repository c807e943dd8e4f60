//! Fills a reel from a recording: tick by tick, only what a picture from above needs.

use super::curves::{self, Breadth};
use super::error::PageError;
use super::reel::{Curve, Hall, MOST_TOPICS, Reel, Site, Stop, Turn};
use super::steps::Steps;
use crate::events::behavior::{EventKind, ThingKind};
use crate::lab::recording::{Ground, ItemNote, LotNote, Numbers, Person, Recording, Tour};
use crate::sim::ids::{AvatarId, ItemId, ParcelId};
use crate::sim::math;
use crate::sim::units::{TICKS_PER_DAY, Tick};
use crate::society::content::words::topic_name;

/// Which part of a recording is taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cut {
    /// The first tick; the recording's if not given.
    pub from: Option<u32>,
    /// The last tick; the recording's if not given.
    pub to: Option<u32>,
}

/// Makes a reel of a recording.
///
/// # Errors
/// [`PageError`] if the recording has no pictures, none of the ticks that are wanted, or is damaged there.
pub fn gather(recording: &mut Recording, cut: Cut) -> Result<Reel, PageError> {
    let held = recording.ticks();
    let file = recording.file().to_owned();
    let Some(ground) = recording.ground().cloned().filter(|_| !held.is_empty()) else {
        return Err(PageError::NoPictures { file });
    };
    let first = cut.from.unwrap_or(held.start).max(held.start);
    let last = cut
        .to
        .map_or(held.end, |to| to.saturating_add(1))
        .min(held.end);
    if first >= last {
        return Err(PageError::NoTicks {
            file,
            from: cut.from.unwrap_or(held.start),
            to: cut.to.unwrap_or(held.end - 1),
            first: held.start,
            last: held.end - 1,
        });
    }
    let people = recording.people().to_vec();
    let items = recording.items().to_vec();
    let home = |id: AvatarId| people.get(id.idx()).map_or(ParcelId(0), |p| p.home);
    let topic = |id: ItemId| topic_of(&items, id);

    let mut steps = Steps::default();
    let mut breadth = Breadth::default();
    let mut first_day_over = None;
    let mut moments = Vec::new();
    for tick in first..last {
        let picture = recording.at(tick)?;
        // Tick by tick, as the picture goes: asked for ahead they would be read twice.
        let deeds = recording.deeds(tick..tick + 1)?;
        for deed in &deeds {
            if deed.kind == EventKind::Consume
                && deed.thing.kind == ThingKind::Item
                && let Some(about) = topic(ItemId(deed.thing.id))
            {
                breadth.took(deed.avatar, about);
            }
        }
        moments.extend(steps.look(tick, &picture.awake, &deeds, home, topic));
        if (tick + 1).is_multiple_of(TICKS_PER_DAY) {
            breadth.end_day();
            first_day_over.get_or_insert(tick + 1);
        }
    }
    let lots = recording.at(last - 1)?.lots;

    // Numbers of other ticks than those that are shown would set the scale of a curve, or its length.
    let shown = |rows: &[(Tick, Numbers)]| -> Vec<(Tick, Numbers)> {
        let rows = rows
            .iter()
            .filter(|(tick, _)| (first..last).contains(&tick.0));
        rows.cloned().collect()
    };
    let mut curves = curves::choose(&shown(recording.hours()), &shown(recording.days()));
    if let Some(curve) = first_day_over.and_then(|tick| breadth.curve(tick)) {
        curves.insert(curves.len().min(2), curve);
    }
    let header = recording.header();
    let tour = recording.tour().cloned().unwrap_or_default();
    let said = |told: &str, known: &str| {
        if told.is_empty() {
            known.to_owned()
        } else {
            told.to_owned()
        }
    };
    Ok(Reel {
        title: said(&tour.title, &header.scenario),
        description: said(&tour.text, &header.description),
        scenario: header.scenario.clone(),
        seed: header.seed,
        first,
        last,
        site: site(&ground, recording, &people, &lots),
        topics: topics(recording, &items),
        stops: stops(&tour, &curves, first..last),
        turns: turns(recording.commands(), first..last),
        curves,
        moments,
    })
}

/// Returns what an item is about, unless its topic does not fit into a step.
fn topic_of(items: &[ItemNote], id: ItemId) -> Option<u8> {
    let topic = items.get(id.idx())?.topic;
    (usize::from(topic) < MOST_TOPICS).then_some(topic)
}

/// Names the topics up to the largest there is.
fn topics(recording: &Recording, items: &[ItemNote]) -> Vec<String> {
    let spaces = recording.spaces().iter().map(|s| s.topic);
    let all = items.iter().map(|i| i.topic).chain(spaces);
    let largest = all.map(usize::from).filter(|t| *t < MOST_TOPICS).max();
    (0..largest.map_or(0, |t| t + 1)).map(topic_name).collect()
}

/// Gathers what stands still.
fn site(ground: &Ground, recording: &Recording, people: &[Person], lots: &[LotNote]) -> Site {
    let n = ground.cells.len();
    let mut homes = vec![0u8; n];
    for person in people {
        if let Some(home) = homes.get_mut(person.home.idx()) {
            *home = home.saturating_add(1);
        }
    }
    Site {
        side: ground.side,
        road_every: ground.road_every.max(1),
        cells: ground.cells.clone(),
        districts: ground.districts.clone(),
        homes,
        worth: worth(ground.side, lots),
        spaces: recording
            .spaces()
            .iter()
            .map(|space| Hall {
                kind: space.kind,
                parcel: space.parcel,
                topic: topic_name(usize::from(space.topic)),
            })
            .collect(),
    }
}

/// How much what was paid for a lot counts beside its distance to the middle of the city.
const PRICE_WEIGHT: f64 = 0.5;

/// Says how sought after each parcel is, from 0 to 255: the middle is, and where much was paid. Houses are drawn as high.
fn worth(side: u32, lots: &[LotNote]) -> Vec<u8> {
    let n = (side * side) as usize;
    let side = side.max(1);
    let paid = |i: usize| lots.get(i).map_or(0.0, |lot| lot.price.as_f64().max(0.0));
    let top = (0..n).map(paid).fold(0.0, f64::max);
    let middle = f64::from(side - 1) / 2.0;
    (0..n)
        .map(|i| {
            let (x, y) = (i as u32 % side, i as u32 / side);
            let [dx, dy] = [x, y].map(|v| (f64::from(v) - middle) / f64::from(side));
            let near = 0.75 * math::exp(-(dx * dx + dy * dy) / (0.16 * 0.16));
            let sought = if paid(i) > 0.0 {
                let share = (paid(i) / top).sqrt();
                near + PRICE_WEIGHT * (share - near)
            } else {
                near
            };
            (255.0 * sought.clamp(0.0, 1.0)).round() as u8
        })
        .collect()
}

/// Lists the captions of the ticks that are shown; one speaks of the first curve that it names.
fn stops(tour: &Tour, curves: &[Curve], ticks: std::ops::Range<u32>) -> Vec<Stop> {
    let shown = tour.captions.iter().filter(|c| ticks.contains(&c.tick));
    shown
        .map(|c| {
            let words = format!("{} {}", c.title, c.text).to_lowercase();
            let named = curves.iter().filter_map(|curve| {
                let at = words.find(&curve.title.to_lowercase())?;
                Some((at, curve))
            });
            Stop {
                tick: c.tick,
                title: c.title.clone(),
                text: c.text.clone(),
                look: c.look,
                speed: c.speed.unwrap_or(0.0) as f32,
                zoom: c.zoom.unwrap_or(0.0) as f32,
                curve: named
                    .min_by_key(|(at, _)| *at)
                    .map_or_else(String::new, |(_, curve)| curve.key.clone()),
            }
        })
        .collect()
}

/// Lists the rules that were changed, from the lines of the commands that did.
fn turns(commands: &[(u32, String)], ticks: std::ops::Range<u32>) -> Vec<Turn> {
    let told = commands.iter().filter(|(tick, _)| ticks.contains(tick));
    let turns = told.filter_map(|(tick, line)| {
        let command: serde_json::Value = serde_json::from_str(line).ok()?;
        if command.get("command")? != "set_policy" {
            return None;
        }
        let value = match command.get("value")? {
            serde_json::Value::String(word) => word.clone(),
            other => other.to_string(),
        };
        let text = format!("{} = {value}", command.get("key")?.as_str()?);
        Some(Turn { tick: *tick, text })
    });
    let mut turns: Vec<Turn> = turns.collect();
    // A file may tell them in any order.
    turns.sort_by_key(|turn| turn.tick);
    turns
}

#[cfg(test)]
mod tests {
    use super::super::reel::Unit;
    use super::*;
    use crate::lab::recording::{Caption, Look};
    use crate::sim::units::Coins;

    #[test]
    fn the_middle_and_what_was_dear_are_sought_after() {
        let mut lots = vec![LotNote::default(); 32 * 32];
        let bare = worth(32, &lots);
        assert!(bare[16 * 32 + 16] > 150 && bare[0] < 10);
        lots[0].price = Coins::from_f64(40.0);
        lots[5].price = Coins::from_f64(10.0);
        let dear = worth(32, &lots);
        assert!(dear[0] > dear[5] && dear[5] > bare[5]);
        assert_eq!(dear[16 * 32 + 16], bare[16 * 32 + 16]);
        assert!(worth(0, &[]).is_empty());
    }

    #[test]
    fn captions_speak_of_the_curve_that_they_name_first() {
        let curve = |key: &str, title: &str| Curve {
            key: key.to_owned(),
            title: title.to_owned(),
            unit: Unit::Share,
            first: 60,
            step: 60,
            values: vec![],
        };
        let curves = [
            curve("satisfaction", "Satisfaction"),
            curve("price_level", "Price level"),
        ];
        let caption = |tick, text: &str| Caption {
            tick,
            title: String::new(),
            text: text.to_owned(),
            look: Look::City,
            speed: Some(4.0),
            zoom: None,
        };
        let tour = Tour {
            captions: vec![
                caption(5, "too early"),
                caption(10, "The price level rises, satisfaction falls."),
                caption(11, "Nothing."),
                caption(99, "too late"),
            ],
            ..Tour::default()
        };
        let stops = stops(&tour, &curves, 10..99);
        let told: Vec<_> = stops
            .iter()
            .map(|s| (s.tick, s.curve.as_str(), s.speed, s.zoom))
            .collect();
        assert_eq!(told, [(10, "price_level", 4.0, 0.0), (11, "", 4.0, 0.0)]);
    }

    #[test]
    fn rules_are_told_and_other_commands_are_not() {
        let line = |tick, text: &str| (tick, text.to_owned());
        let commands = [
            line(
                3,
                "{\"tick\":3,\"command\":\"set_policy\",\"key\":\"platform.ads.load\",\"value\":0.2}",
            ),
            line(4, "{\"tick\":4,\"command\":\"take_over\",\"avatar\":3}"),
            line(
                5,
                "{\"tick\":5,\"command\":\"set_policy\",\"key\":\"economy.controller.kind\",\"value\":\"pi\"}",
            ),
            line(6, "torn"),
            line(
                9,
                "{\"tick\":9,\"command\":\"set_policy\",\"key\":\"a.b\",\"value\":1}",
            ),
        ];
        let told: Vec<_> = turns(&commands, 0..9)
            .into_iter()
            .map(|t| (t.tick, t.text))
            .collect();
        assert_eq!(
            told,
            [
                (3, "platform.ads.load = 0.2".to_owned()),
                (5, "economy.controller.kind = pi".to_owned()),
            ]
        );
        let unordered = [commands[2].clone(), commands[0].clone()];
        let ticks: Vec<u32> = turns(&unordered, 0..9).iter().map(|t| t.tick).collect();
        assert_eq!(ticks, [3, 5]);
    }
}
