//! What a report means for the ledger, in coins.
//!
//! Units are no money: whoever keeps holdings reads them off the reports, see [`report`](super::report).

use super::report::{Held, Report};
use crate::economy::ledger::{Account, Posting};
use crate::sim::ids::AvatarId;
use crate::sim::units::Coins;

/// Legs that sum to zero; none if no coins move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Postings {
    legs: [Posting; 3],
    n: usize,
}

impl Postings {
    /// Returns the legs of a report. Each escrow account is that of the owner; fees go to [`Account::Fees`].
    ///
    /// Posted one report at a time and in order, no leg overdraws an escrow account.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let mut postings = Self {
            legs: [Posting {
                account: Account::Fees,
                amount: Coins::ZERO,
            }; 3],
            n: 0,
        };
        match *report {
            Report::Reserved {
                owner,
                held: Held::Coins(amount),
                ..
            } => postings.set_aside(owner, amount),
            Report::Released {
                owner,
                held: Held::Coins(amount),
                ..
            } => postings.set_aside(owner, -amount),
            Report::Traded(fill) => {
                postings.add(Account::Escrow(fill.buyer()), -fill.buyer_pays());
                postings.add(Account::Wallet(fill.seller()), fill.seller_gets());
                postings.add(Account::Fees, fill.house_gets());
            }
            Report::Reserved { .. } | Report::Released { .. } | Report::Halted { .. } => {}
        }
        postings
    }

    /// Returns the legs.
    #[must_use]
    pub fn legs(&self) -> &[Posting] {
        &self.legs[..self.n]
    }

    fn set_aside(&mut self, owner: AvatarId, amount: Coins) {
        self.add(Account::Wallet(owner), -amount);
        self.add(Account::Escrow(owner), amount);
    }

    fn add(&mut self, account: Account, amount: Coins) {
        if amount != Coins::ZERO {
            self.legs[self.n] = Posting { account, amount };
            self.n += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::book::{OrderBook, Rules, SelfTrade};
    use super::super::fees::Fees;
    use super::super::order::{OrderId, Request, Side, Terms};
    use super::super::tests::{DENSE, PLAIN};
    use super::super::workload::{Operation, draw};
    use super::*;
    use crate::economy::ledger::{Currency, Ledger, Posted, Transaction};
    use crate::economy::purpose::Purpose;
    use crate::sim::dose::dose;
    use crate::sim::ids::OfferId;

    fn post(ledger: &mut Ledger, legs: &[Posting]) {
        let tx = Transaction {
            id: ledger.next_id(),
            purpose: Purpose::ItemSale,
            cause: OfferId(0),
            currency: Currency::Coins,
            postings: legs,
        };
        assert_eq!(ledger.post(&tx), Ok(Posted::Applied));
    }

    fn balance(ledger: &Ledger, account: Account) -> Coins {
        ledger.balance(Currency::Coins, account)
    }

    /// Says whether the owner can pay, given what is freed by the order that goes.
    fn affords(
        ledger: &Ledger,
        book: &OrderBook,
        request: &Request,
        goes: Option<OrderId>,
    ) -> bool {
        let coins = |held| match held {
            Some(Held::Coins(c)) => c,
            _ => Coins::ZERO,
        };
        let has = balance(ledger, Account::Wallet(request.owner));
        let freed = coins(goes.and_then(|order| book.held(order)));
        coins(book.need(request).ok()) <= has + freed
    }

    #[test]
    fn prop_the_ledger_takes_every_report_and_escrow_equals_the_open_orders() {
        for (seed, (maker, taker)) in [(30, 45), (-15, 45), (0, 0)].into_iter().enumerate() {
            let mut ledger = Ledger::default();
            ledger.open_avatars(DENSE.n_owners as usize);
            let avatars = || (0..DENSE.n_owners).map(AvatarId);
            // Enough for a dozen open orders, not for all of them.
            let grant = Coins::from_micros(60_000);
            for a in avatars() {
                let leg = |account, amount| Posting { account, amount };
                let legs = [leg(Account::Mint, -grant), leg(Account::Wallet(a), grant)];
                post(&mut ledger, &legs);
            }
            let mut book = OrderBook::new(Rules {
                fees: Fees::new(maker, taker).unwrap(),
                self_trade: SelfTrade::CancelOldest,
                ..PLAIN
            })
            .unwrap();
            let mut ids: Vec<Option<OrderId>> = Vec::new();
            let mut reports = Vec::new();
            let mut n_poor = 0;
            for operation in draw(seed as u64, dose(6_000) as usize, &DENSE) {
                match operation {
                    Operation::Place(request) => {
                        let pays = affords(&ledger, &book, &request, None);
                        n_poor += u32::from(!pays);
                        let placed = pays.then(|| book.place(&request, &mut reports).ok());
                        ids.push(placed.flatten().map(|p| p.order));
                    }
                    Operation::Cancel { of, by } => {
                        if let Some(order) = ids[of as usize] {
                            book.cancel(order, by, &mut reports).ok();
                        }
                    }
                    Operation::Replace {
                        of,
                        by,
                        price,
                        quantity,
                    } => {
                        let open = ids[of as usize].and_then(|order| book.order(order));
                        if let Some(open) = open {
                            let request = Request {
                                owner: by,
                                side: open.side,
                                quantity,
                                terms: Terms::Limit(price),
                            };
                            if affords(&ledger, &book, &request, Some(open.order)) {
                                book.replace(open.order, by, price, quantity, &mut reports)
                                    .ok();
                            }
                        }
                    }
                }
                for report in reports.drain(..) {
                    let postings = Postings::of(&report);
                    if !postings.legs().is_empty() {
                        post(&mut ledger, postings.legs());
                    }
                }
            }
            assert!(ledger.audit());
            assert!(n_poor > 50 && book.n_fills() > 500, "{n_poor}");
            for a in avatars() {
                let own = book.orders(Side::Buy).filter(|o| o.owner == a);
                let held: Coins = own
                    .map(|o| match book.held(o.order) {
                        Some(Held::Coins(c)) => c,
                        _ => Coins::ZERO,
                    })
                    .sum();
                assert_eq!(balance(&ledger, Account::Escrow(a)), held);
            }
            let all: Coins = avatars()
                .map(|a| {
                    balance(&ledger, Account::Wallet(a)) + balance(&ledger, Account::Escrow(a))
                })
                .sum();
            let fees = balance(&ledger, Account::Fees);
            assert_eq!(fees.is_positive(), taker > 0);
            let granted = Coins::from_micros(grant.micros() * i64::from(DENSE.n_owners));
            assert_eq!(all + fees, granted);
        }
    }
}
