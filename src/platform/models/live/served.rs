//! A fitted model in the running city: what it says about the items on the shelves, for everybody who asks at once.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::platform::models::catalog::find;
use crate::platform::models::columns::Columns;
use crate::platform::models::interaction_log::{Interaction, InteractionLog, ItemFacts};
use crate::platform::models::model::{Model, Part, Person, Tensors};
use crate::platform::models::params::{ModelError, write_tensors};
use crate::platform::models::ranker::ITEM_SURFACES;
use crate::platform::models::settings_text;
use crate::platform::models::shelf::Shelf;
use crate::platform::privacy::observation::Observed;
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::math;
use crate::sim::state_hash::StateHasher;
use crate::sim::units::Tick;

use super::blend::Blend;
use super::log::{past_of, seconds};

/// Candidates that a ranker is asked about, best first by content and popularity.
const CANDIDATES: usize = 120;

/// No column: the item was published after the fit.
const NONE: u32 = u32::MAX;

/// What a model was made of before it learned, and the facts it was fitted with: enough to make it again for what it learned.
#[derive(Debug, Clone)]
pub struct Made {
    /// Name of its kind in the catalog, its settings and its seed.
    pub kind: &'static str,
    /// Its settings.
    pub settings: toml::Table,
    /// Its seed.
    pub seed: u64,
    /// What was known of the items, in its columns.
    pub facts: Arc<ItemFacts>,
}

/// A fitted model with the items it knows.
pub struct Served {
    model: Box<dyn Model>,
    made: Made,
    columns: Columns,
    /// People there were at the fit; who came later is a stranger with a past.
    n_users: usize,
    digest: u64,
    /// Column by position, by shelf.
    shelves: [Vec<u32>; ITEM_SURFACES],
}

impl std::fmt::Debug for Served {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Served")
            .field("model", &self.model.name())
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

/// Scores of all items a model knows, by request; `None` for who has no past in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    n_items: usize,
    values: Vec<f32>,
    /// Row of each request.
    of: Vec<Option<u32>>,
}

impl Rows {
    /// Returns the scores of the i-th request.
    #[must_use]
    pub fn row(&self, i: usize) -> Option<&[f32]> {
        let row = (*self.of.get(i)?)? as usize;
        self.values
            .get(row * self.n_items..(row + 1) * self.n_items)
    }
}

impl Served {
    /// Takes a fitted model, what it was made of, the items of its columns and the number of people in its log.
    ///
    /// # Errors
    /// [`ModelError`] if what it learned cannot be read.
    pub fn new(
        model: Box<dyn Model>,
        made: Made,
        columns: Columns,
        n_users: usize,
    ) -> Result<Self, ModelError> {
        let digest = digest(&model.save()?);
        Ok(Self {
            model,
            made,
            columns,
            n_users,
            digest,
            shelves: Default::default(),
        })
    }

    /// Returns the user of the fit that an avatar is, if it was there.
    fn known(&self, user: u32) -> Option<u32> {
        ((user as usize) < self.n_users).then_some(user)
    }

