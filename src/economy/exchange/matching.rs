//! Placing, canceling and replacing orders: price–time priority.

use super::arena::NONE;
use super::book::{OpenOrder, OrderBook, SelfTrade};
use super::order::{
    DropCause, Fate, HIGHEST_PRICE, MOST_UNITS, OrderId, Placed, Refusal, Request, Side, Terms,
};
use super::report::{Fill, Held, Release, Report};
use crate::sim::ids::AvatarId;
use crate::sim::units::Coins;

/// An order that takes.
#[derive(Clone, Copy)]
struct Taker {
    order: OrderId,
    owner: AvatarId,
    side: Side,
    limit: Coins,
}

/// What an incoming order took.
struct Taken {
    filled: u32,
    /// What its fills cost it, if it buys.
    paid: Coins,
    /// Why it stopped although it wanted more; `None` if nobody offered more.
    stop: Option<DropCause>,
}

/// What an order could take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quote {
    /// Units.
    pub filled: u32,
    /// Price times quantity over all fills.
    pub notional: Coins,
    /// Fees over all fills.
    pub fee: Coins,
}

/// The limit that takes at any price.
const fn any(side: Side) -> Coins {
    match side {
        Side::Buy => Coins::from_micros(i64::MAX),
        Side::Sell => Coins::ZERO,
    }
}

impl OrderBook {
    /// Places an order. What follows from it is added to `reports`.
    ///
    /// Ask [`OrderBook::need`] before whether its owner can afford it: the book does not know.
    ///
    /// # Errors
    /// [`Refusal`] if price or quantity are out of range, a post-only order would take, or trading is halted;
    /// nothing is reported then.
    pub fn place(
        &mut self,
        request: &Request,
        reports: &mut Vec<Report>,
    ) -> Result<Placed, Refusal> {
        self.check(request)?;
        let slot = self.arena.open(request.owner, request.side);
        Ok(self.enter(slot, request.terms, request.quantity, reports))
    }

    /// Takes an order out of the book; allowed during a halt.
    ///
    /// # Errors
    /// [`Refusal`] if the order is not open or not `by`'s.
    pub fn cancel(
        &mut self,
        order: OrderId,
        by: AvatarId,
        reports: &mut Vec<Report>,
    ) -> Result<OpenOrder, Refusal> {
        let slot = self.find(order, by)?;
        let shown = self.order(order).expect("the order was found");
        self.remove(slot, Release::Canceled, reports);
        Ok(shown)
    }

    /// Changes price and open quantity of an order.
    ///
    /// At the same price and no larger, it keeps its place in the queue. Otherwise it goes behind, under the same id, and takes
    /// what its new price allows (unless it is post-only).
    ///
    /// # Errors
    /// [`Refusal`] as for [`OrderBook::place`] and [`OrderBook::cancel`]; the order is then as it was. During a halt an order can only be made smaller.
    pub fn replace(
        &mut self,
        order: OrderId,
        by: AvatarId,
        price: Coins,
        quantity: u32,
        reports: &mut Vec<Report>,
    ) -> Result<Placed, Refusal> {
        let slot = self.find(order, by)?;
        let row = *self.arena.get(slot);
        if row.price == price && quantity <= row.open {
            check_quantity(quantity)?;
            self.shrink(slot, row.open - quantity, reports);
            return Ok(Placed {
                order,
                filled: 0,
                open: quantity,
                fate: Fate::Rests,
            });
        }
        let terms = if row.is_post_only {
            Terms::PostOnly(price)
        } else {
            Terms::Limit(price)
        };
        self.check(&Request {
            owner: by,
            side: row.side,
            quantity,
            terms,
        })?;
        self.release(slot, row.open, Release::Replaced, reports);
        self.unlink(slot);
        Ok(self.enter(slot, terms, quantity, reports))
    }

    /// Returns what an order can need at most; for a market order, what it needs exactly as the book is.
    ///
    /// # Errors
    /// [`Refusal`] as for [`OrderBook::place`].
    pub fn need(&self, request: &Request) -> Result<Held, Refusal> {
        self.check(request)?;
        Ok(match (request.terms.limit(), request.side) {
            (Some(price), side) => self.rules.fees.most(side, price, request.quantity),
            (None, Side::Buy) => {
                let quote = self.quote(request);
                Held::Coins(quote.notional + quote.fee)
            }
            (None, Side::Sell) => Held::Units(self.quote(request).filled),
        })
    }

    /// Returns what an order would take at once if it came now, whatever its terms say about the rest.
    #[must_use]
    pub fn quote(&self, request: &Request) -> Quote {
        let mut quote = Quote::default();
        let limit = request.terms.limit().unwrap_or(any(request.side));
        quote.filled = self.sweep(
            request.side,
            request.owner,
            limit,
            request.quantity,
            |price, part| {
                let notional = Coins::from_micros(price.micros() * i64::from(part));
                quote.notional += notional;
                quote.fee += self.rules.fees.of_taker(notional);
            },
        );
        quote
    }

