//! Trade in the running city: what is bid and ordered is in escrow to the micro-coin, and prices are divided without rest.

use std::collections::BTreeMap;

use agora::cli::trials::metrics_of;
use agora::economy::config::{EconomyConfig, MarketConfig, OfferScope};
use agora::economy::exchange::materials::{Exchange, MATERIALS};
use agora::economy::ledger::{Account, Currency, Ledger};
use agora::economy::market::bundles::{AssetBundles, Bundle};
use agora::economy::market::offers::AssetOffers;
use agora::economy::market::titles::AssetMarket;
use agora::economy::purpose::Purpose;
use agora::economy::settle::Audit;
use agora::events::behavior::NO_OFFER;
use agora::events::journal::Journal;
use agora::events::money::Holder;
use agora::lab::config::LabConfig;
use agora::platform::config::PlatformConfig;
use agora::scenario::load::{Overrides, load};
use agora::scenario::run::progress::Run;
use agora::scenario::schema::Scenario;
use agora::scenario::world::found;
use agora::sim::ids::{AvatarId, ItemId};
use agora::sim::schedule::{SimClock, Simulation};
use agora::sim::units::{Coins, TICKS_PER_DAY};
use agora::society::plugin::Plantings;

use crate::resume::goes_on_alike;

fn city(sets: &[&str]) -> Run {
    let small = [
        "society.population.residents=300",
        "society.returns.sessions_per_day=3.0",
        "society.sessions.market_weight=0.5",
        "platform.recommend.model=\"item_knn\"",
        "platform.ads.enabled=false",
    ];
    let overrides = Overrides {
        sets: small.iter().chain(sets).map(|s| (*s).to_owned()).collect(),
        days: Some(6),
        ..Overrides::default()
    };
    Run::begin(&load("quickstart", &overrides).unwrap(), 1, None).unwrap()
}

/// Says what is in escrow by what is open.
fn expected(run: &Run) -> BTreeMap<AvatarId, (Coins, [u32; MATERIALS])> {
    let mut all = run.sim.world().resource::<Exchange>().reserved();
    for auction in run.sim.world().resource::<AssetMarket>().auctions.values() {
        for (who, amount) in auction.held() {
            all.entry(who).or_default().0 += amount;
        }
    }
    let offers = run.sim.world().get_resource::<AssetOffers>();
    for (who, amount) in offers.map(AssetOffers::held).unwrap_or_default() {
        all.entry(who).or_default().0 += amount;
    }
    all
}

fn escrow_is_what_is_open(run: &Run) {
    let w = run.sim.world();
    let (ledger, exchange) = (w.resource::<Ledger>(), w.resource::<Exchange>());
    let all = expected(run);
    for i in 0..ledger.wallets(Currency::Coins).len() {
        let who = AvatarId::from_idx(i);
        let (coins, units) = all.get(&who).copied().unwrap_or_default();
        assert_eq!(
            ledger.balance(Currency::Coins, Account::Escrow(who)),
            coins,
            "{who:?}"
        );
        assert_eq!(exchange.store(who).held, units, "{who:?}");
    }
    assert!(ledger.audit(), "somebody owes, or the books do not balance");
    let audit = w.resource::<Audit>();
    assert!(audit.always_balanced);
    assert_eq!(audit.n_refused, 0);
}

#[test]
fn what_is_bid_and_ordered_is_in_escrow_to_the_micro_coin() {
    for format in ["english", "vickrey"] {
        let mut run = city(&[
            &format!("economy.market.format=\"{format}\""),
            "economy.market.relisting=0.5",
            "economy.exchange.enabled=true",
            "economy.exchange.looks_per_hour=20.0",
            "economy.exchange.drop_rate=1.0",
            "economy.land.building_cost=0.5",
        ]);
        let mut n_held = 0;
        for tick in 0..6 * 1_440 {
            run.step().unwrap();
            if tick % 97 == 0 {
                escrow_is_what_is_open(&run);
                n_held += expected(&run).len();
            }
        }
        let w = run.sim.world();
        assert!(n_held > 0, "nothing was ever in escrow");
        assert!(w.resource::<AssetMarket>().n_sales > 0, "{format}");
        assert!(!w.resource::<Exchange>().trades.is_empty());
        let exchange = w.resource::<Exchange>();
        for m in 0..MATERIALS {
            let there: u64 = exchange
                .stores()
                .map(|(_, s)| u64::from(s.free[m] + s.held[m]))
                .sum();
            assert_eq!(exchange.found[m], exchange.used[m] + there);
        }
    }
}

