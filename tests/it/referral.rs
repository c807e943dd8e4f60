//! Joining by invitation in the running city: who is paid for whom, who abuses it, and nothing of it where it is off.

use agora::economy::config::EconomyConfig;
use agora::economy::ledger::{Account, Currency, Ledger};
use agora::economy::purpose::Purpose;
use agora::economy::settle::Audit;
use agora::events::behavior::EventKind;
use agora::events::bus::{EventBus, OfferBus, RewardKind};
use agora::lab::config::LabConfig;
use agora::lab::metrics::referral::{Judged, judge};
use agora::platform::ads::config::AdsConfig;
use agora::platform::config::PlatformConfig;
use agora::platform::incentives::referral::book::{ReferralBook, Stage};
use agora::scenario::schema::Scenario;
use agora::scenario::world::found;
use agora::sim::schedule::Simulation;
use agora::sim::units::{Coins, TICKS_PER_DAY};
use agora::society::avatars::profile::{DataPurpose, Profiles};
use agora::society::plugin::Plantings;
use agora::society::referrals::joiners::Referrals;

use crate::ads;
use crate::resume::goes_on_alike;

/// A small city in which nothing but joining by invitation happens: nobody is granted anything, and there is no bank.
fn town() -> Scenario {
    let mut s = Scenario {
        seed: 3,
        days: 5,
        economy: EconomyConfig::NULL,
        platform: PlatformConfig::NULL,
        lab: LabConfig {
            oracle_every: 0,
            ..LabConfig::default()
        },
        ..Scenario::default()
    };
    s.society.population.residents = 150;
    s.society.returns.sessions_per_day = 3.0;
    s
}

/// The same with a bonus that is easily earned, and budget for all of it.
fn generous() -> Scenario {
    let mut s = town();
    let config = &mut s.platform.incentives;
    config.referral = 20.0;
    config.referral_days = 2;
    config.referral_minutes = 20;
    config.referral_cap = 3;
    config.referral_budget_per_1000 = 1_000_000.0;
    s
}

fn begin(s: &Scenario) -> Simulation {
    found(s, Plantings::default(), 1).unwrap()
}

fn after(s: &Scenario, days: u32) -> Simulation {
    let mut sim = begin(s);
    for _ in 0..days * TICKS_PER_DAY {
        sim.step();
    }
    sim
}

fn judged(sim: &Simulation) -> Judged {
    let w = sim.world();
    judge(w.resource::<Referrals>(), w.resource::<ReferralBook>())
}

#[test]
fn every_coin_for_a_newcomer_is_made_once_and_arrives_at_who_is_owed_it() {
    let mut s = generous();
    s.society.referrals.word_of_mouth = 0.2;
    s.society.referrals.self_referral = 0.5;
    let mut sim = begin(&s);
    let mut granted = Coins::ZERO;
    for _ in 0..5 * TICKS_PER_DAY {
        sim.step();
        let rewards = &sim.world().resource::<OfferBus>().rewards;
        granted += rewards.iter().map(|r| r.amount).sum::<Coins>();
    }
    let (w, j) = (sim.world(), judged(&sim));
    let (book, ledger) = (w.resource::<ReferralBook>(), w.resource::<Ledger>());
    assert!(j.seconds > 0 && j.joined > 0 && j.moved > 0, "{j:?}");
    assert!(j.coins.is_positive() && j.self_coins.is_positive(), "{j:?}");
    assert_eq!(ledger.flow(Purpose::Referral).total, j.coins);
    let paid = book
        .all
        .iter()
        .filter(|(_, r)| matches!(r.stage, Stage::Paid { .. }));
    let paid: Coins = paid.map(|(_, r)| r.terms.amount).sum();
    assert_eq!((paid, granted), (j.coins, j.coins));
    assert!(w.resource::<Audit>().always_balanced && ledger.audit());
    // Nobody is granted anything, and a second account hands over all it gets.
    let truth = w.resource::<Referrals>();
    for (id, _) in truth.joined().filter(|(id, _)| truth.is_second(*id)) {
        assert_eq!(
            ledger.balance(Currency::Coins, Account::Wallet(id)),
            Coins::ZERO
        );
    }
    for (inviter, i) in book.inviters.iter() {
        assert!(i.n_paid <= 3, "{inviter:?} was paid for {}", i.n_paid);
        assert_eq!(truth.n_paid(inviter), i.n_paid);
    }
}

#[test]
fn a_second_account_does_what_is_asked_for_uses_nothing_and_stays_away() {
    let mut s = generous();
    s.society.referrals.self_referral = 1.0;
    let mut sim = begin(&s);
    let mut n_passes = 0;
    for _ in 0..5 * TICKS_PER_DAY {
        sim.step();
        let w = sim.world();
        let truth = w.resource::<Referrals>();
        for e in &w.resource::<EventBus>().current {
            let Some(more) = truth.visit_of(e.avatar) else {
                continue;
            };
            match e.kind {
                EventKind::SessionStart => assert_ne!(more, 0, "it was done: {e:?}"),
                EventKind::SessionEnd => {
                    assert!(
                        e.dwell_secs >= 600,
                        "ten minutes on each of two days: {e:?}"
                    );
                }
                EventKind::Pass => n_passes += 1,
                EventKind::Consume
                | EventKind::Play
                | EventKind::Talk
                | EventKind::Study
                | EventKind::Like
                | EventKind::Create => panic!("{e:?}"),
                _ => {}
            }
        }
        for r in &w.resource::<OfferBus>().rewards {
            let is_own = r.kind == RewardKind::Welcome;
            assert!(!is_own || truth.is_second(r.avatar), "nobody else joined");
        }
    }
    let j = judged(&sim);
    assert!(n_passes > 0 && j.seconds_due > 0, "{n_passes} {j:?}");
    assert_eq!((j.joined, j.moved), (0, 0));
    assert_eq!(j.self_coins, j.coins);
}

