//! Where coins came from and where they went, in rows, from the postings that a run wrote down.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::economy::ledger::Currency;
use crate::economy::ledger::trail::{AccountKey, Leg, Piece, Step, Trail};
use crate::economy::purpose::Purpose;
use crate::events::behavior::{Event, NO_OFFER, ThingKind};
use crate::events::money::Holder;

/// Sources of one movement that are told apart; the rest is summed up.
const TOLD: usize = 6;

/// One account's part in a movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Party {
    /// Whose account, and which.
    pub account: String,
    /// What was added to it, in micro-units.
    pub micros: i64,
}

/// A transaction, as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Movement {
    /// Its number.
    pub transaction: u64,
    /// When.
    pub when: String,
    /// What for.
    pub purpose: String,
    /// In which currency.
    pub currency: String,
    /// How much, in micro-units.
    pub micros: i64,
    /// Who paid and who was paid.
    pub parties: Vec<Party>,
    /// What caused it.
    pub cause: String,
}

/// What a part of a movement was paid with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// How much of it, in micro-units.
    pub micros: i64,
    /// The movement that brought it to whoever paid.
    pub movement: Movement,
    /// What that part was paid with, as far back as was asked.
    pub paid_with: Vec<Self>,
    /// Further sources that are not told apart, and what they come to in micro-units.
    pub others: (usize, i64),
}

/// Coins by what they were made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// What for.
    pub purpose: String,
    /// How many, in micro-units.
    pub micros: i64,
    /// In how many movements.
    pub movements: usize,
}

/// Where the money of one movement came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoinTrace {
    /// The movement.
    pub movement: Movement,
    /// What it was paid with; empty if it made what it moved.
    pub paid_with: Vec<Source>,
    /// Further sources, as in [`Source::others`].
    pub others: (usize, i64),
    /// Where it was made, most first; adds up to the movement.
    pub made_as: Vec<Origin>,
}

/// Where coins that were made for a purpose ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ends {
    /// What they were made for.
    pub purpose: String,
    /// How many were made, in micro-coins.
    pub made: i64,
    /// What became of them, in micro-coins: the purpose for which they were burned, or who holds them.
    pub ended: BTreeMap<String, i64>,
}

/// Names an account.
pub(super) fn account(holder: Holder, number: u32) -> String {
    match holder {
        Holder::Wallet | Holder::Escrow | Holder::Advertiser => {
            format!("{} {number}", holder.word())
        }
        one => one.word().replace('_', " "),
    }
}

fn purpose(code: u8) -> String {
    Purpose::from_code(code).map_or_else(|| format!("purpose {code}"), |p| p.word().to_owned())
}

/// What happened in the tick of a step in answer to the offer that caused it.
fn cause(step: &Step, events: Option<&[Event]>) -> String {
    if step.cause == NO_OFFER {
        return match Purpose::from_code(step.purpose) {
            Some(p) => rule(p).to_owned(),
            None => "no offer".to_owned(),
        };
    }
    let offer = format!("offer {}", step.cause.0);
    let answer = events
        .unwrap_or_default()
        .iter()
        .find(|e| e.tick == step.tick && e.offer == step.cause);
    let Some(e) = answer else { return offer };
    let mut text = format!(
        "{offer}, answered by avatar {} with {}",
        e.avatar,
        e.kind.word()
    );
    if e.thing.kind != ThingKind::None {
        // Writing to a string does not fail.
        let _never = write!(text, " of {} {}", e.thing.kind.word(), e.thing.id);
    }
    text
}

/// Why money moves that no offer moved.
const fn rule(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Grant => "the account was opened",
        Purpose::CreatorPayout => "the creators' fund was shared out at midnight",
        Purpose::ParcelSale => "the land auction was cleared at midnight",
        Purpose::MarketFee => "the fee of the sale before it, or the day's fees of the exchange",
        Purpose::Hold => "set aside for a bid or an order",
        Purpose::Release => "a bid or an order was outbid, filled, withdrawn or over",
        Purpose::MaterialSale => "two orders in the book of a material met",
        Purpose::CashOut | Purpose::CashOutPayment => {
            "creators change a share of what they are paid at midnight"
        }
        Purpose::Build => "an owner builds where a month of it pays",
        Purpose::Royalty => "the royalty of the sale before it",
        Purpose::Rent => "rents were due at midnight",
        Purpose::LandTax => "land tax was due at midnight",
        Purpose::Footfall => "passers-by of the day were counted at midnight",
        Purpose::AdDeposit | Purpose::AdRefund => "the advertiser's day began",
        Purpose::Burn => "the treasury burned its share at midnight",
        _ => "the avatar wanted it by itself",
    }
}

