//! The rows of the trust panel.

use super::holds::{self, HoldRows};
use super::watch::{Complaint, Consents, TrustDay, TrustWatch};
use crate::desktop::view::push_days::PushDayRow;
use crate::desktop::view::sight::City;
use crate::desktop::view::subject::Subject;
use crate::lab::explain::names::Names;
use crate::platform::privacy::observation::{HISTORY, Observations, PAST, PROFILE_DIM};
use crate::society::avatars::profile::Profiles;

/// Something the platform keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptRow {
    /// What.
    pub what: String,
    /// Of whom.
    pub whose: &'static str,
    /// For how long.
    pub how_long: &'static str,
    /// How many there are now.
    pub n: u64,
}

/// A complaint with the name of what it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct ComplaintRow {
    /// The complaint.
    pub complaint: Complaint,
    /// What it is about.
    pub subject: Option<Subject>,
    /// What that is called.
    pub title: String,
}

/// Wellbeing on a day, which only the lab knows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WellbeingDay {
    /// Day.
    pub day: u32,
    /// Share of minutes that would not be spent again.
    pub regret: Option<f64>,
    /// Share of minutes between midnight and five of the avatar's own day.
    pub night: Option<f64>,
}

/// The rows of the panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrustView {
    /// Whether there is a city.
    pub is_there: bool,
    /// Who agrees to what now.
    pub consents: Consents,
    /// Finished days that were watched.
    pub days: Vec<TrustDay>,
    /// The day that runs; its consents are those of now.
    pub today: TrustDay,
    /// Pushes by finished day.
    pub pushes: Vec<PushDayRow>,
    /// What the platform keeps.
    pub kept: Vec<KeptRow>,
    /// Events that it did not look at for lack of consent.
    pub refused: u64,
    /// Holds.
    pub holds: HoldRows,
    /// The newest complaints, newest first.
    pub complaints: Vec<ComplaintRow>,
    /// Wellbeing by finished day.
    pub wellbeing_days: Vec<WellbeingDay>,
    /// Measures of wellbeing by name, at the last turn of an hour.
    pub wellbeing: Vec<(String, f64)>,
    /// Policy changes: day and text.
    pub marks: Vec<(f64, String)>,
}

/// Fills the rows.
pub(super) fn fill(watch: &TrustWatch, city: &City<'_>) -> TrustView {
    let consents = Consents::of(city.get::<Profiles>().table.rows());
    let observations = city.get::<Observations>();
    let names = Names::of_world(city.world());
    let days = city.report.days.iter();
    TrustView {
        is_there: true,
        consents,
        days: watch.days.clone(),
        today: TrustDay {
            consents,
            ..watch.today
        },
        pushes: watch.pushes.days(&city.report.days),
        kept: kept(&consents, observations),
        refused: observations.n_refused,
        holds: holds::fill(watch, city),
        complaints: watch
            .complaints
            .iter()
            .rev()
            .map(|c| ComplaintRow {
                complaint: *c,
                subject: Subject::of(c.thing),
                title: names.thing(c.thing),
            })
            .collect(),
        wellbeing_days: days
            .map(|d| WellbeingDay {
                day: d.day,
                regret: d.regret_share,
                night: d.night_share,
            })
            .collect(),
        wellbeing: city.report.wellbeing.clone(),
        marks: city.mark_texts(),
    }
}

fn kept(consents: &Consents, observations: &Observations) -> Vec<KeptRow> {
    let row = |what: String, whose, how_long, n| KeptRow {
        what,
        whose,
        how_long,
        n,
    };
    let consenting = "who consents to recommendation";
    vec![
        row(
            format!("interests over {PROFILE_DIM} public topics"),
            consenting,
            "fades, half in 7 days",
            consents.recommendation,
        ),
        row(
            format!("last {HISTORY} items engaged with, and hidden"),
            consenting,
            "until replaced by newer ones",
            consents.recommendation,
        ),
        row(
            format!("avatar and item to train on, with {PAST} items before"),
            consenting,
            "newest 200,000",
            observations.pairs.len() as u64,
        ),
        row(
            "answers to ads".to_owned(),
            "who consents to ads",
            "as counts that name nobody",
            consents.ads,
        ),
        row(
            "how often each ad was shown".to_owned(),
            "everybody, to cap it",
            "7 days",
            consents.avatars,
        ),
        row(
            "complaints by item".to_owned(),
            "names nobody",
            "until the item was held",
            0,
        ),
    ]
}
