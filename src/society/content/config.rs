//! The catalogue's part of the scenario.

use crate::config;

config! {
    /// What there is to see, play, buy and learn.
    pub struct ContentConfig {
        /// Posts, news and videos at the start, per thousand avatars.
        posts_per_1000: f64 = 150.0, "items", 0.0..=10_000.0;
        /// Fewest posts at the start and most kept on offer.
        min_posts: u32 = 400, "items", 0..=1_000_000;
        /// Most posts on offer at once; the oldest are retired.
        max_posts: u32 = 2500, "items", 1..=1_000_000;
        /// Games.
        games: u32 = 80, "items", 0..=100_000;
        /// Kinds of game items.
        game_items: u32 = 160, "items", 0..=100_000;
        /// Unique assets at the start.
        assets: u32 = 600, "items", 0..=1_000_000;
        /// Courses; half as many textbooks come with them.
        courses: u32 = 60, "items", 0..=100_000;
        /// Deviation of true quality.
        quality_sigma: f64 = 0.8, "utility", 0.0..=10.0;
        /// Concentration of an item's topics; low is peaked.
        topic_concentration: f64 = 0.10, "-", 0.001..=100.0;
        /// Share of an item's tags that miss its true topics.
        tag_noise: f64 = 0.15, "share", 0.0..=1.0;
        /// Half-life of the freshness of a post.
        freshness_half_life_hours: f64 = 36.0, "hours", 0.1..=10_000.0;
        /// Whether creators may be helped by the platform's generator.
        generator: bool = true, "-";
        /// Share of new items made with the generator's help.
        generator_share: f64 = 0.15, "share", 0.0..=1.0;
        /// Median price of an asset.
        asset_price: f64 = 12.0, "coins", 0.01..=100_000.0;
        /// Median price of a game item.
        game_item_price: f64 = 1.5, "coins", 0.01..=100_000.0;
        /// Median price of a textbook.
        textbook_price: f64 = 3.0, "coins", 0.01..=100_000.0;
    }
}

impl ContentConfig {
    /// An empty catalogue to which nothing is added by a generator.
    pub const NULL: Self = Self {
        posts_per_1000: 0.0,
        min_posts: 0,
        games: 0,
        game_items: 0,
        assets: 0,
        courses: 0,
        generator: false,
        ..Self::BASELINE
    };
}
