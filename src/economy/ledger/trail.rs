//! Where money came from: every amount that moved is followed back to where its coins were made.
//!
//! Coins are alike, so that "this coin" needs a convention: what came into an account first leaves it first. With it a
//! movement of money is an interval of micro-coins, cut into pieces, each of which is a part of the movement that brought it to
//! whoever paid. Nothing is estimated: the pieces of an amount add up to it, and no micro-coin is in two places.
//!
//! # Source
//! Clayton's case (1816), the rule of tracing through mixed accounts; used on ledgers of coins by Anderson, Shumailov and
//! Ahmed (2018), "Making Bitcoin legal".

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use crate::events::money::{Holder, MoneyRow};
use crate::sim::ids::OfferId;
use crate::sim::units::{Coins, Tick};

/// Why a journal cannot be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrailError {
    /// Somebody paid what it never got: postings are missing.
    #[error(
        "transaction {transaction}: {holder} {number} pays {missing} more than it was ever paid; postings before it are missing",
        holder = holder.word()
    )]
    Overdraft {
        /// Which.
        transaction: u64,
        /// Whose account.
        holder: Holder,
        /// Which of them.
        number: u32,
        /// How much is missing.
        missing: Coins,
    },
    /// The legs do not sum to zero.
    #[error("transaction {transaction}: its legs sum to {sum}, they must sum to 0")]
    Unbalanced {
        /// Which.
        transaction: u64,
        /// To what.
        sum: Coins,
    },
}

/// An account of a currency: code of the currency, whose, which of them.
pub type AccountKey = (u8, Holder, u32);

/// A part of a step: `len` micro-units of it, from the `from`-th on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    /// Which step brought it; `None` if it was made in the step that spends it.
    pub via: Option<usize>,
    /// First micro-unit of that step.
    pub from: i64,
    /// How many.
    pub len: i64,
}

/// A transaction as it is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub tick: Tick,
    /// Its number.
    pub transaction: u64,
    /// Code of what it was for.
    pub purpose: u8,
    /// Code of the currency.
    pub currency: u8,
    /// What caused it.
    pub cause: OfferId,
    /// How much it moved.
    pub amount: Coins,
    legs: Range<usize>,
    inputs: Range<usize>,
}

/// One account's part in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// Whose account.
    pub holder: Holder,
    /// Which of them.
    pub number: u32,
    /// What was added to it.
    pub amount: Coins,
}

/// All movements of money of a run, each with what it was paid with.
#[derive(Debug, Default)]
pub struct Trail {
    steps: Vec<Step>,
    legs: Vec<Leg>,
    inputs: Vec<Piece>,
    held: BTreeMap<AccountKey, VecDeque<Piece>>,
}

impl Trail {
    /// Adds transactions; `rows` hold whole ones, in their order.
    ///
    /// # Errors
    /// [`TrailError`] at the first that does not balance or spends what was not there.
    pub fn add(&mut self, rows: &[MoneyRow]) -> Result<(), TrailError> {
        for rows in rows.chunk_by(|a, b| a.transaction == b.transaction) {
            self.step(rows)?;
        }
        Ok(())
    }

