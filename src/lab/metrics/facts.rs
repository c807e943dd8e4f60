//! The published facts, as this city shows them: one function a fact, by the key of the scorecard.

use std::collections::BTreeMap;

use super::book::Book;
use super::creatives::CreativeBook;
use super::inventory::InventoryBook;
use super::land::LandDeeds;
use super::statistics::gini::{gini, top_share};
use super::statistics::loglog::rank_slope;
use super::statistics::network::{
    Adjacency, clustering, degree_assortativity, degree_median_over_mean,
};
use super::statistics::quantile::median;
use super::statistics::regression::Regression;
use super::statistics::weibull::Weibull;
use super::wealth::of_the_seen;
use crate::economy::exchange::materials::Exchange;
use crate::economy::land::registry::LandRegistry;
use crate::economy::ledger::Ledger;
use crate::economy::market::bundles::AssetBundles;
use crate::economy::market::offers::AssetOffers;
use crate::economy::market::titles::AssetMarket;
use crate::platform::config::PlatformRules;
use crate::platform::engage::push_trial::PushTrials;
use crate::platform::incentives::bonus::book::BonusBook;
use crate::platform::incentives::referral::book::ReferralBook;
use crate::platform::models::live::watch::DriftWatch;
use crate::sim::ids::AvatarId;
use crate::sim::math;
use crate::sim::schedule::Simulation;
use crate::society::avatars::avatar::Avatars;
use crate::society::avatars::persuasion::Persuasion;
use crate::society::avatars::profile::Profiles;
use crate::society::config::SocietyRules;
use crate::society::referrals::joiners::Referrals;
use crate::society::spaces::map::CityMap;
use crate::society::ties::graph::SocialGraph;

/// Sales below which land prices are not judged.
const FEWEST_SALES: usize = 30;

/// Avatars sampled for clustering.
const CLUSTERING_SAMPLE: usize = 5_000;

/// The world at the end of a run, for the facts.
pub struct Ending<'a> {
    /// Everybody.
    pub avatars: &'a Avatars,
    /// Consent.
    pub profiles: &'a Profiles,
    /// Ties.
    pub graph: &'a SocialGraph,
    /// Money.
    pub ledger: &'a Ledger,
    /// Assets.
    pub market: &'a AssetMarket,
    /// Offers for assets, where the scenario has any.
    pub offers: Option<&'a AssetOffers>,
    /// Bundles of assets, where the scenario has any.
    pub bundles: Option<&'a AssetBundles>,
    /// Land.
    pub land: &'a LandRegistry,
    /// What sales of land were worth, where that is followed.
    pub deeds: Option<&'a LandDeeds>,
    /// Materials.
    pub exchange: &'a Exchange,
    /// The ground.
    pub map: &'a CityMap,
    /// What the platform noticed of drift.
    pub drift: &'a DriftWatch,
    /// Bonuses.
    pub bonuses: &'a BonusBook,
    /// Who joined by invitation, and why, where anybody does.
    pub referrals: Option<&'a Referrals>,
    /// What was paid for them.
    pub referral_book: Option<&'a ReferralBook>,
    /// What pushes led to.
    pub pushes: &'a PushTrials,
    /// What offers truly changed.
    pub persuasion: &'a Persuasion,
    /// What creatives did, where campaigns have several.
    pub creatives: Option<&'a CreativeBook>,
    /// What kinds of places for ads came to, where the scenario sells signs.
    pub inventory: Option<&'a InventoryBook>,
    /// The day on which interests shift; `None` if they do not.
    pub shift_day: Option<u32>,
    /// Days before a conversion in which an ad may have had part in it.
    pub attribution_days: u32,
}

impl<'a> Ending<'a> {
    /// Looks at both sides of a city.
    #[must_use]
    pub fn of(sim: &'a Simulation) -> Self {
        let w = sim.world();
        Self {
            avatars: w.resource(),
            profiles: w.resource(),
            graph: w.resource(),
            ledger: w.resource(),
            market: w.resource(),
            offers: w.get_resource(),
            bundles: w.get_resource(),
            land: w.resource(),
            deeds: w.get_resource(),
            exchange: w.resource(),
            map: w.resource(),
            drift: w.resource(),
            bonuses: w.resource(),
            referrals: w.get_resource(),
            referral_book: w.get_resource(),
            pushes: w.resource(),
            persuasion: w.resource(),
            creatives: w.get_resource(),
            inventory: w.get_resource(),
            shift_day: w.resource::<SocietyRules>().0.shocks.scheduled_shift(),
            attribution_days: w.resource::<PlatformRules>().0.ads.attribution_days,
        }
    }
}

