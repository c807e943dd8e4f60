//! The neutral log: who met what, how it was rated, when; and what could not be used, with the reason.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::dates::seconds_of;
use super::error::{ImportError, shown};

/// Most interactions of a log.
pub const MOST_INTERACTIONS: u64 = 50_000_000;

/// Most people of a log.
pub const MOST_PEOPLE: u64 = 1_000_000;

/// Most items of a log.
pub const MOST_ITEMS: u64 = 1_000_000;

/// Longest id or title, in bytes.
const LONGEST_TEXT: usize = 4_096;

/// Largest rating, either way.
const LARGEST_RATING: f64 = 1e6;

/// Something somebody met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interaction {
    /// Index of the person.
    pub user: u32,
    /// Index of the item.
    pub item: u32,
    /// Rating; 0 in a log without ratings.
    pub rating: f32,
    /// Time in any unit; 0 in a log without times.
    pub time: f64,
}

/// What is known of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogItem {
    /// Its id in the source.
    pub id: String,
    /// Title; the id if there is none.
    pub title: String,
    /// Genres, in the order of the source.
    pub genres: Vec<String>,
}

/// What was skipped: how often, and where first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skipped {
    /// By reason.
    pub reasons: BTreeMap<String, (u64, String)>,
}

impl Skipped {
    /// Counts something that was skipped.
    pub fn count(&mut self, reason: &str, place: impl FnOnce() -> String) {
        match self.reasons.get_mut(reason) {
            Some(entry) => entry.0 += 1,
            None => {
                self.reasons.insert(reason.to_owned(), (1, place()));
            }
        }
    }

    /// Returns one sentence for each reason.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let sentence = |(reason, (n, first)): (&String, &(u64, String))| {
            format!("skipped {n}: {reason} (first: {first})")
        };
        self.reasons.iter().map(sentence).collect()
    }
}

/// A log that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// Ids of the people, in order.
    pub users: Vec<String>,
    /// The items, in the order of their ids.
    pub items: Vec<LogItem>,
    /// Oldest first; at most one of a person with an item.
    pub interactions: Vec<Interaction>,
    /// Whether there are ratings.
    pub has_ratings: bool,
    /// Whether there are times.
    pub has_times: bool,
    /// Rows read.
    pub n_rows: u64,
    /// What was skipped.
    pub skipped: Skipped,
}

/// Where a cell stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// File.
    pub path: &'a Path,
    /// Line or row, from 1.
    pub row: u64,
}

impl Place<'_> {
    /// Shows the place.
    #[must_use]
    pub fn show(&self) -> String {
        format!("{}:{}", self.path.display(), self.row)
    }

    fn refuse(&self, column: &str, value: &str, allowed: &str) -> ImportError {
        ImportError::Value {
            path: self.path.to_path_buf(),
            row: self.row,
            column: column.to_owned(),
            value: shown(value),
            allowed: allowed.to_owned(),
        }
    }

    /// Reads a rating.
    ///
    /// # Errors
    /// [`ImportError::Value`] unless it is a finite number of a sane size.
    pub fn rating(&self, column: &str, text: &str) -> Result<f32, ImportError> {
        match text.parse::<f64>() {
            Ok(x) if x.abs() <= LARGEST_RATING => Ok(x as f32),
            _ => Err(self.refuse(column, text, "a number from -1000000 to 1000000")),
        }
    }

    /// Reads a time: a number in any unit, or a date, which becomes seconds since 1970.
    ///
    /// # Errors
    /// [`ImportError::Value`] unless it is a finite number or a date of ISO 8601.
    pub fn time(&self, column: &str, text: &str) -> Result<f64, ImportError> {
        let number = text.parse::<f64>().ok().filter(|x| x.is_finite());
        number.or_else(|| seconds_of(text)).ok_or_else(|| {
            let allowed = "a finite number, such as seconds since 1970, or a date such as 2024-05-17T21:03:59Z";
            self.refuse(column, text, allowed)
        })
    }

    /// Refuses a text of an absurd length.
    ///
    /// # Errors
    /// [`ImportError::Value`] if it is longer than 4096 bytes.
    pub fn text<'t>(&self, column: &str, text: &'t str) -> Result<&'t str, ImportError> {
        if text.len() > LONGEST_TEXT {
            return Err(self.refuse(column, text, "at most 4096 bytes of text"));
        }
        Ok(text)
    }
}

