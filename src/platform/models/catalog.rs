//! All models by name, each made from its settings and a seed.

use crate::sim::config::{ConfigPart, ValueDoc, Violation};

use super::bandit::recommend::{LinUcb, LinUcbConfig, Thompson, ThompsonConfig};
use super::collaborative::bpr::{BprModel, BprSettings};
use super::collaborative::cold_start::{ColdStart, ColdStartSettings};
use super::collaborative::decayed_popularity::{DecayedPopularityConfig, DecayedPopularityModel};
use super::collaborative::ease::{EaseModel, EaseSettings};
use super::collaborative::ials::{IalsModel, IalsSettings};
use super::collaborative::item_knn::{ItemKnnModel, ItemKnnSettings};
use super::collaborative::popularity::{PopularityConfig, PopularityModel};
use super::collaborative::rp3beta::{Rp3BetaModel, Rp3BetaSettings};
use super::collaborative::seed_collaborative::{SeedCollaborative, SeedCollaborativeSettings};
use super::collaborative::seed_content::{SeedContent, SeedContentSettings};
use super::dcn::config::DcnConfig;
use super::dcn::model::Dcn;
use super::fusion::config::FusionConfig;
use super::fusion::model::Fusion;
use super::logistic::config::LogisticConfig;
use super::logistic::model::Logistic;
use super::model::Model;
use super::params::ModelError;
use super::random::{Random, RandomConfig};
use super::sequence::config::SasRecConfig;
use super::sequence::model::SasRec;
use super::text::text_pair::{TextPair, TextPairConfig};
use super::two_tower_model::config::TwoTowerModelConfig;
use super::two_tower_model::model::TwoTowerModel;

/// A kind of model.
pub struct Kind {
    /// Name by which scenarios and commands call it.
    pub name: &'static str,
    /// What it is, in one sentence without a full stop.
    pub summary: &'static str,
    /// What it cannot do, as a sentence.
    pub limits: &'static str,
    make: fn(&toml::Table, u64) -> Result<Box<dyn Model>, SettingsError>,
    describe: fn(&mut Vec<ValueDoc>),
}

/// Why no model can be made of settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// There is no model of that name.
    #[error("model is {found}, allowed are {allowed}")]
    Unknown {
        /// What was asked for.
        found: String,
        /// All names.
        allowed: String,
    },
    /// A key is unknown or its value is of another type.
    #[error("settings of {model}: {message}")]
    Shape {
        /// Name of the model.
        model: &'static str,
        /// What the reader says.
        message: String,
    },
    /// A value is outside its range.
    #[error("{key} of {model} is {value}, allowed is {allowed}")]
    Range {
        /// Name of the model.
        model: &'static str,
        /// Name of the value.
        key: String,
        /// What it is.
        value: String,
        /// What it may be.
        allowed: String,
    },
    /// The model itself refuses.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl Kind {
    /// Makes a model that has learned nothing yet.
    ///
    /// `settings` holds values by the keys that [`Kind::describe`] lists; those left out take their default.
    ///
    /// # Errors
    /// [`SettingsError`] if a key is unknown or a value is not allowed.
    pub fn make(&self, settings: &toml::Table, seed: u64) -> Result<Box<dyn Model>, SettingsError> {
        (self.make)(settings, seed)
    }

    /// Documents its settings, by key without a prefix.
    #[must_use]
    pub fn describe(&self) -> Vec<ValueDoc> {
        let mut docs = Vec::new();
        (self.describe)(&mut docs);
        for doc in &mut docs {
            doc.key = doc.key.trim_start_matches('.').to_owned();
        }
        docs
    }
}

fn read<C: ConfigPart + serde::de::DeserializeOwned>(
    model: &'static str,
    settings: &toml::Table,
) -> Result<C, SettingsError> {
    let config: C =
        settings
            .clone()
            .try_into()
            .map_err(|e: toml::de::Error| SettingsError::Shape {
                model,
                message: e.message().to_owned(),
            })?;
    let mut violations: Vec<Violation> = Vec::new();
    config.check("", &mut violations);
    match violations.into_iter().next() {
        None => Ok(config),
        Some(v) => Err(SettingsError::Range {
            model,
            key: v.key.trim_start_matches('.').to_owned(),
            value: v.value,
            allowed: v.allowed,
        }),
    }
}

