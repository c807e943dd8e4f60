//! Ads in a running city: one mechanism over NULL at a time.

use std::collections::BTreeMap;

use agora::economy::ledger::{Account, Currency, Ledger};
use agora::economy::purpose::Purpose;
use agora::economy::settle::Audit;
use agora::events::behavior::{Event, EventKind, NO_OFFER, NO_SPACE, Surface};
use agora::events::bus::EventBus;
use agora::lab::config::LabConfig;
use agora::platform::ads::auction::Pricing;
use agora::platform::ads::campaign::Campaigns;
use agora::platform::ads::click_model::{ClickModel, Format};
use agora::platform::ads::config::{AdsConfig, Bidding, PacingKind, ReserveKind};
use agora::platform::ads::floor::Floor;
use agora::platform::ads::goal::Goal;
use agora::platform::ads::holdout::is_held_out;
use agora::platform::ads::reserve::LearnedReserves;
use agora::platform::config::PlatformConfig;
use agora::platform::recommend::config::{ModelKind, RecommendConfig};
use agora::scenario::schema::Scenario;
use agora::scenario::world::found;
use agora::sim::ids::{AvatarId, CampaignId};
use agora::sim::schedule::{SimClock, Simulation};
use agora::sim::units::{Coins, TICKS_PER_DAY, Tick};
use agora::society::avatars::wants::{Cause, Wants};
use agora::society::plugin::Plantings;

/// Everything that matters for ads on, everything else as plain as it gets.
pub(crate) fn open() -> AdsConfig {
    AdsConfig {
        enabled: true,
        load: 0.5,
        daily_budget: 1_000.0,
        reserve_price: 0.0,
        campaigns_per_1000: 40.0,
        cap_per_day: 0,
        cap_per_week: 0,
        ..AdsConfig::NULL
    }
}

/// A small city in which nothing but ads happens on the platform's side.
pub(crate) fn town(ads: AdsConfig) -> Scenario {
    let mut s = Scenario {
        seed: 1,
        days: 2,
        platform: PlatformConfig {
            ads,
            ..PlatformConfig::NULL
        },
        lab: LabConfig {
            oracle_every: 0,
            ..LabConfig::default()
        },
        ..Scenario::default()
    };
    s.society.population.residents = 300;
    s
}

/// Runs a city and shows it after every tick.
pub(crate) fn watch(
    scenario: &Scenario,
    ticks: u32,
    mut look: impl FnMut(&mut Simulation),
) -> Simulation {
    let mut sim = found(scenario, Plantings::default(), 1).unwrap();
    for _ in 0..ticks {
        sim.step();
        look(&mut sim);
    }
    sim
}

/// Runs a city for two days and returns its events of some kinds.
pub(crate) fn events_of(scenario: &Scenario, kinds: &[EventKind]) -> (Vec<Event>, Simulation) {
    let mut all = Vec::new();
    let sim = watch(scenario, 2 * TICKS_PER_DAY, |sim| {
        let events = &sim.world().resource::<EventBus>().current;
        all.extend(events.iter().copied().filter(|e| kinds.contains(&e.kind)));
    });
    (all, sim)
}

/// Runs a city for two days and returns its ad events.
pub(crate) fn ad_events(scenario: &Scenario) -> (Vec<Event>, Simulation) {
    let kinds = [
        EventKind::AdImpression,
        EventKind::AdClick,
        EventKind::AdConvert,
    ];
    events_of(scenario, &kinds)
}

fn count(events: &[Event], kind: EventKind) -> usize {
    events.iter().filter(|e| e.kind == kind).count()
}

#[test]
fn without_ads_nobody_is_shown_any_and_nobody_pays() {
    let (events, sim) = ad_events(&town(AdsConfig::NULL));
    assert!(events.is_empty());
    let ledger = sim.world().resource::<Ledger>();
    for purpose in [Purpose::AdDeposit, Purpose::AdCharge, Purpose::AdRefund] {
        assert_eq!(ledger.flow(purpose).count, 0);
    }
    assert!(sim.world().resource::<Campaigns>().is_empty());
}

