//! Referral bonuses by hand: the condition and the cap at their boundaries, holds, the budget, and no coin too many.

use super::book::{ReferralBook, Stage};
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

fn stage(book: &ReferralBook, id: u32) -> Stage {
    book.all[&AvatarId(id)].stage
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
    assert_eq!((stage(&book, 10), book.all[&id].days), (Stage::Open, 1));
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
    assert_eq!(sum(&rewards), book.paid);
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
    assert_eq!(book.paid, Coins::from_micros(7 * 4_000_001));
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
    assert_eq!(
        (book.n_holds, book.all[&AvatarId(10)].held_by),
        (1, Some(0.6))
    );
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
        (book.n_holds, stage(&book, 10)),
        (0, Stage::Paid { at: Tick(0) })
    );
}
