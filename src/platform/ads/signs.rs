//! Signs: a brand in every game room and classroom for a day, and a sponsor for every live event.
//!
//! A sign is sold as a billboard is, by the auction of campaigns with the place as the only clue, but once for a term and before all
//! who are expected: a campaign bids no more than it could pay if they all came. The winner pays for each look or click at the price
//! of the sale. Frequency caps and hold-outs are kept when somebody comes by; a campaign that has no money left goes dark.
//!
//! | sign | sold | term | expected |
//! | --- | --- | --- | --- |
//! | placement | when the first of a day comes in | to midnight | the remembered visits a day |
//! | sponsorship | when the event is announced | the event | those invited, times the share that came to earlier events |
//!
//! It is state only where a scenario has such signs: other cities do not have it.

use std::collections::BTreeMap;

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use super::click_model::Format;
use super::config::AdsConfig;
use super::holdout::is_held_out;
use super::lot::{Audience, Lot, Sale};
use super::serve::{AdDesk, Knowledge, Spot};
use super::targeting::{Clue, may_learn};
use crate::events::behavior::{EventKind, Surface};
use crate::events::bus::{EventBus, OfferBus};
use crate::events::sign::{SignBus, SignKind, SignView};
use crate::platform::trace::ad::{AuctionTrace, Targeting};
use crate::sim::ids::{AvatarId, SpaceId};
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::society::spaces::space::SpaceKind;

/// Invitations that the assumed share of those who come is worth, and that share.
const PRIOR_INVITED: f64 = 20.0;
const PRIOR_SHARE: f64 = 0.25;

/// A sign that was for sale; whose it is, if anybody bought it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Sign {
    sale: Option<Sale>,
    /// How it was sold, for whoever reads it later; decides nothing.
    #[serde(skip)]
    auction: Option<AuctionTrace>,
}

/// All signs whose terms run.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct Signs {
    day: u32,
    rooms: BTreeMap<SpaceId, Sign>,
    events: BTreeMap<SpaceId, Sign>,
    /// Invitations to sponsored live events, and those who came.
    invited: u64,
    attended: u64,
}

impl StateHash for Signs {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(u64::from(self.day));
        h.u64(self.invited);
        h.u64(self.attended);
        for (space, sign) in self.rooms.iter().chain(&self.events) {
            h.u32(space.0);
            if let Some(s) = &sign.sale {
                h.u64(u64::from(s.campaign.0) << 32 | u64::from(s.topic) << 8 | 1);
                h.i64(s.price_per_click.micros());
                h.i64(s.price_per_look.micros());
                h.f64(s.p_click);
            }
        }
        h.finish()
    }
}

impl Signs {
    /// Returns how many of so many who are invited are expected to come.
    fn expected(&self, invited: u64) -> f64 {
        let share = (self.attended as f64 + PRIOR_INVITED * PRIOR_SHARE)
            / (self.invited as f64 + PRIOR_INVITED);
        invited as f64 * share
    }
}

/// Says whether brands are placed in spaces of a kind.
const fn takes_brands(kind: SpaceKind) -> bool {
    matches!(kind, SpaceKind::GameRoom | SpaceKind::Classroom)
}

/// Says whether a scenario has signs.
#[must_use]
pub const fn has_signs(config: &AdsConfig) -> bool {
    config.enabled && (config.placements || config.sponsored_events)
}

