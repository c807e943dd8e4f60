//! Checks of the panel of rewards: what it says and what it adds up to.

use egui_kittest::kittest::Queryable as _;

use super::Rewards;
use super::view::{self, RewardsView};
use crate::desktop::command::UiCommand;
use crate::desktop::look::Look;
use crate::desktop::panels::testing::{TestCity, shows_nonsense, stage};
use crate::economy::purpose::Purpose;
use crate::lab::report::reach::{BonusDayRow, BonusRows, DecileRow, Interval};
use crate::platform::incentives::config::{BonusConfig, RewardArm};
use crate::sim::units::Tick;

/// Bonuses from the first midnight on, for as many as can be.
const GENEROUS: [&str; 4] = [
    "platform.bonus.offer.arm=random",
    "platform.bonus.offer.start_day=0",
    "platform.bonus.offer.hour=0",
    "platform.bonus.offer.budget_per_1000=600",
];

#[test]
fn without_a_city_the_panel_says_so() {
    stage::<Rewards>(RewardsView::default(), Look::new(true), 500.0).get_by_label("No rewards yet");
}

#[test]
fn a_city_without_bonuses_says_what_to_choose_and_still_tells_its_other_rewards() {
    let view = TestCity::new(20, 0).watched::<Rewards>(5);
    let h = stage::<Rewards>(view, Look::new(true), 500.0);
    h.get_by_label("No bonuses are offered in this city");
    assert!(
        h.query_all_by_label_contains("Creators' fund, ")
            .next()
            .is_some()
    );
    h.get_by_label("No finished day yet");
    assert!(!shows_nonsense(&h));
}

#[test]
fn bonuses_that_have_not_begun_say_when_they_do() {
    let sets = [
        "platform.bonus.offer.arm=fixed",
        "platform.bonus.offer.start_day=9",
    ];
    let view = TestCity::with(20, 0, &sets).watched::<Rewards>(5);
    assert_eq!(view.today, None);
    let h = stage::<Rewards>(view, Look::new(false), 500.0);
    h.get_by_label("Bonuses begin on day 9");
    h.get_by_label("Left today –");
}

#[test]
fn one_avatar_alone_leaves_dashes_and_no_nonsense() {
    let sets = [
        "platform.bonus.offer.arm=uplift",
        "platform.bonus.offer.start_day=0",
        "platform.bonus.offer.hour=0",
        "society.population.newcomers_per_1000=0",
    ];
    for ticks in [90, 1_500] {
        let view = TestCity::with(1, 0, &sets).watched::<Rewards>(ticks);
        let mut look = Look::new(false);
        look.shows_truth = true;
        let h = stage::<Rewards>(view, look, 300.0);
        h.get_by_label("Given uplift");
        h.get_by_label("Minutes for a coin –");
        assert!(!shows_nonsense(&h));
    }
}

#[test]
fn days_trials_and_sizes_tell_of_the_same_bonuses_and_the_ledger_of_the_same_coins() {
    let mut city = TestCity::with(300, 0, &GENEROUS);
    let watch = city.watch::<Rewards>(2 * 1_440 + 60);
    let view = view::fill(&watch, &city.city());
    let b = &view.bonuses;
    let sent: u64 = b.days.iter().map(|d| u64::from(d.sent)).sum();
    let paid: f64 = b.days.iter().map(|d| d.paid).sum();
    assert_eq!(b.days.len(), 2);
    assert!(sent > 0);
    assert_eq!(b.trials.iter().map(|t| t.sent.0).sum::<u64>(), sent);
    assert_eq!(b.sizes.iter().map(|s| s.sent).sum::<u64>(), sent);
    let of_trials: f64 = b.trials.iter().map(|t| t.paid).sum();
    assert!((of_trials - paid).abs() < 1e-6);
    let today = view.today.as_ref().expect("a day is open");
    assert_eq!(today.running.day.day, 2);
    assert!(today.left() <= today.to_spend && today.to_spend <= 2.0 * view.a_day);
    let running = today.running.day.paid.as_f64();
    for (i, g) in view.given.iter().enumerate() {
        let of_days: f64 = view.days.iter().map(|(_, coins)| coins[i]).sum();
        assert!((of_days + g.today - g.total).abs() < 1e-6, "{g:?}");
        if g.purpose == Purpose::BonusReward {
            assert!((g.total - paid - running).abs() < 1e-6, "{g:?}");
        }
    }
    let h = stage::<Rewards>(view, Look::new(true), 900.0);
    for chart in ["Bonuses by day", "Coins for bonuses", "Coins given by day"] {
        h.get_by_label(&format!("Chart of {chart}"));
    }
    h.get_by_label("No model of uplift was judged yet");
    assert!(h.query_all_by_label_contains("chosen, ").next().is_some());
    assert!(!shows_nonsense(&h));
}

