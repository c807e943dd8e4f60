//! The rows of the ads panel.

use super::watch::{AdDay, AdsWatch, Tally, flight_budget};
use crate::desktop::view::sight::City;
use crate::economy::ledger::{Account, Currency, Ledger};
use crate::events::behavior::Surface;
use crate::lab::report::{CreativeRow, CreditRow, InventoryRow, LiftRow};
use crate::platform::ads::campaign::Campaigns;
use crate::platform::ads::click_model::Format;
use crate::sim::config::ConfigValue;
use crate::sim::ids::{AvatarId, CampaignId};
use crate::sim::units::{TICKS_PER_DAY, Tick};
use crate::society::content::words::topic_name;

/// Campaigns listed at most.
const MOST_CAMPAIGNS: usize = 300;

/// Campaigns whose pacing is drawn.
const CURVES: usize = 5;

/// An auction that was held.
#[derive(Debug, Clone, PartialEq)]
pub struct AuctionRow {
    /// When.
    pub tick: Tick,
    /// Where: a surface, "rewarded" on games, "billboard", or "public sign".
    pub place: String,
    /// Before whom; `None` for a sign that everybody sees.
    pub avatar: Option<AvatarId>,
    /// Bids that were compared.
    pub bids: u32,
    /// Who won; `None` where no bid reached the reserve.
    pub winner: Option<CampaignId>,
    /// What a click costs the winner, in outside money.
    pub price: Option<f64>,
    /// Lowest price, in outside money.
    pub reserve: f64,
}

/// A campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignRow {
    /// Which.
    pub id: CampaignId,
    /// What it is about.
    pub topic: String,
    /// What it wants.
    pub goal: &'static str,
    /// What a click is worth to it, in outside money.
    pub value: f64,
    /// What it may spend in its flight, in outside money.
    pub budget: f64,
    /// What it has spent, in outside money.
    pub spent: f64,
    /// Share of today's budget that is spent; `None` if it does not run.
    pub spent_today: Option<f64>,
    /// Pacing multiplier μ: it bids its value over 1 + μ.
    pub multiplier: f64,
    /// Ads shown.
    pub impressions: u64,
    /// Clicks.
    pub clicks: u64,
    /// Conversions.
    pub conversions: u64,
    /// Days left of its flight; 0 if it is over.
    pub days_left: f64,
    /// Running, out of money today, or over.
    pub status: &'static str,
}

impl CampaignRow {
    /// Returns clicks over ads shown.
    #[must_use]
    pub fn ctr(&self) -> Option<f64> {
        (self.impressions > 0).then(|| self.clicks as f64 / self.impressions as f64)
    }

    /// Returns outside money paid for a click.
    #[must_use]
    pub fn cost_per_click(&self) -> Option<f64> {
        (self.clicks > 0).then(|| self.spent / self.clicks as f64)
    }
}

/// A day of ads.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct AdDayRow {
    /// Day.
    pub day: u32,
    /// Outside money paid by advertisers.
    pub revenue: f64,
    /// Slots sold over slots for sale.
    pub fill: Option<f64>,
    /// Clicks over ads shown.
    pub ctr: Option<f64>,
    /// Ads shown for each session begun.
    pub ads_per_session: Option<f64>,
    /// Things hidden over things used.
    pub hide_share: Option<f64>,
}

impl AdDayRow {
    fn of(d: &AdDay) -> Self {
        let share = |a: u64, b: u64| (b > 0).then(|| a as f64 / b as f64);
        Self {
            day: d.day,
            revenue: d.revenue.as_f64(),
            fill: share(d.sold, d.auctions),
            ctr: share(d.clicks, d.impressions),
            ads_per_session: share(d.impressions, d.sessions),
            hide_share: share(d.hides, d.uses),
        }
    }
}

/// The pacing of one campaign.
#[derive(Debug, Clone, PartialEq)]
pub struct PacingCurve {
    /// Whose.
    pub id: CampaignId,
    /// Share of its flight and share of its budget that are gone.
    pub points: Vec<[f64; 2]>,
}

/// The rows of the panel.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AdsView {
    /// Whether the scenario has ads; `None` before a city is there.
    pub enabled: Option<bool>,
    /// Share of slates with an ad slot.
    pub load: f64,
    /// Share of arrivals that pass a billboard.
    pub billboard_share: f64,
    /// Most ads of a campaign for an avatar: a day and a week; 0 is no limit.
    pub caps: (u32, u32),
    /// Newest auctions, newest first.
    pub auctions: Vec<AuctionRow>,
    /// Campaigns: those that run first, then by spending.
    pub campaigns: Vec<CampaignRow>,
    /// Campaigns that are not listed.
    pub more_campaigns: u64,
    /// Campaigns that run.
    pub running: u64,
    /// Pacing of the campaigns that run and have spent most.
    pub curves: Vec<PacingCurve>,
    /// Finished days.
    pub days: Vec<AdDayRow>,
    /// The day that runs.
    pub today: AdDayRow,
    /// True satisfaction by day, for the lab's view.
    pub satisfaction: Vec<(u32, Option<f64>)>,
    /// Policy changes: day and text.
    pub marks: Vec<(f64, String)>,
    /// How winners pay.
    pub auction: String,
    /// Conversions shared out by every rule, up to the last finished day.
    pub credits: Vec<CreditRow>,
    /// Conversions that attribution claims, and the pairs of avatar and campaign that met.
    pub claimed: (u64, u64),
    /// What a hold-out shows; `None` without one.
    pub lift: Option<LiftRow>,
    /// Creatives by number, all campaigns together; empty where campaigns have one.
    pub creatives: Vec<CreativeRow>,
    /// What kinds of places for ads came to; empty where no signs are sold.
    pub inventory: Vec<InventoryRow>,
}