    /// Returns the name of its kind.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.model.name()
    }

    /// Returns the items it knows.
    #[must_use]
    pub const fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Returns the digest of what it learned.
    #[must_use]
    pub const fn digest(&self) -> u64 {
        self.digest
    }

    /// Saves what it learned as safetensors.
    ///
    /// # Errors
    /// [`ModelError`] if it cannot be read.
    pub fn save(&self) -> Result<Vec<u8>, ModelError> {
        write_tensors(&self.model.save()?)
    }

    /// Looks up the items that stand on the shelves.
    pub fn place_items(&mut self, shelves: &[Shelf; ITEM_SURFACES]) {
        for (columns, shelf) in self.shelves.iter_mut().zip(shelves) {
            columns.clear();
            let all = shelf.items.iter();
            columns.extend(all.map(|i| self.columns.of(i.0).unwrap_or(NONE)));
        }
    }

    /// Scores all items for everybody who asks, in one batch.
    #[must_use]
    pub fn rows<'a>(
        &self,
        asking: impl Iterator<Item = (AvatarId, Option<&'a Observed>)>,
        now: Tick,
    ) -> Rows {
        let mut pasts: Vec<(u32, Vec<Interaction>)> = Vec::new();
        let mut of = Vec::new();
        for (id, observed) in asking {
            let past = observed.map_or_else(Vec::new, |o| past_of(id.0, o, &self.columns));
            of.push((!past.is_empty()).then_some(pasts.len() as u32));
            if !past.is_empty() {
                pasts.push((id.0, past));
            }
        }
        let people: Vec<Person<'_>> = pasts
            .iter()
            .map(|(user, past)| Person {
                user: self.known(*user),
                past,
                now: seconds(now),
            })
            .collect();
        let n_items = self.columns.items().len();
        let mut values = vec![0.0; people.len() * n_items];
        if !people.is_empty() && self.model.score(&people, &mut values).is_err() {
            // Content and popularity speak for a model that cannot.
            of.fill(None);
        }
        Rows {
            n_items,
            values,
            of,
        }
    }

    /// Blends the model's scores into the cold ones of a shelf, in `scores`; what it does not know keeps its cold score.
    ///
    /// `cold_start` is how many engagements it takes to trust the model as much as content and popularity.
    pub fn score(
        &self,
        row: &[f32],
        observed: &Observed,
        cold_start: f64,
        shelf_index: usize,
        scores: &mut [f32],
    ) -> Blend {
        let columns = &self.shelves[shelf_index];
        let said = |c: &u32| row.get(*c as usize).copied().filter(|s| s.is_finite());
        let known = columns.iter().zip(&*scores);
        let known = known.filter_map(|(c, cold)| Some((said(c)?, *cold)));
        let n = observed.history.len() as f64;
        let blend = Blend::onto(known, (n / (n + cold_start).max(1.0)) as f32);
        for (score, column) in scores.iter_mut().zip(columns) {
            if let Some(s) = said(column) {
                *score = blend.of(s, *score);
            }
        }
        blend
    }

    /// Says whether it should only be asked about candidates.
    #[must_use]
    pub fn is_ranker(&self) -> bool {
        self.model.ranks().is_some()
    }

    /// Blends a ranker's scores into the best cold ones of a shelf; the others keep theirs. `None` if it has nothing to say
    /// about the avatar.
    #[must_use]
    pub fn rank(
        &self,
        id: AvatarId,
        observed: &Observed,
        now: Tick,
        cold_start: f64,
        shelf_index: usize,
        scores: &mut [f32],
    ) -> Option<Blend> {
        let ranker = self.model.ranks()?;
        let past = past_of(id.0, observed, &self.columns);
        if past.is_empty() {
            return None;
        }
        let person = Person {
            user: self.known(id.0),
            past: &past,
            now: seconds(now),
        };
        let columns = &self.shelves[shelf_index];
        let mut best: Vec<u32> = (0..scores.len().min(columns.len()) as u32)
            .filter(|p| columns[*p as usize] != NONE)
            .collect();
        let by_score = |a: &u32, b: &u32| {
            let (x, y) = (scores[*a as usize], scores[*b as usize]);
            y.total_cmp(&x).then(a.cmp(b))
        };
        if best.len() > CANDIDATES {
            best.select_nth_unstable_by(CANDIDATES, by_score);
            best.truncate(CANDIDATES);
            best.sort_unstable();
        }
        let items: Vec<u32> = best.iter().map(|p| columns[*p as usize]).collect();
        let mut found = vec![0.0; items.len()];
        ranker.rank(&person, &items, &mut found).ok()?;
        let mut row = vec![f32::NAN; self.columns.items().len()];
        for (item, score) in items.iter().zip(found) {
            row[*item as usize] = score;
        }
        Some(self.score(&row, observed, cold_start, shelf_index, scores))
    }

    /// Splits the score of an item for an avatar; `None` if the model does not know the item or cannot say.
    #[must_use]
    pub fn explain(
        &self,
        id: AvatarId,
        observed: &Observed,
        item: ItemId,
        now: Tick,
    ) -> Option<Vec<Part>> {
        let column = self.columns.of(item.0)?;
        let past = past_of(id.0, observed, &self.columns);
        let person = Person {
            user: self.known(id.0),
            past: &past,
            now: seconds(now),
        };
        self.model.explain(&person, column).ok()
    }

    /// Says how high a row puts what was chosen among all items not met before: `1 / log₂(1 + rank)`, of equal scores half
    /// of the others first; 0 for an item that the model does not know.
    #[must_use]
    pub fn gain(&self, row: &[f32], item: ItemId, past: &[Interaction]) -> f64 {
        let Some(column) = self.columns.of(item.0) else {
            return 0.0;
        };
        let own = row[column as usize];
        let mut before = 0.0;
        for (c, s) in (0u32..).zip(row) {
            if c != column && *s >= own && past.iter().all(|i| i.item != c) {
                before += if *s > own { 1.0 } else { 0.5 };
            }
        }
        1.0 / math::log2(2.0 + before)
    }

    /// Scores some items, by column, for a past; not a number for all of them if the model cannot.
    #[must_use]
    pub fn score_some(&self, user: u32, past: &[Interaction], now: i64, items: &[u32]) -> Vec<f32> {
        let person = Person {
            user: self.known(user),
            past,
            now,
        };
        let mut scores = vec![f32::NAN; items.len()];
        if let Some(ranker) = self.model.ranks() {
            if ranker.rank(&person, items, &mut scores).is_err() {
                scores.fill(f32::NAN);
            }
            return scores;
        }
        let mut row = vec![0.0; self.columns.items().len()];
        if self.model.score(&[person], &mut row).is_ok() {
            for (score, item) in scores.iter_mut().zip(items) {
                *score = row[*item as usize];
            }
        }
        scores
    }

    /// Scores all items for pasts, row-major.
    ///
    /// # Errors
    /// [`ModelError`] if the model cannot.
    pub fn score_pasts(
        &self,
        pasts: &[(u32, Vec<Interaction>, i64)],
    ) -> Result<Vec<f32>, ModelError> {
        let people: Vec<Person<'_>> = pasts
            .iter()
            .map(|(user, past, now)| Person {
                user: self.known(*user),
                past,
                now: *now,
            })
            .collect();
        let mut values = vec![0.0; people.len() * self.columns.items().len()];
        self.model.score(&people, &mut values)?;
        Ok(values)
    }
}

