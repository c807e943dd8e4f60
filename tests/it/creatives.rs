//! Creatives of ads in a running city: one mechanism over NULL at a time.

use std::collections::BTreeMap;

use agora::events::bus::OfferBus;
use agora::lab::metrics::creatives::CreativeBook;
use agora::platform::ads::config::{AdsConfig, CreativeChoice};
use agora::platform::ads::creatives::Creatives;
use agora::scenario::schema::Scenario;
use agora::sim::ids::CampaignId;
use agora::sim::units::TICKS_PER_DAY;

use crate::ads::{self, ad_events, open, watch};

/// A small city in which the platform does nothing but show ads; people do not tell creatives apart.
fn town(creatives: u32, choice: CreativeChoice) -> Scenario {
    let mut s = ads::town(AdsConfig {
        creatives,
        creative_choice: choice,
        ..open()
    });
    s.society.avatars.minor_share = 0.0;
    s.society.avatars.consent_ads = 1.0;
    s.society.choice.creative_taste = 0.0;
    s.society.choice.creative_relief = 0.0;
    s
}

#[test]
fn with_one_creative_what_people_make_of_them_moves_nothing_and_is_no_state() {
    let chain = |taste, relief, choice| -> Vec<u64> {
        let mut s = town(1, choice);
        s.society.choice.creative_taste = taste;
        s.society.choice.creative_relief = relief;
        let mut hashes = Vec::new();
        let sim = watch(&s, 2 * TICKS_PER_DAY, |sim| hashes.push(sim.state_hash()));
        for (name, _) in sim.state_parts() {
            assert!(!name.contains("creative"), "{name}");
        }
        hashes
    };
    let plain = chain(0.0, 0.0, CreativeChoice::Learned);
    assert!(chain(2.0, 1.0, CreativeChoice::Rotate) == plain);
    let mut sim = watch(&town(2, CreativeChoice::Learned), 1, |_| {});
    sim.state_hash();
    let parts = sim.state_parts();
    let has = |part| parts.iter().any(|(name, _)| *name == part);
    assert!(has("creatives") && has("seen creatives"), "{parts:?}");
}

#[test]
fn creatives_that_nobody_tells_apart_change_nothing_that_happens() {
    let one = ad_events(&town(1, CreativeChoice::Learned)).0;
    assert!(one.len() > 100, "{} events are too few to tell", one.len());
    for choice in [CreativeChoice::Rotate, CreativeChoice::Learned] {
        assert!(ad_events(&town(4, choice)).0 == one, "{choice:?}");
    }
}

#[test]
fn rotation_shows_each_creative_of_a_campaign_as_often_as_the_others() {
    let mut shown: BTreeMap<CampaignId, [u32; 4]> = BTreeMap::new();
    let sim = watch(&town(4, CreativeChoice::Rotate), 2 * TICKS_PER_DAY, |sim| {
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
    let sim = watch(&s, 2 * TICKS_PER_DAY, |_| {});
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
            let sim = watch(&s, 2 * TICKS_PER_DAY, |_| {});
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
