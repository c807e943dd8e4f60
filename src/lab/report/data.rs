//! What a report shows: plain rows, filled by whoever ran the city.
//!
//! Every list may be empty; the page then says why there is nothing to show. A number that is not finite becomes `null`
//! in the page and is drawn as a gap.

use serde::{Deserialize, Serialize};

use super::reach::{BonusRows, PushRows};
use super::trade::TradeRows;
use crate::economy::ledger::Currency;
use crate::lab::summary::RunSummary;

/// Version of `report.json`; raised whenever a field changes its meaning or a new page could not read an old file.
pub const FORMAT: u32 = 1;

/// Everything that one report shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportData {
    /// [`FORMAT`] at the time of writing.
    pub format: u32,
    /// What the run was and its headline numbers.
    pub summary: RunSummary,
    /// The exact command that gives the same run again.
    pub command: String,
    /// What the scenario is about, in one sentence.
    pub description: String,
    /// The scenario with every value, as TOML: what to run again where the command's file is not at hand.
    pub scenario: String,
    /// One row per simulated day, in order.
    pub days: Vec<DayRow>,
    /// Classic day-n retention over the cohorts that arrived during the run, by days since arrival.
    pub retention: Vec<RetentionPoint>,
    /// Share of a cohort that was active: rows are arrival days, columns days since arrival; `None` where not yet observed.
    pub cohorts: Vec<Vec<Option<f64>>>,
    /// Arrivals by day, one for each row of `cohorts`.
    pub cohort_sizes: Vec<u32>,
    /// Kaplan–Meier estimate of who has not left for good; a step function, in order of days since arrival.
    pub survival: Vec<SurvivalPoint>,
    /// Session lengths: lower edge of a bin in minutes, sessions in it; the last row only closes the axis and holds none.
    pub session_minutes: Vec<(f64, u64)>,
    /// Choices per item, most chosen first.
    pub item_counts: Vec<u64>,
    /// Minutes of attention per day, by domain; every list has one value per row of `days`.
    pub attention_by_domain: Vec<(String, Vec<f64>)>,
    /// Minutes of attention over the whole run, by kind of space.
    pub attention_by_space: Vec<(String, f64)>,
    /// Money moved over the whole run, by purpose.
    pub flows: Vec<FlowRow>,
    /// Land prices and the places that stand on the land.
    pub land: LandMap,
    /// Land prices explained, order books, wealth; empty in files of older versions.
    #[serde(default)]
    pub trade: TradeRows,
    /// Points of the models' learning curves.
    pub models: Vec<ModelRow>,
    /// Every trained model of the registry, oldest first; empty in files of older versions.
    #[serde(default)]
    pub cards: Vec<CardRow>,
    /// Predicted attraction against what was taken, by surface; empty in files of older versions.
    #[serde(default)]
    pub calibration: Vec<CalibrationRow>,
    /// What was noticed of drift; empty in files of older versions.
    #[serde(default)]
    pub drift: DriftRows,
    /// How ads were sold and what they changed; nothing in files of older versions.
    #[serde(default)]
    pub ads: AdRows,
    /// What bonuses came to; empty in files of older versions.
    #[serde(default)]
    pub bonuses: BonusRows,
    /// What pushes and invitations came to; empty in files of older versions.
    #[serde(default)]
    pub pushes: PushRows,
    /// One row per surface on which items are recommended.
    pub surfaces: Vec<SurfaceRow>,
    /// Activity by hour of the city's clock, in avatar-ticks or any other unit: only proportions are shown.
    pub hours: [f64; 24],
    /// Measures of wellbeing by name; values from 0 to 1 also get a bar.
    pub wellbeing: Vec<(String, f64)>,
    /// The realism scorecard, one row per published fact.
    pub scorecard: Vec<FactRow>,
    /// What a reader should know before quoting a number, one sentence each.
    pub notes: Vec<String>,
}

