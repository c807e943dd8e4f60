//! Creatives of ads in a running city: one mechanism over NULL at a time.

use std::collections::BTreeMap;

use agora::events::behavior::{Event, EventKind};
use agora::events::bus::{EventBus, OfferBus};
use agora::lab::config::LabConfig;
use agora::lab::metrics::creatives::CreativeBook;
use agora::platform::ads::config::{AdsConfig, CreativeChoice};
use agora::platform::ads::creatives::Creatives;
use agora::platform::config::PlatformConfig;
use agora::scenario::schema::Scenario;
use agora::scenario::world::found;
use agora::sim::ids::CampaignId;
use agora::sim::schedule::Simulation;
use agora::sim::units::TICKS_PER_DAY;
use agora::society::plugin::Plantings;

/// A small city in which the platform does nothing but show ads; people do not tell creatives apart.
fn town(creatives: u32, choice: CreativeChoice) -> Scenario {
    let mut s = Scenario {
        seed: 1,
        days: 2,
        platform: PlatformConfig {
            ads: AdsConfig {
                enabled: true,
                load: 0.5,
                daily_budget: 1_000.0,
                reserve_price: 0.0,
                campaigns_per_1000: 40.0,
                cap_per_day: 0,
                cap_per_week: 0,
                creatives,
                creative_choice: choice,
                ..AdsConfig::NULL
            },
            ..PlatformConfig::NULL
        },
        lab: LabConfig {
            oracle_every: 0,
            ..LabConfig::default()
        },
        ..Scenario::default()
    };
    s.society.population.residents = 300;
    s.society.avatars.minor_share = 0.0;
    s.society.avatars.consent_ads = 1.0;
    s.society.choice.creative_taste = 0.0;
    s.society.choice.creative_relief = 0.0;
    s
}

/// Runs a city for two days and shows it after every tick.
fn watch(scenario: &Scenario, mut look: impl FnMut(&mut Simulation)) -> Simulation {
    let mut sim = found(scenario, Plantings::default(), 1).unwrap();
    for _ in 0..2 * TICKS_PER_DAY {
        sim.step();
        look(&mut sim);
    }
    sim
}

fn ad_events(scenario: &Scenario) -> Vec<Event> {
    let mut all = Vec::new();
    watch(scenario, |sim| {
        let events = &sim.world().resource::<EventBus>().current;
        all.extend(events.iter().copied().filter(|e| {
            matches!(
                e.kind,
                EventKind::AdImpression | EventKind::AdClick | EventKind::AdConvert
            )
        }));
    });
    all
}

#[test]
fn with_one_creative_what_people_make_of_them_moves_nothing_and_is_no_state() {
    let chain = |taste, relief, choice| -> Vec<u64> {
        let mut s = town(1, choice);
        s.society.choice.creative_taste = taste;
        s.society.choice.creative_relief = relief;
        let mut hashes = Vec::new();
        let sim = watch(&s, |sim| hashes.push(sim.state_hash()));
        for (name, _) in sim.state_parts() {
            assert!(!name.contains("creative"), "{name}");
        }
        hashes
    };
    let plain = chain(0.0, 0.0, CreativeChoice::Learned);
    assert!(chain(2.0, 1.0, CreativeChoice::Rotate) == plain);
}

#[test]
fn creatives_that_nobody_tells_apart_change_nothing_that_happens() {
    let one = ad_events(&town(1, CreativeChoice::Learned));
    assert!(one.len() > 100, "{} events are too few to tell", one.len());
    for choice in [CreativeChoice::Rotate, CreativeChoice::Learned] {
        assert!(ad_events(&town(4, choice)) == one, "{choice:?}");
    }
}

#[test]
fn rotation_shows_each_creative_of_a_campaign_as_often_as_the_others() {
    let mut shown: BTreeMap<CampaignId, [u32; 4]> = BTreeMap::new();
    let sim = watch(&town(4, CreativeChoice::Rotate), |sim| {
        let offers = sim.world().resource::<OfferBus>();
        for ad in offers.slates.iter().filter_map(|s| s.ad) {
            shown.entry(ad.campaign).or_default()[usize::from(ad.face.creative())] += 1;
        }
    });
    assert!(shown.values().flatten().sum::<u32>() > 100);
    let known = sim.world().resource::<Creatives>();
    for (campaign, counts) in shown {
        let (most, fewest) = (counts.iter().max(), counts.iter().min());
        assert!(most.unwrap() - fewest.unwrap() <= 1, "{counts:?}");
        for (k, n) in (0u8..).zip(counts) {
            assert_eq!(known.total(campaign, k).0, n);
        }
    }
}

#[test]
fn nothing_is_learned_of_who_does_not_consent() {
    let mut s = town(4, CreativeChoice::Learned);
    s.society.avatars.consent_ads = 0.0;
    let sim = watch(&s, |_| {});
    let known = sim.world().resource::<Creatives>();
    let all: Vec<_> = (0..20)
        .flat_map(|c| (0..4).map(move |k| known.total(CampaignId(c), k)))
        .collect();
    assert!(all.iter().map(|(shown, _)| shown).sum::<u32>() > 100);
    assert!(all.iter().all(|(_, seen)| seen.looks == 0));
}

#[test]
fn learning_loses_less_against_the_best_than_turning_does() {
    let liked = |choice| {
        let mut sums = (0.0, 0.0);
        for seed in 1..=3 {
            let mut s = town(4, choice);
            s.seed = seed;
            s.society.choice.creative_taste = 1.0;
            // Much is clicked, so that two days are enough to learn from.
            s.society.choice.ad_click_rate = 0.4;
            let sim = watch(&s, |_| {});
            let book = sim.world().resource::<CreativeBook>();
            sums.0 += book.liked.0;
            sums.1 += book.liked.1;
        }
        assert!(0.0 < sums.0 && sums.0 < sums.1);
        sums.0 / sums.1
    };
    let (turned, learned) = (
        liked(CreativeChoice::Rotate),
        liked(CreativeChoice::Learned),
    );
    assert!(learned > turned, "{learned} against {turned}");
}
