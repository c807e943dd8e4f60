//! Every posting of the ledger in a tick, for recordings in full.

use super::shape::{Kind, Shape};
use super::wire::{Column, Fields, Out, WireError};
use crate::events::money::{Holder, MoneyRow};
use crate::sim::ids::OfferId;
use crate::sim::units::{Coins, Tick};

/// The message.
pub(super) const SHAPE: Shape = Shape {
    name: "Postings",
    help: "Every posting of the ledger in a tick: one leg of a movement of money each; the legs of a transaction sum to zero.",
    fields: &[
        (
            1,
            "transaction",
            Kind::Signed,
            "number of the transaction, as the distance from the one before",
        ),
        (2, "purpose", Kind::Numbers, "code of what it was for"),
        (3, "currency", Kind::Numbers, "0 coins, 1 outside money"),
        (
            4,
            "cause",
            Kind::Signed,
            "offer that caused it, plus 1, as the distance from the one before; 0 for none",
        ),
        (5, "holder", Kind::Numbers, "code of whose account"),
        (
            6,
            "number",
            Kind::Numbers,
            "which of them: the avatar or the campaign",
        ),
        (
            7,
            "amount",
            Kind::Signed,
            "what was added to it, in millionths",
        ),
    ],
};

/// Writes the postings of a tick.
pub(super) fn write(rows: &[MoneyRow]) -> Vec<u8> {
    let mut columns: [Column; 8] = std::array::from_fn(|_| Column::default());
    let (mut transaction, mut cause) = (0u64, 0u64);
    for row in rows {
        columns[1].put_signed(row.transaction.wrapping_sub(transaction).cast_signed());
        transaction = row.transaction;
        columns[2].put(u64::from(row.purpose));
        columns[3].put(u64::from(row.currency));
        let by = row.cause.0.wrapping_add(1);
        columns[4].put_signed(by.wrapping_sub(cause).cast_signed());
        cause = by;
        columns[5].put(u64::from(row.holder.code()));
        columns[6].put(u64::from(row.number));
        columns[7].put_signed(row.amount.micros());
    }
    let mut out = Out::default();
    for (field, column) in (0..).zip(&columns) {
        out.column(field, column);
    }
    out.finish()
}

/// Reads the postings of a tick.
pub(super) fn read(bytes: &[u8], tick: Tick) -> Result<Vec<MoneyRow>, WireError> {
    let fields = Fields::read(bytes)?;
    let mut c = Vec::with_capacity(8);
    for field in 0..8 {
        c.push(fields.column(field)?);
    }
    let (mut transaction, mut cause) = (0u64, 0u64);
    let mut rows = Vec::new();
    while !c[1].is_done() {
        transaction = transaction.wrapping_add(c[1].next_signed()?.cast_unsigned());
        cause = cause.wrapping_add(c[4].next_signed()?.cast_unsigned());
        let holder = c[5].next8()?;
        rows.push(MoneyRow {
            tick,
            transaction,
            purpose: c[2].next8()?,
            currency: c[3].next8()?,
            cause: OfferId(cause.wrapping_sub(1)),
            holder: Holder::from_code(holder).ok_or_else(|| c[5].wrong(u64::from(holder)))?,
            number: c[6].next32()?,
            amount: Coins::from_micros(c[7].next_signed()?),
        });
    }
    for column in &c {
        column.end()?;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::behavior::NO_OFFER;

    #[test]
    fn postings_read_back() {
        let row = |transaction, cause, holder, amount| MoneyRow {
            tick: Tick(9),
            transaction,
            purpose: 18,
            currency: 1,
            cause,
            holder,
            number: 77,
            amount: Coins::from_micros(amount),
        };
        let rows = vec![
            row(5_000, OfferId(44), Holder::Advertiser, -80_000),
            row(5_000, OfferId(44), Holder::Platform, 80_000),
            row(5_001, NO_OFFER, Holder::Wallet, i64::MIN),
        ];
        assert_eq!(read(&write(&rows), Tick(9)), Ok(rows));
    }
}
