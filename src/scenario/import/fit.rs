//! Fitting a world to a log: topics from genres, interests, quality of items, activity of people.

use std::collections::BTreeMap;

use super::factors::{Met, Settings, Vector, factorise};
use super::log::{Interaction, Log};
use super::table::Progress;
use crate::sim::math;
use crate::society::avatars::avatar::MAX_TOPICS;
use crate::society::avatars::birth::normalize;
use crate::society::avatars::config::ReturnsConfig;
use crate::society::content::config::ContentConfig;
use crate::society::content::generate::SeedItem;
use crate::society::population::PlantedAvatar;

/// Most genres that become topics of their own; rarer ones share the topic [`OTHER`].
const MOST_GENRES: usize = 22;

/// The topic of rare genres and of items without any.
const OTHER: &str = "other";

/// Fewest topics a scenario can have.
const FEWEST_TOPICS: usize = 2;

/// Pseudo-ratings that pull an item's mean rating towards the mean of all.
const RATING_PRIOR: f64 = 10.0;

/// Sessions a day an imported person can have.
const SESSIONS_A_DAY: (f64, f64) = (0.1, 8.0);

/// How a world is fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitSettings {
    /// Share of an item's vector that its genres make up, in (0, 1].
    pub genre_share: f64,
    /// Weight of what was met beyond the weight of what was not.
    pub alpha: f64,
    /// Ridge of the factorisation.
    pub ridge: f64,
    /// Rounds of the factorisation.
    pub rounds: u32,
    /// Weight of popularity against mean rating in the quality of an item, in [0, 1].
    pub popularity_in_quality: f64,
    /// Seed of the factorisation.
    pub seed: u64,
}

impl Default for FitSettings {
    /// Chosen on held-out interactions of MovieLens 100k, see docs/import.md.
    fn default() -> Self {
        Self {
            genre_share: 0.4,
            alpha: 8.0,
            ridge: 3.0,
            rounds: 10,
            popularity_in_quality: 0.8,
            seed: 1,
        }
    }
}

/// A world fitted to a log.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// Names of the topics.
    pub topics: Vec<String>,
    /// Columns of hidden tastes after the topics.
    pub n_hidden: usize,
    /// The catalogue, in the order of the log's items.
    pub items: Vec<SeedItem>,
    /// The audience, in the order of the log's people.
    pub avatars: Vec<PlantedAvatar>,
    /// The past, oldest first.
    pub past: Vec<Meeting>,
}

/// One thing somebody met before the city began.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Meeting {
    /// Who.
    pub avatar: u32,
    /// What.
    pub item: u32,
    /// Stars from 1 to 5; 0 if the log has no ratings.
    pub stars: f32,
}

/// Chooses the topics: genres by how often they were met, rare ones together; returns names and the topic of each genre.
fn topics(log: &Log) -> (Vec<String>, BTreeMap<&str, usize>) {
    let mut weight: BTreeMap<&str, u64> = BTreeMap::new();
    let mut has_none = false;
    for item in &log.items {
        has_none |= item.genres.is_empty();
        for g in &item.genres {
            *weight.entry(g).or_default() += 1;
        }
    }
    for x in &log.interactions {
        for g in &log.items[x.item as usize].genres {
            *weight.entry(g).or_default() += 1;
        }
    }
    let mut kept: Vec<&str> = weight.keys().copied().collect();
    kept.sort_by_key(|g| (std::cmp::Reverse(weight[g]), *g));
    let has_rare = kept.len() > MOST_GENRES;
    kept.truncate(MOST_GENRES);
    kept.sort_unstable();
    let mut names: Vec<String> = kept.iter().map(|g| (*g).to_owned()).collect();
    let of: BTreeMap<&str, usize> = kept.iter().enumerate().map(|(i, g)| (*g, i)).collect();
    if has_rare || has_none || names.is_empty() {
        names.push(OTHER.to_owned());
    }
    while names.len() < FEWEST_TOPICS {
        names.push(format!("{OTHER} {}", names.len() + 1));
    }
    (names, of)
}