/// Ids as they come.
#[derive(Debug, Default)]
struct Ids {
    index: BTreeMap<String, u32>,
}

impl Ids {
    fn of(&mut self, id: &str) -> u32 {
        if let Some(i) = self.index.get(id) {
            return *i;
        }
        let i = self.index.len() as u32;
        self.index.insert(id.to_owned(), i);
        i
    }

    /// Returns the ids in their final order, and the place there of each index: by number if all are numbers.
    fn ordered(self) -> (Vec<String>, Vec<u32>) {
        let mut ids: Vec<(String, u32)> = self.index.into_iter().collect();
        if ids.iter().all(|(id, _)| id.parse::<u64>().is_ok()) {
            // The sort is stable, so that 7 and 07 keep the order of their texts.
            ids.sort_by_key(|(id, _)| id.parse::<u64>().unwrap_or(u64::MAX));
        }
        let mut place = vec![0; ids.len()];
        for (at, (_, i)) in ids.iter().enumerate() {
            place[*i as usize] = at as u32;
        }
        (ids.into_iter().map(|(id, _)| id).collect(), place)
    }
}

/// A log being read.
#[derive(Debug)]
pub struct LogBuilder {
    path: PathBuf,
    users: Ids,
    items: Ids,
    cards: Vec<LogItem>,
    interactions: Vec<Interaction>,
    /// Whether there are ratings.
    pub has_ratings: bool,
    /// Whether there are times.
    pub has_times: bool,
    /// Rows read.
    pub n_rows: u64,
    /// What was skipped.
    pub skipped: Skipped,
}

impl LogBuilder {
    /// Begins the log of a file.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_path_buf(),
            users: Ids::default(),
            items: Ids::default(),
            cards: Vec::new(),
            interactions: Vec::new(),
            has_ratings: false,
            has_times: false,
            n_rows: 0,
            skipped: Skipped::default(),
        }
    }

    fn too_many(&self, what: &'static str, limit: u64) -> ImportError {
        ImportError::TooMany {
            path: self.path.clone(),
            what,
            limit,
            advice: "take a sample of it",
        }
    }

    /// Returns the index of an item, known or new.
    ///
    /// # Errors
    /// [`ImportError::TooMany`].
    pub fn item(&mut self, id: &str) -> Result<u32, ImportError> {
        let i = self.items.of(id);
        if i as usize == self.cards.len() {
            if u64::from(i) >= MOST_ITEMS {
                return Err(self.too_many("items", MOST_ITEMS));
            }
            self.cards.push(LogItem {
                id: id.to_owned(),
                title: id.to_owned(),
                genres: Vec::new(),
            });
        }
        Ok(i)
    }

    /// Says what is known of an item; what is empty says nothing, and what was said first holds.
    pub fn describe(&mut self, item: u32, title: &str, genres: Vec<String>) {
        let card = &mut self.cards[item as usize];
        if !title.is_empty() && card.title == card.id {
            title.clone_into(&mut card.title);
        }
        if card.genres.is_empty() {
            card.genres = genres;
        }
    }

    /// Adds an interaction.
    ///
    /// # Errors
    /// [`ImportError::TooMany`].
    pub fn add(
        &mut self,
        user: &str,
        item: u32,
        rating: f32,
        time: f64,
    ) -> Result<(), ImportError> {
        let user = self.users.of(user);
        if u64::from(user) >= MOST_PEOPLE {
            return Err(self.too_many("people", MOST_PEOPLE));
        }
        if self.interactions.len() as u64 >= MOST_INTERACTIONS {
            return Err(self.too_many("interactions", MOST_INTERACTIONS));
        }
        self.interactions.push(Interaction {
            user,
            item,
            rating,
            time,
        });
        Ok(())
    }

    /// Closes the log: the last of repeated interactions counts, people with fewer than `fewest` are left out.
    ///
    /// # Errors
    /// [`ImportError::Empty`] if nothing is left.
    pub fn finish(mut self, fewest: u32) -> Result<Log, ImportError> {
        let empty = |path: &Path, cause: String| ImportError::Empty {
            path: path.to_path_buf(),
            cause,
        };
        if self.interactions.is_empty() {
            let cause = if self.n_rows == 0 {
                "there are no rows under the header".to_owned()
            } else {
                format!("none of {} rows can be used", self.n_rows)
            };
            return Err(empty(&self.path, cause));
        }
        let (user_ids, user_place) = self.users.ordered();
        let (_, item_place) = self.items.ordered();
        let mut items = vec![LogItem::default(); self.cards.len()];
        for (card, at) in self.cards.drain(..).zip(&item_place) {
            items[*at as usize] = card;
        }
        for x in &mut self.interactions {
            x.user = user_place[x.user as usize];
            x.item = item_place[x.item as usize];
        }
        keep_latest(&mut self.interactions, &mut self.skipped, |x| {
            format!(
                "{} with {}",
                user_ids[x.user as usize], items[x.item as usize].id
            )
        });
        let mut counts = vec![0u32; user_ids.len()];
        for x in &self.interactions {
            counts[x.user as usize] += 1;
        }
        let mut place = vec![u32::MAX; user_ids.len()];
        let mut users = Vec::new();
        for (u, id) in user_ids.into_iter().enumerate() {
            if counts[u] >= fewest {
                place[u] = users.len() as u32;
                users.push(id);
            } else {
                let reason = format!("people with fewer than {fewest} interactions");
                self.skipped.count(&reason, || id);
            }
        }
        if users.is_empty() {
            return Err(empty(
                &self.path,
                format!("nobody has {fewest} interactions; lower --min-interactions"),
            ));
        }
        self.interactions.retain_mut(|x| {
            x.user = place[x.user as usize];
            x.user != u32::MAX
        });
        Ok(Log {
            users,
            items,
            interactions: self.interactions,
            has_ratings: self.has_ratings,
            has_times: self.has_times,
            n_rows: self.n_rows,
            skipped: self.skipped,
        })
    }
}

