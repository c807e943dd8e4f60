//! Tests of the ledger: properties over many random postings, and failures that must leave no trace.

use super::*;
use crate::economy::purpose::Purpose;
use crate::sim::ids::{AvatarId, OfferId};
use crate::sim::rng::{Purpose as Draw, RngStream};
use crate::sim::state_hash::StateHash;
use crate::sim::units::Coins;

const N: u32 = 64;
const CAUSE: OfferId = OfferId(0);

fn opened() -> Ledger {
    let mut ledger = Ledger::default();
    ledger.open_avatars(N as usize);
    ledger.open_campaigns(4);
    ledger
}

fn any_account(r: &mut RngStream) -> Account {
    match r.below(12) {
        0 => Account::Mint,
        1 => Account::Burn,
        2 => Account::Treasury,
        3 => Account::Fees,
        4 => Account::Royalties,
        5 => Account::Escrow(AvatarId(r.below(N as usize) as u32)),
        _ => Account::Wallet(AvatarId(r.below(N as usize) as u32)),
    }
}

#[test]
fn prop_ten_million_random_postings_never_break_the_books() {
    let mut ledger = opened();
    let mut r = RngStream::new(1, Draw::Test, 0, 0);
    let (mut posted, mut refused) = (0u64, 0u64);
    while posted < 10_000_000 {
        let amount = Coins::from_micros(r.below(1_000_000) as i64);
        let (a, b, c) = (
            any_account(&mut r),
            any_account(&mut r),
            any_account(&mut r),
        );
        let fee = amount.scaled_ppm(25_000);
        let legs = [
            Posting {
                account: a,
                amount: -amount,
            },
            Posting {
                account: b,
                amount: amount - fee,
            },
            Posting {
                account: c,
                amount: fee,
            },
        ];
        let tx = Transaction {
            id: ledger.next_id(),
            purpose: Purpose::Gift,
            cause: CAUSE,
            currency: Currency::Coins,
            postings: &legs,
        };
        // Burn is a one-way street in the simulation; here it may be drained, but never below zero.
        if ledger.post(&tx).is_ok() {
            posted += 3;
        } else {
            refused += 1;
        }
        if !ledger.is_balanced() {
            assert!(ledger.is_balanced(), "after {posted} postings");
        }
    }
    assert!(refused > 0, "nothing was ever refused");
    assert!(ledger.audit());
}

#[test]
fn overdrafts_are_refused_whole_and_say_why() {
    let mut ledger = opened();
    let (a, b) = (Account::Wallet(AvatarId(7)), Account::Wallet(AvatarId(8)));
    ledger
        .transfer(
            Currency::Coins,
            Account::Mint,
            a,
            Coins::from_micros(900),
            Purpose::Grant,
            CAUSE,
        )
        .unwrap();
    let before = ledger.digest();
    let error = ledger
        .transfer(
            Currency::Coins,
            a,
            b,
            Coins::from_micros(1_200),
            Purpose::Gift,
            CAUSE,
        )
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "transfer of 0.001200 from Wallet(AvatarId(7)) exceeds its balance of 0.000900 (overdraft is not allowed)"
    );
    assert_eq!(ledger.digest(), before);
}

#[test]
fn unbalanced_unknown_and_overflowing_transactions_leave_no_trace() {
    let mut ledger = opened();
    let a = Account::Wallet(AvatarId(0));
    let before = ledger.digest();
    let mut post = |legs: &[Posting]| {
        let tx = Transaction {
            id: 0,
            purpose: Purpose::Gift,
            cause: CAUSE,
            currency: Currency::Coins,
            postings: legs,
        };
        let error = ledger.post(&tx).unwrap_err();
        assert_eq!(ledger.digest(), before);
        error
    };
    let leg = |account, micros| Posting {
        account,
        amount: Coins::from_micros(micros),
    };
    assert_eq!(
        post(&[leg(Account::Mint, -5), leg(a, 4)]),
        LedgerError::Unbalanced(-1)
    );
    let stranger = Account::Wallet(AvatarId(N));
    assert_eq!(
        post(&[leg(Account::Mint, -5), leg(stranger, 5)]),
        LedgerError::UnknownAccount(stranger)
    );
    assert!(matches!(
        post(&[
            leg(Account::Mint, -i64::MAX),
            leg(a, i64::MAX),
            leg(Account::Mint, -i64::MAX),
            leg(a, i64::MAX)
        ]),
        LedgerError::Overflow(_)
    ));
}

#[test]
fn a_transaction_happens_once_however_often_it_is_posted() {
    let mut ledger = opened();
    let legs = [
        Posting {
            account: Account::Mint,
            amount: Coins::from_micros(-10),
        },
        Posting {
            account: Account::Wallet(AvatarId(1)),
            amount: Coins::from_micros(10),
        },
    ];
    let tx = Transaction {
        id: 0,
        purpose: Purpose::Grant,
        cause: CAUSE,
        currency: Currency::Coins,
        postings: &legs,
    };
    assert_eq!(ledger.post(&tx), Ok(Posted::Applied));
    assert_eq!(ledger.post(&tx), Ok(Posted::Already));
    assert_eq!(
        ledger
            .balance(Currency::Coins, Account::Wallet(AvatarId(1)))
            .micros(),
        10
    );
    let gap = Transaction { id: 5, ..tx };
    assert_eq!(
        ledger.post(&gap),
        Err(LedgerError::OutOfOrder { given: 5, next: 1 })
    );
}

#[test]
fn legs_of_one_account_count_together() {
    let mut ledger = opened();
    let a = Account::Wallet(AvatarId(0));
    let legs = [
        Posting {
            account: a,
            amount: Coins::from_micros(-10),
        },
        Posting {
            account: a,
            amount: Coins::from_micros(10),
        },
    ];
    let tx = Transaction {
        id: 0,
        purpose: Purpose::Gift,
        cause: CAUSE,
        currency: Currency::Coins,
        postings: &legs,
    };
    assert_eq!(ledger.post(&tx), Ok(Posted::Applied));
    assert_eq!(ledger.balance(Currency::Coins, a), Coins::ZERO);
}