/// Lists kinds: `"name", "summary", "limits", Config, |config, seed| model;`, where making the model may fail with a [`ModelError`].
macro_rules! kinds {
    ($($name:literal, $summary:literal, $limits:literal, $config:ty, $make:expr;)*) => {
        &[$(Kind {
            name: $name,
            summary: $summary,
            limits: $limits,
            make: |settings, seed| {
                let make: fn($config, u64) -> Result<Box<dyn Model>, ModelError> = $make;
                Ok(make(read::<$config>($name, settings)?, seed)?)
            },
            describe: |into| <$config as ConfigPart>::describe("", into),
        },)*]
    };
}

/// All kinds, simplest first.
pub const KINDS: &[Kind] = kinds! {
    "random", "a score drawn at random for every person and item, the floor of every comparison",
        "It knows nothing: whatever is no better has learned nothing.",
        RandomConfig, |_, seed| Ok(Box::new(Random::new(seed)));
    "popularity", "how many met an item, the same for everybody",
        "Everybody gets the same list, so that what is popular gets more popular.",
        PopularityConfig, |config, _| Ok(Box::new(PopularityModel::new(config)));
    "decayed_popularity", "engagements with an item, each fading with time",
        "Everybody gets the same list, and what was loved long ago is forgotten.",
        DecayedPopularityConfig, |config, _| Ok(Box::new(DecayedPopularityModel::new(config)));
    "seed_content", "the mission's formula from features: the cosine of interests and content, times attention",
        "It knows items by their features only: of two that are alike it cannot tell the better one.",
        SeedContentSettings, |config, _| Ok(Box::new(SeedContent::new(config)));
    "item_knn", "similarity to what was met, by how many met both",
        "An item that nobody met has no neighbours, and who has no past gets no scores.",
        ItemKnnSettings, |config, _| Ok(Box::new(ItemKnnModel::new(config)));
    "rp3beta", "the chance of walking from what was met to an item by way of somebody else, less of it for popular ones",
        "An item that nobody met is never reached, nor does anybody without a past set out.",
        Rp3BetaSettings, |config, _| Ok(Box::new(Rp3BetaModel::new(config)));
    "ease", "a linear autoencoder with an empty diagonal, in closed form",
        "Its matrix grows with the square of the items: it is for thousands of them, not for millions.",
        EaseSettings, |config, _| Ok(Box::new(EaseModel::new(config)));
    "seed_collaborative", "the mission's formula from others' behaviour: a predicted r over roots of popularity and attention",
        "Dividing by popularity lets what was met once or twice swing widely.",
        SeedCollaborativeSettings, |config, _| Ok(Box::new(SeedCollaborative::new(config)));
    "cold_start", "features at first, others' behaviour the more is known",
        "The shares of its two parts follow a rule and are not learned.",
        ColdStartSettings, |config, seed| Ok(Box::new(ColdStart::new(config, seed)));
    "ials", "factors by alternating least squares over all pairs, met or not",
        "All that was not met counts as a weak no, though most of it was never seen.",
        IalsSettings, |config, seed| Ok(Box::new(IalsModel::new(config, seed)));
    "bpr", "factors learned from pairs of what was met and what was not",
        "It learns from drawn pairs: another seed gives other lists.",
        BprSettings, |config, seed| Ok(Box::new(BprModel::new(config, seed)));
    "logistic", "logistic regression on named columns and ids, whose weights can be read",
        "It adds up: what two columns mean together it sees only where a third one says so.",
        LogisticConfig, |config, seed| Ok(Box::new(Logistic::new(config, seed)));
    "dcn", "a deep and cross network, which learns products of columns (DCN-v2)",
        "It costs by the pair, so that in a city it is asked about candidates only.",
        DcnConfig, |config, seed| Ok(Box::new(Dcn::new(config, seed)));
    "lin_ucb", "a linear bandit over what people met and what things are: expected reward, and a bonus for what is not known yet",
        "Reward is taken to be linear, and scores hold a bonus for what is unknown: they are no predictions.",
        LinUcbConfig, |config, seed| Ok(Box::new(LinUcb::new(config, seed)));
    "thompson", "the same linear bandit, but everybody is scored with coefficients drawn from what is believed of them",
        "Scores are drawn, not predicted: another seed gives other lists.",
        ThompsonConfig, |config, seed| Ok(Box::new(Thompson::new(config, seed)));
    "text_pair", "how close an item's words are to those of the recent past, read by a small BERT",
        "It reads words and nothing else, in the language that its encoder was taught.",
        TextPairConfig, |config, seed| Ok(Box::new(TextPair::new(config, seed)?));
    "sasrec", "self-attention over what somebody met last, in its order (Kang and McAuley 2018)",
        "It looks at what was met last and nothing else: a person without a past gets one list.",
        SasRecConfig, |config, seed| Ok(Box::new(SasRec::new(config, seed)?));
    "fusion", "text, picture, sound, motion, other facts and behaviour, fused into one vector an item",
        "An item of which no modality is known is a stranger to it.",
        FusionConfig, |config, seed| Ok(Box::new(Fusion::new(config, seed)?));
    "two_tower", "one network for people and one for items, near each other where they meet (Yi et al. 2019)",
        "Closeness says that things belong together, not why.",
        TwoTowerModelConfig, |config, seed| Ok(Box::new(TwoTowerModel::new(config, seed)?));
};

