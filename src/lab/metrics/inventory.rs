//! Inventory: what each kind of place for ads reached, and what it earned.
//!
//! Kept only where a scenario sells signs beside slates and billboards, so that they can be held against each other.

use std::collections::BTreeSet;

use bevy::ecs::prelude::*;
use serde::{Deserialize, Serialize};

use crate::events::behavior::{Event, EventKind, Surface};
use crate::events::bus::EventBus;
use crate::events::sign::{SignBus, SignKind};
use crate::sim::ids::AvatarId;

/// A kind of place for ads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Inventory {
    /// Display ads in slates.
    Slate = 0,
    /// Rewarded videos.
    Rewarded = 1,
    /// Billboards along the ways.
    Billboard = 2,
    /// Brands placed in rooms.
    Placement = 3,
    /// Sponsors of live events.
    Sponsorship = 4,
}

impl Inventory {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [
        Self::Slate,
        Self::Rewarded,
        Self::Billboard,
        Self::Placement,
        Self::Sponsorship,
    ];

    /// Returns the word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Slate => "slate",
            Self::Rewarded => "rewarded",
            Self::Billboard => "billboard",
            Self::Placement => "placement",
            Self::Sponsorship => "sponsorship",
        }
    }

    /// Returns where the ad of an event was seen.
    fn of(e: &Event, signs: &SignBus) -> Self {
        if e.surface != Surface::None {
            return if e.value > 0.5 {
                Self::Rewarded
            } else {
                Self::Slate
            };
        }
        let at = signs.views.binary_search_by_key(&e.offer, |v| v.ad.offer);
        match at.map(|i| signs.views[i].kind) {
            Ok(SignKind::Placement) => Self::Placement,
            Ok(SignKind::Sponsorship) => Self::Sponsorship,
            Err(_) => Self::Billboard,
        }
    }
}

/// What one kind of place came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Yield {
    /// Looks.
    pub looks: u64,
    /// Clicks.
    pub clicks: u64,
    /// Paid by advertisers, in outside money.
    pub revenue: f64,
    reached: BTreeSet<AvatarId>,
}

impl Yield {
    /// Returns how many avatars looked at least once.
    #[must_use]
    pub fn reach(&self) -> u64 {
        self.reached.len() as u64
    }
}

/// What every kind of place came to.
#[derive(Resource, Debug, Clone, Default, Serialize, Deserialize)]
pub struct InventoryBook {
    kinds: [Yield; Inventory::ALL.len()],
}

impl InventoryBook {
    /// Returns what a kind of place came to.
    #[must_use]
    pub fn of(&self, kind: Inventory) -> &Yield {
        &self.kinds[kind as usize]
    }

    /// Counts an event.
    fn count(&mut self, e: &Event, signs: &SignBus) {
        let is_click = match e.kind {
            EventKind::AdImpression => false,
            EventKind::AdClick => true,
            _ => return,
        };
        let kind = &mut self.kinds[Inventory::of(e, signs) as usize];
        kind.revenue += e.amount.as_f64();
        if is_click {
            kind.clicks += 1;
        } else {
            kind.looks += 1;
            kind.reached.insert(e.avatar);
        }
    }
}

/// Counts what ads of this tick came to by where they were seen.
pub fn measure_inventory(
    events: Res<EventBus>,
    signs: Res<SignBus>,
    mut book: ResMut<InventoryBook>,
) {
    for e in &events.current {
        book.count(e, &signs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::behavior::NO_POSITION;
    use crate::events::offer::{AdFace, AdSlot};
    use crate::events::sign::SignView;
    use crate::sim::ids::{CampaignId, OfferId, SpaceId};
    use crate::sim::units::{Coins, Tick};

    #[test]
    fn looks_clicks_and_money_go_to_where_the_ad_was_seen() {
        let view = |offer, kind| SignView {
            avatar: AvatarId(1),
            space: SpaceId(0),
            kind,
            ad: AdSlot {
                campaign: CampaignId(0),
                price_per_click: Coins::ZERO,
                price_per_look: Coins::ZERO,
                p_click: 0.1,
                offer: OfferId(offer),
                rewarded: false,
                face: AdFace::new(0, 0),
            },
        };
        let signs = SignBus {
            views: vec![view(5, SignKind::Placement), view(8, SignKind::Sponsorship)],
        };
        let mut book = InventoryBook::default();
        let mut put = |kind, avatar, surface, offer, coins| {
            let e = Event::new(Tick(0), AvatarId(avatar), kind)
                .answering(surface, NO_POSITION, OfferId(offer))
                .costing(Coins::from_whole(coins));
            book.count(&e, &signs);
        };
        let (look, click) = (EventKind::AdImpression, EventKind::AdClick);
        put(look, 1, Surface::None, 5, 2);
        put(look, 2, Surface::None, 5, 2);
        put(look, 2, Surface::None, 5, 2);
        put(look, 1, Surface::None, 8, 0);
        put(click, 1, Surface::None, 8, 7);
        put(look, 1, Surface::None, 6, 1);
        put(look, 1, Surface::Feed, 7, 0);
        put(EventKind::AdConvert, 1, Surface::None, 5, 0);
        let told: Vec<(u64, u64, u64, f64)> = Inventory::ALL
            .iter()
            .map(|k| book.of(*k))
            .map(|y| (y.looks, y.clicks, y.reach(), y.revenue))
            .collect();
        assert_eq!(
            told,
            [
                (1, 0, 1, 0.0),
                (0, 0, 0, 0.0),
                (1, 0, 1, 1.0),
                (3, 0, 2, 6.0),
                (1, 1, 1, 7.0)
            ]
        );
    }
}
