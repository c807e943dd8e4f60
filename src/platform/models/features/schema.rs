//! Names, groups and units of the columns of a row.

use std::ops::Range;

use crate::platform::models::model::{About, Part};

/// Which part of a row a column belongs to: what has to be known to compute it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The user and the time.
    User,
    /// The time and the place on the slate.
    Context,
    /// The item and the time.
    Item,
    /// User, item and time.
    Cross,
}

impl Side {
    /// All parts in the order in which they lie in a row.
    pub const ALL: [Self; 4] = [Self::User, Self::Context, Self::Item, Self::Cross];
}

/// What a column tells about; explanations add up within a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// How much and how recently the user engages, and how it answers what it is shown.
    Activity,
    /// When the user and the item are active, against the time of day and week.
    Hours,
    /// What is known of the user apart from its behaviour.
    Profile,
    /// How popular the item is.
    Popularity,
    /// How old the item is.
    Age,
    /// How those who were shown the item answered.
    Response,
    /// Whether and when the user met the item or one like it.
    Acquaintance,
    /// Place on the slate.
    Position,
    /// Item features of a modality, and the user's interest in them.
    Modality(String),
}

impl Group {
    /// Returns what explanations call the group.
    #[must_use]
    pub fn about(&self) -> About {
        match self {
            Self::Popularity => About::Popularity,
            Self::Modality(name) => About::Modality(name.clone()),
            other => About::Feature(other.word().to_owned()),
        }
    }

    /// Returns the word for the group; the name of a modality.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Activity => "activity",
            Self::Hours => "hours",
            Self::Profile => "profile",
            Self::Popularity => "popularity",
            Self::Age => "age",
            Self::Response => "response",
            Self::Acquaintance => "acquaintance",
            Self::Position => "position",
            Self::Modality(name) => name,
        }
    }
}

/// One column of a row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Column {
    /// Its name, unique within the schema, as `item.popularity_7d`.
    pub name: String,
    /// Which part of the row it lies in.
    pub side: Side,
    /// What it tells about.
    pub group: Group,
    /// Its unit, or `-` for none; `ln(1+x)` of a unit where amounts are heavy-tailed.
    pub unit: String,
}

/// The columns of a row, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Schema {
    columns: Vec<Column>,
}

impl Schema {
    /// Adds a column; columns come side by side, in the order of [`Side::ALL`].
    ///
    /// # Panics
    /// If a column of an earlier side comes after one of a later side.
    pub(in crate::platform::models) fn push(
        &mut self,
        side: Side,
        group: Group,
        name: String,
        unit: &str,
    ) {
        let ordered = self.columns.last().is_none_or(|c| c.side <= side);
        assert!(ordered, "columns are declared side by side");
        let unit = unit.to_owned();
        self.columns.push(Column {
            name,
            side,
            group,
            unit,
        });
    }

    /// Returns the columns in the order in which they lie in a row.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Returns how many columns there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.columns.len()
    }

    /// Says whether there are no columns.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Returns where a side lies in a row.
    #[must_use]
    pub fn span(&self, side: Side) -> Range<usize> {
        let begin = self.columns.partition_point(|c| c.side < side);
        begin..self.columns.partition_point(|c| c.side <= side)
    }

    /// Adds up what columns contribute, one part a group, in the order in which groups first occur.
    #[must_use]
    pub fn add_up(&self, contributions: &[f64]) -> Vec<Part> {
        let mut sums: Vec<(&Group, f64)> = Vec::new();
        for (column, x) in self.columns.iter().zip(contributions) {
            match sums.iter_mut().find(|(group, _)| *group == &column.group) {
                Some((_, sum)) => *sum += x,
                None => sums.push((&column.group, *x)),
            }
        }
        let part = |(group, sum): (&Group, f64)| Part {
            about: group.about(),
            value: sum as f32,
        };
        sums.into_iter().map(part).collect()
    }

    /// Returns the position of a column.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_lie_one_after_the_other() {
        let mut schema = Schema::default();
        schema.push(Side::User, Group::Activity, "user.a".into(), "-");
        schema.push(Side::Item, Group::Age, "item.a".into(), "days");
        schema.push(Side::Item, Group::Popularity, "item.b".into(), "-");
        assert_eq!(schema.span(Side::User), 0..1);
        assert_eq!(schema.span(Side::Context), 1..1);
        assert_eq!(schema.span(Side::Item), 1..3);
        assert_eq!(schema.span(Side::Cross), 3..3);
        assert_eq!(schema.position("item.b"), Some(2));
        assert_eq!(schema.position("item.c"), None);
    }
}