#[test]
fn twice_the_load_shows_twice_the_ads() {
    let shown = |load| {
        let mut s = town(AdsConfig { load, ..open() });
        // Ads leave no trace in people, so that both cities live through the same days.
        s.society.choice.clutter_weight = 0.0;
        s.society.choice.ad_annoyance = 0.0;
        count(&ad_events(&s).0, EventKind::AdImpression) as f64
    };
    let (low, high) = (shown(0.1), shown(0.2));
    assert!(high > 200.0, "{high} ads are too few to tell");
    // What is shown at the low load is a fair half of what is shown at the high one: four standard errors.
    let share = low / high;
    assert!(
        (share - 0.5).abs() < 4.0 * 0.5 / high.sqrt(),
        "{low} of {high}"
    );
}

/// A city in which budgets bind, and every goal is there.
fn poor(auction: Pricing, bidding: Bidding) -> Scenario {
    let mut s = town(AdsConfig {
        load: 1.0,
        slots: 2,
        daily_budget: 0.1,
        campaigns_per_1000: 20.0,
        reach_share: 0.3,
        conversion_share: 0.3,
        auction,
        bidding,
        ..open()
    });
    s.society.choice.ad_click_rate = 0.3;
    s
}

#[test]
fn no_advertiser_pays_more_than_it_deposited_and_the_books_balance() {
    // Of all three together: who pays its bid and shades it may never come to the end of its budget.
    let mut n_spent = 0;
    for (auction, bidding) in [
        (Pricing::GeneralizedSecond, Bidding::Truthful),
        (Pricing::Vcg, Bidding::Truthful),
        (Pricing::FirstPrice, Bidding::Shading),
    ] {
        let (events, sim) = ad_events(&poor(auction, bidding));
        let campaigns = sim.world().resource::<Campaigns>();
        let mut paid: BTreeMap<(CampaignId, u32), Coins> = BTreeMap::new();
        for e in &events {
            let id = CampaignId(e.thing.id);
            let campaign = campaigns.get(id);
            match (e.kind, campaign.goal) {
                (EventKind::AdClick, Goal::Clicks) => assert!(e.amount <= campaign.value),
                (EventKind::AdClick, Goal::Conversions)
                | (EventKind::AdImpression, Goal::Reach) => {}
                _ => assert_eq!(e.amount, Coins::ZERO, "{:?}: {e:?}", campaign.goal),
            }
            // Deposits are made when the first minute of a day settles.
            let day = e.tick.0.saturating_sub(1) / TICKS_PER_DAY;
            *paid.entry((id, day)).or_default() += e.amount;
        }
        for ((campaign, _), amount) in &paid {
            let budget = campaigns.get(*campaign).daily_budget;
            assert!(*amount <= budget, "{campaign}: {amount} of {budget}");
            n_spent += u32::from(*amount == budget);
        }
        let ledger = sim.world().resource::<Ledger>();
        let held: Coins = (0..campaigns.len())
            .map(|c| Account::Advertiser(CampaignId::from_idx(c)))
            .map(|a| ledger.balance(Currency::Outside, a))
            .sum();
        let flow = |p| ledger.flow(p).total;
        assert_eq!(
            flow(Purpose::AdDeposit),
            flow(Purpose::AdCharge) + flow(Purpose::AdRefund) + held
        );
        let revenue: Coins = paid.values().copied().sum();
        assert_eq!(revenue, flow(Purpose::AdCharge));
        let audit = sim.world().resource::<Audit>();
        assert!(ledger.audit() && audit.always_balanced);
    }
    assert!(n_spent > 0, "no budget was binding");
}

