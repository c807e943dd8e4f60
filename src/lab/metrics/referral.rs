//! What referral bonuses came to, by the truth about who joined.
//!
//! | metric | formula |
//! | --- | --- |
//! | `referral_joined` | true newcomers who joined by invitation |
//! | `referral_moved` | of these, whom a friend asked, or who came, because of what was promised |
//! | `referral_second_accounts` | second accounts that were opened |
//! | `referral_coins` | coins paid for newcomers, both sides |
//! | `referral_moved_per_coin` | true newcomers whom the promise brought / coins |
//! | `referral_self_share` | coins paid for second accounts / coins |
//! | `referral_holds` | bonuses held for review |
//! | `referral_hold_precision` | second accounts among those held / those held |
//! | `referral_hold_recall` | second accounts among those held / second accounts that did what is asked for |
//! | `referral_refused_friends` | true newcomers for whom the bonus was refused in the end |

use crate::platform::incentives::referral::book::{ReferralBook, Stage};
use crate::sim::units::Coins;
use crate::society::referrals::joiners::{How, Referrals};

/// Counts of newcomers and of what was paid for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Judged {
    /// True newcomers.
    pub joined: u32,
    /// Of these, brought by what was promised.
    pub moved: u32,
    /// Second accounts.
    pub seconds: u32,
    /// Of these, which did what is asked for.
    pub seconds_due: u32,
    /// Coins paid.
    pub coins: Coins,
    /// Of these, for second accounts.
    pub self_coins: Coins,
    /// Bonuses held, and of these for second accounts.
    pub held: (u32, u32),
    /// True newcomers for whom nothing was paid after a review.
    pub refused_friends: u32,
}

/// Judges what was paid by who joined.
#[must_use]
pub fn judge(joined: &Referrals, book: &ReferralBook) -> Judged {
    let mut out = Judged::default();
    for (id, j) in joined.joined() {
        let is_second = j.how == How::Second;
        out.seconds += u32::from(is_second);
        out.joined += u32::from(!is_second);
        out.moved += u32::from(j.how == How::Moved);
        let Some(r) = book.all.get(id) else { continue };
        out.seconds_due += u32::from(is_second && r.has_stayed());
        if let Stage::Paid { .. } = r.stage {
            out.coins += r.terms.amount;
            if is_second {
                out.self_coins += r.terms.amount;
            }
        }
        if r.held_by.is_some() {
            out.held.0 += 1;
            out.held.1 += u32::from(is_second);
        }
        out.refused_friends += u32::from(!is_second && r.stage == Stage::Refused);
    }
    out
}

impl Judged {
    /// Returns the headline numbers; `None` where nothing can be said.
    #[must_use]
    pub fn headline(&self) -> Vec<(&'static str, Option<f64>)> {
        let ratio = |a: f64, b: f64| (b > 0.0).then(|| a / b);
        let (coins, held) = (self.coins.as_f64(), f64::from(self.held.0));
        let caught = f64::from(self.held.1);
        vec![
            ("referral_joined", Some(f64::from(self.joined))),
            ("referral_moved", Some(f64::from(self.moved))),
            ("referral_second_accounts", Some(f64::from(self.seconds))),
            ("referral_coins", Some(coins)),
            (
                "referral_moved_per_coin",
                ratio(f64::from(self.moved), coins),
            ),
            (
                "referral_self_share",
                ratio(self.self_coins.as_f64(), coins),
            ),
            ("referral_holds", Some(held)),
            ("referral_hold_precision", ratio(caught, held)),
            (
                "referral_hold_recall",
                ratio(caught, f64::from(self.seconds_due)),
            ),
            (
                "referral_refused_friends",
                Some(f64::from(self.refused_friends)),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::referral::ReferralTerms;
    use crate::sim::ids::{AvatarId, OfferId};
    use crate::sim::units::Tick;
    use crate::society::referrals::joiners::Joined;

    #[test]
    fn precision_recall_and_shares_by_hand() {
        let terms = ReferralTerms {
            amount: Coins::from_whole(4),
            ..ReferralTerms::default()
        };
        let (mut truth, mut book) = (Referrals::default(), ReferralBook::default());
        let (paid, held) = (Stage::Paid { at: Tick(9) }, Stage::Held { until: Tick(9) });
        // Who, why, what became of the bonus, by what score it was held.
        let all = [
            (1, How::Anyway, paid, None),
            (2, How::Moved, paid, Some(0.7)),
            (3, How::Moved, Stage::Refused, Some(0.8)),
            (4, How::Second, paid, None),
            (5, How::Second, held, Some(0.9)),
            (6, How::Second, Stage::Refused, Some(0.9)),
            (7, How::Second, Stage::Open, None),
        ];
        for (id, how, stage, held_by) in all {
            let by = AvatarId(0);
            truth.join(AvatarId(id), Joined { by, how }, terms);
            book.open(AvatarId(id), by, OfferId(0), terms, Tick(1));
            let r = book.all.get_mut(AvatarId(id)).unwrap();
            (r.stage, r.held_by) = (stage, held_by);
        }
        let judged = judge(&truth, &book);
        let shown: std::collections::BTreeMap<_, _> = judged.headline().into_iter().collect();
        assert_eq!(shown["referral_joined"], Some(3.0));
        assert_eq!(shown["referral_second_accounts"], Some(4.0));
        assert_eq!(shown["referral_coins"], Some(12.0));
        assert_eq!(shown["referral_moved_per_coin"], Some(2.0 / 12.0));
        assert_eq!(shown["referral_self_share"], Some(4.0 / 12.0));
        // Four were held, two of them rightly; of three second accounts that were due, two were held.
        assert_eq!(shown["referral_hold_precision"], Some(0.5));
        assert_eq!(shown["referral_hold_recall"], Some(2.0 / 3.0));
        assert_eq!(shown["referral_refused_friends"], Some(1.0));
    }

    #[test]
    fn nothing_is_said_where_nothing_was_paid_or_held() {
        let shown = judge(&Referrals::default(), &ReferralBook::default());
        let none = shown.headline().into_iter().filter(|(_, v)| v.is_none());
        assert_eq!(none.count(), 4);
    }
}