impl AdDesk<'_> {
    /// Sells a sign in a space before all who are expected.
    fn sell_sign(&mut self, space: SpaceId, expected: f64) -> Sign {
        let clue = Clue::of_place(self.spaces.table.rows().get(space.idx()));
        let lot = Lot {
            audience: Audience::Public(space, expected),
            day: self.clock.now.day(),
            place: Surface::None,
            format: Format::Display,
            clue: &clue,
            slots: 1,
        };
        let (sales, auctions) = self.hold(lot, Targeting::Billboard);
        Sign {
            sale: sales.first().copied(),
            auction: auctions.into_iter().next(),
        }
    }

    /// Shows a sign to an avatar that comes by, if it may see it and the brand can pay.
    fn show_sign(
        &mut self,
        avatar: AvatarId,
        space: SpaceId,
        kind: SignKind,
        sign: &Sign,
        offers: &mut OfferBus,
    ) -> Option<SignView> {
        let sale = sign.sale?;
        let config = &self.rules.0.ads;
        let campaign = self.campaigns.get(sale.campaign);
        let day = self.clock.now.day();
        if !self.floor.stands(Format::Display, sale.campaign, campaign)
            || !self
                .caps
                .admits(avatar, (sale.campaign, campaign.goal), day, config)
        {
            return None;
        }
        if is_held_out(self.seed.0, avatar, sale.campaign, config.holdout) {
            self.floor.withhold(avatar, sale.campaign);
            return None;
        }
        let knowledge = Knowledge {
            place: Clue::of_place(self.spaces.table.rows().get(space.idx())),
            interests: None,
            learns: may_learn(self.profiles.get(avatar)),
        };
        let (spot, offer) = (Spot::outside(space, Some(kind)), offers.number());
        let auction = sign.auction.clone();
        let ad = self.show(avatar, spot, 0, &sale, offer, &knowledge, auction);
        Some(SignView {
            avatar,
            space,
            kind,
            ad,
        })
    }
}

/// Shows signs to those who came into rooms and to live events in the last tick; sells those of rooms that nobody has come into today.
pub fn show_signs(
    events: Res<EventBus>,
    signs: Option<ResMut<Signs>>,
    bus: Option<ResMut<SignBus>>,
    mut desk: AdDesk<'_>,
    mut offers: ResMut<OfferBus>,
) {
    let (Some(mut signs), Some(mut bus)) = (signs, bus) else {
        return;
    };
    bus.views.clear();
    let config = desk.rules.0.ads.clone();
    if !has_signs(&config) {
        return;
    }
    let signs = &mut *signs;
    let day = desk.clock.now.day();
    if signs.day != day {
        signs.day = day;
        signs.rooms.clear();
    }
    for e in &events.previous {
        let (kind, sign) = match e.kind {
            EventKind::Move if config.placements => {
                let Some(space) = desk.spaces.table.rows().get(e.space.idx()) else {
                    continue;
                };
                if !takes_brands(space.kind) {
                    continue;
                }
                let visits = f64::from(space.footfall).max(1.0);
                let sign = signs
                    .rooms
                    .entry(e.space)
                    .or_insert_with(|| desk.sell_sign(e.space, visits));
                (SignKind::Placement, sign)
            }
            EventKind::LiveAttend if config.sponsored_events => {
                let Some(sign) = signs.events.get_mut(&e.space) else {
                    continue;
                };
                signs.attended += 1;
                (SignKind::Sponsorship, sign)
            }
            _ => continue,
        };
        let view = desk.show_sign(e.avatar, e.space, kind, sign, &mut offers);
        bus.views.extend(view);
    }
    // Whoever comes to a live event comes at once.
    signs.events.clear();
}

/// Sells the sponsorship of the live events that are announced in this tick.
pub fn sell_sponsorships(
    signs: Option<ResMut<Signs>>,
    mut desk: AdDesk<'_>,
    offers: Res<OfferBus>,
) {
    let Some(mut signs) = signs else {
        return;
    };
    let config = &desk.rules.0.ads;
    if !config.enabled || !config.sponsored_events {
        return;
    }
    let mut invited: BTreeMap<SpaceId, u64> = BTreeMap::new();
    for invitation in offers.invitations.iter().filter(|i| i.from.is_none()) {
        *invited.entry(invitation.space).or_default() += 1;
    }
    for (space, n) in invited {
        let expected = signs.expected(n);
        signs.invited += n;
        let sign = desk.sell_sign(space, expected);
        signs.events.insert(space, sign);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attendance_is_expected_by_what_came_of_earlier_invitations() {
        let mut signs = Signs::default();
        assert!((signs.expected(40) - 10.0).abs() < 1e-12);
        signs.invited = 80;
        signs.attended = 15;
        // (15 + 5) of (80 + 20): a fifth.
        assert!((signs.expected(40) - 8.0).abs() < 1e-12);
    }

    #[test]
    fn brands_are_placed_where_people_play_and_learn() {
        let takes: Vec<SpaceKind> = SpaceKind::ALL
            .iter()
            .copied()
            .filter(|k| takes_brands(*k))
            .collect();
        assert_eq!(takes, [SpaceKind::GameRoom, SpaceKind::Classroom]);
    }
}
