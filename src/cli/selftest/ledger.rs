//! Money moves at random, and after every transfer the books balance.

use serde::Serialize;

use crate::cli::output;
use crate::cli::run::wall_clock;
use crate::economy::ledger::Currency;
use crate::economy::ledger::workload::Transfers;

/// Transfers after which every account is added up anew.
const ROUND: u64 = 10_000_000;

/// What the proof found.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// Transfers tried.
    pub transfers: u64,
    /// Of which so many were refused, because the wallet had too little.
    pub refused: u64,
    /// Times every account was added up anew.
    pub audits: u64,
    /// Transfers or audits after which the books did not balance.
    pub violations: u64,
    /// Seconds it took.
    pub seconds: f64,
    /// Micro-coins made, burned and held at the end.
    pub books: (i64, i64, i64),
}

impl Shown {
    /// Says it in a line.
    #[must_use]
    pub fn line(&self) -> String {
        format!(
            "{} transfers ({} refused) in {:.0} s, books checked after each and every account {} times: {} violations",
            self.transfers, self.refused, self.seconds, self.audits, self.violations
        )
    }
}

/// Makes `transfers` transfers between `wallets` wallets.
#[must_use]
pub fn transfer(transfers: u64, wallets: u32, seed: u64, quiet: bool) -> Shown {
    let clock = wall_clock();
    let bar = output::progress(transfers, quiet);
    bar.set_message("moving money");
    let mut money = Transfers::new(wallets, seed);
    let (mut done, mut audits, mut violations) = (0, 0, 0);
    while done < transfers {
        let n = ROUND.min(transfers - done);
        money.run(n);
        done += n;
        audits += 1;
        violations += u64::from(!money.ledger.audit());
        bar.set_position(done);
    }
    bar.finish_and_clear();
    let books = money.ledger.books(Currency::Coins);
    Shown {
        transfers,
        refused: money.refused,
        audits,
        violations: violations + money.violations,
        seconds: clock.elapsed().as_secs_f64(),
        books: (
            books.minted.micros(),
            books.burned.micros(),
            books.held.micros(),
        ),
    }
}
