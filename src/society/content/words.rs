//! Words of an item: a small grammar over the lexicon of its topics.
//!
//! Words are not stored: they are a pure function of the seed, the item's id and its topic mixture.

use std::sync::LazyLock;

use super::item::ItemKind;
use crate::sim::ids::ItemId;
use crate::sim::rng::{Purpose, RngStream};

const TOPICS: &str = include_str!("../../../assets/lexicon/topics.txt");
const TEMPLATES: &str = include_str!("../../../assets/lexicon/templates.txt");

/// One topic of the lexicon.
struct Topic {
    name: &'static str,
    words: Vec<&'static str>,
}

static LEXICON: LazyLock<Vec<Topic>> = LazyLock::new(|| {
    TOPICS
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|l| l.split_once(':'))
        .map(|(name, words)| Topic {
            name: name.trim(),
            words: words.split_whitespace().collect(),
        })
        .collect()
});

static PATTERNS: LazyLock<Vec<(&'static str, &'static str)>> = LazyLock::new(|| {
    TEMPLATES
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|l| l.split_once(':'))
        .map(|(kind, pattern)| (kind.trim(), pattern.trim()))
        .collect()
});

/// Returns the name of a topic; topics beyond the lexicon are numbered.
#[must_use]
pub fn topic_name(topic: usize) -> String {
    LEXICON
        .get(topic)
        .map_or_else(|| format!("topic {topic}"), |t| t.name.to_owned())
}

fn word(topics: &[f32], rng: &mut RngStream) -> &'static str {
    let weights: Vec<f64> = topics
        .iter()
        .take(LEXICON.len())
        .map(|t| f64::from(t * t))
        .collect();
    let topic = &LEXICON[rng.weighted(&weights).unwrap_or(0)];
    topic.words[rng.below(topic.words.len())]
}

/// Returns how many topics have words.
#[must_use]
pub fn n_topics() -> usize {
    LEXICON.len()
}

/// Draws so many words of a mixture of topics.
pub(super) fn draw(topics: &[f32], n: usize, rng: &mut RngStream) -> Vec<&'static str> {
    (0..n).map(|_| word(topics, rng)).collect()
}

/// Returns the title of an item.
#[must_use]
pub fn title(seed: u64, id: ItemId, kind: ItemKind, topics: &[f32]) -> String {
    let mut rng = RngStream::new(seed, Purpose::Words, u64::from(id.0), 0);
    let patterns: Vec<&str> = PATTERNS
        .iter()
        .filter(|(k, _)| *k == kind.word())
        .map(|(_, p)| *p)
        .collect();
    let pattern = if patterns.is_empty() {
        "{a} {b}"
    } else {
        patterns[rng.below(patterns.len())]
    };
    let best = topics
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)))
        .map_or(0, |(i, _)| i);
    let text = pattern
        .replace("{t}", &topic_name(best))
        .replace("{n}", &(3 + rng.below(9)).to_string())
        .replace("{a}", word(topics, &mut rng))
        .replace("{b}", word(topics, &mut rng));
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// Returns the description of an item: a dozen words, mostly of its topics.
#[must_use]
pub fn description(seed: u64, id: ItemId, topics: &[f32]) -> String {
    let mut rng = RngStream::new(seed, Purpose::Words, u64::from(id.0), 1);
    let words: Vec<&str> = (0..12).map(|_| word(topics, &mut rng)).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lexicon_has_the_default_topics_and_no_thin_one() {
        assert_eq!(LEXICON.len(), 24);
        for t in LEXICON.iter() {
            assert!(
                t.words.len() >= 20,
                "{} has {} words",
                t.name,
                t.words.len()
            );
        }
    }

    #[test]
    fn words_come_from_the_topics_and_are_repeatable() {
        let mut topics = [0.0f32; 32];
        topics[2] = 1.0;
        let text = description(1, ItemId(5), &topics);
        assert!(
            text.split(' ').all(|w| LEXICON[2].words.contains(&w)),
            "{text}"
        );
        assert_eq!(text, description(1, ItemId(5), &topics));
        assert_ne!(text, description(1, ItemId(6), &topics));
        assert!(!title(1, ItemId(5), ItemKind::Game, &topics).contains('{'));
    }
}
