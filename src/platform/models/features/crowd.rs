//! What is known of items from everybody's behaviour, and of users from how they answered what they were shown.

use crate::platform::models::interaction_log::{Impression, Interaction, Outcome};
use crate::platform::models::model::Tensors;
use crate::platform::models::params::{ModelError, Values};

use super::fading::{FadingCounts, hour_of};
use super::history::finite;

/// Impressions that a rate without any of its own is worth: about a day of a feed.
const PRIOR_IMPRESSIONS: f32 = 20.0;

/// How often something was shown, and how often that was viewed, engaged with, and converted.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Answers {
    /// Impressions.
    pub shown: f32,
    /// Impressions with at least this outcome: view, engage, convert.
    pub reached: [f32; 3],
}

impl Answers {
    fn add(&mut self, outcome: Outcome) {
        self.shown += 1.0;
        for (n, level) in self.reached.iter_mut().zip(&Outcome::ALL[1..]) {
            if outcome >= *level {
                *n += 1.0;
            }
        }
    }

    /// Returns the rates of view, engage and convert, drawn towards those of `all` while there are few impressions.
    #[must_use]
    pub fn rates(&self, all: &Self) -> [f32; 3] {
        let mut rates = [0.0; 3];
        for ((rate, own), others) in rates.iter_mut().zip(self.reached).zip(all.reached) {
            let prior = (others + 1.0) / (all.shown + 2.0);
            *rate = (own + PRIOR_IMPRESSIONS * prior) / (self.shown + PRIOR_IMPRESSIONS);
        }
        rates
    }
}

/// The behaviour towards one item, in sums.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ItemState {
    /// Engagements.
    pub(super) counts: FadingCounts,
    /// Engagements, not fading.
    pub(super) n: f32,
    /// Sum of their weights.
    pub(super) weight: f32,
    /// Engagements by hour of the day.
    pub(super) hours: [f32; 24],
    /// When it was first engaged with or shown.
    pub(super) first: Option<i64>,
    /// What came of showing it.
    pub(super) answers: Answers,
}

impl ItemState {
    fn seen(&mut self, time: i64) {
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
    }
}

/// All items and users, in sums.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Crowd {
    /// Every item.
    pub(super) items: Vec<ItemState>,
    /// How every user answered.
    pub(super) people: Vec<Answers>,
    /// How all users answered.
    pub(super) all: Answers,
}

/// Numbers that are stored of an item.
const STORED: usize = 3 + 1 + 1 + 24 + 5 + 4;

/// Writes a time in pieces of 16 bits, which single precision holds exactly.
fn pieces(time: i64) -> [f32; 4] {
    [0, 16, 32, 48].map(|shift| ((time as u64 >> shift) & 0xFFFF) as f32)
}

fn joined(pieces: &[f32]) -> i64 {
    let shifted = pieces.iter().zip([0, 16, 32, 48]);
    shifted.fold(0u64, |all, (p, shift)| all | (*p as u64) << shift) as i64
}

impl Crowd {
    /// Makes sums over nothing.
    #[must_use]
    pub fn new(n_users: usize, n_items: usize) -> Self {
        Self {
            items: vec![ItemState::default(); n_items],
            people: vec![Answers::default(); n_users],
            all: Answers::default(),
        }
    }

    /// Adds an engagement, which must not be older than those before it.
    pub fn add(&mut self, i: &Interaction) {
        let state = &mut self.items[i.item as usize];
        state.counts.add(1.0, i.time);
        state.n += 1.0;
        state.weight += finite(i.weight).max(0.0);
        state.hours[hour_of(i.time)] += 1.0;
        state.seen(i.time);
    }

    /// Adds an impression; its outcome counts from the moment it was shown.
    pub fn show(&mut self, i: &Impression) {
        let state = &mut self.items[i.item as usize];
        state.answers.add(i.outcome);
        state.seen(i.time);
        self.people[i.user as usize].add(i.outcome);
        self.all.add(i.outcome);
    }

    /// Lets all counts fade to a time, so that what is stored of them is what is used.
    pub fn settle(&mut self, time: i64) {
        for item in &mut self.items {
            item.counts = FadingCounts::new(item.counts.at(time), time);
        }
    }

