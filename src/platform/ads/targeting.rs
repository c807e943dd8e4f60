//! What an ad may be chosen by: the observed interests of who consents to that, the place it is shown in for everybody else.
//!
//! The place means the space an avatar is in, not the slate it looks at: a slate is chosen from behaviour itself, so that its
//! topics would let in by the back door what consent keeps out.

use super::click_model::{Basis, Cell};
use crate::platform::privacy::observation::{Observed, PROFILE_DIM};
use crate::sim::math;
use crate::society::avatars::profile::{DataPurpose, Profile};
use crate::society::spaces::space::Space;

/// Weight of observations below which an avatar counts as not known yet.
const KNOWN: f32 = 2.0;

/// How well each topic fits what may be known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clue {
    basis: Basis,
    by_topic: [f32; PROFILE_DIM],
}

/// Says whether ads may be chosen by what was observed of an avatar: it consents to observation and to ads, and is of age.
#[must_use]
pub fn may_target(profile: &Profile) -> bool {
    may_learn(profile) && profile.consent.allows(DataPurpose::Recommendation)
}

/// Says whether an avatar's answers to ads may be learned from.
#[must_use]
pub fn may_learn(profile: &Profile) -> bool {
    !profile.is_minor && profile.consent.allows(DataPurpose::Ads)
}

impl Clue {
    /// Matches with a place; nowhere in particular fits nothing.
    #[must_use]
    pub fn of_place(space: Option<&Space>) -> Self {
        Self {
            basis: Basis::Place,
            by_topic: space.map_or([0.0; PROFILE_DIM], |s| s.topics),
        }
    }

    /// Matches with observed interests; `None` while too little was observed.
    #[must_use]
    pub fn of_interests(observed: &Observed) -> Option<Self> {
        let norm = math::dot(&observed.profile, &observed.profile).sqrt();
        (norm >= KNOWN).then(|| Self {
            basis: Basis::Interests,
            by_topic: observed.profile.map(|x| x / norm),
        })
    }

    /// Returns the cell of the click model for a topic.
    #[must_use]
    pub fn cell(&self, topic: usize) -> Cell {
        Cell::of(self.basis, self.matching(topic))
    }

    /// Returns how well a topic fits; a topic that there is not fits nothing.
    #[must_use]
    pub fn matching(&self, topic: usize) -> f32 {
        self.by_topic.get(topic).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::units::Tick;
    use crate::society::avatars::profile::Consent;

    fn profile(consent: Consent, is_minor: bool) -> Profile {
        Profile {
            joined: Tick(0),
            consent,
            push_allowed: false,
            timezone: 0,
            is_minor,
        }
    }

    #[test]
    fn targeting_asks_for_both_consents_and_age() {
        let both = Consent::NOTHING
            .with(DataPurpose::Ads)
            .with(DataPurpose::Recommendation);
        assert!(may_target(&profile(both, false)));
        assert!(!may_target(&profile(both, true)));
        assert!(!may_target(&profile(both.without(DataPurpose::Ads), false)));
        assert!(!may_target(&profile(
            both.without(DataPurpose::Recommendation),
            false
        )));
        assert!(!may_learn(&profile(both, true)));
    }

    #[test]
    fn an_avatar_hardly_observed_is_not_known() {
        let mut observed = Observed::default();
        assert_eq!(Clue::of_interests(&observed), None);
        observed.profile[3] = 5.0;
        let clue = Clue::of_interests(&observed).unwrap();
        assert_eq!(clue.cell(3), Cell::of(Basis::Interests, 1.0));
        assert_eq!(clue.cell(4), Cell::of(Basis::Interests, 0.0));
    }
}
