//! What bonuses, pushes and invitations came to.
//!
//! | metric | formula |
//! | --- | --- |
//! | `bonus_coins` | coins paid for bonuses |
//! | `bonus_minutes_per_coin` | (minutes a day of those to whom a bonus was sent − of those from whom it was withheld by lot) · sent / coins |
//! | `bonus_true_minutes_per_coin` | (minutes of visits that a bonus brought about + minutes meant to be stayed longer for one) / coins, by the truth; visits that were not broken off early because of one are left out |
//! | `bonus_wasted_share` | share of the bonuses seen that went to avatars who would have come in time anyway, by the truth |
//! | `bonus_farmed_share` | coins paid to farmers / coins |
//! | `push_returns` | (share back within a day if pushed − share if withheld by lot) · sent |
//! | `push_true_returns` | pushes opened by avatars whose next visit was not within a day, by the truth |
//! | `push_opt_outs` | avatars that switched pushes off |
//! | `returns_per_opt_out`, `true_returns_per_opt_out` | the one over the other |
//! | `k_factor` | absent friends brought back by invitations, for each avatar that was ever in the city |

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::facts::Ending;
use crate::events::behavior::{Event, EventKind};
use crate::events::bus::{OfferBus, RewardKind};
use crate::platform::engage::k_factor::{InviterTally, KFactor, k_factor};
use crate::sim::ids::{AvatarId, OfferId};
use crate::society::avatars::avatar::Avatars;
use crate::society::avatars::bonus::BY_BONUS;

/// What was counted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Reached {
    /// Coins paid for bonuses.
    pub bonus_coins: f64,
    /// Of these, to farmers.
    pub farmed_coins: f64,
    /// Visits for a bonus that ended, and their minutes.
    pub bonus_visits: (u64, f64),
    on_visit: BTreeSet<AvatarId>,
    /// Avatars that switched pushes off.
    pub opt_outs: u64,
    /// Invitations by avatar.
    pub inviters: Vec<InviterTally>,
}

impl Reached {
    /// Counts what happened in a tick.
    pub fn count(&mut self, events: &[Event], offers: &OfferBus, avatars: &Avatars) {
        let bonuses: BTreeSet<OfferId> = offers
            .rewards
            .iter()
            .filter(|r| r.kind == RewardKind::Bonus)
            .map(|r| r.offer)
            .collect();
        for e in events {
            match e.kind {
                EventKind::SessionStart if e.value as u8 == BY_BONUS => {
                    self.on_visit.insert(e.avatar);
                }
                EventKind::SessionEnd if self.on_visit.remove(&e.avatar) => {
                    self.bonus_visits.0 += 1;
                    self.bonus_visits.1 += f64::from(e.dwell_secs) / 60.0;
                }
                EventKind::PushOptOut => self.opt_outs += 1,
                EventKind::RewardClaim if bonuses.contains(&e.offer) => {
                    self.bonus_coins += e.amount.as_f64();
                    if avatars.get(e.avatar).is_farmer {
                        self.farmed_coins += e.amount.as_f64();
                    }
                }
                EventKind::InviteAccept => {
                    let from = offers
                        .invitations
                        .iter()
                        .find(|i| i.offer == e.offer)
                        .and_then(|i| i.from);
                    if let Some(from) = from {
                        self.tally(from).joined += 1;
                    }
                }
                _ => {}
            }
        }
        for invitation in &offers.invitations {
            if let Some(from) = invitation.from {
                self.tally(from).invited += 1;
            }
        }
    }

    fn tally(&mut self, id: AvatarId) -> &mut InviterTally {
        if self.inviters.len() <= id.idx() {
            self.inviters.resize(id.idx() + 1, InviterTally::default());
        }
        &mut self.inviters[id.idx()]
    }

    /// Computes how invitations spread, over all avatars that were ever in the city.
    #[must_use]
    pub fn k_factor(&self, avatars: &Avatars) -> Option<KFactor> {
        let tallies: Vec<InviterTally> = avatars
            .table
            .rows()
            .iter()
            .enumerate()
            .filter(|(_, a)| a.n_sessions > 0)
            .map(|(i, _)| self.inviters.get(i).copied().unwrap_or_default())
            .collect();
        k_factor(&tallies)
    }

    /// Returns the headline numbers; `None` where a mechanism was off or nothing can be said.
    #[must_use]
    pub fn headline(&self, end: &Ending<'_>) -> Vec<(&'static str, Option<f64>)> {
        let ratio = |a: f64, b: f64| (b > 0.0).then(|| a / b);
        let coins = self.bonus_coins;
        let truth = end.persuasion;
        let gained = self.bonus_visits.1 + truth.minutes_longer as f64;
        let seen = truth.bonuses_anyway + truth.bonuses_moved + truth.bonuses_declined;
        let returns = end.pushes.returns().map(|e| e.mean);
        let moved = truth.pushes_moved as f64;
        let opt_outs = self.opt_outs as f64;
        vec![
            ("bonus_coins", Some(coins)),
            (
                "bonus_minutes_per_coin",
                end.bonuses.minutes_per_coin().map(|e| e.mean),
            ),
            ("bonus_true_minutes_per_coin", ratio(gained, coins)),
            (
                "bonus_wasted_share",
                ratio(truth.bonuses_anyway as f64, seen as f64),
            ),
            ("bonus_farmed_share", ratio(self.farmed_coins, coins)),
            ("push_returns", returns),
            ("push_true_returns", Some(moved)),
            ("push_opt_outs", Some(opt_outs)),
            (
                "returns_per_opt_out",
                returns.and_then(|r| ratio(r, opt_outs)),
            ),
            ("true_returns_per_opt_out", ratio(moved, opt_outs)),
            ("k_factor", self.k_factor(end.avatars).map(|k| k.k)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::offer::Invitation;
    use crate::sim::ids::{OfferId, SpaceId};
    use crate::sim::units::Tick;

    #[test]
    fn who_accepts_is_credited_to_who_invited() {
        let mut offers = OfferBus::default();
        for (offer, avatar) in [(7, 1), (8, 2)] {
            offers.invitations.push(Invitation {
                offer: OfferId(offer),
                avatar: AvatarId(avatar),
                from: Some(AvatarId(3)),
                space: SpaceId(0),
                tick: Tick(5),
            });
        }
        let mut accepted = Event::new(Tick(5), AvatarId(2), EventKind::InviteAccept);
        accepted.offer = OfferId(8);
        let mut reached = Reached::default();
        let avatars = Avatars::default();
        reached.count(&[accepted], &offers, &avatars);
        let tally = InviterTally {
            invited: 2,
            joined: 1,
        };
        assert_eq!(reached.inviters[3], tally);
        assert_eq!(reached.k_factor(&avatars), None, "nobody was there");
    }
}
