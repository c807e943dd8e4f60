//! From text to pieces of words, one text or a pair.
//!
//! Splitting is done by the `tokenizers` crate, so that a `tokenizer.json` from elsewhere means here what it means there.
//! Marks and the greatest length are put on here: a file's own settings for truncation and padding are taken off.

use std::collections::BTreeMap;

use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{
    NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer,
    Tokenizer,
};

use super::packed::Sequence;
use super::vocabulary::{BEGIN, CONTINUES, END, MASK, PAD, SPECIAL, UNKNOWN, train};

/// What can go wrong between text and pieces.
#[derive(Debug, thiserror::Error)]
pub enum TokenizeError {
    /// The tokenizer library refused.
    #[error("tokenizer: {0}")]
    Library(String),
    /// A mark is not in the vocabulary.
    #[error("vocabulary has no {0}")]
    NoMark(&'static str),
}

/// Splits text into pieces.
#[derive(Debug, Clone)]
pub struct WordPieces {
    tokenizer: Tokenizer,
    /// Number of the mark that begins a sequence.
    pub begin: u32,
    /// Number of the mark that ends a text.
    pub end: u32,
    /// Number of the mark that hides a piece.
    pub mask: u32,
}

fn library(e: impl std::fmt::Display) -> TokenizeError {
    TokenizeError::Library(e.to_string())
}

/// Lower case, without accents, Chinese characters apart from each other.
fn normalizer() -> BertNormalizer {
    BertNormalizer::new(true, true, None, true)
}

/// Counts the words of texts, split as BERT splits them.
///
/// # Errors
/// [`TokenizeError::Library`] if the library refuses a text.
pub fn count_words<'a>(
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<BTreeMap<String, u64>, TokenizeError> {
    let mut counts = BTreeMap::new();
    for text in texts {
        let mut normal = NormalizedString::from(text);
        normalizer().normalize(&mut normal).map_err(library)?;
        let mut split = PreTokenizedString::from(normal);
        BertPreTokenizer.pre_tokenize(&mut split).map_err(library)?;
        for (word, _, _) in split.get_splits(OffsetReferential::Normalized, OffsetType::Byte) {
            *counts.entry(word.to_owned()).or_default() += 1;
        }
    }
    Ok(counts)
}

impl WordPieces {
    /// Finds a vocabulary of at most `size` pieces in texts; the same texts give the same vocabulary.
    ///
    /// # Errors
    /// [`TokenizeError::Library`] if the library refuses a text.
    pub fn learn<'a>(
        texts: impl IntoIterator<Item = &'a str>,
        size: usize,
    ) -> Result<Self, TokenizeError> {
        Self::of_vocabulary(&train(&count_words(texts)?, size))
    }

