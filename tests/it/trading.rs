//! Trade in the running city: what is bid and ordered is in escrow to the micro-coin, and prices are divided without rest.

use std::collections::BTreeMap;

use agora::economy::exchange::materials::{Exchange, MATERIALS};
use agora::economy::ledger::{Account, Currency, Ledger};
use agora::economy::market::titles::AssetMarket;
use agora::economy::purpose::Purpose;
use agora::economy::settle::Audit;
use agora::scenario::load::{Overrides, load};
use agora::scenario::run::progress::Run;
use agora::sim::ids::AvatarId;
use agora::sim::units::Coins;

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