/// Returns the rule that is said of a purpose in a city with such values.
fn rule_of(purpose: Purpose, sets: &[&str]) -> String {
    let view = TestCity::with(5, 0, sets).watched::<Rewards>(1);
    let mut given = view.given.into_iter();
    given
        .find(|g| g.purpose == purpose)
        .expect("every purpose has a row")
        .rule
}

#[test]
fn rules_say_only_what_is_in_force() {
    let bonus = |arm: &str| {
        let arm = format!("platform.bonus.offer.arm={arm}");
        rule_of(Purpose::BonusReward, &[&arm])
    };
    assert_eq!(bonus("none"), "not given");
    assert_eq!(bonus("fixed"), "2 for a visit of 10 min");
    assert_eq!(bonus("random"), "2 or 3 for a visit of 10 min");
    assert_eq!(bonus("uplift"), "2 or 3 for a visit of 10 min");
    let watching = |sets: &[&str]| rule_of(Purpose::WatchReward, sets) != "not given";
    assert!(watching(&[]));
    assert!(!watching(&["platform.ads.enabled=false"]));
    assert!(!watching(&["platform.ads.rewarded=false"]));
    let coins = "platform.incentives.referral=4";
    let asking = "society.referrals.word_of_mouth=0.1";
    let own = "society.referrals.self_referral=0.1";
    let referral = |sets: &[&str]| rule_of(Purpose::Referral, sets) != "not given";
    assert!(!referral(&[coins]) && !referral(&[asking]));
    assert!(referral(&[coins, asking]) && referral(&[coins, own]));
}

/// What a judged model leaves in a report, by hand.
fn judged() -> RewardsView {
    let around = |mean: f64| Interval {
        mean,
        low: mean - 1.0,
        high: mean + 1.0,
    };
    RewardsView {
        offer: Some(BonusConfig {
            arm: RewardArm::Uplift,
            ..BonusConfig::BASELINE
        }),
        now: Tick(9 * 1_440),
        bonuses: BonusRows {
            arm: "uplift".to_owned(),
            days: vec![BonusDayRow {
                day: 7,
                sent: 40,
                earned: 10,
                paid: 20.0,
                learned: true,
            }],
            qini: vec![(0.0, 0.0), (0.5, 2.0), (1.0, 2.5)],
            qini_coefficient: Some(0.375),
            deciles: vec![
                DecileRow {
                    predicted: 4.5,
                    observed: Some(around(4.0)),
                },
                DecileRow {
                    predicted: 0.5,
                    observed: None,
                },
            ],
            minutes_per_coin: Some(around(1.5)),
            truth: [4, 3, 2, 1],
            ..BonusRows::default()
        },
        ..RewardsView::default()
    }
}

#[test]
fn a_judged_model_has_its_curve_beside_the_line_by_lot() {
    let mut h = stage::<Rewards>(judged(), Look::new(true), 900.0);
    h.get_by_label("Chart of Qini curve");
    h.get_by_label("Chart of Uplift by group");
    h.get_by_label("Minutes for a coin 1.5");
    assert!(!shows_nonsense(&h));
    h.get_by_label("Export Qini curve…").click();
    h.run();
    h.get_by_label("Save as CSV").click();
    h.run();
    let Some(UiCommand::ExportCsv { name, csv }) = h.state().out.last() else {
        panic!("{:?}", h.state().out);
    };
    assert_eq!(name, "rewards-qini");
    assert_eq!(
        csv,
        "share of avatars,By uplift,By lot\n0,0,0\n0.5,2,\n1,2.5,2.5\n"
    );
}

#[test]
fn what_only_the_lab_knows_is_hidden_until_it_is_asked_for() {
    let mut h = stage::<Rewards>(judged(), Look::new(true), 900.0);
    assert!(h.query_by_label("Wasted (truth) –").is_none());
    h.get_by_label("Show the truth").click();
    h.run();
    assert_eq!(h.state().out, [UiCommand::ToggleTruth]);
    let mut look = Look::new(true);
    look.shows_truth = true;
    let h = stage::<Rewards>(judged(), look, 900.0);
    h.get_by_label("Wasted (truth) –");
    // Two of ten.
    h.get_by_label("Came because of it 2, 20.0 % of all");
}
