//! The floor: orders of the city's people go into the books, and what the books report goes into the ledger and the stores.
//!
//! **Invariant.** What avatars have in escrow for materials is what their open orders reserve, after every order.

use super::materials::{Exchange, MaterialTrade};
use super::order::{OrderId, Request};
use super::posting::Postings;
use super::report::{Held, Report};
use crate::economy::ledger::{Account, Currency, Transaction};
use crate::economy::purpose::Purpose;
use crate::economy::settle::Desk;
use crate::events::bus::Wish;
use crate::sim::ids::AvatarId;

impl Desk<'_> {
    /// Places an order if its owner can afford it.
    pub(in crate::economy) fn place_order(&mut self, wish: &Wish, material: u8, request: Request) {
        let owner = wish.avatar;
        let request = Request { owner, ..request };
        let m = usize::from(material);
        let Some(book) = self.exchange.books.get_mut(m) else {
            return;
        };
        let has = self.ledger.balance(Currency::Coins, Account::Wallet(owner));
        let affords = match book.need(&request) {
            Ok(Held::Coins(c)) => c <= has,
            Ok(Held::Units(n)) => n <= self.exchange.store(owner).free[m],
            Err(_) => false,
        };
        if !affords {
            return;
        }
        let mut reports = Vec::new();
        let placed = self.exchange.books[m].place(&request, &mut reports);
        self.settle_reports(wish, material, &reports);
        if let Ok(placed) = placed
            && placed.open > 0
        {
            let now = self.clock.now;
            let orders = self.exchange.open.entry((owner, material)).or_default();
            orders.push((placed.order, now));
        }
    }

    /// Takes an order out of a book.
    pub(in crate::economy) fn cancel_order(&mut self, wish: &Wish, material: u8, order: OrderId) {
        let m = usize::from(material);
        let Some(book) = self.exchange.books.get_mut(m) else {
            return;
        };
        let mut reports = Vec::new();
        // What has traded in the meantime is no longer there to cancel.
        if book.cancel(order, wish.avatar, &mut reports).is_ok() {
            self.settle_reports(wish, material, &reports);
        }
        if let Some(open) = self.exchange.open.get_mut(&(wish.avatar, material)) {
            open.retain(|(id, _)| *id != order);
        }
    }

    fn settle_reports(&mut self, wish: &Wish, material: u8, reports: &[Report]) {
        for report in reports {
            self.post_report(wish, report);
            self.move_units(material, report);
        }
    }

    fn post_report(&mut self, wish: &Wish, report: &Report) {
        let purpose = match report {
            Report::Reserved { .. } => Purpose::Hold,
            Report::Released { .. } => Purpose::Release,
            Report::Traded(_) => Purpose::MaterialSale,
            Report::Halted { .. } => return,
        };
        let postings = Postings::of(report);
        if postings.legs().is_empty() {
            return;
        }
        let id = self.ledger.next_id();
        let posted = self.ledger.post(&Transaction {
            id,
            purpose,
            cause: wish.offer,
            currency: Currency::Coins,
            postings: postings.legs(),
        });
        if posted.is_err() {
            self.audit.n_refused += 1;
        }
        for leg in postings.legs() {
            if let Account::Wallet(who) = leg.account {
                self.refresh_purse(who);
            }
        }
    }

    fn move_units(&mut self, material: u8, report: &Report) {
        let m = usize::from(material);
        match *report {
            Report::Reserved {
                owner,
                held: Held::Units(n),
                ..
            } => {
                let store = self.exchange.store_mut(owner);
                store.free[m] -= n;
                store.held[m] += n;
            }
            Report::Released {
                owner,
                held: Held::Units(n),
                ..
            } => {
                let store = self.exchange.store_mut(owner);
                store.held[m] -= n;
                store.free[m] += n;
            }
            Report::Traded(fill) => {
                let (buyer, seller) = (fill.buyer(), fill.seller());
                let use_value = self.use_value(buyer, material, fill.quantity);
                self.exchange.store_mut(seller).held[m] -= fill.quantity;
                self.exchange.store_mut(buyer).free[m] += fill.quantity;
                self.exchange.trades.push(MaterialTrade {
                    tick: self.clock.now,
                    material,
                    price: fill.price,
                    quantity: fill.quantity,
                    use_value,
                });
            }
            Report::Reserved { .. } | Report::Released { .. } | Report::Halted { .. } => {}
        }
    }

    /// What the next units are worth to somebody who would use them.
    fn use_value(&self, who: AvatarId, material: u8, quantity: u32) -> f64 {
        let store = self.exchange.store(who);
        let m = usize::from(material);
        let has = (store.free[m] + store.held[m]) as usize;
        let wants = self.exchange.wants.get(&(who, material));
        let next = wants.into_iter().flatten().skip(has);
        next.take(quantity as usize).sum()
    }

    /// Cancels orders that have waited too long.
    pub(in crate::economy) fn expire_orders(&mut self) {
        let (now, days) = (self.clock.now, self.rules.0.exchange.order_days);
        let old: Vec<(AvatarId, u8, OrderId)> = self
            .exchange
            .open
            .iter()
            .flat_map(|((who, m), orders)| orders.iter().map(|(id, at)| (*who, *m, *id, *at)))
            .filter(|(.., at)| now.day() - at.day() >= days)
            .map(|(who, m, id, _)| (who, m, id))
            .collect();
        for (who, material, order) in old {
            self.cancel_order(&super::crowd::look(who), material, order);
        }
        let Exchange { open, books, .. } = &mut *self.exchange;
        open.retain(|(_, m), orders| {
            orders.retain(|(id, _)| books[usize::from(*m)].order(*id).is_some());
            !orders.is_empty()
        });
    }
}
