//! Who offers what for an asset, and what its owner makes of it.
//!
//! Whoever looked at assets and took none, or took one that it cannot pay or that is not for sale, offers a share of what the one it
//! likes best is worth to it; the offer is a wish like any other. An owner looks at the offers for what it owns when it comes to
//! the city, the city at midnight: the best is taken if what is left of it after fee and royalty is at least what keeping the thing
//! is worth and what would be asked after as long as the owner would wait; otherwise all are refused. What nobody answers lapses.
//!
//! Where what is asked falls to an offer that stands, the asset goes to it at what is asked.

use std::collections::BTreeSet;

use bevy::ecs::prelude::*;
use bevy::ecs::system::SystemParam;

use super::auctions::Step;
use super::offers::AssetOffer;
use super::titles::{Title, split};
use super::trade::CHEAPEST;
use crate::economy::config::OfferScope;
use crate::economy::ledger::{Account, Currency};
use crate::economy::settle::Desk;
use crate::events::behavior::{Event, EventKind, Surface, ThingKind};
use crate::events::bus::{OfferBus, Wish, WishBus, WishKind};
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::math;
use crate::sim::rng::{Purpose as Luck, RngStream};
use crate::sim::units::{Coins, TICKS_PER_HOUR};
use crate::society::avatars::haggling::{Goods, offer, worth_of_what_was_left};
use crate::society::avatars::likings::Likings;
use crate::society::avatars::utility::reservation_price;
use crate::society::config::SocietyRules;
use crate::society::content::truth::ItemTruths;
use crate::society::walk_in::state::WalkIns;

/// What assets are worth to people.
#[derive(SystemParam)]
pub(in crate::economy) struct Minds<'w> {
    pub(super) likings: ResMut<'w, Likings>,
    pub(super) truths: Res<'w, ItemTruths>,
    pub(super) society: Res<'w, SocietyRules>,
}

/// What somebody would make an offer for.
struct Interest {
    item: ItemId,
    position: u8,
    /// What it is worth at no price, in utility.
    free: f64,
}

/// Lets those who looked at assets in this tick wish for what they did not get.
pub(in crate::economy) fn make_offers(
    desk: Desk<'_>,
    mut minds: Minds<'_>,
    served: Res<OfferBus>,
    walk_ins: Res<WalkIns>,
    mut wishes: ResMut<WishBus>,
) {
    if desk.offers.is_none() {
        return;
    }
    let share = desk.rules.0.market.offer_share;
    for e in &desk.events.current {
        if e.surface != Surface::Assets {
            continue;
        }
        let interest = match e.kind {
            // Who walked in has left what it looked at, and said nothing of a price.
            EventKind::Pass if walk_ins.of(e.avatar).is_none() => desk.left(e, &minds, &served),
            EventKind::Consume => desk.taken(e, &minds, &wishes.wishes),
            _ => None,
        };
        let Some(i) = interest.filter(|i| i.free > 0.0) else {
            continue;
        };
        let a = desk.avatars.get(e.avatar);
        let amount = offer(a, i.free, share, &minds.society.0.choice);
        if amount < desk.least_offer(i.item) {
            continue;
        }
        minds.likings.set(e.avatar, i.item, i.free);
        wishes.wishes.push(Wish {
            avatar: e.avatar,
            kind: WishKind::OfferForAsset(i.item, amount),
            space: e.space,
            surface: e.surface,
            position: i.position,
            offer: e.offer,
        });
    }
}

/// Ends offers whose time is over, and lets owners answer those that stand.
pub(in crate::economy) fn answer_offers(mut desk: Desk<'_>, minds: Minds<'_>) {
    let now = desk.clock.now;
    let Some(offers) = &mut desk.offers else {
        return;
    };
    let lapsed = offers.lapse(now);
    desk.free(&lapsed);
    let events = desk.events.current.iter();
    let came = events.filter(|e| e.kind == EventKind::SessionStart);
    let came: BTreeSet<AvatarId> = came.map(|e| e.avatar).collect();
    let is_midnight = now.minute_of_day() == 0;
    if came.is_empty() && !is_midnight {
        return;
    }
    let answers = |item: &ItemId| match desk.market.title(*item).map(|t| t.owner) {
        Some(Some(owner)) => came.contains(&owner),
        Some(None) => is_midnight,
        None => false,
    };
    let offers = desk.offers.iter().flat_map(|o| o.items());
    let items: Vec<ItemId> = offers.filter(answers).collect();
    for item in items {
        desk.answer(item, &minds);
    }
}

