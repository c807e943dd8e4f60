//! Why each offer was made: nothing changes when it is taken down, and what was taken down adds up.

use agora::cli::selftest::city::busy;
use agora::events::bus::OfferBus;
use agora::lab::explain::interests::interests;
use agora::lab::explain::offers::{explain, recent_offers};
use agora::lab::explain::truth::truth;
use agora::platform::privacy::observation::Observations;
use agora::platform::trace::book::{Traces, Why};
use agora::scenario::schema::Scenario;
use agora::scenario::world::found;
use agora::sim::ids::{AvatarId, OfferId};
use agora::sim::schedule::Simulation;
use agora::society::avatars::profile::{Consent, DataPurpose, Profiles};
use agora::society::plugin::Plantings;

/// Offers remembered here.
const CAPACITY: usize = 20_000;

fn city(model: &str) -> Scenario {
    busy(120, 3, model).unwrap().scenario
}

fn town(scenario: &Scenario, threads: usize) -> Simulation {
    found(scenario, Plantings::default(), threads).unwrap()
}

fn watched(scenario: &Scenario, ticks: u32) -> Simulation {
    let mut sim = town(scenario, 1);
    sim.world_mut().insert_resource(Traces::on(CAPACITY));
    for _ in 0..ticks {
        sim.step();
    }
    sim
}

#[test]
fn taking_down_changes_no_state_hash() {
    for model in ["two_tower", "item_knn"] {
        let scenario = city(model);
        let mut off = town(&scenario, 1);
        // Another number of threads on top: what is taken down in parallel must not matter either.
        let mut on = town(&scenario, 2);
        on.world_mut().insert_resource(Traces::on(500));
        for tick in 0..500 {
            off.step();
            on.step();
            assert_eq!(off.state_hash(), on.state_hash(), "{model}: tick {tick}");
        }
        assert!(off.world().resource::<Traces>().is_empty());
        assert_eq!(on.world().resource::<Traces>().len(), 500);
    }
}

#[test]
fn parts_of_every_slot_sum_to_its_score() {
    // Additive are all models; of the two-tower network, closeness and popularity are, and the closeness itself has no parts.
    for model in [
        "two_tower",
        "item_knn",
        "ease",
        "seed_collaborative",
        "seed_content",
        "popularity",
        "random",
    ] {
        let sim = watched(&city(model), 240);
        let traces = sim.world().resource::<Traces>();
        let mut surfaces = [false; 10];
        let mut named = 0;
        for t in traces.newest_first() {
            let Why::Slate(s) = &t.why else { continue };
            let e = explain(sim.world(), t.offer).unwrap();
            assert_eq!(e.slots.len(), s.slots.len());
            surfaces[s.surface as usize] |= !e.slots.is_empty();
            for slot in &e.slots {
                let sum: f64 = slot.parts.iter().map(|p| p.value).sum();
                let allowed = 1e-5 * slot.score.abs().max(1.0);
                assert!(
                    (sum - slot.score).abs() <= allowed,
                    "{model}: offer {}: {sum} against {slot:?}",
                    e.offer
                );
                assert!(slot.propensity > 0.0 && !slot.name.is_empty());
                named += slot.parts.len();
            }
            for p in &e.passed_over {
                let sum: f64 = p.parts.iter().map(|p| p.value).sum();
                assert!((sum - p.score).abs() <= 1e-5 * p.score.abs().max(1.0));
            }
        }
        let n = surfaces.iter().filter(|s| **s).count();
        assert!(n >= 7, "{model}: only {n} surfaces were shown");
        assert!(named > 1_000, "{model}: {named}");
    }
}

#[test]
fn what_is_taken_down_is_what_was_served() {
    let scenario = city("item_knn");
    let mut sim = town(&scenario, 1);
    sim.world_mut().insert_resource(Traces::on(CAPACITY));
    let mut n = 0;
    for _ in 0..300 {
        sim.step();
        let w = sim.world();
        let (offers, traces) = (w.resource::<OfferBus>(), w.resource::<Traces>());
        // After a step, the slates of the tick are those whose answers are known in the next.
        for slate in offers.slates.iter().chain(&offers.previous_slates) {
            let Why::Slate(s) = &traces.get(slate.offer).unwrap().why else {
                panic!("offer {} is a slate", slate.offer.0)
            };
            let served: Vec<_> = slate.slots.iter().map(|s| (s.thing, s.score)).collect();
            let told: Vec<_> = s.slots.iter().map(|s| (s.thing, s.score)).collect();
            assert_eq!(served, told);
            n += 1;
        }
    }
    assert!(n > 500, "{n}");
}

