//! The channels of a recording: what each is called, how its messages are encoded, and which schema describes them.

use super::header;
use super::shape::{Kind, Shape};
use super::{counters, crowd, deeds, link, lots, numbers, offers, postings, register};

/// A channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
pub(super) enum Channel {
    /// What the recording says of itself.
    Header = 0,
    /// The ground.
    Ground = 1,
    /// New people, items, spaces, campaigns.
    Register = 2,
    /// Lots and billboards.
    Lots = 3,
    /// Everything of a tick.
    Tick = 4,
    /// Slates of a tick.
    Offers = 5,
    /// Postings of a tick.
    Postings = 6,
    /// Metrics of an hour.
    Hour = 7,
    /// Metrics of a day.
    Day = 8,
    /// Headline metrics so far.
    Headline = 9,
    /// Commands.
    Command = 10,
    /// How it ended.
    Summary = 11,
    /// The realism scorecard's facts at the end.
    Facts = 12,
}

/// The message that most of a recording consists of.
pub(super) const TICK: Shape = Shape {
    name: "Tick",
    help: "What happened in a tick. Everything is told against the tick before; the first tick of a chunk is told against nothing: no hashes, counters of zero, nobody in the city.",
    fields: &[
        (
            link::TOTAL,
            "hash",
            Kind::Fixed,
            "hash of the whole state after the tick",
        ),
        (
            link::PARTS,
            "hash_parts",
            Kind::Bytes,
            "a bit for each component whose hash is another than a tick before, filled up to whole bytes; then the low bits of each of those, 4 at levels metrics and demo, 16 at full, from the lowest bit of a byte on",
        ),
        (
            counters::MOVED,
            "counters",
            Kind::Signed,
            "counters, each as the distance from the tick before: see below",
        ),
        (
            crowd::SLEPT,
            "slept",
            Kind::Numbers,
            "who left: places in the list of those who were there, each as the distance from the one before less 1",
        ),
        (
            crowd::CHANGED,
            "changed",
            Kind::Numbers,
            "who changed: places in the list of those who stayed, in the same way",
        ),
        (
            crowd::WOKE,
            "woke",
            Kind::Numbers,
            "who came: numbers of avatars, in the same way",
        ),
        (
            crowd::STATE,
            "state",
            Kind::Numbers,
            "of those who changed, then of those who came: code of the activity, plus 8 if the place is told",
        ),
        (
            crowd::SPACE,
            "space",
            Kind::Numbers,
            "places that are told, plus 1; 0 is at home. Else it is where it was, or where it was going",
        ),
        (
            crowd::TO,
            "to",
            Kind::Numbers,
            "of those that travel: where to, plus 1",
        ),
        (
            crowd::ETA,
            "eta",
            Kind::Signed,
            "of the same: in how many ticks they arrive",
        ),
        (
            deeds::KIND,
            "kind",
            Kind::Numbers,
            "events: code of what happened, see event-schema.md",
        ),
        (
            deeds::TOLD,
            "told",
            Kind::Numbers,
            "code of the kind of the thing, plus 8 if it took time, 16 if it has a place on the screen, 32 a price, 64 a value, 128 a place in the city, 256 an offer; exclusive-or what is usual for the kind of event, see below",
        ),
        (
            deeds::AVATAR,
            "avatar",
            Kind::Numbers,
            "who: 0 for somebody who is not in the city after the tick; else 1 plus the distance, folded as a signed number is, from the place in the list of those in the city of the last such event",
        ),
        (
            deeds::PLACE,
            "place",
            Kind::Numbers,
            "16 times the position plus 1, plus the code of the surface",
        ),
        (deeds::THING, "thing", Kind::Numbers, "whom or which"),
        (deeds::DWELL, "dwell", Kind::Numbers, "for how many seconds"),
        (deeds::AMOUNT, "amount", Kind::Signed, "price in millionths"),
        (
            deeds::VALUE,
            "value",
            Kind::Numbers,
            "twice a small whole value, or twice the bits of another plus 1",
        ),
        (
            deeds::WHERE,
            "where",
            Kind::Numbers,
            "space, where it is not where the avatar is",
        ),
        (
            deeds::OFFER,
            "offer",
            Kind::Signed,
            "offer it answers, as the distance from the one before (full)",
        ),
        (
            link::N_PARTS,
            "components",
            Kind::Number,
            "how many components have a hash",
        ),
        (
            deeds::ELSEWHERE,
            "elsewhere",
            Kind::Numbers,
            "numbers of those who are not in the city after the tick",
        ),
    ],
};

/// How the messages of a channel are described.
pub(super) enum Described {
    /// JSON, by a JSON schema.
    Json(&'static str, &'static str),
    /// Protocol Buffers, by their shape.
    Wire(&'static Shape),
}

impl Channel {
    /// All channels, in the order of their numbers.
    pub(super) const ALL: [Self; 13] = [
        Self::Header,
        Self::Ground,
        Self::Register,
        Self::Lots,
        Self::Tick,
        Self::Offers,
        Self::Postings,
        Self::Hour,
        Self::Day,
        Self::Headline,
        Self::Command,
        Self::Summary,
        Self::Facts,
    ];