fn movement(trail: &Trail, step: &Step, events: Option<&[Event]>) -> Movement {
    let currency = Currency::from_code(step.currency).map_or("unknown", Currency::word);
    Movement {
        transaction: step.transaction,
        when: step.tick.to_string(),
        purpose: purpose(step.purpose),
        currency: currency.to_owned(),
        micros: step.amount.micros(),
        parties: trail.legs(step).iter().map(party).collect(),
        cause: cause(step, events),
    }
}

fn party(leg: &Leg) -> Party {
    Party {
        account: account(leg.holder, leg.number),
        micros: leg.amount.micros(),
    }
}

/// Tells what a piece was paid with, `depth` movements back; the largest parts first.
fn sources(trail: &Trail, piece: Piece, depth: usize) -> (Vec<Source>, (usize, i64)) {
    if depth == 0 {
        return (Vec::new(), (0, 0));
    }
    let mut by_step: BTreeMap<usize, Vec<Piece>> = BTreeMap::new();
    for part in trail.paid_with(piece) {
        if let Some(via) = part.via {
            by_step.entry(via).or_default().push(part);
        }
    }
    let mut found: Vec<(i64, usize, Vec<Piece>)> = by_step
        .into_iter()
        .map(|(i, parts)| (parts.iter().map(|p| p.len).sum(), i, parts))
        .collect();
    found.sort_by_key(|f| (std::cmp::Reverse(f.0), f.1));
    let rest = found.split_off(found.len().min(TOLD));
    let told = found
        .into_iter()
        .map(|(micros, index, parts)| {
            let (mut paid_with, mut others) = (Vec::new(), (0, 0));
            // Parts of one movement lie next to each other as a rule; each is followed by itself.
            for part in parts {
                let (more, left) = sources(trail, part, depth - 1);
                paid_with.extend(more);
                others = (others.0 + left.0, others.1 + left.1);
            }
            Source {
                micros,
                movement: movement(trail, &trail.steps()[index], None),
                paid_with,
                others,
            }
        })
        .collect();
    (told, (rest.len(), rest.iter().map(|f| f.0).sum()))
}

fn by_purpose(trail: &Trail, pieces: impl IntoIterator<Item = Piece>) -> Vec<Origin> {
    let mut made: BTreeMap<u8, (i64, usize)> = BTreeMap::new();
    for (index, amount) in trail.origins(pieces) {
        let entry = made.entry(trail.steps()[index].purpose).or_default();
        entry.0 += amount.micros();
        entry.1 += 1;
    }
    let mut out: Vec<Origin> = made
        .into_iter()
        .map(|(code, (micros, movements))| Origin {
            purpose: purpose(code),
            micros,
            movements,
        })
        .collect();
    out.sort_by_key(|o| std::cmp::Reverse(o.micros));
    out
}

/// Traces a movement back, `depth` movements far, and all the way to where its money was made.
/// `events` are those of its day, if they are at hand.
#[must_use]
pub fn trace(trail: &Trail, index: usize, depth: usize, events: Option<&[Event]>) -> CoinTrace {
    let whole = trail.whole(index);
    let (paid_with, others) = sources(trail, whole, depth);
    CoinTrace {
        movement: movement(trail, &trail.steps()[index], events),
        paid_with,
        others,
        made_as: by_purpose(trail, [whole]),
    }
}

/// Lists the movements of an account, youngest first, at most `last`.
#[must_use]
pub fn movements(trail: &Trail, key: AccountKey, last: usize) -> Vec<Movement> {
    let is_party = |s: &&Step| {
        s.currency == key.0
            && trail
                .legs(s)
                .iter()
                .any(|l| (l.holder, l.number) == (key.1, key.2))
    };
    let found = trail.steps().iter().rev().filter(is_party).take(last);
    found.map(|s| movement(trail, s, None)).collect()
}

/// Says what the money was made for that an account holds.
#[must_use]
pub fn held(trail: &Trail, key: AccountKey) -> Vec<Origin> {
    by_purpose(trail, trail.held(key))
}

