//! Kinds of events that belong together, for filters.

use crate::events::behavior::EventKind;

/// Kinds that belong together.
pub(super) struct Group {
    /// Their name.
    pub(super) title: &'static str,
    /// Which they are.
    pub(super) kinds: &'static [EventKind],
}

/// All groups; every kind is in one of them.
pub(super) const GROUPS: [Group; 6] = [
    Group {
        title: "Presence",
        kinds: &[
            EventKind::Arrive,
            EventKind::SessionStart,
            EventKind::SessionEnd,
            EventKind::Move,
            EventKind::Browse,
        ],
    },
    Group {
        title: "Content",
        kinds: &[
            EventKind::Consume,
            EventKind::Pass,
            EventKind::Like,
            EventKind::Hide,
            EventKind::Report,
            EventKind::Rate,
            EventKind::Create,
        ],
    },
    Group {
        title: "People",
        kinds: &[
            EventKind::Talk,
            EventKind::TieRequest,
            EventKind::TieAccept,
            EventKind::TieEnd,
            EventKind::CommunityJoin,
            EventKind::CommunityLeave,
            EventKind::InviteAccept,
            EventKind::LiveAttend,
        ],
    },
    Group {
        title: "Play and learning",
        kinds: &[
            EventKind::Play,
            EventKind::Achievement,
            EventKind::Drop,
            EventKind::QuestDone,
            EventKind::Enroll,
            EventKind::Study,
            EventKind::Quiz,
            EventKind::CourseDone,
        ],
    },
    Group {
        title: "Money and land",
        kinds: &[
            EventKind::Buy,
            EventKind::List,
            EventKind::Bid,
            EventKind::BidRefuse,
            EventKind::ParcelBuy,
            EventKind::ParcelRent,
            EventKind::Build,
            EventKind::TopUp,
            EventKind::RewardClaim,
        ],
    },
    Group {
        title: "Ads and messages",
        kinds: &[
            EventKind::AdImpression,
            EventKind::AdClick,
            EventKind::AdConvert,
            EventKind::PushOpen,
            EventKind::PushOptOut,
            EventKind::PushOptIn,
            EventKind::Survey,
            EventKind::Consent,
        ],
    },
];

/// Returns a kind as people read it: without underscores.
pub(super) fn readable(kind: EventKind) -> String {
    kind.word().replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_in_one_group() {
        let mut all: Vec<EventKind> = GROUPS.iter().flat_map(|g| g.kinds).copied().collect();
        all.sort_unstable();
        assert_eq!(all, EventKind::ALL);
    }
}
