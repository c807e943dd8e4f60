//! What people reach for first.

/// Key of a value and what people call it.
pub(super) const FAVOURITES: [(&str, &str); 10] = [
    ("platform.ads.load", "Ad load"),
    ("platform.recommend.model", "Recommender model"),
    (
        "platform.recommend.mmr_lambda",
        "Relevance against diversity",
    ),
    ("platform.recommend.exploration", "Exploration"),
    ("platform.engage.push_limit", "Push budget"),
    ("platform.engage.push_after_hours", "Push delay"),
    ("economy.treasury.reward_factor", "Incentive budget"),
    ("economy.controller.kind", "Central bank"),
    ("economy.controller.target", "Central bank's price target"),
    ("economy.land.tax", "Land tax"),
];

/// Returns what people call a value, if it is one of those they reach for first.
pub(super) fn nickname(key: &str) -> Option<&'static str> {
    FAVOURITES.iter().find(|(k, _)| *k == key).map(|(_, n)| *n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::schema::Scenario;

    #[test]
    fn every_favourite_is_a_value_of_the_scenario() {
        let docs = Scenario::describe();
        for (key, _) in FAVOURITES {
            assert!(docs.iter().any(|d| d.key == key), "{key}");
        }
    }
}
