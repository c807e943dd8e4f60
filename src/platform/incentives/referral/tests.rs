//! Referral bonuses by hand: the condition and the cap at their boundaries, holds, the budget, and no coin too many.

use std::cell::Cell;

use super::book::{Referral, ReferralBook, Stage};
use super::pay::settle;
use crate::events::bus::{Reward, RewardKind};
use crate::events::referral::ReferralTerms;
use crate::platform::config::PlatformConfig;
use crate::sim::ids::{AvatarId, OfferId};
use crate::sim::units::{Coins, TICKS_PER_DAY, Tick};

const INVITER: AvatarId = AvatarId(7);

/// A budget of 24 coins a day for a thousand avatars, and a hold of three days.
fn rules(threshold: f64) -> PlatformConfig {
    let mut rules = PlatformConfig::NULL;
    rules.incentives.referral = 4.0;
    rules.incentives.referral_budget_per_1000 = 24.0;
    rules.integrity.referral_threshold = threshold;
    rules
}

fn terms(cap: u32) -> ReferralTerms {
    ReferralTerms {
        amount: Coins::from_micros(4_000_001),
        to_newcomer: Coins::from_micros(1_000_000),
        days: 2,
        minutes: 10,
        cap,
    }
}

/// Newcomers 10, 11, …, all invited by the same, of whom all have stayed.
fn stayed(n: u32, cap: u32) -> ReferralBook {
    let mut book = ReferralBook::default();
    for i in 0..n {
        let id = AvatarId(10 + i);
        book.open(id, INVITER, OfferId(u64::from(i)), terms(cap), Tick(5));
        for day in 0..2 {
            book.begin_visit(id, day);
            book.end_visit(id, 5);
        }
    }
    book
}

fn row(book: &ReferralBook, id: u32) -> &Referral {
    book.all.get(AvatarId(id)).unwrap()
}

fn stage(book: &ReferralBook, id: u32) -> Stage {
    row(book, id).stage
}

/// Coins that were paid so far.
fn paid_so_far(book: &ReferralBook) -> Coins {
    let paid = book
        .all
        .iter()
        .filter(|(_, r)| matches!(r.stage, Stage::Paid { .. }));
    paid.map(|(_, r)| r.terms.amount).sum()
}

/// Bonuses that were held so far.
fn n_holds(book: &ReferralBook) -> usize {
    let held = book.all.iter().filter(|(_, r)| r.held_by.is_some());
    held.count()
}

fn nobody_scores(_: &ReferralBook, _: AvatarId) -> Option<f64> {
    None
}

fn sum(rewards: &[Reward]) -> Coins {
    rewards.iter().map(|r| r.amount).sum()
}

#[test]
fn a_newcomer_is_due_when_days_and_minutes_are_full_and_not_before() {
    let mut book = ReferralBook::default();
    let id = AvatarId(10);
    book.open(id, INVITER, OfferId(0), terms(5), Tick(5));
    // Two visits on one day are one day.
    for minutes in [30, 30] {
        book.begin_visit(id, 0);
        book.end_visit(id, minutes);
    }
    assert_eq!((stage(&book, 10), row(&book, 10).days), (Stage::Open, 1));
    let mut short = ReferralBook::default();
    short.open(id, INVITER, OfferId(0), terms(5), Tick(5));
    for (day, minutes) in [(0, 5), (1, 4)] {
        short.begin_visit(id, day);
        short.end_visit(id, minutes);
    }
    assert_eq!(stage(&short, 10), Stage::Open, "nine minutes");
    short.begin_visit(id, 1);
    short.end_visit(id, 1);
    assert_eq!(stage(&short, 10), Stage::Due);
    assert_eq!(short.due, [id]);
    // Once is enough.
    short.begin_visit(id, 2);
    short.end_visit(id, 50);
    assert_eq!(short.due, [id]);
}

