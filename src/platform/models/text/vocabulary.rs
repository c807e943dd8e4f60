//! A vocabulary of word pieces, found in a text: always the same for the same text.
//!
//! The trainer of the `tokenizers` crate counts in hash tables. This one orders everything it looks at: of pieces that stand
//! side by side equally often, those that come first in the alphabet are joined first.

use std::collections::{BTreeMap, BTreeSet};

/// Stands for nothing; kept as the first piece because models expect it there.
pub const PAD: &str = "[PAD]";
/// Stands for a word that cannot be put together from pieces.
pub const UNKNOWN: &str = "[UNK]";
/// Begins every sequence.
pub const BEGIN: &str = "[CLS]";
/// Ends every text.
pub const END: &str = "[SEP]";
/// Hides a piece that is to be guessed.
pub const MASK: &str = "[MASK]";

/// The pieces that are no text, in the order of their numbers.
pub const SPECIAL: [&str; 5] = [PAD, UNKNOWN, BEGIN, END, MASK];

/// Begins a piece that continues a word.
pub const CONTINUES: &str = "##";

/// Two pieces side by side.
type Pair = (u32, u32);

/// Words as runs of pieces, and where each pair of neighbours is found.
struct Trainer {
    pieces: Vec<String>,
    by_name: BTreeMap<String, u32>,
    words: Vec<(Vec<u32>, u64)>,
    counts: BTreeMap<Pair, u64>,
    places: BTreeMap<Pair, BTreeSet<usize>>,
}

/// Finds at most `size` pieces for the words and how often each occurs; characters that occur are pieces in any case.
///
/// Words must be normalised already (lower case, split at punctuation).
///
/// # Source
/// Sennrich, Haddow and Birch (2016) for joining the most frequent neighbours; pieces are written as WordPiece does
/// (Schuster and Nakajima 2012), whose longest-match encoding uses them.
#[must_use]
pub fn train(words: &BTreeMap<String, u64>, size: usize) -> Vec<String> {
    let mut trainer = Trainer::new(words);
    while trainer.pieces.len() < size {
        // The greatest count; of equal ones the smallest pair of texts.
        let best = trainer.counts.iter().max_by(|a, b| {
            let text = |p: &Pair| (&trainer.pieces[p.0 as usize], &trainer.pieces[p.1 as usize]);
            a.1.cmp(b.1).then_with(|| text(b.0).cmp(&text(a.0)))
        });
        let Some((pair, _)) = best else { break };
        trainer.join(*pair);
    }
    trainer.pieces
}

impl Trainer {
    fn new(words: &BTreeMap<String, u64>) -> Self {
        let mut letters = BTreeSet::new();
        for word in words.keys() {
            letters.extend(word.chars().enumerate().map(|(at, c)| letter(at, c)));
        }
        let mut trainer = Self {
            pieces: Vec::new(),
            by_name: BTreeMap::new(),
            words: Vec::new(),
            counts: BTreeMap::new(),
            places: BTreeMap::new(),
        };
        let special = SPECIAL.iter().map(|s| (*s).to_owned());
        for piece in special.chain(letters) {
            trainer.piece(piece);
        }
        for (word, count) in words {
            let letters = word.chars().enumerate().map(|(at, c)| letter(at, c));
            let pieces = letters.map(|l| trainer.by_name[&l]).collect();
            trainer.words.push((pieces, *count));
            trainer.count(trainer.words.len() - 1);
        }
        trainer
    }

    fn piece(&mut self, text: String) -> u32 {
        if let Some(found) = self.by_name.get(&text) {
            return *found;
        }
        let number = self.pieces.len() as u32;
        self.by_name.insert(text.clone(), number);
        self.pieces.push(text);
        number
    }

    fn count(&mut self, word: usize) {
        let (pieces, count) = &self.words[word];
        for pair in pieces.windows(2).map(|w| (w[0], w[1])) {
            *self.counts.entry(pair).or_default() += count;
            self.places.entry(pair).or_default().insert(word);
        }
    }

    fn uncount(&mut self, word: usize) {
        let (pieces, count) = &self.words[word];
        for pair in pieces.windows(2).map(|w| (w[0], w[1])) {
            if let Some(total) = self.counts.get_mut(&pair) {
                *total -= count;
                if *total == 0 {
                    self.counts.remove(&pair);
                }
            }
            if let Some(places) = self.places.get_mut(&pair) {
                places.remove(&word);
            }
        }
    }

    fn join(&mut self, (a, b): Pair) {
        let second = &self.pieces[b as usize];
        let second = second.strip_prefix(CONTINUES).unwrap_or(second);
        let joined = self.piece(format!("{}{second}", self.pieces[a as usize]));
        let places = self.places.remove(&(a, b)).unwrap_or_default();
        for word in places {
            self.uncount(word);
            let pieces = &mut self.words[word].0;
            let mut shorter = Vec::with_capacity(pieces.len());
            let mut rest = pieces.as_slice();
            while let [first, after @ ..] = rest {
                if *first == a && after.first() == Some(&b) {
                    shorter.push(joined);
                    rest = &after[1..];
                } else {
                    shorter.push(*first);
                    rest = after;
                }
            }
            *pieces = shorter;
            self.count(word);
        }
        self.counts.remove(&(a, b));
    }
}

fn letter(at: usize, c: char) -> String {
    if at == 0 {
        c.to_string()
    } else {
        format!("{CONTINUES}{c}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(words: &[(&str, u64)]) -> BTreeMap<String, u64> {
        words.iter().map(|(w, n)| ((*w).to_owned(), *n)).collect()
    }

    #[test]
    fn frequent_neighbours_are_joined_first_and_ties_go_by_the_alphabet() {
        let words = counted(&[("low", 5), ("lower", 2), ("newest", 6), ("widest", 3)]);
        let pieces = train(&words, 26);
        let letters = [
            "##d", "##e", "##i", "##o", "##r", "##s", "##t", "##w", "l", "n", "w",
        ];
        assert_eq!(pieces[..5], SPECIAL);
        assert_eq!(pieces[5..16], letters);
        // By hand: ##e ##s and ##s ##t stand together 9 times each; then ##es ##t 9; l ##o and ##o ##w 7; …
        assert_eq!(pieces[16..21], ["##es", "##est", "##ow", "low", "##ew"]);
    }

    #[test]
    fn whole_words_come_out_when_there_is_room() {
        let words = counted(&[("banana", 3), ("bandana", 1), ("aaa", 9)]);
        let pieces = train(&words, 10_000);
        for word in words.keys() {
            assert!(pieces.contains(word), "{word} of {pieces:?}");
        }
        let distinct: BTreeSet<&String> = pieces.iter().collect();
        assert_eq!(distinct.len(), pieces.len());
    }
}