/// One simulated day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DayRow {
    /// Day since the start, from 0.
    pub day: u32,
    /// Avatars active on this day (DAU).
    pub active: u64,
    /// Avatars active in the seven days up to this one.
    pub wau: u64,
    /// Avatars active in the thirty days up to this one.
    pub mau: u64,
    /// Avatars that arrived on this day.
    pub newcomers: u64,
    /// Sessions begun.
    pub sessions: u64,
    /// Minutes of attention spent by all avatars.
    pub minutes: f64,
    /// Mean true satisfaction at the ends of this day's sessions, from 0 to 1; `None` where no session ended.
    pub satisfaction: Option<f64>,
    /// Minutes that would not be spent again over all minutes of the sessions that ended, from 0 to 1; `None` where none did.
    pub regret_share: Option<f64>,
    /// Of the minutes of the sessions that ended, those between midnight and five of the avatar's own day; `None` where none did.
    pub night_share: Option<f64>,
    /// Attained over attainable value of attention, from 0 to 1; `None` on days without an oracle.
    pub attention_efficiency: Option<f64>,
    /// Dual price of attention, value per minute; `None` on days without an oracle.
    pub attention_price: Option<f64>,
    /// Advertisers' payments, in outside money.
    pub ad_revenue: f64,
    /// Ads shown.
    pub ad_impressions: u64,
    /// Ads clicked.
    pub ad_clicks: u64,
    /// Push messages sent.
    pub pushes_sent: u64,
    /// Push messages opened.
    pub pushes_opened: u64,
    /// Coins in existence at the end of the day.
    pub coins_supply: f64,
    /// Coins minted on this day.
    pub minted: f64,
    /// Coins burned on this day.
    pub burned: f64,
    /// Price level, 1 on the first day; 0 where nothing was traded yet.
    pub coin_price_index: f64,
    /// Name of the model that served this day; empty where none did.
    pub model: String,
}

/// One point of the retention curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetentionPoint {
    /// Days since arrival.
    pub day: u32,
    /// Share active on that day, from 0 to 1.
    pub share: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
    /// Arrivals observed that long.
    pub n: u64,
}

/// One point of the survival curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurvivalPoint {
    /// Days since arrival.
    pub days: f64,
    /// Share that stays longer.
    pub share: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
    /// Avatars watched at least so long.
    pub at_risk: u64,
}

/// Where money of a flow comes from and goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowDirection {
    /// Minted into wallets.
    Faucet,
    /// Burned out of wallets.
    Sink,
    /// Moved between wallets.
    Transfer,
}

/// Money moved for one purpose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowRow {
    /// What it was for.
    pub purpose: String,
    /// In which currency.
    pub currency: Currency,
    /// Minted, burned or moved.
    pub direction: FlowDirection,
    /// Transactions over the whole run.
    pub count: u64,
    /// Amount over the whole run.
    pub total: f64,
}

/// Prices of land and the places on it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LandMap {
    /// Parcels along a side.
    pub side: u32,
    /// What lies there by parcel, row by row from row 0, which is drawn at the top: `.` land, `#` road, `o` plaza.
    pub ground: String,
    /// Last price in coins by parcel, in the same order; `None` for roads and land that was never sold.
    pub prices: Vec<Option<f64>>,
    /// Places.
    pub spaces: Vec<LandSpace>,
}

/// A place on the land map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LandSpace {
    /// Column, from 0.
    pub x: u32,
    /// Row, from 0.
    pub y: u32,
    /// What it is.
    pub kind: String,
    /// Visits a day, over the whole run.
    pub footfall: f64,
}

/// One point of a learning curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelRow {
    /// Model.
    pub name: String,
    /// Days since the start when it was evaluated.
    pub day: f64,
    /// What was measured; every metric gets a chart of its own.
    pub metric: String,
    /// What it was.
    pub value: f64,
}

/// What became of a trained model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardState {
    /// It serves.
    Live,
    /// It is compared with the live one on what people choose, and does not serve.
    Challenger,
    /// It served once.
    Replaced,
    /// It never served: it was no better than the live one, or another came first.
    Held,
}