#[test]
fn whoever_is_held_out_is_never_shown_the_ad_and_the_rest_are() {
    let holdout = 0.4;
    let s = town(AdsConfig {
        load: 1.0,
        campaigns_per_1000: 10.0,
        holdout,
        ..open()
    });
    let mut ghosts = 0;
    let mut events = Vec::new();
    watch(&s, 2 * TICKS_PER_DAY, |sim| {
        ghosts += sim.world().resource::<Floor>().ghosts().len();
        events.extend(sim.world().resource::<EventBus>().current.clone());
    });
    let shown: Vec<&Event> = events
        .iter()
        .filter(|e| e.kind == EventKind::AdImpression)
        .collect();
    assert!(ghosts > 50 && shown.len() > 50, "{ghosts}, {}", shown.len());
    for e in shown {
        assert!(!is_held_out(
            s.seed,
            e.avatar,
            CampaignId(e.thing.id),
            holdout
        ));
    }
}

#[test]
fn conversions_come_later_once_for_each_campaign_and_do_not_say_why() {
    let mut s = town(AdsConfig {
        load: 1.0,
        conversion_share: 1.0,
        campaigns_per_1000: 20.0,
        ..open()
    });
    s.society.choice.ad_click_rate = 0.5;
    s.society.choice.ad_conversion_rate = 0.5;
    s.society.choice.ad_conversion_hours = 1.0;
    let own = |rate| {
        let mut s = s.clone();
        s.society.choice.own_want_rate = rate;
        ad_events(&s)
    };
    let mut clicks: BTreeMap<(AvatarId, u32), Tick> = BTreeMap::new();
    let (events, sim) = own(0.0);
    let mut done = BTreeMap::new();
    for e in &events {
        let pair = (e.avatar, e.thing.id);
        if e.kind == EventKind::AdClick {
            clicks.entry(pair).or_insert(e.tick);
        } else if e.kind == EventKind::AdConvert {
            assert!(clicks[&pair] < e.tick, "nobody comes without an ad here");
            assert_eq!((e.offer, e.space, e.value), (NO_OFFER, NO_SPACE, 0.0));
            assert_eq!(done.insert(pair, e.tick), None, "twice");
        }
    }
    assert!(done.len() > 20, "{}", done.len());
    let wants = sim.world().resource::<Wants>();
    assert_eq!(wants.n_done(Cause::Click), done.len() as u64);
    assert_eq!(wants.n_done(Cause::Itself), 0);
    assert!(own(0.5).1.world().resource::<Wants>().n_done(Cause::Itself) > 20);
}

#[test]
fn a_reserve_is_learned_over_night() {
    for reserve in [ReserveKind::Learned, ReserveKind::Competitive] {
        let s = town(AdsConfig {
            load: 1.0,
            reserve,
            ..open()
        });
        let sim = watch(&s, TICKS_PER_DAY + 1, |_| {});
        let learned = sim.world().resource::<LearnedReserves>();
        let price = learned.learned(Format::Display).unwrap().as_f64();
        let median = s.platform.ads.click_value;
        assert!(price > 0.0 && price < 10.0 * median, "{reserve:?}: {price}");
    }
}

#[test]
fn pacing_keeps_a_budget_from_being_gone_in_the_morning() {
    let minutes_broke = |pacing| {
        let mut s = town(AdsConfig {
            pacing,
            load: 1.0,
            rewarded: true,
            daily_budget: 0.6,
            campaigns_per_1000: 6.0,
            ..open()
        });
        s.society.population.residents = 1_000;
        // People who do nothing but play watch many videos, so that a budget is many small charges.
        s.society.sessions.play_weight = 100.0;
        let mut broke = 0;
        watch(&s, 3 * TICKS_PER_DAY, |sim| {
            let world = sim.world();
            if world.resource::<SimClock>().now.day() == 0 {
                // The multipliers start from nothing and are found on the first day.
                return;
            }
            let ledger = world.resource::<Ledger>();
            let is_broke = |c: &CampaignId| {
                let left = ledger.balance(Currency::Outside, Account::Advertiser(*c));
                left < Coins::from_f64(0.005)
            };
            let campaigns = world.resource::<Campaigns>();
            broke += campaigns.running().filter(is_broke).count();
        });
        broke
    };
    let unpaced = minutes_broke(PacingKind::Off);
    for kind in [
        PacingKind::Adaptive,
        PacingKind::Throttling,
        PacingKind::Pid,
    ] {
        let paced = minutes_broke(kind);
        assert!(
            2 * paced < unpaced,
            "{kind:?}: {paced} paced, {unpaced} not"
        );
    }
}