#[test]
fn the_parts_of_all_sales_sum_to_what_was_paid_and_provenance_has_no_gap() {
    let mut run = city(&[
        "economy.market.format=\"english\"",
        "economy.market.relisting=0.5",
        "economy.market.reserve_share=0.1",
    ]);
    for _ in 0..6 * 1_440 {
        run.step().unwrap();
    }
    let w = run.sim.world();
    let (market, ledger) = (w.resource::<AssetMarket>(), w.resource::<Ledger>());
    let sum = |part: &dyn Fn(&agora::economy::market::titles::AssetSale) -> Coins| -> Coins {
        market.sales.iter().map(part).sum()
    };
    for s in &market.sales {
        assert_eq!(s.split.seller + s.split.fee + s.split.royalty, s.price);
    }
    assert_eq!(
        sum(&|s| s.split.royalty),
        ledger.flow(Purpose::Royalty).total
    );
    assert_eq!(
        sum(&|s| s.split.seller),
        ledger.flow(Purpose::AssetSale).total
    );
    assert!(market.n_sales > 0);
    for (item, title) in market.titles() {
        let chain: Vec<_> = market.provenance(item).collect();
        assert_eq!(chain.len(), title.n_sales as usize);
        for pair in chain.windows(2) {
            assert_eq!(pair[1].seller, Some(pair[0].buyer));
            assert!(pair[0].tick <= pair[1].tick);
        }
        if let Some(last) = chain.last() {
            assert_eq!(
                (title.owner, title.last_price),
                (Some(last.buyer), last.price)
            );
        }
    }
}

#[test]
fn creators_are_paid_outside_money_at_the_rate_less_the_fee() {
    let mut run = city(&[
        "society.avatars.spender_share=1.0",
        "economy.treasury.resident_wallet=1.0",
        "economy.treasury.cash_out_share=0.5",
        "economy.treasury.cash_out_fee=0.2",
    ]);
    for _ in 0..6 * 1_440 {
        run.step().unwrap();
    }
    let ledger = run.sim.world().resource::<Ledger>();
    let total = |purpose| ledger.flow(purpose).total.as_f64();
    let (coins, money) = (total(Purpose::CashOut), total(Purpose::CashOutPayment));
    assert!(coins > 0.0 && total(Purpose::CoinPayment) >= money);
    // Ten coins are one of outside money; each payment is rounded to a millionth.
    assert!((money - coins / 10.0 * 0.8).abs() < 1e-3, "{coins} {money}");
    assert!(ledger.audit());
}

/// Values with which offers and bundles are frequent in the small city.
const BARGAINING: [&str; 7] = [
    "economy.market.offers=\"any\"",
    "economy.market.offer_least=0.2",
    "economy.market.offer_hours=12",
    "economy.market.bundles=true",
    "economy.market.bundle_rate=0.5",
    "economy.market.relisting=0.2",
    "economy.treasury.resident_wallet=60.0",
];