#[test]
fn what_both_sides_get_is_the_amount_and_its_cause_is_the_invitation() {
    let mut book = stayed(1, 5);
    let rewards = settle(&mut book, Tick(0), &rules(0.0), 1_000, nobody_scores);
    let got: Vec<_> = rewards
        .iter()
        .map(|r| (r.avatar, r.amount.micros(), r.kind, r.offer))
        .collect();
    let cause = OfferId(0);
    let expected = [
        (INVITER, 3_000_001, RewardKind::Referral, cause),
        (AvatarId(10), 1_000_000, RewardKind::Welcome, cause),
    ];
    assert_eq!(got, expected);
    assert_eq!(sum(&rewards), paid_so_far(&book));
    assert_eq!(stage(&book, 10), Stage::Paid { at: Tick(0) });
    // What is paid is paid once.
    assert!(settle(&mut book, Tick(1), &rules(0.0), 1_000, nobody_scores).is_empty());
}

#[test]
fn the_cap_is_paid_to_the_last_and_not_once_more() {
    let mut book = stayed(4, 3);
    let rewards = settle(&mut book, Tick(0), &rules(0.0), 1_000, nobody_scores);
    assert_eq!(book.n_paid(INVITER), 3);
    assert_eq!(stage(&book, 12), Stage::Paid { at: Tick(0) });
    assert_eq!(stage(&book, 13), Stage::Capped);
    assert_eq!(sum(&rewards), Coins::from_micros(3 * 4_000_001));
}

#[test]
fn what_the_budget_does_not_cover_waits_in_order() {
    let mut book = stayed(7, 100);
    let paid = |book: &mut ReferralBook, tick: u32| {
        let rewards = settle(book, Tick(tick), &rules(0.0), 1_000, nobody_scores);
        rewards.len() / 2
    };
    // 24 coins are five bonuses of a little more than four each, and what is left is kept.
    assert_eq!(paid(&mut book, 0), 5);
    assert_eq!(book.due, [AvatarId(15), AvatarId(16)]);
    assert_eq!(paid(&mut book, 1), 0);
    assert_eq!(paid(&mut book, TICKS_PER_DAY), 2);
    assert_eq!(paid_so_far(&book), Coins::from_micros(7 * 4_000_001));
    // 48 coins less what was paid: more than that is never saved, two days' coins at most.
    assert_eq!(
        book.spendable,
        Coins::from_micros(48_000_000 - 7 * 4_000_001)
    );
    for day in 2..9 {
        assert_eq!(paid(&mut book, day * TICKS_PER_DAY), 0);
    }
    assert_eq!(book.spendable, Coins::from_whole(48));
}

#[test]
fn a_promise_that_has_since_become_smaller_is_saved_for_and_paid() {
    let mut rules = rules(0.0);
    (
        rules.incentives.referral,
        rules.incentives.referral_budget_per_1000,
    ) = (1.0, 1.0);
    // Promised at joining are 4.000001 coins, to be saved at one coin a day.
    let mut book = stayed(2, 100);
    let day = |book: &mut ReferralBook, day: u32| {
        settle(
            book,
            Tick(day * TICKS_PER_DAY),
            &rules,
            1_000,
            nobody_scores,
        )
    };
    for n in 0..4 {
        assert!(day(&mut book, n).is_empty(), "{n}");
        assert_eq!(book.spendable, Coins::from_whole(i64::from(n) + 1));
    }
    assert_eq!(sum(&day(&mut book, 4)), Coins::from_micros(4_000_001));
    // Not a micro-coin more than what the first needs was saved.
    assert_eq!(book.spendable, Coins::ZERO);
    assert_eq!(book.due, [AvatarId(11)]);
    for n in 5..9 {
        assert!(day(&mut book, n).is_empty(), "{n}");
    }
    assert_eq!(sum(&day(&mut book, 9)), Coins::from_micros(4_000_001));
    // With nobody waiting it is what two days bring, as ever.
    for n in 10..14 {
        assert!(day(&mut book, n).is_empty(), "{n}");
    }
    assert_eq!(book.spendable, Coins::from_whole(2));
}