#[test]
fn an_explained_auction_gives_its_price_again() {
    let mut scenario = city("item_knn");
    scenario.platform.ads.load = 0.6;
    scenario.platform.ads.campaigns_per_1000 = 80.0;
    scenario.society.population.residents = 150;
    let sim = watched(&scenario, 400);
    let traces = sim.world().resource::<Traces>();
    let mut n = 0;
    let mut by_rival = 0;
    for t in traces.newest_first() {
        let Why::Ad(ad) = &t.why else { continue };
        let sold = ad.auction.sold.unwrap();
        let own = ad
            .auction
            .bids
            .iter()
            .find(|b| b.campaign == sold.campaign)
            .unwrap();
        // To the micro-unit, by the integers of the auction.
        let again = sold.due.div_ceil(u128::from(own.quality));
        assert_eq!(i64::try_from(again).unwrap(), sold.price.micros());
        // And from what is shown.
        let e = explain(sim.world(), t.offer).unwrap().auction.unwrap();
        let won = e.bids.iter().find(|b| b.won).unwrap();
        let shown = e.due.unwrap() / won.quality;
        assert!((shown - e.price.unwrap()).abs() < 2e-6, "{e:?}");
        assert_eq!(Some(&won.name), e.winner.as_ref());
        assert!(won.bid >= e.price.unwrap());
        let bid = won.value / (1.0 + won.multiplier);
        assert!(
            won.bid <= bid + 1e-6 && (won.is_short || won.bid > bid - 2e-6),
            "{won:?}"
        );
        assert!((won.fit * won.appeal).min(1.0) - won.p_click < 1e-12);
        let runs = e.bids.len() + e.n_left_out.iter().map(|x| x.1 as usize).sum::<usize>();
        assert!(runs >= 2);
        n += 1;
        by_rival += u32::from(sold.set_by.is_some());
        assert_eq!(
            truth(sim.world(), t.offer).unwrap().rows.len(),
            e.bids.len()
        );
    }
    assert!(n > 50 && by_rival > 10, "{n} sold, {by_rival} by a rival");
}

#[test]
fn who_consents_to_nothing_is_told_what_was_not_used() {
    let sim = watched(&city("item_knn"), 300);
    let w = sim.world();
    let profiles = w.resource::<Profiles>();
    let nobody = |a: AvatarId| profiles.get(a).consent.bits() & !(DataPurpose::Research as u8) == 0;
    let (mut slates, mut ads, mut others) = (0, 0, 0);
    for t in w.resource::<Traces>().newest_first() {
        let e = explain(w, t.offer).unwrap();
        match &t.why {
            Why::Slate(s) if nobody(t.avatar) => {
                slates += 1;
                assert!(!s.knows.consents && !e.not_used.is_empty(), "{e:?}");
                for p in e
                    .slots
                    .iter()
                    .flat_map(|s| s.parts.iter().chain(&s.orientation))
                {
                    let is_personal = [
                        "because of",
                        "other history",
                        "topic",
                        "other topics",
                        "resembles",
                    ];
                    assert!(is_personal.iter().all(|w| !p.name.starts_with(w)), "{p:?}");
                }
            }
            Why::Ad(_) if nobody(t.avatar) => {
                ads += 1;
                assert!(e.not_used.iter().any(
                    |l| l.starts_with("observed interests") || l.starts_with("anything about")
                ));
            }
            Why::Slate(s) if profiles.get(t.avatar).consent == Consent::ALL => {
                others += u32::from(s.knows.consents);
            }
            _ => {}
        }
    }
    assert!(
        slates > 10 && ads > 0 && others > 100,
        "{slates}, {ads}, {others}"
    );
    let silent = (0..profiles.table.len())
        .map(AvatarId::from_idx)
        .find(|a| nobody(*a))
        .unwrap();
    let seen = interests(w, silent).unwrap();
    assert!(!seen.consents && seen.agreement.is_none());
    assert!(seen.topics.iter().all(|t| t.estimated.is_none()));
}

