//! The ledger: double entry, in integers, with invariants that hold after every transaction.
//!
//! A transaction is a list of postings that sums to zero in one currency. It is checked first and applied
//! whole or not at all. Its id is one more than that of the one before: an id that was posted already does nothing.
//!
//! Money is minted by taking it from [`Account::Mint`], whose balance is minus what was ever minted, and burned by giving it
//! to [`Account::Burn`]; so all balances always sum to zero, and what the others hold is minted − burned.

use bevy::ecs::prelude::Resource;

use super::account::Account;
use crate::economy::purpose::Purpose;
use crate::events::behavior::coded;
use crate::events::journal::Journal;
use crate::events::money::MoneyRow;
use crate::sim::ids::OfferId;
use crate::sim::rng::mix;
use crate::sim::state_hash::{StateHash, StateHasher};
use crate::sim::units::{Coins, Tick};
use serde::{Deserialize, Serialize};

coded! {
    /// A currency.
    Currency {
        /// The city's coins.
        Coins = 0, "coins";
        /// Outside money, which buys coins and pays for ads.
        Outside = 1, "outside";
    }
}

const FIXED: usize = 7;

/// One leg of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// Which account.
    pub account: Account,
    /// How much is added to it.
    pub amount: Coins,
}

/// A movement of money with its purpose and cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transaction<'a> {
    /// Its number: the next one, or one that was posted already (which does nothing).
    pub id: u64,
    /// Why.
    pub purpose: Purpose,
    /// The offer or event that caused it.
    pub cause: OfferId,
    /// In which currency.
    pub currency: Currency,
    /// The legs; they sum to zero.
    pub postings: &'a [Posting],
}

/// Why a transaction was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The legs do not sum to zero.
    #[error("postings sum to {0} micro-units, they must sum to 0")]
    Unbalanced(i64),
    /// An account would fall below zero.
    #[error(
        "transfer of {amount} from {account:?} exceeds its balance of {balance} (overdraft is not allowed)"
    )]
    Overdraft {
        /// Whose.
        account: Account,
        /// What it has.
        balance: Coins,
        /// What was to be taken.
        amount: Coins,
    },
    /// The account was never opened.
    #[error("{0:?} was never opened")]
    UnknownAccount(Account),
    /// A balance would not fit 64 bits.
    #[error("balance of {0:?} would overflow")]
    Overflow(Account),
    /// The id leaves a gap.
    #[error("transaction {given} out of order, the next is {next}")]
    OutOfOrder {
        /// Given.
        given: u64,
        /// Expected.
        next: u64,
    },
}

/// What a posted transaction did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// It was applied.
    Applied,
    /// It had been applied before; nothing was done.
    Already,
}

/// Sums over a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Books {
    /// Ever minted.
    pub minted: Coins,
    /// Ever burned.
    pub burned: Coins,
    /// Held by all accounts but mint and burn.
    pub held: Coins,
}

/// Balances of one currency.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Accounts {
    fixed: [i64; FIXED],
    wallets: Vec<i64>,
    escrows: Vec<i64>,
    advertisers: Vec<i64>,
    /// Sum of the balances of all accounts that hold money, kept apart from them as a check.
    held: i64,
    digest: u64,
}

/// The city's books.
#[derive(Resource, Debug, Clone, Serialize, Deserialize)]
pub struct Ledger {
    accounts: [Accounts; 2],
    next_id: u64,
    flows: Vec<Flow>,
    /// Postings since the journal was last taken, if one is kept; no hash depends on it.
    journal: Option<Journal>,
}

/// What flowed for one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Flow {
    /// Transactions since the run began.
    pub count: u64,
    /// Amount since the run began (sum of the positive legs).
    pub total: Coins,
    /// Amount today.
    pub today: Coins,
}

impl Flow {
    /// Returns the amount until today.
    #[must_use]
    pub fn before_today(&self) -> Coins {
        self.total - self.today
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            accounts: [Accounts::default(), Accounts::default()],
            next_id: 0,
            flows: vec![Flow::default(); Purpose::ALL.len()],
            journal: None,
        }
    }
}

impl Accounts {
    fn get(&self, account: Account) -> Option<i64> {
        match account {
            Account::Wallet(a) => self.wallets.get(a.idx()).copied(),
            Account::Escrow(a) => self.escrows.get(a.idx()).copied(),
            Account::Advertiser(c) => self.advertisers.get(c.idx()).copied(),
            fixed => Some(self.fixed[fixed.slot() as usize]),
        }
    }