    fn find(&self, order: OrderId, by: AvatarId) -> Result<u32, Refusal> {
        let slot = self.arena.find(order).ok_or(Refusal::Unknown(order))?;
        let owner = self.arena.get(slot).owner;
        if owner != by {
            return Err(Refusal::Foreign { order, owner, by });
        }
        Ok(slot)
    }

    fn check(&self, request: &Request) -> Result<(), Refusal> {
        check_quantity(request.quantity)?;
        let tick_size = self.rules.tick_size;
        if let Some(price) = request.terms.limit()
            && (!price.is_positive()
                || price > HIGHEST_PRICE
                || price.micros() % tick_size.micros() != 0)
        {
            return Err(Refusal::Price { price, tick_size });
        }
        if let Some(until) = self.breaker.halted_until() {
            return Err(Refusal::Halted(until));
        }
        if let Terms::PostOnly(price) = request.terms
            && let Some(best) = self.best(request.side.other())
            && request.side.takes(price, best)
        {
            return Err(Refusal::WouldTake { price, best });
        }
        Ok(())
    }

    /// Lets a checked order take what it may and puts the rest into the book, or ends it.
    fn enter(
        &mut self,
        slot: u32,
        terms: Terms,
        quantity: u32,
        reports: &mut Vec<Report>,
    ) -> Placed {
        let order = self.arena.id(slot);
        let row = self.arena.get(slot);
        let (owner, side) = (row.owner, row.side);
        let taker = Taker {
            order,
            owner,
            side,
            limit: terms.limit().unwrap_or(any(side)),
        };
        // The reservation comes before the fills, and its amount is known after them.
        let at = reports.len();
        let nothing = Held::Units(0);
        reports.push(Report::Reserved {
            order,
            owner,
            held: nothing,
        });
        let kills = matches!(terms, Terms::FillOrKill(_))
            && self.sweep(side, owner, taker.limit, quantity, |_, _| {}) < quantity;
        let taken = if kills {
            Taken {
                filled: 0,
                paid: Coins::ZERO,
                stop: Some(DropCause::Killed),
            }
        } else {
            self.take(taker, quantity, reports)
        };
        let left = quantity - taken.filled;
        let fate = match taken.stop {
            _ if left == 0 => Fate::Filled,
            Some(cause) => Fate::Dropped(cause),
            None if terms.waits() => Fate::Rests,
            None => Fate::Dropped(DropCause::Unmatched),
        };
        let mut open = 0;
        if fate == Fate::Rests {
            open = left;
            self.link(slot, taker.limit, open, terms);
        } else {
            self.arena.close(slot);
        }
        let held = match side {
            Side::Buy if open > 0 => {
                Held::Coins(taken.paid + self.rules.fees.of_bid(taker.limit, open))
            }
            Side::Buy => Held::Coins(taken.paid),
            Side::Sell => Held::Units(taken.filled + open),
        };
        if held.is_nothing() {
            reports.remove(at);
        } else {
            reports[at] = Report::Reserved { order, owner, held };
        }
        Placed {
            order,
            filled: taken.filled,
            open,
            fate,
        }
    }

    /// Trades with the best orders of the other side, the earliest first, while prices are right.
    fn take(&mut self, taker: Taker, wanted: u32, reports: &mut Vec<Report>) -> Taken {
        let mut taken = Taken {
            filled: 0,
            paid: Coins::ZERO,
            stop: None,
        };
        let across = taker.side.other() as usize;
        let fees = self.rules.fees;
        while taken.filled < wanted {
            let Some(level) = self.ladders[across].best() else {
                break;
            };
            let level = self.ladders[across].get(level);
            let (price, slot) = (level.price, level.first);
            if !taker.side.takes(taker.limit, price) {
                break;
            }
            if !self.breaker.allows(price) {
                let until = self.breaker.halt();
                reports.push(Report::Halted { price, until });
                taken.stop = Some(DropCause::Halted);
                break;
            }
            let maker = *self.arena.get(slot);
            if maker.owner == taker.owner {
                match self.rules.self_trade {
                    SelfTrade::CancelNewest => {
                        taken.stop = Some(DropCause::SelfTrade);
                        break;
                    }
                    SelfTrade::CancelOldest => {
                        self.remove(slot, Release::SelfTrade, reports);
                        continue;
                    }
                    SelfTrade::Allow => {}
                }
            }
            let quantity = maker.open.min(wanted - taken.filled);
            let notional = Coins::from_micros(price.micros() * i64::from(quantity));
            let fill = Fill {
                maker: self.arena.id(slot),
                taker: taker.order,
                maker_owner: maker.owner,
                taker_owner: taker.owner,
                taker_side: taker.side,
                quantity,
                price,
                maker_fee: fees.of_maker(notional),
                taker_fee: fees.of_taker(notional),
            };
            reports.push(Report::Traded(fill));
            taken.filled += quantity;
            if taker.side == Side::Buy {
                taken.paid += notional + fill.taker_fee;
            } else {
                let left = fees.of_bid(price, maker.open - quantity);
                let spare = fees.of_bid(price, maker.open) - left - notional - fill.maker_fee;
                if spare.is_positive() {
                    reports.push(Report::Released {
                        order: fill.maker,
                        owner: maker.owner,
                        held: Held::Coins(spare),
                        why: Release::Spare,
                    });
                }
            }
            self.fill(slot, quantity);
            self.breaker.note(price);
            self.last_price = Some(price);
            self.n_fills += 1;
            self.units_traded += u64::from(quantity);
        }
        taken
    }

