//! Offers for unique assets: what avatars would pay for things that are asked more for, or that are not for sale.
//!
//! A book holds offers and no balances: every change says what must be held and what is free again. Of one avatar at most one offer
//! stands for an asset; a higher one takes its place. What is in escrow is exactly the offers that stand.
//!
//! It is state only where the scenario has offers: other cities do not have it.

use std::collections::BTreeMap;

use bevy::ecs::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::auctions::Step;
use crate::events::bus::Wish;
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::{Coins, Tick};

/// An offer that stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AssetOffer {
    /// The wish it came with: who offers, and what made it do so.
    pub wish: Wish,
    /// What it would pay; all of it is in escrow.
    pub amount: Coins,
    /// When it was made.
    pub made: Tick,
    /// The first tick at which it does not stand any more.
    pub until: Tick,
}

impl AssetOffer {
    /// Returns what is free again once it does not stand any more.
    #[must_use]
    pub fn freed(&self) -> Step {
        Step::Free(self.wish.avatar, self.amount)
    }
}

/// What became of offers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferCounts {
    /// Made, those that took the place of a lower one included.
    pub made: u64,
    /// Raised: given up for a higher one of the same avatar.
    pub raised: u64,
    /// Taken.
    pub taken: u64,
    /// Refused by the owner.
    pub refused: u64,
    /// Neither taken nor refused in time.
    pub lapsed: u64,
    /// Void, as the asset was sold to somebody else, bundled or put up for auction.
    pub void: u64,
    /// Coins paid by offers that were taken.
    pub paid: Coins,
}

/// All offers that stand.
#[derive(Resource, Debug, Default, Serialize, Deserialize)]
pub struct AssetOffers {
    standing: BTreeMap<ItemId, BTreeMap<AvatarId, AssetOffer>>,
    /// Which end when; what does not stand any more stays here until then.
    ends: BTreeMap<Tick, Vec<(ItemId, AvatarId)>>,
    /// What became of the others.
    pub counts: OfferCounts,
}

impl AssetOffers {
    /// Lists the offers for an asset by avatar.
    pub fn of(&self, item: ItemId) -> impl Iterator<Item = &AssetOffer> + '_ {
        self.standing
            .get(&item)
            .into_iter()
            .flat_map(|o| o.values())
    }

    /// Lists the assets for which offers stand.
    pub fn items(&self) -> impl Iterator<Item = ItemId> + '_ {
        self.standing.keys().copied()
    }

    /// Returns how many offers stand.
    #[must_use]
    pub fn len(&self) -> usize {
        self.standing.values().map(BTreeMap::len).sum()
    }

    /// Says whether none stands.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.standing.is_empty()
    }

    /// Returns the highest offer for an asset; of equal ones the earliest, then the one of the lowest id.
    #[must_use]
    pub fn best(&self, item: ItemId) -> Option<AssetOffer> {
        let key = |o: &&AssetOffer| (-o.amount, o.made, o.wish.avatar);
        self.of(item).min_by_key(key).copied()
    }

    /// Returns what is held, by who offers.
    #[must_use]
    pub fn held(&self) -> BTreeMap<AvatarId, Coins> {
        let mut held = BTreeMap::new();
        for o in self.standing.values().flat_map(BTreeMap::values) {
            *held.entry(o.wish.avatar).or_default() += o.amount;
        }
        held
    }

    /// Takes an offer down as far as what the wallet `has` goes, if it is at least `least`. Returns what stands now, to be held,
    /// and the lower offer of the same avatar whose place it takes, to be freed before; nothing if the offer does not count, as one
    /// that is no higher than what stands does not.
    pub fn make(
        &mut self,
        item: ItemId,
        offer: AssetOffer,
        least: Coins,
        has: Coins,
    ) -> Option<(AssetOffer, Option<AssetOffer>)> {
        let who = offer.wish.avatar;
        let before = self.standing.get(&item).and_then(|o| o.get(&who)).copied();
        let held = before.map_or(Coins::ZERO, |o| o.amount);
        let amount = offer.amount.min(has + held);
        if amount < least || amount <= held {
            return None;
        }
        let stands = AssetOffer { amount, ..offer };
        self.standing.entry(item).or_default().insert(who, stands);
        self.ends.entry(offer.until).or_default().push((item, who));
        self.counts.made += 1;
        self.counts.raised += u64::from(before.is_some());
        Some((stands, before))
    }

    /// Takes an offer out of the book.
    pub fn remove(&mut self, item: ItemId, who: AvatarId) -> Option<AssetOffer> {
        let of_item = self.standing.get_mut(&item)?;
        let found = of_item.remove(&who);
        if of_item.is_empty() {
            self.standing.remove(&item);
        }
        found
    }

    /// Takes all offers for an asset out of the book.
    pub fn remove_all(&mut self, item: ItemId) -> Vec<AssetOffer> {
        let all = self.standing.remove(&item).unwrap_or_default();
        all.into_values().collect()
    }

    /// Takes those out that end now, and counts them as lapsed.
    pub fn lapse(&mut self, now: Tick) -> Vec<AssetOffer> {
        let mut lapsed = Vec::new();
        while let Some(first) = self.ends.first_entry()
            && *first.key() <= now
        {
            for (item, who) in first.remove() {
                // A higher offer of the same avatar ends later.
                let stands = self.standing.get(&item).and_then(|o| o.get(&who));
                if stands.is_some_and(|o| o.until <= now) {
                    lapsed.extend(self.remove(item, who));
                }
            }
        }
        self.counts.lapsed += lapsed.len() as u64;
        lapsed
    }
}

