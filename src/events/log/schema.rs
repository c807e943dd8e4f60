//! The columns of the event log, documented field by field.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};

/// A column and what it holds.
struct Column {
    name: &'static str,
    kind: DataType,
    help: &'static str,
}

fn event_columns() -> Vec<Column> {
    let c = |name, kind, help| Column { name, kind, help };
    vec![
        c(
            "tick",
            DataType::UInt32,
            "simulated minute since the run began",
        ),
        c(
            "kind",
            DataType::UInt8,
            "what happened; see the table of kinds",
        ),
        c("avatar", DataType::UInt32, "who, a pseudonymous id"),
        c(
            "thing_kind",
            DataType::UInt8,
            "id space of `thing`: 0 none, 1 item, 2 avatar, 3 community, 4 space, 5 parcel, 6 campaign",
        ),
        c("thing", DataType::UInt32, "whom or which, in that id space"),
        c(
            "space",
            DataType::UInt32,
            "where in the city; 4294967295 for nowhere in particular",
        ),
        c(
            "surface",
            DataType::UInt8,
            "where on the screen; see the table of surfaces",
        ),
        c(
            "position",
            DataType::UInt8,
            "position in the slate from 0; 255 for none",
        ),
        c("dwell_secs", DataType::UInt32, "how long, in seconds"),
        c(
            "amount",
            DataType::Int64,
            "at what price, in micro-coins (micro-units of outside money for top_up and ads)",
        ),
        c(
            "offer",
            DataType::UInt64,
            "answering which offer; 18446744073709551615 for none",
        ),
        c(
            "value",
            DataType::Float32,
            "what the kind says it is; otherwise 0",
        ),
    ]
}

fn offer_columns() -> Vec<Column> {
    let c = |name, kind, help| Column { name, kind, help };
    vec![
        c(
            "tick",
            DataType::UInt32,
            "simulated minute since the run began",
        ),
        c("offer", DataType::UInt64, "number of the slate"),
        c("avatar", DataType::UInt32, "to whom"),
        c("surface", DataType::UInt8, "where on the screen"),
        c("position", DataType::UInt8, "position from 0"),
        c("thing_kind", DataType::UInt8, "id space of `thing`"),
        c("thing", DataType::UInt32, "what was offered"),
        c("score", DataType::Float32, "predicted attraction"),
        c(
            "propensity",
            DataType::Float32,
            "probability with which the policy put it there",
        ),
        c(
            "source",
            DataType::UInt8,
            "where the candidate came from: 0 model, 1 popular, 2 fresh, 3 social, 4 nearby, 5 explore, 6 ad",
        ),
        c(
            "model",
            DataType::UInt8,
            "which ranking model, as numbered in run.json",
        ),
    ]
}

fn money_columns() -> Vec<Column> {
    let c = |name, kind, help| Column { name, kind, help };
    vec![
        c(
            "tick",
            DataType::UInt32,
            "simulated minute since the run began",
        ),
        c(
            "transaction",
            DataType::UInt64,
            "number of the transaction; its legs follow each other and sum to zero",
        ),
        c(
            "purpose",
            DataType::UInt8,
            "what for; see the table of purposes in `run-folder.md`",
        ),
        c("currency", DataType::UInt8, "0 coins, 1 outside money"),
        c(
            "cause",
            DataType::UInt64,
            "the offer that caused it; 18446744073709551615 for none",
        ),
        c(
            "holder",
            DataType::UInt8,
            "whose account; see the table of holders",
        ),
        c(
            "number",
            DataType::UInt32,
            "which of them: the avatar or the campaign; 0 where there is only one",
        ),
        c(
            "amount",
            DataType::Int64,
            "what was added to the account, in micro-units; negative for who paid",
        ),
    ]
}

fn schema(columns: Vec<Column>) -> Arc<Schema> {
    let fields: Vec<Field> = columns
        .into_iter()
        .map(|c| Field::new(c.name, c.kind, false))
        .collect();
    Arc::new(Schema::new(fields))
}

/// Returns the schema of `events.parquet`.
#[must_use]
pub fn event_schema() -> Arc<Schema> {
    schema(event_columns())
}

/// Returns the schema of `offers.parquet`.
#[must_use]
pub fn offer_schema() -> Arc<Schema> {
    schema(offer_columns())
}

/// Returns the schema of `money.parquet`.
#[must_use]
pub fn money_schema() -> Arc<Schema> {
    schema(money_columns())
}

/// Writes the documentation of these files.
#[must_use]
pub fn schema_markdown() -> String {
    use crate::events::behavior::{EventKind, Surface};
    use crate::events::money::Holder;
    use std::fmt::Write as _;
    let mut out = String::from(
        "# Event log\n\nA run folder holds `events/day=NNN/events.parquet`, `offers.parquet` and `money.parquet` for every finished simulated day.\n\
         A file under its final name is complete; what ends in `.tmp` belongs to a day that did not finish.\n\
         This page is generated from the source; `cargo test` fails when it is out of date.\n",
    );
    for (title, columns) in [
        ("events.parquet", event_columns()),
        ("offers.parquet", offer_columns()),
        ("money.parquet", money_columns()),
    ] {
        let _infallible = write!(
            out,
            "\n## {title}\n\n| column | type | meaning |\n| --- | --- | --- |\n"
        );
        for c in columns {
            let _infallible = writeln!(out, "| `{}` | {} | {} |", c.name, c.kind, c.help);
        }
    }
    let _infallible = write!(out, "\n## Kinds\n\n| code | word |\n| --- | --- |\n");
    for k in EventKind::ALL {
        let _infallible = writeln!(out, "| {} | `{}` |", k.code(), k.word());
    }
    let _infallible = write!(out, "\n## Surfaces\n\n| code | word |\n| --- | --- |\n");
    for s in Surface::ALL {
        let _infallible = writeln!(out, "| {} | `{}` |", s.code(), s.word());
    }
    let _infallible = write!(out, "\n## Holders\n\n| code | word |\n| --- | --- |\n");
    for h in Holder::ALL {
        let _infallible = writeln!(out, "| {} | `{}` |", h.code(), h.word());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/event-schema.md");
        let fresh = schema_markdown();
        let found = std::fs::read_to_string(path).unwrap_or_default();
        if found != fresh {
            let new = std::env::temp_dir().join("agora-event-schema.md");
            std::fs::write(&new, &fresh).unwrap();
            panic!(
                "docs/event-schema.md is out of date; the current text is in {}",
                new.display()
            );
        }
    }
}