    /// Makes one for a vocabulary; a piece's number is its place.
    ///
    /// # Errors
    /// [`TokenizeError::NoMark`] if a mark is missing.
    pub fn of_vocabulary(pieces: &[String]) -> Result<Self, TokenizeError> {
        let numbers = pieces.iter().zip(0u32..);
        let vocab: BTreeMap<&str, u32> = numbers.map(|(p, n)| (p.as_str(), n)).collect();
        let marks: Vec<serde_json::Value> = SPECIAL
            .iter()
            .filter_map(|mark| vocab.get(mark).map(|number| (mark, number)))
            .map(|(mark, number)| {
                serde_json::json!({
                    "id": number, "content": mark, "special": true, "single_word": false,
                    "lstrip": false, "rstrip": false, "normalized": false,
                })
            })
            .collect();
        let mark =
            |id: &str, text: u8| serde_json::json!({"SpecialToken": {"id": id, "type_id": text}});
        let text =
            |id: &str, text: u8| serde_json::json!({"Sequence": {"id": id, "type_id": text}});
        let number =
            |id: &str| serde_json::json!({"id": id, "ids": [vocab.get(id)], "tokens": [id]});
        let json = serde_json::json!({
            "version": "1.0",
            "truncation": null,
            "padding": null,
            "added_tokens": marks,
            "normalizer": {
                "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                "strip_accents": null, "lowercase": true,
            },
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [mark(BEGIN, 0), text("A", 0), mark(END, 0)],
                "pair": [mark(BEGIN, 0), text("A", 0), mark(END, 0), text("B", 1), mark(END, 1)],
                "special_tokens": {BEGIN: number(BEGIN), END: number(END)},
            },
            "decoder": {"type": "WordPiece", "prefix": CONTINUES, "cleanup": true},
            "model": {
                "type": "WordPiece", "unk_token": UNKNOWN, "continuing_subword_prefix": CONTINUES,
                "max_input_chars_per_word": 100, "vocab": vocab,
            },
        });
        if let Some(missing) = SPECIAL.iter().find(|mark| !vocab.contains_key(*mark)) {
            return Err(TokenizeError::NoMark(missing));
        }
        Self::from_json(json.to_string().as_bytes())
    }

    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    /// [`TokenizeError`] if it is none, or a mark is missing.
    pub fn from_json(json: &[u8]) -> Result<Self, TokenizeError> {
        Self::of(Tokenizer::from_bytes(json).map_err(library)?)
    }

    fn of(mut tokenizer: Tokenizer) -> Result<Self, TokenizeError> {
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(library)?;
        let number = |mark| {
            let found = tokenizer.token_to_id(mark);
            found.ok_or(TokenizeError::NoMark(mark))
        };
        number(PAD)?;
        Ok(Self {
            begin: number(BEGIN)?,
            end: number(END)?,
            mask: number(MASK)?,
            tokenizer,
        })
    }

    /// Writes a `tokenizer.json`; the same pieces give the same text.
    ///
    /// # Errors
    /// [`TokenizeError::Library`] if the library refuses.
    pub fn to_json(&self) -> Result<String, TokenizeError> {
        self.tokenizer.to_string(false).map_err(library)
    }

    /// Returns how many pieces there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tokenizer.get_vocab_size(true)
    }

    /// Says whether there is no piece.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the pieces of a text, without marks.
    ///
    /// # Errors
    /// [`TokenizeError::Library`] if the library refuses the text.
    pub fn pieces(&self, text: &str) -> Result<Vec<u32>, TokenizeError> {
        let found = self.tokenizer.encode_fast(text, false).map_err(library)?;
        Ok(found.get_ids().to_vec())
    }

    /// Returns `[CLS] text [SEP]`, at most `most` pieces with the marks.
    ///
    /// # Errors
    /// [`TokenizeError::Library`] if the library refuses the text.
    pub fn single(&self, text: &str, most: usize) -> Result<Sequence, TokenizeError> {
        let mut pieces = self.pieces(text)?;
        pieces.truncate(most.saturating_sub(2));
        Ok(self.joined(&pieces, None))
    }

    /// Returns `[CLS] first [SEP] second [SEP]`, at most `most` pieces with the marks; the longer text loses its end first.
    ///
    /// # Errors
    /// [`TokenizeError::Library`] if the library refuses a text.
    pub fn pair(&self, first: &str, second: &str, most: usize) -> Result<Sequence, TokenizeError> {
        Ok(self.pair_of(&self.pieces(first)?, &self.pieces(second)?, most))
    }

    /// Returns the pair of texts that were split before; see [`WordPieces::pair`].
    #[must_use]
    pub fn pair_of(&self, first: &[u32], second: &[u32], most: usize) -> Sequence {
        let (a, b) = longest_first(first.len(), second.len(), most.saturating_sub(3));
        self.joined(&first[..a], Some(&second[..b]))
    }

    fn joined(&self, first: &[u32], second: Option<&[u32]>) -> Sequence {
        let mut ids = vec![self.begin];
        ids.extend_from_slice(first);
        ids.push(self.end);
        let first = ids.len();
        if let Some(second) = second {
            ids.extend_from_slice(second);
            ids.push(self.end);
        }
        Sequence { ids, first }
    }
}

