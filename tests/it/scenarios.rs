//! The shipped scenarios: they load, they promise what can be measured, `quiet` is quiet, and comparing them does not depend on threads.

use std::process::{Command, Output};

use agora::cli::trials::{metrics_of, run_all};
use agora::events::behavior::EventKind;
use agora::events::bus::{EventBus, OfferBus};
use agora::platform::models::ranker::{Learned, Ranker};
use agora::platform::recommend::prices::AttentionPrices;
use agora::scenario::load::{Loaded, Overrides, load};
use agora::scenario::run::progress::Run;
use agora::scenario::schema::Rule;
use agora::scenario::source::SHIPPED;
use agora::sim::units::TICKS_PER_DAY;
use agora::society::content::catalogue::Catalogue;
use agora::society::spaces::space::Spaces;

/// Loads a scenario, small and short.
fn small(name: &str, arm: Option<&str>, seed: u64, sets: &[&str]) -> Loaded {
    let overrides = Overrides {
        sets: ["society.population.residents=150"]
            .iter()
            .chain(sets)
            .map(|s| (*s).to_owned())
            .collect(),
        seed: Some(seed),
        days: Some(4),
        arm: arm.map(str::to_owned),
    };
    load(name, &overrides).unwrap()
}

fn agora(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_agora"))
        .args(args)
        .output()
        .unwrap()
}

#[test]
fn every_shipped_scenario_tells_what_it_is_and_promises_what_is_measured() {
    let known = metrics_of(&Run::begin(&small("quiet", None, 1, &[]), 1, None).unwrap());
    for (name, _) in SHIPPED {
        let s = load(name, &Overrides::default()).unwrap().scenario;
        assert!(
            s.description.len() > 20 && s.description.ends_with('.'),
            "{name}: {}",
            s.description
        );
        for (arm, what) in &s.arms {
            assert!(!what.description.is_empty(), "{name}: {arm}");
            assert!(!what.values.is_empty(), "{name}: {arm}");
            small(name, Some(arm), 1, &[]);
        }
        for e in &s.expect {
            assert!(known.contains_key(&e.metric), "{name}: {}", e.metric);
        }
    }
}

#[test]
fn every_story_has_two_arms_and_a_promise_about_them() {
    for name in ["ad-load", "filter-bubble", "inflation"] {
        let s = load(name, &Overrides::default()).unwrap().scenario;
        assert_eq!(s.arms.len(), 2, "{name}");
        let about_arms = |r: &Rule| matches!(r, Rule::Lower(..));
        assert!(s.expect.iter().any(|e| about_arms(&e.rule)), "{name}");
    }
}

#[test]
fn nothing_of_the_platform_is_seen_in_the_quiet_city() {
    let mut run = Run::begin(&small("quiet", None, 1, &[]), 1, None).unwrap();
    let mut n_slots = 0u64;
    for _ in 0..4 * TICKS_PER_DAY {
        run.sim.step();
        let world = run.sim.world();
        let offers = world.resource::<OfferBus>();
        assert!(offers.pushes.is_empty(), "a push");
        assert!(offers.invitations.is_empty(), "an invitation");
        assert!(offers.rewards.is_empty(), "a reward");
        assert!(offers.billboards.is_empty(), "a billboard");
        for slate in &offers.slates {
            assert_eq!(slate.ad, None);
            let n = slate.slots.len() as f32;
            n_slots += slate.slots.len() as u64;
            for slot in &slate.slots {
                assert_eq!(slot.propensity, slate.slots[0].propensity, "{slate:?}");
                assert!(
                    slot.propensity > 0.0 && slot.propensity <= 1.0 / n,
                    "{slate:?}"
                );
            }
        }
        for e in &world.resource::<EventBus>().current {
            let is_answer = matches!(
                e.kind,
                EventKind::AdImpression
                    | EventKind::AdClick
                    | EventKind::PushOpen
                    | EventKind::InviteAccept
                    | EventKind::LiveAttend
                    | EventKind::RewardClaim
                    | EventKind::QuestDone
                    | EventKind::Drop
            );
            assert!(!is_answer, "{e:?}");
        }
    }
    assert!(n_slots > 1_000, "only {n_slots} things were shown");
    let world = run.sim.world();
    let ranker = world.resource::<Ranker>();
    assert!(matches!(ranker.learned, Learned::Nothing) && ranker.version == 0);
    assert!(ranker.trainee.is_none());
    let prices = world.resource::<AttentionPrices>();
    assert_eq!(prices.minutes.1, 0);
    assert!((0..world.resource::<Catalogue>().len() as u32).all(|i| prices.of_item(i) == 0.0));
    let n_spaces = world.resource::<Spaces>().table.len() as u32;
    assert!((0..n_spaces).all(|s| prices.of_space(s) == 0.0));
}

