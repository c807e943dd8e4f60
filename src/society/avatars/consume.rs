//! Acting on what was chosen: consuming an item, buying it, bidding for land.
//!
//! The part of [`Hands`] that knows what each kind of item does to an avatar.

use super::act::Hands;
use super::avatar::Activity;
use super::decide::Answer;
use super::land_worth::land_worth;
use super::likings::given_chosen;
use super::satisfaction::{absorb, experience};
use super::utility;
use crate::events::behavior::{EventKind, Surface, ThingKind};
use crate::events::bus::WishKind;
use crate::events::offer::Slate;
use crate::sim::ids::{AvatarId, ItemId, ParcelId};
use crate::sim::rng::{Purpose, RngStream};
use crate::sim::units::Coins;
use crate::society::content::item::ItemKind;

/// Elo points at stake in a game.
const ELO_K: f64 = 16.0;

impl Hands<'_> {
    pub(super) fn bid_for_land(
        &mut self,
        id: AvatarId,
        parcel: ParcelId,
        at: (Surface, u8, crate::sim::ids::OfferId),
    ) {
        let a = self.avatars.get(id);
        // As far as its purse goes.
        let worth = land_worth(self.seed, id, self.now, self.field.at(parcel));
        let most = Coins::from_f64(worth.min(0.9 * a.purse.as_f64()));
        if most.is_positive() {
            self.wish(id, WishKind::BuyParcel(parcel, most), (at.0, at.1, at.2.0));
        }
    }

    pub(super) fn consume(
        &mut self,
        id: AvatarId,
        item: ItemId,
        answer: &Answer,
        slate: &Slate,
        k: u8,
    ) {
        let card = self.catalogue.card(item);
        let (kind, difficulty) = (card.kind, f64::from(card.difficulty));
        let price = slate.slots[usize::from(k)].price;
        let answering = (slate.surface, k, slate.offer.0);
        let base = |hands: &Self, what| {
            hands
                .event(id, what)
                .thing(ThingKind::Item, item.0)
                .answering(slate.surface, k, slate.offer)
        };
        let what = if kind == ItemKind::Game {
            EventKind::Play
        } else {
            EventKind::Consume
        };
        let won = f32::from(u8::from(answer.success && kind == ItemKind::Game));
        let e = base(self, what).lasting(answer.secs).valued(won);
        self.events.push(e);
        self.catalogue.count_use(item);
        let topics = self.truths.get(item).topics;
        let choice = self.rules.choice.clone();
        absorb(self.avatars.get_mut(id), &topics, &choice);
        if answer.feedback.likes {
            let e = base(self, EventKind::Like);
            self.events.push(e);
            self.catalogue.count_like(item);
        }
        if answer.feedback.hides {
            let e = base(self, EventKind::Hide);
            self.events.push(e);
        }
        if answer.feedback.stars > 0 {
            let e = base(self, EventKind::Rate).valued(f32::from(answer.feedback.stars));
            self.events.push(e);
        }
        let endorsed = f64::from(answer.utility) > choice.outside_option;
        if !endorsed {
            self.avatars.get_mut(id).regret_minutes += answer.secs as f32 / 60.0;
        }
        let mut activity = Activity::Consuming;
        match kind {
            ItemKind::Game => {
                activity = Activity::Playing;
                self.score_game(id, difficulty, answer.success);
            }
            ItemKind::GameItem | ItemKind::Textbook => {
                self.buy(id, WishKind::BuyItem(item, price), price, answering);
            }
            ItemKind::Asset => {
                let worth = self.worth(id, item, price).max(price);
                let wish = WishKind::BuyAsset(item, price, worth);
                self.buy(id, wish, price, answering);
            }
            ItemKind::Course => {
                let e = base(self, EventKind::Enroll);
                self.events.push(e);
                let mut rng =
                    RngStream::new(self.seed, Purpose::Study, u64::from(id.0), self.now.0);
                let a = self.avatars.get_mut(id);
                a.course = item.0;
                a.lessons = 0;
                // A new concept: what one knows of it before the first lesson.
                a.mastery = rng.beta(1.5, 4.0) as f32;
            }
            ItemKind::Post | ItemKind::News | ItemKind::Video => {}
        }
        self.busy(id, activity, answer.secs);
    }

    /// What an asset is worth to it that it chose at a price, as far as its purse goes; at least that price.
    fn worth(&mut self, id: AvatarId, item: ItemId, price: Coins) -> Coins {
        let a = self.avatars.get(id);
        let (card, truth) = (self.catalogue.card(item), self.truths.get(item));
        let (choice, content) = (&self.rules.choice, &self.rules.content);
        let u = utility::of_item(a, card, truth, price, self.now, choice, content);
        let key = u64::from(id.0);
        let mut rng = RngStream::new(self.seed, Purpose::Liking, key, self.now.0);
        let above = given_chosen(u - choice.outside_option, &mut rng);
        let free = above + utility::price_cost(a, price, choice);
        let worth = utility::reservation_price(a, a.purse, free, choice).min(a.purse);
        self.likings.set(id, item, free);
        worth
    }

    fn score_game(&mut self, id: AvatarId, difficulty: f64, won: bool) {
        let choice = self.rules.choice.clone();
        let a = self.avatars.get_mut(id);
        let expected = utility::win_chance(f64::from(a.skill), difficulty);
        let outcome = if won { 1.0 } else { 0.0 };
        a.skill += (ELO_K * (outcome - expected)) as f32;
        if won {
            experience(a, choice.outside_option + 1.0, &choice);
        } else {
            experience(a, choice.outside_option - 0.5, &choice);
        }
        let mut rng = RngStream::new(self.seed, Purpose::Play, u64::from(id.0), self.now.0 ^ 1);
        if won && rng.chance(0.1) {
            let e = self.event(id, EventKind::Achievement);
            self.events.push(e);
        }
    }

    /// Buys if the purse allows; tops up with outside money first, if it is one who pays.
    fn buy(&mut self, id: AvatarId, kind: WishKind, price: Coins, at: (Surface, u8, u64)) {
        let a = self.avatars.get(id);
        let (purse, spending) = (a.purse, f64::from(a.spending));
        if price > purse && spending > 0.0 {
            let mut rng = RngStream::new(self.seed, Purpose::Spend, u64::from(id.0), self.now.0);
            if rng.chance(0.5) {
                let pack = Coins::from_f64(spending * rng.log_normal(0.0, 0.4) * 10.0);
                let missing = price - purse;
                let amount = if pack < missing { missing } else { pack };
                self.wish(id, WishKind::TopUp(amount), at);
                self.wish(id, kind, at);
            }
            return;
        }
        if price <= purse {
            self.wish(id, kind, at);
        }
    }
}