/// Returns what the city shows, by key; `None` where the run was too short or too small.
#[must_use]
pub fn shown(book: &Book, end: &Ending<'_>) -> BTreeMap<String, Option<f64>> {
    let mut facts: BTreeMap<String, Option<f64>> = BTreeMap::new();
    let mut put = |key: &str, value: Option<f64>| {
        facts.insert(key.to_owned(), value.filter(|v| v.is_finite()));
    };
    for n in [1, 7, 30] {
        let share = book.cohorts.classic_retention(n).map(|r| r.0);
        put(&format!("retention.d{n}"), share);
    }
    put("retention.exponent", book.cohorts.exponent());
    put("activity.stickiness", stickiness(book));
    let logs: Vec<f64> = book
        .lengths
        .iter()
        .map(|m| math::ln(f64::from(m.max(1.0))))
        .collect();
    put("activity.session_sigma", deviation(&logs));
    put(
        "activity.session_median_minutes",
        median(&logs).map(math::exp),
    );
    let minutes: Vec<f64> = book
        .minutes_of
        .iter()
        .filter(|m| **m > 0.0)
        .map(|m| f64::from(*m))
        .collect();
    put("activity.playtime_gini", gini(&minutes));
    let (low, high) = book
        .hours
        .iter()
        .fold((f64::MAX, 0.0f64), |(l, h), x| (l.min(*x), h.max(*x)));
    put("activity.diurnal_ratio", (low > 0.0).then(|| high / low));
    let mut uses: Vec<f64> = book
        .uses
        .iter()
        .filter(|n| **n > 0)
        .map(|n| f64::from(*n))
        .collect();
    put("content.popularity_gini", gini(&uses));
    uses.sort_by(|a, b| b.total_cmp(a));
    put("content.rank_slope", rank_slope(&uses, 500));
    social(end, &mut put);
    let ctr = |(shown, clicked): (u64, u64)| (shown > 0).then(|| clicked as f64 / shown as f64);
    put("ads.ctr_display", ctr(book.display));
    put("ads.ctr_rewarded", ctr(book.rewarded));
    let seen = end.avatars.table.rows().iter().filter(|a| a.n_sessions > 0);
    let n_seen = seen.count();
    let paid: Vec<f64> = book.paid.values().copied().collect();
    put(
        "spending.payer_share",
        (n_seen > 0 && !paid.is_empty()).then(|| paid.len() as f64 / n_seen as f64),
    );
    put(
        "spending.top10_share",
        (paid.len() >= 10).then(|| top_share(&paid, 0.1)).flatten(),
    );
    put("wealth.gini", gini(&of_the_seen(end)));
    land(end, &mut put);
    let completions: Vec<f64> = book
        .courses
        .values()
        .filter(|(enrolled, _)| *enrolled >= 10)
        .map(|(enrolled, done)| *done as f64 / *enrolled as f64)
        .collect();
    put("education.completion_median", median(&completions));
    let allowed = end.profiles.table.rows().iter().filter(|p| p.push_allowed);
    let n = end.profiles.table.len();
    put(
        "push.opt_in",
        (n > 0).then(|| allowed.count() as f64 / n as f64),
    );
    let (sent, opened) = book.days.iter().fold((0u64, 0u64), |t, d| {
        (t.0 + d.pushes_sent, t.1 + d.pushes_opened)
    });
    put(
        "push.open_rate",
        (sent >= 50).then(|| opened as f64 / sent as f64),
    );
    let shape = (book.gaps.len() >= 200)
        .then(|| Weibull::fit(&book.gaps).ok())
        .flatten();
    put("returns.interevent_shape", shape.map(|w| w.shape));
    facts
}

fn deviation(x: &[f64]) -> Option<f64> {
    if x.len() < 2 {
        return None;
    }
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let ss: f64 = x.iter().map(|v| (v - mean) * (v - mean)).sum();
    Some((ss / (x.len() - 1) as f64).sqrt())
}

/// Mean DAU over MAU, over the days that have a full month behind them, or the last day of a shorter run.
fn stickiness(book: &Book) -> Option<f64> {
    let full = book.days.iter().skip(29);
    let ratios: Vec<f64> = full
        .filter(|d| d.mau > 0)
        .map(|d| d.active as f64 / d.mau as f64)
        .collect();
    (!ratios.is_empty()).then(|| ratios.iter().sum::<f64>() / ratios.len() as f64)
}

fn social(end: &Ending<'_>, put: &mut impl FnMut(&str, Option<f64>)) {
    let n = end.graph.len() as u32;
    let adjacency = Adjacency::new(n, |i| end.graph.of(AvatarId(i)).iter().map(|t| t.0));
    let c = clustering(&adjacency, CLUSTERING_SAMPLE, 1);
    // The published figure is transitivity (KONECT's clustering coefficient of the Facebook graph).
    put("social.clustering", c.map(|c| c.transitivity));
    put("social.assortativity", degree_assortativity(&adjacency));
    put(
        "social.degree_median_over_mean",
        degree_median_over_mean(&adjacency),
    );
}

fn land(end: &Ending<'_>, put: &mut impl FnMut(&str, Option<f64>)) {
    // Prices of the last month, once the market has found them.
    let last = end.land.sales.last().map_or(0, |s| s.tick.day());
    let sales: Vec<_> = end
        .land
        .sales
        .iter()
        .filter(|s| s.tick.day() + 30 >= last && s.tick.day() > 3)
        .collect();
    if sales.len() < FEWEST_SALES {
        put("land.price_max_over_median", None);
        put("land.hedonic_r2", None);
        return;
    }
    let prices: Vec<f64> = sales.iter().map(|s| s.price.as_f64()).collect();
    let top = prices.iter().copied().fold(0.0f64, f64::max);
    put(
        "land.price_max_over_median",
        median(&prices).map(|m| top / m),
    );
    let column = |f: &dyn Fn(&crate::economy::land::registry::LandSale) -> f64| -> Vec<f64> {
        sales.iter().map(|s| f(s)).collect()
    };
    let center = column(&|s| math::ln(1.0 + end.map.to_center(s.parcel)));
    let road = column(&|s| end.map.to_road(s.parcel));
    let footfall = column(&|s| math::ln(1.0 + f64::from(s.footfall)));
    let logs: Vec<f64> = prices.iter().map(|p| math::ln(*p)).collect();
    let fit = Regression::fit(&[&center, &road, &footfall], &logs).ok();
    put("land.hedonic_r2", fit.map(|r| r.r_squared));
}