#[test]
fn a_second_account_follows_no_invitation_and_clicks_nothing() {
    let mut s = generous();
    s.society.population.residents = 400;
    s.society.referrals.self_referral = 1.0;
    s.society.reactions.live_event_rate = 1.0;
    s.society.choice.ad_click_rate = 0.4;
    let engage = &mut s.platform.engage;
    // At an hour at which people are there, and second accounts beside them.
    (engage.live_events, engage.live_event_hour) = (true, 20);
    engage.live_events_per_1000 = 100.0;
    s.platform.ads = AdsConfig {
        billboards: true,
        billboard_share: 1.0,
        ..ads::open()
    };
    let mut sim = begin(&s);
    let (mut n_asked, mut n_attended, mut n_seen, mut n_clicked) = (0, 0, 0, 0);
    for _ in 0..5 * TICKS_PER_DAY {
        sim.step();
        let w = sim.world();
        let truth = w.resource::<Referrals>();
        for i in &w.resource::<OfferBus>().invitations {
            n_asked += u32::from(truth.is_second(i.avatar));
        }
        for e in &w.resource::<EventBus>().current {
            let is_second = truth.is_second(e.avatar);
            match e.kind {
                EventKind::LiveAttend => {
                    assert!(!is_second, "{e:?}");
                    n_attended += 1;
                }
                EventKind::AdClick => {
                    assert!(!is_second, "{e:?}");
                    n_clicked += 1;
                }
                EventKind::AdImpression => n_seen += u32::from(is_second),
                _ => {}
            }
        }
    }
    assert!(n_asked > 0 && n_attended > 0, "{n_asked} {n_attended}");
    assert!(n_seen > 0 && n_clicked > 0, "{n_seen} {n_clicked}");
}

#[test]
fn nobody_opens_a_second_account_that_is_not_worth_the_trouble() {
    let seconds = |change: &dyn Fn(&mut Scenario)| {
        let mut s = generous();
        s.society.referrals.self_referral = 1.0;
        change(&mut s);
        judged(&after(&s, 2)).seconds
    };
    assert!(seconds(&|_| {}) > 0);
    assert_eq!(seconds(&|s| s.platform.incentives.referral = 0.0), 0);
    assert_eq!(seconds(&|s| s.platform.incentives.referral_days = 90), 0);
    assert_eq!(seconds(&|s| s.society.referrals.account_effort = 90.0), 0);
}

#[test]
fn only_who_consents_to_be_known_is_held() {
    let mut s = generous();
    s.society.referrals.word_of_mouth = 0.5;
    s.society.referrals.self_referral = 0.5;
    s.society.avatars.consent_recommendation = 0.5;
    // Whatever is seen is suspicious, and nothing is judged anew within five days.
    s.platform.integrity.referral_threshold = 0.000_001;
    s.platform.integrity.hold_days = 30.0;
    let sim = after(&s, 5);
    let (book, profiles) = (
        sim.world().resource::<ReferralBook>(),
        sim.world().resource::<Profiles>(),
    );
    let (mut n_held, mut n_paid) = (0, 0);
    for (id, r) in book.all.iter() {
        let consents = profiles.get(id).consent.allows(DataPurpose::Recommendation);
        match r.stage {
            Stage::Held { .. } => {
                assert!(consents, "{id:?}");
                n_held += 1;
            }
            Stage::Paid { .. } => {
                assert!(!consents, "{id:?}");
                n_paid += 1;
            }
            Stage::Open | Stage::Due | Stage::Capped | Stage::Refused => {}
        }
    }
    assert!(n_held > 0 && n_paid > 0, "{n_held} {n_paid}");
    let held = book.all.iter().filter(|(_, r)| r.held_by.is_some());
    assert_eq!(held.count(), n_held);
}

#[test]
fn where_nobody_joins_by_invitation_its_values_move_nothing_and_are_no_state() {
    let chain = |s: &Scenario| -> Vec<u64> {
        let mut sim = begin(s);
        assert_ne!(sim.state_hash(), 0);
        let parts: Vec<&str> = sim.state_parts().iter().map(|(name, _)| *name).collect();
        assert!(parts.contains(&"avatars"));
        for part in ["referrals", "referral terms", "referral book"] {
            assert!(!parts.contains(&part), "{part}");
        }
        (0..TICKS_PER_DAY)
            .map(|_| {
                sim.step();
                sim.state_hash()
            })
            .collect()
    };
    let mut turned = generous();
    turned.platform.integrity.referral_threshold = 0.5;
    turned.society.referrals.join_share = 0.9;
    turned.society.referrals.account_effort = 0.0;
    assert!(
        chain(&town()) == chain(&turned),
        "something that is off moved something"
    );
}

#[test]
fn a_city_whose_people_invite_goes_on_from_a_checkpoint_as_if_it_had_not_stopped() {
    let mut s = generous();
    s.society.referrals.word_of_mouth = 0.5;
    s.society.referrals.self_referral = 0.5;
    s.platform.integrity.referral_threshold = 0.6;
    let mut sim = after(&s, 2);
    assert!(judged(&sim).seconds > 0, "nothing to keep");
    goes_on_alike(&mut sim, &mut begin(&s));
}