#[test]
fn nobody_sees_a_campaign_more_often_than_the_cap() {
    let most = |cap_per_day| {
        let s = town(AdsConfig {
            load: 1.0,
            cap_per_day,
            campaigns_per_1000: 10.0,
            ..open()
        });
        let mut seen: BTreeMap<(AvatarId, u32, u32), u32> = BTreeMap::new();
        for e in ad_events(&s).0 {
            if e.kind == EventKind::AdImpression {
                *seen
                    .entry((e.avatar, e.thing.id, e.tick.day()))
                    .or_default() += 1;
            }
        }
        seen.values().copied().max().unwrap_or(0)
    };
    assert_eq!(most(2), 2);
    assert!(most(0) > 2);
}

#[test]
fn rewarded_videos_and_billboards_are_inventory_of_their_own() {
    let shown = |rewarded, billboards| {
        let s = town(AdsConfig {
            rewarded,
            billboards,
            billboard_share: 0.5,
            ..open()
        });
        let (events, _) = ad_events(&s);
        let impressions = |f: &dyn Fn(&Event) -> bool| {
            let of_kind = |e: &&Event| e.kind == EventKind::AdImpression;
            events.iter().filter(of_kind).filter(|e| f(e)).count()
        };
        assert_eq!(
            impressions(&|e| e.value > 0.5 && e.surface != Surface::Games),
            0
        );
        [
            impressions(&|e| e.value > 0.5),
            impressions(&|e| e.surface == Surface::None),
        ]
    };
    assert_eq!(shown(false, false), [0, 0]);
    let [watched, passed] = shown(true, true);
    assert!(watched > 0 && passed > 0);
}

/// The state of a city after two days in which ads are or are not targeted.
fn targeted(targeting: bool, minor_share: f64, consent_ads: f64) -> (u64, u64) {
    let mut s = town(AdsConfig {
        targeting,
        quality_weighting: true,
        ..open()
    });
    s.society.avatars.minor_share = minor_share;
    s.society.avatars.consent_ads = consent_ads;
    let mut sim = watch(&s, 2 * TICKS_PER_DAY, |_| {});
    let looks = sim
        .world()
        .resource::<ClickModel>()
        .n_looks(Format::Display);
    (sim.state_hash(), looks)
}

#[test]
fn who_is_under_age_or_does_not_consent_is_neither_targeted_nor_learned_from() {
    for (minors, consent) in [(1.0, 1.0), (0.0, 0.0)] {
        let on = targeted(true, minors, consent);
        assert_eq!(on, targeted(false, minors, consent));
        assert_eq!(on.1, 0);
    }
    let (on, off) = (targeted(true, 0.0, 1.0), targeted(false, 0.0, 1.0));
    assert!(on.0 != off.0 && on.1 > 0);
}

#[test]
fn ads_are_the_same_on_any_number_of_threads() {
    let mut s = town(AdsConfig::BASELINE);
    s.platform = PlatformConfig {
        recommend: RecommendConfig {
            model: ModelKind::SeedContent,
            ..RecommendConfig::BASELINE
        },
        ..PlatformConfig::default()
    };
    s.platform.ads = AdsConfig {
        load: 0.5,
        slots: 3,
        auction: Pricing::FirstPrice,
        bidding: Bidding::Shading,
        reserve: ReserveKind::Learned,
        pacing: PacingKind::Throttling,
        reach_share: 0.3,
        conversion_share: 0.3,
        holdout: 0.1,
        ..AdsConfig::BASELINE
    };
    s.society.population.residents = 1_500;
    let hash = |threads| {
        let mut sim = found(&s, Plantings::default(), threads).unwrap();
        for _ in 0..TICKS_PER_DAY {
            sim.step();
        }
        let shown = sim
            .world()
            .resource::<ClickModel>()
            .n_looks(Format::Display);
        assert!(shown > 0);
        sim.state_hash()
    };
    assert_eq!(hash(1), hash(2));
}
