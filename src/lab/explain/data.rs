//! What an explanation consists of: owned data, ready to be shown or serialized.

use serde::Serialize;

/// A named fact with what it means: a number, or text where a number says too little.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// Name.
    pub name: String,
    /// The number, if it is one.
    pub value: Option<f64>,
    /// The same, ready to be shown.
    pub text: String,
    /// What it means, in a line.
    pub meaning: String,
}

impl Line {
    /// A number.
    #[must_use]
    pub fn number(name: &str, value: f64, meaning: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: Some(value),
            text: short(value),
            meaning: meaning.to_owned(),
        }
    }

    /// Something that is no number.
    #[must_use]
    pub fn text(name: &str, text: impl Into<String>, meaning: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: None,
            text: text.into(),
            meaning: meaning.to_owned(),
        }
    }
}

/// Shows a number with about four digits that count.
#[must_use]
pub fn short(value: f64) -> String {
    let size = value.abs();
    if value == value.trunc() && size < 1e6 {
        format!("{value:.0}")
    } else if size >= 100.0 {
        format!("{value:.1}")
    } else if size >= 0.01 {
        format!("{value:.4}")
    } else {
        format!("{value:.7}")
    }
}

/// A part of a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// Its kind; parts of one kind mean the same.
    pub kind: String,
    /// Name, with the topic or item it is about.
    pub name: String,
    /// What it adds to the score.
    pub value: f64,
    /// What it means, in a line.
    pub meaning: String,
}

/// A slot of a slate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SlotWhy {
    /// From 1.
    pub position: u32,
    /// The kind of thing.
    pub kind: String,
    /// Its number within its kind.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Where the candidate came from.
    pub source: String,
    /// The price shown, in coins; 0 for what is free.
    pub price: f64,
    /// The model's score.
    pub score: f64,
    /// What adds up to it.
    pub parts: Vec<Part>,
    /// What is no part of the sum and helps to understand it.
    pub orientation: Vec<Part>,
    /// Place among the candidates by score alone.
    pub by_score: Option<u32>,
    /// Place among the candidates after attention was allocated, before diversity.
    pub by_relevance: Option<u32>,
    /// Predicted attraction, where attention was allocated by it.
    pub attraction: Option<f64>,
    /// Price of its exposure (μ), in attraction.
    pub exposure_price: Option<f64>,
    /// Largest cosine with what stands above it.
    pub alike: f64,
    /// How it came to its place, step by step.
    pub steps: Vec<Line>,
    /// Probability with which the policy put it there.
    pub propensity: f64,
}

/// A good candidate that was not shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PassedWhy {
    /// Its number within its kind.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Its score.
    pub score: f64,
    /// Why it was not shown.
    pub reason: String,
    /// What adds up to its score.
    pub parts: Vec<Part>,
}

/// A bid in an auction; money is outside money.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BidWhy {
    /// Number of the campaign.
    pub campaign: u32,
    /// Its name.
    pub name: String,
    /// What an answer is worth to it.
    pub value: f64,
    /// The price of its own budget: it bids value / (1 + multiplier), at most what it has left.
    pub multiplier: f64,
    /// Whether it bids less than that, because it has no more left.
    pub is_short: bool,
    /// What it bids for a click.
    pub bid: f64,
    /// Rate of clicks predicted from the match alone.
    pub fit: f64,
    /// How much more often its ad is clicked than others in the same place.
    pub appeal: f64,
    /// Predicted probability of a click.
    pub p_click: f64,
    /// The same as the auction weighs it; 1 for everybody where bids alone decide.
    pub quality: f64,
    /// Bid times quality: money per look.
    pub score: f64,
    /// Whether that reaches the reserve.
    pub reaches_reserve: bool,
    /// Whether it won.
    pub won: bool,
}

/// An auction; money is outside money.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuctionWhy {
    /// What kind of ad.
    pub format: String,
    /// What it was chosen by.
    pub chosen_by: String,
    /// All bids, highest score first.
    pub bids: Vec<BidWhy>,
    /// Campaigns that run and did not bid, with the rule; not all of them if they are many.
    pub left_out: Vec<(String, String)>,
    /// How many did not bid, by rule.
    pub n_left_out: Vec<(String, u32)>,
    /// Lowest price of a click on a usual ad.
    pub reserve_price: f64,
    /// Lowest score: money per look.
    pub reserve_score: f64,
    /// Who won.
    pub winner: Option<String>,
    /// What a click costs.
    pub price: Option<f64>,
    /// The score that had to be matched.
    pub due: Option<f64>,
    /// Whose that is.
    pub set_by: Option<String>,
    /// How the price came about, with the numbers.
    pub formula: String,
}

/// Why an offer was made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// Its number.
    pub offer: u64,
    /// To whom.
    pub avatar: u32,
    /// When, in ticks.
    pub tick: u32,
    /// When, in words.
    pub when: String,
    /// The kind of offer.
    pub kind: String,
    /// The answer in a sentence.
    pub headline: String,
    /// How it was decided.
    pub context: Vec<Line>,
    /// What was shown, best first.
    pub slots: Vec<SlotWhy>,
    /// The best of what was not.
    pub passed_over: Vec<PassedWhy>,
    /// The auction, if there was one.
    pub auction: Option<AuctionWhy>,
    /// The rules that let it through.
    pub rules: Vec<Line>,
    /// What was not used, and why not.
    pub not_used: Vec<String>,
}

/// An offer in a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfferLine {
    /// Its number.
    pub offer: u64,
    /// When, in ticks.
    pub tick: u32,
    /// When, in words.
    pub when: String,
    /// The kind of offer.
    pub kind: String,
    /// What it is about.
    pub title: String,
}