/// Ratings on a scale from 0 to 1.
struct Scale {
    low: f32,
    high: f32,
    has_ratings: bool,
}

impl Scale {
    fn new(log: &Log) -> Self {
        let ratings = || log.interactions.iter().map(|x| x.rating);
        Self {
            low: ratings().fold(f32::INFINITY, f32::min),
            high: ratings().fold(f32::NEG_INFINITY, f32::max),
            // Ratings that are all alike say nothing.
            has_ratings: log.has_ratings
                && log
                    .interactions
                    .windows(2)
                    .any(|w| w[0].rating != w[1].rating),
        }
    }

    fn share(&self, x: &Interaction) -> f32 {
        (x.rating - self.low) / (self.high - self.low)
    }

    /// Having chosen something is half of wanting it, the rating the other half.
    fn wanted(&self, x: &Interaction) -> f32 {
        if self.has_ratings {
            0.5 + 0.5 * self.share(x)
        } else {
            1.0
        }
    }

    fn stars(&self, x: &Interaction) -> f32 {
        if self.has_ratings {
            1.0 + 4.0 * self.share(x)
        } else {
            0.0
        }
    }
}

fn standardise(values: &mut [f64]) {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt();
    for v in values {
        *v = if deviation > 0.0 {
            (*v - mean) / deviation
        } else {
            0.0
        };
    }
}

/// Quality: how often an item was met and how well it was rated, with the deviation of quality in the city.
fn qualities(log: &Log, scale: &Scale, by_item: &Met, popularity: f64) -> Vec<f64> {
    let n = log.items.len();
    let counts = || (0..n).map(|c| by_item.row(c).len() as f64);
    let mut quality: Vec<f64> = counts().map(|n| math::ln(1.0 + n)).collect();
    standardise(&mut quality);
    if scale.has_ratings {
        let mut sums = vec![0.0; n];
        for x in &log.interactions {
            sums[x.item as usize] += f64::from(scale.share(x));
        }
        let mean = sums.iter().sum::<f64>() / log.interactions.len().max(1) as f64;
        let mut rated: Vec<f64> = sums
            .iter()
            .zip(counts())
            .map(|(s, n)| (s + RATING_PRIOR * mean) / (n + RATING_PRIOR))
            .collect();
        standardise(&mut rated);
        for (q, r) in quality.iter_mut().zip(&rated) {
            *q = popularity * *q + (1.0 - popularity) * r;
        }
        standardise(&mut quality);
    }
    let deviation = ContentConfig::BASELINE.quality_sigma;
    quality.iter().map(|q| deviation * q).collect()
}

/// Sessions a day: those of the city on average; who met four times as much comes twice as often.
fn activity(by_person: &Met) -> Vec<f32> {
    let roots: Vec<f64> = (0..by_person.n_rows())
        .map(|i| (by_person.row(i).len() as f64).sqrt())
        .collect();
    let mean = roots.iter().sum::<f64>() / roots.len().max(1) as f64;
    let (least, most) = SESSIONS_A_DAY;
    let rate = ReturnsConfig::BASELINE.sessions_per_day;
    roots
        .iter()
        .map(|r| (rate * r / mean.max(1.0)).clamp(least, most) as f32)
        .collect()
}