impl StateHash for AssetOffers {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        let c = &self.counts;
        for n in [c.made, c.raised, c.taken, c.refused, c.lapsed, c.void] {
            h.u64(n);
        }
        h.i64(c.paid.micros());
        for (item, of_item) in &self.standing {
            for (who, o) in of_item {
                h.u64(u64::from(item.0) << 32 | u64::from(who.0));
                h.i64(o.amount.micros());
                h.u64(u64::from(o.made.0) << 32 | u64::from(o.until.0));
                h.u64(o.wish.offer.0);
            }
        }
        h.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::behavior::{NO_OFFER, NO_POSITION, NO_SPACE, Surface};
    use crate::events::bus::WishKind;
    use crate::sim::dose::dose;
    use crate::sim::rng::{Purpose, RngStream};

    fn offer(who: u32, coins: i64, made: u32, until: u32) -> AssetOffer {
        AssetOffer {
            wish: Wish {
                avatar: AvatarId(who),
                kind: WishKind::Open,
                space: NO_SPACE,
                surface: Surface::Assets,
                position: NO_POSITION,
                offer: NO_OFFER,
            },
            amount: Coins::from_whole(coins),
            made: Tick(made),
            until: Tick(until),
        }
    }

    const RICH: Coins = Coins::from_whole(1_000);
    const ONE: Coins = Coins::from_whole(1);
    const ITEM: ItemId = ItemId(4);

    #[test]
    fn of_one_avatar_the_highest_offer_stands() {
        let mut book = AssetOffers::default();
        let (first, higher) = (offer(7, 10, 0, 60), offer(7, 14, 2, 62));
        assert_eq!(book.make(ITEM, first, ONE, RICH), Some((first, None)));
        assert_eq!(book.make(ITEM, offer(7, 9, 1, 61), ONE, RICH), None);
        assert_eq!(book.make(ITEM, offer(7, 10, 1, 61), ONE, RICH), None);
        let raised = Some((higher, Some(first)));
        assert_eq!(book.make(ITEM, higher, ONE, RICH), raised);
        assert_eq!(book.len(), 1);
        assert_eq!((book.counts.made, book.counts.raised), (2, 1));
        // The first one's end ends nothing; the second one's does.
        assert!(book.lapse(Tick(61)).is_empty());
        let lapsed = book.lapse(Tick(62));
        let freed: Vec<Step> = lapsed.iter().map(AssetOffer::freed).collect();
        assert_eq!(freed, [Step::Free(AvatarId(7), Coins::from_whole(14))]);
        assert!(book.is_empty() && book.held().is_empty());
    }

