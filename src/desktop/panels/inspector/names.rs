//! What people and things are called.

use super::sight::City;
use super::subject::Subject;
use crate::economy::land::registry::LandRegistry;
use crate::platform::ads::campaign::Campaigns;
use crate::sim::ids::ItemId;
use crate::sim::schedule::Seed;
use crate::society::avatars::avatar::Avatars;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::words::{title, topic_name};
use crate::society::spaces::map::CityMap;
use crate::society::spaces::space::Spaces;
use crate::society::ties::communities::Communities;

/// Returns how many there are of what a subject is one of.
#[must_use]
pub fn how_many(city: &City<'_>, subject: Subject) -> usize {
    match subject {
        Subject::Avatar(_) => city.get::<Avatars>().table.len(),
        Subject::Space(_) => city.get::<Spaces>().table.len(),
        Subject::Parcel(_) => city.get::<LandRegistry>().lots.len(),
        Subject::Item(_) => city.get::<Catalogue>().len(),
        Subject::Campaign(_) => city.get::<Campaigns>().len(),
        Subject::Community(_) => city.get::<Communities>().table.len(),
    }
}

/// Says whether a subject exists.
#[must_use]
pub fn exists(city: &City<'_>, subject: Subject) -> bool {
    (subject.number() as usize) < how_many(city, subject)
}

/// Returns the strongest of some topics by number; `None` where all are zero.
#[must_use]
pub fn main_topic(topics: &[f32]) -> Option<usize> {
    let best = topics
        .iter()
        .enumerate()
        .filter(|(_, x)| **x > 0.0)
        .max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
    best.map(|(i, _)| i)
}

/// Returns the title of an item; empty for one that does not exist.
#[must_use]
pub fn item_title(city: &City<'_>, id: ItemId) -> String {
    let catalogue = city.get::<Catalogue>();
    let Some(card) = catalogue.table.rows().get(id.idx()) else {
        return String::new();
    };
    match catalogue.imported_titles.get(id.idx()) {
        Some(given) if !given.is_empty() => given.clone(),
        _ => title(city.get::<Seed>().0, id, card.kind, &card.tags),
    }
}

/// Returns what a subject is called, in a few words; kind and number for one that does not exist.
#[must_use]
pub fn name(city: &City<'_>, subject: Subject) -> String {
    if !exists(city, subject) {
        return subject.label();
    }
    match subject {
        Subject::Avatar(_) => subject.label(),
        Subject::Space(id) => {
            let kind = city.get::<Spaces>().get(id).kind.word().replace('_', " ");
            format!("{kind} {id}")
        }
        Subject::Parcel(id) => {
            let (x, y) = city.get::<CityMap>().xy(id);
            format!("parcel {id} ({x}, {y})")
        }
        Subject::Item(id) => format!("“{}”", item_title(city, id)),
        Subject::Campaign(id) => {
            let topic = city.get::<Campaigns>().get(id).topic;
            format!("campaign {id} for {}", topic_name(usize::from(topic)))
        }
        Subject::Community(id) => {
            let topics = &city.get::<Communities>().get(id).topics;
            match main_topic(topics) {
                Some(t) => format!("community {id} about {}", topic_name(t)),
                None => subject.label(),
            }
        }
    }
}