/// Fits a world to a log.
pub fn fit(log: &Log, how: &FitSettings, progress: Progress<'_>) -> Fitted {
    let (names, topic_of) = topics(log);
    let n_topics = names.len();
    let other = n_topics - 1;
    let genres: Vec<Vector> = log
        .items
        .iter()
        .map(|item| {
            let mut v = [0.0; MAX_TOPICS];
            for g in &item.genres {
                v[topic_of.get(g.as_str()).copied().unwrap_or(other)] = 1.0;
            }
            if item.genres.is_empty() {
                v[other] = 1.0;
            }
            normalize(&mut v);
            v
        })
        .collect();
    let scale = Scale::new(log);
    let pairs = || {
        let value = |x: &Interaction| (x.user, x.item, scale.wanted(x));
        log.interactions.iter().map(value)
    };
    let by_person = Met::new(log.users.len(), pairs());
    let by_item = Met::new(log.items.len(), pairs().map(|(i, c, p)| (c, i, p)));
    let settings = Settings {
        n_topics,
        n_columns: MAX_TOPICS,
        genre_share: how.genre_share,
        alpha: how.alpha,
        ridge: how.ridge,
        rounds: how.rounds,
        seed: how.seed,
    };
    let factors = factorise(&by_person, &by_item, &genres, &settings, progress);
    let quality = qualities(log, &scale, &by_item, how.popularity_in_quality);
    let items = log
        .items
        .iter()
        .zip(genres.iter().zip(&factors.items))
        .zip(&quality)
        .map(|((item, (tags, topics)), quality)| SeedItem {
            title: item.title.clone(),
            topics: *topics,
            tags: *tags,
            quality: *quality as f32,
        })
        .collect();
    let avatars = factors
        .people
        .into_iter()
        .zip(activity(&by_person))
        .map(|(mut interests, sessions_per_day)| {
            normalize(&mut interests);
            PlantedAvatar {
                interests,
                sessions_per_day,
            }
        })
        .collect();
    let past = log
        .interactions
        .iter()
        .map(|x| Meeting {
            avatar: x.user,
            item: x.item,
            stars: scale.stars(x),
        })
        .collect();
    Fitted {
        topics: names,
        n_hidden: MAX_TOPICS - n_topics,
        items,
        avatars,
        past,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::import::log::LogBuilder;
    use std::path::Path;

    fn log(genres: &[&[&str]]) -> Log {
        let mut b = LogBuilder::new(Path::new("x"));
        b.has_ratings = true;
        for (c, genres) in genres.iter().enumerate() {
            let item = b.item(&c.to_string()).unwrap();
            b.describe(item, "", genres.iter().map(|g| (*g).to_owned()).collect());
            for user in 0..=c {
                let rating = 1.0 + (user + c) as f32 % 5.0;
                b.add(&user.to_string(), item, rating, c as f64).unwrap();
            }
        }
        b.finish(1).unwrap()
    }

    #[test]
    fn genres_become_topics_and_tags_know_nothing_else() {
        let l = log(&[&["A", "B"], &["B"], &[], &["A"]]);
        let f = fit(&l, &FitSettings::default(), &mut |_, _| {});
        assert_eq!(f.topics, ["A", "B", "other"]);
        assert_eq!(f.n_hidden, 29);
        for item in &f.items {
            assert!(item.tags[3..].iter().all(|x| *x == 0.0));
        }
        assert_eq!(f.items[2].tags[2], 1.0);
        assert!(
            f.items
                .iter()
                .any(|i| i.topics[3..].iter().any(|x| *x != 0.0))
        );
        for a in &f.avatars {
            assert!((math::dot(&a.interests, &a.interests) - 1.0).abs() < 1e-4);
            assert!(a.sessions_per_day > 0.0);
        }
        // Who met more comes more often.
        assert!(f.avatars[0].sessions_per_day > f.avatars[3].sessions_per_day);
        assert!(f.past.iter().all(|m| (1.0..=5.0).contains(&m.stars)));
    }

    #[test]
    fn many_genres_leave_room_for_hidden_tastes() {
        let names: Vec<String> = (0..60).map(|g| format!("g{g:02}")).collect();
        let lists: Vec<[&str; 1]> = names.iter().map(|n| [n.as_str()]).collect();
        let genres: Vec<&[&str]> = lists.iter().map(<[&str; 1]>::as_slice).collect();
        let f = fit(&log(&genres), &FitSettings::default(), &mut |_, _| {});
        assert_eq!(f.topics.len(), MOST_GENRES + 1);
        assert_eq!(f.topics.last().map(String::as_str), Some(OTHER));
    }

    #[test]
    fn a_log_without_genres_or_ratings_is_fitted_too() {
        let mut l = log(&[&[], &[], &[]]);
        l.has_ratings = false;
        let f = fit(&l, &FitSettings::default(), &mut |_, _| {});
        assert_eq!(f.topics.len(), FEWEST_TOPICS);
        assert!(f.past.iter().all(|m| m.stars == 0.0));
    }
}
