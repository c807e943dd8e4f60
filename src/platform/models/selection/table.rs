//! What was selected, and why: as text for people, as data for reports.

use std::fmt::{self, Display, Formatter};

use crate::platform::models::features::schema::Group;

/// Why a column was kept or left out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It tells something by itself.
    Informative,
    /// It tells little by itself but enters the L1 path among the others.
    Joint,
    /// It is the same in every row.
    Constant,
    /// It tells nothing, alone or among the others.
    Uninformative,
    /// It is nearly the same as a column that tells more.
    Redundant(String),
}

/// One column, judged.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SelectedColumn {
    /// Its name in the schema.
    pub name: String,
    /// What it tells about.
    pub group: Group,
    /// Its unit.
    pub unit: String,
    /// Mutual information with the outcome, less its bias, in nats.
    pub information: f64,
    /// The bias that was taken off, in nats.
    pub bias: f64,
    /// Largest penalty at which its coefficient is not 0, as a share of the one at which the first column enters; `None`
    /// if it does not enter.
    pub entry: Option<f64>,
    /// Its coefficient at the end of the path, a standard deviation of the column.
    pub coefficient: f64,
    /// Largest absolute correlation with a kept column that tells more.
    pub redundancy: f64,
    /// The verdict.
    pub reason: Reason,
}

impl SelectedColumn {
    /// Says whether the column was kept.
    #[must_use]
    pub const fn is_kept(&self) -> bool {
        matches!(self.reason, Reason::Informative | Reason::Joint)
    }

    fn verdict(&self) -> String {
        match &self.reason {
            Reason::Informative => "kept: informative by itself".to_owned(),
            Reason::Joint => "kept: informative among others".to_owned(),
            Reason::Constant => "left out: the same in every row".to_owned(),
            Reason::Uninformative => "left out: tells nothing".to_owned(),
            Reason::Redundant(other) => format!("left out: nearly the same as {other}"),
        }
    }
}

/// All columns in the order of the schema, judged.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
pub struct SelectionTable {
    /// Rows that were looked at.
    pub n_rows: usize,
    /// A verdict a column.
    pub columns: Vec<SelectedColumn>,
}

impl SelectionTable {
    /// Returns the columns from the most informative to the least; equal ones in the order of the schema.
    #[must_use]
    pub fn by_information(&self) -> Vec<&SelectedColumn> {
        let mut all: Vec<_> = self.columns.iter().collect();
        all.sort_by(|a, b| b.information.total_cmp(&a.information));
        all
    }

    /// Returns the names of the columns that were kept, in the order of the schema.
    pub fn kept(&self) -> impl Iterator<Item = &str> {
        let kept = self.columns.iter().filter(|c| c.is_kept());
        kept.map(|c| c.name.as_str())
    }
}

impl Display for SelectionTable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names = self.columns.iter().map(|c| c.name.len());
        let width = names.max().unwrap_or(0).max("column".len());
        writeln!(
            f,
            "{:width$}  {:>9}  {:>7}  {:>8}  {:>10}  verdict",
            "column", "MI, nats", "entry", "effect", "redundancy"
        )?;
        for c in self.by_information() {
            let entry = c.entry.map_or("-".to_owned(), |e| format!("{e:.3}"));
            writeln!(
                f,
                "{:width$}  {:9.5}  {:>7}  {:8.4}  {:10.3}  {}",
                c.name,
                c.information,
                entry,
                c.coefficient,
                c.redundancy,
                c.verdict()
            )?;
        }
        let kept = self.kept().count();
        let (n, all) = (self.n_rows, self.columns.len());
        writeln!(f, "{kept} of {all} columns kept, judged on {n} rows")
    }
}