#[test]
fn offers_are_in_escrow_until_they_are_taken_refused_or_lapse_and_each_says_what_made_it() {
    let sets: Vec<&str> = BARGAINING
        .into_iter()
        .chain([
            "economy.exchange.enabled=true",
            "economy.exchange.looks_per_hour=20.0",
            "economy.exchange.drop_rate=1.0",
        ])
        .collect();
    let mut run = city(&sets);
    run.sim.world_mut().resource_mut::<Ledger>().keep_journal();
    let mut journal = Journal::default();
    for tick in 0..6 * TICKS_PER_DAY {
        run.sim.step();
        if tick % 97 == 0 {
            escrow_is_what_is_open(&run);
        }
        let now = run.sim.world().resource::<SimClock>().now;
        let mut ledger = run.sim.world_mut().resource_mut::<Ledger>();
        ledger.drain_journal(now, &mut journal);
    }
    escrow_is_what_is_open(&run);
    let w = run.sim.world();
    let offers = w.resource::<AssetOffers>();
    let c = offers.counts;
    assert!(c.taken > 0 && c.refused > 0 && c.lapsed > 0, "{c:?}");
    let ended = c.raised + c.taken + c.refused + c.lapsed + c.void;
    assert_eq!(c.made, ended + offers.len() as u64, "{c:?}");
    // Asset sales answer a slate, whichever way they came about.
    let mut n_sales = 0;
    for row in journal.rows() {
        let is_sale = [Purpose::AssetSale, Purpose::Royalty]
            .iter()
            .any(|p| p.code() == row.purpose);
        if is_sale {
            assert_ne!(row.cause, NO_OFFER, "{row:?}");
            n_sales += 1;
        }
    }
    assert!(n_sales > 0);
}

#[test]
fn what_an_offer_holds_and_frees_has_the_cause_of_the_offer() {
    let mut run = city(&BARGAINING);
    run.sim.world_mut().resource_mut::<Ledger>().keep_journal();
    let mut journal = Journal::default();
    for _ in 0..4 * TICKS_PER_DAY {
        run.sim.step();
        let now = run.sim.world().resource::<SimClock>().now;
        let mut ledger = run.sim.world_mut().resource_mut::<Ledger>();
        ledger.drain_journal(now, &mut journal);
    }
    // Nothing but offers is held in this city: what is in escrow for a cause is the offer that it made, to the micro-coin.
    let mut of_cause: BTreeMap<u64, i64> = BTreeMap::new();
    let mut n_moved = 0;
    for row in journal.rows().filter(|r| r.holder == Holder::Escrow) {
        assert_ne!(row.cause, NO_OFFER, "{row:?}");
        *of_cause.entry(row.cause.0).or_default() += row.amount.micros();
        n_moved += 1;
    }
    assert!(n_moved > 100, "{n_moved}");
    let offers = run.sim.world().resource::<AssetOffers>();
    let mut stand: BTreeMap<u64, i64> = BTreeMap::new();
    for o in offers.items().flat_map(|item| offers.of(item)) {
        *stand.entry(o.wish.offer.0).or_default() += o.amount.micros();
    }
    of_cause.retain(|_, held| *held != 0);
    assert_eq!(of_cause, stand);
}