    /// Walks what an order would take, without taking it; returns the units.
    fn sweep(
        &self,
        side: Side,
        owner: AvatarId,
        limit: Coins,
        wanted: u32,
        mut visit: impl FnMut(Coins, u32),
    ) -> u32 {
        let mut filled = 0;
        let mut allowed = self.breaker.allowed();
        for level in self.ladders[side.other() as usize].best_first() {
            if !side.takes(limit, level.price) || !allowed.contains(&level.price) {
                break;
            }
            let mut slot = level.first;
            while slot != NONE {
                let row = self.arena.get(slot);
                slot = row.after;
                if row.owner == owner {
                    match self.rules.self_trade {
                        SelfTrade::CancelNewest => return filled,
                        SelfTrade::CancelOldest => continue,
                        SelfTrade::Allow => {}
                    }
                }
                let part = row.open.min(wanted - filled);
                visit(level.price, part);
                if filled == 0 {
                    allowed = self.breaker.allowed_after(level.price);
                }
                filled += part;
                if filled == wanted {
                    return filled;
                }
            }
        }
        filled
    }

    /// Takes units off an order; it ends if none are left.
    fn fill(&mut self, slot: u32, quantity: u32) {
        let row = self.arena.get_mut(slot);
        row.open -= quantity;
        let (left, level, side) = (row.open, row.level, row.side);
        let level = self.ladders[side as usize].get_mut(level);
        level.quantity -= u64::from(quantity);
        if left == 0 {
            self.unlink(slot);
            self.arena.close(slot);
        }
    }

    fn remove(&mut self, slot: u32, why: Release, reports: &mut Vec<Report>) {
        let open = self.arena.get(slot).open;
        self.release(slot, open, why, reports);
        self.unlink(slot);
        self.arena.close(slot);
    }

    fn shrink(&mut self, slot: u32, by: u32, reports: &mut Vec<Report>) {
        if by > 0 {
            self.release(slot, by, Release::Replaced, reports);
            self.fill(slot, by);
        }
    }

    /// Reports what is free once `units` of an order are gone.
    fn release(&self, slot: u32, units: u32, why: Release, reports: &mut Vec<Report>) {
        let row = self.arena.get(slot);
        let held = match row.side {
            Side::Buy => {
                let fees = self.rules.fees;
                let left = fees.of_bid(row.price, row.open - units);
                Held::Coins(fees.of_bid(row.price, row.open) - left)
            }
            Side::Sell => Held::Units(units),
        };
        reports.push(Report::Released {
            order: self.arena.id(slot),
            owner: row.owner,
            held,
            why,
        });
    }

    /// Puts an order at the end of the queue of its price.
    fn link(&mut self, slot: u32, price: Coins, open: u32, terms: Terms) {
        let arrival = self.arrivals;
        self.arrivals += 1;
        self.n_open += 1;
        let side = self.arena.get(slot).side;
        let ladder = &mut self.ladders[side as usize];
        let at = ladder.open(price);
        let level = ladder.get_mut(at);
        let before = level.last;
        level.last = slot;
        level.n_orders += 1;
        level.quantity += u64::from(open);
        if before == NONE {
            level.first = slot;
        } else {
            self.arena.links(before).after = slot;
        }
        let row = self.arena.get_mut(slot);
        row.price = price;
        row.arrival = arrival;
        row.open = open;
        row.level = at;
        row.before = before;
        row.after = NONE;
        row.is_post_only = matches!(terms, Terms::PostOnly(_));
    }

    /// Takes an order out of the queue of its price.
    fn unlink(&mut self, slot: u32) {
        let row = self.arena.get(slot);
        let (before, after, at, open, side) =
            (row.before, row.after, row.level, row.open, row.side);
        self.n_open -= 1;
        let ladder = &mut self.ladders[side as usize];
        let level = ladder.get_mut(at);
        level.n_orders -= 1;
        level.quantity -= u64::from(open);
        if before == NONE {
            level.first = after;
        } else {
            self.arena.links(before).after = after;
        }
        if after == NONE {
            level.last = before;
        } else {
            self.arena.links(after).before = before;
        }
        if level.n_orders == 0 {
            ladder.close(at);
        }
    }
}

fn check_quantity(quantity: u32) -> Result<(), Refusal> {
    if (1..=MOST_UNITS).contains(&quantity) {
        Ok(())
    } else {
        Err(Refusal::Quantity(quantity))
    }
}