    fn get_mut(&mut self, account: Account) -> &mut i64 {
        match account {
            Account::Wallet(a) => &mut self.wallets[a.idx()],
            Account::Escrow(a) => &mut self.escrows[a.idx()],
            Account::Advertiser(c) => &mut self.advertisers[c.idx()],
            fixed => &mut self.fixed[fixed.slot() as usize],
        }
    }

    fn add(&mut self, account: Account, amount: i64) {
        let key = account.slot().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let balance = self.get_mut(account);
        let old = *balance;
        *balance += amount;
        let new = *balance;
        self.digest = self
            .digest
            .wrapping_sub(mix(key ^ old.cast_unsigned()))
            .wrapping_add(mix(key ^ new.cast_unsigned()));
        if account.holds() {
            self.held += amount;
        }
    }
}

impl Ledger {
    /// Opens the accounts of avatars up to `n`.
    pub fn open_avatars(&mut self, n: usize) {
        for a in &mut self.accounts {
            if a.wallets.len() < n {
                a.wallets.resize(n, 0);
                a.escrows.resize(n, 0);
            }
        }
    }

    /// Opens the accounts of campaigns up to `n`.
    pub fn open_campaigns(&mut self, n: usize) {
        for a in &mut self.accounts {
            if a.advertisers.len() < n {
                a.advertisers.resize(n, 0);
            }
        }
    }

    /// Returns a balance; zero for an account that was never opened.
    #[must_use]
    pub fn balance(&self, currency: Currency, account: Account) -> Coins {
        Coins::from_micros(self.accounts[currency as usize].get(account).unwrap_or(0))
    }

    /// Returns the id the next transaction must carry.
    #[must_use]
    pub fn next_id(&self) -> u64 {
        self.next_id
    }

    /// Returns what flowed for a purpose.
    #[must_use]
    pub fn flow(&self, purpose: Purpose) -> Flow {
        // A checkpoint of an earlier version knows fewer purposes.
        self.flows
            .get(purpose as usize)
            .copied()
            .unwrap_or_default()
    }

    /// Writes every posting down from now on, for [`Ledger::drain_journal`].
    pub fn keep_journal(&mut self) {
        self.journal.get_or_insert_default();
    }

    /// Moves what was written down since the last time to the end of `rows`, as of `tick`; nothing if no journal is kept.
    pub fn drain_journal(&mut self, tick: Tick, rows: &mut Journal) {
        if let Some(journal) = &mut self.journal {
            journal.date(tick);
            rows.append(journal);
        }
    }

    /// Starts a new day for the flows.
    pub fn start_day(&mut self) {
        for f in &mut self.flows {
            f.today = Coins::ZERO;
        }
    }

    /// Posts a transaction, whole or not at all.
    ///
    /// # Errors
    /// [`LedgerError`] if it does not balance, overdraws, overflows, names an unknown account or leaves a gap in the ids;
    /// the books are then as they were.
    pub fn post(&mut self, tx: &Transaction<'_>) -> Result<Posted, LedgerError> {
        if tx.id < self.next_id {
            return Ok(Posted::Already);
        }
        if tx.id > self.next_id {
            return Err(LedgerError::OutOfOrder {
                given: tx.id,
                next: self.next_id,
            });
        }
        let mut sum = 0i128;
        let mut moved = 0i64;
        let accounts = &self.accounts[tx.currency as usize];
        for (i, p) in tx.postings.iter().enumerate() {
            sum += i128::from(p.amount.micros());
            moved = moved.saturating_add(p.amount.micros().max(0));
            // Legs of the same account count together; each account is judged at its first leg.
            if tx.postings[..i].iter().any(|q| q.account == p.account) {
                continue;
            }
            let change: i128 = tx.postings[i..]
                .iter()
                .filter(|q| q.account == p.account)
                .map(|q| i128::from(q.amount.micros()))
                .sum();
            let Some(balance) = accounts.get(p.account) else {
                return Err(LedgerError::UnknownAccount(p.account));
            };
            let Ok(after) = i64::try_from(i128::from(balance) + change) else {
                return Err(LedgerError::Overflow(p.account));
            };
            if after < 0 && after < balance && !p.account.written().0.is_source() {
                return Err(LedgerError::Overdraft {
                    account: p.account,
                    balance: Coins::from_micros(balance),
                    amount: Coins::from_micros(balance.saturating_sub(after)),
                });
            }
            // What everybody holds together must fit as well.
            if p.account.holds()
                && i64::try_from(i128::from(accounts.held) + change.max(0)).is_err()
            {
                return Err(LedgerError::Overflow(p.account));
            }
        }
        if sum != 0 {
            let sum = sum.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
            return Err(LedgerError::Unbalanced(sum as i64));
        }
        let accounts = &mut self.accounts[tx.currency as usize];
        for p in tx.postings {
            accounts.add(p.account, p.amount.micros());
        }
        let place = tx.purpose as usize;
        if self.flows.len() <= place {
            self.flows.resize(place + 1, Flow::default());
        }
        let flow = &mut self.flows[place];
        flow.count += 1;
        flow.total = Coins::from_micros(flow.total.micros().saturating_add(moved));
        flow.today = Coins::from_micros(flow.today.micros().saturating_add(moved));
        if let Some(journal) = &mut self.journal {
            for p in tx.postings {
                let (holder, number) = p.account.written();
                journal.push(&MoneyRow {
                    tick: Tick::default(),
                    transaction: tx.id,
                    purpose: tx.purpose.code(),
                    currency: tx.currency.code(),
                    cause: tx.cause,
                    holder,
                    number,
                    amount: p.amount,
                });
            }
        }
        self.next_id += 1;
        Ok(Posted::Applied)
    }