impl CardState {
    /// Returns how it is called.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Challenger => "challenger",
            Self::Replaced => "replaced",
            Self::Held => "held",
        }
    }
}

/// One trained model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CardRow {
    /// What it is for; models of one name replace each other.
    pub name: String,
    /// Counts up with every training of a name.
    pub version: u32,
    /// Days since the start when its training ended.
    pub day: f64,
    /// Rows it learned from.
    pub rows: u64,
    /// Loss at the end of its training.
    pub loss: f64,
    /// Metric on held-out behaviour, higher is better.
    pub held_out: f64,
    /// The same of the model that was live, on the same behaviour; `None` if none was.
    pub incumbent: Option<f64>,
    /// What became of it.
    pub state: CardState,
    /// Passes of its training; told for the newest of a name only.
    pub curve: Vec<PassRow>,
}

/// One pass of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PassRow {
    /// Passes done, from 1.
    pub pass: u32,
    /// Mean loss of the pass; `None` where it was no number.
    pub loss: Option<f64>,
    /// Metric on what the training itself held out, higher is better; `None` if it held nothing out.
    pub held_out: Option<f64>,
}

/// Predicted attraction against what was taken, on one surface.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationRow {
    /// Surface.
    pub surface: String,
    /// Expected calibration error, from 0 to 1.
    pub expected_error: f64,
    /// Slots of similar prediction, smallest prediction first; bins without slots are left out.
    pub bins: Vec<CalibrationBin>,
}

/// Slots of similar predicted attraction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Mean predicted attraction, from 0 to 1.
    pub predicted: f64,
    /// Share that was taken, from 0 to 1, weighted by the probability that a slot is looked at.
    pub taken: f64,
    /// Slots, sampled.
    pub slots: u64,
}

/// What was noticed of drift, and what a scheduled shift of interests did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DriftRows {
    /// Alarms, oldest first.
    pub alarms: Vec<AlarmRow>,
    /// Day at the beginning of which interests shift; `None` if they do not.
    pub shift_day: Option<u32>,
    /// Hours from the shift to the first alarm after it; `None` if none was raised.
    pub delay_hours: Option<f64>,
    /// Mean attention efficiency of the five days before the shift; `None` if it was not observed.
    pub efficiency_before: Option<f64>,
    /// Lowest attention efficiency of a day since the shift; `None` if it was not observed.
    pub efficiency_lowest: Option<f64>,
    /// Days from the shift until a mean of three days was back at 95 % of the level before; 0 if no day fell below that;
    /// `None` if it was not back within the run.
    pub recovery_days: Option<u32>,
}

/// One alarm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmRow {
    /// Days since the start.
    pub day: f64,
    /// What was watched.
    pub stream: String,
    /// By which detector.
    pub detector: String,
    /// The index, or the mean of what was watched at the alarm.
    pub value: f64,
}