#[test]
fn what_waits_for_coins_is_looked_at_once_and_only_when_they_are_there() {
    let mut rules = rules(0.6);
    rules.incentives.referral_budget_per_1000 = 4.000_001;
    let mut book = stayed(2, 100);
    let n_looks = Cell::new(0);
    let score = |_: &ReferralBook, id: AvatarId| {
        n_looks.set(n_looks.get() + 1);
        // The second looks like a second account by the time it is looked at.
        Some(if id.0 == 11 { 0.9 } else { 0.1 })
    };
    assert_eq!(settle(&mut book, Tick(0), &rules, 1_000, score).len(), 2);
    for tick in 1..60 {
        assert!(settle(&mut book, Tick(tick), &rules, 1_000, score).is_empty());
    }
    assert_eq!((n_looks.get(), stage(&book, 11)), (1, Stage::Due));
    let next = Tick(TICKS_PER_DAY);
    assert!(settle(&mut book, next, &rules, 1_000, score).is_empty());
    let until = next.after(3 * TICKS_PER_DAY);
    assert_eq!(
        (n_looks.get(), stage(&book, 11)),
        (2, Stage::Held { until })
    );
    // Who cannot be paid again is not waited for.
    let mut book = stayed(2, 1);
    settle(&mut book, Tick(0), &rules, 1_000, nobody_scores);
    assert_eq!((stage(&book, 11), book.due.len()), (Stage::Capped, 0));
}

#[test]
fn a_hold_ends_and_the_newcomer_is_judged_anew() {
    let rules = rules(0.6);
    let mut book = stayed(3, 100);
    // At the threshold is held; below it, and without consent, is not.
    let first = |_: &ReferralBook, id: AvatarId| match id.0 {
        10 => Some(0.6),
        11 => Some(0.599),
        _ => None,
    };
    assert_eq!(settle(&mut book, Tick(0), &rules, 1_000, first).len(), 4);
    let until = Tick(3 * TICKS_PER_DAY);
    assert_eq!(stage(&book, 10), Stage::Held { until });
    assert_eq!((n_holds(&book), row(&book, 10).held_by), (1, Some(0.6)));
    let mut refused = ReferralBook::default();
    std::mem::swap(&mut refused, &mut book);
    let last = Tick(until.0 - 1);
    assert!(settle(&mut refused, last, &rules, 1_000, first).is_empty());
    assert_eq!(stage(&refused, 10), Stage::Held { until });
    assert!(settle(&mut refused, until, &rules, 1_000, first).is_empty());
    assert_eq!(stage(&refused, 10), Stage::Refused);
    // Who has settled in meanwhile is paid, and not held again.
    let mut book = stayed(1, 100);
    settle(&mut book, Tick(0), &rules, 1_000, |_, _| Some(0.9));
    let rewards = settle(&mut book, until, &rules, 1_000, |_, _| Some(0.3));
    assert_eq!(sum(&rewards), terms(100).amount);
    assert_eq!(stage(&book, 10), Stage::Paid { at: until });
}

#[test]
fn without_a_threshold_nothing_is_held() {
    let mut book = stayed(1, 100);
    settle(&mut book, Tick(0), &rules(0.0), 1_000, |_, _| Some(1.0));
    assert_eq!(
        (n_holds(&book), stage(&book, 10)),
        (0, Stage::Paid { at: Tick(0) })
    );
}

#[test]
fn a_visit_is_told_beside_the_last_one_of_who_invited() {
    let mut book = stayed(1, 100);
    let id = AvatarId(10);
    assert_eq!(book.begin_visit(id, 3).map(|(_, left)| left), Some(None));
    book.inviters.row_mut(INVITER).left = Some(Tick(90));
    let left = book.begin_visit(id, 3).map(|(_, left)| left);
    assert_eq!(left, Some(Some(Tick(90))));
    assert!(book.begin_visit(INVITER, 3).is_none());
    assert!(book.end_visit(INVITER, 3).is_none());
}