    /// Returns its number in a file.
    pub(super) const fn id(self) -> u16 {
        self as u16
    }

    /// Returns its topic.
    pub(super) const fn topic(self) -> &'static str {
        match self {
            Self::Header => "/header",
            Self::Ground => "/ground",
            Self::Register => "/register",
            Self::Lots => "/lots",
            Self::Tick => "/tick",
            Self::Offers => "/offers",
            Self::Postings => "/postings",
            Self::Hour => "/metrics/hour",
            Self::Day => "/metrics/day",
            Self::Headline => "/metrics/headline",
            Self::Command => "/command",
            Self::Summary => "/summary",
            Self::Facts => "/metrics/facts",
        }
    }

    /// Says when it has messages, and at which level.
    pub(super) const fn help(self) -> &'static str {
        match self {
            Self::Header => "first of all",
            Self::Ground => "after the header",
            Self::Register => {
                "at the beginning, and at the end of an hour in which anything is new, or of the run (demo)"
            }
            Self::Lots => "at the head of each chunk (demo)",
            Self::Tick => "every tick; at level metrics only hashes and counters",
            Self::Offers => "every tick with slates (full)",
            Self::Postings => "every tick in which money moves (full)",
            Self::Hour => "at the end of each hour",
            Self::Day => "at the end of each day",
            Self::Headline => "at the end of each day and of the run",
            Self::Command => "when a command was applied",
            Self::Summary | Self::Facts => "at the end of the run",
        }
    }

    /// Returns how its messages are described.
    pub(super) const fn described(self) -> Described {
        match self {
            Self::Header => Described::Json("agora.Header", header::SCHEMA),
            Self::Command => Described::Json("agora.Command", header::COMMAND_SCHEMA),
            Self::Summary => Described::Json("agora.Summary", header::SUMMARY_SCHEMA),
            Self::Ground => Described::Wire(&lots::GROUND),
            Self::Register => Described::Wire(&register::SHAPE),
            Self::Lots => Described::Wire(&lots::SHAPE),
            Self::Tick => Described::Wire(&TICK),
            Self::Offers => Described::Wire(&offers::SHAPE),
            Self::Postings => Described::Wire(&postings::SHAPE),
            Self::Hour | Self::Day | Self::Headline | Self::Facts => {
                Described::Wire(&numbers::SHAPE)
            }
        }
    }
}

/// Lists the channels, messages and counters for `docs/recording.md`.
#[must_use]
pub fn layout_markdown() -> String {
    let mut text =
        vec!["| channel | message | encoding | when |\n| --- | --- | --- | --- |\n".to_owned()];
    let mut shapes: Vec<&Shape> = Vec::new();
    for c in Channel::ALL {
        let (name, encoding) = match c.described() {
            Described::Json(name, _) => (name.to_owned(), "json"),
            Described::Wire(shape) => {
                if !shapes.iter().any(|s| s.name == shape.name) {
                    shapes.push(shape);
                }
                (shape.full_name(), "protobuf")
            }
        };
        text.push(format!(
            "| `{}` | {name} | {encoding} | {} |\n",
            c.topic(),
            c.help()
        ));
    }
    for shape in shapes {
        text.push("\n".to_owned());
        text.push(shape.markdown());
    }
    text.push("\n### What is usual\n\nOf an event of these kinds `told` is told as the difference from this number; of others from 0.\n\n| kind | told |\n| --- | --- |\n".to_owned());
    for (kind, told) in deeds::usual_of_all() {
        text.push(format!("| `{}` | {told} |\n", kind.word()));
    }
    text.push("\n### Counters\n\nIn the order in which `counters` of agora.Tick tells them.\n\n| counter | unit |\n| --- | --- |\n".to_owned());
    for (name, unit) in counters::Counters::NAMES
        .iter()
        .zip(counters::Counters::UNITS)
    {
        text.push(format!("| `{name}` | {unit} |\n"));
    }
    text.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::recording::shape::Field;

    /// Returns a field number that is used twice.
    fn twice(fields: &[Field]) -> Option<u32> {
        let mut seen = std::collections::BTreeSet::new();
        fields.iter().map(|f| f.0).find(|n| !seen.insert(*n))
    }

    #[test]
    fn channels_are_numbered_in_order_and_fields_once() {
        for (i, c) in Channel::ALL.iter().enumerate() {
            assert_eq!(usize::from(c.id()), i);
            if let Described::Wire(shape) = c.described() {
                assert_eq!(twice(shape.fields), None, "{}", shape.name);
                assert!(shape.fields.iter().all(|f| (1..48).contains(&f.0)));
            }
        }
    }

    #[test]
    fn json_schemas_are_json() {
        for c in Channel::ALL {
            if let Described::Json(name, schema) = c.described() {
                let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
                assert_eq!(schema["title"], name);
            }
        }
    }
}
