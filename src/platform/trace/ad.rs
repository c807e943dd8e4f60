//! Why an ad won, and what it pays: the whole auction.

use crate::events::behavior::Surface;
use crate::events::sign::SignKind;
use crate::platform::ads::auction::{Pricing, Score};
use crate::platform::ads::click_model::Format;
use crate::platform::ads::config::CreativeChoice;
use crate::platform::ads::creatives::{Counts, Segment};
use crate::sim::ids::{CampaignId, OfferId, SpaceId};
use crate::sim::units::Coins;

/// What an ad could be chosen by, and why not by more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Targeting {
    /// Observed interests.
    Interests,
    /// The place: a billboard knows only where it stands.
    Billboard,
    /// The place: the scenario has no targeting.
    Off,
    /// The place: minors are not targeted.
    Minor,
    /// The place: the avatar does not consent to ads by its behaviour.
    NoAdConsent,
    /// The place: the avatar does not consent to being observed.
    NoObservation,
    /// The place: too little was observed.
    HardlyKnown,
}

/// A bid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BidTrace {
    /// Whose.
    pub campaign: CampaignId,
    /// What it is about.
    pub topic: u8,
    /// What an answer is worth to it.
    pub value: Coins,
    /// Price of its own budget: it bids `value / (1 + multiplier)`, at most what it has left.
    pub multiplier: f64,
    /// Whether it bids less than it would, because it has no more left.
    pub is_short: bool,
    /// What it bids for a click.
    pub per_click: Coins,
    /// Rate of clicks predicted from the match alone.
    pub fits: f64,
    /// How much more often its ad is clicked than others in the same place.
    pub appeal: f64,
    /// Predicted probability of a click.
    pub p_click: f64,
    /// The same as the auction weighs it, in clicks per thousand million looks.
    pub quality: u32,
    /// Bid times quality.
    pub score: Score,
    /// Whether that reaches the reserve.
    pub is_admitted: bool,
}

/// Why a campaign that runs did not bid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// It has no money left.
    NoMoney,
    /// The avatar has seen it as often as allowed.
    FrequencyCap,
    /// Two stronger bids on the same topic made it irrelevant.
    BehindTwo,
    /// The avatar is held out from it.
    HeldOut,
    /// It wants to be seen by many, and the avatar has seen it within a week.
    Reached,
    /// Stronger bids on the same topic made it irrelevant, or it sat out to save its budget.
    BehindOrThrottled,
}

impl LeftOut {
    /// All reasons, in order.
    pub const ALL: [Self; 6] = [
        Self::NoMoney,
        Self::FrequencyCap,
        Self::BehindTwo,
        Self::HeldOut,
        Self::Reached,
        Self::BehindOrThrottled,
    ];
}

/// Most campaigns left out that are named.
pub const NAMED: usize = 24;

/// What a slot was sold for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SoldTrace {
    /// To whom.
    pub campaign: CampaignId,
    /// What a click costs.
    pub price: Coins,
    /// The score that had to be matched.
    pub due: Score,
    /// Whose score that is; `None` for the reserve.
    pub set_by: Option<CampaignId>,
}

/// An auction.
#[derive(Debug, Clone, PartialEq)]
pub struct AuctionTrace {
    /// How winners pay.
    pub pricing: Pricing,
    /// For what kind of ad.
    pub format: Format,
    /// What it was chosen by.
    pub targeting: Targeting,
    /// All bids, highest score first.
    pub bids: Vec<BidTrace>,
    /// Campaigns that run and did not bid, the first [`NAMED`] of them.
    pub left_out: Vec<(CampaignId, LeftOut)>,
    /// How many did not bid, by reason.
    pub n_left_out: [u32; LeftOut::ALL.len()],
    /// The lowest price of a click on a usual ad.
    pub reserve_price: Coins,
    /// The lowest score.
    pub reserve: Score,
    /// The sale; `None` if nobody reached the reserve.
    pub sold: Option<SoldTrace>,
}

/// What became of the ad slot of a slate.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum AdOutcome {
    /// There was none.
    #[default]
    NoSlot,
    /// Nobody bought it.
    Unsold(Box<AuctionTrace>),
    /// Sold; the ad is an offer of its own.
    Sold(OfferId),
}

/// Why the creative of an ad was shown.
#[derive(Debug, Clone, PartialEq)]
pub struct CreativeTrace {
    /// Which of its campaign's, from 0.
    pub number: u8,
    /// How many its campaign has.
    pub n_creatives: u32,
    /// What it says.
    pub words: String,
    /// How it was chosen.
    pub choice: CreativeChoice,
    /// For whom, as far as may be known.
    pub segment: Segment,
    /// What was known of it in this format and segment.
    pub counts: Counts,
}

/// Why an ad was shown.
#[derive(Debug, Clone, PartialEq)]
pub struct AdTrace {
    /// In which slate; `None` for a billboard or a sign.
    pub slate: Option<OfferId>,
    /// On which surface; [`Surface::None`] for a billboard or a sign.
    pub surface: Surface,
    /// In which space.
    pub space: SpaceId,
    /// On what kind of sign, if on one that everybody in the space sees.
    pub sign: Option<SignKind>,
    /// Most times a day and a week.
    pub caps: (u32, u32),
    /// The auction it won.
    pub auction: AuctionTrace,
    /// Why this creative; `None` where campaigns have one.
    pub creative: Option<CreativeTrace>,
}