/// Says for all coins of a run what became of them: one row for each purpose they were made for.
#[must_use]
pub fn ends(trail: &Trail, currency: Currency) -> Vec<Ends> {
    // Burned coins by what they were burned for, the others by who holds them.
    let mut groups: BTreeMap<String, Vec<Piece>> = BTreeMap::new();
    for key in trail.accounts().filter(|k| k.0 == currency.code()) {
        for piece in trail.held(key) {
            let name = match (key.1, piece.via) {
                (Holder::Burn, Some(via)) => purpose(trail.steps()[via].purpose),
                (holder, _) => format!("held: {}", holder.word()),
            };
            groups.entry(name).or_default().push(piece);
        }
    }
    let mut rows: BTreeMap<u8, Ends> = BTreeMap::new();
    for (name, pieces) in groups {
        for (index, amount) in trail.origins(pieces) {
            let code = trail.steps()[index].purpose;
            let row = rows.entry(code).or_insert_with(|| Ends {
                purpose: purpose(code),
                made: 0,
                ended: BTreeMap::new(),
            });
            row.made += amount.micros();
            *row.ended.entry(name.clone()).or_default() += amount.micros();
        }
    }
    let mut rows: Vec<Ends> = rows.into_values().collect();
    rows.sort_by_key(|r| std::cmp::Reverse(r.made));
    rows
}

#[cfg(test)]
mod tests {
    use super::super::coins_text::ends_text;
    use super::*;
    use crate::economy::ledger::{Account, Ledger};
    use crate::events::behavior::EventKind;
    use crate::events::journal::Journal;
    use crate::sim::ids::{AvatarId, OfferId};
    use crate::sim::units::{Coins, Tick};

    fn trail() -> Trail {
        let mut l = Ledger::default();
        l.open_avatars(2);
        l.keep_journal();
        let (a, b) = (Account::Wallet(AvatarId(0)), Account::Wallet(AvatarId(1)));
        let mut pay = |from, to, coins, purpose, cause| {
            let amount = Coins::from_whole(coins);
            l.transfer(Currency::Coins, from, to, amount, purpose, cause)
                .unwrap();
        };
        pay(Account::Mint, a, 6, Purpose::Grant, NO_OFFER);
        pay(Account::Mint, b, 4, Purpose::QuestReward, OfferId(3));
        pay(a, b, 2, Purpose::Gift, NO_OFFER);
        pay(b, Account::Burn, 5, Purpose::ItemSale, OfferId(9));
        let (mut journal, mut trail) = (Journal::default(), Trail::default());
        l.drain_journal(Tick(61), &mut journal);
        let rows: Vec<_> = journal.rows().collect();
        trail.add(&rows).unwrap();
        trail
    }

    #[test]
    fn a_movement_is_told_back_to_where_its_money_was_made() {
        let event = Event::new(Tick(61), AvatarId(1), EventKind::Buy)
            .thing(ThingKind::Item, 5)
            .answering(crate::events::behavior::Surface::GameItems, 0, OfferId(9));
        let t = trace(&trail(), 3, 3, Some(&[event]));
        assert_eq!(
            t.movement.cause,
            "offer 9, answered by avatar 1 with buy of item 5"
        );
        let told: Vec<(i64, &str)> = t
            .paid_with
            .iter()
            .map(|s| (s.micros, s.movement.purpose.as_str()))
            .collect();
        assert_eq!(told, [(4_000_000, "quest_reward"), (1_000_000, "gift")]);
        assert_eq!(t.paid_with[1].paid_with[0].movement.purpose, "grant");
        let text = t.to_text();
        assert!(text.contains("80.0 %  quest_reward"), "{text}");
        assert!(text.contains("20.0 %  grant"), "{text}");
    }

    #[test]
    fn every_coin_that_was_made_ends_somewhere() {
        let rows = ends(&trail(), Currency::Coins);
        assert_eq!(rows.len(), 2);
        assert_eq!(
            (rows[0].purpose.as_str(), rows[0].made),
            ("grant", 6_000_000)
        );
        assert_eq!(rows[0].ended["held: wallet"], 5_000_000);
        assert_eq!(rows[1].ended["item_sale"], 4_000_000);
        for row in &rows {
            assert_eq!(row.ended.values().sum::<i64>(), row.made);
        }
        assert!(ends_text(&rows).contains("all"));
    }

    #[test]
    fn an_account_is_told_youngest_first() {
        let t = trail();
        let key = (Currency::Coins.code(), Holder::Wallet, 1);
        let all = movements(&t, key, 10);
        let numbers: Vec<u64> = all.iter().map(|m| m.transaction).collect();
        assert_eq!(numbers, [3, 2, 1]);
        assert_eq!(held(&t, key)[0].micros, 1_000_000);
    }
}
