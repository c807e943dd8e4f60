//! Judges the columns of a table: information by itself, place on the L1 path, redundancy.

use crate::config;
use crate::platform::models::features::standard::Standard;
use crate::platform::models::features::table::Table;
use crate::platform::models::params::ModelError;

use super::gram::Design;
use super::l1_path::{Loss, l1_path, largest_penalty, penalties};
use super::mutual_information::of_binned;
use super::table::{Reason, SelectedColumn, SelectionTable};

config! {
    /// How columns are selected.
    pub struct SelectionConfig {
        /// Bins of equal frequency that mutual information is counted in.
        bins: u32 = 16, "bins", 2..=256;
        /// Information, less its bias, from which on a column is informative by itself.
        least_information: f64 = 0.0005, "nats", 0.0..=1.0;
        /// Penalties on the L1 path.
        penalties: u32 = 20, "penalties", 2..=200;
        /// Last penalty of the path, as a share of the one at which the first column enters.
        last_penalty: f64 = 0.02, "share", 0.0001..=0.99;
        /// Absolute correlation from which on two columns are nearly the same.
        redundancy: f64 = 0.98, "-", 0.1..=1.0;
        /// Rows that are looked at, taken evenly over time.
        rows: u32 = 20_000, "rows", 100..=1_000_000;
    }
}

/// Changes of a coefficient below which the path is taken for found; selection needs no more digits.
const TOLERANCE: f64 = 1e-5;

/// Judges every column of a table against whether its rows were engaged with.
///
/// # Errors
/// [`ModelError::NoPairs`] if the table has no rows; those of [`l1_path`].
pub fn select(table: &Table, config: &SelectionConfig) -> Result<SelectionTable, ModelError> {
    let (all, width) = (table.examples.len(), table.schema.len());
    if all == 0 {
        return Err(ModelError::NoPairs);
    }
    if width == 0 {
        return Ok(SelectionTable::default());
    }
    let n = all.min(config.rows as usize);
    let rows: Vec<usize> = (0..n).map(|i| i * all / n).collect();
    let sample = Table {
        schema: table.schema.clone(),
        values: rows.iter().flat_map(|r| table.row(*r)).copied().collect(),
        examples: rows.iter().map(|r| table.examples[*r]).collect(),
    };
    let standard = Standard::of(&sample);
    let outcome: Vec<u32> = sample
        .examples
        .iter()
        .map(|e| u32::from(e.engaged))
        .collect();
    let mut values: Vec<f32> = sample.values.clone();
    for row in values.chunks_exact_mut(width) {
        standard.apply(0, row);
    }
    let values: Vec<f64> = values.into_iter().map(f64::from).collect();
    let x = Design {
        values: &values,
        width,
    };
    let y: Vec<f64> = outcome.iter().map(|o| f64::from(*o)).collect();
    let largest = largest_penalty(x, &y);
    let lambdas = penalties(largest, config.last_penalty, config.penalties as usize);
    let path = l1_path(x, &y, Loss::Logistic, &lambdas, TOLERANCE)?;
    let correlations = x.gram(&vec![1.0 / n as f64; n]);
    let mut columns = Vec::with_capacity(width);
    for (at, column) in table.schema.columns().iter().enumerate() {
        let own: Vec<f32> = sample.column(at).collect();
        let found = of_binned(&own, &outcome, config.bins as usize);
        let entry = path.iter().find(|p| p.coefficients[at] != 0.0);
        let reason = if !standard.tells(at) {
            Reason::Constant
        } else if found.is_beyond_chance() && found.corrected() >= config.least_information {
            Reason::Informative
        } else if entry.is_some() {
            Reason::Joint
        } else {
            Reason::Uninformative
        };
        columns.push(SelectedColumn {
            name: column.name.clone(),
            group: column.group.clone(),
            unit: column.unit.clone(),
            information: found.corrected(),
            bias: found.bias,
            entry: entry.map(|p| p.lambda / largest),
            coefficient: path.last().map_or(0.0, |p| p.coefficients[at]),
            redundancy: 0.0,
            reason,
        });
    }
    refuse_copies(&mut columns, &correlations, config.redundancy);
    Ok(SelectionTable { n_rows: n, columns })
}

/// Leaves out columns that are nearly the same as one that tells more.
fn refuse_copies(columns: &mut [SelectedColumn], correlations: &[f64], limit: f64) {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&columns[*a], &columns[*b]);
        b.information.total_cmp(&a.information)
    });
    let mut kept: Vec<usize> = Vec::new();
    for at in order {
        if !columns[at].is_kept() {
            continue;
        }
        let mut nearest = (0.0, None);
        for other in &kept {
            let size = correlations[at * columns.len() + other].abs();
            if size > nearest.0 {
                nearest = (size, Some(*other));
            }
        }
        columns[at].redundancy = nearest.0.min(1.0);
        match nearest.1 {
            Some(other) if nearest.0 >= limit => {
                columns[at].reason = Reason::Redundant(columns[other].name.clone());
            }
            _ => kept.push(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::models::features::examples::Example;
    use crate::platform::models::features::schema::{Group, Schema, Side};
    use crate::sim::rng::{Purpose, RngStream};

    fn table() -> Table {
        let mut schema = Schema::default();
        for name in ["signal", "copy", "noise", "constant", "partner"] {
            schema.push(Side::User, Group::Profile, name.to_owned(), "-");
        }
        let mut r = RngStream::new(4, Purpose::Test, 0, 0);
        let (mut values, mut examples) = (Vec::new(), Vec::new());
        for time in 0..3_000 {
            let (a, b, noise) = (r.normal(), r.normal(), r.normal());
            let engaged = 1.5 * a + 0.8 * b + r.normal() > 0.0;
            let copy = -3.0 * a + 0.01 * r.normal() + 7.0;
            values.extend([a, copy, noise, 2.5, b].map(|x| x as f32));
            examples.push(Example {
                user: 0,
                item: 0,
                time,
                position: 0,
                engaged,
                known: 0,
            });
        }
        Table {
            schema,
            values,
            examples,
        }
    }

    #[test]
    fn signals_are_kept_and_copies_constants_and_noise_left_out() {
        let config = SelectionConfig {
            last_penalty: 0.2,
            ..SelectionConfig::BASELINE
        };
        let found = select(&table(), &config).unwrap();
        let reasons: Vec<_> = found.columns.iter().map(|c| c.reason.clone()).collect();
        let dropped = reasons
            .iter()
            .take(2)
            .filter(|r| matches!(r, Reason::Redundant(_)));
        assert_eq!(dropped.count(), 1, "{found}");
        assert_eq!(reasons[2], Reason::Uninformative, "{found}");
        assert_eq!(reasons[3], Reason::Constant);
        assert_eq!(reasons[4], Reason::Informative);
        let entry = |at: usize| found.columns[at].entry;
        assert!((entry(0) > entry(4) || entry(1) > entry(4)) && entry(4) > entry(2));
        assert_eq!(found.kept().count(), 2);
    }

    #[test]
    fn the_table_reads_as_text_and_survives_as_data() {
        let found = select(&table(), &SelectionConfig::BASELINE).unwrap();
        let text = found.to_string();
        assert!(text.contains("nearly the same as"), "{text}");
        assert!(text.ends_with("judged on 3000 rows\n"), "{text}");
        let stored = serde_json::to_string(&found).unwrap();
        let back: SelectionTable = serde_json::from_str(&stored).unwrap();
        assert_eq!(back.columns.len(), 5);
        assert_eq!(back.columns[1].reason, found.columns[1].reason);
    }
}
