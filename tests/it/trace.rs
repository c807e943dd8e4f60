//! Where coins come from: what a run wrote down of its money gives every balance again, and each amount adds up to its origins.

use std::fs;

use agora::cli::selftest::city::busy;
use agora::economy::ledger::trail::Trail;
use agora::economy::ledger::{Account, Currency, Ledger};
use agora::economy::purpose::Purpose;
use agora::events::behavior::NO_OFFER;
use agora::events::log::money::read_money_of;
use agora::events::money::Holder;
use agora::lab::explain::coins::ends;
use agora::scenario::run::progress::Run;
use agora::sim::ids::AvatarId;
use agora::sim::units::{Coins, TICKS_PER_DAY};

use crate::binary::{agora, complaint, none, run_tiny};

/// Purposes that answer no offer: rules of the city, and what people want by themselves.
const WITHOUT_OFFER: [Purpose; 14] = [
    Purpose::Grant,
    Purpose::CreatorPayout,
    Purpose::CoinSale,
    Purpose::CoinPayment,
    Purpose::ParcelSale,
    Purpose::MarketFee,
    Purpose::Rent,
    Purpose::LandTax,
    Purpose::Build,
    Purpose::Gift,
    Purpose::AdDeposit,
    Purpose::AdRefund,
    Purpose::Burn,
    Purpose::Footfall,
];

#[test]
fn postings_on_disk_give_every_balance_and_every_amount_adds_up() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("run");
    let mut run = Run::begin_in(&place, false, &busy(150, 3, "item_knn").unwrap(), 1).unwrap();
    for _ in 0..2 * TICKS_PER_DAY {
        run.step().unwrap();
    }
    run.finish().unwrap();
    let mut trail = Trail::default();
    for day in 0..2 {
        trail.add(&read_money_of(&place, day).unwrap()).unwrap();
    }
    let ledger = run.sim.world().resource::<Ledger>();
    assert_eq!(trail.steps().len() as u64, ledger.next_id());
    for i in 0..ledger.wallets(Currency::Coins).len() as u32 {
        let held: i64 = trail
            .held((Currency::Coins.code(), Holder::Wallet, i))
            .map(|p| p.len)
            .sum();
        let has = ledger.balance(Currency::Coins, Account::Wallet(AvatarId(i)));
        assert_eq!(held, has.micros(), "wallet {i}");
    }
    let books = ledger.books(Currency::Coins);
    let rows = ends(&trail, Currency::Coins);
    let made: i64 = rows.iter().map(|r| r.made).sum();
    assert_eq!(made, books.minted.micros());
    let burned: i64 = rows
        .iter()
        .flat_map(|r| &r.ended)
        .filter(|(name, _)| !name.starts_with("held"))
        .map(|(_, n)| n)
        .sum();
    assert_eq!(burned, books.burned.micros());
    for (i, step) in trail.steps().iter().enumerate() {
        let purpose = Purpose::from_code(step.purpose).unwrap();
        assert!(
            step.cause != NO_OFFER || WITHOUT_OFFER.contains(&purpose),
            "{} of transaction {} has no cause",
            purpose.word(),
            step.transaction
        );
        let origins: Coins = trail.origins([trail.whole(i)]).iter().map(|o| o.1).sum();
        assert_eq!(origins, step.amount);
    }
}

#[test]
fn the_command_traces_runs_wallets_and_transactions_and_says_what_it_cannot() {
    let dir = tempfile::tempdir().unwrap();
    assert!(run_tiny(dir.path(), "1", "run").status.success());
    let says = |args: &[&str]| {
        let done = agora(dir.path(), args);
        assert!(done.status.success(), "{args:?}");
        String::from_utf8(done.stdout).unwrap()
    };
    let all = says(&["trace", "run"]);
    assert!(
        all.contains("grant") && all.contains("held: wallet"),
        "{all}"
    );
    let wallet = says(&["trace", "run", "--avatar", "0"]);
    assert!(wallet.contains("wallet 0 holds"), "{wallet}");
    let first = says(&["trace", "run", "--transaction", "0"]);
    assert!(first.contains("the account was opened"), "{first}");
    let json = says(&["trace", "run", "--transaction", "0", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["transaction"]["made_as"][0]["purpose"], "grant");
    let complaints = [
        (vec!["trace", "nowhere"], "nowhere: is not a run folder"),
        (
            vec!["trace", "run", "--transaction", "99999999"],
            "--transaction 99999999: is not among those of the finished days",
        ),
        (
            vec!["trace", "run", "--avatar", "99999999"],
            "never had coins",
        ),
    ]
    .iter()
    .filter_map(|(args, says)| {
        complaint(&format!("{args:?}"), &agora(dir.path(), args), 2, &[says])
    })
    .collect();
    none(complaints);
    fs::remove_file(dir.path().join("run/events/day=000/money.parquet")).unwrap();
    let done = agora(dir.path(), &["trace", "run"]);
    none(
        complaint("no journal", &done, 2, &["lab.log_money = true"])
            .into_iter()
            .collect(),
    );
}
