//! What a search text asks for: words of the line, ids, and "avatar 12" for one avatar.
//!
//! Words and ids are compared with the record itself, so that twenty thousand events are searched without writing one
//! line; only what is neither (a time, a price) is looked for in the line as it is shown.

use super::groups::readable;
use super::view::line;
use crate::events::behavior::{Event, EventKind, NO_OFFER, Surface, ThingKind};
use crate::sim::ids::{AvatarId, SpaceId};
use crate::society::spaces::space::SpaceKind;

/// One condition; an event must meet all.
#[derive(Debug, PartialEq)]
enum Term {
    /// Is by, about or in this.
    Of(ThingKind, u32),
    /// Answers this offer.
    Offer(u64),
    /// Has this id somewhere.
    Number(u64),
    /// Has this word in what is the same for all lines of a kind, of a surface, and so on.
    Word(Masks),
    /// Stands in the line.
    Text(String),
}

/// Which kinds contain a word: one bit each.
#[derive(Debug, Default, PartialEq)]
struct Masks {
    kinds: u64,
    things: u64,
    surfaces: u64,
    spaces: u64,
    /// It is in every line.
    always: bool,
}

/// Sets a bit for every word that contains a text.
fn mask<'a>(words: impl Iterator<Item = (u8, &'a str)>, text: &str) -> u64 {
    words
        .filter(|(_, word)| word.contains(text))
        .fold(0, |bits, (code, _)| bits | bit(code))
}

fn bit(code: u8) -> u64 {
    1u64.checked_shl(u32::from(code)).unwrap_or(0)
}

impl Masks {
    fn of(text: &str) -> Self {
        let kinds = EventKind::ALL
            .iter()
            .filter(|k| readable(**k).contains(text))
            .fold(0, |bits, k| bits | bit(k.code()));
        Self {
            kinds,
            things: mask(
                ThingKind::ALL[1..].iter().map(|k| (k.code(), k.word())),
                text,
            ),
            surfaces: mask(
                Surface::ALL
                    .iter()
                    .filter(|s| **s != Surface::None)
                    .map(|s| (s.code(), s.word())),
                text,
            ),
            spaces: mask(SpaceKind::ALL.iter().map(|k| (k.code(), k.word())), text),
            always: "day".contains(text) || "avatar".contains(text),
        }
    }
}

/// What a search text asks for.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Query {
    terms: Vec<Term>,
    /// Bits of kinds to leave out.
    hidden: u64,
}

impl Query {
    /// Reads a search text and words of kinds to leave out.
    pub(super) fn new(search: &str, hidden: &[String]) -> Self {
        let text = search.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut terms = Vec::new();
        let mut rest = words.as_slice();
        while let [first, after @ ..] = rest {
            rest = after;
            if let [second, after @ ..] = rest
                && let Ok(id) = second.parse::<u64>()
                && let Some(term) = of(first, id)
            {
                terms.push(term);
                rest = after;
                continue;
            }
            if let Ok(id) = first.parse() {
                terms.push(Term::Number(id));
            } else if first.chars().all(char::is_alphabetic) {
                terms.push(Term::Word(Masks::of(first)));
            } else if first.chars().all(|c| c.is_alphabetic() || c == '_') {
                let parts = first.split('_').filter(|p| !p.is_empty());
                terms.extend(parts.map(|p| Term::Word(Masks::of(p))));
            } else {
                terms.push(Term::Text((*first).to_owned()));
            }
        }
        let hidden = EventKind::ALL
            .iter()
            .filter(|k| hidden.iter().any(|h| h == k.word()))
            .fold(0, |bits, k| bits | bit(k.code()));
        Self { terms, hidden }
    }

    /// Says whether an event meets all conditions.
    pub(super) fn matches(&self, e: &Event, kinds: &[SpaceKind]) -> bool {
        self.hidden & bit(e.kind.code()) == 0 && self.terms.iter().all(|t| t.matches(e, kinds))
    }
}

/// Returns the condition that "avatar 12" or "offer 7" asks for.
fn of(word: &str, id: u64) -> Option<Term> {
    if word == "offer" {
        return Some(Term::Offer(id));
    }
    let kind = ThingKind::ALL[1..].iter().find(|k| k.word() == word)?;
    Some(Term::Of(*kind, u32::try_from(id).ok()?))
}

impl Term {
    fn matches(&self, e: &Event, kinds: &[SpaceKind]) -> bool {
        match self {
            Self::Of(kind, id) => {
                (e.thing.kind == *kind && e.thing.id == *id)
                    || (*kind == ThingKind::Avatar && e.avatar == AvatarId(*id))
                    || (*kind == ThingKind::Space && e.space == SpaceId(*id))
            }
            Self::Offer(id) => e.offer != NO_OFFER && e.offer.0 == *id,
            Self::Number(id) => {
                u64::from(e.avatar.0) == *id
                    || (e.thing.kind != ThingKind::None && u64::from(e.thing.id) == *id)
                    || (e.space.idx() < kinds.len() && u64::from(e.space.0) == *id)
                    || (e.offer != NO_OFFER && e.offer.0 == *id)
            }
            Self::Word(m) => {
                m.always
                    || m.kinds & bit(e.kind.code()) != 0
                    || (e.thing.kind != ThingKind::None && m.things & bit(e.thing.kind.code()) != 0)
                    || m.surfaces & bit(e.surface.code()) != 0
                    || (m.spaces != 0
                        && kinds
                            .get(e.space.idx())
                            .is_some_and(|k| m.spaces & bit(k.code()) != 0))
            }
            Self::Text(text) => line(e, kinds).contains(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ids::OfferId;
    use crate::sim::units::{Coins, Tick};

    fn event() -> Event {
        Event::new(Tick(1_440 + 725), AvatarId(12), EventKind::TieRequest)
            .thing(ThingKind::Avatar, 345)
            .answering(Surface::People, 3, OfferId(9_000))
            .costing(Coins::from_micros(3_500_000))
    }

    fn finds(search: &str) -> bool {
        Query::new(search, &[]).matches(&event(), &[])
    }

    #[test]
    fn ids_are_found_whole_and_with_their_kind() {
        for search in [
            "avatar 12",
            "avatar 345",
            "12",
            "345",
            "offer 9000",
            "9000",
            "",
        ] {
            assert!(finds(search), "{search}");
        }
        for search in ["avatar 1", "34", "item 345", "offer 12", "space 12"] {
            assert!(!finds(search), "{search}");
        }
    }

    #[test]
    fn words_of_the_line_are_found_in_any_order() {
        for search in [
            "tie",
            "request tie",
            "tie_request",
            "PEOPLE avatar",
            "12:05",
            "peo",
        ] {
            assert!(finds(search), "{search}");
        }
        for search in ["tie accept", "feed", "12:06", "plaza"] {
            assert!(!finds(search), "{search}");
        }
    }

    #[test]
    fn hidden_kinds_are_never_found() {
        let hidden = ["tie_request".to_owned()];
        assert!(!Query::new("", &hidden).matches(&event(), &[]));
        let other = ["like".to_owned()];
        assert!(Query::new("", &other).matches(&event(), &[]));
    }

    #[test]
    fn what_a_word_search_finds_stands_in_the_line() {
        let text = line(&event(), &[]);
        for word in ["tie", "request", "avatar", "people", "day"] {
            assert!(text.contains(word), "{text}");
        }
    }
}