/// Returns how much of two lengths is kept if the longer one is cut until both are at most `most` together.
fn longest_first(a: usize, b: usize, most: usize) -> (usize, usize) {
    if a + b <= most {
        return (a, b);
    }
    let (short, long) = (a.min(b), a.max(b));
    // Down to the shorter one only the longer is cut; from there on both in turn, the first keeping the odd one.
    let (kept_short, kept_long) = if short + short <= most {
        (short, most - short)
    } else {
        (most / 2, most.div_ceil(2))
    };
    debug_assert!(kept_long <= long, "cutting never lengthens");
    match (a > b, short + short <= most) {
        (true, _) | (false, false) => (kept_long, kept_short),
        (false, true) => (kept_short, kept_long),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn city() -> WordPieces {
        let texts = [
            "Strategy by the sea",
            "a chess opening",
            "chess and strategy",
        ];
        WordPieces::learn(texts, 200).unwrap()
    }

    #[test]
    fn pairs_carry_marks_and_segments() {
        let w = city();
        let s = w.pair("Chess strategy", "the SEA!", 128).unwrap();
        let (chess, sea) = (w.pieces("chess").unwrap(), w.pieces("sea").unwrap());
        assert_eq!((chess.len(), sea.len()), (1, 1));
        assert_eq!(s.ids[0], w.begin);
        assert_eq!(s.ids[1], chess[0]);
        assert_eq!((s.ids[3], s.first), (w.end, 4));
        assert_eq!(s.ids[5], sea[0]);
        assert_eq!(s.ids.last(), Some(&w.end));
    }

    #[test]
    fn the_longer_text_is_cut_first() {
        for a in 0..12usize {
            for b in 0..12usize {
                for most in 0..26 {
                    let (mut x, mut y) = (a, b);
                    while x + y > most {
                        if x > y {
                            x -= 1;
                        } else {
                            y -= 1;
                        }
                    }
                    assert_eq!(longest_first(a, b, most), (x, y), "{a} {b} {most}");
                }
            }
        }
        let s = city().pair("chess chess chess chess", "sea", 6).unwrap();
        assert_eq!((s.ids.len(), s.first), (6, 4));
    }

    #[test]
    fn chinese_is_split_by_character() {
        let w = WordPieces::learn(["城市的注意力", "chess"], 100).unwrap();
        let unknown = w.tokenizer.token_to_id(UNKNOWN).unwrap();
        let pieces = w.pieces("注意城市").unwrap();
        assert_eq!(pieces.len(), 4);
        assert!(!pieces.contains(&unknown));
        assert_eq!(w.pieces("海").unwrap(), [unknown]);
    }

    #[test]
    fn a_tokenizer_read_back_is_the_same_and_its_own_padding_is_off() {
        let w = city();
        let json = w.to_json().unwrap();
        assert_eq!(json, city().to_json().unwrap());
        let padded = json.replace(
            "\"padding\":null",
            "\"padding\":{\"strategy\":{\"Fixed\":64},\"direction\":\"Right\",\"pad_to_multiple_of\":null,\
             \"pad_id\":0,\"pad_type_id\":0,\"pad_token\":\"[PAD]\"}",
        );
        assert_ne!(padded, json);
        let again = WordPieces::from_json(padded.as_bytes()).unwrap();
        let text = "a strategic opening by the sea";
        assert_eq!(
            again.single(text, 128).unwrap(),
            w.single(text, 128).unwrap()
        );
        assert!(WordPieces::from_json(b"{}").is_err());
        let few = ["[UNK]".to_owned()];
        let error = WordPieces::of_vocabulary(&few).unwrap_err();
        assert_eq!(error.to_string(), "vocabulary has no [PAD]");
    }
}
