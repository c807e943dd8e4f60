//! One part of a score, and what it means.

use crate::sim::ids::ItemId;

/// What a term is about, beyond its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Nothing in particular.
    Nothing,
    /// A topic.
    Topic(u8),
    /// An item of the avatar's observed history.
    Item(ItemId),
    /// Something with a name of its own, by its place among the names of the slate.
    Name(u16),
}

/// A part of a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// Which.
    pub kind: TermKind,
    /// About what.
    pub about: About,
    /// What it adds; what a [`TermKind::Resembles`] adds is nothing, its value is a cosine.
    pub value: f32,
}

impl Term {
    /// Makes a term about nothing in particular.
    #[must_use]
    pub const fn new(kind: TermKind, value: f32) -> Self {
        Self {
            kind,
            about: About::Nothing,
            value,
        }
    }

    /// Makes a term about something.
    #[must_use]
    pub const fn about(kind: TermKind, about: About, value: f32) -> Self {
        Self { kind, about, value }
    }
}

/// Declares the kinds of terms with their names and meanings.
macro_rules! kinds {
    ($($variant:ident = $name:literal, $meaning:literal;)+) => {
        /// The kinds of parts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum TermKind { $(#[doc = $meaning] $variant,)+ }

        impl TermKind {
            /// Returns the name shown to people.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Returns what it is, in a line.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }
        }
    };
}

kinds! {
    Luck = "luck", "a number drawn at random; the model knows nothing else";
    Popularity = "popularity", "logarithm of everybody's recent engagements with it, weighted";
    Topic = "topic", "observed interest in the topic times how much the item is tagged with it";
    OtherTopics = "other topics", "the same, summed over all other topics";
    History = "because of", "how often people who engaged with that also engaged with this";
    OtherHistory = "other history", "the same, summed over the rest of the observed history";
    Closeness = "closeness", "cosine between where the two-tower network puts the avatar and where it puts the item";
    Resembles = "resembles", "cosine between the network's places of this and of an item of the history; shown for orientation, no part of the sum";
    Past = "because of", "what having engaged with that adds, as the model says";
    Feature = "feature", "what a named feature of the avatar, the item or both adds";
    Modality = "modality", "what words, picture, sound, motion or behaviour add";
    ItemPopularity = "popularity", "what everybody's engagements with it add, as the model says";
    Base = "base", "what is the same for everything";
    Whole = "model", "what the model says and cannot split further";
    OtherParts = "other parts", "the same, summed over all other parts";
    FriendsInCommon = "friends in common", "0.4 times the logarithm of 1 + friends in common";
    Likeness = "likeness", "cosine of observed interests and public topics, or of two people's observed interests";
    Size = "size", "0.03 times the logarithm of 1 + members";
    Crowd = "footfall", "0.08 times the logarithm of 1 + people who pass in a day";
    Distance = "distance", "minus half of the way there as a share of the city's side";
    SeatPrice = "price of seats", "minus the price that allocation puts on crowded spaces";
    Passers = "passers-by", "logarithm of 1 + people who pass the parcel in a day";
    AskingPrice = "asking price", "minus half of the logarithm of 1 + the price asked";
    BidsMade = "bids made", "minus 0.3 for every bid already made";
}

impl TermKind {
    /// Says whether it is added into the score; what is not is there for orientation.
    #[must_use]
    pub const fn is_part(self) -> bool {
        !matches!(self, Self::Resembles)
    }
}