impl Desk<'_> {
    /// Says whether somebody can make an offer for an asset.
    fn takes_offer(&self, item: ItemId, from: AvatarId) -> bool {
        let Some(title) = self.market.title(item) else {
            return false;
        };
        let scope = self.rules.0.market.offers;
        let is_open = match scope {
            OfferScope::Off => false,
            OfferScope::Listed => title.asking.is_some(),
            OfferScope::Any => title.asking.is_some() || title.owner.is_some(),
        };
        is_open
            && self.offers.is_some()
            && title.owner != Some(from)
            && !self.market.auctions.contains_key(&item)
            && !self.is_bundled(item)
    }

    /// Returns the least offer for an asset that is taken down.
    fn least_offer(&self, item: ItemId) -> Coins {
        let guide = self.market.guide(item, self.catalogue.card(item).price);
        let share = self.rules.0.market.offer_least;
        Coins::from_f64((guide.as_f64() * share).max(CHEAPEST))
    }

    pub(super) fn goods<'a>(&'a self, minds: &'a Minds<'_>) -> Goods<'a> {
        Goods {
            now: self.clock.now,
            society: &minds.society.0,
            catalogue: &self.catalogue,
            truths: &minds.truths,
        }
    }

    /// What somebody who left a whole slate would make an offer for: what it would like best at no price.
    fn left(&self, e: &Event, minds: &Minds<'_>, served: &OfferBus) -> Option<Interest> {
        let slates = &served.slates;
        let at = slates.binary_search_by_key(&e.avatar, |s| s.avatar).ok()?;
        let slate = slates.get(at).filter(|s| s.offer == e.offer)?;
        let (a, goods) = (self.avatars.get(e.avatar), self.goods(minds));
        let mut best: Option<(f64, usize)> = None;
        for (k, slot) in slate.slots.iter().enumerate() {
            let item = ItemId(slot.thing.id);
            if slot.thing.kind != ThingKind::Item || !self.takes_offer(item, e.avatar) {
                continue;
            }
            let rule = goods.as_a_rule(a, item);
            if best.is_none_or(|(highest, _)| rule > highest) {
                best = Some((rule, k));
            }
        }
        let (rule, k) = best?;
        let slot = &slate.slots[k];
        let key = u64::from(e.avatar.0);
        let mut rng = RngStream::new(self.seed.0, Luck::Haggling, key, e.tick.0);
        let choice = &minds.society.0.choice;
        Some(Interest {
            item: ItemId(slot.thing.id),
            position: k as u8,
            free: worth_of_what_was_left(a, rule, slot.price, choice, &mut rng),
        })
    }

    /// What somebody who took an asset would make an offer for: that asset, unless it is about to buy it.
    fn taken(&self, e: &Event, minds: &Minds<'_>, wishes: &[Wish]) -> Option<Interest> {
        let item = ItemId(e.thing.id);
        if e.thing.kind != ThingKind::Item || !self.takes_offer(item, e.avatar) {
            return None;
        }
        let buys = |w: &Wish| {
            w.avatar == e.avatar && matches!(w.kind, WishKind::BuyAsset(i, ..) if i == item)
        };
        if self.market.asking(item).is_some() && wishes.iter().any(buys) {
            return None;
        }
        Some(Interest {
            item,
            position: e.position,
            free: minds.likings.get(e.avatar, item)?,
        })
    }

    /// Takes an offer down, or sells at once if it reaches what is asked.
    pub(in crate::economy) fn offer_for_asset(&mut self, wish: &Wish, item: ItemId, amount: Coins) {
        if !self.takes_offer(item, wish.avatar) {
            return;
        }
        if let Some(asking) = self.market.asking(item).filter(|p| *p <= amount) {
            self.buy_asset(wish, item, asking, asking);
            return;
        }
        let (rules, now) = (&self.rules.0.market, self.clock.now);
        let least = self.least_offer(item);
        let until = now.after(rules.offer_hours * TICKS_PER_HOUR);
        let wallet = Account::Wallet(wish.avatar);
        let has = self.ledger.balance(Currency::Coins, wallet);
        let asked = AssetOffer {
            wish: *wish,
            amount,
            made: now,
            until,
        };
        let Some(offers) = &mut self.offers else {
            return;
        };
        let Some((stands, raised)) = offers.make(item, asked, least, has) else {
            return;
        };
        self.free(raised.as_slice());
        self.set_aside(&[Step::Hold(wish.avatar, stands.amount)], Some(wish));
        let thing = (ThingKind::Item, item.0);
        self.announce(wish, EventKind::Bid, thing, stands.amount);
    }

    /// Gives back what was set aside for offers that do not stand any more.
    fn free(&mut self, offers: &[AssetOffer]) {
        for o in offers {
            self.set_aside(&[o.freed()], Some(&o.wish));
        }
    }

    /// Ends all offers for an asset that was sold, bundled or put up for auction.
    pub(super) fn void_offers(&mut self, item: ItemId) {
        let Some(offers) = &mut self.offers else {
            return;
        };
        let void = offers.remove_all(item);
        offers.counts.void += void.len() as u64;
        self.free(&void);
    }

    /// Sells an asset at what is asked to the best offer, if that reaches it.
    pub(super) fn meet_offers(&mut self, item: ItemId) {
        let is_auctioned = self.market.auctions.contains_key(&item);
        let (Some(offers), Some(asking)) = (&self.offers, self.market.asking(item)) else {
            return;
        };
        let best = offers.best(item).filter(|o| o.amount >= asking);
        if let Some(best) = best.filter(|_| !is_auctioned) {
            self.take_offer(item, &best, asking);
        }
    }

    /// Sells an asset to an offer that stands, for no more than it offers; what is left of it is free again.
    fn take_offer(&mut self, item: ItemId, taken: &AssetOffer, price: Coins) {
        let (Some(title), Some(offers)) = (self.market.title(item), &mut self.offers) else {
            return;
        };
        let n_bids = offers.of(item).count() as u32;
        let who = taken.wish.avatar;
        if offers.remove(item, who).is_none() {
            return;
        }
        offers.counts.taken += 1;
        offers.counts.paid += price;
        // What was not for sale was never put up: the time until it is sold is that of the offer.
        let listed = title.asking.map_or(taken.made, |_| title.since);
        let rest = Step::Free(who, taken.amount - price);
        self.set_aside(&[rest], Some(&taken.wish));
        let from = Account::Escrow(who);
        self.hand_over(&taken.wish, item, from, price, n_bids, listed);
    }

    /// Lets the owner of an asset take the best offer for it, or refuse all.
    fn answer(&mut self, item: ItemId, minds: &Minds<'_>) {
        let Some(title) = self.market.title(item).copied() else {
            return;
        };
        let Some(best) = self.offers.as_ref().and_then(|o| o.best(item)) else {
            return;
        };
        let (fee, royalty) = self.shares_of(item, &title);
        let gets = split(best.amount, fee, royalty).seller;
        if gets >= self.lowest(item, &title, minds) {
            self.take_offer(item, &best, best.amount);
            return;
        }
        let Some(offers) = &mut self.offers else {
            return;
        };
        let refused = offers.remove_all(item);
        offers.counts.refused += refused.len() as u64;
        self.free(&refused);
        if let Some(owner) = title.owner {
            let now = self.clock.now;
            for o in &refused {
                self.events.push(
                    Event::new(now, owner, EventKind::BidRefuse)
                        .thing(ThingKind::Item, item.0)
                        .costing(o.amount),
                );
            }
        }
    }

    /// Returns the least an owner wants to get for an asset: what keeping it is worth to it, and what is left of what it would ask
    /// after as long as it would wait. To the city a thing is worth nothing.
    fn lowest(&self, item: ItemId, title: &Title, minds: &Minds<'_>) -> Coins {
        let rules = &self.rules.0.market;
        let kept = math::pow(1.0 - rules.discount, rules.offer_patience);
        let (fee, royalty) = self.shares_of(item, title);
        let waits = title.asking.map_or(Coins::ZERO, |price| {
            split(Coins::from_f64(price.as_f64() * kept), fee, royalty).seller
        });
        let keeps = title.owner.map_or(Coins::ZERO, |owner| {
            let a = self.avatars.get(owner);
            let rule = || self.goods(minds).as_a_rule(a, item).max(0.0);
            let free = minds.likings.get(owner, item).unwrap_or_else(rule);
            reservation_price(a, a.purse, free, &minds.society.0.choice)
        });
        waits.max(keeps)
    }
}
