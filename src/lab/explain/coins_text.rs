//! Where coins came from and went, as readable text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::coins::{CoinTrace, Ends, Movement, Origin, Source, account};
use super::text::table;
use crate::events::money::Holder;
use crate::sim::units::Coins;

fn coins(micros: i64) -> String {
    let coins = Coins::from_micros(micros).as_f64();
    if coins.abs() >= 100.0 {
        format!("{coins:.0}")
    } else {
        format!("{coins:.4}")
    }
}

impl Movement {
    /// Returns what it added to a wallet.
    #[must_use]
    pub fn of_wallet(&self, avatar: u32) -> String {
        let name = account(Holder::Wallet, avatar);
        let own = self.parties.iter().find(|p| p.account == name);
        coins(own.map_or(0, |p| p.micros))
    }

    /// Returns it in one line.
    #[must_use]
    pub fn to_line(&self) -> String {
        let side = |pays: bool| {
            let of = self.parties.iter().filter(|p| (p.micros < 0) == pays);
            of.map(|p| p.account.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        format!(
            "transaction {}  {}  {}  {} → {}",
            self.transaction,
            self.when,
            self.purpose,
            side(true),
            side(false)
        )
    }
}

impl Source {
    fn write(&self, text: &mut String, indent: usize) {
        // Writing to a string does not fail.
        let _never = writeln!(
            text,
            "{:indent$}{:>12}  {}",
            "",
            coins(self.micros),
            self.movement.to_line()
        );
        write_sources(text, &self.paid_with, self.others, indent + 4);
    }
}

fn write_sources(text: &mut String, told: &[Source], others: (usize, i64), indent: usize) {
    for source in told {
        source.write(text, indent);
    }
    if others.0 > 0 {
        let _never = writeln!(
            text,
            "{:indent$}{:>12}  from {} smaller ones",
            "",
            coins(others.1),
            others.0
        );
    }
}

/// Writes what money was made for, with shares.
#[must_use]
pub fn origins_text(origins: &[Origin]) -> String {
    let all: i64 = origins.iter().map(|o| o.micros).sum();
    let mut text = String::new();
    for o in origins {
        let share = 100.0 * o.micros as f64 / all.max(1) as f64;
        let _never = writeln!(
            text,
            "  {:>12}  {share:>5.1} %  {}, in {} movements",
            coins(o.micros),
            o.purpose,
            o.movements
        );
    }
    text
}

impl CoinTrace {
    /// Returns it as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let m = &self.movement;
        let mut text = format!("{}\n", m.to_line());
        for p in &m.parties {
            let _never = writeln!(text, "  {:>12}  {}", coins(p.micros), p.account);
        }
        let _never = writeln!(text, "cause: {}", m.cause);
        if self.paid_with.is_empty() && self.others.0 == 0 {
            let _never = writeln!(text, "made by this transaction: it was nobody's before");
        } else {
            let _never = writeln!(text, "paid with, first in, first out");
            write_sources(&mut text, &self.paid_with, self.others, 2);
        }
        let _never = writeln!(text, "made as");
        text + &origins_text(&self.made_as)
    }
}

/// Writes a table of what became of coins, as shares of what was made for each purpose.
#[must_use]
pub fn ends_text(rows: &[Ends]) -> String {
    let mut columns: BTreeMap<&str, i64> = BTreeMap::new();
    for row in rows {
        for (name, micros) in &row.ended {
            *columns.entry(name).or_default() += micros;
        }
    }
    let mut columns: Vec<(&str, i64)> = columns.into_iter().collect();
    columns.sort_by_key(|c| std::cmp::Reverse(c.1));
    let share = |part: i64, made: i64| format!("{:.1} %", 100.0 * part as f64 / made.max(1) as f64);
    let mut names = vec!["made as".to_owned(), "coins".to_owned()];
    names.extend(columns.iter().map(|c| c.0.to_owned()));
    let mut lines = vec![names];
    for row in rows {
        let part = |name: &str| row.ended.get(name).copied().unwrap_or(0);
        let mut line = vec![row.purpose.clone(), coins(row.made)];
        line.extend(columns.iter().map(|c| share(part(c.0), row.made)));
        lines.push(line);
    }
    let all: i64 = rows.iter().map(|r| r.made).sum();
    let mut line = vec!["all".to_owned(), coins(all)];
    line.extend(columns.iter().map(|c| share(c.1, all)));
    lines.push(line);
    table(&lines)
}
