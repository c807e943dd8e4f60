//! Days, complaints and holds, collected while the city runs.

use std::collections::{BTreeMap, VecDeque};

use crate::desktop::view::push_days::PushDays;
use crate::desktop::view::sight::City;
use crate::events::behavior::{Event, EventKind, Thing};
use crate::events::bus::EventBus;
use crate::platform::integrity::holds::{Complaints, Holds};
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::units::Tick;
use crate::society::avatars::profile::{DataPurpose, Profile, Profiles};

/// Complaints kept.
const COMPLAINTS: usize = 50;

/// How many agree to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Consents {
    /// Avatars.
    pub avatars: u64,
    /// Consent to recommendation from their behaviour.
    pub recommendation: u64,
    /// Consent to ads chosen by their behaviour.
    pub ads: u64,
    /// Consent to research.
    pub research: u64,
    /// Consent to nothing.
    pub nothing: u64,
    /// Allow pushes.
    pub pushes: u64,
    /// Are under age.
    pub minors: u64,
}

impl Consents {
    /// Counts over all profiles.
    #[must_use]
    pub(super) fn of(profiles: &[Profile]) -> Self {
        let mut c = Self {
            avatars: profiles.len() as u64,
            ..Self::default()
        };
        for p in profiles {
            let allows = |purpose| u64::from(p.consent.allows(purpose));
            c.recommendation += allows(DataPurpose::Recommendation);
            c.ads += allows(DataPurpose::Ads);
            c.research += allows(DataPurpose::Research);
            c.nothing += u64::from(p.consent.bits() == 0);
            c.pushes += u64::from(p.push_allowed);
            c.minors += u64::from(p.is_minor);
        }
        c
    }

    /// Returns the share that a count is of all avatars; `None` where there is nobody.
    #[must_use]
    pub fn share(&self, count: u64) -> Option<f64> {
        (self.avatars > 0).then(|| count as f64 / self.avatars as f64)
    }
}

/// What happened to trust on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrustDay {
    /// Which day.
    pub day: u32,
    /// Who agreed to what at its end.
    pub consents: Consents,
    /// Things looked at, played or studied.
    pub uses: u64,
    /// Things hidden.
    pub hides: u64,
    /// Things reported.
    pub reports: u64,
    /// Avatars that changed what they consent to.
    pub changes: u64,
    /// Items that began to be held.
    pub holds: u64,
    /// Ads shown.
    pub ads: u64,
    /// Of these, to minors.
    pub ads_to_minors: u64,
}

/// A complaint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Complaint {
    /// When.
    pub tick: Tick,
    /// Who.
    pub avatar: AvatarId,
    /// About what.
    pub thing: Thing,
    /// Whether it was reported, not only hidden.
    pub is_report: bool,
}

/// The beginning of a hold that was watched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct HoldBegan {
    /// When; `None` if it began before the window watched.
    pub(super) tick: Option<Tick>,
    /// On what evidence.
    pub(super) evidence: Complaints,
}

/// What the panel collects.
#[derive(Debug, Default)]
pub struct TrustWatch {
    /// Finished days, oldest first.
    pub(super) days: Vec<TrustDay>,
    /// The day that runs; its consents are not counted yet.
    pub(super) today: TrustDay,
    /// Opt-outs from pushes by day.
    pub(super) pushes: PushDays,
    /// The newest complaints, oldest first.
    pub(super) complaints: VecDeque<Complaint>,
    /// What is held.
    pub(super) held: BTreeMap<ItemId, HoldBegan>,
    /// Holds so far and items held, when holds were last looked at.
    known_holds: Option<(u64, usize)>,
}

impl TrustWatch {
    /// Collects after the tick that has just run.
    pub(super) fn collect(&mut self, city: &City<'_>) {
        let Some(ran) = city.ran() else { return };
        let now = city.now();
        self.pushes.collect(ran, city.get());
        if ran.day() != self.today.day {
            self.today = TrustDay {
                day: ran.day(),
                ..TrustDay::default()
            };
        }
        let profiles = city.get::<Profiles>().table.rows();
        for e in &city.get::<EventBus>().current {
            self.count(e, profiles);
        }
        self.follow_holds(ran, city.get());
        if now.minute_of_day() == 0 {
            self.today.consents = Consents::of(profiles);
            self.days.push(self.today);
        }
    }

    fn count(&mut self, e: &Event, profiles: &[Profile]) {
        let day = &mut self.today;
        match e.kind {
            EventKind::Consume | EventKind::Play | EventKind::Study => day.uses += 1,
            EventKind::Consent => day.changes += 1,
            EventKind::AdImpression => {
                day.ads += 1;
                let is_minor = profiles.get(e.avatar.idx()).is_some_and(|p| p.is_minor);
                day.ads_to_minors += u64::from(is_minor);
            }
            EventKind::Hide | EventKind::Report => {
                let is_report = e.kind == EventKind::Report;
                if is_report {
                    day.reports += 1;
                } else {
                    day.hides += 1;
                }
                if self.complaints.len() == COMPLAINTS {
                    self.complaints.pop_front();
                }
                self.complaints.push_back(Complaint {
                    tick: e.tick,
                    avatar: e.avatar,
                    thing: e.thing,
                    is_report,
                });
            }
            _ => {}
        }
    }

    fn follow_holds(&mut self, ran: Tick, holds: &Holds) {
        let known = (holds.n_holds, holds.n_held());
        if self.known_holds == Some(known) {
            return;
        }
        let is_watched = self.known_holds.is_some() || ran.0 == 0;
        self.known_holds = Some(known);
        self.held.retain(|item, _| holds.is_held(*item));
        for (item, _) in holds.held() {
            if self.held.contains_key(&item) {
                continue;
            }
            let evidence = holds.complaints().get(item.idx());
            self.held.insert(
                item,
                HoldBegan {
                    tick: is_watched.then_some(ran),
                    evidence: evidence.copied().unwrap_or_default(),
                },
            );
            self.today.holds += u64::from(is_watched);
        }
    }
}