    #[test]
    fn an_offer_counts_from_the_least_on_and_as_far_as_the_purse_goes() {
        let mut book = AssetOffers::default();
        let five = Coins::from_whole(5);
        assert_eq!(book.make(ITEM, offer(1, 4, 0, 60), five, RICH), None);
        assert_eq!(book.make(ITEM, offer(1, 9, 0, 60), five, ONE), None);
        let made = book.make(ITEM, offer(1, 9, 0, 60), five, Coins::from_whole(6));
        assert_eq!(made, Some((offer(1, 6, 0, 60), None)));
    }

    #[test]
    fn the_best_is_the_highest_then_the_earliest_then_of_the_lowest_id() {
        let mut book = AssetOffers::default();
        for o in [
            offer(5, 8, 3, 90),
            offer(2, 8, 3, 90),
            offer(9, 8, 1, 90),
            offer(1, 7, 0, 90),
        ] {
            book.make(ITEM, o, ONE, RICH);
        }
        let mut order = Vec::new();
        while let Some(best) = book.best(ITEM) {
            order.push(best.wish.avatar.0);
            book.remove(ITEM, best.wish.avatar);
        }
        assert_eq!(order, [9, 2, 5, 1]);
    }

    #[test]
    fn prop_what_is_held_is_what_stands_and_every_offer_ends_once() {
        for case in 0..dose(300) {
            let mut rng = RngStream::new(8, Purpose::Test, case, 0);
            let mut book = AssetOffers::default();
            let mut escrow = [0i64; 5];
            let whole = |c: Coins| c.micros() / 1_000_000;
            let mut wallets = [50i64; 5];
            let mut n_ended = 0u64;
            for t in 0..60u32 {
                let item = ItemId(rng.below(4) as u32);
                let mut ended = Vec::new();
                match rng.below(6) {
                    0 => ended = book.remove_all(item),
                    1 => {
                        if let Some(best) = book.best(item) {
                            assert!(book.of(item).all(|o| o.amount <= best.amount));
                            ended.extend(book.remove(item, best.wish.avatar));
                        }
                    }
                    _ => {
                        let who = rng.below(5);
                        let until = t + 1 + rng.below(20) as u32;
                        let o = offer(who as u32, rng.below(30) as i64, t, until);
                        let has = Coins::from_whole(wallets[who]);
                        if let Some((stands, raised)) = book.make(item, o, ONE, has) {
                            let more = whole(stands.amount) - raised.map_or(0, |r| whole(r.amount));
                            wallets[who] -= more;
                            escrow[who] += more;
                        }
                    }
                }
                let lapsed = book.lapse(Tick(t));
                assert!(lapsed.iter().all(|o| o.until <= Tick(t)));
                for o in ended.iter().chain(&lapsed) {
                    n_ended += 1;
                    wallets[o.wish.avatar.idx()] += whole(o.amount);
                    escrow[o.wish.avatar.idx()] -= whole(o.amount);
                }
                let held = book.held();
                for (i, e) in escrow.iter().enumerate() {
                    let stands = held.get(&AvatarId::from_idx(i)).copied();
                    assert_eq!(whole(stands.unwrap_or_default()), *e, "case {case}");
                    assert!(wallets[i] >= 0 && wallets[i] + e == 50);
                }
            }
            n_ended += book.lapse(Tick(200)).len() as u64;
            assert!(book.is_empty() && book.held().is_empty());
            assert_eq!(book.counts.made - book.counts.raised, n_ended);
        }
    }
}