#[test]
fn interests_are_guessed_better_than_by_chance_and_offers_are_found_newest_first() {
    let sim = watched(&city("item_knn"), 400);
    let w = sim.world();
    let n = w.resource::<Observations>().table.len();
    let known: Vec<f64> = (0..n)
        .filter_map(|a| interests(w, AvatarId::from_idx(a)).unwrap().agreement)
        .collect();
    let mean = known.iter().sum::<f64>() / known.len() as f64;
    assert!(known.len() > 20 && mean > 0.3, "{mean} of {}", known.len());
    assert!(interests(w, AvatarId(u32::MAX)).is_none());
    let busiest = (0..n)
        .map(|a| recent_offers(w, AvatarId::from_idx(a)))
        .max_by_key(Vec::len)
        .unwrap();
    assert!(busiest.len() > 10);
    assert!(busiest.windows(2).all(|p| p[0].offer > p[1].offer));
    for o in &busiest {
        let text = explain(w, OfferId(o.offer)).unwrap().to_text();
        assert!(text.contains(&o.kind) && text.lines().count() > 3, "{text}");
        if let Some(t) = truth(w, OfferId(o.offer)) {
            assert!(t.rows.iter().all(|r| (0.0..=1.0).contains(&r.probability)));
        }
    }
}

#[test]
fn an_unknown_offer_has_no_explanation() {
    let sim = watched(&city("item_knn"), 60);
    assert!(explain(sim.world(), OfferId(u64::MAX)).is_none());
    assert!(truth(sim.world(), OfferId(u64::MAX)).is_none());
    let off = town(&city("item_knn"), 1);
    assert!(explain(off.world(), OfferId(0)).is_none());
    assert!(recent_offers(off.world(), AvatarId(0)).is_empty());
}

#[test]
fn every_kind_of_offer_is_explained() {
    let sim = watched(&city("two_tower"), 700);
    let mut kinds = std::collections::BTreeSet::new();
    for t in sim.world().resource::<Traces>().newest_first() {
        let e = explain(sim.world(), t.offer).unwrap();
        assert!(!e.headline.is_empty());
        let kind = e.kind.split(':').next().unwrap_or("").to_owned();
        kinds.insert(kind);
    }
    let all = [
        "ad",
        "billboard",
        "invitation",
        "live event",
        "push",
        "reward",
        "slate",
    ];
    let found: Vec<&str> = kinds.iter().map(String::as_str).collect();
    assert_eq!(found, all);
}

#[test]
fn the_command_explains_and_complains() {
    use crate::binary::{TINY, agora, complaint, none};
    let folder = tempfile::tempdir().unwrap();
    let why = |more: &[&str]| {
        let mut args = vec!["why", "quickstart", "--quiet"];
        args.extend(TINY);
        args.extend(more);
        agora(folder.path(), &args)
    };
    let told = why(&["--avatar", "3", "--ticks", "3000"]);
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        text.contains("to avatar 3") && text.contains("recent offers"),
        "{text}"
    );
    let json = why(&["--avatar", "3", "--ticks", "3000", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(json["explanation"]["avatar"], 3);
    let unknown = why(&["--avatar", "3", "--ticks", "9", "--offer", "99999999"]);
    let nobody = why(&["--avatar", "4000", "--ticks", "9"]);
    let never = why(&["--avatar", "3", "--ticks", "1"]);
    let word = why(&["--avatar", "3", "--offer", "first"]);
    none(
        [
            complaint("explains", &told, 0, &[]),
            complaint("unknown offer", &unknown, 2, &["--offer 99999999"]),
            complaint("unknown avatar", &nobody, 2, &["--avatar 4000", "0 to 11"]),
            complaint("nothing offered", &never, 1, &["avatar 3", "1 ticks"]),
            complaint(
                "no offer",
                &word,
                2,
                &["first", "allowed is last or the number"],
            ),
        ]
        .into_iter()
        .flatten()
        .collect(),
    );
}