/// Keeps the last of repeated interactions and leaves them oldest first; of one time in the order of the rows.
fn keep_latest(
    interactions: &mut Vec<Interaction>,
    skipped: &mut Skipped,
    name: impl Fn(&Interaction) -> String,
) {
    interactions.sort_by(|a, b| a.time.total_cmp(&b.time));
    let mut order: Vec<u32> = (0..interactions.len() as u32).collect();
    let key = |i: &u32| {
        let x = &interactions[*i as usize];
        (x.user, x.item)
    };
    order.sort_by_key(|i| (key(i), *i));
    let mut is_last = vec![true; interactions.len()];
    for pair in order.windows(2) {
        if key(&pair[0]) == key(&pair[1]) {
            is_last[pair[0] as usize] = false;
            let x = &interactions[pair[0] as usize];
            skipped.count("repeated interactions, the latest counts", || name(x));
        }
    }
    let mut at = 0;
    interactions.retain(|_| {
        at += 1;
        is_last[at - 1]
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(rows: &[(&str, &str, f32, f64)], fewest: u32) -> Result<Log, ImportError> {
        let mut b = LogBuilder::new(Path::new("x"));
        for (user, item, rating, time) in rows {
            b.n_rows += 1;
            let item = b.item(item)?;
            b.add(user, item, *rating, *time)?;
        }
        b.finish(fewest)
    }

    #[test]
    fn the_latest_of_repeated_interactions_counts() {
        let rows = [
            ("1", "a", 2.0, 9.0),
            ("1", "a", 5.0, 3.0),
            ("2", "b", 1.0, 1.0),
        ];
        let l = log(&rows, 1).unwrap();
        assert_eq!(l.interactions.len(), 2);
        assert_eq!(l.interactions[1].rating, 2.0);
        assert_eq!(l.skipped.sentences().len(), 1, "{:?}", l.skipped);
    }

    #[test]
    fn people_stand_in_the_order_of_their_numbers_whatever_the_order_of_the_rows() {
        let rows = [
            ("10", "a", 1.0, 0.0),
            ("9", "b", 1.0, 0.0),
            ("9", "a", 1.0, 0.0),
        ];
        let mut back = rows;
        back.reverse();
        assert_eq!(log(&rows, 1).unwrap().users, ["9", "10"]);
        assert_eq!(log(&back, 1).unwrap().users, ["9", "10"]);
        let few = log(&rows, 2).unwrap();
        assert_eq!(few.users, ["9"]);
        assert_eq!(few.skipped.reasons.len(), 1);
        assert!(log(&rows, 3).is_err());
    }
}