    fn step(&mut self, rows: &[MoneyRow]) -> Result<(), TrailError> {
        let first = rows[0];
        let begins = self.legs.len();
        for row in rows {
            // Legs of the same account count together.
            let found = self.legs[begins..]
                .iter_mut()
                .find(|l| (l.holder, l.number) == (row.holder, row.number));
            match found {
                Some(leg) => leg.amount += row.amount,
                None => self.legs.push(Leg {
                    holder: row.holder,
                    number: row.number,
                    amount: row.amount,
                }),
            }
        }
        let legs = begins..self.legs.len();
        let sum: Coins = self.legs[legs.clone()].iter().map(|l| l.amount).sum();
        if sum != Coins::ZERO {
            return Err(TrailError::Unbalanced {
                transaction: first.transaction,
                sum,
            });
        }
        let (paid_from, index) = (self.inputs.len(), self.steps.len());
        let (mut paid, mut got) = (0i64, 0i64);
        for i in legs.clone() {
            let leg = self.legs[i];
            let amount = leg.amount.micros();
            let key = (first.currency, leg.holder, leg.number);
            if amount < 0 {
                self.spend(key, -amount, paid, first.transaction, paid_from)?;
                paid -= amount;
            } else if amount > 0 {
                if !leg.holder.is_source() {
                    self.held.entry(key).or_default().push_back(Piece {
                        via: Some(index),
                        from: got,
                        len: amount,
                    });
                }
                got += amount;
            }
        }
        self.steps.push(Step {
            tick: first.tick,
            transaction: first.transaction,
            purpose: first.purpose,
            currency: first.currency,
            cause: first.cause,
            amount: Coins::from_micros(got),
            legs,
            inputs: paid_from..self.inputs.len(),
        });
        Ok(())
    }

    /// Takes the oldest `amount` of an account as the next inputs of a step, of which `paid` are there already.
    fn spend(
        &mut self,
        key: AccountKey,
        amount: i64,
        paid: i64,
        transaction: u64,
        first: usize,
    ) -> Result<(), TrailError> {
        if key.1.is_source() {
            self.inputs.push(Piece {
                via: None,
                from: paid,
                len: amount,
            });
            return Ok(());
        }
        let mut missing = amount;
        let queue = self.held.entry(key).or_default();
        while missing > 0 {
            let Some(oldest) = queue.front_mut() else {
                return Err(TrailError::Overdraft {
                    transaction,
                    holder: key.1,
                    number: key.2,
                    missing: Coins::from_micros(missing),
                });
            };
            let len = oldest.len.min(missing);
            let piece = Piece { len, ..*oldest };
            missing -= len;
            if len == oldest.len {
                queue.pop_front();
            } else {
                oldest.from += len;
                oldest.len -= len;
            }
            match self.inputs[first..].last_mut() {
                Some(last)
                    if last.via == piece.via
                        && piece.via.is_some()
                        && last.from + last.len == piece.from =>
                {
                    last.len += piece.len;
                }
                _ => self.inputs.push(piece),
            }
        }
        Ok(())
    }

    /// Returns all steps, oldest first.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Returns the legs of a step.
    #[must_use]
    pub fn legs(&self, step: &Step) -> &[Leg] {
        &self.legs[step.legs.clone()]
    }

    /// Returns what a step was paid with, in the order in which it was spent.
    #[must_use]
    pub fn inputs(&self, step: &Step) -> &[Piece] {
        &self.inputs[step.inputs.clone()]
    }

    /// Finds a transaction by its number.
    #[must_use]
    pub fn find(&self, transaction: u64) -> Option<usize> {
        self.steps
            .binary_search_by_key(&transaction, |s| s.transaction)
            .ok()
    }

