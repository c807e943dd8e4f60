//! Which values of a scenario can change while the city runs.
//!
//! Most rules are read in every tick. Where the people, the map, the catalogue or the accounts are made from a value once, when
//! the city is founded, changing it later would change nothing, or half of what it says; that is refused, with the reason.

/// Since when a changed value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    /// For everything that happens from the next tick on.
    Live,
    /// Only for what comes into being from the next tick on: these avatars, items or campaigns.
    ForNew(&'static str),
    /// Only when a city is founded: it cannot change while it runs, and this is why.
    AtFounding(&'static str),
}

const LIVE: Liveness = Liveness::Live;
const NEWCOMERS: Liveness = Liveness::ForNew("avatars that arrive from now on");
const NEW_ITEMS: Liveness = Liveness::ForNew("items that are published from now on");
const NEW_CAMPAIGNS: Liveness = Liveness::ForNew("campaigns that begin from now on");
const PEOPLE: Liveness = Liveness::AtFounding("the people are drawn when the city is founded");
const TOPICS: Liveness = Liveness::AtFounding("interests are laid out when the city is founded");
const STOCK: Liveness = Liveness::AtFounding("the catalogue is filled when the city is founded");
const MAP: Liveness = Liveness::AtFounding("the map is drawn when the city is founded");
const TIES: Liveness =
    Liveness::AtFounding("first ties and communities are drawn when the city is founded");
const JOINERS: Liveness = Liveness::AtFounding(
    "the list of who joined by whose invitation is opened when the city is founded",
);
const WALLETS: Liveness =
    Liveness::AtFounding("residents' wallets are filled when the city is founded");
const BOOKS: Liveness = Liveness::AtFounding("the rules of a book are those it was opened with");

/// Keys, or beginnings of keys that end in a point; the first that fits holds, and what fits none is live.
const TABLE: [(&str, Liveness); 66] = [
    (
        "days",
        Liveness::AtFounding("how long a run lasts is decided when it begins"),
    ),
    (
        "seed",
        Liveness::AtFounding("the world is drawn from it when the city is founded"),
    ),
    ("workload.", Liveness::AtFounding("a city is no workload")),
    ("society.population.newcomers_per_1000", LIVE),
    ("society.population.topics", TOPICS),
    ("society.population.", PEOPLE),
    ("society.avatars.n_archetypes", TOPICS),
    ("society.avatars.", NEWCOMERS),
    ("society.returns.resident_age_days", PEOPLE),
    ("society.returns.churn_per_dissatisfaction", LIVE),
    ("society.returns.return_per_satisfaction", LIVE),
    ("society.returns.diurnal_log_amplitude", LIVE),
    ("society.returns.", NEWCOMERS),
    ("society.sessions.median_minutes", NEWCOMERS),
    ("society.sessions.avatar_sigma", NEWCOMERS),
    ("society.content.max_posts", LIVE),
    ("society.content.freshness_half_life_hours", LIVE),
    ("society.content.quality_sigma", NEW_ITEMS),
    ("society.content.topic_concentration", NEW_ITEMS),
    ("society.content.tag_noise", NEW_ITEMS),
    ("society.content.generator", NEW_ITEMS),
    ("society.content.generator_share", NEW_ITEMS),
    ("society.content.asset_price", NEW_ITEMS),
    ("society.content.", STOCK),
    ("society.spaces.walking_speed", LIVE),
    ("society.spaces.teleport_beyond", LIVE),
    ("society.spaces.distance_exponent", LIVE),
    ("society.spaces.explore_rho", LIVE),
    ("society.spaces.explore_gamma", LIVE),
    ("society.spaces.footfall_half_life_days", LIVE),
    ("society.spaces.", MAP),
    ("society.ties.acceptance", LIVE),
    ("society.ties.request_rate", LIVE),
    ("society.ties.meeting_gain", LIVE),
    ("society.ties.max_ties", LIVE),
    ("society.ties.", TIES),
    ("society.referrals.word_of_mouth", JOINERS),
    ("society.referrals.self_referral", JOINERS),
    ("economy.treasury.resident_wallet", WALLETS),
    ("economy.treasury.wallet_sigma", WALLETS),
    ("economy.treasury.newcomer_grant", NEWCOMERS),
    (
        "economy.market.enabled",
        Liveness::AtFounding("shops and listings are filled when the city is founded"),
    ),
    (
        "economy.market.offers",
        Liveness::AtFounding("the book of offers is opened when the city is founded"),
    ),
    (
        "economy.market.bundles",
        Liveness::AtFounding("the list of bundles is opened when the city is founded"),
    ),
    (
        "economy.land.owned_share",
        Liveness::AtFounding("the first land is given out when the city is founded"),
    ),
    (
        "economy.exchange.enabled",
        Liveness::AtFounding("the order books are opened when the city is founded"),
    ),
    ("economy.exchange.tick_size", BOOKS),
    ("economy.exchange.maker_fee_bps", BOOKS),
    ("economy.exchange.maker_rebate_bps", BOOKS),
    ("economy.exchange.taker_fee_bps", BOOKS),
    ("economy.exchange.self_trade", BOOKS),
    ("economy.exchange.band_bps", BOOKS),
    ("economy.exchange.band_window_ticks", BOOKS),
    ("economy.exchange.halt_ticks", BOOKS),
    (
        "platform.ads.campaigns_per_1000",
        Liveness::ForNew("more campaigns, which begin at the next midnight; those there are go on"),
    ),
    ("platform.ads.click_value", NEW_CAMPAIGNS),
    ("platform.ads.click_value_sigma", NEW_CAMPAIGNS),
    ("platform.ads.daily_budget", NEW_CAMPAIGNS),
    ("platform.ads.reach_share", NEW_CAMPAIGNS),
    ("platform.ads.conversion_share", NEW_CAMPAIGNS),
    (
        "platform.ads.placements",
        Liveness::AtFounding("the list of signs is opened when the city is founded"),
    ),
    (
        "platform.ads.sponsored_events",
        Liveness::AtFounding("the list of signs is opened when the city is founded"),
    ),
    (
        "platform.ads.creatives",
        Liveness::AtFounding("what each does is counted from when the city is founded"),
    ),
    (
        "lab.land_sales",
        Liveness::AtFounding("sales are followed from the founding on"),
    ),
    (
        "lab.log_money",
        Liveness::AtFounding("the log is opened when the run begins"),
    ),
    (
        "lab.log_offers",
        Liveness::AtFounding("the log is opened when the run begins"),
    ),
];

/// Returns since when a change of a value counts; of a key that there is not, it says nothing of use.
#[must_use]
pub fn is_live(key: &str) -> Liveness {
    TABLE
        .iter()
        .find(|(k, _)| key == *k || (k.ends_with('.') && key.starts_with(k)))
        .map_or(LIVE, |(_, liveness)| *liveness)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::schema::Scenario;

    #[test]
    fn every_line_of_the_table_decides_about_a_key_that_there_is() {
        let docs = Scenario::describe();
        for (i, (line, _)) in TABLE.iter().enumerate() {
            let decides = docs.iter().any(|d| {
                let fits = |k: &str| d.key == k || (k.ends_with('.') && d.key.starts_with(k));
                fits(line) && !TABLE[..i].iter().any(|(earlier, _)| fits(earlier))
            });
            assert!(decides, "{line}");
        }
    }

    #[test]
    fn what_the_platform_decides_is_fixed_at_the_founding_only_where_it_needs_state_of_its_own() {
        let docs = Scenario::describe();
        let fixed: Vec<&str> = docs
            .iter()
            .filter(|d| matches!(is_live(&d.key), Liveness::AtFounding(_)))
            .map(|d| d.key.as_str())
            .filter(|key| key.starts_with("platform."))
            .collect();
        // Cities without these have neither their state nor their part of the hash.
        assert_eq!(
            fixed,
            [
                "platform.ads.placements",
                "platform.ads.sponsored_events",
                "platform.ads.creatives"
            ]
        );
    }
}
