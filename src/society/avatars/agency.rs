//! Whether an avatar makes choices of its own.
//!
//! Who is taken over does what it is told, and a second account is there for the coins of its owner alone: it is moved by nothing that
//! is offered to it.

use crate::sim::ids::AvatarId;
use crate::society::referrals::joiners::Referrals;
use crate::society::walk_in::state::WalkIns;

/// Says whether an avatar makes choices of its own; `referrals` are there where anybody joins by invitation.
#[must_use]
pub fn makes_own_choices(id: AvatarId, walk_ins: &WalkIns, referrals: Option<&Referrals>) -> bool {
    walk_ins.of(id).is_none() && !referrals.is_some_and(|r| r.is_second(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::referral::ReferralTerms;
    use crate::society::referrals::joiners::{How, Joined};

    #[test]
    fn a_second_account_makes_none_and_a_friend_who_joined_does() {
        let mut referrals = Referrals::default();
        for (id, how) in [(5, How::Second), (6, How::Moved)] {
            let by = AvatarId(1);
            referrals.join(AvatarId(id), Joined { by, how }, ReferralTerms::default());
        }
        let nobody = WalkIns::default();
        let own = |id| makes_own_choices(AvatarId(id), &nobody, Some(&referrals));
        assert_eq!([own(1), own(5), own(6)], [true, false, true]);
        assert!(makes_own_choices(AvatarId(5), &nobody, None));
    }
}