    /// Returns what an account holds, oldest first.
    pub fn held(&self, key: AccountKey) -> impl Iterator<Item = Piece> + '_ {
        self.held.get(&key).into_iter().flatten().copied()
    }

    /// Lists the accounts that were ever paid.
    pub fn accounts(&self) -> impl Iterator<Item = AccountKey> + '_ {
        self.held.keys().copied()
    }

    /// Returns the whole of a step as a piece.
    #[must_use]
    pub fn whole(&self, index: usize) -> Piece {
        Piece {
            via: Some(index),
            from: 0,
            len: self.steps[index].amount.micros(),
        }
    }

    /// Returns what a piece was paid with: the pieces of earlier steps that it is made of.
    /// Without any, and for the parts that have no `via`, it was made in its own step.
    #[must_use]
    pub fn paid_with(&self, piece: Piece) -> Vec<Piece> {
        let Some(index) = piece.via else {
            return Vec::new();
        };
        let mut out = Vec::new();
        self.cut(index, piece.from, piece.len, |p| out.push(p));
        out
    }

    /// Cuts an interval of a step into the parts of its inputs.
    fn cut(&self, index: usize, from: i64, len: i64, mut each: impl FnMut(Piece)) {
        let mut begins = 0;
        for input in self.inputs(&self.steps[index]) {
            let low = from.max(begins);
            let high = (from + len).min(begins + input.len);
            if low < high {
                each(Piece {
                    via: input.via,
                    from: input.from + (low - begins),
                    len: high - low,
                });
            }
            begins += input.len;
        }
    }

    /// Follows pieces back to the steps in which their coins were made: step and amount, oldest first.
    /// The amounts add up to those of the pieces.
    #[must_use]
    pub fn origins(&self, pieces: impl IntoIterator<Item = Piece>) -> Vec<(usize, Coins)> {
        let mut open: BTreeMap<usize, Vec<(i64, i64)>> = BTreeMap::new();
        for p in pieces {
            if let Some(via) = p.via {
                open.entry(via).or_default().push((p.from, p.len));
            }
        }
        let mut made: BTreeMap<usize, i64> = BTreeMap::new();
        // The youngest first: what it was paid with is older, so that each step is looked at once.
        while let Some((index, intervals)) = open.pop_last() {
            for (from, len) in intervals {
                self.cut(index, from, len, |p| match p.via {
                    None => *made.entry(index).or_default() += p.len,
                    Some(via) => open.entry(via).or_default().push((p.from, p.len)),
                });
            }
        }
        made.into_iter()
            .map(|(i, n)| (i, Coins::from_micros(n)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::economy::ledger::{Account, Currency, Ledger};
    use crate::economy::purpose::Purpose;
    use crate::events::journal::Journal;
    use crate::sim::ids::AvatarId;
    use crate::sim::rng::{Purpose as Draw, RngStream};

    fn wallet(n: u32) -> Account {
        Account::Wallet(AvatarId(n))
    }

    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        ledger.open_avatars(8);
        ledger.keep_journal();
        ledger
    }

    fn pay(ledger: &mut Ledger, from: Account, to: Account, coins: i64, purpose: Purpose) {
        let cause = OfferId(7);
        ledger
            .transfer(
                Currency::Coins,
                from,
                to,
                Coins::from_whole(coins),
                purpose,
                cause,
            )
            .unwrap();
    }

    fn rows(ledger: &mut Ledger) -> Vec<MoneyRow> {
        let mut journal = Journal::default();
        ledger.drain_journal(Tick(3), &mut journal);
        journal.rows().collect()
    }

    fn trail(ledger: &mut Ledger) -> Trail {
        let mut trail = Trail::default();
        trail.add(&rows(ledger)).unwrap();
        trail
    }

    #[test]
    fn what_came_first_is_spent_first_and_followed_to_where_it_was_made() {
        let mut l = ledger();
        pay(&mut l, Account::Mint, wallet(0), 5, Purpose::Grant);
        pay(&mut l, Account::Mint, wallet(1), 4, Purpose::QuestReward);
        pay(&mut l, wallet(1), wallet(0), 3, Purpose::Gift);
        pay(&mut l, wallet(0), Account::Burn, 6, Purpose::ItemSale);
        let t = trail(&mut l);
        let sale = t.find(3).unwrap();
        let piece = |via, from: i64, len: i64| Piece {
            via: Some(via),
            from: from * 1_000_000,
            len: len * 1_000_000,
        };
        assert_eq!(t.inputs(&t.steps()[sale]), [piece(0, 0, 5), piece(2, 0, 1)]);
        assert_eq!(
            t.origins([t.whole(sale)]),
            [(0, Coins::from_whole(5)), (1, Coins::from_whole(1))]
        );
        // Two of the gift are left, and one that was never given away.
        assert_eq!(
            t.held((0, Holder::Wallet, 0)).collect::<Vec<_>>(),
            [piece(2, 1, 2)]
        );
        assert_eq!(
            t.held((0, Holder::Wallet, 1)).collect::<Vec<_>>(),
            [piece(1, 3, 1)]
        );
        let step = &t.steps()[sale];
        assert_eq!((step.cause, step.tick), (OfferId(7), Tick(3)));
    }

    #[test]
    fn prop_amounts_add_up_and_balances_are_those_of_the_ledger() {
        for seed in 0..20 {
            let mut l = ledger();
            let mut r = RngStream::new(seed, Draw::Test, 0, 0);
            for _ in 0..3_000 {
                let from = match r.below(5) {
                    0 => Account::Mint,
                    1 => Account::Treasury,
                    _ => wallet(r.below(8) as u32),
                };
                let to = match r.below(6) {
                    0 => Account::Burn,
                    1 => Account::Treasury,
                    _ => wallet(r.below(8) as u32),
                };
                let amount = Coins::from_micros(r.below(5_000_000) as i64);
                // Refused ones leave no trace.
                let _refused =
                    l.transfer(Currency::Coins, from, to, amount, Purpose::Gift, OfferId(0));
            }
            let t = trail(&mut l);
            for (i, step) in t.steps().iter().enumerate() {
                let inputs: i64 = t.inputs(step).iter().map(|p| p.len).sum();
                assert_eq!(inputs, step.amount.micros());
                let made: Coins = t.origins([t.whole(i)]).iter().map(|o| o.1).sum();
                assert_eq!(made, step.amount);
            }
            for n in 0..8 {
                let held: i64 = t.held((0, Holder::Wallet, n)).map(|p| p.len).sum();
                let has = l.balance(Currency::Coins, wallet(n)).micros();
                assert_eq!(held, has);
            }
            // Everything that is anywhere was made once.
            let all = t.accounts().flat_map(|a| t.held(a).collect::<Vec<_>>());
            let made: Coins = t.origins(all).iter().map(|o| o.1).sum();
            assert_eq!(made, l.books(Currency::Coins).minted);
        }
    }

    #[test]
    fn several_payers_and_payees_and_a_transfer_to_oneself_are_followed() {
        let row = |transaction, holder, number, amount| MoneyRow {
            tick: Tick(0),
            transaction,
            purpose: 0,
            currency: 0,
            cause: OfferId(0),
            holder,
            number,
            amount: Coins::from_micros(amount),
        };
        let mut t = Trail::default();
        t.add(&[
            row(0, Holder::Mint, 0, -10),
            row(0, Holder::Wallet, 0, 6),
            row(0, Holder::Wallet, 1, 4),
            row(1, Holder::Wallet, 0, -3),
            row(1, Holder::Wallet, 0, 3),
            row(2, Holder::Wallet, 0, -5),
            row(2, Holder::Wallet, 1, -4),
            row(2, Holder::Burn, 0, 9),
        ])
        .unwrap();
        let pieces = |i: usize| t.inputs(&t.steps()[i]).to_vec();
        assert!(pieces(1).is_empty(), "nothing moved");
        let from = |from, len| Piece {
            via: Some(0),
            from,
            len,
        };
        assert_eq!(pieces(2), [from(0, 5), from(6, 4)]);
        assert_eq!(
            t.paid_with(from(4, 4)),
            [Piece {
                via: None,
                from: 4,
                len: 4
            }]
        );
    }

    #[test]
    fn a_journal_that_lacks_postings_is_refused() {
        let mut l = ledger();
        pay(&mut l, Account::Mint, wallet(0), 5, Purpose::Grant);
        pay(&mut l, wallet(0), Account::Burn, 5, Purpose::ItemSale);
        let rows = rows(&mut l);
        let error = Trail::default().add(&rows[2..]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "transaction 1: wallet 0 pays 5.000000 more than it was ever paid; postings before it are missing"
        );
        let error = Trail::default().add(&rows[..1]).unwrap_err();
        assert!(matches!(error, TrailError::Unbalanced { .. }), "{error}");
    }
}
