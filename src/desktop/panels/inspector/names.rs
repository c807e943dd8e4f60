//! What people and things are called.

use super::facts::Link;
use crate::desktop::panels::kit::numbers::{NONE, percent};
use crate::desktop::view::recorded::Recorded;
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

/// What knows people and things by their names: a living city, or a recording of one.
pub(super) trait Naming {
    /// Returns how many there are of what a subject is one of.
    fn how_many(&self, subject: Subject) -> usize;

    /// Returns what a subject that exists is called, in a few words.
    fn name_of(&self, subject: Subject) -> String;
}

impl Naming for City<'_> {
    fn how_many(&self, subject: Subject) -> usize {
        match subject {
            Subject::Avatar(_) => self.get::<Avatars>().table.len(),
            Subject::Space(_) => self.get::<Spaces>().table.len(),
            Subject::Parcel(_) => self.get::<LandRegistry>().lots.len(),
            Subject::Item(_) => self.get::<Catalogue>().len(),
            Subject::Campaign(_) => self.get::<Campaigns>().len(),
            Subject::Community(_) => self.get::<Communities>().table.len(),
        }
    }

    fn name_of(&self, subject: Subject) -> String {
        let names = Names::of_world(self.world());
        match subject {
            Subject::Avatar(id) => Names::avatar(id),
            Subject::Space(id) => names.space(id),
            Subject::Parcel(id) => names.parcel(id),
            Subject::Item(id) => names.item(id),
            Subject::Campaign(id) => names.campaign(id),
            Subject::Community(id) => names.community(id),
        }
    }
}

impl Naming for Recorded<'_> {
    fn how_many(&self, subject: Subject) -> usize {
        match subject {
            Subject::Avatar(_) => self.recording.people().len(),
            Subject::Space(_) => self.recording.spaces().len(),
            Subject::Parcel(_) => self.recording.ground().map_or(0, |g| g.cells.len()),
            Subject::Item(_) => self.recording.items().len(),
            Subject::Campaign(_) => self.recording.campaigns().len(),
            // Communities are known only by what is done with them.
            Subject::Community(_) => 0,
        }
    }

    fn name_of(&self, subject: Subject) -> String {
        let about = |topic: u8| topic_name(usize::from(topic));
        let name = match subject {
            Subject::Avatar(id) => Some(Names::avatar(id)),
            Subject::Space(id) => self.recording.spaces().get(id.idx()).map(|s| {
                let kind = s.kind.word().replace('_', " ");
                format!("{kind} {id} ({})", about(s.topic))
            }),
            Subject::Parcel(id) => self
                .recording
                .ground()
                .filter(|g| g.side > 0)
                .map(|g| format!("parcel at {}, {}", id.0 % g.side, id.0 / g.side)),
            Subject::Item(id) => self.recording.items().get(id.idx()).map(|i| {
                let kind = i.kind.word().replace('_', " ");
                format!("{} ({kind})", i.title)
            }),
            Subject::Campaign(id) => self
                .recording
                .campaigns()
                .get(id.idx())
                .map(|t| format!("campaign {id} ({})", about(*t))),
            Subject::Community(_) => None,
        };
        name.unwrap_or_else(|| subject.label())
    }
}

/// Says whether a subject exists.
#[must_use]
pub(super) fn exists(naming: &dyn Naming, subject: Subject) -> bool {
    (subject.number() as usize) < naming.how_many(subject)
}

/// Returns what a subject is called, in a few words; kind and number for one that does not exist.
#[must_use]
pub(super) fn name(naming: &dyn Naming, subject: Subject) -> String {
    if exists(naming, subject) {
        naming.name_of(subject)
    } else {
        subject.label()
    }
}

/// Returns a link to a subject by its name.
#[must_use]
pub(super) fn link(naming: &dyn Naming, subject: Subject) -> Link {
    Link {
        subject,
        text: name(naming, subject),
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