#[test]
fn a_bundle_is_sold_whole_for_parts_that_add_up_and_its_assets_are_for_sale_in_no_other_way() {
    for format in ["listing", "english"] {
        let format = format!("economy.market.format=\"{format}\"");
        let sets: Vec<&str> = BARGAINING.into_iter().chain([format.as_str()]).collect();
        let mut run = city(&sets);
        let (mut n_sold, mut n_bundled) = (0, 0);
        for _ in 0..6 * TICKS_PER_DAY {
            let before: BTreeMap<u32, Bundle> = run
                .sim
                .world()
                .resource::<AssetBundles>()
                .open()
                .map(|(n, b)| (n, b.clone()))
                .collect();
            let sold_before = run.sim.world().resource::<AssetBundles>().counts;
            let n_sales = run.sim.world().resource::<AssetMarket>().sales.len();
            run.step().unwrap();
            let w = run.sim.world();
            let (market, bundles) = (w.resource::<AssetMarket>(), w.resource::<AssetBundles>());
            let offers = w.resource::<AssetOffers>();
            for (_, b) in bundles.open() {
                n_bundled += 1;
                for m in &b.members {
                    let title = market.title(m.item).unwrap();
                    assert_eq!((title.owner, title.asking), (Some(b.owner), None));
                    assert!(!market.auctions.contains_key(&m.item));
                    assert_eq!(offers.of(m.item).count(), 0);
                }
            }
            if bundles.counts.sold == sold_before.sold {
                continue;
            }
            let now = &market.sales[n_sales..];
            let gone = before.iter().filter(|(n, _)| bundles.get(**n).is_none());
            let mut paid = Coins::ZERO;
            for (_, b) in gone {
                let of = |item: ItemId| now.iter().find(|s| s.item == item);
                let Some(first) = of(b.members[0].item) else {
                    continue;
                };
                n_sold += 1;
                let mut parts = Coins::ZERO;
                for m in &b.members {
                    let s = of(m.item).expect("a bundle is sold whole");
                    assert_eq!((s.buyer, s.seller), (first.buyer, Some(b.owner)));
                    assert_eq!(s.split.seller + s.split.fee + s.split.royalty, s.price);
                    parts += s.price;
                }
                assert_eq!(parts, b.price);
                paid += parts;
            }
            assert_eq!(bundles.counts.paid - sold_before.paid, paid);
        }
        let w = run.sim.world();
        assert!(n_bundled > 0 && n_sold > 0, "{n_bundled} {n_sold} {format}");
        assert!(w.resource::<Ledger>().audit());
        for (item, title) in w.resource::<AssetMarket>().titles() {
            let chain: Vec<_> = w.resource::<AssetMarket>().provenance(item).collect();
            assert_eq!(chain.len(), title.n_sales as usize);
            for pair in chain.windows(2) {
                assert_eq!(pair[1].seller, Some(pair[0].buyer), "sold twice");
            }
        }
    }
}

#[test]
fn a_city_that_bargains_goes_on_from_a_checkpoint_as_if_it_had_not_stopped() {
    let mut run = city(&BARGAINING);
    for _ in 0..3 * TICKS_PER_DAY + 700 {
        run.step().unwrap();
    }
    let w = run.sim.world();
    assert!(!w.resource::<AssetOffers>().is_empty(), "nothing to keep");
    assert!(!w.resource::<AssetBundles>().is_empty(), "nothing to keep");
    goes_on_alike(&mut run.sim, &mut city(&BARGAINING).sim);
}

#[test]
fn without_offers_and_bundles_their_values_move_nothing_and_are_no_state() {
    let chain = |sets: &[&str]| -> Vec<u64> {
        let mut run = city(sets);
        // Parts are told once there are hashes of them.
        run.sim.state_hash();
        let parts = run.sim.state_parts();
        let has = |part| parts.iter().any(|(name, _)| *name == part);
        assert!(has("ledger") && !has("asset offers") && !has("asset bundles"));
        (0..2 * TICKS_PER_DAY)
            .map(|_| {
                run.sim.step();
                run.sim.state_hash()
            })
            .collect()
    };
    let plain = chain(&[]);
    let turned = [
        "economy.market.offer_share=0.2",
        "economy.market.offer_least=0.0",
        "economy.market.offer_hours=1",
        "economy.market.offer_patience=90",
        "economy.market.bundle_rate=1.0",
        "economy.market.bundle_size=9",
        "economy.market.bundle_discount=0.8",
        "economy.market.bundle_days=1",
    ];
    assert!(
        chain(&turned) == plain,
        "something that is off moved something"
    );
    let mut on = city(&["economy.market.offers=\"listed\""]);
    let hashes = (0..2 * TICKS_PER_DAY).map(|_| {
        on.sim.step();
        on.sim.state_hash()
    });
    assert!(!hashes.eq(plain), "offers move nothing");
}

