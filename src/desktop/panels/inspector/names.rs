//! What people and things are called.

use super::facts::Link;
use crate::desktop::panels::kit::numbers::{NONE, percent};
use crate::desktop::view::sight::City;
use crate::desktop::view::subject::Subject;
use crate::economy::land::registry::LandRegistry;
use crate::lab::explain::names::Names;
use crate::platform::ads::campaign::Campaigns;
use crate::society::avatars::avatar::Avatars;
use crate::society::content::catalogue::Catalogue;
use crate::society::content::words::topic_name;
use crate::society::spaces::space::Spaces;
use crate::society::ties::communities::Communities;

/// Returns how many there are of what a subject is one of.
#[must_use]
pub(super) fn how_many(city: &City<'_>, subject: Subject) -> usize {
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
pub(super) fn exists(city: &City<'_>, subject: Subject) -> bool {
    (subject.number() as usize) < how_many(city, subject)
}

/// Returns what a subject is called, in a few words; kind and number for one that does not exist.
#[must_use]
pub(super) fn name(city: &City<'_>, subject: Subject) -> String {
    if !exists(city, subject) {
        return subject.label();
    }
    let names = Names::of_world(city.world());
    match subject {
        Subject::Avatar(id) => Names::avatar(id),
        Subject::Space(id) => names.space(id),
        Subject::Parcel(id) => names.parcel(id),
        Subject::Item(id) => names.item(id),
        Subject::Campaign(id) => names.campaign(id),
        Subject::Community(id) => names.community(id),
    }
}

/// Returns a link to a subject by its name.
#[must_use]
pub(super) fn link(city: &City<'_>, subject: Subject) -> Link {
    Link {
        subject,
        text: name(city, subject),
        note: String::new(),
    }
}

/// Tells the strongest topics of a mixture in words; a dash where there is none.
#[must_use]
pub(super) fn topics(mixture: &[f32]) -> String {
    let all: f32 = mixture.iter().map(|x| x * x).sum();
    let mut strong: Vec<(usize, f32)> = mixture.iter().copied().enumerate().collect();
    strong.retain(|(_, x)| *x > 0.0 && x.is_finite());
    strong.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    if strong.is_empty() {
        return NONE.to_owned();
    }
    let words: Vec<String> = strong
        .iter()
        .take(3)
        .map(|(t, x)| format!("{} {}", topic_name(*t), percent(f64::from(x * x / all))))
        .collect();
    words.join(", ")
}