/// Fills the rows.
pub(super) fn fill(watch: &AdsWatch, city: &City<'_>) -> AdsView {
    let config = &city.scenario.platform.ads;
    let campaigns = city.get::<Campaigns>();
    let rows = campaign_rows(watch, city, campaigns);
    AdsView {
        enabled: Some(config.enabled),
        load: config.load,
        billboard_share: if config.billboards {
            config.billboard_share
        } else {
            0.0
        },
        caps: (config.cap_per_day, config.cap_per_week),
        auctions: auction_rows(watch),
        more_campaigns: (campaigns.len() - rows.len()) as u64,
        running: campaigns.n_running() as u64,
        curves: curves(watch, &rows),
        campaigns: rows,
        days: watch.days.iter().map(AdDayRow::of).collect(),
        today: AdDayRow::of(&watch.today),
        satisfaction: city
            .report
            .days
            .iter()
            .map(|d| (d.day, d.satisfaction))
            .collect(),
        marks: city.mark_texts(),
        auction: config.auction.show().replace('"', ""),
        credits: city.report.ads.credits.clone(),
        claimed: (city.report.ads.claimed, city.report.ads.met),
        lift: city.report.ads.lift.clone(),
        creatives: city.report.ads.creatives.by_number.clone(),
        inventory: city.report.ads.inventory.clone(),
    }
}

fn day(tick: Tick) -> f64 {
    f64::from(tick.0) / f64::from(TICKS_PER_DAY)
}

fn auction_rows(watch: &AdsWatch) -> Vec<AuctionRow> {
    let newest = watch.live.iter().rev();
    newest
        .map(|(tick, a)| AuctionRow {
            tick: *tick,
            place: match (a.place, a.format) {
                (Surface::None, _) if a.avatar.is_none() => "public sign".to_owned(),
                (Surface::None, _) => "billboard".to_owned(),
                (place, Format::Rewarded) => format!("rewarded, {}", place.word()),
                (place, Format::Display) => place.word().replace('_', " "),
            },
            avatar: a.avatar,
            bids: a.n_bids,
            winner: a.won.map(|(id, _)| id),
            price: a.won.map(|(_, price)| price.as_f64()),
            reserve: a.reserve.as_f64(),
        })
        .collect()
}

fn campaign_rows(watch: &AdsWatch, city: &City<'_>, campaigns: &Campaigns) -> Vec<CampaignRow> {
    let now = day(city.now());
    let ledger = city.get::<Ledger>();
    let nothing = Tally::default();
    let mut order: Vec<(bool, i64, usize)> = (0..campaigns.len())
        .map(|i| {
            let spent = watch.campaigns.get(i).map_or(0, |t| t.spent.micros());
            let is_over = f64::from(campaigns.get(CampaignId::from_idx(i)).ends) <= now;
            (is_over, -spent, i)
        })
        .collect();
    if order.len() > MOST_CAMPAIGNS {
        order.select_nth_unstable(MOST_CAMPAIGNS);
        order.truncate(MOST_CAMPAIGNS);
    }
    order.sort_unstable();
    order
        .into_iter()
        .map(|(is_over, _, i)| {
            let id = CampaignId::from_idx(i);
            let c = campaigns.get(id);
            let tally = watch.campaigns.get(i).unwrap_or(&nothing);
            let left = ledger.balance(Currency::Outside, Account::Advertiser(id));
            let budget = c.daily_budget.as_f64();
            let spent_today =
                (!is_over && budget > 0.0).then(|| (1.0 - left.as_f64() / budget).clamp(0.0, 1.0));
            CampaignRow {
                id,
                topic: topic_name(usize::from(c.topic)),
                goal: c.goal.word(),
                value: c.value.as_f64(),
                budget: flight_budget(campaigns, id),
                spent: tally.spent.as_f64(),
                spent_today,
                multiplier: c.pacer.multiplier(),
                impressions: tally.impressions,
                clicks: tally.clicks,
                conversions: tally.conversions,
                days_left: (f64::from(c.ends) - now).max(0.0),
                status: match (is_over, left.is_positive()) {
                    (true, _) => "over",
                    (false, true) => "running",
                    (false, false) => "out of money today",
                },
            }
        })
        .collect()
}

fn curves(watch: &AdsWatch, rows: &[CampaignRow]) -> Vec<PacingCurve> {
    let mut running: Vec<&CampaignRow> = rows.iter().filter(|r| r.status != "over").collect();
    running.sort_by(|a, b| b.spent.total_cmp(&a.spent).then(a.id.cmp(&b.id)));
    running
        .into_iter()
        .filter(|r| r.spent > 0.0)
        .take(CURVES)
        .filter_map(|r| {
            let curve = &watch.campaigns.get(r.id.idx())?.curve;
            let points = curve.iter().map(|p| p.map(f64::from));
            Some(PacingCurve {
                id: r.id,
                points: std::iter::once([0.0, 0.0]).chain(points).collect(),
            })
        })
        .collect()
}
