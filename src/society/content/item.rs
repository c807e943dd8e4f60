//! What is public about an item: its card.

use crate::events::behavior::{Surface, coded};
use crate::sim::ids::{AvatarId, ItemId};
use crate::sim::state_hash::{RowHash, StateHasher};
use crate::sim::units::{Coins, Tick};
use serde::{Deserialize, Serialize};

/// Topics of a public mixture; the same width as interests.
pub const TOPIC_DIM: usize = 32;

coded! {
    /// What kind of thing an item is.
    ItemKind {
        /// A short text.
        Post = 0, "post";
        /// An article about the city.
        News = 1, "news";
        /// A moving picture with sound.
        Video = 2, "video";
        /// A game that is played in game rooms.
        Game = 3, "game";
        /// Something used in games.
        GameItem = 4, "game_item";
        /// A wearable, a work of art, a name: one of a kind.
        Asset = 5, "asset";
        /// Lessons and quizzes.
        Course = 6, "course";
        /// A book that goes with a course.
        Textbook = 7, "textbook";
    }
}

/// The six domains of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Domain {
    /// Posts, news, videos.
    Posts = 0,
    /// Games and game items.
    Games = 1,
    /// Unique assets.
    Assets = 2,
    /// Land.
    Land = 3,
    /// Courses and textbooks.
    Education = 4,
    /// People and communities.
    People = 5,
}

impl Domain {
    /// All domains in order.
    pub const ALL: [Self; 6] = [
        Self::Posts,
        Self::Games,
        Self::Assets,
        Self::Land,
        Self::Education,
        Self::People,
    ];

    /// Returns the word shown to people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Posts => "posts",
            Self::Games => "games",
            Self::Assets => "assets",
            Self::Land => "land",
            Self::Education => "education",
            Self::People => "people",
        }
    }
}

impl ItemKind {
    /// Returns the domain an item of this kind belongs to.
    #[must_use]
    pub const fn domain(self) -> Domain {
        match self {
            Self::Post | Self::News | Self::Video => Domain::Posts,
            Self::Game | Self::GameItem => Domain::Games,
            Self::Asset => Domain::Assets,
            Self::Course | Self::Textbook => Domain::Education,
        }
    }

    /// Returns the surface on which items of this kind are recommended.
    #[must_use]
    pub const fn surface(self) -> Surface {
        match self {
            Self::Post | Self::News | Self::Video => Surface::Feed,
            Self::Game => Surface::Games,
            Self::GameItem => Surface::GameItems,
            Self::Asset => Surface::Assets,
            Self::Course | Self::Textbook => Surface::Courses,
        }
    }
}

/// Creator of items that came with the city.
pub const STUDIO: AvatarId = AvatarId(u32::MAX);

/// The public card of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemCard {
    /// What it is.
    pub kind: ItemKind,
    /// Who made it; [`STUDIO`] for what came with the city.
    pub creator: AvatarId,
    /// When it was published.
    pub born: Tick,
    /// Price; zero is free.
    pub price: Coins,
    /// Topics it is tagged with, a unit vector: its two strongest true topics, as its creator saw them.
    pub tags: [f32; TOPIC_DIM],
    /// Difficulty of a game or course, Elo.
    pub difficulty: f32,
    /// Lessons of a course; 0 for anything else.
    pub lessons: u16,
    /// Whether the generator helped to make it (labelled as such).
    pub generated: bool,
    /// Whether it can still be offered.
    pub live: bool,
    /// How often it was consumed, bought, played or studied.
    pub uses: u32,
    /// How often it was liked.
    pub likes: u32,
}

impl RowHash for ItemCard {
    fn hash_row(&self, h: &mut StateHasher) {
        h.u64(
            u64::from(self.creator.0)
                | u64::from(self.kind.code()) << 32
                | u64::from(self.generated) << 40
                | u64::from(self.live) << 41
                | u64::from(self.lessons) << 48,
        );
        h.u32(self.born.0);
        h.i64(self.price.micros());
        h.f32s(&self.tags);
        h.f32(self.difficulty);
        h.u64(u64::from(self.uses) << 32 | u64::from(self.likes));
    }
}

/// An item and its number.
pub type Numbered<'a> = (ItemId, &'a ItemCard);