/// Hashes named tensors.
fn digest(tensors: &Tensors) -> u64 {
    let mut h = StateHasher::default();
    for (name, t) in tensors {
        h.text(name);
        h.f32s(&t.values);
    }
    h.finish()
}

/// A served model as a checkpoint holds it.
#[derive(Serialize, Deserialize)]
struct Stored {
    kind: String,
    #[serde(with = "settings_text")]
    settings: toml::Table,
    seed: u64,
    tensors: Tensors,
    columns: Columns,
    n_users: usize,
    facts: ItemFacts,
    digest: u64,
    shelves: [Vec<u32>; ITEM_SURFACES],
}

impl Serialize for Served {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = Stored {
            kind: self.made.kind.to_owned(),
            settings: self.made.settings.clone(),
            seed: self.made.seed,
            tensors: self.model.save().map_err(serde::ser::Error::custom)?,
            columns: self.columns.clone(),
            n_users: self.n_users,
            facts: (*self.made.facts).clone(),
            digest: self.digest,
            shelves: self.shelves.clone(),
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Served {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;

        let stored = Stored::deserialize(deserializer)?;
        let kind = find(&stored.kind).map_err(Error::custom)?;
        let mut model = kind
            .make(&stored.settings, stored.seed)
            .map_err(Error::custom)?;
        let facts = Arc::new(stored.facts);
        let log = InteractionLog {
            n_users: stored.n_users,
            n_items: stored.columns.items().len(),
            items: Arc::clone(&facts),
            ..InteractionLog::default()
        };
        model.load(&stored.tensors, &log).map_err(Error::custom)?;
        let made = Made {
            kind: kind.name,
            settings: stored.settings,
            seed: stored.seed,
            facts,
        };
        let mut served =
            Self::new(model, made, stored.columns, stored.n_users).map_err(Error::custom)?;
        if served.digest != stored.digest {
            return Err(Error::custom(format!(
                "model {}: digest of what it learned is {:016x}, expected {:016x}",
                kind.name, served.digest, stored.digest
            )));
        }
        served.shelves = stored.shelves;
        Ok(served)
    }
}