/// How ads were sold and what they changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AdRows {
    /// How winners pay.
    pub auction: String,
    /// Auctions held.
    pub auctions: u64,
    /// Slots there were.
    pub slots: u64,
    /// Slots sold.
    pub sold: u64,
    /// Bids compared in an auction, on average; `None` without auctions.
    pub bids: Option<f64>,
    /// Paid for a click on a display ad, on average; `None` without clicks.
    pub price_per_click: Option<f64>,
    /// What looks, clicks and conversions were worth to advertisers, in outside money.
    pub welfare: f64,
    /// What advertisers paid, in outside money.
    pub revenue: f64,
    /// Mean distance between the share of a day's spending and the share of its auctions that are over, from 0 to 1.
    pub pacing_error: Option<f64>,
    /// Share of a day's expected spending up to the end of each hour; empty if nothing was spent.
    pub spending: Vec<f64>,
    /// Share of a day's auctions up to the end of each hour; empty without auctions.
    pub traffic: Vec<f64>,
    /// Lowest price of a click on a usual display ad and of a rewarded video, by day.
    pub reserves: Vec<[f64; 2]>,
    /// Conversions, whoever had seen an ad.
    pub conversions: u64,
    /// Of these, those that came of a click in truth, which only the lab knows.
    pub caused: u64,
    /// Avatars and campaigns that met, one for each pair.
    pub met: u64,
    /// Pairs that converted within the window after an ad: what attribution claims.
    pub claimed: u64,
    /// The rule that the platform learns by.
    pub rule: String,
    /// Conversions by rule and surface.
    pub credits: Vec<CreditRow>,
    /// What a randomised hold-out shows; `None` without one.
    pub lift: Option<LiftRow>,
    /// What creatives did; empty where campaigns have one, and in files of older versions.
    #[serde(default)]
    pub creatives: CreativeRows,
    /// What kinds of places for ads came to; empty where no signs are sold, and in files of older versions.
    #[serde(default)]
    pub inventory: Vec<InventoryRow>,
}

/// What one kind of place for ads came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InventoryRow {
    /// The kind.
    pub kind: String,
    /// Looks.
    pub looks: u64,
    /// Avatars that looked at least once.
    pub reach: u64,
    /// Clicks.
    pub clicks: u64,
    /// Paid by advertisers, in outside money.
    pub revenue: f64,
}

/// What the creatives of campaigns did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CreativeRows {
    /// How the one to be shown was chosen.
    pub choice: String,
    /// By number, all campaigns together.
    pub by_number: Vec<CreativeRow>,
    /// By how well whoever looked likes them in truth among those of the campaign, the best first.
    pub by_rank: Vec<CreativeRow>,
    /// Liking lost against the best creative for each who looked, from 0 to 1; `None` without looks.
    pub regret: Option<f64>,
}

/// One creative of all campaigns, or one place in how they are liked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreativeRow {
    /// Looks.
    pub looks: u64,
    /// Share of all looks.
    pub share: f64,
    /// Clicks over looks; `None` without looks.
    pub ctr: Option<f64>,
    /// Conversions credited to it by the rule that the platform learns by; `None` by place.
    pub conversions: Option<f64>,
}

/// Conversions shared out by one rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreditRow {
    /// The rule.
    pub by: String,
    /// Conversions credited to each surface that got any.
    pub surfaces: Vec<(String, f64)>,
}

/// Those who were shown a campaign beside those who would have been; counted in pairs of avatar and campaign.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiftRow {
    /// Pairs that met.
    pub shown: u64,
    /// Of these, those that converted afterwards.
    pub shown_converted: u64,
    /// Pairs that would have met.
    pub held_out: u64,
    /// Of these, those that converted afterwards.
    pub held_out_converted: u64,
    /// Difference of the two shares.
    pub difference: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end of its 95 % interval.
    pub high: f64,
}

/// How one surface recommends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SurfaceRow {
    /// Surface.
    pub surface: String,
    /// Slates served.
    pub slates: u64,
    /// Things taken per slate.
    pub take_rate: f64,
    /// Mean true utility of what was taken, over the slates the oracle looked at; `None` where it looked at none.
    pub mean_true_utility: Option<f64>,
    /// Share of all that could ever be shown there that was shown at least once, from 0 to 1.
    pub coverage: f64,
}

/// One published fact and what the city shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactRow {
    /// Name of the fact.
    pub key: String,
    /// What the city shows; `None` where it was not observable.
    pub value: Option<f64>,
    /// Lower end of the accepted band.
    pub low: f64,
    /// Upper end of the accepted band.
    pub high: f64,
    /// The published figure, where there is one.
    pub published: Option<f64>,
    /// Where the figure was read.
    pub source: String,
    /// How it is measured.
    pub note: String,
    /// Whether the value lies in the band.
    pub passed: bool,
    /// Why it was not observable or falls short; empty where it passes.
    pub why: String,
}