#[test]
fn values_of_mechanisms_that_are_off_move_nothing() {
    let chain = |sets: &[&str]| -> Vec<u64> {
        let mut run = Run::begin(&small("quiet", None, 1, sets), 1, None).unwrap();
        (0..2 * TICKS_PER_DAY)
            .map(|_| {
                run.sim.step();
                run.sim.state_hash()
            })
            .collect()
    };
    let quiet = chain(&[]);
    for set in [
        "platform.ads.reserve_price=0.7",
        "platform.ads.load=0.9",
        "platform.ads.campaigns_per_1000=60",
        "platform.engage.push_after_hours=3",
        "platform.engage.invitation_rate=0.9",
        "platform.engage.live_events_per_1000=50",
        "platform.incentives.login_reward=90",
        "platform.incentives.quest_length=1",
        "platform.incentives.drop_value=70",
        "platform.incentives.referral=90",
        "platform.integrity.referral_threshold=0.1",
        "society.referrals.join_share=0.9",
        "platform.recommend.exposure_cap=9.0",
        "platform.recommend.retrain_hours=1",
        "platform.recommend.train_steps=1",
        "economy.controller.gain=50",
    ] {
        let differs = chain(&[set]).iter().zip(&quiet).position(|(a, b)| a != b);
        assert_eq!(differs, None, "{set} moved something at that tick");
    }
    // The comparison sees what does move the world.
    assert_ne!(chain(&["platform.recommend.slate_size=4"]), quiet);
}

#[test]
fn runs_side_by_side_show_what_runs_one_after_the_other_show() {
    let trials: Vec<Loaded> = ["light", "heavy"]
        .iter()
        .flat_map(|arm| (1..=3).map(|seed| small("ad-load", Some(arm), seed, &[])))
        .collect();
    let one = run_all(&trials, 1, || {}).unwrap();
    let two = run_all(&trials, 2, || {}).unwrap();
    assert_eq!(one, two);
    assert_ne!(one[0], one[1], "seeds differ");
    assert_ne!(one[0], one[3], "arms differ");
}

#[test]
fn compare_prints_json_and_judges_every_promise() {
    let args = [
        "compare",
        "ad-load",
        "--arms",
        "light,heavy",
        "--seeds",
        "2",
        "--first-seed",
        "5",
        "--days",
        "1",
        "--set",
        "society.population.residents=100",
        "--json",
    ];
    let out = agora(&args);
    let shown: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(shown["seeds"], serde_json::json!([5, 6]));
    assert_eq!(shown["arms"][0]["name"], "light");
    assert_eq!(shown["metrics"]["d30"]["means"][0], serde_json::Value::Null);
    let promises = shown["promises"].as_array().unwrap();
    let n_promised = load("ad-load", &Overrides::default())
        .unwrap()
        .scenario
        .expect
        .len();
    assert_eq!(promises.len(), n_promised);
    let is_broken = promises.iter().any(|p| p["verdict"] == "broken");
    assert_eq!(out.status.code(), Some(i32::from(is_broken)));
}

#[test]
fn compare_refuses_what_cannot_be_compared_before_it_runs_anything() {
    for (args, complaint) in [
        (&["compare", "quickstart"][..], "quickstart has no arms"),
        (
            &["compare", "ad-load", "--arms", "light,none"],
            "--arms none",
        ),
        (&["compare", "ad-load", "--arms", "light"], "2 arms or more"),
        (
            &["compare", "ad-load", "--arms", "light,light"],
            "named twice",
        ),
        (&["compare", "ad-load", "--metric", "joy"], "--metric joy"),
        (&["compare", "ad-load", "--seeds", "1"], "--seeds"),
        (
            &["compare", "ad-load", "--set", "platform.ads.load=0.1"],
            "nothing to compare",
        ),
    ] {
        let out = agora(args);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(complaint), "{args:?}: {said}");
    }
}