    /// Adds the sums, which must be settled at `time`, to what is stored.
    pub fn save(&self, time: i64, into: &mut Tensors) {
        let mut items = Vec::with_capacity(self.items.len() * STORED);
        for i in &self.items {
            items.extend(i.counts.at(time));
            items.extend([i.n, i.weight]);
            items.extend(i.hours);
            items.push(i.answers.shown);
            items.extend(i.answers.reached);
            items.push(f32::from(u8::from(i.first.is_some())));
            items.extend(pieces(i.first.unwrap_or(0)));
        }
        let mut people = Vec::with_capacity(4 * (self.people.len() + 1));
        for a in self.people.iter().chain([&self.all]) {
            people.push(a.shown);
            people.extend(a.reached);
        }
        let mut put = |name: &str, shape: Vec<usize>, values: Vec<f32>| {
            into.insert(name.to_owned(), Values { shape, values });
        };
        put("crowd.items", vec![self.items.len(), STORED], items);
        put("crowd.answers", vec![self.people.len() + 1, 4], people);
        put("crowd.time", vec![4], pieces(time).to_vec());
    }

    /// Takes the sums out of what was stored, with the time at which they are settled.
    ///
    /// # Errors
    /// [`ModelError::StoredTensor`] if one is missing or has another shape.
    pub fn take(
        from: &mut Tensors,
        n_users: usize,
        n_items: usize,
    ) -> Result<(Self, i64), ModelError> {
        let time = joined(&take(from, "crowd.time", &[4])?);
        let items = take(from, "crowd.items", &[n_items, STORED])?;
        let answers = take(from, "crowd.answers", &[n_users + 1, 4])?;
        let items = items.chunks_exact(STORED).map(|s| {
            let (counts, rest) = s.split_at(3);
            let (sums, rest) = rest.split_at(2);
            let (hours, rest) = rest.split_at(24);
            ItemState {
                counts: FadingCounts::new([counts[0], counts[1], counts[2]], time),
                n: sums[0],
                weight: sums[1],
                hours: std::array::from_fn(|h| hours[h]),
                first: (rest[4] != 0.0).then(|| joined(&rest[5..])),
                answers: answered(rest),
            }
        });
        let items = items.collect();
        let mut people: Vec<Answers> = answers.chunks_exact(4).map(answered).collect();
        let all = people.pop().unwrap_or_default();
        Ok((Self { items, people, all }, time))
    }
}

fn answered(s: &[f32]) -> Answers {
    Answers {
        shown: s[0],
        reached: [s[1], s[2], s[3]],
    }
}

/// Takes the values of a tensor of a known shape out of a store.
pub(in crate::platform::models) fn take(
    from: &mut Tensors,
    name: &str,
    shape: &[usize],
) -> Result<Vec<f32>, ModelError> {
    match from.remove(name) {
        Some(t) if t.shape == shape => Ok(t.values),
        found => Err(ModelError::StoredTensor {
            name: name.to_owned(),
            found: found.map_or("nothing".to_owned(), |t| format!("shape {:?}", t.shape)),
            expected: format!("shape {shape:?}"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_survive_their_pieces() {
        for time in [0, 1, -1, 893_286_638, i64::MAX, i64::MIN] {
            assert_eq!(joined(&pieces(time)), time);
        }
    }

    #[test]
    fn a_rate_without_impressions_is_that_of_all() {
        let mut all = Answers::default();
        for outcome in [Outcome::Ignore, Outcome::View, Outcome::Engage] {
            all.add(outcome);
        }
        assert_eq!(all.reached, [2.0, 1.0, 0.0]);
        let rates = Answers::default().rates(&all);
        assert!((rates[0] - 0.6).abs() < 1e-6 && (rates[2] - 0.2).abs() < 1e-6);
        let mut own = Answers::default();
        for _ in 0..180 {
            own.add(Outcome::Convert);
        }
        // (180 + 20·0.6) / 200
        assert!((own.rates(&all)[0] - 0.96).abs() < 1e-6);
    }
}