/// Finds a kind by its name.
///
/// # Errors
/// [`SettingsError::Unknown`] with all names.
pub fn find(name: &str) -> Result<&'static Kind, SettingsError> {
    let found = KINDS.iter().find(|k| k.name == name);
    found.ok_or_else(|| SettingsError::Unknown {
        found: name.to_owned(),
        allowed: KINDS.iter().map(|k| k.name).collect::<Vec<_>>().join(", "),
    })
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::super::interaction_log::InteractionLog;
    use super::super::model::Person;
    use super::super::params::{Values, read_tensors, write_tensors};
    use super::super::sample_log::sample_log;
    use super::*;

    #[test]
    fn every_kind_is_made_from_nothing_and_called_by_its_name() {
        for kind in KINDS {
            let made = kind.make(&toml::Table::new(), 1).unwrap();
            assert_eq!(made.name(), kind.name);
            for doc in kind.describe() {
                assert!(!doc.key.contains('.'), "{}: {}", kind.name, doc.key);
            }
        }
    }

    #[test]
    fn an_unknown_name_and_an_unknown_setting_are_refused_by_name() {
        let error = find("oracle").err().unwrap().to_string();
        assert!(error.starts_with("model is oracle, allowed are random"));
        let settings: toml::Table = toml::from_str("luck = 7").unwrap();
        let error = find("random").unwrap().make(&settings, 1).err().unwrap();
        assert!(error.to_string().contains("luck"), "{error}");
    }

    /// Settings that make a fit short wherever a kind has such a setting.
    fn quick(kind: &Kind) -> toml::Table {
        let short = [("epochs", 3), ("iterations", 3), ("dimensions", 8)];
        let known = kind.describe();
        let has = |key: &str| known.iter().any(|doc| doc.key == key);
        short
            .into_iter()
            .filter(|(key, _)| has(key))
            .map(|(key, value)| (key.to_owned(), toml::Value::Integer(value)))
            .collect()
    }

    fn fitted(kind: &Kind, log: &InteractionLog) -> Box<dyn Model> {
        let mut model = kind.make(&quick(kind), 7).unwrap();
        let report = model.fit(log, &mut |_| ControlFlow::Continue(()));
        let report = report.unwrap_or_else(|e| panic!("{}: {e}", kind.name));
        assert!(report.curve.iter().all(|e| e.loss.is_finite()));
        model
    }

    /// Users with all and with some of their past, a newcomer with a past, and one without.
    fn with_people<T>(log: &InteractionLog, then: impl FnOnce(&[Person<'_>]) -> T) -> T {
        let by_user = log.by_user();
        let now = log.end() + 60;
        let person = |user, past| Person { user, past, now };
        then(&[
            person(Some(0), &by_user[0]),
            person(Some(17), &by_user[17]),
            person(Some(4), &by_user[4][..2]),
            person(None, &by_user[9][..3]),
            person(None, &[]),
        ])
    }

    fn bits(model: &dyn Model, log: &InteractionLog) -> Vec<u32> {
        with_people(log, |people| {
            let mut scores = vec![9.0; people.len() * log.n_items];
            model.score(people, &mut scores).unwrap();
            scores.into_iter().map(f32::to_bits).collect()
        })
    }

    fn on<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap().install(work)
    }

    #[test]
    fn prop_every_kind_fitted_again_or_on_more_threads_is_the_same_to_the_bit() {
        let log = sample_log(1);
        for kind in KINDS {
            let fit = |threads| {
                on(threads, || {
                    let model = fitted(kind, &log);
                    (bits(&*model, &log), model.save().unwrap())
                })
            };
            let alone = fit(1);
            assert!(alone == fit(1), "{}: fitted again", kind.name);
            assert!(alone == fit(4), "{}: on four threads", kind.name);
        }
    }

    #[test]
    fn prop_every_kind_is_loaded_with_the_same_bits_and_refuses_what_is_not_its_own() {
        let log = sample_log(2);
        for kind in KINDS {
            let model = fitted(kind, &log);
            let stored = model.save().unwrap();
            // By way of the file format.
            let stored = read_tensors(&write_tensors(&stored).unwrap()).unwrap();
            let mut loaded = kind.make(&quick(kind), 7).unwrap();
            loaded.load(&stored, &log).unwrap();
            assert!(bits(&*loaded, &log) == bits(&*model, &log), "{}", kind.name);
            assert!(loaded.save().unwrap() == stored, "{}", kind.name);

            let mut other = stored.clone();
            let one = Values {
                shape: vec![1],
                values: vec![0.0],
            };
            other.insert("not its own".to_owned(), one);
            assert!(loaded.load(&other, &log).is_err(), "{}", kind.name);
            for name in stored.keys() {
                let mut less = stored.clone();
                less.remove(name);
                let refused = loaded.load(&less, &log).is_err();
                assert!(refused, "{} without {name}", kind.name);
            }
            // What was refused changed nothing.
            assert!(bits(&*loaded, &log) == bits(&*model, &log), "{}", kind.name);
        }
    }

    #[test]
    fn prop_every_kind_explains_a_score_by_parts_that_add_up_to_it() {
        let log = sample_log(3);
        for kind in KINDS {
            let model = fitted(kind, &log);
            with_people(&log, |people| {
                for person in people {
                    let mut scores = vec![0.0; log.n_items];
                    model.score(&[*person], &mut scores).unwrap();
                    for item in (0..log.n_items).step_by(3) {
                        let parts = model.explain(person, item as u32).unwrap();
                        let sum: f64 = parts.iter().map(|p| f64::from(p.value)).sum();
                        let values = parts.iter().map(|p| p.value.abs());
                        let largest = values.fold(scores[item].abs(), f32::max);
                        let off = (sum - f64::from(scores[item])).abs();
                        assert!(
                            off <= 1e-4 * f64::from(largest),
                            "{}: {sum} for {} of item {item} to {:?}",
                            kind.name,
                            scores[item],
                            person.user
                        );
                    }
                }
            });
        }
    }

    #[test]
    fn prop_every_kind_scores_anybody_with_finite_numbers_and_refuses_the_unknown() {
        let log = sample_log(4);
        for kind in KINDS {
            let model = fitted(kind, &log);
            let all = bits(&*model, &log).into_iter().map(f32::from_bits);
            assert!(all.clone().all(f32::is_finite), "{}", kind.name);
            let nobody = Person {
                user: None,
                past: &[],
                now: 0,
            };
            let mut scores = vec![0.0; log.n_items];
            model.score(&[nobody], &mut scores).unwrap();
            assert!(scores.iter().all(|s| s.is_finite()), "{}", kind.name);
            assert!(model.score(&[], &mut []).is_ok(), "{}", kind.name);
            assert!(model.score(&[nobody], &mut scores[1..]).is_err());
            let unknown = model.explain(&nobody, log.n_items as u32);
            assert!(unknown.is_err(), "{}", kind.name);
        }
    }

    #[test]
    fn prop_no_kind_panics_on_an_empty_log() {
        let nothing = InteractionLog::default();
        let unmet = InteractionLog {
            interactions: Vec::new(),
            impressions: Vec::new(),
            ..sample_log(5)
        };
        for kind in KINDS {
            for log in [&nothing, &unmet] {
                let mut model = kind.make(&quick(kind), 7).unwrap();
                // It may refuse; if it does not, it must have scores.
                if model.fit(log, &mut |_| ControlFlow::Continue(())).is_ok() {
                    let nobody = Person {
                        user: None,
                        past: &[],
                        now: 0,
                    };
                    let mut scores = vec![0.0; log.n_items];
                    model.score(&[nobody], &mut scores).unwrap();
                    assert!(scores.iter().all(|s| s.is_finite()), "{}", kind.name);
                }
            }
        }
    }
}