/// A city in which nothing but trade in assets happens: random slates, no fees, no land, no bank.
fn market_only(seed: u64, market: &MarketConfig) -> Simulation {
    let mut s = Scenario {
        seed,
        days: 10,
        economy: EconomyConfig {
            market: market.clone(),
            ..EconomyConfig::NULL
        },
        platform: PlatformConfig::NULL,
        lab: LabConfig {
            oracle_every: 0,
            ..LabConfig::default()
        },
        ..Scenario::default()
    };
    s.economy.treasury.resident_wallet = 20.0;
    s.economy.treasury.newcomer_grant = 10.0;
    s.society.population.residents = 300;
    s.society.returns.sessions_per_day = 3.0;
    s.society.sessions.market_weight = 0.5;
    let mut sim = found(&s, Plantings::default(), 1).unwrap();
    for _ in 0..s.days * TICKS_PER_DAY {
        sim.step();
    }
    sim
}

#[test]
fn where_nothing_else_happens_offers_sell_what_prices_alone_do_not() {
    let market = |offers| MarketConfig {
        offers,
        fee: 0.0,
        royalty: 0.0,
        ..MarketConfig::BASELINE
    };
    let mut more = 0i64;
    for seed in 1..=3 {
        let sold = |offers| {
            let sim = market_only(seed, &market(offers));
            let w = sim.world();
            if let Some(o) = w.get_resource::<AssetOffers>() {
                assert!(o.counts.taken > 0, "no offer was taken: {:?}", o.counts);
            }
            w.resource::<AssetMarket>().n_sales as i64
        };
        let (plain, listed) = (sold(OfferScope::Off), sold(OfferScope::Listed));
        assert!(plain > 20, "{plain} sales are too few to tell");
        eprintln!("seed {seed}: {plain} without offers, {listed} with");
        more += listed - plain;
    }
    assert!(more > 0, "{more} sales more with offers");
}

#[test]
fn metrics_of_offers_and_bundles_are_not_observable_without_them() {
    let shown = |sets: &[&str]| {
        let mut run = city(sets);
        for _ in 0..2 * TICKS_PER_DAY {
            run.step().unwrap();
        }
        metrics_of(&run)
    };
    let (without, with) = (shown(&[]), shown(&BARGAINING));
    for key in [
        "asset_offers",
        "offers_taken",
        "bundles_listed",
        "bundles_sold",
    ] {
        assert_eq!(without[key], None, "{key}");
        assert!(with[key].is_some(), "{key}");
    }
    assert!(with["asset_offers"] > Some(0.0));
}

#[test]
fn following_sales_of_land_changes_nothing_and_both_sides_and_the_city_share_the_gain() {
    let with = |format: &str, follows: bool| {
        city(&[
            "society.sessions.land_weight=0.5",
            &format!("economy.land.format=\"{format}\""),
            &format!("lab.land_sales={follows}"),
        ])
    };
    for format in ["vickrey", "english", "first_price", "uniform"] {
        let mut run = with(format, true);
        for _ in 0..4 * TICKS_PER_DAY {
            run.step().unwrap();
        }
        let shown = metrics_of(&run);
        let of = |key: &str| shown[key].unwrap();
        let sold = of("land_city_sales") + of("land_owner_sales");
        assert!(sold > 0.0, "{format}");
        assert_eq!(sold, of("land_sales"), "{format}");
        // What neither buyers nor owners keep is what the city was paid, and fees.
        let rest = of("land_gain") - of("land_buyer_surplus") - of("land_seller_surplus");
        let revenue = of("land_revenue");
        assert!(
            (-1e-6..=revenue + 1e-6).contains(&rest),
            "{format}: {rest} of {revenue}"
        );
    }
    let (mut followed, mut plain) = (with("uniform", true), with("uniform", false));
    for tick in 0..4 * TICKS_PER_DAY {
        followed.sim.step();
        plain.sim.step();
        let hashes = (followed.sim.state_hash(), plain.sim.state_hash());
        assert_eq!(hashes.0, hashes.1, "{tick}");
    }
    let shown = metrics_of(&plain);
    assert!(shown["land_sales"].unwrap() > 0.0, "nothing to follow");
    assert!(!shown.contains_key("land_gain"));
}