    /// Moves `amount` from one account to another; nothing happens for an amount of zero.
    ///
    /// # Errors
    /// As [`Ledger::post`]; a negative amount is [`LedgerError::Unbalanced`].
    pub fn transfer(
        &mut self,
        currency: Currency,
        from: Account,
        to: Account,
        amount: Coins,
        purpose: Purpose,
        cause: OfferId,
    ) -> Result<(), LedgerError> {
        if amount.micros() < 0 {
            return Err(LedgerError::Unbalanced(amount.micros()));
        }
        if amount == Coins::ZERO {
            return Ok(());
        }
        let postings = [
            Posting {
                account: from,
                amount: -amount,
            },
            Posting {
                account: to,
                amount,
            },
        ];
        let id = self.next_id;
        self.post(&Transaction {
            id,
            purpose,
            cause,
            currency,
            postings: &postings,
        })
        .map(|_| ())
    }

    /// Returns the sums of a currency. Outside money is "minted" by the outside world.
    #[must_use]
    pub fn books(&self, currency: Currency) -> Books {
        let a = &self.accounts[currency as usize];
        let source = match currency {
            Currency::Coins => a.fixed[Account::Mint.slot() as usize],
            Currency::Outside => a.fixed[Account::OutsideWorld.slot() as usize],
        };
        Books {
            minted: Coins::from_micros(-source),
            burned: Coins::from_micros(a.fixed[Account::Burn.slot() as usize]),
            held: Coins::from_micros(a.held),
        }
    }

    /// Says whether held = minted − burned in every currency; costs nothing, so it is asked every tick.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        Currency::ALL.iter().all(|c| {
            let b = self.books(*c);
            b.held == b.minted - b.burned
        })
    }

    /// Adds up every account anew and compares with the running sums; costs a pass over all accounts.
    #[must_use]
    pub fn audit(&self) -> bool {
        self.accounts.iter().all(|a| {
            let each: i128 = a
                .wallets
                .iter()
                .chain(&a.escrows)
                .chain(&a.advertisers)
                .map(|b| i128::from(*b))
                .sum();
            let all: i128 = each + a.fixed.iter().map(|b| i128::from(*b)).sum::<i128>();
            let fixed_held: i128 = [
                Account::Treasury,
                Account::Fees,
                Account::Royalties,
                Account::Platform,
            ]
            .iter()
            .map(|f| i128::from(a.fixed[f.slot() as usize]))
            .sum();
            let nobody_owes = a
                .wallets
                .iter()
                .chain(&a.escrows)
                .chain(&a.advertisers)
                .all(|b| *b >= 0);
            all == 0 && each + fixed_held == i128::from(a.held) && nobody_owes
        }) && self.is_balanced()
    }

    /// Lists the wallets of a currency by avatar.
    #[must_use]
    pub fn wallets(&self, currency: Currency) -> &[i64] {
        &self.accounts[currency as usize].wallets
    }
}

/// Purposes whose flows are always a part of the hash; those that came later are where money moved for them, so that cities without
/// it have the hash that they had before.
const ALWAYS_HASHED: usize = 28;

impl StateHash for Ledger {
    fn digest(&mut self) -> u64 {
        let mut h = StateHasher::default();
        h.u64(self.next_id);
        for a in &self.accounts {
            h.u64(a.digest);
            h.i64(a.held);
        }
        for (i, f) in self.flows.iter().enumerate() {
            if i >= ALWAYS_HASHED {
                if f.count == 0 {
                    continue;
                }
                h.u64(i as u64);
            }
            h.i64(f.total.micros());
            h.i64(f.today.micros());
        }
        h.finish()
    }
}
