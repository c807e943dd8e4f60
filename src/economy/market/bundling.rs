//! Who makes bundles, and who buys them.
//!
//! At midnight some of those who own several assets that they neither sell nor have in a bundle put some of them up together, those
//! they own longest. Beside the assets it is recommended, whoever looks at these sees one bundle, drawn by lot, and takes it if all
//! of it is worth its price to it: what is worth less than nothing in it need not be kept.

use std::collections::BTreeMap;

use bevy::ecs::prelude::*;

use super::bundles::{Bundle, Member};
use super::haggle::Minds;
use super::titles::Title;
use super::trade::CHEAPEST;
use crate::economy::ledger::{Account, Currency};
use crate::economy::settle::{Desk, ppm};
use crate::events::behavior::{Event, EventKind, NO_POSITION, Surface, ThingKind};
use crate::events::bus::{Wish, WishBus, WishKind};
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::rng::{Purpose as Luck, RngStream};
use crate::sim::units::{Coins, TICKS_PER_DAY};
use crate::society::avatars::utility::price_cost;
use crate::society::walk_in::state::WalkIns;

/// Lets those who looked at assets in this tick look at a bundle as well.
pub(in crate::economy) fn look_at_bundles(
    desk: Desk<'_>,
    mut minds: Minds<'_>,
    walk_ins: Res<WalkIns>,
    mut wishes: ResMut<WishBus>,
) {
    let Some(bundles) = desk.bundles.as_ref().filter(|b| !b.is_empty()) else {
        return;
    };
    let mut open: Vec<(u32, &Bundle)> = Vec::new();
    for e in &desk.events.current {
        let looks = matches!(e.kind, EventKind::Pass | EventKind::Consume);
        // Who walked in buys what it chooses, and was not shown a bundle.
        if e.surface != Surface::Assets || !looks || walk_ins.of(e.avatar).is_some() {
            continue;
        }
        if open.is_empty() {
            open.extend(bundles.open());
        }
        let key = u64::from(e.avatar.0);
        let mut rng = RngStream::new(desk.seed.0, Luck::Bundling, key, e.tick.0);
        let (number, bundle) = open[rng.below(open.len())];
        let a = desk.avatars.get(e.avatar);
        if bundle.owner == e.avatar || bundle.price > a.purse {
            continue;
        }
        let choice = &minds.society.0.choice;
        let goods = desk.goods(&minds);
        let members = bundle.members.iter();
        let worth: Vec<(ItemId, f64)> = members
            .map(|m| (m.item, goods.in_a_mood(a, m.item, &mut rng)))
            .collect();
        let all: f64 = worth.iter().map(|(_, free)| free).sum();
        if all <= price_cost(a, bundle.price, choice) {
            continue;
        }
        for (item, free) in worth {
            minds.likings.set(e.avatar, item, free);
        }
        wishes.wishes.push(Wish {
            avatar: e.avatar,
            kind: WishKind::BuyBundle(number, bundle.price),
            space: e.space,
            surface: e.surface,
            position: NO_POSITION,
            offer: e.offer,
        });
    }
}

impl Desk<'_> {
    /// Says whether an asset is in a bundle, and for sale in no other way.
    pub(super) fn is_bundled(&self, item: ItemId) -> bool {
        self.bundles.as_ref().is_some_and(|b| b.has(item))
    }

    /// Lowers the prices of bundles, breaks up those that nobody bought, and lets owners make new ones.
    pub(super) fn form_bundles(&mut self) {
        let rules = self.rules.0.market.clone();
        let (seed, now) = (self.seed.0, self.clock.now);
        let Some(bundles) = &mut self.bundles else {
            return;
        };
        bundles.age(now, ppm(1.0 - rules.discount));
        let mut idle: BTreeMap<AvatarId, Vec<(ItemId, Title)>> = BTreeMap::new();
        for (item, title) in self.market.titles() {
            let is_idle = title.asking.is_none() && !bundles.has(item);
            if let Some(owner) = title.owner.filter(|_| is_idle) {
                idle.entry(owner).or_default().push((item, *title));
            }
        }
        for (owner, mut own) in idle {
            // Days are counted from the end of the range, so that no tick has the same stream.
            let day = u32::MAX - now.day();
            let mut rng = RngStream::new(seed, Luck::Bundling, u64::from(owner.0), day);
            if own.len() < 2 || !rng.chance(rules.bundle_rate) {
                continue;
            }
            own.sort_by_key(|(item, title)| (title.since, *item));
            own.truncate(rules.bundle_size as usize);
            let members: Vec<Member> = own
                .iter()
                .map(|(item, title)| Member {
                    item: *item,
                    alone: self.owner_asks(title, &mut rng),
                })
                .collect();
            self.put_up_bundle(owner, members);
        }
    }

    fn put_up_bundle(&mut self, owner: AvatarId, members: Vec<Member>) {
        let (rules, now) = (&self.rules.0.market, self.clock.now);
        let alone: Coins = members.iter().map(|m| m.alone).sum();
        let price = alone.as_f64() * (1.0 - rules.bundle_discount);
        let bundle = Bundle {
            owner,
            price: Coins::from_f64(price.max(CHEAPEST)),
            since: now,
            until: now.after(rules.bundle_days * TICKS_PER_DAY),
            members,
        };
        let parts = bundle.parts(bundle.price);
        let items: Vec<ItemId> = bundle.members.iter().map(|m| m.item).collect();
        let Some(bundles) = &mut self.bundles else {
            return;
        };
        if !bundles.put_up(bundle) {
            return;
        }
        for (item, part) in items.into_iter().zip(parts) {
            self.void_offers(item);
            self.events.push(
                Event::new(now, owner, EventKind::List)
                    .thing(ThingKind::Item, item.0)
                    .costing(part),
            );
        }
    }

    /// Hands all assets of a bundle over, each for its part of the price.
    pub(in crate::economy) fn buy_bundle(&mut self, wish: &Wish, number: u32, most: Coins) {
        let buyer = Account::Wallet(wish.avatar);
        let has = self.ledger.balance(Currency::Coins, buyer);
        let Some(bundles) = &mut self.bundles else {
            return;
        };
        let can = |b: &Bundle| b.owner != wish.avatar && b.price <= most && b.price <= has;
        if !bundles.get(number).is_some_and(can) {
            return;
        }
        let Some(bundle) = bundles.remove(number) else {
            return;
        };
        bundles.counts.sold += 1;
        bundles.counts.assets += bundle.members.len() as u64;
        bundles.counts.paid += bundle.price;
        let parts = bundle.parts(bundle.price);
        for (m, part) in bundle.members.iter().zip(parts) {
            self.hand_over(wish, m.item, buyer, part, 1, bundle.since);
        }
    }
}
