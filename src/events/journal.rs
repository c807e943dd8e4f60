//! Postings that wait to be written to disk, column by column, as the file will hold them.

use serde::{Deserialize, Serialize};

use super::money::{Holder, MoneyRow};
use crate::sim::ids::OfferId;
use crate::sim::units::{Coins, Tick};

/// Postings in their order, a column for each field of a [`MoneyRow`].
///
/// Whoever posts does not know the time: rows are [dated](Self::date) when the tick is over.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Journal {
    pub(super) ticks: Vec<u32>,
    pub(super) transactions: Vec<u64>,
    pub(super) purposes: Vec<u8>,
    pub(super) currencies: Vec<u8>,
    pub(super) causes: Vec<u64>,
    pub(super) holders: Vec<Holder>,
    pub(super) numbers: Vec<u32>,
    pub(super) amounts: Vec<i64>,
}

impl Journal {
    /// Makes an empty one with room for `n` postings.
    #[must_use]
    pub fn with_capacity(n: usize) -> Self {
        Self {
            ticks: Vec::with_capacity(n),
            transactions: Vec::with_capacity(n),
            purposes: Vec::with_capacity(n),
            currencies: Vec::with_capacity(n),
            causes: Vec::with_capacity(n),
            holders: Vec::with_capacity(n),
            numbers: Vec::with_capacity(n),
            amounts: Vec::with_capacity(n),
        }
    }

    /// Returns how many postings there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.amounts.len()
    }

    /// Says whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.amounts.is_empty()
    }

    /// Adds a posting; its tick is that of the next [`Self::date`].
    pub fn push(&mut self, row: &MoneyRow) {
        self.transactions.push(row.transaction);
        self.purposes.push(row.purpose);
        self.currencies.push(row.currency);
        self.causes.push(row.cause.0);
        self.holders.push(row.holder);
        self.numbers.push(row.number);
        self.amounts.push(row.amount.micros());
    }

    /// Gives all postings that have no date yet this one.
    pub fn date(&mut self, tick: Tick) {
        self.ticks.resize(self.len(), tick.0);
    }

    /// Moves all postings of another journal to the end of this one; both keep their room.
    pub fn append(&mut self, other: &mut Self) {
        if self.is_empty() {
            std::mem::swap(self, other);
            return;
        }
        self.ticks.append(&mut other.ticks);
        self.transactions.append(&mut other.transactions);
        self.purposes.append(&mut other.purposes);
        self.currencies.append(&mut other.currencies);
        self.causes.append(&mut other.causes);
        self.holders.append(&mut other.holders);
        self.numbers.append(&mut other.numbers);
        self.amounts.append(&mut other.amounts);
    }

    /// Forgets all postings; their room is kept.
    pub fn clear(&mut self) {
        self.ticks.clear();
        self.transactions.clear();
        self.purposes.clear();
        self.currencies.clear();
        self.causes.clear();
        self.holders.clear();
        self.numbers.clear();
        self.amounts.clear();
    }

    /// Returns the postings as rows.
    pub fn rows(&self) -> impl Iterator<Item = MoneyRow> + '_ {
        (0..self.len()).map(|i| MoneyRow {
            tick: Tick(self.ticks.get(i).copied().unwrap_or_default()),
            transaction: self.transactions[i],
            purpose: self.purposes[i],
            currency: self.currencies[i],
            cause: OfferId(self.causes[i]),
            holder: self.holders[i],
            number: self.numbers[i],
            amount: Coins::from_micros(self.amounts[i]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postings_are_dated_when_their_tick_is_over_and_keep_their_order() {
        let row = |tick, transaction, amount| MoneyRow {
            tick: Tick(tick),
            transaction,
            purpose: 3,
            currency: 1,
            cause: OfferId(transaction * 7),
            holder: Holder::Wallet,
            number: 9,
            amount: Coins::from_micros(amount),
        };
        let (mut waiting, mut all) = (Journal::default(), Journal::with_capacity(4));
        for (tick, transactions) in [(5, 1..3), (6, 3..3), (8, 3..6)] {
            for t in transactions {
                waiting.push(&row(0, t, -5));
                waiting.push(&row(0, t, 5));
            }
            waiting.date(Tick(tick));
            all.append(&mut waiting);
            assert!(waiting.is_empty());
        }
        let expected = [(5, 1..3), (8, 3..6)]
            .into_iter()
            .flat_map(|(tick, ts)| ts.flat_map(move |t| [row(tick, t, -5), row(tick, t, 5)]));
        assert_eq!(all.rows().collect::<Vec<_>>(), expected.collect::<Vec<_>>());
        assert_eq!(all.len(), 10);
    }
}
